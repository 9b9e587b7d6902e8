use std::sync::Arc;

use kuva::plot::annotations::TextAnnotation;
use kuva::plot::{ColorMap, Heatmap, ScatterPlot};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene};

use crate::chart::{Axis, Chart, GapKind, HeatMap, Marks, Rank, ScaleSide};
use crate::render::palette;

use super::marks::symbol;

/// Cells along an axis that still have a pixel of their own.
const CELLS: usize = 600;
/// Absent cells up to which each has a symbol.
const SYMBOLS: usize = 400;
/// The size of the sign of a rank.
const RANK: u32 = 15;
/// How far above its place kuva writes an annotation.
const ABOVE: f64 = 6.0;
/// How far an arrow reaches from the middle of its cell, in cells.
const REACH: f64 = 0.32;

/// Coloured cells, grey where there is no value, with a sign that says why.
pub(super) fn plots(chart: &Chart, map: &HeatMap) -> Vec<Plot> {
    let log = chart.color.as_ref().is_some_and(Axis::is_log);
    let limits = chart.color.as_ref().and_then(|axis| axis.limits);
    let within = |x: f64| limits.map_or(x, |(low, high)| x.clamp(low, high));
    let shade = |value: Option<f64>| match value {
        Some(x) if log => within(x).log10(),
        Some(x) => within(x),
        None => f64::NAN,
    };
    let width = map.width.max(1);
    let height = map.values.len().div_ceil(width);
    // More cells than pixels: every n-th cell is drawn, over the room of the omitted ones.
    let (across, down) = (width.div_ceil(CELLS).max(1), height.div_ceil(CELLS).max(1));
    let rows: Vec<Vec<f64>> = map
        .values
        .chunks(width)
        .step_by(down)
        .map(|row| {
            row.iter()
                .step_by(across)
                .map(|value| shade(*value))
                .collect()
        })
        .collect();
    let shown = || rows.iter().flatten().copied().filter(|x| x.is_finite());
    let low = shown().fold(f64::INFINITY, f64::min);
    let high = shown().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return signs(map, width);
    }
    let range = chart.color.as_ref().and_then(Axis::ends);
    let (from, to) = range.map_or((low, high), |(a, b)| (shade(Some(a)), shade(Some(b))));
    // The axis was brought to numbers whose differences are numbers.
    let span = (to - from).max(f64::MIN_POSITIVE);
    let color = move |t: f64| {
        if t.is_nan() {
            return palette::GAP.to_owned();
        }
        let x = low + t * (high - low);
        // The only value of a scale lies in its middle.
        let at = if to > from { (x - from) / span } else { 0.5 };
        ColorMap::Viridis.map(at.clamp(0.0, 1.0))
    };
    let plot = Heatmap::new()
        .with_data(rows)
        .with_color_map(ColorMap::Custom(Arc::new(color)))
        .with_x_range(0.5, width as f64 + 0.5)
        .with_y_range(0.5, height as f64 + 0.5);
    let mut plots = vec![plot.into()];
    plots.extend(signs(map, width));
    plots
}

fn signs(map: &HeatMap, width: usize) -> Vec<Plot> {
    let mut plots = Vec::new();
    if map.gaps.len() > SYMBOLS {
        return plots;
    }
    let absent = |cell: usize| matches!(map.values.get(cell), Some(None));
    // A small sign where only some samples have no value.
    for (kind, whole) in GapKind::ALL
        .into_iter()
        .flat_map(|kind| [(kind, true), (kind, false)])
    {
        let cells: Vec<(f64, f64)> = map
            .gaps
            .iter()
            .filter(|(cell, gap)| gap.kind == kind && absent(**cell) == whole)
            .map(|(cell, _)| ((cell % width) as f64 + 1.0, (cell / width) as f64 + 1.0))
            .collect();
        if !cells.is_empty() {
            let signs = ScatterPlot::new().with_data(cells).with_color("#4d0000");
            let size = if whole { 5.0 } else { 2.5 };
            plots.push(signs.with_marker(symbol(kind)).with_size(size).into());
        }
    }
    plots
}

/// The signs of the best cell, and of those that are not decided against it.
pub(super) fn ranks(chart: &Chart, map: &HeatMap) -> Vec<TextAnnotation> {
    let width = map.width.max(1);
    let sign = |(cell, rank): (&usize, &Rank)| {
        let (x, y) = ((cell % width) as f64 + 1.0, (cell / width) as f64 + 1.0);
        // Beside another sign of the cell.
        let is_beyond = |axis: &Axis| axis.beyond(value(map, *cell)).is_some();
        let has_other = map.gaps.contains_key(cell) || chart.color.as_ref().is_some_and(is_beyond);
        let x = if has_other { x + 0.3 } else { x };
        TextAnnotation::new(rank.sign(), x, y).with_font_size(RANK)
    };
    map.ranks.iter().map(sign).take(SYMBOLS).collect()
}

/// Gives the signs of ranks colours that are seen on their cells, and puts them into the middle: kuva writes all
/// annotations in one colour, and above their place.
pub(super) fn tint_ranks(scene: &mut Scene, chart: &Chart) {
    let maps = chart.panels.iter().filter_map(|panel| match &panel.marks {
        Marks::HeatMap(map) => Some(map),
        _ => None,
    });
    let share = |x: f64| chart.color.as_ref().map_or(0.0, |axis| axis.color_share(x));
    let signs = maps.flat_map(|map| {
        let signs = map.ranks.iter().take(SYMBOLS);
        signs.map(|(cell, rank)| (rank.sign(), palette::on_viridis(share(value(map, *cell)))))
    });
    let mut signs = signs.peekable();
    for element in &mut scene.elements {
        if let Primitive::Text {
            content, color, y, ..
        } = element
            && let Some((_, fill)) = signs.next_if(|(sign, _)| *sign == content.as_str())
        {
            *color = Some(fill.into());
            *y += ABOVE + f64::from(RANK) * 0.35;
        }
    }
}

fn value(map: &HeatMap, cell: usize) -> f64 {
    map.values.get(cell).copied().flatten().unwrap_or(f64::NAN)
}

/// An arrow on every cell whose value the scale of colours does not reach.
pub(super) fn beyond(chart: &Chart, map: &HeatMap) -> Vec<TextAnnotation> {
    let width = map.width.max(1);
    let arrow = |(cell, value): (usize, &Option<f64>)| {
        let side = chart.color.as_ref()?.beyond((*value)?)?;
        let (x, y) = ((cell % width) as f64 + 1.0, (cell / width) as f64 + 1.0);
        let (from, to) = match side {
            ScaleSide::Below => (y + REACH, y - REACH),
            ScaleSide::Above => (y - REACH, y + REACH),
        };
        // A callout without a text: its arrow keeps within the cell.
        let arrow = TextAnnotation::new("", x, from).with_arrow(x, to);
        Some(
            arrow
                .with_arrow_padding(0.0)
                .with_color(palette::arrow(side)),
        )
    };
    let cells = map.values.iter().enumerate();
    cells.filter_map(arrow).take(SYMBOLS).collect()
}
