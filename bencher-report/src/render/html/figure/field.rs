//! Contours, surfaces and volumes as plotly's traces.
//!
//! Surfaces and volumes need WebGL, which a browser may lack and paper has not. Their figures have a flat form for these:
//! contours, and heat maps by the levels of the third input.

use serde_json::{Map, Value as Json, json};

use crate::chart::{Axis, Chart, ChartKind, Field, GapKind, Marks, Panel, Ticks};

use super::super::text::plotly;
use super::{hover, layout};

/// Places of a field up to which each has a marker with its text.
const MARKERS: usize = 3000;
/// Ticks of an axis in space.
const TICKS: usize = 6;
/// Surfaces of equal value in a volume.
const SHELLS: usize = 17;

/// The traces of a panel of contours, without its axes.
pub(super) fn contours(chart: &Chart, field: &Field) -> Vec<Json> {
    let color = chart.color.as_ref();
    let mut trace = json!({
        "type": "contour",
        "x": places(&chart.x, &field.x),
        "y": field.y,
        "z": rows(field, color),
        "coloraxis": "coloraxis",
        "connectgaps": false,
        "line": { "width": 0.8, "color": "rgba(0,0,0,0.45)" },
        "hoverinfo": "skip"
    });
    if let Some((axis, map)) = color.zip(trace.as_object_mut()) {
        let levels: Vec<f64> = crate::chart::levels(axis)
            .into_iter()
            .map(|x| shade(axis, x))
            .collect();
        let ends = levels.first().zip(levels.last());
        if let Some((first, last)) = ends.filter(|_| levels.len() > 1) {
            let size = (last - first) / (levels.len() - 1) as f64;
            let all = json!({ "start": first, "end": last + size * 0.01, "size": size });
            map.insert("contours".to_owned(), all);
            map.insert("autocontour".to_owned(), json!(false));
        }
    }
    vec![trace]
}

/// A marker at each place of a field that carries its text, and a sign where there is no value.
pub(super) fn markers(chart: &Chart, field: &Field) -> Vec<(Option<GapKind>, Json)> {
    if field.values.len() > MARKERS {
        return Vec::new();
    }
    let kind = |at: usize| match field.values.get(at) {
        Some(None) => Some(field.gaps.get(&at).map_or(GapKind::Missing, |gap| gap.kind)),
        _ => None,
    };
    let mut traces = Vec::new();
    for wanted in std::iter::once(None).chain(GapKind::ALL.map(Some)) {
        let here: Vec<usize> = (0..field.values.len())
            .filter(|at| kind(*at) == wanted)
            .collect();
        if here.is_empty() {
            continue;
        }
        let place = |at: &usize| field.place(*at);
        let xs: Vec<f64> = here.iter().map(|at| place(at).0).collect();
        let mut trace = json!({
            "type": "scatter",
            "mode": "markers",
            "x": places(&chart.x, &xs),
            "y": here.iter().map(|at| place(at).1).collect::<Vec<_>>(),
            "text": here.iter().map(|at| hover::place(chart, field, *at)).collect::<Vec<_>>(),
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": false,
            "marker": { "size": 3, "color": "rgba(0,0,0,0.4)" }
        });
        if let (Some(kind), Some(map)) = (wanted, trace.as_object_mut()) {
            let symbol = super::traces::gap_symbol(kind);
            let line = json!({ "width": 1.5, "color": "#d55e00" });
            map.insert("name".to_owned(), json!(kind.name()));
            map.insert("legendgroup".to_owned(), json!(kind.name()));
            map.insert(
                "marker".to_owned(),
                json!({ "symbol": symbol, "size": 9, "color": "#d55e00", "line": line }),
            );
        }
        traces.push((wanted, trace));
    }
    traces
}

