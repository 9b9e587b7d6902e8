//! How many iterations a batch takes, and in how many slices.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::sizing::{LONGEST_TRIALS, MOST, Size, Sizing};
use super::slice::{Region, Slice};
use super::{Timer, Wanted};
use crate::stats::undisturbed;

/// About how many batches fill the budget of a point, where nobody says how many there are.
pub const USUAL_ROUNDS: u32 = 256;
/// A single call that takes so long is not run again only to find out how long it takes.
const COSTLY: Duration = Duration::from_secs(1);
/// From so many slices on a share of them is told: few show it badly.
pub const TOLD: u64 = 100;

/// How many iterations the batches of a sweep take, region by region, and in how many slices.
///
/// A batch is one or more *slices*, as short as the clock allows, and what it comes to is the mean of those that do not
/// lie far out ([`undisturbed`]): whatever else the machine does now and then falls into some of the slices; of a
/// single long one it would be a part.
///
/// A first batch is sized by doubling until that takes as long as a batch; a first call that is slow does not
/// count. The example stands at the [module](super).
#[derive(Debug)]
pub struct Batches {
    sizing: Sizing,
    regions: Mutex<HashMap<Region, Known>>,
}

/// What is known of a region.
#[derive(Clone, Copy, Debug)]
struct Known {
    size: Size,
    /// How many slices it had, and how many were left out.
    slices: u64,
    left_out: u64,
}

impl Default for Batches {
    /// Of one slice each.
    fn default() -> Self {
        Self::sharing(0.0, Duration::ZERO, 1, Wanted::AsNeeded)
    }
}

impl Batches {
    /// For a clock of a precision, in seconds, and a budget that so many points share for so many rounds.
    ///
    /// A slice lasts at least about [`LEAST_SLICE`](super::LEAST_SLICE), and twice the precision is a thousandth of it at most: where making inputs
    /// takes longer than a batch should last, a hundredth. A batch has as many slices as fill its share of the budget,
    /// warm-ups and the first round's trials included; where the number of rounds is open it lasts at least 4 ms, unless fewer than 32 batches
    /// would be left. Where a single call is as long as a slice, and the number
    /// of rounds is open, it has half as many, or one where that are fewer than four: of two calls nobody can tell which was
    /// disturbed, and their mean varies otherwise than one.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::{Batches, FakeClock, Region, Timer, Wanted};
    /// // How often calls of so many microseconds are run for the second batch of a point.
    /// let calls = |micros, seconds| {
    ///     let budget = Duration::from_secs(seconds);
    ///     let batches = Batches::sharing(30e-9, budget, 10, Wanted::AsNeeded);
    ///     let (region, timer) = (Region { point: 0, nth: 0 }, Timer::on(FakeClock::default()));
    ///     let mut calls = Vec::new();
    ///     for _ in 0..2 {
    ///         calls.clear();
    ///         batches.take(region, &timer, &mut || {}, &mut |n| {
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
    pub fn sharing(precision: f64, budget: Duration, points: u64, rounds: Wanted) -> Self {
        Self {
            sizing: Sizing::new(precision, budget, points, rounds),
            regions: Mutex::default(),
        }
    }

