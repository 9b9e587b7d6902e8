//! The weight of a measured value by how precisely it is known.

use super::weighted_median::weighted_median;

/// Intervals narrower than this share of the median width count as that wide.
const NARROWEST: f64 = 0.25;

/// Weights of values by the widths of their confidence intervals: `1 / width`, relative to that of the median width.
///
/// An interval narrower than a quarter of the median width counts as a quarter, so no value weighs more than four of
/// median width. A width that is NaN, infinite or negative is unknown and gives the weight 1, and so do all widths
/// where none is above zero. Widths have the unit of the values; weights have none.
///
/// ```
/// use bencher_core::regression::change_points::weights_of_widths;
/// assert_eq!(weights_of_widths(&[0.2, 0.1, 0.2, 0.4, f64::NAN]), [1.0, 2.0, 1.0, 0.5, 1.0]);
/// assert_eq!(weights_of_widths(&[2.0, 1e-9, 2.0]), [1.0, 4.0, 1.0], "a lucky interval does not rule");
/// ```
pub fn weights_of_widths(widths: &[f64]) -> Vec<f64> {
    let positive = widths
        .iter()
        .filter(|width| width.is_finite() && **width > 0.0);
    let Some(middle) = weighted_median(positive.map(|width| (*width, 1.0)).collect()) else {
        return vec![1.0; widths.len()];
    };
    let weight = |width: &f64| {
        if width.is_finite() && *width >= 0.0 {
            1.0 / (width / middle).max(NARROWEST)
        } else {
            1.0
        }
    };
    widths.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn weights_are_finite_and_at_most_four(widths in proptest::collection::vec(proptest::num::f64::ANY, 0..30)) {
            let found = weights_of_widths(&widths);
            prop_assert_eq!(found.len(), widths.len());
            for weight in found {
                prop_assert!((0.0..=4.0).contains(&weight), "{}", weight);
            }
        }

        #[test]
        fn the_unit_of_the_widths_does_not_matter(widths in proptest::collection::vec(0.1_f64..10.0, 1..20)) {
            let larger: Vec<f64> = widths.iter().map(|width| width * 1024.0).collect();
            prop_assert_eq!(weights_of_widths(&widths), weights_of_widths(&larger));
        }
    }

    #[test]
    fn unknown_widths_weigh_as_much_as_the_median_one() {
        assert_eq!(weights_of_widths(&[]), Vec::<f64>::new());
        assert_eq!(
            weights_of_widths(&[f64::NAN, -1.0, f64::INFINITY]),
            [1.0; 3]
        );
        assert_eq!(weights_of_widths(&[0.0, 0.0]), [1.0; 2]);
        assert_eq!(weights_of_widths(&[0.0, 3.0, f64::NAN]), [4.0, 1.0, 1.0]);
    }
}
