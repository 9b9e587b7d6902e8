use serde_json::{Value as Json, json};

use crate::chart::{Axis, GapKind, HeatMap, ScaleSide};
use crate::render::palette;

use super::super::hover;
use super::{Frame, GapLegend, HOVER, gap_symbol};

/// Absent cells of a heat map up to which each has a symbol.
const SYMBOLS: usize = 3000;

impl Frame<'_> {
    /// Coloured cells, grey ones where there is no value, and signs that say why.
    pub(super) fn heat_map(&self, map: &HeatMap, traces: &mut Vec<Json>, gaps: &mut GapLegend) {
        let width = map.width.max(1);
        let log = self.chart.color.as_ref().is_some_and(Axis::is_log);
        let many = map.values.len() > HOVER;
        let shade = |value: &Option<f64>| {
            let place = value.map(|x| if log { x.log10() } else { x });
            // Where there are many cells, digits that no colour shows would be most of the page.
            place.map(|x| if many { rounded(x) } else { x })
        };
        let rows: Vec<Vec<Option<f64>>> = map
            .values
            .chunks(width)
            .map(|row| row.iter().map(shade).collect())
            .collect();
        let text = |cell: usize| {
            let spread = map
                .bounds
                .get(cell)
                .map(|bounds| (*bounds, map.samples.get(cell).copied().unwrap_or(0)));
            let value = map.values.get(cell).copied().flatten();
            let place = (cell % width, cell / width);
            let rank = map.ranks.get(&cell).map(|rank| rank.name());
            hover::cell(self.chart, place, value, spread, map.gaps.get(&cell), rank)
        };
        let mut trace = json!({
            "type": "heatmap",
            "x": (0..width).collect::<Vec<_>>(),
            "y": (0..rows.len()).collect::<Vec<_>>(),
            "z": rows,
            "coloraxis": "coloraxis",
            "hoverongaps": false,
            "hovertemplate": if log { "10^%{z}<extra></extra>" } else { "%{z}<extra></extra>" }
        });
        if !many && let Some(fields) = trace.as_object_mut() {
            let cells: Vec<usize> = (0..map.values.len()).collect();
            let texts: Vec<Vec<String>> = cells
                .chunks(width)
                .map(|row| row.iter().map(|cell| text(*cell)).collect())
                .collect();
            fields.insert("text".to_owned(), json!(texts));
            fields.insert("hovertemplate".to_owned(), json!("%{text}<extra></extra>"));
        }
        traces.push(self.axes(trace, false));
        traces.extend(self.gap_cells(map, width, &text));
        self.gap_symbols(map, width, &text, traces, gaps);
        self.beyond(map, width, &text, traces);
        self.ranks(map, width, &text, traces);
    }

    /// An arrow on every cell whose value the scale of colours does not reach.
    fn beyond(
        &self,
        map: &HeatMap,
        width: usize,
        text: &dyn Fn(usize) -> String,
        traces: &mut Vec<Json>,
    ) {
        let Some(color) = &self.chart.color else {
            return;
        };
        for side in ScaleSide::ALL {
            let cells: Vec<usize> = (0..map.values.len())
                .filter(|cell| {
                    let value = map.values.get(*cell).copied().flatten();
                    value.and_then(|x| color.beyond(x)) == Some(side)
                })
                .take(SYMBOLS)
                .collect();
            let sign = |_: &usize| (side.arrow(), palette::arrow(side));
            traces.extend(self.texts_on(&cells, width, &sign, text));
        }
    }

    /// The signs of the best cell, and of those that are not decided against it.
    fn ranks(
        &self,
        map: &HeatMap,
        width: usize,
        text: &dyn Fn(usize) -> String,
        traces: &mut Vec<Json>,
    ) {
        let color = self.chart.color.as_ref();
        let value = |cell: usize| map.values.get(cell).copied().flatten();
        let is_beyond = |cell: usize| {
            let side = color.zip(value(cell)).and_then(|(axis, x)| axis.beyond(x));
            side.is_some()
        };
        // Beside another sign of the cell.
        let ranked = map.ranks.keys().copied();
        let (beside, within): (Vec<usize>, Vec<usize>) =
            ranked.partition(|cell| map.gaps.contains_key(cell) || is_beyond(*cell));
        let sign = |cell: &usize| {
            let share = color.zip(value(*cell)).map(|(axis, x)| axis.color_share(x));
            let fill = palette::on_viridis(share.unwrap_or(0.0));
            (map.ranks.get(cell).map_or("", |rank| rank.sign()), fill)
        };
        for (cells, position) in [(within, "middle center"), (beside, "middle right")] {
            if let Some(mut trace) = self.texts_on(&cells, width, &sign, text) {
                trace["textposition"] = json!(position);
                traces.push(trace);
            }
        }
    }

    /// A sign as text on each of some cells: its text and its colour. A note says what it means.
    fn texts_on(
        &self,
        cells: &[usize],
        width: usize,
        sign: &dyn Fn(&usize) -> (&'static str, &'static str),
        text: &dyn Fn(usize) -> String,
    ) -> Option<Json> {
        if cells.is_empty() {
            return None;
        }
        let signs = || cells.iter().map(sign);
        let trace = json!({
            "type": "scatter",
            "mode": "text",
            "x": cells.iter().map(|cell| cell % width).collect::<Vec<_>>(),
            "y": cells.iter().map(|cell| cell / width).collect::<Vec<_>>(),
            "text": signs().map(|(sign, _)| sign).collect::<Vec<_>>(),
            "textfont": { "size": 16, "color": signs().map(|(_, color)| color).collect::<Vec<_>>() },
            "hovertext": cells.iter().map(|cell| text(*cell)).collect::<Vec<_>>(),
            "hovertemplate": "%{hovertext}<extra></extra>",
            "showlegend": false
        });
        Some(self.axes(trace, false))
    }

    /// Grey ground under the cells that have no value.
    fn gap_cells(
        &self,
        map: &HeatMap,
        width: usize,
        text: &dyn Fn(usize) -> String,
    ) -> Option<Json> {
        let absent = |cell: usize| matches!(map.values.get(cell), Some(None));
        if !(0..map.values.len()).any(absent) {
            return None;
        }
        let cells: Vec<usize> = (0..map.values.len()).collect();
        let z: Vec<Vec<Option<u8>>> = cells
            .chunks(width)
            .map(|row| row.iter().map(|cell| absent(*cell).then_some(1)).collect())
            .collect();
        let texts: Vec<Vec<String>> = cells
            .chunks(width)
            .map(|row| {
                row.iter()
                    .map(|cell| {
                        if absent(*cell) {
                            text(*cell)
                        } else {
                            String::new()
                        }
                    })
                    .collect()
            })
            .collect();
        let trace = json!({
            "type": "heatmap",
            "x": (0..width).collect::<Vec<_>>(),
            "y": (0..z.len()).collect::<Vec<_>>(),
            "z": z,
            "text": texts,
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[0, palette::GAP], [1, palette::GAP]],
            "showscale": false,
            "hoverongaps": false,
            "hovertemplate": "%{text}<extra></extra>"
        });
        Some(self.axes(trace, false))
    }

    /// A symbol on every cell without a value, and a small one where only some samples have none.
    fn gap_symbols(
        &self,
        map: &HeatMap,
        width: usize,
        text: &dyn Fn(usize) -> String,
        traces: &mut Vec<Json>,
        gaps: &mut GapLegend,
    ) {
        if map.gaps.len() > SYMBOLS {
            return;
        }
        for kind in GapKind::ALL {
            let cells: Vec<usize> = map
                .gaps
                .iter()
                .filter(|(_, gap)| gap.kind == kind)
                .map(|(cell, _)| *cell)
                .collect();
            if cells.is_empty() {
                continue;
            }
            let size = |cell: &usize| match map.values.get(*cell) {
                Some(Some(_)) => 7,
                _ => 9,
            };
            // White within a dark line is seen on every colour; a symbol without a face has its line alone.
            let is_open = gap_symbol(kind).ends_with("-open");
            let fill = if is_open { "#4d0000" } else { "#ffffff" };
            let trace = json!({
                "type": "scatter",
                "mode": "markers",
                "x": cells.iter().map(|cell| cell % width).collect::<Vec<_>>(),
                "y": cells.iter().map(|cell| cell / width).collect::<Vec<_>>(),
                "text": cells.iter().map(|cell| text(*cell)).collect::<Vec<_>>(),
                "hovertemplate": "%{text}<extra></extra>",
                "name": kind.name(),
                "legendgroup": kind.name(),
                "showlegend": gaps.name_first(kind.name()),
                "marker": {
                    "symbol": gap_symbol(kind),
                    "size": cells.iter().map(size).collect::<Vec<_>>(),
                    "color": fill,
                    "line": { "width": 1.5, "color": "#4d0000" }
                }
            });
            traces.push(self.axes(trace, false));
        }
    }
}

/// A number in six digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}
