use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::{FinishedTask, Outcome, Usage};
use super::job_messages::{Assignment, Reply, ReplyOutcome};
use super::objective::Objective;
use super::storage::StoredJob;
use crate::value::to_json;

/// The state of a job.
///
/// ```
/// use bencher_core::evaluator::JobState;
/// assert_eq!(JobState::TimedOut.to_string(), "TIMED OUT");
/// assert!(JobState::Failed.is_final() && !JobState::Running.is_final());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JobState {
    /// It waits for a worker.
    Ready,
    /// A worker runs it.
    Running,
    /// It has an objective.
    Done,
    /// It has no objective: it returned an error or no finite number, panicked, or lost its worker.
    Failed,
    /// It was stopped at its time limit, or at the limit of all jobs.
    TimedOut,
    /// It was cancelled before it ran, or stopped when the evaluator was closed.
    Cancelled,
}

impl JobState {
    /// Whether the job has ended.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Ready | Self::Running)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ready => "READY",
            Self::Running => "RUNNING",
            Self::Done => "DONE",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED OUT",
            Self::Cancelled => "CANCELLED",
        })
    }
}

/// The record of a job, which gathering returns.
///
/// See [`Evaluator`](super::Evaluator) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord<A> {
    /// Its number: from 0, in the order of submission, and unique among all jobs of a shared search.
    pub id: u64,
    /// The arguments of the run function.
    pub args: A,
    /// Its state; [`JobState::Ready`] right after the submission.
    pub state: JobState,
    /// Its objective, if it is done.
    pub objective: Option<Objective>,
    /// Its error, if it failed.
    pub error: Option<String>,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When it began; unknown for a job that killed its process.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Its usage, where it returned from a worker process.
    pub usage: Option<Usage>,
    /// The resources that it had.
    pub resources: Vec<String>,
    /// Whether another evaluator of the same search ran it.
    pub is_other: bool,
}

impl<A> JobRecord<A> {
    /// The job, cancelled.
    pub(super) fn cancelled(mut self, now: Timestamp) -> Self {
        self.state = JobState::Cancelled;
        self.ended = Some(now);
        self
    }

    /// A job that came back by `now`.
    pub(super) fn ended(
        job: FinishedTask<Assignment<A>, Reply>,
        now: Timestamp,
        limit: Option<Duration>,
    ) -> Self {
        let mut record = Self::ready(job.id, job.args.args, job.args.submitted);
        record.ended = Some(now);
        record.usage = job.usage.map(|usage| *usage);
        let began = job.started.and_then(|at| Timestamp::try_from(at).ok());
        record.started = began.map(|at| at.clamp(record.submitted, now));
        match job.outcome {
            Outcome::Done(reply) => record.reply(reply, now),
            Outcome::Failed(error) => record.fail(error),
            Outcome::TimedOut => {
                record.state = JobState::TimedOut;
                let ago = |limit: Duration| now.checked_sub(limit).ok();
                record.started = record.started.or_else(|| limit.and_then(ago));
            }
            Outcome::Cancelled => record.state = JobState::Cancelled,
        }
        record
    }

    fn reply(&mut self, reply: Reply, now: Timestamp) {
        if let Ok(started) = Timestamp::try_from(reply.started) {
            // The clock of another machine may differ by any amount.
            let latest = now.checked_sub(reply.took).unwrap_or(now);
            let started = started.min(latest).max(self.submitted);
            self.started = Some(started);
            self.ended = started.checked_add(reply.took).ok();
        }
        self.resources = reply.resources;
        match reply.outcome {
            ReplyOutcome::Objective(values) => self.done(Objective {
                values,
                ..Objective::default()
            }),
            ReplyOutcome::WithMetadata(values, metadata) => {
                match serde_json::from_slice(metadata.as_bytes()) {
                    Ok(metadata) => self.done(Objective { values, metadata }),
                    Err(error) => self.fail(format!("its metadata cannot be read back: {error}")),
                }
            }
            ReplyOutcome::Failed(error) => self.fail(error),
            ReplyOutcome::TimedOut => self.state = JobState::TimedOut,
        }
    }

    fn done(&mut self, objective: Objective) {
        self.state = JobState::Done;
        self.objective = Some(objective);
    }

    fn fail(&mut self, error: String) {
        self.state = JobState::Failed;
        self.error = Some(error);
    }

    /// Why the job cannot be kept: JSON has no form for its arguments, so they could not be read back.
    pub(super) fn problem_of_args(&self) -> Option<String>
    where
        A: Serialize,
    {
        let error = to_json(&self.args).err()?;
        Some(format!(
            "job {} is not stored with the search: its arguments cannot be stored as JSON \
             ({error}); use finite numbers or text",
            self.id
        ))
    }

