//! A benchmark program: sweeps of a type, run by the configuration of the run.
//!
//! A [`Session`] is one run: its [`RunConfig`], the open store, and the results of its sweeps. A [`Bench`] makes sweeps
//! of one type within it. [`Bench::sweep`] begins one, the methods of [`SweepBuilder`] configure it, and
//! [`run`](SweepBuilder::run) returns a [`BenchResult`]. [`cli::run`](crate::cli::run) makes the session from the
//! command line. A program can also make its own:
//!
//! ```
#![doc = include_str!("../example_sweep.md")]
//! use std::cell::RefCell;
//! use std::rc::Rc;
//! use bencher_core::bench::{Bench, OutputFormat, ReportLocation, RunConfig, Session};
//! use bencher_core::sweep_executor::Interrupt;
//! let config = RunConfig {
//!     cache: false,
//!     report: ReportLocation::Disabled,
//!     output: OutputFormat::Quiet,
//!     ..RunConfig::default()
//! };
//! let session = Rc::new(RefCell::new(Session::new(config, "demo", Interrupt::default())));
//! let mut bench = Bench::<Sorting>::new(Rc::clone(&session))?;
//! let result = bench.sweep("By length").inputs([Sorting::LEN.samples(3)]).run()?;
//! assert_eq!(result.dataset().variable("moves")?.number(2), Some(499_500.0));
//! assert_eq!(session.borrow().records().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```

mod assertions;
mod attributes;
mod best;
mod builder;
mod cell_text;
mod cluster_report;
mod columns;
mod comparisons;
pub(crate) mod config;
mod error;
#[cfg(feature = "history")]
mod gate_judge;
mod gates;
#[cfg(feature = "history")]
mod history;
mod layers;
mod markdown;
mod own_plot;
mod pivot;
mod print;
mod refine;
mod replicate_report;
pub mod report_files;
mod result;
mod result_json;
mod run;
mod run_options;
mod run_record;
#[cfg(feature = "search")]
mod search;
#[cfg(feature = "search")]
mod search_attributes;
mod session;
mod session_output;
mod session_report;
mod session_store;
mod small_plots;
mod steps;
mod table;
mod table_view;
mod unreliable_points;
mod unset;
mod warnings;
mod whole_result;
mod worker_sweep;

pub(crate) use print::say;

pub(crate) use assertions::{Assertions, ClaimChoice};
pub use builder::SweepBuilder;
pub(crate) use builder::SweepSettings;
pub use columns::TimeColumns;
pub use config::{
    ByteSize, FailureLimit, HistoryOptions, OutputFormat, PaneLayout, PlotOptions, PlotSelection,
    PngBackend, PrintOptions, ReportLocation, RunConfig, SearchBudget, SearchConfig, SettingSource,
    Settings,
};
pub use error::BenchError;
pub use gates::Gate;
pub(crate) use gates::GateChoice;
pub use markdown::result_markdown;
pub use own_plot::OwnPlot;
pub use refine::Refinement;
pub(crate) use replicate_report::ReplicateReport;
pub use result::BenchResult;
pub(crate) use result::SweepOutcome;
pub(crate) use run::SweepRun;
pub use session::{RunStatus, Session};
pub use session_report::{ReportOutput, ReportSubject, Reporter};
#[cfg(feature = "cluster")]
pub(crate) use steps::root as store_root;
pub(crate) use table::LONGEST;
pub use table::{result_table, sample_table};
pub use table_view::TableView;

use std::cell::RefCell;
use std::rc::Rc;

use crate::job::JobFunctionCache;
use crate::store::StoreError;
use crate::sweep_executor::Benchmark;
use crate::var::DomainError;

/// The sweeps of one type within a run.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
#[doc = include_str!("../example_bench.md")]
/// bench.prototype().len = 100;
/// let result = bench.sweep("Presorted or not").inputs([Sorting::PRESORTED]).run()?;
/// assert_eq!(result.record().constants[0].value, 100.into());
/// let mut same_run = bench.of::<Sorting>()?;
/// let default = same_run.sweep("By default").inputs([Sorting::PRESORTED]).run()?;
/// assert_eq!(default.record().constants[0].value, 1.into());
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct Bench<S> {
    session: Rc<RefCell<Session>>,
    prototype: S,
}

impl<S: Benchmark> Bench<S> {
    /// Makes sweeps of `S` within a session, starting from the declared defaults.
    ///
    /// # Errors
    /// Where an input's domain is impossible.
    pub fn new(session: Rc<RefCell<Session>>) -> Result<Self, DomainError> {
        Ok(Self {
            session,
            prototype: S::baseline()?,
        })
    }

    /// The value that every sample is copied from. Set fields without an attribute here, such as shared data.
    pub fn prototype(&mut self) -> &mut S {
        &mut self.prototype
    }

    /// Sets the program's own configuration, before its first sweep.
    ///
    /// The command line, the environment and `bencher.toml` override it, and so does a sweep
    /// ([`SweepBuilder::repeats`], [`SweepBuilder::order`]).
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// bench.configure(|config| config.repeats = Some(3));
    /// let result = bench.sweep("By length").inputs([Sorting::LEN.samples(5)]).run()?;
    /// assert_eq!(result.dataset().shape(), [5, 3]);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn configure(&mut self, change: impl FnOnce(&mut RunConfig)) {
        self.session.borrow_mut().configure(change);
    }

    /// Sweeps of another type within the same run.
    ///
    /// # Errors
    /// Where an input's domain is impossible.
    pub fn of<T: Benchmark>(&self) -> Result<Bench<T>, DomainError> {
        Bench::new(Rc::clone(&self.session))
    }

    /// Stores the results of functions in the store of the run. As for samples, the run's tag separates them,
    /// `--overwrite` replaces them, and with `--no-cache` they stay in memory.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let functions = bench.function_cache()?;
    /// let primes = |below: &u32| (2..*below).filter(|n| (2..*n).all(|d| n % d != 0)).count();
    /// assert_eq!(functions.call("primes", 1, &10, primes)?, 4);
    /// assert_eq!(bench.function_cache()?.call("primes", 1, &10, |_| 0)?, 4);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store does not open.
    pub fn function_cache(&self) -> Result<JobFunctionCache, StoreError> {
        self.session.borrow_mut().function_cache()
    }

    /// Begins the declaration of a sweep; its title also names it on the command line.
    pub fn sweep(&mut self, title: impl Into<String>) -> SweepBuilder<'_, S> {
        SweepBuilder::new(&self.session, &self.prototype, title.into())
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Bench<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
