//! What every version of this program in the range that is read wrote is read without loss.
//!
//! A new version adds a folder to `tests/fixtures` by `examples/fixtures.rs` and changes none of the
//! old ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bencher_core::dataset::CellState;
use bencher_core::store::{
    Database, Provenance, ResultId, SampleIndex, SampleStore, Series, list_results, load_result,
};
use bencher_core::value::{Digest, Kind, Value};

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut versions: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    versions.sort();
    assert!(!versions.is_empty());
    versions
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn results_of_every_version_are_read() {
    for version in fixtures() {
        let [path] = &list_results(&version).unwrap()[..] else {
            panic!("one result in {}", version.display());
        };
        let record = load_result(path).unwrap();
        assert_eq!(
            (record.bench.as_str(), record.title.as_str()),
            ("Sorting", "By length")
        );
        assert_eq!((record.counts.submitted, record.counts.failed), (12, 1));
        assert_eq!(record.constants[0].value, Value::from(u128::MAX));
        let texts = record
            .constants
            .iter()
            .map(|constant| constant.value.to_string());
        let texts: Vec<String> = texts.skip(1).collect();
        assert_eq!(texts, ["Zstd(level=3)", "2026-03-01T12:00:00Z"]);
        let picture = record.dataset.variable("picture").unwrap().cell(1).unwrap();
        let picture = picture.value.unwrap();
        assert_eq!(
            picture.as_payload().unwrap().content(),
            Some(&b"<svg/>"[..])
        );
        assert_eq!(record.failures[0].inputs[1].1, Value::from("Quick"));
        assert_eq!(record.warnings, ["debug build"]);
        let environment = record.environment.as_ref().unwrap();
        assert_eq!(environment.governor.as_deref(), Some("powersave"));
        assert_eq!(environment.git.as_ref().map(|git| git.dirty), Some(true));
        assert_eq!(environment.activity.throttled, Some(3));
        assert_eq!(environment.loop_overhead_s, Some(2.5e-10));
        assert_eq!(
            environment.class().to_string(),
            "ad789ce17d66c42cfd89b0ececc446a6",
            "where a class is made of something else, stored times of that machine are measured again"
        );
        let dataset = &record.dataset;
        assert_eq!(dataset.shape(), [3, 2, 2]);
        assert!(dataset.variables().len() >= 10);
        let elapsed = dataset.variable("elapsed").unwrap();
        assert_eq!(
            (elapsed.info.meaning_version, elapsed.info.timed),
            (3, true)
        );
        assert_eq!(elapsed.label(), "elapsed [s]", "times are in seconds");
        assert_eq!(elapsed.number(1), Some(-0.75));
        assert_eq!(
            dataset.variable("huge").unwrap().cell(2).unwrap().value,
            Some(Value::from(u128::MAX - 2))
        );
        for variable in dataset.variables().iter().take(10) {
            // Those that there were when the fixtures were written; later ones come behind.
            let states = CellState::ALL.into_iter().take(8).cycle().take(12);
            assert!(states.eq(variable.states().iter().copied()));
            let failed = variable.cell(5).unwrap();
            assert_eq!(failed.state, CellState::Failed);
            assert_eq!(failed.reason, Some("because of 5, \"quoted\""));
        }
    }
}

#[test]
fn samples_of_every_version_are_read() {
    for version in fixtures() {
        // Opening a store changes its files.
        let dir = tempfile::tempdir().unwrap();
        copy(&version, dir.path());
        let (database, notice) = Database::open(dir.path(), Duration::ZERO, |_| ()).unwrap();
        assert_eq!(notice.messages, [] as [&str; 0]);
        assert_samples(&database);
    }
}

#[test]
fn samples_of_every_version_are_salvaged() {
    for version in fixtures() {
        let dir = tempfile::tempdir().unwrap();
        copy(&version, dir.path());
        std::fs::remove_file(dir.path().join("samples/keyspaces/1/current")).unwrap();
        let (database, notice) = Database::open(dir.path(), Duration::ZERO, |_| ()).unwrap();
        assert_eq!(notice.messages.len(), 1, "{notice:?}");
        assert_samples(&database);
    }
}

#[test]
fn samples_of_every_version_are_imported() {
    for version in fixtures() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        copy(&version, dir.path());
        let (database, _) = Database::open(dir.path(), Duration::ZERO, |_| ()).unwrap();
        let file = dir.path().join("export");
        database.export(&file).unwrap();
        let (mut there, _) = Database::open(other.path(), Duration::ZERO, |_| ()).unwrap();
        let imported = there.import(&file).unwrap();
        assert_eq!(
            (imported.damaged, imported.other_version),
            (0, 0),
            "{imported}"
        );
        assert_samples(&there);
    }
}

/// The samples of the fixtures are there, as they were written.
fn assert_samples(database: &Database) {
    let series = |tag: &str| Series {
        tag: tag.to_owned(),
        sweep_type: "demo/demo::Sorting".to_owned(),
        version: 2,
    };
    assert_eq!(
        SampleIndex::load(database, &series("gone")).unwrap().len(),
        0
    );
    let mut seen = 0;
    let elapsed = ResultId::new("elapsed", Kind::Float(64));
    database
        .load(&series(""), &mut |pack| {
            assert_eq!(pack.inputs, ["len", "algo"]);
            assert_eq!(pack.results[0], elapsed);
            assert_eq!(pack.machine, Some(Digest(9)));
            let run = Provenance {
                epoch: 1_772_366_400_000,
                run: 1_772_452_800_000,
                rounds_per_replicate: 11,
                provisional: true,
            };
            assert_eq!(pack.provenance, run);
            for sample in pack.samples() {
                let n = sample.inputs[0].as_f64().unwrap();
                let value = sample.results[0].clone();
                assert_eq!(
                    value,
                    ((n % 10.0 - 3.0).abs() > 0.5).then(|| Value::from(n))
                );
                assert_eq!(sample.results[1], Some(Value::Vector([n, 0.5].into())));
                let picture = sample.results.get(2).and_then(Option::as_ref);
                let picture = picture.and_then(Value::as_payload);
                assert!(picture.is_none_or(|picture| picture.name() == "1.svg"));
                seen += 1;
            }
        })
        .unwrap();
    assert_eq!(seen, 100);
}
