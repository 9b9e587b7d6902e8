//! bencher beside criterion on simulated machines, where the truth is known and nothing else disturbs.

#[path = "../../../honesty/random.rs"]
mod random;
mod shape;
mod trial;

use std::process::Command;
use std::time::Duration;

use bencher::stats::{MISRATE, summary};

use crate::estimate::{Estimate, held};
use shape::{Machine, SHAPES, Shape};
use trial::ByBencher;

/// How often each tool is run on each machine.
const TRIALS: u64 = 200;
/// About how much simulated time a run takes; criterion decides, and bencher is given the same.
const TIME: Duration = Duration::from_secs(1);
/// How far whole nanoseconds may be off, as a share of a slice of 100 µs.
const STEP: f64 = 2e-5;
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
        criterion.push(found.estimate);
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
    let (a, b) = (width(&alone.estimates), width(&criterion));
    let modes: Vec<f64> = shape.modes().iter().map(|mode| mode * base_ns / 1e9).collect();
    let of_seven = if of_seven.estimates.is_empty() {
        " | ".to_owned()
    } else {
        format!(
            "{:.3} | {:.1}",
            width(&of_seven.estimates),
            of_seven.held(&modes)
        )
    };
    Ok(format!(
        "| {call} | {} | {a:.3} | {b:.3} | {:.2} | {:.1} | {:.1} | {:.3} | {:.3} | {of_seven} |",
        shape.name(),
        a / b,
        alone.held(&modes),
        held(&criterion, mean),
        off(alone.estimates.iter().map(|estimate| (estimate.centre, alone.truth(&modes, estimate.centre)))),
        off(criterion.iter().map(|estimate| (estimate.centre, mean))),
    ))
}

/// The estimates of bencher in all trials, and the times of all rounds.
#[derive(Default)]
struct Ours {
    estimates: Vec<Estimate>,
    rounds: Vec<f64>,
}

impl Ours {
    fn add(&mut self, found: ByBencher) {
        self.estimates.push(found.estimate);
        self.rounds.extend(found.rounds);
    }

    /// What the bounds of an estimate are to hold: the nearest of several modes, or the centre of the rounds of all
    /// trials together.
    fn truth(&self, modes: &[f64], centre: f64) -> f64 {
        let away = |mode: &f64| (mode - centre).abs();
        let nearest = modes.iter().copied().min_by(|a, b| away(a).total_cmp(&away(b)));
        nearest.unwrap_or_else(|| {
            summary(&self.rounds, MISRATE).map_or(f64::NAN, |found| found.centre)
        })
    }

    /// In how many percent of the trials the bounds held.
    fn held(&self, modes: &[f64]) -> f64 {
        let truths = self.estimates.iter().map(|estimate| (estimate, self.truth(modes, estimate.centre)));
        let held = truths.filter(|(estimate, truth)| {
            // Simulated times are whole nanoseconds.
            let step = if modes.is_empty() { 0.0 } else { STEP * truth };
            estimate.lower - step <= *truth && *truth <= estimate.upper + step
        });
        held.count() as f64 * 100.0 / self.estimates.len() as f64
    }
}

fn width(estimates: &[Estimate]) -> f64 {
    let widths: Vec<f64> = estimates.iter().map(Estimate::half_width).collect();
    bencher::stats::mean(&widths).unwrap_or(f64::NAN)
}

/// What 19 of 20 estimates are off by at most, in percent; each with its truth.
fn off(centres: impl Iterator<Item = (f64, f64)>) -> f64 {
    let off = centres.map(|(centre, truth)| (centre / truth - 1.0).abs() * 100.0);
    let off: Vec<f64> = off.collect();
    bencher::stats::quantile(&off, 0.95).unwrap_or(f64::NAN)
}
