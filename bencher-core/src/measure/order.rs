//! The order of the points within a round.

use crate::space::mix;

/// Groups points into alternatives: points that differ only in one input.
///
/// Alternatives are measured right after each other in every round, in an order that rotates from round to round (a
/// cyclic Latin square over a random order). Each alternative is at each place equally often, so that a steady drift
/// affects all of them equally.
///
/// ```
/// use bencher_core::measure::Alternatives;
/// // Two algorithms over three lengths, the algorithm varying first: points 0..3 and 3..6.
/// let algorithms = Alternatives { stride: 3, count: 2 };
/// assert_eq!((algorithms.group(1), algorithms.group(4)), (1, 1));
/// assert_eq!((algorithms.member(1), algorithms.member(4)), (0, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// The difference between the numbers of two points that are neighbours in the input.
    pub stride: u64,
    /// The number of alternatives.
    pub count: u64,
}

impl Alternatives {
    /// The first of the points that differ from this one only in the compared input.
    pub const fn group(self, point: u64) -> u64 {
        point - self.member(point) * self.stride
    }

    /// The index of a point among its alternatives.
    pub const fn member(self, point: u64) -> u64 {
        match (self.stride, self.count) {
            (0, _) | (_, 0) => 0,
            (stride, count) => point / stride % count,
        }
    }
}

/// The points of a round in the order in which they are measured.
pub(super) fn ordered(
    points: &[u64],
    alternatives: Option<Alternatives>,
    seed: u64,
    round: u64,
) -> Vec<u64> {
    let Some(alternatives) = alternatives else {
        let mut points = points.to_vec();
        shuffle(&mut points, mix(seed ^ mix(round)));
        return points;
    };
    let mut groups: Vec<u64> = points.iter().map(|p| alternatives.group(*p)).collect();
    groups.sort_unstable();
    groups.dedup();
    shuffle(&mut groups, mix(seed ^ mix(round)));
    let mut members: Vec<(u64, u64)> = points
        .iter()
        .map(|point| (alternatives.group(*point), *point))
        .collect();
    members.sort_unstable();
    let mut ordered = Vec::with_capacity(points.len());
    for group in groups {
        let from = members.partition_point(|(of, _)| *of < group);
        let to = members.partition_point(|(of, _)| *of <= group);
        let mut row: Vec<u64> = members
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|(_, point)| *point)
            .collect();
        // As many rounds as there are alternatives share one random order, and turn it.
        let count = row.len().max(1);
        let square = round / count as u64;
        shuffle(
            &mut row,
            mix(seed ^ mix(group ^ mix(square.wrapping_add(1)))),
        );
        let turn = usize::try_from(round % count as u64).unwrap_or(0);
        row.rotate_left(turn);
        ordered.append(&mut row);
    }
    ordered
}

/// A random order by Fisher and Yates, given by the seed.
fn shuffle(list: &mut [u64], seed: u64) {
    for last in (1..list.len()).rev() {
        let random = mix(seed.wrapping_add(last as u64));
        let other = usize::try_from(random % (last as u64 + 1)).unwrap_or(last);
        list.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn every_point_comes_once(
            count in 1_u64..60, stride in 1_u64..5, alternatives in 1_u64..5, seed: u64, round in 0_u64..50,
        ) {
            let points: Vec<u64> = (0..count).collect();
            for alternatives in [None, Some(Alternatives { stride, count: alternatives })] {
                let mut list = ordered(&points, alternatives, seed, round);
                prop_assert_eq!(&list, &ordered(&points, alternatives, seed, round));
                list.sort_unstable();
                prop_assert_eq!(&list, &points);
            }
        }

        /// In as many rounds as there are alternatives, each stands at each place once.
        #[test]
        fn alternatives_make_latin_squares(count in 2_u64..6, stride in 1_u64..4, seed: u64) {
            let alternatives = Alternatives { stride, count };
            let points: Vec<u64> = (0..count * stride).collect();
            let mut places: HashMap<(u64, u64), u32> = HashMap::new();
            for round in 0..count * 3 {
                let list = ordered(&points, Some(alternatives), seed, round);
                for row in list.chunks(usize::try_from(count).unwrap()) {
                    for (place, point) in row.iter().enumerate() {
                        prop_assert_eq!(alternatives.group(*point), alternatives.group(row[0]));
                        *places.entry((*point, place as u64)).or_default() += 1;
                    }
                }
            }
            prop_assert_eq!(places.len() as u64, count * count * stride);
            prop_assert!(places.values().all(|times| *times == 3));
        }
    }

    #[test]
    fn rounds_differ_and_seeds_differ() {
        let points: Vec<u64> = (0..20).collect();
        let first = ordered(&points, None, 0, 0);
        assert_ne!(first, ordered(&points, None, 0, 1));
        assert_ne!(first, ordered(&points, None, 1, 0));
        assert_ne!(first, points);
    }
}
