//! A chart as plotly's traces and layout.

mod hover;
mod layout;
mod traces;

use serde_json::{Value as Json, json};

use crate::chart::Chart;

pub(super) use traces::is_thinned;

/// What the page's script needs to draw a chart; `None` for what is HTML.
pub(super) fn figure(chart: &Chart) -> Option<Json> {
    if !chart.has_axes() {
        return None;
    }
    let chart = chart.displayed(true);
    let traces = traces::traces(&chart);
    let layout = layout::layout(&chart);
    Some(json!({ "data": traces, "layout": layout }))
}
