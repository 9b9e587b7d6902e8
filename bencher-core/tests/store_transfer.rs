//! Whole stores as one file: export, damage, import; and samples made again from results.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::record::{ConstantValue, Counts, SweepRecord};
use bencher_core::store::{
    Database, JobFolders, KeyMaker, MemoryStore, Pack, ResultId, SampleIndex, SampleStore, Series,
    StoreError, list_results, load_result, rebuild_samples, save_result,
};
use bencher_core::value::{Digest, Item, Kind, Payload, Value};

fn series() -> Series {
    Series {
        tag: "t".to_owned(),
        sweep_type: "test::Sweep".to_owned(),
        version: 1,
    }
}

fn y() -> ResultId {
    ResultId::new("y", Kind::Int(64))
}

fn key(x: i64) -> Digest {
    KeyMaker::new(&series(), &["x"]).key(&[x.into()], 1)
}

fn pack(xs: std::ops::Range<i64>, factor: i64, written_ms: i64) -> Pack {
    let mut pack = Pack::new(series(), Digest(7), vec!["x".to_owned()], vec![y()]);
    for x in xs {
        pack.push(vec![x.into()], 1, vec![Some(Value::from(x * factor))]);
    }
    pack.written_ms = written_ms;
    pack
}

fn open(root: &Path) -> Database {
    Database::open(root, Duration::ZERO, |_| ()).unwrap().0
}

fn value(store: &dyn SampleStore, x: i64) -> Option<Value> {
    let index = SampleIndex::load(store, &series()).unwrap();
    index.get(key(x))?.get(&y())?.cloned()
}

fn record(dataset: Dataset) -> SweepRecord {
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: "t".to_owned(),
        started: "2026-03-01T12:00:00.000+00:00".to_owned(),
        dataset,
        constants: vec![],
        failures: vec![],
        counts: Counts::default(),
        timings: vec![],
        warnings: vec![],
        sweep_type: "test::Sweep".to_owned(),
        version: 1,
        identity: None,
        environment: None,
    }
}

/// A picture larger than a record holds.
fn picture() -> Payload {
    Payload::new(
        "p.png",
        "image/png",
        (0..20_000_u32).flat_map(u32::to_le_bytes).collect(),
    )
}

/// 20 packs of 10 samples, a blob, a folder with two files, a result that refers to the blob.
fn filled(root: &Path) -> Database {
    let mut database = open(root);
    for n in 0..20 {
        database
            .append(&[pack(n * 10..n * 10 + 10, 1, 1_000_000)])
            .unwrap();
    }
    let folder = JobFolders::at(root).create(&series(), key(3)).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/log"), "three").unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    folder.keep().unwrap();
    let info = VariableInfo::new("picture", Kind::Image);
    let mut dataset = Dataset::new("By length", vec![Dim::repeats(1)], vec![info]).unwrap();
    let variable = dataset.variable_mut(0).unwrap();
    variable
        .record(0, &Value::from(picture()), CellState::Measured)
        .unwrap();
    save_result(root, &record(dataset)).unwrap();
    database
}

#[test]
fn an_export_brings_everything_to_another_store() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = here.path().join("all");
    let exported = filled(here.path()).export(&file).unwrap();
    assert_eq!((exported.samples, exported.files), (200, 4));
    assert_eq!(exported.bytes, fs::metadata(&file).unwrap().len());
    let mut other = open(there.path());
    let imported = other.import(&file).unwrap();
    assert_eq!(
        (imported.samples, imported.files, imported.damaged),
        (200, 4, 0)
    );
    assert!(imported.complete);
    assert!((0..200).all(|x| value(&other, x) == Some(x.into())));
    let folder = JobFolders::at(there.path())
        .find(&series(), key(3))
        .unwrap();
    assert_eq!(fs::read_to_string(folder.join("sub/log")).unwrap(), "three");
    assert!(folder.join("empty").exists());
    let result = load_result(&list_results(there.path()).unwrap()[0]).unwrap();
    let cell = result
        .dataset
        .variable("picture")
        .unwrap()
        .cell(0)
        .unwrap()
        .value
        .unwrap();
    assert_eq!(cell.as_payload().unwrap().content(), picture().content());
    assert!(other.check().unwrap().problems.is_empty());
    let again = other.import(&file).unwrap();
    assert_eq!((again.samples, again.known_samples), (0, 200));
    let temporary = |name: &str| name.contains(".tmp-");
    let names = fs::read_dir(there.path()).unwrap().flatten();
    assert!(
        !names
            .into_iter()
            .any(|entry| temporary(&entry.file_name().to_string_lossy()))
    );
}

