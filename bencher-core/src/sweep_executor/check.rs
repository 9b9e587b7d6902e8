//! Takes stored rounds. Where they would be combined with new ones, a share of their points is first measured again.

use std::collections::HashMap;
use std::time::Duration;

use crate::job::{FinishedJob, JobOutcome};
use crate::measure::{RoundRules, RoundTarget, Rounds};
use crate::store::Provenance;

use super::replicates::DifferingReplicates;
use super::rounds::{RoundContext, RoundSettings, times_of};
use super::run::SweepExecutor;
use super::stored_rounds::{CHECK_ROUNDS, CheckRounds, LEAST_CHECK_ROUNDS, RemeasureNotice};
use crate::plan::Plan;

impl SweepExecutor {
    /// Takes the stored rounds that count, or measures some of their points again to see whether they do.
    pub(super) fn take_stored(
        &self,
        settings: &RoundSettings<'_>,
        context: &mut RoundContext<'_>,
        (points, stored): (&[u64], &HashMap<u64, u32>),
        rounds: &mut Rounds,
    ) {
        let plan = self.plan();
        let (rules, started) = (settings.rules, settings.timer.now());
        let none = CheckRounds::default();
        let is_complete = context.replay(plan, rounds, &none, started);
        if is_complete && context.keys.agree(context.jobs) {
            self.deliver_stored(context, points, rounds, none);
            return;
        }
        let checked = context
            .keys
            .to_check(|point| rounds.has_times(point), rules.alternatives);
        if checked.is_empty() {
            self.deliver_stored(context, points, rounds, none);
            return;
        }
        let before: HashMap<u64, Vec<Vec<f64>>> = checked
            .iter()
            .filter_map(|point| Some((*point, *stored.get(point)?)))
            .map(|of| {
                (
                    of.0,
                    context
                        .keys
                        .stored_times(plan, of, &context.times, context.jobs),
                )
            })
            .collect();
        let epochs = std::mem::take(&mut context.keys.epochs);
        let fresh = self.check(settings, context, (points, &checked), &epochs);
        let is_whole = !context.end.is_over();
        let found = fresh.compare(&before, &context.times);
        *rounds = Rounds::new(points.to_vec(), context.times.len(), rules, started);
        let fresh = if is_whole && found.is_some_and(|found| found.agrees) {
            context.keys.epochs = epochs;
            let highest = |point: u64| stored.get(&point).copied().unwrap_or(0);
            fresh.stored_behind(&checked, highest, &context.keys, context.jobs)
        } else if is_whole {
            context.end.remeasured = Some(RemeasureNotice {
                stored: stored.len(),
                checked: checked.len(),
                factors: found.map(|found| found.factors),
            });
            fresh.stored_behind(&checked, |_| 0, &context.keys, context.jobs)
        } else {
            fresh
        };
        context.replay(plan, rounds, &fresh, started);
        self.deliver_stored(context, points, rounds, fresh);
    }

    /// Has the first replicate measure all points again, where the stored rounds of earlier runs differ from each other
    /// or from its new times; the other replicates follow it.
    pub(super) fn compare_runs(
        &self,
        settings: &RoundSettings<'_>,
        context: &mut RoundContext<'_>,
        (points, stored): (&[u64], &HashMap<u64, u32>),
    ) {
        let RoundContext { jobs, keys, .. } = context;
        let found = self.difference_of_runs(keys, settings.repeats_of_all, points, jobs);
        let found = found.or_else(|| {
            let checks = settings.checks && !stored.is_empty();
            checks.then(|| self.difference_now(settings, context, points))?
        });
        if let Some(found) = found {
            context.keys.measure_anew();
            context.end.differing = Some(DifferingReplicates {
                are_measured_anew: true,
                ..found
            });
        }
    }

