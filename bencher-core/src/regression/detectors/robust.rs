//! The mean, the median and the spread of a history, in the units of its values.

/// The median distance from the median, times this, estimates the standard deviation of normal values.
pub(crate) const SIGMA_PER_MAD: f64 = 1.4826;
/// A power of two for sums beyond the floats: the product loses no digits of numbers that large.
const SMALLER: f64 = 1.0 / (1_u128 << 80) as f64;

/// `a - b`, where equal numbers have no difference, infinite ones included.
pub(crate) fn difference(a: f64, b: f64) -> f64 {
    let is_same_infinity = a.is_infinite() && a.total_cmp(&b).is_eq();
    if is_same_infinity { 0.0 } else { a - b }
}

/// The mean; `None` of nothing. NaN where both infinities are among the values.
///
/// The additions come in the order of `NumPy`. A threshold is often a round share of the baseline, and the outcome
/// at exactly the threshold depends on the last digit of the mean.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    let sum = pairwise_sum(values);
    if sum.is_finite() || values.iter().any(|x| x.is_infinite()) {
        return Some(sum / count);
    }
    let smaller: Vec<f64> = values.iter().map(|x| x * SMALLER).collect();
    Some(pairwise_sum(&smaller) / count / SMALLER)
}

/// The sum by halves down to 128 values, and those in eight lanes (Higham, 1993: pairwise summation).
fn pairwise_sum(values: &[f64]) -> f64 {
    const LANES: usize = 8;
    const BLOCK: usize = 128;
    if values.len() < LANES {
        return values.iter().fold(0.0, |sum, x| sum + x);
    }
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % LANES);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    let mut lanes = [0.0_f64; LANES];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    let [l0, l1, l2, l3, l4, l5, l6, l7] = lanes;
    let sum = ((l0 + l1) + (l2 + l3)) + ((l4 + l5) + (l6 + l7));
    rest.iter().fold(sum, |sum, x| sum + x)
}

/// The median; `None` of nothing. NaN where the middle lies between the two infinities.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    median_of(values.to_vec())
}

/// The median of values whose order may be changed. Values are not NaN, or the result is.
pub(crate) fn median_of(mut values: Vec<f64>) -> Option<f64> {
    if values.iter().any(|x| x.is_nan()) {
        return Some(f64::NAN);
    }
    let (half, is_even) = (values.len() / 2, values.len().is_multiple_of(2));
    if values.is_empty() {
        return None;
    }
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let upper = *upper;
    if !is_even {
        return Some(upper);
    }
    below
        .iter()
        .copied()
        .reduce(f64::max)
        .map(|lower| middle(lower, upper))
}

/// The mean of two numbers, also where their sum is beyond the floats.
pub(crate) fn middle(lower: f64, upper: f64) -> f64 {
    let sum = lower + upper;
    if sum.is_infinite() && lower.is_finite() && upper.is_finite() {
        lower / 2.0 + upper / 2.0
    } else {
        sum / 2.0
    }
}

/// The median of values and their standard deviation, estimated as 1.4826 times the median distance from it
/// (Hampel, 1974); `None` of nothing.
pub(crate) fn centre_and_sigma(values: &[f64]) -> Option<(f64, f64)> {
    let centre = median(values)?;
    let distances = values
        .iter()
        .map(|x| difference(*x, centre).abs())
        .collect();
    Some((centre, SIGMA_PER_MAD * median_of(distances)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_mean_is_that_of_numpy_to_the_last_digit() {
        let cases: Value =
            serde_json::from_str(include_str!("../../../tests/vectors/regression/numpy.json"))
                .unwrap();
        let cases = cases.as_array().unwrap();
        assert!(cases.len() > 50);
        for case in cases {
            let numbers = |key: &str| -> Vec<f64> {
                let numbers = case[key].as_array().unwrap();
                numbers.iter().map(|x| x.as_f64().unwrap()).collect()
            };
            let values = numbers("values");
            let (centre, sigma) = centre_and_sigma(&values).unwrap();
            let found = [mean(&values).unwrap(), centre, sigma];
            let expected = numbers("mean_median_sigma");
            let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(
                bits(&found),
                bits(&expected),
                "{found:?} {expected:?} of {values:?}"
            );
        }
    }

    #[test]
    fn large_numbers_have_a_mean_and_a_median() {
        for values in [vec![1.5e308; 2], vec![1.5e308; 7], vec![-1.5e308; 300]] {
            let expected = values[0];
            assert!(
                (mean(&values).unwrap() / expected - 1.0).abs() < 1e-15,
                "{values:?}"
            );
            assert!((median(&values).unwrap() / expected - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn infinite_numbers_are_numbers() {
        let inf = f64::INFINITY;
        assert_eq!(mean(&[1.0, inf]), Some(inf));
        assert_eq!(centre_and_sigma(&[inf, inf, inf, 1.0]), Some((inf, 0.0)));
        assert_eq!(centre_and_sigma(&[1.0, 2.0, 3.0, inf]), Some((2.5, 1.4826)));
        assert!(mean(&[inf, -inf]).unwrap().is_nan());
        assert!(median(&[inf, -inf]).unwrap().is_nan());
    }

    #[test]
    fn nothing_has_no_centre() {
        assert_eq!(
            (mean(&[]), median(&[]), centre_and_sigma(&[])),
            (None, None, None)
        );
    }
}
