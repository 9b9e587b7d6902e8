//! The gate against simulated runs of known truth: false alarms, power, and two simpler rules on the same data.
//!
//! Prints Markdown tables. `cargo run --release -p bencher-core --features history --example gate_honesty`; a number as
//! argument divides the trials, `stored` after it leaves only the table of stored runs, `again` repeats the strictest
//! table with more trials.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a simulation with known sizes"
)]

use bencher_core::regression::{
    BetweenRuns, Dependence, Family, PairedPoint, Rule, Schedule, SignedRanks, Threshold, Verdict,
    judge_against_history, judge_group, judge_pairs, judge_replicates, judge_runs,
    pair_differences, pair_log_ratios, select_discoveries,
};
use bencher_core::stats::summary;
use bencher_core::var::Direction;

/// The most pairs that a gate may measure, and the pairs of a gate without early stopping.
const PAIRS: usize = 40;
/// The standard deviation of the logarithm of one process's time, for all kinds of noise but drift.
const NOISE: f64 = 0.01;

/// A permuted congruential generator (O'Neill, 2014: the variant XSH-RR).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03);
        random.bits();
        random.bits();
        random
    }

    fn bits(&mut self) -> u32 {
        let old = self.0;
        self.0 = old
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let folded = (((old >> 18) ^ old) >> 27) & 0xFFFF_FFFF;
        let turn = u32::try_from(old >> 59).unwrap_or(0);
        u32::try_from(folded).unwrap_or(0).rotate_right(turn)
    }

    fn uniform(&mut self) -> f64 {
        (f64::from(self.bits()) + 0.5) / 4_294_967_296.0
    }

    /// Box and Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

#[derive(Clone, Copy)]
enum Noise {
    Normal,
    Skewed,
    Bimodal,
    Drift,
    Autocorrelated,
}

impl Noise {
    const ALL: [Self; 5] = [
        Self::Normal,
        Self::Skewed,
        Self::Bimodal,
        Self::Drift,
        Self::Autocorrelated,
    ];

    fn name(self) -> &'static str {
        match self {
            Noise::Normal => "normal",
            Noise::Skewed => "skewed (lognormal)",
            Noise::Bimodal => "bimodal (30 % slower)",
            Noise::Drift => "drift of 10 %",
            Noise::Autocorrelated => "autocorrelated (0.6)",
        }
    }

    /// The logarithms of the times of one point's processes, in the order of measurement.
    fn series(self, count: usize, scale: f64, random: &mut Random) -> Vec<f64> {
        let mut last = random.normal();
        let mut next = || match self {
            Noise::Normal | Noise::Drift => NOISE * random.normal(),
            // The standard deviation of exp(z) is 2.1612.
            Noise::Skewed => NOISE * random.normal().exp() / 2.161_197_4,
            // 2 % of difference and 0.4 % around it: 1 % together.
            Noise::Bimodal => {
                let slow = if random.uniform() < 0.3 { 0.02 } else { 0.0 };
                slow + 0.004 * random.normal()
            }
            Noise::Autocorrelated => {
                last = 0.6 * last + 0.8 * random.normal();
                NOISE * last
            }
        };
        let drift = |at: usize| match self {
            Noise::Drift => 0.1 * at as f64 / count as f64,
            _ => 0.0,
        };
        (0..count).map(|at| drift(at) + scale * next()).collect()
    }
}

/// The times of one point: candidate and base, pair by pair.
type Series = (Vec<f64>, Vec<f64>);

/// One comparison of two programs: each pair runs both in random order; `slow` gives each point's true ratio.
fn run(
    (noise, scale): (Noise, f64),
    points: usize,
    slow: impl Fn(usize) -> f64,
    random: &mut Random,
) -> Vec<Series> {
    let is_first: Vec<bool> = (0..PAIRS).map(|_| random.uniform() < 0.5).collect();
    let of_point = |point: usize| {
        let logs = noise.series(2 * PAIRS, scale, random);
        let of = |pair: usize, is_candidate: bool| {
            logs[2 * pair + usize::from(is_first[pair] != is_candidate)]
        };
        let candidate = (0..PAIRS).map(|pair| of(pair, true).exp() * slow(point));
        let base = (0..PAIRS).map(|pair| of(pair, false).exp());
        (candidate.collect(), base.collect())
    };
    (0..points).map(of_point).collect()
}

fn rule(threshold: Threshold, misrate: f64) -> Rule {
    Rule {
        threshold,
        direction: Direction::Minimize,
        misrate,
    }
}

