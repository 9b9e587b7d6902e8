//! The workers that a launcher has started.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt;

use super::super::super::process::terminate;
use super::super::local_workers::{WorkerCommandLine, last_lines};
use super::super::private_folder::PrivateFolder;
use super::{Launcher, SiteCommand};

/// How long commands of the site may take to end after the sweep.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long workers have that hear by themselves that the sweep has ended.
const NOTICE: Duration = Duration::from_secs(2);
const GLANCE: Duration = Duration::from_millis(20);

/// Commands that run as long as their workers, and jobs that were submitted.
#[derive(Debug)]
pub(in super::super) struct PlacedWorkers {
    running: Vec<Child>,
    /// The folder with what these wrote to standard error, each in a file of its number.
    errors: Option<PrivateFolder>,
    stops: Vec<SiteCommand>,
}

impl PlacedWorkers {
    /// Starts workers by the commands of a launcher.
    ///
    /// # Errors
    /// Where a command cannot be started, or a submission fails; its own words are in the error.
    pub(in super::super) fn start(
        launcher: &dyn Launcher,
        worker: &WorkerCommandLine,
    ) -> io::Result<Self> {
        let mut placed = Self {
            running: Vec::new(),
            errors: None,
            stops: Vec::new(),
        };
        for command in launcher.start(worker)? {
            let mut process = process(&command)?;
            if command.stays {
                let errors = placed.error_file(placed.running.len())?;
                process.stdout(Stdio::null()).stderr(File::create(errors)?);
                let child = process.spawn().map_err(|error| no_start(&command, error))?;
                placed.running.push(child);
                continue;
            }
            let output = process
                .output()
                .map_err(|error| no_start(&command, error))?;
            if !output.status.success() {
                let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                return Err(io::Error::other(format!(
                    "`{}` failed ({}): {errors}",
                    name(&command),
                    output.status
                )));
            }
            let text = String::from_utf8_lossy(&output.stdout);
            placed.stops.extend(launcher.stop(&text));
        }
        Ok(placed)
    }

    /// The file of a command for standard error.
    fn error_file(&mut self, number: usize) -> io::Result<PathBuf> {
        let folder = match self.errors.take() {
            Some(folder) => folder,
            None => PrivateFolder::new()?,
        };
        let folder = self.errors.insert(folder);
        Ok(folder.path().join(format!("launcher-{number}.log")))
    }

    /// Looks after the commands that run as long as their workers do.
    ///
    /// # Errors
    /// The end of the last one in its own words, where all have ended: no worker can come any more.
    pub(in super::super) fn check(&mut self) -> Result<(), String> {
        let mut last = None;
        for child in &mut self.running {
            match child.try_wait() {
                Ok(None) => return Ok(()),
                Ok(Some(status)) => last = Some(status.to_string()),
                Err(error) => last = Some(error.to_string()),
            }
        }
        let Some(status) = last else {
            return Ok(());
        };
        let errors = self.error_file(self.running.len() - 1);
        let errors = errors.map(|path| last_lines(&path)).unwrap_or_default();
        Err(format!(
            "the launcher has ended with all its workers ({status}): {errors}"
        ))
    }

    /// Ends the workers: those that do not end themselves, and jobs that have not begun.
    pub(in super::super) fn end(&mut self) {
        let end = Instant::now() + PATIENCE;
        for stop in self.stops.drain(..) {
            // A job that has ended cannot be cancelled, and need not be.
            let _ = process(&stop).and_then(|mut process| process.output());
        }
        wait(&mut self.running, Instant::now() + NOTICE);
        for child in &mut self.running {
            // Workers that have not joined yet do not hear that the sweep has ended; the launcher tells them.
            if matches!(child.try_wait(), Ok(None)) {
                terminate(child.id());
            }
        }
        wait(&mut self.running, end);
        self.kill();
    }

    fn kill(&mut self) {
        for mut child in self.running.drain(..) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until all have ended, or it is too late.
fn wait(children: &mut [Child], end: Instant) {
    for child in children {
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for PlacedWorkers {
    fn drop(&mut self) {
        for stop in self.stops.drain(..) {
            let _ = process(&stop).and_then(|mut process| process.output());
        }
        self.kill();
    }
}

fn process(command: &SiteCommand) -> io::Result<Command> {
    let Some((program, args)) = command.words.split_first() else {
        return Err(io::Error::other("a command of a launcher is empty"));
    };
    let mut process = Command::new(program);
    process
        .args(args)
        .envs(
            command
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(Stdio::null())
        // Ctrl-C of a terminal is for the program.
        .process_group(0);
    Ok(process)
}

fn name(command: &SiteCommand) -> String {
    let first = command.words.first().cloned().unwrap_or_default();
    first.to_string_lossy().into_owned()
}

fn no_start(command: &SiteCommand, error: io::Error) -> io::Error {
    let name = name(command);
    io::Error::new(
        error.kind(),
        format!(
            "the launcher `{name}` cannot be started: {error}; is it installed and on the search path?"
        ),
    )
}
