//! Finds whether values have a tail above the most frequent ones.

use pragmastat::estimators::raw;

/// Half of many values within less than this many spreads of all are a core.
const DENSE: f64 = 0.5;
/// Few values show their spread badly: of this many, half must lie within half as many spreads.
const FEW: f64 = 10.0;
/// Such a core ends this number of deviations above its middle, where one in 160 normal values lies beyond.
const DENSE_END: f64 = 2.5;
/// A core around its lower half ends this number of deviations above and below, where one in 370 normal values lies
/// beyond.
const END: f64 = 3.0;
/// A core is this many times as dense as the values just above it. Exponential values are 3.7 times as dense there.
const DENSER: f64 = 5.0;
/// The upper half of a core is no wider than this many times its lower half.
const LOPSIDED: f64 = 1.25;
/// The least values, and the least share of all, that are further above a core than others are below it.
const LEAST: (usize, f64) = (4, 0.03);
/// Values are one-sided from this L-skewness on. That of exponential ones is 1/3; that of 64 normal ones is larger in
/// one of 35 samples.
const SKEWED: f64 = 0.11;
/// From this on with few values, whose skewness says little.
const SKEWED_FEW: f64 = 0.05;
/// Fewer than this are few.
const ENOUGH: usize = 32;
/// The nearest of `count` exponential values lies beyond the end in one of 20 samples by more than three means over
/// their number; the distance of their centre from the end is about 0.8 means.
const BEYOND: f64 = 4.0;

/// Where a core of values ends that the others trail off above, as an index into the sorted values.
///
/// Either half of the values (the shorth, Andrews et al., 1972) are dense beside the spread of all: of normal values
/// the shorth is 1.41 spreads long, of exponential ones 1. Or the values around the densest quarter, as far above as
/// their lower half reaches below, are much denser than those that follow, and are even about their middle.
pub(super) fn end_of_core(sorted: &[f64]) -> Option<usize> {
    end_by_lower_half(sorted).or_else(|| end_of_dense_half(sorted))
}

/// The shortest interval with `count` values: the index of its first, and its length.
fn shortest(sorted: &[f64], count: usize) -> Option<(usize, f64)> {
    let last = count.checked_sub(1)?;
    let width = |first: usize| Some(sorted.get(first + last)? - sorted.get(first)?);
    let widths = (0..sorted.len().saturating_sub(last)).filter_map(|at| Some((at, width(at)?)));
    widths.min_by(|(_, a), (_, b)| a.total_cmp(b))
}

fn end_of_dense_half(sorted: &[f64]) -> Option<usize> {
    let (first, width) = shortest(sorted, sorted.len() / 2 + 1)?;
    let dense = DENSE / (1.0 + FEW / sorted.len() as f64);
    if width >= dense * raw::spread(sorted, true).unwrap_or(0.0) {
        return None;
    }
    // Half of normal values lie within 0.67 deviations of the middle.
    let deviation = width / 1.349;
    let end = sorted.get(first)? + width / 2.0 + DENSE_END * deviation;
    Some(sorted.partition_point(|x| *x <= end))
}

/// The middle of the densest quarter of the values, near their mode.
fn densest(sorted: &[f64]) -> Option<f64> {
    let quarter = (sorted.len() / 4).max(5).min(sorted.len());
    let (first, width) = shortest(sorted, quarter)?;
    Some(sorted.get(first)? + width / 2.0)
}

/// The values around a middle, by their indices, and their deviation as the half of them below it shows it.
struct Core {
    middle: f64,
    deviation: f64,
    begin: usize,
    end: usize,
}

impl Core {
    fn around(sorted: &[f64], middle: f64) -> Option<Self> {
        let below = sorted.get(..sorted.partition_point(|x| *x < middle))?;
        let deviation = 1.4826 * (middle - super::median(below)?);
        let reach = END * deviation;
        Some(Self {
            middle,
            deviation,
            begin: sorted.partition_point(|x| *x < middle - reach),
            end: sorted.partition_point(|x| *x <= middle + reach),
        })
    }
}

