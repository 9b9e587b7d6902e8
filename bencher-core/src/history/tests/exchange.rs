use std::fs;

use super::*;
use crate::value::Payload;

fn export(root: &Path) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("history.bencher");
    let report = export_history(root, &HistoryFilter::default(), &file).unwrap();
    assert!(report.problems.is_empty(), "{report}");
    (dir, file)
}

/// All files of histories below a root, with their content.
fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.join("history"), root.join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((
                    path.strip_prefix(root).unwrap().to_owned(),
                    fs::read(&path).unwrap(),
                ));
            }
        }
    }
    found.sort();
    found
}

/// A run with a picture that is larger than a record holds.
fn pictured(n: u8) -> SweepRecord {
    let info = VariableInfo::new("shot", Kind::Image);
    let mut dataset = Dataset::new("By length", vec![Dim::repeats(1)], vec![info]).unwrap();
    let payload = Payload::new("shot.png", "image/png", vec![n; 1_500_000]);
    dataset
        .variable_mut(0)
        .unwrap()
        .record(0, &Value::from(payload), CellState::Measured)
        .unwrap();
    record(dataset)
}

#[test]
fn two_machines_merge_to_one_history_in_either_direction() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let moment = |day: u32| format!("2026-03-{day:02}T10:00:00Z");
    for day in [1_u32, 4, 5] {
        add_at(
            a.path(),
            &super::day(&["a"], f64::from(day)),
            &format!("a{day}"),
            &moment(day),
        );
    }
    let second = add_at(b.path(), &super::day(&["a"], 2.0), "b2", &moment(2));
    add_at(b.path(), &super::day(&["a"], 3.0), "b3", &moment(3));
    // Its clock was set back.
    add_at(
        b.path(),
        &super::day(&["a"], 6.0),
        "b6",
        "1999-01-01T00:00:00Z",
    );
    load(b.path()).accept(second.id, "fine").unwrap();
    let ((_a, from_a), (_b, from_b)) = (export(a.path()), export(b.path()));
    let report = import_history(a.path(), &from_b).unwrap();
    assert_eq!(
        (report.added, report.already_there, report.complete),
        (4, 0, true),
        "{report}"
    );
    import_history(b.path(), &from_a).unwrap();
    let expected = ["a1", "b2", "b3", "b6", "a4", "a5"];
    assert_eq!(events(&load(a.path())), expected);
    assert_eq!(events(&load(b.path())), expected);
    assert_eq!(files(a.path()), files(b.path()));
    let again = import_history(a.path(), &from_b).unwrap();
    assert_eq!((again.added, again.already_there), (0, 4));
    assert!(again.refused.is_empty());
    assert!(matches!(
        load(a.path()).snapshots()[1].state,
        SnapshotState::Accepted { .. }
    ));
    // The next run comes last, whatever the clock says.
    add_at(
        a.path(),
        &super::day(&["a"], 7.0),
        "a7",
        "1980-01-01T00:00:00Z",
    );
    assert_eq!(events(&load(a.path())), [&expected[..], &["a7"]].concat());
}

#[test]
fn stores_that_were_copied_and_went_on_merge_by_moment() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    add_at(
        a.path(),
        &day(&["a"], 1.0),
        "common",
        "2026-03-01T00:00:00Z",
    );
    let (_dir, file) = export(a.path());
    import_history(b.path(), &file).unwrap();
    for (root, event, hour) in [
        (&a, "a1", 1),
        (&a, "a2", 2),
        (&a, "a3", 3),
        (&b, "b4", 4),
        (&b, "b5", 5),
    ] {
        add_at(
            root.path(),
            &day(&["a"], 1.0),
            event,
            &format!("2026-03-02T{hour:02}:00:00Z"),
        );
    }
    let (_dir, file) = export(b.path());
    import_history(a.path(), &file).unwrap();
    assert_eq!(
        events(&load(a.path())),
        ["common", "a1", "a2", "a3", "b4", "b5"]
    );
}

