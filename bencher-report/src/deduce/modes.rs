//! The histograms of points whose repeats have several modes.

use bencher_core::dataset::{Dataset, Dim, DimRole, Variable};
use bencher_core::stats;
use bencher_core::value::Value;

use crate::chart::{Chart, ChartKind, Marks};

use super::build;
use super::shape::Shape;

/// Cells of a result that is no time up to which its modes are drawn: they need a copy of all cells.
const CELLS: usize = 200_000;
/// The most points of a result that are drawn: those with the smallest share in the lowest mode.
const MOST: usize = 4;

/// A histogram of the repeats of each point where they have several modes, the worst first.
///
/// Without an input that varies, and over time, there is none: the first is a histogram anyway.
pub(super) fn charts(dataset: &Dataset, variable: &Variable) -> Vec<Chart> {
    let dims = dataset.dims();
    let has = |role| dims.iter().any(|dim| dim.role == role);
    let varies = dims
        .iter()
        .any(|dim| dim.role == DimRole::Input && dim.len() > 1);
    let is_large = !variable.info.timed && dataset.len() > CELLS;
    if is_large
        || !variable.info.kind.is_numeric()
        || !varies
        || has(DimRole::Time)
        || !has(DimRole::Repeat)
    {
        return Vec::new();
    }
    let mut found = points(dataset, variable);
    found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    found.truncate(MOST);
    found
        .into_iter()
        .filter_map(|(share, inputs)| chart(dataset, variable, share, &inputs))
        .collect()
}

/// The points with several modes: the share of the repeats in the lowest one, and the inputs.
fn points<'d>(dataset: &'d Dataset, variable: &Variable) -> Vec<(f64, Vec<(&'d str, &'d Value)>)> {
    let inputs: Vec<&Dim> = of_role(dataset, DimRole::Input).collect();
    let names: Vec<&str> = inputs.iter().map(|dim| dim.name.as_str()).collect();
    // Inputs first, so that the repeats of a point stand side by side.
    let Ok(turned) = dataset.transpose(&names) else {
        return Vec::new();
    };
    let Ok(variable) = turned.variable(&variable.info.name) else {
        return Vec::new();
    };
    let count: usize = inputs.iter().map(|dim| dim.len()).product();
    let repeats = turned.len().checked_div(count).unwrap_or(0);
    let of_point = |point: usize| {
        let cells: Vec<usize> = (point * repeats..(point + 1) * repeats).collect();
        let mode = if variable.info.timed {
            turned.point_time(variable, &cells).mode
        } else {
            stats::separate_modes(&numbers(variable, &cells))
        }?;
        let mut rest = point;
        let mut at: Vec<(&str, &Value)> = Vec::with_capacity(inputs.len());
        for dim in inputs.iter().rev() {
            at.push((&dim.name, dim.values.get(rest % dim.len().max(1))?));
            rest /= dim.len().max(1);
        }
        at.reverse();
        Some((mode.share(), at))
    };
    (0..count).filter_map(of_point).collect()
}

/// The numbers of some cells.
fn numbers(variable: &Variable, cells: &[usize]) -> Vec<f64> {
    let numbers = cells.iter().filter_map(|cell| variable.number(*cell));
    numbers.filter(|x| x.is_finite()).collect()
}

fn of_role(dataset: &Dataset, role: DimRole) -> impl Iterator<Item = &Dim> {
    dataset.dims().iter().filter(move |dim| dim.role == role)
}

/// Even bins, enough to show a mode that is narrow compared with the distance of two modes.
fn even_bins(times: &[f64]) -> Option<(Vec<f64>, Vec<u64>)> {
    const BINS: usize = 40;
    let (low, high) = (stats::min(times)?, stats::max(times)?);
    let width = (high - low) / BINS as f64;
    let edge = |n: usize| low + width * n as f64;
    let edges: Vec<f64> = (0..=BINS).map(edge).collect();
    let mut counts = vec![0; BINS];
    for time in times {
        let above = edges.partition_point(|edge| edge <= time);
        if let Some(count) = counts.get_mut(above.clamp(1, BINS) - 1) {
            *count += 1;
        }
    }
    (width > 0.0).then_some((edges, counts))
}

