use super::align::same_axis;
use super::grid::{CellRun, around};
use super::{CellState, Dataset, DatasetError, Dim, DimRole, Variable, VariableInfo};

impl Dataset {
    /// Joins datasets one behind the other, along a dimension that all of them have.
    ///
    /// The other dimensions must be equal; [`align`](Self::align) makes them equal. Repeats are numbered again from 1.
    /// A variable that only some datasets have is missing in the cells of the others. Name, descriptions and attributes
    /// come from the first dataset that has them.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// # use bencher_core::value::{Kind, Value};
    /// let runs = |low, high| {
    ///     let len = Dim::input("len", Kind::Uint(64), vec![Value::from(low), Value::from(high)]);
    ///     Dataset::new("Runs", vec![len, Dim::repeats(2)], vec![])
    /// };
    /// let (small, large) = (runs(1, 10)?, runs(100, 1000)?);
    /// assert_eq!(Dataset::concatenate(&[&small, &large], "len")?.shape(), [4, 2]);
    /// assert_eq!(Dataset::concatenate(&[&small, &small], "repeat")?.shape(), [2, 4]);
    /// let error = Dataset::concatenate(&[&small, &small], "len").unwrap_err();
    /// assert_eq!(error.to_string(), "1 would be on len twice; give every coordinate once");
    /// assert!(Dataset::concatenate(&[&small, &large], "repeat").is_err(), "other lengths");
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no dataset, one lacks the dimension, their other dimensions differ, a coordinate would occur
    /// twice, or a variable differs in its kind or unit.
    pub fn concatenate(datasets: &[&Self], dim: &str) -> Result<Self, DatasetError> {
        let (first, others) = datasets.split_first().ok_or(DatasetError::Nothing)?;
        let axis = first.axis(dim)?;
        let mut dims = first.dims.clone();
        let mut lengths = vec![first.dim(dim)?.len()];
        for part in others {
            let own = part.dim(dim)?;
            let rest = |dims: &[Dim]| -> Vec<Dim> {
                dims.iter()
                    .filter(|other| other.name != dim)
                    .cloned()
                    .collect()
            };
            if part.axis(dim)? != axis || !same_grid(&rest(&first.dims), &rest(&part.dims)) {
                return Err(dimensions_differ(first, part));
            }
            if let Some(whole) = dims.get_mut(axis) {
                same_axis(whole, own)?;
                whole.values.extend_from_slice(&own.values);
            }
            lengths.push(own.len());
        }
        if let Some(whole) = dims.get_mut(axis) {
            if whole.role == DimRole::Repeat {
                let counted = (1..=whole.len()).map(Into::into);
                whole.values = counted.collect();
            }
            super::positions::Positions::of(whole)?;
        }
        join(datasets, dims, axis, &lengths)
    }

    /// Joins datasets along a new outermost dimension, one at each of its coordinates.
    ///
    /// Everything else is as in [`concatenate`](Self::concatenate).
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// # use bencher_core::value::{Kind, Value};
    /// let monday = Dataset::new("Runs", vec![Dim::repeats(2)], vec![])?;
    /// let tuesday = monday.clone();
    /// let day = Dim::input("day", Kind::Text, vec!["Monday".into(), "Tuesday".into()]);
    /// let both = Dataset::concatenate_along(&[&monday, &tuesday], day)?;
    /// assert_eq!(both.shape(), [2, 2]);
    /// assert_eq!(both.select("day", "Tuesday")?, tuesday);
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no dataset, the numbers of datasets and coordinates differ, dimensions differ, or a variable
    /// differs in its kind or unit.
    pub fn concatenate_along(datasets: &[&Self], dim: Dim) -> Result<Self, DatasetError> {
        let (first, others) = datasets.split_first().ok_or(DatasetError::Nothing)?;
        if dim.len() != datasets.len() {
            return Err(DatasetError::Parts {
                datasets: datasets.len(),
                coordinates: dim.len(),
            });
        }
        super::positions::Positions::of(&dim)?;
        if let Some(part) = others
            .iter()
            .find(|part| !same_grid(&first.dims, &part.dims))
        {
            return Err(dimensions_differ(first, part));
        }
        let dims = std::iter::once(dim).chain(first.dims.iter().cloned());
        join(datasets, dims.collect(), 0, &vec![1; datasets.len()])
    }

