//! Fills the cells of a dataset from finished jobs.
//!
//! A [`ResultCollector`] begins with the plan's empty dataset, in which every cell is pending. Each finished job fills
//! the cells of its point and repeat.
//!
//! ```
#![doc = include_str!("example_sweep.md")]
//! use std::sync::Arc;
//! use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits};
//! use bencher_core::job::{FutureCache, Job, Sample};
//! use bencher_core::result_collector::ResultCollector;
//! use bencher_core::space::Density;
//! use bencher_core::plan::{Plan, SweepChoice};
//! let choice = SweepChoice { inputs: Some(vec![Sorting::PRESORTED]), ..SweepChoice::default() };
//! let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 1, "")?;
//! let mut collector = ResultCollector::new(&plan, "Presorted or not")?;
//! let run = |_: &Job, _: &JobHandle<'_>| -> Result<Sample, String> { Err("no memory".to_owned()) };
//! let backend = Executors::Serial.backend(Arc::new(run), &Limits::default())?;
//! let mut jobs = FutureCache::new(Dispatcher::new(backend), None);
//! let job = jobs.submit(Job { point: 1, repeat: 1, key: None });
//! collector.collect(jobs.result(job)?.ok_or("lost")?, &|point| plan.inputs(point))?;
//! let (dataset, failures, counts) = collector.finish();
//! let states: Vec<_> = dataset.variable("moves")?.states().iter().map(|s| s.name()).collect();
//! assert_eq!(states, ["pending", "failed"]);
//! assert_eq!((failures[0].error.as_str(), counts.failed), ("no memory", 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use crate::dataset::{
    CellState, Dataset, DatasetError, Recorder, UnitScale, Variable, digits, earlier_run, mark_text,
};
use crate::job::{FinishedJob, JobOutcome, RunHit, TIMED_OUT};
use crate::measure::{MarkedTime, floor_of};
use crate::plan::{Plan, PlanError};
use crate::record::{Counts, Failure};
use crate::value::{Kind, Value};

/// Fills a dataset with the samples of finished jobs, and keeps the failures.
///
/// See the [module](self) for an example.
#[derive(Debug)]
pub struct ResultCollector {
    dataset: Dataset,
    tally: Tally,
    layout: Layout,
}

/// Returns the inputs of a point, which are kept with the error of a failed sample.
pub type PointInputs<'p> = dyn Fn(u64) -> Vec<(String, Value)> + 'p;

/// The outcomes of the jobs so far.
#[derive(Debug, Default)]
struct Tally {
    failures: Vec<Failure>,
    counts: Counts,
}

/// Says why a counter has no number: by the position of its result in a sample, and whether that was stored.
#[derive(Clone)]
pub(crate) struct MissingReason(pub(crate) Arc<dyn Fn(usize, bool) -> Option<Arc<str>>>);

impl std::fmt::Debug for MissingReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MissingReason").finish_non_exhaustive()
    }
}

/// Which cells belong to a sample.
#[derive(Debug)]
struct Layout {
    /// For every result that is kept: its position in a sample, its first variable, its parts.
    columns: Vec<(usize, usize, usize)>,
    repeats: usize,
    /// The source of the reasons why counters are unavailable.
    counted: Option<MissingReason>,
}

impl ResultCollector {
    /// Makes a collector for a planned sweep.
    ///
    /// # Errors
    /// Where the dataset does not fit the memory.
    pub fn new(plan: &Plan, title: &str) -> Result<Self, PlanError> {
        let mut columns = Vec::new();
        let mut next = 0;
        for (position, var) in plan.recorded() {
            let parts = match var.kind {
                Kind::Vector(parts) => usize::from(parts),
                _ => 1,
            };
            columns.push((position, next, parts));
            next += parts;
        }
        Ok(Self {
            dataset: plan.dataset(title)?,
            tally: Tally::default(),
            layout: Layout {
                columns,
                repeats: plan.repeats() as usize,
                counted: None,
            },
        })
    }

    /// The same collector, which says of a counter that has no number why not.
    pub(crate) fn explained_by(mut self, counted: Option<MissingReason>) -> Self {
        self.layout.counted = counted;
        self
    }

    /// Records a finished job in its cells.
    ///
    /// # Errors
    /// Where it belongs to another sweep.
    pub fn collect(
        &mut self,
        job: FinishedJob,
        inputs: &PointInputs<'_>,
    ) -> Result<(), DatasetError> {
        let mut refused = Ok(());
        self.collect_all([job], inputs, |_, _, error| refused = Err(error));
        refused
    }

    /// Records finished jobs in their cells. It calls `refused` with the point and the repeat of a job that belongs to
    /// another sweep. Returns the number of jobs that were not cancelled.
    pub fn collect_all(
        &mut self,
        jobs: impl IntoIterator<Item = FinishedJob>,
        inputs: &PointInputs<'_>,
        mut refused: impl FnMut(u64, u32, DatasetError),
    ) -> u64 {
        let mut ran = 0;
        let mut cells = Cells::of(&mut self.dataset, &self.layout);
        for job in jobs {
            let (point, repeat) = (job.point, job.repeat);
            ran += u64::from(job.outcome != JobOutcome::Cancelled);
            if let Err(error) = cells.fill(job, inputs, &mut self.tally) {
                refused(point, repeat, error);
            }
        }
        ran
    }

