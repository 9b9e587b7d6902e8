use thiserror::Error;

use crate::value::Value;
use crate::var::UnknownName;

use super::formula::FormulaError;

/// An error of an operation on a dataset.
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
    /// A dimension or variable that does not exist.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// A formula over names that do not exist.
    #[error(transparent)]
    Formula(#[from] FormulaError),
    /// A derived variable of a kind that formulas do not return.
    #[error("`{variable}` is of kind {kind}, but a formula gives floats: make it f64")]
    DerivedKind {
        /// The variable.
        variable: String,
        /// Its kind.
        kind: String,
    },
    /// A coordinate that does not exist.
    #[error("{dim} has no value {value} (it has {known})")]
    NoCoordinate {
        /// The dimension.
        dim: String,
        /// The value asked for.
        value: Value,
        /// The existing values, shortened.
        known: String,
    },
    /// A value that cannot be a coordinate of the dimension.
    #[error("each coordinate of {dim} must be {expected}, but {value:?} is not")]
    CoordinateKind {
        /// The dimension.
        dim: String,
        /// The kind of its coordinates.
        expected: String,
        /// The value asked for.
        value: Value,
    },
    /// A dimension whose coordinates have no order and no distance.
    #[error("the coordinates of {0} are not numbers, so none is the nearest; select an exact one")]
    NotOrdered(String),
    /// A result that is neither to be minimized nor to be maximized.
    #[error(
        "`{0}` has no direction, so no point is the best; declare whether it is to be minimized or \
         maximized"
    )]
    NoDirection(String),
    /// A coordinate that would occur twice on one dimension.
    #[error("{value} would be on {dim} twice; give every coordinate once")]
    RepeatedCoordinate {
        /// The dimension.
        dim: String,
        /// The coordinate.
        value: Value,
    },
    /// A dimension whose coordinates have no parts.
    #[error("the coordinates of {0} have no parts that could become dimensions")]
    NoParts(String),
    /// A number of inputs that cannot be aggregated.
    #[error("{asked} inputs cannot be aggregated: there are {inputs}, so give 1 to {inputs}")]
    Aggregate {
        /// How many were asked for.
        asked: usize,
        /// How many there are.
        inputs: usize,
    },
    /// A position outside the grid.
    #[error("the position lies outside the grid")]
    Position,
    /// A dimension or variable that is not the same in two datasets.
    #[error("the {what} of `{name}` differs between the datasets, so they cannot be combined")]
    Differs {
        /// The dimension or variable.
        name: String,
        /// The property that differs.
        what: &'static str,
    },
    /// Datasets whose dimensions differ.
    #[error("the dimensions differ: ({left}) and ({right}); align the datasets first")]
    Dimensions {
        /// The dimensions of the first dataset.
        left: String,
        /// The dimensions of the other.
        right: String,
    },
    /// A number of datasets that differs from the number of coordinates.
    #[error(
        "{datasets} datasets do not match {coordinates} coordinates; give one dataset for each"
    )]
    Parts {
        /// How many datasets there are.
        datasets: usize,
        /// How many coordinates there are.
        coordinates: usize,
    },
    /// No dataset where at least one is needed.
    #[error("there is no dataset to combine")]
    Nothing,
    /// A quantile outside 0..=1.
    #[error("a quantile lies within 0 and 1, and {0} does not: the 90th percentile is 0.9")]
    Quantile(f64),
    /// Two dimensions or variables with one name.
    #[error("two dimensions or variables are named `{0}`; rename one")]
    Repeated(String),
    /// A variable whose data does not fit the shape of the dimensions.
    #[error("the data of `{0}` does not have the shape of the dimensions: the file is damaged")]
    Shape(String),
    /// A value of another kind than the variable's.
    #[error("`{variable}` holds {expected}, not {value}")]
    WrongKind {
        /// The variable.
        variable: String,
        /// The kind of its values.
        expected: String,
        /// The value that was given.
        value: Value,
    },
    /// An array whose type does not fit the variable's kind.
    #[error("`{variable}` holds {expected}, which an array of this type cannot hold")]
    Element {
        /// The variable.
        variable: String,
        /// The kind of its values.
        expected: String,
    },
    /// More cells than fit the memory.
    #[error(
        "a grid of {cells} cells needs about {gib:.1} GiB per result, more than this machine can \
         give; take fewer samples, a lower level, or fewer inputs"
    )]
    TooLarge {
        /// How many cells the grid has.
        cells: u128,
        /// How many GiB one variable would take.
        gib: f64,
    },
}
