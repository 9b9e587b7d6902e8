//! Judges the current value of a result by its history.

use crate::regression::detectors::adaptive::{AdaptiveRule, FEWEST, change_percent};
use crate::regression::detectors::detection::{Cause, Detection, Method, Outcome};
use crate::regression::detectors::robust::{difference, mean, median};
use crate::regression::detectors::worse::{exceeds, is_bad};
use crate::var::Direction;

/// The change in percent that percentage allows, and that adaptive requires at least.
pub const DEFAULT_PERCENT: f64 = 10.0;
/// The distance from the median that adaptive allows, in deviations of the noise.
pub const DEFAULT_MAD: f64 = 3.5;

/// A rule for regressions over a history of one number a snapshot.
///
/// Every threshold is strict: a value exactly at it passes. The worse side is above for results to minimize, below
/// for results to maximize, and either side for the others.
///
/// | detector | baseline | a regression is | values needed |
/// |---|---|---|---|
/// | percentage | mean | a change beyond a percentage | 1 |
/// | adaptive | median | a step beyond the noise, or a drift of the history, and beyond a percentage | 4 |
/// | delta | mean | a change beyond a limit in the unit of the result | 1 |
/// | absolute | the limit | a value beyond the limit | 0 |
///
/// The four rules are those of the Python package holobench 1.148.
///
/// ```
/// use bencher_core::regression::detectors::{Detector, Outcome};
/// use bencher_core::var::Direction;
/// let steady = [10.0, 10.1, 9.9, 10.05, 9.95, 10.0];
/// let judge = |current| Detector::default().judge(&steady, current, Direction::Minimize).outcome;
/// assert_eq!(judge(10.2), Outcome::Passed);
/// assert_eq!(judge(11.2), Outcome::Regressed);
/// assert_eq!(judge(f64::NAN), Outcome::Vanished);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Detector {
    /// A change from the mean of the history.
    Percentage {
        /// The change allowed, in percent of the mean; [`DEFAULT_PERCENT`] by default.
        percent: f64,
    },
    /// A step beyond the noise of the history, or a drift of the history.
    ///
    /// With fewer than four values, percentage judges instead: by the percentage here, or by [`DEFAULT_PERCENT`].
    Adaptive {
        /// The distance from the median allowed, in deviations of the noise; 0.85 of it is allowed for the drift.
        mad: f64,
        /// The change in percent that a step or a drift must exceed as well; `None` for any.
        percent: Option<f64>,
    },
    /// A change from the mean of the history, in the unit of the result.
    Delta {
        /// The change allowed.
        limit: f64,
    },
    /// A fixed limit: a ceiling for results to minimize, a floor for results to maximize.
    Absolute {
        /// The limit, in the unit of the result.
        limit: f64,
    },
}

impl Default for Detector {
    /// Adaptive with its usual thresholds: 3.5 deviations and 10 %.
    fn default() -> Self {
        Self::Adaptive {
            mad: DEFAULT_MAD,
            percent: Some(DEFAULT_PERCENT),
        }
    }
}

impl Detector {
    /// Judges the current value by the values of earlier snapshots, oldest first. NaN is a missing value.
    ///
    /// A detector judges by the values that the history has. It reports a current value that is missing as
    /// [`Outcome::Vanished`] if an earlier snapshot has a value. The minimum history of the detection is 1.
    pub fn judge(&self, history: &[f64], current: f64, direction: Direction) -> Detection {
        self.judge_with(history, current, direction, true)
    }

    /// As [`Detector::judge`]; percentage judges short histories in place of adaptive only `with_fallback`.
    pub(crate) fn judge_with(
        &self,
        history: &[f64],
        current: f64,
        direction: Direction,
        with_fallback: bool,
    ) -> Detection {
        let values: Vec<f64> = history.iter().copied().filter(|x| !x.is_nan()).collect();
        let mut found = self.without_verdict(&values, direction);
        found.current = (!current.is_nan()).then_some(current);
        found.age = history.iter().skip_while(|x| x.is_nan()).count();
        if let Some(outcome) = self.obstacle(&found, with_fallback) {
            found.outcome = outcome;
            return found;
        }
        match *self {
            Self::Percentage { percent } => found.by_percentage(current, percent),
            Self::Adaptive { percent, .. } if values.len() < FEWEST => {
                found.method = Method::Percentage;
                found.is_fallback = true;
                found.by_percentage(current, percent.unwrap_or(DEFAULT_PERCENT))
            }
            Self::Adaptive { mad, percent } => found.by_adaptive(
                &values,
                current,
                &AdaptiveRule {
                    mad,
                    percent,
                    direction,
                },
            ),
            Self::Delta { limit } => found.by_delta(current, limit),
            Self::Absolute { limit } => found.by_limit(current, limit),
        }
    }

