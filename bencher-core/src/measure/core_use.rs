//! The use of the cores by the threads of this process.

use std::time::Duration;

/// The use of the cores by the threads of this process so far, including threads that have ended.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{Clock, FakeClock};
/// let clock = FakeClock::default();
/// clock.advance(Duration::from_millis(1));
/// clock.preempt(Duration::from_millis(4));
/// let used = clock.core_use();
/// assert_eq!((used.preemptions, used.busy), (1, Duration::from_millis(1)));
/// assert_eq!(clock.now(), Duration::from_millis(5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoreUse {
    /// How often the system took the core from a thread that was ready to run (involuntary context switches). A wait
    /// for a lock or for data does not count.
    pub preemptions: u64,
    /// The time on a core, for all threads together.
    pub busy: Duration,
}

impl CoreUse {
    /// The counts of the system; zero where it does not count.
    pub fn of_process() -> Self {
        super::counters::core_use().unwrap_or_default()
    }

    /// The difference from an earlier reading.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            preemptions: self.preemptions.saturating_sub(earlier.preemptions),
            busy: self.busy.saturating_sub(earlier.busy),
        }
    }
}
