//! How often the race of the finalists at the end of a search names a wrong point, and how often the bounds of the
//! named one hold: whole searches with fake measurements, whose true values are known. They are numbers or times; the
//! times are drawn as well, so that nothing waits for them.

use std::cell::{Cell, RefCell};
use std::f64::consts::PI;
use std::rc::Rc;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
use bencher::dataset::Dataset;
use bencher::optimize::Sampler;
use bencher::prelude::*;
use bencher::sweep_executor::Interrupt;

use crate::random::Random;

/// The searches of each case.
const SEARCHES: u64 = 100;

/// The random points before the finalists: few, so that most of a search is its end.
const POINTS: u64 = 24;

/// What does not matter, as by default.
const WITHIN: f64 = 0.01;

/// The least number of samples of a finalist.
const FINALIST: usize = 7;

/// The noise of a measurement.
#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Spread {
    /// 0.5 % of 1.
    Little,
    /// 2 % of 1.
    Middle,
    /// 10 % of 1.
    Much,
    /// From 0.5 to 5 %, by point.
    Uneven,
    /// 0.5 %, and one value in twenty is larger by 2 % or so.
    Stragglers,
}

/// A number that is measured: its true value is 1 at best.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Measurement {
    #[sweep(bounds(0.0, 1.0))]
    x: f64,
    #[sweep(bounds(0.0, 1.0))]
    y: f64,
    #[constant(1.0)]
    slope: f64,
    #[constant(Spread::Little)]
    spread: Spread,
    /// The number of the search.
    #[constant(0)]
    search: u64,
    #[result(direction = "minimize")]
    cost: Option<f64>,
    #[result]
    truth: Option<f64>,
}

/// The same for a time: it is 1 s at best, and its noise is a factor.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Timing {
    #[sweep(bounds(0.0, 1.0))]
    x: f64,
    #[sweep(bounds(0.0, 1.0))]
    y: f64,
    #[constant(1.0)]
    slope: f64,
    #[constant(Spread::Little)]
    spread: Spread,
    /// The number of the search.
    #[constant(0)]
    search: u64,
    #[result(units = "s", direction = "minimize", timed)]
    cost: Option<f64>,
    #[result]
    truth: Option<f64>,
}

impl Benchmark for Measurement {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> bencher::Result<()> {
        let truth = truth(self.slope, self.x, self.y);
        self.cost = Some(truth + noise(self.spread, self.y, cx.seed(), self.search));
        self.truth = Some(truth);
        Ok(())
    }
}

impl Benchmark for Timing {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> bencher::Result<()> {
        let truth = truth(self.slope, self.x, self.y);
        // Every round has the seed of its point.
        let round = ROUND.with(|round| round.replace(round.get() + 1));
        let noise = noise(self.spread, self.y, cx.seed() ^ (round << 32), self.search);
        self.cost = Some(truth * noise.exp());
        self.truth = Some(truth);
        Ok(())
    }
}

thread_local! {
    static ROUND: Cell<u64> = const { Cell::new(0) };
}

