//! A clock with the counters that are read around what it times.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::{CoreUse, Meter, Timer};

/// A clock with the counters that are read around what it times: they start before it and stop after
/// it, so that reading them is not in the time.
///
/// It also tells whether a piece was *preempted*: whether the system took the core from a thread of this process meanwhile.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{FakeClock, Timer, Watch};
/// let clock = FakeClock::default();
/// let timer = Timer::on(clock.clone());
/// let watch = Watch::on(&timer);
/// let start = watch.start();
/// clock.advance(Duration::from_millis(2));
/// assert_eq!(watch.stop(start, 1), Duration::from_millis(2));
/// ```
#[derive(Debug)]
pub struct Watch<'a> {
    pub(super) timer: &'a Timer,
    meter: Option<&'a RefCell<Meter>>,
    /// Whether the use of the cores is read at every piece, not only around several.
    each_piece: Cell<bool>,
    began: Cell<CoreUse>,
    used: Cell<CoreUse>,
}

impl<'a> Watch<'a> {
    /// A watch without counters.
    pub fn on(timer: &'a Timer) -> Self {
        Self::with_meter(timer, None)
    }

    pub(crate) fn with_meter(timer: &'a Timer, meter: Option<&'a RefCell<Meter>>) -> Self {
        Self {
            timer,
            meter,
            each_piece: Cell::new(false),
            began: Cell::default(),
            used: Cell::default(),
        }
    }

    /// The clock.
    pub(crate) const fn timer(&self) -> &'a Timer {
        self.timer
    }

    /// Forgets what was counted so far.
    pub(crate) fn reset(&self) {
        if let Some(meter) = self.meter {
            meter.borrow_mut().reset();
        }
    }

    /// Begins a piece; gives the time on the clock.
    #[inline]
    pub fn start(&self) -> Duration {
        if self.each_piece.get() {
            self.began.set(self.timer.core_use());
        }
        if let Some(meter) = self.meter {
            meter.borrow_mut().start();
        }
        self.timer.now()
    }

    /// Ends a piece of so many iterations that began at `start`; gives its time, without what counting
    /// allocations took of it.
    #[inline]
    pub fn stop(&self, start: Duration, iterations: u64) -> Duration {
        let time = self.timer.since(start);
        let time = match self.meter {
            None => time,
            Some(meter) => {
                let mut meter = meter.borrow_mut();
                meter.stop(iterations);
                time.saturating_sub(meter.cost())
            }
        };
        if self.each_piece.get() {
            let CoreUse { preemptions, busy } = self.timer.core_use().since(self.began.get());
            let used = self.used.get();
            self.used.set(CoreUse {
                preemptions: used.preemptions + preemptions,
                busy: used.busy + busy,
            });
        }
        time
    }

    /// Runs something, and tells how the cores were used meanwhile: by all of it, or by its timed pieces alone. Reading
    /// that costs some 300 ns, which short pieces would not bear.
    pub(crate) fn observe<R>(&self, each_piece: bool, run: impl FnOnce() -> R) -> (R, CoreUse) {
        self.each_piece.set(each_piece);
        let before = self.timer.core_use();
        self.used.set(CoreUse::default());
        let result = run();
        let used = if each_piece {
            self.used.get()
        } else {
            self.timer.core_use().since(before)
        };
        self.each_piece.set(false);
        (result, used)
    }
}
