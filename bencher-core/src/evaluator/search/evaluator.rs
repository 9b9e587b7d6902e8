use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::super::{Backend, Dispatcher, FinishedTask};
use super::job_messages::{Assignment, Reply};
use super::log::{SearchLog, new_search};
use super::options::EvaluatorOptions;
use super::record::{Callback, JobRecord, JobState};
use super::replay::ReplayMode;
use super::resource_pool::Pool;

use crate::console::error_line;

/// Runs the jobs of a search: submit points, and gather their objectives.
///
/// Jobs start as soon as they are submitted, and continue between calls of [`gather`](Self::gather); only serial jobs
/// run on the thread that gathers. A failed job does not affect others. Every job comes back exactly once: from
/// `gather`, or from [`close`](Self::close). The cost of a job does not depend on the number of earlier jobs.
///
/// ```
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, JobState, RunningJob};
/// let root = |x: &RunningJob<'_, f64>| match **x {
///     x if x < 0.0 => Err("a root of less than nothing"),
///     x => Ok(x.sqrt()),
/// };
/// let mut evaluator = Evaluator::create("threads", root, EvaluatorOptions::default().workers(2))?;
/// evaluator.submit([16.0, -1.0, 4.0])?;
/// let jobs = evaluator.gather(Gather::All)?;
/// assert_eq!((jobs[0].state, jobs[0].value()), (JobState::Done, Some(4.0)));
/// assert_eq!(jobs[1].state, JobState::Failed);
/// assert_eq!(jobs[1].error.as_deref(), Some("a root of less than nothing"));
/// evaluator.submit([9.0])?;
/// assert_eq!(evaluator.gather(Gather::Batch(1))?[0].id, 3);
/// assert_eq!(evaluator.num_jobs_gathered(), 4);
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
pub struct Evaluator<A> {
    kind: &'static str,
    pub(super) replay: ReplayMode,
    /// None once it is closed.
    pub(super) jobs: Option<Dispatcher<Assignment<A>, Reply>>,
    pub(super) workers: usize,
    pub(super) pool: Option<Arc<Pool>>,
    resources: Vec<String>,
    /// The time that a job has.
    pub(super) limit: Option<Duration>,
    pub(super) timeout: Option<(Duration, Instant)>,
    /// How many jobs may be submitted, and how many of these were.
    pub(super) maximum: Option<(u64, u64)>,
    /// Those that were submitted and have not ended.
    pub(super) pending: HashSet<u64>,
    /// Ended, and not yet kept in the storage.
    pub(super) fresh: Vec<JobRecord<A>>,
    /// Stored, and not yet passed to the callbacks.
    pub(super) kept: VecDeque<JobRecord<A>>,
    /// Passed to the callbacks, and not yet returned.
    pub(super) announced: Vec<JobRecord<A>>,
    /// Those of others, likewise.
    pub(super) others: Vec<JobRecord<A>>,
    /// The jobs that came back last; empty between two calls.
    pub(super) back: Vec<FinishedTask<Assignment<A>, Reply>>,
    pub(super) log: Option<SearchLog>,
    search: String,
    pub(super) returns_others: bool,
    pub(super) callbacks: Vec<Box<dyn Callback<A>>>,
    pub(super) problems: Vec<String>,
    pub(super) submitted: u64,
    pub(super) gathered: u64,
    pub(super) is_closing: bool,
    /// Whether the callbacks know that it is closed.
    pub(super) is_closed: bool,
}

/// How many of the problems that the program did not take are printed at the end.
const UNASKED: usize = 3;
/// How many problems are remembered.
const PROBLEMS: usize = 100;

