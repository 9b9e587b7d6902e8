use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::handle::{CancelCount, SharedHandle};
use super::{Backend, FinishedTask, Limits, Outcome, Task, Wait};

/// A future for a runtime.
pub type BoxedFuture<T = ()> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The asynchronous function that runs a job, given its arguments. An `Err` or a panic is a failed job.
pub type AsyncFunction<A, R> =
    Arc<dyn Fn(A, SharedHandle) -> BoxedFuture<Result<R, String>> + Send + Sync>;

type Spawn = Arc<dyn Fn(BoxedFuture) + Send + Sync>;

/// Runs asynchronous jobs on the user's own runtime.
///
/// It has no thread and no runtime: the user gives a function that spawns a future. A job that passes its limit, or
/// still runs when all jobs are stopped, comes back as timed out, and its future is dropped at its next await. A job
/// that never awaits is abandoned.
///
/// ```
/// use std::sync::Arc;
/// use std::task::{Context, Poll, Waker};
/// use bencher_core::evaluator::{AsyncBackend, Backend, BoxedFuture, Limits, Outcome, Task, Wait};
/// // A poor runtime: it polls once, here and now. With tokio: `move |job| { runtime.spawn(job); }`.
/// let spawn = |mut job: BoxedFuture| {
///     let polled = job.as_mut().poll(&mut Context::from_waker(Waker::noop()));
///     assert_eq!(polled, Poll::Ready(()));
/// };
/// let square = Arc::new(|x: u32, _| -> BoxedFuture<_> { Box::pin(async move { Ok(x * x) }) });
/// let mut backend = AsyncBackend::new(square, spawn, 2, &Limits::default());
/// backend.submit(vec![Task { id: 0, args: 3 }]);
/// let mut finished = Vec::new();
/// backend.gather(Wait::Forever, &mut finished);
/// assert_eq!(finished[0].outcome, Outcome::Done(9));
/// ```
pub struct AsyncBackend<A, R> {
    shared: Arc<Shared<A, R>>,
}

struct Shared<A, R> {
    function: AsyncFunction<A, R>,
    spawn: Spawn,
    workers: usize,
    limit: Option<Duration>,
    calls: Arc<CancelCount>,
    state: Mutex<State<A, R>>,
    /// Notified when a job is done.
    news: Condvar,
}

struct State<A, R> {
    waiting: VecDeque<Task<A>>,
    /// The running jobs, by the number of the future: a retry has a new number.
    running: HashMap<u64, Running<A>>,
    /// How many futures were ever made.
    made: u64,
    done: Vec<FinishedTask<A, R>>,
    /// Whether a thread is starting jobs, and will continue while there is room.
    is_filling: bool,
}

struct Running<A> {
    task: Task<A>,
    until: Option<Instant>,
    waker: Option<Waker>,
}

impl<A, R> AsyncBackend<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    /// Runs `function` for up to `workers` jobs at the same time, as futures that `spawn` starts on a runtime.
    pub fn new(
        function: AsyncFunction<A, R>,
        spawn: impl Fn(BoxedFuture) + Send + Sync + 'static,
        workers: usize,
        limits: &Limits,
    ) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            running: HashMap::new(),
            made: 0,
            done: Vec::new(),
            is_filling: false,
        };
        let shared = Shared {
            function,
            spawn: Arc::new(spawn),
            workers: workers.max(1),
            limit: limits.time,
            calls: Arc::default(),
            state: Mutex::new(state),
            news: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Abandons the jobs that should have ended by `now`, or all running jobs if there is no such time.
    fn end_late(&self, now: Option<Instant>) {
        let mut state = self.shared.state();
        let is_late =
            |job: &Running<A>| now.is_none_or(|now| job.until.is_some_and(|until| until <= now));
        let running = state.running.extract_if(|_, job| is_late(job));
        let late: Vec<Running<A>> = running.map(|(_, job)| job).collect();
        let mut wakers = Vec::new();
        for job in late {
            state.done.push(job.task.ended(Outcome::TimedOut));
            wakers.extend(job.waker);
        }
        drop(state);
        if !wakers.is_empty() {
            // Each job finds that it is abandoned, and is dropped.
            wakers.into_iter().for_each(Waker::wake);
            self.shared.fill();
        }
    }
}

impl<A, R> Shared<A, R> {
    fn state(&self) -> MutexGuard<'_, State<A, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels the jobs that have not begun.
    fn take_back(&self) {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        state.done.extend(waiting.into_iter().map(Task::cancelled));
    }

    /// Records the outcome of a job, unless it was abandoned before; returns whether it was recorded.
    fn finish(&self, number: u64, outcome: Outcome<R>) -> bool {
        let mut state = self.state();
        let Some(job) = state.running.remove(&number) else {
            return false;
        };
        state.done.push(job.task.ended(outcome));
        drop(state);
        self.news.notify_one();
        true
    }
}