/// The verdicts with all pairs, without early stopping.
fn judge_at_once(run: &[Series], family: Family, threshold: Threshold) -> Vec<Verdict> {
    let rule = rule(threshold, family.point_misrate());
    run.iter()
        .map(|(candidate, base)| judge_pairs(candidate, base, &rule).verdict)
        .collect()
}

/// The verdicts with early stopping, and the pairs it took.
fn judge_by_looks(
    run: &[Series],
    schedule: &Schedule,
    threshold: Threshold,
) -> (Vec<Verdict>, usize) {
    let direction = Direction::Minimize;
    let points: Vec<PairedPoint<'_>> = run
        .iter()
        .map(|(candidate, base)| PairedPoint {
            candidate,
            base,
            direction,
        })
        .collect();
    let mut judgements = Vec::new();
    for look in 0..schedule.pairs().len() {
        let report = schedule.look(look, &points, threshold, &judgements);
        judgements = report.judgements;
        if report.is_finished {
            return (
                judgements.iter().map(|found| found.verdict).collect(),
                report.pairs,
            );
        }
    }
    (
        judgements.iter().map(|found| found.verdict).collect(),
        PAIRS,
    )
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, squares / (values.len() as f64 - 1.0))
}

/// Welch's t beyond 1.99 (5 %, about 78 degrees of freedom) and a change of the mean of more than 1 %: -1, 0 or 1.
fn criterion_like((candidate, base): &Series) -> i8 {
    let ((c, c_var), (b, b_var)) = (moments(candidate), moments(base));
    let t = (c - b) / ((c_var + b_var) / PAIRS as f64).sqrt();
    let change = c / b - 1.0;
    match (t.abs() > 1.99, change) {
        (true, change) if change > 0.01 => 1,
        (true, change) if change < -0.01 => -1,
        _ => 0,
    }
}

/// holobench's percentage rule: all points averaged to one number, flagged above 10 %.
fn percentage_of_sweep(run: &[Series]) -> bool {
    let total = |of: fn(&Series) -> &Vec<f64>| run.iter().flat_map(of).sum::<f64>();
    total(|series| &series.0) / total(|series| &series.1) > 1.1
}

/// The same rule for one point.
fn percentage_of_point((candidate, base): &Series) -> bool {
    moments(candidate).0 / moments(base).0 > 1.1
}

fn percent(count: usize, trials: usize) -> String {
    format!("{:.1} %", 100.0 * count as f64 / trials as f64)
}

fn is_flagged(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Worse | Verdict::Better)
}

/// How often anything at all is flagged where every point has the ratio `truth`, and the noise is `scale` times 1 %.
fn false_alarms(
    title: &str,
    (truth, scale): (f64, f64),
    threshold: Threshold,
    seed: u64,
    trials: impl Fn(usize) -> usize,
) {
    println!("\n### {title}\n");
    println!(
        "| noise | points | trials | gate, {PAIRS} pairs | gate, early stopping | mean pairs | undecided | criterion-like | holobench 10 % |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (nth, noise) in Noise::ALL.into_iter().enumerate() {
        for points in [1, 10, 100, 1_000] {
            let trials = trials(points);
            let family = Family::new(points);
            let schedule = schedule(family);
            let mut random = Random::new(seed + 10_000 * nth as u64 + points as u64);
            let (mut once, mut early, mut criterion, mut holobench) = (0, 0, 0, 0);
            let (mut pairs, mut undecided) = (0, 0);
            for _ in 0..trials {
                let data = run((noise, scale), points, |_| truth, &mut random);
                once += usize::from(
                    judge_at_once(&data, family, threshold)
                        .iter()
                        .copied()
                        .any(is_flagged),
                );
                let (verdicts, taken) = judge_by_looks(&data, &schedule, threshold);
                early += usize::from(verdicts.iter().copied().any(is_flagged));
                undecided += verdicts
                    .iter()
                    .filter(|found| **found == Verdict::Undecided)
                    .count();
                pairs += taken;
                criterion += usize::from(data.iter().any(|series| criterion_like(series) != 0));
                holobench += usize::from(percentage_of_sweep(&data));
            }
            let mean_pairs = pairs as f64 / trials as f64;
            println!(
                "| {} | {points} | {trials} | {} | {} | {mean_pairs:.1} | {} | {} | {} |",
                noise.name(),
                percent(once, trials),
                percent(early, trials),
                percent(undecided, trials * points),
                percent(criterion, trials),
                percent(holobench, trials),
            );
        }
    }
}

fn schedule(family: Family) -> Schedule {
    match Schedule::new(family, PAIRS) {
        Ok(schedule) => schedule,
        Err(reason) => panic!("{PAIRS} pairs are enough for every family here: {reason}"),
    }
}

