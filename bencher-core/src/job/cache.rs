use std::collections::{HashMap, VecDeque};

use crate::evaluator::{
    ClusterReport, Dispatcher, FinishedTask, Outcome, RetryCounts, Usage, Wait,
};
use crate::measure::MarkedTime;
use crate::store::{Epochs, Provenance, SampleIndex, SampleWriter, StoreError, Ticket};
use crate::value::Digest;

use super::sample_cache::{Rejection, SampleCache, is_other};
use super::{FinishedJob, Job, JobFuture, JobOutcome, Sample};

/// How a round stands in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoundState {
    Absent,
    /// It is stored, but rejected for this run.
    Rejected(Rejection),
    Accepted,
}

/// The numbers of calls of the cache, by outcome.
///
/// ```
/// use bencher_core::job::CallCounts;
/// let counts = CallCounts { submitted: 9, executed: 5, hits: 4, rejected_code: 2, ..CallCounts::default() };
/// assert_eq!(counts.executed + counts.hits, counts.submitted);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCounts {
    /// Jobs submitted ("wrapper").
    pub submitted: u64,
    /// Jobs executed ("fn").
    pub executed: u64,
    /// Executed samples with a time during which the system moved the program to another core.
    pub moved_samples: u64,
    /// Jobs answered from the store ("cache").
    pub hits: u64,
    /// Hits that another executable measured.
    pub other_code_hits: u64,
    /// Rejected samples that another executable measured.
    pub rejected_code: u64,
    /// Hits of a machine of another class.
    pub other_machine_hits: u64,
    /// Hits with an unknown machine.
    pub unknown_machine_hits: u64,
    /// Rejected samples of a machine of another class.
    pub rejected_machine: u64,
}

impl CallCounts {
    fn refuse(&mut self, refusal: Rejection) {
        match refusal {
            Rejection::Code => self.rejected_code += 1,
            Rejection::Machine => self.rejected_machine += 1,
        }
    }
}

/// An evaluator behind a cache of samples.
///
/// See the [module](super) for an example.
#[derive(Debug)]
pub struct FutureCache {
    evaluator: Dispatcher<Job, Sample>,
    cache: Option<SampleCache>,
    counts: CallCounts,
    next: u64,
    /// Jobs not yet handed to the evaluator.
    queued: Vec<Job>,
    /// The tickets of jobs under way, by the evaluator's number of the job.
    futures: HashMap<u64, JobFuture>,
    /// Done, and ready to be returned.
    ready: VecDeque<FinishedJob>,
    /// Done, but not yet in the store.
    uncommitted: VecDeque<(Ticket, FinishedJob)>,
    finished: Vec<FinishedTask<Job, Sample>>,
    used: Option<Usage>,
    runs: Option<Runs>,
}

/// In which runs the samples of a sweep are measured; untimed sweeps do not ask.
#[derive(Debug, Default)]
struct Runs {
    others: Provenance,
    points: HashMap<u64, Provenance>,
    hits: Vec<RunHit>,
}

/// Rounds of a point that were taken from the store, one behind the other, and the run that measured them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunHit {
    pub(crate) point: u64,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) run: u64,
}

impl Runs {
    fn hit(&mut self, job: &Job, run: u64) {
        match self.hits.last_mut() {
            Some(hit) if (hit.point, hit.last + 1, hit.run) == (job.point, job.repeat, run) => {
                hit.last = job.repeat;
            }
            _ => self.hits.push(RunHit {
                point: job.point,
                first: job.repeat,
                last: job.repeat,
                run,
            }),
        }
    }
}

impl FutureCache {
    /// Makes a cache in front of an evaluator; without a stored side, it runs every job.
    pub fn new(evaluator: Dispatcher<Job, Sample>, cache: Option<SampleCache>) -> Self {
        Self {
            evaluator,
            cache,
            counts: CallCounts::default(),
            next: 0,
            queued: Vec::new(),
            futures: HashMap::new(),
            ready: VecDeque::new(),
            uncommitted: VecDeque::new(),
            finished: Vec::new(),
            used: None,
            runs: None,
        }
    }

