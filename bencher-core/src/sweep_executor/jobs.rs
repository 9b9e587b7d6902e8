//! Runs jobs and passes their samples on, independent of the sweep's type: a program has one copy of it for all its
//! sweeps.

use serde::Serialize;

use crate::dataset::DatasetError;
use crate::evaluator::cluster::MeasuringHost;
use crate::evaluator::process::{Launch, ProcessBackend, WorkerRole};
use crate::evaluator::{Backend, Dispatcher, Executors, Limits, RunFunction};
use crate::job::{FinishedJob, Job, JobOutcome, Sample};
use crate::progress::{ProgressSink, SampleEvent};
use crate::result_collector::ResultCollector;
#[cfg(feature = "search")]
use crate::space::GrowingRows;
use crate::store::StoreError;
use crate::value::{Kind, Value};

#[cfg(feature = "search")]
use super::row_jobs::{RowBackend, run_with_rows};

/// The executor of the jobs.
pub(super) struct JobSettings<'l> {
    pub(super) executor: Executors,
    pub(super) limits: &'l Limits,
    /// How worker processes are started.
    pub(super) launch: Option<Launch>,
    pub(super) retries: u32,
    pub(super) rows: Rows,
}

/// Where worker processes have the values of points from.
#[derive(Clone, Debug, Default)]
pub(super) enum Rows {
    /// Their own plan, which has all points from the start.
    #[default]
    Planned,
    /// The jobs: the points of a search are proposed while it runs.
    #[cfg(feature = "search")]
    Growing(GrowingRows),
}

/// What passes jobs to the workers, and the host that takes timed samples, where they run on a cluster.
pub(super) type StartedJobs = (Dispatcher<Job, Sample>, Option<MeasuringHost>);

type Started<A> = (Box<dyn Backend<A, Sample>>, Option<MeasuringHost>);

/// Starts the workers.
///
/// # Errors
/// Where they cannot be started.
pub(super) fn start_jobs(
    on: JobSettings<'_>,
    run: RunFunction<Job, Sample>,
) -> Result<StartedJobs, StoreError> {
    let made: std::io::Result<Started<Job>> = match (on.launch, on.rows) {
        (Some(launch), Rows::Planned) if on.executor.starts_processes() => {
            in_processes(on.executor, launch, on.limits)
        }
        #[cfg(feature = "search")]
        (Some(launch), Rows::Growing(rows)) if on.executor.starts_processes() => {
            in_processes(on.executor, launch, on.limits)
                .map(|(made, host)| (Box::new(RowBackend::new(made, rows)) as _, host))
        }
        _ => on.executor.backend(run, on.limits).map(|made| (made, None)),
    };
    let (backend, host) = made.map_err(|source| StoreError::Io {
        action: "start the workers of",
        path: "this program".into(),
        source,
    })?;
    Ok((Dispatcher::new(backend).retrying(on.retries), host))
}

/// Starts worker processes, on this machine or on a cluster.
fn in_processes<A: Serialize + Send + 'static>(
    executor: Executors,
    launch: Launch,
    limits: &Limits,
) -> std::io::Result<Started<A>> {
    match executor {
        Executors::Cluster(workers) => on_cluster(launch, workers, limits),
        _ => {
            let made = ProcessBackend::start(launch, executor.workers(), limits)?;
            Ok((Box::new(made), None))
        }
    }
}

#[cfg(all(feature = "cluster", unix))]
fn on_cluster<A: Serialize + Send + 'static>(
    mut launch: Launch,
    workers: usize,
    limits: &Limits,
) -> std::io::Result<Started<A>> {
    let Some(sweep) = launch.cluster.take() else {
        return Err(std::io::Error::other(
            "only the sweeps of a `Bench` run on a cluster",
        ));
    };
    let started = crate::evaluator::cluster::ClusterBackend::start(launch, workers, limits, sweep);
    started.map(|(backend, host)| (Box::new(backend) as _, host))
}

#[cfg(not(all(feature = "cluster", unix)))]
fn on_cluster<A>(_: Launch, _: usize, _: &Limits) -> std::io::Result<Started<A>> {
    Err(crate::evaluator::cluster::missing())
}

/// Takes the samples that a worker process is given, until there are no more.
///
/// # Errors
/// Where the connection to the program is closed.
pub(super) fn serve_jobs(
    role: &WorkerRole,
    run: RunFunction<Job, Sample>,
    rows: Rows,
) -> std::io::Result<()> {
    match rows {
        Rows::Planned => role.serve(&run),
        #[cfg(feature = "search")]
        Rows::Growing(rows) => role.serve(&run_with_rows(run, rows)),
    }
}

/// The reports about a point and its samples.
pub(super) struct Names<'p> {
    /// The inputs of a point.
    pub(super) inputs: &'p dyn Fn(u64) -> Vec<(String, Value)>,
    /// The results of a sample: where they stand in it, their names, and their kinds.
    pub(super) results: &'p dyn Fn() -> Vec<(usize, &'static str, Kind)>,
}

/// The outcome of delivering jobs.
pub(super) struct Delivered {
    /// Whether one of them failed.
    pub(super) failed: bool,
    /// How many were cancelled.
    pub(super) cancelled: u64,
}

/// Tells of jobs that are done, and puts their samples into the cells.
pub(super) fn deliver(
    done: &mut Vec<FinishedJob>,
    names: &Names<'_>,
    collector: &mut ResultCollector,
    progress: &mut dyn ProgressSink,
) -> Delivered {
    tell(done, names, progress);
    let (delivered, failed) = (done.len() as u64, collector.counts().failed);
    let filled = collector.collect_all(done.drain(..), names.inputs, |point, repeat, error| {
        progress.note(&no_cell(point, repeat, &error));
    });
    Delivered {
        failed: collector.counts().failed > failed,
        cancelled: delivered - filled,
    }
}

/// Tells of jobs that are done.
pub(super) fn tell(done: &[FinishedJob], names: &Names<'_>, progress: &mut dyn ProgressSink) {
    if !progress.wants_samples() {
        return;
    }
    let ran = |job: &&FinishedJob| job.outcome != JobOutcome::Cancelled;
    for job in done.iter().filter(ran) {
        progress.sample(&SampleEvent {
            inputs: (names.inputs)(job.point),
            repeat: job.repeat,
            outcome: &job.outcome,
            results: (names.results)(),
        });
    }
}

pub(super) fn no_cell(point: u64, repeat: u32, error: &DatasetError) -> String {
    format!("the dataset has no cell for point {point}, repeat {repeat}: {error}")
}
