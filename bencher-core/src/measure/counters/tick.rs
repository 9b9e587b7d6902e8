//! One reading of a counter, and its growth.

use super::super::Reason;

/// One reading of a counter.
///
/// The processor can count only a few events at a time. If more are wanted, the kernel counts them in turns. It reports
/// how long each event was wanted and how long it was counted, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) value: u64,
    pub(super) wanted: u64,
    pub(super) counted: u64,
}

impl Tick {
    /// How far it grew.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            value: self.value.saturating_sub(before.value),
            wanted: self.wanted.saturating_sub(before.wanted),
            counted: self.counted.saturating_sub(before.counted),
        }
    }

    pub(super) fn and(self, more: Self) -> Self {
        Self {
            value: self.value.saturating_add(more.value),
            wanted: self.wanted.saturating_add(more.wanted),
            counted: self.counted.saturating_add(more.counted),
        }
    }

    /// How far the number grew, projected to the whole time where it was counted for a part of it.
    pub(super) fn projected(self) -> Result<f64, Reason> {
        if self.wanted == self.counted {
            return Ok(self.value as f64);
        }
        if self.counted == 0 {
            return Err(Reason::Crowded);
        }
        Ok(self.value as f64 * self.wanted as f64 / self.counted as f64)
    }
}
