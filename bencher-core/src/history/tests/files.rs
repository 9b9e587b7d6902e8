use std::fs;

use super::*;
use crate::store::slug;

#[test]
fn a_damaged_and_a_newer_file_are_named_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (1..=3)
        .map(|n| add(root.path(), &day(&["a"], f64::from(n)), &format!("day {n}")).path)
        .collect();
    let sound = fs::read(&paths[1]).unwrap();
    let mut newer = sound.clone();
    newer[5] = 99;
    // Every cut and some flipped bits.
    let cuts = (0..sound.len())
        .step_by(37)
        .map(|len| sound[..len].to_vec());
    let flips = (0..sound.len()).step_by(41).map(|at| {
        let mut damaged = sound.clone();
        damaged[at] ^= 1 << (at % 8);
        damaged
    });
    for damaged in cuts.chain(flips).chain([newer]) {
        fs::write(&paths[1], &damaged).unwrap();
        let history = load(root.path());
        assert_eq!(events(&history), ["day 1", "day 3"]);
        let [problem] = history.problems() else {
            panic!("{:?}", history.problems());
        };
        assert_eq!(problem.path, paths[1]);
        assert!(
            problem.message.contains(&paths[1].display().to_string()),
            "{problem}"
        );
        assert_eq!(fs::read(&paths[1]).unwrap(), damaged, "it is left alone");
    }
    // The next run has a number of its own, and says what it could not read.
    let next = add(root.path(), &day(&["a"], 4.0), "day 4");
    assert_eq!(next.warnings.len(), 1);
    assert_eq!(events(&load(root.path())), ["day 1", "day 3", "day 4"]);
    fs::write(&paths[1], &sound).unwrap();
    assert_eq!(
        events(&load(root.path())),
        ["day 1", "day 2", "day 3", "day 4"],
        "a copy was restored"
    );
}

#[test]
fn a_record_of_another_version_is_named() {
    let root = tempfile::tempdir().unwrap();
    let path = add(root.path(), &day(&["a"], 1.0), "day 1").path;
    let mut bytes = fs::read(&path).unwrap();
    bytes[5..7].copy_from_slice(&99_u16.to_le_bytes());
    let checksum = {
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        hash.update(&bytes[4..7]);
        hash.update(&bytes[19..]);
        hash.digest()
    };
    bytes[11..19].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let history = load(root.path());
    assert!(
        history.problems()[0]
            .message
            .contains("another version of bencher (version 99"),
        "{:?}",
        history.problems()
    );
}

#[test]
fn a_file_in_the_making_and_strange_files_are_no_snapshots() {
    let root = tempfile::tempdir().unwrap();
    let path = add(root.path(), &day(&["a"], 1.0), "day 1").path;
    let folder = path.parent().unwrap();
    let half = fs::read(&path).unwrap();
    fs::write(
        folder.join("s00000002-x.snapshot.tmp-1-1"),
        &half[..half.len() / 2],
    )
    .unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    fs::create_dir(folder.join("folder")).unwrap();
    let history = load(root.path());
    assert_eq!(
        (history.snapshots().len(), history.problems().len()),
        (1, 0)
    );
    assert_eq!(list_series(root.path()).unwrap(), [key()]);
}

#[test]
fn the_name_of_a_file_says_number_event_and_digest() {
    let root = tempfile::tempdir().unwrap();
    let report = add(root.path(), &day(&["a"], 1.0), "PR 12: ../../etc");
    let name = report
        .path
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert_eq!(name, format!("s00000001-pr-12-etc-{}.snapshot", report.id));
    let series = report
        .path
        .strip_prefix(root.path())
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert!(series.starts_with("history/sorting/by-length-"), "{series}");
    // Names that give the same file name are two series.
    let mut other = day(&["a"], 1.0);
    other.title = "By: length".to_owned();
    assert_eq!(slug(&other.title), slug("By length"));
    add(root.path(), &other, "x");
    other.tag = "tag".to_owned();
    add(root.path(), &other, "x");
    assert_eq!(list_series(root.path()).unwrap().len(), 3);
    assert_eq!(load(root.path()).snapshots().len(), 1);
}

#[test]
fn a_clock_that_was_set_back_changes_no_order_within_a_store() {
    let root = tempfile::tempdir().unwrap();
    for (event, moment) in [
        ("one", "2026-03-01T10:00:00Z"),
        ("two", "2026-03-02T10:00:00Z"),
        ("three", "1970-01-01T00:00:00Z"),
        ("four", "2026-03-02T10:00:00Z"),
        ("five", "2099-01-01T00:00:00Z"),
        ("six", "2026-03-03T10:00:00Z"),
    ] {
        add_at(root.path(), &day(&["a"], 1.0), event, moment);
    }
    assert_eq!(
        events(&load(root.path())),
        ["one", "two", "three", "four", "five", "six"]
    );
}

