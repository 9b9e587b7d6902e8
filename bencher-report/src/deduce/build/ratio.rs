use std::collections::HashMap;

use bencher_core::dataset::Comparison;

use crate::chart::{Axis, Chart, ChartKind, Gap, GapKind, Marks, Point, PointSign, Series, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::frame;

/// The meaning of the error bars.
const SPREAD: &str =
    "ratio of pairs of repeats, with bounds that hold for all ratios together (95 %, of this run)";

/// The ratios of all levels of the compared input to its first one, over the first other input.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let compared = shape.compared()?;
    let dim = shape.dim(compared)?;
    let name = &shape.variable.info.name;
    let found = shape.dataset.compare(name, &dim.name).ok()?;
    let grid = Grid::of(shape);
    let is_number = |axis: &&usize| **axis != compared && shape.groups().is_none();
    let numeric = shape.numeric.iter().find(is_number).copied();
    let others = || shape.inputs().into_iter().filter(|axis| *axis != compared);
    let along = numeric.or_else(|| others().next());
    let facets = Facets::of(shape, &grid, &[Some(compared), along]);
    let ratios = by_place(shape, &grid, compared, &found);
    let base = dim.text(dim.values.first()?);

    let mut places: Vec<(f64, usize)> = match numeric.and_then(|axis| shape.numbers(axis)) {
        Some(numbers) => numbers
            .values
            .iter()
            .copied()
            .enumerate()
            .map(|(n, x)| (x, n))
            .collect(),
        None => {
            let count = along.map_or(1, |axis| shape.levels(axis));
            (0..count).map(|n| (n as f64, n)).collect()
        }
    };
    places.retain(|(x, _)| x.is_finite());
    places.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut x = match (
        numeric.and_then(|axis| shape.numbers(axis)),
        along.and_then(|axis| shape.dim(axis)),
    ) {
        (Some(numbers), _) => numbers.axis.clone(),
        (None, Some(dim)) => Axis::of_levels(dim),
        (None, None) => Axis::levels("", vec!["all samples".to_owned()]),
    };
    if numeric.is_some() {
        x.range = frame::range(places.iter().map(|(x, _)| *x));
    }
    let series = |offset: usize| {
        // The base is a line at 1, so that every level has the colour that it has in other plots.
        let levels = dim.values.iter().enumerate();
        let series = levels.map(|(level, value)| Series {
            name: dim.text(value),
            points: places
                .iter()
                .map(|(x, position)| {
                    let at = offset + grid.offset(along, *position);
                    match level {
                        0 => base_point(*x),
                        _ => point(*x, ratios.get(&(at, level)).copied()),
                    }
                })
                .collect(),
        });
        series.collect()
    };
    let y = Axis::linear(format!("{name} relative to {base}"), "");
    let kind = ChartKind::Ratio;
    let mut chart = frame::chart(kind, shape, (x, y), facets, |at| Marks::Lines(series(at)));
    let mut numbers = vec![1.0];
    for one in &found {
        numbers.extend(one.ratio.map(|ratio| ratio.ratio));
        numbers.extend(one.ratio.and_then(|ratio| ratio.lower));
        numbers.extend(one.ratio.and_then(|ratio| ratio.upper));
    }
    numbers.retain(|x| x.is_finite());
    frame::fit_values(&mut chart.y, &numbers);
    let along = along.and_then(|axis| shape.dim(axis));
    let over = along.map_or_else(String::new, |dim| format!(" vs {}", dim.name));
    chart.title = format!("{name} relative to {} = {base}{over}", dim.name);
    chart.alt = format!("Ratios of {}", chart.title);
    chart.reference = Some(1.0);
    chart.legend = Some(dim.label());
    chart.spread = Some(SPREAD.to_owned());
    let different = found.iter().filter(|one| one.is_different()).count();
    let note = format!(
        "{} of {} certainly differ from 1. Below 1, the value is less than that of {base}.",
        different,
        text::count(found.len(), "ratio"),
    );
    chart.notes.insert(0, note);
    Some(chart)
}

/// The comparisons by the offset of their place and the position of their level.
fn by_place<'c>(
    shape: &Shape,
    grid: &Grid,
    compared: usize,
    found: &'c [Comparison],
) -> HashMap<(usize, usize), &'c Comparison> {
    let dims = shape.dataset.dims();
    let offset = |one: &Comparison| {
        let at = one.at.iter().map(|(name, value)| {
            let axis = dims.iter().position(|dim| dim.name == *name)?;
            let dim = dims.get(axis)?;
            let position = dim.values.iter().position(|known| known == value)?;
            Some(grid.offset(Some(axis), position))
        });
        at.sum::<Option<usize>>()
    };
    let levels = dims.get(compared).map_or(&[][..], |dim| &dim.values);
    let of = found.iter().filter_map(|one| {
        let level = levels.iter().position(|level| *level == one.level)?;
        Some(((offset(one)?, level), one))
    });
    of.collect()
}

fn base_point(x: f64) -> Point {
    Point {
        x,
        place: None,
        y: Some(1.0),
        bounds: None,
        outer: None,
        sign: PointSign::Plain,
        samples: 1,
        row: None,
        absent: 0,
        gap: None,
    }
}

fn point(x: f64, found: Option<&Comparison>) -> Point {
    let ratio = found.and_then(|one| one.ratio);
    let y = ratio.map(|ratio| ratio.ratio).filter(|y| y.is_finite());
    let samples = found.map_or(0, |one| u32::try_from(one.pairs).unwrap_or(u32::MAX));
    Point {
        x,
        place: None,
        y,
        bounds: ratio.and_then(|ratio| ratio.lower.zip(ratio.upper)),
        outer: None,
        sign: PointSign::Plain,
        samples,
        row: None,
        absent: u32::from(y.is_none()),
        gap: y.is_none().then(|| Gap {
            kind: GapKind::Missing,
            reason: Some("no pair of values above zero".to_owned()),
        }),
    }
}