/// The figure in space: a scene for each panel; `None` for kinds that are flat anyway.
pub(super) fn in_space(chart: &Chart, flat: &Json) -> Option<(Json, Json)> {
    if !matches!(chart.kind, ChartKind::Surface | ChartKind::Volume) || chart.panels.len() > SCENES
    {
        return None;
    }
    let color = chart.color.as_ref()?;
    let mut traces = Vec::new();
    let mut scenes = Map::new();
    for key in ["height", "margin", "legend", "coloraxis", "annotations"] {
        scenes.insert(key.to_owned(), flat.get(key).cloned().unwrap_or_default());
    }
    let columns = chart.columns.max(1);
    let rows = chart.panels.len().div_ceil(columns).max(1) as f64;
    let mut labels = Vec::new();
    for (n, panel) in chart.panels.iter().enumerate() {
        let Marks::Field(field) = &panel.marks else {
            return None;
        };
        let scene = match n {
            0 => "scene".to_owned(),
            n => format!("scene{}", n + 1),
        };
        let (row, column) = ((n / columns) as f64, (n % columns) as f64);
        let across = [column / columns as f64, (column + 1.0) / columns as f64];
        let up = [1.0 - (row + 1.0) / rows, 1.0 - row / rows];
        let depth = chart.depth.as_ref().unwrap_or(color);
        scenes.insert(
            scene.clone(),
            json!({
                "domain": { "x": across, "y": up },
                "xaxis": axis(&chart.x),
                "yaxis": axis(&chart.y),
                "zaxis": axis(depth),
                "aspectmode": "cube",
                "camera": { "eye": { "x": 1.5, "y": -1.5, "z": 1.0 } }
            }),
        );
        labels.extend(label(panel, across, up));
        traces.extend(solid(chart, color, field, &scene));
    }
    scenes.insert("annotations".to_owned(), Json::Array(labels));
    Some((Json::Array(traces), Json::Object(scenes)))
}

/// Panels in space up to which a browser has room for them.
const SCENES: usize = 8;

fn label(panel: &Panel, across: [f64; 2], up: [f64; 2]) -> Option<Json> {
    let [left, right] = across;
    let [_, top] = up;
    (!panel.facets.is_empty()).then(|| {
        json!({
            "name": "panel", "text": plotly(&panel.label(), 60), "x": f64::midpoint(left, right), "y": top, "xref": "paper",
            "yref": "paper", "xanchor": "center", "yanchor": "top", "showarrow": false
        })
    })
}

fn solid(chart: &Chart, color: &Axis, field: &Field, scene: &str) -> Vec<Json> {
    let text = |at: usize| hover::place(chart, field, at);
    if chart.kind == ChartKind::Surface {
        let width = field.x.len().max(1);
        let cells: Vec<usize> = (0..field.values.len()).collect();
        let texts: Vec<Vec<String>> = cells
            .chunks(width)
            .map(|row| row.iter().map(|at| text(*at)).collect())
            .collect();
        let heights: Vec<&[Option<f64>]> = field.values.chunks(width).collect();
        let mut surface = json!({
            "type": "surface", "scene": scene, "x": places(&chart.x, &field.x), "y": field.y, "z": heights,
            "surfacecolor": rows(field, Some(color)), "coloraxis": "coloraxis", "connectgaps": false
        });
        if field.values.len() <= MARKERS
            && let Some(map) = surface.as_object_mut()
        {
            map.insert("text".to_owned(), json!(texts));
            map.insert("hovertemplate".to_owned(), json!("%{text}<extra></extra>"));
        }
        return vec![surface];
    }
    let all: Vec<usize> = (0..field.values.len()).collect();
    let column = |side: fn((f64, f64, Option<f64>)) -> f64, at: &[usize]| -> Vec<f64> {
        at.iter().map(|at| side(field.place(*at))).collect()
    };
    let z = |place: (f64, f64, Option<f64>)| place.2.unwrap_or(0.0);
    let value = |at: &usize| {
        field
            .values
            .get(*at)
            .copied()
            .flatten()
            .map(|x| shade(color, x))
    };
    let (low, high) = color.ends().unwrap_or((0.0, 1.0));
    let xs = column(|place| place.0, &all);
    let mut traces = vec![json!({
        "type": "volume", "scene": scene, "x": places(&chart.x, &xs), "y": column(|place| place.1, &all),
        "z": column(z, &all), "value": all.iter().map(value).collect::<Vec<_>>(),
        "isomin": shade(color, low), "isomax": shade(color, high), "opacity": 0.16,
        "surface": { "count": SHELLS }, "coloraxis": "coloraxis", "hoverinfo": "skip"
    })];
    if all.len() <= MARKERS {
        let is_known = |at: &usize| field.values.get(*at).copied().flatten().is_some();
        let (known, absent): (Vec<usize>, Vec<usize>) = all.into_iter().partition(is_known);
        for (here, marker) in [
            (
                known,
                json!({ "size": 1.6, "color": "rgba(120,120,120,0.6)" }),
            ),
            (
                absent,
                json!({ "size": 4, "color": "#d55e00", "symbol": "x" }),
            ),
        ] {
            if here.is_empty() {
                continue;
            }
            let xs = column(|place| place.0, &here);
            traces.push(json!({
                "type": "scatter3d", "mode": "markers", "scene": scene, "x": places(&chart.x, &xs),
                "y": column(|place| place.1, &here), "z": column(z, &here), "marker": marker,
                "text": here.iter().map(|at| text(*at)).collect::<Vec<_>>(),
                "hovertemplate": "%{text}<extra></extra>", "showlegend": false
            }));
        }
    }
    traces
}

