use crate::value::Value;

use super::grid::{Run, around};
use super::{Dataset, DatasetError};

impl Dataset {
    /// The part where a dimension has one value; the dimension is gone from it.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let algo = Dim::input("algo", Kind::Category, vec![Value::from("quick"), Value::from("merge")]);
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let sorting = Dataset::new("Sorting", vec![algo, Dim::repeats(3)], vec![elapsed])?;
    /// assert_eq!(sorting.select("algo", "merge")?.shape(), [3]);
    /// assert!(sorting.select("algo", "bogo").is_err());
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension or the value is not there.
    pub fn select(&self, dim: &str, value: impl Into<Value>) -> Result<Self, DatasetError> {
        let value = value.into();
        let found = self.dim(dim)?;
        if found.kind.canonical(&value).is_none() {
            let (dim, expected) = (dim.to_owned(), found.kind.name());
            return Err(DatasetError::CoordinateKind {
                dim,
                expected,
                value,
            });
        }
        let position = found
            .position(&value)
            .ok_or_else(|| DatasetError::NoCoordinate {
                dim: dim.to_owned(),
                value,
                known: super::describe::shorten(&found.values, 60),
            })?;
        self.select_position(dim, position)
    }

    /// The part at one position of a dimension; the dimension is gone from it.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError, Dim};
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![])?;
    /// assert!(runs.select_position("repeat", 2)?.dims().is_empty());
    /// assert_eq!(runs.select_position("repeat", 3), Err(DatasetError::Position));
    /// # Ok::<(), DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension or the position is not there.
    pub fn select_position(&self, dim: &str, position: usize) -> Result<Self, DatasetError> {
        let axis = self.axis(dim)?;
        let mut dims = self.dims.clone();
        let gone = dims.remove(axis);
        if position >= gone.len() {
            return Err(DatasetError::Position);
        }
        let (outer, inner) = around(&self.shape(), axis);
        let runs = (0..outer).map(|before| Run {
            from: (before * gone.len() + position) * inner,
            to: before * inner,
            count: inner,
        });
        self.rearranged(dims, runs)
    }
}