    /// The method of this detector.
    pub fn method(&self) -> Method {
        match self {
            Self::Percentage { .. } => Method::Percentage,
            Self::Adaptive { .. } => Method::Adaptive,
            Self::Delta { .. } => Method::Delta,
            Self::Absolute { .. } => Method::Absolute,
        }
    }

    /// The thresholds: that of the method, and the percent gate where there is one.
    pub(crate) fn thresholds(&self) -> (f64, Option<f64>) {
        match *self {
            Self::Percentage { percent } => (percent, None),
            Self::Adaptive { mad, percent } => (mad, percent),
            Self::Delta { limit } | Self::Absolute { limit } => (limit, None),
        }
    }

    /// A detection without a judgement yet: the baseline of the history, and how much of it there is.
    fn without_verdict(&self, values: &[f64], direction: Direction) -> Detection {
        let baseline = match *self {
            Self::Adaptive { .. } if values.len() >= FEWEST => median(values),
            Self::Absolute { limit } => Some(limit),
            _ => mean(values),
        };
        Detection {
            outcome: Outcome::Passed,
            method: self.method(),
            is_fallback: false,
            direction,
            threshold: self.thresholds().0,
            current: None,
            baseline: baseline.filter(|x| !x.is_nan()),
            change_percent: None,
            cause: None,
            adaptive: None,
            values: values.len(),
            age: 0,
            min_history: 1,
        }
    }

    /// The reason why the rule does not apply. A value that vanished comes first: it is a failure under every rule.
    fn obstacle(&self, found: &Detection, with_fallback: bool) -> Option<Outcome> {
        let is_absolute = self.method() == Method::Absolute;
        let (threshold, percent) = self.thresholds();
        if found.current.is_none() && found.values > 0 {
            Some(Outcome::Vanished)
        } else if threshold.is_nan() || percent.is_some_and(f64::is_nan) {
            Some(Outcome::NoThreshold)
        } else if is_absolute && found.direction == Direction::None {
            Some(Outcome::NoDirection)
        } else if is_absolute && found.current.is_none() {
            Some(Outcome::NoValue)
        } else if is_absolute {
            None
        } else if found.values == 0 {
            Some(Outcome::NoHistory)
        } else if !with_fallback && self.method() == Method::Adaptive && found.values < FEWEST {
            Some(Outcome::ShortHistory)
        } else if found.baseline.is_none() {
            Some(Outcome::NoBaseline)
        } else {
            None
        }
    }
}

impl Detection {
    fn by_percentage(mut self, current: f64, percent: f64) -> Self {
        let change = self.compare(current);
        self.threshold = percent;
        let is_beyond = exceeds(self.direction, change, percent) && is_bad(self.direction, change);
        self.with_cause(is_beyond.then_some(Cause::Limit))
    }

    fn by_delta(mut self, current: f64, limit: f64) -> Self {
        self.compare(current);
        let change = self
            .baseline
            .map_or(0.0, |baseline| difference(current, baseline));
        let is_beyond = exceeds(self.direction, change, limit);
        self.with_cause(is_beyond.then_some(Cause::Limit))
    }

    fn by_limit(self, current: f64, limit: f64) -> Self {
        let is_beyond = match self.direction {
            Direction::Minimize => current > limit,
            Direction::Maximize => current < limit,
            Direction::None => false,
        };
        self.with_cause(is_beyond.then_some(Cause::Limit))
    }

    fn by_adaptive(mut self, values: &[f64], current: f64, rule: &AdaptiveRule) -> Self {
        let Some(found) = rule.judge(values, current) else {
            self.outcome = Outcome::NoBaseline;
            return self;
        };
        self.baseline = Some(found.baseline);
        self.change_percent = Some(found.change_percent);
        self.adaptive = Some(found.figures);
        self.with_cause(found.cause)
    }

    /// Notes the change from the baseline, and gives it.
    fn compare(&mut self, current: f64) -> f64 {
        let change = self
            .baseline
            .map_or(0.0, |baseline| change_percent(current, baseline));
        self.change_percent = Some(change);
        change
    }

    fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.cause = cause;
        self.outcome = if cause.is_some() {
            Outcome::Regressed
        } else {
            Outcome::Passed
        };
        self
    }
}

#[cfg(test)]
mod tests;
