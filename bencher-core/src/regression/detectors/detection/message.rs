//! The sentence about a detection.

use std::fmt;

use super::{AdaptiveFigures, Cause, Detection, Drift, Method, Outcome};
use crate::dataset::quantity;
use crate::var::Direction;

impl fmt::Display for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}

/// A detection whose values have a unit.
struct InUnits<'d>(&'d Detection, &'d str);

impl fmt::Display for InUnits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, self.1)
    }
}

impl Detection {
    /// The same sentence as `Display`, with a unit behind each value of the result.
    ///
    /// ```
    /// use bencher_core::regression::detectors::Detector;
    /// use bencher_core::var::Direction;
    /// let found = Detector::Absolute { limit: 5e-3 }.judge(&[], 6e-3, Direction::Minimize);
    /// assert_eq!(found.text("s"), "regression: 6 ms is above the ceiling 5 ms");
    /// ```
    pub fn text(&self, units: &str) -> String {
        InUnits(self, units).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, units: &str) -> fmt::Result {
        match self.outcome {
            Outcome::Passed => write!(f, "passed: {}", self.comparison(units)),
            Outcome::Regressed => {
                write!(f, "regression: {}", self.comparison(units))?;
                if self.is_young() {
                    let (age, required) = (self.age, self.min_history);
                    write!(
                        f,
                        "; it does not block, because the baseline has {age} of {required} snapshots"
                    )?;
                }
                Ok(())
            }
            Outcome::Vanished => {
                let earlier = snapshots(self.values);
                write!(
                    f,
                    "vanished: the current value is missing, unlike the values of {earlier} before"
                )
            }
            Outcome::NoHistory => f.write_str("not judged: no earlier snapshot has a value"),
            Outcome::ShortHistory => {
                write!(
                    f,
                    "not judged: adaptive needs 4 values, and the history has {}",
                    self.values
                )
            }
            Outcome::NoBaseline => {
                f.write_str("not judged: the history has infinite values of both signs")
            }
            Outcome::NoDirection => f.write_str(
                "not judged: an absolute limit needs a direction, and the result has none",
            ),
            Outcome::NoValue => f.write_str("not judged: no snapshot has a value"),
            Outcome::NoThreshold => write!(
                f,
                "not judged: the threshold of {} is not a number",
                self.method.name()
            ),
        }
    }

    fn comparison(&self, units: &str) -> String {
        let current = self
            .current
            .map_or_else(|| "missing".into(), |x| value(x, units));
        let baseline = self.baseline.map_or_else(String::new, |x| value(x, units));
        let threshold = number(self.threshold);
        match (self.method, &self.adaptive) {
            (Method::Absolute, _) => {
                let bound = if self.direction == Direction::Maximize {
                    "floor"
                } else {
                    "ceiling"
                };
                let place = self
                    .current
                    .zip(self.baseline)
                    .map_or("at", |(value, limit)| side(value - limit, "at"));
                format!("{current} is {place} the {bound} {baseline}")
            }
            (Method::Adaptive, Some(figures)) => {
                self.adaptive_comparison(figures, (&current, &baseline), units)
            }
            (Method::Delta, _) => {
                let change = self
                    .current
                    .zip(self.baseline)
                    .map_or(0.0, |(value, mean)| value - mean);
                let threshold = value(self.threshold, units);
                let place = match side(change, "") {
                    "" => "equal to".into(),
                    place => format!("{} {place}", value(change.abs(), units)),
                };
                let history = snapshots(self.values);
                format!(
                    "{current} is {place} the baseline {baseline}, the mean of {history} (delta allows {threshold})"
                )
            }
            _ => {
                let place = apart(self.change_percent.unwrap_or(0.0), " %");
                let history = snapshots(self.values);
                let reason = if self.is_fallback {
                    ", in place of adaptive, which needs 4 values"
                } else {
                    ""
                };
                format!(
                    "{current} is {place} the baseline {baseline}, the mean of {history} (percentage allows {threshold} %{reason})"
                )
            }
        }
    }

    fn adaptive_comparison(
        &self,
        figures: &AdaptiveFigures,
        (current, baseline): (&str, &str),
        units: &str,
    ) -> String {
        let threshold = number(self.threshold);
        let history = snapshots(self.values);
        let step = format!(
            "{current} is {} the baseline {baseline}, the median of {history}, or {} times their noise of {}",
            apart(self.change_percent.unwrap_or(0.0), " %"),
            number(figures.z.abs()),
            value(figures.noise, units),
        );
        let gate = figures
            .percent
            .map_or_else(String::new, |percent| format!(" and {} %", number(percent)));
        let allowed = format!("(adaptive allows {threshold} times{gate})");
        let drift = figures
            .drift
            .as_ref()
            .map_or_else(String::new, |drift| drift_clause(drift, units));
        match self.cause {
            Some(Cause::Drift) => format!("the history {drift}, and {step} {allowed}"),
            Some(Cause::StepAndDrift) => format!("{step} {allowed}, and the history {drift}"),
            _ => format!("{step} {allowed}"),
        }
    }
}

fn drift_clause(drift: &Drift, units: &str) -> String {
    let verb = if drift.total < 0.0 { "falls" } else { "rises" };
    format!(
        "{verb} by {} or {} % over {}, {} times the noise between them (p = {})",
        value(drift.total.abs(), units),
        number(drift.change_percent.abs()),
        snapshots(drift.values),
        number(drift.z.abs()),
        number(drift.p),
    )
}

