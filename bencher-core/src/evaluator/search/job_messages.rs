//! The messages between an evaluator and its workers.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::process::worker_role;
use super::super::{AsyncFunction, BoxedFuture, RunFunction};
use super::objective::{IntoObjective, Objective};
use super::resource_pool::Pool;
use super::running_job::RunningJob;

/// A job on its way to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Assignment<A> {
    pub(super) id: u64,
    pub(super) args: A,
    /// When all jobs are to end.
    pub(super) deadline: Option<SystemTime>,
    /// The worker need not know.
    #[serde(skip)]
    pub(super) submitted: Timestamp,
}

/// The message of a job that ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    pub(super) outcome: ReplyOutcome,
    pub(super) started: SystemTime,
    pub(super) took: Duration,
    pub(super) resources: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ReplyOutcome {
    Objective(Vec<f64>),
    /// With metadata, as JSON.
    WithMetadata(Vec<f64>, String),
    Failed(String),
    /// It stopped because the time for all jobs was up.
    TimedOut,
}

impl ReplyOutcome {
    fn new(objective: Objective) -> Self {
        let Objective { values, metadata } = objective;
        if metadata.is_empty() {
            return Self::Objective(values);
        }
        match serde_json::to_string(&metadata) {
            Ok(metadata) => Self::WithMetadata(values, metadata),
            Err(error) => Self::Failed(format!("its metadata cannot be written as JSON: {error}")),
        }
    }
}

/// When a job began.
struct JobStart {
    at: SystemTime,
    clock: Instant,
}

impl JobStart {
    fn now() -> Self {
        Self {
            at: SystemTime::now(),
            clock: Instant::now(),
        }
    }

    /// The message for the job that ends now; an error where the backend knows the reason better.
    fn reply(
        self,
        returned: Result<Objective, String>,
        deadline: Option<SystemTime>,
        is_cancelled: bool,
        resources: &[String],
    ) -> Result<Reply, String> {
        let took = self.clock.elapsed();
        let outcome = match returned {
            Ok(objective) => ReplyOutcome::new(objective),
            // When the time for all jobs is up, they are cancelled.
            Err(_) if deadline.is_some_and(|deadline| deadline <= self.at + took) => {
                ReplyOutcome::TimedOut
            }
            Err(error) if is_cancelled => return Err(error),
            Err(error) => ReplyOutcome::Failed(error),
        };
        Ok(Reply {
            outcome,
            started: self.at,
            took,
            resources: resources.to_vec(),
        })
    }
}

const NO_RESOURCE: &str = "the evaluator was closed before there was a resource for the job";

/// The user's function as backends run it.
pub(super) fn run_function<A, F, T>(
    run: F,
    pool: Option<Arc<Pool>>,
) -> RunFunction<Assignment<A>, Reply>
where
    F: Fn(&RunningJob<'_, A>) -> T + Send + Sync + 'static,
    T: IntoObjective,
{
    Arc::new(move |work, handle| {
        let lent = match &pool {
            Some(pool) => Some(pool.acquire().ok_or(NO_RESOURCE)?),
            None => None,
        };
        let job = RunningJob::borrowed(work, *handle, lent);
        let began = JobStart::now();
        let called = std::panic::AssertUnwindSafe(|| run(&job).into_objective());
        let returned = crate::panics::catch(called).flatten();
        let is_cancelled = handle.should_stop();
        began.reply(returned, work.deadline, is_cancelled, job.resources())
    })
}

/// The user's asynchronous function as backends run it.
pub(super) fn async_function<A, F, Fut, T>(
    run: F,
    pool: Option<Arc<Pool>>,
) -> AsyncFunction<Assignment<A>, Reply>
where
    A: Send + 'static,
    F: Fn(RunningJob<'static, A>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
    T: IntoObjective,
{
    let run = Arc::new(run);
    Arc::new(move |work, handle| -> BoxedFuture<Result<Reply, String>> {
        let (run, pool) = (Arc::clone(&run), pool.clone());
        Box::pin(async move {
            let lent = match &pool {
                Some(pool) => Some(pool.acquire_async().await.ok_or(NO_RESOURCE)?),
                None => None,
            };
            let deadline = work.deadline;
            let began = JobStart::now();
            let job = RunningJob::<A>::owned(work, handle.clone(), lent.clone());
            let returned = run(job).await.into_objective();
            let is_cancelled = handle.handle().should_stop();
            let resources = lent.as_ref().map_or(&[][..], |lent| lent.names());
            began.reply(returned, deadline, is_cancelled, resources)
        })
    })
}

/// The resources of this process: all there are, or those that this worker process lends to its jobs.
pub(super) fn pool(
    resources: &[String],
    per_job: usize,
    workers: usize,
    in_processes: bool,
) -> Option<Arc<Pool>> {
    if resources.is_empty() {
        return None;
    }
    let sets = resources
        .chunks_exact(per_job.max(1))
        .map(<[String]>::to_vec);
    let role = worker_role().filter(|_| in_processes);
    Some(match role {
        // Each worker has sets of its own, since no other process can tell it what is free; one that takes
        // its place has the same.
        Some(role) => Pool::new(sets.skip(role.number()).step_by(workers.max(1))),
        None => Pool::new(sets),
    })
}
