//! Times as they are written in attributes.

/// The nanoseconds of a time span: a number and its unit, such as `250ms` or `1.5 h`.
pub(crate) fn span(text: &str) -> Option<i128> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("µs", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("min", 60e9),
        ("h", 3600e9),
        ("d", 86400e9),
    ];
    let text = text.trim();
    let unit = text.find(|c: char| c.is_alphabetic())?;
    let (number, unit) = text.split_at_checked(unit)?;
    let (_, nanoseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let number: f64 = number.trim().replace('_', "").parse().ok()?;
    let nanoseconds = (number * nanoseconds).round();
    #[expect(clippy::cast_possible_truncation, reason = "bounded just here")]
    (0.0..1e28)
        .contains(&nanoseconds)
        .then_some(nanoseconds as i128)
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
        assert_eq!(span("250ms"), Some(250_000_000));
        assert_eq!(span("1.5 h"), Some(5_400_000_000_000));
        assert_eq!(span("2 µs"), Some(2000));
        for bad in ["", "5", "ms", "-1s", "1 parsec", "inf s", "1e40s"] {
            assert_eq!(span(bad), None, "{bad}");
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
