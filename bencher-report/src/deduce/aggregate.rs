//! A view of a sweep over fewer inputs: a statistic over the others.

use std::collections::HashSet;

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{
    Aggregate, Aggregation, Dataset, DatasetError, Dim, DimRole, Statistic, Variable,
};

use crate::chart::{Chart, text};

use super::{build, of_result, unique};

/// The charts of each result that is a number, by the rules for the shape that is left.
pub(super) fn charts(
    ids: &mut HashSet<String>,
    dataset: &Dataset,
    plots: PlotSelection,
    view: &Aggregation,
) -> Result<Vec<Chart>, DatasetError> {
    let gone = inputs(dataset, &view.inputs)?;
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let mut charts = Vec::new();
    for variable in dataset.variables().iter().filter(|one| one.is_numeric()) {
        let part = Part::of(dataset, variable, view)?;
        let Some(shown) = part.aggregate.variables().first() else {
            continue;
        };
        for mut chart in of_result(&part.aggregate, shown, plots) {
            chart.id = unique(ids, &[&shown.info.name, &chart.id], &chart);
            build::log_note(&mut chart);
            chart.describe_bars();
            let notes = [scope(&gone, view.statistic), part.bounds(&chart)];
            let known = std::mem::take(&mut chart.notes);
            chart.notes = notes
                .into_iter()
                .chain(part.absent.clone())
                .chain(known)
                .collect();
            charts.push(chart);
        }
    }
    Ok(charts)
}

/// The inputs that a view leaves out.
fn inputs<'d>(dataset: &'d Dataset, which: &Aggregate) -> Result<Vec<&'d Dim>, DatasetError> {
    // Of a dataset without a result, the dimensions alone are aggregated.
    let dims = Dataset::new("", dataset.dims().to_vec(), Vec::new())?;
    let left = dims.aggregate(which, Statistic::Mean)?;
    let is_gone = |dim: &&Dim| dim.role == DimRole::Input && left.dim(&dim.name).is_err();
    Ok(dataset.dims().iter().filter(is_gone).collect())
}

/// One result over fewer inputs.
struct Part {
    aggregate: Dataset,
    /// Whether the values of points are centres of measured times.
    is_of_times: bool,
    /// Whether each repeat has its own value.
    is_repeated: bool,
    /// The note where values are of fewer points than others.
    absent: Option<String>,
}

impl Part {
    fn of(
        dataset: &Dataset,
        variable: &Variable,
        view: &Aggregation,
    ) -> Result<Self, DatasetError> {
        let is_of_times = dataset.is_centred(variable);
        // Rounds of different points have nothing in common, and points have different numbers of them.
        let points = if is_of_times {
            dataset.timings(&variable.info.name)?
        } else {
            only(dataset, variable)?
        };
        let mut aggregate = points.aggregate(&view.inputs, view.statistic)?;
        if let Some(first) = aggregate.variable_mut(0) {
            first.info.name = format!("{} of {}", view.statistic.name(), variable.info.name);
        }
        let mut repeats = aggregate
            .dims()
            .iter()
            .filter(|dim| dim.role == DimRole::Repeat);
        Ok(Self {
            is_repeated: repeats.any(|dim| dim.len() > 1),
            absent: absent(&points, &aggregate),
            aggregate,
            is_of_times,
        })
    }

    /// What the bounds of a chart are, or why there are none.
    fn bounds(&self, chart: &Chart) -> String {
        if self.is_repeated && chart.spread.is_some() {
            "Each repeat has its own value over these points; the spread is that of the repeats."
        } else if self.is_of_times {
            "Without bounds: those of single points are not bounds of this value."
        } else if self.is_repeated {
            "Each repeat has its own value over these points."
        } else {
            "Without bounds: each point has one sample."
        }
        .to_owned()
    }
}

/// A dataset with one of its results.
fn only(dataset: &Dataset, variable: &Variable) -> Result<Dataset, DatasetError> {
    let mut only = Dataset::new(dataset.name(), dataset.dims().to_vec(), Vec::new())?;
    only.insert(variable.clone())?;
    only.attributes.clone_from(&dataset.attributes);
    Ok(only)
}

/// Over which inputs and how many points a value is.
fn scope(gone: &[&Dim], statistic: Statistic) -> String {
    let points = gone.iter().map(|dim| dim.len()).product();
    let names: Vec<String> = gone
        .iter()
        .map(|dim| format!("{} ({})", dim.name, dim.len()))
        .collect();
    let what = match statistic {
        Statistic::Mean => "mean",
        Statistic::Sum => "sum",
        Statistic::Max => "largest value",
        Statistic::Min => "smallest value",
        Statistic::Median => "median",
    };
    format!(
        "Each value is the {what} over {} that differ in {}. It depends on the values chosen for these inputs, and is \
         no property of one point.",
        text::count(points, "point"),
        text::clip(&names.join(" and "), 200)
    )
}

/// How many values are of fewer points than others, which makes them differ for this reason alone.
fn absent(points: &Dataset, aggregate: &Dataset) -> Option<String> {
    let gone: Vec<&str> = points
        .dims()
        .iter()
        .map(|dim| dim.name.as_str())
        .filter(|name| aggregate.dim(name).is_err())
        .collect();
    let counts = points.count(&gone).ok()?;
    let counts = counts.variables().first()?;
    let of = gone.iter().filter_map(|name| points.dim(name).ok());
    let of: usize = of.map(Dim::len).product();
    let all = aggregate.len();
    let known = (0..all).filter_map(|flat| counts.number(flat));
    let fewer: Vec<f64> = known
        .filter(|count| *count > 0.0 && *count < of as f64)
        .collect();
    let fewest = fewer.iter().copied().reduce(f64::min)?;
    Some(format!(
        "{} of {} not of all {of} points, since some points have no value (fewest: {fewest}): they do not compare with \
         the others.",
        fewer.len(),
        if all == 1 {
            "1 value is".to_owned()
        } else {
            format!("{all} values are")
        },
    ))
}
