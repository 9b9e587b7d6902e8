//! A dimension of items to one dimension for each of their parts, and back.

use std::sync::Arc;

use crate::value::{Item, Kind, Value};

use super::column::{fitting, grid_len};
use super::grid::{CellRun, Walk, around};
use super::parts::distinct;
use super::positions::Positions;
use super::{CellState, Dataset, DatasetError, Dim};

/// Why [`Dataset::unstack`] leaves a cell without a value.
const NO_COMBINATION: &str = "there is no such combination";

/// The memory of a cell that is skipped for this reason, in bytes: its share of the reasons.
const REASON_BYTES: usize = 64;
impl Dataset {
    /// Replaces a dimension of items by one dimension for every part of the items.
    ///
    /// Items with different names keep a dimension of those names, under the old name of the dimension. An item without
    /// a part has the coordinate NaN where the part is a number, and an empty text otherwise. Cells of combinations
    /// that no item has are skipped, with a reason.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Item, Kind, Value};
    /// let row = |rows: i32, cols: i32| {
    ///     Value::from(Item::new("", [("rows", Value::from(rows)), ("cols", Value::from(cols))]))
    /// };
    /// let shape = Dim::input("shape", Kind::Item, vec![row(1, 8), row(2, 8), row(2, 4)]);
    /// let runs = Dataset::new("Runs", vec![shape], vec![VariableInfo::new("ok", Kind::Bool)])?;
    /// assert_eq!(runs.select("rows", 2)?.shape(), [2], "the dimension stays");
    /// let table = runs.unstack("shape")?;
    /// assert_eq!(table.shape(), [2, 2]);
    /// assert_eq!(table.dims()[1].values, [Value::from(8), Value::from(4)]);
    /// let absent = table.select("rows", 1)?.select("cols", 4)?;
    /// assert_eq!(absent.variable("ok")?.states(), [CellState::Skipped]);
    /// assert_eq!(table.stack(&["rows", "cols"], "shape")?, runs);
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the dimension does not exist, its coordinates have no parts, two of them have the same parts, a part's
    /// name is taken, or the grid does not fit the memory.
    pub fn unstack(&self, dim: &str) -> Result<Self, DatasetError> {
        let axis = self.axis(dim)?;
        let gone = self.dim(dim)?;
        let parts = Parts::of(gone)?;
        let (targets, cells) = parts.targets(gone)?;
        let mut dims = self.dims.clone();
        dims.splice(axis..=axis, parts.dims);
        let shape: Vec<usize> = dims.iter().map(Dim::len).collect();
        fitting(grid_len(&shape)? as u128, REASON_BYTES)?;
        let (outer, inner) = around(&self.shape(), axis);
        let targets = &targets;
        let runs = (0..outer).flat_map(|before| {
            targets.iter().enumerate().map(move |(from, to)| CellRun {
                from: (before * targets.len() + from) * inner,
                to: (before * cells + to) * inner,
                count: inner,
            })
        });
        let mut unstacked = self.rearranged(dims, runs)?;
        let mut reached = vec![false; cells];
        for target in targets {
            if let Some(cell) = reached.get_mut(*target) {
                *cell = true;
            }
        }
        let reason: Arc<str> = NO_COMBINATION.into();
        for variable in &mut unstacked.variables {
            for flat in 0..variable.states.len() {
                let target = flat.checked_div(inner).and_then(|at| at.checked_rem(cells));
                if target.and_then(|at| reached.get(at)) == Some(&false) {
                    variable.record_absent(flat, CellState::Skipped, Some(reason.clone()))?;
                }
            }
        }
        Ok(unstacked)
    }

    /// Joins several dimensions to one dimension of items, whose parts they become. It is the inverse of
    /// [`unstack`](Self::unstack), which has the example.
    ///
    /// A dimension with the new name becomes the names of the items. NaN and empty texts become no part. Combinations
    /// that no item has, with every cell skipped, are dropped. The items follow the order of the dimensions, the last
    /// one fastest.
    ///
    /// # Errors
    /// Where a dimension does not exist or is named twice, no dimension is named, or the new name is taken.
    pub fn stack(&self, dims: &[&str], name: &str) -> Result<Self, DatasetError> {
        let axes = self.axes(dims)?;
        let place = axes.iter().copied().min().ok_or(DatasetError::Nothing)?;
        let outside = |from: usize, to: usize| {
            (from..to)
                .filter(|axis| !axes.contains(axis))
                .filter_map(|axis| self.dims.get(axis))
        };
        let before: Vec<&Dim> = outside(0, place).collect();
        let behind: Vec<&Dim> = outside(place, self.dims.len()).collect();
        let stacked: Vec<&Dim> = axes
            .iter()
            .filter_map(|axis| self.dims.get(*axis))
            .collect();
        let order: Vec<&str> = before
            .iter()
            .chain(&stacked)
            .chain(&behind)
            .map(|dim| dim.name.as_str())
            .collect();
        let turned = self.transpose(&order)?;
        let items = Dim::input(name, Kind::Item, items(&stacked, name));
        let cloned = |dims: Vec<&Dim>| dims.into_iter().cloned().collect::<Vec<Dim>>();
        let dims = [cloned(before), vec![items], cloned(behind)].concat();
        let whole = turned.rearranged(dims, turned.all())?;
        let kept = whole.combinations(place);
        whole.take(name, &kept)
    }

