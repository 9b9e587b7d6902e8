//! Noise of known shapes.

use super::coverage::shown;
use super::random::Random;

/// A shape of noise around a time of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Noise {
    /// Normal on the logarithm, so many percent.
    LogNormal(f64),
    /// 1 % log-normal, and one in twenty half as long again or more.
    Stragglers,
    /// Nothing below 1, an exponential tail of 5 % above.
    Skewed,
    /// Three in ten take 20 % longer.
    Bimodal,
    /// 1 % log-normal on a machine that slows down by 10 % over the run.
    Drift,
    /// 2 % log-normal where each value keeps so much of what the one before was off by.
    Correlated(f64),
    /// 2 % that keep nine tenths of what the one before was off by, beneath 2 % that are independent.
    SlowBeneath,
}

impl Noise {
    pub(crate) const ALL: [Self; 9] = [
        Self::LogNormal(2.0),
        Self::LogNormal(20.0),
        Self::Stragglers,
        Self::Skewed,
        Self::Bimodal,
        Self::Drift,
        Self::Correlated(0.5),
        Self::Correlated(0.9),
        Self::SlowBeneath,
    ];

    pub(crate) fn name(self) -> String {
        match self {
            Self::LogNormal(percent) => format!("log-normal, {percent} %"),
            Self::Stragglers => "1 %, and one in twenty 50 % longer or more".to_owned(),
            Self::Skewed => "exponential tail of 5 %".to_owned(),
            Self::Bimodal => "bimodal: three in ten 20 % longer".to_owned(),
            Self::Drift => "1 %, slower by 10 % over the run".to_owned(),
            Self::Correlated(share) => format!("2 %, autocorrelation {share}"),
            Self::SlowBeneath => "2 %, autocorrelation 0.9, beneath 2 % without".to_owned(),
        }
    }

    /// Times of a run of so many rounds, one after the other.
    pub(crate) fn run(self, random: &mut Random, rounds: usize) -> Vec<f64> {
        let mut off = random.normal();
        (0..rounds)
            .map(|round| match self {
                Self::LogNormal(percent) => (random.normal() * percent / 100.0).exp(),
                Self::Stragglers => {
                    let late = random.unit() < 0.05;
                    let usual = (random.normal() * 0.01).exp();
                    usual
                        * if late {
                            1.5 + 0.2 * random.exponential()
                        } else {
                            1.0
                        }
                }
                Self::Skewed => 1.0 + 0.05 * random.exponential(),
                Self::Bimodal => {
                    let mode = if random.unit() < 0.3 { 1.2 } else { 1.0 };
                    mode * (random.normal() * 0.005).exp()
                }
                Self::Drift => {
                    let progress = (round as f64 + 0.5) / rounds as f64;
                    (1.0 + 0.1 * progress) * (random.normal() * 0.01).exp()
                }
                Self::Correlated(share) => {
                    wander(random, &mut off, share);
                    (0.02 * off).exp()
                }
                Self::SlowBeneath => {
                    wander(random, &mut off, 0.9);
                    (0.02 * (off + random.normal())).exp()
                }
            })
            .collect()
    }

    /// The centre that bounds are to hold: that of a very long run.
    pub(crate) fn truth(self) -> f64 {
        let long = self.run(&mut Random(1), 200_000);
        shown(&long).map_or(f64::NAN, |found| found.centre)
    }
}

/// The next of standard normal values, each of which keeps a share of the one before.
fn wander(random: &mut Random, off: &mut f64, share: f64) {
    *off = share * *off + (1.0 - share * share).sqrt() * random.normal();
}
