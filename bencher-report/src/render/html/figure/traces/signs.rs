use serde_json::{Value as Json, json};

use crate::chart::{Chart, PointSign, Series};

use super::Frame;

impl Frame<'_> {
    /// Marks around the points of lines that have a sign.
    pub(super) fn signs(&self, series: &[Series], traces: &mut Vec<Json>) {
        for sign in self.chart.signs() {
            let signed = || series.iter().flat_map(|one| one.signed(sign));
            if signed().next().is_some() {
                let trace = json!({
                    "type": "scatter",
                    "mode": "markers",
                    "x": signed().map(|point| self.at(point.x)).collect::<Vec<_>>(),
                    "y": signed().map(|point| point.y).collect::<Vec<_>>(),
                    "legendgroup": sign.name(),
                    "showlegend": false,
                    "hoverinfo": "skip",
                    "marker": sign_marker(sign)
                });
                traces.push(self.axes(trace, false));
            }
        }
    }
}

/// A trace without points for each sign, which the legend names.
pub(super) fn legend(chart: &Chart) -> impl Iterator<Item = Json> {
    chart.signs().into_iter().map(|sign| {
        json!({
            "type": "scatter",
            "mode": "markers",
            "x": [null],
            "y": [null],
            "name": sign.name(),
            "legendgroup": sign.name(),
            "marker": sign_marker(sign),
            "showlegend": true
        })
    })
}

/// The mark around a point that has a sign.
fn sign_marker(sign: PointSign) -> Json {
    let symbol = match sign {
        PointSign::Plain | PointSign::Front => "circle-open",
        PointSign::MaybeFront => "square-open",
        PointSign::SeveralModes => "diamond-open",
    };
    json!({ "symbol": symbol, "size": 13, "color": "#8c8c8c", "line": { "width": 2, "color": "#8c8c8c" } })
}
