//! Takes the samples that a search proposes, and tells the search of them.

use std::collections::HashMap;
use std::time::Instant;

use crate::job::{FinishedJob, FutureCache, Job, JobOutcome, TIMED_OUT};
use crate::optimize::{Next, SearchEnd, SearchError};
use crate::plan::Plan;
use crate::progress::ProgressSink;
use crate::record::Counts;
use crate::stats::{mean, median};
use crate::store::KeyMaker;
use crate::value::Value;

use super::rounds::time_of;
use super::run::{RunEnd, SweepExecutor};
use super::run_options::RunOptions;
use super::search_leader::Leader;
use super::search_run::{Ended, SearchRun};
use super::search_target::TargetVerdict;

/// The objectives of a sample, or why it has none.
pub(super) type Objectives = Result<Vec<f64>, String>;

/// The samples of a search so far.
pub(super) struct Evaluations<'r> {
    pub(super) executor: &'r SweepExecutor,
    pub(super) search: SearchRun,
    pub(super) keys: Option<KeyMaker>,
    /// The jobs that ended, for the cells.
    pub(super) finished: Vec<FinishedJob>,
    /// The objectives of each sample, by trial and repeat.
    pub(super) told: HashMap<u64, Vec<(u32, Objectives)>>,
    pub(super) counts: Counts,
    pub(super) started: Instant,
    /// When trials were known, in seconds since then.
    pub(super) seconds: HashMap<u64, f64>,
    /// The best point so far.
    pub(super) leader: Leader,
    /// The last repeat of each trial that was submitted.
    pub(super) repeats: HashMap<u64, u32>,
    /// The trial that reached the target.
    pub(super) reached: Option<u64>,
}

/// The parts that the samples of a search need.
pub(super) struct SearchContext<'r> {
    pub(super) options: &'r RunOptions,
    pub(super) jobs: &'r mut FutureCache,
    pub(super) end: &'r mut RunEnd,
    pub(super) progress: &'r mut dyn ProgressSink,
}

