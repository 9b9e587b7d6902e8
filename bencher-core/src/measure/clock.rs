//! Clocks, and the cost of reading them.

use std::collections::HashMap;
use std::fmt;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::{CoreUse, CounterClock, Reason, Throttles, current_core};

/// A source of time: the seam between the measurement and the machine.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{Clock, FakeClock};
/// let clock = FakeClock::default();
/// let before = clock.now();
/// clock.advance(Duration::from_millis(3));
/// assert_eq!(clock.now() - before, Duration::from_millis(3));
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time since a fixed moment; it never decreases.
    fn now(&self) -> Duration;

    /// The core use of this process so far; zero where the system does not count it.
    fn core_use(&self) -> CoreUse {
        CoreUse::default()
    }

    /// The core that runs this thread; `None` where the system does not say so.
    fn core(&self) -> Option<u32> {
        None
    }

    /// How often the core that runs this thread was slowed down because of heat; `None` where the system does not count.
    fn throttles(&self) -> Option<Throttles> {
        None
    }
}

/// The monotonic clock of the operating system.
///
/// ```
/// use bencher_core::measure::{Clock, MonotonicClock};
/// let clock = MonotonicClock::default();
/// assert!(clock.now() <= clock.now());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MonotonicClock {
    origin: Instant,
}

impl Default for MonotonicClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn core_use(&self) -> CoreUse {
        CoreUse::of_process()
    }

    fn core(&self) -> Option<u32> {
        current_core::current_core()
    }

    fn throttles(&self) -> Option<Throttles> {
        Throttles::of_this_core()
    }
}

/// A clock that stands still until a test advances it; its clones show the same time.
///
/// See [`Clock`] for an example.
#[derive(Clone, Debug, Default)]
pub struct FakeClock {
    nanoseconds: Arc<AtomicU64>,
    /// The time that others had the core, and how often they took it.
    taken: Arc<AtomicU64>,
    preemptions: Arc<AtomicU64>,
    core: Arc<AtomicU32>,
    throttles: Arc<AtomicU64>,
}

impl FakeClock {
    /// Advances the clock.
    pub fn advance(&self, time: Duration) {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(time, Ordering::Relaxed);
    }

    /// Pretends that another program has the core for a time.
    pub fn preempt(&self, time: Duration) {
        self.advance(time);
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.taken.fetch_add(time, Ordering::Relaxed);
        self.preemptions.fetch_add(1, Ordering::Relaxed);
    }

    /// Pretends that the system moves this thread to another core; it stops the thread for that.
    pub fn move_to(&self, core: u32) {
        self.preempt(Duration::ZERO);
        self.core.store(core, Ordering::Relaxed);
    }

    /// Pretends that the core is slowed down because of heat.
    pub fn throttle(&self) {
        self.throttles.fetch_add(1, Ordering::Relaxed);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }

    fn core_use(&self) -> CoreUse {
        let taken = Duration::from_nanos(self.taken.load(Ordering::Relaxed));
        CoreUse {
            preemptions: self.preemptions.load(Ordering::Relaxed),
            busy: self.now().saturating_sub(taken),
        }
    }

    fn core(&self) -> Option<u32> {
        Some(self.core.load(Ordering::Relaxed))
    }

    fn throttles(&self) -> Option<Throttles> {
        Some(Throttles {
            core: self.core.load(Ordering::Relaxed),
            count: self.throttles.load(Ordering::Relaxed),
        })
    }
}

/// The clock that measures times.
///
/// ```
/// use bencher_core::measure::{ClockKind, Timer};
/// assert_eq!(ClockKind::default(), ClockKind::Monotonic);
/// if let Ok(timer) = Timer::of(ClockKind::Counter) {
///     assert!(timer.costs().precision < 1e-6);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockKind {
    /// The monotonic clock of the operating system.
    #[default]
    Monotonic,
    /// The time-stamp counter of the processor: [`CounterClock`](super::CounterClock).
    Counter,
}