/// How often one slow point among many equal ones is flagged as worse, with normal noise of 1 %.
fn power(title: &str, threshold: Threshold, trials: usize) {
    println!("\n### {title}\n");
    println!(
        "| slowdown | points | gate, {PAIRS} pairs | gate, early stopping | criterion-like | holobench, point | holobench, sweep |"
    );
    println!("|---|---|---|---|---|---|---|");
    for slowdown in [0.01, 0.02, 0.05, 0.1] {
        for points in [1, 10, 100, 1_000] {
            let family = Family::new(points);
            let schedule = schedule(family);
            let mut random = Random::new(77 + points as u64);
            let (mut once, mut early, mut criterion, mut point, mut sweep) = (0, 0, 0, 0, 0);
            // Only the slow point is looked at. The others are simulated for the sweep's mean, and for few trials.
            for trial in 0..trials {
                let data = run((Noise::Normal, 1.0), 1, |_| 1.0 + slowdown, &mut random);
                let is_worse = |found: &Verdict| *found == Verdict::Worse;
                once += usize::from(judge_at_once(&data, family, threshold).iter().any(is_worse));
                early += usize::from(
                    judge_by_looks(&data, &schedule, threshold)
                        .0
                        .iter()
                        .any(is_worse),
                );
                criterion += usize::from(data.iter().any(|series| criterion_like(series) == 1));
                point += usize::from(data.iter().any(percentage_of_point));
                if trial < trials / 10 {
                    let slow = |at| if at == 0 { 1.0 + slowdown } else { 1.0 };
                    sweep += usize::from(percentage_of_sweep(&run(
                        (Noise::Normal, 1.0),
                        points,
                        slow,
                        &mut random,
                    )));
                }
            }
            println!(
                "| {:.0} % | {points} | {} | {} | {} | {} | {} |",
                slowdown * 100.0,
                percent(once, trials),
                percent(early, trials),
                percent(criterion, trials),
                percent(point, trials),
                percent(sweep, trials / 10),
            );
        }
    }
}

/// How often a shift everywhere is seen in all points together, and in any single point.
fn shift_everywhere(trials: usize) {
    println!(
        "\n### All points shifted alike: 100 points, normal noise of 1 %, 15 pairs, family of 100 points and 21 effects\n"
    );
    println!("| shift | all points together: worse | any single point: worse |");
    println!("|---|---|---|");
    let family = Family::new(100).with_effects(21);
    for shift in [0.0, 0.005, 0.01] {
        let mut random = Random::new(5);
        let (mut together, mut single) = (0, 0);
        for _ in 0..trials {
            let mut data = run((Noise::Normal, 1.0), 100, |_| 1.0 + shift, &mut random);
            for (candidate, base) in &mut data {
                candidate.truncate(15);
                base.truncate(15);
            }
            let logs: Vec<_> = data
                .iter()
                .filter_map(|(c, b)| pair_log_ratios(c, b))
                .collect();
            let all: Vec<usize> = (0..100).collect();
            let found = judge_group(&logs, &all, &rule(Threshold::AXIS, family.effect_misrate()));
            together += usize::from(found.verdict == Verdict::Worse);
            single += usize::from(
                judge_at_once(&data, family, Threshold::POINT).contains(&Verdict::Worse),
            );
        }
        println!(
            "| {:.1} % | {} | {} |",
            shift * 100.0,
            percent(together, trials),
            percent(single, trials)
        );
    }
}

/// The mean share of false ones among the discoveries, and of the slow points found: 10 of 100 points are 1 % slower.
fn discoveries(trials: usize) {
    println!(
        "\n### False discoveries: 10 of 100 points 1 % slower, normal noise, {PAIRS} pairs, no threshold\n"
    );
    println!("| control | false share of flags (mean) | slow points found |");
    println!("|---|---|---|");
    let ranks = SignedRanks::new(PAIRS);
    for control in [
        "family-wise (Bonferroni)",
        "Benjamini-Yekutieli",
        "Benjamini-Hochberg",
    ] {
        let mut random = Random::new(9);
        let (mut share, mut hits) = (0.0, 0);
        for _ in 0..trials {
            let data = run(
                (Noise::Normal, 1.0),
                100,
                |at| if at < 10 { 1.01 } else { 1.0 },
                &mut random,
            );
            let p_value = |(c, b): &Series| ranks.p_value(&pair_differences(c, b), 0.0, 0.0);
            let p_values: Vec<f64> = data.iter().map(p_value).collect();
            let flags = match control {
                "Benjamini-Yekutieli" => {
                    select_discoveries(&p_values, 0.05, Dependence::Any).is_selected
                }
                "Benjamini-Hochberg" => {
                    select_discoveries(&p_values, 0.05, Dependence::Positive).is_selected
                }
                _ => p_values.iter().map(|p| *p <= 0.05 / 100.0).collect(),
            };
            let found = flags.iter().take(10).filter(|is| **is).count();
            let wrong = flags.iter().skip(10).filter(|is| **is).count();
            share += wrong as f64 / (found + wrong).max(1) as f64;
            hits += found;
        }
        println!(
            "| {control} | {:.1} % | {} |",
            100.0 * share / trials as f64,
            percent(hits, trials * 10)
        );
    }
}

