//! The analysis of variance behind the importance of inputs: sums of squares between the levels of some inputs, and
//! what the bounds of the points leave open about them.

use crate::stats::distribution::normal_two_sided;
use crate::stats::{MISRATE, mean};
use crate::value::Kind;

use super::{Dataset, DatasetError, Dim, DimRole};

/// The points of a result by their numbers in the grid.
pub(super) struct EffectShares<'d> {
    pub(super) dims: Vec<&'d Dim>,
    /// Whether values are logarithms: all are above zero.
    pub(super) is_ratio: bool,
    pub(super) points: Vec<Point>,
    middle: f64,
    /// The sum of squares between the points.
    total: f64,
    /// Whether every point has bounds, so that shares have some.
    pub(super) is_bounded: bool,
}

/// A point with a value.
pub(super) struct Point {
    pub(super) number: usize,
    pub(super) x: f64,
    /// The variance of `x` that belongs to its bounds; zero where these are unknown.
    pub(super) noise: f64,
}

/// A sum of squares as it was observed, and what noise does to it.
struct SumOfSquares {
    observed: f64,
    /// What noise alone adds on average.
    by_noise: f64,
    /// The dimensions that the noise has in this sum.
    freedom: f64,
    /// The variance of noise in the direction of the differences.
    along: f64,
    /// The sum of the squared variances of noise over these dimensions.
    squared: f64,
}

impl SumOfSquares {
    /// The sum without noise, between its bounds at 95 %.
    ///
    /// With Gaussian noise, the observed sum has the mean `true + by_noise` and the variance `2 squared + 4 along true`
    /// (a noncentral chi-squared distribution where all points are equally noisy). These are the values of `true` from
    /// which the observation is 1.96 standard deviations away, as Wilson's bounds are those of a share.
    fn bounds(&self) -> [f64; 3] {
        let is_known = self.freedom > 0.0 && self.by_noise > 0.0;
        if !is_known {
            return [self.observed; 3];
        }
        let along = self.along.max(self.by_noise / self.freedom);
        let middle = self.observed - self.by_noise;
        let z = normal_two_sided(MISRATE);
        let shift = 2.0 * z * z * along;
        let square = shift * shift + 2.0 * shift * middle + 2.0 * z * z * self.squared;
        let by = square.max(0.0).sqrt();
        let low = (middle + shift - by).max(0.0);
        [low, middle.max(low), (middle + shift + by).max(low)]
    }
}

/// The means of the cells that the levels of some axes make.
struct Cells<'s> {
    shares: &'s EffectShares<'s>,
    axes: Vec<usize>,
    all: Vec<Cell>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f64,
    count: usize,
    noise: f64,
}

impl Cell {
    fn mean(self) -> f64 {
        self.sum / self.count.max(1) as f64
    }

    fn mean_noise(self) -> f64 {
        self.noise / self.count.max(1) as f64
    }
}

impl Cells<'_> {
    fn cell(&self, point: &Point) -> Cell {
        let number = self.shares.cell_number(point.number, &self.axes);
        self.all.get(number).copied().unwrap_or_default()
    }

    fn known(&self) -> impl Iterator<Item = &Cell> {
        self.all.iter().filter(|cell| cell.count > 0)
    }

    /// The sum of squares between the cells.
    fn between(&self) -> f64 {
        let of = |cell: &Cell| cell.count as f64 * (cell.mean() - self.shares.middle).powi(2);
        self.known().map(of).sum()
    }

    /// How many differences between the cells are free.
    fn freedom(&self) -> f64 {
        self.known().count() as f64 - 1.0
    }

    /// What noise alone makes between the cells, with its mean.
    fn by_noise(&self) -> f64 {
        self.known().map(|cell| cell.mean_noise()).sum()
    }

    /// The sum of squared noise over the cells, for some of their dimensions.
    fn squared_noise(&self, freedom: f64) -> f64 {
        let squares: f64 = self.known().map(|cell| cell.mean_noise().powi(2)).sum();
        squares * freedom / (self.freedom() + 1.0)
    }
}