impl<A, R> Shared<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    /// Starts jobs as long as there is room. A runtime may run them on this very stack, and they come by
    /// here when they end: then it is the first who goes on.
    fn fill(self: &Arc<Self>) {
        if std::mem::replace(&mut self.state().is_filling, true) {
            return;
        }
        while let Some(job) = self.next() {
            let spawn = || (self.spawn)(Box::pin(job));
            // A runtime that refuses a job drops it, and a job that is dropped says so itself.
            let _ = crate::panics::catch(AssertUnwindSafe(spawn));
        }
    }

    fn next(self: &Arc<Self>) -> Option<JobFuture<A, R>> {
        let mut state = self.state();
        let has_room = state.running.len() < self.workers;
        let Some(task) = has_room.then(|| state.waiting.pop_front()).flatten() else {
            state.is_filling = false;
            return None;
        };
        let (number, args) = (state.made, task.args.clone());
        state.made += 1;
        let until = self
            .limit
            .and_then(|limit| Instant::now().checked_add(limit));
        let waker = None;
        state.running.insert(number, Running { task, until, waker });
        drop(state);
        Some(JobFuture {
            number,
            handle: SharedHandle::begin(&self.calls, self.limit),
            shared: Arc::clone(self),
            args: Some(args),
            job: None,
        })
    }
}

/// A job as its runtime has it.
struct JobFuture<A: Clone + Send + 'static, R: Send + 'static> {
    number: u64,
    handle: SharedHandle,
    shared: Arc<Shared<A, R>>,
    /// Its arguments, until it begins.
    args: Option<A>,
    job: Option<BoxedFuture<Result<R, String>>>,
}

impl<A, R> JobFuture<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    /// Goes on with the job.
    fn go_on(&mut self, context: &mut Context<'_>) -> Poll<Result<R, String>> {
        let begun = match self.args.take() {
            Some(args) => {
                let begin = || (self.shared.function)(args, self.handle.clone());
                crate::panics::catch(AssertUnwindSafe(begin)).map(|job| self.job = Some(job))
            }
            None => Ok(()),
        };
        let Some(job) = &mut self.job else {
            return Poll::Ready(Err(begun.err().unwrap_or_default()));
        };
        let poll = || job.as_mut().poll(context);
        match crate::panics::catch(AssertUnwindSafe(poll)) {
            Ok(polled) => polled,
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

// The job is pinned in its box.
impl<A: Clone + Send + 'static, R: Send + 'static> Unpin for JobFuture<A, R> {}

impl<A, R> Future for JobFuture<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.shared.state().running.get_mut(&self.number) {
            Some(running) => running.waker = Some(context.waker().clone()),
            None => return Poll::Ready(()),
        }
        let Poll::Ready(returned) = self.go_on(context) else {
            return Poll::Pending;
        };
        // Its resources are released before it is reported as done.
        self.job = None;
        let handle = self.handle.handle();
        let outcome = match returned {
            _ if handle.is_late() => Outcome::TimedOut,
            Ok(result) => Outcome::Done(result),
            Err(_) if handle.is_cancelled() => Outcome::Cancelled,
            Err(error) => Outcome::Failed(error),
        };
        if self.shared.finish(self.number, outcome) {
            self.shared.fill();
        }
        Poll::Ready(())
    }
}

impl<A, R> Drop for JobFuture<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    fn drop(&mut self) {
        self.job = None;
        let text = "its runtime dropped it before it was done";
        if self
            .shared
            .finish(self.number, Outcome::Failed(text.to_owned()))
        {
            self.shared.fill();
        }
    }
}

impl<A, R> std::fmt::Debug for AsyncBackend<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsyncBackend")
            .field("workers", &self.shared.workers)
            .finish_non_exhaustive()
    }
}

impl<A, R> Backend<A, R> for AsyncBackend<A, R>
where
    A: Clone + Send + 'static,
    R: Send + 'static,
{
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        self.shared.state().waiting.extend(tasks);
        self.shared.fill();
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        let before = finished.len();
        loop {
            if self.shared.limit.is_some() {
                self.end_late(Some(Instant::now()));
            }
            let mut state = self.shared.state();
            finished.append(&mut state.done);
            if finished.len() > before || !wait.is_open() {
                return;
            }
            let ends = state.running.values().filter_map(|job| job.until);
            // A job that begins meanwhile ends no sooner than a limit from now.
            let first = ends
                .min()
                .or_else(|| Instant::now().checked_add(self.shared.limit?));
            // Woken for nothing, it only looks once more.
            match [wait.end(), first].into_iter().flatten().min() {
                None => drop(self.shared.news.wait(state)),
                Some(end) => {
                    let left = end.saturating_duration_since(Instant::now());
                    drop(self.shared.news.wait_timeout(state, left));
                }
            }
        }
    }

    fn cancel(&mut self) {
        self.shared.take_back();
        self.shared.calls.cancel();
    }

    fn expire(&mut self) {
        self.shared.take_back();
        self.end_late(None);
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
        self.shared.workers * 4
    }

    fn workers(&self) -> usize {
        self.shared.workers
    }
}

impl<A, R> Drop for AsyncBackend<A, R> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.waiting.clear();
        let running = std::mem::take(&mut state.running);
        drop(state);
        // Each job finds that it is abandoned, and is dropped.
        let wakers = running.into_values().filter_map(|job| job.waker);
        wakers.for_each(Waker::wake);
    }
}