/// The resolution of a clock, and the overhead of measuring with it, in seconds.
///
/// ```
/// use bencher_core::measure::Timer;
/// let costs = Timer::system().costs();
/// assert!(costs.precision > 0.0 && costs.iteration < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClockCosts {
    /// The smallest difference that the clock shows.
    pub precision: f64,
    /// The time that a reading adds to the time between two readings.
    pub reading: f64,
    /// The time that the loop around the iterations of a batch adds to each.
    pub iteration: f64,
}

impl ClockCosts {
    /// The overhead of clock readings for each of the iterations that are timed in groups.
    pub(crate) fn of_groups(&self, iterations: u64, group: u64) -> f64 {
        let groups = iterations.div_ceil(group.max(1));
        self.reading * groups as f64 / iterations.max(1) as f64
    }
}

/// A clock with its overhead.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{FakeClock, Timer};
/// let clock = FakeClock::default();
/// let timer = Timer::on(clock.clone());
/// let start = timer.now();
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(timer.since(start), Duration::from_secs(2));
/// assert_eq!(timer.costs().reading, 0.0, "of a clock that stands still");
/// ```
#[derive(Clone, Debug)]
pub struct Timer {
    clock: Arc<dyn Clock>,
    costs: ClockCosts,
}

impl Timer {
    /// The timer of the process, on the monotonic clock. The first call measures its overhead, which takes some
    /// milliseconds.
    pub fn system() -> &'static Self {
        static TIMER: OnceLock<Timer> = OnceLock::new();
        TIMER.get_or_init(|| {
            let clock = MonotonicClock::default();
            Self {
                costs: calibrated(&clock),
                clock: Arc::new(clock),
            }
        })
    }

    /// The timer of the process on a clock. The first call measures its overhead.
    ///
    /// See [`ClockKind`] for an example.
    ///
    /// # Errors
    /// Where the clock is not available.
    pub fn of(clock: ClockKind) -> Result<&'static Self, Reason> {
        static COUNTER: OnceLock<Result<Timer, Reason>> = OnceLock::new();
        match clock {
            ClockKind::Monotonic => Ok(Self::system()),
            ClockKind::Counter => {
                let made = COUNTER.get_or_init(|| {
                    let clock = CounterClock::start()?;
                    Ok(Self::with_costs(clock, calibrated(&clock)))
                });
                made.as_ref().map_err(Clone::clone)
            }
        }
    }

    /// A timer on another clock, without overhead.
    pub fn on(clock: impl Clock + 'static) -> Self {
        Self::with_costs(clock, ClockCosts::default())
    }

    /// A timer on another clock, with its overhead.
    ///
    /// ```
    /// use bencher_core::measure::{ClockCosts, FakeClock, Timer};
    /// let costs = ClockCosts { reading: 25e-9, ..ClockCosts::default() };
    /// assert_eq!(Timer::with_costs(FakeClock::default(), costs).costs(), costs);
    /// ```
    pub fn with_costs(clock: impl Clock + 'static, costs: ClockCosts) -> Self {
        Self {
            clock: Arc::new(clock),
            costs,
        }
    }

    /// The time on the clock.
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// The core use of this process so far.
    pub fn core_use(&self) -> CoreUse {
        self.clock.core_use()
    }

    /// The core that runs this thread; `None` where the system does not say so.
    pub(super) fn core(&self) -> Option<u32> {
        self.clock.core()
    }

    /// How often the core that runs this thread was slowed down because of heat.
    pub(super) fn throttles(&self) -> Option<Throttles> {
        self.clock.throttles()
    }

    /// The time since `start`, an earlier reading of this timer.
    pub fn since(&self, start: Duration) -> Duration {
        self.now().saturating_sub(start)
    }

    /// The resolution and the overhead of the clock.
    pub const fn costs(&self) -> ClockCosts {
        self.costs
    }
}

