use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::handle::{Acceptance, CancelCount};
use super::{Backend, FinishedTask, Limits, Outcome, RunFunction, Task, Wait, outcome};

/// Runs jobs on threads of this process, and watches the job of each thread.
///
/// Every job travels alone, so that none waits behind a long one while a thread is free. A thread cannot be stopped
/// from outside. A job that exceeds its time limit, or still runs when all jobs are stopped, comes back as timed out.
/// Job and thread are abandoned, and a new thread replaces the old one.
///
/// Dropping it waits for the running jobs, except abandoned ones, and drops the rest.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Backend, JobHandle, Limits, Outcome, Task, Wait, WatchedThreads};
/// let forever = Arc::new(|(): &(), _: &JobHandle<'_>| -> Result<(), String> {
///     loop {
///         std::thread::park();
///     }
/// });
/// let mut backend = WatchedThreads::start(forever, 2, &Limits::default())?;
/// backend.submit(vec![Task { id: 0, args: () }]);
/// while backend.running() != [0] {
///     std::thread::yield_now();
/// }
/// backend.expire();
/// let mut finished = Vec::new();
/// backend.gather(Wait::Forever, &mut finished);
/// assert_eq!(finished[0].outcome, Outcome::TimedOut);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WatchedThreads<A, R> {
    shared: Arc<Shared<A, R>>,
    /// The threads by number; each is that of the worker who has the number now.
    threads: HashMap<u64, JoinHandle<()>>,
    /// How many threads were ever started.
    started: u64,
}

struct Shared<A, R> {
    function: RunFunction<A, R>,
    limit: Option<Duration>,
    calls: CancelCount,
    state: Mutex<State<A, R>>,
    /// Notified when there is a job, or no more will come.
    work: Condvar,
    /// Notified when a job is done and a thread waits for it.
    news: Condvar,
}

struct State<A, R> {
    waiting: VecDeque<Task<A>>,
    /// The running jobs, by the number of the thread.
    running: HashMap<u64, Running<A>>,
    done: Vec<FinishedTask<A, R>>,
    idle: usize,
    is_waited_for: bool,
    is_closed: bool,
}

struct Running<A> {
    task: Task<A>,
    until: Option<Instant>,
    acceptance: Arc<Acceptance>,
}

impl<A, R> WatchedThreads<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    /// Starts `workers` threads (at least one) that run `function`.
    ///
    /// # Errors
    /// Where the system cannot start a thread.
    pub fn start(
        function: RunFunction<A, R>,
        workers: usize,
        limits: &Limits,
    ) -> std::io::Result<Self> {
        let state = State {
            waiting: VecDeque::new(),
            running: HashMap::new(),
            done: Vec::new(),
            idle: 0,
            is_waited_for: false,
            is_closed: false,
        };
        let shared = Arc::new(Shared {
            function,
            limit: limits.time,
            calls: CancelCount::default(),
            state: Mutex::new(state),
            work: Condvar::new(),
            news: Condvar::new(),
        });
        let mut backend = Self {
            shared,
            threads: HashMap::new(),
            started: 0,
        };
        for _ in 0..workers.max(1) {
            backend.hire()?;
        }
        Ok(backend)
    }

    fn hire(&mut self) -> std::io::Result<()> {
        let (shared, number) = (Arc::clone(&self.shared), self.started);
        let thread = std::thread::Builder::new()
            .name(format!("bencher-worker-{number}"))
            .spawn(move || shared.work(number))?;
        self.started += 1;
        self.threads.insert(number, thread);
        Ok(())
    }

    /// Leaves the threads behind whose job should have ended by `now`, all of them if there is no such time,
    /// and puts others in their place.
    fn leave_late(&mut self, now: Option<Instant>) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state();
        let is_late =
            |job: &Running<A>| now.is_none_or(|now| job.until.is_some_and(|until| until <= now));
        let running = state.running.iter();
        let late = running.filter(|(_, job)| is_late(job));
        let late: Vec<u64> = late.map(|(number, _)| *number).collect();
        for number in late {
            // One that ended in time is about to say so, and stays.
            if !state
                .running
                .get(&number)
                .is_some_and(|job| job.acceptance.abandon())
            {
                continue;
            }
            if self.hire().is_err() && self.threads.len() == 1 {
                // Where there is no other thread, it must come back to its place.
                return;
            }
            if let Some(job) = state.running.remove(&number) {
                state.done.push(job.task.ended(Outcome::TimedOut));
            }
            self.threads.remove(&number);
        }
    }
}

