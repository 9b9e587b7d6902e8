//! Collection against a naive model: whatever is stored or referred to stays, whenever the process
//! dies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::plan::plan;
use super::{CollectOptions, CollectStep};
use crate::dataset::{CellState, Dataset, Dim, VariableInfo};
use crate::record::{Counts, SweepRecord};
use crate::store::{
    Database, JobFolders, KeyMaker, Pack, ResultId, SampleIndex, SampleStore, Series, list_results,
    load_result, save_result,
};
use crate::value::{Digest, Kind, Payload, Value};

fn series(version: u32) -> Series {
    Series {
        tag: String::new(),
        sweep_type: "t".to_owned(),
        version,
    }
}

fn image() -> ResultId {
    ResultId::new("image", Kind::Image)
}

fn key(version: u32, x: i64) -> Digest {
    KeyMaker::new(&series(version), &["x"]).key(&[x.into()], 1)
}

fn open(root: &Path) -> Database {
    Database::open(root, Duration::ZERO, |_| ()).unwrap().0
}

fn content(n: u8) -> Vec<u8> {
    vec![n; 5000 + usize::from(n)]
}

fn reference(n: u8) -> Payload {
    let content = content(n);
    Payload::reference("p", "image/png", Digest::of(&content), content.len() as u64)
}

/// One sample with a picture, and with a folder if `folder`.
fn sample(database: &mut Database, version: u32, x: i64, picture: u8, folder: bool) {
    database.blobs().put(&content(picture)).unwrap();
    if folder {
        let folders = JobFolders::at(database.root());
        let folder = folders.create(&series(version), key(version, x)).unwrap();
        fs::write(folder.path().join("log"), [picture]).unwrap();
        folder.keep().unwrap();
    }
    let mut pack = Pack::new(
        series(version),
        Digest(1),
        vec!["x".to_owned()],
        vec![image()],
    );
    pack.push(
        vec![x.into()],
        1,
        vec![Some(Value::from(reference(picture)))],
    );
    database.append(&[pack]).unwrap();
}

/// A result of one point, which refers to a picture.
fn result(root: &Path, version: u32, x: i64, picture: u8, number: usize) -> PathBuf {
    let dim = Dim::input("x", Kind::Int(64), vec![x.into()]);
    let info = VariableInfo::new("image", Kind::Image);
    let mut dataset = Dataset::new("t", vec![dim, Dim::repeats(1)], vec![info]).unwrap();
    let value = Value::from(Payload::new("p", "image/png", content(picture)));
    let variable = dataset.variable_mut(0).unwrap();
    variable.record(0, &value, CellState::Measured).unwrap();
    let record = SweepRecord {
        bench: "t".to_owned(),
        title: "t".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: format!(
            "2026-03-01T12:00:{:02}.{:03}+00:00",
            number / 1000,
            number % 1000
        ),
        dataset,
        constants: vec![],
        failures: vec![],
        counts: Counts::default(),
        timings: vec![],
        warnings: vec![],
        sweep_type: "t".to_owned(),
        version,
        identity: None,
        environment: None,
    };
    save_result(root, &record).unwrap()
}

#[derive(Clone, Debug)]
enum Act {
    Sample {
        version: u32,
        x: i64,
        picture: u8,
        folder: bool,
    },
    Result {
        version: u32,
        x: i64,
        picture: u8,
    },
    Orphan(u8),
    /// Collect, and die after `steps` steps; then open again.
    Collect {
        keep: Option<usize>,
        limit: Option<u64>,
        steps: usize,
    },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (1_u32..3, 0_i64..6, 0_u8..8, any::<bool>()).prop_map(
            |(version, x, picture, folder)| Act::Sample { version, x, picture, folder }
        ),
        2 => (1_u32..3, 0_i64..6, 0_u8..8)
            .prop_map(|(version, x, picture)| Act::Result { version, x, picture }),
        1 => (8_u8..12).prop_map(Act::Orphan),
        2 => (prop::option::of(0_usize..3), prop::option::of(0_u64..40_000), 0_usize..12)
            .prop_map(|(keep, limit, steps)| Act::Collect { keep, limit, steps }),
    ];
    prop::collection::vec(act, 1..25)
}

