use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::super::{JobHandle, SharedHandle};
use super::job_messages::Assignment;
use super::resource_pool::ResourceGuard;

/// A job as its run function sees it: it dereferences to the arguments, and has methods for its number, resources and
/// time.
///
/// ```
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, JobState, RunningJob};
/// let count = |job: &RunningJob<'_, u64>| {
///     let mut n = 0;
///     while n < **job {
///         if job.should_stop() {
///             return Err(format!("stopped at {n}"));
///         }
///         n += 1;
///     }
///     Ok(n)
/// };
/// let mut evaluator = Evaluator::create("serial", count, EvaluatorOptions::default())?;
/// evaluator.submit([1000])?;
/// assert_eq!(evaluator.gather(Gather::All)?[0].value(), Some(1000.0));
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
#[derive(Debug)]
pub struct RunningJob<'a, A> {
    work: JobRef<'a, A>,
    lent: Option<Arc<ResourceGuard>>,
}

/// Asynchronous jobs hold their own.
#[derive(Debug)]
enum JobRef<'a, A> {
    Borrowed(&'a Assignment<A>, JobHandle<'a>),
    Owned(Assignment<A>, SharedHandle),
}

impl<'a, A> RunningJob<'a, A> {
    pub(super) fn borrowed(
        work: &'a Assignment<A>,
        handle: JobHandle<'a>,
        lent: Option<Arc<ResourceGuard>>,
    ) -> Self {
        let work = JobRef::Borrowed(work, handle);
        Self { work, lent }
    }

    pub(super) fn owned(
        work: Assignment<A>,
        handle: SharedHandle,
        lent: Option<Arc<ResourceGuard>>,
    ) -> RunningJob<'static, A> {
        let work = JobRef::Owned(work, handle);
        RunningJob { work, lent }
    }

    fn assignment(&self) -> &Assignment<A> {
        match &self.work {
            JobRef::Borrowed(work, _) => work,
            JobRef::Owned(work, _) => work,
        }
    }

    fn handle(&self) -> JobHandle<'_> {
        match &self.work {
            JobRef::Borrowed(_, handle) => *handle,
            JobRef::Owned(_, handle) => handle.handle(),
        }
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.assignment().id
    }

    /// Its resources while it runs.
    pub fn resources(&self) -> &[String] {
        self.lent.as_ref().map_or(&[], |lent| lent.names())
    }

    /// Its first resource while it runs.
    pub fn resource(&self) -> Option<&str> {
        self.resources().first().map(String::as_str)
    }

    /// Whether it was cancelled, or its time or the time for all jobs is up.
    pub fn should_stop(&self) -> bool {
        let time_is_up = |deadline| deadline <= SystemTime::now();
        self.handle().should_stop() || self.assignment().deadline.is_some_and(time_is_up)
    }

    /// How much time it has left, of its own time or of the time for all jobs as of its submission; `None` where there
    /// is no limit.
    pub fn time_left(&self) -> Option<Duration> {
        let now = SystemTime::now();
        let all = self
            .assignment()
            .deadline
            .map(|deadline| deadline.duration_since(now).unwrap_or(Duration::ZERO));
        all.into_iter().chain(self.handle().time_left()).min()
    }
}

impl<A> Deref for RunningJob<'_, A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.assignment().args
    }
}
