//! Sweeps on several machines: a server of NATS `JetStream` hands jobs to workers, and their results back.
//!
//! The program is the *coordinator*: it publishes chunks of jobs, and takes the results. It alone writes the store. A
//! *cluster worker* is the same program, started anywhere with `--cluster-worker`. It supervises a worker process
//! ([`process`](super::process)), which runs one job at a time, so that a job that crashes costs no cluster worker.
//!
//! A job is done at least once. A chunk is leased to a worker: if the worker no longer says that it works on the
//! chunk, the server gives the chunk to another. Results are known by the content of their job, the first one counts,
//! and later ones are counted as duplicates. The server keeps a result until the store of the coordinator has it.

#[cfg(all(feature = "cluster", unix))]
mod access;
#[cfg(all(feature = "cluster", unix))]
mod backend;
#[cfg(all(feature = "cluster", unix))]
mod chunk_size;
#[cfg(all(feature = "cluster", unix))]
mod coordinator;
#[cfg(all(feature = "cluster", unix))]
mod error;
#[cfg(all(feature = "cluster", unix))]
mod functions;
#[cfg(all(feature = "cluster", unix))]
mod host_lock;
#[cfg(all(feature = "cluster", unix))]
mod hosts;
#[cfg(all(feature = "cluster", unix))]
mod job_table;
#[cfg(all(feature = "cluster", unix))]
mod launchers;
#[cfg(all(feature = "cluster", unix))]
mod local_jobs;
#[cfg(all(feature = "cluster", unix))]
mod local_workers;
mod measuring_host;
#[cfg(all(feature = "cluster", unix))]
mod message;
mod options;
#[cfg(all(feature = "cluster", unix))]
mod private_folder;
mod report;
#[cfg(all(feature = "cluster", unix))]
mod server;
#[cfg(all(feature = "cluster", unix))]
mod streams;
#[cfg_attr(not(all(feature = "cluster", unix)), path = "without.rs")]
mod worker;

#[cfg(all(feature = "cluster", unix))]
pub(crate) use backend::ClusterBackend;
#[cfg(all(feature = "cluster", unix))]
pub(crate) use functions::simulate_workers;
#[cfg(all(feature = "cluster", unix))]
pub(super) use functions::{backend, work_as_cluster_worker};
pub(crate) use measuring_host::MeasuringHost;
pub(crate) use options::{CREDENTIAL_VARIABLES, checked_url};
pub use options::{ClusterOptions, WorkerPlacement};
pub use report::{ClusterReport, HostShare};
pub(crate) use worker::{WorkerIdentity, work};
#[cfg(not(all(feature = "cluster", unix)))]
pub(super) use worker::{backend, work_as_cluster_worker};

use serde::{Deserialize, Serialize};

use crate::value::Digest;

/// The error of a program that cannot use a cluster.
#[cfg(not(all(feature = "cluster", unix)))]
pub(crate) fn missing() -> std::io::Error {
    std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "`--executor cluster` needs bencher's feature `cluster`, and a Unix system; turn the feature on in Cargo.toml",
    )
}

/// What a cluster must know of the sweep that it runs.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(all(feature = "cluster", unix)),
    expect(dead_code, reason = "only a program with the feature reads it")
)]
pub(crate) struct ClusterSweep {
    /// How workers are started, and where the server is.
    pub(crate) options: ClusterOptions,
    /// The executable of the coordinator, which workers must share.
    pub(crate) code: Digest,
    /// What tells this sweep and its store from all others.
    pub(crate) identity: Digest,
    /// Which hosts may run its jobs, and how many at a time.
    pub(crate) rule: HostRule,
}

/// Which hosts of a cluster may run the jobs of a sweep, and how many at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum HostRule {
    /// All hosts, one job for each worker: no result depends on the machine.
    AllWorkers,
    /// All hosts, each one at a time: timed or counted jobs, which the user wants side by side.
    OneJobPerHost,
    /// One host, one at a time: timed or counted jobs, which can then be compared.
    OneHost,
}
