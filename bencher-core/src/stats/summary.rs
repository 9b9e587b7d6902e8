//! The summary of a series of measured times: a centre with bounds, its noise, its outliers.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use pragmastat::estimators::raw;
use xxhash_rust::xxh3::Xxh3;

use super::centre::{Centre, centre};

/// The probability that the bounds of a summary miss: 5 %, for 95 % confidence.
pub const MISRATE: f64 = 0.05;

/// The summary of a series of measurements.
///
/// Times vary by factors, not by summands. All statistics therefore use logarithms where every value is above zero, and
/// the values themselves elsewhere.
///
/// ```
/// use bencher_core::stats::{MISRATE, summary};
/// let times = [10.0, 10.2, 9.9, 10.1, 10.0, 14.0];
/// let found = summary(&times, MISRATE).ok_or("nothing")?;
/// assert!((found.centre - 10.1).abs() < 0.1, "one straggler does not move it: {}", found.centre);
/// let upper = found.upper.ok_or("no bound")?;
/// assert!((upper - 14.0).abs() < 1e-12, "six values say little: {upper}");
/// assert_eq!(summary(&[], MISRATE), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values there are.
    pub count: usize,
    /// The Hodges-Lehmann estimate: the median of the means of all pairs of values (Hodges and
    /// Lehmann, 1963).
    pub centre: f64,
    /// The lower bound of the centre; `None` where there are too few values for the misrate.
    pub lower: Option<f64>,
    /// The upper bound of the centre.
    pub upper: Option<f64>,
    /// The correlation of neighbouring values, from -1 to 1.
    pub autocorrelation: f64,
    /// The relative spread of a single value: the Shamos estimate, the median of the distances of all
    /// pairs of values (Shamos, 1976), over the centre.
    pub noise: f64,
}

impl Summary {
    /// The distance of the further bound from the centre, divided by the centre: 0.01 means that the centre is known
    /// within 1 %. `None` without bounds.
    ///
    /// ```
    /// use bencher_core::stats::{MISRATE, summary};
    /// let steady = summary(&[2.0; 8], MISRATE).ok_or("nothing")?;
    /// assert_eq!(steady.half_width(), Some(0.0));
    /// assert_eq!(summary(&[2.0; 3], MISRATE).ok_or("nothing")?.half_width(), None);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn half_width(&self) -> Option<f64> {
        let (lower, upper) = (self.lower?, self.upper?);
        // Of halves no difference is beyond the floats.
        let half = self.centre / 2.0;
        let width = (upper / 2.0 - half).max(half - lower / 2.0);
        Some(if width == 0.0 {
            0.0
        } else {
            width / half.abs()
        })
    }
}

/// The [`Summary`] of values, whose bounds miss with the probability `misrate`. `None` without values, or where a value
/// is not finite.
///
/// The bounds invert Wilcoxon's signed-rank test, which is exact for values that are independent and symmetric about
/// their centre. They need `1 + log2(1 / misrate)` values (six for 5 %).
///
/// The values are in the order of their measurement. Where neighbours are correlated more than by chance (`r > 1.645 /
/// sqrt(n)`, for the values or their ranks), the bounds widen by the square root of `1 + 2 (r_1 + r_2 + ...)`. That sum
/// is the larger of two estimates: from the first correlation, for an autoregressive process of first order, `(1 + r) /
/// (1 - r)`; and from Geyer's initial monotone sequence (1992). Few values may show far too much correlation. The
/// widened bounds therefore end at `1.96 s / sqrt(2)` (for 5 %), as for the mean of two independent values with the
/// standard deviation `s`. The bounds of strongly dependent values are still too narrow.
pub fn summary(values: &[f64], misrate: f64) -> Option<Summary> {
    if values.is_empty() || values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    // One value says nothing of others. Large sweeps have a million of such points.
    if let ([only], true) = (values, misrate < 0.5) {
        return Some(Summary {
            count: 1,
            centre: *only,
            lower: None,
            upper: None,
            autocorrelation: 0.0,
            noise: 0.0,
        });
    }
    if values.len() >= MANY {
        return summary_of_many(values, misrate);
    }
    computed(values, misrate)
}

/// From this many values on, a summary is remembered: it takes a tenth of a second, and tables, findings and figures
/// need it.
const MANY: usize = 50_000;

