//! Which detectors judge which result: a default, and overrides by name.

use std::collections::BTreeMap;
use std::fmt;

use crate::regression::detectors::detector::{DEFAULT_PERCENT, Detector};
use crate::regression::detectors::{Detection, Outcome};
use crate::var::Direction;

/// The detectors of a benchmark: one by default, and others for the results that an override names.
///
/// It is plain data for a configuration file to fill. [`Rules::faults`] lists the entries that no detector can use.
///
/// ```
/// use bencher_core::regression::detectors::{Checks, Detector, Override, Rules};
/// use bencher_core::var::Direction;
/// let rules = Rules {
///     overrides: [
///         ("moves".into(), Override::Limit(1200.0)),
///         ("elapsed".into(), Override::Checks(Checks { percentage: Some(5.0), ..Checks::default() })),
///         ("notes".into(), Override::Checks(Checks::default())),
///     ]
///     .into(),
///     ..Rules::default()
/// };
/// assert_eq!(rules.detectors("moves"), [Detector::Absolute { limit: 1200.0 }]);
/// assert_eq!(rules.detectors("elapsed"), [Detector::Percentage { percent: 5.0 }]);
/// assert_eq!(rules.detectors("notes"), [], "an empty map opts out");
/// assert_eq!(rules.detectors("other"), [Detector::default()]);
/// assert!(rules.judge("moves", &[], 1300.0, Direction::Minimize).iter().all(|found| found.blocks()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The detector of all results without an override; `None` leaves them unjudged.
    pub default: Option<Detector>,
    /// The number of snapshots from which a regression blocks; 0 counts as 1.
    pub min_history: usize,
    /// The overrides, by the name of the result.
    pub overrides: BTreeMap<String, Override>,
}

/// The rules of one result.
#[derive(Clone, Debug, PartialEq)]
pub enum Override {
    /// An absolute limit, in the unit of the result: a bare number in a configuration file.
    Limit(f64),
    /// A threshold for each method: a map in a configuration file. An empty one opts the result out.
    Checks(Checks),
}

/// Thresholds by method. Each one that is set is a check of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Checks {
    /// The change from the mean allowed, in percent.
    pub percentage: Option<f64>,
    /// The distance from the median allowed, in deviations of the noise. The percent gate is that of the default
    /// detector, and percentage does not stand in for short histories.
    pub adaptive: Option<f64>,
    /// The change from the mean allowed, in the unit of the result.
    pub delta: Option<f64>,
    /// The limit, in the unit of the result.
    pub absolute: Option<f64>,
    /// The minimum history of this result. Alone, it keeps the default detector.
    pub min_history: Option<usize>,
}

/// An entry of [`Rules`] that no detector can use.
///
/// An unusable threshold is left out. Where an override has no usable entry, the default detector judges the result,
/// so that a wrong entry never turns detection off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The name of the result; empty for the default.
    pub result: String,
    /// The entry.
    pub entry: &'static str,
    /// The cause.
    pub problem: &'static str,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            result,
            entry,
            problem,
        } = self;
        match result.as_str() {
            "" => write!(f, "default regression rule: {entry} {problem}"),
            result => write!(f, "regression rule of `{result}`: {entry} {problem}"),
        }
    }
}

impl Default for Rules {
    /// Adaptive for all results, with a minimum history of 1.
    fn default() -> Self {
        Self {
            default: Some(Detector::default()),
            min_history: 1,
            overrides: BTreeMap::new(),
        }
    }
}

impl Rules {
    /// The detectors of a result; none where it opts out or nothing judges it.
    pub fn detectors(&self, result: &str) -> Vec<Detector> {
        self.override_of(result)
            .unwrap_or_else(|| self.default.into_iter().collect())
    }

    /// The minimum history of a result, in snapshots; at least 1.
    pub fn min_history(&self, result: &str) -> usize {
        let own = match self.overrides.get(result) {
            Some(Override::Checks(checks)) => checks.min_history.filter(|snapshots| *snapshots > 0),
            _ => None,
        };
        own.unwrap_or(self.min_history).max(1)
    }

