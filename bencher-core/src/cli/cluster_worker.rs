//! A program as a cluster worker: it runs none of its own sweeps.

use std::process::ExitCode;
use std::sync::Arc;

use crate::bench::RunConfig;
use crate::console::error_line;
use crate::evaluator::cluster::{WorkerIdentity, work};
use crate::sweep_executor::Interrupt;

use super::session_run::FAILED;

/// Works for a run of this program on another host, or on this one; the exit status.
pub(super) fn run(config: &RunConfig, interrupt: &Interrupt) -> ExitCode {
    let worked = WorkerIdentity::here()
        .and_then(|identity| work(&config.cluster, identity, &Arc::clone(&interrupt.0)));
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error_line!("error: this cluster worker ends: {error}");
            ExitCode::from(FAILED)
        }
    }
}

/// Works for a run of this program as this number of workers, which run no benchmark: the only result of a sample is
/// the number of its point. For benchmarks of clusters.
///
/// # Errors
/// Where there is no server and no sweep, or the workers are refused.
#[cfg(all(feature = "cluster", unix))]
pub fn simulate_cluster_workers(count: u32) -> std::io::Result<()> {
    use crate::job::{Job, Sample};

    crate::evaluator::cluster::simulate_workers(count, |args| {
        let point = postcard::from_bytes::<Job>(args).map(|job| job.point);
        let sample: Sample = [point.ok().map(Into::into)].into();
        postcard::to_extend(&sample, Vec::new()).unwrap_or_default()
    })
}