/// How many of them are remembered.
const REMEMBERED: usize = 64;

/// The summary of many values, computed once for all that ask for it.
fn summary_of_many(values: &[f64], misrate: f64) -> Option<Summary> {
    static KNOWN: Mutex<VecDeque<(u128, Summary)>> = Mutex::new(VecDeque::new());
    let mut hash = Xxh3::new();
    for x in values.iter().chain([&misrate]) {
        hash.update(&x.to_bits().to_le_bytes());
    }
    let key = hash.digest128();
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, found)) = known().iter().find(|(of, _)| *of == key) {
        return Some(*found);
    }
    let found = computed(values, misrate)?;
    let mut known = known();
    if known.len() >= REMEMBERED {
        known.pop_front();
    }
    known.push_back((key, found));
    Some(found)
}

/// The summary of two finite values or more.
fn computed(values: &[f64], misrate: f64) -> Option<Summary> {
    let logs: Option<Vec<f64>> = values.iter().map(|x| (*x > 0.0).then(|| x.ln())).collect();
    let (least, most) = extremes(values)?;
    // Squares and distances of very large and very small numbers are beyond the floats.
    let magnitude = most.max(-least);
    let unit = if (1e-100..1e100).contains(&magnitude) {
        1.0
    } else {
        super::scale_of(magnitude)
    };
    let (scaled, is_log) = match logs {
        Some(logs) => (logs, true),
        None => (values.iter().map(|x| x / unit).collect(), false),
    };
    let Centre {
        middle,
        bounds,
        is_widened,
        autocorrelation,
        sorted,
    } = centre(&scaled, misrate)?;
    let back = |x: f64| if is_log { x.exp() } else { x * unit };
    // The estimator has no value where half of the values are equal: their spread is zero.
    let spread = raw::spread(&sorted, true).unwrap_or(0.0);
    let middle = back(middle).clamp(least, most);
    let clamp = |x: f64| if is_widened { x } else { x.clamp(least, most) };
    Some(Summary {
        count: values.len(),
        centre: middle,
        // Back and forth through a logarithm loses a digit, which must not lead beyond the values.
        lower: bounds.map(|(lower, _)| clamp(back(lower)).min(middle)),
        upper: bounds.map(|(_, upper)| clamp(back(upper)).max(middle)),
        autocorrelation,
        noise: if is_log {
            spread.exp_m1()
        } else if spread == 0.0 {
            0.0
        } else {
            spread / (middle.abs() / unit)
        },
    })
}

/// The median of positive values, with its bounds by the sign test, where further values are unknown: `unknown.0` of
/// them are smaller than all known ones, `unknown.1` larger. `None` where the median itself is unknown.
///
/// A lower bound among the unknown values is 0, because a time is not less than that. There is no upper bound among
/// them.
pub(super) fn median_summary(
    values: &[f64],
    unknown: (usize, usize),
    misrate: f64,
) -> Option<Summary> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (below, _) = unknown;
    let found = median_in_order(&sorted, unknown, misrate)?;
    let is_low = super::margin::median_rank(found.count, misrate).is_some_and(|rank| rank < below);
    Some(Summary {
        lower: found.lower.or(is_low.then_some(0.0)),
        ..found
    })
}

/// The median and its bounds of values that are sorted by another quantity: a rate sorted by its time, say. `below`
/// unknown values come before all known ones, `above` after them.
pub(super) fn median_in_order(
    values: &[f64],
    (below, above): (usize, usize),
    misrate: f64,
) -> Option<Summary> {
    let count = below + values.len() + above;
    let at = |rank: usize| values.get(rank.checked_sub(below)?).copied();
    let (low, high) = (at((count.checked_sub(1)?) / 2)?, at(count / 2)?);
    let bounds = super::margin::median_rank(count, misrate);
    let ends = bounds.map(|rank| (at(rank), at(count - 1 - rank)));
    let (first, last) = ends.unwrap_or_default();
    let falls = low > high || values.first() > values.last();
    let (lower, upper) = if falls { (last, first) } else { (first, last) };
    let logs: Option<Vec<f64>> = values.iter().map(|x| (*x > 0.0).then(|| x.ln())).collect();
    let mut logs = logs.unwrap_or_default();
    logs.sort_unstable_by(f64::total_cmp);
    Some(Summary {
        count,
        centre: f64::midpoint(low, high),
        lower,
        upper,
        autocorrelation: 0.0,
        noise: raw::spread(&logs, true).unwrap_or(0.0).exp_m1(),
    })
}

