use std::fmt::Write;

use bencher_core::dataset::Dim;

use crate::chart::{Axis, Chart, ChartKind, Marks, Parallel, ParallelRow, Ticks, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::{colors, frame};

/// Points that have a line each; more of them are one area.
const LINES: usize = 1500;
/// Points without a value that have a line each.
const ABSENT: usize = 200;

/// A line for every point through the axes of all inputs and of the result.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let inputs = shape.inputs();
    let mut columns = Vec::new();
    for axis in &inputs {
        columns.push(column(shape, *axis)?);
    }
    let mut rows = rows(shape, &inputs, &columns);
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
    values.sort_by(f64::total_cmp);
    let mut result = frame::value_axis(shape);
    frame::fit_values(&mut result, &values);
    let mut color = result.clone();
    color.limits = None;
    colors::fit(&mut color, &values);
    let all = rows.len();
    let absent = all - values.len();
    thin(&mut rows, values.len());
    let names: Vec<String> = columns.iter().map(|column| column.axis.label()).collect();
    let names = names.into_iter().chain([result.label()]).collect();
    let mut y = Axis::linear("", "");
    y.range = Some((0.0, 1.0));
    let mut axes: Vec<Axis> = columns.into_iter().map(|column| column.axis).collect();
    axes.push(result);
    let shown: Vec<Option<usize>> = inputs.into_iter().map(Some).collect();
    let place = Facets::of(shape, &Grid::of(shape), &shown);
    let parallel = Parallel { axes, rows };
    let kind = ChartKind::Parallel;
    let axes = (Axis::levels("", names), y);
    let mut chart = frame::chart(kind, shape, axes, place, |_| {
        Marks::Parallel(parallel.clone())
    });
    let drawn = parallel
        .rows
        .iter()
        .filter(|row| row.value.is_some())
        .count();
    let mut note = format!(
        "A line for each point, in the colour of {}; those of one level lie in the order of their values. Drag along an axis to keep the lines that pass there, with Shift \
         along further ones; a double click shows all.",
        shape.variable.info.name
    );
    if drawn < values.len() {
        let _ = write!(
            note,
            " {drawn} of {} are drawn: evenly by their value, the least and the greatest among them.",
            text::count(values.len(), "point")
        );
    }
    chart.notes.insert(0, note);
    if absent > 0 {
        chart.notes.insert(
            1,
            format!(
                "{} of {all} points have no value: their lines are dashed, and end before the axis of {}.",
                absent, shape.variable.info.name
            ),
        );
    }
    chart.notes.extend(colors::note(&color, &values));
    chart.color = Some(color);
    Some(chart)
}

/// An axis, with the coordinate of each position on it.
pub(super) struct Column {
    pub(super) axis: Axis,
    pub(super) places: Vec<f64>,
}

/// The axis of an input: of its numbers, or else of its levels.
pub(super) fn column(shape: &Shape, axis: usize) -> Option<Column> {
    let dim: &Dim = shape.dim(axis)?;
    // Numbers that are only a part of a coordinate may be those of several.
    let numbers = shape
        .numbers(axis)
        .filter(|numbers| !numbers.partial && numbers.values.iter().all(|x| x.is_finite()));
    let Some(numbers) = numbers else {
        return Some(Column {
            axis: Axis::of_levels(dim),
            places: (0..dim.len()).map(|n| n as f64).collect(),
        });
    };
    let mut axis = numbers.axis.clone();
    axis.range = frame::range(numbers.values.iter().copied());
    if matches!(axis.ticks, Ticks::Levels(_)) {
        return None;
    }
    Some(Column {
        axis,
        places: numbers.values.clone(),
    })
}

fn rows(shape: &Shape, inputs: &[usize], columns: &[Column]) -> Vec<ParallelRow> {
    let grid = Grid::of(shape);
    let count: usize = inputs.iter().map(|axis| shape.levels(*axis)).product();
    let row = |number: usize| {
        let mut rest = number;
        let mut offset = 0;
        let mut coordinates = vec![0.0; inputs.len()];
        let pairs = inputs.iter().zip(columns).zip(&mut coordinates).rev();
        for ((axis, column), coordinate) in pairs {
            let levels = shape.levels(*axis).max(1);
            let position = rest % levels;
            rest /= levels;
            offset += grid.offset(Some(*axis), position);
            *coordinate = column.places.get(position).copied().unwrap_or(f64::NAN);
        }
        let samples = grid.samples(offset);
        let point = frame::point(shape, 0.0, &samples);
        ParallelRow {
            inputs: coordinates,
            value: point.y,
            samples: point.samples,
            gap: point.gap,
        }
    };
    (0..count).map(row).collect()
}

/// Keeps as many rows as can be told apart: evenly by their value, with both extremes, and the first without one.
fn thin(rows: &mut Vec<ParallelRow>, known: usize) {
    let (mut values, mut absent): (Vec<ParallelRow>, Vec<ParallelRow>) = std::mem::take(rows)
        .into_iter()
        .partition(|row| row.value.is_some());
    if known > LINES {
        let value = |row: &ParallelRow| row.value.unwrap_or(f64::NAN);
        values.sort_by(|one, other| value(one).total_cmp(&value(other)));
        let place = |n: usize| n * (known - 1) / (LINES - 1);
        values = (0..LINES)
            .filter_map(|n| values.get(place(n)).cloned())
            .collect();
    }
    absent.truncate(ABSENT);
    rows.extend(values);
    rows.extend(absent);
}
