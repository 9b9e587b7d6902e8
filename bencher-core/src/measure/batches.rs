//! How many iterations a batch takes, and in how many slices.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::slice::{Region, Slice};
use crate::stats::undisturbed_mean;

/// The least that a slice takes.
pub const LEAST_SLICE: Duration = Duration::from_micros(100);

/// The share of a slice that the clock's precision may be.
const SHARE_OF_PRECISION: f64 = 1e-3;
/// About how many batches fill the budget of a point.
const ROUNDS: f64 = 256.0;
/// How many times more there are where a call is as long as a slice: such calls need none beside them. Rounding
/// may double that again; so there are no more than [`MOST_ROUNDS`](super::MOST_ROUNDS).
const MORE_OF_LONG_CALLS: u32 = 2;
/// A batch comes after this share of its iterations, which do not count.
const WARM_UP: u64 = 8;
/// A single call that takes so long is not run again only to find out how long it takes.
const COSTLY: Duration = Duration::from_secs(1);
/// The most iterations of a slice: where the body was optimised away, they take no time.
const MOST: u64 = 1 << 32;
/// The most slices of a batch.
const MOST_SLICES: u64 = 1 << 16;

/// How many iterations the batches of a sweep take, region by region, and in how many slices.
///
/// A batch is one or more *slices*, as short as the clock allows, and what it comes to is the mean of those that do not
/// lie far out ([`undisturbed_mean`]): whatever else the machine does now and then falls into some of the slices; of a
/// single long one it would be a part.
///
/// A first batch is sized by doubling until that takes as long as a batch; a first call that is slow does not
/// count. The example stands at the [module](super).
#[derive(Debug)]
pub struct Batches {
    slice: Duration,
    batch: Duration,
    sizes: Mutex<HashMap<Region, Size>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    /// The iterations of a slice.
    iterations: u64,
    slices: u64,
}

impl Default for Batches {
    /// Of one slice each.
    fn default() -> Self {
        Self::sharing(0.0, None, 1)
    }
}

impl Batches {
    /// For a clock of a precision, in seconds, and a budget that so many points share.
    ///
    /// A slice lasts at least [`LEAST_SLICE`], and twice the precision is a thousandth of it at most. A batch has as many of
    /// them as make some 250 batches fill the budget; where a single call is as long as a slice, 500 to 1000.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::{Batches, Region};
    /// // How often calls of so many microseconds are run for the second batch of a point.
    /// let calls = |micros, budget| {
    ///     let batches = Batches::sharing(30e-9, budget, 10);
    ///     let region = Region { point: 0, nth: 0 };
    ///     let mut calls = Vec::new();
    ///     for _ in 0..2 {
    ///         calls.clear();
    ///         batches.take(region, &mut || {}, &mut |n| {
    ///             calls.push(n);
    ///             Duration::from_micros(n * micros)
    ///         });
    ///     }
    ///     calls
    /// };
    /// assert_eq!(calls(1, None), [12, 100], "a warm-up, and one slice");
    /// let ten_seconds = Some(Duration::from_secs(10));
    /// assert_eq!(calls(1, ten_seconds)[1..], [100; 39], "of 3.9 ms");
    /// assert_eq!(calls(300, ten_seconds), [1; 6]);
    /// assert_eq!(calls(1000, ten_seconds), [1]);
    /// ```
    pub fn sharing(precision: f64, budget: Option<Duration>, points: u64) -> Self {
        let slice = Duration::try_from_secs_f64(2.0 * precision / SHARE_OF_PRECISION)
            .unwrap_or(LEAST_SLICE)
            .max(LEAST_SLICE);
        let share = budget.map_or(0.0, |budget| {
            budget.as_secs_f64() / (points.max(1) as f64 * ROUNDS)
        });
        Self {
            slice,
            batch: slice.max(Duration::try_from_secs_f64(share).unwrap_or_default()),
            sizes: Mutex::default(),
        }
    }