    /// Stores what is measured from here on as of a run: of one point, or of all.
    pub(crate) fn measure_by(&mut self, point: Option<u64>, provenance: Provenance) {
        let runs = self.runs.get_or_insert_default();
        match point {
            Some(point) => drop(runs.points.insert(point, provenance)),
            None => {
                runs.others = provenance;
                runs.points.clear();
            }
        }
    }

    /// Stores a sample that was measured, as another round of its point.
    pub(crate) fn store_again(
        &mut self,
        (point, repeat): (u64, u32),
        sample: &Sample,
        provenance: Provenance,
    ) {
        if let Some(cache) = &mut self.cache {
            cache.writer.measure_by(provenance);
            let inputs = (cache.inputs)(point);
            cache.writer.submit(inputs, repeat, sample.to_vec());
        }
    }

    /// The runs that measured what was taken from the store; nothing of untimed sweeps.
    pub(crate) fn hits(&self) -> &[RunHit] {
        self.runs.as_ref().map_or(&[], |runs| &runs.hits)
    }

    /// The runs that measured what the store has; none without a store, or where nothing of it counts.
    pub(crate) fn epochs(&self) -> Option<&Epochs> {
        Some(self.cache.as_ref()?.index.as_ref()?.epochs())
    }

    /// Submits a job, which is answered from the store if possible, and run otherwise.
    pub fn submit(&mut self, job: Job) -> JobFuture {
        let future = JobFuture(self.next);
        self.next += 1;
        self.counts.submitted += 1;
        match self.lookup(&job) {
            Some(sample) => {
                self.counts.hits += 1;
                let outcome = JobOutcome::Cached(sample);
                let Job { point, repeat, .. } = job;
                self.ready.push_back(FinishedJob {
                    future,
                    point,
                    repeat,
                    outcome,
                });
            }
            None => {
                self.counts.executed += 1;
                self.queued.push(job);
                // Tickets and the evaluator's numbers run apart once there are hits.
                let number = self.evaluator.submitted() + self.queued.len() as u64 - 1;
                if number != future.0 || !self.futures.is_empty() {
                    self.futures.insert(number, future);
                }
            }
        }
        future
    }

    fn lookup(&mut self, job: &Job) -> Option<Sample> {
        let cache = self.cache.as_ref()?;
        let stored = cache.index.as_ref()?.get(job.key?)?;
        if let Err(refusal) = cache.accepts(&stored) {
            self.counts.refuse(refusal);
            return None;
        }
        let foreign = stored.code != cache.code;
        let elsewhere = is_other(cache.machine, stored.machine);
        let nowhere = cache.machine.is_some() && stored.machine.is_none();
        let sample = stored.sample(&cache.results)?;
        self.counts.other_code_hits += u64::from(foreign);
        self.counts.other_machine_hits += u64::from(elsewhere);
        self.counts.unknown_machine_hits += u64::from(nowhere);
        if let Some(runs) = &mut self.runs {
            runs.hit(job, stored.provenance.run);
        }
        Some(sample)
    }

    /// Whether the sample with a key is stored and would be accepted.
    pub fn has(&self, key: Digest) -> bool {
        self.stored(key).is_some()
    }

    /// The sample with a key, if it is stored and would be accepted; the counts do not change.
    pub fn stored(&self, key: Digest) -> Option<Sample> {
        self.stored_by(key).map(|(_, sample)| sample)
    }

    /// The same, with the run that measured it.
    pub(crate) fn stored_by(&self, key: Digest) -> Option<(u64, Sample)> {
        let cache = self.cache.as_ref()?;
        let stored = cache.index.as_ref()?.get(key)?;
        cache.accepts(&stored).ok()?;
        Some((stored.provenance.run, stored.sample(&cache.results)?))
    }

    /// How the round of a key stands in the store; nothing is counted.
    pub(crate) fn look_up_round(&self, key: Digest) -> RoundState {
        let found = || {
            let cache = self.cache.as_ref()?;
            let stored = cache.index.as_ref()?.get(key)?;
            (!stored.provenance.provisional).then(|| cache.accepts(&stored))
        };
        match found() {
            None => RoundState::Absent,
            Some(Ok(())) => RoundState::Accepted,
            Some(Err(refusal)) => RoundState::Rejected(refusal),
        }
    }

