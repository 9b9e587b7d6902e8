use serde_json::{Value as Json, json};

use crate::chart::{Chart, Dodge, PointSign, Series};

use super::Frame;

impl Frame<'_> {
    /// Marks around the points of lines that have a sign.
    pub(super) fn signs(&self, series: &[Series], dodge: &Dodge, traces: &mut Vec<Json>) {
        for sign in self.chart.signs() {
            let signed = || {
                let lines = series.iter().enumerate();
                lines.flat_map(|(n, one)| one.signed(sign).map(move |point| (n, point)))
            };
            if signed().next().is_some() {
                let trace = json!({
                    "type": "scatter",
                    "mode": "markers",
                    "x": signed().map(|(n, point)| self.at(dodge.x(n, point.x))).collect::<Vec<_>>(),
                    "y": signed().map(|(_, point)| point.y).collect::<Vec<_>>(),
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
    json!({ "symbol": symbol(sign), "size": 13, "color": "#8c8c8c", "line": { "width": 2, "color": "#8c8c8c" } })
}

/// The symbol of a sign: an outline around the point.
fn symbol(sign: PointSign) -> &'static str {
    match sign {
        PointSign::Plain | PointSign::Front => "circle-open-dot",
        PointSign::MaybeFront => "square-open-dot",
        PointSign::SeveralModes => "triangle-up-open-dot",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::chart::{GapKind, Rank, ScaleSide};

    #[test]
    fn each_sign_of_a_page_has_one_meaning() {
        let gaps = GapKind::ALL.map(super::super::gap_symbol);
        let signs = PointSign::ALL.map(symbol);
        let sides = ScaleSide::ALL.map(ScaleSide::arrow);
        let ranks = Rank::ALL.map(Rank::sign);
        let others = [super::super::RING, super::super::boxes::CENTRE, "circle"];
        let all: Vec<&str> = [&gaps[..], &signs, &sides, &ranks, &others].concat();
        let distinct: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
    }
}
