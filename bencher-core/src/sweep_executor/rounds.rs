//! Taking the samples of timed results in rounds over all points.

use std::sync::Arc;

use crate::job::{FutureCache, Job, JobDone, JobOutcome, Sample};
use crate::measure::{
    Alternatives, PILOTS, Preempted, Replicate, RoundRules, Rounds, Stop, Timer, floor_of,
};
use crate::progress::ProgressSink;
use crate::result_collector::ResultCollector;
use crate::stats::{RoundTime, rounds_per_process};
use crate::value::Digest;
use crate::var::{Input, ParametrizedSweep};

use super::feed::Skipped;
use super::in_order::RunWith;
use super::resolve::input_name_of;
use super::run::{RunEnd, SweepExecutor};
use super::{Benchmark, Plan, PlanError};

/// How a sweep in rounds ended.
///
/// ```
/// use bencher_core::sweep_executor::RoundsEnd;
/// let end = RoundsEnd { points: 27, out_of_budget: 4, settled: 0, widest: Some(0.034) };
/// assert!(end.warning(0.01).is_some_and(|text| text.contains("4 of 27 points")));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoundsEnd {
    /// The points that were measured.
    pub points: usize,
    /// Those that the budget ended for before they were known as well as wanted.
    pub out_of_budget: usize,
    /// Those whose noise settled before they were known as well as wanted.
    pub settled: usize,
    /// The widest bounds of a settled point, as a share of its centre.
    pub widest: Option<f64>,
}

impl RoundsEnd {
    /// What a reader of the times must know, where they were wanted within a share of their centres.
    pub fn warning(&self, precision: f64) -> Option<String> {
        let wanted = precision * 100.0;
        let Self {
            points,
            out_of_budget,
            ..
        } = self;
        // A precision of 0 asks for the whole budget, and for nothing else.
        (*out_of_budget > 0 && precision > 0.0).then(|| {
            let were = if *out_of_budget == 1 { "was" } else { "were" };
            format!(
                "the budget ended while {out_of_budget} of {points} points {were} not known within \
                 {wanted} %; the next run goes on from there, `--budget` gives it more time"
            )
        })
    }
}

/// What a sweep in rounds works with.
pub(super) struct InRounds<'r> {
    pub(super) rules: RoundRules,
    pub(super) timer: &'r Timer,
    pub(super) with: RunWith<'r>,
}

impl<S: Benchmark> SweepExecutor<S> {
    /// Takes rounds until every point is known well enough, or somebody or something ends them.
    pub(super) fn run_rounds(
        &self,
        with: &InRounds<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let InRounds { rules, timer, with } = *with;
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        if with.fail_fast && end.collector.counts().failed > 0 {
            end.failed_fast = true;
            return;
        }
        let times: Vec<usize> = plan
            .recorded()
            .filter(|(_, var)| var.timed)
            .map(|(position, _)| position)
            .collect();
        let mut rounds = Rounds::new(points, times.len(), rules, timer.now());
        let mut keys = with.cached.then(|| plan.key_maker());
        let mut done: Vec<JobDone> = Vec::new();
        while let Some(list) = rounds.next_round(timer.now()) {
            progress.expect(u128::from(rounds.expected()));
            // With fail-fast, nothing is to run behind the sample that fails.
            let group = if with.fail_fast { 1 } else { list.len().max(1) };
            for group in list.chunks(group) {
                let mut most = 0;
                for point in group {
                    let repeat = rules.before + rounds.count(*point) + 1;
                    most = most.max(repeat);
                    let key = keys.as_mut().map(|k| k.key(&plan.values(*point), repeat));
                    let point = *point;
                    jobs.submit(Job { point, repeat, key });
                }
                if let Err(error) = end.collector.grow(most) {
                    progress.note(&format!("round {most} has no room: {error}"));
                    jobs.cancel();
                }
                while jobs.pending() > 0 {
                    if with.interrupt.is_requested() && !end.interrupted {
                        end.interrupted = true;
                        jobs.cancel();
                    }
                    if rounds.is_over(timer.now()) {
                        jobs.cancel();
                    }
                    if let Err(error) = jobs.gather_into(true, &mut done) {
                        end.store_error = Some(error);
                        done.extend(jobs.abandon());
                    }
                    for job in &done {
                        match times_of(&job.outcome, &times) {
                            Recorded::Nothing => {}
                            Recorded::Failure => rounds.record(job.point, None),
                            Recorded::Times(times) => rounds.record(job.point, Some(&times)),
                        }
                    }
                    let delivered = self.deliver(&mut done, &mut end.collector, progress);
                    end.failed_fast |= delivered.failed && with.fail_fast;
                    progress.advance(&end.collector.counts());
                    if end.store_error.is_some() {
                        break;
                    }
                }
                if end.interrupted || end.failed_fast || end.store_error.is_some() {
                    break;
                }
            }
            if end.interrupted || end.failed_fast || end.store_error.is_some() {
                break;
            }
        }
        end.rounds = Some(ended(&rounds, rules.precision));
        self.finish_rounds(&rounds, skipped, &mut end.collector, progress);
    }