    /// Counts stored rounds that may not stand for those of this run.
    pub(crate) fn count_rejected(&mut self, refusals: &[Rejection]) {
        for refusal in refusals {
            self.counts.refuse(*refusal);
        }
    }

    /// How many more jobs the workers can use.
    pub fn room(&self) -> usize {
        let busy = usize::try_from(self.evaluator.in_flight()).unwrap_or(usize::MAX);
        let held = busy
            .saturating_add(self.queued.len())
            .saturating_add(self.ready.len());
        self.evaluator.window().saturating_sub(held)
    }

    /// How many submitted jobs were not returned yet.
    pub fn pending(&self) -> u64 {
        self.evaluator.in_flight()
            + (self.queued.len() + self.ready.len() + self.uncommitted.len()) as u64
    }

    /// Starts submitted jobs, and moves the jobs that are done and durable into `done`. With `wait`, it works for a
    /// slice or waits until a job is done. `done` may stay empty while a group is incomplete; call again while jobs are
    /// [`pending`](Self::pending).
    ///
    /// # Errors
    /// Where the store does not accept the samples. Their jobs are not returned;
    /// [`take_not_stored`](Self::take_not_stored) returns them.
    pub fn gather_into(
        &mut self,
        wait: bool,
        done: &mut Vec<FinishedJob>,
    ) -> Result<(), StoreError> {
        if !self.queued.is_empty() {
            self.evaluator.submit(self.queued.drain(..));
        }
        let ready = !self.ready.is_empty();
        done.extend(self.ready.drain(..));
        let came = self.take_finished(Wait::No, done);
        if wait && !came && !ready {
            // A finished sample must not wait in memory for a job that may take hours.
            self.commit(SampleWriter::commit)?;
            if self.ready.is_empty() {
                self.take_finished(Wait::Forever, done);
            }
        }
        self.commit(SampleWriter::commit_due)?;
        done.extend(self.ready.drain(..));
        Ok(())
    }

    /// Settles the jobs that the evaluator returns, and moves those that do not wait for the store into `done`; false
    /// if it returns none.
    fn take_finished(&mut self, wait: Wait, done: &mut Vec<FinishedJob>) -> bool {
        let mut finished = std::mem::take(&mut self.finished);
        self.evaluator.gather_into(wait, &mut finished);
        let came = !finished.is_empty();
        done.reserve(finished.len());
        for job in finished.drain(..) {
            self.record_finished(job, done);
        }
        self.finished = finished;
        came
    }

    /// Commits by a way of the writer's, and frees the jobs whose samples are stored.
    fn commit(
        &mut self,
        way: fn(&mut SampleWriter) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(cache) = &mut self.cache else {
            return Ok(());
        };
        way(&mut cache.writer)?;
        let committed = cache.writer.committed();
        while let Some((ticket, _)) = self.uncommitted.front()
            && *ticket < committed
        {
            self.ready
                .extend(self.uncommitted.pop_front().map(|(_, job)| job));
        }
        Ok(())
    }

    /// Waits for one job; others that finish meanwhile can be gathered later.
    ///
    /// `None` where the job was returned before, or does not belong to this cache; all jobs in flight are done then.
    ///
    /// # Errors
    /// Where the store does not accept the samples.
    pub fn result(&mut self, future: JobFuture) -> Result<Option<FinishedJob>, StoreError> {
        let (mut done, mut others) = (Vec::new(), Vec::new());
        let mut found = None;
        let mut gathered = Ok(());
        while found.is_none() && gathered.is_ok() && self.pending() > 0 {
            gathered = self.gather_into(true, &mut done);
            for job in done.drain(..) {
                if job.future == future {
                    found = Some(job);
                } else {
                    others.push(job);
                }
            }
        }
        self.ready.extend(others);
        gathered.map(|()| found)
    }

    /// Cancels the jobs that have not begun; they are gathered as cancelled.
    pub fn cancel(&mut self) {
        if !self.queued.is_empty() {
            self.evaluator.submit(self.queued.drain(..));
        }
        self.evaluator.cancel();
    }