impl Evaluations<'_> {
    /// Evaluates proposals until the search ends.
    pub(super) fn propose_all(
        &mut self,
        run: &mut SearchContext<'_>,
    ) -> Result<Ended, SearchError> {
        let mut ended = None;
        loop {
            if run.options.interrupt.is_requested() && !run.end.interrupted {
                run.end.interrupted = true;
                ended = Some(Ended::Early);
                run.jobs.cancel();
            }
            if ended.is_none() && self.search.deadline.is_some_and(|at| at <= Instant::now()) {
                ended = Some(Ended::Time);
            }
            while ended.is_none() {
                if run.options.fail_fast && run.jobs.pending() > 0 {
                    break;
                }
                match self.search.proposals.next()? {
                    Next::Wait(_) => break,
                    Next::Ended(reason) => ended = Some(Ended::BySearch(reason)),
                    Next::Proposal { number, .. } => {
                        self.place(number);
                        for _ in 0..self.executor.plan.repeats() {
                            self.submit_next(number, run);
                        }
                    }
                }
            }
            if run.jobs.pending() == 0 {
                if let Some(ended) = ended {
                    // The last trials may have reached the target when nothing more was to be proposed.
                    let target = self.search.proposals.ended().filter(SearchEnd::is_target);
                    return Ok(match target {
                        Some(target) if ended != Ended::Early => Ended::BySearch(target),
                        _ => ended,
                    });
                }
                continue;
            }
            self.gather(run);
            if run.end.store_error.is_some() || run.end.failed_fast {
                run.jobs.cancel();
                ended = Some(Ended::Early);
                if run.end.store_error.is_some() {
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

    /// Submits the next repeat of a trial, and returns its number.
    pub(super) fn submit_next(&mut self, trial: u64, run: &mut SearchContext<'_>) -> u32 {
        let last = self.repeats.entry(trial).or_default();
        *last += 1;
        let repeat = *last;
        let job = self.job(trial, repeat);
        run.jobs.submit(job);
        repeat
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
    pub(super) fn gather(&mut self, run: &mut SearchContext<'_>) {
        let mut done = Vec::new();
        if let Err(error) = run.jobs.gather_into(true, &mut done) {
            run.end.store_error = Some(error);
            done.extend(run.jobs.take_not_stored());
        }
        self.executor.tell_all(&done, run.progress);
        for job in &done {
            self.count(&job.outcome);
            if let Some(told) = self.objectives(job) {
                run.end.failed_fast |= told.is_err() && run.options.fail_fast;
                let all = self.told.entry(job.point).or_default();
                // In the order of repeats, not of workers: a sum depends on it.
                let at = all.partition_point(|(repeat, _)| *repeat < job.repeat);
                all.insert(at, (job.repeat, told));
                self.tell(job.point, run);
            }
        }
        self.finished.append(&mut done);
        self.advance_leader(run);
        run.progress.advance(&self.counts);
    }

    /// Tells the search of a trial whose samples are all there: their means, or the first failure. A trial that seems
    /// to have reached the target is measured again before that.
    fn tell(&mut self, trial: u64, run: &mut SearchContext<'_>) {
        let submitted = self.repeats.get(&trial).copied().unwrap_or(0) as usize;
        let is_told = self.search.proposals.is_told(trial);
        let Some(told) = self.told.get(&trial).filter(|told| told.len() >= submitted) else {
            return;
        };
        if is_told {
            return;
        }
        let samples = told.iter().map(|(_, one)| one);
        let means = centre_of(&self.executor.plan, &self.search.goals, samples);
        let reached = match self.target_verdict(trial) {
            TargetVerdict::Open { more } if !run.end.is_over() => {
                for _ in 0..more {
                    self.submit_next(trial, run);
                }
                return;
            }
            TargetVerdict::Reached(value) => Some(value),
            TargetVerdict::Open { .. } | TargetVerdict::Missed => None,
        };
        self.seconds
            .insert(trial, self.started.elapsed().as_secs_f64());
        // The trial was proposed, and its result is reported once.
        let taken = self.search.proposals.tell(trial, means);
        debug_assert!(taken.is_ok());
        if let Some(value) = reached {
            self.search.proposals.end_at_target(value);
            self.reached = self.reached.or(Some(trial));
        }
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
        Some(objectives_of(plan, job.point, &self.search.goals, sample))
    }

    /// A sample of a trial, if it is there.
    pub(super) fn sample(&self, trial: u64, repeat: u32) -> Option<&Objectives> {
        let mut told = self.told.get(&trial)?.iter();
        told.find_map(|(known, told)| (*known == repeat).then_some(told))
    }

    /// The first objective of the samples of a trial from one repeat on.
    pub(super) fn values(&self, trial: u64, from: u32) -> Vec<f64> {
        let told = self.told.get(&trial).into_iter().flatten();
        let fresh = told.filter(|(repeat, _)| *repeat >= from);
        let values = fresh.filter_map(|(_, told)| told.as_ref().ok()?.first().copied());
        values.collect()
    }

    /// Whether all samples of a trial have the same objectives.
    pub(super) fn is_exact(&self, trial: u64) -> bool {
        let told = self.told.get(&trial).map_or(&[][..], Vec::as_slice);
        told.len() > 1
            && told.windows(2).all(|pair| match pair {
                [(_, Ok(a)), (_, Ok(b))] => {
                    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
                }
                _ => false,
            })
    }
}

/// The objectives of the sample of a point, or why it has none.
pub(super) fn objectives_of(
    plan: &Plan,
    point: u64,
    goals: &[&'static str],
    sample: &[Option<Value>],
) -> Objectives {
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
                let dataset = plan.dataset_of_sample(point, &mut take).ok()?;
                dataset.variable(name).ok()?.number(0)
            }
        };
        value.filter(|value| value.is_finite())
    };
    let values = goals
        .iter()
        .map(|name| objective(name).ok_or_else(|| format!("result `{name}` has no finite value")));
    values.collect()
}

/// The objectives of a point by those of its samples: medians of times, which have a tail of slow ones, and means of
/// others; or the first failure.
pub(super) fn centre_of<'o>(
    plan: &Plan,
    goals: &[&'static str],
    samples: impl Iterator<Item = &'o Objectives>,
) -> Objectives {
    let values: Vec<&Vec<f64>> = samples
        .map(|one| one.as_ref().map_err(Clone::clone))
        .collect::<Result<_, _>>()?;
    let centre = |(at, name): (usize, &&'static str)| {
        let all = values.iter().filter_map(|one| one.get(at)).copied();
        let all: Vec<f64> = all.collect();
        let centre = if is_timed(plan, name) {
            median(&all)
        } else {
            mean(&all)
        };
        centre.unwrap_or(f64::NAN)
    };
    Ok(goals.iter().enumerate().map(centre).collect())
}

/// Whether a result is a measured time.
pub(super) fn is_timed(plan: &Plan, result: &str) -> bool {
    let mut recorded = plan.recorded();
    recorded.any(|(_, var)| var.timed && var.name == result)
}
