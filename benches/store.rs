//! What a large store costs: `cargo bench --bench store`.
//!
//! Figures are medians of several runs; a million samples of one float each, four inputs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bencher::store::{CollectOptions, Database, Pack, ResultId, SampleIndex, SampleStore, Series};
use bencher::value::{Digest, Kind, Value};

/// How many samples the store holds.
const SAMPLES: u32 = 1_000_000;
/// How often each figure is taken.
const RUNS: usize = 5;

fn main() {
    println!("a store of {SAMPLES} samples\n");
    let packed = fill("packed", 64);
    reopen("written in packs of 64", &packed);
    collect(&packed);
    remove(&packed);
    let single = fill("single", 1);
    let started = Instant::now();
    drop(open(&single));
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    row("first opening of packs of one, compacting", milliseconds);
    reopen("written in packs of one, compacted", &single);
    remove(&single);
}

/// How long a store takes to open, and to hand out its samples.
fn reopen(what: &str, root: &Path) {
    let opening = median(|| {
        let started = Instant::now();
        let database = open(root);
        let seconds = started.elapsed().as_secs_f64();
        drop(database);
        seconds
    });
    let reached = if opening <= 500.0 {
        "reached"
    } else {
        "MISSED"
    };
    row(&format!("{what}: opening"), opening);
    println!("{:>60}   goal 500 ms {reached}", "");
    let loading = median(|| {
        let database = open(root);
        let started = Instant::now();
        let index = expect(SampleIndex::load(&database, &series()));
        assert_eq!(index.len(), SAMPLES as usize);
        started.elapsed().as_secs_f64()
    });
    row(&format!("{what}: loading all"), loading);
}

/// How long a collection takes: one that finds nothing, one that evicts half, and the look that
/// a session takes when it ends.
fn collect(root: &Path) {
    let mut database = open(root);
    let look = median(|| {
        let started = Instant::now();
        expect(database.tidy(u64::MAX));
        started.elapsed().as_secs_f64()
    });
    row("a session's end, nothing to do", look);
    let mut bytes = 0;
    let nothing = median(|| {
        let started = Instant::now();
        bytes = expect(database.collect(&CollectOptions::default())).kept_bytes;
        started.elapsed().as_secs_f64()
    });
    row("collection, nothing to take", nothing);
    let started = Instant::now();
    let options = CollectOptions {
        limit: Some(bytes / 2),
        ..CollectOptions::default()
    };
    let collected = expect(database.collect(&options));
    assert!(collected.kept_bytes <= bytes / 2);
    let what = format!("evicting {} samples", collected.evicted.count);
    row(&what, started.elapsed().as_secs_f64() * 1e3);
}

fn fill(name: &str, per_pack: u32) -> PathBuf {
    let root = std::env::temp_dir().join(format!("bencher-store-{name}-{}", std::process::id()));
    remove(&root);
    let mut database = open(&root);
    let started = Instant::now();
    for first in (0..SAMPLES).step_by(per_pack as usize) {
        let mut pack = Pack::new(series(), Digest(7), inputs(), vec![result()]);
        for n in first..(first + per_pack).min(SAMPLES) {
            let values = vec![n.into(), "Quick".into(), 7.into(), false.into()];
            pack.push(values, 1, vec![Some(Value::from(f64::from(n)))]);
        }
        expect(database.append(&[pack]));
    }
    drop(database);
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    row(&format!("writing packs of {per_pack}"), milliseconds);
    root
}

fn series() -> Series {
    Series {
        tag: String::new(),
        sweep_type: "bench::Store".to_owned(),
        version: 1,
    }
}

fn inputs() -> Vec<String> {
    ["n", "algo", "seed", "presorted"]
        .map(str::to_owned)
        .to_vec()
}

fn result() -> ResultId {
    ResultId::new("elapsed", Kind::Float(64))
}

fn open(root: &Path) -> Database {
    expect(Database::open(root, Duration::ZERO, |_| ())).0
}

fn expect<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

fn remove(root: &Path) {
    // A leftover in the temporary directory harms nobody.
    let _ = std::fs::remove_dir_all(root);
}

fn median(mut run: impl FnMut() -> f64) -> f64 {
    let figures: Vec<f64> = (0..RUNS).map(|_| run()).collect();
    bencher::stats::median(&figures).unwrap_or(f64::NAN) * 1e3
}

fn row(what: &str, ms: f64) {
    println!("{what:<50} {ms:>9.1} ms");
}
