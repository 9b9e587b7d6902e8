//! Why a claim has its verdict at a point: kept as data, and put into words for the few points that are printed.

use crate::console::clipped;
use crate::dataset::{CellState, digits, quantity};
use crate::stats::order::share_of_all;
use crate::value::Value;

use super::point::MISRATE;

/// The most characters of the error of a sample.
const MOST_OF_REASON: usize = 200;

/// What a verdict rests on.
#[derive(Clone, Debug)]
pub(super) enum Evidence {
    /// A sample has no value, because it failed.
    Failed {
        state: CellState,
        reason: Option<String>,
        repeat: usize,
    },
    /// Samples ran and did not set the result.
    Unset { unset: usize, samples: usize },
    /// Samples violate the claim; one of them is the worst.
    Violated {
        value: Value,
        repeat: usize,
        violations: usize,
        samples: usize,
    },
    /// All samples satisfy it.
    Satisfied {
        worst: Option<Value>,
        is_same: bool,
        samples: usize,
    },
    /// The time is too short to be told, and the claim is about more than that.
    BelowResolution,
    /// A statistic with the bounds that there are.
    Bounds {
        name: String,
        value: f64,
        lower: Option<f64>,
        upper: Option<f64>,
        /// Whether the confidence is that of both bounds together.
        is_joint: bool,
        samples: usize,
        /// From how many samples on there are both bounds, where one is missing.
        needed: Option<f64>,
    },
    /// How many truth values are true, with the bounds of their share.
    Share {
        successes: usize,
        samples: usize,
        lower: f64,
        upper: f64,
    },
}

/// The words for the values of a result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    pub(super) units: &'a str,
    /// `sample`, or `round` of a time.
    pub(super) noun: &'static str,
}

impl Words<'_> {
    fn count(self, count: usize) -> String {
        let noun = self.noun;
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {noun}{ending}")
    }

    fn value(self, value: &Value) -> String {
        match value {
            Value::Bool(_) => value.to_string(),
            // A whole number that four digits would change.
            Value::Int(i) if i.unsigned_abs() >= 10_000 && self.units.is_empty() => i.to_string(),
            _ => value
                .as_f64()
                .map_or_else(|| value.to_string(), |x| self.number(x)),
        }
    }

    fn number(self, x: f64) -> String {
        quantity(x, self.units)
    }
}

impl Evidence {
    pub(super) fn text(&self, words: Words<'_>) -> String {
        let confidence = percent(1.0 - MISRATE);
        match self {
            Self::Failed {
                state,
                reason,
                repeat,
            } => {
                let reason = reason.as_deref().map(|text| clipped(text, MOST_OF_REASON));
                let reason = reason.map_or_else(String::new, |text| format!(": {text}"));
                format!("no value, because repeat {repeat} {}{reason}", past(*state))
            }
            Self::Unset { unset, samples } => {
                format!("{unset} of {} did not set it", words.count(*samples))
            }
            Self::Violated {
                value,
                repeat,
                violations,
                samples,
            } => {
                let value = words.value(value);
                match (*violations, *samples) {
                    (_, 1) => format!("{value} in the only {}", words.noun),
                    (1, samples) => format!(
                        "{value} in repeat {repeat}; 1 of {} violates it",
                        words.count(samples)
                    ),
                    (violations, samples) => format!(
                        "{value} in repeat {repeat}; {violations} of {} violate it",
                        words.count(samples)
                    ),
                }
            }
            Self::Satisfied { worst: None, .. } | Self::BelowResolution => {
                "below resolution".to_owned()
            }
            Self::Satisfied {
                worst: Some(worst),
                is_same,
                samples,
            } => {
                let worst_text = words.value(worst);
                if *samples == 1 {
                    return format!("{worst_text} in the only {} taken", words.noun);
                }
                let count = words.count(*samples);
                let share = percent(share_of_all(*samples, MISRATE));
                let share = format!("; at {confidence}, at least {share} of all satisfy it");
                match (*is_same, worst) {
                    (true, Value::Bool(_)) => format!("{worst_text} in all {count}{share}"),
                    (true, _) => format!("{worst_text} in all {count}"),
                    (false, _) => format!("the worst of {count} is {worst_text}{share}"),
                }
            }
            Self::Bounds {
                name,
                value,
                lower,
                upper,
                is_joint,
                samples,
                needed,
            } => {
                let (lower, upper) = (
                    lower.map(|x| words.number(x)),
                    upper.map(|x| words.number(x)),
                );
                let bounds = match (lower, upper) {
                    (Some(lower), Some(upper)) if *is_joint => {
                        format!("between {lower} and {upper} at {confidence}")
                    }
                    (Some(lower), Some(upper)) => {
                        format!("at least {lower} and at most {upper}, each at {confidence}")
                    }
                    (Some(lower), None) => format!("at least {lower} at {confidence}"),
                    (None, Some(upper)) => format!("at most {upper} at {confidence}"),
                    (None, None) => "without bounds".to_owned(),
                };
                let needed = needed.map_or_else(String::new, |needed| {
                    format!("; both bounds need {}", digits(needed, 15))
                });
                let (value, samples) = (words.number(*value), words.count(*samples));
                format!("the {name} is {value}, {bounds} ({samples}{needed})")
            }
            Self::Share {
                successes,
                samples,
                lower,
                upper,
            } => format!(
                "{successes} of {} are true; the share is at least {} and at most {}, each at {confidence}",
                words.count(*samples),
                percent(*lower),
                percent(*upper)
            ),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{} %", digits(share * 100.0, 3))
}

/// What became of a sample without a value.
fn past(state: CellState) -> String {
    match state {
        CellState::Failed => "failed".to_owned(),
        CellState::TimedOut => "was stopped at its time limit".to_owned(),
        other => format!("is {other}"),
    }
}
