use std::cell::RefCell;
use std::time::Duration;

use super::{Meter, Timer};

/// A clock with the counters that are read around what it times: they start before it and stop after
/// it, so that reading them is not in the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch<'a> {
    pub(crate) timer: &'a Timer,
    pub(crate) meter: Option<&'a RefCell<Meter>>,
}

impl Watch<'_> {
    /// Forgets what was counted so far.
    pub(crate) fn reset(self) {
        if let Some(meter) = self.meter {
            meter.borrow_mut().reset();
        }
    }

    /// Begins a piece; gives the time on the clock.
    #[inline]
    pub(crate) fn start(self) -> Duration {
        if let Some(meter) = self.meter {
            meter.borrow_mut().start();
        }
        self.timer.now()
    }

    /// Ends a piece of so many iterations that began at `start`; gives its time, without what counting
    /// allocations took of it.
    #[inline]
    pub(crate) fn stop(self, start: Duration, iterations: u64) -> Duration {
        let time = self.timer.since(start);
        let Some(meter) = self.meter else {
            return time;
        };
        let mut meter = meter.borrow_mut();
        meter.stop(iterations);
        time.saturating_sub(meter.cost())
    }
}