    /// The job as it is kept.
    pub(super) fn stored(&self) -> StoredJob
    where
        A: Serialize,
    {
        let nanoseconds = |time: Timestamp| i64::try_from(time.as_nanosecond()).ok();
        let times = [Some(self.submitted), self.started, self.ended];
        StoredJob {
            id: self.id,
            // Arguments without a JSON form are not shared with others, but the job is kept.
            args: to_json(&self.args).unwrap_or_default(),
            state: self.state,
            objective: self.objective.clone(),
            error: self.error.clone(),
            times: times.map(|time| time.and_then(nanoseconds)),
            usage: self.usage,
            resources: self.resources.clone(),
        }
    }

    /// A job of another evaluator, as it was kept.
    pub(super) fn restored(job: StoredJob) -> Result<Self, String>
    where
        A: DeserializeOwned,
    {
        let id = job.id;
        let args = serde_json::from_value(job.args).map_err(|error| {
            format!("the arguments of job {id}, of another evaluator, cannot be read: {error}")
        })?;
        let times = job.times.map(|nanoseconds| {
            nanoseconds.and_then(|time| Timestamp::from_nanosecond(time.into()).ok())
        });
        let [submitted, started, ended] = times;
        Ok(Self {
            id,
            args,
            state: job.state,
            objective: job.objective,
            error: job.error,
            submitted: submitted.unwrap_or_default(),
            started,
            ended,
            usage: job.usage,
            resources: job.resources,
            is_other: true,
        })
    }

    /// A job that was submitted.
    pub(super) fn ready(id: u64, args: A, submitted: Timestamp) -> Self {
        Self {
            id,
            args,
            state: JobState::Ready,
            objective: None,
            error: None,
            submitted,
            started: None,
            ended: None,
            usage: None,
            resources: Vec::new(),
            is_other: false,
        }
    }

    /// The first of its objectives; `None` for a job that is not done.
    pub fn value(&self) -> Option<f64> {
        self.objective.as_ref()?.first()
    }

    /// All its objectives; empty for a job that is not done.
    pub fn values(&self) -> &[f64] {
        self.objective
            .as_ref()
            .map_or(&[], |objective| &objective.values)
    }
}

/// Receives the events of jobs, on the thread that submits and gathers.
///
/// To use a callback after the evaluator took it, share it: an `Arc<Mutex<_>>` of a callback is also a callback.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use bencher_core::evaluator::{Callback, Evaluator, EvaluatorOptions, Gather, JobRecord};
/// #[derive(Default)]
/// struct Best(Option<f64>);
///
/// impl<A> Callback<A> for Best {
///     fn on_done(&mut self, job: &JobRecord<A>) {
///         self.0 = self.0.into_iter().chain(job.value()).reduce(f64::max);
///     }
/// }
///
/// let best = Arc::new(Mutex::new(Best::default()));
/// let options = EvaluatorOptions::default().callback(Arc::clone(&best));
/// let mut evaluator = Evaluator::create("serial", |x| f64::sin(**x), options)?;
/// evaluator.submit([0.0, 1.5, 3.0])?;
/// evaluator.gather(Gather::All)?;
/// assert_eq!(best.lock().unwrap().0, Some(f64::sin(1.5)));
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
pub trait Callback<A>: Send {
    /// A job was submitted.
    fn on_launch(&mut self, job: &JobRecord<A>) {
        let _ = job;
    }

    /// A job of this evaluator has ended in any state, and is in the storage, if there is one.
    fn on_done(&mut self, job: &JobRecord<A>) {
        let _ = job;
    }

    /// A job of another evaluator of the same search has ended.
    fn on_done_other(&mut self, job: &JobRecord<A>) {
        let _ = job;
    }

    /// Jobs are returned: `own`, and known jobs of `others`.
    fn on_gather(&mut self, own: &[JobRecord<A>], others: &[JobRecord<A>]) {
        let _ = (own, others);
    }

    /// The evaluator was closed.
    fn on_close(&mut self) {}

    /// Why the search should end, if it should.
    fn stop(&self) -> Option<String> {
        None
    }

    /// The problem since the last call; the evaluator passes it on.
    fn problem(&mut self) -> Option<String> {
        None
    }
}

impl<A, C: Callback<A>> Callback<A> for Arc<Mutex<C>> {
    fn on_launch(&mut self, job: &JobRecord<A>) {
        lock(self).on_launch(job);
    }

    fn on_done(&mut self, job: &JobRecord<A>) {
        lock(self).on_done(job);
    }

    fn on_done_other(&mut self, job: &JobRecord<A>) {
        lock(self).on_done_other(job);
    }

    fn on_gather(&mut self, own: &[JobRecord<A>], others: &[JobRecord<A>]) {
        lock(self).on_gather(own, others);
    }

    fn on_close(&mut self) {
        lock(self).on_close();
    }

    fn stop(&self) -> Option<String> {
        lock(self).stop()
    }

    fn problem(&mut self) -> Option<String> {
        lock(self).problem()
    }
}

fn lock<C>(shared: &Mutex<C>) -> std::sync::MutexGuard<'_, C> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