    /// Judges a value by every detector of the result. The history is as in [`Detector::judge`].
    ///
    /// A value that vanished is one detection, however many detectors the result has.
    pub fn judge(
        &self,
        result: &str,
        history: &[f64],
        current: f64,
        direction: Direction,
    ) -> Vec<Detection> {
        let with_fallback = self.override_of(result).is_none();
        let min_history = self.min_history(result);
        let judged = self.detectors(result).into_iter().map(|detector| {
            detector
                .judge_with(history, current, direction, with_fallback)
                .with_min_history(min_history)
        });
        let mut found: Vec<Detection> = judged.collect();
        if found
            .iter()
            .all(|detection| detection.outcome == Outcome::Vanished)
        {
            found.truncate(1);
        }
        found
    }

    /// The entries that no detector can use.
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let mut note = |result: &str, entry, problem| {
            faults.push(RuleFault {
                result: result.into(),
                entry,
                problem,
            });
        };
        if let Some(detector) = self.default {
            let (threshold, percent) = detector.thresholds();
            if !threshold.is_finite() || percent.is_some_and(|percent| !percent.is_finite()) {
                note("", detector.method().name(), "needs a finite number");
            }
        }
        for (result, rule) in &self.overrides {
            let checks = rule.checks();
            for (name, threshold) in checks.thresholds() {
                if threshold.is_some_and(|threshold| !threshold.is_finite()) {
                    note(result, name, "needs a finite number");
                }
            }
            if checks.min_history == Some(0) {
                note(result, "min_history", "needs at least 1");
            }
        }
        faults
    }

    /// The detectors that an override names; `None` where the default applies.
    fn override_of(&self, result: &str) -> Option<Vec<Detector>> {
        let checks = self.overrides.get(result)?.checks();
        let usable = |threshold: Option<f64>| threshold.filter(|x| x.is_finite());
        let detectors = [
            usable(checks.percentage).map(|percent| Detector::Percentage { percent }),
            usable(checks.adaptive).map(|mad| Detector::Adaptive {
                mad,
                percent: self.gate(),
            }),
            usable(checks.delta).map(|limit| Detector::Delta { limit }),
            usable(checks.absolute).map(|limit| Detector::Absolute { limit }),
        ];
        let detectors: Vec<Detector> = detectors.into_iter().flatten().collect();
        let is_opt_out = checks == Checks::default();
        (is_opt_out || !detectors.is_empty()).then_some(detectors)
    }

    /// The percent gate of adaptive overrides.
    fn gate(&self) -> Option<f64> {
        match self.default {
            Some(Detector::Adaptive { percent, .. }) => percent,
            Some(Detector::Percentage { percent }) => Some(percent),
            _ => Some(DEFAULT_PERCENT),
        }
    }
}

impl Override {
    /// The same as thresholds by method.
    fn checks(&self) -> Checks {
        match self {
            Self::Limit(limit) => Checks {
                absolute: Some(*limit),
                ..Checks::default()
            },
            Self::Checks(checks) => *checks,
        }
    }
}

