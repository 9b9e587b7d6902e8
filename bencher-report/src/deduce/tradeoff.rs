//! Points in two results that disagree about which point is the best.

use bencher_core::dataset::{Variable, digits};
use bencher_core::var::Direction;

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
}

/// A point with its two values.
pub(super) struct TradeoffPoint {
    /// The inputs: `codec=Zstd, level=3`.
    pub(super) label: String,
    /// The position of the level of the first input without numbers.
    pub(super) level: usize,
    pub(super) x: f64,
    pub(super) y: f64,
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
                names.extend(shape.dim(*axis).and_then(|dim| {
                    let value = dim.values.get(position)?;
                    Some(format!("{}={}", dim.name, dim.text(value)))
                }));
            }
            names.reverse();
            let (x, y) = (
                other_grid.samples(offset).mean(),
                grid.samples(offset).mean(),
            );
            match x.zip(y) {
                Some((x, y)) => points.push(TradeoffPoint {
                    label: names.join(", "),
                    level,
                    x,
                    y,
                }),
                None => missing += 1,
            }
        }
        let front = front(&points, loss(other.variable), loss(shape.variable));
        Self {
            other,
            points,
            front,
            missing,
        }
    }
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
}
