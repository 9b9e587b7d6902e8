//! Times that something disturbed, as stored samples hold them.

use crate::value::{Item, Value};

/// The names of the values that stand for such times: the gravest mark.
const PREEMPTED: &str = "preempted";
const PARTIAL: &str = "part of the slices";
const MOVED: &str = "moved";
const THROTTLED: &str = "throttled";
/// Their parts.
const TIME: &str = "time";
const BUSY: &str = "busy";
const SHARE: &str = "share";

/// A measured time with what disturbed it.
///
/// ```
/// use bencher_core::measure::MarkedTime;
/// let time = MarkedTime { busy: Some(0.013), is_moved: true, ..MarkedTime::of(0.045) };
/// assert_eq!(MarkedTime::read(&time.to_value()), Some(time));
/// assert_eq!(MarkedTime::read(&0.045.into()), None);
/// assert_eq!(MarkedTime::of(0.045).to_value(), 0.045.into(), "nothing disturbed it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkedTime {
    /// The duration of a call, in seconds.
    pub time: f64,
    /// The time on a core, in seconds, for all threads of the process together, if every call was preempted: the time
    /// of the call then includes that of other programs.
    pub busy: Option<f64>,
    /// The share of the slices that count, if many were discarded. The discarded slices belong to an upper mode, are
    /// outliers, or were preempted while calls differ in length, so that long calls are missing.
    pub share: Option<f64>,
    /// Whether the system moved the program to another core meanwhile, where its caches are cold.
    pub is_moved: bool,
    /// Whether a core was slowed down because of heat meanwhile.
    pub is_throttled: bool,
}

impl MarkedTime {
    /// A time without a mark.
    pub const fn of(time: f64) -> Self {
        Self {
            time,
            busy: None,
            share: None,
            is_moved: false,
            is_throttled: false,
        }
    }

    /// Whether it has a mark.
    pub const fn is_marked(self) -> bool {
        self.busy.is_some() || self.share.is_some() || self.is_moved || self.is_throttled
    }

    /// The value for it in a sample: a number if it has no mark.
    pub fn to_value(self) -> Value {
        let name = match self {
            Self { busy: Some(_), .. } => PREEMPTED,
            Self { share: Some(_), .. } => PARTIAL,
            Self {
                is_throttled: true, ..
            } => THROTTLED,
            Self { is_moved: true, .. } => MOVED,
            Self { time, .. } => return Value::Float(time),
        };
        let number = |name, part: f64| (name, Value::Float(part));
        let parts = [
            Some(number(TIME, self.time)),
            self.busy.map(|busy| number(BUSY, busy)),
            self.share.map(|share| number(SHARE, share)),
            self.is_moved.then_some((MOVED, Value::Bool(true))),
            self.is_throttled.then_some((THROTTLED, Value::Bool(true))),
        ];
        Value::from(Item::new(name, parts.into_iter().flatten()))
    }

    /// Reads the time from a value; `None` for any other value.
    pub fn read(value: &Value) -> Option<Self> {
        let is_mark = |item: &&Item| [PREEMPTED, PARTIAL, THROTTLED, MOVED].contains(&item.name());
        let item = value.as_item().filter(is_mark)?;
        let part = |name| item.part(name).and_then(Value::as_f64);
        let is = |name| item.part(name) == Some(&Value::Bool(true));
        Some(Self {
            time: part(TIME)?,
            busy: part(BUSY),
            share: part(SHARE),
            is_moved: is(MOVED),
            is_throttled: is(THROTTLED),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_of_marks_comes_back() {
        for busy in [None, Some(0.5)] {
            for share in [None, Some(0.85)] {
                for [is_moved, is_throttled] in
                    [[false, false], [false, true], [true, false], [true, true]]
                {
                    let time = MarkedTime {
                        time: 2.0,
                        busy,
                        share,
                        is_moved,
                        is_throttled,
                    };
                    let read = MarkedTime::read(&time.to_value());
                    assert_eq!(read, time.is_marked().then_some(time));
                }
            }
        }
    }

    #[test]
    fn other_items_are_no_times() {
        let other = Item::new("lz4", [(TIME, Value::Float(1.0))]);
        assert_eq!(MarkedTime::read(&Value::from(other)), None);
        let without_time = Item::new(PARTIAL, [(SHARE, Value::Float(0.5))]);
        assert_eq!(MarkedTime::read(&Value::from(without_time)), None);
    }
}
