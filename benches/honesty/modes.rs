//! Rounds that fall into several modes, have a tail, or drift: the time that is shown, and whether its bounds hold.

use bencher::stats::{MISRATE, PointTime, RoundTime, Summary, summary};

use super::random::Random;

const TRIALS: u32 = 500;
const SHARES: [f64; 7] = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95];

/// A way in which a share of the rounds takes longer than the others, which take 1 within 1 %.
#[derive(Clone, Copy)]
enum Disturbance {
    /// This many times as long.
    UpperMode(f64),
    /// Between two and six times as long.
    Broad,
    /// Longer by an exponential tail of 30 %.
    Tail,
    /// The last rounds of the run take 1.3 times as long: the machine became slower.
    Slower,
}

impl Disturbance {
    const ALL: [Self; 5] = [
        Self::UpperMode(3.6),
        Self::UpperMode(1.1),
        Self::Broad,
        Self::Tail,
        Self::Slower,
    ];

    fn name(self) -> String {
        match self {
            Self::UpperMode(factor) => format!("{factor} times as long"),
            Self::Broad => "2 to 6 times as long".to_owned(),
            Self::Tail => "exponential tail of 30 %".to_owned(),
            Self::Slower => "1.3 times as long, all at the end".to_owned(),
        }
    }

    fn run(self, random: &mut Random, rounds: usize, share: f64) -> Vec<f64> {
        let times = (0..rounds).map(|round| {
            let usual = (random.normal() * 0.01).exp();
            let is_late = match self {
                Self::Slower => round as f64 >= (1.0 - share) * rounds as f64,
                _ => random.unit() < share,
            };
            let factor = match self {
                _ if !is_late => 1.0,
                Self::UpperMode(factor) => factor,
                Self::Broad => 2.0 + 4.0 * random.unit(),
                Self::Tail => 1.0 + 0.3 * random.exponential(),
                Self::Slower => 1.3,
            };
            usual * factor
        });
        times.collect()
    }

    /// The nearest time to `centre` that the code really takes most often.
    fn nearest_mode(self, centre: f64) -> f64 {
        let upper = match self {
            Self::UpperMode(factor) => factor,
            // Any time between is as frequent as any other.
            Self::Broad => centre.clamp(2.0, 6.0),
            Self::Tail => 1.0,
            Self::Slower => 1.3,
        };
        if (centre - 1.0).abs() <= (centre - upper).abs() {
            1.0
        } else {
            upper
        }
    }
}

#[derive(Default)]
struct Tally {
    bounds: u32,
    held: u32,
    /// Estimates more than 5 % from any mode.
    astray: u32,
    unreliable: u32,
}

impl Tally {
    fn add(&mut self, disturbance: Disturbance, found: Option<Summary>, is_unreliable: bool) {
        let Some(found) = found else { return };
        let mode = disturbance.nearest_mode(found.centre);
        self.astray += u32::from((found.centre / mode - 1.0).abs() > 0.05);
        self.unreliable += u32::from(is_unreliable);
        if let (Some(lower), Some(upper)) = (found.lower, found.upper) {
            self.bounds += 1;
            self.held += u32::from(lower <= mode && mode <= upper);
        }
    }

    /// In percent of those that have bounds, if any do.
    fn held(&self) -> String {
        if self.bounds == 0 {
            return "no bounds".to_owned();
        }
        format!(
            "{:.0}",
            f64::from(self.held) * 100.0 / f64::from(self.bounds)
        )
    }

    fn percent(count: u32) -> f64 {
        f64::from(count) * 100.0 / f64::from(TRIALS)
    }
}

pub(crate) fn print() {
    println!(
        "A share of the rounds takes longer. In percent of {TRIALS} trials: bounds that hold the nearest mode, and estimates more than 5 % \
         from any mode; by the centre of all rounds, and as shown; how often a point is marked.\n"
    );
    for rounds in [11, 64, 256] {
        println!("{rounds} rounds:\n");
        println!(
            "| disturbed rounds are | share % | all: held | astray | shown: held | astray | marked |"
        );
        println!("|---|---|---|---|---|---|---|");
        for disturbance in Disturbance::ALL {
            for share in SHARES {
                let (mut all, mut shown) = (Tally::default(), Tally::default());
                for trial in 0..TRIALS {
                    let mut random = Random(u64::from(trial) << 32 | rounds as u64);
                    let times = disturbance.run(&mut random, rounds, share);
                    all.add(disturbance, summary(&times, MISRATE), false);
                    let times = times.into_iter().map(RoundTime::Time);
                    let time = PointTime::of(times.collect());
                    shown.add(
                        disturbance,
                        time.summary(None, MISRATE),
                        time.is_unreliable(),
                    );
                }
                println!(
                    "| {} | {:.0} | {} | {:.0} | {} | {:.0} | {:.0} |",
                    disturbance.name(),
                    share * 100.0,
                    all.held(),
                    Tally::percent(all.astray),
                    shown.held(),
                    Tally::percent(shown.astray),
                    Tally::percent(shown.unreliable)
                );
            }
        }
        println!();
    }
}
