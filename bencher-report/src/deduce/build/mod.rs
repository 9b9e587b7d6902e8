//! From a chosen kind and a shape to the chart: one module a kind.

mod bars;
mod boxes;
mod frame;
mod heat_map;
mod histogram;
mod lines;
mod table;

use crate::chart::{Chart, ChartKind};

use super::shape::Shape;

/// The chart of a kind; `None` where the shape has no room for it.
pub(super) fn chart(kind: ChartKind, shape: &Shape) -> Option<Chart> {
    match kind {
        ChartKind::Histogram => Some(histogram::chart(shape)),
        ChartKind::Bar => Some(bars::chart(shape)),
        ChartKind::Box => boxes::chart(shape),
        ChartKind::Line | ChartKind::Curve => lines::chart(kind, shape),
        ChartKind::HeatMap => heat_map::chart(shape),
        ChartKind::Table => Some(table::chart(shape)),
    }
}
