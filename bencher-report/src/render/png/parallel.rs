use kuva::render::render::Scene;

use crate::chart::{Axis, Chart, Parallel, ParallelRow};
use crate::render::{Look, fit, palette};

use super::TICK;
use super::canvas::{AXIS, Anchor, Canvas, Frame};

/// Room for one axis, in points.
const WIDE: f64 = 130.0;
/// Room beside the axes for the scale of colours.
const SCALE: f64 = 110.0;
/// Lines from which on each is thin.
const MANY: usize = 600;
/// The colour of lines of points without a value.
const ABSENT: &str = "#8c8c8c";

/// Lines through parallel axes, dashed ones of points without a value.
pub(super) fn scene(chart: &Chart, parallel: &Parallel, look: &Look) -> Scene {
    let count = parallel.axes.len();
    let width = look.width.max(WIDE * count as f64 + SCALE);
    let mut canvas = Canvas::new(width, look.height);
    let absent = parallel
        .rows
        .iter()
        .filter(|row| row.value.is_none())
        .count();
    let note = if absent == 0 {
        String::new()
    } else {
        format!("× dashed: {absent} points without a value")
    };
    let top = canvas.heading(chart, &note);
    let frame = Frame {
        left: WIDE * 0.6,
        top: top + 10.0,
        right: width - SCALE - 40.0,
        bottom: (look.height - 60.0).max(top + 60.0),
    };
    let across = |n: usize| n as f64 / count.saturating_sub(1).max(1) as f64;
    let color = chart.color.as_ref().map(|axis| Axis {
        range: axis.ends(),
        ..axis.clone()
    });
    let share = |row: &ParallelRow| {
        let share = row.value.zip(color.as_ref()).map(|(x, axis)| axis.share(x));
        share.unwrap_or(0.5).clamp(0.0, 1.0)
    };
    let places = parallel.places();
    let mut rows: Vec<(&ParallelRow, &Vec<f64>)> = parallel.rows.iter().zip(&places).collect();
    let thick = if rows.len() > MANY { 0.6 } else { 1.1 };
    // Dashed lines lie below, the least and the greatest values on top.
    let middle = |row: &ParallelRow| (share(row) - 0.5).abs();
    rows.sort_by(|one, other| {
        let known = one.0.value.is_some().cmp(&other.0.value.is_some());
        known.then(middle(one.0).total_cmp(&middle(other.0)))
    });
    for (row, places) in rows {
        let places = places.iter().enumerate();
        let points: Vec<(f64, f64)> = places
            .map(|(n, place)| frame.at(across(n), *place))
            .collect();
        match row.value {
            Some(_) => canvas.path(points, &palette::line(share(row)), thick, None),
            None => canvas.path(points, ABSENT, 1.0, Some("3 3")),
        }
    }
    if absent > 0 {
        canvas.cross(frame.at(1.0, -0.04), 4.0, ABSENT);
    }
    let room = frame.width() / count.saturating_sub(1).max(1) as f64 * 0.92;
    for (n, axis) in parallel.axes.iter().enumerate() {
        canvas.line(
            frame.at(across(n), 0.0),
            frame.at(across(n), 1.0),
            AXIS,
            1.5,
        );
        for (at, name) in parallel.ticks(n) {
            let (x, y) = frame.at(across(n), at);
            canvas.line((x - 3.0, y), (x, y), AXIS, 1.0);
            canvas.backed((x - 6.0, y + 4.0), &fit(&name, room * 0.8, TICK), TICK);
        }
        let (x, _) = frame.at(across(n), 0.0);
        let label = fit(&axis.label(), room, TICK + 1.0);
        canvas.text((x, frame.bottom + 34.0), &label, TICK + 1.0, Anchor::Middle);
    }
    if let Some(axis) = &chart.color {
        let scale = Frame {
            left: width - SCALE + 14.0,
            right: width - SCALE + 28.0,
            ..frame
        };
        canvas.scale(axis, scale, palette::line);
    }
    canvas.scene
}
