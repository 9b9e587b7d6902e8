//! What the report of a million samples costs: `cargo xtask bench report`.
//!
//! Every case is a process of its own. Its memory is what drawing needs beyond the most that the run before it needed,
//! since both are counted by the kernel as the largest memory so far.

#[path = "support/limits.rs"]
mod limits;

use std::cell::RefCell;
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;
use std::time::Instant;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::report::{ReportOptions, write_report};
use bencher::sweep_executor::Interrupt;
use limits::{peak, reached};

/// Names the case to the process that is to run it.
const CASE: &str = "BENCHER_REPORT_CASE";
/// How often each case is run.
const RUNS: usize = 3;
const SAMPLES: usize = 1_000_000;
const GOAL_SECONDS: f64 = 3.0;
const GOAL_MEGABYTES: f64 = 200.0;
/// The levels of both inputs, and the repeats.
const CASES: [(&str, [usize; 3]); 4] = [
    ("a line", [SAMPLES, 1, 1]),
    ("a heat map", [1000, 1000, 1]),
    ("two points of many repeats", [2, 1, SAMPLES / 2]),
    ("many points of ten repeats", [1000, 100, 10]),
];

#[derive(ParametrizedSweep, Clone)]
struct Wave {
    #[sweep(bounds(0.0, 1.0))]
    x: f64,
    #[sweep(bounds(0.0, 1.0))]
    y: f64,
    #[result(direction = "minimize")]
    height: Option<f64>,
}

impl Benchmark for Wave {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let noise = cx.seed() as f64 / u64::MAX as f64;
        self.height = Some((12.0 * self.x).sin() * (3.0 * self.y).cos() + 0.1 * noise);
        Ok(())
    }
}

fn main() -> ExitCode {
    if let Ok(case) = std::env::var(CASE) {
        let levels = CASES.iter().find(|(name, _)| *name == case);
        let [seconds, bytes] = levels.map_or([f64::NAN; 2], |(_, levels)| draw(*levels));
        eprintln!("{seconds} {bytes}");
        return ExitCode::SUCCESS;
    }
    if peak().is_none() {
        println!("this system does not tell a process its largest memory");
        return ExitCode::SUCCESS;
    }
    println!("The page and the pictures of {SAMPLES} samples, beyond the run\n");
    for (case, _) in CASES {
        let figures: Vec<[f64; 2]> = (0..RUNS).map(|_| child(case)).collect();
        let [seconds, bytes] = std::array::from_fn(|n| {
            let column: Vec<f64> = figures.iter().map(|row| row[n]).collect();
            bencher::stats::median(&column).unwrap_or(f64::NAN)
        });
        let megabytes = bytes / 1e6;
        println!(
            "{case:<28} {seconds:>6.2} s (goal {GOAL_SECONDS} s, {}); {megabytes:>6.0} MB (goal {GOAL_MEGABYTES} MB, {})",
            reached(seconds, GOAL_SECONDS),
            reached(megabytes, GOAL_MEGABYTES),
        );
    }
    ExitCode::SUCCESS
}

/// Runs a sweep and draws its report: seconds, and bytes beyond the run.
fn draw([x, y, repeats]: [usize; 3]) -> [f64; 2] {
    let config = RunConfig {
        cache: false,
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..RunConfig::default()
    };
    let mut session = Session::new(config, "report", Interrupt::default());
    session.set_progress(Box::new(SilentProgress));
    let session = Rc::new(RefCell::new(session));
    let swept = Bench::<Wave>::new(session)
        .map_err(Into::into)
        .and_then(|mut bench| {
            let inputs = [Wave::X.samples(x), Wave::Y.samples(y)];
            let repeats = u32::try_from(repeats).unwrap_or(1);
            bench.sweep("Wave").inputs(inputs).repeats(repeats).run()
        });
    let result = match swept {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    };
    let dir = match tempfile::tempdir() {
        Ok(dir) => dir,
        Err(error) => panic!("{error}"),
    };
    let before = peak().unwrap_or(f64::NAN);
    let started = Instant::now();
    let written = write_report(
        std::slice::from_ref(result.record()),
        dir.path(),
        &ReportOptions::default(),
    );
    if let Err(error) = written {
        panic!("{error}");
    }
    let seconds = started.elapsed().as_secs_f64();
    [seconds, peak().unwrap_or(f64::NAN) - before]
}

fn child(case: &str) -> [f64; 2] {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => panic!("{error}"),
    };
    let output = Command::new(program)
        .env(CASE, case)
        .stdout(Stdio::null())
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => panic!("{error}"),
    };
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().last().unwrap_or_default();
    let figures: Vec<f64> = last
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    match figures[..] {
        [seconds, bytes] if output.status.success() => [seconds, bytes],
        _ => panic!("{case}: it ended with {}: {text}", output.status),
    }
}
