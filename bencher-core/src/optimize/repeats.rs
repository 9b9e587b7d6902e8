//! Points that were told several times: whether their values vary, and what remains of them without luck.

use std::collections::HashMap;

use super::known::bits;
use super::process;
use super::proposals::Proposals;
use super::results::ToldResult;
use super::space::{Place, SearchSpace};
use crate::stats::mean;

/// A point with all its results.
pub(super) struct ToldPoint<'p>(Vec<ToldResult<'p>>);

impl<'p> ToldPoint<'p> {
    /// Its first trial; what was learned first where it has none.
    pub(super) fn first(&self) -> Option<ToldResult<'p>> {
        let trial = self.0.iter().find(|(number, ..)| number.is_some());
        trial.or_else(|| self.0.first()).copied()
    }

    /// The means of its objectives; empty where a result failed.
    pub(super) fn objectives(&self) -> Vec<f64> {
        let mut sums: Vec<f64> = Vec::new();
        for (.., (evaluated, told)) in &self.0 {
            let values = told.as_ref().map_or(&[][..], Vec::as_slice);
            if evaluated.has_failed() {
                return Vec::new();
            }
            sums.resize(values.len(), 0.0);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value / self.0.len() as f64;
            }
        }
        sums
    }

    /// Its values of the first goal, which are to be small; infinite where it failed.
    fn costs(&self) -> Vec<f64> {
        let first = |(.., (one, _)): &ToldResult<'_>| one.values.first().copied();
        let costs = self.0.iter().map(first);
        costs.map(|cost| cost.unwrap_or(f64::INFINITY)).collect()
    }
}

impl Proposals {
    /// All results, point by point.
    pub(super) fn told_points(&self) -> Vec<ToldPoint<'_>> {
        let mut positions: HashMap<Vec<u64>, usize> = HashMap::new();
        let mut points: Vec<ToldPoint<'_>> = Vec::new();
        for result in self.results() {
            let place = bits(&result.2.0.place);
            let at = *positions.entry(place).or_insert(points.len());
            match points.get_mut(at) {
                Some(point) => point.0.push(result),
                None => points.push(ToldPoint(vec![result])),
            }
        }
        points
    }

    /// Ends the search if the point of a trial has reached the target. Where points were told several values, a single
    /// one may be luck: the mean of two or more counts.
    pub(super) fn end_if_target_reached(&mut self, place: &Place) {
        if !self.has_target() {
            return;
        }
        let is_here = |point: &&ToldPoint<'_>| {
            let first = point.first();
            first.is_some_and(|(number, _, (one, _))| {
                number.is_some() && bits(&one.place) == bits(place)
            })
        };
        let points = self.told_points();
        let Some(point) = points.iter().find(is_here) else {
            return;
        };
        let Some(value) = point.objectives().first().copied() else {
            return;
        };
        if self.reaches_target(value) && (point.0.len() > 1 || variance(&points).is_none()) {
            self.end_at_target(value);
        }
    }
}

/// The variance of a value of the first goal about the mean of its point; none where no point was told different
/// values.
fn variance(points: &[ToldPoint<'_>]) -> Option<f64> {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for costs in points.iter().map(ToldPoint::costs) {
        if let Some(mean) = mean(&costs).filter(|mean| mean.is_finite()) {
            freedom += costs.len() as f64 - 1.0;
            // The mean of equal values may differ from them by a rounding error.
            if !are_same(&costs) {
                squares += costs.iter().map(|cost| (cost - mean).powi(2)).sum::<f64>();
            }
        }
    }
    (squares > 0.0).then(|| squares / freedom)
}

fn are_same(values: &[f64]) -> bool {
    let mut pairs = values.windows(2);
    pairs.all(|pair| matches!(pair, [a, b] if a.to_bits() == b.to_bits()))
}

