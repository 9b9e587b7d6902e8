use kuva::plot::ColorMap;
use kuva::render::render::Scene;

use crate::chart::{Axis, Chart, ChartKind, Field, Marks, Panel, Relief, levels};
use crate::render::{Look, fit, label_width, palette};

use super::canvas::{AXIS, Anchor, Canvas, Frame, SCALE};
use super::{ROOM, TICK, hexbin, surface};

/// Room in a panel for the names of values, left and below.
const LEFT: f64 = 64.0;
const BELOW: f64 = 46.0;
/// The side of a piece of one colour, in points.
const PIECE: f64 = 2.0;
/// Places of a field up to which each has a dot.
const DOTS: usize = 900;
/// Ticks of an axis.
const TICKS: usize = 6;
/// The colour of signs where a value is missing.
pub(super) const ABSENT: &str = "#b03000";

/// Contours, surfaces or hexagons, a panel for each, and the scale of their colours.
pub(super) fn scene(chart: &Chart, look: &Look) -> Scene {
    let columns = chart.columns.max(1);
    let (wide, high) = look.panel(columns, ROOM);
    let wide = if columns == 1 { wide - SCALE } else { wide }.max(120.0);
    let is_space = chart.kind == ChartKind::Surface;
    let mut notes = Vec::new();
    if is_space {
        notes.push("drawn from a corner: height and colour are the value".to_owned());
    }
    if fields(chart).any(|field| field.values.iter().any(Option::is_none)) {
        notes.push("× no value".to_owned());
    }
    let width = wide * columns as f64 + SCALE;
    let mut canvas = Canvas::new(width, 100.0);
    let top = canvas.heading(chart, &notes.join("; "));
    let height = top + high * chart.rows() as f64;
    canvas.scene.height = height;
    let titles = Panel::titles(&chart.panels, characters(wide));
    for (n, panel) in chart.panels.iter().enumerate() {
        let (row, column) = ((n / columns) as f64, (n % columns) as f64);
        let title = titles.get(n).filter(|_| !panel.facets.is_empty());
        let label = if title.is_some() { 26.0 } else { 8.0 };
        let frame = Frame {
            left: column * wide + LEFT,
            top: top + row * high + label,
            right: (column + 1.0) * wide - 12.0,
            bottom: top + (row + 1.0) * high - BELOW,
        };
        if let Some(title) = title {
            let middle = f64::midpoint(frame.left, frame.right);
            canvas.text(
                (middle, frame.top - 8.0),
                &fit(title, wide, 12.0),
                12.0,
                Anchor::Middle,
            );
        }
        match &panel.marks {
            Marks::Field(field) if is_space => surface::draw(&mut canvas, chart, field, frame),
            Marks::Field(field) => contours(&mut canvas, chart, field, frame),
            Marks::Hexbin(cells) => hexbin::draw(&mut canvas, chart, cells, frame),
            _ => {}
        }
    }
    if let Some(color) = &chart.color {
        let rows = (top, top + high - BELOW);
        let bands = Bands::of(color);
        if chart.kind == ChartKind::Contour {
            canvas.scale_beside(color, rows, |share| bands.color(share));
        } else {
            canvas.scale_beside(color, rows, viridis);
        }
    }
    canvas.scene
}

fn fields(chart: &Chart) -> impl Iterator<Item = &Field> {
    chart.panels.iter().filter_map(|panel| match &panel.marks {
        Marks::Field(field) => Some(field),
        _ => None,
    })
}

/// The colour of a value by its share of the scale.
pub(super) fn viridis(share: f64) -> String {
    ColorMap::Viridis.map(share.clamp(0.0, 1.0))
}

/// Levels in shares of the scale of colours; all values between two have one colour.
struct Bands {
    levels: Vec<f64>,
}

impl Bands {
    fn of(color: &Axis) -> Self {
        let scale = Axis {
            range: color.ends(),
            ..color.clone()
        };
        Self {
            levels: levels(color).iter().map(|x| scale.share(*x)).collect(),
        }
    }

    fn color(&self, share: f64) -> String {
        let n = self.levels.partition_point(|level| *level <= share);
        let low = n.checked_sub(1).and_then(|n| self.levels.get(n)).copied();
        let high = self.levels.get(n).copied();
        viridis(match (low, high) {
            (None, None) => 0.5,
            (low, high) => f64::midpoint(low.unwrap_or(0.0), high.unwrap_or(1.0)),
        })
    }
}

