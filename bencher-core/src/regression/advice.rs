//! Advice for a point that is undecided.

use crate::stats::median;

use super::paired::{pair_differences, pair_log_ratios};
use super::power::{detectable, pairs_to_decide};
use super::sequential::{PairedPoint, Schedule};
use super::verdict::{Effect, Scale, Threshold};

/// What would help an undecided point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Advice {
    /// How many pairs would decide it, in four of five cases; none where that cannot be told or no number would.
    pub pairs_to_decide: Option<usize>,
    /// The smallest increase that the present pairs show in four of five cases, as a share: 0.03 for 3 %.
    pub detectable: Option<f64>,
}

impl Schedule {
    /// What a person can do about an undecided point: how many pairs would decide, and what this many can show.
    ///
    /// The rate is that of the last look, which a longer schedule has as well.
    pub fn advice(&self, look: usize, point: PairedPoint<'_>, threshold: Threshold) -> Advice {
        let point = point.first(self.pairs().get(look).copied().unwrap_or(0));
        let differences = pair_differences(point.candidate, point.base);
        let is_ratio = pair_log_ratios(point.candidate, point.base).is_some();
        let misrate = self.point_misrate(self.pairs().len().saturating_sub(1));
        let magnitudes: Vec<f64> = point
            .base
            .iter()
            .filter(|b| b.is_finite())
            .map(|b| b.abs())
            .collect();
        let base = median(&magnitudes).unwrap_or(0.0);
        let effect = Effect {
            scale: Scale::Difference { base },
            centre: 0.0,
            lower: None,
            upper: None,
        };
        let (low, high) = if is_ratio {
            (-threshold.log(), threshold.log())
        } else {
            effect.band(threshold)
        };
        let distance = detectable(&differences, misrate).map(|distance| high + distance);
        let share = |effect: f64| {
            if is_ratio {
                effect.exp_m1()
            } else {
                effect / base
            }
        };
        Advice {
            pairs_to_decide: pairs_to_decide(&differences, low, high, misrate),
            detectable: distance.map(share).filter(|share| share.is_finite()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::paired_series::{point, series};
    use super::*;
    use crate::regression::family::Family;

    fn schedule(points: usize, maximum: usize) -> Schedule {
        Schedule::new(Family::new(points), maximum).unwrap()
    }

    #[test]
    fn advice_names_pairs_and_the_smallest_increase() {
        let schedule = schedule(10, 60);
        let last = schedule.pairs().len() - 1;
        let noisy = series(60, 1.03, 0.05);
        let advice = schedule.advice(last, point(&noisy), Threshold::POINT);
        let pairs = advice.pairs_to_decide.unwrap();
        assert!(pairs > 60, "{pairs}");
        let detectable = advice.detectable.unwrap();
        assert!(detectable > 0.02 && detectable < 0.1, "{detectable}");
        // Differences of negative values have the base as their unit.
        let negative: (Vec<f64>, Vec<f64>) = (
            noisy.0.iter().map(|x| -x).collect(),
            noisy.1.iter().map(|x| -x).collect(),
        );
        let other = schedule
            .advice(last, point(&negative), Threshold::POINT)
            .detectable
            .unwrap();
        assert!(
            (other / detectable - 1.0).abs() < 0.1,
            "{other} {detectable}"
        );
        let none = schedule.advice(0, point(&(vec![], vec![])), Threshold::POINT);
        assert_eq!((none.pairs_to_decide, none.detectable), (None, None));
    }
}