/// Four calls a turn, so that the turn itself hardly counts.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop must stand beside the body, not call it"
)]
pub(crate) fn repeat<R>(iterations: u64, work: &mut impl FnMut() -> R) {
    for _ in 0..iterations / 4 {
        black_box(work());
        black_box(work());
        black_box(work());
        black_box(work());
    }
    for _ in 0..iterations % 4 {
        black_box(work());
    }
}

/// How often a difference must be seen to be believed.
const SEEN: u32 = 100;
/// How often the clock is read at most to find its precision.
const READINGS: u32 = 100_000;
/// The rounds and the length of each by which costs are measured; the fastest round counts.
const CALIBRATION: (u32, u64) = (25, 2_000);

fn calibrated(clock: &impl Clock) -> ClockCosts {
    let reading = fastest(&|| {
        let start = clock.now();
        for _ in 0..CALIBRATION.1 {
            black_box(clock.now());
        }
        clock.now().saturating_sub(start)
    });
    let loops = fastest(&|| {
        let start = clock.now();
        repeat(CALIBRATION.1, &mut || ());
        clock.now().saturating_sub(start)
    });
    ClockCosts {
        precision: precision(clock).as_secs_f64(),
        reading,
        iteration: (loops - reading / CALIBRATION.1 as f64).max(0.0),
    }
}

/// The least time of several runs, in seconds for each repetition.
#[inline(never)]
fn fastest(time: &dyn Fn() -> Duration) -> f64 {
    let times = (0..CALIBRATION.0).map(|_| time());
    let least = times.min().unwrap_or_default();
    least.as_secs_f64() / CALIBRATION.1 as f64
}

/// The smallest difference between two readings that is seen often; nothing where the clock stands still.
fn precision(clock: &dyn Clock) -> Duration {
    let mut seen: HashMap<Duration, u32> = HashMap::new();
    let mut readings = 0;
    while readings < READINGS {
        // Nothing stands between the two readings but the wait for the clock to move.
        let before = clock.now();
        let mut now = clock.now();
        readings += 2;
        while now <= before && readings < READINGS {
            now = clock.now();
            readings += 1;
        }
        let times = seen.entry(now.saturating_sub(before)).or_default();
        *times += 1;
        if *times >= SEEN {
            break;
        }
    }
    let often = seen.values().copied().max().unwrap_or(0);
    let believed = seen.iter().filter(|(_, times)| **times * 10 >= often);
    believed.map(|(step, _)| *step).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_precision_is_the_step_of_the_clock() {
        #[derive(Debug)]
        struct Coarse(FakeClock);
        impl Clock for Coarse {
            fn now(&self) -> Duration {
                self.0.advance(Duration::from_nanos(30));
                let now = self.0.now().as_nanos();
                Duration::from_nanos(u64::try_from(now / 1000 * 1000).unwrap())
            }
        }
        let clock = Coarse(FakeClock::default());
        assert_eq!(precision(&clock), Duration::from_micros(1));
        assert_eq!(
            precision(&FakeClock::default()),
            Duration::ZERO,
            "it stands still"
        );
    }

    /// Five iterations in groups of two take three readings.
    #[test]
    fn a_group_costs_a_reading() {
        let costs = ClockCosts {
            reading: 10.0,
            ..ClockCosts::default()
        };
        let each = [(5, 2), (5, 5), (1, 100), (100, 1), (0, 0)]
            .map(|(n, group)| costs.of_groups(n, group));
        assert!(
            each.iter()
                .zip([6.0, 2.0, 10.0, 10.0, 0.0])
                .all(|(a, b)| (a - b).abs() < 1e-12),
            "{each:?}"
        );
    }

    #[test]
    fn every_iteration_is_run() {
        for iterations in [0, 1, 3, 4, 5, 11] {
            let mut count = 0;
            repeat(iterations, &mut || count += 1);
            assert_eq!(count, iterations);
        }
    }
}
