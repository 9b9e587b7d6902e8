//! A file lock that excludes threads as well as processes, with a time limit, and with the name of its owner.
//!
//! `File::lock` is `flock` on Unix: it belongs to one opening of the file, so two handles in one process exclude each
//! other as two processes do. The system releases it when the process dies.

use std::fs::{File, TryLockError};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After this time, a waiting handle reports the owner.
const TELL_AFTER: Duration = Duration::from_secs(1);
/// How often a waiting handle only lets others run before it begins to sleep.
const YIELDS: u32 = 64;
/// How long it sleeps at first, and at most.
const SLEEPS: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(1));

/// A guard of a lock, which is released when it is dropped.
#[derive(Debug)]
pub(crate) struct LockGuard(Arc<File>);

impl Drop for LockGuard {
    fn drop(&mut self) {
        // It cannot fail but for a file that is no file any more, whose lock is gone with it.
        let _ = self.0.unlock();
    }
}

/// Why there is no hold.
#[derive(Debug)]
pub(crate) enum LockError {
    Io(io::Error),
    /// Another owner had it all the time.
    InUse(String),
}

/// Takes a lock. It waits up to `patience`, and calls `waiting` once with the owner if it takes long.
pub(crate) fn acquire_lock(
    file: &Arc<File>,
    patience: Duration,
    waiting: &dyn Fn(&str),
) -> Result<LockGuard, LockError> {
    let mut started = None;
    let mut reported = false;
    let mut turns = 0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(LockGuard(Arc::clone(file))),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        let waited = started.get_or_insert_with(Instant::now).elapsed();
        if waited >= patience {
            return Err(LockError::InUse(owner(file)));
        }
        if waited >= TELL_AFTER && !std::mem::replace(&mut reported, true) {
            waiting(&owner(file));
        }
        if turns < YIELDS {
            std::thread::yield_now();
        } else {
            let sleep = SLEEPS.0 * 2_u32.saturating_pow((turns - YIELDS) / 4);
            std::thread::sleep(sleep.min(SLEEPS.1).min(patience.saturating_sub(waited)));
        }
        turns = turns.saturating_add(1);
    }
}

/// The owner of the lock of a file, if the system knows it.
fn owner(file: &File) -> String {
    match holding_process(file) {
        Some(process) if process == std::process::id() => {
            format!("another handle of this process, {process}")
        }
        Some(process) => match process_name(process) {
            Some(name) => format!("process {process} ({name})"),
            None => format!("process {process}"),
        },
        None => "another process".to_owned(),
    }
}

fn process_name(process: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// The process that has the lock.
#[cfg(target_os = "linux")]
fn holding_process(file: &File) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let owners = crate::store::lock_owners(file.metadata().ok()?.ino());
    owners.into_iter().find(|process| *process > 0)
}

#[cfg(not(target_os = "linux"))]
fn holding_process(_: &File) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_openings_exclude_each_other_and_the_owner_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Arc::new(File::create(dir.path().join("lock")).unwrap());
        let (a, b) = (open(), open());
        let held = acquire_lock(&a, Duration::ZERO, &|_| ()).unwrap();
        let error = acquire_lock(&b, Duration::from_millis(1), &|_| ()).unwrap_err();
        let LockError::InUse(owner) = error else {
            panic!("{error:?}");
        };
        if cfg!(target_os = "linux") {
            let own = std::process::id();
            assert_eq!(owner, format!("another handle of this process, {own}"));
        }
        drop(held);
        assert!(acquire_lock(&b, Duration::ZERO, &|_| ()).is_ok());
    }
}