impl<'d> EffectShares<'d> {
    /// None where the points have no values, or do not differ.
    pub(super) fn of(dataset: &'d Dataset, result: &str) -> Result<Option<Self>, DatasetError> {
        let dims = dataset.dims().iter();
        let dims: Vec<&Dim> = dims.filter(|dim| dim.role != DimRole::Repeat).collect();
        let mut points = Vec::with_capacity(dims.iter().map(|dim| dim.len()).product());
        let mut is_bounded = true;
        for (number, value) in dataset.valued_numbers(result)?.enumerate() {
            let Some((x, lower, upper)) = value.filter(|value| value.0.is_finite()) else {
                continue;
            };
            let half = lower.zip(upper).map(|(low, high)| (x - low).max(high - x));
            let half = half.filter(|half| half.is_finite());
            is_bounded &= half.is_some();
            let noise = half.unwrap_or(0.0).max(0.0);
            points.push(Point { number, x, noise });
        }
        // Ratios of shares of true mean nothing: one that happens to be 0 would make them differences.
        let is_truth = dataset.variable(result)?.info.kind == Kind::Bool;
        let is_ratio = !is_truth && !points.is_empty() && points.iter().all(|point| point.x > 0.0);
        let z = normal_two_sided(MISRATE);
        for point in &mut points {
            let half = if is_ratio {
                half_width_of_logarithm(point.x, point.noise)
            } else {
                point.noise
            };
            point.noise = (half / z).powi(2);
            if is_ratio {
                point.x = point.x.ln();
            }
        }
        let numbers: Vec<f64> = points.iter().map(|point| point.x).collect();
        let Some(middle) = mean(&numbers) else {
            return Ok(None);
        };
        let total: f64 = numbers.iter().map(|x| (x - middle).powi(2)).sum();
        // A rest that rounding leaves of equal values is no difference.
        let least = numbers.len() as f64 * (middle.abs() * 1e-12).powi(2);
        Ok((total > least && total.is_finite()).then_some(Self {
            dims,
            is_ratio,
            points,
            middle,
            total,
            is_bounded,
        }))
    }

    /// Whether every point of the grid has a value.
    pub(super) fn is_full(&self) -> bool {
        let count: usize = self.dims.iter().map(|dim| dim.len()).product();
        self.points.len() == count
    }

    /// The level of a point along an axis.
    pub(super) fn level(&self, number: usize, axis: usize) -> usize {
        let behind = self.dims.iter().skip(axis + 1);
        let stride: usize = behind.map(|dim| dim.len()).product();
        number / stride.max(1) % self.levels(axis)
    }

    fn levels(&self, axis: usize) -> usize {
        self.dims.get(axis).map_or(1, |dim| dim.len()).max(1)
    }

    fn cell_number(&self, number: usize, axes: &[usize]) -> usize {
        let nested = |cell, axis: &usize| cell * self.levels(*axis) + self.level(number, *axis);
        axes.iter().fold(0, nested)
    }

    fn cells(&self, axes: &[usize]) -> Cells<'_> {
        let count = axes.iter().map(|axis| self.levels(*axis)).product();
        let mut cells = vec![Cell::default(); count];
        for point in &self.points {
            if let Some(cell) = cells.get_mut(self.cell_number(point.number, axes)) {
                cell.sum += point.x;
                cell.count += 1;
                cell.noise += point.noise;
            }
        }
        Cells {
            shares: self,
            axes: axes.to_vec(),
            all: cells,
        }
    }

    /// What the levels of one axis explain, with its bounds at 95 %.
    pub(super) fn alone(&self, axis: usize) -> (f64, Option<(f64, f64)>) {
        let cells = self.cells(&[axis]);
        let freedom = cells.freedom();
        let mean_noise = self.noise() / self.points.len() as f64;
        let sum = SumOfSquares {
            observed: cells.between(),
            by_noise: cells.by_noise() - mean_noise,
            freedom,
            along: 0.0,
            squared: cells.squared_noise(freedom),
        };
        self.bounded(sum, |point| cells.cell(point).mean() - self.middle)
    }

    /// What two axes explain together beyond what each explains alone, with its bounds. Right for a full grid.
    pub(super) fn pair(&self, first: usize, second: usize) -> (f64, Option<(f64, f64)>) {
        let [one, other, both] = [vec![first], vec![second], vec![first, second]];
        let [one, other, both] = [self.cells(&one), self.cells(&other), self.cells(&both)];
        let freedom = both.freedom() - one.freedom() - other.freedom();
        let mean_noise = self.noise() / self.points.len() as f64;
        let alone = one.between() + other.between();
        let sum = SumOfSquares {
            observed: (both.between() - alone).max(0.0),
            by_noise: both.by_noise() - one.by_noise() - other.by_noise() + mean_noise,
            freedom,
            along: 0.0,
            squared: both.squared_noise(freedom),
        };
        self.bounded(sum, |point| {
            let alone = one.cell(point).mean() + other.cell(point).mean();
            both.cell(point).mean() - alone + self.middle
        })
    }

    fn noise(&self) -> f64 {
        self.points.iter().map(|point| point.noise).sum()
    }

    /// The share of a sum of squares, with its bounds by those of the sum and of all other differences. `part` is what
    /// of the difference of a point from the mean belongs to the sum.
    fn bounded(
        &self,
        mut sum: SumOfSquares,
        part: impl Fn(&Point) -> f64,
    ) -> (f64, Option<(f64, f64)>) {
        let share = (sum.observed / self.total).clamp(0.0, 1.0);
        if !self.is_bounded {
            return (share, None);
        }
        let count = self.points.len() as f64;
        let noise = self.noise();
        let freedom = count - 1.0 - sum.freedom;
        let mut rest = SumOfSquares {
            observed: (self.total - sum.observed).max(0.0),
            by_noise: noise * (count - 1.0) / count - sum.by_noise,
            freedom,
            along: 0.0,
            squared: self
                .points
                .iter()
                .map(|point| point.noise.powi(2))
                .sum::<f64>()
                * freedom
                / count,
        };
        for point in &self.points {
            let part = part(point);
            sum.along += point.noise * part.powi(2);
            rest.along += point.noise * (point.x - self.middle - part).powi(2);
        }
        for sum in [&mut sum, &mut rest] {
            sum.along /= sum.observed.max(f64::MIN_POSITIVE);
        }
        let ([low, part, high], [rest_low, rest, rest_high]) = (sum.bounds(), rest.bounds());
        let ratio = |part: f64, rest: f64| part / (part + rest).max(f64::MIN_POSITIVE);
        let found = ratio(part, rest);
        // The two sums have independent noise, so that their distances add as squares do (Zou and Donner 2008).
        let below = (found - ratio(low, rest)).hypot(found - ratio(part, rest_high));
        let above = (ratio(high, rest) - found).hypot(ratio(part, rest_low) - found);
        let (low, high) = (found - below, found + above);
        (
            share,
            Some((low.min(share).max(0.0), high.max(share).min(1.0))),
        )
    }
}

