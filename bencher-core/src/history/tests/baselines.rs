use super::*;

fn on(cores: u32, value: f64) -> SweepRecord {
    SweepRecord {
        environment: Some(machine(cores)),
        ..day(&["a"], value)
    }
}

fn names(runs: &[&Snapshot]) -> Vec<String> {
    runs.iter().map(|run| run.event.to_string()).collect()
}

#[test]
fn a_baseline_has_the_runs_of_its_class_that_did_not_fail() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &on(4, 1.0), "small 1");
    add(root.path(), &on(64, 1.0), "large 1");
    let failed = AppendOptions {
        state: SnapshotState::Failed {
            reason: "30 % slower".to_owned(),
        },
        ..AppendOptions::default()
    };
    append(root.path(), &on(4, 1.3), "small 2".into(), &failed).unwrap();
    let third = add(root.path(), &on(4, 1.0), "small 3");
    let history = load(root.path());
    assert_eq!(events(&history).len(), 4, "the failed run is stored");
    let (small, large) = (machine(4).class(), machine(64).class());
    assert_ne!(small, large);
    assert_eq!(
        names(&history.baseline(Some(small))),
        ["small 1", "small 3"]
    );
    assert_eq!(names(&history.baseline(Some(large))), ["large 1"]);
    assert!(history.baseline(None).is_empty());
    assert_eq!(names(&history.baseline_before(third.id)), ["small 1"]);
    assert!(history.baseline_before(Digest(7)).is_empty());
}

#[test]
fn a_baseline_begins_with_the_latest_accepted_run_of_its_class() {
    let root = tempfile::tempdir().unwrap();
    let ids: Vec<Digest> = (0..5)
        .map(|n| add(root.path(), &on(4, 1.0), &format!("small {n}")).id)
        .collect();
    add(root.path(), &on(64, 1.0), "large");
    let (small, large) = (Some(machine(4).class()), Some(machine(64).class()));
    let mut history = load(root.path());
    history.mark_failed(ids[2], "slower").unwrap();
    assert_eq!(
        names(&history.baseline(small)),
        ["small 0", "small 1", "small 3", "small 4"]
    );
    history.accept(ids[2], "it is safer").unwrap();
    assert_eq!(
        names(&history.baseline(small)),
        ["small 2", "small 3", "small 4"]
    );
    // The same after the files were read again.
    let mut history = load(root.path());
    assert_eq!(
        history.snapshots()[2].state,
        SnapshotState::Accepted {
            reason: "it is safer".to_owned()
        }
    );
    assert_eq!(
        names(&history.baseline(small)),
        ["small 2", "small 3", "small 4"]
    );
    assert_eq!(names(&history.baseline(large)), ["large"]);
    history.mark_failed(ids[2], "not at all").unwrap();
    let history = load(root.path());
    assert_eq!(
        names(&history.baseline(small)),
        ["small 0", "small 1", "small 3", "small 4"],
        "the latest decision counts"
    );
    let before = history.baseline_before(ids[1]);
    assert_eq!(names(&before), ["small 0"]);
}

#[test]
fn a_decision_needs_a_snapshot_and_its_damage_costs_only_itself() {
    let root = tempfile::tempdir().unwrap();
    let first = add(root.path(), &day(&["a"], 1.0), "day 1");
    let bytes = std::fs::read(&first.path).unwrap();
    let mut history = load(root.path());
    let error = history.accept(Digest(1), "x").unwrap_err();
    assert!(
        matches!(error, HistoryError::UnknownSnapshot { .. }),
        "{error}"
    );
    history.mark_failed(first.id, "x").unwrap();
    assert_eq!(
        std::fs::read(&first.path).unwrap(),
        bytes,
        "the snapshot is not rewritten"
    );
    let folder = first.path.parent().unwrap();
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let note = entries
        .into_iter()
        .find(|path| path.extension().is_some_and(|kind| kind == "note"))
        .unwrap();
    let whole = std::fs::read(&note).unwrap();
    std::fs::write(&note, &whole[..whole.len() - 1]).unwrap();
    let history = load(root.path());
    assert_eq!(history.snapshots()[0].state, SnapshotState::Good);
    assert_eq!(history.problems()[0].path, note);
}
