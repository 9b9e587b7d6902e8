//! Autocorrelated values, and the factor by which their bounds widen.

use super::order::sort_numbered;

/// The correlation from which on neighbours resemble each other more than chance makes them, one-sided at 5 %,
/// times the square root of the number of values.
const CHANCE: f64 = 1.645;
/// How often the monotone sequence is corrected by its own result.
const STEPS: usize = 3;
/// The largest correlation of neighbours that few values can show.
const MOST: f64 = 0.98;

/// The correlation of every value with the next; 0 where there are too few, or they are all equal.
pub(super) fn neighbours(values: &[f64]) -> f64 {
    let Some(centred) = centred(values).filter(|_| values.len() > 2) else {
        return 0.0;
    };
    correlation(&centred, 1)
}

/// By how much the bounds of a centre must be wider, because values resemble those before them: the square root
/// of [`variance_ratio`], of the values or of their ranks, whichever is larger; 1 where neighbours are no more
/// alike than by chance.
///
/// The ranks are what rank tests go by: a few stragglers hide how much the other values resemble each other, but not
/// how much their ranks do.
pub(super) fn widening(values: &[f64]) -> f64 {
    let ratio = |values: &[f64]| match centred(values) {
        Some(centred) => variance_ratio(&centred),
        None => 1.0,
    };
    ratio(values).max(ratio(&ranks(values))).sqrt()
}

/// How much larger the variance of the mean is than that of independent values: `1 + 2 (r_1 + r_2 + ...)`.
///
/// That is taken as for an autoregressive process of first order, `(1 + r) / (1 - r)`, or as the sum over lags up to
/// where pairs of them are no longer positive, each pair no larger than the one before (Geyer, 1992: the
/// initial monotone sequence), whichever is larger. The first alone misses what is slow beneath the noise of single
/// values; the second alone sees too little in few values.
fn variance_ratio(centred: &[f64]) -> f64 {
    let n = centred.len() as f64;
    let r = correlation(centred, 1);
    if centred.len() < 3 || r * n.sqrt() <= CHANCE {
        return 1.0;
    }
    // Estimates from few values are too low by about this.
    let corrected = (r + (1.0 + 3.0 * r) / n.max(4.0)).min(MOST);
    let first_order = (1.0 + corrected) / (1.0 - corrected);
    first_order.max(monotone_sequence(centred)).max(1.0)
}

fn monotone_sequence(centred: &[f64]) -> f64 {
    // Each correlation over as many values as it has pairs of, two and two.
    let n = centred.len();
    let lag = |k: usize| correlation(centred, k) * n as f64 / (n - k) as f64;
    let pairs: Vec<f64> = (0..n / 4)
        .map(|pair| lag(2 * pair) + lag(2 * pair + 1))
        .take_while(|pair| *pair > 0.0)
        .collect();
    let sum = |mean_share: f64| {
        let mut least = f64::INFINITY;
        let pairs = pairs.iter().map(|pair| {
            least = least.min(pair * (1.0 - mean_share) + 2.0 * mean_share);
            least
        });
        (2.0 * pairs.sum::<f64>() - 1.0).max(1.0)
    };
    // The mean that was subtracted took this share of the variance with it, which depends on the result.
    (0..STEPS).fold(sum(0.0), |ratio, _| sum((ratio / n as f64).min(0.5)))
}

/// The correlation of values with the ones `lag` positions later; `lag` is less than their number.
fn correlation(centred: &[f64], lag: usize) -> f64 {
    let all: f64 = centred.iter().map(|x| x * x).sum();
    let pairs = centred.iter().zip(centred.iter().skip(lag));
    let near: f64 = pairs.map(|(a, b)| a * b).sum();
    if all > 0.0 { near / all } else { 0.0 }
}

fn centred(values: &[f64]) -> Option<Vec<f64>> {
    let mean = super::mean(values)?;
    Some(values.iter().map(|x| x - mean).collect())
}

