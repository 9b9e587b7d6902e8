//! The marks of a figure as plotly's traces.

mod boxes;
mod field;
mod heat_map;
mod hexbin;
mod signs;

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde_json::{Value as Json, json};

use crate::chart::{
    BandOf, Chart, GapKind, Histogram, Marks, Point, Series, TableRow, Ticks, labels, text,
};
use crate::render::palette;

use super::super::text::plotly;
use super::{hover, layout};

/// Marks up to which every one carries a hover text of its own.
const HOVER: usize = 20_000;
/// Points of a series up to which each has a marker.
const MARKERS: usize = 300;
/// Characters of a name in the legend.
const LEGEND: usize = 40;
/// The symbol of a point some of whose samples have no value.
const RING: &str = "circle-open";

/// Every trace of every panel.
pub(super) fn traces(chart: &Chart) -> Vec<Json> {
    let mut traces = Vec::new();
    let mut gaps = GapLegend::default();
    for (n, panel) in chart.panels.iter().enumerate() {
        let frame = Frame { chart, panel: n };
        match &panel.marks {
            Marks::Lines(series) => frame.lines(series, &mut traces, &mut gaps),
            Marks::Bars(series) => frame.bars(series, &mut traces, &mut gaps),
            Marks::Boxes(series) => frame.boxes(series, &mut traces, &mut gaps),
            Marks::HeatMap(map) => frame.heat_map(map, &mut traces, &mut gaps),
            Marks::Parallel(_) => traces.extend(super::parallel::traces(chart)),
            Marks::Field(field) => frame.field(field, &mut traces, &mut gaps),
            Marks::Hexbin(hexbin) => frame.hexbin(hexbin, &mut traces, &mut gaps),
            Marks::Histogram(histogram) => traces.push(frame.histogram(histogram)),
            Marks::Table(_) | Marks::Pane(_) => {}
        }
    }
    traces.extend(signs::legend(chart));
    if chart.has_rings() {
        traces.push(json!({
            "type": "scatter",
            "mode": "markers",
            "x": [null],
            "y": [null],
            "name": "some samples have no value",
            "marker": { "symbol": RING, "size": 8, "color": "#8c8c8c" },
            "showlegend": true
        }));
    }
    traces
}

/// The signs that the legend names already.
#[derive(Default)]
struct GapLegend(BTreeSet<&'static str>);

impl GapLegend {
    /// Whether a sign is not named yet; it is from now on.
    fn name_first(&mut self, sign: &'static str) -> bool {
        self.0.insert(sign)
    }
}

struct Frame<'a> {
    chart: &'a Chart,
    panel: usize,
}

