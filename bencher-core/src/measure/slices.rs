//! Selects the slices of a batch that count.

use std::collections::VecDeque;
use std::time::Duration;

use super::batch::{Batch, Share, SliceCounts};
use super::slice::Slice;
use super::stopwatch::CoreObservation;
use crate::stats::{hampel_mean, lowest_mode, quantile};

/// How many slices of earlier batches show whether a region has several modes.
const RECENT: usize = 256;
/// The fewest that do.
const ENOUGH: usize = 20;

/// Calls differ in length where a quarter of the slices is so much longer than another quarter.
const UNEVEN: f64 = 0.1;

/// The times of an iteration in the latest slices of a region, those that were preempted left aside.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentSlices(VecDeque<f64>);

impl RecentSlices {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn push(&mut self, seconds: f64) {
        if self.0.len() == RECENT {
            self.0.pop_front();
        }
        self.0.push_back(seconds);
    }

    /// Above which time of an iteration a slice belongs to an upper mode.
    fn boundary(&mut self) -> Option<f64> {
        if self.0.len() < ENOUGH {
            return None;
        }
        lowest_mode(self.0.make_contiguous()).map(|mode| mode.boundary)
    }
}

/// The slices of a batch, each with the same number of iterations.
pub(super) struct Slices {
    iterations: u64,
    undisturbed: Vec<f64>,
    preempted: Vec<f64>,
    /// The time on a core in those that were preempted.
    busy: Duration,
    longest: Duration,
    is_moved: bool,
}

impl Slices {
    pub(super) fn of(iterations: u64) -> Self {
        Self {
            iterations,
            undisturbed: Vec::new(),
            preempted: Vec::new(),
            busy: Duration::ZERO,
            longest: Duration::ZERO,
            is_moved: false,
        }
    }

