//! The supervisor of one worker process: a thread that sends it jobs, enforces its time limit, and replaces it.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crossbeam::channel::{Receiver, Sender, select_biased};

use super::super::{FinishedTask, Limits, Outcome, Task, Usage};
use super::launch::Launch;
use super::wire::{Codec, EncodedJob, EncodedOutcome, WorkerCommand, WorkerMessage};
use super::worker_process::{KillReason, WorkerHandle, WorkerProcess, too_much};
use super::{Chunk, Shared};

/// How long a job may run before the jobs behind it go to other workers.
const RECALL: Duration = Duration::from_millis(20);
/// How long a worker may take to release its resources.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a worker is started for the same job before the job fails.
const STARTS: u32 = 2;

pub(super) struct WorkerSupervisor<A, R> {
    pub(super) number: usize,
    pub(super) launch: Launch,
    pub(super) limits: Limits,
    pub(super) codec: Codec<A, R>,
    pub(super) queue: Receiver<Chunk<A>>,
    /// Where jobs go that come back, and where they are had again, before those of the queue.
    pub(super) returned: Sender<Chunk<A>>,
    pub(super) back: Receiver<Chunk<A>>,
    pub(super) results: Sender<Vec<FinishedTask<A, R>>>,
    pub(super) shared: Arc<Shared>,
    /// By what others end the worker that is at work.
    pub(super) handle: Arc<Mutex<Option<WorkerHandle>>>,
    pub(super) worker: Option<WorkerProcess>,
    /// The number of the job that runs, or [`NONE`].
    pub(super) running: Arc<AtomicU64>,
    /// The number of cancellations when its current chunk was submitted.
    pub(super) calls: u64,
}

/// The number of no job.
pub(super) const NONE: u64 = u64::MAX;

/// The outcome of sending jobs to a worker.
enum ChunkOutcome {
    /// All jobs ended or were returned to the queue.
    Everything,
    /// It cannot work on the first of the remaining jobs.
    Refused(String),
    /// The worker died because of the first of the remaining jobs.
    Lost { began: Instant },
    /// The worker died, but not because of a job.
    Gone,
}

impl<A, R> WorkerSupervisor<A, R> {
    /// Starts a worker, tells by what it can be ended, and waits until it is where its jobs are run.
    pub(super) fn hire(
        launch: &Launch,
        limits: &Limits,
        number: usize,
        started: impl FnOnce(WorkerHandle),
    ) -> io::Result<WorkerProcess> {
        let mut worker = WorkerProcess::start(launch, limits, number)?;
        started(worker.handle());
        loop {
            match worker.incoming.take::<WorkerMessage>() {
                Some(Ok(WorkerMessage::Refused(why))) => {
                    worker.terminate();
                    return Err(io::Error::other(why));
                }
                Some(Ok(_)) => return Ok(worker),
                Some(Err(error)) => {
                    worker.terminate();
                    return Err(error);
                }
                None => {}
            }
            if worker.listen(None).is_err() {
                let death = worker.terminate().text(limits);
                let within = limits.memory.map_or_else(String::new, |bytes| {
                    format!(", with no more than {bytes} bytes of memory")
                });
                return Err(io::Error::other(format!(
                    "{death}\nbefore it reached {}: the program must take the same path up to \
                     there each time it starts{within}",
                    launch.display_title()
                )));
            }
        }
    }

