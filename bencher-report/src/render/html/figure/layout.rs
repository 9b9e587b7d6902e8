//! The layout of a figure: panels, axes, labels and the legend.

use serde_json::{Map, Value as Json, json};

use crate::chart::{
    Axis, Chart, ChartKind, Marks, Panel, Ticks, decades_per_tick, labels as distinct,
};

use crate::render::{LONGEST, Look, Names, fit, palette};

use super::super::text::plotly;
use super::ROOM;

/// The least height of the axes of a panel, in pixels.
const LOWEST: f64 = 60.0;
/// Room between rows of panels, for their labels.
const BETWEEN: f64 = 50.0;
/// Room at the top for the buttons of the figure.
const TOP: f64 = 34.0;
/// Room at the top for the labels of panels, below the buttons.
const LABELS: f64 = 24.0;
/// Room at the bottom for the title of the axis and the legend.
const BOTTOM: f64 = 92.0;
/// Room at the left for the names of values.
const LEFT: f64 = 64.0;
/// Room at the right.
const RIGHT: f64 = 16.0;
/// Room above a panel for the names of the outer levels.
const GROUPS: f64 = 16.0;
/// Room for the scale of colours.
const COLORS: f64 = 90.0;
/// The size of the font.
const FONT: f64 = 12.0;
/// Ticks that a logarithmic axis has at most.
const LOG_TICKS: usize = 9;
/// Ticks of a linear axis whose numbers plotly cannot write.
const LINEAR_TICKS: usize = 7;

/// The layout of a figure; colours of text, ground and grid are the page's.
///
/// `fixed` is one of several figures that are to be compared: its axes have the ranges of all.
pub(super) fn layout(chart: &Chart, look: &Look, fixed: bool) -> Json {
    let rows = chart.rows();
    let columns = chart.columns.max(1);
    let height = look.panel(columns, ROOM).1;
    let panel = if rows * columns == 1 {
        height - top(chart) - BOTTOM
    } else {
        height - BETWEEN
    };
    let panel = panel.max(LOWEST);
    let inner = panel * rows as f64 + BETWEEN * (rows - 1) as f64;
    // plotly fits the range to the values: signs of absent ones stand below them all.
    let place = |y: f64| if chart.y.is_log() { y.log10() } else { y };
    let below = chart
        .value_range()
        .filter(|_| chart.absent_rows() > 0 || fixed || is_misfitted(chart))
        .filter(|_| chart.kind != ChartKind::HeatMap)
        .map(|(low, high)| (place(low), place(high)));
    let place = |x: f64| if chart.x.is_log() { x.log10() } else { x };
    let numeric = matches!(chart.x.ticks, Ticks::Linear | Ticks::Log);
    let across = chart
        .padded_across()
        .filter(|_| (fixed || is_hexbin(chart)) && numeric)
        .map(|(low, high)| (place(low), place(high)));
    let wide = super::width(chart, look) - LEFT - RIGHT;
    let wide = wide - if chart.color.is_some() { COLORS } else { 0.0 };
    let wide = (wide / columns as f64 - if columns > 1 { 10.0 } else { 0.0 }).max(LOWEST);
    let named = |axis: &Axis| match axis.ticks {
        Ticks::Levels(_) if axis == &chart.x => Names::along(axis, wide, height, FONT),
        _ => Names::up(
            axis,
            panel,
            super::width(chart, look) / columns as f64,
            FONT,
        ),
    };
    let (across_names, up_names) = (named(&chart.x), named(&chart.y));
    let titles = Panel::titles(&chart.panels, characters(wide));
    let mut layout = Map::new();
    let mut labels = Vec::new();
    for (n, place) in chart.panels.iter().enumerate() {
        let (row, column) = (n / columns, n % columns);
        let gap = if columns > 1 { 0.035 } else { 0.0 };
        let width = (1.0 - gap * (columns - 1) as f64) / columns as f64;
        let left = column as f64 * (width + gap);
        let bottom = 1.0 - (row as f64 * (panel + BETWEEN) + panel) / inner;
        let top = (bottom + panel / inner).min(1.0);
        let lowest = n + columns >= chart.panels.len();
        let mut x = axis(&chart.x, &across_names, wide, lowest);
        x.insert("domain".to_owned(), json!([left, (left + width).min(1.0)]));
        x.insert("anchor".to_owned(), json!(name('y', n, false)));
        let mut y = axis(&chart.y, &up_names, panel, column == 0);
        y.insert("domain".to_owned(), json!([bottom.max(0.0), top]));
        y.insert("anchor".to_owned(), json!(name('x', n, false)));
        if n > 0 {
            x.insert("matches".to_owned(), json!("x"));
            y.insert("matches".to_owned(), json!("y"));
        }
        if let Some((low, high)) = across {
            x.insert("range".to_owned(), json!([low, high]));
        }
        if let Some((low, high)) = below {
            y.insert("range".to_owned(), json!([low, high]));
        } else if chart.stands_on_zero() {
            y.insert("rangemode".to_owned(), json!("tozero"));
        }
        layout.insert(format!("xaxis{}", suffix(n)), Json::Object(x));
        layout.insert(format!("yaxis{}", suffix(n)), Json::Object(y));
        layout.insert(
            format!("yaxis{}", strip(n)),
            json!({
                "overlaying": name('y', n, false),
                "anchor": name('x', n, false),
                "range": [0, 1],
                "visible": false,
                "fixedrange": true
            }),
        );
        labels.extend(group_labels(&chart.x, n, wide));
        // The title of a panel that stands alone has its place.
        if !place.facets.is_empty() && chart.panels.len() > 1 {
            labels.push(json!({
                "name": "panel",
                "text": plotly(titles.get(n).map_or("", String::as_str), usize::MAX),
                "x": left + width / 2.0,
                "y": top,
                "yshift": if chart.x.groups.is_empty() { 0.0 } else { GROUPS },
                "xref": "paper",
                "yref": "paper",
                "xanchor": "center",
                "yanchor": "bottom",
                "showarrow": false,
                "font": { "size": 12 }
            }));
        }
    }
    layout.insert("annotations".to_owned(), Json::Array(labels));
    layout.insert("shapes".to_owned(), reference_lines(chart));
    finish(chart, layout, inner)
}

