use std::fmt;
use std::str::FromStr;

use crate::record::Counts;

/// The number of failed samples that makes a run a failure.
///
/// It decides the exit status only; failed samples are cells of the result in any case.
///
/// ```
/// use bencher_core::bench::FailureLimit;
/// use bencher_core::record::Counts;
/// let counts = Counts { executed: 100, failed: 5, ..Counts::default() };
/// assert!(FailureLimit::Any.is_reached(&counts));
/// let tenth: FailureLimit = "0.1".parse()?;
/// assert!(!tenth.is_reached(&counts));
/// assert!(tenth.is_reached(&Counts { failed: 10, ..counts }));
/// assert!("5".parse::<FailureLimit>().is_err(), "five samples, or five times all of them?");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum FailureLimit {
    /// No number of failed samples.
    Never,
    /// One failed sample.
    #[default]
    Any,
    /// This share of the executed samples of one sweep, from 0 to 1, and at least one sample.
    Fraction(f64),
}

impl FailureLimit {
    /// Whether the samples of a sweep fail the run.
    pub fn is_reached(self, counts: &Counts) -> bool {
        counts.failed > 0
            && match self {
                Self::Never => false,
                Self::Any => true,
                Self::Fraction(limit) => counts.failed as f64 >= limit * counts.executed as f64,
            }
    }
}

impl FromStr for FailureLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(any) = super::read::yes_or_no(text) {
            // `1` reads as yes elsewhere; beside fractions it would be taken for all samples.
            if text.parse::<f64>().is_err() {
                return Ok(if any { Self::Any } else { Self::Never });
            }
        }
        let fraction = text
            .parse::<f64>()
            .ok()
            .filter(|part| (0.0..=1.0).contains(part) && text.parse::<i64>().is_err());
        fraction.map(Self::Fraction).ok_or_else(|| {
            format!(
                "`{text}` is not true, false or a share of the executed samples from 0.0 to 1.0 \
                 (write 1.0, not 1)"
            )
        })
    }
}

impl fmt::Display for FailureLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => write!(f, "false"),
            Self::Any => write!(f, "true"),
            // With a point, as it is read.
            Self::Fraction(part) => write!(f, "{part:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_limit() {
        let read = |text: &str| text.parse::<FailureLimit>();
        assert_eq!(read("true"), Ok(FailureLimit::Any));
        assert_eq!(read("no"), Ok(FailureLimit::Never));
        assert_eq!(read("1.0"), Ok(FailureLimit::Fraction(1.0)));
        assert_eq!(read("0.0"), Ok(FailureLimit::Fraction(0.0)));
        for wrong in ["0", "1", "2", "1.5", "-0.1", "nan", "inf", "some", ""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        for limit in [
            FailureLimit::Never,
            FailureLimit::Any,
            FailureLimit::Fraction(0.25),
        ] {
            assert_eq!(read(&limit.to_string()), Ok(limit));
        }
    }

    #[test]
    fn a_sweep_without_failures_never_fails() {
        let counts = Counts {
            executed: 10,
            ..Counts::default()
        };
        for limit in [
            FailureLimit::Never,
            FailureLimit::Any,
            FailureLimit::Fraction(0.0),
        ] {
            assert!(!limit.is_reached(&counts));
        }
        let one = Counts {
            failed: 1,
            ..counts
        };
        assert!(!FailureLimit::Never.is_reached(&one));
        assert!(FailureLimit::Fraction(0.0).is_reached(&one));
        assert!(FailureLimit::Fraction(0.1).is_reached(&one));
        assert!(!FailureLimit::Fraction(0.11).is_reached(&one));
    }
}
