use bencher_core::stats;

use crate::chart::{Chart, ChartKind, Marks, Point, Series};
use crate::deduce::facets::Facets;
use crate::deduce::grid::{Grid, Samples};
use crate::deduce::shape::Shape;

use super::{frame, lines};

/// The meaning of the bands.
const SPREAD: &str =
    "line: median of the samples; dark band: 25th to 75th percentile; light band: 10th to 90th";

/// The percentiles of the samples over the first numeric input, with panels for all other inputs.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let numeric = shape.numeric.first().copied()?;
    let facets = Facets::of(shape, &grid, &[Some(numeric)]);
    let paths = lines::line_paths(shape, &grid, numeric, None)?;
    let series = |offset: usize| {
        let series = paths.iter().map(|path| Series {
            name: path.name.clone(),
            points: path
                .points
                .iter()
                .map(|point| Point {
                    place: point.place.as_deref().map(str::to_owned),
                    ..percentiles(point.x, &grid.samples(offset + point.offset))
                })
                .collect(),
        });
        series.collect()
    };
    let axes = (
        shape.numbers(numeric)?.axis.clone(),
        frame::value_axis(shape),
    );
    let kind = ChartKind::Band;
    let mut chart = frame::chart(kind, shape, axes, facets, |at| Marks::Lines(series(at)));
    let xs = paths.iter().flat_map(|path| &path.points);
    chart.x.range = frame::range(xs.map(|point| point.x));
    let numbers = lines::numbers(&chart);
    frame::fit_values(&mut chart.y, &numbers);
    chart.title = format!("percentiles of {}", chart.title);
    let names = shape.groups().and_then(|_| shape.dim(numeric));
    chart.legend = names.map(bencher_core::dataset::Dim::label);
    chart.spread = Some(SPREAD.to_owned());
    chart.notes.extend(frame::rounds_note(shape));
    let samples = chart.panels.iter().filter_map(|panel| match &panel.marks {
        Marks::Lines(series) => Some(series),
        _ => None,
    });
    let points = samples.flatten().flat_map(|one| &one.points);
    let counts = points
        .filter(|point| point.y.is_some())
        .map(|point| point.samples);
    if let Some(fewest) = counts.min().filter(|count| *count < ENOUGH) {
        chart.notes.push(format!(
            "Some points have only {fewest} samples: percentiles between samples are on the line that joins them."
        ));
    }
    Some(chart)
}

/// Samples from which on the 10th percentile is none of the extremes.
const ENOUGH: u32 = 11;

/// The median of the samples, with their middle half and their middle eighty percent.
fn percentiles(x: f64, samples: &Samples) -> Point {
    let at = |share| stats::quantile(&samples.values, share).filter(|x| x.is_finite());
    let y = at(0.5);
    Point {
        x,
        y,
        bounds: at(0.25).zip(at(0.75)),
        outer: at(0.1).zip(at(0.9)),
        samples: samples.count(),
        row: None,
        absent: samples.absent,
        gap: if y.is_none() {
            samples.gap_of_mean()
        } else {
            samples.gap.clone()
        },
        ..Point::default()
    }
}
