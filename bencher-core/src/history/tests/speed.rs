use std::time::{Duration, Instant};

use super::*;

/// Fewer than the 300 runs of the figures in the documents, as tests are not optimised; the work grows in proportion.
#[test]
fn many_runs_of_a_large_grid_are_joined_quickly() {
    let root = tempfile::tempdir().unwrap();
    let levels: Vec<u64> = (0..1000).collect();
    let run = record(filled(
        vec![lens(&levels), Dim::repeats(1)],
        vec![float("a"), float("b")],
        1.0,
    ));
    let mut snapshots = Vec::new();
    add(root.path(), &run, "0");
    let first = load(root.path()).snapshots()[0].clone();
    for n in 0..100_u32 {
        snapshots.push(Snapshot {
            id: Digest(n.into()),
            event: n.to_string().into(),
            ..first.clone()
        });
    }
    let history = History {
        snapshots,
        ..load(root.path())
    };
    let began = Instant::now();
    let dataset = history.dataset().unwrap();
    assert_eq!(dataset.shape(), [1000, 1, 100]);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

/// The figures of 300 snapshots of 1,000 points, whose grid moves by one level a run:
/// `cargo test -p bencher-core --lib history::tests::speed -- --ignored --nocapture`.
#[test]
#[ignore = "prints figures"]
fn figures() {
    let root = tempfile::tempdir().unwrap();
    let run = |n: u64| {
        let levels: Vec<u64> = (n..n + 1000).collect();
        let dims = vec![lens(&levels), Dim::repeats(1)];
        record(filled(dims, vec![float("a"), float("b")], 1.0))
    };
    let began = Instant::now();
    add(root.path(), &run(0), "0");
    println!("one append: {:?}", began.elapsed());
    let first = load(root.path()).snapshots()[0].clone();
    for n in 1..300 {
        let mut next = first.clone();
        next.number = n + 1;
        next.record = run(n);
        let bytes = next.encode(root.path()).unwrap();
        let name = crate::store::snapshot_name(n + 1, &n.to_string(), Digest::of(&bytes));
        std::fs::write(key().folder(root.path()).join(name), bytes).unwrap();
    }
    let began = Instant::now();
    let history = load(root.path());
    println!(
        "load of {}: {:?}",
        history.snapshots().len(),
        began.elapsed()
    );
    let began = Instant::now();
    let dataset = history.dataset().unwrap();
    println!("dataset of {:?}: {:?}", dataset.shape(), began.elapsed());
    let began = Instant::now();
    add(root.path(), &run(300), "301");
    println!("append to 300: {:?}", began.elapsed());
    let file = root.path().join("history.bencher");
    let began = Instant::now();
    export_history(root.path(), &HistoryFilter::default(), &file).unwrap();
    println!("export: {:?}", began.elapsed());
    let other = tempfile::tempdir().unwrap();
    let began = Instant::now();
    import_history(other.path(), &file).unwrap();
    println!("import: {:?}", began.elapsed());
}
