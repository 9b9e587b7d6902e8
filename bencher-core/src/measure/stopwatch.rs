//! A clock with counters around the timed code.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::{CoreUse, Meter, Timer};

/// A clock with counters around the timed code. The counters start before the clock and stop after it, so that the time
/// does not include their reading.
///
/// It also detects whether a piece was *preempted*: whether the system took the core from a thread of this process
/// meanwhile.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{FakeClock, Timer, Stopwatch};
/// let clock = FakeClock::default();
/// let timer = Timer::on(clock.clone());
/// let watch = Stopwatch::on(&timer);
/// let start = watch.start();
/// clock.advance(Duration::from_millis(2));
/// assert_eq!(watch.stop(start, 1), Duration::from_millis(2));
/// ```
#[derive(Debug)]
pub struct Stopwatch<'a> {
    pub(super) timer: &'a Timer,
    meter: Option<&'a RefCell<Meter>>,
    /// Whether the use of the cores is read at every piece, not only around several.
    each_piece: Cell<bool>,
    began: Cell<CoreUse>,
    used: Cell<CoreUse>,
}

/// How a slice had the cores.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CoreObservation {
    pub(crate) used: CoreUse,
    /// How long it was watched.
    pub(crate) wall: Duration,
    /// Whether the system moved the thread to another core.
    pub(crate) is_moved: bool,
}

/// In so long a slice a preemption or two may be of no account.
const LONG: Duration = Duration::from_millis(5);
/// Below this share of a long slice, the time of preemptions is ignored.
const LITTLE: f64 = 0.002;
/// How long a thread is left alone, about, on a machine where nobody else wants its core.
const QUIET: f64 = 0.01;

impl CoreObservation {
    /// Whether others had the core for a time that counts.
    pub(crate) fn is_preempted(self) -> bool {
        let CoreUse { preemptions, busy } = self.used;
        if preemptions == 0 || self.wall < LONG {
            return preemptions > 0;
        }
        let (wall, busy) = (self.wall.as_secs_f64(), busy.as_secs_f64());
        if busy > wall * (1.0 + LITTLE) {
            // Of several threads the time alone does not tell how long each had to wait.
            return preemptions as f64 > busy / QUIET;
        }
        wall - busy > LITTLE * wall
    }
}

impl<'a> Stopwatch<'a> {
    /// Makes a watch without counters.
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

    /// Starts a piece, and returns the time on the clock.
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

    /// Ends a piece of `iterations` that began at `start`. Returns its time, without the time for counting allocations.
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

    /// Runs slices, and says whether the core was slowed down because of heat meanwhile.
    pub(crate) fn watch_heat<R>(&self, run: impl FnOnce() -> R) -> (R, bool) {
        let before = self.timer.throttles();
        let result = run();
        let pair = before.and_then(|before| Some((before, self.timer.throttles()?)));
        let is_throttled = pair.is_some_and(|(before, after)| after.is_more_than(before));
        (result, is_throttled)
    }

    /// Runs a slice, which gives something and says how long it took, and tells how the cores were used meanwhile: by
    /// all of it, or by its timed pieces alone. Reading that costs some 300 ns, which short pieces would not bear.
    pub(crate) fn observe<R>(
        &self,
        each_piece: bool,
        run: impl FnOnce() -> (R, Duration),
    ) -> (R, Duration, CoreObservation) {
        self.each_piece.set(each_piece);
        let core = self.timer.core();
        let (before, start) = (self.timer.core_use(), self.timer.now());
        self.used.set(CoreUse::default());
        let (result, time) = run();
        let (used, wall) = if each_piece {
            (self.used.get(), time)
        } else {
            let wall = self.timer.since(start);
            (self.timer.core_use().since(before), wall)
        };
        self.each_piece.set(false);
        // Code that waits may wake on another core, which belongs to it. The system stops a thread that it moves. A move
        // between timed pieces cools the caches, too.
        let is_moved =
            self.timer.core() != core && self.timer.core_use().since(before).preemptions > 0;
        let observed = CoreObservation {
            used,
            wall,
            is_moved,
        };
        (result, time, observed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::FakeClock;

    /// Whether timed code within which the clock does this counts as moved.
    fn is_moved(within: impl Fn(&FakeClock)) -> bool {
        let clock = FakeClock::default();
        let timer = Timer::on(clock.clone());
        let run = || {
            within(&clock);
            ((), Duration::from_millis(1))
        };
        let ((), _, observed) = Stopwatch::on(&timer).observe(false, run);
        observed.is_moved
    }

    #[test]
    fn code_counts_as_moved_where_it_ends_on_another_core() {
        assert!(is_moved(|clock| clock.move_to(3)));
        assert!(!is_moved(|clock| clock.preempt(Duration::from_millis(1))));
        assert!(!is_moved(|clock| clock.move_to(0)), "the same core");
    }
}
