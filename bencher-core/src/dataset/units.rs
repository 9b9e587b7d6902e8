//! Numbers with units, in the prefix that makes them readable.
//!
//! Decimal prefixes follow the SI brochure (9th edition, 2019, with the four prefixes of 2022), binary ones follow IEC
//! 80000-13:2008.

use crate::value::float_text;

/// Decimal prefixes by their power of ten.
const DECIMAL: [(&str, i32); 21] = [
    ("q", -30),
    ("r", -27),
    ("y", -24),
    ("z", -21),
    ("a", -18),
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("µ", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
    ("Z", 21),
    ("Y", 24),
    ("R", 27),
    ("Q", 30),
];

/// Binary prefixes by their power of two.
const BINARY: [(&str, i32); 9] = [
    ("", 0),
    ("Ki", 10),
    ("Mi", 20),
    ("Gi", 30),
    ("Ti", 40),
    ("Pi", 50),
    ("Ei", 60),
    ("Zi", 70),
    ("Yi", 80),
];

/// Units that take a decimal prefix. Seconds are not here: they take one below 1 s only.
const PREFIXABLE: [&str; 20] = [
    "Hz", "J", "W", "V", "A", "Ω", "F", "H", "N", "Pa", "K", "m", "g", "C", "S", "eV", "Wh", "bit",
    "b", "FLOP",
];

/// Words and symbols for the byte.
pub(super) const BYTE: [&str; 4] = ["B", "byte", "bytes", "Byte"];

/// One unit for many numbers: a prefix, and its divisor.
///
/// It is chosen once, from the largest magnitude of a column or an axis, so that all numbers have one unit.
///
/// ```
/// use bencher_core::dataset::UnitScale;
/// let seconds = [0.000_9, 0.002_5, 0.012];
/// let scale = UnitScale::for_magnitude("s", 0.012);
/// assert_eq!(scale.units(), "ms");
/// assert_eq!(seconds.map(|x| scale.apply(x)), [0.9, 2.5, 12.0]);
/// assert_eq!(UnitScale::for_magnitude("B/s", 5e9).units(), "GiB/s");
/// assert_eq!(UnitScale::for_magnitude("1/s", 2.5e6).units(), "1/µs", "no prefix stands alone");
/// assert_eq!(UnitScale::for_magnitude("elements", 1e9).units(), "elements");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct UnitScale {
    units: String,
    factor: Factor,
}

/// A power that a number is divided by; kept as such, because 10^-6 is no float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Factor {
    Ten(i32),
    Two(i32),
}

impl UnitScale {
    /// The scale for numbers of a unit, given their largest magnitude.
    ///
    /// A prefix that the unit already has (`µs`, `MiB`) is understood. Seconds get no prefix from 1 s on. Bytes (`B`,
    /// `bytes`) get binary prefixes. A rate gets the prefix of the counted unit; if that unit takes no prefix (`1/s`,
    /// `elements/s`), the second gets it. All other units (`elements`, `%`, none, unknown words) stay as they are. So
    /// does every unit where the magnitude is 0, not finite, or so far beyond all prefixes that it needs an exponent.
    pub fn for_magnitude(units: &str, largest: f64) -> Self {
        let largest = largest.abs();
        scaled(units, largest)
            .filter(|scale| largest.is_finite() && largest > 0.0 && scale.reaches(largest))
            .unwrap_or_else(|| Self {
                units: units.to_owned(),
                factor: Factor::Ten(0),
            })
    }

    /// The unit of the numbers that [`apply`](Self::apply) returns.
    pub fn units(&self) -> &str {
        &self.units
    }

    /// Whether the prefix spares the number an exponent; a prefix and an exponent would have to be added up.
    fn reaches(&self, largest: f64) -> bool {
        let is_prefixed = !matches!(self.factor, Factor::Ten(0) | Factor::Two(0));
        !is_prefixed || (0.000_99..1e6).contains(&self.apply(largest))
    }

    /// Converts a number from the original unit to this one.
    pub fn apply(&self, x: f64) -> f64 {
        self.factor.divide(x)
    }
}

impl Factor {
    pub(super) fn divide(self, x: f64) -> f64 {
        match self {
            // An exact operand and one rounding: 1e6 is a float, 1e-6 is none.
            Self::Ten(power @ ..0) => x * 10_f64.powi(-power),
            Self::Ten(power) => x / 10_f64.powi(power),
            Self::Two(power) => x * 2_f64.powi(-power),
        }
    }
}

