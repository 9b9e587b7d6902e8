//! Workers that mpirun starts: it starts programs that know nothing of MPI as well.

use std::io;

use super::super::local_workers::WorkerCommandLine;
use super::{Launcher, SiteCommand, program, words};

/// This number of processes of mpirun.
#[derive(Debug)]
pub(super) struct Mpirun(pub(super) usize);

impl Launcher for Mpirun {
    fn start(&self, worker: &WorkerCommandLine) -> io::Result<Vec<SiteCommand>> {
        let mut command = words(["mpirun", "-n"]);
        command.push(self.0.to_string().into());
        command.extend(words(["--bind-to", "core"]));
        for (name, _) in &worker.environment {
            // With a name alone, mpirun passes on its own variable: values stay off the command line.
            command.extend(words(["-x", name]));
        }
        command.extend(program(worker));
        Ok(vec![SiteCommand {
            words: command,
            environment: worker.environment.clone(),
            stays: true,
        }])
    }

    fn stop(&self, _: &str) -> Option<SiteCommand> {
        None
    }
}