    pub(super) fn push(&mut self, time: Duration, observed: CoreObservation) {
        self.longest = self.longest.max(time);
        self.is_moved |= observed.is_moved;
        if observed.is_preempted() {
            self.preempted.push(time.as_secs_f64());
            self.busy += observed.used.busy;
        } else {
            self.undisturbed.push(time.as_secs_f64());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.undisturbed.len() + self.preempted.len()
    }

    pub(super) fn are_all_preempted(&self) -> bool {
        self.undisturbed.is_empty()
    }

    pub(super) const fn longest(&self) -> Duration {
        self.longest
    }

    /// Whether those that count differ in length.
    fn differ(&self) -> bool {
        let (Some(shortest), Some(longest)) = (
            quantile(&self.undisturbed, 0.25),
            quantile(&self.undisturbed, 0.75),
        ) else {
            return false;
        };
        longest - shortest > UNEVEN * shortest
    }

    /// The batch that they are, with what others of the region show.
    pub(super) fn finish(mut self, recent: &mut RecentSlices) -> Batch {
        let is_preempted = self.undisturbed.is_empty() && !self.preempted.is_empty();
        let mut counts = SliceCounts {
            run: self.len() as u64,
            preempted: self.preempted.len() as u64,
            ..SliceCounts::default()
        };
        let iterations = self.iterations.max(1) as f64;
        if is_preempted {
            // They count, since there are no others.
            counts.preempted = counts.run;
            self.undisturbed = std::mem::take(&mut self.preempted);
        } else {
            for time in &self.undisturbed {
                recent.push(time / iterations);
            }
            if let Some(boundary) = recent.boundary() {
                let lower = self.undisturbed.iter().copied();
                let lower: Vec<f64> = lower.filter(|time| time / iterations <= boundary).collect();
                if !lower.is_empty() {
                    counts.upper_mode = (self.undisturbed.len() - lower.len()) as u64;
                    self.undisturbed = lower;
                }
            }
        }
        let mean = match hampel_mean(&self.undisturbed) {
            Some(found) => {
                if !is_preempted {
                    counts.outliers = found.discarded as u64;
                }
                found.mean
            }
            None => 0.0,
        };
        let kept = counts.run - counts.preempted - counts.upper_mode - counts.outliers;
        let share = if is_preempted {
            Share::default()
        } else if self.differ() {
            // Long calls are preempted more often than short ones.
            Share::of(kept, counts.run)
        } else {
            Share::of(kept, counts.run - counts.preempted)
        };
        let duration = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let busy = self.busy.as_secs_f64() / (iterations * counts.run.max(1) as f64);
        Batch {
            slice: Slice {
                iterations: self.iterations,
                time: duration(mean),
            },
            counts,
            is_preempted,
            share,
            busy: if is_preempted {
                duration(busy)
            } else {
                Duration::ZERO
            },
            is_moved: self.is_moved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::CoreUse;

    const ALONE: CoreObservation = CoreObservation {
        used: CoreUse {
            preemptions: 0,
            busy: Duration::ZERO,
        },
        wall: Duration::ZERO,
        is_moved: false,
    };

    /// Some milliseconds on a core, of the milliseconds in all.
    fn disturbed(busy: u64, wall: u64) -> CoreObservation {
        CoreObservation {
            used: CoreUse {
                preemptions: 1,
                busy: Duration::from_millis(busy),
            },
            wall: Duration::from_millis(wall),
            is_moved: false,
        }
    }

    /// A call of a second loses its core for some microseconds on any machine.
    #[test]
    fn a_preemption_of_a_long_slice_may_be_of_no_account() {
        assert!(!disturbed(999, 1000).is_preempted());
        assert!(disturbed(990, 1000).is_preempted());
        assert!(disturbed(1, 1).is_preempted(), "of a short one each counts");
        // Two threads on two cores: one preemption in a second, or 400.
        let threads = |preemptions| CoreObservation {
            used: CoreUse {
                preemptions,
                busy: Duration::from_millis(1990),
            },
            wall: Duration::from_secs(1),
            is_moved: false,
        };
        assert!(!threads(1).is_preempted() && threads(400).is_preempted());
    }

    #[test]
    fn preempted_slices_do_not_count() {
        let mut slices = Slices::of(1);
        for time in [3, 3, 3] {
            slices.push(Duration::from_millis(time), ALONE);
        }
        for time in [9, 11, 14, 11, 10] {
            slices.push(Duration::from_millis(time), disturbed(3, time));
        }
        let batch = slices.finish(&mut RecentSlices::default());
        assert_eq!(batch.slice.time, Duration::from_millis(3));
        assert_eq!((batch.counts.run, batch.counts.preempted), (8, 5));
        assert!(!batch.is_preempted);
    }

    #[test]
    fn where_all_are_preempted_the_time_on_the_core_is_told() {
        let mut slices = Slices::of(2);
        for time in [45, 45, 45, 45] {
            slices.push(Duration::from_millis(2 * time), disturbed(2 * 13, 2 * time));
        }
        let batch = slices.finish(&mut RecentSlices::default());
        assert!(batch.is_preempted);
        assert_eq!(batch.slice.time, Duration::from_millis(90));
        assert_eq!(batch.busy, Duration::from_millis(13));
        assert_eq!(batch.counts.preempted, batch.counts.run);
    }

    #[test]
    fn the_share_of_the_slices_that_a_time_is_of() {
        let finish = |times: &[u64], preempted: &[u64]| {
            let mut slices = Slices::of(1);
            for time in times {
                slices.push(Duration::from_micros(*time), ALONE);
            }
            for time in preempted {
                slices.push(Duration::from_micros(*time), disturbed(0, 1));
            }
            slices.finish(&mut RecentSlices::default()).share
        };
        let steady = [300, 301, 302, 301, 300, 302, 301, 300];
        assert_eq!(finish(&steady, &[]), Share::default());
        assert_eq!(
            finish(&steady, &[900; 8]),
            Share::default(),
            "they are as long as the others"
        );
        let uneven = [100, 300, 200, 500, 120, 350, 210, 400];
        assert_eq!(
            finish(&uneven, &[900; 8]),
            Share::of(1, 2),
            "they may be longer than the others"
        );
        let far = [300, 301, 302, 301, 300, 302, 900, 1200];
        assert_eq!(finish(&far, &[]), Share::of(3, 4));
    }

    /// Calls of 300 and 900 µs in turn: once there are enough, batches have the lower mode.
    #[test]
    fn slices_of_an_upper_mode_do_not_count() {
        let mut recent = RecentSlices::default();
        let mut times = Vec::new();
        for round in 0..8_u64 {
            let mut slices = Slices::of(1);
            for n in 0..6 {
                let noise = (round * 7 + n * 3) % 5;
                let time = if n % 2 == 0 { 300 } else { 900 };
                slices.push(Duration::from_micros(time + noise), ALONE);
            }
            times.push(slices.finish(&mut recent).slice.time.as_micros());
        }
        assert!(
            times[..3].iter().all(|time| (598..606).contains(time)),
            "{times:?}"
        );
        assert!(
            times[3..].iter().all(|time| (300..306).contains(time)),
            "{times:?}"
        );
    }
}
