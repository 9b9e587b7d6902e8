//! Gaussian processes with expected improvement, the default sampler.

mod fit;
mod importance;
mod improvement;
mod kernel;
mod lengths;
mod matrix;
#[cfg(test)]
mod tests;

use super::known::Known;
use super::random::Random;
use super::space::{Place, SearchSpace};
use super::variation::nudged;
use fit::{Data, Process, fitted_parameters};
pub(super) use importance::{estimates, slice};
pub(super) use improvement::Improvement;
use improvement::log_improvement;
use kernel::Kernel;
use lengths::Lengths;

/// The turns of the search for the kernel's parameters.
const TURNS: usize = 50;

/// Random candidates.
const SPREAD: usize = 400;
/// How many of the best points have candidates around them, and how many each.
const NEAR: usize = 5;
const AROUND: i32 = 30;
/// How many of the candidates are improved, and in how many turns.
const CLIMBERS: usize = 5;
const CLIMB: usize = 120;

/// Above this logarithm of the noise, as a share of the variance of the values, a function may have waves that the
/// fitted lengths are too long for.
const ROUGH: f64 = -6.0;
/// So many proposals take turns for such a function; one of them takes shorter lengths.
const ROUGH_TURNS: usize = 3;
/// The factor for the inverse squared lengths: lengths half as long.
const SHORTER: f64 = 4.0;

/// Below this expected improvement, in standard deviations of the values, the model has found what it knows of. In a
/// space with choices, every other proposal is then not the model's: what it knows of one choice may say nothing of
/// another.
const LITTLE: f64 = 0.2;
/// The same in a space of numbers alone, where the model has more to say of what lies between its points.
const LEAST: f64 = 0.001;

/// The parameters of the kernel that were fitted last, so that a search does not fit them for every proposal. They
/// follow from the points alone: without them, the same are found again.
#[derive(Clone, Debug, Default)]
pub(super) struct Memo {
    fitted: Option<(u64, Vec<f64>)>,
}

/// What the model says of the next proposal.
pub(super) struct Advice {
    /// The most promising place; none where it is time to look elsewhere.
    pub(super) place: Option<Place>,
    pub(super) improvement: Improvement,
}

/// Advice for values that are to be small, one for each finished point; none where the model does not help.
pub(super) fn advise(
    known: &Known<'_>,
    values: &[f64],
    memo: &mut Memo,
    random: &mut Random,
) -> Option<Advice> {
    let mut places: Vec<&[f64]> = known.done.iter().map(|one| &*one.place).collect();
    let mut parameters = parameters(known.space, &places, values, memo)?;
    let lengths = Lengths::of(known.space);
    let number = known.done.len() + known.pending.len();
    if parameters.last().is_some_and(|noise| *noise > ROUGH) && number.is_multiple_of(ROUGH_TURNS) {
        for inverse in parameters.iter_mut().take(lengths.count()) {
            *inverse += SHORTER.ln();
        }
    }
    let kernel = || Kernel::new(lengths.clone(), &parameters);
    let mut process = Process::new(kernel(), Data::of(&places, values)?)?;
    if !known.pending.is_empty() {
        // A point under way gets the value that the process expects of it (the believer of Ginsbourger and others,
        // 2010), so that workers spread.
        let pending = known.pending.iter();
        let believed = pending.map(|place| process.expected(place));
        let values: Vec<f64> = values.iter().copied().chain(believed).collect();
        places.extend(known.pending.iter().map(Vec::as_slice));
        process = Process::new(kernel(), Data::of(&places, &values)?)?;
    }
    let (place, score, best) = most_promising(known, &process, random)?;
    let little = if lengths.has_choices() { LITTLE } else { LEAST };
    let explores = score < little.ln() && number.is_multiple_of(2);
    let improvement = Improvement {
        gain: score.exp() * process.spread(),
        spread: process.spread(),
        best: process.in_unit(best),
    };
    Some(Advice {
        place: (!explores).then_some(place),
        improvement,
    })
}

