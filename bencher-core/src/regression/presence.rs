//! Verdicts on points where one side has nothing to compare.

use super::reason::Reason;
use super::verdict::{Judgement, Verdict};

/// Whether a side of a comparison has values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It has values.
    Measured,
    /// It was measured, and the times are too short to separate from the measurement overhead.
    BelowResolution,
    /// It has none.
    Missing,
}

/// The judgement of a point where a side has no values; none where both have them.
///
/// Values that vanished are worse in every direction: a benchmark that no longer runs must not pass. A point
/// that is new, or measured on neither side, has nothing to compare. A time below the resolution on either side
/// is known only as short.
///
/// ```
/// use bencher_core::regression::{Presence, Reason, Verdict, judge_presence};
/// let found = judge_presence(Presence::Missing, Presence::Measured);
/// assert_eq!(found.map(|found| (found.verdict, found.reason)), Some((Verdict::Worse, Reason::Vanished)));
/// assert_eq!(judge_presence(Presence::Measured, Presence::Measured), None);
/// ```
pub fn judge_presence(candidate: Presence, base: Presence) -> Option<Judgement> {
    use Presence::{BelowResolution, Measured, Missing};
    let (verdict, reason) = match (candidate, base) {
        (Measured, Measured) => return None,
        (Missing, Missing) => (Verdict::Undecided, Reason::NotMeasured),
        (Missing, _) => (Verdict::Worse, Reason::Vanished),
        (_, Missing) => (Verdict::Undecided, Reason::New),
        (BelowResolution, _) | (_, BelowResolution) => {
            (Verdict::Undecided, Reason::BelowResolution)
        }
    };
    Some(Judgement::without_effect(verdict, reason))
}

/// Whether any of these values is a finite number.
pub(crate) fn presence_of(values: &[f64]) -> Presence {
    if values.iter().any(|x| x.is_finite()) {
        Presence::Measured
    } else {
        Presence::Missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_combination_has_its_reason() {
        use Presence::{BelowResolution, Measured, Missing};
        let cases = [
            (Missing, Measured, Verdict::Worse, Reason::Vanished),
            (Missing, BelowResolution, Verdict::Worse, Reason::Vanished),
            (Measured, Missing, Verdict::Undecided, Reason::New),
            (BelowResolution, Missing, Verdict::Undecided, Reason::New),
            (Missing, Missing, Verdict::Undecided, Reason::NotMeasured),
            (
                BelowResolution,
                BelowResolution,
                Verdict::Undecided,
                Reason::BelowResolution,
            ),
            (
                Measured,
                BelowResolution,
                Verdict::Undecided,
                Reason::BelowResolution,
            ),
            (
                BelowResolution,
                Measured,
                Verdict::Undecided,
                Reason::BelowResolution,
            ),
        ];
        for (candidate, base, verdict, reason) in cases {
            let found = judge_presence(candidate, base).map(|found| (found.verdict, found.reason));
            assert_eq!(found, Some((verdict, reason)), "{candidate:?} {base:?}");
        }
    }

    #[test]
    fn only_finite_numbers_are_values() {
        assert_eq!(presence_of(&[]), Presence::Missing);
        assert_eq!(presence_of(&[f64::NAN, f64::INFINITY]), Presence::Missing);
        assert_eq!(presence_of(&[f64::NAN, 0.0]), Presence::Measured);
    }
}
