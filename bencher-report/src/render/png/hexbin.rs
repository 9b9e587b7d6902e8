use crate::chart::{Axis, Chart, Hexbin};

use super::canvas::{Anchor, Canvas, Frame};
use super::field::{ABSENT, axes, viridis};
use super::{LABEL, TICK};
use crate::render::fit;

/// The hexagons of a panel in the colours of their counts; why there are none, where a table is missing.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, hexbin: &Hexbin, frame: Frame) {
    let scale = chart.color.as_ref().map(|axis| Axis {
        range: axis.ends(),
        ..axis.clone()
    });
    for cell in &hexbin.cells {
        let share = scale
            .as_ref()
            .map_or(0.5, |axis| axis.share(cell.count as f64));
        let place = |(x, y): (f64, f64)| frame.at(chart.x.share(x), chart.y.share(y));
        let corners = hexbin.corners(cell).map(place);
        let fill = viridis(share);
        // The outline closes what shines between neighbours.
        canvas.area(&corners, &fill, Some((&fill, 0.4)));
    }
    if let Some(gap) = &hexbin.gap {
        let (x, y) = frame.at(0.5, 0.5);
        canvas.cross((x, y - LABEL), 5.0, ABSENT);
        let text = fit(&gap.text(), frame.width() * 0.95, TICK);
        canvas.text((x, y + LABEL), &text, TICK, Anchor::Middle);
    }
    axes(canvas, chart, frame);
}
