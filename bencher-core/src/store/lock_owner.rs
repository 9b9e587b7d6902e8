//! The owner of a store, as its lock file names it.

use std::fmt;
use std::fs::File;
use std::io::{Read as _, Seek as _};

/// The process that owns a store, as it wrote itself into the lock file.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::store::{StoreError, StoreLock};
/// let root = tempfile::tempdir()?;
/// let _lock = StoreLock::acquire(root.path(), Duration::ZERO, |_| ())?;
/// let Err(StoreError::InUse { owner, .. }) = StoreLock::acquire(root.path(), Duration::ZERO, |_| ())
/// else {
///     return Err("two have it".into());
/// };
/// assert!(owner.to_string().starts_with(&format!("process {}", std::process::id())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockOwner(String);

impl fmt::Display for LockOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "another process"
        } else {
            &self.0
        })
    }
}

impl LockOwner {
    /// The content of the lock file.
    pub(super) fn read(file: &mut File) -> Self {
        let mut text = String::new();
        let read = file
            .rewind()
            .and_then(|()| file.take(200).read_to_string(&mut text));
        Self(if read.is_ok() {
            text.chars().filter(|c| !c.is_control()).collect()
        } else {
            String::new()
        })
    }
}