/// An axis of a scene.
fn axis(axis: &Axis) -> Json {
    let named = axis.named_places(TICKS);
    let (places, texts): (Vec<f64>, Vec<String>) = named.into_iter().unzip();
    let texts: Vec<String> = texts.iter().map(|text| plotly(text, 24)).collect();
    let range = axis.range.map(|(low, high)| {
        let place = |x: f64| if axis.is_log() { x.log10() } else { x };
        [place(low), place(high)]
    });
    let mut fields = json!({
        "title": { "text": plotly(&axis.label(), 60) },
        "type": if axis.is_log() { "log" } else { "linear" },
        "tickvals": places,
        "ticktext": texts
    });
    if let (Some([low, high]), Some(map)) = (
        range.filter(|[low, high]| low < high),
        fields.as_object_mut(),
    ) {
        map.insert("range".to_owned(), json!([low, high]));
    }
    fields
}

/// Coordinates as plotly takes them: a moment is text.
fn places(axis: &Axis, numbers: &[f64]) -> Vec<Json> {
    let place = |x: &f64| match axis.ticks {
        Ticks::Time => json!(crate::chart::text::moment(*x).trim_end_matches('Z')),
        Ticks::Linear | Ticks::Log | Ticks::Levels(_) => json!(x),
    };
    numbers.iter().map(place).collect()
}

/// The place of a value on the scale of colours, as plotly has it; at its end where it lies beyond.
fn shade(color: &Axis, x: f64) -> f64 {
    let x = color.limits.map_or(x, |(low, high)| x.clamp(low, high));
    if color.is_log() { x.log10() } else { x }
}

fn rows(field: &Field, color: Option<&Axis>) -> Vec<Vec<Option<f64>>> {
    let shade = |value: &Option<f64>| value.map(|x| color.map_or(x, |axis| shade(axis, x)));
    let rows = field.values.chunks(field.x.len().max(1));
    rows.map(|row| row.iter().map(shade).collect()).collect()
}

/// The name of a panel's axes.
pub(super) fn on(mut trace: Json, panel: usize) -> Json {
    if let Some(map) = trace.as_object_mut() {
        map.insert("xaxis".to_owned(), json!(layout::name('x', panel, false)));
        map.insert("yaxis".to_owned(), json!(layout::name('y', panel, false)));
    }
    trace
}