/// The rank of each value; equal values share the middle of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    sort_numbered(&mut order);
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|(a, _), (b, _)| a.total_cmp(b).is_eq()) {
        let middle = before as f64 + equal.len() as f64 / 2.0;
        for (_, at) in equal {
            if let Some(rank) = ranks.get_mut(*at) {
                *rank = middle;
            }
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform in 0..1, and without a pattern.
    fn noise(seed: u64) -> impl Iterator<Item = f64> {
        (0..).map(move |n| (crate::space::mix(seed << 32 | n) >> 11) as f64 / (1_u64 << 53) as f64)
    }

    /// The mean widening of many series.
    fn mean_widening(of: impl Fn(u64) -> Vec<f64>) -> f64 {
        (0..200).map(|seed| widening(&of(seed))).sum::<f64>() / 200.0
    }

    /// What keeps so much of the value before.
    fn autoregressive(seed: u64, kept: f64, count: usize) -> Vec<f64> {
        let mut value = 0.0;
        let values = noise(seed).map(|new| {
            value = kept * value + new - 0.5;
            value
        });
        values.skip(100).take(count).collect()
    }

    #[test]
    fn independent_values_pay_next_to_nothing() {
        for count in [11, 32, 256] {
            let found = mean_widening(|seed| noise(seed).take(count).collect());
            assert!((1.0..1.05).contains(&found), "{count} values: {found}");
        }
    }

    /// The variance of the mean of an autoregressive process is larger by `(1 + r) / (1 - r)`.
    #[test]
    fn autoregressive_values_widen_as_theory_has_it() {
        for kept in [0.5, 0.8] {
            let found = mean_widening(|seed| autoregressive(seed, kept, 256));
            let theory = ((1.0_f64 + kept) / (1.0 - kept)).sqrt();
            assert!(
                (found / theory - 1.0).abs() < 0.12,
                "{kept}: {found} {theory}"
            );
        }
    }

    /// Noise of single values hides from their neighbours how slow the rest is: here the sum of all
    /// correlations is 9.5, and neighbours account for 0.45 of it.
    #[test]
    fn what_is_slow_beneath_noise_is_seen() {
        let found = mean_widening(|seed| {
            let slow = autoregressive(seed, 0.9, 256);
            let spread = (1.0_f64 - 0.9 * 0.9).sqrt();
            let fast = noise(seed + 1000).map(|x| (x - 0.5) / spread);
            slow.iter().zip(fast).map(|(a, b)| a + b).collect()
        });
        let theory = (1.0_f64 + 2.0 * 0.5 * 0.9 / 0.1).sqrt();
        let by_neighbours = (1.45_f64 / 0.55).sqrt();
        assert!(
            found > 0.8 * theory && found > 1.5 * by_neighbours && found < 1.2 * theory,
            "{found} {theory} {by_neighbours}"
        );
    }

    #[test]
    fn stragglers_do_not_hide_what_is_slow() {
        let found = mean_widening(|seed| {
            let slow = autoregressive(seed, 0.9, 128);
            let late = noise(seed + 1000).map(|x| if x < 0.05 { 50.0 } else { 0.0 });
            slow.iter().zip(late).map(|(a, b)| a + b).collect()
        });
        assert!(found > 2.5, "{found}");
    }

    /// A coarse clock shows few values many times; their order among equals means nothing.
    #[test]
    fn equal_values_share_a_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.0, 0.5, 3.0, 1.5]);
        let found =
            mean_widening(|seed| noise(seed).take(128).map(|x| (x * 2.0).floor()).collect());
        assert!((1.0..1.05).contains(&found), "{found}");
    }

    #[test]
    fn few_or_equal_values_have_no_neighbours() {
        for values in [&[][..], &[1.0], &[1.0, 2.0], &[2.0; 9]] {
            assert_eq!(
                (neighbours(values), widening(values)),
                (0.0, 1.0),
                "{values:?}"
            );
        }
    }
}
