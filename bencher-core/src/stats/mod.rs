//! Statistics: pure functions over `&[f64]`. The caller leaves out missing values.
//!
//! A statistic has the unit of the values. A NaN value makes every statistic NaN, except [`min`] and [`max`], which
//! ignore it.
//!
//! ```
//! use bencher_core::stats;
//! let seconds = [0.2, 0.1, 0.4];
//! assert_eq!(stats::median(&seconds), Some(0.2));
//! assert_eq!(stats::max(&seconds), Some(0.4));
//! assert_eq!(stats::mean(&[]), None);
//! ```
//!
//! A [`Summary`] is the centre of a measured time with its bounds. A [`Ratio`] compares two times.

mod agreement;
mod centre;
mod dependence;
mod dip;
pub(crate) mod distribution;
mod hampel;
mod margin;
mod modes;
pub(crate) mod order;
mod point_time;
mod ratio;
mod replicates;
mod summary;
mod tail;

pub(crate) use agreement::{Agreement, Shift, agreement, shift};
pub use hampel::{HampelMean, hampel_mean};
pub use modes::{LowestMode, lowest_mode, separate_modes};
pub use point_time::{PointTime, Reach, RoundTime};
pub use ratio::{RESOLUTION, Ratio, paired_ratio, ratio};
pub use replicates::{optimal_rounds, summary_of_replicates};
pub use summary::{MISRATE, Outliers, Summary, outliers, summary};

/// The arithmetic mean, by compensated summation; `None` without values.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::mean(&[1.0, 2.0, 6.0]), Some(3.0));
/// assert_eq!(stats::mean(&[]), None);
/// ```
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    let total = sum(values);
    if total.is_finite() {
        return Some(total / count);
    }
    // The sum may be beyond the floats where the mean is not.
    Some(sum_of(values.iter().map(|x| x * SMALLER)) / count / SMALLER)
}

/// The factor for numbers near the end of the floats before they are added up: a power of two, so that
/// nothing is rounded. So many of them do not exist that their sum overflows then.
const SMALLER: f64 = 1.0 / (1_u128 << 80) as f64;

/// The sum, with Neumaier's compensation for lost low-order bits.
///
/// Neumaier's compensation (1974) improves on Kahan's.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::sum(&[1e100, 1.0, -1e100]), 1.0);
/// assert_eq!(stats::sum(&[]), 0.0);
/// ```
pub fn sum(values: &[f64]) -> f64 {
    let total = sum_of(values.iter().copied());
    if total.is_finite() {
        return total;
    }
    // Parts of a sum may be beyond the floats where the whole is not.
    sum_of(values.iter().map(|x| x * SMALLER)) / SMALLER
}

fn sum_of(values: impl Iterator<Item = f64>) -> f64 {
    let mut total = 0.0_f64;
    let mut lost = 0.0_f64;
    for x in values {
        let next = total + x;
        lost += if total.abs() >= x.abs() {
            (total - next) + x
        } else {
            (x - next) + total
        };
        total = next;
    }
    // Infinities leave NaN in the compensation; the plain sum is then the truth.
    if lost.is_finite() {
        total + lost
    } else {
        total
    }
}

/// A power of two that brings a number near 1.
fn scale_of(magnitude: f64) -> f64 {
    if magnitude == 0.0 || !magnitude.is_finite() {
        return 1.0;
    }
    2.0_f64.powf(magnitude.log2().floor().clamp(-1000.0, 1000.0))
}

/// The variance with `n - ddof` in the denominator (0: population, 1: sample); `None` where the denominator is not
/// positive.
///
/// `sum((x - mean)^2) / (n - ddof)`, in two passes. Its unit is the square of the unit of the values.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::var(&[1.0, 3.0], 0), Some(1.0));
/// assert_eq!(stats::var(&[1.0, 3.0], 1), Some(2.0));
/// assert_eq!(stats::var(&[1.0], 1), None);
/// ```
pub fn var(values: &[f64], ddof: u8) -> Option<f64> {
    let freedom = freedom(values.len(), ddof)?;
    let (scaled, scale) = scaled_var(values, freedom)?;
    Some(scaled * scale * scale)
}

