//! The units of results that a file brings.

use crate::value::Kind;

/// Other names that a file may have for the unit of a time, which is in seconds all the same.
const OTHER_NAMES_OF_TIME: [&str; 21] = [
    "sec",
    "secs",
    "second",
    "seconds",
    "ms",
    "msec",
    "millisecond",
    "milliseconds",
    "us",
    "µs",
    "μs",
    "usec",
    "microsecond",
    "microseconds",
    "ns",
    "nsec",
    "nanosecond",
    "nanoseconds",
    "ps",
    "min",
    "h",
];

/// The unit of a variable that a file gives: times are in seconds, whatever it calls them.
pub(super) fn unit_of_stored(kind: Kind, timed: bool, units: &mut String) {
    if is_time(kind, timed) && OTHER_NAMES_OF_TIME.contains(&units.as_str()) {
        "s".clone_into(units);
    }
}

/// Whether values are times that the stopwatch or a time span gave.
fn is_time(kind: Kind, timed: bool) -> bool {
    kind == Kind::Seconds || timed && matches!(kind, Kind::Float(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_times_are_in_seconds_whatever_they_were_called() {
        let stored = |kind, timed, units: &str| {
            let mut units = units.to_owned();
            unit_of_stored(kind, timed, &mut units);
            units
        };
        for units in ["s", "ms", "µs", "ns", "min"] {
            assert_eq!(stored(Kind::Float(64), true, units), "s");
            assert_eq!(stored(Kind::Seconds, false, units), "s");
            assert_eq!(stored(Kind::Float(64), false, units), units);
            assert_eq!(
                stored(Kind::Uint(64), true, units),
                units,
                "not by the stopwatch"
            );
        }
        for units in ["s²", "elements", "B/s"] {
            assert_eq!(stored(Kind::Float(64), true, units), units);
        }
    }
}
