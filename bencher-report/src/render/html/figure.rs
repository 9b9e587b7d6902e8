//! A chart as plotly's traces and layout.

mod field;
mod hover;
mod layout;
mod parallel;
pub(super) mod places;
mod traces;

use bencher_core::dataset::Dataset;
use serde_json::{Value as Json, json};

use crate::chart::text::clip;
use crate::chart::{Axis, Chart, ChartKind, Marks};
use crate::render::Look;
pub(super) use crate::render::ROOM;

use super::tabs::{Tab, tabs};
use super::text::plotly;

/// Room for one of several parallel axes, in pixels.
const AXIS: f64 = 150.0;

/// The data with which the page's script draws a chart: a figure for every tab, and none for HTML parts.
pub(super) fn figures(chart: &Chart, dataset: Option<&Dataset>, look: &Look) -> Vec<Json> {
    if !chart.has_axes() {
        return Vec::new();
    }
    let tabs = tabs(chart, look.layout);
    let figure = |tab: &Tab| {
        let drawn = tab.chart.thinned();
        // A volume and its flat form have different axes.
        let clicked = dataset.filter(|_| tab.chart.depth.is_none());
        let places = clicked.map(|dataset| places::places(&drawn, dataset));
        let whole = drawn.displayed(true);
        let flat = whole.sliced();
        let chart = flat.as_ref().unwrap_or(&whole);
        let traces = traces::traces(chart);
        let mut layout = layout::layout(chart, look, tabs.len() > 1);
        parallel::dress(chart, &mut layout);
        let width = width(chart, look);
        if let Some((data, mut scenes)) = field::in_space(&whole, &layout) {
            // The flat form may have more rows of panels.
            let rows = whole.panels.len().div_ceil(whole.columns.max(1)).max(1);
            let height = look.panel(whole.columns, ROOM).1 * rows as f64;
            scenes["height"] = json!(height);
            return json!({
                "data": data, "layout": scenes, "label": plotly(&tab.label, 100), "width": width,
                "places": places, "flat": { "data": traces, "layout": layout }
            });
        }
        let mut figure = json!({
            "data": traces,
            "layout": layout,
            "label": plotly(&tab.label, 100),
            "width": width,
            "places": places,
        });
        if let Some(axes) = brushed(chart) {
            figure["brush"] = axes;
        }
        figure
    };
    tabs.iter().map(figure).collect()
}

/// The parallel axes on which a reader can select, each with the stretches that a list offers.
fn brushed(chart: &Chart) -> Option<Json> {
    let parallel = chart.panels.iter().find_map(|panel| match &panel.marks {
        Marks::Parallel(parallel) => Some(parallel),
        _ => None,
    })?;
    let axis = |(n, axis): (usize, &Axis)| {
        let stretches = parallel.stretches(n).into_iter();
        let stretches: Vec<_> = stretches
            .map(|(name, (low, high))| (clip(&name, 40), low, high))
            .collect();
        json!({ "name": clip(&axis.name, 40), "stretches": stretches })
    };
    Some(parallel.axes.iter().enumerate().map(axis).collect())
}

/// The ranges of the value axis in both of its scales, and the unit of its ticks; nothing where it has only one.
pub(super) fn scales(chart: &Chart) -> Json {
    if !chart.has_scales() {
        return Json::Null;
    }
    let shown = chart.thinned().displayed(true);
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
    if chart.kind == ChartKind::Parallel {
        // An axis beside the other needs room for the names between them.
        let axes = chart.x.level_names().len() as f64;
        return look.width.max((axes * AXIS).min(ROOM));
    }
    look.panel(chart.columns, ROOM).0 * chart.columns.max(1) as f64
}
