//! Everything of `bencher` that runs and remembers: variables, spaces, datasets, the store,
//! evaluators and the programs made of them. Nothing here draws.
//!
//! Each module imports only from those listed before it:
//! [`value`], [`stats`], [`quiet`], [`var`], [`space`], [`dataset`], [`record`], [`store`].

pub mod dataset;
pub mod quiet;
pub mod record;
pub mod space;
pub mod stats;
pub mod store;
pub mod value;
pub mod var;