/// What is stored, as a plain program would remember it.
#[derive(Default)]
struct Model {
    samples: BTreeMap<(u32, i64), (u64, u8, bool)>,
    results: BTreeMap<PathBuf, u8>,
    next: u64,
}

/// Every sample and result that the store has, with what it refers to, is whole.
fn check(root: &Path, database: &Database, model: &mut Model, limited: bool) {
    let mut found = BTreeSet::new();
    for version in 1..3 {
        let index = SampleIndex::load(database, &series(version)).unwrap();
        for x in 0..6 {
            let Some(stored) = index.get(key(version, x)) else {
                continue;
            };
            found.insert((version, x));
            let (_, picture, folder) = model.samples[&(version, x)];
            let values: Vec<_> = stored.sample(&[image()]).expect("the picture is there");
            let payload = values[0].as_ref().unwrap().as_payload().unwrap();
            assert_eq!(payload.content(), Some(&content(picture)[..]));
            let files = JobFolders::at(root).find(&series(version), key(version, x));
            assert!(files.is_some() || !folder, "the folder of {x} is gone");
        }
    }
    if limited {
        // Those that went are the ones stored longest ago.
        let oldest_kept = found.iter().map(|sample| model.samples[sample].0).min();
        for (sample, (number, ..)) in &model.samples {
            let gone = !found.contains(sample);
            assert!(
                !gone || oldest_kept.is_none_or(|kept| *number < kept),
                "{sample:?} went"
            );
        }
        model.samples.retain(|sample, _| found.contains(sample));
    }
    let expected: BTreeSet<_> = model.samples.keys().copied().collect();
    assert_eq!(found, expected);
    model.results.retain(|path, _| path.exists());
    for (path, picture) in &model.results {
        let record = load_result(path).unwrap();
        assert!(record.warnings.is_empty(), "{:?}", record.warnings);
        let payload = record.dataset.payloads().next().unwrap();
        assert_eq!(payload.content(), Some(&content(*picture)[..]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn what_is_referred_to_stays_whenever_the_process_dies(acts in acts()) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let mut database = open(root);
        let mut model = Model::default();
        for (number, act) in acts.into_iter().enumerate() {
            let mut limited = false;
            match act {
                Act::Sample { version, x, picture, folder } => {
                    sample(&mut database, version, x, picture, folder);
                    model.next += 1;
                    let had = model.samples.get(&(version, x)).is_some_and(|sample| sample.2);
                    model.samples.insert((version, x), (model.next, picture, folder || had));
                }
                Act::Result { version, x, picture } => {
                    let path = result(root, version, x, picture, number);
                    model.results.insert(path, picture);
                }
                Act::Orphan(n) => {
                    database.blobs().put(&content(n)).unwrap();
                }
                Act::Collect { keep, limit, steps } => {
                    limited = limit.is_some();
                    let options = CollectOptions {
                        keep_results: keep,
                        limit,
                        grace: Duration::ZERO,
                        ..CollectOptions::default()
                    };
                    let newest = list_results(root).unwrap();
                    let (_, plan) = plan(&database, &options).unwrap();
                    for step in plan.into_iter().take(steps) {
                        database.take(step).unwrap();
                    }
                    if keep.is_some_and(|keep| keep > 0) {
                        prop_assert_eq!(newest, list_results(root).unwrap());
                    }
                    drop(database);
                    database = open(root);
                }
            }
            check(root, &database, &mut model, limited);
        }
        // Left alone, a collection leaves exactly what is referred to.
        let options = CollectOptions { grace: Duration::ZERO, ..CollectOptions::default() };
        database.collect(&options).unwrap();
        check(root, &database, &mut model, false);
        let pictures = model.samples.values().map(|sample| sample.1);
        let used: BTreeSet<Digest> = pictures
            .chain(model.results.values().copied())
            .map(|picture| Digest::of(&content(picture)))
            .collect();
        let blobs = database.blobs().list().unwrap();
        prop_assert_eq!(blobs.iter().map(|blob| blob.digest).collect::<BTreeSet<_>>(), used);
        let (again, steps) = plan(&database, &options).unwrap();
        prop_assert!(steps.is_empty(), "nothing is left to take: {again}");
    }
}

#[test]
fn the_limit_is_kept_and_what_is_in_use_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let mut database = open(dir.path());
    for x in 0..6 {
        sample(
            &mut database,
            1 + u32::from(x > 2),
            x,
            u8::try_from(x).unwrap(),
            false,
        );
    }
    let before = database.collect(&CollectOptions {
        dry_run: true,
        ..CollectOptions::default()
    });
    let before = before.unwrap();
    assert_eq!(before.evicted.count, 0);
    let in_use = CollectOptions {
        limit: Some(0),
        grace: Duration::ZERO,
        in_use: vec![series(1)],
        ..CollectOptions::default()
    };
    let went = database.collect(&in_use).unwrap();
    assert_eq!((went.evicted.count, went.blobs.count), (3, 3), "{went}");
    assert_eq!(SampleIndex::load(&database, &series(1)).unwrap().len(), 3);
    assert_eq!(SampleIndex::load(&database, &series(2)).unwrap().len(), 0);
    let limit = went.kept_bytes - 1;
    let kept = database.tidy(limit).unwrap().unwrap();
    assert!(
        kept.kept_bytes <= limit && kept.evicted.count >= 1,
        "{kept}"
    );
    assert_eq!(database.tidy(1 << 40).unwrap(), None);
}

#[test]
fn a_result_that_cannot_be_read_keeps_everything() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(dir.path());
    let path = result(dir.path(), 1, 0, 3, 0);
    fs::write(&path, "damaged").unwrap();
    let options = CollectOptions {
        grace: Duration::ZERO,
        keep_results: Some(0),
        ..CollectOptions::default()
    };
    let (collected, steps) = plan(&database, &options).unwrap();
    assert!(steps.is_empty(), "{steps:?}");
    assert!(
        collected.notes[0].contains(&path.display().to_string()),
        "{collected}"
    );
    fs::remove_file(path).unwrap();
    let (collected, steps) = plan(&database, &options).unwrap();
    assert_eq!((collected.blobs.count, steps.len()), (1, 1));
    assert!(matches!(steps[0], CollectStep::Blob(_)));
}

