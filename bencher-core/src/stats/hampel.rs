//! The mean of values without the disturbed ones.

/// The median distance from the median, times this, estimates a standard deviation (of normal values).
const DEVIATION_PER_DISTANCE: f64 = 1.4826;
/// The number of such deviations beyond which a value is an outlier, for many values.
const FAR: f64 = 3.5;
/// Few values show their deviation badly. With this number of values, the fence is twice as wide, and wider with fewer.
const FEW: f64 = 5.0;
/// A value within this share of the median is never an outlier.
const NEAR: f64 = 1e-3;

/// The mean of values without outliers, computed by [`hampel_mean`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HampelMean {
    /// The mean of the values that are not outliers.
    pub mean: f64,
    /// The number of outliers.
    pub discarded: usize,
}

/// The mean of the values inside the fence of Hampel's identifier (1974). An outlier is further from the median than
/// `3.5 (1 + 5 / n)` times 1.4826 times the median of such distances, and than a thousandth of the median. `None`
/// without values, or where a value is not finite.
///
/// Fewer than half of the values may be disturbed. Among eight or more normal values, hardly one in a hundred is an
/// outlier. The mean of undisturbed values therefore loses little efficiency.
///
/// ```
/// use bencher_core::stats::{HampelMean, hampel_mean};
/// let found = hampel_mean(&[9.0, 10.0, 11.0, 10.0, 90.0]);
/// assert_eq!(found, Some(HampelMean { mean: 10.0, discarded: 1 }));
/// let found = hampel_mean(&[2.0, 2.0, 2.0, 7.0]).ok_or("nothing")?;
/// assert_eq!(found.mean, 2.0, "most are equal");
/// assert_eq!(hampel_mean(&[]), None);
/// # Ok::<(), &str>(())
/// ```
pub fn hampel_mean(values: &[f64]) -> Option<HampelMean> {
    if values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let middle = super::median(values)?;
    let distances: Vec<f64> = values.iter().map(|x| (x - middle).abs()).collect();
    let deviation = DEVIATION_PER_DISTANCE * super::median(&distances)?;
    let far = FAR * (1.0 + FEW / values.len() as f64);
    let limit = (far * deviation).max(NEAR * middle.abs());
    let kept = values.iter().zip(&distances);
    let kept: Vec<f64> = kept
        .filter(|(_, distance)| **distance <= limit)
        .map(|(x, _)| *x)
        .collect();
    Some(HampelMean {
        mean: super::mean(&kept)?,
        discarded: values.len() - kept.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever happens to fewer than half of them, and however much: the mean stays among the others, or near.
        #[test]
        fn fewer_than_half_cannot_carry_it_away(
            good in proptest::collection::vec(1.0_f64..2.0, 11..40),
            bad in proptest::collection::vec(1e3_f64..1e9, 0..10),
        ) {
            let all: Vec<f64> = good.iter().chain(&bad).copied().collect();
            let found = hampel_mean(&all).unwrap();
            prop_assert!((1.0..=2.0).contains(&found.mean), "{found:?}");
            prop_assert!(found.discarded >= bad.len());
        }

        /// Values of one mode are all kept.
        #[test]
        fn what_varies_evenly_is_kept(count in 5_u32..60, unit in 1e-9_f64..1e9) {
            let values: Vec<f64> = (0..count).map(|n| unit * f64::from(100 + n)).collect();
            let mean = crate::stats::mean(&values).unwrap();
            prop_assert!((hampel_mean(&values).unwrap().mean / mean - 1.0).abs() < 1e-12);
        }
    }

    /// How few normal values are taken for disturbed, and how little the variance of the mean grows by that.
    #[test]
    fn normal_values_are_mostly_kept() {
        let uniform = |n: u64| (crate::space::mix(n) >> 11) as f64 / (1_u64 << 53) as f64;
        // The sum of twelve of them is nearly normal, with a deviation of 1.
        let normal = |n: u64| (0..12).map(|k| uniform(n * 12 + k)).sum::<f64>() - 6.0 + 100.0;
        for (count, most, growth) in [(3, 0.05, 1.25), (9, 0.01, 1.1), (39, 0.005, 1.05)] {
            let found: Vec<HampelMean> = (0..4000)
                .map(|trial| {
                    let values: Vec<f64> = (0..count).map(|n| normal(trial * count + n)).collect();
                    hampel_mean(&values).unwrap()
                })
                .collect();
            let discarded: usize = found.iter().map(|found| found.discarded).sum();
            let share = discarded as f64 / (4000 * count) as f64;
            assert!(share < most, "{count} values: {share}");
            let means: Vec<f64> = found.iter().map(|found| found.mean).collect();
            let variance = crate::stats::var(&means, 1).unwrap() * count as f64;
            assert!(
                (0.9..growth).contains(&variance),
                "{count} values: {variance}"
            );
        }
    }

    /// A coarse clock shows two values; both are kept, since they lie within a thousandth.
    #[test]
    fn steps_of_a_clock_are_no_disturbance() {
        let values = [1.0, 1.0, 1.0, 1.0005, 1.0005];
        assert!((hampel_mean(&values).unwrap().mean - 1.0002).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_finite_has_no_mean() {
        assert_eq!(hampel_mean(&[1.0, f64::NAN]), None);
        assert_eq!(hampel_mean(&[f64::INFINITY]), None);
    }
}