    /// Records a skipped sample in its cells.
    ///
    /// # Errors
    /// Where it belongs to another sweep.
    pub fn skip(&mut self, point: u64, repeat: u32, reason: &Arc<str>) -> Result<(), DatasetError> {
        let mut cells = Cells::of(&mut self.dataset, &self.layout);
        let flat = cells.flat(point, repeat)?;
        self.tally.counts.skipped += 1;
        cells.record_absent(flat, CellState::Skipped, Some(reason))
    }

    /// Extends the dataset to `repeats` repeats of every point.
    ///
    /// # Errors
    /// Where they do not fit the memory.
    pub fn grow(&mut self, repeats: u32) -> Result<(), DatasetError> {
        let wanted = repeats as usize;
        if wanted <= self.layout.repeats {
            return Ok(());
        }
        // Twice as many at once, so that cells are seldom moved.
        self.resize(wanted.max(self.layout.repeats.saturating_mul(2)))
    }

    /// Drops the repeats above `repeats`.
    ///
    /// # Errors
    /// Where a second copy of the cells does not fit the memory.
    pub fn cut(&mut self, repeats: u32) -> Result<(), DatasetError> {
        self.resize(repeats as usize)
    }

    fn resize(&mut self, repeats: usize) -> Result<(), DatasetError> {
        let count = u32::try_from(repeats).map_err(|_| DatasetError::Position)?;
        self.dataset = self.dataset.with_repeats(count)?;
        self.layout.repeats = repeats;
        Ok(())
    }

    /// The number of repeats of every point in the dataset.
    pub fn repeats(&self) -> u32 {
        u32::try_from(self.layout.repeats).unwrap_or(u32::MAX)
    }

    /// Marks the repeats of a point from one on as skipped.
    pub(crate) fn mark_skipped_from(&mut self, point: u64, from: u32, reason: &Arc<str>) {
        for repeat in from..=self.repeats() {
            self.mark_skipped(point, repeat, reason);
        }
    }

    /// Marks one repeat of a point as skipped.
    pub(crate) fn mark_skipped(&mut self, point: u64, repeat: u32, reason: &Arc<str>) {
        let mut cells = Cells::of(&mut self.dataset, &self.layout);
        let flat = cells.flat(point, repeat);
        // A point of this sweep has cells.
        let left =
            flat.and_then(|flat| cells.record_absent(flat, CellState::Skipped, Some(reason)));
        debug_assert!(left.is_ok());
    }

    /// Counts a sample that was measured to compare, and has no cell.
    pub(crate) fn count_extra(&mut self, job: FinishedJob, inputs: &PointInputs<'_>) {
        let (point, repeat) = (job.point, job.repeat);
        let error = match job.outcome {
            JobOutcome::Cancelled => return,
            JobOutcome::Measured(_) | JobOutcome::NotStored(_) | JobOutcome::Cached(_) => None,
            JobOutcome::Failed(error) => Some(error),
            JobOutcome::TimedOut => Some(TIMED_OUT.to_owned()),
        };
        self.tally.counts.submitted += 1;
        match error {
            Some(error) => self.tally.fail(inputs(point), repeat, error),
            None => self.tally.counts.executed += 1,
        }
    }

    /// Notes at the times that another run measured than the latest in this dataset, which run that was.
    pub(crate) fn note_runs(&mut self, hits: &[RunHit], own: u64) {
        let timed = |var: &Variable| var.info.timed && var.states().contains(&CellState::Measured);
        let has_own = self.dataset.variables().iter().any(timed);
        let runs = hits.iter().map(|hit| hit.run).chain(has_own.then_some(own));
        let (Some(latest), Some(earliest)) = (runs.clone().max(), runs.min()) else {
            return;
        };
        if latest == earliest {
            return;
        }
        let repeats = self.layout.repeats;
        let mut notes: HashMap<u64, Arc<str>> = HashMap::new();
        for hit in hits.iter().filter(|hit| hit.run != latest) {
            let note = notes
                .entry(hit.run)
                .or_insert_with(|| earlier_run(hit.run).into());
            let Some(first) = usize::try_from(hit.point).ok().map(|point| point * repeats) else {
                continue;
            };
            for repeat in (hit.first..=hit.last).take_while(|repeat| *repeat as usize <= repeats) {
                self.dataset.note_time(first + repeat as usize - 1, note);
            }
        }
    }

    /// The counts of samples by their origin so far.
    pub const fn counts(&self) -> Counts {
        self.tally.counts
    }

    /// The failures so far, in the order of their arrival.
    pub fn failures(&self) -> &[Failure] {
        &self.tally.failures
    }

