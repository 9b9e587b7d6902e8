use std::collections::HashMap;

use super::{Backend, ClusterReport, FinishedTask, Task, Wait};

/// The numbers of retries.
///
/// See [`Dispatcher::retrying`] for an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryCounts {
    /// The number of jobs that were tried again.
    pub jobs: u64,
    /// The number of all retries.
    pub tries: u64,
}

/// Passes jobs to a backend, numbers and counts them, and retries failed ones.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits, Wait};
/// let next = Arc::new(|x: &u32, _: &JobHandle<'_>| Ok(x + 1));
/// let mut jobs = Dispatcher::new(Executors::Serial.backend(next, &Limits::default())?);
/// assert_eq!(jobs.submit([1, 2]), 0);
/// assert_eq!(jobs.submit([3]), 2, "the number of the first");
/// jobs.gather(Wait::Forever);
/// assert_eq!(jobs.gathered() + jobs.in_flight(), jobs.submitted());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Dispatcher<A, R> {
    backend: Box<dyn Backend<A, R>>,
    /// The number of the next job.
    next: u64,
    submitted: u64,
    gathered: u64,
    retries: u32,
    /// How often jobs that failed were tried again.
    tried: HashMap<u64, u32>,
    retried: RetryCounts,
}

impl<A, R> std::fmt::Debug for Dispatcher<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher")
            .field("submitted", &self.submitted)
            .field("gathered", &self.gathered)
            .finish_non_exhaustive()
    }
}

impl<A, R> Dispatcher<A, R> {
    /// Makes a dispatcher on a backend.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits, Outcome, Wait};
    /// let square = Arc::new(|x: &i32, _: &JobHandle<'_>| Ok(x * x));
    /// let mut jobs = Dispatcher::new(Executors::Threads(2).backend(square, &Limits::default())?);
    /// jobs.submit([1, 2, 3]);
    /// let mut squares = Vec::new();
    /// while jobs.in_flight() > 0 {
    ///     let done = jobs.gather(Wait::Forever);
    ///     squares.extend(done.into_iter().filter_map(|job| job.outcome.done()));
    /// }
    /// squares.sort();
    /// assert_eq!(squares, [1, 4, 9]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(backend: Box<dyn Backend<A, R>>) -> Self {
        Self {
            backend,
            next: 0,
            submitted: 0,
            gathered: 0,
            retries: 0,
            tried: HashMap::new(),
            retried: RetryCounts::default(),
        }
    }

    /// Retries a job that failed or timed out, at most this number of times.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits, Outcome, Wait};
    /// let calls = AtomicU32::new(0);
    /// let third_time = Arc::new(move |(): &(), _: &JobHandle<'_>| match calls.fetch_add(1, Ordering::Relaxed) {
    ///     2 => Ok("at last".to_owned()),
    ///     _ => Err("not yet".to_owned()),
    /// });
    /// let backend = Executors::Serial.backend(third_time, &Limits::default())?;
    /// let mut jobs = Dispatcher::new(backend).retrying(2);
    /// jobs.submit([()]);
    /// let mut finished = Vec::new();
    /// while jobs.in_flight() > 0 {
    ///     jobs.gather_into(Wait::Forever, &mut finished);
    /// }
    /// assert_eq!(finished[0].outcome, Outcome::Done("at last".to_owned()));
    /// assert_eq!((jobs.retried().jobs, jobs.retried().tries), (1, 2));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn retrying(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// Submits jobs; they are numbered from 0 in the order of submission. Returns the number of
    /// the first.
    pub fn submit(&mut self, jobs: impl IntoIterator<Item = A>) -> u64 {
        let first = self.next;
        let tasks: Vec<Task<A>> = jobs
            .into_iter()
            .zip(first..)
            .map(|(args, id)| Task { id, args })
            .collect();
        self.submitted += tasks.len() as u64;
        self.next += tasks.len() as u64;
        self.backend.submit(tasks);
        first
    }

    /// Numbers the next jobs from `first` on, unless that would repeat a number.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits};
    /// let next = Arc::new(|x: &u32, _: &JobHandle<'_>| Ok(x + 1));
    /// let mut jobs = Dispatcher::new(Executors::Serial.backend(next, &Limits::default())?);
    /// jobs.number_from(10);
    /// assert_eq!(jobs.submit([1, 2]), 10);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn number_from(&mut self, first: u64) {
        self.next = self.next.max(first);
    }

    /// The number of the next job.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Returns the jobs that finished since the last call. If `wait` allows it, and jobs are in flight, it waits until
    /// there is one. The list may still be empty where a failed job is retried.
    pub fn gather(&mut self, wait: Wait) -> Vec<FinishedTask<A, R>> {
        let mut finished = Vec::new();
        self.gather_into(wait, &mut finished);
        finished
    }

    /// Like [`gather`](Self::gather), into a buffer.
    pub fn gather_into(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        let before = finished.len();
        let wait = if self.in_flight() > 0 { wait } else { Wait::No };
        self.backend.gather(wait, finished);
        if self.retries > 0 {
            self.try_again(before, finished);
        }
        self.gathered += (finished.len() - before) as u64;
    }

    /// Takes the jobs that are to be tried again out of those that just finished.
    fn try_again(&mut self, before: usize, finished: &mut Vec<FinishedTask<A, R>>) {
        let mut again = Vec::new();
        let mut at = before;
        while let Some(job) = finished.get(at) {
            let may = !job.is_final && job.outcome.may_be_retried();
            let tries = if may {
                self.tried.entry(job.id).or_default()
            } else {
                &mut 0
            };
            if may && *tries < self.retries {
                *tries += 1;
                self.retried.jobs += u64::from(*tries == 1);
                let FinishedTask { id, args, .. } = finished.remove(at);
                again.push(Task { id, args });
            } else {
                self.tried.remove(&job.id);
                at += 1;
            }
        }
        self.retried.tries += again.len() as u64;
        if !again.is_empty() {
            self.backend.submit(again);
        }
    }

    /// Cancels the jobs that no worker has begun, and asks running jobs to stop. No job is retried.
    pub fn cancel(&mut self) {
        self.retries = 0;
        self.backend.cancel();
    }

    /// Stops all jobs: jobs that no worker has begun are gathered as cancelled, running jobs as timed out.
    pub fn expire(&mut self) {
        self.cancel();
        self.backend.expire();
    }

    /// How many jobs were submitted.
    pub const fn submitted(&self) -> u64 {
        self.submitted
    }

    /// How many finished jobs were returned.
    pub const fn gathered(&self) -> u64 {
        self.gathered
    }

    /// How many jobs were not returned yet.
    pub const fn in_flight(&self) -> u64 {
        self.submitted - self.gathered
    }

    /// The numbers of retries.
    pub const fn retried(&self) -> RetryCounts {
        self.retried
    }

    /// The numbers of the running jobs, as far as the backend knows.
    pub fn running(&self) -> Vec<u64> {
        self.backend.running()
    }

    /// What a cluster has to report; `None` on other backends.
    pub fn cluster_report(&self) -> Option<ClusterReport> {
        self.backend.cluster_report()
    }

    /// How many jobs should be in flight to keep every worker busy.
    pub fn window(&self) -> usize {
        self.backend.window()
    }

    /// The largest number of jobs that run at the same time.
    pub fn workers(&self) -> usize {
        self.backend.workers()
    }
}
