//! What a detector found, with the numbers that explain it.

mod message;

use crate::var::Direction;

/// The judgement of a detector about the current value of one result.
///
/// Its `Display` is one sentence with the outcome, the numbers and the threshold.
///
/// ```
/// use bencher_core::regression::detectors::Detector;
/// use bencher_core::var::Direction;
/// let found = Detector::Percentage { percent: 10.0 }.judge(&[10.0], 11.5, Direction::Minimize);
/// assert_eq!(
///     found.to_string(),
///     "regression: 11.5 is 15 % above the baseline 10, the mean of 1 snapshot (percentage allows 10 %)"
/// );
/// assert!(found.blocks());
/// assert!(!found.with_min_history(3).blocks(), "the baseline is too young");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// The judgement.
    pub outcome: Outcome,
    /// The method that judged: percentage where adaptive had fewer than 4 values.
    pub method: Method,
    /// Whether the method stands in for adaptive, because the history is too short for that.
    pub is_fallback: bool,
    /// Which way the result is better.
    pub direction: Direction,
    /// The threshold of the method that judged: in percent, in noise deviations, or in the unit of the result.
    pub threshold: f64,
    /// The current value; `None` where it is missing.
    pub current: Option<f64>,
    /// The mean of the history, its median (adaptive), or the limit (absolute). `None` without one.
    pub baseline: Option<f64>,
    /// The change from the baseline in percent of its magnitude, infinite from a baseline of 0. `None` for absolute
    /// limits, and where a value is missing.
    pub change_percent: Option<f64>,
    /// The rule that makes it a regression; `None` where it is none.
    pub cause: Option<Cause>,
    /// The numbers behind an adaptive judgement.
    pub adaptive: Option<AdaptiveFigures>,
    /// The number of values in the history.
    pub values: usize,
    /// The number of snapshots before the current one, from the first that has a value.
    pub age: usize,
    /// The age from which a regression blocks; 1 unless [`Detection::with_min_history`] sets it.
    pub min_history: usize,
}

impl Detection {
    /// The same judgement with another minimum history, in snapshots.
    #[must_use]
    pub fn with_min_history(self, snapshots: usize) -> Self {
        Self {
            min_history: snapshots,
            ..self
        }
    }

    /// Whether the current value is worse than the rule allows.
    pub fn is_regression(&self) -> bool {
        self.outcome == Outcome::Regressed
    }

    /// Whether the current value needs attention: a regression, or a value that vanished.
    pub fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Regressed | Outcome::Vanished)
    }

    /// Whether the rule could be applied. A run that needs a outcome and has none is undecided, not fine.
    pub fn is_decided(&self) -> bool {
        self.is_failure() || self.outcome == Outcome::Passed
    }

    /// Whether the baseline is younger than the minimum history. An absolute limit needs no history.
    pub fn is_young(&self) -> bool {
        self.method != Method::Absolute && self.age < self.min_history
    }

    /// Whether the failure must fail the run. A regression from a young baseline is reported and does not block.
    /// A value that vanished blocks at every age.
    pub fn blocks(&self) -> bool {
        self.outcome == Outcome::Vanished || self.is_regression() && !self.is_young()
    }
}

/// The judgement about one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The value is within what the rule allows.
    Passed,
    /// The value is worse than the rule allows, or the history drifts to the worse.
    Regressed,
    /// The current value is missing, and earlier snapshots have one.
    Vanished,
    /// No earlier snapshot has a value.
    NoHistory,
    /// The history is shorter than adaptive needs, and the rule has no fallback.
    ShortHistory,
    /// The baseline lies between the two infinities.
    NoBaseline,
    /// An absolute limit is neither floor nor ceiling, because the result has no direction.
    NoDirection,
    /// Neither the current snapshot nor an earlier one has a value.
    NoValue,
    /// A threshold is not a number, so it could never be exceeded.
    NoThreshold,
}

/// The methods of detectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The change from the mean, in percent.
    Percentage,
    /// A step or a drift beyond the noise of the history.
    Adaptive,
    /// The change from the mean, in the unit of the result.
    Delta,
    /// A fixed limit.
    Absolute,
}

impl Method {
    /// The name in configuration and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Percentage => "percentage",
            Self::Adaptive => "adaptive",
            Self::Delta => "delta",
            Self::Absolute => "absolute",
        }
    }
}

/// The rule that makes a value a regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The current value lies beyond the noise of the history.
    Step,
    /// The history itself moves to the worse.
    Drift,
    /// Both a step and a drift.
    StepAndDrift,
    /// The threshold of percentage, delta or absolute is exceeded.
    Limit,
}

/// The numbers behind an adaptive judgement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveFigures {
    /// The noise of the history, in the unit of the result: 1.4826 times the median distance from the median, and
    /// at least a millionth of the median and 1e-12.
    pub noise: f64,
    /// The distance of the current value from the median, in units of that noise.
    pub z: f64,
    /// Whether that distance exceeds the threshold to the worse, before the percent gate.
    pub is_step: bool,
    /// The drift of the history; `None` where its slope is not defined.
    pub drift: Option<Drift>,
    /// The percent gate: the smallest change in percent that counts.
    pub percent: Option<f64>,
}

/// The drift of a history without the current value and without outliers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// The change from the first value to the last by the Theil-Sen slope, in the unit of the result.
    pub total: f64,
    /// The noise from one value to the next, in the unit of the result.
    pub noise: f64,
    /// The total in units of that noise.
    pub z: f64,
    /// The two-sided p-value of Kendall's tau; 1 where all values are equal.
    pub p: f64,
    /// The total in percent of the median's magnitude.
    pub change_percent: f64,
    /// The number of values, outliers excluded.
    pub values: usize,
    /// Whether it exceeds its thresholds to the worse, before the percent gate.
    pub is_significant: bool,
}
