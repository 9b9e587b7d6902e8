//! Cluster workers on this machine, each started and replaced by the program.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::process::{spawn, terminate};
use super::options::NUMBER_VARIABLE;
use super::private_folder::PrivateFolder;

/// How often in a row workers are replaced without a result in between.
const MOST_REPLACED: u32 = 3;
/// How long workers may take to end.
const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(5);
/// How many lines of a worker that failed are shown.
const LINES: usize = 6;

/// The command of a cluster worker: this program again.
#[derive(Clone, Debug)]
pub(super) struct WorkerCommandLine {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) environment: Vec<(&'static str, OsString)>,
}

/// Workers on this machine. Their output goes into files of a private folder.
#[derive(Debug)]
pub(super) struct LocalWorkers {
    command: WorkerCommandLine,
    folder: PathBuf,
    workers: Vec<Option<Child>>,
    /// The folder, where it is for the workers alone.
    _own_folder: Option<PrivateFolder>,
    replaced: u32,
    last_text: String,
}

impl LocalWorkers {
    /// Starts `count` workers.
    ///
    /// # Errors
    /// Where the system cannot start them.
    pub(super) fn start(
        command: WorkerCommandLine,
        count: usize,
        folder: PathBuf,
        own_folder: Option<PrivateFolder>,
    ) -> io::Result<Self> {
        let mut all = Self {
            command,
            folder,
            workers: Vec::new(),
            _own_folder: own_folder,
            replaced: 0,
            last_text: String::new(),
        };
        for number in 0..count {
            let worker = all.start_one(number)?;
            all.workers.push(Some(worker));
        }
        Ok(all)
    }

    fn start_one(&self, number: usize) -> io::Result<Child> {
        let output = File::create(self.output_of(number))?;
        let mut command = Command::new(&self.command.program);
        command
            .args(&self.command.args)
            .envs(
                self.command
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .env(NUMBER_VARIABLE, number.to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C of a terminal is for the program, which ends its workers.
            .process_group(0);
        spawn(command)
    }

    fn output_of(&self, number: usize) -> PathBuf {
        self.folder.join(format!("worker-{number}.log"))
    }

    /// A result has come: the workers are able to work.
    pub(super) const fn note_result(&mut self) {
        self.replaced = 0;
    }

    /// Replaces workers that have ended.
    ///
    /// # Errors
    /// The last output of one, where all have ended and new ones end too.
    pub(super) fn replace_ended(&mut self) -> Result<(), String> {
        for number in 0..self.workers.len() {
            let Some(slot) = self.workers.get_mut(number) else {
                continue;
            };
            let status = match slot.as_mut().map(Child::try_wait) {
                None | Some(Ok(None)) => continue,
                Some(Ok(Some(status))) => status.to_string(),
                Some(Err(error)) => error.to_string(),
            };
            *slot = None;
            self.last_text = format!("{status}\n{}", last_lines(&self.output_of(number)));
            if self.replaced < MOST_REPLACED {
                self.replaced += 1;
                let started = self.start_one(number);
                match (started, self.workers.get_mut(number)) {
                    (Ok(worker), Some(slot)) => *slot = Some(worker),
                    (Err(error), _) => self.last_text = error.to_string(),
                    (Ok(_), None) => {}
                }
            }
        }
        if self.workers.iter().any(Option::is_some) {
            return Ok(());
        }
        Err(format!(
            "all workers on this machine ended, the last one with {}",
            self.last_text.trim_end()
        ))
    }

    /// Ends the workers that do not end themselves in time.
    pub(super) fn end(&mut self) {
        let end = Instant::now() + PATIENCE;
        for worker in self.workers.iter_mut().filter_map(Option::as_mut) {
            // One that has not joined yet does not hear that the sweep has ended.
            if matches!(worker.try_wait(), Ok(None)) {
                terminate(worker.id());
            }
        }
        for worker in self.workers.iter_mut().filter_map(Option::as_mut) {
            while matches!(worker.try_wait(), Ok(None)) && Instant::now() < end {
                std::thread::sleep(GLANCE);
            }
            // Its worker process notices this, and ends.
            let _ = worker.kill();
            let _ = worker.wait();
        }
        self.workers.clear();
    }
}

impl LocalWorkers {
    /// Ends the workers at once.
    pub(super) fn kill(&mut self) {
        for mut worker in self.workers.drain(..).flatten() {
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}

impl Drop for LocalWorkers {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last lines of a file.
pub(super) fn last_lines(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().rev().take(LINES).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
