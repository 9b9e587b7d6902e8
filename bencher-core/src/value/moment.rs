//! Moments as they are written.

use super::Value;

/// A moment from its text: `2026-03-01T12:00:00Z`, with another offset, or `2026-03-01` for its first instant in UTC.
pub(super) fn parse_moment(text: &str) -> Option<Value> {
    if is_date(text) {
        return parse_instant(&format!("{text}T00:00:00Z"));
    }
    parse_instant(text).filter(|_| !has_second_60(text))
}

fn parse_instant(text: &str) -> Option<Value> {
    text.parse::<jiff::Timestamp>().ok().map(Value::from)
}

/// Whether a text is written as a date, like `2026-03-01`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && (text.bytes().enumerate()).all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Whether the time of a moment is a leap second. jiff reads it as the second before, which is another moment.
fn has_second_60(text: &str) -> bool {
    let Some((_, time)) = text.split_once(['T', 't', ' ', '_']) else {
        return false;
    };
    let clock = time.split(|c: char| !c.is_ascii_digit() && c != ':').next();
    let mut digits = clock.unwrap_or_default().chars().filter(|c| *c != ':');
    digits.nth(4) == Some('6')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since 1970 from `date --utc --date TEXT +%s`.
    #[test]
    fn a_date_is_its_first_instant_in_utc() {
        for (text, seconds) in [
            ("2026-03-01", 1_772_323_200_i128),
            ("1970-01-01", 0),
            ("2024-02-29", 1_709_164_800),
            ("2026-03-01T12:00:00Z", 1_772_366_400),
            ("2026-03-01T12:00:00+02:00", 1_772_359_200),
            ("2026-03-01T12:00:56Z", 1_772_366_456),
        ] {
            let expected = Value::DateTime(seconds * 1_000_000_000);
            assert_eq!(parse_moment(text), Some(expected), "{text}");
        }
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-3-1",
            "20260301",
            "2026-03-01T12",
            "é026-03-01",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_leap_second_is_no_other_moment() {
        for text in [
            "2016-12-31T23:59:60Z",
            "2016-12-31 23:59:60.5Z",
            "2016-12-31t235960Z",
            "2016-12-31T23:59:60+00:00",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
        assert!(parse_moment("2016-12-31T23:59:59.60Z").is_some());
        assert!(parse_moment("2016-12-31T23:59+00:06").is_some());
    }
}
