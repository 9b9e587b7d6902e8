use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::DatasetError;
use crate::store::StoreError;
use crate::value::Digest;

/// Why a history cannot do what was asked of it.
///
/// ```
/// use bencher_core::history::HistoryError;
/// let error = HistoryError::NoSnapshot { bench: "Sorting".to_owned(), title: "By length".to_owned() };
/// assert!(error.to_string().starts_with("`By length` of Sorting has no history"));
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The snapshots do not fit into one dataset.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The declaration changed so that past runs no longer count, and the policy forbids that. Nothing was stored.
    #[error(
        "the history of `{title}` of {bench} would begin anew, so this run was not stored: {}; undo the change, or allow it \
         with `OnHistoryReset::Warn`",
        changes.join("; ")
    )]
    Reset {
        /// The type that declared the sweep.
        bench: String,
        /// The title of the sweep.
        title: String,
        /// What changed.
        changes: Vec<String>,
    },
    /// A series without any snapshot that can be read.
    #[error("`{title}` of {bench} has no history; run it over time first")]
    NoSnapshot {
        /// The type that declared the sweep.
        bench: String,
        /// The title of the sweep.
        title: String,
    },
    /// A snapshot that the series does not have.
    #[error("the history has no snapshot {id}; load it again, and choose one of its snapshots")]
    UnknownSnapshot {
        /// The identity that was asked for.
        id: Digest,
    },
    /// A rule that is none.
    #[error("{0}")]
    Rule(String),
    /// A record that is a history itself.
    #[error("the dataset has the time dimension `{dim}` already; store the runs one by one")]
    HasTime {
        /// The dimension.
        dim: String,
    },
    /// The program git did not start.
    #[error("git did not start ({source}); install git, or give the time event as a text")]
    NoGit {
        /// What the system said.
        source: std::io::Error,
    },
    /// git answered with an error.
    #[error(
        "git names no commit of {dir}{message}; choose a folder in a repository with a commit, or give the time event as a text"
    )]
    NoCommit {
        /// The folder that was asked about.
        dir: PathBuf,
        /// What git said; empty, or begins with " (".
        message: String,
    },
    /// git did not answer in time.
    #[error(
        "git did not answer within {seconds} s for {dir}; try again, or give the time event as a text"
    )]
    SlowGit {
        /// The folder that was asked about.
        dir: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A file that is no export of histories.
    #[error(
        "{path} is not an export of histories; choose a file that `cargo bencher history export` wrote"
    )]
    NotAnExport {
        /// The file.
        path: PathBuf,
    },
    /// Something other than a regular file is where an export would be written.
    #[error("{path} is not a regular file and would be replaced; choose another name")]
    NotReplaced {
        /// The file.
        path: PathBuf,
    },
}

/// A file of a history that was left alone, and why.
///
/// See [`History`](super::History) for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryProblem {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, with its path and what to do.
    pub message: String,
}

impl std::fmt::Display for HistoryProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
