//! Takes the samples of timed results in rounds over all points.

use std::collections::HashMap;
use std::sync::Arc;

use crate::dataset::percent;
use crate::job::{FinishedJob, FutureCache, JobOutcome, Sample};
use crate::measure::{MarkedTime, RoundRules, Rounds, StopReason, Timer, floor_of};
use crate::progress::ProgressSink;
use crate::result_collector::ResultCollector;
use crate::stats::RoundTime;
use crate::value::Value;

use super::feed::Skipped;
use super::ordered_run::{ClusterPace, RunControl};

use super::run::{RunEnd, SweepExecutor};
use super::stored_rounds::{CheckRounds, RoundKeys};

/// The outcome of a sweep in rounds.
///
/// ```
/// use bencher_core::sweep_executor::RoundsEnd;
/// let end = RoundsEnd { points: 27, out_of_budget: 4, settled: 0, widest: Some(0.034) };
/// assert!(end.warning(0.01).is_some_and(|text| text.contains("4 of 27 points")));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoundsEnd {
    /// The number of measured points.
    pub points: usize,
    /// The number of points that the budget stopped before they converged.
    pub out_of_budget: usize,
    /// The number of points whose noise settled before they converged.
    pub settled: usize,
    /// The widest bounds of a settled point, as a share of its centre.
    pub widest: Option<f64>,
}

impl RoundsEnd {
    /// A warning for readers of the times, given the target precision.
    pub fn warning(&self, precision: f64) -> Option<String> {
        let wanted = percent(precision);
        let Self {
            points,
            out_of_budget,
            ..
        } = self;
        // A precision of 0 asks for the whole budget, and for nothing else.
        (*out_of_budget > 0 && precision > 0.0).then(|| {
            let were = if *out_of_budget == 1 { "was" } else { "were" };
            format!(
                "the budget ended while {out_of_budget} of {points} points {were} less precise \
                 than {wanted}; the next run continues from there, and `--budget` gives it more \
                 time"
            )
        })
    }
}

/// The settings of a sweep in rounds.
pub(super) struct RoundSettings<'r> {
    pub(super) rules: RoundRules,
    /// The groups of points; each group has its own best point.
    pub(super) groups: &'r HashMap<u64, u64>,
    pub(super) timer: &'r Timer,
    pub(super) control: RunControl<'r>,
    /// The run that measures; larger than every one before.
    pub(super) run: u64,
    /// How many rounds each of several processes has; 0 where there is one.
    pub(super) rounds_per_replicate: u32,
    /// How many rounds several processes have together; 0 where there is one.
    pub(super) repeats_of_all: u32,
    /// Whether this one of several processes measures some stored points again.
    pub(super) checks: bool,
}

/// Takes the rounds of a sweep.
pub(super) struct RoundContext<'r> {
    pub(super) jobs: &'r mut FutureCache,
    pub(super) end: &'r mut RunEnd,
    pub(super) progress: &'r mut dyn ProgressSink,
    pub(super) keys: RoundKeys,
    /// The positions of the timed results in a sample.
    pub(super) times: Vec<usize>,
    pub(super) pace: ClusterPace,
}

impl SweepExecutor {
    /// Takes rounds until every point has converged, or the budget, a failure or the user ends them.
    ///
    /// Stored rounds count if all are of one run, or of runs that were compared, and nothing is to be measured; else
    /// a share of their points is measured again first.
    pub(super) fn run_rounds(
        &self,
        settings: &RoundSettings<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let RoundSettings { rules, timer, .. } = *settings;
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        if settings.control.fail_fast && end.collector.counts().failed > 0 {
            end.failed_fast = true;
            return;
        }
        let keys = settings.control.cached.then(|| plan.key_maker());
        let mut context = RoundContext {
            jobs,
            end,
            progress,
            keys: RoundKeys::new(
                keys,
                settings.run,
                rules.before,
                settings.rounds_per_replicate,
            ),
            times: plan.times(),
            pace: ClusterPace::begin(),
        };
        let started = timer.now();
        let mut rounds = Rounds::new(points.clone(), context.times.len(), rules, started)
            .in_groups(settings.groups.clone());
        let stored = context.keys.find(plan, &points, context.jobs);
        context.keys.apply(context.jobs);
        if settings.rounds_per_replicate > 0 {
            // Processes differ, so a few rounds of one more say nothing of those of another run.
            context.keys.join_newest(&points);
            if rules.before == 0 {
                self.compare_runs(settings, &mut context, (&points, &stored));
            }
        } else if !stored.is_empty() {
            self.take_stored(settings, &mut context, (&points, &stored), &mut rounds);
        }
        context.keys.apply(context.jobs);
        while !context.end.is_over()
            && let Some(list) = rounds.next_round(timer.now())
        {
            self.take_round(settings, &list, &mut rounds, &mut context, None);
        }
        let RoundContext { end, progress, .. } = context;
        end.rounds = Some(ended(&rounds, rules));
        end.contenders = contenders_of(&rounds);
        end.margins = rounds.margins().collect();
        self.finish_rounds(&rounds, skipped, &mut end.collector, progress);
    }

