//! Rules for stored runs, tried on a history whose runs all measured the same code: every verdict of slower or faster
//! is a false alarm.
//!
//! `cargo run --release -p bencher-core --features history --example stored_honesty -- FILE [KERNEL]`. `FILE` is what
//! `cargo bencher history export` wrote. `KERNEL` is the text of a coordinate, such as `Walk`: the points with it are a
//! fixed mix of work, and the times of all other points are divided by theirs in a second table. Prints Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use bencher_core::history::{EarlierRuns, History, import_history, list_series};
use bencher_core::record::SweepRecord;
use bencher_core::regression::{CompareOptions, NoRuns, RunSpreads, Verdict, compare_stored};
use bencher_core::stats::mean;

/// The coordinates of a point.
type At = Vec<(String, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let file = arguments
        .next()
        .ok_or("the first argument is the file of a history")?;
    let kernel = arguments.next().and_then(|text| text.into_string().ok());
    let store = tempfile::tempdir()?;
    import_history(store.path(), file.as_ref())?;
    for series in list_series(store.path())? {
        let history = History::load(store.path(), &series)?;
        let timeline = history.timeline();
        let records: Vec<SweepRecord> = timeline.iter().map(|run| run.record.clone()).collect();
        println!("## {}: {} runs\n", series.title, records.len());
        tell_rules(&records);
        if let Some(kernel) = &kernel {
            tell_kernel(&records, kernel);
        }
    }
    Ok(())
}

/// The names of the measured times.
fn times(record: &SweepRecord) -> Vec<String> {
    let results = record.dataset.variables().iter();
    let timed = results.filter(|result| record.dataset.is_centred(result));
    timed.map(|result| result.info.name.clone()).collect()
}

/// How often a rule called points slower or faster, and comparisons.
#[derive(Default)]
struct Alarms {
    points: usize,
    of_points: usize,
    comparisons: usize,
    of_comparisons: usize,
    /// The points that were called so at least once, and all.
    places: BTreeSet<usize>,
    of_places: usize,
}

impl Alarms {
    fn add(&mut self, flagged: &[bool]) {
        let count = flagged.iter().filter(|flag| **flag).count();
        self.points += count;
        self.of_points += flagged.len();
        self.comparisons += usize::from(count > 0);
        self.of_comparisons += 1;
        let called = flagged.iter().enumerate().filter(|(_, flag)| **flag);
        self.places.extend(called.map(|(at, _)| at));
        self.of_places = self.of_places.max(flagged.len());
    }
}

/// Compares each run with the one before it, by several rules.
fn tell_rules(records: &[SweepRecord]) {
    let mut rules: BTreeMap<&str, Alarms> = BTreeMap::new();
    for (at, pair) in records.windows(2).enumerate() {
        let [base, candidate] = pair else { continue };
        for name in times(candidate) {
            let (then, now) = (points(base, &name), points(candidate, &name));
            let both = now
                .iter()
                .filter_map(|(at, point)| Some((then.get(at)?, point)));
            let both: Vec<(&Measured, &Measured)> = both.collect();
            let mut judge = |rule, is_alarm: &dyn Fn(&Measured, &Measured) -> bool| {
                let flags: Vec<bool> = both.iter().map(|(a, b)| is_alarm(a, b)).collect();
                rules.entry(rule).or_default().add(&flags);
            };
            judge("1 bounds of one run do not meet", &bounds_part);
            judge("2 criterion's rule", &|a, b| {
                criterion(&a.rounds, &b.rounds)
            });
            judge("3 holobench's percentage of 10 %", &|a, b| {
                (b.centre / a.centre - 1.0).abs() > 0.1
            });
        }
        let earlier = records.iter().take(at).cloned();
        let spreads: [(&str, &dyn RunSpreads); 2] = [
            ("4 compare, without earlier runs", &NoRuns),
            (
                "5 compare, with all earlier runs",
                &EarlierRuns::from_records(earlier),
            ),
        ];
        for (rule, spread) in spreads {
            let found = compare_stored(
                ("base", std::slice::from_ref(base)),
                ("candidate", std::slice::from_ref(candidate)),
                &CompareOptions::default(),
                spread,
            );
            let judged = found.results().flat_map(|(_, result)| &result.points);
            let judged = judged.map(|point| point.judgement.verdict);
            let flags: Vec<bool> = judged
                .map(|verdict| matches!(verdict, Verdict::Worse | Verdict::Better))
                .collect();
            rules.entry(rule).or_default().add(&flags);
        }
    }
    println!(
        "| rule | comparisons with any verdict | verdicts on points | at how many of the points |"
    );
    println!("|---|---|---|---|");
    for (rule, alarms) in &rules {
        println!(
            "| {} | {} of {} | {} of {} | {} of {} |",
            rule.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' '),
            alarms.comparisons,
            alarms.of_comparisons,
            alarms.points,
            alarms.of_points,
            alarms.places.len(),
            alarms.of_places
        );
    }
    println!();
}