fn contours(canvas: &mut Canvas, chart: &Chart, field: &Field, frame: Frame) {
    let Some(color) = &chart.color else {
        return;
    };
    let relief = Relief::of(field, &chart.x, &chart.y, color);
    let bands = Bands::of(color);
    let (across, down) = (pieces(frame.width()), pieces(frame.height()));
    let (wide, high) = (frame.width() / across as f64, frame.height() / down as f64);
    let mut cells = Vec::new();
    for row in 0..down {
        let up = 1.0 - (row as f64 + 0.5) / down as f64;
        let paint = |column: usize| {
            let height = relief.between((column as f64 + 0.5) / across as f64, up);
            height.map_or_else(|| palette::GAP.to_owned(), |height| bands.color(height))
        };
        let mut run = (0, paint(0));
        for column in 1..=across {
            let next = (column < across).then(|| paint(column));
            if next.as_ref() == Some(&run.1) {
                continue;
            }
            let (left, top) = (
                frame.left + run.0 as f64 * wide,
                frame.top + row as f64 * high,
            );
            let (from, fill) = std::mem::replace(&mut run, (column, next.unwrap_or_default()));
            // A little larger, so that no gap shines between them.
            cells.push((
                left,
                top,
                (column - from) as f64 * wide + 0.3,
                high + 0.3,
                fill,
            ));
        }
    }
    canvas.cells(cells);
    for level in &bands.levels {
        for line in relief.lines(*level) {
            let points = line.into_iter().map(|(x, y)| frame.at(x, y)).collect();
            canvas.path(points, "#333333", 0.7, None);
        }
    }
    let is_few = field.values.len() <= DOTS;
    for (at, value) in field.values.iter().enumerate() {
        let (x, y, _) = field.place(at);
        let place = frame.at(chart.x.share(x), chart.y.share(y));
        match value {
            Some(_) if is_few => canvas.dot(place, 0.9, "#444444"),
            Some(_) => {}
            None if is_few => canvas.cross(place, 3.5, ABSENT),
            None => canvas.dot(place, 0.8, ABSENT),
        }
    }
    axes(canvas, chart, frame);
}

/// The sides of a panel, its ticks, and the names of both axes.
pub(super) fn axes(canvas: &mut Canvas, chart: &Chart, frame: Frame) {
    let [left, right] = [frame.at(0.0, 0.0), frame.at(1.0, 0.0)];
    canvas.line(left, right, AXIS, 1.0);
    canvas.line(left, frame.at(0.0, 1.0), AXIS, 1.0);
    let mut end = f64::NEG_INFINITY;
    for (at, name) in chart.x.named_places(TICKS) {
        let (x, y) = frame.at(chart.x.share(at), 0.0);
        canvas.line((x, y), (x, y + 4.0), AXIS, 1.0);
        let half = label_width(&name, TICK) / 2.0;
        // A name that would touch the one before is left out.
        if x - half > end + 2.0 {
            canvas.text((x, y + 16.0), &name, TICK, Anchor::Middle);
            end = x + half;
        }
    }
    for (at, name) in chart.y.named_places(TICKS) {
        let (x, y) = frame.at(0.0, chart.y.share(at));
        canvas.line((x - 4.0, y), (x, y), AXIS, 1.0);
        canvas.text(
            (x - 6.0, y + 4.0),
            &fit(&name, LEFT * 0.7, TICK),
            TICK,
            Anchor::End,
        );
    }
    let middle = f64::midpoint(frame.left, frame.right);
    let name = fit(&chart.x.label(), frame.width(), TICK + 1.0);
    canvas.text(
        (middle, frame.bottom + 34.0),
        &name,
        TICK + 1.0,
        Anchor::Middle,
    );
    let name = fit(&chart.y.label(), frame.height(), TICK + 1.0);
    canvas.upward(
        (
            frame.left - LEFT + 16.0,
            f64::midpoint(frame.top, frame.bottom),
        ),
        &name,
        TICK + 1.0,
    );
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count"
)]
fn pieces(length: f64) -> usize {
    ((length / PIECE).ceil().max(1.0) as usize).min(1000)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count"
)]
fn characters(room: f64) -> usize {
    (room / (12.0 * 0.64)).max(8.0) as usize
}
