//! The probability of finding a step in a noisy series, and of a regression where there is none, as Markdown tables.
//!
//! `cargo run --release -p bencher-core --features history --example change_point_power` simulates 2,000 series a
//! cell, always the same ones.

use bencher_core::regression::change_points::{ChangePoint, StepOptions, change_points, segments};
use bencher_core::var::Direction;

/// The number of simulated series of each cell.
const TRIALS: u32 = 2000;
/// The sizes of the steps, as shares.
const STEPS: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];

/// A xorshift generator (Marsaglia, 2003).
struct Generator(u64);

impl Generator {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller, 1958).
    fn normal(&mut self) -> f64 {
        let (a, b) = (self.uniform(), self.uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// The regressions of a series by the default options.
fn regressions(values: &[f64]) -> Vec<ChangePoint> {
    let mut found = change_points(
        &segments(values, &[]).pieces,
        Direction::Minimize,
        &StepOptions::default(),
    );
    found.retain(ChangePoint::is_regression);
    found
}

/// The share of trials that are true, in percent.
fn percent(mut trial: impl FnMut() -> bool) -> f64 {
    100.0 * f64::from((0..TRIALS).map(|_| u32::from(trial())).sum::<u32>()) / f64::from(TRIALS)
}

/// A step in the middle of a series, found with its border at most one snapshot off.
fn steps_found(generator: &mut Generator) {
    println!("| noise | snapshots | 1 % | 2 % | 5 % | 10 % | 20 % | false regressions |");
    println!("|---|---|---|---|---|---|---|---|");
    for noise in [0.01, 0.03] {
        for count in [5, 10, 30, 100] {
            let at = count / 2;
            let mut series = |step: f64| -> Vec<f64> {
                let level = |n: usize| if n < at { 1.0 } else { 1.0 + step };
                (0..count)
                    .map(|n| level(n) * (1.0 + noise * generator.normal()))
                    .collect()
            };
            print!("| {:.0} % | {count} |", 100.0 * noise);
            for step in STEPS {
                let share = percent(|| {
                    regressions(&series(step))
                        .iter()
                        .any(|found| found.at.abs_diff(at) <= 1)
                });
                print!(" {share:.1} % |");
            }
            println!(
                " {:.2} % |",
                percent(|| !regressions(&series(0.0)).is_empty())
            );
        }
    }
}

/// A value of a series, from the one before.
type Noise = fn(&mut Generator, f64) -> f64;

/// Regressions in series without a step, by kind of noise.
fn false_regressions(generator: &mut Generator) {
    println!("| noise without a step | 5 snapshots | 10 | 30 | 100 |");
    println!("|---|---|---|---|---|");
    let kinds: [(&str, Noise); 6] = [
        ("normal, 5 %", |from, _| 1.0 + 0.05 * from.normal()),
        ("normal, 10 %", |from, _| 1.0 + 0.1 * from.normal()),
        ("skewed (exponential), 5 %", |from, _| {
            1.0 - 0.05 * from.uniform().ln()
        }),
        ("one in ten slower by a half, 1 %", |from, _| {
            (1.0 + 0.01 * from.normal()) * if from.uniform() < 0.1 { 1.5 } else { 1.0 }
        }),
        ("neighbours correlated by 0.5, 3 %", |from, before| {
            1.0 + 0.5 * (before - 1.0) + 0.03 * 0.75_f64.sqrt() * from.normal()
        }),
        ("neighbours correlated by 0.8, 3 %", |from, before| {
            1.0 + 0.8 * (before - 1.0) + 0.03 * 0.6 * from.normal()
        }),
    ];
    for (name, noise) in kinds {
        print!("| {name} |");
        for count in [5, 10, 30, 100] {
            let mut series = || -> Vec<f64> {
                let mut last = 1.0 + 0.03 * generator.normal();
                let mut next = || {
                    last = noise(generator, last);
                    last
                };
                (0..count).map(|_| next()).collect()
            };
            print!(" {:.2} % |", percent(|| !regressions(&series()).is_empty()));
        }
        println!();
    }
}

fn main() {
    let mut generator = Generator(0x9E37_79B9_7F4A_7C15);
    steps_found(&mut generator);
    println!();
    false_regressions(&mut generator);
}
