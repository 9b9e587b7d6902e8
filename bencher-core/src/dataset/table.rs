use super::{Cell, Dataset};
use crate::value::Value;

/// A dataset as one row per cell position: every dimension and every variable is a column.
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::value::{Kind, Value};
/// let ok = VariableInfo::new("ok", Kind::Bool);
/// let runs = Dataset::new("Runs", vec![Dim::repeats(2)], vec![ok])?;
/// let table = runs.long_table();
/// assert_eq!(table.columns().collect::<Vec<_>>(), ["repeat", "ok"]);
/// let second = table.rows().nth(1).ok_or("no second row")?;
/// assert_eq!(second.coordinates, [&Value::from(2)]);
/// assert_eq!(second.cells[0].state, CellState::Pending);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LongTable<'a> {
    dataset: &'a Dataset,
}

/// One row of a [`LongTable`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The coordinate on every dimension.
    pub coordinates: Vec<&'a Value>,
    /// The cell of every variable.
    pub cells: Vec<Cell<'a>>,
}

impl Dataset {
    /// The dataset as a long table.
    pub fn long_table(&self) -> LongTable<'_> {
        LongTable { dataset: self }
    }
}

impl<'a> LongTable<'a> {
    /// The columns: names of the dimensions, then of the variables.
    pub fn columns(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let dims = self.dataset.dims.iter().map(|dim| dim.name.as_str());
        dims.chain(
            self.dataset
                .variables
                .iter()
                .map(|var| var.info.name.as_str()),
        )
    }

    /// The rows, the last dimension fastest.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> {
        let dataset = self.dataset;
        (0..dataset.len()).map(move |flat| Row {
            coordinates: dataset
                .position(flat)
                .unwrap_or_default()
                .into_iter()
                .zip(&dataset.dims)
                .filter_map(|(at, dim)| dim.values.get(at))
                .collect(),
            cells: dataset
                .variables
                .iter()
                .filter_map(|var| var.cell(flat))
                .collect(),
        })
    }
}