/// The variance over the square of a scale, and that scale: the squares of very large and very small
/// deviations are beyond the floats.
fn scaled_var(values: &[f64], freedom: usize) -> Option<(f64, f64)> {
    let center = mean(values)?;
    // A quarter of a difference is always within the floats.
    let quarters = values.iter().map(|x| (x / 4.0 - center / 4.0).abs());
    let largest = quarters.fold(0.0, f64::max);
    let is_plain = largest == 0.0 || (1e-100..1e100).contains(&largest);
    let scale = if is_plain { 1.0 } else { scale_of(largest) };
    let deviation = |x: &f64| {
        if is_plain {
            x - center
        } else {
            x / scale - center / scale
        }
    };
    let squares = sum_of(values.iter().map(|x| deviation(x).powi(2)));
    Some((squares / freedom as f64, scale))
}

/// The standard deviation: the square root of [`var`].
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::std(&[1.0, 2.0, 3.0], 1), Some(1.0));
/// assert_eq!(stats::std(&[1.0, 3.0], 0), Some(1.0));
/// assert_eq!(stats::std(&[1.0], 1), None);
/// ```
pub fn std(values: &[f64], ddof: u8) -> Option<f64> {
    let freedom = freedom(values.len(), ddof)?;
    let (scaled, scale) = scaled_var(values, freedom)?;
    Some(scaled.sqrt() * scale)
}

fn freedom(count: usize, ddof: u8) -> Option<usize> {
    count.checked_sub(usize::from(ddof)).filter(|n| *n > 0)
}

/// The smallest value; `None` without values.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::min(&[3.0, f64::NAN, 1.0]), Some(1.0));
/// assert_eq!(stats::min(&[]), None);
/// ```
pub fn min(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::min)
}

/// The largest value; `None` without values.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::max(&[3.0, f64::NAN, 1.0]), Some(3.0));
/// ```
pub fn max(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::max)
}

/// The quantile at `p` in 0..=1, by linear interpolation between order statistics (Hyndman and Fan's type 7, the
/// default of numpy); `None` without values.
///
/// A `p` outside the range counts as the nearer end. With the values sorted and `h = p (n - 1)`, it is `x[floor h] +
/// (h - floor h) (x[floor h + 1] - x[floor h])` (The American Statistician 50, 1996).
///
/// ```
/// # use bencher_core::stats;
/// let values = [3.0, 1.0, 2.0, 10.0];
/// assert_eq!(stats::quantile(&values, 0.25), Some(1.75));
/// assert_eq!(stats::quantile(&values, 1.0), Some(10.0));
/// ```
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    if values.iter().any(|x| x.is_nan()) {
        return Some(f64::NAN);
    }
    let position = p.clamp(0.0, 1.0) * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0..=last"
    )]
    let below = position.floor() as usize;
    // Only two order statistics are needed, so the values are parted and not sorted.
    let mut parted = values.to_vec();
    let (_, low, above) = parted.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    let share = position - below as f64;
    Some(if share == 0.0 || low.total_cmp(&high).is_eq() {
        low
    } else if (high - low).is_finite() {
        low + (high - low) * share
    } else {
        low * (1.0 - share) + high * share
    })
}

/// The median; `None` without values.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::median(&[5.0, 1.0, 9.0]), Some(5.0));
/// assert_eq!(stats::median(&[1.0, 2.0]), Some(1.5));
/// ```
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The standard error of a proportion, `sqrt(p (1 - p) / n)`; `None` without values.
///
/// The values are 0 or 1, and `p` is their mean. This is the normal (Wald) approximation, which is 0 where all values
/// are equal.
///
/// ```
/// # use bencher_core::stats;
/// assert_eq!(stats::proportion_error(&[1.0, 0.0, 1.0, 0.0]), Some(0.25));
/// assert_eq!(stats::proportion_error(&[1.0, 1.0]), Some(0.0));
/// ```
pub fn proportion_error(values: &[f64]) -> Option<f64> {
    let p = mean(values)?;
    Some((p * (1.0 - p) / values.len() as f64).sqrt())
}

/// The bounds of a proportion at 95 %; `None` without values.
///
/// The values are 0 or 1. These are the score bounds of Wilson (Journal of the American Statistical Association 22,
/// 1927), which hold for few values, too, and are wider than nothing where all values are equal.
///
/// ```
/// # use bencher_core::stats;
/// let (lower, upper) = stats::proportion_bounds(&[1.0, 1.0, 1.0]).ok_or("no values")?;
/// assert!((lower - 0.4385).abs() < 1e-4 && upper == 1.0);
/// # Ok::<(), &str>(())
/// ```
pub fn proportion_bounds(values: &[f64]) -> Option<(f64, f64)> {
    let z = distribution::normal_two_sided(MISRATE);
    Some(wilson(mean(values)?, values.len() as f64, z))
}

