//! The points of a Pareto front: each has a number beside its mark, and its inputs in a list.

use super::{Chart, ChartKind, Marks, Point};

/// A longer front would hide itself behind numbers; its points are named where a reader points at them.
const MOST: usize = 12;

impl Chart {
    /// The points of a Pareto front, in the order of the horizontal axis; none of a longer one, and of other figures.
    pub(crate) fn numbered_front(&self) -> &[Point] {
        let marks = self.panels.first().map(|panel| &panel.marks);
        let front = match marks {
            Some(Marks::Lines(series)) if self.kind == ChartKind::Pareto => series.last(),
            _ => None,
        };
        let points = front.map_or(&[][..], |front| &front.points);
        if points.len() <= MOST { points } else { &[] }
    }

    /// `1 codec=Lz4, block=4096` of each of these points.
    pub(crate) fn front_names(&self) -> Vec<String> {
        let names = self.numbered_front().iter().enumerate();
        let name = |(n, point): (usize, &Point)| {
            format!("{} {}", n + 1, point.place.as_deref().unwrap_or_default())
        };
        names.map(name).collect()
    }
}
