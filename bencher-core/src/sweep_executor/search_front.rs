//! Which points of a search with several objectives lie on its front.

use crate::optimize::Goal;
use crate::record::FrontClass;

use super::search_best::bounds;

/// The ends between which a value lies, as costs that are to be small.
type Ends = (f64, f64);

/// The classes of points by the values of each of their objectives; none where a point has no values.
pub(super) fn front_classes(
    goals: &[(Goal, bool)],
    points: &[Vec<Vec<f64>>],
) -> Vec<Option<FrontClass>> {
    let all: Vec<Option<Vec<Ends>>> = points.iter().map(|point| ends(goals, point)).collect();
    let class = |(at, own): (usize, &Option<Vec<Ends>>)| {
        let own = own.as_ref()?;
        let others = || {
            let others = all
                .iter()
                .enumerate()
                .filter(move |(other, _)| *other != at);
            others.filter_map(|(_, ends)| ends.as_ref())
        };
        // The worst of the other against the best of this one, and the other way round.
        let surely = |other: &Vec<Ends>| {
            dominates(
                other.iter().map(|(_, high)| *high),
                own.iter().map(|(low, _)| *low),
            )
        };
        let perhaps = |other: &Vec<Ends>| {
            dominates(
                other.iter().map(|(low, _)| *low),
                own.iter().map(|(_, high)| *high),
            )
        };
        Some(if others().any(surely) {
            FrontClass::Dominated
        } else if others().any(perhaps) {
            FrontClass::Maybe
        } else {
            FrontClass::Surely
        })
    };
    all.iter().enumerate().map(class).collect()
}

fn ends(goals: &[(Goal, bool)], point: &[Vec<f64>]) -> Option<Vec<Ends>> {
    let of = |((goal, timed), values): (&(Goal, bool), &Vec<f64>)| {
        let (low, high) = match bounds(values, *timed) {
            Some(bounds) => bounds,
            None => (*values.first()?, *values.first()?),
        };
        let (low, high) = (goal.cost(low), goal.cost(high));
        Some((low.min(high), low.max(high)))
    };
    (point.len() == goals.len()).then_some(())?;
    goals.iter().zip(point).map(of).collect()
}

fn dominates(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> bool {
    let mut is_better = false;
    for (a, b) in a.zip(b) {
        if a > b {
            return false;
        }
        is_better |= a < b;
    }
    is_better
}

#[cfg(test)]
mod tests {
    use super::*;
    use FrontClass::{Dominated, Maybe, Surely};

    fn goals() -> [(Goal, bool); 2] {
        [
            (Goal::minimize("size"), false),
            (Goal::maximize("speed"), false),
        ]
    }

    #[test]
    fn exact_points_are_on_the_front_or_not() {
        let point = |size: f64, speed: f64| vec![vec![size], vec![speed]];
        let points = [point(1.0, 1.0), point(2.0, 2.0), point(2.0, 1.5), vec![]];
        assert_eq!(
            front_classes(&goals(), &points),
            [Some(Surely), Some(Surely), Some(Dominated), None]
        );
        let equal = [point(1.0, 1.0), point(1.0, 1.0)];
        assert_eq!(front_classes(&goals(), &equal), [Some(Surely); 2]);
    }

    #[test]
    fn bounds_that_overlap_do_not_decide() {
        let sampled = |size: f64, speed: f64| {
            let around = |x: f64| vec![x - 0.1, x, x + 0.1];
            vec![around(size), around(speed)]
        };
        // Three values 0.1 apart: 4.303 * 0.1 / sqrt(3) = 0.248 to both sides.
        let points = [sampled(1.0, 1.0), sampled(1.2, 0.9), sampled(2.0, 0.2)];
        assert_eq!(
            front_classes(&goals(), &points),
            [Some(Maybe), Some(Maybe), Some(Dominated)]
        );
    }
}
