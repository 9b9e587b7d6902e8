use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::order::in_order;
use super::*;

/// A snapshot that only has what decides the order.
fn snapshot(id: u128, moment: i64, before: &[u128]) -> Snapshot {
    Snapshot {
        id: Digest(id),
        number: 1,
        event: id.to_string().into(),
        moment: Timestamp::from_second(moment).unwrap(),
        commit: None,
        state: SnapshotState::Good,
        record: day(&["a"], 1.0),
        before: before.iter().map(|id| Digest(*id)).collect(),
        dropped: std::collections::BTreeSet::new(),
    }
}

fn ids(snapshots: &[Snapshot]) -> Vec<u128> {
    snapshots.iter().map(|snapshot| snapshot.id.0).collect()
}

/// The order of some snapshots, as a store would have it.
fn order(known: &BTreeMap<u128, Snapshot>, of: &[u128]) -> Vec<u128> {
    ids(&in_order(of.iter().map(|id| known[id].clone()).collect()))
}

#[derive(Clone, Debug)]
enum Act {
    /// A store gets a run; its clock says anything.
    Run(usize, i64),
    /// The first store imports from the second.
    Import(usize, usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (0_usize..3, 0_i64..1000).prop_map(|(store, moment)| Act::Run(store, moment)),
        1 => (0_usize..3, 0_usize..3).prop_map(|(to, from)| Act::Import(to, from)),
    ];
    prop::collection::vec(act, 1..40)
}

proptest! {
    /// Stores that run and import, with clocks that say anything: each new run is the last one of its store, what was
    /// in order stays in order, and in the end, all stores have one order, however the files are read.
    #[test]
    fn a_new_run_is_last_and_all_stores_agree(acts in acts(), seed in any::<u64>()) {
        let mut known = BTreeMap::new();
        let mut stores: Vec<Vec<u128>> = vec![Vec::new(); 3];
        for (id, act) in (1_u128..).zip(acts) {
            match act {
                Act::Run(store, moment) => {
                    let before: Vec<u128> = stores[store].iter().rev().take(NAMED_BEFORE).copied().collect();
                    known.insert(id, snapshot(id, moment, &before));
                    let earlier = stores[store].clone();
                    stores[store].push(id);
                    prop_assert_eq!(order(&known, &stores[store]), [&earlier[..], &[id]].concat());
                }
                Act::Import(to, from) => {
                    let mut all = stores[to].clone();
                    all.extend(stores[from].iter().filter(|id| !stores[to].contains(id)));
                    let merged = order(&known, &all);
                    prop_assert_eq!(merged.len(), all.len(), "nothing is lost, nothing is twice");
                    stores[to] = merged;
                }
            }
        }
        let all: Vec<u128> = known.keys().copied().collect();
        let expected = order(&known, &all);
        let mut shuffled = all.clone();
        shuffled.sort_by_key(|id| crate::space::mix(seed ^ u64::try_from(*id).unwrap()));
        prop_assert_eq!(order(&known, &shuffled), expected.clone());
        for snapshot in known.values() {
            let at = |id: u128| expected.iter().position(|other| *other == id).unwrap();
            prop_assert!(snapshot.before.iter().all(|earlier| at(earlier.0) < at(snapshot.id.0)));
        }
    }
}

#[test]
fn files_that_are_gone_leave_the_order_of_the_others() {
    // Seven of ten in the middle are gone, and the clock was set back after them.
    let all: Vec<u128> = (1..=10).collect();
    let mut known = BTreeMap::new();
    for id in 1_u128..=10 {
        let before: Vec<u128> = (1..id).rev().take(NAMED_BEFORE).collect();
        known.insert(id, snapshot(id, if id > 8 { 0 } else { 100 }, &before));
    }
    assert_eq!(order(&known, &all), all);
    assert_eq!(order(&known, &[10, 1, 2]), [1, 2, 10]);
    assert_eq!(order(&known, &[9, 1]), [1, 9]);
}

#[test]
fn a_forged_circle_loses_nothing() {
    let circle = vec![
        snapshot(1, 5, &[2]),
        snapshot(2, 6, &[1]),
        snapshot(3, 1, &[3]),
    ];
    let mut found = ids(&in_order(circle));
    assert_eq!(found.first(), Some(&3), "what names itself is no circle");
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3]);
    assert!(in_order(Vec::new()).is_empty());
}
