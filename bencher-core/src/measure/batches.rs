//! Sizes batches: their iterations and their slices.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::batch::{Batch, Share, SliceCounts};
use super::sizing::{LONGEST_TRIALS, MOST, Size, Sizing};
use super::slice::{Region, Slice};
use super::slices::{RecentSlices, Slices};
use super::{RoundTarget, Stopwatch};

/// The approximate number of batches that fill the budget of a point, where the number of rounds is open.
pub const USUAL_ROUNDS: u32 = 256;
/// A single call that takes so long is not run again only to find out how long it takes.
const COSTLY: Duration = Duration::from_secs(1);
/// The smallest number of slices for which a share of them is reported; with fewer, the share is not meaningful.
pub const MIN_SLICES_FOR_SHARE: u64 = 100;
/// How many more slices a batch has at most where all were preempted.
const MORE_SLICES: u64 = 8;
/// A slice that is so long is hardly ever left alone on a busy machine.
const LONG: Duration = Duration::from_millis(20);

/// The sizes of the batches of a sweep: iterations and slices, for every region.
///
/// A batch is one or more *slices*, as short as the clock allows. It discards three kinds of slices, in this order:
///
/// 1. *preempted* slices: the system took the core from the program meanwhile, as its counters show. Where every slice
///    was preempted, a batch of short slices takes up to eight more. If these were preempted as well, they count, and
///    the batch is marked as preempted;
/// 2. slices of an *upper mode*: where the latest 256 slices of the region fall into several modes
///    ([`lowest_mode`](crate::stats::lowest_mode)), a batch keeps the slices of the lowest mode, if it has any;
/// 3. *outliers* among the rest ([`hampel_mean`](crate::stats::hampel_mean)), from other disturbances of the machine.
///
/// The time of the batch is the mean of the remaining slices.
///
/// The size of the first batch is found by doubling the iterations until they take as long as a batch. A slow first
/// call does not count. See the [module](super) for an example.
#[derive(Debug)]
pub struct Batches {
    sizing: Sizing,
    regions: Mutex<HashMap<Region, RegionState>>,
}

/// The known times of a region.
#[derive(Clone, Debug)]
struct RegionState {
    size: Size,
    counts: SliceCounts,
    recent: RecentSlices,
    /// Whether most of the time of a slice is not timed: inputs are made.
    is_mostly_set_up: bool,
}

impl Default for Batches {
    /// Of one slice each.
    fn default() -> Self {
        Self::sharing(0.0, Duration::ZERO, 1, RoundTarget::AsNeeded)
    }
}

impl Batches {
    /// Sizes batches for the precision of a clock, in seconds, and a budget that the points share for all their rounds.
    ///
    /// A slice lasts at least about [`LEAST_SLICE`](super::LEAST_SLICE). Twice the precision is at most a thousandth of
    /// it, or a hundredth where making inputs takes longer than a batch should last. The slices of a batch fill its
    /// share of the budget, which includes warm-ups and the first round's trials. Where the number of rounds is open, a
    /// batch lasts at least 4 ms, unless fewer than 32 batches would be left. Where, in addition, a single call is as
    /// long as a slice, a batch has half as many slices, or one if the half is fewer than four. With two calls, the
    /// disturbed one cannot be identified, and their mean varies differently from a single call.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::{Batches, FakeClock, Region, Timer, RoundTarget, Stopwatch};
    /// // The number of calls in the second batch of a point, for calls of this many microseconds.
    /// let calls = |micros, seconds| {
    ///     let budget = Duration::from_secs(seconds);
    ///     let batches = Batches::sharing(30e-9, budget, 10, RoundTarget::AsNeeded);
    ///     let (region, timer) = (Region { point: 0, nth: 0 }, Timer::on(FakeClock::default()));
    ///     let mut calls = Vec::new();
    ///     for _ in 0..2 {
    ///         calls.clear();
    ///         batches.take(region, &Stopwatch::on(&timer), &mut |n| {
    ///             calls.push(n);
    ///             Duration::from_micros(n * micros)
    ///         });
    ///     }
    ///     calls
    /// };
    /// assert_eq!(calls(1, 0), [12, 100], "a warm-up, and one slice");
    /// assert_eq!(calls(1, 10)[1..], [100; 40], "of 4 ms");
    /// assert_eq!(calls(300, 10), [1; 6]);
    /// assert_eq!(calls(700, 10), [1]);
    /// ```
    pub fn sharing(precision: f64, budget: Duration, points: u64, rounds: RoundTarget) -> Self {
        Self {
            sizing: Sizing::new(precision, budget, points, rounds),
            regions: Mutex::default(),
        }
    }

