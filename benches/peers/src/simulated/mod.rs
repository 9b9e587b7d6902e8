//! bencher beside criterion on simulated machines, where the truth is known and nothing else disturbs.

#[path = "../../../honesty/random.rs"]
mod random;
mod shape;
mod trial;

use std::process::Command;
use std::time::Duration;

use bencher::stats::{MISRATE, summary};

use crate::said::{Said, held};
use shape::{Machine, SHAPES, Shape};
use trial::ByBencher;

/// How often each tool is run on each machine.
const TRIALS: u64 = 200;
/// About how much simulated time a run takes; criterion decides, and bencher is given the same.
const TIME: Duration = Duration::from_secs(1);
/// The argument that asks for one machine, followed by its number.
pub const ONE: &str = "simulated-machine";
const CALLS: [(&str, f64); 2] = [("10 µs", 1e4), ("1 ms", 1e6)];

pub fn compare() -> bencher::Result<()> {
    let machines = CALLS.len() * SHAPES.len();
    let mut rows = Vec::new();
    for nth in 0..machines {
        eprintln!("{} of {machines} simulated machines", nth + 1);
        // criterion prints every trial, so a machine is simulated in a process whose output can be left out.
        let output = Command::new(std::env::current_exe()?)
            .args([ONE, &nth.to_string()])
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let row = text.lines().find(|line| line.starts_with('|'));
        let message = String::from_utf8_lossy(&output.stderr);
        rows.push(
            row.ok_or_else(|| message.lines().last().unwrap_or_default())?
                .to_owned(),
        );
    }
    println!(
        "\nSimulated, {TRIALS} trials each: the mean half-width of the stated bounds; how often they held; how far from the \
         truth 19 of 20 estimates were at most. In percent.\n"
    );
    println!(
        "| call | machine | bounds: bencher | criterion | ratio | held: bencher | criterion | off: bencher | criterion \
         | one of seven: bounds | held |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    rows.iter().for_each(|row| println!("{row}"));
    Ok(())
}

/// Prints the row of one machine.
pub fn one(nth: &str) -> bencher::Result<()> {
    let nth: usize = nth.parse()?;
    let shape = SHAPES[nth % SHAPES.len()];
    let (call, base_ns) = *CALLS
        .get(nth / SHAPES.len())
        .ok_or("there is no such machine")?;
    let row = row(shape, call, base_ns)?;
    println!("\n{row}");
    Ok(())
}

fn row(shape: Shape, call: &str, base_ns: f64) -> bencher::Result<String> {
    let machine = |trial: u64, salt: u64| Machine::new(shape, base_ns, (trial << 8 | salt) << 24);
    let (mut means, mut criterion) = (Vec::new(), Vec::new());
    let (mut alone, mut of_seven) = (Ours::default(), Ours::default());
    for trial in 0..TRIALS {
        let found = trial::criterion(&machine(trial, 1), TIME)?;
        means.push(found.measured_mean);
        criterion.push(found.said);
        alone.add(trial::bencher(machine(trial, 2), found.used, true)?);
        if shape != Shape::Drift {
            of_seven.add(trial::bencher(machine(trial, 3), found.used, false)?);
        }
    }
    // Where the mean of a call is not the same at all times, that of the calls that it measured stands for it.
    let mean = shape.mean(base_ns).map(|mean| mean * base_ns / 1e9);
    let mean = mean
        .or_else(|| bencher::stats::mean(&means))
        .unwrap_or(f64::NAN);
    let (a, b) = (width(&alone.said), width(&criterion));
    let of_seven = if of_seven.said.is_empty() {
        " | ".to_owned()
    } else {
        format!(
            "{:.3} | {:.1}",
            width(&of_seven.said),
            held(&of_seven.said, of_seven.truth())
        )
    };
    Ok(format!(
        "| {call} | {} | {a:.3} | {b:.3} | {:.2} | {:.1} | {:.1} | {:.3} | {:.3} | {of_seven} |",
        shape.name(),
        a / b,
        held(&alone.said, alone.truth()),
        held(&criterion, mean),
        off(&alone.said, alone.truth()),
        off(&criterion, mean),
    ))
}

/// What bencher said in all trials, and the times of all rounds.
#[derive(Default)]
struct Ours {
    said: Vec<Said>,
    rounds: Vec<f64>,
}

impl Ours {
    fn add(&mut self, found: ByBencher) {
        self.said.push(found.said);
        self.rounds.extend(found.rounds);
    }

    /// The centre that its bounds are to hold: that of the rounds of all trials together.
    fn truth(&self) -> f64 {
        summary(&self.rounds, MISRATE).map_or(f64::NAN, |found| found.centre)
    }
}

fn width(said: &[Said]) -> f64 {
    let widths: Vec<f64> = said.iter().map(Said::half_width).collect();
    bencher::stats::mean(&widths).unwrap_or(f64::NAN)
}

/// What 19 of 20 estimates are off by at most, in percent.
fn off(said: &[Said], truth: f64) -> f64 {
    let off: Vec<f64> = said
        .iter()
        .map(|said| (said.centre / truth - 1.0).abs() * 100.0)
        .collect();
    bencher::stats::quantile(&off, 0.95).unwrap_or(f64::NAN)
}
