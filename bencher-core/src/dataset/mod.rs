//! Labelled n-dimensional results: dimensions with coordinates, and typed variables whose every
//! cell says whether it was measured.
//!
//! A [`Dataset`] has [`Dim`]s and [`Variable`]s.
//!
//! | to | there is |
//! |---|---|
//! | take a part | [`select`](Dataset::select) and its like, [`groups`](Dataset::groups) |
//! | reduce dimensions | [`mean`](Dataset::mean) and its like, [`reduce`](Dataset::reduce), [`aggregate`](Dataset::aggregate) |
//! | compute | [`derive`](Dataset::derive), [`derive_formula`](Dataset::derive_formula) |
//! | find the best point, and what matters | [`optimum`](Dataset::optimum), [`optimum_by`](Dataset::optimum_by), [`main_effects`](Dataset::main_effects), [`pair_effects`](Dataset::pair_effects), [`compare`](Dataset::compare) |
//! | change the shape | [`transpose`](Dataset::transpose), [`squeeze`](Dataset::squeeze), [`rename`](Dataset::rename), [`stack`](Dataset::stack), [`unstack`](Dataset::unstack) |
//! | put together | [`align`](Dataset::align), [`concatenate`](Dataset::concatenate), [`concatenate_along`](Dataset::concatenate_along), [`merge`](Dataset::merge), [`insert`](Dataset::insert) |
//! | hand on and read back | [`long_table`](Dataset::long_table), [`write_csv`](Dataset::write_csv), [`read_csv`](Dataset::read_csv), [`to_json`](Dataset::to_json), [`from_json`](Dataset::from_json), [`array`](Variable::array) |
//!
//! No operation reads a cell without a value as a number. The [`CellState`] and its reason move with the cell.
//!
//! ```
//! use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
//! use bencher_core::value::{Kind, Value};
//! let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
//! let elapsed = VariableInfo { units: "s".to_owned(), ..VariableInfo::new("elapsed", Kind::Float(64)) };
//! let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(2)], vec![elapsed])?;
//! for (flat, seconds) in [(0, 1.0), (1, 3.0), (2, 5.0)] {
//!     let elapsed = sorting.variable_mut(0).ok_or("no variable")?;
//!     elapsed.record(flat, &Value::Float(seconds), CellState::Measured)?;
//! }
//! let means = sorting.mean(&["repeat"])?;
//! assert_eq!(means.shape(), [2]);
//! assert_eq!(means.select("len", 10)?.variable("elapsed")?.number(0), Some(2.0));
//! assert_eq!(means.select("len", 20)?.variable("elapsed")?.number(0), Some(5.0), "of one cell");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aggregate;
#[cfg(feature = "data")]
mod align;
mod array;
mod cell;
mod column;
mod column_array;
#[cfg(feature = "data")]
mod combine;
mod compare;
mod conversion;
mod csv;
mod derive;
mod describe;
mod dim;
mod effect_shares;
mod error;
mod formula;
mod grid;
#[cfg(feature = "data")]
mod group;
#[cfg(feature = "data")]
mod import_error;
mod json;
mod labels;
mod main_effects;
mod optimum;
mod parts;
mod payloads;
mod point_values;
#[cfg(feature = "data")]
mod positions;
mod reduce;
mod reshape;
mod select;
#[cfg(feature = "data")]
mod stack;
#[cfg(feature = "data")]
mod stored_units;
mod table;
mod timings;
mod units;
mod variable;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use aggregate::{Aggregate, Aggregation, Statistic};
#[cfg(feature = "data")]
pub use align::Join;
pub use array::Element;
pub use cell::{Cell, CellState};
pub(crate) use cell::{earlier_run, mark_text, share_of_slices};
pub use column::Column;
pub use compare::{COMPARED, Comparison};
pub(crate) use conversion::converted;
pub use csv::CsvOptions;
#[cfg(feature = "history")]
pub(crate) use dim::compare as coordinate_order;
pub use dim::{Dim, DimRole};
pub use error::DatasetError;
pub use formula::{Formula, FormulaError, FormulaProblem};
#[cfg(feature = "data")]
pub use group::Group;
#[cfg(feature = "data")]
pub use import_error::ImportError;
pub(crate) use json::json_value;
pub(crate) use labels::{Labels, coordinate_text, one_line};
pub use main_effects::{MainEffect, PairEffect};
pub use optimum::{Optimum, PointValue};
pub(crate) use point_values::PointNumbers;
pub use point_values::PointValues;
pub use table::{LongTable, Row};
pub use timings::SIDE_BY_SIDE;
pub(crate) use timings::{ROUNDS_PER_REPLICATE, TIMES_OF};
pub use units::{UnitScale, digits, quantity};
pub(crate) use units::{percent, significant};
pub use variable::OWN_AXES;
pub(crate) use variable::Recorder;
pub use variable::{Variable, VariableInfo};

use crate::var::UnknownName;

