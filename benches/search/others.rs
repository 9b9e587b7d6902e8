//! Problems that no prototype was tuned on: flags, noise of times, constraints, words, traps, failures. Only the
//! distance to random matters.

use std::f64::consts::PI;

use bencher::plan::SweepChoice;
use bencher::prelude::*;

use super::{Answer, Run, Sampler, median, search};

/// Evaluations of a search.
const BUDGET: u64 = 60;

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Level {
    Zero,
    One,
    Two,
    Three,
    Size,
}

/// Flags of a compiler: of nine switches, some help, some hurt, and two help only together.
#[derive(ParametrizedSweep, Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a compiler are truth values"
)]
struct Flags {
    #[sweep]
    level: Level,
    #[sweep]
    unroll: bool,
    #[sweep]
    vectorize: bool,
    #[sweep]
    inline: bool,
    #[sweep]
    fast: bool,
    #[sweep]
    native: bool,
    #[sweep]
    lto: bool,
    #[sweep]
    profile: bool,
    #[sweep]
    align: bool,
    #[sweep]
    prefetch: bool,
    #[sweep(bounds(0, 400))]
    threshold: u32,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// The least value, 0.55, is at Three, vectorize, inline, fast, native, lto, profile, and a threshold of 225.
fn flags(x: &Flags) -> Vec<f64> {
    let by = |is_on: bool, gain: f64| if is_on { gain } else { 0.0 };
    let level = match x.level {
        Level::Zero => 1.0,
        Level::One => 0.3,
        Level::Two => 0.1,
        Level::Three => 0.0,
        Level::Size => 0.4,
    };
    let threshold = (f64::from(x.threshold) - 225.0) / 200.0;
    let together = by(x.vectorize && x.native, -0.25) + by(x.unroll && x.vectorize, 0.1);
    let inline = if x.inline {
        0.2 * threshold * threshold
    } else {
        0.15
    };
    let alone = by(x.fast, -0.05) + by(x.lto, -0.1) + by(x.profile, -0.05) + by(x.align, 0.02);
    vec![1.0 + level + together + inline + alone + by(x.prefetch, 0.05) + by(x.unroll, -0.04)]
}

/// A server: its settings span orders of magnitude, and every measurement differs by some percent.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Server {
    #[sweep(bounds(1, 256), scale = "log")]
    threads: u32,
    #[sweep(bounds(1, 100_000), scale = "log")]
    queue: u32,
    #[sweep(bounds(1e-4, 10.0), scale = "log")]
    timeout: f64,
    #[sweep(bounds(1, 64))]
    batch: u32,
    #[sweep]
    nagle: bool,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// The least value, 1, is at 24 threads, a queue of 600, a time-out of 0.02, batches of 12, without nagle.
fn server(x: &Server) -> Vec<f64> {
    let far = |value: f64, best: f64, weight: f64| weight * (value / best).ln().powi(2);
    let cost = 1.0
        + far(f64::from(x.threads), 24.0, 0.3)
        + far(f64::from(x.queue), 600.0, 0.05)
        + far(x.timeout, 0.02, 0.08)
        + 0.001 * (f64::from(x.batch) - 12.0).powi(2)
        + if x.nagle { 0.3 } else { 0.0 };
    vec![cost]
}

/// Tiles that must fit into a cache: the best ones fill it.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Tiles {
    #[sweep(bounds(1, 128))]
    rows: u32,
    #[sweep(bounds(1, 128))]
    columns: u32,
    #[sweep(bounds(1, 128))]
    depth: u32,
    #[sweep(values("ijk", "ikj", "jik", "kij"))]
    order: String,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

fn fits(x: &Tiles) -> bool {
    let (rows, columns, depth) = (x.rows, x.columns, x.depth);
    rows * columns + rows * depth + depth * columns <= 4096
}

/// Loads per operation, of nearly square tiles at best: 0.081533 at 35 * 35 * 41 in the order `ikj`.
fn tiles(x: &Tiles) -> Vec<f64> {
    let sides = [x.rows, x.columns, x.depth].map(f64::from);
    let loads: f64 = sides.iter().map(|side| side.recip()).sum();
    let order = match &*x.order {
        "ikj" => 0.0,
        "ijk" => 0.03,
        "kij" => 0.01,
        _ => 0.06,
    };
    vec![loads + order]
}

/// A trap: a wide basin with a good value, and a narrower one of one choice with the best.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Basins {
    #[sweep(values("plain", "shaped", "bent", "turned", "folded", "cut"))]
    shape: String,
    #[sweep(bounds(0.0, 10.0), step = 0.05)]
    width: f64,
    #[sweep(bounds(-5.0, 5.0))]
    angle: f64,
    #[sweep(values(1, 2, 3, 5, 8, 13, 21))]
    parts: u32,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// The least value, 0, is at bent, 7.5, -2, 5 parts; that of other shapes is 0.3.
fn basins(x: &Basins) -> Vec<f64> {
    let parts = 0.1 * (f64::from(x.parts) / 5.0).ln().powi(2);
    let wide = 0.3 + 0.02 * (x.width - 3.0).powi(2) + 0.02 * (x.angle - 1.0).powi(2);
    let narrow = 0.05 * (x.width - 7.5).powi(2) + 0.05 * (x.angle + 2.0).powi(2);
    vec![parts + if x.shape == "bent" { narrow } else { wide }]
}

/// A trap again: a method that is good only if it is tuned, and then the best.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Methods {
    #[sweep]
    fast: bool,
    #[sweep(values("direct", "cached", "packed", "paged"))]
    method: String,
    #[sweep(bounds(1, 64), scale = "log")]
    parts: u32,
    #[sweep(bounds(0.0, 1.0))]
    share: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// The least value, 0, is at fast, packed, 32 parts, a share of 0.15; that of other methods is 0.4.
fn methods(x: &Methods) -> Vec<f64> {
    let parts = f64::from(x.parts).log2();
    if x.fast && x.method == "packed" {
        return vec![0.25 * (parts - 5.0).powi(2) + 4.0 * (x.share - 0.15).powi(2)];
    }
    let fast = if x.fast { 0.2 } else { 0.0 };
    vec![0.4 + 0.03 * (parts - 1.0).powi(2) + 0.3 * (x.share - 0.8).powi(2) + fast]
}

/// Levy's function in six dimensions, whose waves hide the way to its least value, 0 at (1, 1, 1, 1, 1, 1). A quarter
/// of the space or so fails.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Waves {
    #[sweep(bounds(-10.0, 10.0))]
    a: f64,
    #[sweep(bounds(-10.0, 10.0))]
    b: f64,
    #[sweep(bounds(-10.0, 10.0))]
    c: f64,
    #[sweep(bounds(-10.0, 10.0))]
    d: f64,
    #[sweep(bounds(-10.0, 10.0))]
    e: f64,
    #[sweep(bounds(-10.0, 10.0))]
    f: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

fn waves(x: &Waves) -> Vec<f64> {
    if x.c * x.d > 30.0 || x.a + x.b < -8.0 {
        return vec![f64::NAN];
    }
    let w = [x.a, x.b, x.c, x.d, x.e, x.f].map(|x| 1.0 + (x - 1.0) / 4.0);
    let [first, .., last] = w;
    let wave = |w: &f64| (w - 1.0).powi(2) * (1.0 + 10.0 * (PI * w + 1.0).sin().powi(2));
    let waves: f64 = w.iter().take(5).map(wave).sum();
    let end = (last - 1.0).powi(2) * (1.0 + (2.0 * PI * last).sin().powi(2));
    vec![(PI * first).sin().powi(2) + waves + end]
}

/// Searches one problem by a sampler.
type Search = fn(Run) -> Answer<f64>;

/// The true value of the named point, less the least one.
fn regret<S: ParametrizedSweep>(
    choice: &SweepChoice<S>,
    value: fn(&S) -> Vec<f64>,
    (least, noise): (f64, f64),
    by: Run,
) -> Answer<f64> {
    let found = search(choice, value, noise, by)?;
    let best = found.values.get(found.best);
    let best = best.and_then(|values| values.first()).copied();
    Ok(best.map_or(f64::NAN, |best| best - least))
}

/// Prints the medians of all samplers.
pub(crate) fn report(seeds: u64) -> Answer<()> {
    let problems: [(&str, Search); 6] = [
        ("flags", |by| {
            regret(&SweepChoice::default(), flags, (0.55, 0.0), by)
        }),
        ("server, noisy", |by| {
            regret(&SweepChoice::default(), server, (1.0, 0.1), by)
        }),
        ("tiles that fit", |by| {
            let choice = SweepChoice::default().with_constraint("tiles fit the cache", fits);
            regret(&choice, tiles, (0.081_533_101, 0.0), by)
        }),
        ("two basins", |by| {
            regret(&SweepChoice::default(), basins, (0.0, 0.0), by)
        }),
        ("a method to tune", |by| {
            regret(&SweepChoice::default(), methods, (0.0, 0.0), by)
        }),
        ("waves that fail", |by| {
            regret(&SweepChoice::default(), waves, (0.0, 0.0), by)
        }),
    ];
    println!("other problems, regret after {BUDGET} evaluations, median of {seeds} seeds");
    for (name, run) in problems {
        print!("{name:16}");
        for sampler in Sampler::ALL {
            let all = (0..seeds).map(|seed| run((sampler, seed, BUDGET, 1)));
            let middle = median(all.collect::<std::result::Result<_, _>>()?);
            print!("  {sampler} {middle:8.2e}");
        }
        println!();
    }
    Ok(())
}
