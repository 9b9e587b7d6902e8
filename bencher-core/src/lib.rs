//! Everything of `bencher` that runs and remembers: variables, spaces, datasets, the store,
//! evaluators and the programs made of them. Nothing here draws.
//!
//! Each module imports only from those listed before it:
//! [`value`], [`var`].

pub mod value;
pub mod var;
