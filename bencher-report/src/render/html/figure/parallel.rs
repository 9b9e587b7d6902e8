//! Parallel coordinates as plotly's lines.
//!
//! plotly has parallel coordinates of its own. They generate code in the browser, which the page's policy forbids, and
//! need WebGL. Here they are usual lines: they are drawn everywhere, and a script of the page's own selects among them.

use serde_json::{Value as Json, json};

use crate::chart::{Axis, Chart, GapKind, Marks, Parallel, ParallelRow};
use crate::render::palette;

use super::super::text::plotly;

/// Colours of lines; lines of one colour are one trace.
const COLORS: usize = 16;
/// Lines from which on each is thin.
const MANY: usize = 600;
/// Where signs of absent values stand, below the foot of the axes.
const FOOT: f64 = -0.06;

/// A row, and its places on the axes.
type Line<'r> = (&'r ParallelRow, &'r Vec<f64>);

/// The traces: lines that the reader left out, lines by colour, signs of absent values, and a marker for each value.
pub(super) fn traces(chart: &Chart) -> Vec<Json> {
    let Some(parallel) = parallel(chart) else {
        return Vec::new();
    };
    let mut traces = vec![json!({
        "type": "scatter",
        "mode": "lines",
        "x": [null],
        "y": [null],
        "line": { "width": 1, "color": "rgba(140,140,140,0.18)" },
        "hoverinfo": "skip",
        "showlegend": false,
        "meta": { "rest": true }
    })];
    let places = parallel.places();
    let all: Vec<Line> = parallel.rows.iter().zip(&places).collect();
    let color = chart.color.as_ref();
    let shade = |row: &ParallelRow| {
        let share = row.value.zip(color).map(|(x, axis)| scale_share(axis, x));
        share.unwrap_or(0.5)
    };
    let bin = |row: &ParallelRow| nearest(shade(row) * (COLORS - 1) as f64).min(COLORS - 1);
    let width = if all.len() > MANY { 0.7 } else { 1.2 };
    let mut order: Vec<usize> = (0..COLORS).collect();
    // The least and the greatest values lie on top.
    order.sort_by_key(|bin| (2 * bin).abs_diff(COLORS - 1));
    for n in order {
        let of_bin = |line: &&Line| line.0.value.is_some() && bin(line.0) == n;
        let rows: Vec<Line> = all.iter().filter(of_bin).copied().collect();
        if !rows.is_empty() {
            let color = palette::line(n as f64 / (COLORS - 1) as f64);
            traces.push(lines(&rows, &json!({ "width": width, "color": color })));
        }
    }
    let is_absent = |line: &&Line| line.0.value.is_none();
    let absent: Vec<Line> = all.iter().filter(is_absent).copied().collect();
    if !absent.is_empty() {
        traces.push(lines(
            &absent,
            &json!({ "width": 1, "color": "#8c8c8c", "dash": "dot" }),
        ));
    }
    traces.extend(signs(parallel));
    let is_known = |line: &&Line| line.0.value.is_some();
    let known: Vec<Line> = all.iter().filter(is_known).copied().collect();
    traces.push(markers(chart, parallel, &known));
    traces
}

/// What the axes need besides usual ones: lines upright, ticks beside them, and a selection instead of a zoom.
pub(super) fn dress(chart: &Chart, layout: &mut Json) {
    let (Some(parallel), Some(fields)) = (parallel(chart), layout.as_object_mut()) else {
        return;
    };
    let mut shapes = Vec::new();
    let mut labels = Vec::new();
    for n in 0..parallel.axes.len() {
        shapes.push(json!({
            "type": "line", "x0": n, "x1": n, "y0": 0, "y1": 1, "layer": "above",
            "line": { "width": 1.5, "color": "#8c8c8c" }
        }));
        for (at, name) in parallel.ticks(n) {
            labels.push(json!({
                "x": n, "y": at, "text": plotly(&name, 24), "showarrow": false,
                "xanchor": "right", "xshift": -4, "font": { "size": 11 }, "borderpad": 1, "name": "tick"
            }));
        }
    }
    fields.insert("shapes".to_owned(), Json::Array(shapes));
    fields.insert("annotations".to_owned(), Json::Array(labels));
    fields.insert("dragmode".to_owned(), json!("select"));
    fields.insert("selectdirection".to_owned(), json!("any"));
    if let Some(x) = fields.get_mut("xaxis").and_then(Json::as_object_mut) {
        let last = parallel.axes.len() as f64 - 1.0;
        x.insert("range".to_owned(), json!([-0.55, last + 0.15]));
        x.insert("fixedrange".to_owned(), json!(true));
        x.insert("ticks".to_owned(), json!(""));
        x.remove("title");
    }
    if let Some(y) = fields.get_mut("yaxis").and_then(Json::as_object_mut) {
        y.insert("range".to_owned(), json!([FOOT - 0.04, 1.04]));
        y.insert("fixedrange".to_owned(), json!(true));
        y.insert("visible".to_owned(), json!(false));
    }
}

