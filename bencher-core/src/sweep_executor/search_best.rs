//! Which point of a search is named the best.

use std::time::Duration;

use super::evaluations::{Evaluations, SearchContext, is_timed};
use crate::measure::{BestRule, RaceValues, RoundRules, RoundTarget, Rounds};
use crate::optimize::Goal;
use crate::stats::distribution::student_two_sided;
use crate::stats::{RoundTime, mean};

/// The finalists: the leader, and those whose values are the next best.
pub(super) const CONTENDERS: usize = 4;

/// How often the point that is named is measured after it was chosen.
pub(super) const FRESH: u32 = 6;

/// The most rounds that finalists race, before those for trials.
const FINAL_ROUNDS: u64 = 8;
/// For this many trials, there may be one round more.
const TRIALS_A_ROUND: u64 = 10;

/// The most rounds of finalists, whatever the number of trials.
const MOST_FINAL_ROUNDS: u64 = 40;

/// What does not matter, unless the user says otherwise.
const WITHIN: f64 = 0.01;

/// The point that is named the best, by samples that were not used to choose it: the best of many noisy values is
/// mostly the luckiest one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedBest {
    pub(crate) trial: u64,
    /// The mean of its fresh samples.
    pub(crate) value: f64,
    /// Its bounds at 95 %; none where there are too few samples, or all are the same.
    pub(crate) bounds: Option<(f64, f64)>,
    pub(crate) samples: usize,
    /// The race of the finalists; none where values come out the same, so that they decide alone.
    pub(crate) race: Option<FinalRace>,
}

/// What a race of the finalists came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FinalRace {
    pub(crate) finalists: usize,
    /// The tolerance: a finalist that is better by less counts as equally good.
    pub(crate) within: f64,
    /// The finalists that may be better by more than that.
    pub(crate) open: Vec<u64>,
}

impl FinalRace {
    /// Whether the named point is the best, within what does not matter.
    pub(crate) const fn is_decided(&self) -> bool {
        self.open.is_empty()
    }
}

impl NamedBest {
    /// A point with what its samples say of it; none without samples.
    fn of(trial: u64, values: &[f64], timed: bool, race: Option<FinalRace>) -> Option<Self> {
        let scaled = scaled(values.to_vec(), timed);
        let value = mean(&scaled)?;
        Some(Self {
            trial,
            value: if timed { value.exp() } else { value },
            bounds: bounds(values, timed),
            samples: values.len(),
            race,
        })
    }
}

