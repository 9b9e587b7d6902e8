//! Takes the samples of a plan: their order or rounds, and the execution of one sample.
//!
//! A [`SweepExecutor`] takes the samples of a [`Plan`](crate::plan::Plan) and passes them to a
//! [`ResultCollector`](crate::result_collector::ResultCollector). Programs usually leave this to
//! [`Bench`](crate::bench::Bench).
//!
//! ```
#![doc = include_str!("../example_sweep.md")]
//! use bencher_core::progress::SilentProgress;
//! use bencher_core::result_collector::ResultCollector;
//! use bencher_core::plan::{Plan, SweepChoice};
//! use bencher_core::sweep_executor::{RunOptions, SweepExecutor};
//! use bencher_core::{evaluator::Executors, space::Density};
//! let choice = SweepChoice { inputs: Some(vec![Sorting::LEN.samples(3)]), ..SweepChoice::default() };
//! let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 2, "")?;
//! assert_eq!((plan.space().len(), plan.samples()), (3, 6));
//! let collector = ResultCollector::new(&plan, "By length")?;
//! let options = RunOptions { executor: Executors::Threads(2), ..RunOptions::default() };
//! let end = SweepExecutor::new::<Sorting>(plan).run(collector, options, &mut SilentProgress)?;
//! let (dataset, failures, counts) = end.collector.finish();
//! assert_eq!((dataset.shape(), failures.len(), counts.executed), (vec![3, 2], 0, 6));
//! assert_eq!(dataset.variable("moves")?.number(4), Some(499_500.0), "of 1000 elements");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod active_run;
mod body;
mod check;
mod counter_results;
mod discarded_slices;
#[cfg(feature = "search")]
mod evaluations;
mod feed;
mod forecast;
mod jobs;
#[cfg(feature = "search")]
mod known_points;
mod ordered_run;
mod race;
mod replicates;
mod rounds;
#[cfg(feature = "search")]
mod row_jobs;
mod run;
mod run_options;
mod sampling;
#[cfg(feature = "search")]
mod search_best;
#[cfg(feature = "search")]
mod search_front;
#[cfg(feature = "search")]
mod search_leader;
#[cfg(feature = "search")]
mod search_run;
#[cfg(feature = "search")]
mod search_target;
#[cfg(feature = "sweeper")]
mod shared_run;
mod stored_rounds;
mod trial;

pub(crate) use body::Body;
pub use counter_results::UncountedResult;
pub use discarded_slices::{DiscardedSlices, SliceFault};
pub(crate) use forecast::Forecast;
pub use replicates::DifferingReplicates;
pub use rounds::RoundsEnd;
pub use run::{RunEnd, SweepExecutor};
pub use run_options::{Interrupt, RunOptions};
#[cfg(feature = "search")]
pub(crate) use search_best::{FinalRace, NamedBest};
#[cfg(feature = "search")]
pub(crate) use search_run::{SearchRun, SearchRunError, SearchedRun};
#[cfg(feature = "sweeper")]
pub use shared_run::SharedList;
pub use stored_rounds::RemeasureNotice;

use crate::context::Context;
use crate::var::ParametrizedSweep;

/// The error of user code: any error, or a text.
///
/// ```
/// use bencher_core::sweep_executor::BoxError;
/// let error: BoxError = "no such codec".into();
/// assert_eq!(error.to_string(), "no such codec");
/// ```
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The return type of user code.
///
/// ```
/// fn parsed(text: &str) -> bencher_core::sweep_executor::Result<u32> {
///     if text.is_empty() {
///         return Err("nothing to read".into());
///     }
///     Ok(text.parse()?)
/// }
/// assert_eq!(parsed("7")?, 7);
/// assert!(parsed("x").is_err());
/// # Ok::<(), bencher_core::sweep_executor::BoxError>(())
/// ```
pub type Result<T = (), E = BoxError> = std::result::Result<T, E>;

/// A sweep that can be run, with the code for each point.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// let mut sorting = Sorting { len: 4, presorted: false, moves: None };
/// sorting.benchmark(&mut Context::new(1, &|| 42))?;
/// assert_eq!(sorting.moves, Some(6));
/// # Ok::<(), bencher_core::sweep_executor::BoxError>(())
/// ```
pub trait Benchmark: ParametrizedSweep {
    /// Takes one sample: reads the inputs, does the work, sets the results.
    ///
    /// Every sample starts from a new copy in which all results are unset. A result that stays unset is *missing* in
    /// the dataset.
    ///
    /// # Errors
    /// Any error fails the sample; the sweep records it and continues.
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()>;
}