    /// The slice counts of every point so far, in the order of the points.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::{Batches, FakeClock, Region, Timer, RoundTarget, Stopwatch};
    /// let batches = Batches::sharing(30e-9, Duration::from_secs(2), 1, RoundTarget::AsNeeded);
    /// let timer = Timer::on(FakeClock::default());
    /// let mut calls = 0;
    /// for _ in 0..2 {
    ///     batches.take(Region { point: 7, nth: 0 }, &Stopwatch::on(&timer), &mut |n| {
    ///         calls += 1;
    ///         Duration::from_micros(n + if calls % 25 == 0 { 900 } else { 0 })
    ///     });
    /// }
    /// let (point, counts) = batches.slice_counts().next().ok_or("none")?;
    /// assert!(point == 7 && (0.03..0.05).contains(&counts.discarded_share()), "{counts:?}");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn slice_counts(&self) -> impl Iterator<Item = (u64, SliceCounts)> + use<> {
        let mut points: BTreeMap<u64, SliceCounts> = BTreeMap::new();
        for (region, known) in &*self.regions() {
            points.entry(region.point).or_default().add(known.counts);
        }
        points.into_iter()
    }

    /// Runs one batch of a region. `run` runs the given number of iterations, timed by the watch, and returns their
    /// time. The counters of the watch cover the slices that may count (twice as many where a first batch is repeated).
    ///
    /// The region's first batch follows runs that find its size, and is repeated where the size was far off. Before a
    /// later batch, an eighth of its iterations, at least one, runs as a warm-up, because other points used the caches
    /// meanwhile. A batch of fewer than eight slices, each a single call, has no warm-up. Other work of `run`, such as
    /// making inputs, takes time as well. A batch then has fewer iterations, so that it stays within its share.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::{Batches, FakeClock, Region, Timer, Stopwatch};
    /// let clock = FakeClock::default();
    /// let timer = Timer::on(clock.clone());
    /// let watch = Stopwatch::on(&timer);
    /// let mut calls = 0;
    /// // A call of 1 ms; another program has the core for 4 ms during two of three.
    /// let batch = Batches::default().take(Region { point: 0, nth: 0 }, &watch, &mut |n| {
    ///     let start = watch.start();
    ///     for _ in 0..n {
    ///         calls += 1;
    ///         clock.advance(Duration::from_millis(1));
    ///         if calls % 3 != 0 {
    ///             clock.preempt(Duration::from_millis(4));
    ///         }
    ///     }
    ///     watch.stop(start, n)
    /// });
    /// assert_eq!(batch.slice.time, Duration::from_millis(1));
    /// assert!(!batch.is_preempted && batch.counts.preempted > 0);
    /// ```
    pub fn take(
        &self,
        region: Region,
        watch: &Stopwatch<'_>,
        run: &mut dyn FnMut(u64) -> Duration,
    ) -> Batch {
        let known = self.regions().get(&region).cloned();
        let (size, mut counts, mut recent, is_mostly_set_up) = match known {
            Some(RegionState {
                size,
                counts,
                recent,
                is_mostly_set_up,
            }) => (Some(size), counts, recent, is_mostly_set_up),
            None => (None, SliceCounts::default(), RecentSlices::default(), false),
        };
        let mut runs = Runs {
            watch,
            run,
            is_mostly_set_up,
        };
        let (size, ran) = match size {
            None => self.first(&mut runs, &mut recent),
            Some(size) => {
                let warm_up = size.warm_up();
                if warm_up > 0 {
                    runs.trial(warm_up);
                }
                (size, runs.batch(size, &mut recent))
            }
        };
        let ideal = self.size_for(ran);
        counts.add(ran.batch.counts);
        let known = RegionState {
            size: if Sizing::fits(size, ideal) {
                size
            } else {
                ideal
            },
            counts,
            recent,
            is_mostly_set_up: ran.is_mostly_set_up(),
        };
        self.regions().insert(region, known);
        ran.batch
    }

    fn first(&self, runs: &mut Runs<'_>, recent: &mut RecentSlices) -> (Size, TimedRun) {
        let mut trial = runs.batch(Size::ONCE, recent);
        if trial.whole >= COSTLY.max(self.sizing.batch) {
            return (Size::ONCE, trial);
        }
        // The first call may have been slow for reasons of its own: whatever it took, another follows. Trials go on for
        // as long as a batch, so that calls that vary have about as many to a slice in every run.
        recent.clear();
        let enough = self.sizing.batch.min(LONGEST_TRIALS);
        trial = runs.trial(1);
        while trial.whole < enough && trial.batch.slice.iterations < MOST {
            trial = runs.trial(trial.batch.slice.iterations * 2);
        }
        runs.is_mostly_set_up = trial.is_mostly_set_up();
        let size = self.size_for(trial);
        let ran = runs.batch(size, recent);
        let better = self.size_for(ran);
        if Sizing::fits(size, better) {
            return (size, ran);
        }
        (better, runs.batch(better, recent))
    }

    fn size_for(&self, ran: TimedRun) -> Size {
        self.sizing.size_for(ran.batch.slice, ran.whole)
    }

    fn regions(&self) -> std::sync::MutexGuard<'_, HashMap<Region, RegionState>> {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What runs iterations, with the clock that tells what that takes in all.
