//! What a sample costs, beside the limit that nothing can beat: `cargo xtask bench`.
//!
//! Every figure is the median of several runs, and every ratio is of two figures of this one run.

use std::cell::RefCell;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
use bencher::evaluator::Executors;
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::space::Density;
use bencher::sweep_executor::Interrupt;

/// Half a million points with one float each.
const SIDE: u32 = 708;
const SAMPLES: u64 = SIDE as u64 * SIDE as u64;
const STORED_SIDE: u32 = 317;
const STORED: u64 = STORED_SIDE as u64 * STORED_SIDE as u64;

/// 51 x 51 points with four results each, as reports are timed on.
#[cfg(feature = "report")]
#[derive(ParametrizedSweep, Clone)]
struct Drawn {
    #[sweep(bounds(0.0, 1.0), samples = 51)]
    x: f64,
    #[sweep(bounds(0.0, 1.0), samples = 51)]
    y: f64,
    #[result(units = "s")]
    sum: Option<f64>,
    #[result]
    product: Option<f64>,
    #[result]
    ratio: Option<f64>,
    #[result]
    above: Option<u64>,
}

#[cfg(feature = "report")]
impl Benchmark for Drawn {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.sum = Some(self.x + self.y);
        self.product = Some(self.x * self.y);
        self.ratio = Some(self.x / (self.y + 0.1));
        self.above = Some(u64::from(self.x > self.y));
        Ok(())
    }
}

/// The page alone, and the page with its pictures, in milliseconds.
#[cfg(feature = "report")]
fn report() -> [f64; 2] {
    use bencher::report::{ReportOptions, write_report};
    let config = RunConfig {
        cache: false,
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..RunConfig::default()
    };
    let session = Session::new(config, "overhead", Interrupt::default());
    let drawn = Bench::<Drawn>::new(Rc::new(RefCell::new(session)))
        .map_err(Into::into)
        .and_then(|mut bench| bench.sweep("Drawn").run());
    let record = match drawn {
        Ok(result) => result.record().clone(),
        Err(error) => panic!("{error}"),
    };
    let root = scratch("report");
    let milliseconds = [false, true].map(|png| {
        let options = ReportOptions {
            png,
            ..ReportOptions::default()
        };
        let started = Instant::now();
        if let Err(error) = write_report(std::slice::from_ref(&record), &root, &options) {
            panic!("{error}");
        }
        started.elapsed().as_secs_f64() * 1e3
    });
    remove(&root);
    milliseconds
}

#[derive(ParametrizedSweep, Clone)]
struct Trivial {
    #[sweep(bounds(0, 1_000_000))]
    x: u64,
    #[sweep(bounds(0.0, 1.0))]
    y: f64,
    #[result]
    sum: Option<f64>,
}

impl Benchmark for Trivial {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.sum = Some(self.x as f64 + self.y);
        Ok(())
    }
}

fn sweep(config: RunConfig, side: u32) -> f64 {
    let config = RunConfig {
        density: Density {
            samples_per_var: Some(side as usize),
            ..Density::default()
        },
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..config
    };
    let mut session = Session::new(config, "overhead", Interrupt::default());
    session.set_progress(Box::new(SilentProgress));
    let mut bench: Bench<Trivial> = match Bench::new(Rc::new(RefCell::new(session))) {
        Ok(bench) => bench,
        Err(error) => panic!("{error}"),
    };
    let result = match bench.sweep("Trivial").run() {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    };
    let phases = result.record().timings.iter();
    let seconds: f64 = phases
        .filter(|(phase, _)| phase == "execute")
        .map(|(_, s)| s)
        .sum();
    seconds * 1e9 / f64::from(side).powi(2)
}

fn uncached(executor: Executors, side: u32) -> f64 {
    sweep(
        RunConfig {
            cache: false,
            executor,
            ..RunConfig::default()
        },
        side,
    )
}

/// Some bytes to another process and back, through pipes.
fn pipe_round_trip() -> f64 {
    const TIMES: u32 = 20_000;
    let mut cat = std::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("cat");
    let (mut to, mut from) = (
        cat.stdin.take().expect("piped"),
        cat.stdout.take().expect("piped"),
    );
    let mut bytes = [7_u8; 64];
    let started = Instant::now();
    for _ in 0..TIMES {
        to.write_all(&bytes).expect("cat reads");
        from.read_exact(&mut bytes).expect("cat writes");
    }
    let each = started.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES);
    drop(to);
    cat.wait().expect("cat ends");
    each
}

/// Cold and warm cost of a stored sample, and how long the full store takes to open.
fn cached() -> (f64, f64, f64) {
    let root = scratch("store");
    let config = || RunConfig {
        store: Some(root.clone()),
        ..RunConfig::default()
    };
    let cold = sweep(config(), STORED_SIDE);
    let opened = Instant::now();
    drop(bencher::store::Database::open(
        &root,
        std::time::Duration::ZERO,
        |_| (),
    ));
    let open = opened.elapsed().as_secs_f64();
    let warm = sweep(config(), STORED_SIDE);
    remove(&root);
    (cold, warm, open)
}

