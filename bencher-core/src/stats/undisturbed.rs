//! The mean of values of which some were disturbed.

/// The median distance from the median, times this, estimates a standard deviation (of normal values).
const DEVIATION_PER_DISTANCE: f64 = 1.4826;
/// From how many such deviations on a value lies far out.
const FAR: f64 = 3.5;
/// What lies within this share of the median never does.
const NEAR: f64 = 1e-3;

/// The mean of the values that do not lie far out, by Hampel's identifier (1974): further from the median than 3.5 times
/// 1.4826 times the median of such distances, and than a thousandth of it. `None` of nothing, or where a value
/// is not finite.
///
/// Up to half of the values may be disturbed. Of normal values one in two thousand lies far out, so the mean of those that
/// vary by themselves hardly says less than that of all.
///
/// ```
/// use bencher_core::stats::undisturbed_mean;
/// assert_eq!(undisturbed_mean(&[9.0, 10.0, 11.0, 10.0, 90.0]), Some(10.0));
/// assert_eq!(undisturbed_mean(&[2.0, 2.0, 2.0, 7.0]), Some(2.0), "most are equal");
/// assert_eq!(undisturbed_mean(&[]), None);
/// ```
pub fn undisturbed_mean(values: &[f64]) -> Option<f64> {
    if values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let middle = super::median(values)?;
    let distances: Vec<f64> = values.iter().map(|x| (x - middle).abs()).collect();
    let deviation = DEVIATION_PER_DISTANCE * super::median(&distances)?;
    let limit = (FAR * deviation).max(NEAR * middle.abs());
    let kept = values.iter().zip(&distances);
    let kept: Vec<f64> = kept
        .filter(|(_, distance)| **distance <= limit)
        .map(|(x, _)| *x)
        .collect();
    super::mean(&kept)
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
            let found = undisturbed_mean(&all).unwrap();
            prop_assert!((1.0..=2.0).contains(&found), "{found}");
        }

        /// Values of one heap are all kept.
        #[test]
        fn what_varies_evenly_is_kept(count in 5_u32..60, unit in 1e-9_f64..1e9) {
            let values: Vec<f64> = (0..count).map(|n| unit * f64::from(100 + n)).collect();
            let mean = crate::stats::mean(&values).unwrap();
            prop_assert!((undisturbed_mean(&values).unwrap() / mean - 1.0).abs() < 1e-12);
        }
    }

    /// A coarse clock shows two values; both are kept, since they lie within a thousandth.
    #[test]
    fn steps_of_a_clock_are_no_disturbance() {
        let values = [1.0, 1.0, 1.0, 1.0005, 1.0005];
        assert!((undisturbed_mean(&values).unwrap() - 1.0002).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_finite_has_no_mean() {
        assert_eq!(undisturbed_mean(&[1.0, f64::NAN]), None);
        assert_eq!(undisturbed_mean(&[f64::INFINITY]), None);
    }
}
