use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::transition::{ElementState, Transition};

/// Why a work list cannot do what was asked of it.
///
/// Every text says what the user can do.
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
    /// The path of the directory is empty, which would be the working directory.
    #[error(
        "the directory of a work list has an empty path; name one, or `.` for the working directory itself"
    )]
    NoDirectory,
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
    /// Somebody else keeps the lock.
    #[error(
        "{path} was locked by {owner} for {waited:?}; end or continue that program, or wait \
         longer with `SweeperOptions::patience`"
    )]
    InUse {
        /// The lock file.
        path: PathBuf,
        /// Who holds it.
        owner: String,
        /// How long this handle waited.
        waited: Duration,
    },
    /// The step is illegal in the state that the element is in.
    #[error(
        "cannot {transition} {element}: it is {state}{owner}; look at the states with `info` or `stats` first"
    )]
    InvalidTransition {
        /// What was asked for.
        transition: Transition,
        /// The element, as JSON.
        element: String,
        /// The state that it is in.
        state: ElementState,
        /// Who has it, behind a comma; empty where nobody has.
        owner: String,
    },
    /// The element is no element of the sweep.
    #[error("{0} is not an element of this sweep; pass an element that `get_next` returned")]
    Unknown(String),
    /// An element, or what is kept with it, has no text.
    #[error(
        "cannot store {what}: {problem}; it needs `Serialize` and `Deserialize` that agree with \
         each other"
    )]
    Encode {
        /// What has no text.
        what: String,
        /// What serde said.
        problem: String,
    },
    /// A later version of this program wrote here.
    #[error(
        "{path} holds a record of version {version}; this program reads version 1; update bencher"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of the record.
        version: u32,
    },
    /// The elements are wanted from the directory, which does not have them.
    #[error("no elements are saved in {0}; give them once with `SweeperOptions::save_sweeps`")]
    NothingSaved(PathBuf),
    /// The disk failed while records were brought onto it.
    #[error(
        "cannot write {path} to the disk: {problem}; nothing was acknowledged since then; open the \
         sweep again when the disk works"
    )]
    Disk {
        /// The journal.
        path: PathBuf,
        /// What the system said.
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

/// What a user can do about an error of the file system.
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
