//! The adaptive rule: a step beyond the noise of the history, or a drift of the history.

use crate::regression::detectors::detection::{AdaptiveFigures, Cause, Drift};
use crate::regression::detectors::robust::{
    SIGMA_PER_MAD, centre_and_sigma, difference, median_of,
};
use crate::regression::detectors::trend::{kendall, theil_sen};
use crate::regression::detectors::worse::{exceeds, is_bad};
use crate::var::Direction;

/// Fewer values than this have no reliable noise.
pub(crate) const FEWEST: usize = 4;
/// The threshold of the drift, as a share of that of the step.
const DRIFT_SHARE: f64 = 0.85;
/// The p-value below which a trend is no chance.
const MISRATE: f64 = 0.1;
/// Values further from the median than this many deviations do not count for the drift.
const FAR: f64 = 5.0;
/// The least noise, as a share of the baseline.
const LEAST_SHARE: f64 = 1e-6;
/// The least noise, in the unit of the result.
const LEAST: f64 = 1e-12;

/// The adaptive rule: its thresholds, and the direction of the result.
pub(crate) struct AdaptiveRule {
    pub(crate) mad: f64,
    pub(crate) percent: Option<f64>,
    pub(crate) direction: Direction,
}

/// What the rule finds.
pub(crate) struct AdaptiveFinding {
    pub(crate) baseline: f64,
    pub(crate) change_percent: f64,
    pub(crate) cause: Option<Cause>,
    pub(crate) figures: AdaptiveFigures,
}

impl AdaptiveRule {
    /// Judges a value by a history without NaN. `None` where there is no history, or its median is not defined.
    pub(crate) fn judge(&self, history: &[f64], current: f64) -> Option<AdaptiveFinding> {
        let (baseline, sigma) =
            centre_and_sigma(history).filter(|(baseline, _)| !baseline.is_nan())?;
        let noise = at_least(sigma, baseline);
        let z = in_units(difference(current, baseline), noise);
        let is_step = is_bad(self.direction, z) && z.abs() > self.mad;
        let drift = self.drift(history, baseline, sigma);
        let change = change_percent(current, baseline);

        let passes_gate = |change: f64| {
            self.percent
                .is_none_or(|percent| exceeds(self.direction, change, percent))
        };
        let steps = is_step && passes_gate(change);
        let drifts =
            drift.is_some_and(|drift| drift.is_significant && passes_gate(drift.change_percent));
        let cause = match (steps, drifts) {
            (true, true) => Some(Cause::StepAndDrift),
            (true, false) => Some(Cause::Step),
            (false, true) => Some(Cause::Drift),
            (false, false) => None,
        };
        let figures = AdaptiveFigures {
            noise,
            z,
            is_step,
            drift,
            percent: self.percent,
        };
        Some(AdaptiveFinding {
            baseline,
            change_percent: change,
            cause,
            figures,
        })
    }

    /// The drift of the values that are no outliers, or of all where fewer than four would remain.
    fn drift(&self, history: &[f64], baseline: f64, sigma: f64) -> Option<Drift> {
        let limit = FAR * sigma.max(LEAST);
        let near = |x: &&f64| difference(**x, baseline).abs() <= limit;
        let near: Vec<f64> = history.iter().filter(near).copied().collect();
        let values = if near.len() >= FEWEST {
            near.as_slice()
        } else {
            history
        };

        let total = theil_sen(values)? * (values.len() - 1) as f64;
        let noise = at_least(sigma_of_steps(values), baseline);
        let z = in_units(total, noise);
        let p = kendall(values).map_or(1.0, |found| found.p);
        Some(Drift {
            total,
            noise,
            z,
            p,
            change_percent: change_percent(baseline + total, baseline),
            values: values.len(),
            is_significant: is_bad(self.direction, z)
                && z.abs() > DRIFT_SHARE * self.mad
                && p < MISRATE,
        })
    }
}

/// The noise of single values from the differences of neighbours, whose deviation is larger by the square root of 2.
/// A trend does not widen it. Infinite where the differences have no median.
fn sigma_of_steps(values: &[f64]) -> f64 {
    let steps: Vec<f64> = values
        .iter()
        .zip(values.iter().skip(1))
        .map(|(a, b)| difference(*b, *a))
        .collect();
    let Some(centre) = median_of(steps.clone()).filter(|centre| !centre.is_nan()) else {
        return f64::INFINITY;
    };
    let distances = steps
        .iter()
        .map(|step| difference(*step, centre).abs())
        .collect();
    SIGMA_PER_MAD * median_of(distances).unwrap_or(f64::INFINITY) / 2.0_f64.sqrt()
}