fn extremes(values: &[f64]) -> Option<(f64, f64)> {
    Some((super::min(values)?, super::max(values)?))
}

/// The number of values outside Tukey's fences (1977). They are counted, never discarded.
///
/// ```
/// use bencher_core::stats::outliers;
/// let found = outliers(&[10.0, 10.1, 10.2, 10.1, 10.0, 11.0, 99.0]);
/// assert_eq!((found.low, found.high, found.severe), (0, 1, 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outliers {
    /// Values more than 1.5 interquartile ranges below the first quartile.
    pub low: usize,
    /// Values more than 1.5 interquartile ranges above the third quartile.
    pub high: usize,
    /// Values of both kinds that are more than 3 interquartile ranges away.
    pub severe: usize,
}

/// Counts the outliers among values. See [`Outliers`] for an example.
pub fn outliers(values: &[f64]) -> Outliers {
    let quartiles = super::quantile(values, 0.25).zip(super::quantile(values, 0.75));
    let Some((first, third)) = quartiles else {
        return Outliers::default();
    };
    // Of quarters no difference is beyond the floats.
    let [first, third] = [first / 4.0, third / 4.0];
    let range = third - first;
    let mut found = Outliers::default();
    for x in values.iter().map(|x| x / 4.0) {
        let away = (first - x).max(x - third);
        if away <= 1.5 * range {
            continue;
        }
        if x < first {
            found.low += 1;
        } else {
            found.high += 1;
        }
        found.severe += usize::from(away > 3.0 * range);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The median of the means of all pairs, those of a value with itself included.
    fn naive_centre(values: &[f64]) -> f64 {
        let logs: Vec<f64> = values.iter().map(|x| x.ln()).collect();
        let mut means = Vec::new();
        for (n, a) in logs.iter().enumerate() {
            means.extend(logs[n..].iter().map(|b| f64::midpoint(*a, *b)));
        }
        crate::stats::median(&means).unwrap().exp()
    }

    fn naive_noise(values: &[f64]) -> f64 {
        let logs: Vec<f64> = values.iter().map(|x| x.ln()).collect();
        let mut distances = Vec::new();
        for (n, a) in logs.iter().enumerate() {
            distances.extend(logs[n + 1..].iter().map(|b| (a - b).abs()));
        }
        crate::stats::median(&distances).map_or(0.0, f64::exp_m1)
    }

    #[test]
    fn the_summary_of_many_values_is_that_of_these_values() {
        let of = |factor: f64| -> Vec<f64> {
            let spread = |n: usize| 1.0 + (n * 7919 % 1013) as f64 / 1013.0;
            (0..MANY).map(|n| factor * spread(n)).collect()
        };
        let (one, other) = (of(1.0), of(2.0));
        for values in [&one, &other, &one] {
            assert_eq!(summary(values, MISRATE), computed(values, MISRATE));
        }
        assert_eq!(summary(&one, 0.01), computed(&one, 0.01));
    }

    proptest! {
        #[test]
        fn as_defined(values in proptest::collection::vec(1e-9_f64..1e3, 1..60)) {
            let found = summary(&values, MISRATE).unwrap();
            let (centre, noise) = (naive_centre(&values), naive_noise(&values));
            prop_assert!((found.centre / centre - 1.0).abs() < 1e-9, "{} {centre}", found.centre);
            prop_assert!((found.noise - noise).abs() <= 1e-9 * (1.0 + noise), "{} {noise}", found.noise);
            prop_assert_eq!(found.lower.is_some(), values.len() >= 6);
            if let (Some(lower), Some(upper)) = (found.lower, found.upper) {
                prop_assert!(lower <= found.centre && found.centre <= upper);
            }
        }

        /// A change of unit changes nothing but the unit.
        #[test]
        fn scale_is_free(values in proptest::collection::vec(1e-9_f64..1e3, 6..40), scale in 1e-3_f64..1e3) {
            let (a, b) = (
                summary(&values, MISRATE).unwrap(),
                summary(&values.iter().map(|x| x * scale).collect::<Vec<_>>(), MISRATE).unwrap(),
            );
            prop_assert!((a.centre * scale / b.centre - 1.0).abs() < 1e-9);
            prop_assert!((a.noise - b.noise).abs() <= 1e-6 * (1.0 + a.noise));
            prop_assert!((a.half_width().unwrap() - b.half_width().unwrap()).abs() < 1e-6);
        }
    }

    #[test]
    fn neighbours_that_resemble_each_other_say_less() {
        let apart: Vec<f64> = (0..40_u32)
            .map(|n| 1.0 + f64::from(n * 17 % 40) / 40.0)
            .collect();
        let mut close = apart.clone();
        close.sort_by(f64::total_cmp);
        let (apart, close) = (
            summary(&apart, MISRATE).unwrap(),
            summary(&close, MISRATE).unwrap(),
        );
        assert_eq!((apart.centre, apart.noise), (close.centre, close.noise));
        assert!(close.autocorrelation > 0.9 && apart.autocorrelation < 0.2);
        assert!(close.half_width().unwrap() > 4.0 * apart.half_width().unwrap());
    }

    /// However slowly they change, they say as much as two independent ones: here one period of a wave of 0.5 to 2, in
    /// logarithms, whose deviation is `0.7 / sqrt 2`.
    #[test]
    fn bounds_reach_about_as_far_as_the_values() {
        let wave =
            (0..50).map(|n| (0.7 * (f64::from(n) / 50.0 * std::f64::consts::TAU).sin()).exp());
        let found = summary(&wave.collect::<Vec<_>>(), MISRATE).unwrap();
        let theory = 1.96 * 0.7 / 2.0_f64.sqrt() / 2.0_f64.sqrt();
        let (lower, upper) = (found.lower.unwrap().ln(), found.upper.unwrap().ln());
        assert!((upper / theory - 1.0).abs() < 0.05, "{upper} {theory}");
        assert!((lower / theory + 1.0).abs() < 0.05, "{lower} {theory}");
    }

    #[test]
    fn values_that_have_no_logarithm_are_taken_as_they_are() {
        let found = summary(&[-1.0, 0.0, 1.0, 0.0, -1.0, 1.0, 0.0], MISRATE).unwrap();
        assert!(found.centre.abs() < 1e-12);
        assert_eq!(summary(&[1.0, f64::NAN], MISRATE), None);
        assert_eq!(summary(&[1.0, f64::INFINITY], MISRATE), None);
    }

    #[test]
    fn numbers_near_the_end_of_the_floats() {
        let near = [
            -1e308, 1.5e308, 1.6e308, 1.7e308, 1.5e308, 1.7e308, 1.6e308, 1.6e308,
        ];
        let scaled = |unit: f64| near.iter().map(|x| x / unit).collect::<Vec<f64>>();
        let found = |unit| summary(&scaled(unit), MISRATE).unwrap();
        let plain = found(1e308);
        for unit in [1.0, 1e200, 1e300] {
            let far = found(unit);
            let unit = plain.centre / far.centre;
            for (a, b) in [
                (far.lower.unwrap() * unit, plain.lower.unwrap()),
                (far.upper.unwrap() * unit, plain.upper.unwrap()),
                (far.half_width().unwrap(), plain.half_width().unwrap()),
                (far.noise, plain.noise),
                (far.autocorrelation, plain.autocorrelation),
            ] {
                assert!((a / b - 1.0).abs() < 1e-9, "{far:?} {plain:?}");
            }
        }
    }

    /// The tables of Wilcoxon's test give 8 as the critical value of ten values at 5 %, two-sided; so
    /// the bounds are the ninth smallest and largest of the 55 means of pairs.
    #[test]
    fn published_critical_value() {
        // Out of order, so that neighbours do not resemble each other.
        let values: Vec<f64> = (1..=10)
            .map(|n| f64::from((n * 7 % 11_i32).pow(2)))
            .collect();
        let found = summary(&values, MISRATE).unwrap();
        let mut means = Vec::new();
        for n in 1..=10 {
            for m in n..=10 {
                let (a, b) = (f64::from(n * n).ln(), f64::from(m * m).ln());
                means.push(f64::midpoint(a, b));
            }
        }
        means.sort_by(f64::total_cmp);
        assert!((found.lower.unwrap() / means[8].exp() - 1.0).abs() < 1e-12);
        assert!((found.upper.unwrap() / means[55 - 9].exp() - 1.0).abs() < 1e-12);
    }
}
