//! The directory of one comparison: the two programs and the stores of their runs.

use std::path::{Path, PathBuf};

/// A directory that is removed when it goes out of scope.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one below `folder`, and removes those of comparisons that were killed.
    pub(super) fn new(folder: &Path) -> Result<Self, String> {
        for left in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = left.file_name();
            let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
            if process.is_some_and(|process| !is_running(process)) {
                // What another comparison removes at the same time is gone either way.
                let _ = std::fs::remove_dir_all(left.path());
            }
        }
        let path = folder.join(format!("{PREFIX}{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .map_err(|error| format!("cannot create {}: {error}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next comparison.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PREFIX: &str = "run-";

/// Whether a process may still run; where the system does not say, it may.
fn is_running(process: &str) -> bool {
    let processes = Path::new("/proc/self");
    !processes.exists() || Path::new("/proc").join(process).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_killed_comparisons_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        // No process has a number beyond the largest that Linux gives.
        let left = folder.path().join("run-4194305");
        let other = folder.path().join("of-the-user");
        std::fs::create_dir_all(left.join("store")).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        let scratch = Scratch::new(folder.path()).unwrap();
        let path = scratch.path().to_owned();
        assert!(path.is_dir() && other.is_dir());
        assert_eq!(left.exists(), !Path::new("/proc/self").exists());
        drop(scratch);
        assert!(!path.exists());
    }
}