/// A line across each panel at the value of reference, where the chart has one.
fn reference_lines(chart: &Chart) -> Json {
    let Some(at) = chart.reference else {
        return json!([]);
    };
    let lines = (0..chart.panels.len()).map(|n| {
        json!({
            "type": "line",
            "xref": format!("{} domain", name('x', n, false)),
            "yref": name('y', n, false),
            "x0": 0,
            "x1": 1,
            "y0": at,
            "y1": at,
            "layer": "below",
            "line": { "width": 1.5, "dash": "dash", "color": "#8c8c8c" }
        })
    });
    Json::Array(lines.collect())
}

/// Whether plotly would fit the value axis wrongly: it takes the logarithms of boxes twice, and forgets the boxes of
/// other panels.
fn is_misfitted(chart: &Chart) -> bool {
    let is_box = |panel: &Panel| matches!(panel.marks, Marks::Boxes(_));
    chart.panels.iter().any(is_box) || is_hexbin(chart)
}

/// Whether hexagons fill the ranges of both axes.
fn is_hexbin(chart: &Chart) -> bool {
    chart.kind == ChartKind::Hexbin
}

/// Room at the top.
fn top(chart: &Chart) -> f64 {
    let labelled = chart.panels.iter().any(|panel| !panel.facets.is_empty());
    let groups = if chart.x.groups.is_empty() {
        0.0
    } else {
        GROUPS
    };
    TOP + groups + if labelled { LABELS } else { 0.0 }
}

