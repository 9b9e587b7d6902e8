//! The stand-in for cluster workers where the feature `cluster` is off, and on systems without worker processes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::super::process::Launch;
use super::super::{Backend, Limits};
use super::ClusterOptions;
use crate::measure::Environment;
use crate::value::Digest;

/// What a worker would say about itself.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "only a program with the feature reads it")]
pub(crate) struct WorkerIdentity {
    pub(crate) code: Digest,
    pub(crate) environment: Environment,
}

/// Fails, since this program has no code for it.
///
/// # Errors
/// Always.
pub(crate) fn work(_: &ClusterOptions, _: WorkerIdentity, _: &Arc<AtomicBool>) -> io::Result<()> {
    Err(super::missing())
}

/// Fails, since this program has no code for it.
///
/// # Errors
/// Always.
pub(in super::super) fn backend<A, R>(
    _: Launch,
    _: usize,
    _: &Limits,
    _: Option<ClusterOptions>,
) -> io::Result<Box<dyn Backend<A, R>>> {
    Err(super::missing())
}

/// No process is a cluster worker here.
pub(in super::super) const fn work_as_cluster_worker() {}

impl WorkerIdentity {
    /// Fails, since this program has no code for it.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn here() -> io::Result<Self> {
        Err(super::missing())
    }
}
