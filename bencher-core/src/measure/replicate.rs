//! Measuring in several processes: which one this is, and how its rounds are numbered.

use std::fmt;
use std::str::FromStr;

use super::rounds::FIRST_LOOK;

/// The variable of the environment that tells a program which of several processes it is.
pub const REPLICATE_VARIABLE: &str = "BENCHER_REPLICATE";

/// How many processes measure in full before the others take as many rounds as they are worth.
pub const PILOTS: u32 = 3;

/// One of several processes that measure the same sweeps, one after the other.
///
/// Each has a block of repeats of its own: process 2 of blocks of 11 has the repeats 23 to 33.
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
    /// How many there are.
    pub count: u32,
    /// What starting a process costs over a round.
    pub cost: f64,
    /// When the first of them was started, in milliseconds since 1970.
    pub run: u64,
    /// Whether it first measures some stored points again, to see whether they may stand beside new ones.
    pub checks: bool,
}

/// The part of a run where several processes measure.
///
/// ```
/// use bencher_core::measure::ReplicateRole;
/// assert_eq!(ReplicateRole::default(), ReplicateRole::Single);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ReplicateRole {
    /// There is one process, this one.
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

/// The repeats that each process has room for, where each is to take so many.
pub fn block(repeats: Option<u32>) -> u32 {
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
