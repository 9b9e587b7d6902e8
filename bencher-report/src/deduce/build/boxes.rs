use bencher_core::stats;

use crate::chart::{
    Axis, BoxMark, BoxSeries, Centre, Chart, ChartKind, LevelGroup, Marks, Quartiles, nested_name,
};
use crate::deduce::facets::Facets;
use crate::deduce::grid::{Grid, Samples};
use crate::deduce::shape::Shape;

use super::frame;

/// Boxes over the first categorical input, the second nested in it, the third side by side.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let outer = shape.categorical.first().copied()?;
    let inner = shape.categorical.get(1).copied();
    let overlay = shape.categorical.get(2).copied();
    let facets = Facets::of(shape, &grid, &[Some(outer), inner, overlay]);
    let places: Vec<usize> = frame::levels(shape, &grid, Some(outer))
        .into_iter()
        .flat_map(|(_, outer)| {
            frame::levels(shape, &grid, inner)
                .into_iter()
                .map(move |(_, inner)| outer + inner)
        })
        .collect();
    let series = |offset: usize| {
        frame::levels(shape, &grid, overlay)
            .into_iter()
            .map(|(name, level)| BoxSeries {
                name,
                boxes: places
                    .iter()
                    .enumerate()
                    .map(|(n, place)| mark(n as f64, &grid.samples(offset + level + place)))
                    .collect(),
            })
            .collect()
    };
    let axes = (axis(shape, outer, inner)?, frame::value_axis(shape));
    let mut chart = frame::chart(ChartKind::Box, shape, axes, facets, |at| {
        Marks::Boxes(series(at))
    });
    let mut numbers = Vec::new();
    for panel in &chart.panels {
        if let Marks::Boxes(series) = &panel.marks {
            for mark in series.iter().flat_map(|one| &one.boxes) {
                numbers.extend(mark.quartiles.into_iter().flat_map(|q| [q.low, q.high]));
                numbers.extend(&mark.outliers);
                numbers.extend(mark.centre.iter().flat_map(Centre::numbers));
            }
        }
    }
    frame::fit_values(&mut chart.y, &numbers);
    chart.legend = overlay
        .and_then(|axis| shape.dim(axis))
        .map(bencher_core::dataset::Dim::label);
    let few = frame::few_repeats(shape);
    let few = few.map_or_else(String::new, |few| format!(" (of {few} they say little)"));
    chart.spread = Some(format!(
        "box: quartiles and median{}{few}; whiskers: values within 1.5 interquartile ranges{}",
        of_rounds(shape),
        centre_text(shape)
    ));
    Some(chart)
}

/// The levels of one input, or those of two, the inner within the outer.
pub(super) fn axis(shape: &Shape, outer: usize, inner: Option<usize>) -> Option<Axis> {
    let outer = Axis::of_levels(shape.dim(outer)?);
    let Some(inner) = inner.and_then(|axis| shape.dim(axis)) else {
        return Some(outer);
    };
    let inner = Axis::of_levels(inner);
    let count = inner.level_names().len();
    let groups = outer
        .level_names()
        .iter()
        .enumerate()
        .map(|(n, label)| LevelGroup {
            label: label.clone(),
            first: n * count,
            count,
        })
        .collect();
    let levels = std::iter::repeat_n(inner.level_names(), outer.level_names().len())
        .flatten()
        .cloned()
        .collect();
    Some(Axis {
        groups,
        ..Axis::levels(nested_name(&inner.label(), &outer.label()), levels)
    })
}

/// Which samples a distribution is of, where the centre is of others.
pub(super) fn of_rounds(shape: &Shape) -> &'static str {
    if has_centres(shape) {
        " of all rounds"
    } else {
        ""
    }
}

/// The meaning of the mark of a centre in a box, where there are any.
pub(super) fn centre_text(shape: &Shape) -> &'static str {
    if has_centres(shape) {
        "; mark with bounds: the centre of the rounds that count"
    } else {
        ""
    }
}

