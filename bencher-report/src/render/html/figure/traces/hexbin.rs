use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::chart::{Axis, Hexagon, Hexbin};
use crate::render::palette;

use super::super::hover;
use super::{Frame, GapLegend, Mark};

/// Colours of a panel: plotly has a trace for each.
const COLORS: usize = 32;

impl Frame<'_> {
    /// Hexagons in the colour of their count, and a point without a face in the middle of each, which bears its text.
    pub(super) fn hexbin(&self, hexbin: &Hexbin, traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        let Some(color) = &self.chart.color else {
            return;
        };
        let scale = Axis {
            range: color.ends(),
            ..color.clone()
        };
        let mut by_color: BTreeMap<usize, Vec<&Hexagon>> = BTreeMap::new();
        for cell in &hexbin.cells {
            let step = step(scale.share(cell.count as f64));
            by_color.entry(step).or_default().push(cell);
        }
        for (step, cells) in by_color {
            let fill = palette::viridis(step as f64 / (COLORS - 1) as f64);
            let (mut x, mut y): (Vec<Option<f64>>, Vec<Option<f64>>) = (Vec::new(), Vec::new());
            for cell in cells {
                let corners = hexbin.corners(cell);
                let closed = corners.into_iter().chain(corners.first().copied());
                for (across, up) in closed {
                    x.push(Some(across));
                    y.push(Some(up));
                }
                // A gap ends the outline of each.
                x.push(None);
                y.push(None);
            }
            let trace = json!({
                "type": "scatter",
                "mode": "lines",
                "fill": "toself",
                "fillcolor": fill,
                "line": { "width": 0.7, "color": fill },
                "x": x,
                "y": y,
                "hoverinfo": "skip",
                "showlegend": false
            });
            traces.push(self.axes(trace, false));
        }
        let cells = || hexbin.cells.iter();
        let count = |cell: &Hexagon| {
            let count = cell.count as f64;
            if color.is_log() { count.log10() } else { count }
        };
        let text = |cell: &Hexagon| hover::hexagon(self.chart, cell);
        let rows = hexbin.first_rows.iter().zip(cells());
        let rows: Vec<Json> = rows
            .map(|(rows, cell)| self.rows(cell.count, rows))
            .collect();
        let middles = json!({
            "type": "scatter",
            "mode": "markers",
            "x": cells().map(|cell| cell.x).collect::<Vec<_>>(),
            "y": cells().map(|cell| cell.y).collect::<Vec<_>>(),
            "text": cells().map(text).collect::<Vec<_>>(),
            "customdata": rows,
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": false,
            "marker": {
                "size": 12,
                "opacity": 0,
                "color": cells().map(count).collect::<Vec<_>>(),
                "coloraxis": "coloraxis"
            }
        });
        traces.push(self.axes(middles, false));
        let middle = self
            .chart
            .x
            .range
            .map(|(low, high)| f64::midpoint(low, high));
        let absent = hexbin.gap.iter().map(|gap| Mark {
            series: 0,
            number: 0,
            x: middle.unwrap_or(0.5),
            row: None,
            kind: gap.kind,
            text: hover::gap(gap),
        });
        self.strip(&absent.collect::<Vec<Mark>>(), traces, gaps);
    }
}

/// The nearest colour of a share of the scale.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count"
)]
fn step(share: f64) -> usize {
    (share.clamp(0.0, 1.0) * (COLORS - 1) as f64).round() as usize
}
