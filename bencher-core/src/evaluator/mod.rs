//! Submit and gather: running jobs on some backend, serial or on threads.
//!
//! Everything that executes user code runs on this: the backends differ in one trait only.
//!
//! An [`Evaluator`] numbers and counts the jobs; a [`Backend`] runs them. [`Executors`] names the
//! backends there are.
//!
//! ```
//! use std::sync::Arc;
//! use bencher_core::evaluator::{Evaluator, Executors, Outcome, RunFunction};
//! let halve: RunFunction<u32, u32> = Arc::new(|n| match n % 2 {
//!     0 => Ok(n / 2),
//!     _ => Err(format!("{n} is odd")),
//! });
//! let mut evaluator = Evaluator::new(Executors::Serial.backend(halve)?);
//! evaluator.submit([4, 5]);
//! let mut finished = Vec::new();
//! while evaluator.in_flight() > 0 {
//!     evaluator.gather_into(true, &mut finished);
//! }
//! assert_eq!(finished[0].outcome, Outcome::Done(2));
//! assert_eq!(finished[1].outcome, Outcome::Failed("5 is odd".to_owned()));
//! # Ok::<(), std::io::Error>(())
//! ```

mod outcome;
mod serial;
mod threads;

use std::sync::Arc;

pub use outcome::{Finished, Outcome, Task};
pub use serial::SerialBackend;
pub use threads::ThreadBackend;

/// What is run for every job: user code behind a function of its arguments. An `Err` is a failed
/// job; so is a panic, which the backend catches.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::RunFunction;
/// let root: RunFunction<f64, f64> = Arc::new(|x| {
///     if *x < 0.0 { Err("a root of less than nothing".to_owned()) } else { Ok(x.sqrt()) }
/// });
/// assert_eq!(root(&4.0), Ok(2.0));
/// ```
pub type RunFunction<A, R> = Arc<dyn Fn(&A) -> Result<R, String> + Send + Sync>;

/// Something that runs jobs: the seam between sweeps and threads, processes, clusters.
///
/// Jobs are done in no promised order. A job that fails fails alone.
///
/// A backend of one's own, which runs what it is given at once:
///
/// ```
/// use bencher_core::evaluator::{Backend, Evaluator, Finished, Outcome, Task};
/// #[derive(Default)]
/// struct Doubler(Vec<Finished<u32, u32>>);
///
/// impl Backend<u32, u32> for Doubler {
///     fn submit(&mut self, tasks: Vec<Task<u32>>) {
///         let run = |Task { id, args }| Finished { id, args, outcome: Outcome::Done(args * 2) };
///         self.0.extend(tasks.into_iter().map(run));
///     }
///     fn collect(&mut self, _wait: bool, finished: &mut Vec<Finished<u32, u32>>) {
///         finished.append(&mut self.0);
///     }
///     fn cancel(&mut self) {}
///     fn window(&self) -> usize { 1 }
///     fn workers(&self) -> usize { 1 }
/// }
/// let mut evaluator = Evaluator::new(Box::new(Doubler::default()));
/// evaluator.submit([21]);
/// assert_eq!(evaluator.gather(false)[0].outcome, Outcome::Done(42));
/// ```
pub trait Backend<A, R>: Send {
    /// Accepts jobs.
    fn submit(&mut self, tasks: Vec<Task<A>>);

    /// Moves finished jobs into `finished`; with `wait`, blocks until there is one, provided that
    /// any is under way.
    fn collect(&mut self, wait: bool, finished: &mut Vec<Finished<A, R>>);

    /// Calls off the jobs that no worker has begun; they come back as cancelled.
    fn cancel(&mut self);

    /// How many jobs should be under way to keep every worker busy.
    fn window(&self) -> usize;

    /// How many jobs run at the same time at most.
    fn workers(&self) -> usize;
}