    /// Returns the dataset, the failures and the counts.
    pub fn finish(self) -> (Dataset, Vec<Failure>, Counts) {
        (self.dataset, self.tally.failures, self.tally.counts)
    }
}

/// The cells of a dataset, open to be filled.
struct Cells<'c> {
    variables: Vec<Recorder<'c>>,
    count: usize,
    layout: &'c Layout,
}

impl<'c> Cells<'c> {
    fn of(dataset: &'c mut Dataset, layout: &'c Layout) -> Self {
        Self {
            count: dataset.len(),
            variables: dataset.recorders(),
            layout,
        }
    }

    fn fill(
        &mut self,
        job: FinishedJob,
        inputs: &PointInputs<'_>,
        tally: &mut Tally,
    ) -> Result<(), DatasetError> {
        let FinishedJob {
            point,
            repeat,
            outcome,
            ..
        } = job;
        let flat = self.flat(point, repeat)?;
        let counts = &mut tally.counts;
        counts.submitted += 1;
        match outcome {
            // Whether it is stored or not, it is what the point gave.
            JobOutcome::Measured(sample) | JobOutcome::NotStored(sample) => {
                counts.executed += 1;
                self.record(flat, &sample, CellState::Measured)
            }
            JobOutcome::Cached(sample) => {
                counts.hits += 1;
                self.record(flat, &sample, CellState::Cached)
            }
            JobOutcome::Failed(error) => {
                let reason: Arc<str> = error.as_str().into();
                tally.fail(inputs(point), repeat, error);
                self.record_absent(flat, CellState::Failed, Some(&reason))
            }
            JobOutcome::TimedOut => {
                tally.fail(inputs(point), repeat, TIMED_OUT.to_owned());
                self.record_absent(flat, CellState::TimedOut, Some(&TIMED_OUT.into()))
            }
            JobOutcome::Cancelled => {
                counts.submitted -= 1;
                self.record_absent(flat, CellState::Pending, None)
            }
        }
    }

    /// The cell of a repeat of a point.
    fn flat(&self, point: u64, repeat: u32) -> Result<usize, DatasetError> {
        let repeats = self.layout.repeats;
        usize::try_from(point)
            .ok()
            .filter(|_| (1..=repeats).contains(&(repeat as usize)))
            .and_then(|point| point.checked_mul(repeats)?.checked_add(repeat as usize - 1))
            .filter(|flat| *flat < self.count)
            .ok_or(DatasetError::Position)
    }

    fn record(
        &mut self,
        flat: usize,
        sample: &[Option<Value>],
        state: CellState,
    ) -> Result<(), DatasetError> {
        for (position, first, parts) in &self.layout.columns {
            let variables = self.variables.get_mut(*first..first + parts);
            let variables = variables.unwrap_or_default();
            match sample.get(*position).and_then(Option::as_ref) {
                Some(Value::Vector(items)) => {
                    for (x, variable) in items.iter().zip(variables) {
                        variable.record(flat, &Value::Float(*x), state)?;
                    }
                }
                Some(value) => {
                    if let Some(floor) = floor_of(value) {
                        let reason: Arc<str> = below_text(floor).into();
                        for variable in variables {
                            let below = CellState::BelowResolution;
                            variable.record_absent(flat, below, Some(Arc::clone(&reason)))?;
                        }
                    } else if let Some(variable) = variables.first_mut() {
                        match MarkedTime::read(value) {
                            Some(marked) => variable.record_explained(
                                flat,
                                &Value::Float(marked.time),
                                marked.busy.map_or(state, |_| CellState::Preempted),
                                mark_text(
                                    marked.busy,
                                    marked.share,
                                    marked.is_moved,
                                    marked.is_throttled,
                                )
                                .into(),
                            )?,
                            None => variable.record(flat, value, state)?,
                        }
                    }
                }
                None => {
                    let counted = self.layout.counted.as_ref();
                    let is_stored = state == CellState::Cached;
                    let reason = counted.and_then(|counted| (counted.0)(*position, is_stored));
                    for variable in variables {
                        variable.record_absent(flat, CellState::Missing, reason.clone())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn record_absent(
        &mut self,
        flat: usize,
        state: CellState,
        reason: Option<&Arc<str>>,
    ) -> Result<(), DatasetError> {
        for variable in &mut self.variables {
            variable.record_absent(flat, state, reason.cloned())?;
        }
        Ok(())
    }
}

impl Tally {
    fn fail(&mut self, inputs: Vec<(String, Value)>, repeat: u32, error: String) {
        self.counts.executed += 1;
        self.counts.failed += 1;
        self.failures.push(Failure {
            inputs,
            repeat,
            error,
        });
    }
}

/// The reason of a time below resolution.
fn below_text(floor: f64) -> String {
    let scale = UnitScale::for_magnitude("s", floor);
    format!(
        "shorter than {} {}, the shortest time that can be separated from the measurement overhead",
        digits(scale.apply(floor), 2),
        scale.units()
    )
}
