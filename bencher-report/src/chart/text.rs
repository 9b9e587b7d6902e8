//! Text of labels: short, on one line, and different for different levels.

pub(crate) use bencher_core::bench::report_files::slug;
use bencher_core::dataset::{self, Dim, UnitScale};
use bencher_core::value::{Value, float_text};

use super::is_invisible;

/// One line of at most `limit` characters: control characters become spaces, and characters that change the direction
/// of text are dropped.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c));
    let mut clean = visible.map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = clean.by_ref().take(limit).collect();
    if clean.next().is_some() {
        short.pop();
        short.push('…');
    }
    short
}

/// The significant digits of [`number`].
const DIGITS: usize = 4;

/// A number in few characters: four significant digits, thousands as `k`, `M`, `G`, `T`.
pub(crate) fn number(x: f64) -> String {
    with_digits(x, DIGITS)
}

/// How many significant digits the ticks of an axis between two numbers need, so that ticks that differ have texts that
/// differ, and say where they lie: at least four.
pub(crate) fn digits((low, high): (f64, f64)) -> usize {
    /// Ticks that an axis has at most.
    const TICKS: f64 = 20.0;
    const MOST: usize = 17;
    let largest = low.abs().max(high.abs());
    // The difference of halves, since that of the ends need not be a number.
    let step = (high / 2.0 - low / 2.0) / TICKS * 2.0;
    let places = largest.log10().floor() - step.log10().floor() + 2.0;
    if !(step > 0.0 && places.is_finite()) {
        return DIGITS;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    let places = places.max(0.0) as usize;
    places.clamp(DIGITS, MOST)
}

/// A number that was multiplied by a power of ten, as it was before, in few significant digits. The number before need
/// not be one that a float can hold.
pub(crate) fn shifted_back(x: f64, shift: i32, digits: usize) -> String {
    let text = format!("{x:.*e}", digits.saturating_sub(1));
    match text.split_once('e') {
        Some((mantissa, exponent)) if x != 0.0 => {
            let mantissa = if mantissa.contains('.') {
                mantissa.trim_end_matches('0').trim_end_matches('.')
            } else {
                mantissa
            };
            let exponent = exponent.parse::<i32>().unwrap_or_default() - shift;
            format!("{mantissa}e{exponent}")
        }
        _ => float_text(x),
    }
}

/// A number in some significant digits, thousands as `k`, `M`, `G`, `T`.
pub(crate) fn with_digits(x: f64, digits: usize) -> String {
    let magnitude = x.abs();
    if x == 0.0 || !x.is_finite() {
        return float_text(x);
    }
    if magnitude < 1e5 && x.fract() == 0.0 {
        return format!("{x}");
    }
    for (factor, suffix) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] {
        let scaled = x / factor;
        if (1.0..1000.0).contains(&scaled.abs()) && magnitude >= 1e5 {
            let short = format!("{}{suffix}", significant(scaled, digits));
            // 1048576 says more than 1.049M and takes hardly more room.
            let exact = short.len() <= 5 || magnitude >= 1e7 || x.fract() != 0.0;
            return if exact { short } else { format!("{x}") };
        }
    }
    significant(x, digits)
}

/// A number with its unit, in the prefix that makes it readable; one that takes no prefix is as
/// short as any number.
pub(crate) fn quantity(x: f64, units: &str) -> String {
    quantity_with_digits(x, units, DIGITS)
}

/// A number with its unit, as [`quantity`] has it, in some significant digits.
pub(crate) fn quantity_with_digits(x: f64, units: &str, digits: usize) -> String {
    if digits > DIGITS {
        let scale = UnitScale::for_magnitude(units, x);
        let number = with_digits(scale.apply(x), digits);
        return format!("{number} {}", scale.units()).trim_end().to_owned();
    }
    let with_prefix = dataset::quantity(x, units);
    if units.is_empty() || with_prefix.ends_with(&format!(" {units}")) {
        let number = number(x);
        return if units.is_empty() {
            number
        } else {
            format!("{number} {units}")
        };
    }
    with_prefix
}

