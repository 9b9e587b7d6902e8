use std::cmp::Ordering;
use std::collections::HashSet;

use crate::value::{Decimal, Kind, Value};

use super::dim::compare;
use super::grid::{CellRun, around};
use super::{Dataset, DatasetError, Dim};

impl Dataset {
    /// Selects the part where a dimension has one value, and drops the dimension.
    ///
    /// The name may also name a part of a dimension's items, as in [`part_names`](Dim::part_names). The items whose
    /// part equals the value are then kept, and the dimension stays.
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
    /// Where the dimension or the value does not exist, or two dimensions have such a part.
    pub fn select(&self, dim: &str, value: impl Into<Value>) -> Result<Self, DatasetError> {
        let value = value.into();
        match self.dim(dim) {
            Ok(found) => self.select_position(dim, exact(found, &value)?),
            Err(unknown) => self.select_part(dim, &value, unknown),
        }
    }

    /// Selects the part where a numeric dimension has the value nearest to `value`, and drops the dimension. Of two
    /// values equally near, it takes the lower.
    ///
    /// Moments count as numbers.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// # use bencher_core::value::{Kind, Value};
    /// let load = Dim::input("load", Kind::Float(64), [0.0, 0.5, 1.0].map(Value::from).to_vec());
    /// let runs = Dataset::new("Runs", vec![load], vec![])?;
    /// assert_eq!(runs.select_nearest("load", 0.8)?, runs.select("load", 1.0)?);
    /// assert!(runs.select_nearest("load", f64::NAN).is_err());
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension does not exist, has no order or no coordinate, or the value is not a finite number.
    pub fn select_nearest(&self, dim: &str, value: impl Into<Value>) -> Result<Self, DatasetError> {
        let found = self.ordered(dim)?;
        let value = value.into();
        if value.as_f64().is_none_or(|x| !x.is_finite()) {
            return Err(wrong_kind(found, &value));
        }
        let nearest = found
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, known)| Some((at, known, Distance::new(found.kind, known, &value)?)))
            .min_by(|(_, low, a), (_, high, b)| {
                a.compare(b)
                    .then(compare(low, high).unwrap_or(Ordering::Equal))
            });
        let (position, ..) = nearest.ok_or_else(|| no_coordinate(found, &value))?;
        self.select_position(dim, position)
    }

    /// Selects the part at some values of a dimension, in the given order; the dimension stays.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(5)], vec![])?;
    /// assert_eq!(runs.select_many("repeat", [4, 2])?.dims()[0].values, [4.into(), 2.into()]);
    /// assert!(runs.select_many("repeat", [2, 2]).is_err(), "no coordinate stands twice");
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension or a value does not exist, or a value is given twice.
    pub fn select_many<V: Into<Value>>(
        &self,
        dim: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, DatasetError> {
        let found = self.dim(dim)?;
        let mut taken = HashSet::new();
        let mut positions = Vec::new();
        for value in values {
            let position = exact(found, &value.into())?;
            positions.push(position);
            if !taken.insert(position) {
                return Err(repeated(found, position));
            }
        }
        self.take(dim, &positions)
    }

    /// Selects the part from one value of a dimension to another, both included; the dimension stays.
    ///
    /// On a dimension of numbers or moments, it takes all coordinates between the two values, which do not have to be
    /// coordinates themselves. On any other dimension, it takes the coordinates between the positions of the two. The
    /// part may be empty.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), [1, 10, 100, 1000].map(Value::from).to_vec());
    /// let algo = Dim::input("algo", Kind::Category, ["a", "b", "c"].map(Value::from).to_vec());
    /// let runs = Dataset::new("Runs", vec![len, algo], vec![])?;
    /// assert_eq!(runs.select_range("len", 2, 100)?.shape(), [2, 3]);
    /// assert_eq!(runs.select_range("algo", "b", "c")?.shape(), [4, 2]);
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension does not exist, or an end is not one of its values.
    pub fn select_range(
        &self,
        dim: &str,
        from: impl Into<Value>,
        to: impl Into<Value>,
    ) -> Result<Self, DatasetError> {
        let found = self.dim(dim)?;
        let (from, to) = (end_of(found, from.into()), end_of(found, to.into()));
        let positions: Vec<usize> = if found.kind.is_ordered() {
            for end in [&from, &to] {
                if end.as_f64().is_none_or(f64::is_nan) {
                    return Err(wrong_kind(found, end));
                }
            }
            let reaches =
                |low: &Value, high: &Value| compare(low, high).is_some_and(Ordering::is_le);
            (0..)
                .zip(&found.values)
                .filter(|(_, known)| reaches(&from, known) && reaches(known, &to))
                .map(|(at, _)| at)
                .collect()
        } else {
            (exact(found, &from)?..=exact(found, &to)?).collect()
        };
        self.take(dim, &positions)
    }

    /// Selects the part at some positions of a dimension, in the given order; the dimension stays.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError, Dim};
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(5)], vec![])?;
    /// assert_eq!(runs.select_positions("repeat", 1..3)?.shape(), [2]);
    /// assert_eq!(runs.select_positions("repeat", (0..5).rev())?.dims()[0].values[0], 5.into());
    /// assert_eq!(runs.select_positions("repeat", [5]), Err(DatasetError::Position));
    /// # Ok::<(), DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension or a position does not exist, or a position is given twice.
    pub fn select_positions(
        &self,
        dim: &str,
        positions: impl IntoIterator<Item = usize>,
    ) -> Result<Self, DatasetError> {
        let found = self.dim(dim)?;
        let mut taken = HashSet::new();
        let mut kept = Vec::new();
        for position in positions {
            if position >= found.len() {
                return Err(DatasetError::Position);
            }
            if !taken.insert(position) {
                return Err(repeated(found, position));
            }
            kept.push(position);
        }
        self.take(dim, &kept)
    }

    /// Selects the part at one position of a dimension, and drops the dimension.
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
    /// Where the dimension or the position does not exist.
    pub fn select_position(&self, dim: &str, position: usize) -> Result<Self, DatasetError> {
        let axis = self.axis(dim)?;
        let mut dims = self.dims.clone();
        let gone = dims.remove(axis);
        if position >= gone.len() {
            return Err(DatasetError::Position);
        }
        let (outer, inner) = around(&self.shape(), axis);
        let runs = (0..outer).map(|before| CellRun {
            from: (before * gone.len() + position) * inner,
            to: before * inner,
            count: inner,
        });
        self.rearranged(dims, runs)
    }

    pub(super) fn take(&self, dim: &str, positions: &[usize]) -> Result<Self, DatasetError> {
        let axis = self.axis(dim)?;
        let mut dims = self.dims.clone();
        if let Some(dim) = dims.get_mut(axis) {
            let kept = positions.iter().filter_map(|at| dim.values.get(*at));
            dim.values = kept.cloned().collect();
        }
        let sources: Vec<Option<usize>> = positions.iter().map(|at| Some(*at)).collect();
        self.spread(axis, &sources, dims)
    }

    /// The dataset with another length of one axis: position `n` takes the cells of `sources[n]`,
    /// or pending ones.
    pub(super) fn spread(
        &self,
        axis: usize,
        sources: &[Option<usize>],
        dims: Vec<Dim>,
    ) -> Result<Self, DatasetError> {
        let shape = self.shape();
        let length = shape.get(axis).copied().unwrap_or(1);
        let (outer, inner) = around(&shape, axis);
        let runs = (0..outer).flat_map(|before| {
            sources.iter().enumerate().filter_map(move |(to, from)| {
                Some(CellRun {
                    from: (before * length + (*from)?) * inner,
                    to: (before * sources.len() + to) * inner,
                    count: inner,
                })
            })
        });
        self.rearranged(dims, runs)
    }

    fn ordered(&self, dim: &str) -> Result<&Dim, DatasetError> {
        let found = self.dim(dim)?;
        if found.kind.is_ordered() {
            Ok(found)
        } else {
            Err(DatasetError::NotOrdered(dim.to_owned()))
        }
    }
}

