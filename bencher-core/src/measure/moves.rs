//! Moves of timed code to another core, where its caches are cold.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    /// Whether timed code of the current sample was moved.
    static MOVED: Cell<bool> = const { Cell::new(false) };
}

/// How many samples of this process had timed code that was moved.
static SAMPLES: AtomicU64 = AtomicU64::new(0);

/// The core that runs this thread; none where the system does not say so.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the system's interface is in C")]
pub(crate) fn current_core() -> Option<u32> {
    // SAFETY: the function has no arguments and no effects.
    u32::try_from(unsafe { libc::sched_getcpu() }).ok()
}

/// The core that runs this thread; none where the system does not say so.
#[cfg(not(target_os = "linux"))]
pub(crate) const fn current_core() -> Option<u32> {
    None
}

/// Timed code of this thread was moved.
pub(super) fn note() {
    MOVED.set(true);
}

/// Runs a sample on this thread, which counts if timed code of it is moved.
pub(crate) fn watch_sample<R>(run: impl FnOnce() -> R) -> R {
    begin_sample();
    let result = run();
    end_sample();
    result
}

fn begin_sample() {
    MOVED.set(false);
}

fn end_sample() {
    if MOVED.replace(false) {
        SAMPLES.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many samples of this process had timed code that was moved.
pub(crate) fn moved_samples() -> u64 {
    SAMPLES.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::measure::{FakeClock, Stopwatch, Timer};

    /// Whether timed code counts as moved within which the clock does this.
    fn is_moved(within: impl Fn(&FakeClock)) -> bool {
        let clock = FakeClock::default();
        let timer = Timer::on(clock.clone());
        begin_sample();
        let run = || {
            within(&clock);
            ((), Duration::from_millis(1))
        };
        Stopwatch::on(&timer).observe(false, run);
        MOVED.get()
    }

    #[test]
    fn code_counts_as_moved_where_it_ends_on_another_core() {
        assert!(is_moved(|clock| clock.move_to(3)));
        assert!(!is_moved(|clock| clock.preempt(Duration::from_millis(1))));
        assert!(!is_moved(|clock| clock.move_to(0)), "the same core");
    }

    #[test]
    fn a_sample_counts_once() {
        // Other tests of this process may count as well.
        let before = moved_samples();
        is_moved(|clock| clock.move_to(1));
        end_sample();
        assert!(moved_samples() > before);
        assert!(!MOVED.get(), "the next sample has a count of its own");
    }
}
