//! Many workers in one process that start no processes of their own: a load for benchmarks.

use std::io;
use std::sync::atomic::AtomicBool;

use futures_util::future::join_all;

use super::super::ClusterOptions;
use super::super::access::Access;
use super::super::local_jobs::SimulatedJob;
use super::{Worker, WorkerIdentity, connect, program_name};

/// Works for a sweep of this program as this number of workers at once, each with a connection of its own. They start
/// no processes: `job` gives the results.
///
/// # Errors
/// Where there is no server and no sweep, or they are refused.
pub(in super::super) fn simulate(
    options: &ClusterOptions,
    identity: &WorkerIdentity,
    count: u32,
    job: SimulatedJob,
) -> io::Result<()> {
    let access = Access::new(options)?;
    let program = program_name(&std::env::current_exe()?);
    let stop = AtomicBool::new(false);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let one = async |_: u32| {
        let worker = Worker {
            client: connect(&access, &stop).await?,
            name: identity.new_name()?,
            identity: identity.clone(),
            program: program.clone(),
            sweep: None,
            url: access.url().to_owned(),
            stop: &stop,
            simulated: Some(job),
        };
        let Some(welcome) = worker.join().await? else {
            return Ok(());
        };
        worker.serve(*welcome).await.map(drop)
    };
    let all = runtime.block_on(join_all((0..count).map(one)));
    all.into_iter().collect()
}