    /// Takes one round of some points; into `kept` what is not to be put into cells yet.
    pub(super) fn take_round(
        &self,
        settings: &RoundSettings<'_>,
        list: &[u64],
        rounds: &mut Rounds,
        context: &mut RoundContext<'_>,
        mut kept: Option<&mut CheckRounds>,
    ) {
        let RoundSettings { timer, control, .. } = *settings;
        let plan = self.plan();
        let RoundContext {
            jobs,
            end,
            progress,
            keys,
            times,
            pace,
        } = context;
        progress.expect(u128::from(rounds.expected()));
        let mut done: Vec<FinishedJob> = Vec::new();
        // With fail-fast, nothing is to run behind the sample that fails.
        let group = if control.fail_fast {
            1
        } else {
            list.len().max(1)
        };
        for group in list.chunks(group) {
            let mut most = 0;
            for point in group {
                let job = keys.job(plan, *point, rounds.count(*point) + 1);
                most = most.max(job.repeat);
                jobs.submit(job);
            }
            if let Err(error) = end.collector.grow(most) {
                progress.note(&format!("there is no room for round {most}: {error}"));
                jobs.cancel();
                rounds.end();
            }
            while jobs.pending() > 0 {
                pace.show(jobs, *progress);
                if control.interrupt.is_requested() && !end.interrupted {
                    end.interrupted = true;
                    jobs.cancel();
                }
                if rounds.is_over(timer.now()) {
                    jobs.cancel();
                }
                if let Err(error) = jobs.gather_into(true, &mut done) {
                    end.store_error = Some(error);
                    done.extend(jobs.take_not_stored());
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
                end.failed_fast |= failed && control.fail_fast;
                if end.store_error.is_some() {
                    break;
                }
            }
            if end.is_over() {
                break;
            }
        }
    }

    /// The points to measure, and those that a constraint leaves out.
    pub(super) fn points(
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
    pub(super) fn finish_rounds(
        &self,
        rounds: &Rounds,
        skipped: Vec<(u64, Arc<str>)>,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) {
        let most = rounds.stops().map(|(_, count, _)| count).max().unwrap_or(0);
        if (self.plan().is_adaptive() || !self.plan().is_timed())
            && let Err(error) = collector.cut(most.max(1))
        {
            progress.note(&format!(
                "the dataset keeps cells for rounds that were not needed: {error}"
            ));
        }
        self.skip_all(skipped, collector, progress);
        let repeats = collector.repeats();
        for (point, count, stop) in rounds.stops() {
            let Some(stop) = stop.filter(|stop| stop.is_enough() && count < repeats) else {
                continue;
            };
            let reason: Arc<str> = format!("not needed after {count} rounds: {stop}").into();
            collector.mark_skipped_from(point, count + 1, &reason);
        }
    }
}

impl SweepExecutor {
    pub(super) fn skip_all(
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
}

pub(super) enum RoundOutcome {
    /// It was not run.
    Nothing,
    Failure,
    /// It was stopped at its time limit.
    TimedOut,
    /// It set none of the timed results; a time below resolution is set.
    Unset,
    /// The times of the timed results.
    Times(Vec<RoundTime>),
}

impl RoundOutcome {
    /// Tells rounds of it; whether there was anything to tell.
    pub(super) fn record(self, rounds: &mut Rounds, point: u64) -> bool {
        match self {
            Self::Nothing => return false,
            Self::Failure => rounds.record(point, None),
            Self::TimedOut => rounds.record_timed_out(point),
            Self::Unset => rounds.record_unset(point),
            Self::Times(times) => rounds.record(point, Some(&times)),
        }
        true
    }
}

/// The outcome of a sample for a timed result.
pub(super) fn time_of(value: Option<&Value>) -> RoundTime {
    let Some(value) = value else {
        return RoundTime::Missing;
    };
    if floor_of(value).is_some() {
        return RoundTime::BelowResolution;
    }
    match MarkedTime::read(value) {
        Some(MarkedTime {
            time,
            busy: Some(_),
            ..
        }) => RoundTime::Preempted(time),
        Some(MarkedTime {
            time,
            share: Some(share),
            ..
        }) => RoundTime::Partial { time, share },
        Some(MarkedTime { time, .. }) => RoundTime::Time(time),
        None => value.as_f64().map_or(RoundTime::Missing, RoundTime::Time),
    }
}

pub(super) fn times_of(outcome: &JobOutcome, positions: &[usize]) -> RoundOutcome {
    let time =
        |sample: &Sample, position: usize| time_of(sample.get(position).and_then(Option::as_ref));
    let times = |sample: &Sample| positions.iter().map(|at| time(sample, *at)).collect();
    let is_set =
        |sample: &Sample, position: &usize| sample.get(*position).is_some_and(Option::is_some);
    match outcome {
        JobOutcome::Measured(sample)
        | JobOutcome::NotStored(sample)
        | JobOutcome::Cached(sample) => {
            if positions.iter().any(|position| is_set(sample, position)) {
                RoundOutcome::Times(times(sample))
            } else {
                RoundOutcome::Unset
            }
        }
        JobOutcome::Failed(_) => RoundOutcome::Failure,
        JobOutcome::TimedOut => RoundOutcome::TimedOut,
        JobOutcome::Cancelled => RoundOutcome::Nothing,
    }
}

/// The leaders of a race, and the points that may be better.
pub(super) fn contenders_of(rounds: &Rounds) -> Vec<(u64, Vec<u64>)> {
    let contenders = rounds.contenders();
    contenders
        .map(|(leader, open)| (leader, open.to_vec()))
        .collect()
}

fn ended(rounds: &Rounds, rules: RoundRules) -> RoundsEnd {
    let precision = rules.precision;
    let mut end = RoundsEnd::default();
    for (point, _, stop) in rounds.stops() {
        end.points += 1;
        match stop {
            // A converged point continued because of the points that it is compared with.
            // In a race, the named contenders say what the budget left open.
            Some(StopReason::Budget) if rules.best.is_none() && rounds.width(point) > precision => {
                end.out_of_budget += 1;
            }
            Some(StopReason::Settled(width)) => {
                end.settled += 1;
                end.widest = Some(end.widest.unwrap_or(0.0).max(width));
            }
            _ => {}
        }
    }
    end
}
