//! A merge sort that reports inversions: pairs of items that the sort exchanges.

/// Sorts by merging and reports every inversion.
///
/// `passes(right, left)` tells whether an item on the right must come before one on the left. Each call of
/// `inverted(lefts, right)` stands for the pairs of `right` with every item of `lefts`. The sort takes
/// `n log n` comparisons; equal items keep their order.
///
/// Counting inversions gives Kendall's number of discordant pairs (Knight, 1966).
pub(crate) fn sort_with_inversions<T: Copy>(
    items: &mut Vec<T>,
    passes: impl Fn(&T, &T) -> bool,
    mut inverted: impl FnMut(&[T], &T),
) {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for block in items.chunks(2 * width) {
            let (mut left, mut right) = block.split_at(width.min(block.len()));
            loop {
                match (left, right) {
                    ([first, rest @ ..], [other, ..]) if !passes(other, first) => {
                        merged.push(*first);
                        left = rest;
                    }
                    (lefts, [other, rest @ ..]) => {
                        inverted(lefts, other);
                        merged.push(*other);
                        right = rest;
                    }
                    (lefts, []) => {
                        merged.extend_from_slice(lefts);
                        break;
                    }
                }
            }
        }
        *items = merged;
        width *= 2;
    }
}

/// Sorts by merging and counts the inversions.
pub(crate) fn sort_and_count<T: Copy>(
    items: &mut Vec<T>,
    passes: impl Fn(&T, &T) -> bool,
) -> usize {
    let mut count = 0;
    sort_with_inversions(items, passes, |lefts, _| count += lefts.len());
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn inversions_are_those_of_all_pairs(items in proptest::collection::vec(0_u8..20, 0..60)) {
            let mut expected = Vec::new();
            for (at, right) in items.iter().enumerate() {
                expected.extend(items[..at].iter().filter(|left| right < left).map(|left| (*left, *right)));
            }
            let (mut sorted, mut found) = (items.clone(), Vec::new());
            sort_with_inversions(
                &mut sorted,
                |right, left| right < left,
                |lefts, right| found.extend(lefts.iter().map(|left| (*left, *right))),
            );
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(&found, &expected);
            prop_assert!(sorted.is_sorted());
            let mut again = items;
            prop_assert_eq!(sort_and_count(&mut again, |right, left| right < left), expected.len());
        }
    }
}
