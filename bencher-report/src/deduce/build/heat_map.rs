use std::collections::BTreeMap;

use crate::chart::{Axis, Chart, ChartKind, HeatMap, Marks};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::{colors, frame, ranks};

/// Colours over two inputs: values, or means with their bounds.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let (x, y) = shape.plane()?;
    let facets = Facets::of(shape, &grid, &[Some(x), Some(y)]);
    let (columns, rows) = (order(shape, x), order(shape, y));
    let ranks = ranks::ranks(shape, &grid);
    let map = |offset: usize| {
        let mut map = HeatMap {
            width: columns.len(),
            values: Vec::with_capacity(columns.len() * rows.len()),
            bounds: Vec::new(),
            samples: Vec::new(),
            gaps: BTreeMap::new(),
            ranks: BTreeMap::new(),
        };
        for row in &rows {
            for column in &columns {
                let at = grid.offset(Some(x), *column) + grid.offset(Some(y), *row);
                let samples = grid.samples(offset + at);
                if let Some(gap) = samples.gap_of_mean() {
                    map.gaps.insert(map.values.len(), gap);
                }
                if let Some(rank) = ranks.get(&(offset + at)) {
                    map.ranks.insert(map.values.len(), *rank);
                }
                map.values.push(samples.mean());
                if shape.repeated() {
                    map.bounds.push(frame::bounds(shape, &samples));
                    map.samples.push(samples.count());
                }
            }
        }
        map
    };
    let axes = (axis(shape, x, &columns)?, axis(shape, y, &rows)?);
    let mut chart = frame::chart(ChartKind::HeatMap, shape, axes, facets, |at| {
        Marks::HeatMap(map(at))
    });
    let mut color = frame::value_axis(shape);
    let numbers: Vec<f64> = chart
        .panels
        .iter()
        .filter_map(|panel| match &panel.marks {
            Marks::HeatMap(map) => Some(map.values.iter().copied().flatten()),
            _ => None,
        })
        .flatten()
        .collect();
    let log = [x, y]
        .iter()
        .filter_map(|axis| shape.numbers(*axis))
        .any(|numbers| numbers.axis.is_log());
    if log {
        frame::fit_values(&mut color, &numbers);
    } else {
        color.range = frame::range(numbers.iter().copied());
    }
    let mut sorted = numbers;
    sorted.sort_by(f64::total_cmp);
    colors::fit(&mut color, &sorted);
    chart.notes.extend(colors::note(&color, &sorted));
    colors::keep_truths(&mut color, shape);
    chart.color = Some(color);
    chart.spread = frame::spread(shape);
    if let Some(note) = chart.rank_note() {
        chart.notes.insert(0, note);
    }
    Some(chart)
}

/// The positions of an input's values along an axis: numbers ascend, categories keep their order.
fn order(shape: &Shape, axis: usize) -> Vec<usize> {
    let Some(dim) = shape.dim(axis) else {
        return Vec::new();
    };
    let mut positions: Vec<usize> = (0..dim.len()).collect();
    if let Some(numbers) = shape.numbers(axis) {
        let number = |position: &usize| numbers.values.get(*position).copied().unwrap_or(f64::NAN);
        positions.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    positions
}

fn axis(shape: &Shape, axis: usize, order: &[usize]) -> Option<Axis> {
    let mut sorted = shape.dim(axis)?.clone();
    sorted.values = order
        .iter()
        .filter_map(|position| sorted.values.get(*position).cloned())
        .collect();
    Some(Axis::of_levels(&sorted))
}
