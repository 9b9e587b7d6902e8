use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::super::{Backend, Dispatcher, Finished, Wait};
use super::log::{SearchLog, new_search};
use super::options::{EvaluatorError, EvaluatorOptions};
use super::queued::Pool;
use super::record::{Callback, JobRecord, JobState};
use super::work::{Assignment, Reply};

/// Which jobs to wait for.
///
/// The example stands at [`Evaluator`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gather {
    /// All that were submitted; they come in the order of submission.
    All,
    /// At least so many, fewer only where fewer are under way; they come in the order in which they ended.
    Batch(usize),
}

/// Runs the jobs of a search: submit points, gather what they are worth.
///
/// Jobs start as soon as they are submitted, and go on while nobody gathers; only serial ones run on the
/// thread that gathers. A job that fails, in whatever way, fails alone. Every job comes back exactly once:
/// from a gathering, or when the evaluator is closed. What a job costs does not depend on how many there
/// were before.
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
    /// None once it is closed.
    jobs: Option<Dispatcher<Assignment<A>, Reply>>,
    workers: usize,
    pool: Option<Arc<Pool>>,
    resources: Vec<String>,
    /// The time that a job has.
    limit: Option<Duration>,
    timeout: Option<(Duration, Instant)>,
    /// How many jobs may be submitted, and how many of these were.
    maximum: Option<(u64, u64)>,
    /// Those that were submitted and have not ended.
    pending: HashSet<u64>,
    /// Ended, and not yet kept in the storage.
    fresh: Vec<JobRecord<A>>,
    /// Kept, and not yet told to the callbacks.
    kept: VecDeque<JobRecord<A>>,
    /// Told, and not yet handed out.
    told: Vec<JobRecord<A>>,
    /// Those of others, likewise.
    others: Vec<JobRecord<A>>,
    /// What came back last; empty between two calls.
    back: Vec<Finished<Assignment<A>, Reply>>,
    log: Option<SearchLog>,
    search: String,
    returns_others: bool,
    callbacks: Vec<Box<dyn Callback<A>>>,
    problems: Vec<String>,
    submitted: u64,
    gathered: u64,
    is_closing: bool,
    /// Whether the callbacks know that it is closed.
    is_closed: bool,
}

