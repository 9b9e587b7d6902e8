//! Measurement in several process replicates, and the numbers of their rounds.

use std::fmt;
use std::str::FromStr;

use super::rounds::FIRST_LOOK;

/// The environment variable that tells a program which replicate it is.
pub const REPLICATE_VARIABLE: &str = "BENCHER_REPLICATE";

/// How many processes measure in full. Their times then determine the number of rounds of the others.
pub const PILOTS: u32 = 3;

/// One of several processes that measure the same sweeps one after the other.
///
/// Each has its own range of repeats: with 11 rounds per replicate, process 2 has the repeats 23 to 33.
///
/// ```
/// use bencher_core::measure::Replicate;
/// let third: Replicate = "2/8/3.5/1772366400000/measure".parse()?;
/// assert_eq!((third.number, third.count, third.cost), (2, 8, 3.5));
/// assert_eq!(third.to_string(), "2/8/3.5/1772366400000/measure");
/// assert!("8/8/1/1772366400000/measure".parse::<Replicate>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replicate {
    /// Its number, from 0.
    pub number: u32,
    /// The number of replicates.
    pub count: u32,
    /// The cost of a process start, divided by the cost of a round.
    pub cost: f64,
    /// When the first of them was started, in milliseconds since 1970.
    pub run: u64,
    /// Whether it first measures some stored points again, to check whether they agree with new ones.
    pub checks: bool,
}

/// The role of this process in a run with replicates.
///
/// ```
/// use bencher_core::measure::ReplicateRole;
/// assert_eq!(ReplicateRole::default(), ReplicateRole::Single);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ReplicateRole {
    /// A run without replicates: this process measures.
    #[default]
    Single,
    /// This process is one of several, and stores what it measures.
    Measuring(Replicate),
    /// This process collects the stored rounds of this number of replicates.
    Collecting(u32),
}

impl ReplicateRole {
    /// Whether nothing was measured for this run before this process began.
    #[cfg(feature = "store")]
    pub(crate) const fn is_first(self) -> bool {
        match self {
            Self::Single => true,
            Self::Measuring(replicate) => replicate.number == 0,
            Self::Collecting(_) => false,
        }
    }
}

/// The rounds per replicate: how many repeats are reserved for each process, given the repeats that each should take.
pub fn rounds_per_replicate(repeats: Option<u32>) -> u32 {
    repeats.unwrap_or(FIRST_LOOK)
}

impl fmt::Display for Replicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            count,
            cost,
            run,
            checks,
        } = self;
        let task = if *checks { "check" } else { "measure" };
        write!(f, "{number}/{count}/{cost}/{run}/{task}")
    }
}

impl FromStr for Replicate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        let mut part = || parts.next().unwrap_or_default();
        let (number, count, cost, run, task) = (part(), part(), part(), part(), part());
        let read = || {
            let replicate = Self {
                number: number.parse().ok()?,
                count: count.parse().ok()?,
                cost: cost.parse().ok()?,
                run: run.parse().ok()?,
                checks: match task {
                    "check" => true,
                    "measure" => false,
                    _ => return None,
                },
            };
            (replicate.number < replicate.count && replicate.cost > 0.0).then_some(replicate)
        };
        read().ok_or_else(|| {
            format!("{REPLICATE_VARIABLE} is `{text}`, which no bencher sets; unset it")
        })
    }
}