#[test]
fn clearing_removes_what_can_be_read_and_the_next_run_begins_afresh() {
    let root = tempfile::tempdir().unwrap();
    let first = add(root.path(), &day(&["a"], 1.0), "day 1");
    add(root.path(), &day(&["a"], 2.0), "day 2");
    let damaged = add(root.path(), &day(&["a"], 3.0), "day 3").path;
    let mut history = load(root.path());
    history.accept(first.id, "fine").unwrap();
    fs::write(&damaged, "damaged").unwrap();
    let mut history = load(root.path());
    assert_eq!(history.clear().unwrap(), 2);
    let left: Vec<_> = fs::read_dir(damaged.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left, [damaged]);
    add(root.path(), &day(&["a"], 4.0), "day 4");
    assert_eq!(events(&load(root.path())), ["day 4"]);
}

#[test]
fn equal_runs_of_one_instant_are_two() {
    let root = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        add_at(root.path(), &day(&["a"], 1.0), "x", "2026-03-01T10:00:00Z");
    }
    assert_eq!(load(root.path()).snapshots().len(), 3);
}

fn renamed(value: f64) -> SweepRecord {
    SweepRecord {
        bench: "FastSorting".to_owned(),
        sweep_type: "demo/demo::FastSorting".to_owned(),
        ..day(&["a"], value)
    }
}

fn declaring(benches: &[&str]) -> AppendOptions {
    AppendOptions {
        declared_benches: Some(benches.iter().map(|bench| (*bench).to_owned()).collect()),
        ..AppendOptions::default()
    }
}

#[test]
fn a_renamed_bench_adopts_its_past_and_takes_nothing_away() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &day(&["a"], 1.0), "day 1");
    let second = add(root.path(), &day(&["a"], 2.0), "day 2");
    load(root.path())
        .accept(second.id, "slower, but safe")
        .unwrap();
    let report = append(
        root.path(),
        &renamed(3.0),
        "day 3".into(),
        &declaring(&["FastSorting"]),
    )
    .unwrap();
    assert_eq!(report.adopted, Some(key()));
    let history = History::load(root.path(), &report.series).unwrap();
    assert_eq!(events(&history), ["day 1", "day 2", "day 3"]);
    assert_eq!(
        numbers(&history.dataset().unwrap(), "a"),
        [1.0, 2.0, 3.0].map(Some)
    );
    assert_eq!(history.baseline(None).len(), 2, "the decision came along");
    assert_eq!(events(&load(root.path())), ["day 1", "day 2"]);
    assert_eq!(list_series(root.path()).unwrap().len(), 2);
    let again = append(
        root.path(),
        &renamed(4.0),
        "day 4".into(),
        &declaring(&["FastSorting"]),
    )
    .unwrap();
    assert_eq!(again.adopted, None, "once is enough");
}

#[test]
fn benches_that_only_look_alike_are_not_mixed() {
    type Change = fn(&mut SweepRecord);
    let cases: [(AppendOptions, Change); 5] = [
        (AppendOptions::default(), |_| ()),
        (declaring(&["FastSorting", "Sorting"]), |_| ()),
        (declaring(&["FastSorting"]), |record| {
            record.dataset = day(&["a", "b"], 1.0).dataset;
        }),
        (declaring(&["FastSorting"]), |record| {
            record.sweep_type = "demo/other::FastSorting".to_owned();
        }),
        (
            AppendOptions {
                commit: Some("c0ffee".to_owned()),
                ..declaring(&["FastSorting"])
            },
            |_| (),
        ),
    ];
    for (number, (options, change)) in cases.into_iter().enumerate() {
        let root = tempfile::tempdir().unwrap();
        let old = AppendOptions {
            commit: Some("c0ffee".to_owned()),
            ..AppendOptions::default()
        };
        append(root.path(), &day(&["a"], 1.0), "day 1".into(), &old).unwrap();
        let mut record = renamed(2.0);
        change(&mut record);
        let report = append(root.path(), &record, "day 2".into(), &options).unwrap();
        assert_eq!(report.adopted, None, "case {number}");
    }
    // Two that fit: nobody can say which one it was.
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &day(&["a"], 1.0), "day 1");
    add(
        root.path(),
        &SweepRecord {
            bench: "OldSorting".to_owned(),
            ..day(&["a"], 1.0)
        },
        "day 1",
    );
    let report = append(
        root.path(),
        &renamed(2.0),
        "day 2".into(),
        &declaring(&["FastSorting"]),
    )
    .unwrap();
    assert_eq!(report.adopted, None);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("history"), "a file in the way").unwrap();
    let error = append(
        root.path(),
        &day(&["a"], 1.0),
        "x".into(),
        &AppendOptions::default(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("history"), "{error}");
}