    /// Runs one batch of a region: `run` runs so many iterations and says how long they took; `begin` is called before
    /// the first that count, if possibly more than once. Gives a slice with the mean
    /// time of those that were not disturbed.
    ///
    /// The region's first batch comes after runs that find its size, and is taken again where that was
    /// wrong by more than a factor of two. Later ones come after an eighth of their iterations that do
    /// not count, because other points had the caches meanwhile; where there are fewer than eight,
    /// none is spent on that.
    pub fn take(
        &self,
        region: Region,
        begin: &mut dyn FnMut(),
        run: &mut dyn FnMut(u64) -> Duration,
    ) -> Slice {
        let known = self.sizes().get(&region).copied();
        let (size, slice) = match known {
            None => self.first(begin, run),
            Some(size) => {
                let warm_up = size.iterations.saturating_mul(size.slices) / WARM_UP;
                if warm_up > 0 {
                    run(warm_up);
                }
                (size, measured(size, begin, run))
            }
        };
        let next = if self.fits(size, slice) {
            size
        } else {
            self.size_for(slice)
        };
        self.sizes().insert(region, next);
        slice
    }

    fn first(
        &self,
        begin: &mut dyn FnMut(),
        run: &mut dyn FnMut(u64) -> Duration,
    ) -> (Size, Slice) {
        let once = Size {
            iterations: 1,
            slices: 1,
        };
        let mut trial = measured(once, begin, run);
        if trial.time >= COSTLY.max(self.batch) {
            return (once, trial);
        }
        // The first call may have been slow for reasons of its own: whatever it took, another follows. Trials go on for as long as a
        // batch, so that calls that vary have about as many to a slice in every run.
        let mut first = true;
        while first || (trial.time < self.batch && trial.iterations < MOST) {
            if !first {
                trial.iterations *= 2;
            }
            first = false;
            trial.time = run(trial.iterations);
        }
        let size = self.size_for(trial);
        let slice = measured(size, begin, run);
        let better = self.size_for(slice);
        if self.fits(size, slice) || better == size {
            return (size, slice);
        }
        (better, measured(better, begin, run))
    }

    /// Whether slices and batches have the right size within a factor of two, or cannot be smaller.
    fn fits(&self, size: Size, slice: Slice) -> bool {
        let (short, long) = (slice.time < self.slice / 2, slice.time > self.slice * 2);
        if short && size.iterations < MOST || long && size.iterations > 1 {
            return false;
        }
        let batch = slice.time.as_nanos() * u128::from(size.slices);
        let wanted = self.batch_of(size.iterations).as_nanos();
        !(batch > 2 * wanted && size.slices > 1 || 4 * batch < wanted && size.slices < MOST_SLICES)
    }

    fn size_for(&self, slice: Slice) -> Size {
        let each = slice.time.as_nanos().max(1);
        let wanted = self.slice.as_nanos() * u128::from(slice.iterations);
        let iterations = u64::try_from(wanted.div_ceil(each))
            .unwrap_or(MOST)
            .clamp(1, MOST);
        let time = each * u128::from(iterations) / u128::from(slice.iterations.max(1));
        let slices = self.batch_of(iterations).as_nanos() / time.max(1);
        let slices = u64::try_from(slices)
            .unwrap_or(MOST_SLICES)
            .min(MOST_SLICES);
        Size {
            iterations,
            slices: slices.max(1),
        }
    }

    /// How long a batch lasts whose slices have so many iterations.
    fn batch_of(&self, iterations: u64) -> Duration {
        match iterations {
            1 => self.batch / MORE_OF_LONG_CALLS,
            _ => self.batch,
        }
    }

