//! How many batches name the best of 50 points, and how often wrongly: simulated machines, the real rounds.

use std::time::Duration;

use bencher::measure::{BestRule, RaceValues, RoundRules, Rounds};
use bencher::stats::RoundTime;

use crate::Noise;

const POINTS: u64 = 50;

/// What does not matter.
const WITHIN: f64 = 0.01;

/// A race that takes more batches than this has no end.
const MOST: u64 = 60_000;

/// A machine: the speeds of its points, and its noise.
#[derive(Clone, Copy, Default)]
struct Machine {
    name: &'static str,
    /// The standard deviation of a slow change of all times, correlated over 2000 batches.
    drift: f64,
    /// Whether the noise of points lies between 2 and 10 %, instead of 5 %.
    is_uneven: bool,
    /// Whether one batch in twenty is late by 20 % or so.
    has_stragglers: bool,
    /// Whether five points lie within 0.5 % of each other.
    is_tied: bool,
}

const MACHINES: [Machine; 5] = [
    Machine {
        name: "no drift",
        drift: 0.0,
        is_uneven: false,
        has_stragglers: false,
        is_tied: false,
    },
    Machine {
        name: "drift",
        drift: 0.03,
        is_uneven: false,
        has_stragglers: false,
        is_tied: false,
    },
    Machine {
        name: "noise of 2 to 10 %",
        drift: 0.03,
        is_uneven: true,
        has_stragglers: false,
        is_tied: false,
    },
    Machine {
        name: "stragglers",
        drift: 0.03,
        is_uneven: false,
        has_stragglers: true,
        is_tied: false,
    },
    Machine {
        name: "five tied",
        drift: 0.0,
        is_uneven: false,
        has_stragglers: false,
        is_tied: true,
    },
];

/// The batches of one race, and whether it named a point that is more than 1 % worse than the best.
fn race(machine: Machine, seed: u64) -> (u64, bool) {
    let mut dice = Noise(seed.wrapping_mul(77).wrapping_add(5));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a few points"
    )]
    let best = (dice.unit() * POINTS as f64) as u64;
    let truth: Vec<f64> = (0..POINTS)
        .map(|point| match (point + POINTS - best) % POINTS {
            0 => 1.0,
            near if machine.is_tied && near < 5 => 1.0 + 0.005 * near as f64 / 4.0,
            _ => 1.01 + 0.09 * dice.unit(),
        })
        .collect();
    let rules = RoundRules {
        best: Some(BestRule {
            within: WITHIN,
            result: 0,
            values: RaceValues::Times,
        }),
        seed,
        ..RoundRules::default()
    };
    let mut rounds = Rounds::new((0..POINTS).collect(), 1, rules, Duration::ZERO);
    let (mut batches, mut drift) = (0, 0.0);
    while batches < MOST
        && let Some(points) = rounds.next_round(Duration::ZERO)
    {
        for point in points {
            batches += 1;
            let keep = 1.0 - 1.0 / 2000.0;
            drift = keep * drift + machine.drift * (1.0_f64 - keep * keep).sqrt() * dice.normal();
            let share = (point * 37 % POINTS) as f64 / POINTS as f64;
            let noise = if machine.is_uneven {
                0.02 * 5_f64.powf(share)
            } else {
                0.05
            };
            let late = if machine.has_stragglers && dice.unit() < 0.05 {
                -0.2 * (1.0 - dice.unit()).ln()
            } else {
                0.0
            };
            let true_time = truth
                .get(usize::try_from(point).unwrap_or(0))
                .copied()
                .unwrap_or(1.0);
            let time = true_time * (drift + noise * dice.normal() + late).exp();
            rounds.record(point, Some(&[RoundTime::Time(time)]));
        }
    }
    let named = rounds.contenders().next().map(|(leader, _)| leader);
    let named = named.and_then(|point| truth.get(usize::try_from(point).ok()?));
    (
        batches,
        named.is_none_or(|time| *time > 1.0 + WITHIN + 1e-9),
    )
}

/// Prints the mean number of batches and the share of wrong names.
pub(crate) fn report(trials: u64) {
    println!("the best of {POINTS} points within 1 %, {trials} trials: mean batches, wrong");
    for machine in MACHINES {
        let all: Vec<(u64, bool)> = (0..trials).map(|seed| race(machine, seed)).collect();
        let batches = all.iter().map(|(batches, _)| batches).sum::<u64>() / trials.max(1);
        let wrong = all.iter().filter(|(_, wrong)| *wrong).count() as f64 / trials.max(1) as f64;
        println!("{:20} {batches:6} {:5.1} %", machine.name, 100.0 * wrong);
    }
}
