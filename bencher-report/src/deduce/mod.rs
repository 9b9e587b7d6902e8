//! The rules that choose a dataset's charts from its shape, with reasons.

mod aggregate;
mod apart;
mod build;
mod coordinates;
mod facets;
mod grid;
mod modes;
mod needs;
mod own;
#[cfg(feature = "html")]
mod points;
mod rules;
mod sample_table;
mod search;
mod shape;
mod tradeoff;

use std::collections::HashSet;

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{Aggregation, Dataset, DatasetError, Variable};
use bencher_core::record::SearchHistory;
use serde::Serialize;

use crate::chart::{Chart, ChartKind, text};
use crate::custom::SweepPlot;

#[cfg(feature = "html")]
pub(crate) use own::wants_own_plots;
#[cfg(feature = "html")]
pub(crate) use points::{Points, ResultPoints, points, samples};
use rules::rules;
use shape::Shape;
#[cfg(feature = "html")]
pub(crate) use tradeoff::labelled_points;

/// The decision about one kind of chart for one result, with the reason. See [`explain`] for an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The result variable.
    pub result: String,
    /// The kind of chart.
    pub kind: ChartKind,
    /// Whether it is drawn.
    pub chosen: bool,
    /// Why it is drawn, or the first rule that rejected it.
    pub reason: String,
}

/// The charts of a dataset, in the order of its variables.
///
/// Every result has the chart that suits its shape: a line over one numeric input, boxes over categories with repeats,
/// a heat map over two numeric inputs, and so on. Points of measured times whose rounds have several modes also have a
/// histogram.
///
/// ```
#[doc = include_str!("../example_dataset.md")]
/// use bencher_report::chart::ChartKind;
/// use bencher_report::deduce::deduce;
/// // One numeric input, one repeat.
/// let charts = deduce(&dataset);
/// assert_eq!(charts.len(), 1);
/// assert_eq!(charts[0].kind, ChartKind::Line);
/// assert_eq!(charts[0].title, "elapsed vs len");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn deduce(dataset: &Dataset) -> Vec<Chart> {
    deduce_plots(dataset, selection(dataset))
}

/// The charts of a dataset, of the kinds that a reader chose.
///
/// ```
#[doc = include_str!("../example_dataset.md")]
/// use bencher_core::bench::PlotSelection;
/// use bencher_report::chart::ChartKind;
/// use bencher_report::deduce::deduce_plots;
/// let charts = deduce_plots(&dataset, PlotSelection::of(["auto", "table"])?);
/// let kinds: Vec<ChartKind> = charts.iter().map(|chart| chart.kind).collect();
/// assert_eq!(kinds, [ChartKind::Line, ChartKind::Table]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn deduce_plots(dataset: &Dataset, plots: PlotSelection) -> Vec<Chart> {
    deduce_with(dataset, plots, &[])
}

/// The charts of a dataset, and then those of a program's own plots. See [`CustomPlot`](crate::CustomPlot) for an
/// example.
pub fn deduce_with(dataset: &Dataset, plots: PlotSelection, own: &[SweepPlot]) -> Vec<Chart> {
    deduce_into(&mut HashSet::new(), dataset, plots, own)
}

/// The charts of the view over fewer inputs that a dataset asks for, or `view` in its place; see
/// [`ReportOptions`](crate::ReportOptions). `ids` are those that other charts of the dataset have.
pub(crate) fn deduce_aggregate(
    ids: &mut HashSet<String>,
    dataset: &Dataset,
    plots: PlotSelection,
    view: Option<&Aggregation>,
) -> Result<Vec<Chart>, DatasetError> {
    let own = || Aggregation::of(dataset);
    match view.cloned().or_else(own) {
        Some(view) => aggregate::charts(ids, dataset, plots, &view),
        None => Ok(Vec::new()),
    }
}

