use super::{Dataset, DatasetError, DimRole};

/// The inputs that an aggregated view reduces.
///
/// The dimensions of repeats and of snapshots over time stay, unless they are named.
///
/// ```
/// use bencher_core::dataset::{Aggregate, Dataset, Dim, Statistic};
/// use bencher_core::value::{Kind, Value};
/// let dim = |name| Dim::input(name, Kind::Bool, vec![Value::from(false), Value::from(true)]);
/// let runs = Dataset::new("Runs", vec![dim("a"), dim("b"), dim("c"), Dim::repeats(3)], vec![])?;
/// let dims = |aggregate: Aggregate| -> Result<String, bencher_core::dataset::DatasetError> {
///     let view = runs.aggregate(&aggregate, Statistic::Mean)?;
///     Ok(view.dims().iter().map(|dim| dim.name.as_str()).collect::<Vec<_>>().join(" "))
/// };
/// assert_eq!(dims(Aggregate::AllButFirst)?, "a repeat");
/// assert_eq!(dims(Aggregate::Last(1))?, "a b repeat");
/// assert_eq!(dims(Aggregate::named(["a", "repeat"]))?, "b c");
/// let error = dims(Aggregate::Last(4)).unwrap_err();
/// assert_eq!(error.to_string(), "4 inputs cannot be aggregated: there are 3, so give 1 to 3");
/// assert!(dims(Aggregate::Last(0)).is_err());
/// # Ok::<(), bencher_core::dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// Every input except the first; none where there is only one.
    AllButFirst,
    /// This number of inputs from the end: at least one, at most all.
    Last(usize),
    /// The dimensions with these names.
    Named(Vec<String>),
}

impl Aggregate {
    /// The dimensions with some names.
    pub fn named<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::Named(names.into_iter().map(Into::into).collect())
    }

    /// The names of the dimensions of `dataset` that this leaves out.
    ///
    /// # Errors
    /// Where a number is 0 or larger than the number of inputs, or a name is not there.
    fn dims<'a>(&self, dataset: &'a Dataset) -> Result<Vec<&'a str>, DatasetError> {
        let inputs: Vec<&str> = dataset
            .dims
            .iter()
            .filter(|dim| dim.role == DimRole::Input)
            .map(|dim| dim.name.as_str())
            .collect();
        match self {
            Self::AllButFirst => Ok(inputs.into_iter().skip(1).collect()),
            Self::Last(count) => match inputs.len().checked_sub(*count) {
                Some(kept) if *count > 0 => Ok(inputs.into_iter().skip(kept).collect()),
                _ => Err(DatasetError::Aggregate {
                    asked: *count,
                    inputs: inputs.len(),
                }),
            },
            Self::Named(names) => names
                .iter()
                .map(|name| dataset.dim(name).map(|dim| dim.name.as_str()))
                .collect(),
        }
    }
}

/// The statistic that an aggregated cell shows.
///
/// See [`Dataset::aggregate`] for an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statistic {
    /// The arithmetic mean.
    #[default]
    Mean,
    /// The sum.
    Sum,
    /// The largest value.
    Max,
    /// The smallest value.
    Min,
    /// The median.
    Median,
}

impl Dataset {
    /// Reduces some inputs of the dataset to one statistic.
    ///
    /// Cells without a value are ignored, as in [`reduce`](Self::reduce).
    ///
    /// ```
    /// use bencher_core::dataset::{Aggregate, CellState, Dataset, Dim, Statistic, VariableInfo};
    /// use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
    /// let seed = Dim::input("seed", Kind::Uint(64), vec![Value::from(1), Value::from(2)]);
    /// let moves = VariableInfo::new("moves", Kind::Uint(64));
    /// let mut sorting = Dataset::new("Sorting", vec![len, seed], vec![moves])?;
    /// let moves = sorting.variable_mut(0).ok_or("no variable")?;
    /// for (flat, count) in [45, 47, 190, 188].into_iter().enumerate() {
    ///     moves.record(flat, &Value::from(count), CellState::Measured)?;
    /// }
    /// let worst = sorting.aggregate(&Aggregate::AllButFirst, Statistic::Max)?;
    /// let worst = worst.variable("moves")?;
    /// assert_eq!((worst.number(0), worst.number(1)), (Some(47.0), Some(190.0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a number of inputs is 0 or too large, or a name does not exist.
    pub fn aggregate(
        &self,
        aggregate: &Aggregate,
        statistic: Statistic,
    ) -> Result<Self, DatasetError> {
        let dims = aggregate.dims(self)?;
        match statistic {
            Statistic::Mean => self.mean(&dims),
            Statistic::Sum => self.sum(&dims),
            Statistic::Max => self.max(&dims),
            Statistic::Min => self.min(&dims),
            Statistic::Median => self.median(&dims),
        }
    }
}