/// How many standard errors the bounds of an estimate lie from it at 95 %, by Student's t; infinite without a degree of
/// freedom.
///
/// ```
/// use bencher_core::stats::student_reach;
/// assert!((student_reach(2.0) - 4.302_652_729_911_275).abs() < 1e-9);
/// assert!(student_reach(0.0).is_infinite());
/// ```
pub fn student_reach(freedom: f64) -> f64 {
    distribution::student_two_sided(MISRATE, freedom)
}

/// The score interval of Wilson (1927) for a share of `n`: where `(share - x)^2 = z^2 x (1 - x) / n`.
pub(crate) fn wilson(share: f64, n: f64, z: f64) -> (f64, f64) {
    let middle = share + z * z / (2.0 * n);
    let reach = z
        * (share * (1.0 - share) / n + z * z / (4.0 * n * n))
            .max(0.0)
            .sqrt();
    let scale = 1.0 + z * z / n;
    (
        ((middle - reach) / scale).max(0.0).min(share),
        ((middle + reach) / scale).min(1.0).max(share),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Option<f64>, b: f64) {
        let a = a.unwrap();
        assert!((a - b).abs() <= 1e-14 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn known_values() {
        // numpy: np.mean, np.std(ddof=0 and 1), np.percentile on the same lists.
        close(std(&[1.0, 2.0, 3.0], 0), 0.816_496_580_927_726);
        close(std(&[1.0, 2.0, 3.0], 1), 1.0);
        close(var(&[3.0, 1.0, 2.0, 10.0], 0), 12.5);
        close(var(&[3.0, 1.0, 2.0, 10.0], 1), 16.666_666_666_666_668);
        assert!(median(&[1.0, f64::NAN, 2.0]).unwrap().is_nan());
        close(quantile(&[3.0, 1.0, 2.0, 10.0], 0.25), 1.75);
        close(quantile(&[3.0, 1.0, 2.0, 10.0], 0.9), 7.9);
        close(median(&[5.0, 1.0, 9.0]), 5.0);
        assert_eq!(quantile(&[f64::INFINITY; 3], 0.25), Some(f64::INFINITY));
        close(
            proportion_error(&[1.0, 0.0, 1.0, 1.0]),
            0.216_506_350_946_109_66,
        );
    }

    #[test]
    fn cancellation_is_compensated() {
        close(Some(sum(&[1e100, 1.0, -1e100])), 1.0);
        assert!(sum(&[f64::INFINITY, 1.0]).is_infinite());
    }

    #[test]
    fn what_is_within_the_floats_is_found_though_the_way_there_is_not() {
        const MAX: f64 = f64::MAX;
        close(Some(sum(&[MAX, MAX, -MAX]) / MAX), 1.0);
        assert_eq!(mean(&[MAX, MAX]), Some(MAX));
        assert_eq!(mean(&[MAX, MAX, -MAX, -MAX]), Some(0.0));
        assert_eq!(mean(&[MAX, f64::INFINITY]), Some(f64::INFINITY));
        assert_eq!(median(&[f64::NEG_INFINITY, 1.0]), Some(f64::NEG_INFINITY));
        assert_eq!(median(&[1.0, f64::INFINITY]), Some(f64::INFINITY));
        assert_eq!(median(&[-MAX, MAX]), Some(0.0));
        close(quantile(&[-MAX, MAX], 0.75).map(|x| x / MAX), 0.5);
        // Of two values it is half their distance, times the square root of two for a sample.
        for unit in [1e-320, 1e-200, 1e200, 4e307] {
            let std = std(&[unit, 3.0 * unit], 0).unwrap();
            assert!((std / unit - 1.0).abs() < 1e-3, "{std} {unit}");
        }
        close(std(&[1e200, 3e200], 1).map(|x| x / 1e200), 2.0_f64.sqrt());
        assert_eq!(std(&[MAX, -MAX], 0), Some(MAX));
        assert_eq!(var(&[1e200, 3e200], 0), Some(f64::INFINITY));
        assert_eq!(var(&[1e-200, 3e-200], 0), Some(0.0));
        assert!(std(&[f64::INFINITY, 1.0], 0).unwrap().is_nan());
        assert_eq!(std(&[5e300; 3], 1), Some(0.0));
    }

    #[test]
    fn nothing_has_no_statistics() {
        assert_eq!(mean(&[]), None);
        assert_eq!(std(&[1.0], 1), None);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(min(&[]), None);
    }
}