fn chart(
    dataset: &Dataset,
    variable: &Variable,
    share: f64,
    inputs: &[(&str, &Value)],
) -> Option<Chart> {
    let mut point = dataset.clone();
    for (name, value) in inputs {
        point = point.select(name, (*value).clone()).ok()?;
    }
    let variable = point.variable(&variable.info.name).ok()?;
    let form = Shape::of(&point, variable);
    let mut chart = build::charts(ChartKind::Histogram, &form)
        .into_iter()
        .next()?;
    let at: Vec<String> = inputs
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    chart.title = format!("{} at {}", variable.info.name, at.join(", "));
    chart.alt = format!("Histogram of the repeats of {}", chart.title);
    "modes".clone_into(&mut chart.id);
    // A mean between the modes is meaningless, and bins as wide as a mode hide it.
    chart.notes.retain(|note| !note.starts_with("Mean"));
    let cells: Vec<usize> = (0..point.len()).collect();
    let values: Vec<f64> = if variable.info.timed {
        let rounds = point.point_time(variable, &cells).rounds;
        rounds.iter().filter_map(|round| round.seconds()).collect()
    } else {
        numbers(variable, &cells)
    };
    for panel in &mut chart.panels {
        if let Marks::Histogram(histogram) = &mut panel.marks {
            (histogram.edges, histogram.counts) = even_bins(&values)?;
            let most = histogram.counts.iter().max().copied().unwrap_or(0);
            chart.y.range = Some((0.0, most as f64));
        }
    }
    let (noun, meaning) = if variable.info.timed {
        ("rounds", "which the other charts show")
    } else {
        ("repeats", "and their mean lies between the modes")
    };
    chart.notes.push(format!(
        "The {noun} have several modes: {:.0} % of them are in the lowest mode, {meaning}.",
        share * 100.0
    ));
    Some(chart)
}

#[cfg(test)]
mod tests {
    use bencher_core::dataset::{CellState, VariableInfo};
    use bencher_core::value::Kind;

    use super::*;

    /// Twelve rounds of two lengths; four of the second take three times as long.
    #[test]
    fn points_with_several_modes_have_a_histogram() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        let elapsed = VariableInfo {
            timed: true,
            units: "s".to_owned(),
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let mut runs = Dataset::new("Runs", vec![len, Dim::repeats(12)], vec![elapsed]).unwrap();
        for flat in 0..24 {
            let is_slow = flat >= 12 && flat % 3 == 0;
            let time = (1.0 + 0.001 * f64::from(flat)) * if is_slow { 3.0 } else { 1.0 };
            let times = runs.variable_mut(0).unwrap();
            let flat = usize::try_from(flat).unwrap();
            times
                .record(flat, &Value::Float(time), CellState::Measured)
                .unwrap();
        }
        let found = charts(&runs, runs.variable("elapsed").unwrap());
        let [chart] = found.as_slice() else {
            panic!("{} charts", found.len());
        };
        assert_eq!(chart.title, "elapsed at len = 20");
        let Marks::Histogram(bins) = &chart.panels[0].marks else {
            panic!("{chart:?}");
        };
        assert_eq!(bins.counts.iter().sum::<u64>(), 12);
        let filled = bins.counts.iter().filter(|count| **count > 0);
        assert_eq!(filled.copied().collect::<Vec<u64>>(), [8, 4], "{bins:?}");
        assert!(chart.notes.iter().any(|note| note.contains("67 % of them")));
        let all: Vec<String> = crate::deduce::deduce(&runs)
            .into_iter()
            .map(|chart| chart.id)
            .collect();
        assert!(
            all.iter().any(|id| id == "elapsed-modes-histogram"),
            "{all:?}"
        );
    }
}
