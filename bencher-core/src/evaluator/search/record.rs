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

/// How far a job is.
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
    /// A worker is at it.
    Running,
    /// It has an objective.
    Done,
    /// It has none: it returned an error or no finite number, panicked, or lost its worker.
    Failed,
    /// It was ended at its time limit, or at that of all jobs.
    TimedOut,
    /// It was called off before it ran, or ended when the evaluator was closed.
    Cancelled,
}

impl JobState {
    /// Whether nothing more will come of it.
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

/// A job as it is handed out.
///
/// See [`Evaluator`](super::Evaluator) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord<A> {
    /// Its number: from 0, in the order of submission, and different for all jobs of a search that is shared.
    pub id: u64,
    /// What the run function was called with.
    pub args: A,
    /// How it ended; [`JobState::Ready`] while it is only submitted.
    pub state: JobState,
    /// What it is worth, if it is done.
    pub objective: Option<Objective>,
    /// Why it is worth nothing, if it failed.
    pub error: Option<String>,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When it began, where that is known: not of a job that took its process with it.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What it used, where it returned from a process of its own.
    pub usage: Option<Usage>,
    /// The resources that it had for itself.
    pub resources: Vec<String>,
    /// Whether another evaluator of the same search ran it.
    pub is_other: bool,
}

impl<A> JobRecord<A> {
    /// The job, called off.
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
            Outcome::Done(reply) => record.reply(reply),
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

    fn reply(&mut self, reply: Reply) {
        if let Ok(started) = Timestamp::try_from(reply.started) {
            self.started = Some(started);
            self.ended = started.checked_add(reply.took).ok();
        }
        self.resources = reply.resources;
        match reply.outcome {
            ReplyOutcome::Objective(values) => self.done(Objective {
                values,
                ..Objective::default()
            }),
            ReplyOutcome::WithMetadata(values, metadata) => match serde_json::from_str(&metadata) {
                Ok(metadata) => self.done(Objective { values, metadata }),
                Err(error) => self.fail(format!("its metadata cannot be read back: {error}")),
            },
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
            // Arguments that have no JSON form are not told to others; the job is kept all the same.
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

    /// The first of its objectives; none of a job that is not done.
    pub fn value(&self) -> Option<f64> {
        self.objective.as_ref()?.first()
    }

    /// All its objectives; none of a job that is not done.
    pub fn values(&self) -> &[f64] {
        self.objective
            .as_ref()
            .map_or(&[], |objective| &objective.values)
    }
}

/// Is told what becomes of the jobs, on the thread that submits and gathers.
///
/// One that is still wanted after the evaluator took it is shared: `Arc<Mutex<_>>` of a callback is one too.
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

    /// A job of this evaluator has ended, in whatever way, and is kept wherever jobs are kept.
    fn on_done(&mut self, job: &JobRecord<A>) {
        let _ = job;
    }

    /// A job of another evaluator of the same search has ended.
    fn on_done_other(&mut self, job: &JobRecord<A>) {
        let _ = job;
    }

    /// Jobs are handed out: `own`, and those of `others` that were heard of.
    fn on_gather(&mut self, own: &[JobRecord<A>], others: &[JobRecord<A>]) {
        let _ = (own, others);
    }

    /// There will be no more.
    fn on_close(&mut self) {}

    /// Why the search should end, if it should.
    fn stop(&self) -> Option<String> {
        None
    }

    /// What went wrong since it was asked last; the evaluator hands it on.
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