/// The position of a value that must be a coordinate.
fn exact(dim: &Dim, value: &Value) -> Result<usize, DatasetError> {
    if dim.kind.canonical(value).is_none() {
        return Err(wrong_kind(dim, value));
    }
    dim.position(value).ok_or_else(|| no_coordinate(dim, value))
}

/// The whole number that an integer or a moment is.
fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(i) | Value::DateTime(i) => Some(*i),
        _ => None,
    }
}

/// An end of a range in the width of the dimension: 0.3 is meant, and not the number of 64 bits beside it.
fn end_of(dim: &Dim, end: Value) -> Value {
    match dim.kind {
        Kind::Float(32) => dim.kind.canonical(&end).unwrap_or(end),
        _ => end,
    }
}

/// How far a coordinate is from a value.
struct Distance {
    nearly: f64,
    /// As the difference of the decimals that both are.
    exactly: Option<Decimal>,
}

impl Distance {
    fn new(kind: Kind, known: &Value, value: &Value) -> Option<Self> {
        // Beyond 2^53 neighbours are one float.
        if let (Some(a), Some(b)) = (whole(known), whole(value)) {
            return Some(Self {
                nearly: a.abs_diff(b) as f64,
                exactly: None,
            });
        }
        let (a, b) = (known.as_f64()?, value.as_f64()?);
        let decimals = || {
            let written = match value {
                Value::Float(_) => Decimal::of(Kind::Float(64), b),
                _ => Decimal::parse(&value.to_string()),
            };
            let (a, b, exponent) = Decimal::of(kind, a)?.aligned(written?)?;
            let mantissa = a.checked_sub(b)?.checked_abs()?;
            Some(Decimal { mantissa, exponent })
        };
        let nearly = (a - b).abs();
        (!nearly.is_nan()).then(|| Self {
            nearly,
            exactly: if known == value { None } else { decimals() },
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let aligned = |a: Option<Decimal>, b: Option<Decimal>| a?.aligned(b?);
        match aligned(self.exactly, other.exactly) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.nearly.total_cmp(&other.nearly),
        }
    }
}

fn wrong_kind(dim: &Dim, value: &Value) -> DatasetError {
    DatasetError::CoordinateKind {
        dim: dim.name.clone(),
        expected: dim.kind.name(),
        value: value.clone(),
    }
}

fn no_coordinate(dim: &Dim, value: &Value) -> DatasetError {
    DatasetError::NoCoordinate {
        dim: dim.name.clone(),
        value: dim.kind.display_value(value),
        known: super::describe::shorten(dim.kind, &dim.values, 60),
    }
}

fn repeated(dim: &Dim, position: usize) -> DatasetError {
    match dim.values.get(position) {
        Some(value) => DatasetError::RepeatedCoordinate {
            dim: dim.name.clone(),
            value: dim.kind.display_value(value),
        },
        None => DatasetError::Position,
    }
}
