//! How the threads of this process had the cores.

use std::time::Duration;

/// How the threads of this process, those that have ended included, had the cores so far.
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
    /// How often the system took the core from a thread that wanted to go on (involuntary context switches). Waiting for a lock or
    /// for data is none.
    pub preemptions: u64,
    /// The time on a core, of all threads together.
    pub busy: Duration,
}

impl CoreUse {
    /// What the system counts; nothing where it does not count.
    pub fn of_process() -> Self {
        super::counters::core_use().unwrap_or_default()
    }

    /// What came since an earlier reading.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            preemptions: self.preemptions.saturating_sub(earlier.preemptions),
            busy: self.busy.saturating_sub(earlier.busy),
        }
    }
}
