use std::path::PathBuf;

use thiserror::Error;

use super::lock_owner::LockOwner;

/// Why the store cannot do what was asked of it.
///
/// Every text says what its user can do; which option of a benchmark program does that, the room `bench` adds.
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
        /// Who holds it.
        owner: LockOwner,
    },
    /// Two types of one name in one function.
    #[error(
        "{0}, in one function, so bencher cannot distinguish their stored samples; rename one of \
         them, or run without the store"
    )]
    Ambiguous(String),
    /// Several types of a name, of which samples are stored from when there was one.
    #[error(
        "{0}, but some samples were stored when there was only one such type, so it is unknown \
         which of them measured these; rename the types that did not, or delete the stored samples"
    )]
    FormerName(String),
    /// The file system refused.
    #[error("cannot {action} {path}: {source}{hint}", hint = hint(.source))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store's folder is another user's, or open to everybody.
    #[error("the store {path} {why}, who could replace its files; choose a folder of your own")]
    Owner {
        /// The store's directory.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The store's directory was removed or replaced while it was open.
    #[error(
        "the store {0} was removed while it was in use; samples measured since then are not \
         stored; run again to make a new store"
    )]
    Vanished(PathBuf),
    /// The database refused a write or a read.
    #[error("the store {path} failed to {action}: {message}{hint}")]
    Database {
        /// What was tried, as a verb.
        action: &'static str,
        /// The store's directory.
        path: PathBuf,
        /// What the database said.
        message: String,
        /// What to do about it; empty, or begins with "; ".
        hint: &'static str,
    },
    /// A file of another format, of a newer version, or damaged.
    #[error("{path} {problem}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A later version of this program wrote it.
    #[error(
        "{path} was written by a later version of bencher (version {version} of its records); \
         update bencher, or use another store"
    )]
    Newer {
        /// The file, or the folder of the database.
        path: PathBuf,
        /// The version of the records.
        version: u16,
    },
    /// A content that a record refers to is not there, or is not what it was.
    #[error(
        "the blob {path} {problem}; samples and results that refer to it count as not stored and \
         are measured again"
    )]
    Blob {
        /// The blob's file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A value could not be put into a record.
    #[error("a record could not be encoded: {0}")]
    Encode(String),
    /// A store that was opened to be read takes nothing.
    #[error(
        "the store {0} is read-only and does not hold everything that this run needs; choose a \
         writable folder, or run without the store"
    )]
    ReadOnly(PathBuf),
    /// Neither the environment nor the user has a place for a store.
    #[error(
        "there is no folder for the store: the user has no home directory, and neither HOME nor \
         XDG_CACHE_HOME names one; choose a folder"
    )]
    NoPlace,
    /// A folder asked of a context that belongs to no run.
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

    /// Records that a later version of this program wrote.
    pub(super) fn newer(path: impl Into<PathBuf>, version: u16) -> Self {
        Self::Newer {
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

/// What a user can do about an error of the file system.
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