#[test]
fn contents_come_along() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    add(a.path(), &pictured(1), "one");
    add(a.path(), &pictured(2), "two");
    let (_dir, file) = export(a.path());
    import_history(b.path(), &file).unwrap();
    assert_eq!(files(a.path()), files(b.path()));
    let dataset = load(b.path()).dataset().unwrap();
    let picture = |at: usize| {
        let value = dataset
            .variable("shot")
            .unwrap()
            .cell(at)
            .unwrap()
            .value
            .unwrap();
        value.as_payload().unwrap().content().map(<[u8]>::to_vec)
    };
    assert_eq!(picture(1), Some(vec![2; 1_500_000]));
    // A content that is lost leaves a cell that says so, and the others.
    let blob = files(b.path())
        .into_iter()
        .find(|(path, bytes)| path.starts_with("blobs") && bytes[0] == 2);
    fs::remove_file(b.path().join(blob.unwrap().0)).unwrap();
    let dataset = load(b.path()).dataset().unwrap();
    let cell = dataset.variable("shot").unwrap().cell(1).unwrap();
    assert_eq!(cell.state, CellState::Missing);
    assert!(cell.reason.unwrap().contains("is missing"), "{cell:?}");
    assert!(
        dataset
            .variable("shot")
            .unwrap()
            .cell(0)
            .unwrap()
            .value
            .is_some()
    );
    let mended = import_history(b.path(), &file).unwrap();
    assert_eq!((mended.added, mended.already_there), (0, 2));
    assert!(
        load(b.path())
            .dataset()
            .unwrap()
            .variable("shot")
            .unwrap()
            .cell(1)
            .unwrap()
            .value
            .is_some()
    );
}

#[test]
fn a_file_that_was_cut_off_gives_what_is_whole() {
    let a = tempfile::tempdir().unwrap();
    let sources: Vec<Vec<u8>> = (1..=4)
        .map(|n| fs::read(add(a.path(), &day(&["a"], f64::from(n)), &format!("{n}")).path).unwrap())
        .collect();
    let (_dir, file) = export(a.path());
    let whole = fs::read(&file).unwrap();
    let mut counts = Vec::new();
    for length in (0..=whole.len()).step_by(83).chain([whole.len()]) {
        let b = tempfile::tempdir().unwrap();
        fs::write(&file, &whole[..length]).unwrap();
        match import_history(b.path(), &file) {
            Ok(report) => {
                assert_eq!(report.complete, length == whole.len(), "{length}: {report}");
                let found = files(b.path());
                assert!(found.iter().all(|(_, bytes)| sources.contains(bytes)));
                assert_eq!(found.len() as u64, report.added);
                assert!(load(b.path()).problems().is_empty());
                counts.push(report.added);
            }
            Err(error) => {
                assert!(matches!(error, HistoryError::NotAnExport { .. }), "{error}");
                counts.push(0);
            }
        }
    }
    assert!(
        counts.is_sorted() && counts.last() == Some(&4),
        "{counts:?}"
    );
    assert!((1..4).all(|n| counts.contains(&n)), "{counts:?}");
}

#[test]
fn a_damaged_file_adds_nothing_wrong() {
    let a = tempfile::tempdir().unwrap();
    for n in 1..=3 {
        add(a.path(), &day(&["a"], f64::from(n)), &format!("{n}"));
    }
    let sound: Vec<Vec<u8>> = files(a.path())
        .into_iter()
        .map(|(_, bytes)| bytes)
        .collect();
    let (_dir, file) = export(a.path());
    let whole = fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(53) {
        let b = tempfile::tempdir().unwrap();
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&file, damaged).unwrap();
        let Ok(report) = import_history(b.path(), &file) else {
            continue;
        };
        assert!(
            !report.refused.is_empty() || !report.complete,
            "at {at}: {report}"
        );
        assert!(report.added >= 2, "at {at}: {report}");
        assert!(
            files(b.path())
                .iter()
                .all(|(_, bytes)| sound.contains(bytes))
        );
    }
}

