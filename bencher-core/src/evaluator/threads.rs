use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, unbounded};

use super::handle::CallOff;
use super::{Backend, Finished, Limits, Outcome, RunFunction, Task, Wait, run};

/// Runs jobs on long-lived threads of this process.
///
/// Jobs travel in chunks whose size follows from how long the last jobs took, so that the cost of
/// a hop between threads is shared by many short jobs, and a long job travels alone.
///
/// A thread cannot be ended from outside. Where there is a time limit, a job that passes it comes back as timed
/// out, its thread is left behind with it, and another takes the thread's place.
///
/// Dropping it waits for the chunks under way and forgets the rest.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Backend, JobHandle, Limits, Outcome, Task, ThreadBackend, Wait};
/// let square = Arc::new(|x: &u32, _: &JobHandle<'_>| Ok(x * x));
/// let mut backend = ThreadBackend::start(square, 2, &Limits::default())?;
/// backend.submit(vec![Task { id: 0, args: 3 }]);
/// let mut finished = Vec::new();
/// backend.collect(Wait::Forever, &mut finished);
/// assert_eq!(finished[0].outcome, Outcome::Done(9));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ThreadBackend<A, R> {
    tasks: Option<Sender<Vec<Task<A>>>>,
    cancelled: Vec<Task<A>>,
    finished: Receiver<Vec<Finished<A, R>>>,
    workers: Vec<Worker<A, R>>,
    common: Common<A, R>,
}

/// What every worker has a copy of.
struct Common<A, R> {
    function: RunFunction<A, R>,
    queue: Receiver<Vec<Task<A>>>,
    results: Sender<Vec<Finished<A, R>>>,
    /// How long the last jobs took, each.
    nanoseconds: Arc<AtomicU64>,
    closed: Arc<AtomicBool>,
    calls: Arc<CallOff>,
    limit: Option<Duration>,
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
            limit: self.limit,
        }
    }
}

struct Worker<A, R> {
    thread: JoinHandle<()>,
    desk: Arc<Mutex<Desk<A, R>>>,
}

/// What a worker is at, where somebody minds the time.
struct Desk<A, R> {
    task: Option<Task<A>>,
    until: Option<Instant>,
    rest: VecDeque<Task<A>>,
    done: Vec<Finished<A, R>>,
    /// Whether the worker was left behind: nobody wants its results any more.
    left: bool,
}

/// How much work a chunk should hold.
const CHUNK: Duration = Duration::from_micros(100);
/// The most jobs of a chunk.
const MAX_CHUNK: usize = 512;

impl<A, R> ThreadBackend<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    /// Starts `workers` threads (at least one) that run `function`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        function: RunFunction<A, R>,
        workers: usize,
        limits: &Limits,
    ) -> std::io::Result<Self> {
        let (tasks, queue) = unbounded::<Vec<Task<A>>>();
        let (results, finished) = unbounded();
        let common = Common {
            function,
            queue,
            results,
            nanoseconds: Arc::new(AtomicU64::new(u64::MAX)),
            closed: Arc::default(),
            calls: Arc::default(),
            limit: limits.time,
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

    /// Leaves the workers behind whose job should have ended by `now`, and puts others in their place.
    fn leave_late(&mut self, now: Option<Instant>, finished: &mut Vec<Finished<A, R>>) {
        for at in 0..self.workers.len() {
            let Some(worker) = self.workers.get_mut(at) else {
                return;
            };
            let rest = {
                let mut desk = lock(&worker.desk);
                let is_late = desk
                    .until
                    .is_some_and(|until| now.is_none_or(|now| until <= now));
                if !is_late {
                    continue;
                }
                let Some(task) = desk.task.take() else {
                    continue;
                };
                desk.left = true;
                finished.append(&mut desk.done);
                finished.push(task.ended(Outcome::TimedOut));
                std::mem::take(&mut desk.rest)
            };
            match self.common.hire(at) {
                Ok(other) => *worker = other,
                // The others do its work; where there are none, its jobs wait for a thread.
                Err(_) if self.workers.len() > 1 => drop(self.workers.remove(at)),
                Err(_) => {}
            }
            self.send(rest.into());
        }
    }
}

impl<A: Clone + Send + 'static, R: Send + 'static> Common<A, R> {
    fn hire(&self, number: usize) -> std::io::Result<Worker<A, R>> {
        let desk = Arc::new(Mutex::new(Desk {
            task: None,
            until: None,
            rest: VecDeque::new(),
            done: Vec::new(),
            left: false,
        }));
        let (common, theirs) = (self.clone(), Arc::clone(&desk));
        let thread = std::thread::Builder::new()
            .name(format!("bencher-worker-{number}"))
            .spawn(move || common.work(&theirs))?;
        Ok(Worker { thread, desk })
    }

    fn work(self, desk: &Mutex<Desk<A, R>>) {
        for chunk in &self.queue {
            if self.closed.load(Ordering::Relaxed) {
                break;
            }
            let (started, count) = (Instant::now(), chunk.len().max(1) as u64);
            let done = match self.limit {
                None => {
                    let run = |task| run(&self.function, task, &self.calls, None);
                    Some(chunk.into_iter().map(run).collect())
                }
                Some(limit) => self.work_watched(chunk, limit, desk),
            };
            let Some(done) = done else { break };
            let each = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX) / count;
            self.nanoseconds.store(each, Ordering::Relaxed);
            if self.results.send(done).is_err() {
                break;
            }
        }
    }

    /// Runs a chunk in the sight of who minds the time; none where this worker was left behind.
    fn work_watched(
        &self,
        chunk: Vec<Task<A>>,
        limit: Duration,
        desk: &Mutex<Desk<A, R>>,
    ) -> Option<Vec<Finished<A, R>>> {
        lock(desk).rest = chunk.into();
        loop {
            let task = {
                let mut desk = lock(desk);
                let Some(task) = desk.rest.pop_front() else {
                    return Some(std::mem::take(&mut desk.done));
                };
                desk.task = Some(task.clone());
                desk.until = Instant::now().checked_add(limit);
                task
            };
            let done = run(&self.function, task, &self.calls, Some(limit));
            let mut desk = lock(desk);
            if desk.left {
                return None;
            }
            desk.task = None;
            desk.until = None;
            desk.done.push(done);
        }
    }
}

