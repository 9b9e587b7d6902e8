use thiserror::Error;

use crate::claim::ClaimError;
use crate::console::clipped;
use crate::dataset::one_line;
use crate::measure::Reason;
use crate::plan::PlanError;
use crate::record::Failure;
use crate::store::StoreError;
use crate::var::UnknownName;

/// The options that do what the text of an error of the store advises; empty, or in parentheses.
pub(super) fn store_options(error: &StoreError) -> &'static str {
    use std::io::ErrorKind::{AlreadyExists, NotADirectory, PermissionDenied, ReadOnlyFilesystem};
    match error {
        StoreError::InUse { .. } => {
            " (`--wait SECONDS` waits longer, `--store DIR` uses another store, `--no-cache` none)"
        }
        StoreError::Ambiguous(_) => " (`--no-cache` runs without the store)",
        StoreError::SharedName(_) => " (`--clear` deletes them)",
        StoreError::ReadOnly(_) => {
            " (`--store DIR` names another folder, `--no-cache` runs without the store)"
        }
        StoreError::Owner { .. }
        | StoreError::OtherVersion { .. }
        | StoreError::NoPlace
        | StoreError::Database {
            action: "open" | "create",
            ..
        } => " (`--store DIR` or BENCHER_CACHE_DIR names another folder)",
        StoreError::Io { source, .. }
            if matches!(
                source.kind(),
                PermissionDenied | ReadOnlyFilesystem | AlreadyExists | NotADirectory
            ) =>
        {
            " (`--store DIR` or BENCHER_CACHE_DIR names another folder)"
        }
        _ => "",
    }
}

/// The options that caused an error of the plan; empty, or in parentheses.
fn plan_options(error: &PlanError) -> &'static str {
    match error {
        PlanError::Override { .. } | PlanError::NotSwept { .. } => {
            " (`--input NAME=VALUES`, or `input` in bencher.toml)"
        }
        _ => "",
    }
}

/// Why a sweep did not end well.
///
/// [`SweepBuilder::run`](super::SweepBuilder::run) boxes it, and its example gets it back.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The sweep's declaration and the run's options do not make a valid plan.
    #[error("sweep \"{title}\": {source}{}", plan_options(source))]
    Plan {
        /// The sweep.
        title: String,
        /// The problem.
        source: Box<PlanError>,
    },
    /// A claim does not fit its result; nothing was measured.
    #[error("sweep \"{title}\": claim `{claim}` on result `{result}`: {source}")]
    Claim {
        /// The sweep.
        title: String,
        /// The result.
        result: String,
        /// The claim as it was written.
        claim: String,
        /// The problem.
        source: Box<ClaimError>,
    },
    /// A gate cannot be judged; nothing was measured.
    #[error("sweep \"{title}\": gate on result `{result}`: {reason}")]
    Gate {
        /// The sweep.
        title: String,
        /// The result.
        result: String,
        /// The problem, with its remedy.
        reason: String,
    },
    /// A name of a plot is unknown.
    #[error("sweep \"{title}\": {reason}")]
    Plots {
        /// The sweep.
        title: String,
        /// The name, and all known ones.
        reason: String,
    },
    /// The inputs that its report shall leave out do not suit it.
    #[error("sweep \"{title}\", --aggregate: {source}")]
    Aggregate {
        /// The sweep.
        title: String,
        /// The name that is none of its inputs, or the number that is too large.
        source: crate::dataset::DatasetError,
    },
    /// Processes cannot take its samples together.
    #[error(
        "sweep \"{title}\": `--shared-dir` does not fit it, because {reason}; leave the option out"
    )]
    NotShared {
        /// The sweep.
        title: String,
        /// The reason.
        reason: &'static str,
    },
    /// The store could not be opened or read.
    #[error("{error}{options}", error = .0, options = store_options(.0))]
    Store(#[from] StoreError),
    /// The file of the program cannot be read, so it is unknown which stored samples are of this build.
    #[error(
        "cannot read the file of this program: {source}; bencher needs it to know which stored samples \
         are of this build; make it readable, or run without the store (`--no-cache`)"
    )]
    Executable {
        /// The error of the system.
        source: std::io::Error,
    },
    /// The clock for times is not available.
    #[error(
        "sweep \"{title}\" cannot be timed with `--clock tsc`: {reason}; leave that option out"
    )]
    NoClock {
        /// The sweep.
        title: String,
        /// The reason.
        reason: Reason,
    },
    /// The search is not possible.
    #[cfg(feature = "search")]
    #[error("sweep \"{title}\": {source}")]
    Search {
        /// The sweep.
        title: String,
        /// The problem.
        source: Box<crate::optimize::SearchError>,
    },
    /// A result that `--only-plot` asks for is not stored.
    #[error(
        "sweep \"{title}\" has no matching stored result, and `--only-plot` runs nothing; run it \
         once without `--only-plot`"
    )]
    NoResult {
        /// The sweep.
        title: String,
    },
    /// The report cannot be written to its place; nothing was measured.
    #[error(
        "cannot write the report to {}: {source}; nothing was measured; choose another folder with \
         `--report DIR`, or draw none with `--no-report`", path.display()
    )]
    ReportLocation {
        /// The directory of the report.
        path: std::path::PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The store stopped accepting samples; the results were drawn all the same.
    #[error("sweep \"{title}\" was stopped because its samples could not be stored: {source}{}", store_options(.source))]
    StoreFailed {
        /// The sweep.
        title: String,
        /// The error of the store.
        source: StoreError,
    },
    /// A setting is for a result that no type of the program declares; nothing was measured.
    #[error("{setting}: {source}")]
    UnknownResult {
        /// The setting, as `--regression elapsd=5`.
        setting: String,
        /// The name, and those that there are.
        source: UnknownName,
    },
    /// The baseline that the results shall be compared with does not exist; nothing was measured.
    #[error("{0}; `--save-baseline {given}` makes one", given = .0.given)]
    NoBaseline(UnknownName),
    /// A sample failed in a run with `--fail-fast`.
    #[error("sweep \"{title}\" stopped at its first failing sample: {}", failure_text(.failure))]
    FailedFast {
        /// The sweep.
        title: String,
        /// The sample.
        failure: Box<Failure>,
    },
    /// The user asked to stop.
    #[error("sweep \"{title}\" was interrupted; run again to continue where it stopped")]
    Interrupted {
        /// The sweep.
        title: String,
    },
}

/// The most characters of a value and of an error that are printed; the stored result has all of them.
const MOST_OF_VALUE: usize = 200;
const MOST_OF_ERROR: usize = 2_000;

/// A failing sample in one line: inputs, repeat, error.
pub(super) fn failure_text(failure: &Failure) -> String {
    let inputs: Vec<String> = failure
        .inputs
        .iter()
        .map(|(name, value)| {
            format!(
                "{name}={}",
                one_line(&clipped(&value.to_string(), MOST_OF_VALUE))
            )
        })
        .collect();
    format!(
        "{} (repeat {}): {}",
        inputs.join(", "),
        failure.repeat,
        clipped(&failure.error, MOST_OF_ERROR)
    )
}
