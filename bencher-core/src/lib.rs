//! Everything of `bencher` that runs and remembers: variables, spaces, datasets, the store,
//! evaluators and the programs made of them. Nothing here draws.
//!
//! Each module imports only from those listed before it:
//! [`value`], [`stats`], [`panics`], [`var`], [`space`], [`dataset`], [`measure`],
//! [`record`], [`store`], [`evaluator`], [`context`],
//! [`job`], [`sweeper`], [`engine`], [`progress`], [`sweep_executor`] with [`result_collector`],
//! [`mod@bench`], [`cli`], [`runner`].
//!
//! The derives stand above this crate, in `bencher`, so the examples here that need a type to sweep
//! share one that is written by hand and left out of sight. It is what the derive makes of this,
//! with a benchmark that counts `len * (len - 1) / 2` moves, none if `presorted`, and fails for 13
//! elements:
//!
//! ```ignore
//! /// Cost of sorting
//! #[derive(ParametrizedSweep, Clone)]
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
//! ```
//!
//! `bench` in them is a `Bench<Sorting>` whose run keeps, prints and draws nothing.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod bench;
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
pub mod job;
pub mod measure;
pub mod panics;
pub mod progress;
pub mod record;
pub mod result_collector;
pub mod runner;
#[cfg(unix)]
mod signals;
pub mod space;
pub mod stats;
pub mod store;
pub mod sweep_executor;
pub mod sweeper;
pub mod value;
pub mod var;

/// Moments as inputs are of this crate's `Timestamp`.
pub use jiff;
