//! Submits, gathers and cancels the jobs of an evaluator.

use std::ops::Range;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::Wait;
use super::evaluator::Evaluator;
use super::job_messages::Assignment;
use super::log::SearchLog;
use super::options::EvaluatorError;
use super::record::{JobRecord, JobState};
use super::replay::SubmitOutcome;

/// The jobs to wait for.
///
/// See [`Evaluator`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gather {
    /// All submitted jobs, in the order of submission.
    All,
    /// At least this number of jobs, or all jobs in flight if there are fewer, in the order of their ends.
    Batch(usize),
}

/// How long to wait for jobs that were ended before they are ended once more: one may have been on its way
/// to its worker.
const AGAIN: Duration = Duration::from_millis(20);

impl<A> Evaluator<A>
where
    A: Serialize + DeserializeOwned + Clone + Send + 'static,
{
    /// Submits jobs, which start as soon as workers are free, and returns their numbers. If the time for all jobs is
    /// up, they come back as cancelled.
    ///
    /// # Errors
    /// Where there are more jobs than [allowed](Self::set_maximum_num_jobs_submitted); the allowed number is submitted.
    /// Where the evaluator is closed, or the storage fails; no job is then submitted.
    pub fn submit(
        &mut self,
        points: impl IntoIterator<Item = A>,
    ) -> Result<Range<u64>, EvaluatorError> {
        if let Some(before) = self.replay.submitted() {
            return self.submit_again(points, before);
        }
        let submitted = self.submit_new(points);
        self.replay.keep_submitted(&submitted);
        submitted
    }

    /// The recorded outcome in the program that started this worker.
    fn submit_again(
        &mut self,
        points: impl IntoIterator<Item = A>,
        before: SubmitOutcome,
    ) -> Result<Range<u64>, EvaluatorError> {
        let count = match before {
            SubmitOutcome::All(_, count) | SubmitOutcome::Some(_, count) => count,
            SubmitOutcome::Closed => return Err(EvaluatorError::Closed),
        };
        // The iterator of points must be where it was then: where there were too many, one more was taken from it.
        let mut points = points.into_iter();
        let taken = points
            .by_ref()
            .take(usize::try_from(count).unwrap_or(usize::MAX));
        taken.for_each(drop);
        self.submitted += count;
        if let Some((_, used)) = &mut self.maximum {
            *used += count;
        }
        match before {
            SubmitOutcome::Some(maximum, submitted) => {
                points.next();
                Err(EvaluatorError::TooManyJobs { maximum, submitted })
            }
            SubmitOutcome::All(first, _) => Ok(first..first + count),
            SubmitOutcome::Closed => Err(EvaluatorError::Closed),
        }
    }

    fn submit_new(
        &mut self,
        points: impl IntoIterator<Item = A>,
    ) -> Result<Range<u64>, EvaluatorError> {
        let is_late = self.is_late();
        // Clocks of other machines may differ. So workers there get no deadline, and hear when the time is up.
        let shares_clock = !self.is_on_cluster();
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
            .filter(|_| shares_clock)
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

    /// Waits for jobs and returns them. It does not wait if no job is in flight.
    ///
    /// When the [time for all jobs](Self::set_timeout) is up, running jobs are stopped and come back as timed out, the
    /// others as cancelled.
    ///
    /// # Errors
    /// Where the storage fails; a later call returns the ended jobs.
    pub fn gather(&mut self, which: Gather) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        let replay = self.replay.clone();
        let jobs = replay.jobs("gather", || self.gather_new(which))?;
        self.count_passed(&jobs);
        Ok(jobs)
    }

    fn gather_new(&mut self, which: Gather) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        let wanted = match which {
            Gather::All => usize::MAX,
            Gather::Batch(count) => count,
        };
        self.receive(Wait::No);
        self.store_finished()?;
        while self.announced.len() < wanted && !self.pending.is_empty() {
            if self.is_late() {
                self.end_jobs();
            } else {
                let end = self.timeout.map(|(_, end)| end);
                self.receive(end.map_or(Wait::Forever, Wait::Until));
            }
            self.store_finished()?;
        }
        self.hand_out(which)
    }

    /// Stops running jobs, cancels waiting ones, and returns every job that was not gathered. Jobs that were done keep
    /// their results, the others are cancelled. The workers end, and no job can be submitted any more. A second call
    /// returns no jobs.
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
    /// Where the storage fails; another call tries again.
    pub fn close(&mut self) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        let replay = self.replay.clone();
        let jobs = replay.jobs("close", || self.close_now())?;
        self.count_passed(&jobs);
        Ok(jobs)
    }

    /// Jobs that were returned without being gathered here count, too.
    fn count_passed(&mut self, jobs: &[JobRecord<A>]) {
        if self.replay.is_replaying() {
            self.gathered += jobs.iter().filter(|job| !job.is_other).count() as u64;
        }
    }

    fn close_now(&mut self) -> Result<Vec<JobRecord<A>>, EvaluatorError> {
        self.receive(Wait::No);
        self.is_closing = true;
        while !self.pending.is_empty() {
            self.end_jobs();
        }
        if let Some(pool) = &self.pool {
            pool.close();
        }
        self.jobs = None;
        self.store_finished()?;
        if self.is_closed && self.announced.is_empty() {
            return Ok(Vec::new());
        }
        let jobs = self.hand_out(Gather::All)?;
        self.tell_closed();
        Ok(jobs)
    }

    /// Receives finished jobs from the dispatcher.
    fn receive(&mut self, wait: Wait) {
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
        self.receive(Wait::of(AGAIN));
    }

    /// Keeps what ended, and tells of it.
    fn store_finished(&mut self) -> Result<(), EvaluatorError> {
        let mut problems = Vec::new();
        if let Some(log) = &mut self.log
            && !self.fresh.is_empty()
        {
            let mut kept = Vec::with_capacity(self.fresh.len());
            for job in &self.fresh {
                match job.problem_of_args() {
                    None => kept.push(job.stored()),
                    Some(problem) => problems.push(problem),
                }
            }
            log.keep(kept)?;
        }
        for problem in problems {
            self.note(problem);
        }
        self.kept.extend(self.fresh.drain(..));
        while let Some(job) = self.kept.pop_front() {
            // It is safe before anybody is announced: a callback may panic.
            self.announced.push(job);
            if let Some(job) = self.announced.last() {
                self.callbacks
                    .iter_mut()
                    .for_each(|callback| callback.on_done(job));
            }
        }
        self.note_problems();
        Ok(())
    }

    /// Returns the jobs that callbacks have seen, and the jobs of others.
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
        let mut own = std::mem::take(&mut self.announced);
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