/// The noise, and at least a millionth of the baseline: equal values have no spread.
fn at_least(sigma: f64, baseline: f64) -> f64 {
    let share = if baseline.is_finite() {
        LEAST_SHARE * baseline.abs()
    } else {
        0.0
    };
    sigma.max(share).max(LEAST)
}

/// A difference in units of the noise; 0 where both are infinite, because the noise then explains the difference.
fn in_units(difference: f64, noise: f64) -> f64 {
    let z = difference / noise;
    if z.is_nan() { 0.0 } else { z }
}

/// The change from a baseline in percent of its magnitude: 0 between equal numbers, infinite from 0.
///
/// From an infinite baseline to a finite number it is 100 % towards that number.
pub(crate) fn change_percent(current: f64, baseline: f64) -> f64 {
    let change = difference(current, baseline);
    if change == 0.0 || baseline == 0.0 {
        // The sign of an infinite change is that of the current value.
        return if change == 0.0 {
            0.0
        } else {
            f64::INFINITY.copysign(change)
        };
    }
    if baseline.is_infinite() {
        return if current.is_infinite() {
            change
        } else {
            -100.0 * baseline.signum()
        };
    }
    if change.is_infinite() && current.is_finite() {
        return (current / 4.0 - baseline / 4.0) / (baseline.abs() / 4.0) * 100.0;
    }
    change / baseline.abs() * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    #[test]
    fn a_change_is_defined_for_zeros_and_infinities() {
        let cases = [
            (0.0, 0.0, 0.0),
            (1.0, 0.0, INF),
            (-1.0, -0.0, -INF),
            (11.0, 10.0, 10.0),
            (-11.0, -10.0, -10.0),
            (INF, INF, 0.0),
            (INF, 1.0, INF),
            (1.0, INF, -100.0),
            (1.0, -INF, 100.0),
            (-INF, INF, -INF),
            (1.5e308, -1.5e308, 200.0),
        ];
        for (current, baseline, expected) in cases {
            let found = change_percent(current, baseline);
            assert!(
                difference(found, expected).abs() <= 0.0,
                "{current} from {baseline}: {found}, not {expected}"
            );
        }
    }

    fn cause(history: &[f64], current: f64, direction: Direction) -> Option<Cause> {
        let rule = AdaptiveRule {
            mad: 3.5,
            percent: Some(10.0),
            direction,
        };
        rule.judge(history, current).unwrap().cause
    }

    #[test]
    fn infinite_values_step_and_drift() {
        assert_eq!(
            cause(&[1.0, 1.1, 0.9, 1.0], INF, Direction::Minimize),
            Some(Cause::Step)
        );
        assert_eq!(cause(&[INF; 5], INF, Direction::None), None);
        assert_eq!(cause(&[INF; 5], 1.0, Direction::Minimize), None);
        assert_eq!(
            cause(&[INF; 5], 1.0, Direction::Maximize),
            Some(Cause::Step)
        );
        assert_eq!(
            cause(&[1.0, 2.0, 3.0, INF], 2.5, Direction::Minimize),
            Some(Cause::Drift)
        );
        // Half of the history is infinite: a finite value is nothing new.
        assert_eq!(cause(&[INF, 1.0, INF, 2.0], 1.0, Direction::Maximize), None);
    }

    #[test]
    fn an_outlier_does_not_make_a_drift() {
        let mut history = vec![10.0, 10.2, 9.9, 10.1, 9.8, 10.0, 10.1];
        history.push(500.0);
        assert_eq!(cause(&history, 10.0, Direction::Minimize), None);
        let rule = AdaptiveRule {
            mad: 3.5,
            percent: None,
            direction: Direction::None,
        };
        let drift = rule.judge(&history, 10.0).unwrap().figures.drift.unwrap();
        assert_eq!(drift.values, 7);
    }

    /// Computed by hand from `10, 10.5, .. 12.5`: the slope is 0.5, and no noise is left between the steps.
    #[test]
    fn the_figures_of_a_drift_are_its_own() {
        let history: Vec<f64> = (0_u32..6).map(|n| 10.0 + 0.5 * f64::from(n)).collect();
        let rule = AdaptiveRule {
            mad: 3.5,
            percent: Some(10.0),
            direction: Direction::Minimize,
        };
        let found = rule.judge(&history, 11.3).unwrap();
        let drift = found.figures.drift.unwrap();
        assert_eq!((found.baseline, drift.total), (11.25, 2.5));
        assert!((found.figures.noise - 1.4826 * 0.75).abs() < 1e-12);
        assert!((drift.noise - 11.25e-6).abs() < 1e-15 && (drift.p - 2.0 / 720.0).abs() < 1e-15);
        assert!((drift.change_percent - 2.5 / 11.25 * 100.0).abs() < 1e-12);
        assert_eq!(found.cause, Some(Cause::Drift));
    }
}
