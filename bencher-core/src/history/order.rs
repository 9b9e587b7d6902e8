//! The order of snapshots.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use jiff::Timestamp;

use super::snapshot::Snapshot;
use crate::value::Digest;

/// Puts snapshots in their order, whatever order they come in.
///
/// Each snapshot comes after those that its store had when it came. Where that leaves a choice, as between two stores
/// that were merged, the earlier moment goes first. This is the topological order of Kahn (Communications of the ACM
/// 5, 1962) with the earliest moment taken first. So within one store the numbers decide, and a clock that was set
/// back changes nothing; between two stores, a run counts as no earlier than the runs before it.
pub(super) fn in_order(snapshots: Vec<Snapshot>) -> Vec<Snapshot> {
    let at: HashMap<Digest, usize> = (0..).zip(&snapshots).map(|(n, one)| (one.id, n)).collect();
    let mut waits: Vec<usize> = vec![0; snapshots.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); snapshots.len()];
    for (n, snapshot) in snapshots.iter().enumerate() {
        let known = snapshot.before.iter().filter_map(|id| at.get(id));
        for earlier in known.filter(|earlier| **earlier != n) {
            if let (Some(after), Some(waits)) = (after.get_mut(*earlier), waits.get_mut(n)) {
                after.push(n);
                *waits += 1;
            }
        }
    }
    let mut slots: Vec<Option<Snapshot>> = snapshots.into_iter().map(Some).collect();
    let key = |slots: &[Option<Snapshot>], n: usize| -> Option<Key> {
        let snapshot = slots.get(n)?.as_ref()?;
        Some(Reverse((snapshot.moment, snapshot.number, snapshot.id, n)))
    };
    let free = (0..slots.len()).filter(|n| waits.get(*n) == Some(&0));
    let mut heap: BinaryHeap<Key> = free.filter_map(|n| key(&slots, n)).collect();
    let mut ordered = Vec::with_capacity(slots.len());
    while let Some(Reverse((.., n))) = heap.pop() {
        ordered.extend(slots.get_mut(n).and_then(Option::take));
        for later in after.get(n).into_iter().flatten() {
            if let Some(waits) = waits.get_mut(*later) {
                *waits -= 1;
                if *waits == 0 {
                    heap.extend(key(&slots, *later));
                }
            }
        }
    }
    // A circle takes forged files; they are not lost either.
    ordered.extend(slots.into_iter().flatten());
    ordered
}

/// The key that orders snapshots which may both be next; its last part is the position.
type Key = Reverse<(Timestamp, u64, Digest, usize)>;