#[test]
fn an_import_replaces_only_what_is_older() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = here.path().join("all");
    let day = 86_400_000;
    let mut database = open(here.path());
    database
        .append(&[pack(0..10, 1, day), pack(10..20, 1, 3 * day)])
        .unwrap();
    database.export(&file).unwrap();
    let mut other = open(there.path());
    other.append(&[pack(5..15, -1, 2 * day)]).unwrap();
    let imported = other.import(&file).unwrap();
    assert_eq!((imported.samples, imported.known_samples), (15, 5));
    for x in 0..20 {
        let expected = if (5..10).contains(&x) { -x } else { x };
        assert_eq!(value(&other, x), Some(expected.into()), "{x}");
    }
}

#[test]
fn damage_costs_what_it_hits() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("all");
    filled(here.path()).export(&file).unwrap();
    let sound = fs::read(&file).unwrap();
    let mut hit = 0;
    for (n, at) in (0..sound.len()).step_by(sound.len() / 24).enumerate() {
        let there = tempfile::tempdir().unwrap();
        let mut bytes = sound.clone();
        match n % 3 {
            0 => bytes[at] ^= 1 << (n % 8),
            1 => drop(bytes.drain(at..at + 3)),
            _ => drop(bytes.splice(at..at, *b"BNCHBNCH\x01")),
        }
        let damaged = there.path().join("damaged");
        fs::write(&damaged, bytes).unwrap();
        let mut other = open(&there.path().join("store"));
        let imported = other.import(&damaged).unwrap();
        hit += usize::from(imported.damaged > 0);
        assert!(imported.damaged <= 2, "{at}: {imported:?}");
        assert!(imported.samples >= 190, "{at}: {imported:?}");
        assert!(
            imported.samples == 200 || imported.damaged > 0,
            "{at}: {imported:?}"
        );
        let index = SampleIndex::load(&other, &series()).unwrap();
        assert_eq!(index.len() as u64, imported.samples);
        for problem in other.check().unwrap().problems {
            assert!(
                problem.contains("is missing"),
                "only the blob may be: {problem}"
            );
        }
    }
    assert!(hit > 20, "{hit}");
}

#[test]
fn a_file_that_ends_too_soon_says_so_and_others_are_refused() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("all");
    let mut database = filled(here.path());
    database.export(&file).unwrap();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 40]).unwrap();
    let imported = database.import(&file).unwrap();
    assert!(
        !imported.complete && imported.to_string().contains("is incomplete"),
        "{imported}"
    );
    for content in [
        &b""[..],
        b"not an export",
        b"BNCH\x04\x01\x00\xff\xff\xff\xff",
    ] {
        fs::write(&file, content).unwrap();
        let error = database.import(&file).unwrap_err();
        assert!(matches!(error, StoreError::Format { .. }), "{error}");
    }
    assert!(database.import(Path::new("/no/such")).is_err());
}

