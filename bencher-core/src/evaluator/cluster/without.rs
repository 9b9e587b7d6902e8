//! The stand-in for cluster workers where the feature `cluster` is off, and on systems without worker processes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::ClusterOptions;
use crate::value::Digest;

/// What a worker would say about itself.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "only a program with the feature reads it")]
pub(crate) struct WorkerIdentity {
    pub(crate) code: Digest,
    pub(crate) host: String,
    pub(crate) machine: Digest,
}

/// Fails, since this program has no code for it.
///
/// # Errors
/// Always.
#[expect(
    clippy::extra_unused_type_parameters,
    reason = "a worker with the feature has jobs and results of these types"
)]
pub(crate) fn work<A, R>(
    _: &ClusterOptions,
    _: WorkerIdentity,
    _: &Arc<AtomicBool>,
) -> io::Result<()> {
    Err(super::missing())
}