    fn sizes(&self) -> std::sync::MutexGuard<'_, HashMap<Region, Size>> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slice as those of the batch were that were not disturbed.
fn measured(size: Size, begin: &mut dyn FnMut(), run: &mut dyn FnMut(u64) -> Duration) -> Slice {
    let mut seconds = Vec::with_capacity(usize::try_from(size.slices).unwrap_or_default());
    begin();
    seconds.extend((0..size.slices).map(|_| run(size.iterations).as_secs_f64()));
    let mean = undisturbed_mean(&seconds).unwrap_or_default();
    Slice {
        iterations: size.iterations,
        time: Duration::try_from_secs_f64(mean).unwrap_or(Duration::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Clock, FakeClock, Timed, Timer};

    const REGION: Region = Region { point: 0, nth: 0 };

    /// Takes batches of a body whose n-th call takes `cost(n)` nanoseconds.
    struct Body<F> {
        clock: FakeClock,
        calls: u64,
        cost: F,
    }

    impl<F: Fn(u64) -> u64> Body<F> {
        fn new(cost: F) -> Self {
            let clock = FakeClock::default();
            Self {
                clock,
                calls: 0,
                cost,
            }
        }

        fn take(&mut self, batches: &Batches) -> Slice {
            let timer = Timer::on(self.clock.clone());
            batches.take(REGION, &mut || {}, &mut |iterations| {
                let start = timer.now();
                for _ in 0..iterations {
                    self.clock
                        .advance(Duration::from_nanos((self.cost)(self.calls)));
                    self.calls += 1;
                }
                timer.since(start)
            })
        }
    }

    #[test]
    fn a_batch_lasts_as_long_as_it_should() {
        for cost in [1, 7, 100, 10_000, 99_999, 100_000, 1_000_000] {
            let batches = Batches::default();
            let batch = Body::new(|_| cost).take(&batches);
            assert_eq!(batch.iterations, 100_000_u64.div_ceil(cost), "{cost} ns");
        }
    }

    #[test]
    fn a_slow_first_call_does_not_freeze_the_size() {
        let batches = Batches::default();
        let mut body = Body::new(|call| if call == 0 { 40_000_000 } else { 41 });
        assert_eq!(body.take(&batches).iterations, 2440);
        assert_eq!(body.take(&batches).iterations, 2440);
    }

    #[test]
    fn a_size_that_no_longer_fits_is_corrected_for_the_next_batch() {
        let batches = Batches::default();
        // The first batch comes after 4,096 calls, the second after 1,250.
        let slow_from = 4096 + 10_000 + 1250 + 10_000;
        let mut body = Body::new(|call| if call < slow_from { 10 } else { 1000 });
        for _ in 0..3 {
            assert_eq!(body.take(&batches).iterations, 10_000);
        }
        assert_eq!(body.calls, slow_from + 1250 + 10_000);
        assert_eq!(body.take(&batches).iterations, 100);
    }

    #[test]
    fn a_costly_body_is_run_once_a_batch() {
        let batches = Batches::default();
        let mut body = Body::new(|_| 2_000_000_000);
        for calls in 1..=3 {
            assert_eq!(body.take(&batches).iterations, 1);
            assert_eq!(body.calls, calls);
        }
    }

    #[test]
    fn a_body_that_takes_no_time_ends() {
        let batches = Batches::default();
        let batch = batches.take(REGION, &mut || {}, &mut |_| Duration::ZERO);
        assert_eq!(batch.iterations, MOST);
        assert_eq!(batch.per_iteration(0.0), Timed::Time(0.0));
        assert_eq!(batch.per_iteration(1e-10), Timed::Below { floor: 1e-9 });
    }

    /// Something else takes 1 ms from one call in 2000, which is a third of all time, and is in two of 39 slices.
    #[test]
    fn what_disturbs_some_slices_is_not_in_the_time() {
        let batches = Batches::sharing(30e-9, Some(Duration::from_secs(1)), 1);
        let mut body = Body::new(|call| if call % 2000 == 0 { 1_001_000 } else { 1_000 });
        for _ in 0..5 {
            let slice = body.take(&batches);
            assert_eq!(slice.per_iteration(0.0), Timed::Time(1e-6));
        }
    }

    /// A call that is as long as a slice is one, and a batch never takes longer than twice its share of the budget.
    #[test]
    fn batches_share_the_budget() {
        let budget = Duration::from_secs(1);
        for micros in [1, 40, 99, 101, 150, 700, 976, 1000, 1954, 3000, 20_000] {
            let batches = Batches::sharing(30e-9, Some(budget), 1);
            let mut body = Body::new(|_| micros * 1000);
            body.take(&batches);
            let before = body.clock.now();
            body.take(&batches);
            let spent = body.clock.now().saturating_sub(before);
            let rounds = budget.as_secs_f64() / spent.as_secs_f64();
            let most = f64::from(crate::measure::MOST_ROUNDS);
            assert!(rounds <= most, "{micros} µs: {rounds} rounds");
            assert!(
                rounds > 150.0 || spent == Duration::from_micros(micros),
                "{micros} µs: {rounds} rounds"
            );
        }
    }

    #[test]
    fn regions_are_apart() {
        let batches = Batches::default();
        let fast = batches.take(REGION, &mut || {}, &mut |n| Duration::from_nanos(n * 10));
        let other = Region { nth: 1, ..REGION };
        let slow = batches.take(other, &mut || {}, &mut |n| Duration::from_nanos(n * 1000));
        assert_eq!((fast.iterations, slow.iterations), (10_000, 100));
    }
}