/// Stored runs of equal code: each run has its own offset of 1 %, and 12 replicates that vary by 0.5 % around it.
fn stored_runs(trials: usize) {
    println!(
        "\n### Stored runs of equal code: runs differ by 1 %, 12 replicates in each vary by 0.5 %, one point\n"
    );
    println!(
        "| judge | flagged, no threshold | flagged, threshold 2 % | 10 % slowdown found, threshold 2 % |"
    );
    println!("|---|---|---|---|");
    let run = |random: &mut Random| -> Vec<f64> {
        let offset = 0.01 * random.normal();
        (0..12)
            .map(|_| (offset + 0.005 * random.normal()).exp())
            .collect()
    };
    let centre = |run: &[f64]| summary(run, 0.05).map_or(f64::NAN, |found| found.centre);
    for (nth, name) in [
        "replicates of one run each",
        "single runs, spread of 5 others",
        "history of 5 runs as base",
    ]
    .into_iter()
    .enumerate()
    {
        let mut random = Random::new(31);
        let mut flagged = [0; 3];
        for _ in 0..trials {
            let history: Vec<f64> = (0..5).map(|_| centre(&run(&mut random))).collect();
            let (candidate, base) = (run(&mut random), run(&mut random));
            for (at, (threshold, slow)) in [
                (Threshold::NONE, 1.0),
                (Threshold::POINT, 1.0),
                (Threshold::POINT, 1.1),
            ]
            .into_iter()
            .enumerate()
            {
                let candidate: Vec<f64> = candidate.iter().map(|x| x * slow).collect();
                let rule = rule(threshold, 0.05);
                let between = BetweenRuns::from_runs(&history);
                let found = match (nth, between) {
                    (0, _) => judge_replicates(&candidate, &base, &rule),
                    (1, Some(between)) => {
                        judge_runs(&[centre(&candidate)], &[centre(&base)], &between, &rule)
                    }
                    _ => judge_against_history(&[centre(&candidate)], &history, &rule),
                };
                flagged[at] += usize::from(is_flagged(found.verdict));
            }
        }
        let [none, point, power] = flagged.map(|count| percent(count, trials));
        println!("| {name} | {none} | {point} | {power} |");
    }
}

fn main() {
    let divisor = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_usize)
        .max(1);
    let section = std::env::args().nth(2).unwrap_or_default();
    let trials = |points: usize| {
        if points < 1_000 {
            500 / divisor
        } else {
            100 / divisor
        }
        .max(1)
    };
    println!(
        "## Honesty of the gate\n\nNoise of 1 % in each process, {PAIRS} pairs at most, family-wise error rate 5 %."
    );
    if section == "stored" {
        stored_runs(2_000 / divisor);
        return;
    }
    if section == "again" {
        let more = |points: usize| [5_000, 5_000, 2_000, 400][points.ilog10() as usize] / divisor;
        let title = "False alarms of equal programs, no threshold, other seeds and more trials";
        false_alarms(title, (1.0, 1.0), Threshold::NONE, 7_000_000, more);
        let title = "False alarms of equal programs, threshold 2 %, five times the noise";
        false_alarms(title, (1.0, 5.0), Threshold::POINT, 8_000_000, trials);
        return;
    }
    let title = "False alarms of equal programs, threshold 2 %";
    false_alarms(title, (1.0, 1.0), Threshold::POINT, 0, trials);
    let title = "False alarms of equal programs, no threshold";
    false_alarms(title, (1.0, 1.0), Threshold::NONE, 0, trials);
    let title = "False alarms where every point is slower by exactly the threshold of 2 % (beyond criterion's 1 %)";
    false_alarms(title, (1.02, 1.0), Threshold::POINT, 0, trials);
    power(
        "Power: one slow point, threshold 2 %",
        Threshold::POINT,
        500 / divisor,
    );
    power(
        "Power: one slow point, no threshold",
        Threshold::NONE,
        500 / divisor,
    );
    shift_everywhere(500 / divisor);
    discoveries(500 / divisor);
    stored_runs(2_000 / divisor);
}