    /// The positions on an axis at which some cell is not skipped for want of a combination.
    fn combinations(&self, axis: usize) -> Vec<usize> {
        let shape = self.shape();
        let others = (0..shape.len()).filter(|other| *other != axis);
        let mut within = Walk::over(&shape, others);
        let along = Walk::over(&shape, [axis]);
        let absent = |flat: usize| {
            self.variables.iter().all(|var| {
                var.states.get(flat) == Some(&CellState::Skipped)
                    && var
                        .reasons
                        .get(&flat)
                        .is_some_and(|reason| **reason == *NO_COMBINATION)
            })
        };
        along
            .enumerate()
            .filter(|(_, base)| {
                self.variables.is_empty() || !within.again().all(|offset| absent(base + offset))
            })
            .map(|(at, _)| at)
            .collect()
    }
}

/// The dimensions that the items of one are made of.
struct Parts {
    dims: Vec<Dim>,
    /// For every new dimension, where each coordinate of the old one stands on it.
    positions: Vec<Vec<usize>>,
}

impl Parts {
    fn of(dim: &Dim) -> Result<Self, DatasetError> {
        let names = dim.part_names();
        if names.is_empty() {
            return Err(DatasetError::NoParts(dim.name.clone()));
        }
        let mut parts = Self {
            dims: Vec::new(),
            positions: Vec::new(),
        };
        let titles: Vec<Option<Value>> =
            dim.values.iter().map(|value| Some(title(value))).collect();
        if titles.windows(2).any(|pair| pair.first() != pair.last()) {
            parts.push(dim.name.as_str(), &titles)?;
        }
        for name in names {
            let values = dim.values.iter();
            let values: Vec<Option<Value>> = values
                .map(|value| value.as_item()?.part(name).cloned())
                .collect();
            parts.push(name, &values)?;
        }
        Ok(parts)
    }

    fn push(&mut self, name: &str, values: &[Option<Value>]) -> Result<(), DatasetError> {
        let kind = common_kind(values);
        let lacking = match kind {
            Kind::Float(_) => Value::Float(f64::NAN),
            _ => Value::from(""),
        };
        let values: Vec<Value> = values
            .iter()
            .map(|value| match value {
                Some(value) => kind
                    .canonical(value)
                    .unwrap_or_else(|| Value::from(value.to_string())),
                None => lacking.clone(),
            })
            .collect();
        let dim = Dim::input(name, kind, distinct(&values));
        let known = Positions::of(&dim)?;
        let positions = values.iter().filter_map(|value| known.find(value));
        self.positions.push(positions.collect());
        self.dims.push(dim);
        Ok(())
    }

    /// Where each coordinate of the old dimension stands in the grid of the new ones, and how many
    /// cells that has.
    fn targets(&self, dim: &Dim) -> Result<(Vec<usize>, usize), DatasetError> {
        let shape: Vec<usize> = self.dims.iter().map(Dim::len).collect();
        let cells = grid_len(&shape)?;
        let mut targets = vec![0; dim.len()];
        for (positions, length) in self.positions.iter().zip(&shape) {
            for (target, at) in targets.iter_mut().zip(positions) {
                *target = *target * length + at;
            }
        }
        let mut taken = std::collections::HashSet::new();
        for (target, value) in targets.iter().zip(&dim.values) {
            if !taken.insert(*target) {
                return Err(DatasetError::RepeatedCoordinate {
                    dim: dim.name.clone(),
                    value: value.clone(),
                });
            }
        }
        Ok((targets, cells))
    }
}

/// The items that the combinations of some dimensions' coordinates make.
fn items(dims: &[&Dim], name: &str) -> Vec<Value> {
    let mut rows: Vec<Vec<(&Dim, &Value)>> = vec![Vec::new()];
    for dim in dims {
        rows = rows
            .into_iter()
            .flat_map(|row| {
                dim.values.iter().map(move |value| {
                    let mut longer = row.clone();
                    longer.push((*dim, value));
                    longer
                })
            })
            .collect();
    }
    let lacks = |value: &Value| match value {
        Value::Float(x) => x.is_nan(),
        other => other.as_str() == Some(""),
    };
    rows.into_iter()
        .map(|row| {
            let titled = row.iter().find(|(dim, _)| dim.name == name);
            let title = titled.map_or_else(String::new, |(_, value)| value.to_string());
            let parts = row
                .into_iter()
                .filter(|(dim, value)| dim.name != name && !lacks(value))
                .map(|(dim, value)| (dim.name.as_str(), value.clone()));
            Item::new(title, parts).into()
        })
        .collect()
}

/// The name of an item, or the text that stands in its place.
fn title(value: &Value) -> Value {
    match value.as_item() {
        Some(item) => Value::from(item.name()),
        None => Value::from(value.to_string()),
    }
}

/// The kind that all values have in common; a value that lacks makes numbers floats.
fn common_kind(values: &[Option<Value>]) -> Kind {
    let all = |kind: Kind| {
        values.iter().all(|value| match value {
            Some(value) => kind.canonical(value).is_some(),
            None => matches!(kind, Kind::Float(_) | Kind::Category),
        })
    };
    let whole = [
        Kind::Bool,
        Kind::Int(64),
        Kind::Uint(64),
        Kind::Int(128),
        Kind::Uint(128),
    ];
    // 2.0 is an integer to its kind, but not to whoever wrote it.
    let has_float = values
        .iter()
        .flatten()
        .any(|value| matches!(value, Value::Float(_)));
    let integers = whole.into_iter().filter(|_| !has_float);
    let others = [Kind::Float(64), Kind::DateTime, Kind::Item];
    integers
        .chain(others)
        .find(|kind| all(*kind))
        .unwrap_or(Kind::Category)
}
