//! What ten million points cost in memory: `cargo bench --bench memory`.
//!
//! Every case is a process of its own, since the kernel tells a process its largest memory, and only
//! that. Figures are beyond what a process needs that does nothing.

#[path = "support/limits.rs"]
mod limits;

use std::cell::RefCell;
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
use bencher::evaluator::Executors;
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::sweep_executor::Interrupt;
use limits::{peak, reached};

/// Names the case to the process that is to run it.
const CASE: &str = "BENCHER_MEMORY_CASE";
/// How often each case is run.
const RUNS: usize = 3;
const X_LEVELS: usize = 10_000;
const Y_LEVELS: usize = 1_000;
const POINTS: usize = X_LEVELS * Y_LEVELS;
/// The bytes of one value.
const VALUE: f64 = 8.0;
/// A megabyte of the goals.
const MEGABYTE: f64 = 1e6;

/// A case: its name, its goal in megabytes, its goal in nanoseconds a sample, its values a point.
const CASES: [(&str, f64, Option<f64>, f64); 4] = [
    ("serial", 100.0, Some(150.0), 1.0),
    ("two threads", 100.0, Some(300.0), 1.0),
    ("serial, printed", 100.0, None, 1.0),
    ("serial, a formula more", 200.0, None, 2.0),
];

#[derive(ParametrizedSweep, Clone)]
struct Sum {
    #[sweep(bounds(0, 1_000_000))]
    x: u64,
    #[sweep(bounds(0.0, 1.0))]
    y: f64,
    #[result]
    level: Option<f64>,
    #[result(formula = "2 * level")]
    twice: Option<f64>,
}

impl Benchmark for Sum {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.level = Some(self.x as f64 + self.y);
        Ok(())
    }
}

fn main() -> ExitCode {
    if let Ok(case) = std::env::var(CASE) {
        let ns = run(&case);
        let cpu = cpu().map_or(f64::NAN, |seconds| seconds * 1e9 / POINTS as f64);
        // Standard output belongs to what a sweep prints.
        eprintln!("{} {ns} {cpu}", peak().unwrap_or(f64::NAN));
        return ExitCode::SUCCESS;
    }
    if peak().is_none() {
        println!("this system does not tell a process its largest memory");
        return ExitCode::SUCCESS;
    }
    println!("{POINTS} points with one float each, no store\n");
    let [bare, ..] = median("nothing");
    println!("{:<24} {:>7.1} MB", "a process alone", bare / MEGABYTE);
    for (case, goal, goal_ns, values) in CASES {
        let [bytes, ns, cpu] = median(case);
        let beyond = bytes - bare;
        let rate = goal_ns.map_or_else(
            || format!("{ns:>6.1} ns a sample, {cpu:.0} of CPU"),
            |goal| {
                let reached = reached(ns, goal);
                format!("{ns:>6.1} ns a sample, {cpu:.0} of CPU (goal {goal:.0} ns, {reached})")
            },
        );
        println!(
            "{case:<24} {:>7.1} MB beyond it (goal {goal:.0} MB, {}); {:>5.2} bytes a point, \
             {:.2} x its values; {rate}",
            beyond / MEGABYTE,
            reached(beyond / MEGABYTE, goal),
            beyond / POINTS as f64,
            beyond / POINTS as f64 / (VALUE * values),
        );
    }
    ExitCode::SUCCESS
}

/// Runs a case in this process: nanoseconds a sample.
fn run(case: &str) -> f64 {
    if case == "nothing" {
        return f64::NAN;
    }
    let printed = case.ends_with("printed");
    let config = RunConfig {
        cache: false,
        executor: if case == "two threads" {
            Executors::Threads(2)
        } else {
            Executors::Serial
        },
        report: ReportLocation::Disabled,
        output: if printed {
            OutputFormat::Text
        } else {
            OutputFormat::Quiet
        },
        ..RunConfig::default()
    };
    let mut session = Session::new(config, "memory", Interrupt::default());
    session.set_progress(Box::new(SilentProgress));
    let session = Rc::new(RefCell::new(session));
    let swept = Bench::<Sum>::new(Rc::clone(&session))
        .map_err(Into::into)
        .and_then(|mut bench| {
            let sweep = bench
                .sweep("Sum")
                .inputs([Sum::X.samples(X_LEVELS), Sum::Y.samples(Y_LEVELS)]);
            if case.ends_with("formula more") {
                sweep.run()
            } else {
                sweep.results([Sum::LEVEL]).run()
            }
        });
    let result = match swept {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    };
    session.borrow_mut().close(None);
    let level = result.dataset().variable("level").ok();
    let last = level.and_then(|level| level.number(POINTS - 1));
    assert_eq!(last, Some(1_000_001.0), "the last point");
    let phases = result.record().timings.iter();
    let seconds: f64 = phases
        .filter(|(phase, _)| phase == "execute")
        .map(|(_, seconds)| seconds)
        .sum();
    seconds * 1e9 / POINTS as f64
}

/// The CPU seconds of this process so far, of all its threads.
fn cpu() -> Option<f64> {
    /// The scheduler's ticks in a second, which Linux has fixed for what `/proc` tells.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // State, field 3, follows the name; fields 14 and 15 are the times (proc_pid_stat(5)).
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = times.filter_map(|time| time.parse::<f64>().ok()).sum();
    Some(ticks / TICKS)
}

/// The medians of largest memory, time and CPU time of a case, each run in a process of its own.
fn median(case: &str) -> [f64; 3] {
    let figures: Vec<[f64; 3]> = (0..RUNS)
        .map(|_| match child(case) {
            Ok(figures) => figures,
            Err(problem) => panic!("{case}: {problem}"),
        })
        .collect();
    std::array::from_fn(|n| {
        let column: Vec<f64> = figures.iter().map(|row| row[n]).collect();
        bencher::stats::median(&column).unwrap_or(f64::NAN)
    })
}

fn child(case: &str) -> Result<[f64; 3], Box<dyn std::error::Error>> {
    let output = Command::new(std::env::current_exe()?)
        .env(CASE, case)
        .stdout(Stdio::null())
        .output()?;
    let text = String::from_utf8(output.stderr)?;
    let mut words = text.lines().last().unwrap_or_default().split(' ');
    let mut figure = || words.next().unwrap_or_default().parse::<f64>();
    match (figure(), figure(), figure()) {
        (Ok(bytes), Ok(ns), Ok(cpu)) if output.status.success() => Ok([bytes, ns, cpu]),
        _ => Err(format!("it ended with {}: {text}", output.status).into()),
    }
}
