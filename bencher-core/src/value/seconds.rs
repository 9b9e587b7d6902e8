//! Time spans in seconds: their texts, and those that a `Duration` holds, which has whole nanoseconds.

use std::time::Duration;

use super::decimal::Decimal;
use super::kind::{plain_number, positive_zero};
use super::{Kind, Value};

/// A time span in seconds: `0.5`, `10ms`, `1h 30m`.
pub(super) fn parse_seconds(text: &str) -> Option<f64> {
    let number = plain_number(text)?;
    if let Ok(seconds) = number.parse::<f64>() {
        return means_seconds(&number, seconds).then(|| positive_zero(seconds));
    }
    let span = text.parse::<jiff::SignedDuration>().ok()?;
    let seconds = span.as_secs_f64();
    let back = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    (back == span).then(|| positive_zero(seconds))
}

/// Whether a number of seconds has the nanoseconds that a text says.
fn means_seconds(text: &str, seconds: f64) -> bool {
    let Some(written) = Decimal::parse(text) else {
        return true;
    };
    let read = jiff::SignedDuration::try_from_secs_f64(seconds).map(|span| span.as_nanos());
    match (nanoseconds(written), read) {
        (Some(nanoseconds), Ok(read)) => {
            read == nanoseconds || Decimal::of(Kind::Seconds, seconds) == Some(written)
        }
        _ => Kind::Float(64).means(text, seconds),
    }
}

/// The whole nanoseconds of a decimal number of seconds.
fn nanoseconds(seconds: Decimal) -> Option<i128> {
    let nanoseconds = Decimal {
        exponent: seconds.exponent.saturating_add(9),
        ..seconds
    };
    match nanoseconds.whole()? {
        Value::Int(nanoseconds) => Some(nanoseconds),
        _ => None,
    }
}

/// The seconds of the `Duration` that is nearest to a number of seconds.
pub(crate) fn nearest_duration(seconds: f64) -> Option<f64> {
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    Some(time.as_secs_f64())
}

/// The same, where the number of seconds has no parts of a nanosecond.
pub(crate) fn exact_duration(seconds: f64) -> Option<f64> {
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    let held = time.as_secs_f64();
    let meant = || nanoseconds(Decimal::of(Kind::Seconds, seconds)?);
    let is_exact = held.to_bits() == positive_zero(seconds).to_bits()
        || meant().is_some_and(|meant| u128::try_from(meant) == Ok(time.as_nanos()));
    is_exact.then_some(held)
}

/// Whether the text of a time span has digits below a nanosecond, which a float may drop. The text of the float
/// that it is read as has none.
pub(crate) fn has_finer_digits(text: &str, seconds: f64) -> bool {
    let number = plain_number(text.trim()).filter(|number| number.parse::<f64>().is_ok());
    let Some(number) = number else {
        return false;
    };
    match Decimal::parse(&number) {
        Some(written) => {
            nanoseconds(written).is_none() && Decimal::of(Kind::Seconds, seconds) != Some(written)
        }
        // More digits than any `Duration` has.
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_of_a_nanosecond_are_no_duration() {
        for seconds in [
            1e-10,
            2e-10,
            1.5e-9,
            0.100_000_000_01,
            0.1 + 0.2,
            -1.0,
            f64::NAN,
            1e300,
        ] {
            assert_eq!(exact_duration(seconds), None, "{seconds}");
        }
        for seconds in [0.0, 1e-9, 0.1, 1.5, 1e7 + 2e-9, 1e19] {
            assert_eq!(exact_duration(seconds), Some(seconds), "{seconds}");
        }
        assert_eq!(nearest_duration(1.6e-9), Some(2e-9));
        assert_eq!(nearest_duration(0.1 + 0.2), Some(0.3));
        assert_eq!(nearest_duration(-1.0), None);
    }

    #[test]
    fn digits_that_a_float_drops_are_seen() {
        let finer = |text: &str| has_finer_digits(text, parse_seconds(text).unwrap());
        for text in [
            "1.0000000000000000000001",
            "0.1_000_000_000_000_000_000_000_01",
        ] {
            assert!(finer(text), "{text}");
        }
        assert!(finer(&format!("0.1{}1", "0".repeat(60))));
        for text in ["1", "0.1", "1e-9", "0.100000000000", "250 ms", "1h 30m"] {
            assert!(!finer(text), "{text}");
        }
    }

    proptest! {
        /// The float of a `Duration` may lie beside the one nearest to its decimal digits. Beyond 2^23 seconds, floats
        /// are more than a nanosecond apart.
        #[test]
        fn a_duration_is_found_by_its_digits_and_by_its_float(seconds in 0_u64..4_000_000, nanos in 0_u32..1_000_000_000) {
            let held = Duration::new(seconds, nanos).as_secs_f64();
            let written = format!("{seconds}.{nanos:09}");
            for text in [written, Kind::Seconds.text(&Value::Float(held))] {
                let read = parse_seconds(&text).unwrap();
                prop_assert_eq!(exact_duration(read), Some(held), "{}", text);
                prop_assert!(!has_finer_digits(&text, read), "{text}");
            }
        }
    }
}
