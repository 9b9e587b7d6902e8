//! The tables that samples recorded.

use bencher_core::dataset::{Dataset, Variable};
use bencher_core::value::{Table, TableColumn, TablePlot, Value};

use crate::chart::{Gap, GapKind};

/// Samples that are looked at to find what their tables are like.
const LOOKED_AT: usize = 1000;

/// Which figure shows a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TableForm {
    /// The figure that its author chose, or that its columns suggest; `None` where its columns do not suit it.
    pub(super) figure: Option<TablePlot>,
    /// There is more than the figure shows.
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
        // Each further column of numbers has a figure over the first one.
        let others = columns.filter(|column| is_numeric(column)).count();
        let all = table.names().count();
        let suggested = if all == 1 {
            TablePlot::Histogram
        } else {
            TablePlot::Curve
        };
        let plot = table.plot().unwrap_or(suggested);
        let are_numbers = |count: usize| {
            let columns = table.columns().take(count);
            columns.filter(|(_, column)| is_axis(column)).count() == count
        };
        let (suits, shown) = match plot {
            TablePlot::Histogram => (first, 1),
            TablePlot::Curve | TablePlot::Scatter => (first && others > 0, 1 + others),
            TablePlot::Hexbin => (are_numbers(2), 2),
            TablePlot::HeatMap => (are_numbers(3), 3),
            TablePlot::Volume => (are_numbers(4), 4),
        };
        Self {
            figure: suits.then_some(plot),
            rest: !suits || all > shown,
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
