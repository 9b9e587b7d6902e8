//! How a site starts workers: each launcher says which commands it runs, and with which it ends the workers.

mod kubernetes;
mod mpi;
mod placed;
mod slurm;
mod ssh;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use super::WorkerPlacement;
use super::local_workers::WorkerCommandLine;
pub(super) use placed::PlacedWorkers;

/// Starts workers by a program of the site.
pub(super) trait Launcher {
    /// The commands that start the workers.
    ///
    /// # Errors
    /// Where a file that it needs cannot be read or written, or a secret would have to cross the network.
    fn start(&self, worker: &WorkerCommandLine) -> io::Result<Vec<SiteCommand>>;

    /// The command that ends what a submitting command started, from its output.
    fn stop(&self, output: &str) -> Option<SiteCommand>;
}

/// A command of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SiteCommand {
    pub(super) words: Vec<OsString>,
    /// Variables for the command, which it passes on to the workers.
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// Whether it runs as long as its workers do; other commands submit them and end.
    pub(super) stays: bool,
}

/// The launcher of a placement; none for workers of this machine, which the program starts itself.
pub(super) fn launcher(placement: &WorkerPlacement) -> Option<Box<dyn Launcher>> {
    Some(match placement {
        WorkerPlacement::Local(_) => return None,
        WorkerPlacement::Slurm { workers, options } => Box::new(slurm::Slurm {
            workers: *workers,
            options: options.clone(),
            in_allocation: std::env::var_os("SLURM_JOB_ID").is_some(),
        }),
        WorkerPlacement::Mpirun(workers) => Box::new(mpi::Mpirun(*workers)),
        WorkerPlacement::HyperQueue(workers) => Box::new(slurm::HyperQueue(*workers)),
        WorkerPlacement::Ssh(hosts) => Box::new(ssh::Ssh {
            hosts: hosts.clone(),
            folder: std::env::current_dir().unwrap_or_default(),
        }),
        WorkerPlacement::Kubernetes { workers, image } => Box::new(kubernetes::Kubernetes {
            workers: *workers,
            image: image.clone(),
            manifest: PathBuf::from("bencher-workers.yaml"),
        }),
    })
}

fn words<const N: usize>(texts: [&str; N]) -> Vec<OsString> {
    texts.map(OsString::from).to_vec()
}

/// The program of a worker with its arguments.
fn program(worker: &WorkerCommandLine) -> impl Iterator<Item = OsString> + '_ {
    std::iter::once(worker.program.clone().into()).chain(worker.args.iter().cloned())
}

/// A text that a shell reads as one word.
fn shell_word(text: &OsString) -> String {
    format!("'{}'", text.to_string_lossy().replace('\'', "'\\''"))
}
