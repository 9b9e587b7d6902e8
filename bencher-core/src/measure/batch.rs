//! The outcome of a batch.

use std::time::Duration;

use super::Slice;

/// A batch of a region: one slice that stands for all slices, and the number of discarded ones.
///
/// See [`Batches`](super::Batches::take) for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The mean of the slices that count.
    pub slice: Slice,
    /// The number of slices that were run, and of those discarded for each reason.
    pub counts: SliceCounts,
    /// Whether every slice was preempted; the slices then count nevertheless.
    pub is_preempted: bool,
    /// The share of the slices that the time stands for. It excludes slices of an upper mode and outliers, and
    /// preempted slices where the others differ in length.
    pub share: Share,
    /// The time of an iteration on a core, for all threads together, where every slice was preempted.
    pub busy: Duration,
    /// Whether the system moved the program to another core in a slice. The caches of that core are cold, so the next
    /// slices may take longer.
    pub is_moved: bool,
}

/// A share of slices, in thousandths.
///
/// ```
/// use bencher_core::measure::Share;
/// assert_eq!(Share::of(63, 100).get(), 0.63);
/// assert_eq!(Share::default(), Share::of(7, 7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(u16);

impl Share {
    /// The share of `part` in `all`; 1 where `all` is 0.
    pub fn of(part: u64, all: u64) -> Self {
        let thousandths = part.min(all).saturating_mul(1000).checked_div(all);
        Self(
            thousandths
                .and_then(|share| share.try_into().ok())
                .unwrap_or(1000),
        )
    }

    /// The share, from 0 to 1.
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl Default for Share {
    fn default() -> Self {
        Self(1000)
    }
}

/// The numbers of slices of timed code: those that were run, and those discarded for each reason.
///
/// ```
/// use bencher_core::measure::SliceCounts;
/// let counts = SliceCounts { run: 40, preempted: 6, outliers: 2, upper_mode: 0 };
/// assert_eq!(counts.discarded_share(), 0.2);
/// assert_eq!(SliceCounts::default().discarded_share(), 0.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SliceCounts {
    /// Slices that were run.
    pub run: u64,
    /// Slices during which the system took the core from the program.
    pub preempted: u64,
    /// Slices that are outliers.
    pub outliers: u64,
    /// Slices in an upper mode.
    pub upper_mode: u64,
}

impl SliceCounts {
    /// The share of discarded slices.
    pub fn discarded_share(&self) -> f64 {
        (self.preempted + self.outliers + self.upper_mode) as f64 / self.run.max(1) as f64
    }

    pub(super) fn add(&mut self, other: Self) {
        self.run += other.run;
        self.preempted += other.preempted;
        self.outliers += other.outliers;
        self.upper_mode += other.upper_mode;
    }
}
