//! Conversion of a number from one unit to another.

use super::units::{BYTE, Factor, binary, decimal};

/// Times that no prefix of the second makes, in seconds.
const TIMES: [(&str, f64); 2] = [("min", 60.0), ("h", 3600.0)];

/// A number of the unit `from` in the unit `to`; `None` where the units measure different things, or are unknown.
///
/// The units are equal, or differ in their prefix (`ms` and `s`, `KiB` and `kB`, `MiB/s` and `B/s`). Minutes and hours
/// are times, and `%` is a hundredth of no unit.
pub(crate) fn converted(x: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(x);
    }
    match (from, to) {
        ("%", "") => return Some(x / 100.0),
        ("", "%") => return Some(x * 100.0),
        _ => {}
    }
    match (from.split_once('/'), to.split_once('/')) {
        (None, None) => plain(x, from, to),
        (Some((counted, time)), Some((other, other_time))) => {
            let counted = if counted == other {
                x
            } else {
                plain(x, counted, other)?
            };
            // `1/ms` is a thousand `1/s`: what is below the stroke is converted the other way.
            if time == other_time {
                Some(counted)
            } else {
                plain(counted, other_time, time)
            }
        }
        _ => None,
    }
}

fn plain(x: f64, from: &str, to: &str) -> Option<f64> {
    let (base, x) = to_base(x, from)?;
    let (other, unit) = from_base(to)?;
    (base == other).then(|| unit.apply(x))
}

/// How a number of a base unit becomes one of another.
enum Unit {
    Prefixed(Factor),
    Times(f64),
}

impl Unit {
    fn apply(&self, x: f64) -> f64 {
        match self {
            Self::Prefixed(factor) => factor.divide(x),
            Self::Times(seconds) => x / seconds,
        }
    }
}

/// The base of a unit, and a number of that base.
fn to_base(x: f64, from: &str) -> Option<(&str, f64)> {
    let (base, unit) = from_base(from)?;
    let x = match unit {
        Unit::Prefixed(Factor::Ten(power)) => Factor::Ten(-power).divide(x),
        Unit::Prefixed(Factor::Two(power)) => Factor::Two(-power).divide(x),
        Unit::Times(seconds) => x * seconds,
    };
    Some((base, x))
}

fn from_base(unit: &str) -> Option<(&str, Unit)> {
    if let Some((_, seconds)) = TIMES.iter().find(|(name, _)| *name == unit) {
        return Some(("s", Unit::Times(*seconds)));
    }
    if let Some((_, power)) = binary(unit) {
        return Some(("B", Unit::Prefixed(Factor::Two(power))));
    }
    let (base, power) = decimal(unit)?;
    let base = if BYTE.contains(&base) { "B" } else { base };
    Some((base, Unit::Prefixed(Factor::Ten(power))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_converted() {
        for (x, from, to, expected) in [
            (5.0, "ms", "s", Some(0.005)),
            (5.0, "us", "s", Some(5e-6)),
            (0.3, "µs", "ns", Some(300.0)),
            (2.0, "min", "s", Some(120.0)),
            (90.0, "s", "min", Some(1.5)),
            (3.0, "KiB", "B", Some(3072.0)),
            (3.0, "kB", "bytes", Some(3000.0)),
            (1.0, "MiB", "KiB", Some(1024.0)),
            (1.0, "GiB/s", "B/s", Some(1_073_741_824.0)),
            (2.0, "1/ms", "1/s", Some(2000.0)),
            (2.0, "items/s", "items/ms", Some(0.002)),
            (70.0, "%", "", Some(0.7)),
            (0.5, "", "%", Some(50.0)),
            (7.0, "elements", "elements", Some(7.0)),
            (7.0, "elements", "s", None),
            (7.0, "ms", "B", None),
            (7.0, "ms", "1/s", None),
            (7.0, "items/s", "B/s", None),
            (7.0, "parsecs", "s", None),
        ] {
            assert_eq!(converted(x, from, to), expected, "{x} {from} in {to}");
        }
    }
}
