use std::f64::consts::TAU;

use super::super::dimension::Scale;
use super::super::random::Random;
use super::super::space::{Place, SearchSpace};
use crate::stats::distribution::normal_tail;

/// A mixture of kernels around points, and one over the whole space (the prior).
pub(super) struct Mixture<'p> {
    space: &'p SearchSpace,
    kernels: Vec<Part<'p>>,
}

/// One kernel of a mixture.
struct Part<'p> {
    log_weight: f64,
    weight: f64,
    /// The point; empty for the prior.
    place: &'p [f64],
    dimensions: Vec<Spread>,
}

/// How a kernel spreads along one dimension.
#[derive(Clone, Copy)]
struct Spread {
    mean: f64,
    deviation: f64,
    /// The logarithm of what makes its density, or its share of all levels, one.
    log_total: f64,
}

impl<'p> Mixture<'p> {
    pub(super) fn new(space: &'p SearchSpace, places: &[&'p [f64]]) -> Self {
        let widths: Vec<Vec<f64>> = (0..space.dimensions.len())
            .map(|dimension| widths(places, dimension))
            .collect();
        let weight = 1.0 / (places.len() as f64 + 1.0);
        let part = |(at, place): (Option<usize>, &'p [f64])| {
            let dimensions = space.dimensions.iter().enumerate();
            let spread = |(d, dimension): (usize, &super::super::dimension::Dimension)| {
                let width = at.and_then(|at| widths.get(d)?.get(at)).copied();
                let mean = place.get(d).copied().filter(|mean| !mean.is_nan());
                match (mean, width) {
                    (Some(mean), Some(width)) => Spread::new(&dimension.scale, mean, width),
                    _ => Spread::new(&dimension.scale, 0.5, 1.0),
                }
            };
            Part {
                log_weight: weight.ln(),
                weight,
                place,
                dimensions: dimensions.map(spread).collect(),
            }
        };
        let points = places
            .iter()
            .enumerate()
            .map(|(at, place)| (Some(at), *place));
        let prior: &[f64] = &[];
        Self {
            space,
            kernels: points.chain([(None, prior)]).map(part).collect(),
        }
    }

    /// The share of a choice that its kernels leave to all choices.
    fn loose(&self) -> f64 {
        1.0 / (self.kernels.len() as f64 + 1.0)
    }

    pub(super) fn sample(&self, random: &mut Random) -> Place {
        let mut left = random.unit();
        let chosen = self.kernels.iter().find(|part| {
            left -= part.weight;
            left < 0.0
        });
        let chosen = chosen.or(self.kernels.last());
        let mut place: Place = Vec::with_capacity(self.space.dimensions.len());
        for (d, dimension) in self.space.dimensions.iter().enumerate() {
            if !SearchSpace::exists(&place, dimension) {
                place.push(f64::NAN);
                continue;
            }
            let mean = chosen.and_then(|part| part.place.get(d)).copied();
            let mean = mean.filter(|mean| !mean.is_nan());
            let spread = chosen.and_then(|part| part.dimensions.get(d));
            place.push(match (dimension.scale.choices(), mean, spread) {
                (Some(_), Some(mean), _) if !random.chance(self.loose()) => mean,
                (Some(count), ..) => random.below(count) as f64,
                (None, _, Some(spread)) => {
                    let at = random.truncated(spread.mean, spread.deviation);
                    dimension.scale.snapped(at)
                }
                (None, _, None) => dimension.scale.at_unit(random.unit()),
            });
        }
        place
    }

    pub(super) fn log_density(&self, place: &[f64]) -> f64 {
        let cells: Vec<Option<(f64, f64)>> = {
            let all = self.space.dimensions.iter().zip(place);
            all.map(|(dimension, here)| dimension.scale.cell(*here))
                .collect()
        };
        let loose = self.loose();
        let log = |part: &Part<'_>| {
            let mut sum = part.log_weight;
            let all = place.iter().zip(&cells).zip(&self.space.dimensions);
            for (d, (((here, cell), dimension), spread)) in all.zip(&part.dimensions).enumerate() {
                if here.is_nan() {
                    continue;
                }
                let mean = part.place.get(d).copied().filter(|mean| !mean.is_nan());
                sum += match (dimension.scale.choices(), mean) {
                    (Some(count), None) => -(count as f64).ln(),
                    (Some(count), Some(mean)) => {
                        let own = if mean.to_bits() == here.to_bits() {
                            1.0 - loose
                        } else {
                            0.0
                        };
                        (loose / count as f64 + own).ln()
                    }
                    (None, _) => spread.log_density(*here, *cell),
                };
            }
            sum
        };
        let logs: Vec<f64> = self.kernels.iter().map(log).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + logs.iter().map(|log| (log - most).exp()).sum::<f64>().ln()
    }
}

impl Spread {
    fn new(scale: &Scale, mean: f64, deviation: f64) -> Self {
        let inside = share(mean, deviation, 0.0, 1.0).max(f64::MIN_POSITIVE);
        let is_counted = scale.choices().is_none() && scale.cell(mean).is_some();
        let log_total = if is_counted {
            inside.ln()
        } else {
            (deviation * TAU.sqrt() * inside).ln()
        };
        Self {
            mean,
            deviation,
            log_total,
        }
    }

    fn log_density(&self, here: f64, cell: Option<(f64, f64)>) -> f64 {
        match cell {
            Some((low, high)) => {
                let share = share(self.mean, self.deviation, low, high);
                share.max(1e-300).ln() - self.log_total
            }
            None => {
                let z = (here - self.mean) / self.deviation;
                -0.5 * z * z - self.log_total
            }
        }
    }
}

/// The share of a normal distribution between two ends.
fn share(mean: f64, deviation: f64, low: f64, high: f64) -> f64 {
    normal_tail((low - mean) / deviation) - normal_tail((high - mean) / deviation)
}

/// How wide the kernel of each point is: the distance to its farther neighbour, within limits.
fn widths(places: &[&[f64]], dimension: usize) -> Vec<f64> {
    let at = |point: usize| {
        let place = places.get(point).and_then(|place| place.get(dimension));
        place.copied().unwrap_or(f64::NAN)
    };
    let mut order: Vec<usize> = (0..places.len())
        .filter(|point| !at(*point).is_nan())
        .collect();
    order.sort_by(|a, b| at(*a).total_cmp(&at(*b)));
    let least = 1.0 / (2.0 + order.len() as f64).min(100.0);
    let mut widths = vec![1.0; places.len()];
    for (position, &point) in order.iter().enumerate() {
        let here = at(point);
        let before = position.checked_sub(1).and_then(|p| order.get(p));
        let before = before.map(|other| here - at(*other));
        let after = order.get(position + 1).map(|other| at(*other) - here);
        let wide = match (before, after) {
            (Some(before), Some(after)) => before.max(after),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => here.max(1.0 - here),
        };
        if let Some(width) = widths.get_mut(point) {
            *width = wide.clamp(least, 1.0);
        }
    }
    widths
}
