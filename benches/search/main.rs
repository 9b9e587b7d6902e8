//! How near searches come to the best point, and what a proposal costs: `cargo xtask bench search`. The figures stand
//! in docs/search-quality.md. `-- SEEDS PROBLEM...` runs fewer seeds, or some problems.

mod further;
mod others;
mod problems;
mod race;

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::time::Instant;

use bencher::optimize::{Asked, Goal, Sampler, Search, SearchOptions};
use bencher::plan::SweepChoice;
use bencher::prelude::*;
use problems::{
    Ackley, Branin, Grid, Mixed, Six, Valley, ackley, branin, dtlz2, grid, hartmann, hypervolume,
    mixed, rosenbrock, zdt1,
};

/// Evaluations of a search.
const BUDGET: u64 = 100;

/// Those of the grid, where the best point itself is to be found.
const GRID_BUDGET: u64 = 300;

type Answer<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A search: its sampler, its seed, its evaluations, and how many of them are under way at a time.
type Run = (Sampler, u64, u64, u64);

/// What a search of one seed found.
struct Found {
    /// The true values, in the order of the proposals.
    values: Vec<Vec<f64>>,
    /// Which of them the search names.
    best: usize,
}

/// Normal numbers of a seed.
struct Noise(u64);

impl Noise {
    fn unit(&mut self) -> f64 {
        // Knuth's linear congruential generator (MMIX).
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (2.0 * PI * self.unit()).cos()
    }
}

/// Runs one search: `lag` proposals are under way at a time.
fn search<S: ParametrizedSweep>(
    choice: &SweepChoice<S>,
    value: fn(&S) -> Vec<f64>,
    noise: f64,
    (sampler, seed, budget, lag): Run,
) -> Answer<Found> {
    let start = S::baseline()?;
    let goals = value(&start).len();
    let goals = (0..goals).map(|n| Goal::minimize(format!("value {n}")));
    let options = SearchOptions::default()
        .sampler(sampler)
        .seed(seed)
        .budget(budget)
        .workers(lag);
    let mut search = Search::new(&start, choice, goals, options)?;
    let mut dice = Noise(seed.wrapping_mul(7919).wrapping_add(1));
    let mut values = Vec::new();
    while let Asked::Trial(trial) = search.ask()? {
        let here = value(&trial.sweep);
        let told: Vec<f64> = here.iter().map(|x| x + noise * dice.normal()).collect();
        search.tell(trial.number, told)?;
        values.push(here);
    }
    let best = search.best()?.number.unwrap_or(0);
    let best = usize::try_from(best)?;
    Ok(Found { values, best })
}

struct Problem {
    name: &'static str,
    run: fn(Run) -> Answer<f64>,
    /// The medians of the prototype: Gaussian process, TPE, NSGA.
    limits: [f64; 3],
}

fn regret<S: ParametrizedSweep>(
    value: fn(&S) -> Vec<f64>,
    least: f64,
    noise: f64,
    by: Run,
) -> Answer<f64> {
    let found = search(&SweepChoice::default(), value, noise, by)?;
    Ok(found
        .values
        .get(found.best)
        .and_then(|values| values.first())
        .map_or(f64::NAN, |x| x - least))
}

fn lost_volume(
    value: fn(&Six) -> Vec<f64>,
    reference: (f64, f64),
    whole: f64,
    by: Run,
) -> Answer<f64> {
    Ok(1.0
        - hypervolume(
            &search(&SweepChoice::default(), value, 0.0, by)?.values,
            reference,
        ) / whole)
}

const HARTMANN: f64 = -3.322_368_011_415_515;

const PROBLEMS: [Problem; 8] = [
    Problem {
        name: "branin",
        run: |by| {
            regret(
                branin as fn(&Branin) -> _,
                0.397_887_357_729_738_16,
                0.0,
                by,
            )
        },
        limits: [2e-5, 0.029, 0.042],
    },
    Problem {
        name: "hartmann6",
        run: |by| regret(hartmann as fn(&Six) -> _, HARTMANN, 0.0, by),
        limits: [0.0004, 0.15, 0.59],
    },
    Problem {
        name: "rosenbrock5",
        run: |by| regret(rosenbrock as fn(&Valley) -> _, 0.0, 0.0, by),
        limits: [3.3, 5.6, 36.0],
    },
    Problem {
        name: "ackley10",
        run: |by| regret(ackley as fn(&Ackley) -> _, 0.0, 0.0, by),
        limits: [6.5, 15.0, 19.0],
    },
    Problem {
        name: "mixed",
        run: |by| regret(mixed as fn(&Mixed) -> _, 0.9, 0.0, by),
        limits: [0.00002, 0.30, 0.19],
    },
    Problem {
        name: "noisy",
        run: |by| regret(hartmann as fn(&Six) -> _, HARTMANN, 0.332, by),
        limits: [0.57, 0.43, 1.1],
    },
    Problem {
        name: "zdt1",
        run: |by| lost_volume(zdt1, (1.1, 4.0), 1.1 * 4.0 - 1.0 / 3.0, by),
        limits: [0.008, 0.27, 0.41],
    },
    Problem {
        name: "dtlz2",
        run: |by| lost_volume(dtlz2, (1.5, 1.5), 2.25 - PI / 4.0, by),
        limits: [0.031, 0.24, 0.17],
    },
];

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |n: usize| values.get(n).copied().unwrap_or(f64::NAN);
    f64::midpoint(at((values.len().max(1) - 1) / 2), at(values.len() / 2))
}

