//! Taking stored rounds, after a share of their points was measured again where they would stand beside others.

use std::collections::HashMap;
use std::time::Duration;

use crate::job::{FinishedJob, JobOutcome};
use crate::measure::{RoundRules, RoundTarget, Rounds};
use crate::store::Provenance;

use super::Plan;
use super::replicates::DifferingReplicates;
use super::rounds::{InRounds, Taking, times_of};
use super::run::SweepExecutor;
use super::stored_rounds::{CHECK_ROUNDS, CheckRounds, LEAST_CHECK_ROUNDS, RemeasureNotice};

impl SweepExecutor {
    /// Takes the stored rounds that count, or measures some of their points again to see whether they do.
    pub(super) fn take_stored(
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
            taking.end.remeasured = Some(RemeasureNotice {
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

    /// Has the first of several processes measure all points anew, where what the processes of earlier runs
    /// stored differs, or is not what it measures now; the others follow it.
    pub(super) fn compare_runs(
        &self,
        with: &InRounds<'_>,
        taking: &mut Taking<'_>,
        (points, stored): (&[u64], &HashMap<u64, u32>),
    ) {
        let Taking { jobs, keys, .. } = taking;
        let found = self.difference_of_runs(keys, with.repeats_of_all, points, jobs);
        let found = found.or_else(|| {
            let checks = with.checks && !stored.is_empty();
            checks.then(|| self.difference_now(with, taking, points))?
        });
        if let Some(found) = found {
            taking.keys.measure_anew();
            taking.end.differing = Some(DifferingReplicates {
                are_measured_anew: true,
                ..found
            });
        }
    }

    /// By how much the times of this process differ from those that processes of earlier runs stored, where
    /// they do.
    fn difference_now(
        &self,
        with: &InRounds<'_>,
        taking: &mut Taking<'_>,
        points: &[u64],
    ) -> Option<DifferingReplicates> {
        let Taking { jobs, keys, .. } = taking;
        let before: HashMap<u64, Vec<Vec<f64>>> = points
            .iter()
            .map(|point| {
                let centres = self.stored_centres(keys, with.repeats_of_all, *point, jobs);
                (*point, centres)
            })
            .collect();
        let has_times = |point| {
            let centres = before.get(&point);
            centres.is_some_and(|results| results.iter().any(|times| !times.is_empty()))
        };
        let checked = keys.to_check(has_times, with.rules.alternatives);
        let epochs = std::mem::take(&mut keys.epochs);
        let fresh = self.check(with, taking, (&[], &checked), &epochs);
        taking.keys.epochs = epochs;
        let before = before.into_iter();
        let before = before
            .filter(|(point, _)| checked.contains(point))
            .collect();
        let found = fresh.compare(&before, &taking.times)?;
        let plan = self.plan();
        for job in fresh.into_rest() {
            let collector = &mut taking.end.collector;
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
        with: &InRounds<'_>,
        taking: &mut Taking<'_>,
        (points, checked): (&[u64], &[u64]),
        epochs: &HashMap<u64, u64>,
    ) -> CheckRounds {
        let started = with.timer.now();
        let rules = RoundRules {
            rounds: RoundTarget::Exactly(
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
                    done.extend(jobs.abandon());
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

impl Taking<'_> {
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
