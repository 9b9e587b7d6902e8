use crate::chart::{Axis, Chart, ChartKind, Marks, Series};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::frame;

/// A line, or a curve with a band, for every level of the first categorical input.
pub(super) fn chart(kind: ChartKind, shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let numeric = shape.numeric.first().copied()?;
    let dim = shape.dim(numeric)?;
    let category = shape.categorical.first().copied();
    let facets = Facets::of(shape, &grid, &[Some(numeric), category]);
    // Lines run along the axis, in whatever order the coordinates were listed.
    let mut places: Vec<(f64, usize)> = dim
        .values
        .iter()
        .enumerate()
        .filter_map(|(position, value)| Some((value.as_f64()?, position)))
        .filter(|(x, _)| x.is_finite())
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let series = |offset: usize| {
        frame::levels(shape, &grid, category)
            .into_iter()
            .map(|(name, level)| Series {
                name,
                points: places
                    .iter()
                    .map(|(x, position)| {
                        let at = offset + level + grid.offset(Some(numeric), *position);
                        frame::point(shape, *x, &grid.samples(at))
                    })
                    .collect(),
            })
            .collect()
    };
    let axes = (Axis::of_numbers(dim), frame::value_axis(shape));
    let mut chart = frame::chart(kind, shape, axes, facets, |at| Marks::Lines(series(at)));
    chart.x.range = places.first().zip(places.last()).map(|(a, b)| (a.0, b.0));
    let numbers = numbers(&chart);
    let log = chart.x.is_log();
    frame::fit_values(&mut chart.y, &numbers, log);
    chart.legend = category
        .and_then(|axis| shape.dim(axis))
        .map(bencher_core::dataset::Dim::label);
    chart.spread = frame::spread(shape);
    Some(chart)
}

fn numbers(chart: &Chart) -> Vec<f64> {
    let mut numbers = Vec::new();
    for panel in &chart.panels {
        if let Marks::Lines(series) = &panel.marks {
            for point in series.iter().flat_map(|one| &one.points) {
                numbers.extend(point.y);
                numbers.extend(point.bounds.into_iter().flat_map(|(low, high)| [low, high]));
            }
        }
    }
    numbers
}
