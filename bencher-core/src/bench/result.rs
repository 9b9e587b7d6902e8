use std::marker::PhantomData;

use crate::claim::ClaimOutcome;
use crate::dataset::{Comparison, Dataset, DatasetError, Optimum};
use crate::record::{Counts, Failure, SweepRecord};

/// The finished result of a sweep of `S`.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
#[doc = include_str!("../example_bench.md")]
/// let result = bench.sweep("By length").inputs([Sorting::LEN.values([12_u64, 13])]).run()?;
/// assert!(result.was_run());
/// assert_eq!((result.counts().executed, result.counts().failed), (2, 1));
/// assert_eq!(result.failures()[0].error, "thirteen elements");
/// let moves = result.dataset().variable("moves")?;
/// assert_eq!((moves.number(0), moves.number(1)), (Some(66.0), None));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct BenchResult<S> {
    outcome: SweepOutcome,
    sweep: PhantomData<fn() -> S>,
}

/// The result of a sweep of any type.
#[derive(Debug)]
pub(crate) struct SweepOutcome {
    pub(crate) record: SweepRecord,
    /// What its claims came to; empty where they were not judged.
    pub(crate) claims: Vec<ClaimOutcome>,
    /// Whether it was run, or taken from the store.
    pub(crate) was_run: bool,
    /// The directory of the store.
    #[cfg_attr(
        not(feature = "history"),
        expect(dead_code, reason = "histories lie there")
    )]
    pub(crate) root: std::path::PathBuf,
}

impl<S> BenchResult<S> {
    pub(crate) const fn new(outcome: SweepOutcome) -> Self {
        Self {
            outcome,
            sweep: PhantomData,
        }
    }

    /// The results as a labelled grid.
    pub const fn dataset(&self) -> &Dataset {
        &self.outcome.record.dataset
    }

    /// Compares a result at every level of an input with its first level. [`Dataset::compare`] explains the bounds. The
    /// list is empty where the sweep was not run.
    ///
    /// # Errors
    /// Where the result or the input does not exist.
    pub fn compare(&self, result: &str, input: &str) -> Result<Vec<Comparison>, DatasetError> {
        if self.outcome.was_run {
            self.outcome.record.dataset.compare(result, input)
        } else {
            Ok(Vec::new())
        }
    }

    /// The best point of a result, by its direction; `None` where no point has a value, as in a sweep that was not run.
    /// [`Dataset::optimum`] explains the bounds, and [`Dataset::optimum_by`] finds the best point of each group.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let result = bench.sweep("By length").inputs([Sorting::LEN.values([12_u64, 20])]).run()?;
    /// let found = result.optimum("moves")?.ok_or("no value")?;
    /// assert_eq!((found.best.label.as_str(), found.best.value), ("len=12", 66.0));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result, or it has no direction.
    pub fn optimum(&self, result: &str) -> Result<Option<Optimum>, DatasetError> {
        self.outcome.record.dataset.optimum(result)
    }

    /// What the claims on the results came to, in the order of their declaration and of the calls of
    /// [`claim`](crate::bench::SweepBuilder::claim). The list is empty where the sweep was not run or is not complete.
    pub fn claims(&self) -> &[ClaimOutcome] {
        &self.outcome.claims
    }

    /// The record of the sweep, as it is stored.
    pub const fn record(&self) -> &SweepRecord {
        &self.outcome.record
    }

    /// The runs of the sweep over time, this one included, as one dataset with the dimension `over_time`.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// # let root = tempfile::tempdir()?;
    /// # let config = RunConfig { store: Some(root.path().to_owned()), ..RunConfig::default() };
    /// # let config = RunConfig { report: ReportLocation::Disabled, output: OutputFormat::Quiet, ..config };
    /// use bencher_core::bench::{Bench, HistoryOptions, OutputFormat, ReportLocation, RunConfig, Session};
    /// # use bencher_core::sweep_executor::Interrupt;
    /// # use std::{cell::RefCell, rc::Rc};
    /// let history = HistoryOptions { over_time: true, ..HistoryOptions::default() };
    /// let config = RunConfig { history, ..config };
    /// # let session = Rc::new(RefCell::new(Session::new(config, "demo", Interrupt::default())));
    /// # let mut bench = Bench::<Sorting>::new(session)?;
    /// # if cfg!(feature = "store") {
    /// bench.sweep("By length").inputs([Sorting::LEN.samples(3)]).run()?;
    /// let result = bench.sweep("By length").inputs([Sorting::LEN.samples(5)]).run()?;
    /// assert_eq!(result.history()?.shape(), [5, 1, 2], "len, repeat, over_time");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// Where nothing was kept over time, or the history cannot be read.
    #[cfg(feature = "history")]
    pub fn history(&self) -> Result<Dataset, crate::history::HistoryError> {
        let series = crate::history::SeriesKey::of(&self.outcome.record);
        crate::history::History::load(&self.outcome.root, &series)?.dataset()
    }

    /// The counts of samples by their origin.
    pub const fn counts(&self) -> Counts {
        self.outcome.record.counts
    }

    /// The samples that failed.
    pub fn failures(&self) -> &[Failure] {
        &self.outcome.record.failures
    }

    /// Whether the sweep was run. It was not if the run only listed or planned it, or did not choose it. Every cell of
    /// its dataset is then pending. Where the sweep has no plan, or is very large, the dataset has no dimensions.
    pub const fn was_run(&self) -> bool {
        self.outcome.was_run
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for BenchResult<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BenchResult")
            .field("record", &self.outcome.record)
            .field("was_run", &self.outcome.was_run)
            .finish_non_exhaustive()
    }
}