struct Runs<'r> {
    watch: &'r Stopwatch<'r>,
    run: &'r mut dyn FnMut(u64) -> Duration,
    is_mostly_set_up: bool,
}

/// Iterations that were run.
#[derive(Clone, Copy)]
struct TimedRun {
    batch: Batch,
    /// The whole duration of a slice, with the parts that are not timed.
    whole: Duration,
}

impl TimedRun {
    fn is_mostly_set_up(self) -> bool {
        self.whole > self.batch.slice.time * 2
    }
}

impl Runs<'_> {
    fn trial(&mut self, iterations: u64) -> TimedRun {
        let start = self.watch.timer.now();
        let time = (self.run)(iterations);
        TimedRun {
            batch: Batch {
                slice: Slice { iterations, time },
                counts: SliceCounts::default(),
                is_preempted: false,
                share: Share::default(),
                busy: Duration::ZERO,
                is_moved: false,
            },
            whole: self.watch.timer.since(start).max(time),
        }
    }

    /// A batch, and more slices where all of them were preempted.
    fn batch(&mut self, size: Size, recent: &mut RecentSlices) -> TimedRun {
        let mut slices = Slices::of(size.iterations);
        self.watch.reset();
        let start = self.watch.timer.now();
        let mut left = size.slices + MORE_SLICES;
        while left > MORE_SLICES
            || (left > 0 && slices.are_all_preempted() && slices.longest() < LONG)
        {
            left -= 1;
            let run = || ((), (self.run)(size.iterations));
            let ((), time, observed) = self.watch.observe(self.is_mostly_set_up, run);
            slices.push(time, observed);
        }
        let whole = self.watch.timer.since(start).as_secs_f64() / slices.len().max(1) as f64;
        let whole = Duration::try_from_secs_f64(whole).unwrap_or(Duration::MAX);
        let batch = slices.finish(recent);
        TimedRun {
            batch,
            whole: whole.max(batch.slice.time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Clock, FakeClock, IterationTime, Timer};

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
            let run = &mut |iterations| {
                let start = timer.now();
                for _ in 0..iterations {
                    self.clock
                        .advance(Duration::from_nanos((self.cost)(self.calls)));
                    self.calls += 1;
                }
                timer.since(start)
            };
            batches.take(REGION, &Stopwatch::on(&timer), run).slice
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
        // The first batch comes after 32,768 calls, the second after 1,250.
        let slow_from = 32_768 + 10_000 + 1250 + 10_000;
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
        let timer = Timer::on(FakeClock::default());
        let batch = batches
            .take(REGION, &Stopwatch::on(&timer), &mut |_| Duration::ZERO)
            .slice;
        assert_eq!(batch.iterations, MOST);
        assert_eq!(batch.per_iteration(0.0), IterationTime::Time(0.0));
        assert_eq!(
            batch.per_iteration(1e-10),
            IterationTime::Below { floor: 1e-9 }
        );
    }

    /// Something else takes 1 ms from one call in 2000, which is a third of all time, and is in two of 39 slices.
    #[test]
    fn what_disturbs_some_slices_is_not_in_the_time() {
        let batches = Batches::sharing(30e-9, Duration::from_secs(1), 1, RoundTarget::AsNeeded);
        let mut body = Body::new(|call| if call % 2000 == 0 { 1_001_000 } else { 1_000 });
        for _ in 0..5 {
            let slice = body.take(&batches);
            assert_eq!(slice.per_iteration(0.0), IterationTime::Time(1e-6));
        }
    }

    /// Points that come after each other find the caches of others, so batches are short only where the budget leaves
    /// no choice.
    #[test]
    fn batches_of_many_points_are_no_shorter_than_they_must_be() {
        for (points, least) in [(1, 34), (10, 4), (70, 4), (100, 2), (1000, 0)] {
            let budget = Duration::from_secs(10);
            let batches = Batches::sharing(30e-9, budget, points, RoundTarget::AsNeeded);
            let mut body = Body::new(|_| 1000);
            body.take(&batches);
            let before = body.clock.now();
            body.take(&batches);
            let spent = body.clock.now().saturating_sub(before);
            assert!(spent.as_millis() >= least, "{points} points: {spent:?}");
            let rounds = budget.as_secs_f64() / (points as f64 * spent.as_secs_f64());
            assert!(rounds > 31.0, "{points} points: {rounds} rounds");
        }
    }

    /// A call that is as long as a slice is one, and a batch never takes longer than twice its share of the budget.
    #[test]
    fn batches_share_the_budget() {
        let budget = Duration::from_secs(1);
        for micros in [1, 40, 99, 101, 150, 700, 976, 1000, 1954, 3000, 20_000] {
            let batches = Batches::sharing(30e-9, budget, 1, RoundTarget::AsNeeded);
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

    /// The preparation of inputs is not timed, but takes a hundred times as long as the work: slices are as short as
    /// the clock can tell, and batches of many points last no longer than theirs.
    #[test]
    fn what_is_not_timed_counts_for_the_length() {
        for (points, most) in [(1, 40_000), (10, 4600), (100, 3200)] {
            let budget = Duration::from_secs(10);
            let batches = Batches::sharing(30e-9, budget, points, RoundTarget::AsNeeded);
            let clock = FakeClock::default();
            let timer = Timer::on(clock.clone());
            let mut spent = Duration::ZERO;
            for _ in 0..3 {
                let before = clock.now();
                let run = &mut |n| {
                    clock.advance(Duration::from_micros(101 * n));
                    Duration::from_micros(n)
                };
                let slice = batches.take(REGION, &Stopwatch::on(&timer), run).slice;
                let IterationTime::Time(time) = slice.per_iteration(0.0) else {
                    panic!("{slice:?}");
                };
                assert!((time - 1e-6).abs() < 1e-12, "{time}");
                assert!((6..=100).contains(&slice.iterations), "{slice:?}");
                spent = clock.now().saturating_sub(before);
            }
            assert!(
                spent <= Duration::from_micros(most),
                "{points} points: {spent:?}"
            );
        }
    }

    /// A short call does not stand alone in the caches that other points left behind.
    #[test]
    fn short_calls_are_warmed_up() {
        let batches = Batches::sharing(30e-9, Duration::from_secs(1), 500, RoundTarget::AsNeeded);
        let timer = Timer::on(FakeClock::default());
        let mut runs = Vec::new();
        for _ in 0..2 {
            runs.clear();
            batches.take(REGION, &Stopwatch::on(&timer), &mut |n| {
                runs.push(n);
                Duration::from_micros(40 * n)
            });
        }
        assert_eq!(runs, [1, 3]);
    }

    /// So many batches as are wanted fill the budget, whatever a call takes, with their warm-ups and the trials of the
    /// first.
    #[test]
    fn wanted_batches_fill_the_budget() {
        for (rounds, micros) in [(10, 1), (10, 300), (100, 1), (100, 300), (1000, 1)] {
            let budget = Duration::from_secs(10);
            let batches = Batches::sharing(30e-9, budget, 1, RoundTarget::Exactly(rounds));
            let mut body = Body::new(|_| micros * 1000);
            for _ in 0..rounds {
                body.take(&batches);
            }
            let spent = body.clock.now().as_secs_f64() / budget.as_secs_f64();
            assert!(
                (0.65..1.0).contains(&spent),
                "{rounds} of {micros} µs: {spent}"
            );
        }
    }

    #[test]
    fn regions_are_apart() {
        let batches = Batches::default();
        let timer = Timer::on(FakeClock::default());
        let fast = batches.take(REGION, &Stopwatch::on(&timer), &mut |n| {
            Duration::from_nanos(n * 10)
        });
        let other = Region { nth: 1, ..REGION };
        let slow = batches.take(other, &Stopwatch::on(&timer), &mut |n| {
            Duration::from_nanos(n * 1000)
        });
        assert_eq!(
            (fast.slice.iterations, slow.slice.iterations),
            (10_000, 100)
        );
    }
}
