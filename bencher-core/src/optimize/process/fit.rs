use super::kernel::{Kernel, matern};
use super::lengths::Lengths;
use super::matrix::{Factor, Matrix, dot};

/// The most points that a process is fitted to: its cost grows with their cube.
const MOST: usize = 250;

/// From here on, only the logarithm of a value counts: at this many times the distance from the best value to the
/// middle, beyond the middle.
const FAR: f64 = 2.0;
/// The unit of that logarithm, in the same distance.
const BEND: f64 = 0.5;

/// The least logarithm of a parameter: below it, the noise is less than the jitter.
const LOWEST: f64 = -18.0;

/// A Gaussian process that knows some points. Its values are standardised; `centre` and `spread` turn them back.
#[derive(Debug)]
pub(super) struct Process<'k> {
    kernel: Kernel,
    /// The best first.
    pub(super) places: Vec<&'k [f64]>,
    factor: Factor,
    alpha: Vec<f64>,
    centre: f64,
    spread: f64,
}

/// Points and their standardised values.
pub(super) struct Data<'k> {
    places: Vec<&'k [f64]>,
    values: Vec<f64>,
    centre: f64,
    spread: f64,
}

impl<'k> Data<'k> {
    /// Chooses among all points: the best, and others spread over the rest. Of values that are much worse than the
    /// middle, only the logarithm counts: a few huge ones leave the others apart, and it still shows which way they get
    /// better. Failed points are as bad as the worst.
    pub(super) fn of(places: &[&'k [f64]], values: &[f64]) -> Option<Self> {
        let pairs = values.iter().copied().zip(places.iter().copied());
        let mut all: Vec<(f64, &'k [f64])> = pairs.collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let finite = all.iter().filter(|(value, _)| value.is_finite()).count();
        let low = all.first().filter(|_| finite > 0)?.0;
        let middle = all.get(finite / 2)?.0;
        let middle = if middle.is_finite() { middle } else { low };
        let worst = all.get(finite.saturating_sub(1))?.0;
        // Where half of the points are the best, the middle says nothing.
        let unit = if middle > low { middle } else { worst } - low;
        let unit = unit.max(1e-12);
        let counted = |value: f64| {
            let beyond = (value.min(worst) - middle) / unit - FAR;
            if beyond > 0.0 {
                middle + unit * (FAR + BEND * (beyond / BEND).ln_1p())
            } else {
                value.min(worst)
            }
        };
        if all.len() > MOST {
            let (best, rest) = all.split_at(MOST / 2);
            let picked = |i: usize| rest.get(i * rest.len() / (MOST / 2)).copied();
            let spread: Vec<_> = (0..MOST / 2).filter_map(picked).collect();
            all = [best, &spread].concat();
        }
        let mut values: Vec<f64> = all.iter().map(|(value, _)| counted(*value)).collect();
        let count = values.len() as f64;
        let centre = values.iter().map(|value| value / count).sum::<f64>();
        let square = |value: &f64| (value - centre).powi(2) / count;
        let spread = values.iter().map(square).sum::<f64>().sqrt();
        if !(centre.is_finite() && spread.is_finite()) {
            return None;
        }
        let spread = spread.max(1e-12);
        for value in &mut values {
            *value = (*value - centre) / spread;
        }
        Some(Self {
            places: all.iter().map(|(_, place)| *place).collect(),
            values,
            centre,
            spread,
        })
    }

    /// The standard deviation of the values in their own unit.
    pub(super) const fn spread(&self) -> f64 {
        self.spread
    }
}

impl<'k> Process<'k> {
    /// The process of these points under a kernel.
    pub(super) fn new(kernel: Kernel, data: Data<'k>) -> Option<Self> {
        let Data {
            places,
            values,
            centre,
            spread,
        } = data;
        let mut covariance = Matrix::zero(places.len());
        for (i, here) in places.iter().enumerate() {
            let row = covariance.row_mut(i).iter_mut();
            for (j, (cell, other)) in row.zip(&places).enumerate() {
                *cell = if i == j {
                    kernel.diagonal()
                } else {
                    kernel.covariance(here, other)
                };
            }
        }
        let factor = covariance.factored()?;
        let mut alpha = values;
        factor.forward(&mut alpha);
        factor.backward(&mut alpha);
        Some(Self {
            kernel,
            places,
            factor,
            alpha,
            centre,
            spread,
        })
    }

    /// The expected standardised value at a place.
    pub(super) fn mean(&self, place: &[f64]) -> f64 {
        let known = self.places.iter().zip(&self.alpha);
        known
            .map(|(known, alpha)| alpha * self.kernel.covariance(known, place))
            .sum()
    }

    /// The expected standardised value at a place, and the standard deviation of the function there.
    pub(super) fn predict(&self, place: &[f64]) -> (f64, f64) {
        let known = self.places.iter();
        let mut alike: Vec<f64> = known
            .map(|known| self.kernel.covariance(known, place))
            .collect();
        let mean = dot(&alike, &self.alpha);
        self.factor.forward(&mut alike);
        let variance = self.kernel.scale() - dot(&alike, &alike);
        (mean, variance.max(1e-12).sqrt())
    }

    /// The expected value at a place, in its own unit.
    pub(super) fn expected(&self, place: &[f64]) -> f64 {
        self.in_unit(self.mean(place))
    }

    /// A standardised value in its own unit.
    pub(super) fn in_unit(&self, value: f64) -> f64 {
        value * self.spread + self.centre
    }

    /// The standard deviation of the known values.
    pub(super) const fn spread(&self) -> f64 {
        self.spread
    }
}

/// The parameters of the kernel that fit points best: the maximum of their posterior, by resilient backpropagation
/// (Riedmiller and Braun 1993), which needs the signs of the gradient only.
pub(super) fn fitted_parameters(
    lengths: &Lengths,
    data: &Data<'_>,
    turns: usize,
) -> Option<Vec<f64>> {
    let gaps = gaps_of(lengths, data);
    // From a smooth function, steeper ones are found as well, but not the other way round.
    let mut here: Vec<f64> = lengths.start(-1.0);
    here.extend([0.0, 1e-3_f64.ln()]);
    let mut steps = vec![0.3; here.len()];
    let mut last = vec![0.0; here.len()];
    let mut best: Option<(f64, Vec<f64>)> = None;
    for _ in 0..turns {
        let kernel = Kernel::new(lengths.clone(), &here);
        let Some((cost, gradient)) = cost(&kernel, data, &gaps) else {
            break;
        };
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, here.clone()));
        }
        let all = here
            .iter_mut()
            .zip(&mut steps)
            .zip(&mut last)
            .zip(&gradient);
        for (((x, step), last), slope) in all {
            let turn = slope * *last;
            let factor = match turn {
                turn if turn > 0.0 => 1.3,
                turn if turn < 0.0 => 0.5,
                _ => 1.0,
            };
            *step = f64::clamp(*step * factor, 1e-3, 1.0);
            *last = if turn < 0.0 { 0.0 } else { *slope };
            if last.abs() > 0.0 {
                *x = (*x - last.signum() * *step).clamp(LOWEST, 8.0);
            }
        }
    }
    best.map(|(_, parameters)| parameters)
}

