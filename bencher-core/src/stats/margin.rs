//! The bounds of rank tests: which of the ordered pairs they are.
//!
//! pragmastat 14 has bounds, too, but takes the smallest rank whose probability *reaches* half the
//! misrate where it must be the largest that does not exceed it: ten values at 5 % are bounded by
//! the tenth of the ordered means instead of the ninth, which misses in 6.4 % of all cases. So few
//! values are bounded here, exactly; for many, where a rank more or less is nothing, it does.

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
        let bounds = raw::center_bounds(sorted, misrate, true).ok()?;
        return Some((bounds.lower, bounds.upper));
    }
    let rank = memoised(Test::Signed(n), misrate)?;
    let mut means = Vec::with_capacity(n * (n + 1) / 2);
    for (at, a) in sorted.iter().enumerate() {
        let from_here = sorted.get(at..).unwrap_or_default();
        means.extend(from_here.iter().map(|b| f64::midpoint(*a, *b)));
    }
    ends(&mut means, rank)
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
    /// So many signed ranks.
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
/// one of the second in so many pairs: the coefficients of a Gaussian binomial.
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
        let bounds = raw::center_bounds(&sorted(62), 0.05, true).unwrap();
        assert!(bounds.lower >= lower && bounds.upper <= upper);
    }
}
