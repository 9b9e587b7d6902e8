//! A chart as plotly's traces and layout.

mod hover;
mod layout;
mod places;
mod traces;

use bencher_core::dataset::Dataset;
use serde_json::{Value as Json, json};

use crate::chart::Chart;
use crate::render::Look;
pub(super) use crate::render::ROOM;

use super::tabs::{Tab, tabs};
use super::text::plotly;

pub(super) use traces::is_thinned;

/// The data with which the page's script draws a chart: a figure for every tab, and none for HTML parts.
pub(super) fn figures(chart: &Chart, dataset: Option<&Dataset>, look: &Look) -> Vec<Json> {
    if !chart.has_axes() {
        return Vec::new();
    }
    let tabs = tabs(chart, look.layout);
    let figure = |tab: &Tab| {
        let places = dataset.map(|dataset| places::places(&tab.chart, dataset));
        let chart = tab.chart.displayed(true);
        let traces = traces::traces(&chart);
        let layout = layout::layout(&chart, look, tabs.len() > 1);
        let width = width(&chart, look);
        json!({
            "data": traces,
            "layout": layout,
            "label": plotly(&tab.label, 100),
            "width": width,
            "places": places,
        })
    };
    tabs.iter().map(figure).collect()
}

/// The ranges of the value axis in both of its scales, and the unit of its ticks; nothing where it has only one.
pub(super) fn scales(chart: &Chart) -> Json {
    let shown = chart.displayed(true);
    let Some(other) = shown.rescaled() else {
        return Json::Null;
    };
    let range = |chart: &Chart| {
        let place = |y: f64| if chart.y.is_log() { y.log10() } else { y };
        let (low, high) = chart.value_range()?;
        Some([place(low), place(high)])
    };
    let (log, linear) = if shown.y.is_log() {
        (range(&shown), range(&other))
    } else {
        (range(&other), range(&shown))
    };
    let units = shown.y.tick_units.as_str();
    let space = if units.chars().count() > 1 { " " } else { "" };
    json!({
        "other": if shown.y.is_log() { "linear" } else { "log" },
        "log": log,
        "linear": linear,
        "suffix": plotly(&format!("{space}{units}"), 40)
    })
}

/// The width in pixels that a figure has where the screen is wide enough.
pub(super) fn width(chart: &Chart, look: &Look) -> f64 {
    look.panel(chart.columns, ROOM).0 * chart.columns.max(1) as f64
}
