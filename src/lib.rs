#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod prelude;
mod program;
#[cfg(not(feature = "report"))]
mod tool;

/// A benchmark program: sweeps of a type, and the configuration of a run. With a derived type:
///
/// ```
/// # use std::cell::RefCell;
/// # use std::rc::Rc;
/// # use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
/// use bencher::prelude::*;
///
/// #[derive(ParametrizedSweep, Clone)]
/// struct Packing {
///     #[sweep(values(10, 20, 25))]
///     items: u32,
///     #[sweep(values(4, 8), default = 8)]
///     box_size: u32,
///     #[result(direction = "minimize")]
///     empty: Option<u32>,
/// }
///
/// impl Benchmark for Packing {
///     fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
///         self.empty = Some(self.items.next_multiple_of(self.box_size) - self.items);
///         Ok(())
///     }
/// }
///
/// fn program(bench: &mut Bench<Packing>) -> bencher::Result<()> {
///     let result = bench.sweep("Empty places").inputs([Packing::ITEMS]).run()?;
///     if result.was_run() {
///         let empty = result.dataset().variable("empty")?;
///         assert_eq!((empty.number(0), empty.number(1)), (Some(6.0), Some(4.0)));
///     }
///     Ok(())
/// }
/// # let config = RunConfig {
/// #     cache: false,
/// #     report: ReportLocation::Disabled,
/// #     output: OutputFormat::Quiet,
/// #     ..RunConfig::default()
/// # };
/// # let session = Session::new(config, "packing", Default::default());
/// # program(&mut Bench::new(Rc::new(RefCell::new(session)))?)?;
/// # Ok::<(), bencher::BoxError>(())
/// ```
///
/// A sweep that was only listed, planned or not chosen has an empty result. [`was_run`](BenchResult::was_run) says
/// whether it ran.
pub use bencher_core::bench;
#[cfg(feature = "engine")]
pub use bencher_core::engine;
pub use bencher_core::jiff;
/// Searches for the best point instead of a whole grid. With a derived type, in a program's own loop:
///
/// ```
/// use bencher::optimize::{Asked, Goal, Search, SearchOptions};
/// use bencher::plan::SweepChoice;
/// use bencher::prelude::*;
///
/// #[derive(ParametrizedSweep, Clone, Debug)]
/// struct Oven {
///     #[sweep(bounds(120.0, 250.0), units = "°C")]
///     heat: f64,
///     #[sweep(bounds(5, 90), units = "min")]
///     minutes: u32,
///     #[result(direction = "minimize")]
///     loss: Option<f64>,
/// }
///
/// let goals = [Goal::minimize("loss")];
/// let options = SearchOptions::default().budget(40);
/// let mut search = Search::new(&Oven::baseline()?, &SweepChoice::default(), goals, options)?;
/// while let Asked::Trial(trial) = search.ask()? {
///     let Oven { heat, minutes, .. } = trial.sweep;
///     let loss = ((heat - 180.0) / 10.0).powi(2) + (f64::from(minutes) - 35.0).powi(2);
///     search.tell(trial.number, loss)?;
/// }
/// assert!(search.best()?.objectives[0] < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "search")]
pub use bencher_core::optimize;
/// The plan of a sweep: its points, constants and results, before it runs. With a derived type:
///
/// ```
/// use bencher::prelude::*;
/// use bencher::space::Density;
/// use bencher::plan::{Plan, SweepChoice};
///
/// #[derive(ParametrizedSweep, Clone)]
/// struct Sorting {
///     #[sweep(bounds(1, 1000))]
///     len: u64,
///     #[sweep]
///     presorted: bool,
///     #[result]
///     moves: Option<u64>,
/// }
///
/// let choice = SweepChoice {
///     inputs: Some(vec![Sorting::LEN]),
///     constants: vec![Sorting::PRESORTED.with_const(true)],
///     ..SweepChoice::default()
/// };
/// let level = Density { subsampling_divisions: 3, ..Density::default() };
/// let plan = Plan::new(&Sorting::baseline()?, &choice, &[], level, 1, "")?;
/// let points: Vec<_> = (0..3).map(|point| plan.inputs(point)[0].1.to_string()).collect();
/// assert_eq!(points, ["1", "500", "1000"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use bencher_core::plan;
/// The inputs and results that a type declares. With the derive:
///
/// ```
/// use bencher::prelude::*;
/// use bencher::var::sweep_type;
///
/// /// Cost of sorting
/// #[derive(ParametrizedSweep, Clone)]
/// struct Sorting {
///     /// Number of elements
///     #[sweep(bounds(1, 1000), units = "elements")]
///     len: u64,
///     #[sweep]
///     presorted: bool,
///     /// Elements moved
///     #[result(direction = "minimize")]
///     moves: Option<u64>,
/// }
///
/// let schema = Sorting::SCHEMA;
/// assert_eq!(schema.title(), "Cost of sorting");
/// assert_eq!((schema.inputs[0].doc, schema.inputs[0].units), ("Number of elements", "elements"));
/// let mut sorting = Sorting::baseline()?;
/// assert!((sorting.len, sorting.presorted, sorting.moves) == (1, false, None));
/// assert!(sorting.set_input(0, &100.into()));
/// assert_eq!(sorting.len, 100);
/// assert!(sweep_type::<Sorting>().ends_with("::Sorting"));
/// # Ok::<(), bencher::var::DomainError>(())
/// ```
pub use bencher_core::var;
// The names that programs use, in one place each; everything else is in the modules.
pub use bencher_core::bench::{
    Bench, BenchError, BenchResult, Gate, OutputFormat, Refinement, RunConfig, Session,
    SweepBuilder, result_table, sample_table,
};
pub use bencher_core::claim::{ClaimOutcome, ClaimVerdict, ResultClaim};
pub use bencher_core::context::Context;
pub use bencher_core::dataset::{
    Cell, CellState, Comparison, Dataset, DatasetError, Dim, Formula, Variable,
};
#[cfg(feature = "evaluator")]
pub use bencher_core::evaluator::{
    Callback, Evaluator, EvaluatorError, EvaluatorOptions, Gather, JobRecord, Objective, RunningJob,
};
pub use bencher_core::evaluator::{Executors, Limits};
pub use bencher_core::job::JobFunctionCache;
pub use bencher_core::measure::{CountingAllocator, Environment};
pub use bencher_core::plan::{Constraint, InputOverride, PlanError, SweepChoice};
pub use bencher_core::record::{Counts, Failure, SweepRecord};
#[cfg(feature = "sweeper")]
pub use bencher_core::space::{Combination, FactorSweep, Factors};
pub use bencher_core::space::{Density, SampleOrder};
#[cfg(feature = "store")]
pub use bencher_core::store::Database;
pub use bencher_core::store::{StoreError, load_newest_results};
pub use bencher_core::sweep_executor::{Benchmark, BoxError, Interrupt, Result};
#[cfg(feature = "sweeper")]
pub use bencher_core::sweeper::{ParamSweeper, SweeperOptions};
pub use bencher_core::value::{Digest, File, Html, Image, Kind, Table, Value, Video};
pub use bencher_core::var::{
    Constant, Counter, Design, Direction, DomainOf, Entry, Input, Output, ParametrizedSweep, Scale,
    SweepEnum, SweepValue,
};

// Where these names come from, with all that stands beside them.
#[cfg(feature = "sweeper")]
pub use bencher_core::sweeper;
pub use bencher_core::{
    claim, cli, context, dataset, evaluator, job, measure, progress, record, result_collector,
    runner, space, stats, store, sweep_executor, value,
};
pub use bencher_macros::{ParametrizedSweep, SweepEnum, bench_sweep};
#[cfg(feature = "report")]
pub use bencher_report as report;
pub use program::{bench_main, run};

#[doc(hidden)]
pub use bencher_core::__private;

/// The examples of the derives.
#[cfg(doctest)]
mod examples_of_derives {
    #[doc = include_str!("../bencher-macros/docs/parametrized_sweep.md")]
    struct OfParametrizedSweep;
    #[doc = include_str!("../bencher-macros/docs/sweep_enum.md")]
    struct OfSweepEnum;
    #[doc = include_str!("../bencher-macros/docs/bench_sweep.md")]
    struct OfBenchSweep;
}
