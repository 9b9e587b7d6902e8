//! Computes the iterations of a slice, and the slices of a batch.

use std::time::Duration;

use super::slice::Slice;
use super::{RoundTarget, USUAL_ROUNDS};

/// The shortest duration of a slice, except where making inputs takes much longer than the timed code.
pub const LEAST_SLICE: Duration = Duration::from_micros(100);

/// Shorter batches would mostly measure cold caches left by the previous point, so a short budget has fewer batches
/// instead of shorter ones.
const LEAST_BATCH: Duration = Duration::from_millis(4);
/// But no fewer than this, of a budget that is short for its points.
const LEAST_ROUNDS: u32 = 32;
/// The share of a slice that the clock's precision may be at its beginning, and at its end.
const SHARE_OF_PRECISION: f64 = 1e-3;
/// The share that it may be where making inputs takes much longer than what is timed.
const COARSE_SHARE_OF_PRECISION: f64 = 1e-2;
/// How many times more batches there are where a call is as long as a slice: such calls are no slices of many, so
/// shorter batches say as much.
const MORE_OF_LONG_CALLS: u32 = 2;
/// Fewer calls than this do not show which of them were disturbed, so each is a batch; that makes the rounds at most as
/// many times more, which [`MOST_ROUNDS`](super::MOST_ROUNDS) allows.
const FEW: u64 = 4;
/// The share of a batch's iterations that run before it as a warm-up, as a divisor.
const WARM_UP: u64 = 8;
/// How many batches the first round of a point costs at most besides its own: trials that double until one lasts as
/// long as a batch.
const FIRST_ROUND: f64 = 4.0;
/// The time of a sample beside its batches, and of calls that are slower than the first ones.
const SLACK: f64 = 1.1;
/// The longest that a slice takes in all where its length is that of making inputs, unless a batch is longer.
pub(super) const LONGEST_TRIALS: Duration = Duration::from_millis(100);
/// The most iterations of a slice: where the body was optimised away, they take no time.
pub(super) const MOST: u64 = 1 << 32;
/// The most slices of a batch.
const MOST_SLICES: u64 = 1 << 16;

/// How long slices and batches should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizing {
    /// The target duration of a slice.
    slice: Duration,
    /// The shortest duration of a slice, for any time of making inputs.
    shortest: Duration,
    /// The target duration of a batch.
    pub(super) batch: Duration,
    /// Whether there may be more rounds where batches are shorter.
    is_open: bool,
}

/// How many iterations a batch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// The iterations of a slice.
    pub(super) iterations: u64,
    pub(super) slices: u64,
}

impl Sizing {
    /// Sizes batches for the precision of a clock, in seconds, and a budget that the points share for all their rounds.
    pub(super) fn new(precision: f64, budget: Duration, points: u64, rounds: RoundTarget) -> Self {
        let precise = |share: f64| Duration::try_from_secs_f64(2.0 * precision / share);
        let slice = precise(SHARE_OF_PRECISION)
            .unwrap_or(LEAST_SLICE)
            .max(LEAST_SLICE);
        let with_warm_up = 1.0 + 1.0 / WARM_UP as f64;
        let share = |batches: f64| {
            let share = budget.as_secs_f64() / (points.max(1) as f64 * batches * with_warm_up);
            Duration::try_from_secs_f64(share).unwrap_or_default()
        };
        let share = match rounds {
            RoundTarget::Exactly(rounds) => share(f64::from(rounds) * SLACK + FIRST_ROUND),
            RoundTarget::AsNeeded => {
                let least = LEAST_BATCH.min(share(f64::from(LEAST_ROUNDS)));
                share(f64::from(USUAL_ROUNDS)).max(least)
            }
        };
        Self {
            slice,
            shortest: precise(COARSE_SHARE_OF_PRECISION)
                .unwrap_or(slice)
                .min(slice),
            batch: slice.max(share),
            is_open: rounds == RoundTarget::AsNeeded,
        }
    }

    /// The size of the next batch, after a slice that took so long, and so long in all with what is not timed.
    pub(super) fn size_for(&self, slice: Slice, whole: Duration) -> Size {
        let within = |limit: Duration, each: Duration| {
            let all = limit.as_nanos() * u128::from(slice.iterations);
            u64::try_from(all.div_ceil(each.as_nanos().max(1))).unwrap_or(MOST)
        };
        // Making inputs may take longer than the batch: then slices are shorter, as far as the clock can tell them.
        let least =
            within(self.shortest, slice.time).min(within(self.batch.max(LONGEST_TRIALS), whole));
        let iterations = within(self.slice, slice.time)
            .min(within(self.batch, whole))
            .max(least)
            .clamp(1, MOST);
        let is_long_call = iterations == 1 && self.is_open;
        let batch = if is_long_call {
            self.batch / MORE_OF_LONG_CALLS
        } else {
            self.batch
        };
        let each = whole.as_nanos() * u128::from(iterations) / u128::from(slice.iterations.max(1));
        let slices = u64::try_from(batch.as_nanos() / each.max(1)).unwrap_or(MOST_SLICES);
        let slices = if is_long_call && slices < FEW {
            1
        } else {
            slices.clamp(1, MOST_SLICES)
        };
        Size { iterations, slices }
    }

    /// Whether a size is about the ideal one: slices within a factor of two, and batches within one of two above and
    /// four below.
    pub(super) fn fits(size: Size, ideal: Size) -> bool {
        let iterations = ideal.iterations <= size.iterations.saturating_mul(2)
            && size.iterations <= ideal.iterations.saturating_mul(2);
        let slices = ideal.slices <= size.slices.saturating_mul(4)
            && size.slices <= ideal.slices.saturating_mul(2);
        iterations && slices
    }
}

impl Size {
    pub(super) const ONCE: Self = Self {
        iterations: 1,
        slices: 1,
    };

    /// How many iterations come before a batch and do not count, because other points had the caches meanwhile. Calls
    /// as long as a slice mind that less: fewer than eight have none.
    pub(super) fn warm_up(self) -> u64 {
        let share = self.iterations.saturating_mul(self.slices) / WARM_UP;
        share.max(u64::from(self.iterations > 1))
    }
}
