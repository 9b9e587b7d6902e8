//! Takes the samples that a search proposes, and then more of those that may be the best.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::job::{FinishedJob, FutureCache, Job, JobOutcome, TIMED_OUT};
use crate::optimize::{Next, Proposals, SearchEnd, SearchError};
use crate::plan::{Plan, PlanError};
use crate::progress::ProgressSink;
use crate::record::Counts;
use crate::result_collector::ResultCollector;
use crate::space::GrowingRows;
use crate::stats::{mean, median};
use crate::store::{KeyMaker, Provenance, SampleIndex, StoreError};
use crate::value::Value;

use super::counter_results::CounterResults;
use super::jobs::{JobSettings, start_jobs};
use super::rounds::time_of;
use super::run::{RunEnd, SweepExecutor, close, next_run};
use super::run_options::RunOptions;
use super::search_best::{CONTENDERS, FRESH, NamedBest};

/// A search that is to be run.
pub(crate) struct SearchRun {
    pub(crate) proposals: Proposals,
    /// The results that are its objectives, by name.
    pub(crate) goals: Vec<&'static str>,
    /// When no more is proposed.
    pub(crate) deadline: Option<Instant>,
    pub(crate) rows: GrowingRows,
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

/// The objectives of a sample, or why it has none.
type Objectives = Result<Vec<f64>, String>;

/// The samples of a search so far.
struct Evaluations<'r> {
    executor: &'r SweepExecutor,
    search: SearchRun,
    keys: Option<KeyMaker>,
    /// The jobs that ended, for the cells.
    finished: Vec<FinishedJob>,
    /// The objectives of each sample, by trial and repeat.
    told: HashMap<u64, Vec<(u32, Objectives)>>,
    counts: Counts,
}

impl SweepExecutor {
    /// Runs a search. The plan of this executor has the [growing](Plan::growing) points of the search.
    ///
    /// # Errors
    /// Where the workers cannot be started, the store cannot be read, or no point keeps the constraints.
    pub(crate) fn run_search(
        &self,
        search: SearchRun,
        title: &str,
        mut options: RunOptions,
        progress: &mut dyn ProgressSink,
    ) -> Result<SearchedRun, SearchRunError> {
        let (store, launch) = (options.store.take(), options.launch.take());
        let cached = store.is_some();
        let (cache, latest) = self.open_cache(store, &options)?.unzip();
        let index = cache.as_ref().and_then(|cache| cache.index.as_ref());
        let damaged = index.map_or(0, SampleIndex::damaged);
        let setting = self.setting(&options);
        let settings = JobSettings {
            executor: self.suitable_executor(&options),
            limits: &options.limits,
            launch,
            retries: options.retries,
        };
        let mut jobs = start_jobs(settings, self.run_function(setting.clone()), cache)?;
        if self.plan.is_timed() {
            // Points that are proposed one after the other have no rounds in common.
            let provenance = Provenance {
                run: next_run(latest.unwrap_or(0)),
                provisional: true,
                ..Provenance::default()
            };
            jobs.measure_by(None, provenance);
        }
        let placeholder = self.plan.at_rows(search.proposals.space().searched(), &[]);
        let empty = placeholder?;
        let collector = ResultCollector::new(&empty, title)?;
        let mut end = RunEnd::new(collector, damaged);
        let mut evaluations = Evaluations {
            executor: self,
            search,
            keys: cached.then(|| self.plan.key_maker()),
            finished: Vec::new(),
            told: HashMap::new(),
            counts: Counts::default(),
        };
        let ended = evaluations.propose_all(&options, &mut jobs, &mut end, progress)?;
        let best = if ended == Ended::Early {
            None
        } else {
            evaluations.name_best(&options, &mut jobs, &mut end, progress)
        };
        let reasons = setting.counted.as_ref().map(CounterResults::missing_reason);
        let mut run = evaluations.gathered(title, end, ended, best)?;
        run.end.collector = run.end.collector.explained_by(reasons);
        close(jobs, &setting.states, &mut run.end, progress);
        run.end.uncounted = self.uncounted(setting.counted.as_deref());
        Ok(run)
    }
}