/// A number with its unit, to four significant digits, in the prefix that makes it readable.
///
/// ```
/// use bencher_core::dataset::quantity;
/// assert_eq!(quantity(0.000_001_25, "s"), "1.25 µs");
/// assert_eq!(quantity(90.0, "s"), "90 s");
/// assert_eq!(quantity(1536.0, "bytes"), "1.5 KiB");
/// assert_eq!(quantity(12_345_678.0, "elements"), "1.235e7 elements");
/// assert_eq!(quantity(0.25, ""), "0.25");
/// ```
pub fn quantity(x: f64, units: &str) -> String {
    // Rounded first: 999.99 µs are 1 ms.
    let rounded = significant(x, 4);
    let scale = UnitScale::for_magnitude(units, rounded);
    let number = digits(scale.apply(x), 4);
    match scale.units() {
        "" => number,
        "%" => format!("{number} %"),
        units => format!("{number} {units}"),
    }
}

/// A number with this many significant digits, with an exponent below 0.001 and from a million on.
///
/// ```
/// use bencher_core::dataset::digits;
/// assert_eq!(digits(0.123_456, 3), "0.123");
/// assert_eq!(digits(1_234_567.0, 3), "1.23e6");
/// ```
pub fn digits(x: f64, significant: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return float_text(x);
    }
    let rounded = self::significant(x, significant);
    if (1e-3..1e6).contains(&rounded.abs()) {
        float_text(rounded)
    } else {
        format!("{rounded:e}")
    }
}

/// A share in percent, without the digits that its multiplication adds: `7 %` for 0.07.
pub(crate) fn percent(share: f64) -> String {
    // What every float of 64 bits holds.
    format!("{} %", digits(share * 100.0, 15))
}

/// Rounds a number to `digits` significant digits.
pub(crate) fn significant(x: f64, digits: usize) -> f64 {
    let decimals = digits.saturating_sub(1);
    let rounded = format!("{x:.decimals$e}").parse().ok();
    // The largest numbers are rounded beyond what a float holds.
    rounded.filter(|x: &f64| x.is_finite()).unwrap_or(x)
}

fn scaled(units: &str, largest: f64) -> Option<UnitScale> {
    let (counted, time) = match units.split_once('/') {
        Some((counted, time)) => (counted, Some(time)),
        None => (units, None),
    };
    let with_time = |scale: UnitScale| match time {
        Some(time) => UnitScale {
            units: format!("{}/{time}", scale.units),
            ..scale
        },
        None => scale,
    };
    if let Some((base, given)) = binary(counted) {
        return Some(with_time(to_binary(base, given, largest)));
    }
    if let Some((base, given)) = decimal(counted) {
        let highest = if base == "s" && time.is_none() { 0 } else { 30 };
        return Some(with_time(to_decimal(base, given, largest, highest)));
    }
    if time == Some("s") {
        return Some(per_second(counted, largest));
    }
    None
}

/// A byte with a binary prefix or none: what it is called, and the prefix's power of two.
pub(super) fn binary(units: &str) -> Option<(&str, i32)> {
    BINARY.iter().find_map(|(prefix, power)| {
        let base = units.strip_prefix(prefix)?;
        BYTE.contains(&base).then_some((base, *power))
    })
}

/// A unit with a decimal prefix or none: the unit, and the prefix's power of ten.
pub(super) fn decimal(units: &str) -> Option<(&str, i32)> {
    let known = |base: &str| base == "s" || base == "B" || PREFIXABLE.contains(&base);
    if known(units) {
        return Some((units, 0));
    }
    let spelt = DECIMAL.iter().copied();
    // The micro sign, the Greek letter and its stand-in of the keyboard.
    spelt
        .chain([("μ", -6), ("u", -6)])
        .filter(|(prefix, _)| !prefix.is_empty())
        .find_map(|(prefix, power)| {
            let base = units.strip_prefix(prefix)?;
            known(base).then_some((base, power))
        })
}

fn to_binary(base: &str, given: i32, largest: f64) -> UnitScale {
    let bytes = largest * 2_f64.powi(given);
    let (prefix, power) = BINARY
        .into_iter()
        .rev()
        .find(|(_, power)| bytes >= 2_f64.powi(*power))
        .unwrap_or(("", 0));
    // `bytes` is a word, and words take no prefix.
    let symbol = if power == 0 { base } else { "B" };
    UnitScale {
        units: format!("{prefix}{symbol}"),
        factor: Factor::Two(power - given),
    }
}

