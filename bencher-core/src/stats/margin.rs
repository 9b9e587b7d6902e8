//! The bounds of rank tests, as ranks in the ordered list of pairs.
//!
//! pragmastat 14 has bounds as well. It takes the smallest rank whose probability *reaches* half the misrate, but must
//! take the largest rank that does not exceed it. It bounds ten values at 5 % by the tenth of the ordered means instead
//! of the ninth, which misses in 6.4 % of all cases. The time of its search for a mean of pairs also grows with the
//! square of the number of values. This module therefore computes the bounds of a centre itself: exactly for few
//! values, by the normal approximation for many.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use pragmastat::estimators::raw;

/// The most values that are bounded by the exact distribution of the signed ranks: their
/// arrangements, 2 to the power of that, are counted in 64 bits.
const MOST_EXACT: usize = 62;
/// The most pairs of two samples that are bounded by the exact distribution.
const MOST_PAIRS: usize = 2500;

/// The bounds of the centre of values, in ascending order, by Wilcoxon's signed-rank test; none where
/// they are too few for the misrate, that is fewer than `1 + log2(1 / misrate)`.
pub(super) fn centre_bounds(sorted: &[f64], misrate: f64) -> Option<(f64, f64)> {
    let n = sorted.len();
    if n > MOST_EXACT {
        return many_centre_bounds(sorted, misrate);
    }
    let rank = memoised(Test::Signed(n), misrate)?;
    let mut means = Vec::with_capacity(n * (n + 1) / 2);
    for (at, a) in sorted.iter().enumerate() {
        let from_here = sorted.get(at..).unwrap_or_default();
        means.extend(from_here.iter().map(|b| f64::midpoint(*a, *b)));
    }
    ends(&mut means, rank)
}

/// The bounds of the centre by the normal approximation of the signed ranks, with its correction for
/// continuity. The means of pairs are not listed but counted.
fn many_centre_bounds(sorted: &[f64], misrate: f64) -> Option<(f64, f64)> {
    let n = sorted.len() as f64;
    let middle = n * (n + 1.0) / 4.0;
    let deviation = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
    let rank = (middle + normal_quantile(misrate / 2.0)? * deviation - 0.5).floor();
    let pairs = n * (n + 1.0) / 2.0;
    (rank >= 0.0).then(|| {
        (
            mean_of_rank(sorted, rank),
            mean_of_rank(sorted, pairs - 1.0 - rank),
        )
    })
}

/// The mean of the pair at a rank among all means of pairs.
fn mean_of_rank(sorted: &[f64], rank: f64) -> f64 {
    let (mut below, mut above) = match (sorted.first(), sorted.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => return f64::NAN,
    };
    let pairs = sorted.len() as f64 * (sorted.len() as f64 + 1.0) / 2.0;
    let (mut up_to_below, mut up_to_above) = (means_up_to(sorted, below), pairs);
    if up_to_below > rank {
        return below;
    }
    // Halves, until the means between are few enough to be listed.
    let few = sorted.len() as f64 * 2.0;
    while up_to_above - up_to_below > few {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            return above;
        }
        let count = means_up_to(sorted, middle);
        if count > rank {
            (above, up_to_above) = (middle, count);
        } else {
            (below, up_to_below) = (middle, count);
        }
    }
    let mut between = means_between(sorted, below, above);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most the count of means between"
    )]
    let place = (rank - up_to_below) as usize;
    if place >= between.len() {
        return above;
    }
    *between.select_nth_unstable_by(place, f64::total_cmp).1
}

/// How many means of pairs, each value with itself included, are at most `limit`.
fn means_up_to(sorted: &[f64], limit: f64) -> f64 {
    let ends = ends_of_pairs(sorted, limit).enumerate();
    ends.map(|(at, end)| end.saturating_sub(at) as f64).sum()
}

/// The means of pairs above `low` and up to `high`.
fn means_between(sorted: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut means = Vec::new();
    let ends = ends_of_pairs(sorted, low).zip(ends_of_pairs(sorted, high));
    for ((at, first), (from, to)) in sorted.iter().enumerate().zip(ends) {
        let seconds = sorted.get(from.max(at)..to).unwrap_or_default();
        means.extend(seconds.iter().map(|second| f64::midpoint(*first, *second)));
    }
    means
}