/// What a process expects at some places, by results whose noise has at least this variance; none where it knows too
/// little.
pub(super) fn expected_values(
    space: &SearchSpace,
    (places, values): (&[&[f64]], &[f64]),
    variance: f64,
    at: &[&[f64]],
) -> Option<Vec<f64>> {
    let data = Data::of(places, values)?;
    let lengths = Lengths::of(space);
    let mut parameters = fitted_parameters(&lengths, &data, TURNS)?;
    let noise = parameters.last_mut()?;
    *noise = noise.max((variance / data.spread().powi(2)).ln());
    let process = Process::new(Kernel::new(lengths, &parameters), data)?;
    Some(at.iter().map(|place| process.expected(place)).collect())
}

/// The free place with the largest expected improvement that is found, the logarithm of that, and the best expected
/// value.
fn most_promising(
    known: &Known<'_>,
    process: &Process<'_>,
    random: &mut Random,
) -> Option<(Place, f64, f64)> {
    let means = process.places.iter().map(|place| process.mean(place));
    let best = means.fold(f64::INFINITY, f64::min);
    let score = |place: &Place| {
        if !known.space.allows(place) {
            return f64::NEG_INFINITY;
        }
        let (mean, deviation) = process.predict(place);
        log_improvement(mean, deviation, best)
    };
    let mut pool: Vec<(f64, Place)> = Vec::new();
    for _ in 0..SPREAD {
        let place = known.space.random(random);
        pool.push((score(&place), place));
    }
    let inside = process
        .places
        .iter()
        .filter(|place| known.space.contains(place));
    for near in inside.take(NEAR) {
        for turn in 0..AROUND {
            let place = nudged(known.space, near, 0.3 * 0.8_f64.powi(turn), random);
            pool.push((score(&place), place));
        }
    }
    pool.sort_by(|a, b| b.0.total_cmp(&a.0));
    pool.truncate(CLIMBERS);
    for (height, place) in &mut pool {
        let mut step = 0.2;
        for _ in 0..CLIMB {
            let next = nudged(known.space, place, step, random);
            let score = score(&next);
            if score > *height {
                (*height, *place) = (score, next);
                step = f64::min(step * 1.5, 0.3);
            } else {
                step = f64::max(step * 0.92, 1e-5);
            }
        }
    }
    pool.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (score, place) = pool.into_iter().find(|(_, place)| known.is_free(place))?;
    Some((place, score, best))
}

/// The parameters of the kernel: fitted to the first points; their number grows with the number of points, but in
/// steps. So they follow from the points, and a search of n points fits them about 30 ln n times.
fn parameters(
    space: &SearchSpace,
    places: &[&[f64]],
    values: &[f64],
    memo: &mut Memo,
) -> Option<Vec<f64>> {
    let first = fitted_count(places.len());
    let (places, values) = (places.get(..first)?, values.get(..first)?);
    let digest = digest(places, values);
    if let Some((of, parameters)) = &memo.fitted
        && *of == digest
    {
        return Some(parameters.clone());
    }
    let data = Data::of(places, values)?;
    let parameters = fitted_parameters(&Lengths::of(space), &data, TURNS)?;
    memo.fitted = Some((digest, parameters.clone()));
    Some(parameters)
}

/// The number of points, among `points`, that the parameters are fitted to.
fn fitted_count(points: usize) -> usize {
    let mut count = 0;
    loop {
        let next = count + 1 + count / 30;
        if next > points {
            return count;
        }
        count = next;
    }
}

/// A digest of what parameters are fitted to.
fn digest(places: &[&[f64]], values: &[f64]) -> u64 {
    let numbers = places.iter().copied().flatten().chain(values);
    numbers.fold(places.len() as u64, |digest, x| {
        crate::space::mix(digest ^ x.to_bits())
    })
}
