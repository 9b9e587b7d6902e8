//! Times of only a share of the calls, as stored samples hold them.

use crate::value::{Item, Value};

/// The name of the value that stands for such a time.
const PARTIAL: &str = "part of the slices";
const TIME: &str = "time";
const SHARE: &str = "share";

/// A time whose batch has many discarded slices. They belong to an upper mode, are outliers, or were preempted while
/// calls differ in length, so that long calls are missing.
///
/// ```
/// use bencher_core::measure::PartialTime;
/// let time = PartialTime { time: 0.002, share: 0.63 };
/// assert_eq!(PartialTime::read(&time.to_value()), Some(time));
/// assert_eq!(PartialTime::read(&0.002.into()), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialTime {
    /// How long a call took in the slices that count, in seconds.
    pub time: f64,
    /// The share of the slices that count.
    pub share: f64,
}

impl PartialTime {
    /// The value for it in a sample.
    pub fn to_value(self) -> Value {
        let parts = [
            (TIME, Value::Float(self.time)),
            (SHARE, Value::Float(self.share)),
        ];
        Value::from(Item::new(PARTIAL, parts))
    }

    /// Reads the time from a value; `None` for any other value.
    pub fn read(value: &Value) -> Option<Self> {
        let item = value.as_item().filter(|item| item.name() == PARTIAL)?;
        let part = |name| item.part(name).and_then(Value::as_f64);
        Some(Self {
            time: part(TIME)?,
            share: part(SHARE)?,
        })
    }
}
