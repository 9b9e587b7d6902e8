use std::fmt;

use crate::var::UnknownName;

use super::{Dataset, DatasetError, DimRole};

/// Every input except the first, as options have it.
const ALL_BUT_FIRST: &str = "all-but-first";

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

    /// Reads it as options have it: `all-but-first`, a number of inputs from the end, or the names of inputs.
    ///
    /// ```
    /// use bencher_core::dataset::Aggregate;
    /// assert_eq!(Aggregate::of(["all-but-first"])?, Aggregate::AllButFirst);
    /// assert_eq!(Aggregate::of(["2"])?, Aggregate::Last(2));
    /// assert_eq!(Aggregate::of(["len", "seed"])?.to_string(), "len,seed");
    /// assert!(Aggregate::of(["0"]).is_err() && Aggregate::of(["-1"]).is_err());
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// A number below 1, or no name.
    pub fn of<'n>(words: impl IntoIterator<Item = &'n str>) -> Result<Self, String> {
        let words: Vec<&str> = words.into_iter().map(str::trim).collect();
        if let [word] = *words {
            if word == ALL_BUT_FIRST {
                return Ok(Self::AllButFirst);
            }
            if let Ok(count) = word.parse::<i128>() {
                let count = usize::try_from(count).ok().filter(|count| *count > 0);
                return count.map(Self::Last).ok_or_else(|| {
                    format!("`{word}` inputs cannot be aggregated; give 1 or more")
                });
            }
        }
        if words.is_empty() || words.contains(&"") {
            return Err(format!(
                "give {ALL_BUT_FIRST}, a number of inputs from the end, or names of inputs"
            ));
        }
        Ok(Self::named(words))
    }

    /// The names of the dimensions of `dataset` that this leaves out.
    ///
    /// # Errors
    /// Where a number is 0 or larger than the number of inputs, or a name is not there.
    fn dims<'a>(&self, dataset: &'a Dataset) -> Result<Vec<&'a str>, DatasetError> {
        let inputs = dataset.dims.iter();
        let inputs = inputs.filter(|dim| dim.role == DimRole::Input);
        let inputs: Vec<&str> = inputs.map(|dim| dim.name.as_str()).collect();
        match self {
            Self::Named(names) => names
                .iter()
                .map(|name| dataset.dim(name).map(|dim| dim.name.as_str()))
                .collect(),
            Self::AllButFirst | Self::Last(_) => self.among(inputs),
        }
    }

    /// Those of some inputs that this leaves out.
    ///
    /// # Errors
    /// Where a number is 0 or larger than the number of inputs, or a name is not there.
    pub(crate) fn among<'a>(&self, inputs: Vec<&'a str>) -> Result<Vec<&'a str>, DatasetError> {
        match self {
            Self::AllButFirst => Ok(inputs.into_iter().skip(1).collect()),
            Self::Last(count) => match inputs.len().checked_sub(*count) {
                Some(kept) if *count > 0 => Ok(inputs.into_iter().skip(kept).collect()),
                _ => Err(DatasetError::Aggregate {
                    asked: *count,
                    inputs: inputs.len(),
                }),
            },
            Self::Named(names) => {
                let find = |name: &String| {
                    let found = inputs.iter().copied().find(|input| input == name);
                    found.ok_or_else(|| {
                        UnknownName::new("input", name, inputs.iter().copied()).into()
                    })
                };
                names.iter().map(find).collect()
            }
        }
    }
}

/// As options have it.
impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllButFirst => f.write_str(ALL_BUT_FIRST),
            Self::Last(count) => write!(f, "{count}"),
            Self::Named(names) => f.write_str(&names.join(",")),
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

impl Statistic {
    /// Every statistic by its name.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("mean", Self::Mean),
        ("sum", Self::Sum),
        ("max", Self::Max),
        ("min", Self::Min),
        ("median", Self::Median),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut named = Self::NAMED.into_iter();
        named
            .find(|(_, one)| *one == self)
            .map_or("", |(name, _)| name)
    }
}

/// A view of a dataset over fewer inputs, which its report draws first.
///
/// A program sets it with [`SweepBuilder::aggregate`](crate::bench::SweepBuilder::aggregate), a user with `--aggregate`.
/// The dataset of the result carries both parts as attributes.
///
/// ```
/// use bencher_core::dataset::{Aggregate, Aggregation, Dataset, Statistic};
/// let mut dataset = Dataset::new("Runs", vec![], vec![])?;
/// assert_eq!(Aggregation::of(&dataset), None);
/// let worst = Aggregation { inputs: Aggregate::named(["seed"]), statistic: Statistic::Max };
/// Aggregation::attach(Some(&worst), &mut dataset);
/// assert_eq!(Aggregation::of(&dataset), Some(worst));
/// # Ok::<(), bencher_core::dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregation {
    /// The inputs that it leaves out.
    pub inputs: Aggregate,
    /// What it takes over them.
    pub statistic: Statistic,
}

impl Aggregation {
    /// The attributes of a dataset that name the inputs and the statistic.
    pub const ATTRIBUTES: [&'static str; 2] = ["aggregate", "aggregate statistic"];

    /// The view that a dataset asks for.
    pub fn of(dataset: &Dataset) -> Option<Self> {
        let [inputs, statistic] = Self::ATTRIBUTES.map(|name| dataset.attributes.get(name));
        let inputs = Aggregate::of(inputs?.split(',')).ok()?;
        // A statistic of a later version is none of this one.
        let is_it = |(name, _): &(&str, Statistic)| statistic.is_some_and(|known| known == name);
        let (_, statistic) = Statistic::NAMED.into_iter().find(is_it)?;
        Some(Self { inputs, statistic })
    }

    /// Has a dataset ask for a view, or for none.
    pub fn attach(view: Option<&Self>, dataset: &mut Dataset) {
        for name in Self::ATTRIBUTES {
            dataset.attributes.remove(name);
        }
        if let Some(view) = view {
            let texts = [view.inputs.to_string(), view.statistic.name().to_owned()];
            let names = Self::ATTRIBUTES.map(str::to_owned);
            dataset.attributes.extend(names.into_iter().zip(texts));
        }
    }
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