fn main() -> Answer<()> {
    let mut names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|one| one != "--bench")
        .collect();
    let seeds = match names.first().and_then(|first| first.parse().ok()) {
        Some(seeds) => {
            names.remove(0);
            seeds
        }
        None => 20_u64,
    };
    let chosen = |name: &str| names.is_empty() || names.iter().any(|one| one == name);
    let samplers = [Sampler::GaussianProcess, Sampler::Tpe, Sampler::Nsga];
    println!("regret after {BUDGET} evaluations, median of {seeds} seeds (prototype)");
    for problem in PROBLEMS.iter().filter(|problem| chosen(problem.name)) {
        let mut line = format!("{:12}", problem.name);
        for (sampler, limit) in samplers.iter().zip(problem.limits) {
            let all = (0..seeds).map(|seed| (problem.run)((*sampler, seed, BUDGET, 1)));
            let middle = median(all.collect::<std::result::Result<_, _>>()?);
            let _ = write!(line, "  {sampler} {middle:9.2e} ({limit:8.1e})");
        }
        let all = (0..seeds).map(|seed| (problem.run)((Sampler::GaussianProcess, seed, BUDGET, 4)));
        let middle = median(all.collect::<std::result::Result<_, _>>()?);
        println!("{line}  gp, 4 workers {middle:9.2e}");
    }
    if chosen("grid") {
        let space = SearchSpaceCount::of::<Grid>()?;
        for sampler in samplers {
            let mut needed = Vec::new();
            for seed in 0..seeds {
                let run = (sampler, seed, GRID_BUDGET, 1);
                let found = search(&SweepChoice::default(), grid as fn(&Grid) -> _, 0.0, run)?;
                let first = found
                    .values
                    .iter()
                    .position(|values| values.iter().all(|x| *x < 1e-9));
                needed.extend(first.map(|at| at as f64 + 1.0));
            }
            println!(
                "grid of {space} points: {sampler} finds the best in {} of {seeds} searches, after {} evaluations (median), at most {}",
                needed.len(),
                median(needed.clone()),
                needed.iter().copied().fold(0.0, f64::max)
            );
        }
    }
    if chosen("others") {
        others::report(seeds)?;
    }
    if chosen("further") {
        further::report(seeds)?;
    }
    if chosen("race") {
        race::report(10 * seeds);
    }
    if chosen("time") {
        for (sampler, counts) in [
            (Sampler::GaussianProcess, [100, 1000]),
            (Sampler::Tpe, [100, 1000]),
        ] {
            for count in counts {
                let seconds = seconds_of_a_proposal(sampler, count)?;
                println!(
                    "{sampler} at {count} trials: {:.1} ms a proposal",
                    seconds * 1e3
                );
            }
        }
    }
    Ok(())
}

/// How many points a space has.
struct SearchSpaceCount;

impl SearchSpaceCount {
    fn of<S: ParametrizedSweep>() -> Answer<u128> {
        let space = bencher::optimize::SearchSpace::new(&S::baseline()?, &SweepChoice::default())?;
        Ok(space.count())
    }
}

/// What a proposal costs, with the fits of the model among so many: from this number of trials on.
fn seconds_of_a_proposal(sampler: Sampler, count: u64) -> Answer<f64> {
    let start = Six::baseline()?;
    let choice = SweepChoice::default();
    let mut random = Search::new(
        &start,
        &choice,
        [Goal::minimize("value")],
        SearchOptions::default()
            .sampler(Sampler::Random)
            .budget(count),
    )?;
    let options = SearchOptions::default().sampler(sampler);
    let mut search = Search::new(&start, &choice, [Goal::minimize("value")], options)?;
    while let Asked::Trial(trial) = random.ask()? {
        search.learn(&trial.sweep, hartmann(&trial.sweep))?;
        random.tell(trial.number, hartmann(&trial.sweep))?;
    }
    // The first one fits the model to all; then as many as it takes to fit it once more.
    if let Asked::Trial(trial) = search.ask()? {
        search.tell(trial.number, hartmann(&trial.sweep))?;
    }
    let proposals = 2 * (count / 30 + 1);
    let clock = Instant::now();
    for _ in 0..proposals {
        if let Asked::Trial(trial) = search.ask()? {
            search.tell(trial.number, hartmann(&trial.sweep))?;
        }
    }
    Ok(clock.elapsed().as_secs_f64() / proposals as f64)
}