/// How long to wait for jobs that were ended before they are ended once more: one may have been on its way
/// to its worker.
const AGAIN: Duration = Duration::from_millis(20);
/// How many problems are told in the end that nobody took.
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
        options: EvaluatorOptions<A>,
    ) -> Self {
        let search = options.search.unwrap_or_else(new_search);
        let log = options
            .storage
            .map(|storage| SearchLog::new(storage, search.clone()));
        let mut evaluator = Self {
            kind,
            workers: backend.workers(),
            jobs: Some(Dispatcher::new(backend)),
            pool,
            resources: options.resources,
            limit: options.limits.time,
            timeout: None,
            maximum: None,
            pending: HashSet::new(),
            fresh: Vec::new(),
            kept: VecDeque::new(),
            told: Vec::new(),
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

    /// Submits jobs, which start as soon as workers are free, and returns their numbers. After the time for
    /// all jobs is up, they come back as cancelled.
    ///
    /// # Errors
    /// Where there are more than [may be](Self::set_maximum_num_jobs_submitted): as many as may be are
    /// submitted. Where the evaluator is closed, or the storage gives no numbers: none are.
    pub fn submit(
        &mut self,
        points: impl IntoIterator<Item = A>,
    ) -> Result<Range<u64>, EvaluatorError> {
        let is_late = self.is_late();
        let jobs = self.jobs.as_mut().ok_or(EvaluatorError::Closed)?;
        let mut points = points.into_iter();
        let room = self.maximum.map_or(u64::MAX, |(most, used)| most - used);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let accepted: Vec<A> = points.by_ref().take(room).collect();
        let is_too_many = accepted.len() == room && points.next().is_some();
        let count = accepted.len() as u64;
        if let Some(log) = &mut self.log
            && count > 0
        {
            jobs.number_from(log.take_numbers(count)?);
        }
        let now = Timestamp::now();
        let deadline = self
            .timeout
            .and_then(|(_, end)| SystemTime::now().checked_add(end - Instant::now()));
        let first = jobs.next();
        let mut assigned = Vec::with_capacity(accepted.len());
        for (id, args) in (first..).zip(accepted) {
            let record = JobRecord::ready(id, args, now);
            for callback in &mut self.callbacks {
                callback.on_launch(&record);
            }
            if is_late {
                self.fresh.push(record.cancelled(now));
                continue;
            }
            assigned.push(Assignment {
                id,
                args: record.args,
                deadline,
                submitted: now,
            });
        }
        if is_late {
            jobs.number_from(first + count);
        } else {
            self.pending.extend(first..first + count);
            jobs.submit(assigned);
        }
        self.submitted += count;
        if let Some((_, used)) = &mut self.maximum {
            *used += count;
        }
        self.note_problems();
        match self.maximum {
            Some((maximum, _)) if is_too_many => Err(EvaluatorError::TooManyJobs {
                maximum,
                submitted: count,
            }),
            _ => Ok(first..first + count),
        }
    }

    /// Waits for jobs and hands them out. Nothing is waited for where nothing is under way.
    ///
    /// When the [time for all jobs](Self::set_timeout) is up, those that run are ended and come back as timed
    /// out, the others as cancelled.
    ///
    /// # Errors
    /// Where the storage fails; what ended comes with a later gathering.
    pub fn gather(&mut self, which: Gather) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        let wanted = match which {
            Gather::All => usize::MAX,
            Gather::Batch(count) => count,
        };
        self.collect(Wait::No);
        self.settle()?;
        while self.told.len() < wanted && !self.pending.is_empty() {
            if self.is_late() {
                self.end_jobs();
            } else {
                let end = self.timeout.map(|(_, end)| end);
                self.collect(end.map_or(Wait::Forever, Wait::Until));
            }
            self.settle()?;
        }
        self.hand_out(which)
    }

    /// Ends what runs, calls off what waits, and returns every job that was not gathered: those that were done
    /// all the same, and the others as cancelled. Workers end; nothing can be submitted any more. Closing
    /// twice returns nothing new.
    ///
    /// ```
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, JobState};
    /// let mut evaluator = Evaluator::create("serial", |x| **x, EvaluatorOptions::default())?;
    /// evaluator.submit([1.0])?;
    /// assert_eq!(evaluator.close()?[0].state, JobState::Cancelled, "nobody gathered, so none ran");
    /// assert!(evaluator.submit([2.0]).is_err());
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    ///
    /// # Errors
    /// Where the storage fails; closing again tries again.
    pub fn close(&mut self) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        self.collect(Wait::No);
        self.is_closing = true;
        while !self.pending.is_empty() {
            self.end_jobs();
        }
        if let Some(pool) = &self.pool {
            pool.close();
        }
        self.jobs = None;
        self.settle()?;
        if self.is_closed && self.told.is_empty() {
            return Ok(Vec::new());
        }
        let jobs = self.hand_out(Gather::All)?;
        self.tell_closed();
        Ok(jobs)
    }

    /// Takes in what ended.
    fn collect(&mut self, wait: Wait) {
        let Some(jobs) = &mut self.jobs else { return };
        jobs.gather_into(wait, &mut self.back);
        if self.back.is_empty() {
            return;
        }
        let now = Timestamp::now();
        let is_late = self.is_late();
        // Only a job that passed its own limit is known to have run for as long as that.
        let limit = self.limit.filter(|_| !is_late && !self.is_closing);
        for job in self.back.drain(..) {
            self.pending.remove(&job.id);
            let mut record = JobRecord::ended(job, now, limit);
            if self.is_closing && record.state == JobState::TimedOut && !is_late {
                record.state = JobState::Cancelled;
            }
            self.fresh.push(record);
        }
    }

    /// Ends the jobs under way, and waits a little for them to come back.
    fn end_jobs(&mut self) {
        if let Some(jobs) = &mut self.jobs {
            jobs.expire();
        }
        self.collect(Wait::of(AGAIN));
    }

    /// Keeps what ended, and tells of it.
    fn settle(&mut self) -> Result<(), EvaluatorError> {
        if let Some(log) = &mut self.log
            && !self.fresh.is_empty()
        {
            log.keep(self.fresh.iter().map(JobRecord::stored).collect())?;
        }
        self.kept.extend(self.fresh.drain(..));
        while let Some(job) = self.kept.pop_front() {
            // It is safe before anybody is told: a callback may panic.
            self.told.push(job);
            if let Some(job) = self.told.last() {
                self.callbacks
                    .iter_mut()
                    .for_each(|callback| callback.on_done(job));
            }
        }
        self.note_problems();
        Ok(())
    }

    /// Hands out what was told, and what others did.
    fn hand_out(&mut self, which: Gather) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        let news = self.log.as_mut().map(SearchLog::take_others).transpose()?;
        for job in news.unwrap_or_default() {
            match JobRecord::restored(job) {
                Ok(job) => {
                    self.callbacks
                        .iter_mut()
                        .for_each(|callback| callback.on_done_other(&job));
                    self.others.push(job);
                }
                Err(problem) => self.note(problem),
            }
        }
        let mut own = std::mem::take(&mut self.told);
        let others = std::mem::take(&mut self.others);
        if which == Gather::All {
            own.sort_unstable_by_key(|job| job.id);
        }
        self.gathered += own.len() as u64;
        for callback in &mut self.callbacks {
            callback.on_gather(&own, &others);
        }
        self.note_problems();
        if self.returns_others {
            own.extend(others);
        }
        Ok(own)
    }
}

