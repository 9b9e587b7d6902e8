//! Taking the samples of timed results in rounds over all points.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::job::{FutureCache, Job, JobDone, JobOutcome, Sample};
use crate::measure::{
    Alternatives, PILOTS, Preempted, Replicate, RoundRules, Rounds, Stop, Timer, Wanted, floor_of,
};
use crate::progress::ProgressSink;
use crate::result_collector::ResultCollector;
use crate::stats::{RoundTime, rounds_per_process};
use crate::store::Provenance;
use crate::var::{Input, ParametrizedSweep};

use super::feed::Skipped;
use super::in_order::RunWith;
use super::resolve::input_name_of;
use super::run::{RunEnd, SweepExecutor};
use super::stored_rounds::{CHECK_ROUNDS, CheckRounds, LEAST_CHECK_ROUNDS, Remeasured, RoundKeys};
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
    /// The run that measures; larger than every one before.
    pub(super) run: u64,
    /// How many rounds each of several processes has; 0 where there is one.
    pub(super) block: u32,
}

/// What takes the rounds of a sweep.
struct Taking<'r> {
    jobs: &'r mut FutureCache,
    end: &'r mut RunEnd,
    progress: &'r mut dyn ProgressSink,
    keys: RoundKeys,
    /// The positions of the timed results in a sample.
    times: Vec<usize>,
}

impl<S: Benchmark> SweepExecutor<S> {
    /// Takes rounds until every point is known well enough, or somebody or something ends them.
    ///
    /// Stored rounds count if all are of one run, or of runs that were compared, and nothing is to be measured; else
    /// a share of their points is measured again first.
    pub(super) fn run_rounds(
        &self,
        with: &InRounds<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let InRounds { rules, timer, .. } = *with;
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        if with.with.fail_fast && end.collector.counts().failed > 0 {
            end.failed_fast = true;
            return;
        }
        let keys = with.with.cached.then(|| plan.key_maker());
        let mut taking = Taking {
            jobs,
            end,
            progress,
            keys: RoundKeys::new(keys, with.run, rules.before, with.block),
            times: plan.times(),
        };
        let started = timer.now();
        let mut rounds = Rounds::new(points.clone(), taking.times.len(), rules, started);
        let stored = taking.keys.find(plan, &points, taking.jobs);
        taking.keys.apply(taking.jobs);
        if with.block > 0 {
            // Processes differ, so a few rounds of one more say nothing of those of another run.
            taking.keys.join_newest(&points);
        } else if !stored.is_empty() {
            self.take_stored(with, &mut taking, (&points, &stored), &mut rounds);
        }
        taking.keys.apply(taking.jobs);
        while !taking.end.is_over()
            && let Some(list) = rounds.next_round(timer.now())
        {
            self.take_round(with, &list, &mut rounds, &mut taking, None);
        }
        let Taking { end, progress, .. } = taking;
        end.rounds = Some(ended(&rounds, rules.precision));
        self.finish_rounds(&rounds, skipped, &mut end.collector, progress);
    }

    /// Takes the stored rounds that count, or measures some of their points again to see whether they do.
    fn take_stored(
        &self,
        with: &InRounds<'_>,
        taking: &mut Taking<'_>,
        (points, stored): (&[u64], &HashMap<u64, u32>),
        rounds: &mut Rounds,
    ) {
        let plan = self.plan();
        let (rules, started) = (with.rules, with.timer.now());
        let none = CheckRounds::default();
        let is_complete = taking.replay(plan, rounds, &none, started);
        if is_complete && taking.keys.agree(taking.jobs) {
            self.deliver_stored(taking, points, rounds, none);
            return;
        }
        let checked = taking
            .keys
            .to_check(|point| rounds.has_times(point), rules.alternatives);
        if checked.is_empty() {
            self.deliver_stored(taking, points, rounds, none);
            return;
        }
        let before: HashMap<u64, Vec<Vec<f64>>> = checked
            .iter()
            .filter_map(|point| Some((*point, *stored.get(point)?)))
            .map(|of| {
                (
                    of.0,
                    taking
                        .keys
                        .stored_times(plan, of, &taking.times, taking.jobs),
                )
            })
            .collect();
        let epochs = std::mem::take(&mut taking.keys.epochs);
        let fresh = self.check(with, taking, (points, &checked), &epochs);
        let is_whole = !taking.end.is_over();
        let found = fresh.compare(&before, &taking.times);
        *rounds = Rounds::new(points.to_vec(), taking.times.len(), rules, started);
        let fresh = if is_whole && found.is_some_and(|found| found.agrees) {
            taking.keys.epochs = epochs;
            let highest = |point: u64| stored.get(&point).copied().unwrap_or(0);
            fresh.stored_behind(&checked, highest, &taking.keys, taking.jobs)
        } else if is_whole {
            taking.end.remeasured = Some(Remeasured {
                stored: stored.len(),
                checked: checked.len(),
                factors: found.map(|found| found.factors),
            });
            fresh.stored_behind(&checked, |_| 0, &taking.keys, taking.jobs)
        } else {
            fresh
        };
        taking.replay(plan, rounds, &fresh, started);
        self.deliver_stored(taking, points, rounds, fresh);
    }

