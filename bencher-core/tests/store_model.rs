//! The database against a map, with crashes between operations; and identity across processes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bencher_core::store::{
    CollectOptions, Database, KeyMaker, Pack, ResultId, SampleIndex, SampleStore, Series,
    SweepIdentity,
};
use bencher_core::value::{Digest, Item, Kind, Value};
use proptest::prelude::*;

const TAGS: [&str; 2] = ["", "try"];

fn series(tag: &str, version: u32) -> Series {
    Series {
        tag: tag.to_owned(),
        sweep_type: "test::Sweep".to_owned(),
        version,
    }
}

fn y() -> ResultId {
    ResultId::new("y", Kind::Int(64))
}

fn open(root: &Path) -> Database {
    Database::open(root, Duration::ZERO, |_| ()).unwrap().0
}

#[derive(Clone, Debug)]
enum Act {
    /// Packs of one sample, as slow jobs leave them.
    Store {
        tag: usize,
        version: u32,
        from: i64,
        count: i64,
        value: i64,
        code: u128,
    },
    /// One pack of many.
    StoreTogether {
        tag: usize,
        version: u32,
        from: i64,
        count: i64,
        value: i64,
    },
    Clear(usize),
    Compact,
    Collect,
    Close,
    /// The process dies: nothing is closed.
    Crash,
    ExportAndImport,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0..2_usize, 1..3_u32, 0..80_i64, 1..90_i64, any::<i8>(), 1..3_u128).prop_map(
            |(tag, version, from, count, value, code)| Act::Store {
                tag, version, from, count, value: value.into(), code,
            }
        ),
        3 => (0..2_usize, 1..3_u32, 0..80_i64, 1..64_i64, any::<i8>()).prop_map(
            |(tag, version, from, count, value)| Act::StoreTogether {
                tag, version, from, count, value: value.into(),
            }
        ),
        1 => (0..2_usize).prop_map(Act::Clear),
        2 => Just(Act::Compact),
        1 => Just(Act::Collect),
        1 => Just(Act::Close),
        2 => Just(Act::Crash),
        1 => Just(Act::ExportAndImport),
    ];
    prop::collection::vec(act, 1..20)
}

fn pack(series: Series, code: u128, samples: impl Iterator<Item = (i64, i64)>) -> Pack {
    let mut pack = Pack::new(series, Digest(code), vec!["x".to_owned()], vec![y()]);
    for (x, value) in samples {
        pack.push(vec![x.into()], 1, vec![Some(value.into())]);
    }
    pack
}

type Model = BTreeMap<(usize, u32, i64), (i64, u128)>;

fn check(database: &Database, model: &Model) {
    for (tag, name) in TAGS.iter().enumerate() {
        for version in 1..3 {
            let series = series(name, version);
            let index = SampleIndex::load(database, &series).unwrap();
            let expected = model.range((tag, version, 0)..(tag, version, i64::MAX));
            assert_eq!(index.len(), expected.clone().count());
            let mut keys = KeyMaker::new(&series, &["x"]);
            for ((_, _, x), (value, code)) in expected {
                let stored = index
                    .get(keys.key(&[(*x).into()], 1))
                    .expect("it was stored");
                assert_eq!(stored.get(&y()), Some(Some(&Value::from(*value))));
                assert_eq!(stored.code, Digest(*code));
            }
        }
    }
}

