//! Looks at fixed numbers of pairs, so that measuring may stop early without more false alarms.
//!
//! Every look has its own share of the error rate. The union bound makes the bounds of all points at all looks hold
//! together with the family's rate, so any reason to stop, or to measure only the undecided points further, keeps
//! it. The last look has half of the rate: a difficult point is decided there or not at all, while an early look
//! decides what is plain, which a smaller rate does as well. Correlations between looks would allow a little more
//! (Pocock, 1977; O'Brien and Fleming, 1979), but only asymptotically, and the bounds here are exact.

use crate::var::Direction;

use super::family::{Family, pairs_for};
use super::paired::judge_pairs;
use super::reason::Reason;
use super::verdict::{Judgement, Rule, Threshold, Verdict};

/// The factor between the pairs of two looks.
const GROWTH: f64 = 1.5;
/// The share of the rate that the last of several looks has.
const LAST_SHARE: f64 = 0.5;

/// The looks of one gate: at how many pairs, with which share of the family's error rate.
///
/// ```
/// use bencher_core::regression::{Family, Schedule};
/// let schedule = Schedule::new(Family::new(100), 60).map_err(|reason| reason.to_string())?;
/// assert_eq!(schedule.pairs(), [15, 23, 35, 60]);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    family: Family,
    pairs: Vec<usize>,
}

impl Schedule {
    /// Looks from the fewest pairs that can decide, then about half as many more each time, up to `maximum` pairs.
    ///
    /// # Errors
    /// [`Reason::TooFewPairs`] where even a single look at `maximum` cannot decide, with the pairs needed.
    pub fn new(family: Family, maximum: usize) -> Result<Self, Reason> {
        let needed = family.pairs_needed(1);
        if maximum < needed {
            let have = maximum;
            return Err(Reason::TooFewPairs { have, needed });
        }
        // More looks have smaller rates, so the first of them must come later, which makes fewer looks.
        for looks in 2..=MOST_LOOKS {
            let smallest = (1.0 - LAST_SHARE) / (looks - 1) as f64;
            let first = pairs_for(family.least_misrate() * smallest);
            let pairs = numbers_of_pairs(first, maximum);
            if pairs.len() <= looks {
                return Ok(Self { family, pairs });
            }
        }
        let pairs = vec![maximum];
        Ok(Self { family, pairs })
    }

    /// The number of pairs at each look, ascending.
    pub fn pairs(&self) -> &[usize] {
        &self.pairs
    }

    /// The family that is judged.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The share of the error rate of a look, counted from 0; nothing where there is no such look.
    pub fn share(&self, look: usize) -> f64 {
        match self.pairs.len() {
            looks if look >= looks => 0.0,
            1 => 1.0,
            looks if look + 1 == looks => LAST_SHARE,
            looks => (1.0 - LAST_SHARE) / (looks - 1) as f64,
        }
    }

    /// How often the bounds of one point may miss at a look.
    pub fn point_misrate(&self, look: usize) -> f64 {
        self.family.point_misrate() * self.share(look)
    }

    /// How often the bounds of one effect along an axis may miss at a look.
    pub fn effect_misrate(&self, look: usize) -> f64 {
        self.family.effect_misrate() * self.share(look)
    }