/// The half width of the bounds of a logarithm, from that of its number: the lower half, which is the wider one.
fn half_width_of_logarithm(x: f64, half: f64) -> f64 {
    if half < x {
        -(-half / x).ln_1p()
    } else {
        half / x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, VariableInfo};
    use crate::value::{Kind, Value};

    const SHAPE: [usize; 2] = [3, 4];
    const REPEATS: u32 = 12;

    /// Gaussian numbers: Box and Muller (1958) on a linear congruential generator (Knuth's MMIX).
    struct Noise(u64);

    impl Noise {
        fn share(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
            self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        fn next(&mut self) -> f64 {
            let angle = std::f64::consts::TAU * self.share();
            (-2.0 * self.share().ln()).sqrt() * angle.cos()
        }
    }

    /// The repeats of a grid: `truth` with noise that is greater at later points.
    fn observed(truth: &[f64], sigma: f64, noise: &mut Noise) -> Dataset {
        let [a, b] = SHAPE.map(|count| (0..count as u64).map(Value::from).collect());
        let dims = vec![
            Dim::input("a", Kind::Uint(64), a),
            Dim::input("b", Kind::Uint(64), b),
            Dim::repeats(REPEATS),
        ];
        let info = VariableInfo::new("y", Kind::Float(64));
        let mut dataset = Dataset::new("Grid", dims, vec![info]).unwrap();
        for (point, truth) in truth.iter().enumerate() {
            let sigma = sigma * (1.0 + 2.0 * point as f64 / truth_count());
            for repeat in 0..REPEATS as usize {
                let x = Value::Float(truth + sigma * noise.next());
                let flat = point * REPEATS as usize + repeat;
                let variable = dataset.variable_mut(0).unwrap();
                variable.record(flat, &x, CellState::Measured).unwrap();
            }
        }
        dataset
    }

    fn truth_count() -> f64 {
        SHAPE.iter().product::<usize>() as f64
    }

    /// The true shares are those of the same grid without noise. The signs at the end keep logarithms away.
    #[test]
    fn bounds_contain_the_true_shares() {
        let grid = |a: f64, b: f64, pair: f64| {
            let value = move |at: usize| {
                let (i, j) = ((at / SHAPE[1]) as f64 - 1.0, (at % SHAPE[1]) as f64 - 1.5);
                a * i + b * j + pair * i * j - 0.01
            };
            (0..12).map(value).collect::<Vec<f64>>()
        };
        for (name, truth, widest) in [
            ("one input", grid(1.0, 0.0, 0.0), 0.15),
            ("both inputs", grid(1.0, 0.7, 0.0), 0.25),
            ("a pair", grid(0.5, 0.1, 0.6), 0.4),
            ("little", grid(0.1, 0.02, 0.05), 1.0),
        ] {
            let mut noise = Noise(7);
            let exact = observed(&truth, 0.0, &mut noise);
            let of = EffectShares::of(&exact, "y").unwrap().unwrap();
            let truths = [of.alone(0), of.alone(1), of.pair(0, 1)];
            let mut missed = [0; 3];
            let mut width = 0.0;
            for _ in 0..200 {
                let dataset = observed(&truth, 0.3, &mut noise);
                let of = EffectShares::of(&dataset, "y").unwrap().unwrap();
                let found = [of.alone(0), of.alone(1), of.pair(0, 1)];
                for (nth, (share, bounds)) in found.iter().enumerate() {
                    let (low, high) = bounds.unwrap();
                    assert!(0.0 <= low && low <= *share && *share <= high && high <= 1.0);
                    missed[nth] +=
                        usize::from(truths[nth].0 < low - 1e-12 || truths[nth].0 > high + 1e-12);
                    width += (high - low) / 600.0;
                }
            }
            assert!(
                missed.iter().all(|count| *count <= 10),
                "{name}: {missed:?} of 200"
            );
            assert!(width <= widest, "{name}: {width}");
        }
    }
}