/// For each weight, the parts of the squared distances of all pairs that it is multiplied by.
fn gaps_of(lengths: &Lengths, data: &Data<'_>) -> Vec<Matrix> {
    let gaps = |weight: usize| {
        let mut gaps = Matrix::zero(data.places.len());
        for (i, here) in data.places.iter().enumerate() {
            for (cell, other) in gaps.row_mut(i).iter_mut().zip(&data.places) {
                *cell = lengths.gap(weight, here, other);
            }
        }
        gaps
    };
    (0..lengths.count()).map(gaps).collect()
}

/// Minus the logarithm of the posterior of a kernel's parameters, with its gradient.
fn cost(kernel: &Kernel, data: &Data<'_>, gaps: &[Matrix]) -> Option<(f64, Vec<f64>)> {
    let n = data.places.len();
    let (scale, noise) = (kernel.scale(), kernel.noise());
    let mut covariance = Matrix::zero(n);
    let mut slopes = Matrix::zero(n);
    for i in 0..n {
        let row = covariance.row_mut(i);
        for (weight, gaps) in kernel.weights().iter().zip(gaps) {
            for (cell, gap) in row.iter_mut().zip(gaps.row(i)) {
                *cell += weight * gap;
            }
        }
        for (cell, slope) in row.iter_mut().zip(slopes.row_mut(i)) {
            let (value, by_distance) = matern(*cell);
            (*cell, *slope) = (scale * value, scale * by_distance);
        }
        if let Some(last) = row.last_mut() {
            *last = kernel.diagonal();
        }
    }
    let factor = covariance.clone().factored()?;
    let mut alpha = data.values.clone();
    factor.forward(&mut alpha);
    let misfit = dot(&alpha, &alpha) / 2.0;
    factor.backward(&mut alpha);
    let inverse = factor.inverse();
    let mut cost = misfit + factor.half_log_determinant();
    let mut by_weight = vec![0.0; gaps.len()];
    let (mut by_scale, mut by_noise) = (0.0, 0.0);
    for (i, here) in alpha.iter().enumerate() {
        let row = inverse.row(i).iter().zip(&alpha);
        let mut pull: Vec<f64> = row.map(|(cell, other)| cell - here * other).collect();
        let own = pull.pop()?;
        by_scale += 0.5 * own * scale;
        by_noise += 0.5 * own * noise;
        // Each pair below stands for both of its cells.
        by_scale += dot(&pull, covariance.row(i).get(..i)?);
        for (pull, slope) in pull.iter_mut().zip(slopes.row(i)) {
            *pull *= slope;
        }
        for ((sum, gaps), weight) in by_weight.iter_mut().zip(gaps).zip(kernel.weights()) {
            *sum += weight * dot(&pull, gaps.row(i).get(..i)?);
        }
    }
    // Priors: no length far from that of the space, a variance near 1, little noise.
    for (slope, weight) in by_weight.iter_mut().zip(kernel.weights()) {
        cost += 0.1 / weight + 0.1 * weight;
        *slope += -0.1 / weight + 0.1 * weight;
    }
    cost += scale - scale.ln() + 30.0 * noise - 0.1 * noise.ln();
    by_scale += scale - 1.0;
    by_noise += 30.0 * noise - 0.1;
    by_weight.extend([by_scale, by_noise]);
    Some((cost, by_weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, with a weight and a variance of 1: the covariance of 0 and 0.5 is `matern(0.25)`.
    #[test]
    fn posterior_of_two_points() {
        let places: [&[f64]; 2] = [&[0.0], &[0.5]];
        let data = Data::of(&places, &[-1.0, 1.0]).unwrap();
        assert!(data.centre.abs() < 1e-15 && (data.spread - 1.0).abs() < 1e-15);
        let lengths = Lengths::new([None].into_iter());
        let kernel = Kernel::new(lengths, &[0.0, 0.0, 1e-3_f64.ln()]);
        let (k, own) = (matern(0.25).0, 1.0 + 1e-3 + 1e-8);
        let process = Process::new(kernel, data).unwrap();
        let determinant = own * own - k * k;
        let alpha = [(-own - k) / determinant, (own + k) / determinant];
        let mean = alpha[0] + alpha[1] * k;
        // [1 k] times the inverse of [own k; k own] times [1 k].
        let explained = (own - 2.0 * k * k + own * k * k) / determinant;
        let (found, deviation) = process.predict(&[0.0]);
        assert!((found - mean).abs() < 1e-9, "{found} {mean}");
        assert!((deviation.powi(2) - (1.0 - explained)).abs() < 1e-9);
        assert!(
            process.mean(&[0.25]).abs() < 1e-12,
            "the middle lies between both"
        );
    }

    #[test]
    fn gradient_is_that_of_the_cost() {
        let places: Vec<Vec<f64>> = (0..9_u32)
            .map(|i| vec![f64::from(i) / 8.0, f64::from(i % 3), f64::from(i % 4) / 3.0])
            .collect();
        let places: Vec<&[f64]> = places.iter().map(Vec::as_slice).collect();
        let values: Vec<f64> = places.iter().map(|x| (5.0 * x[0]).sin() + x[1]).collect();
        let data = Data::of(&places, &values).unwrap();
        let lengths = Lengths::new([None, Some(3), None].into_iter());
        let gaps = gaps_of(&lengths, &data);
        let here = [0.4, -0.3, 0.1, -1.2, 0.8, 0.2, -3.0];
        let at = |parameters: &[f64]| {
            cost(&Kernel::new(lengths.clone(), parameters), &data, &gaps).unwrap()
        };
        let gradient = at(&here).1;
        for (d, slope) in gradient.iter().enumerate() {
            let moved = |by: f64| {
                let mut there = here;
                there[d] += by;
                at(&there).0
            };
            let numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((slope - numeric).abs() < 1e-5, "{d}: {slope} {numeric}");
        }
    }

    #[test]
    fn far_values_keep_their_order() {
        let values = [0.0, 0.5, 1.0, 3.0, 4.0, 1e9, f64::INFINITY];
        let places = [[0.0]; 7];
        let places: Vec<&[f64]> = places.iter().map(|place| &place[..]).collect();
        let data = Data::of(&places, &values).unwrap();
        let counted: Vec<f64> = data
            .values
            .iter()
            .map(|value| value * data.spread + data.centre)
            .collect();
        // The middle of six finite values is the fourth, 3: far is more than 3 + 2 * 3.
        let beyond: f64 = (1e9 - 3.0) / 3.0 - 2.0;
        let far = 3.0 + 3.0 * (2.0 + 0.5 * (2.0 * beyond).ln_1p());
        for (found, expected) in counted.iter().zip([0.0, 0.5, 1.0, 3.0, 4.0, far, far]) {
            assert!((found - expected).abs() < 1e-9, "{counted:?}");
        }
    }

    #[test]
    fn worse_values_differ_where_half_of_the_points_are_the_best() {
        let places: [&[f64]; 4] = [&[0.0], &[0.3], &[0.6], &[1.0]];
        let data = Data::of(&places, &[1e6, 1e6, 1e6, 1e6 + 5.0]).unwrap();
        assert!(data.spread > 1.0 && data.values[3] > 1.0);
    }

    #[test]
    fn strange_values() {
        let places: [&[f64]; 3] = [&[0.0], &[0.5], &[1.0]];
        assert!(
            Data::of(&places, &[f64::INFINITY; 3]).is_none(),
            "nothing is known"
        );
        let data = Data::of(&places, &[f64::INFINITY, 1.0, 1.0]).unwrap();
        assert!(data.values.iter().all(|value| value.is_finite()));
        let wide = Data::of(&places, &[1e308, -1e308, 1e308]);
        assert!(wide.is_none_or(|data| data.values.iter().all(|x| x.is_finite())));
        assert!(Data::of(&[], &[]).is_none());
    }
}
