//! Evaluators run jobs serially, on threads, in processes or on a cluster: the caller submits jobs and gathers their
//! results.
//!
//! All user code runs here. The backends implement one trait.
//!
//! An [`Evaluator`] is for searches: it submits points and gathers their objectives, with timeouts, callbacks,
//! resources and a storage. Its foundation also serves sweeps:
//!
//! A [`Dispatcher`] numbers and counts the jobs, and a [`Backend`] runs them. [`Executors`] names the backends.
//!
//! ```
//! use std::sync::Arc;
//! use bencher_core::evaluator::{Dispatcher, Executors, Limits, Outcome, RunFunction, Wait};
//! let halve: RunFunction<u32, u32> = Arc::new(|n, _| match n % 2 {
//!     0 => Ok(n / 2),
//!     _ => Err(format!("{n} is odd")),
//! });
//! let mut jobs = Dispatcher::new(Executors::Serial.backend(halve, &Limits::default())?);
//! jobs.submit([4, 5]);
//! let mut finished = Vec::new();
//! while jobs.in_flight() > 0 {
//!     jobs.gather_into(Wait::Forever, &mut finished);
//! }
//! assert_eq!(finished[0].outcome, Outcome::Done(2));
//! assert_eq!(finished[1].outcome, Outcome::Failed("5 is odd".to_owned()));
//! # Ok::<(), std::io::Error>(())
//! ```

#[cfg(feature = "evaluator")]
mod asynchronous;
#[cfg(feature = "evaluator")]
pub mod callbacks;
pub(crate) mod cluster;
mod dispatcher;
mod executors;
mod handle;
mod limits;
mod outcome;
#[cfg_attr(not(unix), path = "no_process.rs")]
pub mod process;
#[cfg(feature = "evaluator")]
mod search;
mod serial;
#[cfg(test)]
mod tests;
mod threads;
mod watched_threads;

use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "evaluator")]
pub use asynchronous::{AsyncBackend, AsyncFunction, BoxedFuture};
pub use cluster::{ClusterOptions, ClusterReport, HostShare, WorkerPlacement};
pub use dispatcher::{Dispatcher, RetryCounts};
pub use executors::Executors;
pub(crate) use executors::executor_instead;
pub use handle::{JobHandle, SharedHandle};
pub use limits::Limits;
pub use outcome::{FinishedTask, Outcome, Task, Usage};
#[cfg(feature = "evaluator")]
pub use search::{
    Callback, Evaluator, EvaluatorError, EvaluatorOptions, FAILURE, Gather, IntoObjective,
    JobRecord, JobState, LogEntry, MemoryStorage, Number, Numbers, Objective, RunningJob,
    SampleStorage, Storage, StoredJob,
};
pub use serial::SerialBackend;
pub use threads::ThreadBackend;
pub use watched_threads::WatchedThreads;

use handle::{Acceptance, CancelCount};

/// The function that runs a job, given its arguments. An `Err` is a failed job; so is a panic, which the backend
/// catches.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::RunFunction;
/// let root: RunFunction<f64, f64> = Arc::new(|x, _| {
///     if *x < 0.0 { Err("a root of less than nothing".to_owned()) } else { Ok(x.sqrt()) }
/// });
/// ```
pub type RunFunction<A, R> = Arc<dyn Fn(&A, &JobHandle<'_>) -> Result<R, String> + Send + Sync>;

/// The time to wait for a job.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::evaluator::Wait;
/// assert!(!Wait::No.is_open() && Wait::Forever.is_open());
/// assert!(Wait::of(Duration::from_secs(3600)).is_open());
/// assert!(!Wait::of(Duration::ZERO).is_open());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// No wait.
    No,
    /// A wait until this moment.
    Until(Instant),
    /// A wait without a limit.
    Forever,
}

impl Wait {
    /// A wait for this time from now on.
    pub fn of(time: Duration) -> Self {
        Instant::now()
            .checked_add(time)
            .map_or(Self::Forever, Self::Until)
    }

    /// Whether time is left.
    pub fn is_open(self) -> bool {
        match self {
            Self::No => false,
            Self::Until(end) => Instant::now() < end,
            Self::Forever => true,
        }
    }