impl Frame<'_> {
    fn axes(&self, mut trace: Json, gaps: bool) -> Json {
        if let Some(map) = trace.as_object_mut() {
            map.insert(
                "xaxis".to_owned(),
                json!(layout::name('x', self.panel, false)),
            );
            map.insert(
                "yaxis".to_owned(),
                json!(layout::name('y', self.panel, gaps)),
            );
        }
        trace
    }

    /// A horizontal coordinate as plotly takes it: a moment is text, a number would be shown in
    /// the reader's own time zone.
    fn at(&self, x: f64) -> Json {
        match self.chart.x.ticks {
            Ticks::Time => json!(text::moment(x).trim_end_matches('Z')),
            Ticks::Linear | Ticks::Log | Ticks::Levels(_) => json!(x),
        }
    }

    fn lines(&self, series: &[Series], traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        let names = legend_names(&self.chart.series_names(series));
        let order = self.chart.legend_order();
        let dodge = self.chart.dodge();
        for (n, one) in series.iter().enumerate() {
            let color = palette::color(self.chart.kind.color(n, series.len()));
            if !dodge.has_bars {
                for (bounds_of, opacity) in Point::BANDS.into_iter().zip([0.12, 0.2]) {
                    traces.extend(self.band(n, one, opacity, bounds_of));
                }
            }
            let points = &one.points;
            let kind = self.chart.kind;
            let has_line = kind.has_line(n, series.len());
            let has_markers = kind.has_markers(n, series.len());
            let marked = !has_line || (has_markers && one.points.len() <= MARKERS);
            let dash = ["solid", "dash", "dot"];
            let symbols: Vec<&str> = points
                .iter()
                .map(|point| if point.absent > 0 { RING } else { "circle" })
                .collect();
            let x = points.iter().map(|point| self.at(dodge.x(n, point.x)));
            let mut x: Vec<Json> = x.collect();
            let mut y: Vec<Option<f64>> = points.iter().map(|point| point.y).collect();
            if points.is_empty() {
                // The legend names no trace without a place.
                x.push(Json::Null);
                y.push(None);
            }
            let mut trace = json!({
                "type": "scatter",
                "mode": match (has_line, marked) {
                    (false, _) => "markers",
                    (true, true) => "lines+markers",
                    (true, false) => "lines",
                },
                "x": x,
                "y": y,
                "name": names.get(n),
                "legendgroup": n.to_string(),
                "showlegend": self.panel == 0 && self.chart.legend.is_some(),
                "line": { "color": color, "width": 2, "dash": dash.get(palette::round(n)) },
                "connectgaps": false,
                "hovertemplate": "%{text}<extra></extra>",
                "text": points
                    .iter()
                    .map(|point| hover::point(self.chart, &one.name, point))
                    .collect::<Vec<_>>()
            });
            if marked && let Some(map) = trace.as_object_mut() {
                let style = json!({ "size": 6, "color": color, "symbol": symbols });
                map.insert("marker".to_owned(), style);
            }
            let rank = order
                .as_ref()
                .and_then(|order| order.iter().position(|at| *at == n));
            if let Some((rank, map)) = rank.zip(trace.as_object_mut()) {
                map.insert("legendrank".to_owned(), json!(rank + 1));
            }
            if let Some((rows, map)) = rows_of(points).zip(trace.as_object_mut()) {
                map.insert("customdata".to_owned(), rows);
            }
            if dodge.has_bars
                && let Some(map) = trace.as_object_mut()
            {
                let mut bars = error_bars(points, |at| dodge.has_bar(n, at));
                bars["color"] = json!(color);
                map.insert("error_y".to_owned(), bars);
            }
            traces.push(self.axes(trace, false));
        }
        traces.extend(self.front_numbers());
        self.signs(series, &dodge, traces);
        let marks = series.iter().enumerate().flat_map(|(n, one)| {
            one.points
                .iter()
                .enumerate()
                .filter(|(_, point)| point.y.is_none())
                .map(move |(at, point)| ((n, at), point.x, one, point))
        });
        self.gap_strip(marks, traces, gaps);
    }

    /// The numbers of a front's points, by which a note names them.
    fn front_numbers(&self) -> Option<Json> {
        let points = self.chart.numbered_front();
        if points.is_empty() {
            return None;
        }
        let trace = json!({
            "type": "scatter",
            "mode": "markers+text",
            // The number stands clear of a sign around the point.
            "marker": { "size": 16, "color": "rgba(0,0,0,0)" },
            "x": points.iter().map(|point| self.at(point.x)).collect::<Vec<_>>(),
            "y": points.iter().map(|point| point.y).collect::<Vec<_>>(),
            "text": (1..=points.len()).map(|n| n.to_string()).collect::<Vec<_>>(),
            "textposition": "top right",
            "cliponaxis": false,
            "showlegend": false,
            "hoverinfo": "skip"
        });
        Some(self.axes(trace, false))
    }

    /// The band around a line: one outline for every run of points that have bounds.
    fn band(&self, n: usize, series: &Series, opacity: f64, bounds_of: BandOf) -> Option<Json> {
        let mut x: Vec<Option<Json>> = Vec::new();
        let mut y: Vec<Option<f64>> = Vec::new();
        for run in series.points.split(|point| bounds_of(point).is_none()) {
            let bounds = || {
                run.iter()
                    .filter_map(|point| Some((point.x, bounds_of(point)?)))
            };
            if run.is_empty() {
                continue;
            }
            x.extend(bounds().map(|(x, _)| Some(self.at(x))));
            x.extend(bounds().rev().map(|(x, _)| Some(self.at(x))));
            y.extend(bounds().map(|(_, (_, high))| Some(high)));
            y.extend(bounds().rev().map(|(_, (low, _))| Some(low)));
            x.push(None);
            y.push(None);
        }
        if x.is_empty() {
            return None;
        }
        let trace = json!({
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "fill": "toself",
            "fillcolor": tint(n, opacity),
            "line": { "width": 1, "color": tint(n, opacity + 0.15) },
            "legendgroup": n.to_string(),
            "showlegend": false,
            "hoverinfo": "skip"
        });
        Some(self.axes(trace, false))
    }

    fn bars(&self, series: &[Series], traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        let names = legend_names(&self.chart.series_names(series));
        for (n, one) in series.iter().enumerate() {
            let trace = json!({
                "type": "bar",
                "x": one.points.iter().map(|point| point.x).collect::<Vec<_>>(),
                "y": one.points.iter().map(|point| point.y).collect::<Vec<_>>(),
                "name": names.get(n),
                "legendgroup": n.to_string(),
                "offsetgroup": n.to_string(),
                "showlegend": self.panel == 0 && self.chart.legend.is_some(),
                "marker": { "color": palette::fill(n) },
                "error_y": error_bars(&one.points, |_| true),
                "hovertemplate": "%{hovertext}<extra></extra>",
                "textposition": "none",
                "hovertext": one
                    .points
                    .iter()
                    .map(|point| hover::point(self.chart, &one.name, point))
                    .collect::<Vec<_>>()
            });
            traces.push(self.axes(trace, false));
        }
        let marks = series.iter().enumerate().flat_map(|(n, one)| {
            one.points
                .iter()
                .enumerate()
                .filter(|(_, point)| point.y.is_none())
                .map(move |(at, point)| {
                    ((n, at), point.x + beside(n, series.len(), 0.8), one, point)
                })
        });
        self.gap_strip(marks, traces, gaps);
    }

    fn histogram(&self, histogram: &Histogram) -> Json {
        let bins = || histogram.edges.windows(2);
        let width = |pair: &[f64]| pair.iter().copied().reduce(|low, high| high - low);
        let middle = |pair: &[f64]| pair.iter().map(|x| x / 2.0).sum::<f64>();
        let texts: Vec<String> = bins()
            .zip(&histogram.counts)
            .map(|(edges, count)| {
                let edges: Vec<String> = edges.iter().map(|x| self.chart.x.value(*x)).collect();
                let samples = text::count(usize::try_from(*count).unwrap_or(usize::MAX), "sample");
                plotly(&format!("{}: {samples}", edges.join(" to ")), 120)
            })
            .collect();
        let rows = histogram.first_rows.iter().zip(&histogram.counts);
        let rows: Vec<Json> = rows.map(|(rows, count)| self.rows(*count, rows)).collect();
        let mut trace = json!({
            "type": "bar",
            "x": bins().map(middle).collect::<Vec<_>>(),
            "width": bins().map(width).collect::<Vec<_>>(),
            "y": histogram.counts,
            "hovertext": texts,
            "textposition": "none",
            "hovertemplate": "%{hovertext}<extra></extra>",
            "showlegend": false,
            "marker": { "color": palette::color(0), "line": { "width": 1, "color": "#ffffff" } }
        });
        if let Some(map) = trace.as_object_mut().filter(|_| !rows.is_empty()) {
            map.insert("customdata".to_owned(), Json::Array(rows));
        }
        self.axes(trace, false)
    }

    /// How many rows of tables a mark holds, and the first of them: repeat, number, and the cells that the axes show.
    fn rows(&self, count: u64, first: &[TableRow]) -> Json {
        let row = |row: &TableRow| {
            let x = json!(self.chart.x.value(row.x));
            let y = row.y.map(|y| json!(self.chart.y.value(y)));
            let cells = [json!(row.repeat), json!(row.number), x];
            cells.into_iter().chain(y).collect::<Json>()
        };
        json!([count, first.iter().map(row).collect::<Vec<_>>()])
    }

    fn gap_strip<'s>(
        &self,
        marks: impl Iterator<Item = ((usize, usize), f64, &'s Series, &'s Point)>,
        traces: &mut Vec<Json>,
        gaps: &mut GapLegend,
    ) {
        let marks: Vec<Mark> = marks
            .map(|((series, number), x, one, point)| Mark {
                series,
                number,
                x,
                row: point.row,
                kind: point.gap.as_ref().map_or(GapKind::Missing, |gap| gap.kind),
                text: hover::point(self.chart, &one.name, point),
            })
            .collect();
        self.strip(&marks, traces, gaps);
    }

    /// Absent values as symbols along the foot of the panel: by their place on the axis, in the
    /// colour of their series, and never at a value.
    fn strip(&self, marks: &[Mark], traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        for kind in GapKind::ALL {
            let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.kind == kind).collect();
            if marks.is_empty() {
                continue;
            }
            let color = |mark: &&Mark| palette::color(mark.series);
            let colors: Vec<&str> = marks.iter().map(color).collect();
            let height = |mark: &&Mark| 0.03 + 0.035 * mark.series as f64;
            let trace = json!({
                "type": "scatter",
                "mode": "markers",
                "x": marks.iter().map(|mark| self.at(mark.x)).collect::<Vec<_>>(),
                "y": marks.iter().map(height).collect::<Vec<_>>(),
                "text": marks.iter().map(|mark| mark.text.as_str()).collect::<Vec<_>>(),
                "customdata": marks.iter().map(|mark| mark.data()).collect::<Vec<_>>(),
                "hovertemplate": "%{text}<extra></extra>",
                "name": kind.name(),
                "legendgroup": kind.name(),
                "showlegend": gaps.name_first(kind.name()),
                "cliponaxis": false,
                "marker": {
                    "symbol": gap_symbol(kind),
                    "size": 8,
                    "color": colors,
                    "line": { "width": 1.5, "color": colors }
                }
            });
            traces.push(self.axes(trace, true));
        }
    }
}