/// For each value as the first of a pair, where the seconds end with which the mean is at most `limit`.
fn ends_of_pairs(sorted: &[f64], limit: f64) -> impl Iterator<Item = usize> + '_ {
    // As the first of a pair grows, the second has to shrink.
    let mut end = sorted.len();
    sorted.iter().enumerate().map(move |(at, first)| {
        let fits = |end: usize| {
            let second = end.checked_sub(1).and_then(|last| sorted.get(last));
            second.is_none_or(|second| f64::midpoint(*first, *second) <= limit)
        };
        while end > at && !fits(end) {
            end -= 1;
        }
        end
    })
}

/// The rank from below, and from above, of the values that bound the median of `count` values by the sign test, counted
/// from 0; none where they are too few for the misrate.
pub(super) fn median_rank(count: usize, misrate: f64) -> Option<usize> {
    if count > MOST_EXACT {
        let n = count as f64;
        // The binomial distribution nearly is a normal one, with a correction for continuity.
        let rank = (n / 2.0 + normal_quantile(misrate / 2.0)? * n.sqrt() / 2.0 - 0.5).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below the count, and not negative for more than 62 values"
        )]
        return (rank >= 0.0).then_some(rank as usize);
    }
    let mut ways = 1.0;
    let mut arrangements = vec![ways];
    for k in 0..count {
        ways *= (count - k) as f64 / (k + 1) as f64;
        arrangements.push(ways);
    }
    critical(&arrangements, misrate / 2.0)
}

/// The quantile of the standard normal distribution below the middle, by Acklam's rational
/// approximation (2003; relative error below 1.2e-9); none of what is no share up to 0.5.
pub(super) fn normal_quantile(share: f64) -> Option<f64> {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    const TAIL: f64 = 0.024_25;
    let polynomial = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, f| sum * x + f);
    if !(share > 0.0 && share <= 0.5) {
        return None;
    }
    Some(if share < TAIL {
        let q = (-2.0 * share.ln()).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    } else {
        let q = share - 0.5;
        let r = q * q;
        polynomial(&A, r) * q / polynomial(&B, r)
    })
}

/// The bounds of the shift of one sample against another, both in ascending order, by Mann and Whitney's
/// test; none where they are too few for the misrate.
pub(super) fn shift_bounds(x: &[f64], y: &[f64], misrate: f64) -> Option<(f64, f64)> {
    if x.len().checked_mul(y.len())? > MOST_PAIRS {
        let bounds = raw::shift_bounds(x, y, misrate, true).ok()?;
        return Some((bounds.lower, bounds.upper));
    }
    let rank = memoised(Test::Sums(x.len(), y.len()), misrate)?;
    let mut shifts: Vec<f64> = x
        .iter()
        .flat_map(|a| y.iter().map(move |b| a - b))
        .collect();
    ends(&mut shifts, rank)
}