fn has_centres(shape: &Shape) -> bool {
    shape.repeated() && shape.dataset.is_centred(shape.variable)
}

/// The box of some samples.
pub(super) fn mark(x: f64, samples: &Samples) -> BoxMark {
    let quartiles = quartiles(&samples.values);
    let outliers = quartiles.map_or_else(Vec::new, |q| {
        let beyond = |x: &&f64| **x < q.low || **x > q.high;
        samples.values.iter().filter(beyond).copied().collect()
    });
    BoxMark {
        x,
        quartiles,
        outliers,
        centre: samples.centre(),
        outline: Vec::new(),
        samples: samples.count(),
        absent: samples.absent,
        gap: samples.gap.clone(),
    }
}

fn quartiles(values: &[f64]) -> Option<Quartiles> {
    let q1 = stats::quantile(values, 0.25)?;
    let median = stats::median(values)?;
    let q3 = stats::quantile(values, 0.75)?;
    let reach = 1.5 * (q3 - q1);
    let within: Vec<f64> = values
        .iter()
        .copied()
        .filter(|x| (q1 - reach..=q3 + reach).contains(x))
        .collect();
    Some(Quartiles {
        low: stats::min(&within).unwrap_or(q1).min(q1),
        q1,
        median,
        q3,
        high: stats::max(&within).unwrap_or(q3).max(q3),
    })
}

#[cfg(test)]
mod tests {
    use bencher_core::bench::PlotSelection;
    use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    use bencher_core::value::{Kind, Value};

    use super::*;

    #[test]
    fn whiskers_end_at_values() {
        let q = quartiles(&[1.0, 2.0, 3.0, 4.0, 100.0]).unwrap();
        assert_eq!(
            (q.low, q.q1, q.median, q.q3, q.high),
            (1.0, 2.0, 3.0, 4.0, 4.0)
        );
        let one = quartiles(&[7.0]).unwrap();
        assert_eq!((one.low, one.high), (7.0, 7.0));
        assert_eq!(quartiles(&[]), None);
    }
    /// Eight of twenty rounds take 1 s, the others 2.3 s, a little more each time.
    #[test]
    fn a_box_of_two_modes_has_its_centre_in_the_lowest() {
        let algorithm = Dim::input("algorithm", Kind::Category, vec!["A".into()]);
        let elapsed = VariableInfo {
            timed: true,
            units: "s".to_owned(),
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let dims = vec![algorithm, Dim::repeats(20)];
        let mut runs = Dataset::new("Runs", dims, vec![elapsed]).unwrap();
        for flat in 0..20_usize {
            let time = if flat % 5 < 2 { 1.0 } else { 2.3 } + 0.001 * flat as f64;
            let times = runs.variable_mut(0).unwrap();
            times
                .record(flat, &Value::Float(time), CellState::Measured)
                .unwrap();
        }
        let plots = PlotSelection::of(["box"]).unwrap();
        let charts = crate::deduce::deduce_plots(&runs, plots);
        let chart = charts
            .iter()
            .find(|chart| chart.kind == ChartKind::Box)
            .unwrap();
        let Marks::Boxes(series) = &chart.panels[0].marks else {
            panic!("{chart:?}");
        };
        let mark = &series[0].boxes[0];
        assert!(mark.quartiles.unwrap().median > 2.3);
        let centre = mark.centre.unwrap();
        assert!((1.0..1.02).contains(&centre.value), "{centre:?}");
        // The mode has less than half of the rounds, so the bounds reach the median of all.
        let (low, high) = centre.bounds.unwrap();
        assert!(low < centre.value && high > 2.2, "{centre:?}");
        let best = runs.point_values("elapsed").unwrap()[0].summary.unwrap();
        assert_eq!(
            (centre.value, centre.bounds),
            (best.centre, best.lower.zip(best.upper))
        );
        assert!(
            chart
                .spread
                .as_deref()
                .unwrap()
                .contains("median of all rounds")
        );
        assert!(
            chart
                .spread
                .as_deref()
                .unwrap()
                .contains("the centre of the rounds")
        );
    }
}
