//! Problems that the search was not made with: many inputs, noise, a deceptive basin, late values, few allowed points,
//! and values of all magnitudes.

use bencher::optimize::{Asked, Goal, Sampler, Search, SearchOptions};
use bencher::plan::SweepChoice;
use bencher::prelude::*;

use super::{Answer, Noise, median};

/// Evaluations of a search.
const BUDGET: u64 = 60;

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Kind {
    Hash,
    Tree {
        #[sweep(bounds(2, 256), scale = "log")]
        fanout: u32,
    },
    Sorted,
}

/// An index of a database: ten inputs of all kinds.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Index {
    #[sweep]
    kind: Kind,
    #[sweep(bounds(4, 4096), scale = "log")]
    page: u32,
    #[sweep(bounds(0.1, 1.0))]
    fill: f64,
    #[sweep(bounds(1, 32))]
    threads: u32,
    #[sweep]
    compressed: bool,
    #[sweep]
    prefetch: bool,
    #[sweep(values("lru", "clock", "random"))]
    cache: String,
    #[sweep(bounds(1e6, 1e9), scale = "log")]
    bytes: f64,
    #[sweep(bounds(0, 10))]
    retries: u32,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// The least value, 1, is at a tree of 32, pages of 256, a fill of 0.7, 12 threads, prefetch, clock, 1e8 bytes.