fn snapshots(count: usize) -> String {
    if count == 1 {
        "1 snapshot".into()
    } else {
        format!("{count} snapshots")
    }
}

fn side(difference: f64, neither: &'static str) -> &'static str {
    if difference > 0.0 {
        "above"
    } else if difference < 0.0 {
        "below"
    } else {
        neither
    }
}

/// How far a value is from another, and on which side.
fn apart(difference: f64, unit: &str) -> String {
    match side(difference, "") {
        "" => "equal to".into(),
        place => format!("{}{unit} {place}", number(difference.abs())),
    }
}

/// A value of the result, with its unit where it has one.
fn value(x: f64, units: &str) -> String {
    if units.is_empty() || !x.is_finite() {
        number(x)
    } else {
        quantity(x, units)
    }
}

/// A number with four digits.
fn number(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 {
            "infinity".into()
        } else {
            "-infinity".into()
        };
    }
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let is_plain = rounded == 0.0 || (1e-4..1e7).contains(&rounded.abs());
    if is_plain {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::detectors::Detector;

    fn said(detector: Detector, history: &[f64], current: f64) -> String {
        detector
            .judge(history, current, Direction::Minimize)
            .to_string()
    }

    #[test]
    fn every_method_explains_its_verdict() {
        let percentage = Detector::Percentage { percent: 10.0 };
        assert_eq!(
            said(percentage, &[2.0, 2.0], 2.0),
            "passed: 2 is equal to the baseline 2, the mean of 2 snapshots (percentage allows 10 %)"
        );
        assert_eq!(
            said(percentage, &[0.0], 1e-9),
            "regression: 1e-9 is infinity % above the baseline 0, the mean of 1 snapshot (percentage allows 10 %)"
        );
        assert_eq!(
            said(Detector::Delta { limit: 0.5 }, &[10.0, 12.0], 12.0),
            "regression: 12 is 1 above the baseline 11, the mean of 2 snapshots (delta allows 0.5)"
        );
        assert_eq!(
            said(Detector::Absolute { limit: 3.0 }, &[], 4.0),
            "regression: 4 is above the ceiling 3"
        );
        assert_eq!(
            said(Detector::Absolute { limit: 3.0 }, &[], 3.0),
            "passed: 3 is at the ceiling 3"
        );
    }

    #[test]
    fn values_have_the_unit_of_the_result() {
        let judged = |detector: Detector, history: &[f64], current| {
            let found = detector.judge(history, current, Direction::Minimize);
            found.text("s")
        };
        assert_eq!(
            judged(Detector::Delta { limit: 5e-4 }, &[1e-2, 1.2e-2], 1.2e-2),
            "regression: 12 ms is 1 ms above the baseline 11 ms, the mean of 2 snapshots (delta allows 500 µs)"
        );
        let history = [10.0, 10.1, 9.9, 10.05, 9.95, 10.0].map(|x| x * 1e-6);
        assert_eq!(
            judged(Detector::default(), &history, 11.2e-6),
            "regression: 11.2 µs is 12 % above the baseline 10 µs, the median of 6 snapshots, or 16.19 times their \
             noise of 74.13 ns (adaptive allows 3.5 times and 10 %)"
        );
    }

    #[test]
    fn adaptive_names_the_rule_that_fired() {
        let step = said(
            Detector::default(),
            &[10.0, 10.1, 9.9, 10.05, 9.95, 10.0],
            11.2,
        );
        assert_eq!(
            step,
            "regression: 11.2 is 12 % above the baseline 10, the median of 6 snapshots, or 16.19 times their noise \
             of 0.07413 (adaptive allows 3.5 times and 10 %)"
        );
        let rising = [10.0, 10.5, 11.0, 11.5, 12.0, 12.5];
        let drift = said(Detector::default(), &rising, 11.3);
        assert!(
            drift.starts_with("regression: the history rises by 2.5 or 22.22 % over 6 snapshots, "),
            "{drift}"
        );
        assert!(
            drift.contains("(p = 0.002778), and 11.3 is 0.4444 % above the baseline 11.25"),
            "{drift}"
        );
        let both = said(Detector::default(), &rising, 30.0);
        assert!(
            both.contains("times and 10 %), and the history rises by 2.5"),
            "{both}"
        );
        let short = said(Detector::default(), &[10.0; 3], 10.0);
        assert!(
            short.ends_with("(percentage allows 10 %, in place of adaptive, which needs 4 values)"),
            "{short}"
        );
    }

    #[test]
    fn a_judgement_that_is_missing_has_a_reason() {
        let percentage = Detector::Percentage { percent: 10.0 };
        assert_eq!(
            said(percentage, &[], 1.0),
            "not judged: no earlier snapshot has a value"
        );
        assert_eq!(
            said(percentage, &[1.0, f64::NAN], f64::NAN),
            "vanished: the current value is missing, unlike the values of 1 snapshot before"
        );
        let young = percentage
            .judge(&[1.0, 1.0], 2.0, Direction::Minimize)
            .with_min_history(5);
        assert!(
            young
                .to_string()
                .ends_with("; it does not block, because the baseline has 2 of 5 snapshots"),
            "{young}"
        );
    }
}
