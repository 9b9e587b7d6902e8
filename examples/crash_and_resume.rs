//! What does a crash cost? A child of this program kills itself half way through a sweep; then the
//! program itself goes on. Nothing that was told is lost, and nothing is done twice.
//!
//! `cargo run --release --example crash_and_resume`

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use bencher::prelude::*;

/// Set for the child alone: after so many samples it dies.
const DIES_AFTER: &str = "CRASH_AND_RESUME_DIES_AFTER";

/// How many samples this process has begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// How long the numbers below a limit take to come down to one (Collatz)
#[derive(ParametrizedSweep, Clone)]
struct Collatz {
    /// Where the block of a thousand numbers begins, in thousands
    #[sweep(bounds(0, 99))]
    block: u64,

    /// Longest way
    #[result]
    longest: Option<usize>,
    /// Highest number on a way
    #[result]
    highest: Option<u64>,
}

impl Benchmark for Collatz {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let dies_after = std::env::var(DIES_AFTER)
            .ok()
            .and_then(|text| text.parse().ok());
        if dies_after == Some(BEGUN.fetch_add(1, Ordering::Relaxed)) {
            std::process::abort(); // no destructor runs, nothing is flushed
        }
        let start = self.block * 1000 + 1;
        let next = |n: &u64| match *n {
            1 => None,
            n if n.is_multiple_of(2) => Some(n / 2),
            n => Some(3 * n + 1),
        };
        let way = |start| std::iter::successors(Some(start), next);
        self.longest = (start..start + 1000).map(|n| way(n).count() - 1).max();
        self.highest = (start..start + 1000).flat_map(way).max();
        Ok(())
    }
}

/// Starts this program again as one that dies; how many samples it told of before.
fn crash() -> std::io::Result<usize> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(DIES_AFTER, "60")
        .env("BENCHER_CLEAR", "true") // from nothing, however often this is run
        .env("BENCHER_OUTPUT", "json") // a line for each sample, once it is in the store
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let out = child.stdout.take().into_iter();
    let lines = out.flat_map(|out| BufReader::new(out).lines().map_while(Result::ok));
    let reported = lines
        .filter(|line| line.contains("\"state\":\"measured\""))
        .count();
    eprintln!(
        "the child reported {reported} samples; then: {}",
        child.wait()?
    );
    Ok(reported)
}

fn main() -> ExitCode {
    let mut has_child = std::env::var_os(DIES_AFTER).is_none();
    bencher::run(|bench: &mut Bench<Collatz>| {
        let reported = if std::mem::take(&mut has_child) {
            crash()?
        } else {
            0
        };
        let result = bench.sweep("Collatz").run()?;
        if result.was_run() {
            let (counts, begun) = (result.counts(), BEGUN.swap(0, Ordering::Relaxed));
            assert!(counts.hits >= reported as u64, "nothing is lost");
            assert_eq!(counts.executed, begun, "what is stored is not executed");
            assert_eq!(counts.hits + counts.executed, counts.submitted);
            eprintln!("{} were stored, {begun} were left to do", counts.hits);
        }
        Ok(())
    })
}
