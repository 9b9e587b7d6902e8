//! What a large store costs: `cargo bench --bench store`.
//!
//! Figures are medians of several runs; a million samples of one float each, four inputs.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bencher::store::{
    CollectOptions, CollectReport, Database, Pack, ResultId, SampleIndex, SampleStore, Series,
};
use bencher::value::{Digest, Kind, Value};

/// How many samples the store holds.
const SAMPLES: u32 = 1_000_000;
/// How often each figure is taken.
const RUNS: usize = 5;

fn main() {
    println!("a store of {SAMPLES} samples\n");
    let packed = fill("packed", 64);
    reopen("written in packs of 64", &packed);
    remove(&packed);
    let single = fill("single", 1);
    let started = Instant::now();
    drop(open(&single));
    println!(
        "{:<44} {:>9.1} ms",
        "first opening of packs of one, compacting",
        started.elapsed().as_secs_f64() * 1e3
    );
    reopen("written in packs of one, compacted", &single);
    remove(&single);
    collect();
}

/// How long collections take: one that finds nothing, one that takes superseded samples, and one that
/// evicts half of all.
fn collect() {
    let figures: Vec<[f64; 3]> = (0..RUNS)
        .map(|_| {
            let root = filled("collect", 64);
            let mut database = open(&root);
            let everything = CollectOptions {
                grace: Duration::ZERO,
                ..CollectOptions::default()
            };
            let (nothing, collected) = collecting(&mut database, &everything);
            assert_eq!(collected.superseded.count, 0);
            append(&mut database, 0..SAMPLES / 2, 64);
            let (superseded, collected) = collecting(&mut database, &everything);
            assert_eq!(collected.superseded.count, u64::from(SAMPLES / 2));
            let half = CollectOptions {
                limit: Some(collected.kept_bytes / 2),
                ..everything
            };
            let (evicted, collected) = collecting(&mut database, &half);
            let share = collected.evicted.count as f64 / f64::from(SAMPLES);
            assert!((share - 0.5).abs() < 0.01, "{share} of the samples went");
            drop(database);
            remove(&root);
            [nothing, superseded, evicted]
        })
        .collect();
    let what = [
        "collection: nothing to take",
        "collection: half a million superseded",
        "eviction of half a million",
    ];
    for (n, what) in what.into_iter().enumerate() {
        let mut column = figures.iter().map(|row| row[n]);
        let seconds = median(|| column.next().unwrap_or(f64::NAN));
        println!("{what:<44} {seconds:>9.1} ms");
    }
}

fn collecting(database: &mut Database, options: &CollectOptions) -> (f64, CollectReport) {
    let started = Instant::now();
    let collected = expect(database.collect(options));
    (started.elapsed().as_secs_f64(), collected)
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
    row(&format!("{what}: opening"), opening, 500.0);
    let loading = median(|| {
        let database = open(root);
        let started = Instant::now();
        let index = expect(SampleIndex::load(&database, &series()));
        assert_eq!(index.len(), SAMPLES as usize);
        started.elapsed().as_secs_f64()
    });
    row(&format!("{what}: loading all"), loading, 500.0);
}

fn fill(name: &str, per_pack: u32) -> PathBuf {
    let started = Instant::now();
    let root = filled(name, per_pack);
    println!(
        "{:<44} {:>9.1} ms",
        format!("writing packs of {per_pack}"),
        started.elapsed().as_secs_f64() * 1e3
    );
    root
}

fn filled(name: &str, per_pack: u32) -> PathBuf {
    let root = std::env::temp_dir().join(format!("bencher-store-{name}-{}", std::process::id()));
    remove(&root);
    append(&mut open(&root), 0..SAMPLES, per_pack);
    root
}

fn append(database: &mut Database, samples: Range<u32>, per_pack: u32) {
    for first in samples.clone().step_by(per_pack as usize) {
        let mut pack = Pack::new(series(), Digest(7), inputs(), vec![result()]);
        for n in first..(first + per_pack).min(samples.end) {
            let values = vec![n.into(), "Quick".into(), 7.into(), false.into()];
            pack.push(values, 1, vec![Some(Value::from(f64::from(n)))]);
        }
        expect(database.append(&[pack]));
    }
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

fn row(what: &str, ms: f64, goal: f64) {
    let reached = if ms <= goal { "reached" } else { "MISSED" };
    println!("{what:<44} {ms:>9.1} ms   goal {goal:>6.0} ms {reached}");
}
