//! Workers that ssh starts, on the hosts of a file.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use super::super::error::failed;
use super::super::local_workers::WorkerCommandLine;
use super::super::options::NUMBER_VARIABLE;
use super::{Launcher, SiteCommand, program, shell_word, words};

/// Workers on hosts: a line of the file has a host, and the number of its workers if that is not 1.
#[derive(Debug)]
pub(super) struct Ssh {
    pub(super) hosts: PathBuf,
    /// The folder in which the workers start, as this program did.
    pub(super) folder: PathBuf,
}

impl Launcher for Ssh {
    fn start(&self, worker: &WorkerCommandLine) -> io::Result<Vec<SiteCommand>> {
        let path = self.hosts.display();
        let text = std::fs::read_to_string(&self.hosts);
        let text = text.map_err(|error| failed(&format!("the hosts {path}"), error))?;
        let mut commands = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let (host, workers) = host(line)
                .map_err(|reason| io::Error::other(format!("{path}:{number}: {reason}")))?;
            for number in 0..workers {
                let mut command = words(["ssh", "-o", "BatchMode=yes", "--", host]);
                command.push(self.script(worker, number));
                commands.push(SiteCommand {
                    words: command,
                    environment: Vec::new(),
                    stays: true,
                });
            }
        }
        if commands.is_empty() {
            return Err(io::Error::other(format!("{path} names no host")));
        }
        Ok(commands)
    }

    fn stop(&self, _: &str) -> Option<SiteCommand> {
        None
    }
}

impl Ssh {
    /// What the shell of a host runs for the worker of this number. It has the path of the credentials, and not their
    /// content.
    fn script(&self, worker: &WorkerCommandLine, number: usize) -> OsString {
        let folder = shell_word(&self.folder.clone().into());
        let variables = worker.environment.iter();
        let variables = variables.map(|(name, value)| format!("{name}={}", shell_word(value)));
        let line: Vec<String> = program(worker).map(|word| shell_word(&word)).collect();
        let variables = variables.collect::<Vec<_>>().join(" ");
        let line = line.join(" ");
        format!("cd {folder} && exec env {NUMBER_VARIABLE}={number} {variables} {line}").into()
    }
}

/// The host of a line with its number of workers: 0 for an empty line and a comment.
fn host(line: &str) -> Result<(&str, usize), String> {
    const MOST: usize = 1024;
    let line = line.split('#').next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let Some(host) = words.next() else {
        return Ok(("", 0));
    };
    if host.starts_with('-') {
        return Err(format!(
            "`{host}` is no host, but looks like an option of ssh"
        ));
    }
    let workers = match words.next() {
        None => 1,
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (1..=MOST).contains(number))
            .ok_or_else(|| format!("`{text}` is no number of workers from 1 to {MOST}"))?,
    };
    match words.next() {
        Some(more) => Err(format!("`{more}` stands behind the number of workers")),
        None => Ok((host, workers)),
    }
}