impl<A> Evaluator<A>
where
    A: Serialize + DeserializeOwned + Clone + Send + 'static,
{
    pub(super) fn new(
        kind: &'static str,
        backend: Box<dyn Backend<Assignment<A>, Reply>>,
        pool: Option<Arc<Pool>>,
        replay: ReplayMode,
        options: EvaluatorOptions<A>,
    ) -> Self {
        let mut evaluator = Self::idle(kind, backend.workers(), replay, options);
        evaluator.jobs = Some(Dispatcher::new(backend));
        evaluator.pool = pool;
        evaluator
    }

    /// One that gives what it gave in the program that started this worker.
    pub(super) fn replaying(
        kind: &'static str,
        workers: usize,
        replay: ReplayMode,
        options: EvaluatorOptions<A>,
    ) -> Self {
        let options = EvaluatorOptions {
            storage: None,
            callbacks: Vec::new(),
            ..options
        };
        Self::idle(kind, workers, replay, options)
    }

    fn idle(
        kind: &'static str,
        workers: usize,
        replay: ReplayMode,
        options: EvaluatorOptions<A>,
    ) -> Self {
        let search = options.search.unwrap_or_else(new_search);
        let log = options
            .storage
            .map(|storage| SearchLog::new(storage, search.clone()));
        let mut evaluator = Self {
            kind,
            replay,
            jobs: None,
            workers,
            pool: None,
            resources: options.resources,
            limit: options.limits.time,
            timeout: None,
            maximum: None,
            pending: HashSet::new(),
            fresh: Vec::new(),
            kept: VecDeque::new(),
            announced: Vec::new(),
            others: Vec::new(),
            back: Vec::new(),
            log,
            search,
            returns_others: options.returns_others,
            callbacks: options.callbacks,
            problems: Vec::new(),
            submitted: 0,
            gathered: 0,
            is_closing: false,
            is_closed: false,
        };
        evaluator.set_timeout(options.timeout);
        evaluator
    }
}

impl<A> Evaluator<A> {
    pub(super) fn tell_closed(&mut self) {
        if !std::mem::replace(&mut self.is_closed, true) {
            for callback in &mut self.callbacks {
                callback.on_close();
            }
            self.note_problems();
        }
    }

    pub(super) fn note_problems(&mut self) {
        for at in 0..self.callbacks.len() {
            let callback = self.callbacks.get_mut(at);
            if let Some(problem) = callback.and_then(|callback| callback.problem()) {
                self.note(problem);
            }
        }
    }

    pub(super) fn note(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Sets the time for all jobs from now on; `None` removes the limit. When the time is up, [`gather`](Self::gather)
    /// stops the running jobs and cancels the waiting ones.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, JobState};
    /// let mut evaluator = Evaluator::create("threads", |x| **x, EvaluatorOptions::default())?;
    /// evaluator.set_timeout(Some(Duration::ZERO));
    /// evaluator.submit([1.0])?;
    /// assert_eq!(evaluator.gather(Gather::All)?[0].state, JobState::Cancelled);
    /// evaluator.set_timeout(None);
    /// evaluator.submit([1.0])?;
    /// assert_eq!(evaluator.gather(Gather::All)?[0].state, JobState::Done);
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    pub fn set_timeout(&mut self, time: Option<Duration>) {
        self.timeout = time.and_then(|time| Some((time, Instant::now().checked_add(time)?)));
    }

    /// The time for all jobs.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout.map(|(time, _)| time)
    }

    /// How much of the time for all jobs is left.
    pub fn time_left(&self) -> Option<Duration> {
        let left = || {
            let (_, end) = self.timeout?;
            Some(end.saturating_duration_since(Instant::now()))
        };
        self.replay.answer("time_left", left)
    }

    /// Allows this number of further jobs; `u64::MAX` allows any number.
    ///
    /// See [`EvaluatorError`](super::EvaluatorError) for an example.
    pub fn set_maximum_num_jobs_submitted(&mut self, count: u64) {
        self.maximum = (count < u64::MAX).then_some((count, 0));
    }

    /// How many jobs were submitted to this evaluator.
    pub const fn num_jobs_submitted(&self) -> u64 {
        self.submitted
    }

    /// How many jobs were gathered.
    pub const fn num_jobs_gathered(&self) -> u64 {
        self.gathered
    }

