//! A surface drawn from a corner: lines that are parallel in space are parallel in the picture.

use crate::chart::{Axis, Chart, Field, Relief};
use crate::render::fit;

use super::TICK;
use super::canvas::{AXIS, Anchor, Canvas, Frame, Place};
use super::field::{ABSENT, viridis};

/// Places along an axis that are drawn.
const MOST: usize = 90;
/// Ticks of an axis.
const TICKS: usize = 5;

/// How far below its end a line of the ground has its name: under that of the height at the same corner.
const BELOW: f64 = TICK * 1.7;
/// The distance of the lines of two names that do not touch.
const LINE: f64 = TICK * 1.3;

/// Where a place in space, each coordinate a share from 0 to 1, lies in the picture.
struct View {
    origin: Place,
    /// Along both axes of the ground, and upwards.
    side: Place,
    up: f64,
}

impl View {
    fn of(frame: Frame) -> Self {
        // Less high than the ground is deep: a slope that falls towards the reader is still seen from above.
        let up = frame.height() * 0.36;
        Self {
            origin: (
                f64::midpoint(frame.left, frame.right) + 6.0,
                frame.top + up + 6.0,
            ),
            side: (frame.width() * 0.44, frame.height() * 0.25),
            up,
        }
    }

    fn at(&self, x: f64, y: f64, z: f64) -> Place {
        (
            self.origin.0 + (x - y) * self.side.0,
            self.origin.1 + (x + y) * self.side.1 - z * self.up,
        )
    }
}

pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, field: &Field, frame: Frame) {
    let Some(color) = &chart.color else {
        return;
    };
    let view = View::of(frame);
    let height = Axis {
        limits: None,
        ..color.clone()
    };
    ground(canvas, chart, &height, &view, frame);
    let heights = Relief::of(field, &chart.x, &chart.y, &height);
    let shades = Relief::of(field, &chart.x, &chart.y, color);
    for (at, value) in field.values.iter().enumerate() {
        if value.is_none() {
            let (x, y, _) = field.place(at);
            canvas.cross(
                view.at(chart.x.share(x), chart.y.share(y), 0.0),
                3.0,
                ABSENT,
            );
        }
    }
    let step = |count: usize| count.div_ceil(MOST).max(1);
    let (columns, rows) = (
        steps(heights.x.len(), step(heights.x.len())),
        steps(heights.y.len(), step(heights.y.len())),
    );
    let outline = if columns.len() * rows.len() > 2500 {
        0.15
    } else {
        0.4
    };
    // Faces that lie behind are drawn first.
    let mut patches: Vec<(f64, [(usize, usize); 4])> = Vec::new();
    for (column, right) in columns.iter().zip(columns.iter().skip(1)) {
        for (row, back) in rows.iter().zip(rows.iter().skip(1)) {
            let corners = [
                (*column, *row),
                (*right, *row),
                (*right, *back),
                (*column, *back),
            ];
            let depth = corners
                .iter()
                .map(|(x, y)| at(&heights.x, *x) + at(&heights.y, *y))
                .sum();
            patches.push((depth, corners));
        }
    }
    patches.sort_by(|one, other| one.0.total_cmp(&other.0));
    for (_, corners) in patches {
        let place = |(column, row): &(usize, usize)| {
            let up = heights.height(*column, *row)?;
            Some(view.at(at(&heights.x, *column), at(&heights.y, *row), up))
        };
        let places: Vec<Place> = corners.iter().filter_map(place).collect();
        let shade = |(column, row): &(usize, usize)| shades.height(*column, *row);
        let colors: Vec<f64> = corners.iter().filter_map(shade).collect();
        if places.len() == corners.len() {
            let mean = colors.iter().sum::<f64>() / colors.len().max(1) as f64;
            canvas.area(&places, &viridis(mean), Some(("#333333", outline)));
        }
    }
}

fn at(list: &[f64], n: usize) -> f64 {
    list.get(n).copied().unwrap_or(0.5)
}

/// Ticks of an axis whose ends are so far above each other.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count"
)]
fn ticks_along(high: f64) -> usize {
    ((high / LINE).max(0.0) as usize + 1).clamp(2, TICKS)
}

/// Every n-th position, and the last.
fn steps(count: usize, step: usize) -> Vec<usize> {
    let mut steps: Vec<usize> = (0..count).step_by(step).collect();
    if let Some(last) = count
        .checked_sub(1)
        .filter(|last| steps.last() != Some(last))
    {
        steps.push(last);
    }
    steps
}

/// The ground with a grid, and the three axes with their ticks and names.
fn ground(canvas: &mut Canvas, chart: &Chart, height: &Axis, view: &View, frame: Frame) {
    const GRID: &str = "#d5d5d5";
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| view.at(x, y, 0.0));
    canvas.area(&corners, "#f6f6f6", Some((AXIS, 1.0)));
    for (place, name) in chart.x.named_places(ticks_along(view.side.1)) {
        let share = chart.x.share(place);
        let (x, y) = view.at(share, 1.0, 0.0);
        canvas.line(view.at(share, 0.0, 0.0), (x, y), GRID, 0.8);
        canvas.text((x - 5.0, y + BELOW), &name, TICK, Anchor::End);
    }
    for (place, name) in chart.y.named_places(ticks_along(view.side.1)) {
        let share = chart.y.share(place);
        let (x, y) = view.at(1.0, share, 0.0);
        canvas.line(view.at(0.0, share, 0.0), (x, y), GRID, 0.8);
        canvas.text((x + 5.0, y + BELOW), &name, TICK, Anchor::Start);
    }
    let (foot, top) = (view.at(0.0, 1.0, 0.0), view.at(0.0, 1.0, 1.0));
    canvas.line(foot, top, AXIS, 1.0);
    for (place, name) in height.named_places(ticks_along(view.up)) {
        let (x, y) = view.at(0.0, 1.0, height.share(place));
        canvas.line((x - 4.0, y), (x, y), AXIS, 1.0);
        canvas.text((x - 6.0, y + 4.0), &name, TICK, Anchor::End);
    }
    let half = frame.width() * 0.48;
    let names = [
        (&chart.x, frame.left - 40.0, Anchor::Start),
        (&chart.y, frame.right, Anchor::End),
    ];
    for (axis, x, anchor) in names {
        let name = fit(&axis.label(), half, TICK + 1.0);
        canvas.text((x, frame.bottom + 26.0), &name, TICK + 1.0, anchor);
    }
}
