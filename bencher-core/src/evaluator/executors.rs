use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cluster::{backend as cluster_backend, work_as_cluster_worker};
use super::process::{Launch, ProcessBackend, WorkerRole, ordinal, worker_role};
use super::{
    Backend, ClusterOptions, Limits, RunFunction, SerialBackend, ThreadBackend, WatchedThreads,
};

/// The executor of jobs.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Executors, Limits};
/// let backend = Executors::Threads(2).backend(Arc::new(|x: &u32, _| Ok(*x)), &Limits::default())?;
/// assert_eq!(backend.workers(), 2);
/// assert_eq!(Executors::default(), Executors::Serial);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Executors {
    /// Runs jobs one after the other, on the calling thread.
    #[default]
    Serial,
    /// Runs jobs on this number of threads.
    Threads(usize),
    /// Runs jobs in this number of worker processes. Each one starts this program again.
    Processes(usize),
    /// Runs jobs on several machines; this number of workers where it starts them itself. The environment names the
    /// server and the launcher: see [`ClusterOptions::from_environment`](super::ClusterOptions::from_environment).
    Cluster(usize),
}

impl Executors {
    /// Makes a backend that runs `function`.
    ///
    /// In a worker process that was started for this backend, it runs the jobs and never returns. The same holds for a
    /// cluster worker, which starts such processes (a process with `BENCHER_CLUSTER_WORKER=true`). The backend is
    /// identified by its place: the line of the call, and how often this thread has reached it.
    ///
    /// # Errors
    /// Where its workers cannot be started.
    #[track_caller]
    pub fn backend<A, R>(
        self,
        function: RunFunction<A, R>,
        limits: &Limits,
    ) -> std::io::Result<Box<dyn Backend<A, R>>>
    where
        A: Serialize + DeserializeOwned + Clone + Send + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let line = std::panic::Location::caller();
        let place = match self {
            Self::Processes(_) | Self::Cluster(_) => place(line),
            _ => String::new(),
        };
        self.backend_at(place, None, || Ok(Vec::new()), function, limits)
    }

    /// Like [`backend`](Self::backend), with a known place, and the options of a cluster if they are not those of the
    /// environment; new workers receive the data from `context`.
    pub(super) fn backend_at<A, R>(
        self,
        place: String,
        cluster: Option<ClusterOptions>,
        context: impl FnOnce() -> std::io::Result<Vec<u8>>,
        function: RunFunction<A, R>,
        limits: &Limits,
    ) -> std::io::Result<Box<dyn Backend<A, R>>>
    where
        A: Serialize + DeserializeOwned + Clone + Send + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        work_as_cluster_worker();
        Ok(match self {
            Self::Serial => Box::new(SerialBackend::new(function, limits)),
            Self::Threads(workers) if limits.time.is_some() => {
                Box::new(WatchedThreads::start(function, workers, limits)?)
            }
            Self::Threads(workers) => Box::new(ThreadBackend::start(function, workers)?),
            Self::Processes(workers) | Self::Cluster(workers) => {
                if let Some(role) = worker_role() {
                    serve(role, &place, &function);
                }
                let launch = Launch::this_program(place)?.context(context()?);
                match self {
                    Self::Cluster(_) => cluster_backend(launch, workers, limits, cluster)?,
                    _ => Box::new(ProcessBackend::start(launch, workers, limits)?),
                }
            }
        })
    }

    /// Whether jobs run in processes that start this program again.
    pub(crate) const fn starts_processes(self) -> bool {
        matches!(self, Self::Processes(_) | Self::Cluster(_))
    }

    /// How many jobs run at the same time.
    pub const fn workers(self) -> usize {
        match self {
            Self::Serial => 1,
            Self::Threads(workers) | Self::Processes(workers) | Self::Cluster(workers) => workers,
        }
    }
}

/// A place where jobs are run in worker processes: a line, and how often this thread came by it.
pub(super) fn place(line: &std::panic::Location<'_>) -> String {
    let line = format!("line {line}");
    format!("{line}, time {}", ordinal(&line) + 1)
}

fn serve<A, R>(role: &WorkerRole, place: &str, function: &RunFunction<A, R>) -> !
where
    A: DeserializeOwned,
    R: Serialize,
{
    if role.place() != place {
        role.refuse(&format!(
            "it should work at {}, but reached {place} first: a program can run jobs in worker \
             processes at one place only, unless the jobs belong to sweeps or evaluators",
            role.title()
        ));
    }
    let served = role.serve(function);
    std::process::exit(i32::from(served.is_err()))
}

/// What stands for an executor of another system, by its name there.
pub(crate) fn executor_instead(name: &str) -> Option<&'static str> {
    const OTHERS: [(&[&str], &str); 5] = [
        (&["thread"], "\"threads\""),
        (
            &["process", "multiprocessing", "loky"],
            "\"processes\", which replaces a worker that dies",
        ),
        (
            &["mpicomm", "mpi"],
            "\"cluster\" with BENCHER_LAUNCH=mpirun:N; the program need not know of MPI",
        ),
        (
            &["scoop"],
            "\"cluster\" with BENCHER_LAUNCH=ssh:FILE, a file of hosts",
        ),
        (
            &["ray"],
            "\"cluster\", whose server BENCHER_NATS names, and whose workers may come and go",
        ),
    ];
    let name = name.to_ascii_lowercase();
    let found = OTHERS
        .iter()
        .find(|(names, _)| names.contains(&name.as_str()));
    found.map(|(_, instead)| *instead)
}