    /// When it ends, if it does.
    pub(super) fn end(self) -> Option<Instant> {
        match self {
            Self::No => Some(Instant::now()),
            Self::Until(end) => Some(end),
            Self::Forever => None,
        }
    }
}

/// Runs jobs: the seam between sweeps and threads, processes, clusters.
///
/// Jobs start as soon as a worker is free, and finish in any order. A failed job does not affect others.
///
/// A custom backend, which runs each job at once:
///
/// ```
/// use bencher_core::evaluator::{Backend, Dispatcher, FinishedTask, Outcome, Task, Wait};
/// #[derive(Default)]
/// struct Doubler(Vec<FinishedTask<u32, u32>>);
///
/// impl Backend<u32, u32> for Doubler {
///     fn submit(&mut self, tasks: Vec<Task<u32>>) {
///         let run = |Task { id, args }| {
///             let outcome = Outcome::Done(args * 2);
///             FinishedTask { id, args, outcome, usage: None, started: None, machine: None, is_final: false }
///         };
///         self.0.extend(tasks.into_iter().map(run));
///     }
///     fn gather(&mut self, _: Wait, finished: &mut Vec<FinishedTask<u32, u32>>) {
///         finished.append(&mut self.0);
///     }
///     fn cancel(&mut self) {}
///     fn expire(&mut self) {}
///     fn window(&self) -> usize { 1 }
///     fn workers(&self) -> usize { 1 }
/// }
/// let mut jobs = Dispatcher::new(Box::new(Doubler::default()));
/// jobs.submit([21]);
/// assert_eq!(jobs.gather(Wait::No)[0].outcome, Outcome::Done(42));
/// ```
pub trait Backend<A, R>: Send {
    /// Accepts jobs.
    fn submit(&mut self, tasks: Vec<Task<A>>);
    /// Moves finished jobs into `finished`. If `wait` allows it, and jobs are in flight, it blocks until there is one.
    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>);
    /// Cancels the jobs that no worker has begun, which come back as cancelled, and asks running jobs to stop.
    fn cancel(&mut self);
    /// Stops the running jobs, as far as it can; they come back as timed out.
    fn expire(&mut self);
    /// The numbers of the running jobs, as far as it knows.
    fn running(&self) -> Vec<u64> {
        Vec::new()
    }
    /// How many jobs should be in flight to keep every worker busy.
    fn window(&self) -> usize;
    /// The largest number of jobs that run at the same time.
    fn workers(&self) -> usize;
    /// What a cluster has to report; `None` on other backends.
    fn cluster_report(&self) -> Option<ClusterReport> {
        None
    }
}

/// How many jobs travel together, so that a chunk is about so much work; from how long the last ones took,
/// each, which is the largest number as long as that is not known.
fn jobs_a_chunk(nanoseconds: u64, work: Duration) -> usize {
    const MOST: usize = 512;
    if nanoseconds == u64::MAX {
        return 1;
    }
    let fit = work.as_nanos() / u128::from(nanoseconds.max(1));
    usize::try_from(fit).unwrap_or(MOST).clamp(1, MOST)
}

/// Runs a job on this thread.
#[inline]
fn run<A, R>(
    function: &RunFunction<A, R>,
    task: Task<A>,
    calls: &CancelCount,
    limit: Option<Duration>,
) -> FinishedTask<A, R> {
    let outcome = outcome(function, &task.args, calls, &Acceptance::default(), limit);
    task.ended(outcome)
}

#[inline]
fn outcome<A, R>(
    function: &RunFunction<A, R>,
    args: &A,
    calls: &CancelCount,
    acceptance: &Acceptance,
    limit: Option<Duration>,
) -> Outcome<R> {
    let handle = JobHandle::begin(calls, acceptance, limit);
    let called = std::panic::AssertUnwindSafe(|| function(args, &handle));
    match crate::panics::catch(called) {
        Ok(Ok(result)) if handle.accept() => Outcome::Done(result),
        // Abandoned jobs have already come back as timed out.
        Ok(Ok(_)) => Outcome::TimedOut,
        _ if handle.is_late() => Outcome::TimedOut,
        Ok(Err(_)) if handle.is_cancelled() => Outcome::Cancelled,
        Ok(Err(error)) | Err(error) => Outcome::Failed(error),
    }
}
