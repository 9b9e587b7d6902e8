//! The weighted median, which minimises the weighted sum of distances.

/// The weighted median of pairs of a value and its weight; `None` of nothing.
///
/// The value at which half of the total weight is reached in ascending order. Where the half ends exactly between two
/// values, it is their mean, as for the plain median. Values and weights are finite, and weights not negative.
pub(crate) fn weighted_median(mut pairs: Vec<(f64, f64)>) -> Option<f64> {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = pairs.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut reached = 0.0;
    let mut lower = None;
    for (value, weight) in &pairs {
        if let Some(lower) = lower {
            // A value without weight takes no part.
            if *weight > 0.0 {
                return Some(f64::midpoint(lower, *value));
            }
            continue;
        }
        reached += weight;
        if reached > half {
            return Some(*value);
        }
        if reached >= half && *weight > 0.0 {
            lower = Some(*value);
        }
    }
    // Reached where no value has a weight, or where rounding leaves the sum below its half.
    lower.or_else(|| pairs.last().map(|(value, _)| *value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance(pairs: &[(f64, f64)], from: f64) -> f64 {
        pairs.iter().map(|(x, w)| w * (x - from).abs()).sum()
    }

    proptest! {
        /// The least sum of distances is at one of the values, so trying each of them is a full search.
        #[test]
        fn no_value_is_nearer_to_all(
            pairs in proptest::collection::vec((-5_i8..5, 0_u8..5), 1..12),
        ) {
            let pairs: Vec<(f64, f64)> = pairs.iter().map(|(x, w)| (f64::from(*x), f64::from(*w))).collect();
            let found = distance(&pairs, weighted_median(pairs.clone()).unwrap());
            for (value, _) in &pairs {
                prop_assert!(found <= distance(&pairs, *value) + 1e-9);
            }
        }
    }

    #[test]
    fn equal_weights_give_the_plain_median() {
        let median = |values: &[f64]| weighted_median(values.iter().map(|x| (*x, 1.0)).collect());
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    /// Weights 1, 2, 1, 2 of 1, 2, 3, 4: the half, 3, ends exactly at 2; the next is 3.
    #[test]
    fn a_half_between_two_values_gives_their_mean() {
        let pairs = vec![(1.0, 1.0), (2.0, 2.0), (3.0, 1.0), (4.0, 2.0)];
        assert_eq!(weighted_median(pairs), Some(2.5));
        let weightless_between = vec![(1.0, 1.0), (2.0, 0.0), (3.0, 1.0)];
        assert_eq!(weighted_median(weightless_between), Some(2.0));
        let weightless = weighted_median(vec![(1.0, 0.0), (2.0, 0.0)]);
        assert!(weightless.is_some_and(|value| (1.0..=2.0).contains(&value)));
    }
}
