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
mod hosts;
#[cfg(all(feature = "cluster", unix))]
mod job_table;
#[cfg(all(feature = "cluster", unix))]
mod launchers;
#[cfg(all(feature = "cluster", unix))]
mod local_jobs;
#[cfg(all(feature = "cluster", unix))]
mod local_workers;
#[cfg(all(feature = "cluster", unix))]
mod message;
mod options;
#[cfg(all(feature = "cluster", unix))]
mod private_folder;
#[cfg(all(feature = "cluster", unix))]
mod server;
#[cfg(all(feature = "cluster", unix))]
mod streams;
#[cfg_attr(not(all(feature = "cluster", unix)), path = "without.rs")]
mod worker;

#[cfg(all(feature = "cluster", unix))]
pub(crate) use backend::ClusterBackend;
#[cfg(all(feature = "cluster", unix))]
pub(super) use functions::{backend, work_as_cluster_worker};
pub(crate) use options::{CREDENTIAL_VARIABLES, checked_url};
pub use options::{ClusterOptions, WorkerPlacement};
pub(crate) use worker::{WorkerIdentity, work};
#[cfg(not(all(feature = "cluster", unix)))]
pub(super) use worker::{backend, work_as_cluster_worker};

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
}

/// The reports of a cluster about one sweep.
///
/// ```
/// use bencher_core::evaluator::ClusterReport;
/// let report = ClusterReport { duplicates: 2, redelivered: 1, ..ClusterReport::default() };
/// assert_eq!(report.to_string(), "0 hosts, 2 duplicates, 1 redelivered, 0 refused messages, 0 refused workers");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterReport {
    /// The share of each host, by name.
    pub hosts: Vec<HostShare>,
    /// Results that came a second time, and were dropped.
    pub duplicates: u64,
    /// Chunks of jobs that were given to a second worker, because the first was lost.
    pub redelivered: u64,
    /// Malformed or oversized messages, which were dropped.
    pub refused_messages: u64,
    /// Workers that were refused, because they are of other code or for another sweep.
    pub refused_workers: u64,
}

/// The share of one host in a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostShare {
    /// Its name.
    pub host: String,
    /// The class of the machine, from its processor and settings.
    pub machine: Option<Digest>,
    /// The workers that joined on it.
    pub workers: u32,
    /// The jobs that it finished first.
    pub jobs: u64,
    /// How many of them failed or timed out.
    pub failed: u64,
}

impl std::fmt::Display for ClusterReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} hosts, {} duplicates, {} redelivered, {} refused messages, {} refused workers",
            self.hosts.len(),
            self.duplicates,
            self.redelivered,
            self.refused_messages,
            self.refused_workers
        )
    }
}

impl std::fmt::Display for HostShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "host {}: {} workers, {} samples, {} failed",
            self.host, self.workers, self.jobs, self.failed
        )
    }
}
