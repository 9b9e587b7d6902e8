use crate::value::Value;

use super::{Dataset, DatasetError, Variable};

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
        let inner: usize = dims.iter().skip(axis).map(super::Dim::len).product();
        let outer: usize = dims.iter().take(axis).map(super::Dim::len).product();
        let source = |flat: usize| (flat / inner * gone.len() + position) * inner + flat % inner;
        let variables = self
            .variables
            .iter()
            .map(|var| Variable {
                info: var.info.clone(),
                column: var.column.index_axis(axis, position),
                states: (0..outer * inner)
                    .filter_map(|flat| var.states.get(source(flat)).copied())
                    .collect(),
                reasons: (0..outer * inner)
                    .filter(|_| !var.reasons.is_empty())
                    .filter_map(|flat| Some((flat, var.reasons.get(&source(flat))?.clone())))
                    .collect(),
            })
            .collect();
        Self::from_parts(self.name.clone(), dims, variables, self.attributes.clone())
    }
}
