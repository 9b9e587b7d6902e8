//! The order of samples, as a rule instead of a list.

/// The order of points and repeats.
///
/// ```
/// use bencher_core::space::{SampleOrder, RunOrder};
/// let list = |order| -> Vec<_> {
///     let order = RunOrder::new(order, 2, 2);
///     (0..order.len()).filter_map(|n| order.sample(n)).collect()
/// };
/// assert_eq!(list(SampleOrder::InOrder), [(0, 0), (0, 1), (1, 0), (1, 1)]);
/// assert_eq!(list(SampleOrder::RoundRobin), [(0, 0), (1, 0), (0, 1), (1, 1)]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleOrder {
    /// Point after point, all repeats of a point together.
    InOrder,
    /// Round after round: each repeat goes once over all points, in their order. Drift of the machine then affects all
    /// points equally.
    #[default]
    RoundRobin,
    /// Round after round, every round in its own random order, which the seed determines.
    Shuffled {
        /// The same seed gives the same order on every machine.
        seed: u64,
    },
}

/// The order of all samples of a space: a one-to-one map from the running number of a sample to its point and repeat.
/// Its cost does not depend on the number of points.
///
/// A shuffled round is a seeded permutation by a Feistel network, so even 10^24 points need no list.
///
/// ```
/// use bencher_core::space::{SampleOrder, RunOrder};
/// let order = RunOrder::new(SampleOrder::Shuffled { seed: 7 }, 10_u128.pow(24), 1);
/// let first = order.sample(0);
/// assert_eq!(first, order.sample(0));
/// assert_ne!(first, order.sample(1));
/// assert_eq!(order.sample(order.len()), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RunOrder {
    order: SampleOrder,
    points: u128,
    repeats: u32,
    len: u128,
}

impl RunOrder {
    /// Makes the order of `repeats` samples of each of `points` points.
    pub const fn new(order: SampleOrder, points: u128, repeats: u32) -> Self {
        Self {
            order,
            points,
            repeats,
            len: points.saturating_mul(repeats as u128),
        }
    }

    /// How many samples there are; saturates.
    pub const fn len(&self) -> u128 {
        self.len
    }

    /// Whether there is nothing to run.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The point and the repeat (from 0) of the sample with running number `n`.
    pub fn sample(&self, n: u128) -> Option<(u128, u32)> {
        if n >= self.len {
            return None;
        }
        let (point, repeat) = match self.order {
            SampleOrder::InOrder => {
                let (point, repeat) = divide(n, u128::from(self.repeats));
                return Some((point, u32::try_from(repeat).ok()?));
            }
            SampleOrder::RoundRobin => {
                let (repeat, point) = divide(n, self.points);
                (point, repeat)
            }
            SampleOrder::Shuffled { seed } => {
                let (repeat, place) = divide(n, self.points);
                #[expect(clippy::cast_possible_truncation, reason = "rounds only vary the seed")]
                let round = repeat as u64;
                (permuted(place, self.points, mix(seed ^ mix(round))), repeat)
            }
        };
        Some((point, u32::try_from(repeat).ok()?))
    }
}

/// Quotient and remainder; divisions of 128 bits cost tenfold, and are hardly needed.
pub(super) fn divide(n: u128, by: u128) -> (u128, u128) {
    match (u64::try_from(n), u64::try_from(by)) {
        (Ok(n), Ok(by)) => (u128::from(n / by), u128::from(n % by)),
        _ => (n / by, n % by),
    }
}

/// A seeded permutation of `0..count`: a Feistel network over the next even power of two, walked
/// until it lands inside (fewer than four steps on average).
pub(super) fn permuted(place: u128, count: u128, seed: u64) -> u128 {
    let bits = (128 - count.saturating_sub(1).leading_zeros()).max(2);
    let half = bits.div_ceil(2);
    let mask = u64::MAX >> (64 - half.min(64));
    let mut at = place;
    loop {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "each half has at most 64 bits"
        )]
        let (mut left, mut right) = ((at >> half) as u64 & mask, at as u64 & mask);
        for round in 0..4_u64 {
            let next = left ^ (mix(right ^ mix(seed.wrapping_add(round))) & mask);
            left = right;
            right = next;
        }
        at = u128::from(left) << half | u128::from(right);
        if at < count {
            return at;
        }
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn rounds() {
        let list = |order| {
            let order = RunOrder::new(order, 3, 2);
            (0..order.len())
                .map(|n| order.sample(n).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            list(SampleOrder::InOrder),
            [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
        );
        assert_eq!(
            list(SampleOrder::RoundRobin),
            [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]
        );
        assert_eq!(
            mix(0),
            0xe220_a839_7b1d_cdaf,
            "SplitMix64's first output for seed 0"
        );
    }

    #[test]
    fn every_place_is_as_likely() {
        // Where point 0 falls over many seeds: chi-squared over 10 places, 9 degrees of freedom,
        // 0.1 % limit 27.9.
        let mut counts = [0_u32; 10];
        for seed in 0..10_000 {
            counts[usize::try_from(permuted(0, 10, mix(seed))).unwrap()] += 1;
        }
        let chi: f64 = counts
            .iter()
            .map(|n| (f64::from(*n) - 1000.0).powi(2) / 1000.0)
            .sum();
        assert!(chi < 27.9, "{counts:?}");
    }

    #[test]
    fn enormous_spaces_are_shuffled_at_once() {
        let order = RunOrder::new(SampleOrder::Shuffled { seed: 7 }, 10_u128.pow(24), 1);
        let first: HashSet<u128> = (0..1000).map(|n| order.sample(n).unwrap().0).collect();
        assert_eq!(first.len(), 1000);
        assert!(first.iter().any(|point| *point > u128::from(u64::MAX)));
    }

    proptest! {
        #[test]
        fn every_sample_comes_once(points in 1_u128..300, repeats in 1_u32..4, seed: u64, kind in 0..3) {
            let order = match kind {
                0 => SampleOrder::InOrder,
                1 => SampleOrder::RoundRobin,
                _ => SampleOrder::Shuffled { seed },
            };
            let order = RunOrder::new(order, points, repeats);
            let seen: HashSet<_> = (0..order.len()).map(|n| order.sample(n).unwrap()).collect();
            prop_assert_eq!(seen.len() as u128, points * u128::from(repeats));
            prop_assert!(seen.iter().all(|(point, repeat)| *point < points && *repeat < repeats));
            prop_assert_eq!(order.sample(order.len()), None);
        }
    }
}