fn finish(chart: &Chart, mut layout: Map<String, Json>, inner: f64) -> Json {
    let top = top(chart);
    layout.insert("height".to_owned(), json!(inner + top + BOTTOM));
    layout.insert(
        "margin".to_owned(),
        json!({ "l": LEFT, "r": RIGHT, "t": top, "b": 64, "pad": 0 }),
    );
    let title = chart.legend.as_deref().unwrap_or_default();
    layout.insert(
        "legend".to_owned(),
        json!({
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "title": { "text": plotly(title, 60), "side": "top" },
            "groupclick": "togglegroup"
        }),
    );
    layout.insert("barmode".to_owned(), json!("group"));
    layout.insert(
        "bargap".to_owned(),
        json!(if chart.kind == ChartKind::Histogram {
            0.0
        } else {
            0.2
        }),
    );
    layout.insert("boxmode".to_owned(), json!("group"));
    layout.insert("boxgap".to_owned(), json!(0.3));
    layout.insert("boxgroupgap".to_owned(), json!(0.1));
    layout.insert("hovermode".to_owned(), json!("closest"));
    layout.insert("dragmode".to_owned(), json!("zoom"));
    if let Some(color) = &chart.color {
        layout.insert("coloraxis".to_owned(), color_axis(color, chart.kind));
    }
    Json::Object(layout)
}

/// The number of characters that fit.
fn characters(room: f64) -> usize {
    whole((room / (FONT * 0.6)).max(8.0))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count"
)]
fn whole(x: f64) -> usize {
    x as usize
}

/// One axis of `long` pixels; `labelled` where it carries title and tick labels, which panels of a grid share.
fn axis(axis: &Axis, names: &Names, long: f64, labelled: bool) -> Map<String, Json> {
    let mut map = Map::new();
    let mut set = |key: &str, value: Json| {
        map.insert(key.to_owned(), value);
    };
    if labelled {
        set(
            "title",
            json!({ "text": plotly(&fit(&axis.label(), long, FONT), usize::MAX), "standoff": 10 }),
        );
    }
    // Without a value, numbers would be of nothing.
    let is_empty = axis.range.is_none() && axis.level_names().is_empty();
    set("showticklabels", json!(labelled && !is_empty));
    set("automargin", json!(true));
    set("zeroline", json!(false));
    set("ticks", json!("outside"));
    set("exponentformat", json!("SI"));
    match &axis.ticks {
        Ticks::Linear => {
            set("type", json!("linear"));
            if axis.shift != 0 {
                let places = axis.linear_places(LINEAR_TICKS);
                let texts: Vec<String> = places.iter().map(|x| axis.tick(*x)).collect();
                set("tickvals", json!(places));
                set("ticktext", json!(texts));
            }
        }
        Ticks::Log if axis.tick_units.is_empty() => {
            set("type", json!("log"));
            set(
                "dtick",
                log_tick(axis.range, LOG_TICKS.min(characters(long) / 6).max(2)),
            );
        }
        Ticks::Log => {
            let places = axis.log_places(LOG_TICKS.min(characters(long) / 6).max(2));
            let texts: Vec<String> = places.iter().map(|x| axis.tick(*x)).collect();
            set("type", json!("log"));
            set("tickvals", json!(places));
            set("ticktext", json!(texts));
        }
        Ticks::Time => set("type", json!("date")),
        Ticks::Levels(levels) => {
            let (places, labels) = level_ticks(axis, levels, names);
            set("type", json!("linear"));
            set("tickvals", json!(places));
            set("ticktext", json!(labels));
            set("showgrid", json!(false));
            set("range", json!([-0.5, levels.len() as f64 - 0.5]));
        }
    }
    map
}

/// A tick at every n-th decade, or at the digits between two where there is only one.
fn log_tick(range: Option<(f64, f64)>, most: usize) -> Json {
    let decades = range.map_or(1.0, |(low, high)| high.log10() - low.log10());
    if decades < 1.5 {
        return json!("D2");
    }
    json!(decades_per_tick(decades, most))
}