/// Runs jobs on a backend and keeps count of them.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Evaluator, Executors};
/// let mut evaluator = Evaluator::new(Executors::Serial.backend(Arc::new(|x: &u32| Ok(x + 1)))?);
/// assert_eq!(evaluator.submit([1, 2]), 0);
/// assert_eq!(evaluator.submit([3]), 2, "the number of the first");
/// evaluator.gather(true);
/// assert_eq!(evaluator.gathered() + evaluator.in_flight(), evaluator.submitted());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Evaluator<A, R> {
    backend: Box<dyn Backend<A, R>>,
    submitted: u64,
    gathered: u64,
}

/// How jobs are run.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::Executors;
/// let backend = Executors::Threads(2).backend(Arc::new(|x: &u32| Ok(*x)))?;
/// assert_eq!(backend.workers(), 2);
/// assert_eq!(Executors::default(), Executors::Serial);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Executors {
    /// One after the other, on the calling thread.
    #[default]
    Serial,
    /// On so many threads of this process.
    Threads(usize),
}

impl Executors {
    /// A backend that runs `function`.
    ///
    /// # Errors
    /// Where its workers cannot be started.
    pub fn backend<A, R>(
        self,
        function: RunFunction<A, R>,
    ) -> std::io::Result<Box<dyn Backend<A, R>>>
    where
        A: Send + 'static,
        R: Send + 'static,
    {
        Ok(match self {
            Self::Serial => Box::new(SerialBackend::new(function)),
            Self::Threads(workers) => Box::new(ThreadBackend::start(function, workers)?),
        })
    }
}

impl<A, R> std::fmt::Debug for Evaluator<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator")
            .field("submitted", &self.submitted)
            .field("gathered", &self.gathered)
            .finish_non_exhaustive()
    }
}

impl<A, R> Evaluator<A, R> {
    /// An evaluator on a backend.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use bencher_core::evaluator::{Evaluator, Executors, Outcome};
    /// let square = Arc::new(|x: &i32| Ok(x * x));
    /// let mut evaluator = Evaluator::new(Executors::Threads(2).backend(square)?);
    /// evaluator.submit([1, 2, 3]);
    /// let mut squares = Vec::new();
    /// while evaluator.in_flight() > 0 {
    ///     let done = evaluator.gather(true);
    ///     squares.extend(done.into_iter().filter_map(|job| job.outcome.done()));
    /// }
    /// squares.sort();
    /// assert_eq!(squares, [1, 4, 9]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(backend: Box<dyn Backend<A, R>>) -> Self {
        Self {
            backend,
            submitted: 0,
            gathered: 0,
        }
    }

    /// Submits jobs; they are numbered from 0 in the order of submission. Returns the number of
    /// the first.
    pub fn submit(&mut self, jobs: impl IntoIterator<Item = A>) -> u64 {
        let first = self.submitted;
        let tasks: Vec<Task<A>> = jobs
            .into_iter()
            .zip(first..)
            .map(|(args, id)| Task { id, args })
            .collect();
        self.submitted += tasks.len() as u64;
        self.backend.submit(tasks);
        first
    }

    /// The jobs that finished since; with `wait`, at least one if any is under way.
    pub fn gather(&mut self, wait: bool) -> Vec<Finished<A, R>> {
        let mut finished = Vec::new();
        self.gather_into(wait, &mut finished);
        finished
    }

    /// Like [`gather`](Self::gather), into a buffer.
    pub fn gather_into(&mut self, wait: bool, finished: &mut Vec<Finished<A, R>>) {
        let before = finished.len();
        self.backend.collect(wait && self.in_flight() > 0, finished);
        self.gathered += (finished.len() - before) as u64;
    }

    /// Calls off the jobs that no worker has begun; they are gathered as cancelled.
    pub fn cancel(&mut self) {
        self.backend.cancel();
    }

    /// How many jobs were submitted.
    pub const fn submitted(&self) -> u64 {
        self.submitted
    }

    /// How many finished jobs were handed out.
    pub const fn gathered(&self) -> u64 {
        self.gathered
    }

    /// How many jobs are not yet handed out.
    pub const fn in_flight(&self) -> u64 {
        self.submitted - self.gathered
    }

    /// How many jobs should be under way to keep every worker busy.
    pub fn window(&self) -> usize {
        self.backend.window()
    }

    /// How many jobs run at the same time at most.
    pub fn workers(&self) -> usize {
        self.backend.workers()
    }
}

