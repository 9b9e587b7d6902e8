use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{ArrayD, IxDyn};
use serde::{Deserialize, Serialize};

use crate::value::{Kind, Value};
use crate::var::Direction;

use super::cell::{Cell, CellState};
use super::column::{Column, copy_runs, grid_len};
use super::dim::label;
use super::error::DatasetError;
use super::grid::{CellRun, EachRun};

/// The description of a variable, without its data.
///
/// ```
/// use bencher_core::dataset::VariableInfo;
/// use bencher_core::value::Kind;
/// use bencher_core::var::Direction;
/// let elapsed = VariableInfo {
///     units: "s".to_owned(),
///     direction: Direction::Minimize,
///     timed: true,
///     ..VariableInfo::new("elapsed", Kind::Float(64))
/// };
/// assert_eq!(elapsed.meaning_version, 1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariableInfo {
    /// The name.
    pub name: String,
    /// A description, for hover texts and legends.
    pub doc: String,
    /// The unit of its values; empty where they have none.
    pub units: String,
    /// The kind of its cells.
    pub kind: Kind,
    /// Which way is better.
    pub direction: Direction,
    /// Whether it is a measured time, in seconds.
    pub timed: bool,
    /// The version of its meaning, which the author raises when the meaning changes.
    pub meaning_version: u32,
}

impl VariableInfo {
    /// Makes the description of a variable with a name and a kind, and no other property.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            doc: String::new(),
            units: String::new(),
            kind,
            direction: Direction::None,
            timed: false,
            meaning_version: 1,
        }
    }
}

/// The attribute of a dataset that names the results for which each panel of a figure has an axis of its own, separated
/// by `, `.
///
/// ```
/// assert_eq!(bencher_core::dataset::OWN_AXES, "own_axes");
/// ```
pub const OWN_AXES: &str = "own_axes";

/// A result over the whole grid: its values, and the state of every cell.
///
/// Clones share their cells until one of them is changed.
///
/// ```
/// use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// use bencher_core::value::{Kind, Value};
/// let moves = VariableInfo::new("moves", Kind::Uint(64));
/// let mut runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![moves])?;
/// let moves = runs.variable_mut(0).ok_or("no variable")?;
/// moves.record(0, &Value::from(6), CellState::Measured)?;
/// moves.record_absent(1, CellState::Failed, Some("out of memory".into()))?;
/// assert!(moves.record(2, &Value::from("six"), CellState::Measured).is_err());
/// let failed = moves.cell(1).ok_or("no cell")?;
/// assert_eq!((failed.value, failed.reason), (None, Some("out of memory")));
/// assert_eq!((moves.number(0), moves.number(1)), (Some(6.0), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// The description of the variable.
    pub info: VariableInfo,
    pub(super) column: Arc<Column>,
    pub(super) states: Arc<Vec<CellState>>,
    pub(super) reasons: BTreeMap<usize, Arc<str>>,
}

impl Variable {
    pub(super) fn pending(info: VariableInfo, shape: &[usize]) -> Result<Self, DatasetError> {
        let column = Arc::new(Column::empty(info.kind, shape)?);
        let states = Arc::new(vec![CellState::Pending; grid_len(shape)?]);
        Ok(Self {
            info,
            column,
            states,
            reasons: BTreeMap::new(),
        })
    }

    /// A variable of another shape that takes runs of cells from this one; the rest is pending.
    pub(super) fn rearranged(
        &self,
        shape: &[usize],
        runs: EachRun<'_>,
    ) -> Result<Self, DatasetError> {
        let mut rearranged = Self::pending(self.info.clone(), shape)?;
        rearranged.copy_from(self, runs)?;
        Ok(rearranged)
    }

