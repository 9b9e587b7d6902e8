//! Every sample of a sweep: its distribution as a curve, or as points.

use bencher_core::value::float_text;

use crate::chart::{Axis, Chart, ChartKind, Marks, Point, PointSign, Series};
use crate::deduce::facets::Facets;
use crate::deduce::grid::{Grid, Samples};
use crate::deduce::shape::Shape;

use super::super::needs::SERIES;
use super::frame;

/// By how much points move aside, as a share of the distance of two levels, or of the length of an axis of numbers.
const LEVEL_JITTER: f64 = 0.5;
const NUMBER_JITTER: f64 = 0.02;

/// The share of samples up to each value: a curve for each level of one input, or for all samples of a panel.
pub(super) fn ecdf(shape: &Shape) -> Chart {
    let grid = Grid::of(shape);
    let fits = |axis: &&usize| shape.levels(**axis) <= SERIES;
    let mut inputs = shape.categorical.iter().chain(&shape.numeric);
    let series_input = inputs.find(fits).copied();
    let facets = Facets::of(shape, &grid, &[series_input]);
    let mut x = frame::value_axis(shape);
    let mut numbers = Vec::new();
    for place in &facets.places {
        for (_, level) in frame::levels(shape, &grid, series_input) {
            numbers.extend(grid.samples(place.offset + level).values);
        }
    }
    frame::fit_values(&mut x, &numbers);
    let mut y = Axis::linear("share of samples", "");
    y.range = Some((0.0, 1.0));
    let series = |offset: usize| {
        let levels = frame::levels(shape, &grid, series_input).into_iter();
        let series = levels.map(|(name, level)| Series {
            name,
            points: steps(&grid.samples(offset + level)),
        });
        series.collect()
    };
    let kind = ChartKind::Ecdf;
    let mut chart = frame::chart(kind, shape, (x, y), facets, |at| Marks::Lines(series(at)));
    chart.legend = series_input
        .and_then(|axis| shape.dim(axis))
        .map(bencher_core::dataset::Dim::label);
    chart.title = format!("distribution of {}", chart.title);
    chart.notes.insert(
        0,
        "The share of samples whose value is at most that of the axis.".to_owned(),
    );
    chart.notes.extend(frame::rounds_note(shape));
    chart
}

/// The corners of the steps of an empirical distribution function.
fn steps(samples: &Samples) -> Vec<Point> {
    let mut values = samples.values.clone();
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mut points = Vec::with_capacity(values.len() * 2);
    let mut below = 0;
    for equal in values.chunk_by(|one, other| one.total_cmp(other).is_eq()) {
        let Some(x) = equal.first() else {
            continue;
        };
        let share = |n: usize| n as f64 / count;
        points.push(corner(*x, share(below), below));
        below += equal.len();
        points.push(corner(*x, share(below), below));
    }
    points
}

fn corner(x: f64, y: f64, samples: usize) -> Point {
    Point {
        x,
        place: None,
        y: Some(y),
        bounds: None,
        outer: None,
        sign: PointSign::Plain,
        samples: u32::try_from(samples).unwrap_or(u32::MAX),
        row: None,
        absent: 0,
        gap: None,
    }
}

