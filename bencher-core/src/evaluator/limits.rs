use std::time::Duration;

/// The limits of a job.
///
/// The time limit applies on every backend, the others only in processes. A process whose job exceeds a limit is ended,
/// with all processes that it started.
///
/// ```
/// use bencher_core::evaluator::Limits;
/// let limits = Limits::default();
/// assert_eq!((limits.time, limits.memory, limits.output), (None, None, 16 << 20));
/// assert!(!limits.pin);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a job may take.
    pub time: Option<Duration>,
    /// How much memory the process of a job may map, in bytes (`RLIMIT_AS`).
    pub memory: Option<u64>,
    /// How much a job may print, in bytes.
    pub output: u64,
    /// Whether every worker process is pinned to a core of its own.
    pub pin: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: None,
            memory: None,
            output: 16 << 20,
            pin: false,
        }
    }
}
