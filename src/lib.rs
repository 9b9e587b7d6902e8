#![doc = include_str!("../README.md")]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod prelude;
mod program;

pub use bencher_core::value::SweepEnum;
pub use bencher_core::var::ParametrizedSweep;
pub use bencher_core::{
    bench, cli, context, dataset, evaluator, job, progress, record, result_collector, space, stats,
    store, sweep_executor, value, var,
};
pub use bencher_core::{
    bench::{Bench, BenchError, BenchResult},
    context::Context,
    sweep_executor::{Benchmark, BoxError, Result},
};
pub use bencher_macros::{ParametrizedSweep, SweepEnum};
#[cfg(feature = "report")]
pub use bencher_report as report;
pub use program::run;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
