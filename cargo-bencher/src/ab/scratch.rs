//! The temporary files of one comparison: the two programs and the stores of their runs.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// A directory that is removed when it goes out of scope. Only one comparison has one below a folder at a time.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    /// The lock, which the system releases when the process ends, however it ends.
    _lock: File,
}

impl Scratch {
    /// Makes one below `folder`, and removes those of comparisons that were killed.
    ///
    /// # Errors
    /// Where the folder cannot be written, or another comparison uses it.
    pub(super) fn new(folder: &Path) -> Result<Self, String> {
        let failed = |path: &Path, error: &std::io::Error| {
            format!("cannot create {}: {error}", path.display())
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        let lock_path = folder.join("lock");
        let lock = File::create(&lock_path).map_err(|error| failed(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(format!(
                    "another `cargo bencher ab` or `history bisect --run` measures in {}; two at once would disturb \
                     each other's times: wait for its end",
                    folder.display()
                ));
            }
            Err(TryLockError::Error(error)) => {
                return Err(format!("cannot lock {}: {error}", lock_path.display()));
            }
        }
        for left in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = left.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(PREFIX)) {
                // It only takes space, so a comparison need not fail for it.
                let _ = std::fs::remove_dir_all(left.path());
            }
        }
        let path = folder.join(format!("{PREFIX}{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Files that cannot be removed now are removed by the next comparison.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

const PREFIX: &str = "run-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_killed_comparisons_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join("run-1");
        let other = folder.path().join("of-the-user");
        std::fs::create_dir_all(left.join("store")).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        let scratch = Scratch::new(folder.path()).unwrap();
        let path = scratch.path().to_owned();
        assert!(path.is_dir() && other.is_dir() && !left.exists());
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn two_comparisons_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Scratch::new(folder.path()).unwrap();
        let error = Scratch::new(folder.path()).unwrap_err();
        assert!(error.contains("wait for its end"), "{error}");
        assert!(
            first.path().is_dir(),
            "the second removed nothing of the first"
        );
        drop(first);
        assert!(Scratch::new(folder.path()).is_ok());
    }
}
