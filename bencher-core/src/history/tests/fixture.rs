//! The files of the first version, as `writes_the_fixture` wrote them once. They never change.
//!
//! `BENCHER_FIXTURE=DIR cargo test -p bencher-core --lib history::tests::fixture -- --ignored` writes those of the
//! present version.

use super::*;
use crate::measure::environment::Activity;
use crate::measure::environment::Build;

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v4")
}

fn run(value: f64) -> SweepRecord {
    let environment = Environment {
        cpu: Some("Example 9000".to_owned()),
        cores: Some(8),
        cores_allowed: Some(8),
        governor: None,
        turbo: None,
        memory_bytes: Some(16_000_000_000),
        virtual_machine: None,
        container: None,
        os: "Example OS 1".to_owned(),
        kernel: None,
        architecture: "x86_64".to_owned(),
        host: Some("node1".to_owned()),
        build: Build {
            rustc: "rustc 1.90.0".to_owned(),
            debug_assertions: false,
            opt_level: "3".to_owned(),
            features: vec!["store".to_owned()],
        },
        git: None,
        load: None,
        running: None,
        activity: Activity::default(),
        clock_precision_s: None,
        loop_overhead_s: None,
    };
    let dims = vec![lens(&[10, 20]), Dim::repeats(2)];
    SweepRecord {
        environment: Some(environment),
        constants: vec![ConstantValue {
            name: "seed".to_owned(),
            value: 7.into(),
            units: String::new(),
        }],
        ..record(filled(dims, vec![float("a")], value))
    }
}

#[test]
#[ignore = "writes into the folder that BENCHER_FIXTURE names"]
fn writes_the_fixture() {
    let root = PathBuf::from(std::env::var_os("BENCHER_FIXTURE").unwrap());
    let moment = |text: &str| Some(text.parse().unwrap());
    let options = AppendOptions {
        moment: moment("2026-03-01T12:00:00Z"),
        commit: Some("c0ffee".to_owned()),
        ..AppendOptions::default()
    };
    append(&root, &run(1.0), "PR 12".into(), &options).unwrap();
    let state = SnapshotState::Failed {
        reason: "30 % slower".to_owned(),
    };
    let options = AppendOptions {
        moment: moment("2026-03-02T12:00:00.5Z"),
        state,
        ..AppendOptions::default()
    };
    let second = append(
        &root,
        &run(1.5),
        "2026-03-02T00:00:00Z".parse::<Timestamp>().unwrap().into(),
        &options,
    )
    .unwrap();
    load(&root).accept(second.id, "safer").unwrap();
    export_history(
        &root,
        &HistoryFilter::default(),
        &root.join("history.bencher"),
    )
    .unwrap();
}

#[test]
fn files_of_the_first_version_are_read() {
    let history = load(&place());
    assert_eq!(history.problems(), []);
    let [first, second] = history.snapshots() else {
        panic!("{:?}", events(&history));
    };
    assert_eq!((first.number, &first.event), (1, &TimeEvent::from("PR 12")));
    assert_eq!(first.moment.to_string(), "2026-03-01T12:00:00Z");
    assert_eq!(
        (first.commit.as_deref(), &first.state),
        (Some("c0ffee"), &SnapshotState::Good)
    );
    assert_eq!(first.record, run(1.0));
    assert_eq!(second.event.to_string(), "2026-03-02T00:00:00Z");
    assert_eq!(second.moment.to_string(), "2026-03-02T12:00:00.5Z");
    assert_eq!(
        (second.number, second.before.as_slice()),
        (2, &[first.id][..])
    );
    assert_eq!(
        second.state,
        SnapshotState::Accepted {
            reason: "safer".to_owned()
        },
        "a note says so"
    );
    assert_eq!(second.record, run(1.5));
    let means = history.dataset().unwrap().mean(&["repeat"]).unwrap();
    assert_eq!(numbers(&means, "a"), [1.0, 1.5, 1.0, 1.5].map(Some));
}

#[test]
fn an_export_of_the_first_version_is_imported() {
    let root = tempfile::tempdir().unwrap();
    let report = import_history(root.path(), &place().join("history.bencher")).unwrap();
    assert_eq!((report.added, report.complete), (3, true), "{report}");
    assert_eq!(load(root.path()).snapshots(), load(&place()).snapshots());
}