/// The result of a sweep: an n-dimensional grid of cells for every result variable.
///
/// The dimensions are the inputs in their order, then `repeat`. Every variable spans all of them. A cell is addressed
/// by a flat index in row-major order (the last dimension fastest), or by a position on every dimension.
///
/// ```
/// use bencher_core::dataset::{Dataset, Dim, VariableInfo};
/// use bencher_core::value::{Kind, Value};
/// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
/// let moves = VariableInfo::new("moves", Kind::Uint(64));
/// let sorting = Dataset::new("Sorting", vec![len, Dim::repeats(3)], vec![moves])?;
/// assert_eq!((sorting.shape(), sorting.len()), (vec![2, 3], 6));
/// assert_eq!(sorting.flat_index(&[1, 2]), Some(5));
/// assert_eq!(sorting.position(5), Some(vec![1, 2]));
/// assert!(sorting.to_string().contains("(len: 2, repeat: 3)"));
/// # Ok::<(), bencher_core::dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    name: String,
    dims: Vec<Dim>,
    variables: Vec<Variable>,
    /// Free text about the result: title, constants, environment, run.
    pub attributes: BTreeMap<String, String>,
}

impl Dataset {
    /// Makes a dataset in which every cell is pending.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let repeat = VariableInfo::new("repeat", Kind::Bool);
    /// let error = Dataset::new("Sorting", vec![Dim::repeats(2)], vec![repeat]).unwrap_err();
    /// assert_eq!(error, DatasetError::Repeated("repeat".to_owned()));
    /// ```
    ///
    /// # Errors
    /// Where two names are equal, or the grid is too large for the machine's memory.
    pub fn new(
        name: impl Into<String>,
        dims: Vec<Dim>,
        variables: Vec<VariableInfo>,
    ) -> Result<Self, DatasetError> {
        let shape: Vec<usize> = dims.iter().map(Dim::len).collect();
        let variables = variables
            .into_iter()
            .map(|info| Variable::pending(info, &shape))
            .collect::<Result<_, _>>()?;
        Self::from_parts(name.into(), dims, variables, BTreeMap::new())
    }

    /// A dataset without dimensions or variables.
    pub(crate) fn scalar(name: String) -> Self {
        Self {
            name,
            dims: Vec::new(),
            variables: Vec::new(),
            attributes: BTreeMap::new(),
        }
    }

    /// Checks whether a grid with this number of cells fits the machine's memory, before it is allocated.
    ///
    /// Returns the number of cells as a length. A cell counts as 8 bytes, the size of a float. Where the size of the
    /// memory is unknown, every countable grid fits.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError};
    /// assert_eq!(Dataset::check_size(1000), Ok(1000));
    /// assert!(matches!(Dataset::check_size(1 << 100), Err(DatasetError::TooLarge { .. })));
    /// ```
    ///
    /// # Errors
    /// Where it does not.
    pub fn check_size(cells: u128) -> Result<usize, DatasetError> {
        column::fitting(cells, size_of::<f64>())
    }

    pub(crate) fn from_parts(
        name: String,
        dims: Vec<Dim>,
        variables: Vec<Variable>,
        attributes: BTreeMap<String, String>,
    ) -> Result<Self, DatasetError> {
        let dataset = Self {
            name,
            dims,
            variables,
            attributes,
        };
        dataset.check()?;
        Ok(dataset)
    }

    /// The dataset over other dimensions, whose cells are taken from this one's by runs; cells that
    /// none reaches are pending.
    fn rearranged(
        &self,
        dims: Vec<Dim>,
        runs: impl Iterator<Item = grid::CellRun> + Clone,
    ) -> Result<Self, DatasetError> {
        self.rearranged_by(dims, &|each| runs.clone().all(each))
    }

    fn rearranged_by(&self, dims: Vec<Dim>, runs: grid::EachRun<'_>) -> Result<Self, DatasetError> {
        let shape: Vec<usize> = dims.iter().map(Dim::len).collect();
        let variables = self
            .variables
            .iter()
            .map(|var| var.rearranged(&shape, runs))
            .collect::<Result<_, _>>()?;
        Self::from_parts(self.name.clone(), dims, variables, self.attributes.clone())
    }

    /// Adds a variable behind the others.
    ///
    /// See [`Variable::from_array`] for an example.
    ///
    /// # Errors
    /// Where its shape differs from the shape of the dataset, or its name is taken.
    pub fn insert(&mut self, variable: Variable) -> Result<(), DatasetError> {
        variable.check(&self.shape())?;
        let name = &variable.info.name;
        let taken = self.dims.iter().any(|dim| dim.name == *name)
            || self.variables.iter().any(|var| var.info.name == *name);
        if taken {
            return Err(DatasetError::Repeated(name.clone()));
        }
        self.variables.push(variable);
        Ok(())
    }

    /// Checks a dataset that was read from a file: names differ, and every variable has the shape of the dimensions.
    ///
    /// # Errors
    /// The first violation.
    pub fn check(&self) -> Result<(), DatasetError> {
        let mut names: Vec<&str> = self.dims.iter().map(|dim| dim.name.as_str()).collect();
        names.extend(self.variables.iter().map(|var| var.info.name.as_str()));
        names.sort_unstable();
        for pair in names.windows(2) {
            if let [a, b] = pair
                && a == b
            {
                return Err(DatasetError::Repeated((*a).to_owned()));
            }
        }
        let shape = self.shape();
        // Lengths that overflow would make every flat index wrong.
        column::grid_len(&shape)?;
        for variable in &self.variables {
            variable.check(&shape)?;
        }
        Ok(())
    }