impl Checks {
    fn thresholds(&self) -> [(&'static str, Option<f64>); 4] {
        [
            ("percentage", self.percentage),
            ("adaptive", self.adaptive),
            ("delta", self.delta),
            ("absolute", self.absolute),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(checks: Checks) -> Rules {
        Rules {
            overrides: [("x".into(), Override::Checks(checks))].into(),
            ..Rules::default()
        }
    }

    #[test]
    fn every_threshold_is_a_check_of_its_own() {
        let checks = Checks {
            percentage: Some(5.0),
            delta: Some(1.0),
            absolute: Some(9.0),
            ..Checks::default()
        };
        let found = rules(checks).judge("x", &[8.0], 9.2, Direction::Minimize);
        let verdicts: Vec<_> = found
            .iter()
            .map(|found| (found.method.name(), found.is_regression()))
            .collect();
        assert_eq!(
            verdicts,
            [("percentage", true), ("delta", true), ("absolute", true)]
        );
        let found = rules(checks).judge("x", &[8.0], 8.7, Direction::Minimize);
        let verdicts: Vec<_> = found.iter().map(Detection::is_regression).collect();
        assert_eq!(verdicts, [true, false, false]);
    }

    #[test]
    fn an_adaptive_override_waits_for_its_history_and_takes_the_default_gate() {
        let checks = Checks {
            adaptive: Some(2.0),
            ..Checks::default()
        };
        let mut rules = rules(checks);
        let outcome = |rules: &Rules, name: &str, history: &[f64]| {
            rules.judge(name, history, 12.0, Direction::Minimize)[0].outcome
        };
        assert_eq!(outcome(&rules, "x", &[10.0; 3]), Outcome::ShortHistory);
        assert_eq!(
            outcome(&rules, "y", &[10.0; 3]),
            Outcome::Regressed,
            "the default falls back"
        );
        assert_eq!(outcome(&rules, "x", &[10.0; 4]), Outcome::Regressed);
        rules.default = Some(Detector::Percentage { percent: 30.0 });
        assert_eq!(outcome(&rules, "x", &[10.0; 4]), Outcome::Passed);
        rules.default = Some(Detector::Delta { limit: 99.0 });
        assert_eq!(
            rules.detectors("x"),
            [Detector::Adaptive {
                mad: 2.0,
                percent: Some(10.0)
            }]
        );
    }

    #[test]
    fn a_minimum_history_alone_keeps_the_default() {
        let rules = Rules {
            min_history: 2,
            ..rules(Checks {
                min_history: Some(4),
                ..Checks::default()
            })
        };
        let judge = |name| {
            rules
                .judge(name, &[1.0; 3], 9.0, Direction::Minimize)
                .remove(0)
        };
        assert!(judge("x").is_regression() && !judge("x").blocks());
        assert!(judge("x").is_fallback, "the default keeps its fallback");
        assert!(judge("y").blocks());
    }

    #[test]
    fn an_unusable_entry_never_turns_detection_off() {
        let bad = Checks {
            delta: Some(f64::NAN),
            min_history: Some(0),
            ..Checks::default()
        };
        let rules = rules(bad);
        assert_eq!(rules.detectors("x"), [Detector::default()]);
        assert_eq!(rules.min_history("x"), 1);
        let faults: Vec<String> = rules.faults().iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "regression rule of `x`: delta needs a finite number",
                "regression rule of `x`: min_history needs at least 1"
            ]
        );
        let mut rules = Rules::default();
        assert_eq!(rules.faults(), []);
        rules
            .overrides
            .insert("y".into(), Override::Limit(f64::INFINITY));
        rules.default = Some(Detector::Delta { limit: f64::NAN });
        assert_eq!(rules.faults().len(), 2);
        assert!(
            matches!(rules.detectors("y")[..], [Detector::Delta { .. }]),
            "not the limit"
        );
    }

    #[test]
    fn a_value_that_vanished_is_reported_once() {
        let checks = Checks {
            percentage: Some(5.0),
            absolute: Some(9.0),
            ..Checks::default()
        };
        let found = rules(checks).judge("x", &[8.0], f64::NAN, Direction::Minimize);
        assert_eq!(
            found.iter().map(|found| found.outcome).collect::<Vec<_>>(),
            [Outcome::Vanished]
        );
        let opted_out = rules(Checks::default()).judge("x", &[8.0], f64::NAN, Direction::Minimize);
        assert!(opted_out.is_empty());
        let nothing = Rules {
            default: None,
            ..Rules::default()
        };
        assert!(
            nothing
                .judge("x", &[8.0], 99.0, Direction::Minimize)
                .is_empty()
        );
    }
}
