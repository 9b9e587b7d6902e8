use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Backend, Finished, RunFunction, Task, run};

/// Runs jobs one after the other on the thread that gathers.
///
/// A gather that waits runs jobs for about a millisecond, at least one; one that does not wait runs
/// none.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Backend, SerialBackend, Task};
/// let mut backend = SerialBackend::new(Arc::new(|x: &u32| Ok(x * x)));
/// backend.submit(vec![Task { id: 0, args: 3 }]);
/// let mut finished = Vec::new();
/// backend.collect(false, &mut finished);
/// assert!(finished.is_empty());
/// backend.collect(true, &mut finished);
/// assert_eq!(finished.len(), 1);
/// ```
pub struct SerialBackend<A, R> {
    function: RunFunction<A, R>,
    queue: VecDeque<Task<A>>,
    /// How many jobs fit into [`SLICE`], as the last ones went.
    burst: usize,
}

/// How long a gather keeps running jobs before it hands them over.
const SLICE: Duration = Duration::from_millis(1);
/// The most jobs between two looks at the clock.
const MAX_BURST: usize = 1024;

impl<A, R> SerialBackend<A, R> {
    /// A backend that runs `function`.
    pub fn new(function: RunFunction<A, R>) -> Self {
        Self {
            function,
            queue: VecDeque::new(),
            burst: 1,
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

    fn collect(&mut self, wait: bool, finished: &mut Vec<Finished<A, R>>) {
        if !wait {
            return;
        }
        // The clock costs as much as a trivial job, so it is read between growing bursts.
        let started = Instant::now();
        while let count @ 1.. = self.burst.min(self.queue.len()) {
            let before = started.elapsed();
            for task in self.queue.drain(..count) {
                finished.push(run(&self.function, task));
            }
            let elapsed = started.elapsed();
            self.burst = if elapsed.saturating_sub(before) < SLICE / 4 {
                self.burst * 2
            } else {
                self.burst / 2
            };
            self.burst = self.burst.clamp(1, MAX_BURST);
            if elapsed >= SLICE {
                break;
            }
        }
    }

    fn window(&self) -> usize {
        MAX_BURST
    }

    fn workers(&self) -> usize {
        1
    }
}