    /// The verdicts at a look. `before` has those of the look before, none at the first.
    ///
    /// A decided verdict stays, so that a point cannot be slower first and the same later. Only the first pairs of a
    /// point count, as many as the look has: more of them would make a look that the rate was not divided for.
    ///
    /// ```
    /// use bencher_core::var::Direction;
    /// use bencher_core::regression::{Family, PairedPoint, Schedule, Threshold, Verdict};
    /// let schedule = Schedule::new(Family::new(1), 20).map_err(|reason| reason.to_string())?;
    /// let base: Vec<f64> = (0..20).map(|n| 1.0 + 0.001 * (n % 5) as f64).collect();
    /// let candidate: Vec<f64> = base.iter().map(|x| x * 1.1).collect();
    /// let point = PairedPoint { candidate: &candidate, base: &base, direction: Direction::Minimize };
    /// let found = schedule.look(0, &[point], Threshold::POINT, &[]);
    /// assert_eq!(found.judgements[0].verdict, Verdict::Worse);
    /// assert!(found.is_finished && found.undecided.is_empty());
    /// # Ok::<(), String>(())
    /// ```
    pub fn look(
        &self,
        look: usize,
        points: &[PairedPoint<'_>],
        threshold: Threshold,
        before: &[Judgement],
    ) -> LookReport {
        let pairs = self.pairs.get(look).copied().unwrap_or(0);
        let misrate = self.point_misrate(look);
        let judge = |(at, point): (usize, &PairedPoint<'_>)| {
            let earlier = before
                .get(at)
                .filter(|found| found.verdict != Verdict::Undecided);
            earlier.copied().unwrap_or_else(|| {
                let point = point.first(pairs);
                let direction = point.direction;
                judge_pairs(
                    point.candidate,
                    point.base,
                    &Rule {
                        threshold,
                        direction,
                        misrate,
                    },
                )
            })
        };
        let judgements: Vec<Judgement> = points.iter().enumerate().map(judge).collect();
        let is_open = |found: &Judgement| {
            found.verdict == Verdict::Undecided && !found.reason.is_without_comparison()
        };
        let open = judgements
            .iter()
            .enumerate()
            .filter(|(_, found)| is_open(found));
        let undecided: Vec<usize> = open.map(|(at, _)| at).collect();
        LookReport {
            is_finished: undecided.is_empty() || look + 1 >= self.pairs.len(),
            pairs,
            judgements,
            undecided,
        }
    }
}

/// The replicates of one point, pair by pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedPoint<'a> {
    /// The values of the candidate, in the order of the pairs; NaN where there is none.
    pub candidate: &'a [f64],
    /// The values of the base.
    pub base: &'a [f64],
    /// Which way the result is better.
    pub direction: Direction,
}

impl PairedPoint<'_> {
    pub(crate) fn first(&self, pairs: usize) -> Self {
        let first = |values| <[f64]>::get(values, ..pairs).unwrap_or(values);
        Self {
            candidate: first(self.candidate),
            base: first(self.base),
            direction: self.direction,
        }
    }
}

/// The verdicts after a look.
#[derive(Clone, Debug, PartialEq)]
pub struct LookReport {
    /// How many pairs the look has.
    pub pairs: usize,
    /// The verdict on each point.
    pub judgements: Vec<Judgement>,
    /// The points that need more pairs.
    pub undecided: Vec<usize>,
    /// Whether no further look is needed or left.
    pub is_finished: bool,
}

/// Schedules from 6 pairs to far more than anyone measures have fewer looks.
const MOST_LOOKS: usize = 64;

fn numbers_of_pairs(first: usize, maximum: usize) -> Vec<usize> {
    let mut pairs = Vec::new();
    let mut next = first;
    while next < maximum {
        pairs.push(next);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive count; saturates"
        )]
        let grown = (next as f64 * GROWTH).ceil() as usize;
        next = grown.max(next.saturating_add(1));
    }
    // A look shortly before the last one costs error rate and decides little.
    let is_close = |pairs: &usize| *pairs as f64 * 1.2 > maximum as f64;
    pairs.pop_if(|pairs| is_close(pairs));
    pairs.push(maximum);
    pairs
}

#[cfg(test)]
mod tests {
    use super::super::paired_series::{point, series};
    use super::*;

    fn schedule(points: usize, maximum: usize) -> Schedule {
        Schedule::new(Family::new(points), maximum).unwrap()
    }