fn run<A, R>(function: &RunFunction<A, R>, task: Task<A>) -> Finished<A, R> {
    let outcome = match crate::quiet::catch(std::panic::AssertUnwindSafe(|| function(&task.args))) {
        Ok(Ok(result)) => Outcome::Done(result),
        Ok(Err(error)) | Err(error) => Outcome::Failed(error),
    };
    Finished {
        id: task.id,
        args: task.args,
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn all(executor: Executors, jobs: u64) -> Vec<Finished<u64, u64>> {
        let function: RunFunction<u64, u64> = Arc::new(|x| match x {
            3 => Err("three".to_owned()),
            5 => panic!("five"),
            x => Ok(x * 10),
        });
        let mut evaluator = Evaluator::new(executor.backend(function).unwrap());
        evaluator.submit(0..jobs);
        let mut finished = Vec::new();
        while evaluator.in_flight() > 0 {
            evaluator.gather_into(true, &mut finished);
        }
        finished
    }

    #[test]
    fn every_job_comes_back_once_and_fails_alone() {
        for executor in [
            Executors::Serial,
            Executors::Threads(1),
            Executors::Threads(3),
        ] {
            let finished = all(executor, 1000);
            let ids: BTreeSet<u64> = finished.iter().map(|job| job.id).collect();
            assert_eq!((finished.len(), ids.len()), (1000, 1000));
            for job in finished {
                match job.id {
                    3 => assert_eq!(job.outcome, Outcome::Failed("three".to_owned())),
                    5 => assert!(
                        matches!(job.outcome, Outcome::Failed(text) if text.contains("five"))
                    ),
                    id => assert_eq!(job.outcome, Outcome::Done(id * 10)),
                }
            }
        }
    }

    #[test]
    fn jobs_that_no_worker_has_begun_can_be_called_off() {
        for executor in [Executors::Serial, Executors::Threads(2)] {
            let function: RunFunction<u64, u64> = Arc::new(|x| Ok(*x));
            let mut evaluator = Evaluator::new(executor.backend(function).unwrap());
            evaluator.submit(0..10_000);
            evaluator.cancel();
            let mut ids = BTreeSet::new();
            while evaluator.in_flight() > 0 {
                for job in evaluator.gather(true) {
                    assert!(matches!(job.outcome, Outcome::Done(_) | Outcome::Cancelled));
                    assert!(ids.insert(job.id), "job {} came back twice", job.id);
                }
            }
            assert_eq!(ids.len(), 10_000);
        }
    }

    #[test]
    fn threads_run_side_by_side() {
        let running = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&running);
        let barrier = std::sync::Barrier::new(2);
        let function: RunFunction<(), usize> = Arc::new(move |()| {
            seen.fetch_add(1, Ordering::SeqCst);
            barrier.wait();
            Ok(seen.load(Ordering::SeqCst))
        });
        let mut evaluator = Evaluator::new(Executors::Threads(2).backend(function).unwrap());
        evaluator.submit([(), ()]);
        while evaluator.in_flight() > 0 {
            for job in evaluator.gather(true) {
                assert_eq!(job.outcome, Outcome::Done(2));
            }
        }
    }

    #[test]
    fn dropping_an_evaluator_ends_its_threads() {
        let shared = Arc::new(());
        let theirs = Arc::clone(&shared);
        let function: RunFunction<u64, usize> = Arc::new(move |_| Ok(Arc::strong_count(&theirs)));
        let mut evaluator = Evaluator::new(Executors::Threads(2).backend(function).unwrap());
        evaluator.submit(0..100);
        drop(evaluator);
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}
