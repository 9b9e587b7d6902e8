//! Whether a trial has reached the target of its search. Of many noisy values, one reaches it by luck: so a trial that
//! seems to have reached it is measured again, and those samples decide.

use crate::optimize::Goal;
use crate::stats::{mean, median};

use super::evaluations::{Evaluations, is_timed};
use super::search_best::{FRESH, bounds};

/// The most samples that decide: a trial whose bounds have the target between them even then has not reached it surely.
const MOST: usize = 4 * FRESH as usize;

/// What the samples of a trial say of the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TargetVerdict {
    /// It is reached, with this value.
    Reached(f64),
    Missed,
    /// So many more samples are to decide.
    Open {
        more: usize,
    },
}

impl Evaluations<'_> {
    /// Whether a trial with all its samples has reached the target.
    pub(super) fn target_verdict(&self, trial: u64) -> TargetVerdict {
        let (proposals, plan) = (&self.search.proposals, &self.executor.plan);
        let Some(goal) = proposals.goals().first() else {
            return TargetVerdict::Missed;
        };
        let told = self.told.get(&trial).map_or(&[][..], Vec::as_slice);
        let check = TargetCheck {
            goal,
            is_timed: is_timed(plan, goal.name()),
            is_exact: self.leader.has_exact_values(),
            first: plan.repeats() as usize,
            reaches: &|value| proposals.reaches_target(value),
        };
        let values = told
            .iter()
            .map(|(_, one)| one.as_ref().ok()?.first().copied());
        // A failed sample reaches nothing.
        let values: Option<Vec<f64>> = values.collect();
        values.map_or(TargetVerdict::Missed, |values| check.verdict(&values))
    }
}

/// How samples are judged against a target.
struct TargetCheck<'c> {
    goal: &'c Goal,
    is_timed: bool,
    /// Whether values are known to come out the same when they are measured again.
    is_exact: bool,
    /// How many samples an evaluation takes.
    first: usize,
    reaches: &'c dyn Fn(f64) -> bool,
}

impl TargetCheck<'_> {
    fn verdict(&self, values: &[f64]) -> TargetVerdict {
        let (first, again) = values.split_at(self.first.min(values.len()));
        let Some(value) = self.centre(first).filter(|value| (self.reaches)(*value)) else {
            return TargetVerdict::Missed;
        };
        let is_same = |pair: &[f64]| matches!(pair, [a, b] if a.to_bits() == b.to_bits());
        let is_repeated = !self.is_timed && values.len() > 1 && values.windows(2).all(is_same);
        if self.is_exact || is_repeated {
            return TargetVerdict::Reached(value);
        }
        // One more evaluation refutes most of those that had luck.
        let Some(value) = self.centre(again) else {
            return TargetVerdict::Open { more: self.first };
        };
        if !(self.reaches)(value) {
            return TargetVerdict::Missed;
        }
        let least = FRESH as usize;
        if again.len() < least {
            let more = least - again.len();
            return TargetVerdict::Open { more };
        }
        // Samples without bounds are all the same.
        let (low, high) = bounds(again, self.is_timed).unwrap_or((value, value));
        let worse = if self.goal.is_better(low, high) {
            high
        } else {
            low
        };
        match (self.reaches)(worse) {
            true => TargetVerdict::Reached(value),
            false if again.len() >= MOST => TargetVerdict::Missed,
            false => TargetVerdict::Open { more: least },
        }
    }

    fn centre(&self, values: &[f64]) -> Option<f64> {
        if self.is_timed {
            median(values)
        } else {
            mean(values)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], target: f64) -> TargetVerdict {
        let check = TargetCheck {
            goal: &Goal::minimize("loss"),
            is_timed: false,
            is_exact: false,
            first: 1,
            reaches: &|value| value <= target,
        };
        check.verdict(values)
    }

    #[test]
    fn samples_are_taken_until_they_decide() {
        assert_eq!(check(&[2.0], 1.0), TargetVerdict::Missed);
        assert_eq!(check(&[0.9], 1.0), TargetVerdict::Open { more: 1 });
        assert_eq!(
            check(&[0.9, 0.9], 1.0),
            TargetVerdict::Reached(0.9),
            "it comes out the same"
        );
        assert_eq!(
            check(&[0.9, 1.1], 1.0),
            TargetVerdict::Missed,
            "it was luck"
        );
        assert_eq!(check(&[0.9, 0.8], 1.0), TargetVerdict::Open { more: 5 });
        let near = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1];
        assert_eq!(check(&near, 1.0), TargetVerdict::Open { more: 6 });
        // Mean 0.85, standard deviation 0.187, t(5, 0.975) = 2.571: at most 1.046.
        assert_eq!(check(&near, 1.046), TargetVerdict::Open { more: 6 });
        assert_eq!(check(&near, 1.047), TargetVerdict::Reached(0.85));
        let wide: Vec<f64> = (0..25).map(|i| f64::from(i % 2)).collect();
        assert_eq!(check(&wide, 0.6), TargetVerdict::Missed, "it stays open");
    }

    /// A trial that misses the target by nothing but luck is no end: as often as 2.5 of 100 at most at each look.
    #[test]
    fn a_target_is_rarely_reached_by_luck() {
        let mut random = 1_u64;
        let mut unit = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 11) as f64 / (1_u64 << 53) as f64
        };
        // Sums of twelve are as good as normal, with a variance of 1.
        let mut normal = || (0..12).map(|_| unit()).sum::<f64>() - 6.0;
        let (mut reached, mut began) = (0, 0);
        while began < 4000 {
            let mut values = vec![normal()];
            began += u32::from(values[0] <= 0.0);
            let verdict = loop {
                match check(&values, 0.0) {
                    TargetVerdict::Open { more } => values.extend((0..more).map(|_| normal())),
                    verdict => break verdict,
                }
            };
            reached += u32::from(matches!(verdict, TargetVerdict::Reached(_)));
        }
        let share = f64::from(reached) / f64::from(began);
        assert!(share < 0.08, "{share}");
    }
}
