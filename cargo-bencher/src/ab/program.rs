//! One of the two programs: how a run of it is started, and what it measures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bencher_core::record::SweepRecord;
use bencher_core::store::load_newest_results;

use crate::stop::Stop;

/// A program that runs sweeps.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// What people call it: a commit, or its command.
    pub(super) name: String,
    pub(super) executable: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// Where it is started.
    pub(super) folder: PathBuf,
}

impl Program {
    /// A program by its command line, whose words stand between spaces; `option` gave it.
    ///
    /// # Errors
    /// Where there is no such program.
    pub(super) fn of_command(option: &str, command: &str, here: &Path) -> Result<Self, String> {
        let mut words = command.split_whitespace();
        let name = words
            .next()
            .ok_or_else(|| format!("`{option}` names no program: the command is empty"))?;
        let path = Path::new(name);
        // A path is one from here; a name is looked for on the search path.
        let executable = if path.components().count() > 1 {
            Some(here.join(path)).filter(|path| is_program(path))
        } else {
            let search = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&search)
                .map(|folder| folder.join(path))
                .find(|path| is_program(path))
        };
        let executable = executable.ok_or_else(|| {
            if here.join(path).exists() {
                format!("`{option}`: `{name}` is not executable here; write `./{name}` for a program in this directory")
            } else {
                format!("`{option}`: there is no program `{name}`")
            }
        })?;
        Ok(Self {
            name: command.to_owned(),
            executable,
            arguments: words.map(Into::into).collect(),
            folder: here.to_owned(),
        })
    }

    /// Runs it once in a store of its own below `scratch`, and reads what it measured.
    ///
    /// # Errors
    /// Where it cannot be started, fails, or measures nothing.
    pub(super) fn measure(
        &self,
        scratch: &Path,
        further: &[OsString],
        stop: &Stop,
    ) -> Result<Vec<SweepRecord>, String> {
        let store = scratch.join("store");
        remove(&store)?;
        let mut command = Command::new(&self.executable);
        command
            .args(&self.arguments)
            .args(further)
            .args(["--quiet", "--no-report", "--no-config", "--store"])
            .arg(&store)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let output = stop
            .output(&mut command)
            .map_err(|error| format!("{} cannot be started: {error}", self.executable.display()))?;
        // Failing samples give status 1; the others of the run are there.
        let ended = output.status.code().is_some_and(|code| code <= 1);
        let found = load_newest_results(&store).map_err(|error| error.to_string());
        let records = match found {
            Ok(found) if ended && !found.records.is_empty() => found.records,
            _ => {
                let errors = String::from_utf8_lossy(&output.stderr);
                let last: Vec<&str> = errors.lines().rev().take(LINES).collect();
                let last: Vec<&str> = last.into_iter().rev().collect();
                return Err(format!(
                    "{} ended with {} and measured nothing:\n{}",
                    self.name,
                    output.status,
                    last.join("\n")
                ));
            }
        };
        remove(&store)?;
        Ok(records)
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = path.metadata();
    metadata.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

/// How many lines of a program that failed are shown.
const LINES: usize = 20;

fn remove(store: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(store) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", store.display()))
        }
        _ => Ok(()),
    }
}