    /// By how much the times of this process differ from those that processes of earlier runs stored, where
    /// they do.
    fn difference_now(
        &self,
        settings: &RoundSettings<'_>,
        context: &mut RoundContext<'_>,
        points: &[u64],
    ) -> Option<DifferingReplicates> {
        let RoundContext { jobs, keys, .. } = context;
        let before: HashMap<u64, Vec<Vec<f64>>> = points
            .iter()
            .map(|point| {
                let centres = self.stored_centres(keys, settings.repeats_of_all, *point, jobs);
                (*point, centres)
            })
            .collect();
        let has_times = |point| {
            let centres = before.get(&point);
            centres.is_some_and(|results| results.iter().any(|times| !times.is_empty()))
        };
        let checked = keys.to_check(has_times, settings.rules.alternatives);
        let epochs = std::mem::take(&mut keys.epochs);
        let fresh = self.check(settings, context, (&[], &checked), &epochs);
        context.keys.epochs = epochs;
        let before = before.into_iter();
        let before = before
            .filter(|(point, _)| checked.contains(point))
            .collect();
        let found = fresh.compare(&before, &context.times)?;
        let plan = self.plan();
        for job in fresh.into_rest() {
            let collector = &mut context.end.collector;
            collector.count_extra(job, &|point| plan.inputs(point));
        }
        (!found.agrees).then_some(DifferingReplicates {
            factors: found.factors,
            are_measured_anew: false,
        })
    }

    /// Measures some of the stored points again, together with those that nothing is stored of.
    fn check(
        &self,
        settings: &RoundSettings<'_>,
        context: &mut RoundContext<'_>,
        (points, checked): (&[u64], &[u64]),
        epochs: &HashMap<u64, u64>,
    ) -> CheckRounds {
        let started = settings.timer.now();
        let rules = RoundRules {
            rounds: RoundTarget::Exactly(
                CHECK_ROUNDS
                    .min(settings.rules.rounds.most())
                    .max(LEAST_CHECK_ROUNDS),
            ),
            budget: None,
            best: None,
            ..settings.rules
        };
        let is_new = |point: &&u64| !epochs.contains_key(point);
        let fresh = points.iter().filter(is_new);
        let live: Vec<u64> = fresh.chain(checked).copied().collect();
        context.keys.apply(context.jobs);
        for point in checked {
            let provenance = Provenance {
                provisional: true,
                ..context.keys.provenance(None)
            };
            context.jobs.measure_by(Some(*point), provenance);
        }
        let mut rounds = Rounds::new(live, context.times.len(), rules, started);
        let mut taken = CheckRounds::default();
        let is_over = || {
            let spent = settings.timer.now().saturating_sub(started);
            settings.rules.budget.is_some_and(|budget| spent >= budget)
        };
        for round in 0.. {
            if context.end.is_over() || round >= LEAST_CHECK_ROUNDS && is_over() {
                break;
            }
            let Some(list) = rounds.next_round(started) else {
                break;
            };
            self.take_round(settings, &list, &mut rounds, context, Some(&mut taken));
        }
        taken
    }

    /// Puts the stored rounds that count, and those of a check, into their cells.
    fn deliver_stored(
        &self,
        context: &mut RoundContext<'_>,
        points: &[u64],
        rounds: &Rounds,
        mut fresh: CheckRounds,
    ) {
        let plan = self.plan();
        let RoundContext {
            jobs,
            end,
            progress,
            keys,
            ..
        } = context;
        let mut done: Vec<FinishedJob> = Vec::new();
        let most = points
            .iter()
            .map(|point| rounds.count(*point))
            .max()
            .unwrap_or(0);
        if let Err(error) = end.collector.grow(most) {
            progress.note(&format!("there is no room for round {most}: {error}"));
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
                    done.extend(jobs.take_not_stored());
                    break;
                }
            }
            self.deliver(&mut done, &mut end.collector, *progress);
        }
        for job in fresh.into_rest() {
            end.collector.count_extra(job, &|point| plan.inputs(point));
        }
        progress.advance(&end.collector.counts());
    }
}

impl RoundContext<'_> {
    /// Tells rounds of what is there already: of a check, or stored. Whether nothing is left to measure then.
    fn replay(
        &mut self,
        plan: &Plan,
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
