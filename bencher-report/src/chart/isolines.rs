//! Lines of equal values over a field of two inputs.

#![cfg_attr(
    not(any(feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "a page computes its own")
)]

use std::collections::{BTreeMap, BTreeSet};

use super::{Axis, Field};

/// Levels that can be told apart.
const LEVELS: usize = 10;

/// Places in shares of both axes, 0 to 1, in the order of a line.
pub(crate) type Isoline = Vec<(f64, f64)>;

/// The values of isolines: round numbers on the scale of colours.
pub(crate) fn levels(color: &Axis) -> Vec<f64> {
    let Some((low, high)) = color.ends().filter(|(low, high)| low < high) else {
        return Vec::new();
    };
    let places = if color.is_log() {
        color.log_places(LEVELS + 5)
    } else {
        color.linear_places(LEVELS)
    };
    let inside = places.into_iter().filter(|x| *x > low && *x < high);
    inside.collect()
}

/// A field in shares: of its axes, and of the scale of colours.
pub(crate) struct Relief {
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    heights: Vec<Option<f64>>,
}

impl Relief {
    pub(crate) fn of(field: &Field, x: &Axis, y: &Axis, color: &Axis) -> Self {
        let scale = Axis {
            range: color.ends(),
            ..color.clone()
        };
        let height = |value: &Option<f64>| value.map(|x| scale.share(x));
        Self {
            x: field.x.iter().map(|at| x.share(*at)).collect(),
            y: field.y.iter().map(|at| y.share(*at)).collect(),
            heights: field.values.iter().map(height).collect(),
        }
    }

    /// The height at a place of the grid.
    pub(crate) fn height(&self, column: usize, row: usize) -> Option<f64> {
        self.heights.get(row * self.x.len() + column).copied()?
    }

    /// The height at shares of both axes, between the four places around it; `None` where one of them has none.
    pub(crate) fn between(&self, across: f64, up: f64) -> Option<f64> {
        let (column, right) = stretch(&self.x, across)?;
        let (row, top) = stretch(&self.y, up)?;
        let at = |column, row| self.height(column, row);
        let low = at(column, row)? * (1.0 - right) + at(column + 1, row)? * right;
        let high = at(column, row + 1)? * (1.0 - right) + at(column + 1, row + 1)? * right;
        Some(low * (1.0 - top) + high * top)
    }

    /// The lines at a height, by marching squares. They end where a value is missing.
    pub(crate) fn lines(&self, height: f64) -> Vec<Isoline> {
        let mut ends: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
        let mut join = |one: Edge, other: Edge| {
            ends.entry(one).or_default().push(other);
            ends.entry(other).or_default().push(one);
        };
        for row in 0..self.y.len().saturating_sub(1) {
            for column in 0..self.x.len().saturating_sub(1) {
                self.cross(column, row, height, &mut join);
            }
        }
        let mut lines = Vec::new();
        let mut seen: BTreeSet<(Edge, Edge)> = BTreeSet::new();
        // Open lines begin at an end of theirs; what is left are closed ones.
        let starts = ends.iter().filter(|(_, next)| next.len() == 1);
        let starts: Vec<Edge> = starts.chain(&ends).map(|(edge, _)| *edge).collect();
        for start in starts {
            let mut line = vec![start];
            let mut at = start;
            while let Some(next) = ends.get(&at).and_then(|next| {
                let fresh = |next: &&Edge| !seen.contains(&(at, **next));
                next.iter().find(fresh).copied()
            }) {
                seen.insert((at, next));
                seen.insert((next, at));
                line.push(next);
                at = next;
            }
            if line.len() > 1 {
                let places = line.into_iter().filter_map(|edge| self.place(edge, height));
                lines.push(places.collect());
            }
        }
        lines
    }