/// Some significant digits, the shortest way.
fn significant(x: f64, digits: usize) -> String {
    let rounded: f64 = format!("{x:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(x);
    if (1e-3..1e9).contains(&rounded.abs()) {
        float_text(rounded)
    } else {
        format!("{rounded:e}")
    }
}

/// Whether [`quantity`] says exactly this number.
pub(crate) fn is_exact(x: f64, units: &str) -> bool {
    let scale = UnitScale::for_magnitude(units, x);
    let shown = scale.apply(x);
    let digits: f64 = format!("{shown:.3e}").parse().unwrap_or(f64::NAN);
    if scale.units() == units {
        let is_whole = shown.abs() < 1e5 && shown.fract() == 0.0;
        return digits.to_bits() == shown.to_bits() || is_whole;
    }
    // Dividing rounds.
    (digits - shown).abs() <= shown.abs() * 4.0 * f64::EPSILON
}

/// The coordinate of an input in few characters where they say exactly that, else in full.
pub(crate) fn coordinate(x: f64, units: &str) -> String {
    if is_exact(x, units) {
        quantity(x, units)
    } else if units.is_empty() {
        float_text(x)
    } else {
        format!("{} {units}", float_text(x))
    }
}

/// The names of an input's levels, in full; a renderer makes those of numbers shorter.
pub(crate) fn levels(dim: &Dim) -> Vec<String> {
    let full = |level| dim.kind.text(level);
    dim.values.iter().map(full).collect()
}

/// The names of the parts that each level has, and the parts of each level without them; `None` where levels have other
/// parts, or none. Written out, long levels would be cut where they differ.
pub(crate) fn parts(dim: &Dim) -> Option<(String, Vec<String>)> {
    let parts = |level: &Value| -> Option<(Vec<String>, Vec<String>)> {
        let item = level.as_item().filter(|item| item.name().is_empty())?;
        Some(
            item.parts()
                .map(|(name, value)| (name.to_owned(), value.to_string()))
                .unzip(),
        )
    };
    let levels: Option<Vec<_>> = dim.values.iter().map(parts).collect();
    let levels = levels?;
    let (names, _) = levels.first()?;
    if names.is_empty() || levels.iter().any(|(other, _)| other != names) {
        return None;
    }
    let texts = levels.iter().map(|(_, texts)| texts.join(", "));
    Some((names.join(", "), texts.collect()))
}

/// A level of an input with its unit, short where that says exactly the same.
pub(crate) fn level(dim: &Dim, value: &Value) -> String {
    if dim.kind.text(value).is_empty() {
        return super::labels::EMPTY.to_owned();
    }
    let number = value.as_f64().filter(|_| dim.is_numeric());
    match number.filter(|x| is_exact(*x, &dim.units)) {
        Some(x) => quantity(x, &dim.units),
        None if dim.units.is_empty() => dim.kind.text(value),
        None => format!("{} {}", dim.kind.text(value), dim.units),
    }
}

/// A moment, given in seconds since 1970, in UTC and to the microsecond: no finer one survives in
/// seconds of today.
pub(crate) fn moment(seconds: f64) -> String {
    const LIMIT: f64 = 1e15;
    if !(-LIMIT..LIMIT).contains(&seconds) {
        return format!("{} s since 1970", float_text(seconds));
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the limit")]
    let microseconds = (seconds * 1e6).round() as i128;
    Value::DateTime(microseconds * 1000).to_string()
}

/// How ticks name moments on an axis between two, as `strftime` has it.
pub(crate) fn moment_format((low, high): (f64, f64)) -> &'static str {
    const DAY: f64 = 86_400.0;
    match high - low {
        span if span < 300.0 => "%H:%M:%S",
        span if span < DAY => "%H:%M",
        span if span < 5.0 * DAY => "%m-%d %H:%M",
        span if span < 150.0 * DAY => "%Y-%m-%d",
        span if span < 1500.0 * DAY => "%Y-%m",
        _ => "%Y",
    }
}

/// `1 sample`, `2 samples`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (x, text) in [
            (0.0, "0"),
            (16.0, "16"),
            (65536.0, "65536"),
            (1e6, "1M"),
            (1_048_576.0, "1048576"),
            (131_072.0, "131072"),
            (16_777_216.0, "16.78M"),
            (1.5e6, "1.5M"),
            (250_000.0, "250k"),
            (1e15, "1e15"),
            (0.1 + 0.2, "0.3"),
            (1e-5, "1e-5"),
            (0.0012, "0.0012"),
            (1.234e-7, "1.234e-7"),
            (1e300, "1e300"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(x), text);
        }
    }

    #[test]
    fn ticks_that_differ_have_texts_that_differ_and_short_ones_where_that_is_enough() {
        // Evenly spaced ticks, as an axis between the first and the last has them, and what they say.
        let cases: [(&[f64], &[&str]); 8] = [
            (&[0.0, 20.0, 100.0], &["0", "20", "100"]),
            (&[0.0, 2.5e5, 1e6], &["0", "250k", "1M"]),
            (&[0.0, 0.1 + 0.2, 1.0], &["0", "0.3", "1"]),
            (
                &[12_345.5, 12_345.55, 12_345.6, 12_345.8],
                &["12345.5", "12345.55", "12345.6", "12345.8"],
            ),
            (
                &[1_000_001.0, 1_000_001.5, 1_000_005.0],
                &["1000001", "1.0000015M", "1000005"],
            ),
            (&[1e9 + 1.0, 1e9 + 2.0], &["1.000000001G", "1.000000002G"]),
            (&[-1.000_01, -1.000_005], &["-1.00001", "-1.000005"]),
            (&[1e-7, 1.000_01e-7], &["1e-7", "1.00001e-7"]),
        ];
        for (ticks, texts) in cases {
            let digits = digits((ticks[0], ticks[ticks.len() - 1]));
            let shown: Vec<String> = ticks.iter().map(|x| with_digits(*x, digits)).collect();
            assert_eq!(shown, texts);
        }
        for range in [
            (5.0, 5.0),
            (f64::NAN, 1.0),
            (f64::MIN, f64::MAX),
            (0.0, 0.0),
        ] {
            assert_eq!(digits(range), 4, "{range:?}");
        }
        assert_eq!(quantity_with_digits(1.234_567_8, "s", 8), "1.2345678 s");
        assert_eq!(
            quantity_with_digits(0.001_234_567_8, "s", 8),
            "1.2345678 ms"
        );
    }

    #[test]
    fn numbers_beyond_the_floats_have_a_text() {
        for (x, shift, text) in [
            (1.0, -308, "1e308"),
            (-2.5, -308, "-2.5e308"),
            (0.0, -308, "0"),
            (3.000_000_01, 320, "3e-320"),
            (12.0, 320, "1.2e-319"),
        ] {
            assert_eq!(shifted_back(x, shift, 4), text);
        }
    }

    #[test]
    fn quantities_have_prefixes() {
        for (x, units, text) in [
            (1.25e-6, "s", "1.25 µs"),
            (16.0, "s", "16 s"),
            (1536.0, "B", "1.5 KiB"),
            (250_000.0, "elements", "250k elements"),
            (0.5, "", "0.5"),
        ] {
            assert_eq!(quantity(x, units), text);
        }
    }

    #[test]
    fn coordinates_are_short_only_where_that_is_exact() {
        for (x, units, text) in [
            (12_345.5, "", "12345.5"),
            (12_345.0, "B", "12345 B"),
            (4096.0, "B", "4 KiB"),
            (0.1 + 0.2, "", "0.30000000000000004"),
            (0.3, "s", "300 ms"),
            (1e6, "", "1M"),
            (1_234_567.0, "", "1234567"),
            (f64::INFINITY, "", "inf"),
        ] {
            assert_eq!(coordinate(x, units), text);
        }
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        assert_eq!(moment(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(1_772_366_400.25), "2026-03-01T12:00:00.25Z");
        assert_eq!(moment(f64::NAN), "NaN s since 1970");
        assert_eq!(moment(1e300), "1e300 s since 1970");
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Sorting: <µs/日> ../x"), "sorting-s-x");
        assert_eq!(slug("日"), "");
        assert_eq!(clip("a\u{7}b\nc", 4), "a b…");
    }
}
