//! The lock of a host: of all workers of bencher on it, one at a time runs timed jobs.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::console::error_line;
use crate::value::Digest;

/// The folder of the locks. It must be the same for all users and jobs of a host, so it does not follow `TMPDIR`.
const FOLDER: &str = "/tmp";

/// The lock of this host.
///
/// The kernel gives it back when its holder ends in any way. Containers that do not share `/tmp` do not share it.
#[derive(Debug)]
pub(super) struct HostLock {
    path: PathBuf,
    /// Whether the user knows that there is no lock.
    warned: AtomicBool,
}

/// The right to run timed jobs on this host, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(
    #[expect(dead_code, reason = "closing the file ends the lock")] Option<File>,
);

impl HostLock {
    /// The lock of the host of this name.
    pub(super) fn new(host: &str) -> Self {
        Self::in_folder(Path::new(FOLDER), host)
    }

    fn in_folder(folder: &Path, host: &str) -> Self {
        // A name of a host may have characters that a file must not have.
        let name = format!("bencher-timed-{}.lock", Digest::of(host.as_bytes()));
        Self {
            path: folder.join(name),
            warned: AtomicBool::new(false),
        }
    }

    /// The lock, if no other worker has it. Where a host can have no lock, a warning says so, and nobody waits.
    pub(super) fn try_acquire(&self) -> Option<Turn> {
        let locked = self.open().map(|file| (file.try_lock(), file));
        match locked {
            Ok((Ok(()), file)) => Some(Turn(Some(file))),
            Ok((Err(TryLockError::WouldBlock), _)) => None,
            Ok((Err(TryLockError::Error(error)), _)) | Err(error) => {
                if !self.warned.swap(true, Ordering::Relaxed) {
                    error_line!(
                        "warning: {} cannot be locked ({error}), so timed samples of several workers on \
                     this host may disturb each other; start one worker on each host",
                        self.path.display()
                    );
                }
                Some(Turn(None))
            }
        }
    }

    /// Opens the file, which may be of another user: a lock needs no right to write.
    fn open(&self) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        // Nobody may lead this program to another file, or have it wait for a pipe.
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let opened = options.clone().read(true).open(&self.path);
        match opened {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let made = options
                    .write(true)
                    .create_new(true)
                    .mode(0o644)
                    .open(&self.path);
                match made {
                    // Another worker was first.
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                        OpenOptions::new()
                            .read(true)
                            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
                            .open(&self.path)
                    }
                    made => made,
                }
            }
            opened => opened,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_worker_of_a_host_has_its_turn_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = |host: &str| HostLock::in_folder(folder.path(), host);
        let (one, other) = (lock("n1"), lock("n1"));
        let turn = one.try_acquire().unwrap();
        assert!(other.try_acquire().is_none());
        assert!(lock("n2").try_acquire().is_some(), "another host");
        drop(turn);
        assert!(other.try_acquire().is_some());
    }

    #[test]
    fn a_host_without_a_lock_waits_for_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let lock = HostLock::in_folder(&folder.path().join("none"), "n1");
        assert!(lock.try_acquire().is_some());
        let lock = HostLock::in_folder(folder.path(), "n/1");
        std::os::unix::fs::symlink("/dev/null", &lock.path).unwrap();
        assert!(lock.try_acquire().is_some(), "a link is not followed");
    }
}