    /// The name, which is the sweep's title.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The dimensions, outermost first.
    pub fn dims(&self) -> &[Dim] {
        &self.dims
    }

    /// The dimension with a name.
    ///
    /// # Errors
    /// Where it does not exist.
    pub fn dim(&self, name: &str) -> Result<&Dim, DatasetError> {
        self.axis(name)
            .and_then(|axis| self.dims.get(axis).ok_or(DatasetError::Position))
    }

    /// The position of the dimension with a name.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![])?;
    /// assert_eq!(runs.axis("repeat"), Ok(0));
    /// let text = runs.axis("repeats").unwrap_err().to_string();
    /// assert!(text.contains("did you mean `repeat`?"));
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where it does not exist.
    pub fn axis(&self, name: &str) -> Result<usize, DatasetError> {
        self.dims
            .iter()
            .position(|dim| dim.name == name)
            .ok_or_else(|| {
                let known = self.dims.iter().map(|dim| dim.name.as_str());
                UnknownName::new("dimension", name, known).into()
            })
    }

    /// The positions of the dimensions with some names; each name may stand once.
    fn axes(&self, names: &[&str]) -> Result<Vec<usize>, DatasetError> {
        let mut axes = Vec::with_capacity(names.len());
        for name in names {
            let found = self.axis(name)?;
            if axes.contains(&found) {
                return Err(DatasetError::Repeated((*name).to_owned()));
            }
            axes.push(found);
        }
        Ok(axes)
    }

    /// The number of positions on each dimension.
    pub fn shape(&self) -> Vec<usize> {
        self.dims.iter().map(Dim::len).collect()
    }

    /// How many cells each variable has.
    pub fn len(&self) -> usize {
        self.dims.iter().map(Dim::len).product()
    }

    /// Whether a dimension has no position.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The variables in declared order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable with a name.
    ///
    /// # Errors
    /// Where it does not exist.
    pub fn variable(&self, name: &str) -> Result<&Variable, DatasetError> {
        self.variables
            .iter()
            .find(|var| var.info.name == name)
            .ok_or_else(|| {
                let known = self.variables.iter().map(|var| var.info.name.as_str());
                UnknownName::new("result", name, known).into()
            })
    }

    /// The variable at a position, to fill it.
    pub fn variable_mut(&mut self, index: usize) -> Option<&mut Variable> {
        self.variables.get_mut(index)
    }

    /// Notes something of the times of a cell; nothing where it has none.
    pub(crate) fn note_time(&mut self, flat: usize, note: &std::sync::Arc<str>) {
        for variable in self.variables.iter_mut().filter(|var| var.info.timed) {
            if variable.number(flat).is_none() {
                continue;
            }
            let known = variable.cell(flat).and_then(|cell| cell.reason);
            let note = match known {
                Some(known) => format!("{known}; {note}").into(),
                None => std::sync::Arc::clone(note),
            };
            variable.note(flat, note);
        }
    }

    /// What fills the cells of every variable, in their order.
    pub(crate) fn recorders(&mut self) -> Vec<Recorder<'_>> {
        self.variables.iter_mut().map(Variable::recorder).collect()
    }

    /// The flat index of a position on every dimension.
    ///
    /// `None` where a position lies outside its dimension, or the number of positions differs from the number of
    /// dimensions.
    pub fn flat_index(&self, position: &[usize]) -> Option<usize> {
        if position.len() != self.dims.len() {
            return None;
        }
        position
            .iter()
            .zip(&self.dims)
            .try_fold(0_usize, |flat, (at, dim)| {
                (*at < dim.len()).then(|| flat * dim.len() + at)
            })
    }

    /// The position on every dimension of a flat index; `None` outside the grid.
    pub fn position(&self, flat: usize) -> Option<Vec<usize>> {
        if flat >= self.len() {
            return None;
        }
        let mut rest = flat;
        let mut position = vec![0; self.dims.len()];
        for (at, dim) in position.iter_mut().zip(&self.dims).rev() {
            *at = rest % dim.len();
            rest /= dim.len();
        }
        Some(position)
    }

    /// How many cells are in each state, over all variables.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![VariableInfo::new("ok", Kind::Bool)])?;
    /// let ok = runs.variable_mut(0).ok_or("no variable")?;
    /// ok.record(0, &Value::Bool(true), CellState::Cached)?;
    /// let counts = runs.count_states();
    /// assert_eq!((counts[&CellState::Cached], counts[&CellState::Pending]), (1, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count_states(&self) -> BTreeMap<CellState, usize> {
        let mut counts = BTreeMap::new();
        for variable in &self.variables {
            for state in variable.states() {
                *counts.entry(*state).or_insert(0) += 1;
            }
        }
        counts
    }
}
