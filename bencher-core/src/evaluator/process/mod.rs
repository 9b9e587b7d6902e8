//! Worker processes: jobs that can crash, hang and run out of memory without harm to others.
//!
//! A worker process is the user's own program, started again with the same arguments. It takes the same path as the
//! first process up to the place of its jobs, and runs them there ([`WorkerRole::serve`]). Only a program that takes
//! the same path each time can work in processes. A program with much work before that place should call
//! [`worker_role()`] first.
//!
//! The output of a worker is read and dropped. Only the last lines are kept, for the error of a job that kills the
//! worker. Each worker leads its own process group. The group is ended when a job exceeds a [limit](Limits), and when
//! the program ends in any way. On Linux, descendants that left the group are ended as well.

mod descendants;
mod launch;
mod output;
mod serve;
mod spawner;
mod supervisor;
mod system;
mod wire;
mod worker_process;
mod worker_role;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, unbounded};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Backend, FinishedTask, Limits, Task, Wait, jobs_a_chunk};
pub use launch::Launch;
pub(crate) use launch::{VARIABLE as WORKER_VARIABLE, ordinal};
#[cfg(feature = "cluster")]
pub(super) use spawner::spawn;
use supervisor::{NONE, WorkerSupervisor};
#[cfg(feature = "cluster")]
pub(super) use system::terminate;
#[cfg(feature = "cluster")]
pub(super) use wire::{Bytes, EncodedOutcome, decode, encode};
use wire::{Codec, WorkerCommand};
pub(super) use worker_process::{KillReason, WorkerHandle};
pub use worker_role::{WorkerRole, worker_role};

/// Runs jobs in worker processes.
///
/// A job whose process dies has failed, with the signal or the exit status in its error. The worker is replaced, and
/// the next jobs run. Jobs travel in chunks, as between threads.
///
/// Dropping it ends the running jobs. Idle workers first release their resources.
pub struct ProcessBackend<A, R> {
    tasks: Sender<Chunk<A>>,
    /// The workers' end of the queue, to take jobs back from.
    queue: Receiver<Chunk<A>>,
    /// Jobs that came back from a worker, which go before those of the queue.
    back: Receiver<Chunk<A>>,
    cancelled: Vec<Task<A>>,
    finished: Receiver<Vec<FinishedTask<A, R>>>,
    supervisors: Vec<JoinHandle<()>>,
    handles: Vec<Arc<Mutex<Option<WorkerHandle>>>>,
    running: Vec<Arc<AtomicU64>>,
    shared: Arc<Shared>,
}

/// Jobs that travel together, with the number of cancellations before; `None` ends a supervisor.
type Chunk<A> = Option<(u64, Vec<Task<A>>)>;

/// The shared state of all supervisors and their backend.
#[derive(Debug)]
struct Shared {
    /// How long the last jobs took, each.
    nanoseconds: AtomicU64,
    /// How often jobs were cancelled.
    calls: AtomicU64,
    closed: AtomicBool,
}

/// How much work a chunk should hold.
const CHUNK: Duration = Duration::from_millis(1);

impl<A, R> ProcessBackend<A, R>
where
    A: Serialize + Send + 'static,
    R: DeserializeOwned + Send + 'static,
{
    /// Starts `workers` processes, at least one. It waits for the first, so that a program that cannot work in
    /// processes fails at once.
    ///
    /// # Errors
    /// Where the system cannot start a process, or the first one does not reach its place.
    pub fn start(launch: Launch, workers: usize, limits: &Limits) -> std::io::Result<Self> {
        let numbers = 0..workers.max(1);
        Self::with_codec(launch, numbers, limits, Codec::POSTCARD, |_| ())
    }
}

#[cfg(feature = "cluster")]
impl ProcessBackend<Bytes, Bytes> {
    /// Starts one process of this number, for jobs whose arguments and results others encode and decode. It tells by
    /// what the process can be ended while it has not reached its place.
    ///
    /// # Errors
    /// As for `start`.
    pub(super) fn relay(
        launch: Launch,
        number: usize,
        limits: &Limits,
        started: impl FnOnce(WorkerHandle),
    ) -> std::io::Result<Self> {
        Self::with_codec(launch, number..number + 1, limits, Codec::RELAY, started)
    }
}

