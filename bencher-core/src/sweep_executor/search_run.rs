//! Runs a search: its samples, and the dataset of its points.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::job::FinishedJob;
use crate::optimize::{Proposals, SearchEnd, SearchError};
use crate::plan::{Plan, PlanError};
use crate::progress::ProgressSink;
use crate::record::Counts;
use crate::result_collector::ResultCollector;
use crate::space::GrowingRows;
use crate::store::{Provenance, StoreError};
use crate::value::Value;

use super::active_run::next_run;
use super::evaluations::{Evaluations, SearchContext};
use super::run::{RunEnd, SweepExecutor};
use super::run_options::RunOptions;
use super::search_best::NamedBest;

/// A search that is to be run.
pub(crate) struct SearchRun {
    pub(crate) proposals: Proposals,
    /// The results that are its objectives, by name.
    pub(crate) goals: Vec<&'static str>,
    /// When no more is proposed.
    pub(crate) deadline: Option<Instant>,
    pub(crate) rows: GrowingRows,
    /// How many stored points it knew when it began.
    pub(crate) stored: usize,
}

/// What a search came to.
pub(crate) struct SearchedRun {
    /// The plan of the evaluated points, the best first.
    pub(crate) plan: Plan,
    pub(crate) end: RunEnd,
    pub(crate) proposals: Proposals,
    /// The numbers of the trials, in the order of the plan.
    pub(crate) order: Vec<u64>,
    pub(crate) ended: Ended,
    /// The point that is named the best; none with several goals, or where all failed.
    pub(crate) best: Option<NamedBest>,
    /// How many stored points it knew when it began.
    pub(crate) stored: usize,
}

/// Why a search took no more samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    BySearch(SearchEnd),
    /// The time was up.
    Time,
    /// An interrupt, a failed sample with fail-fast, or the store.
    Early,
}

/// Why a search could not run.
pub(crate) enum SearchRunError {
    Store(StoreError),
    Search(SearchError),
    Plan(Box<PlanError>),
}

impl From<PlanError> for SearchRunError {
    fn from(error: PlanError) -> Self {
        Self::Plan(Box::new(error))
    }
}

impl From<StoreError> for SearchRunError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SearchError> for SearchRunError {
    fn from(error: SearchError) -> Self {
        Self::Search(error)
    }
}

impl SweepExecutor {
    /// Runs a search. The plan of this executor has the [growing](Plan::growing) points of the search.
    ///
    /// # Errors
    /// Where the workers cannot be started, the store cannot be read, or no point keeps the constraints.
    pub(crate) fn run_search(
        &self,
        mut search: SearchRun,
        title: &str,
        mut options: RunOptions,
        progress: &mut dyn ProgressSink,
    ) -> Result<SearchedRun, SearchRunError> {
        if let Some(mut store) = options.store.take() {
            search.stored = self.learn(&mut *store, &options, &mut search)?;
            options.store = Some(store);
        }
        let mut active = self.begin(&mut options)?;
        if self.plan.is_timed() {
            // Points that are proposed one after the other have no rounds in common.
            let provenance = Provenance {
                run: next_run(active.latest.unwrap_or(0)),
                provisional: true,
                ..Provenance::default()
            };
            active.jobs.measure_by(None, provenance);
        }
        let placeholder = self.plan.at_rows(search.proposals.space().searched(), &[]);
        let empty = placeholder?;
        let collector = ResultCollector::new(&empty, title)?;
        let mut end = RunEnd::new(collector, active.damaged);
        let mut evaluations = Evaluations {
            executor: self,
            search,
            keys: active.cached.then(|| self.plan.key_maker()),
            finished: Vec::new(),
            told: HashMap::new(),
            counts: Counts::default(),
        };
        let mut context = SearchContext {
            options: &options,
            jobs: &mut active.jobs,
            end: &mut end,
            progress,
        };
        let ended = evaluations.propose_all(&mut context)?;
        let best = if ended == Ended::Early {
            None
        } else {
            evaluations.name_best(&mut context)
        };
        let mut run = evaluations.gathered(title, end, ended, best)?;
        run.end.collector = run.end.collector.explained_by(active.missing_reason());
        active.finish(self, &mut run.end, progress);
        Ok(run)
    }
}

impl Evaluations<'_> {
    /// Puts all samples into the cells of a dataset of the evaluated points, the best first.
    fn gathered(
        self,
        title: &str,
        mut end: RunEnd,
        ended: Ended,
        best: Option<NamedBest>,
    ) -> Result<SearchedRun, PlanError> {
        let Self {
            search, finished, ..
        } = self;
        let (proposals, stored) = (search.proposals, search.stored);
        let mut order = proposals.ranked();
        if let Some(best) = &best {
            // It was the best when it was measured again.
            order.retain(|trial| *trial != best.trial);
            order.insert(0, best.trial);
        }
        let space = proposals.space();
        let rows = order
            .iter()
            .filter_map(|trial| space.row(proposals.place(*trial)?));
        let rows: Vec<Vec<Value>> = rows.collect();
        let most = finished.iter().map(|job| job.repeat).max().unwrap_or(1);
        let plan = self.executor.plan.at_rows(space.searched(), &rows)?;
        let plan = plan.with_repeats(most);
        let mut collector = ResultCollector::new(&plan, title)?;
        let positions: HashMap<u64, u64> = order.iter().copied().zip(0..).collect();
        let placed = finished.into_iter().filter_map(|job| {
            let point = *positions.get(&job.point)?;
            Some(FinishedJob { point, ..job })
        });
        let placed: Vec<FinishedJob> = placed.collect();
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for job in &placed {
            *counts.entry(job.point).or_default() += 1;
        }
        collector.collect_all(placed, &|point| plan.inputs(point), |_, _, _| {});
        let reason: Arc<str> = NOT_AGAIN.into();
        for point in 0..order.len() as u64 {
            let count = counts.get(&point).copied().unwrap_or(0);
            collector.mark_skipped_from(point, count + 1, &reason);
        }
        end.collector = collector;
        Ok(SearchedRun {
            plan,
            end,
            proposals,
            order,
            ended,
            best,
            stored,
        })
    }
}

/// Why a point has fewer samples than the best.
const NOT_AGAIN: &str = "only points that may be the best are measured again";
