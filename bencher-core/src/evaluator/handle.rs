use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The link from a running job to its evaluator, which tells the job whether to stop.
///
/// A long job should check now and then, and return an error when it should stop. A job that never checks is killed in
/// a worker process, and abandoned on a thread.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits, Outcome, RunFunction, Wait};
/// let patient: RunFunction<(), u64> = Arc::new(|(), job: &JobHandle<'_>| {
///     while !job.should_stop() {
///         std::hint::spin_loop();
///     }
///     Err("stopped".to_owned())
/// });
/// let limits = Limits { time: Some(Duration::from_millis(5)), ..Limits::default() };
/// let mut jobs = Dispatcher::new(Executors::Serial.backend(patient, &limits)?);
/// jobs.submit([()]);
/// assert_eq!(jobs.gather(Wait::Forever)[0].outcome, Outcome::TimedOut);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JobHandle<'a> {
    calls: &'a CancelCount,
    acceptance: &'a Acceptance,
    seen: u64,
    deadline: Option<Instant>,
}

impl<'a> JobHandle<'a> {
    /// The handle of a job that begins now.
    pub(super) fn begin(
        calls: &'a CancelCount,
        acceptance: &'a Acceptance,
        limit: Option<Duration>,
    ) -> Self {
        Self {
            calls,
            acceptance,
            seen: calls.count(),
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
        }
    }

    /// Whether the job was cancelled, or its time is up.
    pub fn should_stop(&self) -> bool {
        self.is_cancelled() || self.is_late()
    }

    /// How much time the job has left; `None` where it has no limit.
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Decides that the job counts, unless it was abandoned or its time is up. It cannot be abandoned afterwards. All
    /// effects that outlive the job come after this call.
    pub(crate) fn accept(&self) -> bool {
        self.acceptance.is_accepted() || (!self.is_late() && self.acceptance.accept())
    }

    /// Whether the job was abandoned: its worker continued without it, and its later work has no effect.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.acceptance.is_abandoned()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.calls.count() != self.seen
    }

    pub(super) fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// A [`JobHandle`] that can be kept; each asynchronous job has its own.
///
/// See [`AsyncBackend`](super::AsyncBackend) for an example.
#[derive(Clone, Debug)]
pub struct SharedHandle {
    calls: Arc<CancelCount>,
    acceptance: Arc<Acceptance>,
    seen: u64,
    deadline: Option<Instant>,
}

impl SharedHandle {
    /// The handle of a job that begins now.
    pub(super) fn begin(calls: &Arc<CancelCount>, limit: Option<Duration>) -> Self {
        let acceptance = Arc::default();
        let JobHandle { seen, deadline, .. } = JobHandle::begin(calls, &acceptance, limit);
        Self {
            calls: Arc::clone(calls),
            acceptance,
            seen,
            deadline,
        }
    }

    /// Borrows the handle.
    pub fn handle(&self) -> JobHandle<'_> {
        JobHandle {
            calls: &self.calls,
            acceptance: &self.acceptance,
            seen: self.seen,
            deadline: self.deadline,
        }
    }
}

/// Whether a job counts. It is decided once, by the job at its end or by the code that abandons it before.
#[derive(Debug, Default)]
pub(super) struct Acceptance(AtomicU8);

const UNDECIDED: u8 = 0;
const ACCEPTED: u8 = 1;
const ABANDONED: u8 = 2;

impl Acceptance {
    fn accept(&self) -> bool {
        self.decide(ACCEPTED)
    }

    /// Abandons the job; false where it ended in time and only has to say so.
    pub(super) fn abandon(&self) -> bool {
        self.decide(ABANDONED) || self.is_abandoned()
    }

    fn decide(&self, acceptance: u8) -> bool {
        let order = Ordering::AcqRel;
        let decided = self
            .0
            .compare_exchange(UNDECIDED, acceptance, order, Ordering::Acquire);
        decided.is_ok()
    }

    fn is_accepted(&self) -> bool {
        self.0.load(Ordering::Acquire) == ACCEPTED
    }

    fn is_abandoned(&self) -> bool {
        self.0.load(Ordering::Acquire) == ABANDONED
    }
}

/// How often the jobs of a backend were cancelled. Jobs that began before see that the number has changed.
#[derive(Debug, Default)]
pub(super) struct CancelCount(AtomicU64);

impl CancelCount {
    pub(super) fn cancel(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
