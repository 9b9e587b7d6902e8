//! Points in two results that disagree about which point is the best.

#[cfg(feature = "html")]
use std::collections::HashMap;

use bencher_core::dataset::{Dim, Variable, digits};
use bencher_core::var::Direction;

use crate::chart::{Point, PointSign};

use super::build::frame;
use super::grid::Grid;
use super::shape::{Shape, Sort};

/// Two results of every point that has both.
pub(super) struct Tradeoff<'a> {
    /// The shape of the earlier result, which is on the horizontal axis.
    pub(super) other: Shape<'a>,
    /// The points, in the order of the grid.
    pub(super) points: Vec<TradeoffPoint>,
    /// The positions of the points that no other one beats in both results, by the earlier result.
    pub(super) front: Vec<usize>,
    /// How many points lack one of the results.
    pub(super) missing: usize,
    /// Whether values have bounds, so that points have signs.
    pub(super) has_bounds: bool,
    /// How many points lack bounds in a result that varies from repeat to repeat: nothing is sure of them.
    pub(super) unbounded: usize,
}

/// A point with its two values.
pub(super) struct TradeoffPoint {
    /// The inputs: `codec=Zstd, level=3`.
    pub(super) label: String,
    /// The position of the level of the first input without numbers.
    pub(super) level: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    /// The bounds of both values, low and high; the values themselves where there are none.
    pub(super) x_bounds: (f64, f64),
    pub(super) y_bounds: (f64, f64),
    /// The class of its place by the bounds; plain where no point has bounds, and where it is surely dominated.
    pub(super) sign: PointSign,
}

impl<'a> Tradeoff<'a> {
    /// The trade-off with the first earlier result that disagrees; the reason if there is none.
    pub(super) fn of(shape: &Shape<'a>) -> Result<Self, String> {
        let mut reason = "no earlier result has a direction".to_owned();
        let name = &shape.variable.info.name;
        let earlier = shape.dataset.variables().iter();
        for variable in earlier.take_while(|variable| variable.info.name != *name) {
            if variable.info.direction == Direction::None {
                continue;
            }
            let other = Shape::of(shape.dataset, variable);
            if !matches!(other.sort, Sort::Number | Sort::Truth) {
                continue;
            }
            let found = Self::between(shape, other);
            match found.front.as_slice() {
                [] => reason = format!("no point has both this result and {}", variable.info.name),
                [one] => {
                    let best = found.points.get(*one).map_or("", |point| &point.label);
                    reason = format!("{best} is the best in {}, too", variable.info.name);
                }
                _ => return Ok(found),
            }
        }
        Err(reason)
    }

    fn between(shape: &Shape<'a>, other: Shape<'a>) -> Self {
        let (grid, other_grid) = (Grid::of(shape), Grid::of(&other));
        let inputs = shape.inputs();
        let series = shape.categorical.first().copied();
        let count: usize = inputs.iter().map(|axis| shape.levels(*axis)).product();
        let mut points = Vec::new();
        let mut missing = 0;
        let mut has_bounds = false;
        let mut unbounded = 0;
        for number in 0..count {
            let mut rest = number;
            let (mut offset, mut level) = (0, 0);
            let mut names = Vec::new();
            for axis in inputs.iter().rev() {
                let levels = shape.levels(*axis).max(1);
                let position = rest % levels;
                rest /= levels;
                offset += grid.offset(Some(*axis), position);
                if Some(*axis) == series {
                    level = position;
                }
                names.extend(shape.dim(*axis).and_then(|dim| named_level(dim, position)));
            }
            names.reverse();
            let x = frame_point(&other, &other_grid, offset);
            let y = frame_point(shape, &grid, offset);
            has_bounds |= x.bounds.is_some() || y.bounds.is_some();
            // A value that one repeat gave, or each in the same way, is exact; a time without bounds may be any.
            let unknown = |point: &Point, of: &Shape| {
                point.bounds.is_none() && of.dataset.is_centred(of.variable)
            };
            let bounds = |point: &Point, of: &Shape, value| match point.bounds {
                Some(bounds) => bounds,
                None if unknown(point, of) => (f64::NEG_INFINITY, f64::INFINITY),
                None => (value, value),
            };
            match x.y.zip(y.y) {
                Some((x_value, y_value)) => {
                    unbounded += usize::from(unknown(&x, &other) || unknown(&y, shape));
                    points.push(TradeoffPoint {
                        label: names.join(", "),
                        level,
                        x: x_value,
                        y: y_value,
                        x_bounds: bounds(&x, &other, x_value),
                        y_bounds: bounds(&y, shape, y_value),
                        sign: PointSign::Plain,
                    });
                }
                None => missing += 1,
            }
        }
        let losses = (loss(other.variable), loss(shape.variable));
        let front = front(&points, losses.0, losses.1);
        // Where no point is known in both results, there is nothing to judge.
        has_bounds &= unbounded < points.len();
        if has_bounds {
            judge(&mut points, losses.0, losses.1);
        }
        Self {
            other,
            points,
            front,
            missing,
            has_bounds,
            unbounded,
        }
    }