impl<A> Evaluator<A> {
    fn tell_closed(&mut self) {
        if !std::mem::replace(&mut self.is_closed, true) {
            for callback in &mut self.callbacks {
                callback.on_close();
            }
            self.note_problems();
        }
    }

    fn note_problems(&mut self) {
        for at in 0..self.callbacks.len() {
            let callback = self.callbacks.get_mut(at);
            if let Some(problem) = callback.and_then(|callback| callback.problem()) {
                self.note(problem);
            }
        }
    }

    fn note(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Gives all jobs so much time from now on, or all the time there is. When it is up, gathering ends those
    /// that run and calls off those that wait.
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

    /// The time that all jobs were given.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout.map(|(time, _)| time)
    }

    /// What is left of it.
    pub fn time_left(&self) -> Option<Duration> {
        let (_, end) = self.timeout?;
        Some(end.saturating_duration_since(Instant::now()))
    }

    /// Allows so many more jobs from now on; `u64::MAX` allows any number.
    ///
    /// The example stands at [`EvaluatorError`].
    pub fn set_maximum_num_jobs_submitted(&mut self, count: u64) {
        self.maximum = (count < u64::MAX).then_some((count, 0));
    }

    /// How many jobs were submitted to this evaluator.
    pub const fn num_jobs_submitted(&self) -> u64 {
        self.submitted
    }

    /// How many of them were handed out.
    pub const fn num_jobs_gathered(&self) -> u64 {
        self.gathered
    }

    /// How many jobs run at the same time at most.
    pub const fn num_workers(&self) -> usize {
        self.workers
    }

    /// How far a job is that has not ended; `None` of one that has, or that there never was.
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

    /// Why the search should end, if a callback thinks so.
    ///
    /// The example stands at [`EarlyStop`](crate::evaluator::callbacks::EarlyStop).
    pub fn stop(&self) -> Option<String> {
        self.callbacks.iter().find_map(|callback| callback.stop())
    }

    /// What went wrong with the callbacks and with jobs of others since this was asked last; the jobs are not
    /// touched by it. What nobody takes is told on standard error in the end.
    pub fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }

    /// What it is, as JSON.
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

    fn is_late(&self) -> bool {
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
        // Nobody asked, and nobody can any more.
        for problem in self.problems.iter().take(UNASKED) {
            eprintln!("warning: {problem}");
        }
        let more = self.problems.len().saturating_sub(UNASKED);
        if more > 0 {
            eprintln!("warning: and {more} more problems of the evaluator's callbacks");
        }
    }
}
