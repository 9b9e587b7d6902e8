use std::path::PathBuf;

use thiserror::Error;

use super::grammar::CommandLineError;

/// An error in the user's settings of a run.
///
/// See [`settings`](super::settings) for an example.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// An error in the command line, or a request for help.
    #[error(transparent)]
    CommandLine(#[from] CommandLineError),
    /// An error in an environment variable.
    #[error("environment variable {variable}: {reason}")]
    Environment {
        /// The variable.
        variable: String,
        /// The problem.
        reason: String,
    },
    /// An error in a line of a file.
    #[error("{}:{line}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The problem.
        reason: String,
    },
    /// A file that cannot be read.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}