    /// Takes the jobs that are done, but whose samples the store did not accept; they are [`JobOutcome::NotStored`].
    pub fn take_not_stored(&mut self) -> Vec<FinishedJob> {
        let jobs = self.uncommitted.drain(..).map(|(_, job)| job);
        let not_stored = jobs.map(|job| FinishedJob {
            outcome: match job.outcome {
                JobOutcome::Measured(sample) => JobOutcome::NotStored(sample),
                outcome => outcome,
            },
            ..job
        });
        not_stored.collect()
    }

    /// Writes everything that is done to the disk.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn close(&mut self) -> Result<(), StoreError> {
        self.cache
            .as_mut()
            .map_or(Ok(()), |cache| cache.writer.finish())
    }

    /// The total usage of jobs in worker processes: their time on cores, and the largest memory of one.
    pub const fn used(&self) -> Option<Usage> {
        self.used
    }

    /// The numbers of retries.
    pub const fn retried(&self) -> RetryCounts {
        self.evaluator.retried()
    }

    /// What a cluster has to report; `None` on other executors.
    pub fn cluster_report(&self) -> Option<ClusterReport> {
        self.evaluator.cluster_report()
    }

    /// The numbers of calls of the cache, by outcome.
    pub const fn counts(&self) -> CallCounts {
        self.counts
    }

    /// The missing or damaged contents of stored samples, one text each. Jobs with such samples were run again.
    pub fn lost_contents(&self) -> Vec<String> {
        let cache = self.cache.as_ref();
        let index = cache.and_then(|cache| cache.index.as_ref());
        index.map(SampleIndex::lost).unwrap_or_default()
    }

    /// Resets the counts.
    pub fn clear_call_counts(&mut self) {
        self.counts = CallCounts::default();
    }

    /// Takes note of a job that came back, and moves it into `done`; one whose sample is not in the store yet
    /// waits for that.
    #[inline]
    fn record_finished(
        &mut self,
        finished: FinishedTask<Job, Sample>,
        done: &mut Vec<FinishedJob>,
    ) {
        if let Some(usage) = &finished.usage {
            self.used.get_or_insert_default().add(usage);
        }
        // Without hits nothing is kept, and nothing has to be hashed.
        let kept = if self.futures.is_empty() {
            None
        } else {
            self.futures.remove(&finished.id)
        };
        let future = kept.unwrap_or(JobFuture(finished.id));
        let Job { point, repeat, key } = finished.args;
        if let Outcome::Done(sample) = &finished.outcome {
            self.counts.moved_samples += u64::from(is_moved(sample));
        }
        let ticket = match (&finished.outcome, key, &mut self.cache) {
            (Outcome::Done(sample), Some(_), Some(cache)) => {
                if let Some(runs) = &self.runs {
                    let provenance = runs.points.get(&point).unwrap_or(&runs.others);
                    cache.writer.measure_by(*provenance);
                }
                // A sample of a cluster has the class of the machine that took it.
                cache.writer.measure_on(finished.machine.or(cache.machine));
                let inputs = (cache.inputs)(point);
                cache.writer.submit(inputs, repeat, sample.to_vec())
            }
            _ => None,
        };
        if finished.outcome == Outcome::Cancelled {
            self.counts.submitted -= 1;
            self.counts.executed -= 1;
        }
        let job = FinishedJob {
            future,
            point,
            repeat,
            outcome: finished.outcome.into(),
        };
        match ticket {
            Some(ticket) => self.uncommitted.push_back((ticket, job)),
            None => done.push(job),
        }
    }
}

/// Whether the system moved the program to another core during a time of the sample.
fn is_moved(sample: &Sample) -> bool {
    let times = sample.iter().flatten().filter_map(MarkedTime::read);
    times.into_iter().any(|time| time.is_moved)
}

impl From<Outcome<Sample>> for JobOutcome {
    #[inline]
    fn from(outcome: Outcome<Sample>) -> Self {
        match outcome {
            Outcome::Done(sample) => Self::Measured(sample),
            Outcome::Failed(error) => Self::Failed(error),
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Cancelled => Self::Cancelled,
        }
    }
}
