use crate::chart::{Axis, Chart, ChartKind, Marks, Table, TableCell};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::frame;

/// Rows that a reader may still scroll through.
const ROWS: usize = 500;

/// A row for every sample: all inputs, the repeat, and what the result holds.
pub(super) fn chart(shape: &Shape) -> Chart {
    let grid = Grid::of(shape);
    let inputs = shape.inputs();
    let shown: Vec<Option<usize>> = inputs.iter().copied().map(Some).collect();
    let facets = Facets::of(shape, &grid, &shown);
    let table = table(shape, &grid, &inputs);
    let left_out = table.left_out;
    let axes = (Axis::linear("", ""), frame::value_axis(shape));
    let mut chart = frame::chart(ChartKind::Table, shape, axes, facets, |_| {
        Marks::Table(table.clone())
    });
    if left_out > 0 {
        chart.notes.push(format!(
            "The first {ROWS} of {} rows; the stored results have them all.",
            ROWS + left_out
        ));
    }
    chart
}

fn table(shape: &Shape, grid: &Grid, inputs: &[usize]) -> Table {
    let dims: Vec<_> = inputs
        .iter()
        .filter_map(|axis| Some((*axis, shape.dim(*axis)?)))
        .collect();
    let mut columns: Vec<String> = dims.iter().map(|(_, dim)| dim.name.clone()).collect();
    let mut units: Vec<String> = dims.iter().map(|(_, dim)| dim.units.clone()).collect();
    if shape.repeated() {
        columns.push("repeat".to_owned());
        units.push(String::new());
    }
    columns.push(shape.variable.info.name.clone());
    units.push(shape.variable.info.units.clone());
    let points: usize = dims
        .iter()
        .fold(1, |n: usize, (_, dim)| n.saturating_mul(dim.len()));
    let total = points.saturating_mul(shape.repeats);
    let mut rows = Vec::new();
    for point in 0..points {
        if rows.len() >= ROWS {
            break;
        }
        let mut rest = point;
        let mut offset = 0;
        let mut inputs = Vec::new();
        for (axis, dim) in dims.iter().rev() {
            let position = rest % dim.len().max(1);
            rest /= dim.len().max(1);
            offset += grid.offset(Some(*axis), position);
            let value = dim.values.get(position).map(|value| dim.kind.text(value));
            inputs.push(plain(value.unwrap_or_default()));
        }
        inputs.reverse();
        for (repeat, result) in grid.values(offset).enumerate() {
            let mut row = inputs.clone();
            if shape.repeated() {
                row.push(plain((repeat + 1).to_string()));
            }
            row.push(match result {
                Ok(value) => plain(shape.variable.info.kind.text(&value)),
                Err(gap) => TableCell {
                    text: gap.text(),
                    gap: Some(gap.kind),
                },
            });
            rows.push(row);
        }
    }
    rows.truncate(ROWS);
    Table {
        columns,
        units,
        left_out: total.saturating_sub(rows.len()),
        rows,
    }
}

fn plain(text: String) -> TableCell {
    TableCell { text, gap: None }
}
