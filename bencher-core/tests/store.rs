//! The database of samples under everything that is known to go wrong with one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bencher_core::store::{
    Database, OpenNotice, Pack, ResultId, SampleIndex, SampleStore, Series, StoreError,
};
use bencher_core::value::{Digest, Kind, Value};

fn series(tag: &str) -> Series {
    Series {
        tag: tag.to_owned(),
        sweep_type: "test/store::Sweep".to_owned(),
        version: 1,
    }
}

fn y() -> ResultId {
    ResultId::new("y", Kind::Int(64))
}

fn pack(tag: &str, from: i64, count: i64) -> Pack {
    let (inputs, results) = (vec!["x".to_owned()], vec![y()]);
    let mut pack = Pack::new(series(tag), Digest(7), inputs, results);
    for x in from..from + count {
        assert!(pack.push(vec![Value::from(x)], 1, vec![Some(Value::from(x * x))]));
    }
    pack
}

fn open(root: &Path) -> (Database, OpenNotice) {
    Database::open(root, Duration::ZERO, |_| ()).unwrap()
}

fn count(database: &Database, tag: &str) -> usize {
    SampleIndex::load(database, &series(tag)).unwrap().len()
}

/// A closed store of 20 packs of 10 samples.
fn filled() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let (mut database, notice) = open(root.path());
    assert_eq!(notice, OpenNotice::default());
    for n in 0..20 {
        database.append(&[pack("", n * 10, 10)]).unwrap();
    }
    root
}

fn journal(root: &Path) -> PathBuf {
    let files = fs::read_dir(root.join("samples")).unwrap().flatten();
    let is_journal = |path: &PathBuf| path.extension().is_some_and(|e| e == "jnl");
    files.map(|file| file.path()).find(is_journal).unwrap()
}

#[test]
fn what_was_appended_is_there_when_it_opens_again() {
    let root = filled();
    let (database, notice) = open(root.path());
    assert_eq!((count(&database, ""), notice), (200, OpenNotice::default()));
    assert_eq!(count(&database, "other"), 0);
}

#[test]
fn later_samples_replace_earlier_ones_across_sessions() {
    let root = filled();
    let (mut database, _) = open(root.path());
    let mut newer = pack("", 0, 1);
    newer.result_values = vec![Some(Value::from(-1))];
    database.append(&[newer]).unwrap();
    drop(database);
    let (database, _) = open(root.path());
    let index = SampleIndex::load(&database, &series("")).unwrap();
    let key = bencher_core::store::KeyMaker::new(&series(""), &["x"]).key(&[Value::from(0)], 1);
    assert_eq!(
        index.get(key).unwrap().get(&y()),
        Some(Some(&Value::from(-1)))
    );
    assert_eq!(
        index.get(key).unwrap().get(&ResultId {
            meaning_version: 2,
            ..y()
        }),
        None,
        "another meaning is another result"
    );
    let text = ResultId {
        kind: Kind::Text,
        ..y()
    };
    assert_eq!(
        index.get(key).unwrap().get(&text),
        None,
        "and so is another kind"
    );
}

#[test]
fn clearing_a_tag_touches_no_other() {
    let root = filled();
    let (mut database, _) = open(root.path());
    database.append(&[pack("other", 0, 5)]).unwrap();
    assert_eq!(database.clear_tag("other").unwrap(), 5);
    assert_eq!((count(&database, ""), count(&database, "other")), (200, 0));
    assert_eq!(database.clear_tag("").unwrap(), 200);
}