    /// How many points have a sign.
    pub(super) fn signed(&self, sign: PointSign) -> usize {
        self.points
            .iter()
            .filter(|point| point.sign == sign)
            .count()
    }
}

/// An input and its value at a position: `level=3`.
fn named_level(dim: &Dim, position: usize) -> Option<String> {
    let value = dim.values.get(position)?;
    Some(format!("{}={}", dim.name, dim.text(value)))
}

/// The levels of every point of some inputs, by the label that the point has in a trade-off: for each input that varies its
/// number, and that of its level.
#[cfg(feature = "html")]
pub(crate) fn labelled_points(inputs: &[&Dim]) -> HashMap<String, Vec<(usize, usize)>> {
    let mut points = vec![(String::new(), Vec::new())];
    for (input, dim) in inputs.iter().enumerate().filter(|(_, dim)| dim.len() > 1) {
        let along = |(label, levels): &(String, Vec<(usize, usize)>)| {
            let with = |level: usize| {
                let separator = if label.is_empty() { "" } else { ", " };
                let name = named_level(dim, level).unwrap_or_default();
                let levels = levels.iter().copied().chain([(input, level)]);
                (format!("{label}{separator}{name}"), levels.collect())
            };
            (0..dim.len()).map(with).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(along).collect();
    }
    points.into_iter().collect()
}

fn frame_point(shape: &Shape, grid: &Grid, offset: usize) -> Point {
    frame::point(shape, 0.0, &grid.samples(offset))
}

/// A function whose value is the less, the better a value of a result is.
fn loss(variable: &Variable) -> fn(f64) -> f64 {
    match variable.info.direction {
        Direction::Maximize => |x| -x,
        Direction::Minimize | Direction::None => |x| x,
    }
}

/// The positions of the points that no other one beats: each is better in the second result than all that are better in
/// the first. Of equal points, the first counts.
fn front(points: &[TradeoffPoint], of_x: fn(f64) -> f64, of_y: fn(f64) -> f64) -> Vec<usize> {
    let mut losses: Vec<(usize, f64, f64)> = points
        .iter()
        .enumerate()
        .map(|(n, point)| (n, of_x(point.x), of_y(point.y)))
        .collect();
    losses.sort_by(|(_, x, y), (_, other_x, other_y)| {
        x.total_cmp(other_x).then(y.total_cmp(other_y))
    });
    let mut best = f64::INFINITY;
    losses.retain(|(_, _, y)| {
        let is_better = *y < best;
        best = best.min(*y);
        is_better
    });
    losses.into_iter().map(|(n, ..)| n).collect()
}

/// The least and the greatest losses that the bounds of a point allow.
struct LossBounds {
    x: (f64, f64),
    y: (f64, f64),
}

/// Gives signs to the points that no other one can beat, and to those that another one may beat.
fn judge(points: &mut [TradeoffPoint], of_x: fn(f64) -> f64, of_y: fn(f64) -> f64) {
    let ends = |(low, high): (f64, f64), of: fn(f64) -> f64| {
        let (one, other) = (of(low), of(high));
        (one.min(other), one.max(other))
    };
    let losses: Vec<LossBounds> = points
        .iter()
        .map(|point| LossBounds {
            x: ends(point.x_bounds, of_x),
            y: ends(point.y_bounds, of_y),
        })
        .collect();
    let surely = Staircase::of(losses.iter().map(|loss| (loss.x.1, loss.y.1)));
    let maybe = Staircase::of(losses.iter().map(|loss| (loss.x.0, loss.y.0)));
    for (n, (point, loss)) in points.iter_mut().zip(&losses).enumerate() {
        point.sign = if surely.beats((loss.x.0, loss.y.0), n) {
            PointSign::Plain
        } else if maybe.beats((loss.x.1, loss.y.1), n) {
            PointSign::MaybeFront
        } else {
            PointSign::Front
        };
    }
}

/// Pairs of losses in the order of the first, each with the two least of the second up to there.
struct Staircase {
    x: Vec<f64>,
    least: Vec<[(f64, usize); 2]>,
}

impl Staircase {
    fn of(pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut sorted: Vec<(f64, f64, usize)> =
            pairs.enumerate().map(|(n, (x, y))| (x, y, n)).collect();
        sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut least = [(f64::INFINITY, usize::MAX); 2];
        let mut stairs = Vec::with_capacity(sorted.len());
        for (_, y, n) in &sorted {
            if *y < least[0].0 {
                least = [(*y, *n), least[0]];
            } else if *y < least[1].0 {
                least[1] = (*y, *n);
            }
            stairs.push(least);
        }
        Self {
            x: sorted.iter().map(|pair| pair.0).collect(),
            least: stairs,
        }
    }

    /// Whether a pair other than the n-th is nowhere worse than this one, and better somewhere.
    fn beats(&self, (x, y): (f64, f64), n: usize) -> bool {
        let least = |count: usize| {
            let stair = count.checked_sub(1).and_then(|at| self.least.get(at));
            let others = stair.into_iter().flatten().filter(|(_, of)| *of != n);
            others.map(|(y, _)| *y).fold(f64::INFINITY, f64::min)
        };
        let better = least(self.x.partition_point(|other| *other < x));
        let as_good = least(self.x.partition_point(|other| *other <= x));
        better <= y && better.is_finite() || as_good < y
    }
}

/// The number of points of a front in words: `3 of 12 points`.
pub(super) fn front_share(found: &Tradeoff) -> String {
    let (front, all) = (found.front.len() as f64, found.points.len() as f64);
    format!("{} of {} points", digits(front, 6), digits(all, 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_has_the_points_that_no_other_one_beats() {
        let of = |at: &[(f64, f64)]| -> Vec<TradeoffPoint> {
            let point = |(x, y): &(f64, f64)| TradeoffPoint {
                label: String::new(),
                level: 0,
                x: *x,
                y: *y,
                x_bounds: (*x, *x),
                y_bounds: (*y, *y),
                sign: PointSign::Plain,
            };
            at.iter().map(point).collect()
        };
        let points = of(&[
            (3.0, 1.0),
            (1.0, 5.0),
            (2.0, 2.0),
            (2.0, 3.0),
            (3.0, 3.0),
            (2.0, 2.0),
        ]);
        assert_eq!(front(&points, |x| x, |y| y), [1, 2, 0]);
        // The more of the second, the better.
        assert_eq!(front(&points, |x| x, |y| -y), [1]);
        assert_eq!(front(&[], |x| x, |y| y), [] as [usize; 0]);
    }

    #[test]
    fn bounds_decide_what_is_surely_on_the_front() {
        use PointSign::{Front, MaybeFront, Plain};
        let signs = |bounds: &[[f64; 4]]| -> Vec<PointSign> {
            let point = |[x, wide, y, high]: &[f64; 4]| TradeoffPoint {
                label: String::new(),
                level: 0,
                x: *x,
                y: *y,
                x_bounds: (x - wide, x + wide),
                y_bounds: (y - high, y + high),
                sign: Plain,
            };
            let mut points: Vec<TradeoffPoint> = bounds.iter().map(point).collect();
            judge(&mut points, |x| x, |y| y);
            points.into_iter().map(|point| point.sign).collect()
        };
        // Apart from each other; the second surely dominates the third.
        let apart = [
            [1.0, 0.1, 5.0, 0.1],
            [2.0, 0.1, 2.0, 0.1],
            [3.0, 0.1, 3.0, 0.1],
        ];
        assert_eq!(signs(&apart), [Front, Front, Plain]);
        // The same, with bounds that reach each other in one result, and in both.
        let near = [
            [1.0, 0.1, 5.0, 0.1],
            [2.0, 0.6, 2.0, 0.1],
            [3.0, 0.6, 3.0, 0.1],
        ];
        assert_eq!(signs(&near), [Front, Front, MaybeFront]);
        let nearer = [
            [1.0, 0.1, 5.0, 0.1],
            [2.0, 0.6, 2.0, 0.6],
            [3.0, 0.6, 3.0, 0.6],
        ];
        assert_eq!(signs(&nearer), [Front, MaybeFront, MaybeFront]);
        // Without width, equal points beat neither each other nor themselves.
        let equal = [
            [1.0, 0.0, 1.0, 0.0],
            [1.0, 0.0, 1.0, 0.0],
            [1.0, 0.0, 2.0, 0.0],
        ];
        assert_eq!(signs(&equal), [Front, Front, Plain]);
        assert_eq!(
            signs(&[[1.0, 0.5, 1.0, 0.5]]),
            [Front],
            "nothing beats itself"
        );
        assert_eq!(signs(&[]), []);
    }

    /// Against every pair, in a few hundred points of a fixed sequence.
    #[test]
    fn a_staircase_finds_what_all_pairs_say() {
        let number = |n: usize| f64::from(u32::try_from(n * 7919 % 23).unwrap());
        let pairs: Vec<(f64, f64)> = (0..300)
            .map(|n| (number(n), number(n * n + 3 * n)))
            .collect();
        let stairs = Staircase::of(pairs.iter().copied());
        for (n, (x, y)) in pairs.iter().enumerate() {
            let others = pairs.iter().enumerate().filter(|(other, _)| *other != n);
            let beats = |(_, (a, b)): (usize, &(f64, f64))| a <= x && b <= y && (a < x || b < y);
            assert_eq!(
                stairs.beats((*x, *y), n),
                others.into_iter().any(beats),
                "{n}"
            );
        }
    }
}