    #[test]
    fn the_rates_of_all_looks_add_up_to_that_of_the_family() {
        for (points, maximum) in [
            (1, 6),
            (1, 20),
            (100, 12),
            (100, 60),
            (1_000, 200),
            (10_000, 5_000),
        ] {
            let found = schedule(points, maximum);
            let total: f64 = (0..found.pairs().len())
                .map(|look| found.point_misrate(look))
                .sum();
            let family = 0.05 / points as f64;
            assert!(
                (total / family - 1.0).abs() < 1e-12,
                "{points} {maximum}: {total}"
            );
            for (look, pairs) in found.pairs().iter().enumerate() {
                // The extreme differences of one sign have the probability 2^(1 - n).
                let least = 0.5_f64.powi(i32::try_from(*pairs).unwrap() - 1);
                assert!(
                    least <= found.point_misrate(look),
                    "look {look} of {points} points can decide"
                );
            }
            assert!(found.pairs().is_sorted_by(|a, b| a < b));
            assert_eq!(found.pairs().last(), Some(&maximum));
            assert!(found.point_misrate(99) <= 0.0);
        }
    }

    #[test]
    fn a_maximum_that_cannot_decide_is_refused_with_the_pairs_needed() {
        let refused = Schedule::new(Family::new(100), 11);
        assert_eq!(
            refused,
            Err(Reason::TooFewPairs {
                have: 11,
                needed: 12
            })
        );
        assert_eq!(schedule(100, 12).pairs(), [12]);
        assert!(Schedule::new(Family::new(usize::MAX), 0).is_err());
        assert!(schedule(1, usize::MAX).pairs().len() < MOST_LOOKS + 60);
    }

    #[test]
    fn effects_along_axes_can_be_decided_at_the_first_look() {
        // More effects than points make the effects' misrate the smaller one.
        let found = Schedule::new(Family::new(10).with_effects(40), 60).unwrap();
        let least = 0.5_f64.powi(i32::try_from(found.pairs()[0]).unwrap() - 1);
        assert!(least <= found.effect_misrate(0) && least <= found.point_misrate(0));
    }

    #[test]
    fn only_undecided_points_go_on_and_decided_ones_stay() {
        let schedule = schedule(2, 60);
        let (plain, difficult) = (series(60, 1.2, 0.01), series(60, 1.02, 0.05));
        let first = schedule.look(
            0,
            &[point(&plain), point(&difficult)],
            Threshold::POINT,
            &[],
        );
        assert_eq!(first.undecided, [1]);
        assert!(!first.is_finished && first.judgements[0].verdict == Verdict::Worse);
        // Later pairs of the decided point would say the opposite.
        let opposite = series(60, 0.5, 0.01);
        let second = schedule.look(
            1,
            &[point(&opposite), point(&difficult)],
            Threshold::POINT,
            &first.judgements,
        );
        assert_eq!(second.judgements[0], first.judgements[0]);
        let last = schedule.pairs().len() - 1;
        let end = schedule.look(
            last,
            &[point(&plain), point(&difficult)],
            Threshold::POINT,
            &second.judgements,
        );
        assert!(end.is_finished && end.undecided == [1]);
    }

    #[test]
    fn pairs_beyond_the_look_do_not_count() {
        let schedule = schedule(1, 40);
        let (mut candidate, base) = series(40, 1.0, 0.001);
        let pairs = schedule.pairs()[0];
        for late in candidate.iter_mut().skip(pairs) {
            *late *= 3.0;
        }
        let found = schedule.look(0, &[point(&(candidate, base))], Threshold::POINT, &[]);
        assert_eq!(
            (found.judgements[0].verdict, found.judgements[0].pairs),
            (Verdict::Same, pairs)
        );
    }

    #[test]
    fn points_without_a_comparison_do_not_hold_up_the_gate() {
        let schedule = schedule(2, 40);
        let new = PairedPoint {
            candidate: &[1.0; 40],
            base: &[],
            direction: Direction::Minimize,
        };
        let found = schedule.look(0, &[new], Threshold::POINT, &[]);
        assert!(found.is_finished && found.undecided.is_empty());
        let beyond = schedule.look(99, &[point(&series(40, 1.2, 0.01))], Threshold::POINT, &[]);
        assert_eq!(beyond.judgements[0].verdict, Verdict::Undecided);
    }
}
