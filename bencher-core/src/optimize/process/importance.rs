//! How much each dimension matters, by the process that knows the points.

use super::super::known::Evaluated;
use super::super::random::Random;
use super::super::space::{Place, SearchSpace};
use super::fit::{Data, Process, fitted_parameters};
use super::kernel::Kernel;
use super::lengths::Lengths;

/// Pairs of random places for each estimate.
const PAIRS: usize = 400;

/// Parts of the points that are left out in turn.
const PARTS: usize = 4;

/// Fewer points tell nothing.
const LEAST: usize = 20;

/// The dimensions whose pairs are estimated, at most: the most important ones.
const MOST_PAIRED: usize = 8;

/// The points of a slice through a dimension that is a range.
const SLICE: u32 = 25;

/// What the process of some points says of the space.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Estimates {
    /// The shares of the variance that each dimension explains alone: by all points, then without each part of them.
    pub(in super::super) alone: Vec<Vec<f64>>,
    /// Those that two dimensions explain together, beyond what each explains alone, in the same order.
    pub(in super::super) pairs: Vec<((usize, usize), Vec<f64>)>,
}

/// How much dimensions matter; none where too few points are known.
///
/// First-order Sobol' indices of the expected values over the whole space, by Jansen's estimator (1999): half the mean
/// squared difference of two places that have some dimensions in common is the variance that these do not explain. Each
/// estimate has random places of its own, so that the differences of estimates show what these contribute.
pub(in super::super) fn estimates(space: &SearchSpace, done: &[Evaluated]) -> Option<Estimates> {
    let finite: Vec<&Evaluated> = done.iter().filter(|one| !one.has_failed()).collect();
    if finite.len() < LEAST {
        return None;
    }
    let parameters = parameters_of(space, &finite)?;
    let places_without = |part: usize| {
        let kept = finite.iter().enumerate();
        let kept = kept.filter(move |(at, _)| part == 0 || at % PARTS != part - 1);
        kept.map(|(_, one)| *one).collect::<Vec<_>>()
    };
    let parts: Vec<Vec<&Evaluated>> = (0..=PARTS).map(places_without).collect();
    let processes: Vec<Process<'_>> = parts
        .iter()
        .map(|part| process_of(space, part, &parameters))
        .collect::<Option<_>>()?;
    let samples: Vec<Sampled<'_>> = processes
        .iter()
        .zip(0..)
        .map(|(process, number)| Sampled::new(space, process, number))
        .collect();
    let dimensions = space.dimensions.len();
    let alone: Vec<Vec<f64>> = samples
        .iter()
        .map(|sampled| (0..dimensions).map(|one| sampled.share(&[one])).collect())
        .collect();
    let main = alone.first()?;
    let mut order: Vec<usize> = (0..dimensions).collect();
    order.sort_by(|a, b| {
        let share = |at: &usize| main.get(*at).copied().unwrap_or(0.0);
        share(b).total_cmp(&share(a))
    });
    order.truncate(MOST_PAIRED);
    order.sort_unstable();
    let mut pairs = Vec::new();
    for (at, first) in order.iter().enumerate() {
        for second in order.iter().skip(at + 1) {
            let share = |(sampled, alone): (&Sampled<'_>, &Vec<f64>)| {
                let own = |at: &usize| alone.get(*at).copied().unwrap_or(0.0);
                let both = sampled.share(&[*first, *second]);
                (both - own(first) - own(second)).max(0.0)
            };
            let shares = samples.iter().zip(&alone).map(share).collect();
            pairs.push(((*first, *second), shares));
        }
    }
    Some(Estimates { alone, pairs })
}

/// The prediction of the process along one dimension, with the other coordinates of a place: for each place its
/// expected value and the standard deviation.
pub(in super::super) fn slice(
    space: &SearchSpace,
    done: &[Evaluated],
    through: &[f64],
    dimension: usize,
) -> Option<Vec<(Place, f64, f64)>> {
    let finite: Vec<&Evaluated> = done.iter().filter(|one| !one.has_failed()).collect();
    if finite.len() < LEAST {
        return None;
    }
    let parameters = parameters_of(space, &finite)?;
    let process = process_of(space, &finite, &parameters)?;
    let scale = &space.dimensions.get(dimension)?.scale;
    let numbers: Vec<f64> = match scale.choices() {
        Some(count) => (0..count.min(64)).map(|at| at as f64).collect(),
        None => (0..SLICE)
            .map(|at| scale.snapped(f64::from(at) / f64::from(SLICE - 1)))
            .collect(),
    };
    let mut random = Random::of(0, 0);
    let at = |here: f64| {
        let mut place = through.to_vec();
        *place.get_mut(dimension)? = here;
        space.settle(&mut place, &mut random);
        let (mean, deviation) = process.predict(&place);
        Some((place, process.in_unit(mean), deviation * process.spread()))
    };
    numbers.into_iter().map(at).collect()
}

fn parameters_of(space: &SearchSpace, done: &[&Evaluated]) -> Option<Vec<f64>> {
    fitted_parameters(&Lengths::of(space), &data_of(done)?, super::TURNS)
}

fn process_of<'k>(
    space: &SearchSpace,
    done: &[&'k Evaluated],
    parameters: &[f64],
) -> Option<Process<'k>> {
    Process::new(Kernel::new(Lengths::of(space), parameters), data_of(done)?)
}

fn data_of<'k>(done: &[&'k Evaluated]) -> Option<Data<'k>> {
    let places: Vec<&'k [f64]> = done.iter().map(|one| &*one.place).collect();
    let values = done.iter().filter_map(|one| one.values.first().copied());
    Data::of(&places, &values.collect::<Vec<f64>>())
}

/// Pairs of random places with the values that a process expects there.
struct Sampled<'s> {
    space: &'s SearchSpace,
    process: &'s Process<'s>,
    pairs: Vec<(Vec<f64>, Vec<f64>)>,
    second: Vec<f64>,
    variance: f64,
}

impl<'s> Sampled<'s> {
    fn new(space: &'s SearchSpace, process: &'s Process<'s>, number: u64) -> Self {
        let dimensions = space.dimensions.len();
        let mut random = Random::of(number, 0);
        let mut units = || -> Vec<f64> { (0..dimensions).map(|_| random.unit()).collect() };
        let pairs: Vec<(Vec<f64>, Vec<f64>)> = (0..PAIRS).map(|_| (units(), units())).collect();
        let value = |units: &[f64]| {
            let place: Place = space.at_unit(|at| units.get(at).copied().unwrap_or(0.5));
            process.mean(&place)
        };
        let first: Vec<f64> = pairs.iter().map(|(a, _)| value(a)).collect();
        let second: Vec<f64> = pairs.iter().map(|(_, b)| value(b)).collect();
        let count = 2.0 * PAIRS as f64;
        let all = || first.iter().chain(&second);
        let mean = all().sum::<f64>() / count;
        let variance = all().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        Self {
            space,
            process,
            pairs,
            second,
            variance,
        }
    }

    /// The share that some dimensions explain together.
    fn share(&self, dimensions: &[usize]) -> f64 {
        let squares = self.pairs.iter().zip(&self.second).map(|((a, b), second)| {
            let place = self.space.at_unit(|at| {
                let of = if dimensions.contains(&at) { b } else { a };
                of.get(at).copied().unwrap_or(0.5)
            });
            (second - self.process.mean(&place)).powi(2)
        });
        let unexplained = squares.sum::<f64>() / PAIRS as f64 / 2.0;
        if self.variance > 0.0 {
            (1.0 - unexplained / self.variance).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}
