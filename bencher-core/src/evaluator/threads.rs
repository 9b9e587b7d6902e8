use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, unbounded};

use super::handle::CancelCount;
use super::{Backend, FinishedTask, RunFunction, Task, Wait, jobs_a_chunk, run};

/// Runs jobs on long-lived threads of this process.
///
/// Jobs travel in chunks, whose size depends on the time of the last jobs. Many short jobs share the cost of a hop
/// between threads, and a long job travels alone.
///
/// This backend has no time limit; [`WatchedThreads`](super::WatchedThreads) has one.
///
/// Dropping it waits for the running chunks and drops the rest.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Backend, JobHandle, Outcome, Task, ThreadBackend, Wait};
/// let square = Arc::new(|x: &u32, _: &JobHandle<'_>| Ok(x * x));
/// let mut backend = ThreadBackend::start(square, 2)?;
/// backend.submit(vec![Task { id: 0, args: 3 }]);
/// let mut finished = Vec::new();
/// backend.gather(Wait::Forever, &mut finished);
/// assert_eq!(finished[0].outcome, Outcome::Done(9));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ThreadBackend<A, R> {
    tasks: Option<Sender<Vec<Task<A>>>>,
    cancelled: Vec<Task<A>>,
    finished: Receiver<Vec<FinishedTask<A, R>>>,
    workers: Vec<JoinHandle<()>>,
    common: Common<A, R>,
}

/// The shared state of all workers.
struct Common<A, R> {
    function: RunFunction<A, R>,
    queue: Receiver<Vec<Task<A>>>,
    results: Sender<Vec<FinishedTask<A, R>>>,
    /// How long the last jobs took, each.
    nanoseconds: Arc<AtomicU64>,
    closed: Arc<AtomicBool>,
    calls: Arc<CancelCount>,
}

impl<A, R> Clone for Common<A, R> {
    fn clone(&self) -> Self {
        Self {
            function: Arc::clone(&self.function),
            queue: self.queue.clone(),
            results: self.results.clone(),
            nanoseconds: Arc::clone(&self.nanoseconds),
            closed: Arc::clone(&self.closed),
            calls: Arc::clone(&self.calls),
        }
    }
}

/// How much work a chunk should hold.
const CHUNK: Duration = Duration::from_micros(100);

impl<A, R> ThreadBackend<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    /// Starts `workers` threads (at least one) that run `function`.
    ///
    /// # Errors
    /// Where the system cannot start a thread.
    pub fn start(function: RunFunction<A, R>, workers: usize) -> std::io::Result<Self> {
        let (tasks, queue) = unbounded::<Vec<Task<A>>>();
        let (results, finished) = unbounded();
        let common = Common {
            function,
            queue,
            results,
            nanoseconds: Arc::new(AtomicU64::new(u64::MAX)),
            closed: Arc::default(),
            calls: Arc::default(),
        };
        let mut backend = Self {
            tasks: Some(tasks),
            cancelled: Vec::new(),
            finished,
            workers: Vec::new(),
            common,
        };
        for _ in 0..workers.max(1) {
            let worker = backend.common.hire(backend.workers.len())?;
            backend.workers.push(worker);
        }
        Ok(backend)
    }
}

impl<A: Clone + Send + 'static, R: Send + 'static> Common<A, R> {
    fn hire(&self, number: usize) -> std::io::Result<JoinHandle<()>> {
        let common = self.clone();
        std::thread::Builder::new()
            .name(format!("bencher-worker-{number}"))
            .spawn(move || common.work())
    }

    fn work(self) {
        for chunk in &self.queue {
            if self.closed.load(Ordering::Relaxed) {
                break;
            }
            let (started, count) = (Instant::now(), chunk.len().max(1) as u64);
            let run = |task| run(&self.function, task, &self.calls, None);
            let done = chunk.into_iter().map(run).collect();
            let each = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX) / count;
            self.nanoseconds.store(each, Ordering::Relaxed);
            if self.results.send(done).is_err() {
                break;
            }
        }
    }
}

impl<A, R> ThreadBackend<A, R> {
    /// Jobs a chunk, from how long the last took.
    fn chunk(&self) -> usize {
        jobs_a_chunk(self.common.nanoseconds.load(Ordering::Relaxed), CHUNK)
    }

    fn send(&mut self, tasks: Vec<Task<A>>) {
        let Some(queue) = &self.tasks else { return };
        let mut rest = tasks;
        while !rest.is_empty() {
            let behind = rest.split_off(rest.len().min(self.chunk()));
            // The workers hold the other end until this backend is dropped.
            let _ = queue.send(std::mem::replace(&mut rest, behind));
        }
    }
}

impl<A, R> std::fmt::Debug for ThreadBackend<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadBackend")
            .field("workers", &self.workers.len())
            .finish_non_exhaustive()
    }
}

impl<A, R> Backend<A, R> for ThreadBackend<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        self.send(tasks);
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        let before = finished.len();
        finished.extend(self.cancelled.drain(..).map(Task::cancelled));
        while let Ok(chunk) = self.finished.try_recv() {
            finished.extend(chunk);
        }
        if finished.len() > before || !wait.is_open() {
            return;
        }
        let received = match wait.end() {
            Some(end) => self.finished.recv_deadline(end).ok(),
            None => self.finished.recv().ok(),
        };
        finished.extend(received.into_iter().flatten());
    }

    fn cancel(&mut self) {
        self.common.calls.cancel();
        while let Ok(chunk) = self.common.queue.try_recv() {
            self.cancelled.extend(chunk);
        }
    }

    fn expire(&mut self) {
        self.cancel();
    }

    fn window(&self) -> usize {
        self.chunk() * self.workers.len() * 4
    }

    fn workers(&self) -> usize {
        self.workers.len()
    }
}

impl<A, R> Drop for ThreadBackend<A, R> {
    fn drop(&mut self) {
        self.common.closed.store(true, Ordering::Relaxed);
        self.tasks = None;
        for worker in self.workers.drain(..) {
            // Jobs are caught when they panic, so the thread itself ends well.
            let _ = worker.join();
        }
    }
}
