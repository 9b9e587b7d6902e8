use std::fmt;

use crate::stats::distribution::student_two_sided;
use crate::stats::{MISRATE, mean};

use super::known::Evaluated;
use super::process;
use super::space::SearchSpace;

/// How much one dimension of a search matters, by the model of the first goal: the share of its differences over the
/// whole space that the dimension explains alone.
///
/// The bounds are those at 95 % by the jackknife: from how much the estimate differs when a quarter of the points is
/// left out. The share of a pair is what both explain beyond what each explains alone.
///
/// ```
/// use bencher_core::optimize::Importance;
/// let level = Importance { dimension: "codec.level".to_owned(), share: 0.42, low: 0.35, high: 0.5 };
/// assert_eq!(level.to_string(), "codec.level 42 % (35 to 50 %)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// The name of the dimension, or the names of two with ` * ` between them.
    pub dimension: String,
    /// Its share, from 0 to 1.
    pub share: f64,
    /// The lower bound of the share.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl fmt::Display for Importance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 100.0).round();
        let (low, high) = (percent(self.low), percent(self.high));
        write!(
            f,
            "{} {} % ({low} to {high} %)",
            self.dimension,
            percent(self.share)
        )
    }
}

/// The importance of all dimensions, the most important first, and of their pairs beyond that; empty where too few
/// points are known. A pair has two dimensions with a `*` between them.
pub(super) fn importance(
    space: &SearchSpace,
    done: &[Evaluated],
) -> (Vec<Importance>, Vec<Importance>) {
    let Some(estimates) = process::estimates(space, done) else {
        return (Vec::new(), Vec::new());
    };
    let name = |at: usize| {
        let dimension = space.dimensions.get(at);
        dimension.map_or_else(String::new, |dimension| dimension.name.clone())
    };
    let of = |dimension: String, shares: &mut dyn Iterator<Item = f64>| {
        let share = shares.next()?;
        let by = half_width(&shares.collect::<Vec<f64>>());
        Some(Importance {
            dimension,
            share,
            low: (share - by).max(0.0),
            high: (share + by).min(1.0),
        })
    };
    let alone = (0..space.dimensions.len()).filter_map(|at| {
        let mut shares = estimates
            .alone
            .iter()
            .filter_map(|all| all.get(at))
            .copied();
        of(name(at), &mut shares)
    });
    let pairs = estimates.pairs.iter().filter_map(|((a, b), shares)| {
        of(
            format!("{} * {}", name(*a), name(*b)),
            &mut shares.iter().copied(),
        )
    });
    let (mut alone, mut pairs): (Vec<_>, Vec<_>) = (alone.collect(), pairs.collect());
    for all in [&mut alone, &mut pairs] {
        all.sort_by(|a, b| b.share.total_cmp(&a.share));
    }
    (alone, pairs)
}

/// Half the width of the bounds at 95 % by the jackknife (Tukey 1958), from the estimates without each part of the
/// points.
fn half_width(parts: &[f64]) -> f64 {
    let count = parts.len() as f64;
    let Some(middle) = mean(parts).filter(|_| count > 1.0) else {
        return 1.0;
    };
    let squares: f64 = parts.iter().map(|x| (x - middle).powi(2)).sum();
    student_two_sided(MISRATE, count - 1.0) * ((count - 1.0) / count * squares).sqrt()
}

#[cfg(test)]
mod tests {
    use bencher_macros::ParametrizedSweep;

    use super::*;
    use crate::optimize::{Asked, Goal, Sampler, Search, SearchOptions};
    use crate::plan::SweepChoice;
    use crate::var::ParametrizedSweep as _;

    #[derive(ParametrizedSweep, Clone, Debug)]
    #[bencher(crate = crate)]
    struct Square {
        #[sweep(bounds(-1.0, 1.0))]
        a: f64,
        #[sweep(bounds(-1.0, 1.0))]
        b: f64,
        #[result(direction = "minimize")]
        value: Option<f64>,
    }

    /// What a search of 60 points says of two inputs, and of their pair.
    fn estimated(value: fn(f64, f64) -> f64) -> [Importance; 3] {
        let start = Square::baseline().unwrap();
        let options = SearchOptions::default().sampler(Sampler::Sobol).budget(60);
        let goals = [Goal::minimize("value")];
        let mut search = Search::new(&start, &SweepChoice::default(), goals, options).unwrap();
        while let Asked::Trial(trial) = search.ask().unwrap() {
            let result = value(trial.sweep.a, trial.sweep.b);
            search.tell(trial.number, result).unwrap();
        }
        let mut alone = search.importance();
        alone.sort_by(|x, y| x.dimension.cmp(&y.dimension));
        let pairs = search.pair_importance();
        [alone[0].clone(), alone[1].clone(), pairs[0].clone()]
    }

    #[derive(ParametrizedSweep, Clone, Debug)]
    #[bencher(crate = crate)]
    struct Ishigami {
        #[sweep(bounds(-1.0, 1.0))]
        a: f64,
        #[sweep(bounds(-1.0, 1.0))]
        b: f64,
        #[sweep(bounds(-1.0, 1.0))]
        c: f64,
        #[result(direction = "minimize")]
        value: Option<f64>,
    }

    /// The function of Ishigami and Homma (1990), whose first-order indices are known: 0.3139, 0.4424 and 0.
    #[test]
    fn bounds_contain_the_shares_of_a_known_function() {
        let (mut outside, mut width) = (0, 0.0);
        for seed in 0..4 {
            let start = Ishigami::baseline().unwrap();
            let options = SearchOptions::default().sampler(Sampler::Sobol).budget(60);
            let goals = [Goal::minimize("value")];
            let options = options.seed(seed);
            let mut search = Search::new(&start, &SweepChoice::default(), goals, options).unwrap();
            while let Asked::Trial(trial) = search.ask().unwrap() {
                let at = |x: f64| std::f64::consts::PI * x;
                let [a, b, c] = [trial.sweep.a, trial.sweep.b, trial.sweep.c].map(at);
                let value = a.sin() + 7.0 * b.sin().powi(2) + 0.1 * c.powi(4) * a.sin();
                search.tell(trial.number, value).unwrap();
            }
            let mut alone = search.importance();
            alone.sort_by(|x, y| x.dimension.cmp(&y.dimension));
            assert_eq!(alone.len(), 3);
            for (found, share) in alone.iter().zip([0.3139, 0.4424, 0.0]) {
                outside += usize::from(share < found.low || share > found.high);
                width += (found.high - found.low) / 12.0;
            }
        }
        assert!(outside <= 1, "{outside} of 12 outside");
        assert!(width < 0.75, "wide bounds say nothing: {width}");
    }

    #[test]
    fn a_product_is_explained_by_the_pair_alone() {
        // The variance of a b is that of the pair: E(a b | a) = 0.
        let [a, b, pair] = estimated(|a, b| a * b);
        assert_eq!(pair.dimension, "a * b");
        assert!(a.share < 0.15 && b.share < 0.15, "{a} {b}");
        assert!(
            pair.share > 0.7 && pair.low <= pair.share && pair.share <= pair.high,
            "{pair}"
        );
    }

    #[test]
    fn a_sum_is_explained_by_its_parts() {
        // Var(2 a) / Var(2 a + b) = 4 / 5.
        let [a, b, pair] = estimated(|a, b| 2.0 * a + b);
        assert!(
            (a.share - 0.8).abs() < 0.1 && (b.share - 0.2).abs() < 0.12,
            "{a} {b}"
        );
        assert!(pair.low < 0.05, "{pair}");
    }
}