#[test]
fn a_flipped_byte_costs_its_own_record() {
    let size = fs::metadata(journal(filled().path())).unwrap().len();
    let mut losses = 0;
    // A stride that falls on headers, keys, values and checksums alike.
    for at in (0..usize::try_from(size).unwrap().min(12_000)).step_by(97) {
        let root = filled();
        let path = journal(root.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 0x40;
        fs::write(&path, bytes).unwrap();
        let (database, notice) = open(root.path());
        let left = count(&database, "");
        assert!(
            left >= 190,
            "byte {at}: {left} of 200 samples left; {notice:?}"
        );
        let reported = notice
            .messages
            .iter()
            .any(|message| message.contains("samples"));
        assert!(
            left == 200 || reported,
            "byte {at}: {left} samples left without a word"
        );
        losses += usize::from(left < 200);
        if let Some(message) = notice
            .messages
            .iter()
            .find(|text| text.contains("did not open"))
        {
            assert!(root.path().join("samples.damaged-1").exists(), "{message}");
        }
    }
    assert!(losses > 10, "the damage hit something: {losses}");
}

#[test]
fn a_cleared_tag_does_not_come_back_from_a_damaged_database() {
    let root = filled();
    let (mut database, _) = open(root.path());
    database.clear_tag("").unwrap();
    database.append(&[pack("", 500, 3)]).unwrap();
    drop(database);
    fs::write(root.path().join("samples/stray.jnl"), b"what").unwrap();
    let (database, notice) = open(root.path());
    assert_eq!((count(&database, ""), notice.messages.len()), (3, 1));
}

#[test]
fn strange_and_missing_files_are_set_aside() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 8] = [
        ("a strange folder among the keyspaces", |dir| {
            fs::create_dir(dir.join("keyspaces/x")).unwrap();
        }),
        ("a stray journal", |dir| {
            fs::write(dir.join("x.jnl"), b"").unwrap();
        }),
        ("an empty version", |dir| {
            fs::write(dir.join("version"), b"").unwrap();
        }),
        ("a garbled version", |dir| {
            fs::write(dir.join("version"), b"garbage").unwrap();
        }),
        ("no version", |dir| {
            fs::remove_file(dir.join("version")).unwrap();
        }),
        ("no lock", |dir| fs::remove_file(dir.join("lock")).unwrap()),
        ("no keyspaces", |dir| {
            fs::remove_dir_all(dir.join("keyspaces")).unwrap();
        }),
        ("a keyspace without its current version", |dir| {
            for keyspace in fs::read_dir(dir.join("keyspaces")).unwrap().flatten() {
                fs::remove_file(keyspace.path().join("current")).unwrap();
            }
        }),
    ];
    for (name, damage) in damages {
        let root = filled();
        damage(&root.path().join("samples"));
        let (database, notice) = open(root.path());
        assert_eq!(count(&database, ""), 200, "{name}: {notice:?}");
        assert_eq!(notice.messages.len(), 1, "{name}: {notice:?}");
        assert!(
            notice.messages[0].contains("200 samples were carried over"),
            "{name}: {notice:?}"
        );
        drop(database);
        let (database, notice) = open(root.path());
        assert_eq!(
            (count(&database, ""), notice),
            (200, OpenNotice::default()),
            "{name}, again"
        );
    }
}

#[test]
fn a_cut_journal_is_noticed() {
    let root = filled();
    let path = journal(root.path());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let (database, notice) = open(root.path());
    let left = count(&database, "");
    assert!(left < 200);
    assert!(
        notice
            .messages
            .iter()
            .any(|text| text.contains("cut short")),
        "{notice:?}"
    );
    drop(database);
    assert_eq!(
        open(root.path()).1,
        OpenNotice::default(),
        "it is reported once"
    );
}

#[test]
fn an_unfinished_creation_is_no_obstacle() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("samples.creating/keyspaces/0")).unwrap();
    fs::write(root.path().join("samples.creating/0.jnl"), b"half").unwrap();
    let (mut database, notice) = open(root.path());
    database.append(&[pack("", 0, 1)]).unwrap();
    assert_eq!(notice, OpenNotice::default());
}

#[test]
fn a_removed_store_takes_nothing_silently() {
    let root = filled();
    let (mut database, _) = open(root.path());
    fs::remove_dir_all(root.path().join("samples")).unwrap();
    let error = database.append(&[pack("", 0, 1)]).unwrap_err();
    assert!(matches!(error, StoreError::Vanished(_)), "{error}");
    fs::create_dir(root.path().join("samples")).unwrap();
    let error = database.append(&[pack("", 0, 1)]).unwrap_err();
    assert!(matches!(error, StoreError::Vanished(_)), "{error}");
}

#[test]
fn an_open_store_names_its_owner() {
    let root = filled();
    let (database, _) = open(root.path());
    let mut owners = Vec::new();
    let patience = Duration::from_millis(120);
    let error = Database::open(root.path(), patience, |owner| {
        owners.push(owner.to_string());
    });
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains(&std::process::id().to_string()) && text.contains("use another store"),
        "{text}"
    );
    assert_eq!(owners.len(), 1, "the owner is reported once");
    drop(database);
    assert!(Database::open(root.path(), Duration::ZERO, |_| ()).is_ok());
}

#[test]
fn a_place_that_cannot_be_made_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = Database::open(&file.join("store"), Duration::ZERO, |_| ()).unwrap_err();
    assert!(
        error.to_string().contains(&file.display().to_string()),
        "{error}"
    );
}