    /// Copies runs of cells, with their states and reasons, into cells that are still pending.
    pub(super) fn copy_from(
        &mut self,
        source: &Self,
        runs: EachRun<'_>,
    ) -> Result<(), DatasetError> {
        let (column, states) = (
            Arc::make_mut(&mut self.column),
            Arc::make_mut(&mut self.states),
        );
        let copied = column.copy(&source.column, runs) && copy_runs(states, &source.states, runs);
        if !copied {
            return Err(DatasetError::Shape(self.info.name.clone()));
        }
        if !source.reasons.is_empty() {
            runs(&mut |CellRun { from, to, count }| {
                let reasons = source.reasons.range(from..from + count);
                self.reasons
                    .extend(reasons.map(|(flat, reason)| (to + flat - from, reason.clone())));
                true
            });
        }
        Ok(())
    }

    pub(super) fn check(&self, shape: &[usize]) -> Result<(), DatasetError> {
        let cells: usize = shape.iter().product();
        let fits = self.column.shape() == shape
            && self.states.len() == cells
            && self.reasons.keys().all(|flat| *flat < cells);
        if fits {
            Ok(())
        } else {
            Err(DatasetError::Shape(self.info.name.clone()))
        }
    }

    /// The name with its unit: `elapsed [s]`.
    pub fn label(&self) -> String {
        label(&self.info.name, &self.info.units)
    }

    /// The values as an array; cells without a value hold NaN, zero, `false` or nothing.
    pub fn column(&self) -> &Column {
        &self.column
    }

    /// The state of every cell, by flat index.
    pub fn states(&self) -> &[CellState] {
        &self.states
    }

    /// The cell at a flat index.
    pub fn cell(&self, flat: usize) -> Option<Cell<'_>> {
        let state = *self.states.get(flat)?;
        let value = if state.has_value() {
            self.column.get(flat)
        } else {
            None
        };
        Some(Cell {
            state,
            value,
            reason: self.reasons.get(&flat).map(AsRef::as_ref),
        })
    }

    /// The number at a flat index, where the cell holds one.
    pub fn number(&self, flat: usize) -> Option<f64> {
        self.states.get(flat).filter(|state| state.has_value())?;
        self.column.get_f64(flat)
    }

    /// Whether the cells hold numbers or truth values.
    pub fn is_numeric(&self) -> bool {
        !matches!(*self.column, Column::Text(_) | Column::Payload(_))
    }

    /// Records a value.
    ///
    /// # Errors
    /// Where the value is of another kind or the index lies outside the grid.
    pub fn record(
        &mut self,
        flat: usize,
        value: &Value,
        state: CellState,
    ) -> Result<(), DatasetError> {
        self.recorder().record(flat, value, state)
    }

    /// Records that there is no value, and why.
    ///
    /// # Errors
    /// Where the index lies outside the grid.
    pub fn record_absent(
        &mut self,
        flat: usize,
        state: CellState,
        reason: Option<Arc<str>>,
    ) -> Result<(), DatasetError> {
        self.recorder().record_absent(flat, state, reason)
    }

    /// Records a value, and a reason for its state.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn record_explained(
        &mut self,
        flat: usize,
        value: &Value,
        state: CellState,
        reason: Arc<str>,
    ) -> Result<(), DatasetError> {
        self.recorder().record_explained(flat, value, state, reason)
    }

    /// How many of these cells have a time during which the system moved the program to another core, and how many one
    /// during which a core was slowed down because of heat.
    pub(crate) fn moved_and_throttled(&self, cells: &[usize]) -> (usize, usize) {
        let (mut moved, mut throttled) = (0, 0);
        let notes = !self.reasons.is_empty();
        let cells = cells.iter().filter(|_| notes);
        for cell in cells.filter_map(|flat| self.cell(*flat)) {
            moved += usize::from(cell.is_moved());
            throttled += usize::from(cell.is_throttled());
        }
        (moved, throttled)
    }

    /// A writer of many cells: whether they are shared is asked once, not for each.
    pub(super) fn recorder(&mut self) -> Recorder<'_> {
        Recorder {
            info: &self.info,
            column: Arc::make_mut(&mut self.column),
            states: Arc::make_mut(&mut self.states).as_mut_slice(),
            reasons: &mut self.reasons,
        }
    }

    /// Notes why a cell is as it is, whatever its state.
    pub(super) fn note(&mut self, flat: usize, reason: Arc<str>) {
        note(&mut self.reasons, flat, reason);
    }
}