impl<A: Send + 'static, R: Send + 'static> ProcessBackend<A, R> {
    fn with_codec(
        launch: Launch,
        numbers: Range<usize>,
        limits: &Limits,
        codec: Codec<A, R>,
        started: impl FnOnce(WorkerHandle),
    ) -> std::io::Result<Self> {
        let (tasks, queue) = unbounded();
        let (returned, back) = unbounded();
        let (results, finished) = unbounded();
        let shared = Arc::new(Shared {
            nanoseconds: AtomicU64::new(u64::MAX),
            calls: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        });
        let mut first = Some(WorkerSupervisor::<A, R>::hire(
            &launch,
            limits,
            numbers.start,
            started,
        )?);
        let mut backend = Self {
            tasks,
            queue,
            back,
            cancelled: Vec::new(),
            finished,
            supervisors: Vec::new(),
            handles: Vec::new(),
            running: Vec::new(),
            shared,
        };
        for number in numbers {
            let handle = Arc::default();
            backend.handles.push(Arc::clone(&handle));
            let running = Arc::new(AtomicU64::new(NONE));
            backend.running.push(Arc::clone(&running));
            let supervisor = WorkerSupervisor {
                number,
                launch: launch.clone(),
                limits: *limits,
                codec,
                queue: backend.queue.clone(),
                returned: returned.clone(),
                back: backend.back.clone(),
                results: results.clone(),
                shared: Arc::clone(&backend.shared),
                handle,
                worker: first.take(),
                running,
                calls: 0,
            };
            let thread = std::thread::Builder::new().name(format!("bencher-worker-{number}"));
            backend
                .supervisors
                .push(thread.spawn(move || supervisor.work())?);
        }
        Ok(backend)
    }
}

impl<A, R> ProcessBackend<A, R> {
    /// Jobs a chunk, from how long the last took.
    fn chunk(&self) -> usize {
        jobs_a_chunk(self.shared.nanoseconds.load(Ordering::Relaxed), CHUNK)
    }

    /// The workers that are at work.
    fn at_work(&self) -> impl Iterator<Item = WorkerHandle> {
        self.handles.iter().filter_map(|handle| {
            handle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        })
    }
}

impl<A, R> std::fmt::Debug for ProcessBackend<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProcessBackend")
            .field("workers", &self.supervisors.len())
            .finish_non_exhaustive()
    }
}

impl<A: Send, R: Send> Backend<A, R> for ProcessBackend<A, R> {
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        let calls = self.shared.calls.load(Ordering::Relaxed);
        let mut rest = tasks;
        while !rest.is_empty() {
            let behind = rest.split_off(rest.len().min(self.chunk()));
            // This backend holds the other end itself.
            let chunk = std::mem::replace(&mut rest, behind);
            let _ = self.tasks.send(Some((calls, chunk)));
        }
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        let wait = if self.cancelled.is_empty() {
            wait
        } else {
            Wait::No
        };
        finished.extend(self.cancelled.drain(..).map(Task::cancelled));
        let first = match wait {
            Wait::No => None,
            Wait::Until(end) => self.finished.recv_deadline(end).ok(),
            Wait::Forever => self.finished.recv().ok(),
        };
        finished.extend(first.into_iter().flatten());
        while let Ok(chunk) = self.finished.try_recv() {
            finished.extend(chunk);
        }
    }

    fn cancel(&mut self) {
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        while let Ok(chunk) = self.back.try_recv().or_else(|_| self.queue.try_recv()) {
            self.cancelled
                .extend(chunk.into_iter().flat_map(|(_, tasks)| tasks));
        }
        for handle in self.at_work() {
            // A worker that is gone has no job to cancel; the others return the jobs that they have not begun.
            let _ = handle.send(&WorkerCommand::Cancel);
            let _ = handle.send(&WorkerCommand::Return);
        }
    }

    fn expire(&mut self) {
        self.cancel();
        for handle in self.at_work() {
            handle.kill(KillReason::Expired);
        }
    }

    fn running(&self) -> Vec<u64> {
        let ids = self.running.iter().map(|id| id.load(Ordering::Relaxed));
        ids.filter(|id| *id != NONE).collect()
    }

    fn window(&self) -> usize {
        self.chunk() * self.supervisors.len() * 4
    }

    fn workers(&self) -> usize {
        self.supervisors.len()
    }
}

impl<A, R> Drop for ProcessBackend<A, R> {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        while self.back.try_recv().is_ok() || self.queue.try_recv().is_ok() {}
        for handle in self.at_work() {
            handle.kill(KillReason::Expired);
        }
        for _ in &self.supervisors {
            let _ = self.tasks.send(None);
        }
        for supervisor in self.supervisors.drain(..) {
            // A supervisor has nothing to panic of, and there is nothing to be done if it did.
            let _ = supervisor.join();
        }
    }
}
