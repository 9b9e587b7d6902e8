use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::handle::CancelCount;
use super::{Backend, FinishedTask, Limits, RunFunction, Task, Wait, run};

/// Runs jobs one after the other on the thread that gathers.
///
/// A call that waits runs jobs for about a millisecond, at least one; a call that does not wait runs none. A job cannot
/// be stopped from outside: its handle tells it that its time is up, and it counts as timed out for any result.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Backend, Limits, SerialBackend, Task, Wait};
/// let mut backend = SerialBackend::new(Arc::new(|x: &u32, _| Ok(x * x)), &Limits::default());
/// backend.submit(vec![Task { id: 0, args: 3 }]);
/// let mut finished = Vec::new();
/// backend.gather(Wait::No, &mut finished);
/// assert!(finished.is_empty());
/// backend.gather(Wait::Forever, &mut finished);
/// assert_eq!(finished.len(), 1);
/// ```
pub struct SerialBackend<A, R> {
    function: RunFunction<A, R>,
    queue: VecDeque<Task<A>>,
    cancelled: Vec<Task<A>>,
    calls: CancelCount,
    limit: Option<Duration>,
    /// After how many jobs the clock is read.
    stride: usize,
}

/// How long a gather keeps running jobs before it hands them over.
const SLICE: Duration = Duration::from_millis(1);
/// How many jobs of a slice make them trivial.
const TRIVIAL: usize = 256;
/// The jobs between two looks at the clock where they are trivial.
const STRIDE: usize = 16;
/// How many jobs are worth queueing.
const WINDOW: usize = 1024;

impl<A, R> SerialBackend<A, R> {
    /// Makes a backend that runs `function`.
    pub fn new(function: RunFunction<A, R>, limits: &Limits) -> Self {
        Self {
            function,
            queue: VecDeque::new(),
            cancelled: Vec::new(),
            calls: CancelCount::default(),
            limit: limits.time,
            stride: 1,
        }
    }
}

impl<A, R> std::fmt::Debug for SerialBackend<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SerialBackend")
            .field("queued", &self.queue.len())
            .finish_non_exhaustive()
    }
}

impl<A: Send, R: Send> Backend<A, R> for SerialBackend<A, R> {
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        self.queue.extend(tasks);
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        finished.extend(self.cancelled.drain(..).map(Task::cancelled));
        if !wait.is_open() {
            return;
        }
        // The clock costs as much as a trivial job, so it is not read after every one of them.
        let started = Instant::now();
        let mut count = 0_usize;
        while let Some(task) = self.queue.pop_front() {
            finished.push(run(&self.function, task, &self.calls, self.limit));
            count += 1;
            if count.is_multiple_of(self.stride) && started.elapsed() >= SLICE {
                break;
            }
        }
        self.stride = if count > TRIVIAL { STRIDE } else { 1 };
    }

    fn cancel(&mut self) {
        self.calls.cancel();
        self.cancelled.extend(self.queue.drain(..));
    }

    fn expire(&mut self) {
        self.cancel();
    }

    fn window(&self) -> usize {
        WINDOW
    }

    fn workers(&self) -> usize {
        1
    }
}