fn end_by_lower_half(sorted: &[f64]) -> Option<usize> {
    let mut core = Core::around(sorted, densest(sorted)?)?;
    for _ in 0..8 {
        let middle = super::median(sorted.get(core.begin..core.end)?)?;
        if middle.total_cmp(&core.middle).is_eq() {
            break;
        }
        core = Core::around(sorted, middle)?;
    }
    let count = sorted.len();
    let least = (LEAST.0 as f64).max(LEAST.1 * count as f64);
    let is_one_sided = (count - core.end) as f64 - core.begin as f64 >= least;
    let upper = sorted.get(sorted.partition_point(|x| *x <= core.middle)..core.end)?;
    let is_even = 1.4826 * (super::median(upper)? - core.middle) <= LOPSIDED * core.deviation;
    // As wide as a third of the core.
    let next = core.middle + (END + 2.0) * core.deviation;
    let above = sorted.partition_point(|x| *x <= next) - core.end;
    let is_denser = (core.end - core.begin) as f64 / 3.0 >= DENSER * (above as f64).max(0.5);
    (is_one_sided && is_even && is_denser).then_some(core.end)
}

/// How far the end of one-sided values lies below the least of them, as a share of the distance of that from their
/// centre; `None` where they are not one-sided, or where their mode lies within `near` of the centre.
///
/// One-sided are values with an L-skewness (Hosking, 1990) above 0.11, or 0.05 where they are fewer than 32.
pub(super) fn end_below(sorted: &[f64], centre: f64, near: f64) -> Option<f64> {
    let skewed = if sorted.len() < ENOUGH {
        SKEWED_FEW
    } else {
        SKEWED
    };
    let is_one_sided = l_skewness(sorted)? > skewed && centre - densest(sorted)? > near;
    is_one_sided.then(|| BEYOND / sorted.len() as f64)
}

/// The third L-moment over the second, of sorted values.
fn l_skewness(sorted: &[f64]) -> Option<f64> {
    let count = sorted.len();
    if count < 3 {
        return None;
    }
    let n = count as f64;
    let weighted = |weight: fn(f64, f64) -> f64| {
        let terms = sorted.iter().enumerate();
        let terms: Vec<f64> = terms.map(|(at, x)| weight(at as f64, n) * x).collect();
        super::sum(&terms) / n
    };
    let first = super::sum(sorted) / n;
    let second = weighted(|at, n| at / (n - 1.0));
    let third = weighted(|at, n| at * (at - 1.0) / ((n - 1.0) * (n - 2.0)));
    let scale = 2.0 * second - first;
    (scale > 0.0).then(|| (6.0 * third - 6.0 * second + first) / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: the pairs of 1, 2, 4 are 1, 3 and 2 apart, half of their mean is 1; the third L-moment is (4 - 2 *
    /// 2 + 1) / 3.
    #[test]
    fn skewness_by_its_definition() {
        let found = l_skewness(&[1.0, 2.0, 4.0]).unwrap();
        assert!((found - 1.0 / 3.0).abs() < 1e-12, "{found}");
        let quantiles: Vec<f64> = (0..2000)
            .map(|n| -(1.0 - (f64::from(n) + 0.5) / 2000.0).ln())
            .collect();
        let exponential = l_skewness(&quantiles).unwrap();
        assert!((exponential - 1.0 / 3.0).abs() < 0.003, "{exponential}");
        assert_eq!(l_skewness(&[1.0; 9]), None);
    }

    /// The quantiles of 60 normal values of a deviation of 0.01, and 20 of an exponential tail above.
    #[test]
    fn a_core_ends_where_its_lower_half_says() {
        let normal = (0..60).map(|n| {
            // The logistic distribution, scaled to the deviation of the normal one.
            let p = (f64::from(n) + 0.5) / 60.0;
            0.01 * 0.5513 * (p / (1.0 - p)).ln()
        });
        let tail = (0..20).map(|n| 0.05 - 0.3 * (1.0 - (f64::from(n) + 0.5) / 20.0).ln());
        let mut all: Vec<f64> = normal.chain(tail).collect();
        all.sort_unstable_by(f64::total_cmp);
        let end = end_of_core(&all).unwrap();
        assert!((58..=60).contains(&end), "{end}");
        assert_eq!(end_of_core(&all[..60]), None, "a core alone");
    }

    #[test]
    fn one_sided_values_end_below_the_least() {
        let tail: Vec<f64> = (0..40)
            .map(|n| -0.1 * (1.0 - (f64::from(n) + 0.5) / 40.0).ln())
            .collect();
        assert_eq!(end_below(&tail, 0.08, 0.004), Some(0.1));
        assert_eq!(end_below(&tail, 0.08, 0.1), None, "too near to matter");
        let even: Vec<f64> = (0..40).map(f64::from).collect();
        assert_eq!(end_below(&even, 19.5, 0.0), None);
    }
}
