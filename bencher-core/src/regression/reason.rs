//! Why a verdict was given, as a code for programs and a phrase for people.

use std::fmt;

/// The reason of a verdict.
///
/// ```
/// use bencher_core::regression::Reason;
/// let reason = Reason::TooFewPairs { have: 5, needed: 12 };
/// assert_eq!(reason.code(), "too-few-pairs");
/// assert_eq!(reason.to_string(), "5 of the 12 pairs or replicates needed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Too few pairs, replicates or trials for bounds at the misrate.
    TooFewPairs {
        /// How many there are (of the smaller side).
        have: usize,
        /// How many there must be (of each side).
        needed: usize,
    },
    /// The bounds reach across the threshold.
    IntervalTooWide,
    /// The bounds lie inside the threshold.
    WithinThreshold,
    /// The bounds lie beyond the threshold.
    BeyondThreshold,
    /// Each side is a single run: bounds of one run do not hold for the next.
    OneRunEach,
    /// A ratio needs values above zero.
    ValuesNotPositive,
    /// The base has values, the candidate has none.
    Vanished,
    /// The candidate has values, the base has none.
    New,
    /// Neither side has values.
    NotMeasured,
    /// The values are too short to separate from the measurement overhead.
    BelowResolution,
    /// The values have several modes, so that the bounds stay wide.
    SeveralModes,
    /// All repeats of a side are equal, so the effect is known exactly.
    Exact,
    /// The two sides were measured on different classes of machines.
    OtherMachine,
}

impl Reason {
    /// The code in JSON, in kebab case.
    pub fn code(self) -> &'static str {
        match self {
            Reason::TooFewPairs { .. } => "too-few-pairs",
            Reason::IntervalTooWide => "interval-too-wide",
            Reason::WithinThreshold => "within-threshold",
            Reason::BeyondThreshold => "beyond-threshold",
            Reason::OneRunEach => "one-run-each",
            Reason::ValuesNotPositive => "values-not-positive",
            Reason::Vanished => "vanished",
            Reason::New => "new",
            Reason::NotMeasured => "not-measured",
            Reason::BelowResolution => "below-resolution",
            Reason::SeveralModes => "several-modes",
            Reason::Exact => "exact",
            Reason::OtherMachine => "other-machine",
        }
    }

    /// Whether an undecided point with this reason has nothing to compare, so that it does not hold up a gate.
    pub fn is_without_comparison(self) -> bool {
        matches!(self, Reason::New | Reason::NotMeasured)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Reason::TooFewPairs { have, needed } => {
                return write!(f, "{have} of the {needed} pairs or replicates needed");
            }
            Reason::IntervalTooWide => "the bounds reach across the threshold",
            Reason::WithinThreshold => "the bounds lie inside the threshold",
            Reason::BeyondThreshold => "the bounds lie beyond the threshold",
            Reason::OneRunEach => "one run each: bounds of one run do not hold for the next",
            Reason::ValuesNotPositive => "a ratio needs values above zero",
            Reason::Vanished => "had values before, has none now",
            Reason::New => "no earlier values",
            Reason::NotMeasured => "no values",
            Reason::BelowResolution => "too short to separate from the measurement overhead",
            Reason::SeveralModes => "the values have several modes",
            Reason::Exact => "all repeats are equal",
            Reason::OtherMachine => "measured on another class of machine",
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_differ() {
        let all = [
            Reason::TooFewPairs { have: 1, needed: 2 },
            Reason::IntervalTooWide,
            Reason::WithinThreshold,
            Reason::BeyondThreshold,
            Reason::OneRunEach,
            Reason::ValuesNotPositive,
            Reason::Vanished,
            Reason::New,
            Reason::NotMeasured,
            Reason::BelowResolution,
            Reason::SeveralModes,
            Reason::Exact,
            Reason::OtherMachine,
        ];
        let codes: std::collections::BTreeSet<&str> =
            all.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), all.len());
        for code in codes {
            assert!(
                code.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{code}"
            );
        }
    }
}
