//! Writes what the present version puts on disk, one of everything: `cargo run --package bencher-core
//! --features store --example fixtures -- DIR`. What a version wrote is kept in `tests/fixtures`,
//! and `tests/formats.rs` reads all of it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::measure::Environment;
use bencher_core::measure::environment::{Activity, Build, GitState};
use bencher_core::record::{ConstantValue, Counts, Failure, SweepRecord};
use bencher_core::space::{Factors, sweep};
use bencher_core::store::{
    Database, Pack, Provenance, ResultId, SampleStore, SampleWriter, Series, save_result,
};
use bencher_core::sweeper::SweeperOptions;
use bencher_core::value::{Digest, Item, Kind, Payload, Value};
use bencher_core::var::{Direction, Scale};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder")?);
    let record = record()?;
    save_result(&dir, &record)?;
    std::fs::write(
        dir.join("dataset.json"),
        serde_json::to_string_pretty(&record.dataset.to_json())? + "\n",
    )?;
    record
        .dataset
        .write_csv(std::fs::File::create(dir.join("dataset.csv"))?)?;
    write_work_list(&dir.join("sweeper"))?;
    let (database, _) = Database::open(&dir, Duration::ZERO, |_| ())?;
    write_samples(database)
}

/// A work list with an element in each state, one of them left by a handle that is gone.
fn write_work_list(dir: &Path) -> Result<(), Box<dyn Error>> {
    let factors: Factors =
        serde_json::from_str(r#"{"algo": {"a": {"k": [1, 2]}, "b": {}}, "n": [10]}"#)?;
    let options = SweeperOptions::new(dir).host("node1").save_sweeps(true);
    let sweeper = options.open(sweep(&factors)?.iter())?;
    let first = sweeper.get_next()?.ok_or("nothing to do")?;
    sweeper.cancel_with(&first, "no machine")?;
    let first = sweeper.get_next()?.ok_or("nothing to do")?;
    sweeper.done_with(&first, &0.25)?;
    let second = sweeper.get_next()?.ok_or("nothing to do")?;
    sweeper.skip_with(&second, "too \"large\"")?;
    sweeper.get_next()?;
    Ok(())
}

/// A value of every kind, with every state that a cell can have.
fn record() -> Result<SweepRecord, Box<dyn Error>> {
    let mut len = Dim::input(
        "len",
        Kind::Uint(64),
        [1, 10, 100].map(Value::from).to_vec(),
    );
    "elements".clone_into(&mut len.units);
    "Number of elements".clone_into(&mut len.doc);
    len.scale = Scale::Log;
    let algo = Dim::input(
        "algo",
        Kind::Category,
        ["Quick", "Merge"].map(Value::from).to_vec(),
    );
    let kinds = [
        ("elapsed", Kind::Float(64)),
        ("ratio", Kind::Float(32)),
        ("span", Kind::Seconds),
        ("moves", Kind::Uint(64)),
        ("balance", Kind::Int(32)),
        ("huge", Kind::Uint(128)),
        ("deep", Kind::Int(128)),
        ("sorted", Kind::Bool),
        ("note", Kind::Text),
        ("verdict", Kind::Category),
        ("picture", Kind::Image),
    ];
    let mut infos: Vec<VariableInfo> = kinds
        .map(|(name, kind)| VariableInfo::new(name, kind))
        .into();
    if let Some(elapsed) = infos.first_mut() {
        "s".clone_into(&mut elapsed.units);
        elapsed.direction = Direction::Minimize;
        elapsed.timed = true;
        elapsed.meaning_version = 3;
    }
    let mut dataset = Dataset::new("By length", vec![len, algo, Dim::repeats(2)], infos)?;
    for (index, (_, kind)) in kinds.into_iter().enumerate() {
        let variable = dataset.variable_mut(index).ok_or("no variable")?;
        for (flat, state) in (0..12).zip(CellState::ALL.into_iter().cycle()) {
            let reason = format!("because of {flat}, \"quoted\"");
            if state.has_value() {
                variable.record(flat, &value_of(kind, flat), state)?;
            } else if flat % 3 == 0 {
                variable.record_absent(flat, state, None)?;
            } else {
                variable.record_absent(flat, state, Some(reason.into()))?;
            }
        }
    }
    dataset
        .attributes
        .insert("bench".to_owned(), "Sorting".to_owned());
    Ok(SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: "Cost of sorting".to_owned(),
        post_description: "As expected.".to_owned(),
        tag: "nightly/µ".to_owned(),
        started: "2026-03-01T12:00:00.000+00:00".to_owned(),
        dataset,
        constants: vec![
            constant("seed", Value::from(u128::MAX)),
            constant(
                "codec",
                Item::new("Zstd", [("level", Value::from(3))]).into(),
            ),
            constant("day", Value::DateTime(1_772_366_400_000_000_000)),
        ],
        failures: vec![Failure {
            inputs: vec![
                ("len".to_owned(), 10.into()),
                ("algo".to_owned(), "Quick".into()),
            ],
            repeat: 2,
            error: "out of memory".to_owned(),
        }],
        counts: Counts {
            submitted: 12,
            executed: 7,
            hits: 5,
            failed: 1,
            skipped: 0,
        },
        timings: vec![("plan".to_owned(), 0.25), ("execute".to_owned(), 1.5)],
        warnings: vec!["debug build".to_owned()],
        sweep_type: "demo/demo::Sorting".to_owned(),
        version: 2,
        identity: Some(Digest(7)),
        environment: Some(environment()),
    })
}