/// The names of series, as the legend has them.
fn legend_names(names: &[&str]) -> Vec<String> {
    let names = labels(names, LEGEND);
    names.iter().map(|name| plotly(name, usize::MAX)).collect()
}

/// An absent value on the foot of a panel.
struct Mark {
    series: usize,
    /// The number of its point in the series.
    number: usize,
    x: f64,
    /// The row of a table that it is.
    row: Option<NonZeroU32>,
    kind: GapKind,
    text: String,
}

impl Mark {
    /// The numbers that the script of the page needs: the series, the point, and the row.
    fn data(&self) -> Vec<usize> {
        [self.series, self.number]
            .into_iter()
            .chain(self.row.map(|row| row.get() as usize))
            .collect()
    }
}

/// The rows of tables that points are; `None` where they are points of the sweep.
fn rows_of(points: &[Point]) -> Option<Json> {
    let any = points.iter().any(|point| point.row.is_some());
    any.then(|| {
        points
            .iter()
            .map(|point| point.row.map(NonZeroU32::get))
            .collect()
    })
}

/// The bounds of points as plotly's error bars, for those that have one.
fn error_bars(points: &[Point], has_bar: impl Fn(usize) -> bool) -> Json {
    let reach = |side: fn((f64, f64), f64) -> f64| -> Vec<Json> {
        let reach = |point: &Point| Some(side(point.bounds?, point.y?));
        let bars = points.iter().enumerate();
        bars.map(|(at, point)| error_reach(reach(point).filter(|_| has_bar(at))))
            .collect()
    };
    json!({
        "visible": points.iter().any(|point| point.bounds.is_some()),
        "type": "data",
        "symmetric": false,
        "array": reach(|(_, high), y| high - y),
        "arrayminus": reach(|(low, _), y| y - low),
        "thickness": 1.5,
        "width": 4
    })
}

/// How far an error bar reaches. plotly takes nothing for 0, and a bar of no length would look like a value that is sure; a
/// text is no number to it, and no bar.
fn error_reach(reach: Option<f64>) -> Json {
    reach.map_or_else(|| json!("unknown"), |reach| json!(reach))
}

/// A series' colour, seen through.
fn tint(series: usize, opacity: f64) -> String {
    tint_of(palette::color(series), opacity)
}

fn tint_of(color: &str, opacity: f64) -> String {
    let (red, green, blue) = palette::rgb(color);
    format!("rgba({red},{green},{blue},{opacity})")
}

/// The symbol of an absence, by plotly's names.
pub(super) fn gap_symbol(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Failed => "x",
        GapKind::TimedOut => "hourglass",
        GapKind::Skipped => "line-ew",
        GapKind::Pending => "pentagon-open",
        GapKind::Missing => "hexagon-open",
        GapKind::BelowResolution => "triangle-down-open",
        GapKind::NotFinite => "asterisk",
    }
}

/// How far the n-th of `count` marks side by side stands from the middle of a slot that is
/// filled to `share`.
fn beside(n: usize, count: usize, share: f64) -> f64 {
    ((n as f64 + 0.5) / count.max(1) as f64 - 0.5) * share
}