impl Evaluations<'_> {
    /// Evaluates proposals until the search ends.
    fn propose_all(
        &mut self,
        options: &RunOptions,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) -> Result<Ended, SearchError> {
        let mut ended = None;
        loop {
            if options.interrupt.is_requested() && !end.interrupted {
                end.interrupted = true;
                ended = Some(Ended::Early);
                jobs.cancel();
            }
            if ended.is_none() && self.search.deadline.is_some_and(|at| at <= Instant::now()) {
                ended = Some(Ended::Time);
            }
            while ended.is_none() {
                if options.fail_fast && jobs.pending() > 0 {
                    break;
                }
                match self.search.proposals.next()? {
                    Next::Wait(_) => break,
                    Next::Ended(reason) => ended = Some(Ended::BySearch(reason)),
                    Next::Proposal { number, .. } => {
                        self.place(number);
                        for repeat in 1..=self.executor.plan.repeats() {
                            let job = self.job(number, repeat);
                            jobs.submit(job);
                        }
                    }
                }
            }
            if jobs.pending() == 0 {
                if let Some(ended) = ended {
                    return Ok(ended);
                }
                continue;
            }
            self.gather(options, jobs, end, progress);
            if end.store_error.is_some() || end.failed_fast {
                jobs.cancel();
                ended = Some(Ended::Early);
                if end.store_error.is_some() {
                    return Ok(Ended::Early);
                }
            }
        }
    }

    /// Gives the point of a trial its place in the plan.
    fn place(&self, trial: u64) {
        let space = self.search.proposals.space();
        let place = self.search.proposals.place(trial);
        let row = place.and_then(|place| space.row(place));
        let plan = &self.executor.plan;
        let value = row.and_then(|row| plan.row_value(space.searched(), &row));
        // A place of the space has values; without one, the job fails and says so.
        self.search.rows.push(value.unwrap_or(Value::Bool(false)));
    }

    fn job(&mut self, trial: u64, repeat: u32) -> Job {
        let plan = &self.executor.plan;
        let key = self
            .keys
            .as_mut()
            .map(|keys| keys.key(&plan.values(trial), repeat));
        Job {
            point: trial,
            repeat,
            key,
        }
    }

    /// Waits for samples, and tells the search of trials that are complete.
    fn gather(
        &mut self,
        options: &RunOptions,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let mut done = Vec::new();
        if let Err(error) = jobs.gather_into(true, &mut done) {
            end.store_error = Some(error);
            done.extend(jobs.take_not_stored());
        }
        self.executor.tell_all(&done, progress);
        for job in &done {
            self.count(&job.outcome);
            if let Some(told) = self.objectives(job) {
                end.failed_fast |= told.is_err() && options.fail_fast;
                self.told
                    .entry(job.point)
                    .or_default()
                    .push((job.repeat, told));
                self.tell(job.point);
            }
        }
        self.finished.append(&mut done);
        progress.advance(&self.counts);
    }

    /// Tells the search of a trial whose repeats are all there: their means, or the first failure.
    fn tell(&mut self, trial: u64) {
        let repeats = self.executor.plan.repeats() as usize;
        let Some(told) = self.told.get(&trial).filter(|told| told.len() == repeats) else {
            return;
        };
        let values: Result<Vec<&Vec<f64>>, String> = told
            .iter()
            .map(|(_, one)| one.as_ref().map_err(Clone::clone))
            .collect();
        let goals = self.search.goals.len();
        let means = values.map(|values| {
            let centre = |goal: usize| {
                let all: Vec<f64> = values
                    .iter()
                    .filter_map(|one| one.get(goal))
                    .copied()
                    .collect();
                // Times have a tail of slow ones.
                let centre = if self.is_timed(goal) {
                    median(&all)
                } else {
                    mean(&all)
                };
                centre.unwrap_or(f64::NAN)
            };
            (0..goals).map(centre).collect()
        });
        // The trial was proposed, and is told once.
        let taken = self.search.proposals.tell(trial, means);
        debug_assert!(taken.is_ok());
    }

    /// Whether an objective is a measured time.
    fn is_timed(&self, goal: usize) -> bool {
        let name = self.search.goals.get(goal);
        let mut recorded = self.executor.plan.recorded();
        recorded.any(|(_, var)| var.timed && Some(&var.name) == name)
    }

    fn count(&mut self, outcome: &JobOutcome) {
        let counts = &mut self.counts;
        counts.submitted += u64::from(*outcome != JobOutcome::Cancelled);
        match outcome {
            JobOutcome::Measured(_) | JobOutcome::NotStored(_) => counts.executed += 1,
            JobOutcome::Cached(_) => counts.hits += 1,
            JobOutcome::Failed(_) | JobOutcome::TimedOut => {
                counts.executed += 1;
                counts.failed += 1;
            }
            JobOutcome::Cancelled => {}
        }
    }

    /// The objectives of a sample, or why it has none; nothing where it did not run.
    fn objectives(&self, job: &FinishedJob) -> Option<Objectives> {
        let sample = match &job.outcome {
            JobOutcome::Cancelled => return None,
            JobOutcome::Failed(error) => return Some(Err(error.clone())),
            JobOutcome::TimedOut => return Some(Err(TIMED_OUT.to_owned())),
            JobOutcome::Measured(sample)
            | JobOutcome::NotStored(sample)
            | JobOutcome::Cached(sample) => sample,
        };
        let plan = &self.executor.plan;
        let objective = |name: &&'static str| {
            let recorded = plan.recorded().find(|(_, var)| var.name == *name);
            let value = match recorded {
                Some((at, var)) if var.timed => time_of(sample.get(at)?.as_ref()).seconds(),
                Some((at, _)) => sample.get(at)?.as_ref()?.as_f64(),
                None => {
                    let names = plan.schema().results;
                    let mut take = |index: usize| {
                        let name = names.get(index)?.name;
                        let (at, _) = plan.recorded().find(|(_, var)| var.name == name)?;
                        sample.get(at)?.clone()
                    };
                    let dataset = plan.dataset_of_sample(job.point, &mut take).ok()?;
                    dataset.variable(name).ok()?.number(0)
                }
            };
            value.filter(|value| value.is_finite())
        };
        let values = self.search.goals.iter().map(|name| {
            objective(name).ok_or_else(|| format!("result `{name}` has no finite value"))
        });
        Some(values.collect())
    }

    /// Measures again those that may be the best, side by side, and names the best by what was measured then.
    fn name_best(
        &mut self,
        options: &RunOptions,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) -> Option<NamedBest> {
        let ranked = self.search.proposals.ranked();
        let proposals = &self.search.proposals;
        let [goal] = proposals.goals() else {
            return None;
        };
        let goal = goal.clone();
        let timed = self.is_timed(0);
        let mut contenders: Vec<u64> = ranked
            .into_iter()
            .filter(|trial| proposals.has_succeeded(*trial))
            .take(CONTENDERS)
            .collect();
        let leader = *contenders.first()?;
        let first = self.executor.plan.repeats() + 1;
        if !self.executor.plan.is_timed() {
            // A value that comes out the same needs no second look.
            self.sample_again(&[leader], first, options, jobs, end, progress);
            if self.is_exact(leader) {
                contenders.truncate(1);
                return NamedBest::of((&goal, timed), &contenders, |trial| self.values(trial, 1));
            }
        }
        for repeat in first..first + FRESH {
            if end.is_over() {
                break;
            }
            contenders.rotate_left(1);
            let missing: Vec<u64> = {
                let has = |trial: &&u64| {
                    let told = self.told.get(*trial);
                    told.is_some_and(|told| told.iter().any(|(known, _)| *known == repeat))
                };
                contenders
                    .iter()
                    .filter(|trial| !has(trial))
                    .copied()
                    .collect()
            };
            self.sample_again(&missing, repeat, options, jobs, end, progress);
        }
        NamedBest::of((&goal, timed), &contenders, |trial| {
            self.values(trial, first)
        })
    }

    /// The first objective of the samples of a trial from one repeat on.
    fn values(&self, trial: u64, from: u32) -> Vec<f64> {
        let told = self.told.get(&trial).into_iter().flatten();
        let fresh = told.filter(|(repeat, _)| *repeat >= from);
        let values = fresh.filter_map(|(_, told)| told.as_ref().ok()?.first().copied());
        values.collect()
    }

    /// Whether all samples of a trial have the same objectives.
    fn is_exact(&self, trial: u64) -> bool {
        let told = self.told.get(&trial).map_or(&[][..], Vec::as_slice);
        told.len() > 1
            && told.windows(2).all(|pair| match pair {
                [(_, Ok(a)), (_, Ok(b))] => {
                    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
                }
                _ => false,
            })
    }

    fn sample_again(
        &mut self,
        trials: &[u64],
        repeat: u32,
        options: &RunOptions,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        for trial in trials {
            let job = self.job(*trial, repeat);
            jobs.submit(job);
        }
        while jobs.pending() > 0 && end.store_error.is_none() {
            if options.interrupt.is_requested() && !end.interrupted {
                end.interrupted = true;
                jobs.cancel();
            }
            self.gather(options, jobs, end, progress);
        }
    }

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
        let proposals = search.proposals;
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
        })
    }
}

/// Why a point has fewer samples than the best.
const NOT_AGAIN: &str = "only points that may be the best are measured again";
