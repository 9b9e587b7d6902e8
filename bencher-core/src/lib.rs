//! Everything of `bencher` that runs and remembers: variables, spaces, datasets, the store,
//! evaluators and the programs made of them. Nothing here draws.
//!
//! Each module imports only from those listed before it:
//! [`value`], [`stats`], [`quiet`], [`var`], [`space`], [`dataset`], [`record`], [`store`],
//! [`context`], [`evaluator`],
//! [`job`], [`progress`], [`sweep_executor`] with [`result_collector`],
//! [`mod@bench`], [`cli`].

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod bench;
pub mod cli;
pub mod context;
pub mod dataset;
pub mod evaluator;
pub mod job;
pub mod progress;
pub mod quiet;
pub mod record;
pub mod result_collector;
pub mod space;
pub mod stats;
pub mod store;
pub mod sweep_executor;
pub mod value;
pub mod var;