/// A nested loop that writes an ndarray.
fn bare_loop() -> f64 {
    let side = SIDE as usize;
    let started = Instant::now();
    let mut sums = ndarray::Array2::<f64>::zeros((side, side));
    for x in 0..side {
        for y in 0..side {
            sums[(x, y)] = black_box(x as f64 + y as f64 / side as f64);
        }
    }
    black_box(&sums);
    started.elapsed().as_secs_f64() * 1e9 / SAMPLES as f64
}

/// One hop from a thread to another through an unbounded channel.
fn bare_channel() -> f64 {
    let (send, receive) = crossbeam::channel::unbounded::<u64>();
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(move || (0..SAMPLES).all(|n| send.send(n).is_ok()));
        black_box(receive.iter().sum::<u64>());
    });
    started.elapsed().as_secs_f64() * 1e9 / SAMPLES as f64
}

/// One record a sample, inserted, then scanned, by fjall alone.
fn bare_fjall() -> (f64, f64) {
    let root = scratch("fjall");
    let outcome = (|| -> fjall::Result<(f64, f64)> {
        let database = fjall::Database::builder(&root).worker_threads(1).open()?;
        let samples = database.keyspace("samples", fjall::KeyspaceCreateOptions::default)?;
        let value = [7_u8; 48];
        let started = Instant::now();
        for n in 0..STORED {
            let key = bencher::value::Digest::of(&n.to_le_bytes()).to_bytes();
            samples.insert(key, value)?;
        }
        let insert = started.elapsed().as_secs_f64() * 1e9 / STORED as f64;
        let started = Instant::now();
        let mut bytes = 0;
        for guard in samples.iter() {
            let (key, value) = guard.into_inner()?;
            bytes += key.len() + value.len();
        }
        black_box(bytes);
        Ok((
            insert,
            started.elapsed().as_secs_f64() * 1e9 / STORED as f64,
        ))
    })();
    remove(&root);
    match outcome {
        Ok(figures) => figures,
        Err(error) => panic!("{error}"),
    }
}

fn scratch(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("bencher-overhead-{name}-{}", std::process::id()))
}

fn remove(root: &Path) {
    // A leftover in the temporary directory harms nobody.
    let _ = std::fs::remove_dir_all(root);
}

fn median(mut run: impl FnMut() -> f64) -> f64 {
    let figures: Vec<f64> = (0..7).map(|_| run()).collect();
    bencher::stats::median(&figures).unwrap_or(f64::NAN)
}

/// The medians of figures that are taken together.
fn medians<const N: usize>(mut run: impl FnMut() -> [f64; N]) -> [f64; N] {
    let figures: Vec<[f64; N]> = (0..5).map(|_| run()).collect();
    std::array::from_fn(|n| {
        let column: Vec<f64> = figures.iter().map(|row| row[n]).collect();
        bencher::stats::median(&column).unwrap_or(f64::NAN)
    })
}

fn row(what: &str, ns: f64, goal: f64, limit: &str, limit_ns: f64) {
    let reached = if ns <= goal { "reached" } else { "MISSED" };
    println!(
        "{what:<38} {ns:>9.1} ns   goal {goal:>8.1} ns {reached:<8} {:>7.2} x {limit} ({limit_ns:.1} ns)",
        ns / limit_ns
    );
}

fn main() {
    // First: each worker process comes by what stands before.
    let processes = median(|| uncached(Executors::Processes(2), STORED_SIDE));
    println!("per sample: {SAMPLES} samples without a store, {STORED} with one or in processes\n");
    let bare = median(bare_loop);
    row(
        "serial, no store",
        median(|| uncached(Executors::Serial, SIDE)),
        150.0,
        "a bare loop",
        bare,
    );
    let hop = median(bare_channel);
    row(
        "two threads, no store",
        median(|| uncached(Executors::Threads(2), SIDE)),
        300.0,
        "a channel hop",
        hop,
    );
    let round_trip = median(pipe_round_trip);
    row(
        "two worker processes, no store",
        processes,
        10_000.0,
        "a pipe round trip",
        round_trip,
    );
    let [insert, scan] = medians(|| bare_fjall().into());
    let [cold, warm, open] = medians(|| cached().into());
    row(
        "store, cold",
        cold,
        1.5 * insert,
        "a bare fjall insert",
        insert,
    );
    row("store, warm", warm, 1.5 * scan, "a bare fjall scan", scan);
    println!(
        "opening a store of {STORED} samples: {:.1} ms (goal 200 ms)",
        open * 1e3
    );
    #[cfg(feature = "report")]
    {
        let [page, all] = medians(report);
        println!(
            "report of 2601 samples x 4 results: {page:.1} ms the page, {all:.1} ms with its pictures (goal 50 ms)"
        );
    }
}
