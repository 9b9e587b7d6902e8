use std::time::Duration;

/// What a job may use.
///
/// Time counts on every backend, the rest only in processes: there a job that takes more is ended, with
/// everything that it started.
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
    /// How much memory its process may map, in bytes (`RLIMIT_AS`).
    pub memory: Option<u64>,
    /// How much it may print, in bytes.
    pub output: u64,
    /// Whether every worker process stays on a core of its own.
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