/// An environment in which everything is known.
fn environment() -> Environment {
    Environment {
        cpu: Some("Intel(R) Core(TM) i7-1260P".to_owned()),
        cores: Some(16),
        cores_allowed: Some(8),
        governor: Some("powersave".to_owned()),
        turbo: Some(true),
        memory_bytes: Some(16_460_251_136),
        virtual_machine: Some("KVM".to_owned()),
        container: Some("docker".to_owned()),
        os: "Ubuntu 24.04.1 LTS".to_owned(),
        kernel: Some("6.8.0-45-generic".to_owned()),
        architecture: "x86_64".to_owned(),
        host: Some("node17".to_owned()),
        build: Build {
            rustc: "rustc 1.95.0".to_owned(),
            debug_assertions: false,
            opt_level: "3".to_owned(),
            features: vec!["store".to_owned()],
        },
        git: Some(GitState {
            commit: "1f0a5dd0f3e8c7b6a5948372615049382716a5b4".to_owned(),
            dirty: true,
        }),
        load: Some(0.25),
        running: Some(2),
        activity: Activity {
            throttled: Some(3),
            all_s: 1600.0,
            busy_s: 80.5,
            stolen_s: 0.25,
            own_s: 1.5,
        },
        clock_precision_s: Some(2e-8),
        loop_overhead_s: Some(2.5e-10),
    }
}

#[expect(clippy::cast_possible_wrap, reason = "small numbers")]
fn value_of(kind: Kind, n: usize) -> Value {
    match kind {
        Kind::Float(_) | Kind::Seconds => Value::from(n as f64 * 0.25 - 1.0),
        Kind::Uint(128) => Value::from(u128::MAX - n as u128),
        Kind::Int(_) => Value::from(-(n as i64)),
        Kind::Image => {
            Payload::new(&format!("{n}.svg"), "image/svg+xml", b"<svg/>".to_vec()).into()
        }
        Kind::Bool => Value::from(n.is_multiple_of(2)),
        Kind::Text | Kind::Category => Value::from(format!("number {n}")),
        _ => Value::from(n),
    }
}

fn constant(name: &str, value: Value) -> ConstantValue {
    ConstantValue {
        name: name.to_owned(),
        value,
        units: String::new(),
    }
}

/// Samples of two tags, one of them cleared later; and a vector.
fn write_samples(mut database: Database) -> Result<(), Box<dyn Error>> {
    for tag in ["", "gone"] {
        let series = Series {
            tag: tag.to_owned(),
            sweep_type: "demo/demo::Sorting".to_owned(),
            version: 2,
        };
        let results = vec![
            ResultId::new("elapsed", Kind::Float(64)),
            ResultId::new("parts", Kind::Vector(2)),
            ResultId::new("picture", Kind::Image),
        ];
        let inputs = vec!["len".to_owned(), "algo".to_owned()];
        let provenance = Provenance {
            epoch: 1_772_366_400_000,
            run: 1_772_452_800_000,
            rounds_per_replicate: 11,
            provisional: true,
        };
        let heading = Pack::new(series, Digest(7), inputs, results);
        let heading = heading
            .with_machine(Some(Digest(9)))
            .with_provenance(provenance);
        let mut writer = SampleWriter::new(Box::new(database.clone()), heading);
        for n in 0..100_u32 {
            let vector = Value::Vector([f64::from(n), 0.5].into());
            writer.submit(
                vec![n.into(), "Quick".into()],
                1 + n % 2,
                vec![
                    (n % 10 != 3).then(|| f64::from(n).into()),
                    Some(vector),
                    Some(value_of(Kind::Image, 1)),
                ],
            );
        }
        writer.finish()?;
    }
    database.clear_tag("gone")?;
    Ok(())
}