    /// Merges datasets with equal dimensions into one with the variables of all.
    ///
    /// A variable that several datasets have must have equal cells in all of them; it is taken once.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let with = |name| Dataset::new("Runs", vec![Dim::repeats(2)], vec![VariableInfo::new(name, Kind::Bool)]);
    /// let both = Dataset::merge(&[&with("fast")?, &with("small")?])?;
    /// assert_eq!(both.variables().len(), 2);
    /// assert_eq!(Dataset::merge(&[&both, &with("fast")?])?, both);
    /// # Ok::<(), DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no dataset, dimensions differ, or two variables of one name differ.
    pub fn merge(datasets: &[&Self]) -> Result<Self, DatasetError> {
        let (first, others) = datasets.split_first().ok_or(DatasetError::Nothing)?;
        let mut merged = (*first).clone();
        for part in others {
            if !same_grid(&first.dims, &part.dims) {
                return Err(dimensions_differ(first, part));
            }
            for var in &part.variables {
                match merged.variable(&var.info.name) {
                    Ok(known) if known == var => {}
                    _ => merged.insert(var.clone())?,
                }
            }
            for (key, text) in &part.attributes {
                let known = merged.attributes.entry(key.clone());
                known.or_insert_with(|| text.clone());
            }
        }
        Ok(merged)
    }
}

/// The cells of all datasets, each at its place along an axis, with the number of its positions there.
fn join(
    datasets: &[&Dataset],
    dims: Vec<Dim>,
    axis: usize,
    lengths: &[usize],
) -> Result<Dataset, DatasetError> {
    let shape: Vec<usize> = dims.iter().map(Dim::len).collect();
    let (outer, inner) = around(&shape, axis);
    let whole = shape.get(axis).copied().unwrap_or(1);
    let mut infos: Vec<VariableInfo> = Vec::new();
    for var in datasets.iter().flat_map(|part| &part.variables) {
        match infos.iter().find(|known| known.name == var.info.name) {
            Some(known) => same_variable(known, &var.info)?,
            None => infos.push(var.info.clone()),
        }
    }
    let mut variables = Vec::with_capacity(infos.len());
    for info in infos {
        let mut joined = Variable::pending(info, &shape)?;
        let mut start = 0;
        for (part, length) in datasets.iter().zip(lengths) {
            let runs = (0..outer).map(|before| CellRun {
                from: before * length * inner,
                to: (before * whole + start) * inner,
                count: length * inner,
            });
            match part.variable(&joined.info.name) {
                Ok(source) => joined.copy_from(source, &|each| runs.clone().all(each))?,
                Err(_) => {
                    for flat in runs.flat_map(|run| run.to..run.to + run.count) {
                        joined.record_absent(flat, CellState::Missing, None)?;
                    }
                }
            }
            start += length;
        }
        variables.push(joined);
    }
    let mut attributes = std::collections::BTreeMap::new();
    for (key, text) in datasets.iter().flat_map(|part| &part.attributes) {
        attributes
            .entry(key.clone())
            .or_insert_with(|| text.clone());
    }
    let name = datasets.first().map(|first| first.name.clone());
    Dataset::from_parts(name.unwrap_or_default(), dims, variables, attributes)
}

fn same_variable(a: &VariableInfo, b: &VariableInfo) -> Result<(), DatasetError> {
    let differs = if a.kind != b.kind {
        "kind"
    } else if a.units != b.units {
        "unit"
    } else if a.meaning_version != b.meaning_version {
        "meaning version"
    } else {
        return Ok(());
    };
    Err(DatasetError::Differs {
        name: a.name.clone(),
        what: differs,
    })
}

/// Whether two lists of dimensions are of the same axes with the same coordinates.
fn same_grid(a: &[Dim], b: &[Dim]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.name == b.name && same_axis(a, b).is_ok() && a.values == b.values)
}

fn dimensions_differ(a: &Dataset, b: &Dataset) -> DatasetError {
    let list = |dataset: &Dataset| {
        let dims = dataset.dims.iter();
        let parts: Vec<String> = dims
            .map(|dim| {
                let values = super::describe::shorten(dim.kind, &dim.values, 30);
                format!("{}: {values}", dim.label())
            })
            .collect();
        parts.join("; ")
    };
    DatasetError::Dimensions {
        left: list(a),
        right: list(b),
    }
}
