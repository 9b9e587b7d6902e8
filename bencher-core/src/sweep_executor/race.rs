//! Names the best point of results that are no times, but differ between repeats.

use std::collections::HashMap;

use crate::job::{FinishedJob, FutureCache, Job, JobOutcome};
use crate::measure::{BestRule, RoundRules, Rounds, Timer};
use crate::progress::ProgressSink;
use crate::stats::RoundTime;

use super::ordered_run::RunControl;
use super::rounds::contenders_of;
use super::run::{RunEnd, SweepExecutor};

/// How a race is run.
pub(super) struct RaceSettings<'r> {
    pub(super) rules: RoundRules,
    /// The groups of points; each group has its own best point.
    pub(super) groups: &'r HashMap<u64, u64>,
    pub(super) timer: &'r Timer,
}

impl SweepExecutor {
    /// Takes samples in rounds until the best point is named, or the repeats or the budget end.
    pub(super) fn run_race(
        &self,
        settings: &RaceSettings<'_>,
        control: &RunControl<'_>,
        (jobs, end, progress): (&mut FutureCache, &mut RunEnd, &mut dyn ProgressSink),
    ) {
        let RaceSettings {
            rules,
            groups,
            timer,
        } = *settings;
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        if control.fail_fast && end.collector.counts().failed > 0 {
            end.failed_fast = true;
            return;
        }
        let mut keys = control.cached.then(|| plan.key_maker());
        let started = timer.now();
        // One result is recorded: the rounds know its position as that of the first.
        let result = rules.best.map_or(0, |best| best.result);
        let best = rules.best.map(|best| BestRule { result: 0, ..best });
        let rules = RoundRules { best, ..rules };
        let mut rounds = Rounds::new(points, 1, rules, started).in_groups(groups.clone());
        let mut done: Vec<FinishedJob> = Vec::new();
        while !end.is_over()
            && let Some(list) = rounds.next_round(timer.now())
        {
            progress.expect(u128::from(rounds.expected()));
            // With fail-fast, nothing is to run behind the sample that fails.
            let group = if control.fail_fast { 1 } else { list.len() };
            for group in list.chunks(group.max(1)) {
                let repeats = group.iter().map(|point| rounds.count(*point) + 1);
                if let Err(error) = end.collector.grow(repeats.max().unwrap_or(1)) {
                    progress.note(&format!("there is no room for another round: {error}"));
                    rounds.end();
                    break;
                }
                for point in group {
                    let repeat = rounds.count(*point) + 1;
                    let key = keys
                        .as_mut()
                        .map(|keys| keys.key(&plan.values(*point), repeat));
                    jobs.submit(Job {
                        point: *point,
                        repeat,
                        key,
                    });
                }
                while jobs.pending() > 0 && end.store_error.is_none() {
                    if control.interrupt.is_requested() && !end.interrupted {
                        end.interrupted = true;
                        jobs.cancel();
                    }
                    if let Err(error) = jobs.gather_into(true, &mut done) {
                        end.store_error = Some(error);
                        done.extend(jobs.take_not_stored());
                    }
                    for job in &done {
                        record(job, result, &mut rounds);
                    }
                    let delivered = self.deliver(&mut done, &mut end.collector, progress);
                    progress.advance(&end.collector.counts());
                    end.failed_fast |= delivered.failed && control.fail_fast;
                }
                if end.is_over() {
                    break;
                }
            }
        }
        end.contenders = contenders_of(&rounds);
        end.margins = rounds.margins().collect();
        self.finish_rounds(&rounds, skipped, &mut end.collector, progress);
    }
}

/// Tells rounds of the value of a sample.
fn record(job: &FinishedJob, result: usize, rounds: &mut Rounds) {
    match &job.outcome {
        JobOutcome::Cancelled => {}
        JobOutcome::Failed(_) => rounds.record(job.point, None),
        JobOutcome::TimedOut => rounds.record_timed_out(job.point),
        JobOutcome::Measured(sample)
        | JobOutcome::NotStored(sample)
        | JobOutcome::Cached(sample) => {
            let value = sample.get(result).and_then(Option::as_ref);
            match value.and_then(crate::value::Value::as_f64) {
                Some(value) => rounds.record(job.point, Some(&[RoundTime::Time(value)])),
                None => rounds.record_unset(job.point),
            }
        }
    }
}
