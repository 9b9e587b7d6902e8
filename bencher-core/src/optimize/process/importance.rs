//! How much each dimension matters, by the process that knows the points.

use super::super::known::Evaluated;
use super::super::random::Random;
use super::super::space::{Place, SearchSpace};
use super::fit::{Data, Process, fitted_parameters};
use super::kernel::Kernel;

/// Pairs of random places for each estimate.
const PAIRS: usize = 400;

/// Parts of the points that are left out in turn.
const PARTS: usize = 4;

/// Fewer points tell nothing.
const LEAST: usize = 20;

/// The shares of the variance that the dimensions explain alone: by all points, then without each part of them.
///
/// First-order Sobol' indices of the expected values over the whole space, by Jansen's estimator (1999): half the mean
/// squared difference of two places that have one dimension in common is the variance that it does not explain.
pub(in super::super) fn shares(space: &SearchSpace, done: &[Evaluated]) -> Option<Vec<Vec<f64>>> {
    let finite: Vec<&Evaluated> = done.iter().filter(|one| !one.has_failed()).collect();
    if finite.len() < LEAST {
        return None;
    }
    let is_choice = Kernel::choices(space);
    let places: Vec<&[f64]> = finite.iter().map(|one| &*one.place).collect();
    let values: Vec<f64> = finite
        .iter()
        .filter_map(|one| one.values.first().copied())
        .collect();
    let parameters = fitted_parameters(&is_choice, &Data::of(&places, &values)?, super::TURNS)?;
    let of = |left_out: Option<usize>| {
        let kept = |at: &usize| left_out.is_none_or(|part| at % PARTS != part);
        let kept: Vec<usize> = (0..places.len()).filter(kept).collect();
        let places: Vec<&[f64]> = kept
            .iter()
            .filter_map(|at| places.get(*at).copied())
            .collect();
        let values: Vec<f64> = kept
            .iter()
            .filter_map(|at| values.get(*at).copied())
            .collect();
        let kernel = Kernel::new(is_choice.clone(), &parameters);
        let process = Process::new(kernel, Data::of(&places, &values)?)?;
        Some(first_order(space, &process))
    };
    let parts = (0..PARTS).map(Some);
    std::iter::once(None).chain(parts).map(of).collect()
}

fn first_order(space: &SearchSpace, process: &Process<'_>) -> Vec<f64> {
    let dimensions = space.dimensions.len();
    let mut random = Random::of(0, 0);
    let mut units = || -> Vec<f64> { (0..dimensions).map(|_| random.unit()).collect() };
    let pairs: Vec<(Vec<f64>, Vec<f64>)> = (0..PAIRS).map(|_| (units(), units())).collect();
    let value = |unit: &dyn Fn(usize) -> Option<f64>| {
        let place: Place = space.at_unit(|at| unit(at).unwrap_or(0.5));
        process.mean(&place)
    };
    let first: Vec<f64> = pairs
        .iter()
        .map(|(a, _)| value(&|at| a.get(at).copied()))
        .collect();
    let second: Vec<f64> = pairs
        .iter()
        .map(|(_, b)| value(&|at| b.get(at).copied()))
        .collect();
    let count = 2.0 * PAIRS as f64;
    let all = || first.iter().chain(&second);
    let mean = all().sum::<f64>() / count;
    let variance = all().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let share = |dimension: usize| {
        let squares = pairs.iter().zip(&second).map(|((a, b), second)| {
            let mixed = value(&|at| {
                if at == dimension {
                    b.get(at)
                } else {
                    a.get(at)
                }
                .copied()
            });
            (second - mixed).powi(2)
        });
        let unexplained = squares.sum::<f64>() / PAIRS as f64 / 2.0;
        if variance > 0.0 {
            (1.0 - unexplained / variance).clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    (0..dimensions).map(share).collect()
}
