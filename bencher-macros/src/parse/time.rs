//! Times as they are written in attributes.

/// Why a text is no time span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanError {
    /// It is not a number and a unit.
    Form,
    /// It has parts of a nanosecond.
    Finer,
    /// It is longer than a `Duration`.
    Longer,
}

/// The nanoseconds of a time span, exactly: a number and its unit, such as `250ms` or `1.5 h`.
pub(crate) fn span(text: &str) -> Result<i128, SpanError> {
    const UNITS: [(&str, i128); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    let text = text.trim();
    let at = text.find(char::is_alphabetic).ok_or(SpanError::Form)?;
    let (number, unit) = text.split_at_checked(at).ok_or(SpanError::Form)?;
    let found = UNITS.iter().find(|(name, _)| *name == unit);
    let (_, nanoseconds) = found.ok_or(SpanError::Form)?;
    let (digits, places) = decimal(number.trim()).ok_or(SpanError::Form)?;
    if digits.is_empty() {
        return Ok(0);
    }
    let parts = u32::try_from(places)
        .ok()
        .and_then(|places| 10_i128.checked_pow(places));
    let product = digits
        .parse::<i128>()
        .ok()
        .and_then(|x| x.checked_mul(*nanoseconds));
    let whole = match (product, parts) {
        (Some(product), Some(parts)) if product % parts == 0 => product / parts,
        // The last digit is no zero, so with that many of them there is a part of a nanosecond.
        _ if places > 0 => return Err(SpanError::Finer),
        _ => return Err(SpanError::Longer),
    };
    let fits = whole / 1_000_000_000 <= i128::from(u64::MAX);
    fits.then_some(whole).ok_or(SpanError::Longer)
}

/// The digits of a number without zeros at its ends, and how many of them stand behind its point.
fn decimal(number: &str) -> Option<(String, usize)> {
    let number = number.strip_prefix('+').unwrap_or(number).replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    Some((digits.trim_start_matches('0').to_owned(), fraction.len()))
}

/// The nanoseconds since 1970 of a moment: `2026-03-01`, `2026-03-01T12:00:00.5Z`, or with an offset.
pub(crate) fn moment(text: &str) -> Option<i128> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2).filter(|month| (1..=12).contains(month))?;
    let day = digits(parts.next()?, 2)?;
    let days = days_since_1970(year, month, day)?;
    let time = time.map_or(Some(0), time_of_day)?;
    Some(i128::from(days) * 86_400_000_000_000 + time)
}

/// The nanoseconds since midnight in UTC; an offset may make it leave the day.
fn time_of_day(text: &str) -> Option<i128> {
    let (clock, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => {
            let at = text.rfind(['+', '-'])?;
            let (clock, offset) = text.split_at_checked(at)?;
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            let hours = digits(hours, 2).filter(|hours| *hours < 24)?;
            let minutes = digits(minutes, 2).filter(|minutes| *minutes < 60)?;
            (clock, sign * (hours * 60 + minutes))
        }
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = whole.splitn(3, ':');
    let hours = digits(parts.next()?, 2).filter(|hours| *hours < 24)?;
    let minutes = digits(parts.next()?, 2).filter(|minutes| *minutes < 60)?;
    let seconds = digits(parts.next()?, 2).filter(|seconds| *seconds < 60)?;
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let nanoseconds = digits(&format!("{fraction:0<9}"), 9)?;
    let minutes = hours * 60 + minutes - offset;
    Some(i128::from(minutes * 60 + seconds) * 1_000_000_000 + i128::from(nanoseconds))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

/// Days of the proleptic Gregorian calendar; `None` for a day that its month does not have.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March have their leap day last.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let since_march = (153 * month + 2) / 5 + day - 1;
    Some(year * 365 + leaps + since_march - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        for (text, nanoseconds) in [
            ("250ms", 250_000_000),
            ("1.5 h", 5_400_000_000_000),
            ("2 µs", 2000),
            ("0.5us", 500),
            ("0ns", 0),
            ("0.0000000000ns", 0),
            ("1_000 ns", 1000),
            ("+.5s", 500_000_000),
            ("1.0000000000000000000000s", 1_000_000_000),
            ("0.05min", 3_000_000_000),
            // A float has not all of these digits.
            ("10000000.000000001s", 10_000_000_000_000_001),
            (
                "18446744073709551615.999999999s",
                18_446_744_073_709_551_615_999_999_999,
            ),
        ] {
            assert_eq!(span(text), Ok(nanoseconds), "{text}");
        }
        let forms = [
            "", "5", "ms", ".s", "-1s", "1 parsec", "inf s", "1..2s", "1 2s", "1e40s", "+-1s",
        ];
        for bad in forms {
            assert_eq!(span(bad), Err(SpanError::Form), "{bad}");
        }
    }

    #[test]
    fn parts_of_a_nanosecond_and_too_long_spans_are_seen() {
        let zeros = "0".repeat(60);
        let long = format!("1.{zeros}1s");
        for finer in ["0.4ns", "1.5ns", "1.0000000004s", "0.0001us", &long] {
            assert_eq!(span(finer), Err(SpanError::Finer), "{finer}");
        }
        let long = format!("1{zeros}s");
        for longer in ["18446744073709551616s", "300000000000000d", &long] {
            assert_eq!(span(longer), Err(SpanError::Longer), "{longer}");
        }
    }

    /// Expected values from `date --utc --date TEXT +%s`.
    #[test]
    fn moments() {
        let seconds = |text: &str| moment(text).map(|n| n / 1_000_000_000);
        assert_eq!(seconds("1970-01-01"), Some(0));
        assert_eq!(seconds("2026-03-01T12:00:00Z"), Some(1_772_366_400));
        assert_eq!(seconds("2024-02-29T23:59:59Z"), Some(1_709_251_199));
        assert_eq!(seconds("1900-03-01"), Some(-2_203_891_200));
        assert_eq!(seconds("2026-03-01T12:00:00+02:00"), Some(1_772_359_200));
        assert_eq!(moment("1970-01-01T00:00:00.5Z"), Some(500_000_000));
        for bad in [
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-03-01T12:00",
            "2026-03-01T25:00:00Z",
        ] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }
}