/// The difference of a measurement from its true value.
fn noise(spread: Spread, y: f64, seed: u64, search: u64) -> f64 {
    let mut dice = Random(seed ^ search.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let share = match spread {
        Spread::Little | Spread::Stragglers => 0.005,
        Spread::Middle => 0.02,
        Spread::Much => 0.1,
        Spread::Uneven => 0.005 * 10_f64.powf(y),
    };
    let late = if spread == Spread::Stragglers {
        late(dice.unit(), dice.unit())
    } else {
        0.0
    };
    share * dice.normal() + late
}

/// What a straggler adds, less its mean over all values: the truth is a mean.
fn late(chance: f64, length: f64) -> f64 {
    let late = if chance < 0.05 {
        -0.02 * (1.0 - length).ln()
    } else {
        0.0
    };
    late - 0.001
}

fn truth(slope: f64, x: f64, y: f64) -> f64 {
    1.0 + slope * ((x - 0.3).powi(2) + 0.2 * (1.0 - (PI * (y - 0.6)).cos()))
}

/// What became of one search.
struct Named {
    is_decided: bool,
    is_covered: bool,
    /// The true values: of the named point, the best finalist, and the best point.
    value: f64,
    of_finalists: f64,
    of_all: f64,
}

impl Named {
    /// Whether another point is better by more than does not matter.
    fn is_behind(&self, best: f64) -> bool {
        best < self.value * (1.0 - WITHIN)
    }
}

/// A search of one kind of measurement.
type Search = fn(Spread, f64, u64) -> bencher::Result<Named>;

/// A session that stores and prints nothing.
fn bench<S: Benchmark>() -> bencher::Result<Bench<S>> {
    let config = RunConfig {
        cache: false,
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..RunConfig::default()
    };
    let session = Session::new(config, "search", Interrupt::default());
    Ok(Bench::new(Rc::new(RefCell::new(session)))?)
}

macro_rules! search_of {
    ($type:ty) => {
        |spread, slope, seed| {
            let mut bench = bench::<$type>()?;
            let sweep = bench.sweep("Finalists").optimize(<$type>::COST);
            let sweep = sweep.sampler(Sampler::Random).search_seed(seed);
            let result = sweep
                .constants([
                    <$type>::SLOPE.with_const(slope),
                    <$type>::SPREAD.with_const(spread),
                    <$type>::SEARCH.with_const(seed),
                ])
                .evaluations(POINTS)
                .run()?;
            named(result.dataset())
        }
    };
}

fn named(dataset: &Dataset) -> bencher::Result<Named> {
    let [points, repeats] = dataset.shape()[..] else {
        return Err("a search has points and repeats".into());
    };
    let (truth, cost) = (dataset.variable("truth")?, dataset.variable("cost")?);
    let true_value = |point: usize| truth.number(point * repeats).unwrap_or(f64::NAN);
    let samples = |point: usize| {
        let all = (0..repeats).filter_map(|repeat| cost.number(point * repeats + repeat));
        all.count()
    };
    let least = |points: &mut dyn Iterator<Item = usize>| {
        points.map(true_value).fold(f64::INFINITY, f64::min)
    };
    let named = true_value(0);
    // "... is best (1.02, 0.99 to 1.05 at 95 %, in 6 samples after it was chosen); ..."
    let text = dataset
        .attributes
        .get("search best")
        .map_or("", String::as_str);
    let (before, after) = text.split_once(" to ").unwrap_or_default();
    let low = number(before.rsplit(',').next().unwrap_or_default());
    let high = number(after.split(" at 95 %").next().unwrap_or_default());
    let (low, high) = low.zip(high).ok_or_else(|| format!("no bounds: {text}"))?;
    Ok(Named {
        is_decided: text.contains(" is best ("),
        is_covered: (low..=high).contains(&named),
        value: named,
        of_finalists: least(&mut (0..points).filter(|at| samples(*at) >= FINALIST)),
        of_all: least(&mut (0..points)),
    })
}

/// A number of the text, or a time in seconds.
fn number(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    Some(match words.next() {
        Some("ms") => number / 1e3,
        _ => number,
    })
}

pub(crate) fn print() {
    println!("the finalists of a search of {POINTS} points, within 1 %, {SEARCHES} searches a row");
    let cases = [
        ("noise of 0.5 %", Spread::Little, 1.0),
        ("noise of 2 %", Spread::Middle, 1.0),
        ("noise of 10 %", Spread::Much, 1.0),
        ("noise of 0.5 to 5 %", Spread::Uneven, 1.0),
        ("noise of 0.5 %, stragglers", Spread::Stragglers, 1.0),
        ("noise of 0.5 %, all within 3 %", Spread::Little, 0.05),
    ];
    let kinds: [(&str, Search); 2] = [
        ("numbers", search_of!(Measurement)),
        ("times", search_of!(Timing)),
    ];
    for (kind, search) in kinds {
        for (name, spread, slope) in cases {
            let all = (0..SEARCHES).map(|seed| search(spread, slope, seed));
            match all.collect::<bencher::Result<Vec<_>>>() {
                Ok(all) => println!("{}", row(kind, name, &all)),
                Err(error) => println!("{kind:7} {name:30} failed: {error}"),
            }
        }
    }
}

fn row(kind: &str, name: &str, all: &[Named]) -> String {
    let count = |is: &dyn Fn(&Named) -> bool| all.iter().filter(|one| is(one)).count();
    format!(
        "{kind:7} {name:30} named {:3}, wrong {} of these; leads {:3}, behind a finalist {}; behind any point {}; bounds hold {:.1} %",
        count(&|one| one.is_decided),
        count(&|one| one.is_decided && one.is_behind(one.of_finalists)),
        count(&|one| !one.is_decided),
        count(&|one| !one.is_decided && one.is_behind(one.of_finalists)),
        count(&|one| one.is_behind(one.of_all)),
        100.0 * count(&|one| one.is_covered) as f64 / all.len().max(1) as f64,
    )
}
