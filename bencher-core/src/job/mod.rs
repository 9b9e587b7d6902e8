//! Jobs: an evaluator behind a cache. A job whose sample is stored is not run. A job that was run is done only after
//! its sample is in the store.
//!
//! A [`JobFunctionCache`] does the same for any function of serde arguments, and a [`CachedFunction`] on any executor.
//!
//! A [`Job`] goes into a [`FutureCache`] and comes back as a [`FinishedJob`]:
//!
//! ```
//! use std::sync::Arc;
//! use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits};
//! use bencher_core::job::{FutureCache, Job, JobOutcome, Sample};
//! use bencher_core::value::Value;
//! let square = Arc::new(|job: &Job, _: &JobHandle<'_>| -> Result<Sample, String> {
//!     Ok([Some(Value::from(job.point * job.point))].into())
//! });
//! let backend = Executors::Serial.backend(square, &Limits::default())?;
//! let mut jobs = FutureCache::new(Dispatcher::new(backend), None);
//! let three = jobs.submit(Job { point: 3, repeat: 1, key: None });
//! let done = jobs.result(three)?.ok_or("lost")?;
//! assert_eq!(done.outcome, JobOutcome::Measured([Some(Value::from(9))].into()));
//! assert_eq!((jobs.counts().executed, jobs.counts().hits), (1, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache;
#[cfg(feature = "evaluator")]
mod cached_function;
mod function_cache;
mod sample;
mod sample_cache;

pub use cache::{CallCounts, FutureCache};
pub(crate) use cache::{RoundState, RunHit};
#[cfg(feature = "evaluator")]
pub use cached_function::{CachedFunction, CallFuture};
pub use function_cache::{CallError, JobFunctionCache};
pub use sample::Sample;
pub(crate) use sample_cache::is_other;
pub use sample_cache::{CodePolicy, InputValues, MachinePolicy, SampleCache};

use serde::{Deserialize, Serialize};

use crate::value::Digest;

/// One sample to take: a point of the space, and a repeat.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The number of the point.
    pub point: u64,
    /// The repeat, from 1.
    pub repeat: u32,
    /// The key of its stored sample; `None` where nothing is stored.
    pub key: Option<Digest>,
}

/// A ticket for the result of a submitted job; [`FutureCache::result`] waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobFuture(pub(crate) u64);

/// A finished job.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedJob {
    /// The ticket of its submission.
    pub future: JobFuture,
    /// The number of the point.
    pub point: u64,
    /// The repeat, from 1.
    pub repeat: u32,
    /// Its outcome.
    pub outcome: JobOutcome,
}

/// Why a sample has no value that was stopped at its time limit.
pub(crate) const TIMED_OUT: &str = "it took longer than its time limit (`--job-timeout`)";

/// The outcome of a job.
///
/// See [`SampleCache`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub enum JobOutcome {
    /// It ran, and its sample is in the store, if there is one.
    Measured(Sample),
    /// It ran, but the store did not accept its sample: a later run measures it again.
    NotStored(Sample),
    /// Its sample was in the store.
    Cached(Sample),
    /// It ran and failed, with this error.
    Failed(String),
    /// It was stopped at its time limit.
    TimedOut,
    /// It was cancelled before it ran.
    Cancelled,
}