/// Copies what is on the disk at this moment: what a process that is killed leaves.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn the_database_is_a_map_whatever_happens(acts in acts()) {
        let scratch = tempfile::tempdir().unwrap();
        let mut root = scratch.path().join("0");
        let mut database = open(&root);
        let mut model = Model::new();
        for (number, act) in acts.into_iter().enumerate() {
            match act {
                Act::Store { tag, version, from, count, value, code } => {
                    for x in from..from + count {
                        let one = pack(series(TAGS[tag], version), code, [(x, x + value)].into_iter());
                        database.append(&[one]).unwrap();
                        model.insert((tag, version, x), (x + value, code));
                    }
                }
                Act::StoreTogether { tag, version, from, count, value } => {
                    let samples = (from..from + count).map(|x| (x, x - value));
                    let many = pack(series(TAGS[tag], version), 1, samples.clone());
                    database.append(&[many]).unwrap();
                    model.extend(samples.map(|(x, value)| ((tag, version, x), (value, 1))));
                }
                Act::Clear(tag) => {
                    database.clear_tag(TAGS[tag]).unwrap();
                    model.retain(|(known, ..), _| *known != tag);
                }
                Act::Compact => drop(database.compact().unwrap()),
                Act::Collect => {
                    database.collect(&CollectOptions::default()).unwrap();
                    let samples = database.statistics().unwrap().samples.count;
                    prop_assert_eq!(samples, model.len() as u64, "none is superseded now");
                }
                Act::Close => {
                    drop(database);
                    database = open(&root);
                }
                Act::Crash => {
                    let next = scratch.path().join((number + 1).to_string());
                    copy(&root, &next);
                    root = next;
                    database = open(&root);
                }
                Act::ExportAndImport => {
                    let file = scratch.path().join("export");
                    database.export(&file).unwrap();
                    let fresh = tempfile::tempdir().unwrap();
                    let mut other = open(fresh.path());
                    other.import(&file).unwrap();
                    check(&other, &model);
                }
            }
            check(&database, &model);
        }
    }
}

/// Every kind of value, and what a sweep has.
fn keys() -> Vec<String> {
    let values = [
        Value::from(true),
        Value::from(-7),
        Value::from(u128::MAX),
        Value::from(0.1),
        Value::from(f64::NAN),
        Value::from("µs"),
        Value::Vector([0.5, 0.0].into()),
        Value::DateTime(1_700_000_000_000_000_000),
        Value::from(Item::new("Zstd", [("level", Value::from(3))])),
    ];
    let names: Vec<String> = (0..values.len()).map(|n| format!("input {n}")).collect();
    let mut keys = KeyMaker::new(&series("try", 3), &names);
    let mut printed: Vec<String> = (1..4)
        .map(|repeat| keys.key(&values, repeat).to_string())
        .collect();
    let sweep = SweepIdentity {
        bench: "Sorting",
        sweep_type: "demo::Sorting",
        version: 1,
        tag: "",
        over_time: false,
        repeats: 3,
        inputs: vec![("len", values.to_vec())],
        results: vec![ResultId::new("moves", Kind::Uint(64))],
        constants: vec![("seed", 7.into())],
    };
    printed.push(sweep.digest().to_string());
    printed
}

#[test]
fn child() {
    if std::env::var_os("BENCHER_TEST_KEYS").is_some() {
        println!("\nkeys {}", keys().join(" "));
    }
}

#[test]
fn identity_is_the_same_in_every_process() {
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env("BENCHER_TEST_KEYS", "1")
        .output()
        .unwrap();
    let out = String::from_utf8(out.stdout).unwrap();
    let printed = out
        .lines()
        .find_map(|line| line.strip_prefix("keys "))
        .unwrap();
    assert_eq!(printed, keys().join(" "));
    // And on every machine, in every version: what was stored must be found again.
    insta::assert_snapshot!(printed);
}

proptest! {
    #[test]
    fn identity_is_what_matters_and_nothing_else(
        values in prop::collection::vec(-3_i64..3, 1..5),
        other in prop::collection::vec(-3_i64..3, 1..5),
        turn in 0_usize..5,
        repeat in 1_u32..3,
        other_repeat in 1_u32..3,
    ) {
        let key = |values: &[i64], turn: usize, repeat: u32| {
            let mut named: Vec<(String, Value)> = values
                .iter()
                .enumerate()
                .map(|(n, value)| (format!("input {n}"), Value::from(*value)))
                .collect();
            let turn = turn % named.len();
            named.rotate_left(turn);
            let (names, values): (Vec<String>, Vec<Value>) = named.into_iter().unzip();
            KeyMaker::new(&series("", 1), &names).key(&values, repeat)
        };
        prop_assert_eq!(key(&values, turn, repeat), key(&values, 0, repeat));
        let same = values == other && repeat == other_repeat;
        prop_assert_eq!(key(&values, 0, repeat) == key(&other, turn, other_repeat), same);
    }
}
