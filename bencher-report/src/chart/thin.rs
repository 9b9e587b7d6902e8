use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Chart, Marks, Panel, Point, Series};

/// Points of a series that are drawn; more are thinned, their peaks kept. A figure is about a thousand pixels wide: there
/// are some for each of them.
const POINTS: usize = 6_000;
/// Points of all series of a figure that are drawn, as far as each still has some.
const ALL_POINTS: usize = 60_000;
/// Points of a series that are drawn in any case.
const FEWEST: usize = 1000;

impl Chart {
    /// Whether lines have more points than are drawn.
    pub(crate) fn is_thinned(&self) -> bool {
        let room = self.room();
        self.lines().any(|one| one.points.len() > room)
    }

    /// The chart with as many points of each line, or cells of each map, as are drawn. A copy of it is then cheap, however
    /// large the sweep.
    pub(crate) fn thinned(&self) -> Cow<'_, Self> {
        if let Some(bins) = self.bins() {
            return Cow::Owned(self.binned(bins));
        }
        if !self.is_thinned() {
            return Cow::Borrowed(self);
        }
        let room = self.room();
        let thinned = |one: &Series| Series {
            name: one.name.clone(),
            points: thin(&one.points, room),
        };
        let panel = |panel: &Panel| Panel {
            facets: panel.facets.clone(),
            marks: match &panel.marks {
                Marks::Lines(series) => Marks::Lines(series.iter().map(thinned).collect()),
                other => other.clone(),
            },
        };
        let panels = self.panels.iter().map(panel).collect();
        Cow::Owned(self.with_panels(panels))
    }

    /// How many points of each series are drawn.
    fn room(&self) -> usize {
        let share = ALL_POINTS / self.lines().count().max(1);
        share.clamp(FEWEST, POINTS)
    }

    fn lines(&self) -> impl Iterator<Item = &Series> {
        self.panels.iter().flat_map(|panel| match &panel.marks {
            Marks::Lines(series) => series.as_slice(),
            _ => &[],
        })
    }
}

/// At most about `limit` points: of every stretch its lowest, its highest and a point without
/// a value, so that neither peaks nor gaps vanish.
fn thin(points: &[Point], limit: usize) -> Vec<Point> {
    if points.len() <= limit {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil((limit / 3).max(1));
    let mut kept = Vec::new();
    for chunk in points.chunks(stretch) {
        let value = |point: &(usize, &Point)| point.1.y.unwrap_or(f64::NAN);
        let known = || {
            chunk
                .iter()
                .enumerate()
                .filter(|(_, point)| point.y.is_some())
        };
        let picks: BTreeSet<usize> = [
            known().min_by(|a, b| value(a).total_cmp(&value(b))),
            known().max_by(|a, b| value(a).total_cmp(&value(b))),
            chunk
                .iter()
                .enumerate()
                .find(|(_, point)| point.y.is_none()),
        ]
        .into_iter()
        .flatten()
        .map(|(n, _)| n)
        .collect();
        kept.extend(picks.into_iter().filter_map(|n| chunk.get(n).cloned()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::PointSign;

    #[test]
    fn peaks_and_gaps_stay() {
        let point = |n: usize| Point {
            x: n as f64,
            place: None,
            y: match n {
                700 => None,
                500 => Some(9.0),
                _ => Some(((n * 7919) % 13) as f64 / 13.0),
            },
            bounds: None,
            outer: None,
            sign: PointSign::Plain,
            samples: 1,
            row: None,
            absent: 0,
            gap: None,
        };
        let points: Vec<Point> = (0..1000).map(point).collect();
        let few = thin(&points, 60);
        assert!((20..=60).contains(&few.len()), "{}", few.len());
        assert!(few.iter().any(|point| point.y == Some(9.0)));
        assert!(few.iter().any(|point| point.y.is_none()));
        assert!(few.windows(2).all(|pair| pair[0].x < pair[1].x));
        assert_eq!(thin(&points, 1000), points);
    }
}
