//! Which result of a sweep is the newest, and what stands for one that cannot be read.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bencher_core::dataset::Dataset;
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::{
    CollectOptions, Database, StoreError, find_result, list_results, load_newest_results,
    load_result, save_result,
};
use bencher_core::value::Digest;

const IDENTITY: Digest = Digest(7);

/// A result that began at a moment, and says which one it is.
fn result(number: u32, started: &str) -> SweepRecord {
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: number.to_string(),
        post_description: String::new(),
        tag: String::new(),
        started: started.to_owned(),
        dataset: Dataset::new("By length", vec![], vec![]).unwrap(),
        constants: vec![],
        failures: vec![],
        counts: Counts::default(),
        timings: vec![],
        warnings: vec![],
        sweep_type: "demo::Sorting".to_owned(),
        version: 1,
        identity: Some(IDENTITY),
        environment: None,
    }
}

/// A clock that was years ahead for a time, and one that goes back within one run.
const MOMENTS: [&str; 4] = [
    "2026-03-01T12:00:00.000+00:00",
    "2031-03-01T12:00:00.000+00:00",
    "2026-03-02T12:00:00.000+00:00",
    "2026-03-01T11:00:00.000+00:00",
];

/// Saves a result for each moment, in their order.
fn saved(root: &Path) -> Vec<PathBuf> {
    let moments = (1..).zip(MOMENTS);
    let save = |(number, moment)| save_result(root, &result(number, moment)).unwrap();
    moments.map(save).collect()
}

/// Which result counts as the newest, by every way of asking.
fn newest(root: &Path) -> String {
    let found = find_result(root, "Sorting", IDENTITY).unwrap().unwrap();
    let listed = load_result(&list_results(root).unwrap()[0]).unwrap();
    let loaded = load_newest_results(root).unwrap().records.remove(0);
    assert_eq!((&found, &loaded), (&listed, &listed));
    found.description
}

#[test]
fn the_newest_is_the_one_that_was_written_last() {
    let root = tempfile::tempdir().unwrap();
    for (number, moment) in (1..).zip(MOMENTS) {
        save_result(root.path(), &result(number, moment)).unwrap();
        assert_eq!(newest(root.path()), number.to_string(), "{moment}");
    }
}

#[test]
fn collection_keeps_those_that_were_written_last() {
    let root = tempfile::tempdir().unwrap();
    let paths = saved(root.path());
    let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
    let options = CollectOptions {
        keep_results: Some(2),
        ..CollectOptions::default()
    };
    database.collect(&options).unwrap();
    let stays: Vec<bool> = paths.iter().map(|path| path.exists()).collect();
    assert_eq!(stays, [false, false, true, true]);
    // The newest that can be read stays, however many cannot.
    fs::write(&paths[3], "damaged").unwrap();
    let options = CollectOptions {
        keep_results: Some(1),
        ..CollectOptions::default()
    };
    database.collect(&options).unwrap();
    assert!(paths[2].exists());
    assert_eq!(load_newest_results(root.path()).unwrap().records.len(), 1);
}

#[test]
fn results_without_a_number_come_before_all_others() {
    let root = tempfile::tempdir().unwrap();
    for path in saved(root.path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (_, earlier) = name.split_once('-').unwrap();
        fs::rename(&path, path.with_file_name(earlier)).unwrap();
    }
    // Among themselves they are ordered by the moment.
    assert_eq!(newest(root.path()), "2");
    save_result(root.path(), &result(5, MOMENTS[0])).unwrap();
    assert_eq!(newest(root.path()), "5");
}

#[test]
fn the_newest_that_can_be_read_stands_for_one_that_cannot() {
    let root = tempfile::tempdir().unwrap();
    let paths = saved(root.path());
    fs::write(&paths[3], "damaged").unwrap();
    let mut bytes = fs::read(&paths[2]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&paths[2], bytes).unwrap();
    let found = load_newest_results(root.path()).unwrap();
    assert_eq!(found.records[0].description, "2");
    assert_eq!((found.passed_over.len(), found.without.len()), (2, 0));
    for path in &paths[..2] {
        fs::write(path, "damaged").unwrap();
    }
    let found = load_newest_results(root.path()).unwrap();
    assert_eq!((found.records.len(), found.without.len()), (0, 1));
}

#[test]
fn a_result_of_another_version_is_named() {
    let root = tempfile::tempdir().unwrap();
    let path = saved(root.path()).remove(3);
    let sound = fs::read(&path).unwrap();
    let version = u16::from_le_bytes([sound[5], sound[6]]);
    for other in [version - 1, version + 1] {
        let mut bytes = sound.clone();
        bytes[5..7].copy_from_slice(&other.to_le_bytes());
        // The checksum is over kind, version and payload.
        let mut checked = bytes[4..7].to_vec();
        checked.extend_from_slice(&bytes[19..]);
        let checksum = xxhash_rust::xxh3::xxh3_64(&checked);
        bytes[11..19].copy_from_slice(&checksum.to_le_bytes());
        fs::write(&path, bytes).unwrap();
        let error = find_result(root.path(), "Sorting", IDENTITY).unwrap_err();
        assert!(matches!(&error, StoreError::OtherVersion { version, .. } if *version == other));
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
        let found = load_newest_results(root.path()).unwrap();
        assert_eq!(
            found.records[0].description, "3",
            "a report has the one before"
        );
        assert!(
            found.passed_over[0].contains("another version of bencher"),
            "{found:?}"
        );
    }
}

#[test]
fn imported_results_keep_their_order_and_replace_no_newer_ones() {
    let (there, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let open = |root: &Path| Database::open(root, Duration::ZERO, |_| ()).unwrap().0;
    saved(there.path());
    let file = there.path().join("export");
    open(there.path()).export(&file).unwrap();

    // Into an empty store: as they were.
    let mut database = open(here.path());
    assert_eq!(database.import(&file).unwrap().files, 4);
    assert_eq!(newest(here.path()), "4");
    let again = database.import(&file).unwrap();
    assert_eq!((again.files, again.known_files), (0, 4));
    drop(database);

    // Where newer ones are: behind them.
    let newer = tempfile::tempdir().unwrap();
    save_result(newer.path(), &result(9, "2040-01-01T00:00:00.000+00:00")).unwrap();
    let mut database = open(newer.path());
    assert_eq!(database.import(&file).unwrap().files, 4);
    assert_eq!(newest(newer.path()), "9");
    let again = database.import(&file).unwrap();
    assert_eq!((again.files, again.known_files), (0, 4));
}
