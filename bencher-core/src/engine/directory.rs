//! The directory of a run, which one program uses at a time.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::error::EngineError;
use super::metadata::FILE;
use crate::sweeper::lock_file::{LockError, LockGuard, acquire_lock};

/// The file by whose lock a program has the directory.
const LOCK: &str = "engine.lock";

#[derive(Debug)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// Whether it was made for this run.
    is_new: bool,
    _held: LockGuard,
}

impl Directory {
    /// Releases it without a run, and removes it if it was made for the run.
    pub(super) fn release(self) {
        if self.is_new {
            // Only what this made: whatever else is in it keeps it.
            for name in [FILE, "engine.json.new", LOCK] {
                let _ = fs::remove_file(self.path.join(name));
            }
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// A directory that was not there before: that of this name, or with a number.
pub(super) fn create(path: &Path) -> Result<Directory, EngineError> {
    let path = absolute(path)?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(EngineError::io("create", parent))?;
    }
    for number in 1_u32.. {
        let numbered = if number == 1 {
            path.clone()
        } else {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(format!("-{number}"));
            path.with_file_name(name)
        };
        match fs::create_dir(&numbered) {
            Ok(()) => return take(numbered, true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(EngineError::io("create", numbered)(error)),
        }
    }
    Err(EngineError::io("create", path)(
        ErrorKind::AlreadyExists.into(),
    ))
}

/// The directory of a run that is to go on.
pub(super) fn go_on(path: &Path) -> Result<Directory, EngineError> {
    let path = absolute(path)?;
    if !path.join(FILE).is_file() {
        return Err(EngineError::NoRun(path));
    }
    take(path, false)
}

fn absolute(path: &Path) -> Result<PathBuf, EngineError> {
    std::path::absolute(path).map_err(EngineError::io("find", path))
}

fn take(path: PathBuf, is_new: bool) -> Result<Directory, EngineError> {
    let lock = path.join(LOCK);
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false);
    let file = file.open(&lock).map_err(EngineError::io("open", &lock))?;
    match acquire_lock(&Arc::new(file), Duration::ZERO, &|_| ()) {
        Ok(held) => Ok(Directory {
            path,
            is_new,
            _held: held,
        }),
        Err(LockError::InUse(owner)) => Err(EngineError::InUse { path, owner }),
        Err(LockError::Io(error)) => Err(EngineError::io("lock", lock)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_of_one_name_get_two_directories() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("runs/one");
        let names: Vec<Directory> = (0..3).map(|_| create(&path).unwrap()).collect();
        let names: Vec<_> = names
            .iter()
            .map(|dir| dir.path.file_name().unwrap())
            .collect();
        assert_eq!(names, ["one", "one-2", "one-3"]);
    }

    #[test]
    fn a_run_that_goes_on_is_one_that_was_and_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        let first = create(&path).unwrap();
        assert!(matches!(go_on(&path), Err(EngineError::NoRun(_))));
        fs::write(path.join(FILE), "{}").unwrap();
        assert!(matches!(go_on(&path), Err(EngineError::InUse { .. })));
        drop(first);
        assert!(go_on(&path).is_ok());
    }
}
