use crate::chart::{Axis, Chart, ChartKind, Marks, Series};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::frame;

/// Bars over the first categorical input, grouped by the second.
pub(super) fn chart(shape: &Shape) -> Chart {
    let grid = Grid::of(shape);
    let category = shape.categorical.first().copied();
    let group = shape.categorical.get(1).copied();
    let facets = Facets::of(shape, &grid, &[category, group]);
    let bars = frame::levels(shape, &grid, category);
    let series = |offset: usize| {
        frame::levels(shape, &grid, group)
            .into_iter()
            .map(|(name, level)| Series {
                name,
                points: bars
                    .iter()
                    .enumerate()
                    .map(|(n, (_, bar))| {
                        frame::point(shape, n as f64, &grid.samples(offset + level + bar))
                    })
                    .collect(),
            })
            .collect()
    };
    let x = category.and_then(|axis| shape.dim(axis)).map_or_else(
        || Axis::levels("", vec!["all samples".to_owned()]),
        Axis::of_levels,
    );
    let axes = (x, frame::value_axis(shape));
    let mut chart = frame::chart(ChartKind::Bar, shape, axes, facets, |at| {
        Marks::Bars(series(at))
    });
    // A bar's length is its value: the axis begins at zero.
    let mut numbers = vec![0.0];
    for panel in &chart.panels {
        if let Marks::Bars(series) = &panel.marks {
            for point in series.iter().flat_map(|one| &one.points) {
                numbers.extend(point.y);
                numbers.extend(point.bounds.into_iter().flat_map(|(low, high)| [low, high]));
            }
        }
    }
    frame::fit_values(&mut chart.y, &numbers);
    chart.legend = group
        .and_then(|axis| shape.dim(axis))
        .map(bencher_core::dataset::Dim::label);
    chart.spread = frame::spread(shape);
    chart
}
