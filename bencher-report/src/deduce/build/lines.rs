use crate::chart::{Chart, ChartKind, Marks, Point, Series};
use crate::deduce::coordinates::Group;
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::frame;

/// A line, or a curve with a band, for every level of the first categorical input, or for every
/// name where variants of several names have numbers.
pub(super) fn chart(kind: ChartKind, shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let numeric = shape.numeric.first().copied()?;
    let category = shape.series();
    let facets = Facets::of(shape, &grid, &[Some(numeric), category]);
    let paths = line_paths(shape, &grid, numeric, category)?;
    let series = |offset: usize| {
        let series = paths.iter().map(|path| Series {
            name: path.name.clone(),
            points: path
                .points
                .iter()
                .map(|point| Point {
                    place: point.place.as_deref().map(str::to_owned),
                    ..frame::point(shape, point.x, &grid.samples(offset + point.offset))
                })
                .collect(),
        });
        series.collect()
    };
    let axes = (
        shape.numbers(numeric)?.axis.clone(),
        frame::value_axis(shape),
    );
    let mut chart = frame::chart(kind, shape, axes, facets, |at| Marks::Lines(series(at)));
    let points = paths.iter().flat_map(|path| &path.points);
    chart.x.range = frame::range(points.map(|point| point.x));
    // Of a million points, what is not needed any more is worth the room.
    drop(paths);
    let numbers = numbers(&chart);
    frame::fit_values(&mut chart.y, &numbers);
    let legend = category.or_else(|| shape.groups().map(|_| numeric));
    chart.legend = legend
        .and_then(|axis| shape.dim(axis))
        .map(bencher_core::dataset::Dim::label);
    chart.spread = frame::spread(shape);
    chart.notes.extend(equal_note(&chart));
    Some(chart)
}

/// How many lines a note names that have the values of another one.
const MOST_NAMED: usize = 4;

/// Which lines cannot be seen, because another one has the same values in all panels.
fn equal_note(chart: &Chart) -> Option<String> {
    let mut panels = chart.panels.iter().filter_map(|panel| match &panel.marks {
        Marks::Lines(series) => Some(series.as_slice()),
        _ => None,
    });
    let first = panels.next()?;
    let panels: Vec<&[Series]> = panels.collect();
    let is_equal = |one: &Series, other: &Series| {
        let values = |of: &Series| of.points.iter().any(|point| point.y.is_some());
        let same = |(a, b): (&Point, &Point)| a.y == b.y && a.x.total_cmp(&b.x).is_eq();
        let mut points = one.points.iter().zip(&other.points);
        values(one) && one.points.len() == other.points.len() && points.all(same)
    };
    let is_equal_everywhere = |one: usize, other: usize| {
        let in_panel = |series: &[Series]| match (series.get(one), series.get(other)) {
            (Some(one), Some(other)) => is_equal(one, other),
            _ => false,
        };
        in_panel(first) && panels.iter().all(|series| in_panel(series))
    };
    let mut hidden = Vec::new();
    for (at, series) in first.iter().enumerate() {
        if let Some(earlier) = (0..at).find(|earlier| is_equal_everywhere(*earlier, at))
            && let Some(earlier) = first.get(earlier)
        {
            hidden.push(format!("{} and {}", earlier.name, series.name));
        }
    }
    let more = hidden.len().saturating_sub(MOST_NAMED);
    hidden.truncate(MOST_NAMED);
    if more > 0 {
        hidden.push(format!("{more} more"));
    }
    (!hidden.is_empty()).then(|| {
        let named = hidden.join(", ");
        format!("Lines with the same values lie on each other: {named}.")
    })
}

/// Where a series runs: its points in the order of the axis, whatever order they were listed in.
pub(super) struct LinePath {
    pub(super) name: String,
    pub(super) points: Vec<PathPoint>,
}

pub(super) struct PathPoint {
    pub(super) x: f64,
    /// The offset of its cells.
    pub(super) offset: usize,
    /// The coordinate in full, where the number is only a part of it.
    pub(super) place: Option<Box<str>>,
}

/// The points of each line, from the first numeric input and the levels of a category.
pub(super) fn line_paths(
    shape: &Shape,
    grid: &Grid,
    numeric: usize,
    category: Option<usize>,
) -> Option<Vec<LinePath>> {
    let dim = shape.dim(numeric)?;
    let numbers = shape.numbers(numeric)?;
    let points = |positions: &[usize], level: usize| {
        let found = positions
            .iter()
            .filter_map(|position| {
                let value = dim.values.get(*position)?;
                Some(PathPoint {
                    x: numbers.values.get(*position).copied()?,
                    offset: level + grid.offset(Some(numeric), *position),
                    place: numbers.partial.then(|| value.to_string().into_boxed_str()),
                })
            })
            .filter(|point| point.x.is_finite());
        let mut points = Vec::with_capacity(positions.len());
        points.extend(found);
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        points
    };
    if let Some(groups) = shape.groups() {
        let path = |group: &Group| LinePath {
            name: group.name.clone(),
            points: points(&group.positions, 0),
        };
        return Some(groups.iter().map(path).collect());
    }
    let all: Vec<usize> = (0..dim.len()).collect();
    let levels = frame::levels(shape, grid, category).into_iter();
    let path = |(name, level)| LinePath {
        name,
        points: points(&all, level),
    };
    Some(levels.map(path).collect())
}

/// The values and bounds of all lines.
pub(super) fn numbers(chart: &Chart) -> Vec<f64> {
    let mut numbers = Vec::new();
    for panel in &chart.panels {
        if let Marks::Lines(series) = &panel.marks {
            for point in series.iter().flat_map(|one| &one.points) {
                numbers.extend(point.y);
                let bounds = point.bounds.into_iter().chain(point.outer);
                numbers.extend(bounds.flat_map(|(low, high)| [low, high]));
            }
        }
    }
    numbers
}