/// One point of a run.
struct Measured {
    centre: f64,
    bounds: Option<(f64, f64)>,
    rounds: Vec<f64>,
}

fn points(record: &SweepRecord, result: &str) -> BTreeMap<At, Measured> {
    let values = record.dataset.point_values(result).unwrap_or_default();
    let measured = values.into_iter().filter_map(|point| {
        let summary = point.summary?;
        let found = Measured {
            centre: summary.centre,
            bounds: summary.lower.zip(summary.upper),
            rounds: point.repeats,
        };
        Some((point.texts, found))
    });
    measured.collect()
}

fn bounds_part(base: &Measured, candidate: &Measured) -> bool {
    match (base.bounds, candidate.bounds) {
        (Some(then), Some(now)) => now.0 > then.1 || now.1 < then.0,
        _ => false,
    }
}

/// The rule of criterion 0.8 with its defaults: the relative change of the means, resampled; a change if the test finds
/// one at 5 % and the bounds at 95 % lie beyond 1 %.
fn criterion(base: &[f64], candidate: &[f64]) -> bool {
    const RESAMPLES: usize = 2000;
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |values: &[f64]| {
        let picked = (0..values.len()).filter_map(|_| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = usize::try_from(random % values.len() as u64).ok()?;
            values.get(at).copied()
        });
        mean(&picked.collect::<Vec<f64>>()).unwrap_or(f64::NAN)
    };
    if base.len() < 2 || candidate.len() < 2 {
        return false;
    }
    let mut changes: Vec<f64> = (0..RESAMPLES)
        .map(|_| draw(candidate) / draw(base) - 1.0)
        .collect();
    changes.sort_by(f64::total_cmp);
    let tail = RESAMPLES / 40;
    let ends = changes.get(tail).zip(changes.get(RESAMPLES - 1 - tail));
    let Some((&lower, &upper)) = ends else {
        return false;
    };
    // Bounds beyond 1 % exclude 0, which is what the test asks.
    lower > 0.01 || upper < -0.01
}

/// How much runs differ, and how much of it a division by the times of a kernel removes.
fn tell_kernel(records: &[SweepRecord], kernel: &str) {
    let Some(names) = records.first().map(times) else {
        return;
    };
    println!("| point | runs differ by | divided by `{kernel}` |");
    println!("|---|---|---|");
    let (mut plain, mut divided) = (Vec::new(), Vec::new());
    for name in names {
        let runs: Vec<BTreeMap<At, Measured>> =
            records.iter().map(|run| points(run, &name)).collect();
        let is_kernel = |at: &At| at.iter().any(|(_, text)| text == kernel);
        // The kernel's logarithm in a run: the mean over its points.
        let covariate = runs.iter().map(|run| {
            let of_kernel = run.iter().filter(|(at, _)| is_kernel(at));
            let logs: Vec<f64> = of_kernel.map(|(_, point)| point.centre.ln()).collect();
            mean(&logs)
        });
        let covariate: Vec<Option<f64>> = covariate.collect();
        let Some(last) = runs.last() else { continue };
        for at in last.keys().filter(|at| !is_kernel(at)) {
            let logs = runs.iter().zip(&covariate).filter_map(|(run, kernel)| {
                let log = run.get(at)?.centre.ln();
                Some((log, log - (*kernel)?))
            });
            let (own, relative): (Vec<f64>, Vec<f64>) = logs.unzip();
            let (own, relative) = (deviation(&own), deviation(&relative));
            plain.push(own);
            divided.push(relative);
            let texts: Vec<String> = at
                .iter()
                .map(|(name, text)| format!("{name}={text}"))
                .collect();
            println!(
                "| {} | {:.2} % | {:.2} % |",
                texts.join(", "),
                own * 100.0,
                relative * 100.0
            );
        }
    }
    let typical =
        |spreads: &[f64]| bencher_core::stats::median(spreads).unwrap_or(f64::NAN) * 100.0;
    println!(
        "| *median* | {:.2} % | {:.2} % |\n",
        typical(&plain),
        typical(&divided)
    );
}

/// The deviation of neighbouring runs from each other, as of one run.
fn deviation(logs: &[f64]) -> f64 {
    let squares = logs.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((b - a).powi(2) / 2.0),
        _ => None,
    });
    mean(&squares.collect::<Vec<f64>>())
        .unwrap_or(f64::NAN)
        .sqrt()
}
