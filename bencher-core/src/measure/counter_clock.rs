//! The processor's time-stamp counter as a clock.

use std::time::{Duration, Instant};

use super::{Clock, CoreUse, Reason, Throttles};

/// The time-stamp counter of the processor, which is cheaper to read than the system's clock.
///
/// The clock is available only where processor and kernel promise that the counter never stops and that its rate is
/// constant. Its rate is measured once against the system's clock, for 20 milliseconds. The remaining error is some
/// parts in a million, far below the scatter of times.
///
/// ```
/// use bencher_core::measure::{Clock, CounterClock};
/// match CounterClock::start() {
///     Ok(clock) => assert!(clock.now() <= clock.now()),
///     Err(reason) => println!("{reason}"),
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CounterClock {
    origin: u64,
    /// Nanoseconds a tick.
    pace: f64,
}

/// How long the pace is measured.
const CALIBRATION: Duration = Duration::from_millis(20);

impl CounterClock {
    /// Starts the clock.
    ///
    /// # Errors
    /// [`Reason::Platform`] where the processor is not x86-64, [`Reason::System`] where it or the kernel does not
    /// promise a constant rate.
    pub fn start() -> Result<Self, Reason> {
        is_even()?;
        let (origin, started) = both();
        loop {
            let (ticks, now) = both();
            let time = now.saturating_duration_since(started);
            if time >= CALIBRATION {
                let pace = time.as_nanos() as f64 / ticks.saturating_sub(origin).max(1) as f64;
                return Ok(Self { origin, pace });
            }
        }
    }
}

impl Clock for CounterClock {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "nanoseconds of a process fit, and ticks only grow"
    )]
    fn now(&self) -> Duration {
        let ticks = ticks().saturating_sub(self.origin);
        Duration::from_nanos((ticks as f64 * self.pace) as u64)
    }

    fn core_use(&self) -> CoreUse {
        CoreUse::of_process()
    }

    fn core(&self) -> Option<u32> {
        super::current_core::current_core()
    }

    fn throttles(&self) -> Option<Throttles> {
        Throttles::of_this_core()
    }
}

/// A reading of both clocks as near to each other as can be had.
fn both() -> (u64, Instant) {
    let pairs = (0..16).map(|_| {
        let before = ticks();
        let now = Instant::now();
        let after = ticks();
        (after.saturating_sub(before), before.midpoint(after), now)
    });
    let nearest = pairs.min_by_key(|(apart, ..)| *apart);
    nearest.map_or((0, Instant::now()), |(_, ticks, now)| (ticks, now))
}

/// Whether processor and kernel promise an even pace on all cores.
fn is_even() -> Result<(), Reason> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return Err(Reason::Platform);
    }
    let path = "/proc/cpuinfo";
    let text = std::fs::read_to_string(path)
        .map_err(|error| Reason::System(format!("{path}: {error}")))?;
    if promises(&text) {
        Ok(())
    } else {
        Err(Reason::System(
            "the processor's time-stamp counter does not run at a constant rate".to_owned(),
        ))
    }
}

/// Whether `/proc/cpuinfo` says that the counter's pace is constant, and that it does not stop in sleep.
fn promises(cpuinfo: &str) -> bool {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
    let has = |flag| flags.is_some_and(|flags| flags.split_whitespace().any(|word| word == flag));
    has("constant_tsc") && has("nonstop_tsc")
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "an instruction of the processor")]
fn ticks() -> u64 {
    use std::arch::x86_64::{_mm_lfence, _rdtsc};
    // SAFETY: every processor of this architecture has both.
    unsafe {
        // Instructions before the counter's read have ended, and those behind it have not begun.
        _mm_lfence();
        let ticks = _rdtsc();
        _mm_lfence();
        ticks
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_even_where_the_kernel_says_so_of_both() {
        assert!(promises(
            "processor: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc\n"
        ));
        assert!(!promises("flags\t\t: fpu tsc constant_tsc\n"));
        assert!(!promises("flags\t\t: fpu tsc nonstop_tsc xconstant_tsc\n"));
        assert!(!promises(""));
    }

    #[test]
    fn it_goes_as_fast_as_the_other_clock() {
        // Nothing to show where there is none.
        let Ok(clock) = CounterClock::start() else {
            assert!(is_even().is_err());
            return;
        };
        let (start, began) = (clock.now(), Instant::now());
        while began.elapsed() < Duration::from_millis(50) {
            std::hint::spin_loop();
        }
        let (here, there) = (
            clock.now().saturating_sub(start).as_secs_f64(),
            began.elapsed().as_secs_f64(),
        );
        assert!((here / there - 1.0).abs() < 0.05, "{here} s, {there} s");
    }
}