fn to_decimal(base: &str, given: i32, largest: f64, highest: i32) -> UnitScale {
    let (prefix, power) = decimal_prefix(largest, given, highest);
    UnitScale {
        units: format!("{prefix}{base}"),
        factor: Factor::Ten(power - given),
    }
}

/// The highest prefix that leaves `largest`, times ten to the `given`, at 1 or above.
fn decimal_prefix(largest: f64, given: i32, highest: i32) -> (&'static str, i32) {
    DECIMAL
        .into_iter()
        .rev()
        .filter(|(_, power)| *power <= highest)
        .find(|(_, power)| Factor::Ten(power - given).divide(largest) >= 1.0)
        .unwrap_or(("q", -30))
}

/// What is counted per second, per millisecond and so on: by the SI brochure a prefix stands before
/// a unit's symbol, never alone or before a word.
fn per_second(counted: &str, largest: f64) -> UnitScale {
    let (_, power) = decimal_prefix(largest.max(1.0), 0, 30);
    let prefix = DECIMAL
        .into_iter()
        .find(|(_, inverse)| *inverse == -power)
        .map_or("", |(prefix, _)| prefix);
    UnitScale {
        units: format!("{counted}/{prefix}s"),
        factor: Factor::Ten(power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_those_of_the_brochure() {
        for (x, units, text) in [
            (1.25e-6, "s", "1.25 µs"),
            (-3e-10, "s", "-300 ps"),
            (4e5, "s", "400000 s"),
            (1500.0, "µs", "1.5 ms"),
            (1500.0, "us", "1.5 ms"),
            (2.5e7, "ns", "25 ms"),
            (999.99e-6, "s", "1 ms"),
            (2.4e9, "Hz", "2.4 GHz"),
            (0.05, "W", "50 mW"),
            (1500.0, "kg", "1.5 Mg"),
            (1e-33, "J", "0.001 qJ"),
            (2e33, "J", "2000 QJ"),
            (1e300, "J", "1e300 J"),
            (-1e-300, "J", "-1e-300 J"),
            (1e-300, "s", "1e-300 s"),
        ] {
            assert_eq!(quantity(x, units), text);
        }
    }

    #[test]
    fn a_percentage_has_the_digits_of_its_share() {
        for (share, text) in [
            (1e-9, "1e-7 %"),
            (0.07, "7 %"),
            (0.01, "1 %"),
            (0.001_1, "0.11 %"),
            (0.123_456_789, "12.3456789 %"),
            (0.0, "0 %"),
        ] {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn bytes_have_binary_prefixes() {
        for (x, units, text) in [
            (1023.0, "B", "1023 B"),
            (512.0, "bytes", "512 bytes"),
            (1024.0, "bytes", "1 KiB"),
            (1_048_576.0, "KiB", "1 GiB"),
            (3.5e9, "B/s", "3.26 GiB/s"),
            (0.5, "B", "0.5 B"),
            (2e6, "kB", "2 GB"),
            (1e40, "B", "1e40 B"),
        ] {
            assert_eq!(quantity(x, units), text);
        }
    }

    #[test]
    fn counts_and_rates_of_counts_keep_their_words() {
        for (x, units, text) in [
            (12.0, "elements", "12 elements"),
            (2.5e6, "1/s", "2.5 1/µs"),
            (0.5, "1/s", "0.5 1/s"),
            (1.5e9, "elements/s", "1.5 elements/ns"),
            (12.5, "%", "12.5 %"),
            (1e-9, "", "1e-9"),
            (3.0, "min", "3 min"),
            (0.0, "s", "0 s"),
            (f64::INFINITY, "s", "inf s"),
            (f64::NAN, "B", "NaN B"),
        ] {
            assert_eq!(quantity(x, units), text);
        }
    }

    #[test]
    fn a_scale_is_one_for_all() {
        let scale = UnitScale::for_magnitude("s", 0.25);
        assert_eq!(scale.units(), "ms");
        let small: Vec<f64> = [0.25, 0.001, 0.0].map(|x| scale.apply(x)).to_vec();
        assert_eq!(small, [250.0, 1.0, 0.0]);
    }
}
