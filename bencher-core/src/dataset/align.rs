use std::cmp::Ordering;

use crate::sort;
use crate::value::Value;

use super::dim::compare;
use super::positions::Positions;
use super::{Dataset, DatasetError, Dim};

/// The coordinates that aligned datasets keep.
///
/// See [`Dataset::align`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Coordinates that all datasets have.
    Inner,
    /// Coordinates that any dataset has.
    Outer,
}

impl Dataset {
    /// Gives datasets equal coordinates on every dimension that two or more of them share.
    ///
    /// Coordinates keep the order of their first appearance. The coordinates of a numeric dimension that rises in every
    /// dataset are sorted. A cell at a coordinate that its dataset did not have is pending.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, Join};
    /// # use bencher_core::value::{Kind, Value};
    /// let runs = |values: &[u64]| {
    ///     let len = Dim::input("len", Kind::Uint(64), values.iter().copied().map(Value::from).collect());
    ///     Dataset::new("Runs", vec![len], vec![])
    /// };
    /// let (coarse, fine) = (runs(&[1, 100])?, runs(&[1, 10])?);
    /// let outer = Dataset::align(&[&coarse, &fine], Join::Outer)?;
    /// assert_eq!(outer[0].dims()[0].values, [1.into(), 10.into(), 100.into()]);
    /// assert_eq!(outer[1].dims(), outer[0].dims());
    /// assert_eq!(Dataset::align(&[&coarse, &fine], Join::Inner)?[1].shape(), [1]);
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where a shared dimension differs in its kind, unit or role, or has a coordinate twice.
    pub fn align(datasets: &[&Self], join: Join) -> Result<Vec<Self>, DatasetError> {
        let mut aligned: Vec<Self> = datasets.iter().map(|part| (*part).clone()).collect();
        let mut done: Vec<&str> = Vec::new();
        for dim in datasets.iter().flat_map(|part| &part.dims) {
            if done.contains(&dim.name.as_str()) {
                continue;
            }
            done.push(&dim.name);
            let sharing: Vec<&Dim> = datasets
                .iter()
                .filter_map(|part| part.dims.iter().find(|other| other.name == dim.name))
                .collect();
            let values = joined(&sharing, join)?;
            for part in &mut aligned {
                if let Ok(axis) = part.axis(&dim.name)
                    && part.dims.get(axis).is_some_and(|own| own.values != values)
                {
                    *part = part.reindexed(axis, &values)?;
                }
            }
        }
        Ok(aligned)
    }

    fn reindexed(&self, axis: usize, values: &[Value]) -> Result<Self, DatasetError> {
        let mut dims = self.dims.clone();
        let Some(dim) = dims.get_mut(axis) else {
            return Err(DatasetError::Position);
        };
        let known = Positions::of(dim)?;
        let sources: Vec<Option<usize>> = values.iter().map(|value| known.find(value)).collect();
        dim.values = values.to_vec();
        self.spread(axis, &sources, dims)
    }
}

/// The coordinates of all dimensions or of any.
fn joined(dims: &[&Dim], join: Join) -> Result<Vec<Value>, DatasetError> {
    let Some((first, others)) = dims.split_first() else {
        return Ok(Vec::new());
    };
    for other in others {
        same_axis(first, other)?;
    }
    let known = dims
        .iter()
        .map(|dim| Positions::of(dim))
        .collect::<Result<Vec<_>, _>>()?;
    let mut values: Vec<Value> = match join {
        Join::Inner => first
            .values
            .iter()
            .filter(|value| known.iter().all(|dim| dim.find(value).is_some()))
            .cloned()
            .collect(),
        Join::Outer => {
            let of_earlier =
                |n: usize, value: &Value| known.iter().take(n).any(|dim| dim.find(value).is_some());
            dims.iter()
                .enumerate()
                .flat_map(|(n, dim)| dim.values.iter().map(move |value| (n, value)))
                .filter(|(n, value)| !of_earlier(*n, value))
                .map(|(_, value)| value.clone())
                .collect()
        }
    };
    if dims.iter().all(|dim| rises(dim)) {
        sort::by(&mut values, |a, b| compare(a, b).unwrap_or(Ordering::Equal));
    }
    Ok(values)
}

/// Whether the coordinates lie on a numeric axis and each is above the one before.
fn rises(dim: &Dim) -> bool {
    let above = |pair: &[Value]| match pair {
        [low, high] => compare(low, high) == Some(Ordering::Less),
        _ => true,
    };
    dim.kind.is_ordered() && dim.values.windows(2).all(above)
}

/// Whether two dimensions of one name are the same axis.
pub(super) fn same_axis(a: &Dim, b: &Dim) -> Result<(), DatasetError> {
    let differs = if a.kind != b.kind {
        Some("kind")
    } else if a.units != b.units {
        Some("unit")
    } else if a.role != b.role {
        Some("role")
    } else {
        None
    };
    match differs {
        Some(what) => Err(DatasetError::Differs {
            name: a.name.clone(),
            what,
        }),
        None => Ok(()),
    }
}
