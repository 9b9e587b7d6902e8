//! The part of `bencher` that runs and stores: variables, spaces, datasets, the store, evaluators, and programs that
//! use them. It does not draw.
//!
//! Each module imports only from the modules listed before it: [`value`], [`stats`], [`panics`], [`var`], [`space`],
//! [`dataset`], [`claim`], [`measure`], [`record`], `regression`, `history`, [`store`], [`plan`], [`evaluator`],
//! [`context`], [`job`], `optimize`, `sweeper`, `engine`, [`progress`], [`result_collector`], [`sweep_executor`],
//! [`mod@bench`], [`cli`], [`runner`]. `regression` and `history` need the feature `history`, `optimize` needs
//! `search`, and `sweeper` and `engine` need the features of their names.
//!
//! Examples that need a type to sweep share this one, and do not repeat it:
//!
//! ```
//! # use bencher_core::{context::Context, sweep_executor::{Benchmark, Result}};
//! # use bencher_macros::ParametrizedSweep;
//! /// Cost of sorting
//! #[derive(ParametrizedSweep, Clone)]
//! # #[bencher(crate = bencher_core)]
//! struct Sorting {
//!     /// Number of elements
//!     #[sweep(bounds(1, 1000), units = "elements")]
//!     len: u64,
//!     #[sweep]
//!     presorted: bool,
//!     /// Elements moved
//!     #[result(direction = "minimize")]
//!     moves: Option<u64>,
//! }
//!
//! impl Benchmark for Sorting {
//!     fn benchmark(&mut self, _: &mut Context<'_>) -> Result<()> {
//!         if self.len == 13 {
//!             return Err("thirteen elements".into());
//!         }
//!         self.moves = Some(if self.presorted { 0 } else { self.len * (self.len - 1) / 2 });
//!         Ok(())
//!     }
//! }
//! ```
//!
//! Their `bench` is a `Bench<Sorting>` whose run stores, prints and draws nothing.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The build with all features finds what is dead; what only the rooms of a feature use bears no mark of its own.
#![cfg_attr(
    not(all(
        feature = "cluster",
        feature = "data",
        feature = "engine",
        feature = "evaluator",
        feature = "history",
        feature = "search",
        feature = "store",
        feature = "sweeper"
    )),
    allow(dead_code, unused_imports)
)]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod bench;
pub mod claim;
pub mod cli;
mod console;
pub mod context;
pub mod dataset;
#[doc(hidden)]
pub mod drawing;
#[cfg(feature = "engine")]
pub mod engine;
pub mod evaluator;
mod exit_guard;
#[cfg(feature = "history")]
pub mod history;
pub mod job;
pub mod measure;
#[cfg(feature = "search")]
pub mod optimize;
pub mod panics;
pub mod plan;
pub mod progress;
pub mod record;
#[cfg(feature = "history")]
pub mod regression;
pub mod result_collector;
pub mod runner;
#[cfg(unix)]
mod signals;
mod sort;
pub mod space;
pub mod stats;
pub mod store;
pub mod sweep_executor;
#[cfg(feature = "sweeper")]
pub mod sweeper;
pub mod value;
pub mod var;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

/// The crate whose `Timestamp` is the type of moments as inputs.
pub use jiff;
