use std::fs::{File, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::StoreError;
use super::files::open_plain;
use super::lock_owner::LockOwner;
use super::permissions;

/// A guard of the exclusive lock on a store. The lock is released when it is dropped, or when the process dies.
///
/// The lock is a file beside the database, not the database's own lock, because only one process at a time may
/// quarantine a database that does not open.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::store::{StoreError, StoreLock};
/// let root = tempfile::tempdir()?;
/// let lock = StoreLock::acquire(root.path(), Duration::ZERO, |_| ())?;
/// assert!(lock.path().ends_with("store.lock"));
/// let second = StoreLock::acquire(root.path(), Duration::ZERO, |_| ());
/// assert!(matches!(second, Err(StoreError::InUse { .. })));
/// drop(lock);
/// assert!(StoreLock::acquire(root.path(), Duration::ZERO, |_| ()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
    path: PathBuf,
}

/// How often a waiting process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl StoreLock {
    /// Takes the lock of the store in `root`. It waits up to `patience`, and calls `waiting` once with the owner.
    ///
    /// # Errors
    /// Where another process still owns the lock, or the file cannot be made.
    pub fn acquire(
        root: &Path,
        patience: Duration,
        mut waiting: impl FnMut(&LockOwner),
    ) -> Result<Self, StoreError> {
        permissions::prepare(root)?;
        let path = root.join("store.lock");
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = open_plain(&path, &mut options).map_err(StoreError::io("open", &path))?;
        let started = Instant::now();
        let mut reported = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => {
                    return Err(StoreError::io("lock", &path)(error));
                }
                Err(TryLockError::WouldBlock) => {}
            }
            let owner = LockOwner::read(&mut file);
            if started.elapsed() >= patience {
                return Err(StoreError::InUse {
                    path: root.to_owned(),
                    owner,
                });
            }
            if !std::mem::replace(&mut reported, true) {
                waiting(&owner);
            }
            std::thread::sleep(LOOK_AGAIN.min(patience.saturating_sub(started.elapsed())));
        }
        // The owner's name is only a help to processes that wait: a failure to write it is no error.
        let _ = write_owner(&mut file);
        Ok(Self { _file: file, path })
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn write_owner(file: &mut File) -> std::io::Result<()> {
    let program = std::env::current_exe().ok();
    let name = program
        .as_deref()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy();
    let since = jiff::Zoned::now().strftime("%H:%M:%S");
    file.set_len(0)?;
    file.rewind()?;
    write!(
        file,
        "process {} ({name}) since {since}",
        std::process::id()
    )?;
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = StoreLock::acquire(dir.path(), Duration::ZERO, |_| ()).unwrap();
        let error = StoreLock::acquire(dir.path(), Duration::ZERO, |_| ()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(&format!("process {}", std::process::id())),
            "{text}"
        );
        drop(first);
        assert!(StoreLock::acquire(dir.path(), Duration::ZERO, |_| ()).is_ok());
    }
}
