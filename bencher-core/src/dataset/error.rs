use thiserror::Error;

use crate::value::Value;
use crate::var::UnknownName;

/// Why a dataset cannot do what was asked of it.
///
/// ```
/// use bencher_core::dataset::{Dataset, Dim};
/// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![])?;
/// let error = runs.select("repeat", 4).unwrap_err();
/// assert_eq!(error.to_string(), "repeat has no value 4 (it has 1 2 3)");
/// # Ok::<(), bencher_core::dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A dimension or variable that is not there.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// A coordinate that is not there.
    #[error("{dim} has no value {value} (it has {known})")]
    NoCoordinate {
        /// The dimension.
        dim: String,
        /// The value asked for.
        value: Value,
        /// The values there are, shortened.
        known: String,
    },
    /// A value that cannot be a coordinate of the dimension.
    #[error("the coordinates of {dim} are each {expected}, and {value:?} is not")]
    CoordinateKind {
        /// The dimension.
        dim: String,
        /// What its coordinates are.
        expected: String,
        /// The value asked for.
        value: Value,
    },
    /// A position outside the grid.
    #[error("the position lies outside the grid")]
    Position,
    /// A quantile outside 0..=1.
    #[error("a quantile lies within 0 and 1, and {0} does not: the 90th percentile is 0.9")]
    Quantile(f64),
    /// Two dimensions or variables of one name.
    #[error("the name `{0}` stands for two things; rename one")]
    Repeated(String),
    /// A variable whose data does not have the shape of the dimensions.
    #[error("the data of `{0}` does not have the shape of the dimensions: the file is damaged")]
    Shape(String),
    /// A value of another kind than the variable's.
    #[error("`{variable}` holds {expected}, not {value}")]
    WrongKind {
        /// The variable.
        variable: String,
        /// What it holds.
        expected: String,
        /// What was given.
        value: Value,
    },
    /// More cells than fit the memory.
    #[error(
        "a grid of {cells} cells needs about {gib:.1} GiB a result, more than this machine can \
         give; take fewer samples, a lower level, or fewer inputs"
    )]
    TooLarge {
        /// How many cells the grid has.
        cells: u128,
        /// How many GiB one variable would take.
        gib: f64,
    },
}