    /// Takes the samples that several processes have put into the store; a point that none of them
    /// could measure is tried once.
    pub(super) fn run_stored(
        &self,
        with: &RunWith<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        let repeats = plan.repeats();
        let mut keys = plan.key_maker();
        let mut done: Vec<JobDone> = Vec::new();
        let reason: Arc<str> = "not needed: the time went into more processes".into();
        for point in points {
            let values = plan.values(point);
            let stored: Vec<Option<Digest>> = (1..=repeats)
                .map(|repeat| Some(keys.key(&values, repeat)).filter(|key| jobs.has(*key)))
                .collect();
            let none = stored.iter().all(Option::is_none);
            for (repeat, key) in (1..=repeats).zip(stored) {
                let key = key.or_else(|| (none && repeat == 1).then(|| keys.key(&values, 1)));
                if key.is_some() {
                    jobs.submit(Job { point, repeat, key });
                } else if none {
                    break;
                } else {
                    end.collector.leave_out_one(point, repeat, &reason);
                }
            }
            while jobs.pending() > 0 {
                if let Err(error) = jobs.gather_into(true, &mut done) {
                    end.store_error = Some(error);
                    done.extend(jobs.abandon());
                }
                let delivered = self.deliver(&mut done, &mut end.collector, progress);
                end.failed_fast |= delivered.failed && with.fail_fast;
                if end.store_error.is_some() {
                    return;
                }
            }
            progress.advance(&end.collector.counts());
            if end.failed_fast {
                return;
            }
        }
        self.skip_all(skipped, &mut end.collector, progress);
    }

    /// The points to measure, and those that a constraint leaves out.
    fn points(
        &self,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) -> (Vec<u64>, Vec<(u64, Arc<str>)>) {
        let plan = self.plan();
        let all = 0..u64::try_from(plan.space().len()).unwrap_or(u64::MAX);
        if !plan.has_constraints() {
            return (all.collect(), Vec::new());
        }
        let (mut points, mut skipped) = (Vec::new(), Vec::new());
        for point in all {
            match plan.skipped(point) {
                Ok(None) => points.push(point),
                Ok(Some(reason)) => skipped.push((point, Arc::from(reason))),
                Err(error) => {
                    let failed = Skipped {
                        point,
                        repeat: 1,
                        reason: Err(error),
                    };
                    self.skip(failed, &mut end.collector, progress);
                }
            }
        }
        (points, skipped)
    }

    /// Says of the cells that no round filled why not.
    fn finish_rounds(
        &self,
        rounds: &Rounds,
        skipped: Vec<(u64, Arc<str>)>,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) {
        let most = rounds.stops().map(|(_, count, _)| count).max().unwrap_or(0);
        if self.plan().is_adaptive()
            && let Err(error) = collector.cut(most.max(1))
        {
            progress.note(&format!("the rounds that were not needed stay: {error}"));
        }
        self.skip_all(skipped, collector, progress);
        let repeats = collector.repeats();
        for (point, count, stop) in rounds.stops() {
            let Some(stop) = stop.filter(|stop| stop.is_enough() && count < repeats) else {
                continue;
            };
            let reason: Arc<str> = format!("not needed after {count} rounds: {stop}").into();
            collector.leave_out(point, count + 1, &reason);
        }
    }
}

impl<S: Benchmark> SweepExecutor<S> {
    fn skip_all(
        &self,
        skipped: Vec<(u64, Arc<str>)>,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) {
        for (point, reason) in skipped {
            for repeat in 1..=collector.repeats() {
                let reason = Ok(Arc::clone(&reason));
                let skipped = Skipped {
                    point,
                    repeat,
                    reason,
                };
                self.skip(skipped, collector, progress);
            }
        }
    }

