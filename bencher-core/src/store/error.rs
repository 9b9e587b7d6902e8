use std::path::PathBuf;

use thiserror::Error;

use super::lock_owner::LockOwner;

/// An error of the store.
///
/// Every text names a remedy. The room `bench` adds the option of a benchmark program.
///
/// ```
/// use std::path::Path;
/// use bencher_core::store::{StoreError, load_result};
/// let error = load_result(Path::new("/no/such.result")).unwrap_err();
/// assert!(matches!(error, StoreError::Io { action: "read", .. }));
/// assert!(error.to_string().starts_with("cannot read /no/such.result: "));
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the store.
    #[error(
        "the store {path} is in use by {owner}; wait for that process to end, use another store, or \
         run without one"
    )]
    InUse {
        /// The store's directory.
        path: PathBuf,
        /// The process that owns it.
        owner: LockOwner,
    },
    /// Two types with one name in one function.
    #[error(
        "{0}, in one function, so bencher cannot distinguish their stored samples; rename one of \
         them, or run without the store"
    )]
    Ambiguous(String),
    /// Several types with one name, and samples from a time when there was only one.
    #[error(
        "{0}, but some samples were stored when there was only one such type, so it is unknown \
         which of them measured these; rename the types that did not, or delete the stored samples"
    )]
    SharedName(String),
    /// An operation on a file failed.
    #[error("cannot {action} {path}: {source}{hint}", hint = io_hint(.action, .source))]
    Io {
        /// The operation, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The store's directory belongs to another user, or everybody may write to it.
    #[error("the store {path} {why}, who could replace its files; choose a folder of your own")]
    Owner {
        /// The store's directory.
        path: PathBuf,
        /// The problem.
        why: String,
    },
    /// The store's directory was removed or replaced while it was open.
    #[error(
        "the store {0} was removed while it was in use; samples measured since then are not \
         stored; run again to make a new store"
    )]
    Vanished(PathBuf),
    /// A write to the database or a read from it failed.
    #[error("the store {path} failed to {action}: {message}{hint}")]
    Database {
        /// The operation, as a verb.
        action: &'static str,
        /// The store's directory.
        path: PathBuf,
        /// The error of the database.
        message: String,
        /// The remedy; empty, or begins with "; ".
        hint: &'static str,
    },
    /// A file of another format, or damaged.
    #[error("{path} {problem}")]
    Format {
        /// The file.
        path: PathBuf,
        /// The problem.
        problem: String,
    },
    /// A version of this program wrote it whose records this one does not read.
    #[error(
        "{path} was written by another version of bencher (version {version} of its records), \
         which this one does not read; use that version, or another store"
    )]
    OtherVersion {
        /// The file, or the directory of the database.
        path: PathBuf,
        /// The version of the records.
        version: u16,
    },
    /// A blob that a record refers to is missing or damaged.
    #[error(
        "the blob {path} {problem}; samples and results that refer to it count as not stored and \
         are measured again"
    )]
    Blob {
        /// The blob's file.
        path: PathBuf,
        /// The problem.
        problem: String,
    },
    /// A value cannot be encoded in a record.
    #[error("a record could not be encoded: {0}")]
    Encode(String),
    /// A store that was opened read-only accepts no samples.
    #[error(
        "the store {0} is read-only and does not hold everything that this run needs; choose a \
         writable folder, or run without the store"
    )]
    ReadOnly(PathBuf),
    /// Neither the environment nor the home directory gives a place for a store.
    #[error(
        "there is no folder for the store: the user has no home directory, and neither HOME nor \
         XDG_CACHE_HOME names one; choose a folder"
    )]
    NoPlace,
    /// A folder was requested from a context outside a run.
    #[error("this context has no place for a folder; give it one with `with_folders`")]
    NoFolder,
}

impl StoreError {
    /// Whether it says no more than that a store cannot be written: what is in it may be read.
    #[cfg(feature = "store")]
    pub(crate) fn leaves_reading(&self) -> bool {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        match self {
            Self::Owner { .. } => true,
            Self::Io { source, .. } => {
                matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem)
            }
            _ => false,
        }
    }

    /// Records of a version that this program does not read.
    pub(super) fn other_version(path: impl Into<PathBuf>, version: u16) -> Self {
        Self::OtherVersion {
            path: path.into(),
            version,
        }
    }

    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

/// The remedy for an error of the file system while a file or folder was read, or was made.
fn io_hint(action: &str, error: &std::io::Error) -> &'static str {
    let makes = ["create", "write", "lock", "quarantine"].contains(&action);
    match error.kind() {
        std::io::ErrorKind::NotFound if makes => {
            "; choose a folder that exists and lets you create files"
        }
        std::io::ErrorKind::NotFound => "; there is no such file or folder: check the name",
        _ => hint(error),
    }
}

/// The remedy for an error of the file system.
pub(super) fn hint(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "; free some space and run again: what was stored before is kept"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "; choose a writable folder",
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "; a file is in the way: choose another folder"
        }
        ErrorKind::NotFound => "; make sure that the folder exists",
        ErrorKind::OutOfMemory => "; the memory is full: end other programs and run again",
        ErrorKind::WouldBlock => "; the system allows no more threads: run again later",
        #[cfg(unix)]
        _ => match error.raw_os_error() {
            Some(libc::EMFILE | libc::ENFILE) => {
                "; too many files are open: allow more with `ulimit -n` and run again"
            }
            Some(libc::EIO) => {
                "; the disk has failed: copy the store to another disk and run again"
            }
            _ => "",
        },
        #[cfg(not(unix))]
        _ => "",
    }
}
