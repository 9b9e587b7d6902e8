//! Everything of `bencher` that runs and remembers: variables, spaces, datasets, the store,
//! evaluators and the programs made of them. Nothing here draws.
//!
//! Each module imports only from those listed before it:
//! [`value`], [`stats`], [`var`], [`space`],
//! [`dataset`], [`record`].

pub mod dataset;
pub mod record;
pub mod space;
pub mod stats;
pub mod value;
pub mod var;
