//! Labelled n-dimensional results: dimensions with coordinates, and typed variables whose every
//! cell says whether it was measured.

mod cell;
mod column;
mod describe;
mod dim;
mod error;
mod export;
mod reduce;
mod select;
mod table;
mod variable;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use cell::{Cell, CellState};
pub use column::Column;
pub use dim::{Dim, DimRole};
pub use error::DatasetError;
pub(crate) use export::json_value;
pub use table::{LongTable, Row};
pub use variable::{Variable, VariableInfo};

use crate::var::UnknownName;

/// The result of a sweep: an n-dimensional grid of cells for every result variable.
///
/// Dimensions are the inputs in their order, then `repeat`; every variable spans all of them.
/// Cells are addressed by one flat index in row-major order (the last dimension fastest), or by
/// one position per dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    name: String,
    dims: Vec<Dim>,
    variables: Vec<Variable>,
    /// Free text about the result: title, constants, environment, run.
    pub attributes: BTreeMap<String, String>,
}

impl Dataset {
    /// A dataset in which every cell is pending.
    ///
    /// # Errors
    /// Where two names are equal, or the grid is too large for this machine's memory.
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

    /// Whether a grid of so many cells fits this machine's memory; asked before anything of that
    /// size is made.
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

    /// Checks what the type alone does not guarantee of a dataset read from a file: names differ
    /// and every variable has the shape of the dimensions.
    ///
    /// # Errors
    /// The first thing that does not fit.
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
        for variable in &self.variables {
            variable.check(&shape)?;
        }
        Ok(())
    }

    /// The name: the sweep's title.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The dimensions, outermost first.
    pub fn dims(&self) -> &[Dim] {
        &self.dims
    }

    /// The dimension of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn dim(&self, name: &str) -> Result<&Dim, DatasetError> {
        self.axis(name)
            .and_then(|axis| self.dims.get(axis).ok_or(DatasetError::Position))
    }

    /// The position of the dimension of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn axis(&self, name: &str) -> Result<usize, DatasetError> {
        self.dims
            .iter()
            .position(|dim| dim.name == name)
            .ok_or_else(|| {
                let known = self.dims.iter().map(|dim| dim.name.as_str());
                UnknownName::new("dimension", name, known).into()
            })
    }

    /// How many positions each dimension has.
    pub fn shape(&self) -> Vec<usize> {
        self.dims.iter().map(Dim::len).collect()
    }

    /// How many cells each variable has.
    pub fn len(&self) -> usize {
        self.dims.iter().map(Dim::len).product()
    }

    /// Whether a dimension has no position at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The variables in declared order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn variable(&self, name: &str) -> Result<&Variable, DatasetError> {
        self.variables
            .iter()
            .find(|var| var.info.name == name)
            .ok_or_else(|| {
                let known = self.variables.iter().map(|var| var.info.name.as_str());
                UnknownName::new("result", name, known).into()
            })
    }

    /// A variable by position, to fill it.
    pub fn variable_mut(&mut self, index: usize) -> Option<&mut Variable> {
        self.variables.get_mut(index)
    }

    /// The flat index of a position on every dimension.
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

    /// The position on every dimension of a flat index.
    pub fn position(&self, flat: usize) -> Vec<usize> {
        let mut rest = flat;
        let mut position: Vec<usize> = self
            .dims
            .iter()
            .rev()
            .map(|dim| {
                let at = rest % dim.len().max(1);
                rest /= dim.len().max(1);
                at
            })
            .collect();
        position.reverse();
        position
    }

    /// How many cells are in each state, over all variables.
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