#[test]
fn leftovers_of_the_dead_go() {
    let dir = tempfile::tempdir().unwrap();
    let mut database = open(dir.path());
    fs::create_dir_all(dir.path().join("files/00/1.tmp-1-1")).unwrap();
    fs::create_dir_all(dir.path().join("blobs/aa")).unwrap();
    fs::write(dir.path().join("blobs/aa/bb.tmp-1-2"), "half").unwrap();
    let ours = JobFolders::at(dir.path())
        .create(&series(1), Digest(1))
        .unwrap();
    let mut options = CollectOptions::default();
    assert_eq!(
        database.collect(&options).unwrap().leftovers.count,
        0,
        "too young"
    );
    options.grace = Duration::ZERO;
    assert_eq!(database.collect(&options).unwrap().leftovers.count, 2);
    assert!(ours.path().exists(), "what is being written is no leftover");
}

#[test]
fn contents_that_only_a_snapshot_refers_to_stay_until_it_ages_out() {
    use crate::history::{AppendOptions, append};
    let dir = tempfile::tempdir().unwrap();
    let mut database = open(dir.path());
    let record = load_result(&result(dir.path(), 1, 0, 3, 0)).unwrap();
    for path in list_results(dir.path()).unwrap() {
        fs::remove_file(path).unwrap();
    }
    append(dir.path(), &record, "one".into(), &AppendOptions::default()).unwrap();
    let options = CollectOptions {
        grace: Duration::ZERO,
        ..CollectOptions::default()
    };
    assert_eq!(database.collect(&options).unwrap().blobs.count, 0);
    let digest = Digest::of(&content(3));
    assert!(database.blobs().contains(digest));

    let later = load_result(&result(dir.path(), 1, 0, 4, 1)).unwrap();
    for path in list_results(dir.path()).unwrap() {
        fs::remove_file(path).unwrap();
    }
    let one = AppendOptions {
        max_time_events: std::num::NonZeroUsize::new(1),
        ..AppendOptions::default()
    };
    append(dir.path(), &later, "two".into(), &one).unwrap();
    assert_eq!(database.collect(&options).unwrap().blobs.count, 1);
    assert!(!database.blobs().contains(digest));
    assert!(database.blobs().contains(Digest::of(&content(4))));
}
