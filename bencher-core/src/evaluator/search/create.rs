//! Constructors of an evaluator.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::cluster::work_as_cluster_worker;
use super::super::executors::{executor_instead, place};
use super::super::process::worker_role;
use super::super::{
    AsyncBackend, Backend, BoxedFuture, Executors, Limits, RunFunction, SerialBackend,
    WatchedThreads,
};
use super::evaluator::Evaluator;
use super::job_messages::{Assignment, Reply, async_function, pool, run_function};
use super::log::new_search;
use super::objective::IntoObjective;
use super::options::{EvaluatorError, EvaluatorOptions};
use super::replay::{ReplayMode, replay_context};
use super::resource_pool::Pool;
use super::running_job::RunningJob;
use crate::var::UnknownName;
use std::sync::Arc;
use std::time::Duration;

/// The names of the evaluators there are.
const NAMES: [&str; 4] = ["serial", "threads", "processes", "cluster"];

impl<A> Evaluator<A>
where
    A: Serialize + DeserializeOwned + Clone + Send + 'static,
{
    /// Makes an evaluator by the name of its executor: `serial`, on the thread that gathers; `threads`; or `processes`.
    /// Each process starts this program again, and its crash harms no other one. `cluster` does the same on several
    /// machines ([`EvaluatorOptions::cluster`]). Names of other systems (`ray`, `mpicomm`, `scoop`) are errors that say
    /// what to use.
    ///
    /// In a worker process that was started for this evaluator, it runs the jobs and never returns. The program must
    /// therefore take the same path up to this call each time. In a worker of a later evaluator, it replays its
    /// recorded results ([`EvaluatorOptions::replayable`]), and runs no job.
    ///
    /// # Errors
    /// Where the name is unknown, the workers cannot be started, there are too few resources, or an option is 0 that
    /// must not be.
    #[track_caller]
    pub fn create<F, T>(
        name: &str,
        run: F,
        options: EvaluatorOptions<A>,
    ) -> Result<Self, EvaluatorError>
    where
        F: Fn(&RunningJob<'_, A>) -> T + Send + Sync + 'static,
        T: IntoObjective,
    {
        at_least_one(options.workers)?;
        let executor = match name {
            "serial" => Executors::Serial,
            "threads" => Executors::Threads(options.workers),
            "processes" => Executors::Processes(options.workers),
            "cluster" => Executors::Cluster(options.workers),
            _ => return Err(no_executor(name)),
        };
        Self::create_on(executor, run, options)
    }

    /// Like [`create`](Self::create), with an executor; the number of workers in the options is ignored.
    ///
    /// ```
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Executors, Gather};
    /// let options = EvaluatorOptions::default();
    /// let mut evaluator = Evaluator::create_on(Executors::Threads(2), |x| **x + 1, options)?;
    /// evaluator.submit([1, 2, 3])?;
    /// let values: Vec<_> = evaluator.gather(Gather::All)?.iter().map(|job| job.value()).collect();
    /// assert_eq!(values, [Some(2.0), Some(3.0), Some(4.0)]);
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    ///
    /// # Errors
    /// Where its workers cannot be started, or there are too few resources.
    #[track_caller]
    pub fn create_on<F, T>(
        executor: Executors,
        run: F,
        options: EvaluatorOptions<A>,
    ) -> Result<Self, EvaluatorError>
    where
        F: Fn(&RunningJob<'_, A>) -> T + Send + Sync + 'static,
        T: IntoObjective,
    {
        work_as_cluster_worker();
        let limits = options.limits;
        let workers = workers(executor.workers(), &options)?;
        if matches!(executor, Executors::Cluster(_)) && !options.resources.is_empty() {
            return Err(std::io::Error::new(std::io::ErrorKind::Unsupported, ONE_MACHINE).into());
        }
        let is_process = matches!(executor, Executors::Processes(_));
        let pool = pool(&options.resources, options.per_job, workers, is_process);
        let function = run_function(run, pool.clone());
        let (name, backend): (_, Box<dyn Backend<Assignment<A>, Reply>>) = match executor {
            Executors::Serial => ("serial", Box::new(SerialBackend::new(function, &limits))),
            Executors::Threads(_) => {
                let threads = WatchedThreads::start(function, workers, &limits)?;
                ("threads", Box::new(threads))
            }
            Executors::Processes(_) => {
                let place = place(std::panic::Location::caller());
                let on = ("processes", Executors::Processes(workers));
                return Self::in_processes(place, on, function, pool, options);
            }
            Executors::Cluster(_) => {
                let place = place(std::panic::Location::caller());
                let on = ("cluster", Executors::Cluster(workers));
                return Self::in_processes(place, on, function, pool, options);
            }
        };
        Ok(Self::new(name, backend, pool, ReplayMode::Plain, options))
    }

    fn in_processes(
        place: String,
        (name, executor): (&'static str, Executors),
        function: RunFunction<Assignment<A>, Reply>,
        pool: Option<Arc<Pool>>,
        mut options: EvaluatorOptions<A>,
    ) -> Result<Self, EvaluatorError> {
        if let Some(role) = worker_role().filter(|role| role.place() != place) {
            let (replay, search) = ReplayMode::replaying(role, &place);
            options.search = Some(search);
            return Ok(Self::replaying(name, executor.workers(), replay, options));
        }
        let search = options.search.take().unwrap_or_else(new_search);
        let cluster = options.cluster.take();
        let limits = &options.limits;
        let backend =
            executor.backend_at(place.clone(), cluster, replay_context, function, limits)?;
        let replay = ReplayMode::recording(place, search.clone(), options.is_replayable);
        options.search = Some(search);
        Ok(Self::new(name, backend, pool, replay, options))
    }

    /// Makes an evaluator of an asynchronous function, whose jobs `spawn` starts on the user's runtime (with tokio:
    /// `move |job| { runtime.spawn(job); }`). Up to `workers` jobs run at the same time.
    ///
    /// A stopped job is dropped at its next await.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::task::{Context, Poll, Wake, Waker};
    /// use bencher_core::evaluator::{BoxedFuture, Evaluator, EvaluatorOptions, Gather};
    /// # struct Unpark(std::thread::Thread);
    /// # impl Wake for Unpark {
    /// #     fn wake(self: Arc<Self>) { self.0.unpark(); }
    /// # }
    /// # fn block_on(mut job: BoxedFuture) {
    /// #     let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    /// #     while job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
    /// #         std::thread::park();
    /// #     }
    /// # }
    /// let spawn = |job: BoxedFuture| drop(std::thread::spawn(|| block_on(job)));
    /// let options = EvaluatorOptions::default().workers(2);
    /// let mut evaluator = Evaluator::create_async(|x| async move { *x * 2.0 }, spawn, options)?;
    /// evaluator.submit([1.0, 2.0])?;
    /// let values: Vec<_> = evaluator.gather(Gather::All)?.iter().map(|job| job.value()).collect();
    /// assert_eq!(values, [Some(2.0), Some(4.0)]);
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    ///
    /// # Errors
    /// Where there are too few resources.
    pub fn create_async<F, Fut, T>(
        run: F,
        spawn: impl Fn(BoxedFuture) + Send + Sync + 'static,
        options: EvaluatorOptions<A>,
    ) -> Result<Self, EvaluatorError>
    where
        A: Sync,
        F: Fn(RunningJob<'static, A>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = T> + Send + 'static,
        T: IntoObjective,
    {
        let limits: Limits = options.limits;
        let workers = workers(options.workers, &options)?;
        let pool: Option<Arc<Pool>> = pool(&options.resources, options.per_job, workers, false);
        let function = async_function(run, pool.clone());
        let backend = AsyncBackend::new(function, spawn, workers, &limits);
        Ok(Self::new(
            "async",
            Box::new(backend),
            pool,
            ReplayMode::Plain,
            options,
        ))
    }
}

const ONE_MACHINE: &str = "the resources of `queued` belong to one machine, and jobs on a cluster cannot share them; \
                           start one worker for each resource, and give it the resource by its environment";

/// Why there is no executor of a name: users of other systems look for theirs.
fn no_executor(name: &str) -> EvaluatorError {
    match executor_instead(name) {
        Some(instead) => EvaluatorError::OtherName {
            name: name.to_owned(),
            instead,
        },
        None => UnknownName::new("evaluator", name, NAMES).into(),
    }
}

/// The number of workers that have resources.
fn workers<A>(wanted: usize, options: &EvaluatorOptions<A>) -> Result<usize, EvaluatorError> {
    at_least_one(wanted)?;
    let EvaluatorOptions {
        limits, per_job, ..
    } = options;
    let per_job = *per_job;
    let zeros = [
        (
            per_job == 0,
            "per_job",
            "a job would have none of the resources",
            "at least 1, or leave out `queued`",
        ),
        (
            limits.time == Some(Duration::ZERO),
            "job_timeout",
            "no job could end in time",
            "more, or leave it out",
        ),
        (
            limits.memory == Some(0),
            "Limits::memory",
            "no worker process could start",
            "more, or `None`",
        ),
    ];
    if let Some((_, option, problem, instead)) = zeros.into_iter().find(|(is_zero, ..)| *is_zero) {
        return Err(EvaluatorError::Zero {
            option,
            problem,
            instead,
        });
    }
    if options.resources.is_empty() {
        return Ok(wanted);
    }
    match options.resources.len() / per_job {
        0 => Err(EvaluatorError::Resources {
            resources: options.resources.len(),
            per_job,
        }),
        sets => Ok(wanted.min(sets)),
    }
}

fn at_least_one(workers: usize) -> Result<(), EvaluatorError> {
    if workers > 0 {
        return Ok(());
    }
    Err(EvaluatorError::Zero {
        option: "workers",
        problem: "no job would run",
        instead: "at least 1",
    })
}
