//! The analysis of variance behind the importance of inputs: sums of squares between the levels of some inputs, and how
//! much they vary with the samples.

use crate::stats::distribution::student_two_sided;
use crate::stats::mean;

use super::{Dataset, DatasetError, Dim, DimRole};

/// The parts of the samples that are left out in turn. Each point needs as many samples.
const PARTS: usize = 4;

/// The points of a result by their numbers in the grid, and the same without each part of their samples.
pub(super) struct EffectShares<'d> {
    pub(super) dims: Vec<&'d Dim>,
    /// Whether values are logarithms: all are above zero.
    pub(super) is_ratio: bool,
    pub(super) all: PointTotals,
    without: Vec<PointTotals>,
    /// The variance of the mean of a point, by its own samples: a mean over all points.
    noise: f64,
}

/// Points with the sum of squares between them.
pub(super) struct PointTotals {
    pub(super) points: Vec<(usize, f64)>,
    pub(super) middle: f64,
    total: f64,
}

impl PointTotals {
    /// None where the points do not differ.
    fn of(points: Vec<(usize, f64)>) -> Option<Self> {
        let values: Vec<f64> = points.iter().map(|(_, x)| *x).collect();
        let middle = mean(&values)?;
        let total: f64 = values.iter().map(|x| (x - middle).powi(2)).sum();
        // What is left of equal values by rounding is no difference.
        let least = values.len() as f64 * (middle.abs() * 1e-12).powi(2);
        (total > least && total.is_finite()).then_some(Self {
            points,
            middle,
            total,
        })
    }
}

impl<'d> EffectShares<'d> {
    /// None where the points have no values, or do not differ.
    pub(super) fn of(dataset: &'d Dataset, result: &str) -> Result<Option<Self>, DatasetError> {
        let mut points: Vec<(usize, f64)> = Vec::new();
        for (number, x) in dataset.numbers_of_points(result)?.into_iter().enumerate() {
            points.extend(x.filter(|x| x.is_finite()).map(|x| (number, x)));
        }
        let is_ratio = !points.is_empty() && points.iter().all(|(_, x)| *x > 0.0);
        let scaled = |x: f64| if is_ratio { x.ln() } else { x };
        for (_, x) in &mut points {
            *x = scaled(*x);
        }
        let dims = dataset.dims().iter();
        let dims: Vec<&Dim> = dims.filter(|dim| dim.role != DimRole::Repeat).collect();
        let samples = dataset.samples_of_points(result, points.len())?;
        let samples: Vec<(usize, Vec<f64>)> = samples
            .into_iter()
            .map(|(number, values)| (number, values.into_iter().map(scaled).collect()))
            .collect();
        let Some(all) = PointTotals::of(points) else {
            return Ok(None);
        };
        let without = (0..PARTS).map_while(|part| {
            let rest = |(number, values): &(usize, Vec<f64>)| {
                let kept = values.iter().enumerate();
                let kept = kept.filter(|(at, _)| at % PARTS != part);
                let kept: Vec<f64> = kept.map(|(_, x)| *x).collect();
                Some((*number, mean(&kept)?))
            };
            PointTotals::of(samples.iter().filter_map(rest).collect())
        });
        let without: Vec<PointTotals> = without.collect();
        Ok(Some(Self {
            dims,
            is_ratio,
            all,
            without: if samples.is_empty() {
                Vec::new()
            } else {
                without
            },
            noise: noise_of(&samples),
        }))
    }

    /// Whether every point of the grid has a value.
    pub(super) fn is_full(&self) -> bool {
        let count: usize = self.dims.iter().map(|dim| dim.len()).product();
        self.all.points.len() == count
    }

    /// The level of a point along an axis.
    pub(super) fn level(&self, number: usize, axis: usize) -> usize {
        let behind = self.dims.iter().skip(axis + 1);
        let stride: usize = behind.map(|dim| dim.len()).product();
        let levels = self.dims.get(axis).map_or(1, |dim| dim.len());
        number / stride.max(1) % levels.max(1)
    }