    /// Measures some of the stored points again, together with those that nothing is stored of.
    fn check(
        &self,
        with: &InRounds<'_>,
        taking: &mut Taking<'_>,
        (points, checked): (&[u64], &[u64]),
        epochs: &HashMap<u64, u64>,
    ) -> CheckRounds {
        let started = with.timer.now();
        let rules = RoundRules {
            rounds: Wanted::Exactly(
                CHECK_ROUNDS
                    .min(with.rules.rounds.most())
                    .max(LEAST_CHECK_ROUNDS),
            ),
            budget: None,
            ..with.rules
        };
        let is_new = |point: &&u64| !epochs.contains_key(point);
        let fresh = points.iter().filter(is_new);
        let live: Vec<u64> = fresh.chain(checked).copied().collect();
        taking.keys.apply(taking.jobs);
        for point in checked {
            let provenance = Provenance {
                provisional: true,
                ..taking.keys.provenance(None)
            };
            taking.jobs.measure_by(Some(*point), provenance);
        }
        let mut rounds = Rounds::new(live, taking.times.len(), rules, started);
        let mut taken = CheckRounds::default();
        let is_over = || {
            let spent = with.timer.now().saturating_sub(started);
            with.rules.budget.is_some_and(|budget| spent >= budget)
        };
        for round in 0.. {
            if taking.end.is_over() || round >= LEAST_CHECK_ROUNDS && is_over() {
                break;
            }
            let Some(list) = rounds.next_round(started) else {
                break;
            };
            self.take_round(with, &list, &mut rounds, taking, Some(&mut taken));
        }
        taken
    }