    /// The share of the slices so far that was left out as disturbed, point by point; of points with [`TOLD`] slices or more.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::measure::{Batches, FakeClock, Region, Timer, Wanted};
    /// let batches = Batches::sharing(30e-9, Duration::from_secs(2), 1, Wanted::AsNeeded);
    /// let mut calls = 0;
    /// for _ in 0..2 {
    ///     assert_eq!(batches.left_out().count(), 0, "of few slices");
    ///     batches.take(Region { point: 7, nth: 0 }, &Timer::on(FakeClock::default()), &mut || {}, &mut |n| {
    ///         calls += 1;
    ///         Duration::from_micros(n + if calls % 5 == 0 { 900 } else { 0 })
    ///     });
    /// }
    /// let (point, share) = batches.left_out().next().ok_or("none")?;
    /// assert!(point == 7 && (0.19..0.21).contains(&share), "{share}");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn left_out(&self) -> impl Iterator<Item = (u64, f64)> + use<> {
        let mut points: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        for (region, known) in &*self.regions() {
            let (slices, left_out) = points.entry(region.point).or_default();
            *slices += known.slices;
            *left_out += known.left_out;
        }
        points
            .into_iter()
            .filter(|(_, (slices, _))| *slices >= TOLD)
            .map(|(point, (slices, left_out))| (point, left_out as f64 / slices as f64))
    }

    /// Runs one batch of a region: `run` runs so many iterations and says how long they took; `begin` is called before
    /// the first that count (twice where a first batch is taken again). Gives one slice, whose time is the mean
    /// of those of the batch that were not disturbed.
    ///
    /// The region's first batch comes after runs that find its size, and is taken again where that was
    /// wrong by far. Later ones come after an eighth of their iterations, or one, that do
    /// not count, because other points had the caches meanwhile; only where a single call is as long as a slice and there are fewer than
    /// eight, none is spent on that. What `run` does besides (inputs that it makes) takes time of `timer` too: a batch has fewer
    /// iterations for that, so that it keeps to its share.
    pub fn take(
        &self,
        region: Region,
        timer: &Timer,
        begin: &mut dyn FnMut(),
        run: &mut dyn FnMut(u64) -> Duration,
    ) -> Slice {
        let mut runs = Runs { timer, begin, run };
        let known = self.regions().get(&region).copied();
        let (size, ran) = match known {
            None => self.first(&mut runs),
            Some(Known { size, .. }) => {
                let warm_up = size.warm_up();
                if warm_up > 0 {
                    runs.trial(warm_up);
                }
                (size, runs.batch(size))
            }
        };
        let ideal = self.size_for(ran);
        let (slices, left_out) = known.map_or((0, 0), |known| (known.slices, known.left_out));
        let known = Known {
            size: if Sizing::fits(size, ideal) {
                size
            } else {
                ideal
            },
            slices: slices + size.slices,
            left_out: left_out + ran.left_out,
        };
        self.regions().insert(region, known);
        ran.slice
    }

    fn first(&self, runs: &mut Runs<'_>) -> (Size, Ran) {
        let mut trial = runs.batch(Size::ONCE);
        if trial.whole >= COSTLY.max(self.sizing.batch) {
            return (Size::ONCE, trial);
        }
        // The first call may have been slow for reasons of its own: whatever it took, another follows. Trials go on for as long as a
        // batch, so that calls that vary have about as many to a slice in every run.
        let enough = self.sizing.batch.min(LONGEST_TRIALS);
        trial = runs.trial(1);
        while trial.whole < enough && trial.slice.iterations < MOST {
            trial = runs.trial(trial.slice.iterations * 2);
        }
        let size = self.size_for(trial);
        let ran = runs.batch(size);
        let better = self.size_for(ran);
        if Sizing::fits(size, better) {
            return (size, ran);
        }
        (better, runs.batch(better))
    }

    fn size_for(&self, ran: Ran) -> Size {
        self.sizing.size_for(ran.slice, ran.whole)
    }

    fn regions(&self) -> std::sync::MutexGuard<'_, HashMap<Region, Known>> {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What runs iterations, with the clock that tells what that takes in all.
struct Runs<'r> {
    timer: &'r Timer,
    begin: &'r mut dyn FnMut(),
    run: &'r mut dyn FnMut(u64) -> Duration,
}

/// Iterations that were run.
#[derive(Clone, Copy)]
struct Ran {
    slice: Slice,
    /// What a slice took in all, with what is not timed.
    whole: Duration,
    left_out: u64,
}

