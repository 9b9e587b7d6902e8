//! The tables that samples recorded.

use bencher_core::dataset::{Dataset, Variable};
use bencher_core::value::{Table, TableColumn, Value};

use crate::chart::{Gap, GapKind};

/// Samples that are looked at to find what their tables are like.
const LOOKED_AT: usize = 1000;

/// Which figures show a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TableForm {
    /// The only column holds numbers.
    pub(super) distribution: bool,
    /// The first column holds numbers, and so does another.
    pub(super) lines: bool,
    /// There is more than those figures show.
    pub(super) rest: bool,
}

impl TableForm {
    /// The form of the first table that can be read.
    pub(super) fn of(dataset: &Dataset, variable: &Variable) -> Self {
        let cells = 0..dataset.len().min(LOOKED_AT);
        let value = |flat| variable.cell(flat).and_then(|cell| cell.value);
        let mut tables = cells.filter_map(|flat| decode(Ok(value(flat)?)).ok());
        tables.find(|table| !table.is_empty()).map_or(
            Self {
                rest: true,
                ..Self::default()
            },
            |table| Self::of_table(&table),
        )
    }

    fn of_table(table: &Table) -> Self {
        let mut columns = table.columns().map(|(_, column)| column);
        let first = columns.next().is_some_and(is_axis);
        let others: Vec<bool> = columns.map(is_numeric).collect();
        let distribution = first && others.is_empty();
        let lines = first && others.contains(&true);
        Self {
            distribution,
            lines,
            rest: !(distribution || lines) || others.contains(&false),
        }
    }
}

/// The table in a cell's value, or why there is none.
pub(super) fn decode(value: Result<Value, Gap>) -> Result<Table, Gap> {
    let missing = |reason: String| Gap {
        kind: GapKind::Missing,
        reason: Some(reason),
    };
    let value = value?;
    let payload = value
        .as_payload()
        .ok_or_else(|| missing("this is not a table".to_owned()))?;
    let content = payload
        .content()
        .ok_or_else(|| missing("the store no longer has the table".to_owned()))?;
    Table::decode(content).map_err(|error| missing(error.to_string()))
}

/// Whether a column can be an axis.
fn is_axis(column: &TableColumn) -> bool {
    matches!(column, TableColumn::Int(_) | TableColumn::Float(_))
}

/// Whether a column can be drawn over an axis.
pub(super) fn is_numeric(column: &TableColumn) -> bool {
    is_axis(column) || matches!(column, TableColumn::Bool(_))
}