/// A point for every sample, moved aside a little where several would lie on each other.
pub(super) fn scatter(shape: &Shape) -> Chart {
    let grid = Grid::of(shape);
    let numeric = shape
        .numeric
        .first()
        .copied()
        .filter(|_| shape.groups().is_none());
    let along = numeric.or_else(|| shape.inputs().first().copied());
    let fits = |axis: &&usize| Some(**axis) != along && shape.levels(**axis) <= SERIES;
    let series_input = shape.categorical.iter().find(fits).copied();
    let facets = Facets::of(shape, &grid, &[along, series_input]);
    let numbers = numeric.and_then(|axis| shape.numbers(axis));
    let mut x = match (numbers, along.and_then(|axis| shape.dim(axis))) {
        (Some(numbers), _) => numbers.axis.clone(),
        (None, Some(dim)) => Axis::of_levels(dim),
        (None, None) => Axis::levels("", vec!["all samples".to_owned()]),
    };
    if let Some(numbers) = numbers {
        x.range = frame::range(numbers.values.iter().copied().filter(|x| x.is_finite()));
    }
    let levels = frame::levels(shape, &grid, series_input);
    let count = along.map_or(1, |axis| shape.levels(axis));
    let points = |offset: usize, nth: usize| {
        let mut points = Vec::new();
        for position in 0..count {
            let at = match numbers {
                Some(numbers) => numbers.values.get(position).copied().unwrap_or(f64::NAN),
                None => position as f64,
            };
            let samples = grid.samples(offset + grid.offset(along, position));
            let place = x.name_of(at);
            for (repeat, y) in samples.values.iter().enumerate() {
                let aside = aside(repeat, samples.values.len(), nth, levels.len());
                let x = moved(&x, at, aside);
                if x.is_finite() {
                    points.push(Point {
                        x,
                        place: Some(place.clone()),
                        y: Some(*y),
                        bounds: None,
                        outer: None,
                        sign: PointSign::Plain,
                        samples: 1,
                        row: None,
                        absent: 0,
                        gap: None,
                    });
                }
            }
        }
        points
    };
    let series = |offset: usize| {
        let series = levels
            .iter()
            .enumerate()
            .map(|(nth, (name, level))| Series {
                name: name.clone(),
                points: points(offset + level, nth),
            });
        series.collect()
    };
    let axes = (x.clone(), frame::value_axis(shape));
    let kind = ChartKind::Scatter;
    let mut chart = frame::chart(kind, shape, axes, facets, |at| Marks::Lines(series(at)));
    let mut numbers = Vec::new();
    for panel in &chart.panels {
        if let Marks::Lines(series) = &panel.marks {
            numbers.extend(
                series
                    .iter()
                    .flat_map(|one| &one.points)
                    .filter_map(|point| point.y),
            );
        }
    }
    frame::fit_values(&mut chart.y, &numbers);
    chart.legend = series_input
        .and_then(|axis| shape.dim(axis))
        .map(bencher_core::dataset::Dim::label);
    chart.title = format!("samples of {}", chart.title);
    chart.notes.insert(
        0,
        format!(
            "Every sample is a point, moved aside so that points do not hide each other ({} points).",
            float_text(numbers.len() as f64)
        ),
    );
    chart.notes.extend(frame::rounds_note(shape));
    chart
}

/// How far a sample moves aside, from -0.5 to 0.5: series stand side by side, and samples within them spread evenly.
fn aside(repeat: usize, repeats: usize, nth: usize, series: usize) -> f64 {
    /// Multiples of the golden ratio fall evenly into an interval, however many there are.
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let within = match repeats {
        0 | 1 => 0.0,
        _ => (repeat as f64 * GOLDEN).fract() - 0.5,
    };
    let slot = 1.0 / series.max(1) as f64;
    (nth as f64 + 0.5) * slot - 0.5 + within * slot * 0.8
}

/// A coordinate moved aside along its axis.
fn moved(axis: &Axis, at: f64, aside: f64) -> f64 {
    match (&axis.range, axis.is_log()) {
        (Some((low, high)), true) => at * (high / low).powf(aside * NUMBER_JITTER),
        (Some((low, high)), false) => at + (high - low) * aside * NUMBER_JITTER,
        (None, _) => at + aside * LEVEL_JITTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_a_level_stay_within_it() {
        for series in 1..5 {
            for nth in 0..series {
                for repeat in 0..100 {
                    let x = aside(repeat, 100, nth, series);
                    assert!(x.abs() <= 0.5, "{x}");
                }
            }
        }
        assert!(aside(0, 1, 0, 1).abs() < 1e-12);
    }
}
