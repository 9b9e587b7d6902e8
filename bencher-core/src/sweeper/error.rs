use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::transition::{ElementState, Transition};

/// An error of a work list.
///
/// Every text names a remedy.
///
/// ```
/// use bencher_core::sweeper::{ParamSweeper, SweeperError};
/// # let dir = tempfile::tempdir()?;
/// let sweeper = ParamSweeper::open(dir.path(), ["a", "b"].map(String::from))?;
/// let a = sweeper.get_next()?.ok_or("nothing is left")?;
/// sweeper.done(&a)?;
/// let error = sweeper.cancel(&a).unwrap_err();
/// assert!(matches!(error, SweeperError::InvalidTransition { .. }));
/// assert_eq!(
///     error.to_string(),
///     r#"cannot cancel "a": it is done; look at the states with `info` or `stats` first"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SweeperError {
    /// The path of the directory is empty, which would mean the working directory.
    #[error(
        "the directory of a work list has an empty path; name one, or `.` for the working directory itself"
    )]
    NoDirectory,
    /// An operation on a file failed.
    #[error("cannot {action} {path}: {source}{hint}", hint = hint(.source))]
    Io {
        /// The operation, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// Another handle keeps the lock.
    #[error(
        "{path} was locked by {owner} for {waited:?}; end or continue that program, or wait \
         longer with `SweeperOptions::patience`"
    )]
    InUse {
        /// The lock file.
        path: PathBuf,
        /// The owner of the lock.
        owner: String,
        /// How long this handle waited.
        waited: Duration,
    },
    /// The transition is illegal in the state of the element.
    #[error(
        "cannot {transition} {element}: it is {state}{owner}; look at the states with `info` or `stats` first"
    )]
    InvalidTransition {
        /// The requested transition.
        transition: Transition,
        /// The element, as JSON.
        element: String,
        /// Its state.
        state: ElementState,
        /// Its owner, after a comma; empty where it has none.
        owner: String,
    },
    /// The element does not belong to the sweep.
    #[error("{0} is not an element of this sweep; pass an element that `get_next` returned")]
    Unknown(String),
    /// An element, or a value stored with it, cannot be serialised.
    #[error(
        "cannot store {what}: {problem}; it needs `Serialize` and `Deserialize` that agree with \
         each other"
    )]
    Encode {
        /// The value that cannot be serialised.
        what: String,
        /// The error of serde.
        problem: String,
    },
    /// A later version of this program wrote the file.
    #[error(
        "{path} holds a record of version {version}; this program reads version 1; update bencher"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of the record.
        version: u32,
    },
    /// The directory has no saved elements.
    #[error("no elements are saved in {0}; give them once with `SweeperOptions::save_sweeps`")]
    NothingSaved(PathBuf),
    /// The disk failed while records were synced to it.
    #[error(
        "cannot write {path} to the disk: {problem}; nothing was acknowledged since then; open the \
         sweep again when the disk works"
    )]
    Disk {
        /// The journal.
        path: PathBuf,
        /// The error of the system.
        problem: String,
    },
}

impl SweeperError {
    pub(super) fn io(
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

/// The remedy for an error of the file system.
fn hint(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "; free some space and try again: what was acknowledged is kept"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "; choose a writable directory"
        }
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "; a file is in the way, move it away or give another directory"
        }
        ErrorKind::Unsupported => {
            "; this file system has no locks: choose a directory on another one"
        }
        _ => "",
    }
}