/// The values of the first goal of points, which are to be small: the means of what was told. Where values vary, the
/// least of them is mostly the luckiest one, so then it is what a Gaussian process with that noise expects.
pub(super) fn estimated(space: &SearchSpace, points: &[ToldPoint<'_>]) -> Vec<f64> {
    let means = || {
        let means = points.iter().map(|point| mean(&point.costs()));
        means.map(|mean| mean.unwrap_or(f64::INFINITY)).collect()
    };
    let by_process = |variance: f64| {
        let results = points.iter().flat_map(|point| &point.0);
        let (places, values): (Vec<&[f64]>, Vec<f64>) = results
            .filter_map(|(.., (one, _))| Some((&*one.place, *one.values.first()?)))
            .unzip();
        let first = points.iter().filter_map(ToldPoint::first);
        let at: Vec<&[f64]> = first.map(|(.., (one, _))| &*one.place).collect();
        let expected = process::expected_values(space, (&places, &values), variance, &at)?;
        let all = points.iter().zip(expected);
        let of = |(point, value): (&ToldPoint<'_>, f64)| {
            let has_failed = point.objectives().is_empty();
            if has_failed { f64::INFINITY } else { value }
        };
        Some(all.map(of).collect())
    };
    variance(points).and_then(by_process).unwrap_or_else(means)
}

#[cfg(test)]
mod tests {
    use bencher_macros::ParametrizedSweep;

    use crate::optimize::{Asked, FinishedTrial, Goal, Sampler, Search, SearchEnd, SearchOptions};
    use crate::plan::SweepChoice;
    use crate::var::ParametrizedSweep as _;

    #[derive(ParametrizedSweep, Clone, Debug)]
    #[bencher(crate = crate)]
    struct Parabola {
        #[sweep(bounds(-5.0, 10.0))]
        x: f64,
        #[result(direction = "minimize")]
        height: Option<f64>,
    }

    fn height(x: f64) -> f64 {
        (x - 5.0).powi(2) / 10.0
    }

    fn true_height(trial: &FinishedTrial) -> f64 {
        height(trial.inputs[0].1.as_f64().unwrap())
    }

    /// A search of 30 points. The first value of trial 3 is far too low; it and some other trials get two more values.
    fn told_with_luck(target: Option<f64>) -> Search<Parabola> {
        let options = SearchOptions::default().budget(30).sampler(Sampler::Sobol);
        let options = match target {
            Some(target) => options.target(target),
            None => options,
        };
        let (start, goals) = (Parabola::baseline().unwrap(), [Goal::minimize("height")]);
        let mut search = Search::new(&start, &SweepChoice::default(), goals, options).unwrap();
        while let Asked::Trial(trial) = search.ask().unwrap() {
            let height = height(trial.sweep.x);
            let luck = if trial.number == 3 { 9.0 } else { 0.0 };
            if trial.number == 3 || trial.number % 5 == 4 {
                search.learn(&trial.sweep, height + 0.4).unwrap();
                search.learn(&trial.sweep, height - 0.4).unwrap();
            }
            search.tell(trial.number, height - luck).unwrap();
        }
        search
    }

    #[test]
    fn the_best_is_no_lucky_value() {
        let search = told_with_luck(None);
        let trials = search.trials();
        let lucky = trials.iter().find(|one| one.number == Some(3)).unwrap();
        let is_worse = |one: &FinishedTrial| one.objectives[0] >= lucky.objectives[0];
        assert!(trials.iter().all(is_worse), "its value is the least one");
        let best = search.best().unwrap();
        assert!(
            best.number != Some(3) && true_height(&best) < 0.5,
            "{best:?}"
        );
        // The mean of what was told.
        assert!(
            (best.objectives[0] - true_height(&best)).abs() < 1e-9,
            "{best:?}"
        );
    }

    #[test]
    fn exact_repeats_leave_the_best_value_the_best() {
        let (start, goals) = (Parabola::baseline().unwrap(), [Goal::minimize("height")]);
        let options = SearchOptions::default().budget(12);
        let mut search = Search::new(&start, &SweepChoice::default(), goals, options).unwrap();
        while let Asked::Trial(trial) = search.ask().unwrap() {
            // The mean of three times 0.1 is not 0.1.
            let value = height(trial.sweep.x) + 0.1;
            search.learn(&trial.sweep, value).unwrap();
            search.learn(&trial.sweep, value).unwrap();
            search.tell(trial.number, value).unwrap();
        }
        let trials = search.trials();
        let least = trials.iter().map(true_height).fold(f64::INFINITY, f64::min);
        let best = true_height(&search.best().unwrap());
        assert!((best - least).abs() < 1e-12, "{best} {least}");
    }

    #[test]
    fn a_repeated_trial_reaches_a_target_by_its_mean() {
        let search = told_with_luck(Some(-0.1));
        assert_eq!(search.ended(), Some(SearchEnd::Budget { trials: 30 }));
        let search = told_with_luck(Some(3.0));
        let end = search.ended();
        assert!(
            matches!(end, Some(SearchEnd::Target { value }) if value <= 3.0),
            "{end:?}"
        );
    }
}