fn parallel(chart: &Chart) -> Option<&Parallel> {
    chart.panels.iter().find_map(|panel| match &panel.marks {
        Marks::Parallel(parallel) => Some(parallel),
        _ => None,
    })
}

/// Where a value lies on the scale of colours.
fn scale_share(axis: &Axis, x: f64) -> f64 {
    let ends = Axis {
        range: axis.ends(),
        ..axis.clone()
    };
    ends.share(x).clamp(0.0, 1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a small count"
)]
fn nearest(x: f64) -> usize {
    x.round().max(0.0) as usize
}

/// Four digits are more than a pixel.
fn short(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

fn lines(rows: &[Line], line: &Json) -> Json {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (_, places) in rows {
        for (n, place) in places.iter().enumerate() {
            x.push(Some(n));
            y.push(Some(short(*place)));
        }
        x.push(None);
        y.push(None);
    }
    json!({
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "connectgaps": false,
        "hoverinfo": "skip", "showlegend": false, "meta": { "lines": true }
    })
}

/// A sign below the last axis for each kind of absence, with how many points have it.
fn signs(parallel: &Parallel) -> Vec<Json> {
    let last = parallel.axes.len().saturating_sub(1);
    let mut signs = Vec::new();
    for kind in GapKind::ALL {
        let of_kind = |(_, row): &(usize, &ParallelRow)| {
            row.value.is_none() && row.gap.as_ref().map_or(GapKind::Missing, |gap| gap.kind) == kind
        };
        let rows: Vec<_> = parallel.rows.iter().enumerate().filter(of_kind).collect();
        if rows.is_empty() {
            continue;
        }
        let texts: Vec<String> = rows.iter().map(|(_, row)| hover(parallel, row)).collect();
        let numbers: Vec<usize> = rows.iter().map(|(n, _)| *n).collect();
        signs.push(json!({
            "type": "scatter",
            "mode": "markers",
            "x": vec![last as f64 + 0.04 * signs.len() as f64; rows.len()],
            "y": vec![FOOT; rows.len()],
            "text": texts,
            "customdata": numbers,
            "hovertemplate": "%{text}<extra></extra>",
            "name": format!("{} ({})", kind.name(), rows.len()),
            "showlegend": true,
            "cliponaxis": false,
            "marker": { "symbol": super::traces::gap_symbol(kind), "size": 8, "color": "#8c8c8c",
                "line": { "width": 1.5, "color": "#8c8c8c" } }
        }));
    }
    signs
}

/// A marker at each value, which carries the hover text of its point and the scale of colours.
fn markers(chart: &Chart, parallel: &Parallel, rows: &[Line]) -> Json {
    let last = parallel.axes.len().saturating_sub(1);
    let log = chart.color.as_ref().is_some_and(Axis::is_log);
    let color = |line: &Line| line.0.value.map(|x| if log { x.log10() } else { x });
    let place = |line: &Line| line.1.last().map(|place| short(*place));
    let starts = |line: &Line| -> Vec<f64> { line.1.iter().map(|place| short(*place)).collect() };
    let texts: Vec<String> = rows.iter().map(|line| hover(parallel, line.0)).collect();
    // The numbers of the rows with a value: the page looks up their points by them.
    let numbers = parallel.rows.iter().enumerate();
    let numbers = numbers.filter(|(_, row)| row.value.is_some());
    let numbers: Vec<usize> = numbers.map(|(n, _)| n).collect();
    json!({
        "type": "scatter",
        "mode": "markers",
        "x": vec![last; rows.len()],
        "y": rows.iter().map(place).collect::<Vec<_>>(),
        "text": texts,
        "customdata": numbers,
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": false,
        "marker": { "size": 6, "color": rows.iter().map(color).collect::<Vec<_>>(), "coloraxis": "coloraxis" },
        "meta": { "markers": rows.iter().map(starts).collect::<Vec<_>>() }
    })
}

fn hover(parallel: &Parallel, row: &ParallelRow) -> String {
    let inputs = parallel.axes.iter().zip(&row.inputs);
    let mut lines: Vec<String> = inputs
        .map(|(axis, x)| match axis.level_names() {
            [] => format!("{}: {}", axis.heading(), axis.coordinate(*x)),
            _ => format!("{}: {}", axis.label(), axis.name_of(*x)),
        })
        .collect();
    if let Some((axis, x)) = parallel.value_axis().zip(row.value) {
        lines.push(format!("{}: {}", axis.heading(), axis.value(x)));
    }
    lines.extend(row.gap.as_ref().map(crate::chart::Gap::text));
    let lines: Vec<String> = lines.iter().map(|line| plotly(line, 160)).collect();
    lines.join("<br>")
}
