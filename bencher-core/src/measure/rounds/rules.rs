//! The rules of the rounds of a sweep, and the reasons why a point gets no more of them.

use std::time::Duration;

use super::super::order::Alternatives;
use super::super::race::BestRule;

/// The number of rounds before the first look at a point.
pub const FIRST_LOOK: u32 = 11;
/// The most rounds of a sweep.
pub const MOST_ROUNDS: u32 = 2048;
/// The default budget of a sweep.
pub const DEFAULT_BUDGET: Duration = Duration::from_secs(10);

/// The rules for when a sweep of timed points ends.
///
/// ```
/// use bencher_core::measure::{RoundRules, RoundTarget};
/// let rules = RoundRules::default();
/// assert_eq!((rules.rounds, rules.precision), (RoundTarget::AsNeeded, 0.01));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundRules {
    /// The number of rounds.
    pub rounds: RoundTarget,
    /// The target precision. A point has converged when its bounds lie within this share of its centre at two looks in
    /// a row, or within half of it at one look.
    pub precision: f64,
    /// Whether a point also ends when its noise has settled, so that more rounds would hardly change it.
    pub stop_when_settled: bool,
    /// How long all points together may take. The first round is always finished.
    pub budget: Option<Duration>,
    /// The seed of the order within the rounds; the same seed gives the same order.
    pub seed: u64,
    /// The number of repeats before the first round, which belong to other processes.
    pub before: u32,
    /// The points that are measured next to each other.
    pub alternatives: Option<Alternatives>,
    /// Names the best point of this result, instead of measuring all points equally well. Alternatives are
    /// then not measured together.
    pub best: Option<BestRule>,
}

impl Default for RoundRules {
    fn default() -> Self {
        Self {
            rounds: RoundTarget::AsNeeded,
            precision: 0.01,
            stop_when_settled: true,
            budget: None,
            seed: 0,
            before: 0,
            alternatives: None,
            best: None,
        }
    }
}

/// The target number of rounds.
///
/// ```
/// use bencher_core::measure::{MOST_ROUNDS, RoundTarget};
/// assert_eq!(RoundTarget::Exactly(5).most(), 5);
/// assert_eq!(RoundTarget::AsNeeded.most(), MOST_ROUNDS);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundTarget {
    /// This number, unless the budget ends before.
    Exactly(u32),
    /// The number that the points need to converge.
    AsNeeded,
}

impl RoundTarget {
    /// The largest possible number of rounds.
    pub const fn most(self) -> u32 {
        match self {
            Self::Exactly(rounds) => rounds,
            Self::AsNeeded => MOST_ROUNDS,
        }
    }
}

/// Why a point gets no more rounds.
///
/// ```
/// use bencher_core::measure::StopReason;
/// assert_eq!(StopReason::Converged(0.004).to_string(), "known within 0.40 %");
/// assert!(StopReason::Converged(0.004).is_enough() && !StopReason::Budget.is_enough());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StopReason {
    /// Its bounds reached the target precision, and lie within this share.
    Converged(f64),
    /// Its noise has settled, with the bounds within this share.
    Settled(f64),
    /// It is the best point, or worse by no more than this share.
    Best(f64),
    /// It is not better than the best point by more than this share.
    NotBest(f64),
    /// It has no time to measure: its results are below resolution, or not set.
    NoTimes,
    /// Every round so far failed.
    Failing,
    /// All requested rounds are done.
    Done,
    /// The budget ended.
    Budget,
}

impl StopReason {
    /// Whether the point needs no more rounds: the budget did not stop it.
    pub const fn is_enough(self) -> bool {
        !matches!(self, Self::Budget)
    }
}

/// A share in percent, to a hundredth.
fn hundredths(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 0.01 {
        "0.01 %".to_owned()
    } else {
        format!("{percent:.2} %")
    }
}

impl std::fmt::Display for StopReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Converged(width) => write!(f, "known within {}", hundredths(*width)),
            Self::Settled(width) => {
                let within = hundredths(*width);
                write!(f, "the noise has settled; known within {within}")
            }
            Self::Best(within) => write!(f, "the best point within {}", hundredths(*within)),
            Self::NotBest(within) => {
                let within = hundredths(*within);
                write!(f, "not better than the best point by more than {within}")
            }
            Self::NoTimes => write!(f, "there are no times to know better"),
            Self::Failing => write!(f, "every round failed"),
            Self::Done => write!(f, "all rounds are done"),
            Self::Budget => write!(f, "the budget ended"),
        }
    }
}
