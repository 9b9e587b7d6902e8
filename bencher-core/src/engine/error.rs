use std::path::PathBuf;

use thiserror::Error;

/// Why an experiment cannot start.
///
/// Every text names a remedy.
///
/// ```
/// use bencher_core::engine::{EngineError, Metadata};
/// let error = Metadata::load("/no/such/run").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "there is no run in /no/such/run: it has no engine.json; name the directory of one, or start without `-c`"
/// );
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// An operation on a file failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// The operation, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// There is no run to continue.
    #[error(
        "there is no run in {0}: it has no engine.json; name the directory of one, or start without `-c`"
    )]
    NoRun(PathBuf),
    /// Another program runs in the directory.
    #[error("{path} is in use by {owner}; wait for it to end, or end it")]
    InUse {
        /// The directory.
        path: PathBuf,
        /// The program that uses it.
        owner: String,
    },
    /// The file of metadata is damaged, or a later version wrote it.
    #[error("{path} {problem}")]
    Format {
        /// The file.
        path: PathBuf,
        /// The problem, with a remedy.
        problem: String,
    },
    /// The outputs cannot be copied or redirected.
    #[error("cannot take over standard output and error: {0}; start without `-L` and `-R`")]
    Output(std::io::Error),
}

impl EngineError {
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
