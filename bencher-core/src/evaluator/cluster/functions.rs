//! Functions on a cluster: the jobs of evaluators and of cached functions.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::process::{Launch, worker_role};
use super::super::{Backend, Limits};
use super::options::WORKER_VARIABLE;
use super::private_folder::random_hex;
use super::worker::simulate;
use super::{ClusterBackend, ClusterOptions, ClusterSweep, HostRule, WorkerIdentity, work};
use crate::console::error_line;
use crate::measure::{Environment, executable_digest};
use crate::signals::stop_signals;
use crate::value::Digest;

/// Makes a backend for the jobs of a function; `options` are those of the environment where there are none.
///
/// # Errors
/// Where an option is wrong, or the server or the workers cannot be started.
pub(in super::super) fn backend<A, R>(
    launch: Launch,
    workers: usize,
    limits: &Limits,
    options: Option<ClusterOptions>,
) -> io::Result<Box<dyn Backend<A, R>>>
where
    A: Serialize + Send + 'static,
    R: DeserializeOwned + Send + 'static,
{
    let options = match options {
        Some(options) => options,
        None => ClusterOptions::from_environment().map_err(io::Error::other)?,
    };
    let sweep = ClusterSweep {
        options,
        code: executable_digest()?,
        // Nothing is kept of its jobs, so no other run may take its results for its own.
        identity: Digest::of(random_hex(16)?.as_bytes()),
        rule: HostRule::AllWorkers,
    };
    let (backend, _) = ClusterBackend::start(launch, workers, limits, sweep)?;
    Ok(Box::new(backend))
}

/// In a process that was started as a cluster worker, works for a run of this program, and ends the process.
///
/// Such a process never runs the jobs itself: it starts this program again for that, as a worker process.
pub(in super::super) fn work_as_cluster_worker() {
    let is_worker = std::env::var_os(WORKER_VARIABLE).is_some_and(|value| value == "true");
    if !is_worker || worker_role().is_some() {
        return;
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in stop_signals() {
        // A signal that cannot be caught ends this worker without notice; its jobs go to others.
        let _ = signal_hook::flag::register(signal, Arc::clone(&stop));
    }
    let options = ClusterOptions::from_environment().map_err(io::Error::other);
    let worked = options.and_then(|options| work(&options, WorkerIdentity::here()?, &stop));
    if let Err(error) = &worked {
        error_line!("error: this cluster worker ends: {error}");
    }
    std::process::exit(i32::from(worked.is_err()))
}

/// Works for a run of this program as this number of workers, which start no processes: `job` makes a result of the
/// arguments. It ends with the sweep.
///
/// # Errors
/// Where there is no server and no sweep, or the workers are refused.
pub(crate) fn simulate_workers(count: u32, job: fn(&[u8]) -> Vec<u8>) -> io::Result<()> {
    let options = ClusterOptions::from_environment().map_err(io::Error::other)?;
    simulate(&options, &WorkerIdentity::here()?, count, job)
}

impl WorkerIdentity {
    /// The identity of this process.
    ///
    /// # Errors
    /// Where the executable cannot be read.
    pub(crate) fn here() -> io::Result<Self> {
        Ok(Self {
            code: executable_digest()?,
            environment: Environment::capture(),
        })
    }
}
