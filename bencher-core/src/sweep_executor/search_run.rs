//! Runs a search: its samples, and the dataset of its points.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dataset::percent;
use crate::job::FinishedJob;
use crate::optimize::{Goal, Importance, Origin, Proposals, SearchEnd, SearchError};
use crate::plan::{Plan, PlanError};
use crate::progress::ProgressSink;
use crate::record::{Counts, FrontClass, SearchTrial};
use crate::result_collector::ResultCollector;
use crate::space::GrowingRows;
use crate::store::{Provenance, StoreError};
use crate::value::Value;

use super::active_run::next_run;
use super::evaluations::{Evaluations, SearchContext, is_timed};
use super::jobs::Rows;
use super::run::{RunEnd, SweepExecutor};
use super::run_options::RunOptions;
use super::search_best::{FinalRace, NamedBest};
use super::search_front::front_classes;
use super::search_leader::Leader;

/// A search that is to be run.
pub(crate) struct SearchRun {
    pub(crate) proposals: Proposals,
    /// The results that are its objectives, by name.
    pub(crate) goals: Vec<&'static str>,
    /// For how long it proposes, and when that ends.
    pub(crate) time: Option<Duration>,
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
    /// The points in the order of the plan.
    pub(crate) trials: Vec<SearchTrial>,
    /// How much inputs matter, and pairs of them.
    pub(crate) importance: (Vec<Importance>, Vec<Importance>),
}

/// Why a search took no more samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    BySearch(SearchEnd),
    /// The model expected nothing that matters, and the race of the finalists named the best of them within this share.
    Named(f64),
    /// The time was up.
    Time,
    /// An interrupt, a failed sample with fail-fast, or the store.
    Early,
}

impl Ended {
    /// The name of the kind of end, for programs.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::BySearch(end) => end.name(),
            Self::Named(_) => "named",
            Self::Time => "time",
            Self::Early => "stopped",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BySearch(end) => end.fmt(f),
            Self::Named(within) => {
                let within = percent(*within);
                write!(
                    f,
                    "the best point is named within {within}: the model expects no more, and no finalist is better by more"
                )
            }
            Self::Time => f.write_str("the time is up"),
            Self::Early => f.write_str("it was stopped"),
        }
    }
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
        let mut active = self.begin(&mut options, Rows::Growing(search.rows.clone()))?;
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
            started: Instant::now(),
            seconds: HashMap::new(),
            leader: Leader::default(),
            repeats: HashMap::new(),
            reached: None,
        };
        let mut context = SearchContext {
            options: &options,
            jobs: &mut active.jobs,
            end: &mut end,
            progress,
        };
        let mut ended = evaluations.propose_all(&mut context)?;
        let best = if ended == Ended::Early {
            None
        } else {
            evaluations.sample_front(&mut context);
            evaluations.name_best(&mut context)
        };
        if let Ended::BySearch(SearchEnd::NoImprovement { within }) = ended
            && within > 0.0
            && let Some(best) = &best
            && best.race.as_ref().is_none_or(FinalRace::is_decided)
        {
            ended = Ended::Named(within);
        }
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
        let mut order = self.search.proposals.ranked();
        if let Some(best) = &best {
            // It was the best when it was measured again.
            order.retain(|trial| *trial != best.trial);
            order.insert(0, best.trial);
        }
        let trials = self.trials(&order);
        let Self {
            search, finished, ..
        } = self;
        let (proposals, stored) = (search.proposals, search.stored);
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
        let importance = proposals.importance();
        Ok(SearchedRun {
            plan,
            end,
            proposals,
            order,
            ended,
            best,
            stored,
            trials,
            importance,
        })
    }
}

impl Evaluations<'_> {
    /// What is kept of trials, in an order.
    fn trials(&self, order: &[u64]) -> Vec<SearchTrial> {
        let proposals = &self.search.proposals;
        let timed = |goal: &Goal| (goal.clone(), is_timed(&self.executor.plan, goal.name()));
        let goals: Vec<(Goal, bool)> = proposals.goals().iter().map(timed).collect();
        let fronts = if goals.len() > 1 {
            let samples = |trial: &u64| self.samples_by_goal(*trial, goals.len());
            let samples: Vec<Vec<Vec<f64>>> = order.iter().map(samples).collect();
            front_classes(&goals, &samples)
        } else {
            vec![None; order.len()]
        };
        let of = |(trial, front): (&u64, Option<FrontClass>)| {
            let origin = proposals.origin(*trial).unwrap_or(Origin::Random);
            SearchTrial {
                number: *trial,
                origin: origin.to_string(),
                seconds: self.seconds.get(trial).copied().unwrap_or(0.0),
                values: proposals.objectives(*trial).unwrap_or_default().to_vec(),
                front,
            }
        };
        order.iter().zip(fronts).map(of).collect()
    }

    /// The values of the samples of a trial, objective by objective; none where one failed.
    fn samples_by_goal(&self, trial: u64, goals: usize) -> Vec<Vec<f64>> {
        let told = self.told.get(&trial).map_or(&[][..], Vec::as_slice);
        if told.iter().any(|(_, one)| one.is_err()) {
            return Vec::new();
        }
        // A point was measured again since it looked good: what was measured then counts.
        let first = self.executor.plan.repeats();
        let is_again = told.iter().any(|(repeat, _)| *repeat > first);
        let counts = |repeat: &u32| !is_again || *repeat > first;
        let values = |goal: usize| {
            let told = told.iter().filter(|(repeat, _)| counts(repeat));
            let values = told.filter_map(|(_, one)| one.as_ref().ok());
            values.filter_map(|one| one.get(goal)).copied().collect()
        };
        (0..goals).map(values).collect()
    }
}

/// Why a point has fewer samples than the best.
const NOT_AGAIN: &str = "only points that may be the best are measured again";