/// Ticks at levels, as many as have room.
fn level_ticks(axis: &Axis, levels: &[String], names: &Names) -> (Vec<f64>, Vec<String>) {
    let mut places: Vec<f64> = Vec::new();
    let mut texts = Vec::new();
    // Nested levels are named one below the other.
    let nested = distinct(levels, LONGEST);
    for (n, name) in names.written() {
        let name = match nested.get(n) {
            Some(level) if !axis.groups.is_empty() => level,
            _ => name,
        };
        places.push(n as f64);
        texts.push(plotly(name, usize::MAX));
    }
    (places, texts)
}

/// The outer levels of nested ones, each above its group, as far as there is room.
fn group_labels(axis: &Axis, panel: usize, wide: f64) -> Vec<Json> {
    let names: Vec<&str> = axis.groups.iter().map(|one| one.label.as_str()).collect();
    let levels = axis.level_names().len().max(1) as f64;
    let each = wide / axis.groups.len().max(1) as f64;
    let every = (4.0 * FONT / each).ceil().max(1.0);
    let fewest = axis.groups.iter().map(|group| group.count).min();
    let narrowest = wide * fewest.unwrap_or(1) as f64 / levels;
    let names = distinct(&names, characters(narrowest));
    let labels = axis.groups.iter().zip(names).step_by(whole(every));
    let label = |(group, text): (&crate::chart::LevelGroup, String)| {
        json!({
            "text": format!("<b>{}</b>", plotly(&text, usize::MAX)),
            "x": group.first as f64 + (group.count as f64 - 1.0) / 2.0,
            "y": 1,
            "xref": name('x', panel, false),
            "yref": format!("{} domain", name('y', panel, false)),
            "xanchor": "center",
            "yanchor": "bottom",
            "showarrow": false,
            "font": { "size": 12 }
        })
    };
    labels.map(label).collect()
}

fn color_axis(color: &Axis, kind: ChartKind) -> Json {
    let scale = if kind == ChartKind::Parallel {
        let [low, middle, high] = palette::LINE;
        json!([[0, low], [0.5, middle], [1, high]])
    } else {
        json!("Viridis")
    };
    let mut axis = json!({
        "colorscale": scale,
        "colorbar": {
            "title": { "text": plotly(&color.label(), 60), "side": "right" },
            "exponentformat": "SI",
            "thickness": 16,
            "outlinewidth": 0
        }
    });
    if let Some((low, high)) = color.ends() {
        let place = |x: f64| if color.is_log() { x.log10() } else { x };
        let (low, high) = (place(low), place(high));
        // A single value still needs a scale that is wider than nothing.
        let wide = if high > low { 0.0 } else { 0.5 };
        if let Some(map) = axis.as_object_mut() {
            map.insert("cmin".to_owned(), json!(low - wide));
            map.insert("cmax".to_owned(), json!(high + wide));
        }
        if color.is_log() || color.shift != 0 {
            let places = if color.is_log() {
                color.log_places(8)
            } else {
                color.linear_places(LINEAR_TICKS)
            };
            let names: Vec<String> = places.iter().map(|x| color.tick(*x)).collect();
            let places: Vec<f64> = places.into_iter().map(place).collect();
            if let Some(bar) = axis.get_mut("colorbar").and_then(Json::as_object_mut) {
                bar.insert("tickvals".to_owned(), json!(places));
                bar.insert("ticktext".to_owned(), json!(names));
            }
        }
    }
    axis
}

/// The name of a panel's axis: `x`, `x2`, …; with `gaps` that of its strip for absent values.
pub(super) fn name(letter: char, panel: usize, gaps: bool) -> String {
    if gaps {
        format!("{letter}{}", strip(panel))
    } else {
        format!("{letter}{}", suffix(panel))
    }
}

fn suffix(panel: usize) -> String {
    if panel == 0 {
        String::new()
    } else {
        (panel + 1).to_string()
    }
}

fn strip(panel: usize) -> usize {
    1001 + panel
}
