//! Group commit: threads that wait for the disk share one `fdatasync`.

use std::fs::File;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Which records are on the disk.
#[derive(Debug, Default)]
pub(super) struct Group {
    state: Mutex<GroupState>,
    synced: Condvar,
}

#[derive(Debug, Default)]
struct GroupState {
    /// How many appends there were, and into which file the last one went.
    written: u64,
    file: Option<Arc<File>>,
    /// How many of them are on the disk.
    durable: u64,
    syncing: bool,
    /// The error of the disk when it failed. Its contents are unknown since then, and another sync would succeed
    /// wrongly, because the system forgets the error.
    failed: Option<String>,
}

/// The number of an append to the journal, to wait for.
#[derive(Clone, Copy, Debug)]
#[must_use = "it is on the disk only after `Group::wait`"]
pub(super) struct AppendNumber(u64);

impl Group {
    fn state(&self) -> MutexGuard<'_, GroupState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an append. Where the file was replaced since the one before, all that went into the old
    /// one was brought to the disk with the new one.
    pub(super) fn wrote(&self, file: &Arc<File>) -> AppendNumber {
        let mut state = self.state();
        state.written += 1;
        if !state
            .file
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, file))
        {
            state.file = Some(Arc::clone(file));
        }
        AppendNumber(state.written)
    }

    /// The error of the disk, if it failed.
    pub(super) fn failure(&self) -> Option<String> {
        self.state().failed.clone()
    }

    /// Waits until an append is on the disk; one of those who wait brings it there for all.
    pub(super) fn wait(&self, number: AppendNumber) -> Result<(), String> {
        let mut state = self.state();
        loop {
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            if state.durable >= number.0 {
                return Ok(());
            }
            let Some(file) = state.file.clone().filter(|_| !state.syncing) else {
                let woken = self.synced.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.syncing = true;
            let upto = state.written;
            drop(state);
            let outcome = file.sync_data();
            state = self.state();
            state.syncing = false;
            match outcome {
                Ok(()) => state.durable = upto,
                Err(error) => state.failed = Some(error.to_string()),
            }
            self.synced.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_failed_is_not_asked_again() {
        let group = Group::default();
        let file = Arc::new(tempfile::tempfile().unwrap());
        let first = group.wrote(&file);
        assert_eq!(group.wait(first), Ok(()));
        // `fdatasync` of a pipe is refused.
        let (reader, writer) = std::io::pipe().unwrap();
        let pipe = Arc::new(File::from(std::os::fd::OwnedFd::from(writer)));
        let second = group.wrote(&pipe);
        assert!(group.wait(second).is_err());
        let third = group.wrote(&file);
        assert!(group.wait(third).is_err());
        assert!(group.failure().is_some());
        drop(reader);
    }
}
