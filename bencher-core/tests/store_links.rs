//! A store follows no link in the place of one of its folders.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use bencher_core::dataset::{Dataset, Dim, VariableInfo};
use bencher_core::history::{AppendOptions, HistoryError, TimeEvent, append};
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::{
    BlobStore, Database, JobFolders, Series, StoreError, list_results, save_result,
};
use bencher_core::value::{Digest, Kind};

/// A child that another test starts may hold on to the lock until it runs its own program.
const PATIENCE: Duration = Duration::from_secs(20);

fn series() -> Series {
    Series {
        tag: String::new(),
        sweep_type: "test/links::Sweep".to_owned(),
        version: 1,
    }
}

fn open(root: &Path) {
    Database::open(root, PATIENCE, |_| ()).unwrap();
}

/// What a store is asked for.
type Operation = fn(&Path) -> Result<(), StoreError>;

/// A store that was used and closed.
fn stored() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    open(root.path());
    root
}

fn record() -> SweepRecord {
    let inputs = vec![Dim::input("n", Kind::Uint(64), vec![1.into()])];
    let results = vec![VariableInfo::new("y", Kind::Int(64))];
    SweepRecord {
        bench: "bench".to_owned(),
        title: "Links".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: "2026-03-01T12:00:00.000+00:00".to_owned(),
        dataset: Dataset::new("Links", inputs, results).unwrap(),
        constants: vec![],
        failures: vec![],
        counts: Counts::default(),
        timings: vec![],
        warnings: vec![],
        sweep_type: "test/links::Sweep".to_owned(),
        version: 1,
        identity: None,
        environment: None,
    }
}

#[test]
fn no_folder_of_a_store_may_be_a_link_and_nothing_is_written_or_removed_behind_one() {
    let content = vec![7; 5000];
    let digest = Digest::of(&content).to_string();
    let blobs_within = format!("blobs/{}", &digest[..2]);
    // Each folder, whether opening the store notices, and operations that would go through it.
    let put: Operation = |root| BlobStore::at(root).put(&[7; 5000]).map(drop);
    let folder: Operation = |root| JobFolders::at(root).create(&series(), Digest(9)).map(drop);
    let remove: Operation = |root| JobFolders::at(root).remove(&series(), Digest(9));
    let save: Operation = |root| save_result(root, &record()).map(drop);
    let list: Operation = |root| list_results(root).map(drop);
    let history: Operation = |root| {
        let event = TimeEvent::from("one");
        let appended = append(root, &record(), event, &AppendOptions::default());
        match appended {
            Ok(_) => Ok(()),
            Err(HistoryError::Store(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    };
    let prefix = u128::from_be_bytes(series().prefix());
    let cases: [(String, bool, &[Operation]); 10] = [
        ("results".into(), true, &[save, list]),
        ("results/bench".into(), false, &[save, list]),
        ("history".into(), true, &[history]),
        ("history/bench".into(), false, &[history]),
        ("blobs".into(), true, &[put]),
        (blobs_within, false, &[put]),
        ("files".into(), true, &[folder, remove]),
        (format!("files/{prefix:032x}"), false, &[folder, remove]),
        ("reports".into(), true, &[]),
        ("baselines".into(), true, &[]),
    ];
    for (name, at_opening, operations) in cases {
        let root = stored();
        let elsewhere = tempfile::tempdir().unwrap();
        // What a removal through the link would take.
        let precious = elsewhere.path().join(Digest(9).to_string());
        fs::create_dir(&precious).unwrap();
        let link = root.path().join(&name);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(elsewhere.path(), &link).unwrap();
        let mut errors = Vec::new();
        if at_opening {
            errors.extend(Database::open(root.path(), PATIENCE, |_| ()).err());
            assert_eq!(errors.len(), 1, "{name} is refused at opening");
        }
        for operation in operations {
            errors.push(operation(root.path()).unwrap_err());
        }
        for error in errors {
            let text = error.to_string();
            let path = link.display().to_string();
            assert!(
                text.contains("a symbolic link") && text.contains(&path),
                "{name}: {text}"
            );
        }
        let left: Vec<_> = fs::read_dir(elsewhere.path()).unwrap().collect();
        assert!(left.len() == 1 && precious.is_dir(), "{name}: {left:?}");
        fs::remove_file(&link).unwrap();
        for operation in operations {
            operation(root.path()).unwrap();
        }
        open(root.path());
    }
}

/// The root alone may be a link: its user chose that place.
#[test]
fn a_store_behind_a_link_to_its_root_is_used() {
    let root = stored();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("store");
    symlink(root.path(), &link).unwrap();
    save_result(&link, &record()).unwrap();
    assert_eq!(list_results(&link).unwrap().len(), 1);
    open(&link);
}
