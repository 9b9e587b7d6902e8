//! Steady bodies by all tools on a quiet machine and beside twice as many busy programs as there are cores.

use std::process::{Child, Command, Stdio};

use crate::estimate::{median, middle};
use crate::real::once;
use crate::tools::TOOLS;

/// The bodies, all of which take the same time in every call.
const BODIES: [&str; 5] = ["us_1", "us_10", "us_100", "ms_1", "ms_3"];
/// How often each tool is run on each body, quiet and busy.
const RUNS: usize = 5;
/// The argument that makes this program a busy one.
pub const SPIN: &str = "spin";

/// Programs that do nothing but use a core, until they are dropped.
struct BusyPrograms(Vec<Child>);

impl BusyPrograms {
    fn start(count: usize) -> bencher::Result<Self> {
        let mut programs = Self(Vec::new());
        for _ in 0..count {
            // It ends with this program, whose end closes its input.
            let spin = Command::new(std::env::current_exe()?)
                .arg(SPIN)
                .stdin(Stdio::piped())
                .spawn()?;
            programs.0.push(spin);
        }
        Ok(programs)
    }
}

impl Drop for BusyPrograms {
    fn drop(&mut self) {
        for program in &mut self.0 {
            // One that has ended already needs no end.
            let _: std::io::Result<()> = program.kill();
            let _: std::io::Result<_> = program.wait();
        }
    }
}

/// Uses a core until the program that started it ends.
pub fn spin() -> bencher::Result<()> {
    let parent = std::thread::spawn(|| std::io::read_to_string(std::io::stdin()));
    while !parent.is_finished() {
        std::hint::black_box(crate::bodies::us_100());
    }
    Ok(())
}

pub fn compare() -> bencher::Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    println!(
        "\nBusy: each tool {RUNS} times a body, alone and beside {} busy programs on {cores} cores. The median of its centres on the quiet \
         machine; how far that of the busy one is from it, and the furthest of its runs, in percent.\n",
        2 * cores
    );
    println!("| body | tool | quiet | busy, off by % | furthest % |");
    println!("|---|---|---|---|---|");
    for body in BODIES {
        for tool in TOOLS {
            let runs = || -> bencher::Result<Vec<_>> {
                let mut estimates = Vec::new();
                for _ in 0..RUNS {
                    estimates.extend(once(tool, body)?);
                }
                Ok(estimates)
            };
            let quiet = runs()?;
            let busy_programs = BusyPrograms::start(2 * cores)?;
            let busy = runs()?;
            drop(busy_programs);
            let truth = middle(&quiet);
            let off = |centre: f64| (centre / truth - 1.0) * 100.0;
            let furthest = busy
                .iter()
                .map(|estimate| off(estimate.centre).abs())
                .fold(0.0, f64::max);
            let median = off(median(busy.iter().map(|estimate| estimate.centre)));
            println!(
                "| {body} | {tool} | {} | {median:.2} | {furthest:.2} |",
                crate::real::readable(truth)
            );
        }
    }
    Ok(())
}