    /// The largest number of jobs that run at the same time.
    pub const fn num_workers(&self) -> usize {
        self.workers
    }

    /// The state of a job that has not ended; `None` for a job that has ended, or an unknown one.
    ///
    /// ```
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, JobState};
    /// let mut evaluator = Evaluator::create("serial", |x| **x, EvaluatorOptions::default())?;
    /// evaluator.submit([1.0])?;
    /// assert_eq!(evaluator.state(0), Some(JobState::Ready));
    /// evaluator.gather(Gather::All)?;
    /// assert_eq!(evaluator.state(0), None);
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    pub fn state(&self, id: u64) -> Option<JobState> {
        self.replay.answer("state", || self.state_now(id))
    }

    fn state_now(&self, id: u64) -> Option<JobState> {
        if !self.pending.contains(&id) {
            return None;
        }
        let running = self
            .jobs
            .as_ref()
            .map_or_else(Vec::new, Dispatcher::running);
        Some(if running.contains(&id) {
            JobState::Running
        } else {
            JobState::Ready
        })
    }

    /// The name of the search.
    pub fn search_id(&self) -> &str {
        &self.search
    }

    /// Why the search should end, if a callback asks for it.
    ///
    /// See [`EarlyStop`](crate::evaluator::callbacks::EarlyStop) for an example.
    pub fn stop(&self) -> Option<String> {
        let stop = || self.callbacks.iter().find_map(|callback| callback.stop());
        self.replay.answer("stop", stop)
    }

    /// The problems of callbacks, and of jobs of other evaluators, since the last call. They do not affect the jobs.
    /// Problems that the program does not take are printed to standard error at the end.
    pub fn take_problems(&mut self) -> Vec<String> {
        let problems = || std::mem::take(&mut self.problems);
        self.replay.answer("take_problems", problems)
    }

    /// A description of the evaluator, as JSON.
    ///
    /// ```
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions};
    /// let options = EvaluatorOptions::default().search_id("tuning");
    /// let evaluator = Evaluator::<f64>::create("serial", |x| **x, options)?;
    /// assert_eq!(
    ///     evaluator.to_json().to_string(),
    ///     "{\"job_timeout\":null,\"num_jobs_gathered\":0,\"num_jobs_submitted\":0,\"num_workers\":1,\
    ///      \"resources\":[],\"search_id\":\"tuning\",\"timeout\":null,\"type\":\"serial\"}"
    /// );
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    pub fn to_json(&self) -> Json {
        json!({
            "type": self.kind,
            "num_workers": self.workers,
            "search_id": self.search,
            "timeout": self.timeout().map(|time| time.as_secs_f64()),
            "job_timeout": self.limit.map(|time| time.as_secs_f64()),
            "resources": self.resources,
            "num_jobs_submitted": self.submitted,
            "num_jobs_gathered": self.gathered,
        })
    }

    pub(super) fn is_on_cluster(&self) -> bool {
        self.kind == "cluster"
    }

    pub(super) fn is_late(&self) -> bool {
        self.timeout.is_some_and(|(_, end)| end <= Instant::now())
    }
}

impl<A> std::fmt::Debug for Evaluator<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator")
            .field("type", &self.kind)
            .field("search", &self.search)
            .field("submitted", &self.submitted)
            .field("gathered", &self.gathered)
            .finish_non_exhaustive()
    }
}

impl<A> Drop for Evaluator<A> {
    fn drop(&mut self) {
        if let Some(pool) = &self.pool {
            pool.close();
        }
        if let Some(jobs) = &mut self.jobs {
            // A thread that is at a job is not waited for.
            jobs.expire();
        }
        if !std::thread::panicking() {
            self.tell_closed();
        }
        // The program did not take them, and cannot any more.
        for problem in self.problems.iter().take(UNASKED) {
            error_line!("warning: {problem}");
        }
        let more = self.problems.len().saturating_sub(UNASKED);
        if more > 0 {
            error_line!("warning: and {more} more problems of the evaluator's callbacks");
        }
    }
}