fn index(x: &Index) -> f64 {
    let far = |value: f64, best: f64, weight: f64| weight * (value / best).ln().powi(2);
    let kind = match x.kind {
        Kind::Hash => 0.4,
        Kind::Tree { fanout } => far(f64::from(fanout), 32.0, 0.1),
        Kind::Sorted => 0.7,
    };
    let cache = match &*x.cache {
        "clock" => 0.0,
        "lru" => 0.1,
        _ => 0.3,
    };
    let by = |is_on: bool, cost: f64| if is_on { cost } else { 0.0 };
    1.0 + kind
        + cache
        + far(f64::from(x.page), 256.0, 0.05)
        + 2.0 * (x.fill - 0.7).powi(2)
        + 0.002 * (f64::from(x.threads) - 12.0).powi(2)
        + by(x.compressed, 0.15)
        + by(!x.prefetch, 0.1)
        + far(x.bytes, 1e8, 0.03)
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Plane {
    #[sweep(bounds(0.0, 1.0))]
    a: f64,
    #[sweep(bounds(0.0, 1.0))]
    b: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// A broad basin with 0.3 at its bottom, and far from it a narrow one with 0.
fn deceptive(x: &Plane) -> f64 {
    let broad = 0.3 + (x.a - 0.3).powi(2) + (x.b - 0.3).powi(2);
    let narrow = 40.0 * ((x.a - 0.85).powi(2) + (x.b - 0.8).powi(2));
    broad.min(narrow)
}

/// From 1e-12 to 1e12: the distance from the best point is that of the logarithms.
fn magnitudes(x: &Plane) -> f64 {
    10_f64.powf(-12.0 + 24.0 * distance(x))
}

/// From -1e12 to -1e-12.
fn below_zero(x: &Plane) -> f64 {
    -10_f64.powf(12.0 - 24.0 * distance(x))
}

/// From 0 to about 1, along both inputs.
fn distance(x: &Plane) -> f64 {
    ((x.a - 0.2).powi(2) + (x.b - 0.6).powi(2)).sqrt() / 0.9
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Levels {
    #[sweep(values(1, 2, 4, 8, 16))]
    threads: u32,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// A time; one in ten is late.
fn late(x: &Index, dice: &mut Noise) -> f64 {
    let late = if dice.unit() < 0.1 { 3.0 } else { 1.0 };
    index(x) * (1.0 + 0.02 * dice.normal()) * late
}

/// Thirty inputs; five of them matter.
macro_rules! many {
    ($($name:ident),*) => {
        #[derive(ParametrizedSweep, Clone, Debug)]
        struct Many {
            $(#[sweep(bounds(0.0, 1.0))] $name: f64,)*
            #[result(direction = "minimize")]
            value: Option<f64>,
        }

        fn many(x: &Many) -> f64 {
            let all = [$(x.$name),*];
            let five: f64 = all.iter().take(5).map(|x| (x - 0.7).powi(2)).sum();
            let rest: f64 = all.iter().skip(5).map(|x| (x - 0.5).powi(2)).sum();
            five + 0.01 * rest
        }
    };
}
many!(
    a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3,
    c4, c5, c6, c7, c8, c9
);

/// A hundredth of the space or so.
fn is_allowed(x: &Index) -> bool {
    let pages = f64::from(x.page) * f64::from(x.threads) * x.fill;
    (1500.0..2500.0).contains(&pages) && x.retries < 3 && x.threads > 4
}

/// The true value of the point that a search names, less `least`.
fn regret<S: ParametrizedSweep>(
    choice: &SweepChoice<S>,
    value: fn(&S) -> f64,
    told: impl Fn(&S, &mut Noise) -> f64,
    least: f64,
    (sampler, seed): (Sampler, u64),
) -> Answer<f64> {
    let options = SearchOptions::default();
    let options = options
        .sampler(sampler)
        .seed(seed)
        .budget(BUDGET)
        .workers(1);
    let goals = [Goal::minimize("value")];
    let mut search = Search::new(&S::baseline()?, choice, goals, options)?;
    let mut dice = Noise(seed.wrapping_mul(7919).wrapping_add(1));
    let mut values = Vec::new();
    while let Asked::Trial(trial) = search.ask()? {
        search.tell(trial.number, told(&trial.sweep, &mut dice))?;
        values.push(value(&trial.sweep));
    }
    let best = usize::try_from(search.best()?.number.unwrap_or(0))?;
    Ok(values.get(best).map_or(f64::NAN, |value| value - least))
}

type By = (Sampler, u64);

/// Searches one problem.
type Problem = fn(By) -> Answer<f64>;

/// Prints the medians of all samplers.
pub(crate) fn report(seeds: u64) -> Answer<()> {
    let problems: [(&str, Problem); 8] = [
        ("ten inputs", |by| {
            let told = |x: &Index, dice: &mut Noise| index(x) + 0.1 * dice.normal();
            regret(&SweepChoice::default(), index, told, 1.0, by)
        }),
        ("late values", |by| {
            regret(&SweepChoice::default(), index, late, 1.0, by)
        }),
        ("few allowed", |by| {
            let choice = SweepChoice::default().with_constraint("pages fit", is_allowed);
            let told = |x: &Index, _: &mut Noise| index(x);
            regret(&choice, index, told, 1.0, by)
        }),
        ("deceptive", |by| {
            let told = |x: &Plane, _: &mut Noise| deceptive(x);
            regret(&SweepChoice::default(), deceptive, told, 0.0, by)
        }),
        ("1e-12 to 1e12", |by| {
            let told = |x: &Plane, _: &mut Noise| magnitudes(x);
            let value = |x: &Plane| magnitudes(x).log10();
            regret(&SweepChoice::default(), value, told, -12.0, by)
        }),
        ("-1e12 to -1e-12", |by| {
            let told = |x: &Plane, _: &mut Noise| below_zero(x);
            let value = |x: &Plane| -(-below_zero(x)).log10();
            regret(&SweepChoice::default(), value, told, -12.0, by)
        }),
        ("30 inputs", |by| {
            let told = |x: &Many, _: &mut Noise| many(x);
            regret(&SweepChoice::default(), many, told, 0.0, by)
        }),
        ("five levels", |by| {
            let value = |x: &Levels| (f64::from(x.threads) - 8.0).abs();
            let told = |x: &Levels, dice: &mut Noise| {
                (f64::from(x.threads) - 8.0).abs() + 0.1 * dice.normal()
            };
            regret(&SweepChoice::default(), value, told, 0.0, by)
        }),
    ];
    println!("further problems, regret after {BUDGET} evaluations, median of {seeds} seeds");
    for (name, run) in problems {
        print!("{name:16}");
        for sampler in Sampler::ALL {
            let all = (0..seeds).map(|seed| run((sampler, seed)));
            let middle = median(all.collect::<std::result::Result<_, _>>()?);
            print!("  {sampler} {middle:8.2e}");
        }
        println!();
    }
    Ok(())
}
