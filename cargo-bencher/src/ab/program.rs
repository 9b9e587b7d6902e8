//! One of the two programs: how a run of it is started, and what it measures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bencher_core::record::SweepRecord;
use bencher_core::store::load_newest_results;

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
    /// Runs it once in a store of its own below `scratch`, and reads what it measured.
    ///
    /// # Errors
    /// Where it cannot be started, fails, or measures nothing.
    pub(super) fn measure(
        &self,
        scratch: &Path,
        further: &[OsString],
    ) -> Result<Vec<SweepRecord>, String> {
        let store = scratch.join("store");
        remove(&store)?;
        let output = Command::new(&self.executable)
            .args(&self.arguments)
            .args(further)
            .args(["--quiet", "--no-report", "--no-config", "--store"])
            .arg(&store)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
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
