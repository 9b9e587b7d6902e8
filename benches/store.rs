//! What a large store costs: `cargo bench --bench store`.
//!
//! Figures are medians of several runs; a million samples of one float each, four inputs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bencher::store::{Database, Pack, ResultId, SampleIndex, SampleStore, Series};
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
    println!(
        "{:<44} {:>9.1} ms",
        format!("writing packs of {per_pack}"),
        started.elapsed().as_secs_f64() * 1e3
    );
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

fn row(what: &str, ms: f64, goal: f64) {
    let reached = if ms <= goal { "reached" } else { "MISSED" };
    println!("{what:<44} {ms:>9.1} ms   goal {goal:>6.0} ms {reached}");
}
