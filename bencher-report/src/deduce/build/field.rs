use std::collections::BTreeMap;

use crate::chart::{Axis, Chart, ChartKind, Field, Marks, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::{colors, frame};

/// Panels side by side.
const COLUMNS: usize = 3;

/// Values over the first two numeric inputs, or the first three of a volume, with panels for all other inputs.
pub(super) fn chart(kind: ChartKind, shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let count = if kind == ChartKind::Volume { 3 } else { 2 };
    let inputs = shape.numeric.iter().take(count);
    let inputs: Vec<Input> = inputs.filter_map(|axis| Input::of(shape, *axis)).collect();
    let (x, y, z) = match inputs.as_slice() {
        [x, y] if count == 2 => (x, y, None),
        [x, y, z] => (x, y, Some(z)),
        _ => return None,
    };
    let shown: Vec<Option<usize>> = inputs.iter().map(|input| Some(input.dim)).collect();
    let facets = Facets::of(shape, &grid, &shown);
    let field = |offset: usize| {
        let mut field = Field {
            x: x.numbers(),
            y: y.numbers(),
            z: z.map(Input::numbers).unwrap_or_default(),
            values: Vec::new(),
            bounds: Vec::new(),
            samples: Vec::new(),
            gaps: BTreeMap::new(),
        };
        let deep = z.map_or(vec![0], |z| z.offsets(&grid));
        for deep in deep {
            for up in y.offsets(&grid) {
                for across in x.offsets(&grid) {
                    let samples = grid.samples(offset + deep + up + across);
                    if let Some(gap) = samples.gap_of_mean() {
                        field.gaps.insert(field.values.len(), gap);
                    }
                    field.values.push(samples.mean());
                    if shape.repeated() {
                        field.bounds.push(frame::bounds(shape, &samples));
                        field.samples.push(samples.count());
                    }
                }
            }
        }
        field
    };
    let axes = (x.axis.clone(), y.axis.clone());
    let mut chart = frame::chart(kind, shape, axes, facets, |at| Marks::Field(field(at)));
    chart.depth = z.map(|z| z.axis.clone());
    let mut sorted: Vec<f64> = Vec::new();
    for panel in &chart.panels {
        if let Marks::Field(field) = &panel.marks {
            sorted.extend(field.values.iter().copied().flatten());
        }
    }
    sorted.sort_by(f64::total_cmp);
    let mut color = frame::value_axis(shape);
    color.range = frame::range(sorted.iter().copied());
    if [x, y].into_iter().chain(z).any(|input| input.axis.is_log()) {
        frame::fit_values(&mut color, &sorted);
    }
    colors::fit(&mut color, &sorted);
    if let Some((low, high)) = color.limits {
        chart.notes.push(format!(
            "The colour scale goes from {} to {}; what lies beyond has the colour of its end.",
            color.value(low),
            color.value(high)
        ));
    }
    chart.title = format!("{} of {}", kind.name(), chart.title);
    // Wider than panels of other kinds: their lines need room.
    chart.columns = chart.columns.min(COLUMNS);
    let count = text::count(x.places.len() * y.places.len(), "point");
    let note = match (kind, z) {
        (ChartKind::Contour, _) => {
            format!(
                "Lines of equal values between {count} in each panel; values between points are interpolated."
            )
        }
        (_, None) => format!(
            "A surface through {count} in each panel. On the page, drag to turn it; on paper, and in a browser without \
             WebGL, it is drawn as contours."
        ),
        (_, Some(z)) => format!(
            "Values between {count} at {} of {}. On the page, drag to turn it; on paper, in pictures, and in a browser \
             without WebGL, each level of {} is a heat map.",
            text::count(z.places.len(), "level"),
            z.axis.name,
            z.axis.name
        ),
    };
    chart.notes.insert(0, note);
    colors::keep_truths(&mut color, shape);
    chart.color = Some(color);
    chart.spread = frame::spread(shape);
    Some(chart)
}

/// A numeric input, by its ascending numbers.
struct Input {
    dim: usize,
    axis: Axis,
    /// The number and the position of each level.
    places: Vec<(f64, usize)>,
}

impl Input {
    fn of(shape: &Shape, dim: usize) -> Option<Self> {
        let numbers = shape.numbers(dim)?;
        let places = numbers.values.iter().copied().enumerate();
        let mut places: Vec<(f64, usize)> = places.map(|(n, x)| (x, n)).collect();
        places.retain(|(x, _)| x.is_finite());
        places.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut axis = numbers.axis.clone();
        axis.range = frame::range(places.iter().map(|(x, _)| *x));
        Some(Self { dim, axis, places })
    }

    fn numbers(&self) -> Vec<f64> {
        self.places.iter().map(|(x, _)| *x).collect()
    }

    fn offsets(&self, grid: &Grid) -> Vec<usize> {
        let positions = self.places.iter();
        positions
            .map(|(_, n)| grid.offset(Some(self.dim), *n))
            .collect()
    }
}