    /// The edges of a cell that a line crosses, in pairs.
    fn cross(&self, column: usize, row: usize, height: f64, join: &mut impl FnMut(Edge, Edge)) {
        let corners =
            [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(x, y)| self.height(column + x, row + y));
        let [Some(a), Some(b), Some(c), Some(d)] = corners else {
            return;
        };
        let [bottom, right, top, left] = [
            Edge {
                column,
                row,
                is_upright: false,
            },
            Edge {
                column: column + 1,
                row,
                is_upright: true,
            },
            Edge {
                column,
                row: row + 1,
                is_upright: false,
            },
            Edge {
                column,
                row,
                is_upright: true,
            },
        ];
        let is_above = [a, b, c, d].map(|corner| corner >= height);
        let is_middle_above = (a + b + c + d) / 4.0 >= height;
        match is_above {
            [true, false, true, false] | [false, true, false, true] => {
                // A saddle: its middle belongs to the corners of its side.
                if is_above[0] == is_middle_above {
                    join(bottom, right);
                    join(top, left);
                } else {
                    join(bottom, left);
                    join(top, right);
                }
            }
            [one, two, three, four] => {
                let crossed = [
                    (bottom, one != two),
                    (right, two != three),
                    (top, three != four),
                    (left, four != one),
                ];
                let mut crossed = crossed
                    .into_iter()
                    .filter(|(_, is)| *is)
                    .map(|(edge, _)| edge);
                if let (Some(one), Some(other)) = (crossed.next(), crossed.next()) {
                    join(one, other);
                }
            }
        }
    }

    /// Where a line crosses an edge.
    fn place(&self, edge: Edge, height: f64) -> Option<(f64, f64)> {
        let Edge {
            column,
            row,
            is_upright,
        } = edge;
        let (next_column, next_row) = if is_upright {
            (column, row + 1)
        } else {
            (column + 1, row)
        };
        let (from, to) = (
            self.height(column, row)?,
            self.height(next_column, next_row)?,
        );
        let share = ((height - from) / (to - from)).clamp(0.0, 1.0);
        let between = |list: &[f64], from: usize, to: usize| {
            let (from, to) = (list.get(from)?, list.get(to)?);
            Some(from * (1.0 - share) + to * share)
        };
        Some((
            between(&self.x, column, next_column)?,
            between(&self.y, row, next_row)?,
        ))
    }
}

/// The edge from a place of the grid to its neighbour above, or to the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    column: usize,
    row: usize,
    is_upright: bool,
}

/// The stretch of ascending numbers in which one lies, and its share of that stretch.
fn stretch(numbers: &[f64], at: f64) -> Option<(usize, f64)> {
    let last = numbers.len().checked_sub(2)?;
    let n = numbers
        .partition_point(|x| *x <= at)
        .saturating_sub(1)
        .min(last);
    let (from, to) = (numbers.get(n)?, numbers.get(n + 1)?);
    Some((n, ((at - from) / (to - from)).clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x² + y²` from −2 to 2.
    fn bowl(hole: bool) -> Relief {
        let places: Vec<f64> = (0..41).map(|n| -2.0 + f64::from(n) / 10.0).collect();
        let heights = places.iter().flat_map(|y| {
            places.iter().map(move |x| {
                let is_hole = hole && *x > 0.95 && *x < 1.05 && y.abs() < 0.05;
                (!is_hole).then_some(x * x + y * y)
            })
        });
        Relief {
            heights: heights.collect(),
            x: places.clone(),
            y: places.clone(),
        }
    }

    #[test]
    fn a_line_of_a_bowl_is_a_circle() {
        let lines = bowl(false).lines(1.0);
        assert_eq!(lines.len(), 1);
        let circle = &lines[0];
        assert_eq!(circle.first(), circle.last(), "closed");
        for (x, y) in circle {
            assert!((x.hypot(*y) - 1.0).abs() < 0.01, "{x} {y}");
        }
        let length: f64 = circle
            .windows(2)
            .map(|pair| (pair[0].0 - pair[1].0).hypot(pair[0].1 - pair[1].1))
            .sum();
        assert!((length - std::f64::consts::TAU).abs() < 0.02, "{length}");
        assert!(bowl(false).lines(9.0).is_empty());
    }

    #[test]
    fn a_line_ends_where_a_value_is_missing() {
        let lines = bowl(true).lines(1.0);
        assert_eq!(lines.len(), 1);
        assert_ne!(lines[0].first(), lines[0].last());
        assert_eq!(bowl(true).between(1.01, 0.01), None);
        assert!((bowl(true).between(0.55, 0.5).unwrap() - 0.555).abs() < 1e-9);
    }

    #[test]
    fn a_saddle_has_two_lines() {
        let relief = Relief {
            x: vec![0.0, 1.0],
            y: vec![0.0, 1.0],
            heights: [1.0, 0.0, 0.0, 1.0].map(Some).to_vec(),
        };
        assert_eq!(relief.lines(0.4).len(), 2);
        assert_eq!(relief.lines(0.6).len(), 2);
        let flat = Relief {
            heights: vec![Some(0.5); 4],
            ..relief
        };
        assert!(flat.lines(0.5).is_empty());
    }
}
