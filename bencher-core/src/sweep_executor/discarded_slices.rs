//! The numbers of discarded slices, by reason, and the worst point.

use std::fmt;

use crate::measure::{MIN_SLICES_FOR_SHARE, SliceCounts};
use crate::value::Value;

/// The share from which outliers are reported. Times that vary evenly, or with a tail on one side, have at most one
/// outlier in 25.
const MANY_OUTLIERS: f64 = 0.08;
/// The share from which preempted slices are reported: a quiet machine has hardly any.
const MANY_PREEMPTED: f64 = 0.1;
/// The share from which slices of an upper mode are reported.
const MANY_UPPER: f64 = 0.05;

/// The reason for discarding slices.
///
/// ```
/// use bencher_core::sweep_executor::SliceFault;
/// assert_ne!(SliceFault::Preempted, SliceFault::Outlier);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceFault {
    /// The system took the core from the program meanwhile.
    Preempted,
    /// They belong to an upper mode.
    UpperMode,
    /// They are outliers.
    Outlier,
}

/// A summary of points where more slices were discarded for a reason than by chance.
///
/// ```
/// use bencher_core::sweep_executor::{DiscardedSlices, SliceFault};
/// let inputs = vec![("len".to_owned(), 1000.into())];
/// let found = DiscardedSlices { fault: SliceFault::Outlier, points: 27, affected: 4, share: 0.31, inputs };
/// assert!(found.to_string().starts_with("more than 8 % of the timing slices were discarded as outliers at 4 of 27 points"));
/// assert!(found.to_string().contains("(worst: 31 % at len=1000)"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DiscardedSlices {
    /// The reason.
    pub fault: SliceFault,
    /// The number of points with enough slices to judge.
    pub points: usize,
    /// The number of points with many discarded slices.
    pub affected: usize,
    /// The largest share of discarded slices at one point.
    pub share: f64,
    /// The inputs of that point.
    pub inputs: Vec<(String, Value)>,
}

impl DiscardedSlices {
    /// The notices about the slices of points.
    pub(super) fn of(
        counts: &[(u64, SliceCounts)],
        inputs: impl Fn(u64) -> Vec<(String, Value)>,
    ) -> Vec<Self> {
        let faults = [
            SliceFault::Preempted,
            SliceFault::UpperMode,
            SliceFault::Outlier,
        ];
        let found = faults.map(|fault| {
            let known = counts.iter().filter(|(_, counts)| fault.is_known(*counts));
            let shares: Vec<(u64, f64)> = known
                .map(|(point, counts)| (*point, fault.share(*counts)))
                .collect();
            let most = shares.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
            let (point, share) = *most.filter(|(_, share)| *share >= fault.many())?;
            let many = |share: &f64| *share >= fault.many();
            Some(Self {
                fault,
                points: shares.len(),
                affected: shares.iter().filter(|(_, share)| many(share)).count(),
                share,
                inputs: inputs(point),
            })
        });
        found.into_iter().flatten().collect()
    }
}

impl SliceFault {
    const fn many(self) -> f64 {
        match self {
            Self::Preempted => MANY_PREEMPTED,
            Self::UpperMode => MANY_UPPER,
            Self::Outlier => MANY_OUTLIERS,
        }
    }

    /// Whether a point had enough slices for the share to mean something.
    const fn is_known(self, counts: SliceCounts) -> bool {
        match self {
            // One is enough: the system counts them.
            Self::Preempted => counts.run > 0,
            Self::UpperMode | Self::Outlier => {
                counts.run - counts.preempted >= MIN_SLICES_FOR_SHARE
            }
        }
    }

    fn share(self, counts: SliceCounts) -> f64 {
        let of = |number: u64, all: u64| number as f64 / all.max(1) as f64;
        let undisturbed = counts.run - counts.preempted;
        match self {
            Self::Preempted => of(counts.preempted, counts.run),
            Self::UpperMode => of(counts.upper_mode, undisturbed),
            Self::Outlier => of(counts.outliers, undisturbed - counts.upper_mode),
        }
    }
}

impl fmt::Display for DiscardedSlices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            points, affected, ..
        } = self;
        let inputs: Vec<String> = self
            .inputs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let at = if inputs.is_empty() {
            String::new()
        } else {
            format!(" at {}", inputs.join(", "))
        };
        let (many, share) = (self.fault.many() * 100.0, self.share * 100.0);
        let worst = format!("at {affected} of {points} points (worst: {share:.0} %{at})");
        match self.fault {
            SliceFault::Preempted => write!(
                f,
                "other programs ran on the core during more than {many:.0} % of the timing slices \
                 {worst}: these slices are discarded, so times of calls that differ in length are \
                 too short; a time without other slices includes them and is marked as preempted; \
                 measure on a quieter machine"
            ),
            SliceFault::UpperMode => write!(
                f,
                "the timing slices have several modes {worst}: the times shown are of the lowest \
                 mode, and the percentage is the share of the other modes"
            ),
            SliceFault::Outlier => write!(
                f,
                "more than {many:.0} % of the timing slices were discarded as outliers {worst}: another program disturbed \
                 the machine, or the code does rare expensive work that these times do not include"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_told_where_it_is_frequent() {
        let quiet = SliceCounts {
            run: 1000,
            preempted: 3,
            outliers: 10,
            upper_mode: 0,
        };
        let busy = SliceCounts {
            preempted: 600,
            outliers: 40,
            ..quiet
        };
        let found = DiscardedSlices::of(&[(0, quiet), (1, quiet)], |_| vec![]);
        assert_eq!(found, []);
        let found = DiscardedSlices::of(&[(0, quiet), (1, busy)], |point| {
            vec![("len".to_owned(), point.into())]
        });
        let found_faults: Vec<_> = found
            .iter()
            .map(|one| (one.fault, one.affected, one.points))
            .collect();
        assert_eq!(
            found_faults,
            [(SliceFault::Preempted, 1, 2), (SliceFault::Outlier, 1, 2)]
        );
        assert!(
            found[0].to_string().contains("(worst: 60 % at len=1)"),
            "{}",
            found[0]
        );
        assert!(
            found[1].to_string().contains("(worst: 10 % at len=1)"),
            "{}",
            found[1]
        );
    }
}