    /// Works until the queue ends.
    pub(super) fn work(mut self) {
        while let Some((calls, chunk)) = self.next_chunk() {
            let (started, count) = (Instant::now(), chunk.len().max(1) as u64);
            self.calls = calls;
            self.see_through(chunk.into());
            let each = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX) / count;
            self.shared.nanoseconds.store(each, Ordering::Relaxed);
            if self.shared.closed.load(Ordering::Relaxed) {
                break;
            }
        }
        self.set_handle(None);
        if let Some(worker) = self.worker.take() {
            worker.close(PATIENCE);
        }
    }

    /// The chunk that waits longest; none at the end.
    fn next_chunk(&self) -> Chunk<A> {
        let next = select_biased! {
            recv(self.back) -> chunk => chunk,
            recv(self.queue) -> chunk => chunk,
        };
        next.ok().flatten()
    }

    /// Sees to it that every job of a chunk ends here or goes back into the queue.
    fn see_through(&mut self, mut rest: VecDeque<Task<A>>) {
        let mut starts = 0;
        while !rest.is_empty() {
            if self.shared.closed.load(Ordering::Relaxed) {
                return;
            }
            if self.are_cancelled() {
                for task in rest {
                    self.finish(Some(task), Outcome::Cancelled);
                }
                return;
            }
            let worker = match self.worker.take() {
                Some(worker) => Ok(worker),
                None => Self::hire(&self.launch, &self.limits, self.number, |handle| {
                    self.set_handle(Some(handle));
                }),
            };
            let mut worker = match worker {
                Ok(worker) => worker,
                Err(error) => {
                    self.set_handle(None);
                    starts += 1;
                    if starts >= STARTS {
                        starts = 0;
                        let text = format!("its worker process could not be started: {error}");
                        self.finish(rest.pop_front(), Outcome::Failed(text));
                    }
                    continue;
                }
            };
            let before = rest.len();
            let gave = self.give(&mut worker, &mut rest);
            self.set_handle(None);
            self.running.store(NONE, Ordering::Relaxed);
            starts = if rest.len() < before { 0 } else { starts + 1 };
            match gave {
                ChunkOutcome::Everything => self.worker = Some(worker),
                ChunkOutcome::Refused(text) => {
                    self.worker = Some(worker);
                    self.finish(rest.pop_front(), Outcome::Failed(text));
                }
                ChunkOutcome::Gone if starts < STARTS => drop(worker.terminate()),
                ChunkOutcome::Gone | ChunkOutcome::Lost { .. } => {
                    let death = worker.terminate();
                    let outcome = match death.why {
                        Some(KillReason::Late | KillReason::Expired) => Outcome::TimedOut,
                        Some(KillReason::Output | KillReason::Broken) | None => {
                            Outcome::Failed(death.text(&self.limits))
                        }
                    };
                    starts = 0;
                    let began = match gave {
                        ChunkOutcome::Lost { began } => {
                            SystemTime::now().checked_sub(began.elapsed())
                        }
                        _ => None,
                    };
                    let lost = rest.pop_front().map(|task| task.ended(outcome));
                    self.send(lost.map(|job| FinishedTask {
                        started: began,
                        ..job
                    }));
                }
            }
        }
    }

    /// Gives a worker jobs and takes what comes of them.
    fn give(&mut self, worker: &mut WorkerProcess, rest: &mut VecDeque<Task<A>>) -> ChunkOutcome {
        if worker.handle().is_ended() {
            return ChunkOutcome::Gone;
        }
        let jobs = self.encode_jobs(rest);
        if jobs.is_empty() {
            return ChunkOutcome::Everything;
        }
        let command = WorkerCommand::Jobs(jobs);
        self.set_handle(Some(worker.handle()));
        worker.output.begin_job();
        match worker.handle().send(&command) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                return ChunkOutcome::Refused(format!(
                    "its arguments cannot be sent to a worker: {error}"
                ));
            }
            Err(_) => return ChunkOutcome::Gone,
            Ok(()) => {}
        }
        let mut pace = Pace::new(&self.limits);
        self.tell_running(rest);
        while !rest.is_empty() {
            match worker.listen(pace.patience(rest.len())) {
                Ok(true) => {
                    let (count, gave) = self.take_answers(worker, rest, pace.began);
                    self.tell_running(rest);
                    if let Some(gave) = gave {
                        return gave;
                    }
                    if count > 0 {
                        pace.begin_job();
                    }
                }
                Ok(false) if pace.is_late() => worker.handle().kill(KillReason::Late),
                Ok(false) if rest.len() > 1 && pace.recalls() => {
                    // Where it is gone, the next look at it says so.
                    let _ = worker.handle().send(&WorkerCommand::Return);
                }
                Ok(false) => {}
                Err(_) => return ChunkOutcome::Lost { began: pace.began },
            }
        }
        ChunkOutcome::Everything
    }

    /// The jobs in their binary form; those whose arguments have none fail.
    fn encode_jobs(&self, rest: &mut VecDeque<Task<A>>) -> Vec<EncodedJob> {
        let mut jobs = Vec::with_capacity(rest.len());
        for task in std::mem::take(rest) {
            match (self.codec.encode)(&task.args) {
                Ok(args) => {
                    jobs.push(EncodedJob { id: task.id, args });
                    rest.push_back(task);
                }
                Err(error) => {
                    let text = format!("its arguments cannot be sent to a worker: {error}");
                    self.finish(Some(task), Outcome::Failed(text));
                }
            }
        }
        jobs
    }

    /// Handles all messages of a worker: returns how many jobs ended, and why it gets no more.
    fn take_answers(
        &mut self,
        worker: &mut WorkerProcess,
        rest: &mut VecDeque<Task<A>>,
        began: Instant,
    ) -> (usize, Option<ChunkOutcome>) {
        let mut ended = Vec::new();
        let mut gave = None;
        while let Some(answer) = worker.incoming.take::<WorkerMessage>() {
            match answer {
                Ok(WorkerMessage::Ended { id, end, cpu, peak }) => {
                    // It ends its jobs in their order; anything else is none of its messages.
                    let is_first = rest.front().is_some_and(|task| task.id == id);
                    let Some(task) = is_first.then(|| rest.pop_front()).flatten() else {
                        gave = Some(break_off(worker, began));
                        break;
                    };
                    let usage = Usage {
                        cpu: Duration::from_nanos(cpu),
                        peak_memory: peak,
                    };
                    let outcome = match end {
                        EncodedOutcome::Done(result) => match (self.codec.decode)(result) {
                            Ok(result) => Outcome::Done(result),
                            Err(error) => {
                                Outcome::Failed(format!("its result cannot be read back: {error}"))
                            }
                        },
                        EncodedOutcome::Failed(text) => Outcome::Failed(text),
                        EncodedOutcome::TimedOut => Outcome::TimedOut,
                        EncodedOutcome::Cancelled => Outcome::Cancelled,
                    };
                    let mut job = task.ended(outcome);
                    job.usage = Some(Box::new(usage));
                    ended.push(job);
                }
                Ok(WorkerMessage::Returned(count)) => {
                    let back = rest.split_off(rest.len().saturating_sub(count));
                    for task in back {
                        if self.are_cancelled() {
                            self.finish(Some(task), Outcome::Cancelled);
                        } else {
                            // This supervisor holds the other end itself.
                            let _ = self.returned.send(Some((self.calls, vec![task])));
                        }
                    }
                }
                Ok(WorkerMessage::Refused(why)) => gave = Some(ChunkOutcome::Refused(why)),
                Ok(WorkerMessage::Ready) => {}
                Err(_) => {
                    gave = Some(break_off(worker, began));
                    break;
                }
            }
        }
        let count = ended.len();
        if count > 0 {
            let printed = worker.output.begin_job();
            if printed > self.limits.output
                && let Some(last) = ended.last_mut()
            {
                // It is being ended for that.
                last.outcome = Outcome::Failed(too_much(&self.limits));
                gave = Some(ChunkOutcome::Gone);
            }
            // A closed receiver needs no results.
            let _ = self.results.send(ended);
        }
        (count, gave)
    }

    /// Whether its current chunk was cancelled.
    fn are_cancelled(&self) -> bool {
        self.shared.calls.load(Ordering::Relaxed) != self.calls
    }

    fn finish(&self, task: Option<Task<A>>, outcome: Outcome<R>) {
        self.send(task.map(|task| task.ended(outcome)));
    }

    fn send(&self, job: Option<FinishedTask<A, R>>) {
        if let Some(job) = job {
            // A closed receiver needs no results.
            let _ = self.results.send(vec![job]);
        }
    }

    /// The first that is left is the one that runs.
    fn tell_running(&self, rest: &VecDeque<Task<A>>) {
        let id = rest.front().map_or(NONE, |task| task.id);
        self.running.store(id, Ordering::Relaxed);
    }

    fn set_handle(&self, handle: Option<WorkerHandle>) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = handle;
    }
}