    /// How many rounds are worth taking in a process after the first ones, by what those have stored.
    pub(super) fn rounds_of_replicate(
        &self,
        jobs: &FutureCache,
        replicate: Replicate,
        block: u32,
    ) -> u32 {
        if replicate.number < PILOTS {
            return block;
        }
        let plan = self.plan();
        let mut keys = plan.key_maker();
        let times: Vec<usize> = plan
            .recorded()
            .filter(|(_, var)| var.timed)
            .map(|(position, _)| position)
            .collect();
        let mut wanted: Vec<u32> = Vec::new();
        let mut taken = 0;
        for point in 0..u64::try_from(plan.space().len()).unwrap_or(u64::MAX) {
            let values = plan.values(point);
            let own = replicate.number * block + 1..=(replicate.number + 1) * block;
            let stored = own.filter(|repeat| jobs.has(keys.key(&values, *repeat)));
            taken = taken.max(u32::try_from(stored.count()).unwrap_or(u32::MAX));
            let samples: Vec<Vec<Sample>> = (0..PILOTS)
                .map(|process| {
                    let repeats = process * block + 1..=(process + 1) * block;
                    let stored = repeats.map(|repeat| jobs.stored(keys.key(&values, repeat)));
                    stored.flatten().collect()
                })
                .collect();
            for position in &times {
                let time = |sample: &Sample| sample.get(*position)?.as_ref()?.as_f64();
                let processes: Vec<Vec<f64>> = samples
                    .iter()
                    .map(|samples| samples.iter().filter_map(time).collect())
                    .collect();
                wanted.push(rounds_per_process(&processes, replicate.cost).unwrap_or(block));
            }
        }
        // What an earlier run decided stays: the cost of a start is measured anew in each.
        if taken > 0 {
            return taken.min(block);
        }
        // All points have the same rounds: so many that half of them would not want more.
        wanted.sort_unstable();
        let middle = wanted.get(wanted.len() / 2).copied().unwrap_or(block);
        middle.clamp(1, block)
    }
}

impl<S: ParametrizedSweep> Plan<S> {
    /// The same sweep in as many rounds as its timed results need.
    #[must_use]
    pub fn in_rounds(mut self) -> Self {
        self.adaptive = true;
        self
    }

    /// Which points differ in one input alone; all by themselves where it is not swept.
    ///
    /// # Errors
    /// Where there is no such input.
    pub fn alternatives(&self, input: &Input<S>) -> Result<Alternatives, PlanError> {
        let name = input_name_of(input)?;
        let axes = self.space().axes();
        let at = axes.iter().position(|axis| axis.name == name);
        let Some(at) = at else {
            return Ok(Alternatives {
                stride: 1,
                count: 1,
            });
        };
        let later = axes.iter().skip(at + 1);
        Ok(Alternatives {
            stride: later.map(|axis| axis.levels.len()).product(),
            count: axes.get(at).map_or(1, |axis| axis.levels.len()),
        })
    }

    /// The same sweep with so many repeats, one at least.
    #[must_use]
    pub fn with_repeats(mut self, repeats: u32) -> Self {
        self.repeats = repeats.max(1);
        self
    }

    /// Whether the number of repeats is found while the sweep runs.
    pub const fn is_adaptive(&self) -> bool {
        self.adaptive
    }
}

enum Recorded {
    /// It was not run.
    Nothing,
    Failure,
    /// What it gave for the timed results.
    Times(Vec<RoundTime>),
}

fn times_of(outcome: &JobOutcome, positions: &[usize]) -> Recorded {
    let time = |sample: &Sample, position: usize| -> RoundTime {
        let Some(value) = sample.get(position).and_then(Option::as_ref) else {
            return RoundTime::Missing;
        };
        if floor_of(value).is_some() {
            return RoundTime::BelowResolution;
        }
        if let Some(preempted) = Preempted::read(value) {
            return RoundTime::Preempted(preempted.time);
        }
        value.as_f64().map_or(RoundTime::Missing, RoundTime::Time)
    };
    let times = |sample: &Sample| positions.iter().map(|at| time(sample, *at)).collect();
    match outcome {
        JobOutcome::Measured(sample)
        | JobOutcome::NotStored(sample)
        | JobOutcome::Cached(sample) => Recorded::Times(times(sample)),
        JobOutcome::Failed(_) | JobOutcome::TimedOut => Recorded::Failure,
        JobOutcome::Cancelled => Recorded::Nothing,
    }
}

fn ended(rounds: &Rounds, precision: f64) -> RoundsEnd {
    let mut end = RoundsEnd::default();
    for (point, _, stop) in rounds.stops() {
        end.points += 1;
        match stop {
            // One that is known well enough went on for the sake of those it is compared with.
            Some(Stop::Budget) if rounds.width(point) > precision => end.out_of_budget += 1,
            Some(Stop::Settled(width)) => {
                end.settled += 1;
                end.widest = Some(end.widest.unwrap_or(0.0).max(width));
            }
            _ => {}
        }
    }
    end
}
