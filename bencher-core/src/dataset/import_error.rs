use thiserror::Error;

use super::error::DatasetError;

/// An error when a dataset is read from a file.
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
    /// An unexpected value in a JSON document.
    #[error("{place} is {found}, but must be {expected}")]
    Unexpected {
        /// The place, such as `variables[0].states[1]`.
        place: String,
        /// The expected value.
        expected: String,
        /// The value in the document.
        found: String,
    },
    /// A field that no version has.
    #[error("{place} has a field `{field}`, which is not known (known: {known})")]
    UnknownField {
        /// The object.
        place: String,
        /// The field.
        field: String,
        /// The known fields.
        known: String,
    },
    /// An error in a CSV table.
    #[error("row {row}, column {column}: {problem}")]
    Csv {
        /// The row, counted from 1, the heading.
        row: usize,
        /// The column: its name, or its number from 1 where it has none.
        column: String,
        /// The problem.
        problem: String,
    },
    /// Parts that do not form a dataset.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A file that cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}
