//! Which points of a search with several objectives lie on its front.

use crate::optimize::{Goal, dominates};
use crate::record::FrontClass;
use crate::stats::distribution::student_two_sided;

use super::evaluations::{Evaluations, SearchContext};
use super::search_best::{FRESH, bounds, scaled};

/// The points of a front that are measured again, at most.
const MOST_AGAIN: usize = 16;

impl Evaluations<'_> {
    /// In a search with several objectives and one sample of each point: measures the points of the front again, side
    /// by side, where values differ between samples. The lucky ones of many values lie on the front, too.
    pub(super) fn sample_front(&mut self, run: &mut SearchContext<'_>) {
        let proposals = &self.search.proposals;
        if proposals.goals().len() < 2 || self.executor.plan.repeats() > 1 {
            return;
        }
        let front: Vec<u64> = proposals.front_trials().take(MOST_AGAIN).collect();
        let Some(first) = front.first().copied() else {
            return;
        };
        self.sample_again(&[first], run);
        if self.is_exact(first) {
            return;
        }
        for round in 0..FRESH {
            let begun = |trial: &u64| round > 0 || *trial != first;
            let trials: Vec<u64> = front.iter().copied().filter(begun).collect();
            if !run.end.is_over() {
                self.sample_again(&trials, run);
            }
        }
    }
}

/// How much a value of one sample may be off: Student's t times the standard deviation of a sample, which points with
/// several samples show together. Nothing where no value differs between samples.
fn single_error(points: &[Vec<Vec<f64>>], goal: usize, timed: bool) -> f64 {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for values in points.iter().filter_map(|point| point.get(goal)) {
        let values: Vec<f64> = scaled(values.clone(), timed);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        squares += values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        freedom += (values.len() as f64 - 1.0).max(0.0);
    }
    if squares > 0.0 {
        student_two_sided(0.05, freedom) * (squares / freedom).sqrt()
    } else {
        0.0
    }
}

/// The ends between which a value lies, as costs that are to be small.
type Ends = (f64, f64);

/// The classes of points by the values of each of their objectives; none where a point has no values.
pub(super) fn front_classes(
    goals: &[(Goal, bool)],
    points: &[Vec<Vec<f64>>],
) -> Vec<Option<FrontClass>> {
    let errors: Vec<f64> = goals
        .iter()
        .enumerate()
        .map(|(at, (_, timed))| single_error(points, at, *timed))
        .collect();
    let all: Vec<Option<Vec<Ends>>> = points
        .iter()
        .map(|point| ends(goals, point, &errors))
        .collect();
    let best = |ends: &Vec<Ends>| ends.iter().map(|(low, _)| *low).collect::<Vec<f64>>();
    let worst = |ends: &Vec<Ends>| ends.iter().map(|(_, high)| *high).collect::<Vec<f64>>();
    let class = |(at, own): (usize, &Option<Vec<Ends>>)| {
        let own = own.as_ref()?;
        let others = || {
            let others = all
                .iter()
                .enumerate()
                .filter(move |(other, _)| *other != at);
            others.filter_map(|(_, ends)| ends.as_ref())
        };
        let (own_best, own_worst) = (best(own), worst(own));
        let surely = |other: &Vec<Ends>| dominates(&worst(other), &own_best);
        let perhaps = |other: &Vec<Ends>| dominates(&best(other), &own_worst);
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

fn ends(goals: &[(Goal, bool)], point: &[Vec<f64>], errors: &[f64]) -> Option<Vec<Ends>> {
    let of = |(((goal, timed), values), error): ((&(Goal, bool), &Vec<f64>), &f64)| {
        let (low, high) = match (bounds(values, *timed), &**values) {
            (Some(bounds), _) => bounds,
            (None, [one]) if *timed => (one * (-error).exp(), one * error.exp()),
            (None, [one]) => (one - error, one + error),
            (None, values) => (*values.first()?, *values.first()?),
        };
        let (low, high) = (goal.cost(low), goal.cost(high));
        Some((low.min(high), low.max(high)))
    };
    (point.len() == goals.len()).then_some(())?;
    goals.iter().zip(point).zip(errors).map(of).collect()
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
    fn a_single_sample_is_as_uncertain_as_the_others_say() {
        // Of three values 0.1 apart, the standard deviation is 0.1: one sample is off by 4.303 * 0.1 at most.
        let around = |x: f64| vec![x - 0.1, x, x + 0.1];
        let known = vec![around(1.0), vec![1.0]];
        let near = vec![vec![1.3], vec![0.9]];
        let far = vec![vec![1.8], vec![0.9]];
        assert_eq!(
            front_classes(&goals(), &[known, near, far]),
            [Some(Surely), Some(Maybe), Some(Dominated)]
        );
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
