//! How many iterations a batch takes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The least that a batch takes.
pub const LEAST_BATCH: Duration = Duration::from_micros(100);

/// The share of a batch that the clock's precision may be.
const SHARE_OF_PRECISION: f64 = 1e-3;
/// A single call that takes so long is not run again only to find out how long it takes.
const COSTLY: Duration = Duration::from_secs(1);
/// The most iterations of a batch: where the body was optimised away, they take no time.
const MOST: u64 = 1 << 32;

/// A timed region of a point: the first call of a timing function within the sample is number 0.
///
/// ```
/// use bencher_core::measure::Region;
/// assert_ne!(Region { point: 3, nth: 0 }, Region { point: 3, nth: 1 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The number of the point.
    pub point: u64,
    /// Which timed region within the sample.
    pub nth: u32,
}

/// Iterations that were timed together.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{Batch, Timed};
/// let batch = Batch { iterations: 1000, time: Duration::from_micros(50) };
/// let Timed::Time(time) = batch.per_iteration(1e-9) else { unreachable!() };
/// assert!((time - 49e-9).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How many.
    pub iterations: u64,
    /// What all of them took.
    pub time: Duration,
}

/// What an iteration takes.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{Batch, Timed};
/// let batch = Batch { iterations: 1_000_000, time: Duration::from_millis(1) };
/// let Timed::Below { floor } = batch.per_iteration(0.3e-9) else { unreachable!() };
/// assert!((floor - 3e-9).abs() < 1e-15, "1 ns, of which 0.3 ns are the loop's");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Timed {
    /// So many seconds.
    Time(f64),
    /// Too little to tell from what measuring costs.
    Below {
        /// From how many seconds on it can be told.
        floor: f64,
    },
}

/// An overhead counts as small where it is below this share of the time.
const SMALL: f64 = 0.1;

impl Batch {
    /// The time of an iteration, without an overhead of so many seconds each; below resolution where
    /// the overhead is a tenth of it or more.
    pub fn per_iteration(self, overhead: f64) -> Timed {
        let time = self.time.as_secs_f64() / self.iterations.max(1) as f64;
        if overhead > 0.0 && overhead >= SMALL * time {
            Timed::Below {
                floor: overhead / SMALL,
            }
        } else {
            Timed::Time(time - overhead)
        }
    }
}

/// How many iterations the batches of a sweep take, region by region.
///
/// A first batch is sized by doubling until the clock can tell; a first call that is slow does not
/// count. The example stands at the [module](super).
#[derive(Debug)]
pub struct Batches {
    target: Duration,
    sizes: Mutex<HashMap<Region, u64>>,
}

impl Default for Batches {
    fn default() -> Self {
        Self::lasting(LEAST_BATCH)
    }
}

impl Batches {
    /// Batches that last so long, at least [`LEAST_BATCH`].
    pub fn lasting(target: Duration) -> Self {
        Self {
            target: target.max(LEAST_BATCH),
            sizes: Mutex::default(),
        }
    }

    /// The time of a batch: twice the clock's precision must be a thousandth of it at most; where the
    /// budget leaves more, it lasts longer, so that some 250 rounds fill the budget.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::Batches;
    /// let length = |precision, budget, points| Batches::length(precision, budget, points).as_micros();
    /// assert_eq!(length(30e-9, None, 10), 100);
    /// assert_eq!(length(1e-6, None, 10), 2000);
    /// assert_eq!(length(30e-9, Some(Duration::from_secs(10)), 10), 3906);
    /// ```
    pub fn length(precision: f64, budget: Option<Duration>, points: u64) -> Duration {
        const ROUNDS: f64 = 256.0;
        let least = Duration::try_from_secs_f64(2.0 * precision / SHARE_OF_PRECISION)
            .unwrap_or(LEAST_BATCH)
            .max(LEAST_BATCH);
        let share = budget.map_or(0.0, |budget| {
            budget.as_secs_f64() / (points.max(1) as f64 * ROUNDS)
        });
        least.max(Duration::try_from_secs_f64(share).unwrap_or_default())
    }

    /// Runs one batch of a region: `run` runs so many iterations and says how long they took.
    ///
    /// The region's first batch comes after runs that find its size, and is taken again where that was
    /// wrong by more than a factor of two. Later ones come after an eighth of their iterations that do
    /// not count, because other points had the caches meanwhile; where a single iteration fills a batch,
    /// none is spent on that.
    pub fn take(&self, region: Region, run: &mut dyn FnMut(u64) -> Duration) -> Batch {
        let known = self.sizes().get(&region).copied();
        let batch = match known {
            None => self.first(run),
            Some(size) => {
                if size > 1 {
                    run((size / 8).max(1));
                }
                Batch {
                    iterations: size,
                    time: run(size),
                }
            }
        };
        let next = if self.fits(batch) {
            batch.iterations
        } else {
            self.resized(batch)
        };
        self.sizes().insert(region, next);
        batch
    }

    fn first(&self, run: &mut dyn FnMut(u64) -> Duration) -> Batch {
        let mut trial = Batch {
            iterations: 1,
            time: run(1),
        };
        if trial.time >= COSTLY.max(self.target) {
            return trial;
        }
        // The first call may have been slow for reasons of its own: whatever it took, another follows.
        let mut first = true;
        while first || (trial.time < self.target / 8 && trial.iterations < MOST) {
            if !first {
                trial.iterations *= 2;
            }
            first = false;
            trial.time = run(trial.iterations);
        }
        let size = self.resized(trial);
        let mut batch = Batch {
            iterations: size,
            time: run(size),
        };
        if !self.fits(batch) {
            let size = self.resized(batch);
            if size != batch.iterations {
                batch = Batch {
                    iterations: size,
                    time: run(size),
                };
            }
        }
        batch
    }

    /// Whether a batch has the right size within a factor of two, or cannot be smaller.
    fn fits(&self, batch: Batch) -> bool {
        let (short, long) = (batch.time < self.target / 2, batch.time > self.target * 2);
        !(short && batch.iterations < MOST || long && batch.iterations > 1)
    }

    fn resized(&self, batch: Batch) -> u64 {
        let wanted = self.target.as_nanos() * u128::from(batch.iterations);
        let size = wanted.div_ceil(batch.time.as_nanos().max(1));
        u64::try_from(size).unwrap_or(MOST).clamp(1, MOST)
    }

    fn sizes(&self) -> std::sync::MutexGuard<'_, HashMap<Region, u64>> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{FakeClock, Timer};

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

        fn take(&mut self, batches: &Batches) -> Batch {
            let timer = Timer::on(self.clock.clone());
            batches.take(REGION, &mut |iterations| {
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
        let batch = batches.take(REGION, &mut |_| Duration::ZERO);
        assert_eq!(batch.iterations, MOST);
        assert_eq!(batch.per_iteration(0.0), Timed::Time(0.0));
        assert_eq!(batch.per_iteration(1e-10), Timed::Below { floor: 1e-9 });
    }

    #[test]
    fn regions_are_apart() {
        let batches = Batches::default();
        let fast = batches.take(REGION, &mut |n| Duration::from_nanos(n * 10));
        let other = Region { nth: 1, ..REGION };
        let slow = batches.take(other, &mut |n| Duration::from_nanos(n * 1000));
        assert_eq!((fast.iterations, slow.iterations), (10_000, 100));
    }
}