    /// Takes one round of some points; into `kept` what is not to be put into cells yet.
    fn take_round(
        &self,
        with: &InRounds<'_>,
        list: &[u64],
        rounds: &mut Rounds,
        taking: &mut Taking<'_>,
        mut kept: Option<&mut CheckRounds>,
    ) {
        let InRounds { timer, with, .. } = *with;
        let plan = self.plan();
        let Taking {
            jobs,
            end,
            progress,
            keys,
            times,
        } = taking;
        progress.expect(u128::from(rounds.expected()));
        let mut done: Vec<JobDone> = Vec::new();
        // With fail-fast, nothing is to run behind the sample that fails.
        let group = if with.fail_fast { 1 } else { list.len().max(1) };
        for group in list.chunks(group) {
            let mut most = 0;
            for point in group {
                let job = keys.job(plan, *point, rounds.count(*point) + 1);
                most = most.max(job.repeat);
                jobs.submit(job);
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
                    times_of(&job.outcome, times).record(rounds, job.point);
                }
                let failed = if let Some(kept) = &mut kept {
                    self.tell_all(&done, *progress);
                    kept.add(done.drain(..))
                } else {
                    let delivered = self.deliver(&mut done, &mut end.collector, *progress);
                    progress.advance(&end.collector.counts());
                    delivered.failed
                };
                end.failed_fast |= failed && with.fail_fast;
                if end.store_error.is_some() {
                    break;
                }
            }
            if end.is_over() {
                break;
            }
        }
    }

    /// Puts the stored rounds that count, and those of a check, into their cells.
    fn deliver_stored(
        &self,
        taking: &mut Taking<'_>,
        points: &[u64],
        rounds: &Rounds,
        mut fresh: CheckRounds,
    ) {
        let plan = self.plan();
        let Taking {
            jobs,
            end,
            progress,
            keys,
            ..
        } = taking;
        let mut done: Vec<JobDone> = Vec::new();
        let most = points
            .iter()
            .map(|point| rounds.count(*point))
            .max()
            .unwrap_or(0);
        if let Err(error) = end.collector.grow(most) {
            progress.note(&format!("round {most} has no room: {error}"));
            return;
        }
        for point in points {
            for round in 1..=rounds.count(*point) {
                match fresh.take(*point, round) {
                    Some(job) => done.push(job),
                    None => drop(jobs.submit(keys.job(plan, *point, round))),
                }
            }
            while jobs.pending() > 0 {
                if let Err(error) = jobs.gather_into(true, &mut done) {
                    end.store_error = Some(error);
                    done.extend(jobs.abandon());
                    break;
                }
            }
            self.deliver(&mut done, &mut end.collector, *progress);
        }
        for job in fresh.into_rest() {
            end.collector.count_extra(job, plan);
        }
        progress.advance(&end.collector.counts());
    }

    /// Takes the samples that several processes have put into the store; a point that none of them
    /// could measure is tried once.
    pub(super) fn run_stored(
        &self,
        with: &RunWith<'_>,
        mut keys: RoundKeys,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        let repeats = plan.repeats();
        keys.find(plan, &points, jobs);
        keys.join_newest(&points);
        keys.apply(jobs);
        let mut done: Vec<JobDone> = Vec::new();
        let reason: Arc<str> = "not needed: the time went into more processes".into();
        for point in points {
            let all: Vec<Job> = (1..=repeats)
                .map(|repeat| keys.job(plan, point, repeat))
                .collect();
            let is_stored = |job: &Job| job.key.is_some_and(|key| jobs.has(key));
            let stored: Vec<bool> = all.iter().map(is_stored).collect();
            let none = !stored.contains(&true);
            for (job, is_stored) in all.into_iter().zip(stored) {
                let repeat = job.repeat;
                if is_stored || none && repeat == 1 {
                    jobs.submit(job);
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
        jobs: &mut FutureCache,
        run: u64,
        replicate: Replicate,
        block: u32,
    ) -> u32 {
        if replicate.number < PILOTS {
            return block;
        }
        let plan = self.plan();
        let points: Vec<u64> = (0..u64::try_from(plan.space().len()).unwrap_or(u64::MAX)).collect();
        let mut keys = RoundKeys::new(Some(plan.key_maker()), run, 0, block);
        keys.find(plan, &points, jobs);
        keys.join_newest(&points);
        let times = plan.times();
        let mut wanted: Vec<u32> = Vec::new();
        let mut taken = 0;
        for point in points {
            let mut stored = |repeat: u32| jobs.stored(keys.job(plan, point, repeat).key?);
            let own = replicate.number * block + 1..=(replicate.number + 1) * block;
            let count = own.filter(|repeat| stored(*repeat).is_some()).count();
            taken = taken.max(u32::try_from(count).unwrap_or(u32::MAX));
            let samples: Vec<Vec<Sample>> = (0..PILOTS)
                .map(|process| {
                    let repeats = process * block + 1..=(process + 1) * block;
                    repeats.filter_map(&mut stored).collect()
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

impl Taking<'_> {
    /// Tells rounds of what is there already: of a check, or stored. Whether nothing is left to measure then.
    fn replay<S: ParametrizedSweep>(
        &mut self,
        plan: &Plan<S>,
        rounds: &mut Rounds,
        fresh: &CheckRounds,
        now: Duration,
    ) -> bool {
        while let Some(list) = rounds.next_round(now) {
            let mut is_going = false;
            for point in list {
                let round = rounds.count(point) + 1;
                let recorded = if let Some(outcome) = fresh.outcome(point, round) {
                    times_of(outcome, &self.times)
                } else if self.keys.epochs.contains_key(&point)
                    && let Some(key) = self.keys.job(plan, point, round).key
                    && let Some(sample) = self.jobs.stored(key)
                {
                    times_of(&JobOutcome::Cached(sample), &self.times)
                } else {
                    continue;
                };
                is_going |= recorded.record(rounds, point);
            }
            if !is_going {
                return false;
            }
        }
        true
    }
}

impl<S: ParametrizedSweep> Plan<S> {
    /// The positions of the timed results in a sample.
    fn times(&self) -> Vec<usize> {
        let timed = self.recorded().filter(|(_, var)| var.timed);
        timed.map(|(position, _)| position).collect()
    }

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
    /// It set none of the timed results; a time below resolution is set.
    Unset,
    /// What it gave for the timed results.
    Times(Vec<RoundTime>),
}

impl Recorded {
    /// Tells rounds of it; whether there was anything to tell.
    fn record(self, rounds: &mut Rounds, point: u64) -> bool {
        match self {
            Self::Nothing => return false,
            Self::Failure => rounds.record(point, None),
            Self::Unset => rounds.record_unset(point),
            Self::Times(times) => rounds.record(point, Some(&times)),
        }
        true
    }
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
    let is_set =
        |sample: &Sample, position: &usize| sample.get(*position).is_some_and(Option::is_some);
    match outcome {
        JobOutcome::Measured(sample)
        | JobOutcome::NotStored(sample)
        | JobOutcome::Cached(sample) => {
            if positions.iter().any(|position| is_set(sample, position)) {
                Recorded::Times(times(sample))
            } else {
                Recorded::Unset
            }
        }
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
