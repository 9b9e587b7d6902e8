use std::fmt::Write;

use bencher_core::dataset::Dim;

use crate::chart::{Axis, Chart, ChartKind, Marks, Parallel, ParallelRow, Ticks, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::numbering::Numbering;
use super::{colors, frame};

/// Points that have a line each; more of them are one area.
const LINES: usize = 1500;
/// Points without a value that have a line each.
const ABSENT: usize = 200;

/// A line for every point through the axes of all inputs and of the result.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let points = Numbering::of(shape);
    let mut columns = Vec::new();
    for axis in &points.inputs {
        columns.push(column(shape, *axis)?);
    }
    let grid = Grid::of(shape);
    let mut known: Vec<(f64, usize)> = Vec::new();
    let mut unknown = Vec::new();
    for point in 0..points.count() {
        match grid.samples(points.offset(&grid, point)).mean() {
            Some(value) => known.push((value, point)),
            None if unknown.len() < ABSENT => unknown.push(point),
            None => {}
        }
    }
    known.sort_by(|one, other| one.0.total_cmp(&other.0));
    let values: Vec<f64> = known.iter().map(|(value, _)| *value).collect();
    let mut result = frame::value_axis(shape);
    frame::fit_values(&mut result, &values);
    // Lines and colours of a few great values would hide all others: a decade has room.
    let ends = values.first().zip(values.last());
    if ends.is_some_and(|(low, high)| *low > 0.0 && high / low >= 10.0) {
        result.ticks = Ticks::Log;
    }
    let mut color = result.clone();
    color.limits = None;
    if !color.is_log() {
        colors::fit(&mut color, &values);
    }
    let all = points.count();
    let absent = all - values.len();
    let chosen = evenly(&known).into_iter().chain(unknown);
    let rows: Vec<ParallelRow> = chosen
        .map(|point| row(shape, &grid, &points, &columns, point))
        .collect();
    let names: Vec<String> = columns.iter().map(|column| column.axis.label()).collect();
    let names = names.into_iter().chain([result.label()]).collect();
    let mut y = Axis::linear("", "");
    y.range = Some((0.0, 1.0));
    let mut axes: Vec<Axis> = columns.into_iter().map(|column| column.axis).collect();
    axes.push(result);
    let shown: Vec<Option<usize>> = points.inputs.iter().copied().map(Some).collect();
    let place = Facets::of(shape, &grid, &shown);
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
        "A line for each point, in the colour of {}; those of one level lie in the order of their values. Drag along \
         an axis to keep the lines that pass there, with Shift along further ones; a double click shows all.",
        shape.variable.info.name
    );
    if drawn < values.len() {
        let _ = write!(
            note,
            " {drawn} of {} are drawn: evenly by their value, the least and the greatest among them.",
            text::count(values.len(), "point")
        );
    }
    chart.title = format!("points of {}", chart.title);
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

fn row(
    shape: &Shape,
    grid: &Grid,
    points: &Numbering,
    columns: &[Column],
    point: usize,
) -> ParallelRow {
    let place = |(n, column): (usize, &Column)| {
        let place = column.places.get(points.level(point, n));
        place.copied().unwrap_or(f64::NAN)
    };
    let samples = grid.samples(points.offset(grid, point));
    let found = frame::point(shape, 0.0, &samples);
    ParallelRow {
        inputs: columns.iter().enumerate().map(place).collect(),
        value: found.y,
        samples: found.samples,
        gap: found.gap,
    }
}

/// As many points as can be told apart: evenly by their value, with both extremes.
fn evenly(sorted: &[(f64, usize)]) -> Vec<usize> {
    let last = sorted.len().saturating_sub(1);
    let count = sorted.len().min(LINES);
    let places = (0..count).map(|n| n * last / count.saturating_sub(1).max(1));
    let points = places.filter_map(|place| sorted.get(place));
    points.map(|(_, point)| *point).collect()
}