impl Runs<'_> {
    fn trial(&mut self, iterations: u64) -> Ran {
        let start = self.timer.now();
        let time = (self.run)(iterations);
        Ran {
            slice: Slice { iterations, time },
            whole: self.timer.since(start).max(time),
            left_out: 0,
        }
    }

    /// A slice as those of the batch were that were not disturbed.
    fn batch(&mut self, size: Size) -> Ran {
        let mut seconds = Vec::with_capacity(usize::try_from(size.slices).unwrap_or_default());
        (self.begin)();
        let start = self.timer.now();
        let times = (0..size.slices).map(|_| (self.run)(size.iterations));
        seconds.extend(times.map(|time| time.as_secs_f64()));
        let whole = self.timer.since(start).as_secs_f64() / size.slices.max(1) as f64;
        let (mean, left_out) = match undisturbed(&seconds) {
            Some(found) => (found.mean, found.left_out as u64),
            None => (0.0, 0),
        };
        let duration = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        Ran {
            slice: Slice {
                iterations: size.iterations,
                time: duration(mean),
            },
            whole: duration(whole.max(mean)),
            left_out,
        }
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
            batches.take(REGION, &timer, &mut || {}, &mut |iterations| {
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
        let batch = batches.take(REGION, &timer, &mut || {}, &mut |_| Duration::ZERO);
        assert_eq!(batch.iterations, MOST);
        assert_eq!(batch.per_iteration(0.0), Timed::Time(0.0));
        assert_eq!(batch.per_iteration(1e-10), Timed::Below { floor: 1e-9 });
    }

    /// Something else takes 1 ms from one call in 2000, which is a third of all time, and is in two of 39 slices.
    #[test]
    fn what_disturbs_some_slices_is_not_in_the_time() {
        let batches = Batches::sharing(30e-9, Duration::from_secs(1), 1, Wanted::AsNeeded);
        let mut body = Body::new(|call| if call % 2000 == 0 { 1_001_000 } else { 1_000 });
        for _ in 0..5 {
            let slice = body.take(&batches);
            assert_eq!(slice.per_iteration(0.0), Timed::Time(1e-6));
        }
    }

    /// Points that come after each other find the caches of others, so batches are short only where the budget leaves no choice.
    #[test]
    fn batches_of_many_points_are_no_shorter_than_they_must_be() {
        for (points, least) in [(1, 34), (10, 4), (70, 4), (100, 2), (1000, 0)] {
            let budget = Duration::from_secs(10);
            let batches = Batches::sharing(30e-9, budget, points, Wanted::AsNeeded);
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
            let batches = Batches::sharing(30e-9, budget, 1, Wanted::AsNeeded);
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

    /// What makes inputs is not timed, but takes a hundred times as long as the work: slices are as short as the clock can tell,
    /// and batches of many points last no longer than theirs.
    #[test]
    fn what_is_not_timed_counts_for_the_length() {
        for (points, most) in [(1, 40_000), (10, 4600), (100, 3200)] {
            let budget = Duration::from_secs(10);
            let batches = Batches::sharing(30e-9, budget, points, Wanted::AsNeeded);
            let clock = FakeClock::default();
            let timer = Timer::on(clock.clone());
            let mut spent = Duration::ZERO;
            for _ in 0..3 {
                let before = clock.now();
                let slice = batches.take(REGION, &timer, &mut || {}, &mut |n| {
                    clock.advance(Duration::from_micros(101 * n));
                    Duration::from_micros(n)
                });
                let Timed::Time(time) = slice.per_iteration(0.0) else {
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
        let batches = Batches::sharing(30e-9, Duration::from_secs(1), 500, Wanted::AsNeeded);
        let timer = Timer::on(FakeClock::default());
        let mut runs = Vec::new();
        for _ in 0..2 {
            runs.clear();
            batches.take(REGION, &timer, &mut || {}, &mut |n| {
                runs.push(n);
                Duration::from_micros(40 * n)
            });
        }
        assert_eq!(runs, [1, 3]);
    }

    /// So many batches as are wanted fill the budget, whatever a call takes, with their warm-ups and the trials of the first.
    #[test]
    fn wanted_batches_fill_the_budget() {
        for (rounds, micros) in [(10, 1), (10, 300), (100, 1), (100, 300), (1000, 1)] {
            let budget = Duration::from_secs(10);
            let batches = Batches::sharing(30e-9, budget, 1, Wanted::Exactly(rounds));
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
        let fast = batches.take(REGION, &timer, &mut || {}, &mut |n| {
            Duration::from_nanos(n * 10)
        });
        let other = Region { nth: 1, ..REGION };
        let slow = batches.take(other, &timer, &mut || {}, &mut |n| {
            Duration::from_nanos(n * 1000)
        });
        assert_eq!((fast.iterations, slow.iterations), (10_000, 100));
    }
}