impl<A, R> ThreadBackend<A, R> {
    /// Jobs a chunk, from how long the last took.
    fn chunk(&self) -> usize {
        match self.common.nanoseconds.load(Ordering::Relaxed) {
            u64::MAX => 1,
            each => {
                let fit = CHUNK.as_nanos() / u128::from(each.max(1));
                usize::try_from(fit)
                    .unwrap_or(MAX_CHUNK)
                    .clamp(1, MAX_CHUNK)
            }
        }
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

    /// When the first job under way should have ended.
    fn first_end(&self) -> Option<Instant> {
        let ends = self
            .workers
            .iter()
            .filter_map(|worker| lock(&worker.desk).until);
        ends.min()
    }

    /// Waits for results until the caller or a time limit says otherwise; whether there were any.
    fn receive(&self, wait: Wait, finished: &mut Vec<Finished<A, R>>) -> bool {
        let limit = self.common.limit;
        let end = match (wait.end(), limit) {
            (end, None) => end,
            // A job that begins meanwhile ends no sooner than a limit from now.
            (end, Some(limit)) => {
                let later = Instant::now().checked_add(limit);
                let ends = [end, self.first_end().or(later)];
                ends.into_iter().flatten().min()
            }
        };
        let received = match end {
            Some(end) => self.finished.recv_deadline(end).ok(),
            None => self.finished.recv().ok(),
        };
        let came = received.is_some();
        finished.extend(received.into_iter().flatten());
        came
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

    fn collect(&mut self, wait: Wait, finished: &mut Vec<Finished<A, R>>) {
        let before = finished.len();
        finished.extend(self.cancelled.drain(..).map(Task::cancelled));
        loop {
            while let Ok(chunk) = self.finished.try_recv() {
                finished.extend(chunk);
            }
            if self.common.limit.is_some() {
                self.leave_late(Some(Instant::now()), finished);
            }
            if finished.len() > before || !wait.is_open() {
                return;
            }
            self.receive(wait, finished);
        }
    }

    fn cancel(&mut self) {
        self.common.calls.call();
        while let Ok(chunk) = self.common.queue.try_recv() {
            self.cancelled.extend(chunk);
        }
        for worker in &self.workers {
            self.cancelled.extend(lock(&worker.desk).rest.drain(..));
        }
    }

    fn expire(&mut self) {
        self.cancel();
        let mut late = Vec::new();
        self.leave_late(None, &mut late);
        if !late.is_empty() {
            // This backend holds the other end itself.
            let _ = self.common.results.send(late);
        }
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
            let _ = worker.thread.join();
        }
    }
}

fn lock<T>(desk: &Mutex<T>) -> MutexGuard<'_, T> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
