use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, unbounded};

use super::{Backend, Finished, RunFunction, Task, run};

/// Runs jobs on long-lived threads of this process.
///
/// Jobs travel in chunks whose size follows from how long the last jobs took, so that the cost of
/// a hop between threads is shared by many short jobs, and a long job travels alone.
///
/// Dropping it waits for the chunks under way and forgets the rest.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Backend, Outcome, Task, ThreadBackend};
/// let mut backend = ThreadBackend::start(Arc::new(|x: &u32| Ok(x * x)), 2)?;
/// backend.submit(vec![Task { id: 0, args: 3 }]);
/// let mut finished = Vec::new();
/// backend.collect(true, &mut finished);
/// assert_eq!(finished[0].outcome, Outcome::Done(9));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ThreadBackend<A, R> {
    tasks: Option<Sender<Vec<Task<A>>>>,
    /// The workers' end of the queue, to take jobs back from.
    waiting: Receiver<Vec<Task<A>>>,
    cancelled: Vec<Task<A>>,
    finished: Receiver<Vec<Finished<A, R>>>,
    threads: Vec<JoinHandle<()>>,
    nanoseconds: Arc<AtomicU64>,
    closed: Arc<AtomicBool>,
}

/// How much work a chunk should hold.
const CHUNK: Duration = Duration::from_micros(100);
/// The most jobs of a chunk.
const MAX_CHUNK: usize = 512;

impl<A: Send + 'static, R: Send + 'static> ThreadBackend<A, R> {
    /// Starts `workers` threads (at least one) that run `function`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(function: RunFunction<A, R>, workers: usize) -> std::io::Result<Self> {
        let (tasks, task_queue) = unbounded::<Vec<Task<A>>>();
        let (results, finished) = unbounded();
        let nanoseconds = Arc::new(AtomicU64::new(u64::MAX));
        let closed = Arc::new(AtomicBool::new(false));
        let mut backend = Self {
            tasks: Some(tasks),
            waiting: task_queue.clone(),
            cancelled: Vec::new(),
            finished,
            threads: Vec::new(),
            nanoseconds,
            closed,
        };
        for n in 0..workers.max(1) {
            let (function, queue, results) =
                (function.clone(), task_queue.clone(), results.clone());
            let (nanoseconds, closed) = (
                Arc::clone(&backend.nanoseconds),
                Arc::clone(&backend.closed),
            );
            let work = move || {
                for chunk in queue {
                    if closed.load(Ordering::Relaxed) {
                        break;
                    }
                    let (started, count) = (Instant::now(), chunk.len().max(1) as u64);
                    let done: Vec<_> = chunk.into_iter().map(|task| run(&function, task)).collect();
                    let each =
                        u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX) / count;
                    nanoseconds.store(each, Ordering::Relaxed);
                    if results.send(done).is_err() {
                        break;
                    }
                }
            };
            let thread = std::thread::Builder::new().name(format!("bencher-worker-{n}"));
            backend.threads.push(thread.spawn(work)?);
        }
        Ok(backend)
    }
}

impl<A, R> ThreadBackend<A, R> {
    /// Jobs a chunk, from how long the last took.
    fn chunk(&self) -> usize {
        match self.nanoseconds.load(Ordering::Relaxed) {
            u64::MAX => 1,
            each => {
                let fit = CHUNK.as_nanos() / u128::from(each.max(1));
                usize::try_from(fit)
                    .unwrap_or(MAX_CHUNK)
                    .clamp(1, MAX_CHUNK)
            }
        }
    }
}

impl<A, R> std::fmt::Debug for ThreadBackend<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadBackend")
            .field("workers", &self.threads.len())
            .finish_non_exhaustive()
    }
}

impl<A: Send, R: Send> Backend<A, R> for ThreadBackend<A, R> {
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        let Some(queue) = &self.tasks else { return };
        let mut rest = tasks;
        while !rest.is_empty() {
            let behind = rest.split_off(rest.len().min(self.chunk()));
            // The workers hold the other end until this backend is dropped.
            let _ = queue.send(std::mem::replace(&mut rest, behind));
        }
    }

    fn cancel(&mut self) {
        while let Ok(chunk) = self.waiting.try_recv() {
            self.cancelled.extend(chunk);
        }
    }

    fn collect(&mut self, wait: bool, finished: &mut Vec<Finished<A, R>>) {
        let wait = wait && self.cancelled.is_empty();
        finished.extend(self.cancelled.drain(..).map(Task::cancelled));
        if wait && let Ok(chunk) = self.finished.recv() {
            finished.extend(chunk);
        }
        while let Ok(chunk) = self.finished.try_recv() {
            finished.extend(chunk);
        }
    }

    fn window(&self) -> usize {
        self.chunk() * self.threads.len() * 4
    }

    fn workers(&self) -> usize {
        self.threads.len()
    }
}

impl<A, R> Drop for ThreadBackend<A, R> {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        self.tasks = None;
        for thread in self.threads.drain(..) {
            // Jobs are caught when they panic, so the thread itself ends well.
            let _ = thread.join();
        }
    }
}
