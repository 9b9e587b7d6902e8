use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::value::Digest;

/// A job on its way to a worker.
///
/// ```
/// use bencher_core::evaluator::Task;
/// let task = Task { id: 0, args: "zstd" };
/// assert_eq!(task.args, "zstd");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task<A> {
    /// Its number, in the order of submission.
    pub id: u64,
    /// The arguments of the run function.
    pub args: A,
}

impl<A> Task<A> {
    /// The job, cancelled before it ran.
    pub(super) fn cancelled<R>(self) -> FinishedTask<A, R> {
        self.ended(Outcome::Cancelled)
    }

    /// The job, ended in some way.
    pub(super) fn ended<R>(self, outcome: Outcome<R>) -> FinishedTask<A, R> {
        FinishedTask {
            id: self.id,
            args: self.args,
            outcome,
            usage: None,
            started: None,
            machine: None,
            is_final: false,
        }
    }
}

/// A finished job.
///
/// See the [module](super) for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedTask<A, R> {
    /// Its number, in the order of submission.
    pub id: u64,
    /// The arguments of the run function.
    pub args: A,
    /// Its outcome.
    pub outcome: Outcome<R>,
    /// Its usage, where it returned from a worker process.
    pub usage: Option<Box<Usage>>,
    /// When it began, for a job whose worker was lost.
    pub started: Option<SystemTime>,
    /// The class of the machine that ran it, for a job that ran on a cluster.
    pub machine: Option<Digest>,
    /// Whether another run would end in the same way, so that it is not retried: its result is too large to be sent.
    pub is_final: bool,
}

/// The usage of the machine by a job.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::evaluator::Usage;
/// let usage = Usage { cpu: Duration::from_millis(3), peak_memory: Some(1 << 20), ..Usage::default() };
/// let mut both = usage;
/// both.add(&Usage { cpu: Duration::from_millis(1), ..Usage::default() });
/// assert_eq!((both.cpu.as_millis(), both.peak_memory), (4, Some(1 << 20)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Time on cores, for all its threads together.
    pub cpu: Duration,
    /// The most memory that its process had in RAM while it ran, in bytes; `None` for jobs shorter than the query
    /// itself.
    pub peak_memory: Option<u64>,
}

impl Usage {
    /// Adds the usage of another job: the sum of the times, and the maximum of the memory.
    pub fn add(&mut self, other: &Self) {
        self.cpu += other.cpu;
        self.peak_memory = self.peak_memory.max(other.peak_memory);
    }
}

/// The outcome of a job.
///
/// ```
/// use bencher_core::evaluator::Outcome;
/// assert_eq!(Outcome::Done(7).done(), Some(7));
/// assert_eq!(Outcome::<u32>::Failed("no memory".to_owned()).done(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome<R> {
    /// It returned a result.
    Done(R),
    /// It returned an error, panicked, or lost its worker; the text says which.
    Failed(String),
    /// It was stopped at its time limit.
    TimedOut,
    /// It was cancelled before it ran, or stopped by a cancellation.
    Cancelled,
}

impl<R> Outcome<R> {
    /// The result, if the job is done.
    pub fn done(self) -> Option<R> {
        match self {
            Self::Done(result) => Some(result),
            _ => None,
        }
    }

    /// Whether it might end otherwise when it is run again.
    pub(super) const fn may_be_retried(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::TimedOut)
    }
}
