//! Times during which other programs had the core, as stored samples hold them.

use crate::value::{Item, Value};

/// The name of the value that stands for such a time.
///
/// ```
/// assert_eq!(bencher_core::measure::PREEMPTED, "preempted");
/// ```
pub const PREEMPTED: &str = "preempted";
const TIME: &str = "time";
const BUSY: &str = "busy";

/// A time whose calls were all preempted, so that it includes the time of other programs.
///
/// ```
/// use bencher_core::measure::PreemptedTime;
/// let time = PreemptedTime { time: 0.045, busy: 0.013 };
/// assert_eq!(PreemptedTime::read(&time.to_value()), Some(time));
/// assert_eq!(PreemptedTime::read(&0.045.into()), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PreemptedTime {
    /// How long a call took, in seconds.
    pub time: f64,
    /// How long the threads of this process were on a core in that time, in seconds.
    pub busy: f64,
}

impl PreemptedTime {
    /// The value for it in a sample.
    pub fn to_value(self) -> Value {
        let parts = [
            (TIME, Value::Float(self.time)),
            (BUSY, Value::Float(self.busy)),
        ];
        Value::from(Item::new(PREEMPTED, parts))
    }

    /// Reads the time from a value; `None` for any other value.
    pub fn read(value: &Value) -> Option<Self> {
        let item = value.as_item().filter(|item| item.name() == PREEMPTED)?;
        let part = |name| item.part(name).and_then(Value::as_f64);
        Some(Self {
            time: part(TIME)?,
            busy: part(BUSY)?,
        })
    }
}
