use std::path::PathBuf;

use thiserror::Error;

use super::grammar::CommandLineError;

/// Why what the user says of a run makes no sense.
///
/// See [`settings`](super::settings) for an example.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The command line; also where it asks for help.
    #[error(transparent)]
    CommandLine(#[from] CommandLineError),
    /// A variable of the environment.
    #[error("environment variable {variable}: {reason}")]
    Environment {
        /// The variable.
        variable: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of a file.
    #[error("{}:{line}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A file as a whole.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        reason: String,
    },
}