/// Ends a worker whose connection carried something else than messages: the job that runs did that, or had it done.
fn break_off(worker: &WorkerProcess, began: Instant) -> ChunkOutcome {
    worker.handle().kill(KillReason::Broken);
    ChunkOutcome::Lost { began }
}

/// How long to wait for the job that runs.
struct Pace {
    began: Instant,
    limit: Option<Duration>,
    /// Whether it was waited for in vain.
    ticked: bool,
    recalled: bool,
}

/// How long after its limit a job is killed that was asked to stop and continues.
const GRACE: Duration = Duration::from_millis(15);

impl Pace {
    fn new(limits: &Limits) -> Self {
        Self {
            began: Instant::now(),
            limit: limits.time.map(|limit| limit + GRACE),
            ticked: false,
            recalled: false,
        }
    }

    fn begin_job(&mut self) {
        self.began = Instant::now();
        self.ticked = false;
    }

    /// The longest wait, given the number of remaining jobs.
    fn patience(&self, left: usize) -> Option<Duration> {
        let recall = (left > 1 && !self.recalled).then_some(RECALL);
        let whole = [recall, self.limit].into_iter().flatten().min()?;
        if !self.ticked {
            // It is always the same, so that no system call is needed for every job.
            return Some(whole);
        }
        let gone = self.began.elapsed();
        let limit = self.limit.map(|limit| limit.saturating_sub(gone));
        [recall, limit].into_iter().flatten().min()
    }

    fn is_late(&mut self) -> bool {
        self.ticked = true;
        self.limit
            .is_some_and(|limit| self.began.elapsed() >= limit)
    }

    fn recalls(&mut self) -> bool {
        !std::mem::replace(&mut self.recalled, true)
    }
}