/// Fills the cells of a variable.
pub(crate) struct Recorder<'v> {
    info: &'v VariableInfo,
    column: &'v mut Column,
    states: &'v mut [CellState],
    reasons: &'v mut BTreeMap<usize, Arc<str>>,
}

impl Recorder<'_> {
    /// Records a value and a reason, as [`Variable::record_explained`] does.
    pub(crate) fn record_explained(
        &mut self,
        flat: usize,
        value: &Value,
        state: CellState,
        reason: Arc<str>,
    ) -> Result<(), DatasetError> {
        self.record(flat, value, state)?;
        note(self.reasons, flat, reason);
        Ok(())
    }

    /// Records a value, as [`Variable::record`] does.
    #[inline]
    pub(crate) fn record(
        &mut self,
        flat: usize,
        value: &Value,
        state: CellState,
    ) -> Result<(), DatasetError> {
        let cell = self.states.get_mut(flat).ok_or(DatasetError::Position)?;
        if !self.column.set(flat, value) {
            return Err(DatasetError::WrongKind {
                variable: self.info.name.clone(),
                expected: self.info.kind.name(),
                value: value.clone(),
            });
        }
        *cell = state;
        self.reasons.remove(&flat);
        Ok(())
    }

    /// Records that there is no value, and why, as [`Variable::record_absent`] does.
    pub(crate) fn record_absent(
        &mut self,
        flat: usize,
        state: CellState,
        reason: Option<Arc<str>>,
    ) -> Result<(), DatasetError> {
        *self.states.get_mut(flat).ok_or(DatasetError::Position)? = state;
        self.reasons.remove(&flat);
        if let Some(reason) = reason {
            note(self.reasons, flat, reason);
        }
        Ok(())
    }
}

fn note(reasons: &mut BTreeMap<usize, Arc<str>>, flat: usize, reason: Arc<str>) {
    // An empty reason says nothing, and CSV could not tell it from none.
    if !reason.is_empty() {
        reasons.insert(flat, reason);
    }
}

/// The state and reason that a cell made from `cell`, which has no value, takes over.
pub(super) fn absent_of(cell: Option<&Cell<'_>>) -> (CellState, Option<Arc<str>>) {
    cell.map_or((CellState::Missing, None), |cell| {
        (cell.state, cell.reason.map(Into::into))
    })
}

/// The cells of a float variable, put one behind the other.
pub(super) struct FloatCells {
    numbers: Vec<f64>,
    states: Vec<CellState>,
    reasons: BTreeMap<usize, Arc<str>>,
}

impl FloatCells {
    /// Room for a grid of a shape.
    pub(super) fn over(shape: &[usize]) -> Result<Self, DatasetError> {
        let cells = grid_len(shape)?;
        Ok(Self {
            numbers: Vec::with_capacity(cells),
            states: Vec::with_capacity(cells),
            reasons: BTreeMap::new(),
        })
    }

    pub(super) fn push(&mut self, x: f64, state: CellState, reason: Option<Arc<str>>) {
        if let Some(reason) = reason {
            self.reasons.insert(self.states.len(), reason);
        }
        self.numbers.push(x);
        self.states.push(state);
    }

    pub(super) fn push_absent(&mut self, state: CellState, reason: Option<Arc<str>>) {
        self.push(f64::NAN, state, reason);
    }

    pub(super) fn finish(
        self,
        info: VariableInfo,
        shape: &[usize],
    ) -> Result<Variable, DatasetError> {
        match ArrayD::from_shape_vec(IxDyn(shape), self.numbers) {
            Ok(array) => Ok(Variable {
                info,
                column: Arc::new(Column::F64(array)),
                states: Arc::new(self.states),
                reasons: self.reasons,
            }),
            Err(_) => Err(DatasetError::Shape(info.name)),
        }
    }
}
