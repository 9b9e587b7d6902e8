use thiserror::Error;

use super::error::DatasetError;

/// Why a file is no dataset.
///
/// ```
/// use bencher_core::dataset::{Dataset, ImportError};
/// let json = serde_json::json!({"format": "bencher.dataset", "version": 99});
/// let error = Dataset::from_json(&json).unwrap_err();
/// assert!(matches!(error, ImportError::Version { found: 99, .. }));
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file that a later version wrote.
    #[error(
        "this is version {found} of bencher.dataset, and this program reads up to {newest}: \
         update bencher to read it"
    )]
    Version {
        /// Its version.
        found: u64,
        /// The newest that can be read.
        newest: u64,
    },
    /// Something in a JSON document that is not what it must be.
    #[error("{place} is {found}, but must be {expected}")]
    Unexpected {
        /// Where, as `variables[0].states[1]`.
        place: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A field that no version has.
    #[error("{place} has a field `{field}`, which is not known (known: {known})")]
    UnknownField {
        /// The object.
        place: String,
        /// The field.
        field: String,
        /// The fields that there are.
        known: String,
    },
    /// Something in a CSV table that is not what it must be.
    #[error("row {row}, column {column}: {problem}")]
    Csv {
        /// The row, counted from 1, which is the heading.
        row: usize,
        /// The column: its name, or its number from 1 where it has none.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// Parts that make no dataset.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A file that cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}