/// The values of a rank, counted from 0, from below and from above.
fn ends(values: &mut [f64], rank: usize) -> Option<(f64, f64)> {
    let last = values.len().checked_sub(1)?;
    let above = last.checked_sub(rank)?;
    if rank > above {
        return None;
    }
    let lower = *values.select_nth_unstable_by(rank, f64::total_cmp).1;
    let upper = *values.select_nth_unstable_by(above, f64::total_cmp).1;
    Some((lower, upper))
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Test {
    /// This number of signed ranks.
    Signed(usize),
    /// Two samples of these sizes.
    Sums(usize, usize),
}

/// The largest value of a test's statistic that comes, or a smaller one, with half the misrate at most.
fn memoised(test: Test, misrate: f64) -> Option<usize> {
    type Known = Mutex<HashMap<(Test, u64), Option<usize>>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(Known::default);
    let key = (test, misrate.to_bits());
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(key).or_insert_with(|| {
        let arrangements = match test {
            Test::Signed(n) => signed(n),
            Test::Sums(n, m) => sums(n, m),
        };
        critical(&arrangements, misrate / 2.0)
    })
}

fn critical(arrangements: &[f64], share: f64) -> Option<usize> {
    let all: f64 = arrangements.iter().sum();
    let mut below = 0.0;
    let fits = arrangements.iter().take_while(|ways| {
        below += **ways;
        below <= share * all
    });
    fits.count().checked_sub(1)
}

/// In how many ways the ranks 1..=n, each with a sign, have each sum of those that are positive.
fn signed(n: usize) -> Vec<f64> {
    let most = n * (n + 1) / 2;
    let mut ways = vec![0_u64; most + 1];
    if let Some(none) = ways.first_mut() {
        *none = 1;
    }
    for rank in 1..=n {
        for sum in (rank..=most).rev() {
            let without = ways.get(sum - rank).copied().unwrap_or(0);
            if let Some(with) = ways.get_mut(sum) {
                *with += without;
            }
        }
    }
    ways.into_iter().map(|ways| ways as f64).collect()
}

/// In how many ways two samples of these sizes can be arranged so that a value of the first comes before
/// one of the second in a number of pairs: the coefficients of a Gaussian binomial.
fn sums(n: usize, m: usize) -> Vec<f64> {
    let most = n * m;
    let mut ways = vec![0.0; most + 1];
    if let Some(none) = ways.first_mut() {
        *none = 1.0;
    }
    // The product of (1 - q^(m + i)) / (1 - q^i) over i = 1..=n.
    for i in 1..=n {
        for sum in (m + i..=most).rev() {
            let less = ways.get(sum - m - i).copied().unwrap_or(0.0);
            if let Some(at) = ways.get_mut(sum) {
                *at -= less;
            }
        }
        for sum in i..=most {
            let less = ways.get(sum - i).copied().unwrap_or(0.0);
            if let Some(at) = ways.get_mut(sum) {
                *at += less;
            }
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of Wilcoxon's signed-rank test, two-sided, 5 %.
    #[test]
    fn published_signed_ranks() {
        let table = [
            (6, 0),
            (7, 2),
            (8, 3),
            (9, 5),
            (10, 8),
            (11, 10),
            (12, 13),
            (15, 25),
            (20, 52),
            (25, 89),
            (30, 137),
            (50, 434),
        ];
        for (n, rank) in table {
            assert_eq!(critical(&signed(n), 0.025), Some(rank), "{n} values");
        }
        assert_eq!(critical(&signed(5), 0.025), None);
    }

    /// The tables of Mann and Whitney's test, two-sided, 5 %.
    #[test]
    fn published_rank_sums() {
        let table = [
            (4, 4, 0),
            (5, 5, 2),
            (6, 5, 3),
            (8, 8, 13),
            (10, 10, 23),
            (12, 10, 29),
            (15, 15, 64),
            (20, 20, 127),
        ];
        for (n, m, rank) in table {
            assert_eq!(
                critical(&sums(n, m), 0.025),
                Some(rank),
                "{n} and {m} values"
            );
        }
        assert_eq!(critical(&sums(3, 3), 0.025), None);
    }

    /// Published quantiles of the normal distribution.
    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (share, z) in [
            (0.5, 0.0),
            (0.025, -1.959_963_984_540_054),
            (0.005, -2.575_829_303_548_901),
            (1e-6, -4.753_424_308_822_899),
        ] {
            let found = normal_quantile(share).unwrap();
            assert!((found - z).abs() < 1e-8, "{share}: {found}");
        }
        assert_eq!(normal_quantile(0.0), None);
    }

    /// The mean of a rank against all means in order, for many values and for equal ones.
    #[test]
    fn means_are_found_by_their_rank() {
        for values in [
            vec![1.0; 70],
            // One far away from the others, and two far apart.
            (0..70_u32)
                .map(|n| if n == 3 { 1e200 } else { f64::from(n).sqrt() })
                .collect(),
            (0..70_u32)
                .map(|n| if n % 2 == 0 { 1e-200 } else { 1e200 } * f64::from(n))
                .collect(),
            (0..70_u32)
                .map(|n| f64::from(n * 31 % 17))
                .collect::<Vec<_>>(),
        ] {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let mut means = Vec::new();
            for (at, a) in sorted.iter().enumerate() {
                means.extend(sorted[at..].iter().map(|b| f64::midpoint(*a, *b)));
            }
            means.sort_by(f64::total_cmp);
            for rank in [0_u32, 1, 700, 1242, 2483, 2484] {
                let found = mean_of_rank(&sorted, f64::from(rank));
                assert_eq!(found.to_bits(), means[rank as usize].to_bits(), "{rank}");
            }
        }
    }

    /// Where the exact bounds end, the others go on.
    #[test]
    fn the_two_ways_meet() {
        let values: Vec<f64> = (0..63_u32).map(|n| f64::from(n * 7919 % 1009)).collect();
        let sorted = |n: usize| {
            let mut values = values[..n].to_vec();
            values.sort_by(f64::total_cmp);
            values
        };
        let (lower, upper) = centre_bounds(&sorted(62), 0.05).unwrap();
        let (lower_63, upper_63) = centre_bounds(&sorted(63), 0.05).unwrap();
        let width = (upper - lower) / (upper_63 - lower_63);
        assert!((width - 1.0).abs() < 0.1, "{width}");
        let (approximate, _) = many_centre_bounds(&sorted(62), 0.05).unwrap();
        assert!(
            (approximate - lower).abs() < 0.01 * (upper - lower),
            "{approximate} {lower}"
        );
    }
}