    /// The share of the differences that the levels of some axes together explain.
    fn share_in(&self, of: &PointTotals, axes: &[usize]) -> f64 {
        let count = |axis: &usize| self.dims.get(*axis).map_or(1, |dim| dim.len());
        let mut sums = vec![(0.0, 0_usize); axes.iter().map(count).product()];
        for (number, x) in &of.points {
            let cell = axes.iter().fold(0, |cell, axis| {
                cell * count(axis) + self.level(*number, *axis)
            });
            if let Some((sum, count)) = sums.get_mut(cell) {
                *sum += x;
                *count += 1;
            }
        }
        let between = sums.iter().filter(|(_, count)| *count > 0);
        let between =
            between.map(|(sum, count)| *count as f64 * (sum / *count as f64 - of.middle).powi(2));
        (between.sum::<f64>() / of.total).clamp(0.0, 1.0)
    }

    /// What the levels of one axis explain, with its bounds at 95 %.
    pub(super) fn alone(&self, axis: usize) -> (f64, Option<(f64, f64)>) {
        let levels = self.dims.get(axis).map_or(1, |dim| dim.len());
        self.bounded(levels as f64 - 1.0, |of| self.share_in(of, &[axis]))
    }

    /// What two axes explain together beyond what each explains alone, with its bounds.
    pub(super) fn pair(&self, first: usize, second: usize) -> (f64, Option<(f64, f64)>) {
        let freedom = |axis: usize| self.dims.get(axis).map_or(1, |dim| dim.len()) as f64 - 1.0;
        self.bounded(freedom(first) * freedom(second), |of| {
            let alone = self.share_in(of, &[first]) + self.share_in(of, &[second]);
            (self.share_in(of, &[first, second]) - alone).max(0.0)
        })
    }

    /// A share, with bounds by the jackknife (Tukey 1958). Noise alone makes a share of about its degrees of freedom, so
    /// that comes off the lower end.
    fn bounded(
        &self,
        freedom: f64,
        share: impl Fn(&PointTotals) -> f64,
    ) -> (f64, Option<(f64, f64)>) {
        let whole = share(&self.all);
        if self.without.len() < PARTS {
            return (whole, None);
        }
        let parts: Vec<f64> = self.without.iter().map(share).collect();
        let count = PARTS as f64;
        let middle = parts.iter().sum::<f64>() / count;
        let squares: f64 = parts.iter().map(|x| (x - middle).powi(2)).sum();
        let by = student_two_sided(0.05, count - 1.0) * ((count - 1.0) / count * squares).sqrt();
        let by_noise = freedom * self.noise / self.all.total;
        let low = (whole - by - by_noise).clamp(0.0, 1.0);
        (whole, Some((low, (whole + by).clamp(0.0, 1.0))))
    }
}

impl Dataset {
    /// The samples of every point with a value, where there are `count` of these and each has enough for bounds; nothing
    /// otherwise.
    fn samples_of_points(
        &self,
        result: &str,
        count: usize,
    ) -> Result<Vec<(usize, Vec<f64>)>, DatasetError> {
        let variable = self.variable(result)?;
        let repeats = self.dims().iter().filter(|dim| dim.role == DimRole::Repeat);
        if repeats.map(Dim::len).product::<usize>() < PARTS {
            return Ok(Vec::new());
        }
        let numbers = self.point_numbers(variable).enumerate();
        let known = numbers.map(|(number, (_, numbers))| (number, numbers.repeats));
        let known: Vec<(usize, Vec<f64>)> = known.filter(|(_, all)| all.len() >= PARTS).collect();
        Ok(if known.len() == count {
            known
        } else {
            Vec::new()
        })
    }
}

/// The mean variance of the mean of a point.
fn noise_of(samples: &[(usize, Vec<f64>)]) -> f64 {
    let variance = |(_, values): &(usize, Vec<f64>)| {
        let (count, middle) = (values.len() as f64, mean(values)?);
        let squares: f64 = values.iter().map(|x| (x - middle).powi(2)).sum();
        Some(squares / (count - 1.0) / count)
    };
    let variances: Vec<f64> = samples.iter().filter_map(variance).collect();
    mean(&variances).unwrap_or(0.0)
}