impl Evaluations<'_> {
    /// Has those that may be the best race, side by side, and measures the winner again: it is named with what was
    /// measured then.
    pub(super) fn name_best(&mut self, run: &mut SearchContext<'_>) -> Option<NamedBest> {
        let proposals = &self.search.proposals;
        let [goal] = proposals.goals() else {
            return None;
        };
        let goal = goal.clone();
        let timed = is_timed(&self.executor.plan, goal.name());
        let leader = self.leader.trial;
        let reached = self.reached.filter(|trial| Some(*trial) != leader);
        let others = proposals.ranked().into_iter();
        let others = others.filter(|trial| Some(*trial) != leader && Some(*trial) != reached);
        let others = others.filter(|trial| proposals.has_succeeded(*trial));
        let all = leader.into_iter().chain(reached).chain(others);
        let finalists: Vec<u64> = all.take(CONTENDERS).collect();
        let first = *finalists.first()?;
        if !self.executor.plan.is_timed() {
            // A value that comes out the same needs no race.
            self.sample_again(&[first], run);
            if self.is_exact(first) {
                return NamedBest::of(first, &self.values(first, 1), timed, None);
            }
        }
        let (winner, race, from) = self.race(&finalists, &goal, timed, run)?;
        let fresh = self.repeats.get(&winner).map_or(1, |last| last + 1);
        for _ in 0..FRESH {
            if !run.end.is_over() {
                self.sample_again(&[winner], run);
            }
        }
        let values = self.values(winner, fresh);
        let values = if values.is_empty() {
            self.values(winner, from)
        } else {
            values
        };
        NamedBest::of(winner, &values, timed, Some(race))
    }

    /// Measures the finalists in rounds, until one is the best within what does not matter, or the rounds end. Gives
    /// the winner, and the first of its repeats that took part.
    fn race(
        &mut self,
        finalists: &[u64],
        goal: &Goal,
        timed: bool,
        run: &mut SearchContext<'_>,
    ) -> Option<(u64, FinalRace, u32)> {
        let within = self.search.proposals.within().unwrap_or(WITHIN);
        let values = match (timed, goal.is_better(1.0, 0.0)) {
            (true, _) => RaceValues::Times,
            (false, false) => RaceValues::Least,
            (false, true) => RaceValues::Greatest,
        };
        let most = FINAL_ROUNDS + self.seconds.len() as u64 / TRIALS_A_ROUND;
        let most = u32::try_from(most.min(MOST_FINAL_ROUNDS)).unwrap_or(u32::MAX);
        let rules = RoundRules {
            rounds: RoundTarget::Exactly(most),
            // A search for a time has a quarter of it for its end.
            budget: self.search.time.map(|time| time / 4),
            best: Some(BestRule {
                within,
                result: 0,
                values,
            }),
            ..RoundRules::default()
        };
        let before: Vec<u32> = finalists
            .iter()
            .map(|trial| self.repeats.get(trial).copied().unwrap_or(0))
            .collect();
        let began = self.started.elapsed();
        let mut rounds = Rounds::new(finalists.to_vec(), 1, rules, Duration::ZERO);
        while !run.end.is_over()
            && let Some(list) = rounds.next_round(self.started.elapsed().saturating_sub(began))
        {
            self.sample_again(&list, run);
            for trial in list {
                let last = self.repeats.get(&trial).copied().unwrap_or(0);
                let value = match self.sample(trial, last) {
                    Some(Ok(values)) => values.first().copied(),
                    _ => None,
                };
                let time = value.map(RoundTime::Time);
                rounds.record(trial, time.as_ref().map(std::slice::from_ref));
            }
        }
        let first = *finalists.first()?;
        let (winner, open) = match rounds.contenders().next() {
            Some((winner, open)) => (winner, open.to_vec()),
            // Too few rounds for a look at them: nothing is decided.
            None => (first, finalists.iter().copied().skip(1).collect()),
        };
        let at = finalists.iter().position(|trial| *trial == winner)?;
        let race = FinalRace {
            finalists: finalists.len(),
            within,
            open,
        };
        Some((winner, race, before.get(at)? + 1))
    }

    /// Takes another sample of each trial, in this order.
    pub(super) fn sample_again(&mut self, trials: &[u64], run: &mut SearchContext<'_>) {
        for trial in trials {
            self.submit_next(*trial, run);
        }
        while run.jobs.pending() > 0 && run.end.store_error.is_none() {
            if run.options.interrupt.is_requested() && !run.end.interrupted {
                run.end.interrupted = true;
                run.jobs.cancel();
            }
            self.gather(run);
        }
    }
}

/// Times as their logarithms, since they are above zero and have a tail of slow ones.
pub(super) fn scaled(mut values: Vec<f64>, timed: bool) -> Vec<f64> {
    if timed {
        for x in &mut values {
            *x = x.ln();
        }
    }
    values
}

/// The bounds at 95 % of the mean of values, or of the geometric mean of times; none where there are too few values, or
/// all are the same.
pub(super) fn bounds(values: &[f64], timed: bool) -> Option<(f64, f64)> {
    let (low, high) = bounds_of_mean(&scaled(values.to_vec(), timed))?;
    Some(if timed {
        (low.exp(), high.exp())
    } else {
        (low, high)
    })
}

/// The bounds of the mean at 95 % by Student's t.
fn bounds_of_mean(values: &[f64]) -> Option<(f64, f64)> {
    let (count, mean) = (values.len() as f64, mean(values)?);
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    let by = student_two_sided(0.05, count - 1.0) * error;
    // The mean of equal values may differ from them by a rounding error.
    let is_same = |pair: &[f64]| matches!(pair, [a, b] if a.to_bits() == b.to_bits());
    let vary = !values.windows(2).all(is_same);
    (vary && by > 0.0 && by.is_finite()).then_some((mean - by, mean + by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_student() {
        // Mean 3, standard deviation 1.5811, t(4, 0.975) = 2.7764: 3 +- 1.9633.
        let (low, high) = bounds(&[1.0, 2.0, 3.0, 4.0, 5.0], false).unwrap();
        assert!(
            (low - 1.0368).abs() < 1e-3 && (high - 4.9632).abs() < 1e-3,
            "{low} {high}"
        );
        assert_eq!(bounds(&[1.0], false), None);
        assert_eq!(bounds(&[2.0, 2.0], true), None);
        assert_eq!(bounds(&[0.1; 6], false), None, "their sum is not 0.6");
    }

    #[test]
    fn times_have_their_geometric_mean() {
        let named = NamedBest::of(3, &[1.0, 4.0], true, None).unwrap();
        assert!((named.value - 2.0).abs() < 1e-12, "{named:?}");
        assert!(named.bounds.is_some_and(|(low, _)| low > 0.0));
        assert_eq!(NamedBest::of(3, &[], true, None), None);
    }
}
