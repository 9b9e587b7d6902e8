//! What collection asks: which blobs the snapshots of a store refer to.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use super::*;
use crate::store::references_of_histories;
use crate::value::Payload;

fn content(n: u8) -> Vec<u8> {
    vec![n; 5000]
}

fn shots(n: u8) -> SweepRecord {
    let infos = ["shot", "plot"].map(|name| VariableInfo::new(name, Kind::Image));
    let mut dataset = Dataset::new("By length", vec![Dim::repeats(1)], infos.to_vec()).unwrap();
    for (at, n) in [n, n + 100].into_iter().enumerate() {
        let payload = Value::from(Payload::new("p.png", "image/png", content(n)));
        dataset
            .variable_mut(at)
            .unwrap()
            .record(0, &payload, CellState::Measured)
            .unwrap();
    }
    record(dataset)
}

fn digests(numbers: &[u8]) -> BTreeSet<Digest> {
    numbers.iter().map(|n| Digest::of(&content(*n))).collect()
}

#[test]
fn contents_that_only_a_snapshot_refers_to_are_references() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &shots(1), "one");
    add(root.path(), &shots(2), "two");
    let (references, unreadable) = references_of_histories(root.path()).unwrap();
    assert_eq!(
        (references, unreadable),
        (digests(&[1, 2, 101, 102]), vec![])
    );
}

#[test]
fn what_aged_out_is_no_reference_any_more() {
    let root = tempfile::tempdir().unwrap();
    let options = AppendOptions {
        max_time_events: NonZeroUsize::new(2),
        max_time_events_of: [("plot".to_owned(), NonZeroUsize::MIN)].into(),
        ..AppendOptions::default()
    };
    for n in 1..=3 {
        append(root.path(), &shots(n), "x".into(), &options).unwrap();
    }
    let (references, _) = references_of_histories(root.path()).unwrap();
    assert_eq!(references, digests(&[2, 3, 103]));
    let dataset = load(root.path()).dataset().unwrap();
    let states = dataset.variable("plot").unwrap().states().to_vec();
    assert_eq!(states, [CellState::Missing, CellState::Measured]);
}

#[test]
fn a_snapshot_that_cannot_be_read_is_told() {
    let root = tempfile::tempdir().unwrap();
    let path = add(root.path(), &shots(1), "one").path;
    std::fs::write(&path, "damaged").unwrap();
    let (references, unreadable) = references_of_histories(root.path()).unwrap();
    assert!(references.is_empty());
    assert!(
        unreadable[0].contains(&path.display().to_string()),
        "{unreadable:?}"
    );
}