#[test]
fn samples_are_made_again_from_results() {
    let rows = [(1, 10), (2, 20)].map(|(a, b)| {
        Value::from(Item::new(
            "",
            [("a", Value::from(a)), ("b", Value::from(b))],
        ))
    });
    let dims = vec![
        Dim::input("len", Kind::Uint(64), [4, 8].map(Value::from).to_vec()),
        Dim::input("a+b", Kind::Item, rows.to_vec()),
        Dim::repeats(2),
    ];
    let infos = [
        ("moves", Kind::Uint(64)),
        ("at", Kind::DateTime),
        ("parts[0]", Kind::Float(64)),
        ("parts[1]", Kind::Float(64)),
    ];
    let infos = infos
        .map(|(name, kind)| VariableInfo::new(name, kind))
        .to_vec();
    let mut dataset = Dataset::new("By length", dims, infos).unwrap();
    let moment = Value::DateTime(1_700_000_000_123_456_789);
    for (index, value) in [Value::from(6), moment.clone(), 0.5.into(), 1.5.into()]
        .iter()
        .enumerate()
    {
        let variable = dataset.variable_mut(index).unwrap();
        for flat in 0..8 {
            match flat {
                0 => variable
                    .record_absent(flat, CellState::Failed, None)
                    .unwrap(),
                1 => variable
                    .record_absent(flat, CellState::Missing, None)
                    .unwrap(),
                2 => {}
                _ => variable.record(flat, value, CellState::Cached).unwrap(),
            }
        }
    }
    let root = tempfile::tempdir().unwrap();
    let constants = vec![ConstantValue {
        name: "seed".to_owned(),
        value: 7.into(),
        units: String::new(),
    }];
    save_result(
        root.path(),
        &SweepRecord {
            constants,
            ..record(dataset)
        },
    )
    .unwrap();
    let mut store = MemoryStore::default();
    let rebuilt = rebuild_samples(root.path(), &mut store).unwrap();
    assert_eq!((rebuilt.added, rebuilt.known), (6, 0), "{rebuilt:?}");
    let index = SampleIndex::load(&store, &series()).unwrap();
    let mut keys = KeyMaker::new(&series(), &["seed", "b", "a", "len"]);
    let wanted = [
        ResultId::new("moves", Kind::Uint(64)),
        ResultId::new("parts", Kind::Vector(2)),
        ResultId::new("at", Kind::DateTime),
    ];
    let mut sample = |b: i64, a: i64, len: i64, repeat: u32| {
        let key = keys.key(&[7.into(), b.into(), a.into(), len.into()], repeat);
        index.get(key)?.sample::<Vec<_>>(&wanted)
    };
    assert_eq!(sample(10, 1, 4, 1), None, "it failed");
    assert_eq!(sample(20, 2, 4, 1), None, "it is pending");
    assert_eq!(
        sample(10, 1, 4, 2),
        Some([None, None, None].into()),
        "it set nothing"
    );
    let vector = Value::Vector([0.5, 1.5].into());
    assert_eq!(
        sample(20, 2, 8, 2),
        Some([Some(Value::from(6)), Some(vector), Some(moment)].into())
    );
    let again = rebuild_samples(root.path(), &mut store).unwrap();
    assert_eq!((again.added, again.known), (0, 6));
}

#[test]
fn times_of_two_results_are_rebuilt_apart() {
    let root = tempfile::tempdir().unwrap();
    let mut store = MemoryStore::default();
    for (day, seconds) in [(1, 1.5), (2, 3.0)] {
        let len = Dim::input("len", Kind::Uint(64), vec![4.into(), 8.into()]);
        let elapsed = VariableInfo {
            timed: true,
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let dims = vec![len, Dim::repeats(1)];
        let mut dataset = Dataset::new("By length", dims, vec![elapsed]).unwrap();
        let elapsed = dataset.variable_mut(0).unwrap();
        for flat in 0..2 {
            elapsed
                .record(flat, &seconds.into(), CellState::Measured)
                .unwrap();
        }
        let started = format!("2026-03-0{day}T12:00:00.000+00:00");
        let record = SweepRecord {
            started,
            ..record(dataset)
        };
        save_result(root.path(), &record).unwrap();
    }
    for (added, known) in [(4, 0), (0, 4)] {
        let rebuilt = rebuild_samples(root.path(), &mut store).unwrap();
        assert_eq!((rebuilt.added, rebuilt.known), (added, known));
    }
    let mut runs = Vec::new();
    store
        .load_all(&mut |pack| {
            let times: Vec<_> = pack
                .samples()
                .filter_map(|sample| sample.results[0].as_ref()?.as_f64())
                .collect();
            runs.push((pack.provenance.epoch, times));
        })
        .unwrap();
    runs.sort_by_key(|(epoch, _)| *epoch);
    let day = 24 * 60 * 60 * 1000;
    assert_eq!(runs[1].0 - runs[0].0, day, "milliseconds since 1970");
    assert_eq!(runs[0].1, [1.5, 1.5]);
    assert_eq!(runs[1].1, [3.0, 3.0]);
}
