//! The histograms of points whose measured times have several modes.

use bencher_core::dataset::{Dataset, Dim, DimRole, Variable};
use bencher_core::value::Value;

use crate::chart::{Chart, ChartKind};

use super::build;
use super::shape::Shape;

/// The most points of a result that are drawn: those with the smallest share in the lowest mode.
const MOST: usize = 4;

/// A histogram of the rounds of each point where they have several modes, the worst first.
///
/// Without an input that varies, and over time, there is none: the first is a histogram anyway.
pub(super) fn charts(dataset: &Dataset, variable: &Variable) -> Vec<Chart> {
    let dims = dataset.dims();
    let has = |role| dims.iter().any(|dim| dim.role == role);
    let varies = dims
        .iter()
        .any(|dim| dim.role == DimRole::Input && dim.len() > 1);
    if !variable.info.timed || !varies || has(DimRole::Time) || !has(DimRole::Repeat) {
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

/// The points with several modes: the share of the rounds in the lowest one, and the inputs.
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
        let mode = turned.point_time(variable, &cells).mode?;
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

fn of_role(dataset: &Dataset, role: DimRole) -> impl Iterator<Item = &Dim> {
    dataset.dims().iter().filter(move |dim| dim.role == role)
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
    chart.alt = format!("Histogram of the rounds of {}", chart.title);
    "modes".clone_into(&mut chart.id);
    chart.notes.push(format!(
        "The rounds have several modes: {:.0} % of them are in the lowest, which other charts show.",
        share * 100.0
    ));
    Some(chart)
}
