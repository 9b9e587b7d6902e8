use serde_json::{Value as Json, json};

use crate::chart::{BoxMark, BoxSeries, Centre, ChartKind, GapKind};
use crate::render::palette;

use super::super::hover;
use super::{Frame, GapLegend, Mark, beside, error_reach, legend_names, tint_of};

/// Half the width of a violin, where the distance of two levels is 1.
const VIOLIN: f64 = 0.38;

/// The symbol of a centre.
pub(super) const CENTRE: &str = "diamond";

impl Frame<'_> {
    /// Boxes with whiskers, the values beyond them, and signs where there is no box.
    pub(super) fn boxes(&self, series: &[BoxSeries], traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        let mut absent = Vec::new();
        let names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
        let names = legend_names(&names);
        for (n, one) in series.iter().enumerate() {
            let color = palette::fill(n);
            let drawn: Vec<_> = one
                .boxes
                .iter()
                .filter_map(|mark| Some((mark, mark.quartiles?)))
                .collect();
            let is_violin = self.chart.kind == ChartKind::Violin;
            if is_violin {
                traces.extend(drawn.iter().filter_map(|(mark, _)| self.violin(n, mark)));
            }
            let column = |value: fn(&crate::chart::Quartiles) -> f64| -> Vec<f64> {
                drawn.iter().map(|(_, q)| value(q)).collect()
            };
            let mut trace = json!({
                "type": "box",
                "x": drawn.iter().map(|(mark, _)| mark.x).collect::<Vec<_>>(),
                "q1": column(|q| q.q1),
                "median": column(|q| q.median),
                "q3": column(|q| q.q3),
                "lowerfence": column(|q| q.low),
                "upperfence": column(|q| q.high),
                "name": names.get(n),
                "legendgroup": n.to_string(),
                "offsetgroup": n.to_string(),
                "showlegend": self.panel == 0 && self.chart.legend.is_some(),
                "line": { "color": color, "width": 1.5 },
                "fillcolor": tint_of(&color, 0.35),
                "hoverinfo": "skip"
            });
            if is_violin && let Some(map) = trace.as_object_mut() {
                map.insert("width".to_owned(), json!(0.08));
            }
            traces.push(self.axes(trace, false));
            let offset = beside(n, series.len(), 0.7);
            // Boxes of plotly name their five numbers one by one; one text says it all.
            let mut x: Vec<f64> = drawn.iter().map(|(mark, _)| mark.x + offset).collect();
            let mut y = column(|q| q.median);
            let mut texts: Vec<String> = drawn
                .iter()
                .map(|(mark, _)| hover::boxed(self.chart, &one.name, mark))
                .collect();
            let mut sizes = vec![0; x.len()];
            for (mark, _) in &drawn {
                for outlier in &mark.outliers {
                    x.push(mark.x + offset);
                    y.push(*outlier);
                    texts.push(self.chart.y.value(*outlier));
                    sizes.push(5);
                }
            }
            let points = json!({
                "type": "scatter",
                "mode": "markers",
                "x": x,
                "y": y,
                "text": texts,
                "hovertemplate": "%{text}<extra></extra>",
                "marker": { "color": color, "size": sizes, "opacity": 0.8, "line": { "width": 0 } },
                "legendgroup": n.to_string(),
                "showlegend": false
            });
            traces.push(self.axes(points, false));
            let centres = drawn
                .iter()
                .filter_map(|(mark, _)| Some((mark.x + offset, mark.centre?)));
            traces.extend(self.centres(centres.collect(), n));
            absent.extend(
                one.boxes
                    .iter()
                    .enumerate()
                    .filter(|(_, mark)| mark.quartiles.is_none())
                    .map(|(at, mark)| Mark {
                        series: n,
                        number: at,
                        x: mark.x + offset,
                        row: None,
                        kind: mark.gap.as_ref().map_or(GapKind::Missing, |gap| gap.kind),
                        text: hover::boxed(self.chart, &one.name, mark),
                    }),
            );
        }
        self.strip(&absent, traces, gaps);
    }

    /// A diamond with its bounds at each centre. The point of the median bears the text.
    fn centres(&self, centres: Vec<(f64, Centre)>, n: usize) -> Option<Json> {
        if centres.is_empty() {
            return None;
        }
        let reach = |side: fn(f64, (f64, f64)) -> f64| -> Vec<Json> {
            let reach = |(_, one): &(f64, Centre)| one.bounds.map(|at| side(one.value, at));
            centres
                .iter()
                .map(|centre| error_reach(reach(centre)))
                .collect()
        };
        let trace = json!({
            "type": "scatter",
            "mode": "markers",
            "x": centres.iter().map(|(x, _)| *x).collect::<Vec<_>>(),
            "y": centres.iter().map(|(_, one)| one.value).collect::<Vec<_>>(),
            "error_y": {
                "type": "data",
                "symmetric": false,
                "array": reach(|value, (_, high)| high - value),
                "arrayminus": reach(|value, (low, _)| value - low),
                "thickness": 1.5,
                "width": 3
            },
            "hoverinfo": "skip",
            "marker": {
                "symbol": CENTRE,
                "size": 8,
                "color": palette::CENTRE,
                "line": { "width": 1, "color": palette::CENTRE_EDGE }
            },
            "legendgroup": n.to_string(),
            "showlegend": false
        });
        Some(self.axes(trace, false))
    }

    /// The outline of a violin, up its right side and down its left one.
    fn violin(&self, n: usize, mark: &BoxMark) -> Option<Json> {
        let right = mark
            .outline
            .iter()
            .map(|(y, share)| (mark.x + share * VIOLIN, *y));
        let left = mark
            .outline
            .iter()
            .map(|(y, share)| (mark.x - share * VIOLIN, *y));
        let (x, y): (Vec<f64>, Vec<f64>) = right.chain(left.rev()).unzip();
        if x.is_empty() {
            return None;
        }
        let color = palette::fill(n);
        let trace = json!({
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "fill": "toself",
            "fillcolor": tint_of(&color, 0.25),
            "line": { "width": 1, "color": color },
            "showlegend": false,
            "hoverinfo": "skip"
        });
        Some(self.axes(trace, false))
    }
}
