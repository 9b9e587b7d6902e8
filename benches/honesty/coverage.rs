//! How often the bounds hold.

use std::time::Duration;

use bencher::measure::{RoundRules, Rounds};
use bencher::stats::{MISRATE, PointTime, RoundTime, Summary};

use super::noise::Noise;
use super::random::Random;

const TRIALS: u32 = 1000;

pub(crate) fn print() {
    println!("Bounds that claim 95 %: how often they held in {TRIALS} trials, in percent.\n");
    println!("| noise | 11 rounds | 32 | 128 | as needed for 1 % | rounds then |");
    println!("|---|---|---|---|---|---|");
    for noise in Noise::ALL {
        let truth = noise.truth();
        let fixed = [11, 32, 128].map(|rounds| {
            let held = (0..TRIALS).filter(|trial| {
                let mut random = Random(u64::from(*trial) << 32 | rounds as u64);
                let run = noise.run(&mut random, rounds);
                holds(shown(&run), truth)
            });
            percent(held.count())
        });
        if noise == Noise::Drift {
            // How far it drifts depends on how long the run is.
            let [few, some, many] = &fixed;
            println!("| {} | {few} | {some} | {many} | | |", noise.name());
            continue;
        }
        let (mut held, mut rounds_taken) = (0, 0.0);
        for trial in 0..TRIALS {
            let times = as_needed(noise, u64::from(trial));
            rounds_taken += times.len() as f64 / f64::from(TRIALS);
            held += usize::from(holds(shown(&times), truth));
        }
        println!(
            "| {} | {} | {} | {} | {} | {rounds_taken:.0} |",
            noise.name(),
            fixed[0],
            fixed[1],
            fixed[2],
            percent(held)
        );
    }
    println!();
}

fn percent(held: usize) -> String {
    format!("{:.1}", held as f64 * 100.0 / f64::from(TRIALS))
}

/// What is shown of a point.
pub(super) fn shown(times: &[f64]) -> Option<Summary> {
    let rounds = times.iter().copied().map(RoundTime::Time);
    PointTime::of(rounds.collect()).summary(None, MISRATE)
}

fn holds(found: Option<Summary>, truth: f64) -> bool {
    found
        .and_then(|found| found.lower.zip(found.upper))
        .is_some_and(|(lower, upper)| lower <= truth && truth <= upper)
}

/// The times of a point that is measured until it is known within 1 %, or its noise has settled.
fn as_needed(noise: Noise, trial: u64) -> Vec<f64> {
    let all = noise.run(&mut Random(trial << 32 | 7), 1024);
    let mut rounds = Rounds::new(vec![0], 1, RoundRules::default(), Duration::ZERO);
    let mut taken = Vec::new();
    while rounds.next_round(Duration::ZERO).is_some() {
        let Some(time) = all.get(taken.len()) else {
            break;
        };
        taken.push(*time);
        rounds.record(0, Some(&[RoundTime::Time(*time)]));
    }
    taken
}