impl<A: Clone, R> Shared<A, R> {
    /// Works until there will be no more jobs, or this thread is abandoned.
    fn work(&self, number: u64) {
        let mut state = self.state();
        loop {
            let Some(task) = state.waiting.pop_front() else {
                if state.is_closed {
                    return;
                }
                state.idle += 1;
                let woken = self.work.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                continue;
            };
            let until = self
                .limit
                .and_then(|limit| Instant::now().checked_add(limit));
            let acceptance = Arc::<Acceptance>::default();
            let running = Running {
                task: task.clone(),
                until,
                acceptance: Arc::clone(&acceptance),
            };
            state.running.insert(number, running);
            drop(state);
            let ended = outcome(
                &self.function,
                &task.args,
                &self.calls,
                &acceptance,
                self.limit,
            );
            let done = task.ended(ended);
            state = self.state();
            if state.running.remove(&number).is_none() {
                // Its job was abandoned, and another thread has its place.
                return;
            }
            state.done.push(done);
            if std::mem::take(&mut state.is_waited_for) {
                // The woken thread needs the lock.
                drop(state);
                self.news.notify_one();
                state = self.state();
            }
        }
    }
}

impl<A, R> Shared<A, R> {
    fn state(&self) -> MutexGuard<'_, State<A, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels the jobs that no thread has begun.
    fn take_back(&self) {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        state.done.extend(waiting.into_iter().map(Task::cancelled));
    }

    /// Waits until a job is done, the time is up, or a job passes its limit.
    fn wait_for_news(&self, wait: Wait) {
        let mut state = self.state();
        if !state.done.is_empty() {
            return;
        }
        let ends = state.running.values().filter_map(|job| job.until);
        // A job that begins meanwhile ends no sooner than a limit from now.
        let first = ends
            .min()
            .or_else(|| Instant::now().checked_add(self.limit?));
        let end = [wait.end(), first].into_iter().flatten().min();
        state.is_waited_for = true;
        let is_waiting = |state: &mut State<A, R>| state.done.is_empty();
        let mut state = match end {
            None => {
                let woken = self.news.wait_while(state, is_waiting);
                woken.unwrap_or_else(PoisonError::into_inner)
            }
            Some(end) => {
                let left = end.saturating_duration_since(Instant::now());
                let woken = self.news.wait_timeout_while(state, left, is_waiting);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.is_waited_for = false;
    }
}

impl<A, R> std::fmt::Debug for WatchedThreads<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchedThreads")
            .field("workers", &self.threads.len())
            .finish_non_exhaustive()
    }
}

impl<A, R> Backend<A, R> for WatchedThreads<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        let mut state = self.shared.state();
        let woken = tasks.len().min(state.idle);
        state.waiting.extend(tasks);
        drop(state);
        for _ in 0..woken {
            self.shared.work.notify_one();
        }
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        let before = finished.len();
        loop {
            if self.shared.limit.is_some() {
                self.leave_late(Some(Instant::now()));
            }
            finished.append(&mut self.shared.state().done);
            if finished.len() > before || !wait.is_open() {
                return;
            }
            self.shared.wait_for_news(wait);
        }
    }

    fn cancel(&mut self) {
        self.shared.take_back();
        self.shared.calls.cancel();
    }

    fn expire(&mut self) {
        self.shared.take_back();
        self.leave_late(None);
        // Only now: one that stops at once has timed out like the others.
        self.shared.calls.cancel();
    }

    fn running(&self) -> Vec<u64> {
        let state = self.shared.state();
        let mut ids: Vec<u64> = state.running.values().map(|job| job.task.id).collect();
        ids.sort_unstable();
        ids
    }

    fn window(&self) -> usize {
        self.threads.len() * 4
    }

    fn workers(&self) -> usize {
        self.threads.len()
    }
}

impl<A, R> Drop for WatchedThreads<A, R> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.is_closed = true;
        state.waiting.clear();
        drop(state);
        self.shared.work.notify_all();
        for (_, thread) in self.threads.drain() {
            // Jobs are caught when they panic, so the thread itself ends well.
            let _ = thread.join();
        }
    }
}