#[test]
fn a_damaged_snapshot_is_repaired_by_an_import() {
    let a = tempfile::tempdir().unwrap();
    let path = add(a.path(), &day(&["a"], 1.0), "one").path;
    let (_dir, file) = export(a.path());
    let sound = fs::read(&path).unwrap();
    fs::write(&path, "damaged").unwrap();
    assert_eq!(import_history(a.path(), &file).unwrap().added, 1);
    assert_eq!(fs::read(&path).unwrap(), sound);
}

#[test]
fn a_filter_takes_some_series_and_damage_is_named() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = add(a.path(), &day(&["a"], 1.0), "one").path;
    let second = add(a.path(), &day(&["a"], 1.0), "two").path;
    add(
        a.path(),
        &SweepRecord {
            bench: "Hashing".to_owned(),
            ..day(&["a"], 1.0)
        },
        "other",
    );
    fs::write(&path, "damaged").unwrap();
    let file = a.path().join("some.bencher");
    let filter = HistoryFilter {
        bench: Some("Sorting".to_owned()),
        ..HistoryFilter::default()
    };
    let report = export_history(a.path(), &filter, &file).unwrap();
    assert_eq!((report.snapshots, report.problems.len()), (1, 1));
    import_history(b.path(), &file).unwrap();
    assert_eq!(files(b.path())[0].1, fs::read(second).unwrap());
    assert_eq!(list_series(b.path()).unwrap(), [key()]);
}

#[test]
fn what_is_no_export_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    for content in [&b""[..], b"text", &vec![0; 100_000]] {
        fs::write(&file, content).unwrap();
        let error = import_history(root.path(), &file).unwrap_err();
        assert!(matches!(error, HistoryError::NotAnExport { .. }), "{error}");
    }
    assert!(import_history(root.path(), &root.path().join("missing")).is_err());
    let folder = root.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let error = export_history(root.path(), &HistoryFilter::default(), &folder).unwrap_err();
    assert!(matches!(error, HistoryError::NotReplaced { .. }), "{error}");
}

#[test]
fn an_entry_whose_content_is_damaged_is_refused_and_the_others_come() {
    use super::super::export::{Entry, Header, LAYOUT};
    use crate::store::{FrameKind, encode, encode_snapshot};
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sound = fs::read(add(a.path(), &day(&["a"], 1.0), "one").path).unwrap();
    let headless = encode_snapshot(a.path(), b"no heading", &day(&["a"], 1.0)).unwrap();
    let entries = [
        Entry::Snapshot(key(), sound[..sound.len() - 1].to_vec()),
        Entry::Snapshot(key(), headless),
        Entry::Note(key(), b"no note".to_vec()),
        Entry::Blob(Digest::of(b"all"), 0, 3, b"ill".to_vec()),
        Entry::Blob(Digest::of(b"all"), 1, 3, b"ll".to_vec()),
        Entry::Blob(Digest::of(b"all"), 0, 3, b"al".to_vec()),
        Entry::Snapshot(key(), sound.clone()),
    ];
    let mut bytes = encode(FrameKind::HistoryExport, &Header { layout: LAYOUT }).unwrap();
    for entry in &entries {
        bytes.extend(encode(FrameKind::HistoryEntry, entry).unwrap());
    }
    bytes.extend(encode(FrameKind::End, &(entries.len() as u64)).unwrap());
    let file = b.path().join("history.bencher");
    fs::write(&file, bytes).unwrap();
    let report = import_history(b.path(), &file).unwrap();
    assert_eq!((report.added, report.complete), (1, true), "{report}");
    assert_eq!(report.refused.len(), 6, "{report}");
    assert_eq!(files(b.path()).len(), 1);
    assert_eq!(files(b.path())[0].1, sound);

    let later = encode(FrameKind::HistoryExport, &Header { layout: LAYOUT + 1 }).unwrap();
    fs::write(&file, later).unwrap();
    let error = import_history(b.path(), &file).unwrap_err().to_string();
    assert!(error.contains("update bencher"), "{error}");
}