/// As [`deduce_with`], with ids that none of `ids` is.
pub(crate) fn deduce_into(
    ids: &mut HashSet<String>,
    dataset: &Dataset,
    plots: PlotSelection,
    own: &[SweepPlot],
) -> Vec<Chart> {
    let mut charts = Vec::new();
    let with_modes = plots.has_auto() || plots.contains(ChartKind::Histogram.slug());
    for variable in dataset.variables() {
        let chosen = of_result(dataset, variable, plots);
        let modes = with_modes.then(|| modes::charts(dataset, variable));
        for mut chart in chosen.into_iter().chain(modes.into_iter().flatten()) {
            chart.id = unique(ids, &[&variable.info.name, &chart.id], &chart);
            build::log_note(&mut chart);
            chart.describe_bars();
            charts.push(chart);
        }
    }
    for mut chart in search::charts(dataset, plots) {
        chart.id = unique(ids, &[&chart.result, &chart.id], &chart);
        charts.push(chart);
    }
    if SearchHistory::of(dataset).is_some() {
        // What a search found comes before the points that it tried.
        charts.sort_by_key(|chart| match chart.kind {
            ChartKind::Pareto => 0,
            ChartKind::Search => 1,
            _ => 2,
        });
    }
    for plot in own {
        if let Ok(mut chart) = own::chart(plot, dataset, plots) {
            chart.id = unique(ids, &[&chart.id], &chart);
            charts.push(chart);
        }
    }
    charts
}

/// The charts of one result, by the shape of the sweep.
fn of_result(dataset: &Dataset, variable: &Variable, plots: PlotSelection) -> Vec<Chart> {
    let shape = Shape::of(dataset, variable);
    let chosen = rules(&shape)
        .iter()
        .filter(|rule| rule.rejection(&shape, plots).is_none());
    let chosen = chosen.flat_map(|rule| {
        let charts = build::charts(rule.kind, &shape).into_iter();
        charts.flat_map(|chart| apart::charts(chart, rule.kind, &shape))
    });
    chosen.collect()
}

/// The kinds of charts that the program or its user chose for a dataset.
pub fn selection(dataset: &Dataset) -> PlotSelection {
    let names = dataset.attributes.get(PlotSelection::ATTRIBUTE);
    // Names of a later version are none of this one.
    names
        .and_then(|names| PlotSelection::of(names.split(',')).ok())
        .unwrap_or_default()
}

/// Explains for every result why each possible kind of chart is drawn, or which rule rejected it first.
///
/// ```
#[doc = include_str!("../example_dataset.md")]
/// use bencher_report::chart::ChartKind;
/// use bencher_report::deduce::explain;
/// let explained = explain(&dataset);
/// let of = |kind| explained.iter().find(|one| one.kind == kind).ok_or("not explained");
/// assert!(of(ChartKind::Line)?.chosen);
/// assert!(!of(ChartKind::HeatMap)?.chosen);
/// assert!(!of(ChartKind::HeatMap)?.reason.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain(dataset: &Dataset) -> Vec<Explanation> {
    explain_plots(dataset, selection(dataset))
}

/// Explains as [`explain`] does, for the kinds that a reader chose.
pub fn explain_plots(dataset: &Dataset, plots: PlotSelection) -> Vec<Explanation> {
    explain_with(dataset, plots, &[])
}

/// Explains as [`explain`] does, and then why each of a program's own plots is drawn, or why it is not: its name stands
/// for the result. See [`CustomPlot`](crate::CustomPlot) for an example.
pub fn explain_with(
    dataset: &Dataset,
    plots: PlotSelection,
    own: &[SweepPlot],
) -> Vec<Explanation> {
    let explain_one = |variable| {
        let shape = Shape::of(dataset, variable);
        rules(&shape).iter().map(move |rule| {
            let rejection = rule.rejection(&shape, plots);
            Explanation {
                result: shape.variable.info.name.clone(),
                kind: rule.kind,
                chosen: rejection.is_none(),
                reason: rejection.unwrap_or_else(|| (rule.because)(&shape)),
            }
        })
    };
    let usual = dataset.variables().iter().flat_map(explain_one);
    let search = search::explain(dataset, plots);
    usual
        .chain(search)
        .chain(own::explain(own, dataset, plots))
        .collect()
}

/// A name for files and anchors that no other chart of the dataset has: the result, the column
/// of its tables that is drawn, and the kind of chart.
fn unique(taken: &mut HashSet<String>, names: &[&str], chart: &Chart) -> String {
    let names: Vec<String> = names.iter().map(|name| text::slug(name)).collect();
    let mut parts: Vec<&str> = names.iter().map(String::as_str).collect();
    parts.push(chart.kind.slug());
    parts.retain(|part| !part.is_empty());
    let stem = parts.join("-");
    let mut id = stem.clone();
    let mut next = 2;
    while !taken.insert(id.clone()) {
        id = format!("{stem}-{next}");
        next += 1;
    }
    id
}
