//! Timing of pieces of code within a sample.

use std::future::Future;
use std::hint::black_box;
use std::mem::needs_drop;
use std::pin::Pin;
use std::time::Duration;

use crate::measure::{
    Batch, Batches, IterationTime, MarkedTime, Region, Share, Slice, SliceCounts, Stopwatch, Timer,
};

use super::Context;

/// How many outputs are kept until the clock has been read, where dropping them takes time.
const KEPT: u8 = 64;

/// A time of a smaller share of the slices is kept with that share.
const MOST: f64 = 0.9;

/// A future that [`Context::iter_async`] passes to a runtime, and that returns its time.
pub type TimedFuture<'a> = Pin<Box<dyn Future<Output = Duration> + 'a>>;

/// Times come from the clock of the process, minus the measurement overhead. `None` stands for a time too short to
/// separate from that overhead. Each function hides the output of `work` from the optimiser, and returns the last
/// output, which is dropped outside the time.
///
/// In a sweep with a `timed` result, every sample is one *batch* of one round. Its time is the mean of *slices*, which
/// are calls that are timed together, without the discarded ones. The first measurement of a point determines their
/// number. An event in few of the slices, such as a table that grows every few milliseconds, is not part of the time.
/// To include it, let a call do a whole cycle.
impl<'a> Context<'a> {
    /// Runs `work` once and records its wall time.
    ///
    /// Use it for work that cannot be repeated within a sample; every round then runs the set-up before it again. The
    /// time is in seconds where `T` is a number, and a `Duration` where `T` is `Duration`. Work that panics records no
    /// time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::context::Context;
    /// let mut elapsed: Option<Duration> = None;
    /// let sum = |n: u64| (0..n).map(|n| n * n % 7).sum::<u64>();
    /// let found = Context::new(1, &|| 42).measure(&mut elapsed, || sum(100_000));
    /// assert_eq!(found, sum(100_000));
    /// assert!(elapsed.is_some());
    /// ```
    pub fn measure<T: FromSeconds, R>(
        &mut self,
        elapsed: &mut Option<T>,
        work: impl FnOnce() -> R,
    ) -> R {
        self.region();
        let watch = self.watch();
        watch.reset();
        let ((result, time, observed), is_throttled) = watch.watch_heat(|| {
            watch.observe(true, || {
                let start = watch.start();
                let result = black_box(work());
                (result, watch.stop(start, 1))
            })
        });
        let is_preempted = observed.is_preempted() && !self.once;
        let batch = Batch {
            slice: Slice {
                iterations: 1,
                time,
            },
            counts: SliceCounts {
                run: 1,
                preempted: u64::from(is_preempted),
                ..SliceCounts::default()
            },
            is_preempted,
            share: Share::default(),
            busy: observed.used.busy,
            is_moved: observed.is_moved,
        };
        self.record(elapsed, batch, is_throttled, |_| {
            watch.timer().costs().reading
        });
        result
    }

    /// Runs `work` as often as a batch needs, and records the wall time of one call.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// let mut cx = Context::new(1, &|| 42);
    /// let data = cx.random_vec::<u64>(1000);
    /// let mut elapsed: Option<f64> = None;
    /// let largest = cx.iter(&mut elapsed, || data.iter().max());
    /// assert_eq!(largest, data.iter().max());
    /// assert!(elapsed.is_some_and(|seconds| seconds < 1e-3));
    /// ```
    #[expect(
        clippy::iter_not_returning_iterator,
        reason = "it iterates; the name is the field's"
    )]
    pub fn iter<T: FromSeconds, R>(
        &mut self,
        elapsed: &mut Option<T>,
        mut work: impl FnMut() -> R,
    ) -> R {
        let watch = self.watch();
        let costs = watch.timer().costs();
        let mut last = None;
        if needs_drop::<R>() {
            let mut kept: Vec<R> = Vec::with_capacity(KEPT.into());
            self.batch(
                elapsed,
                &watch,
                |n| costs.iteration + costs.of_groups(n, KEPT.into()),
                |n| {
                    let mut time = Duration::ZERO;
                    let mut left = n;
                    while left > 0 {
                        let chunk = left.min(KEPT.into());
                        let start = watch.start();
                        for _ in 0..chunk {
                            kept.push(black_box(work()));
                        }
                        time += watch.stop(start, chunk);
                        left -= chunk;
                        last = kept.pop();
                        kept.clear();
                    }
                    time
                },
            );
        } else {
            let overhead = |n| costs.iteration + costs.of_groups(n, n);
            self.batch(elapsed, &watch, overhead, |n| {
                let start = watch.start();
                crate::measure::repeat(n.saturating_sub(1), &mut work);
                let result = black_box(work());
                let time = watch.stop(start, n);
                last = Some(result);
                time
            });
        }
        // A batch runs at least one iteration.
        last.unwrap_or_else(work)
    }

    /// Like [`iter`](Self::iter), for work that consumes or changes its input: `setup` makes a new input for every
    /// call, outside the time. Every call is timed alone, so it should take at least a microsecond. For shorter calls,
    /// use [`iter_batched`](Self::iter_batched).
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// let mut cx = Context::new(1, &|| 42);
    /// let data = cx.random_vec::<u64>(1000);
    /// let mut elapsed: Option<f64> = None;
    /// let sorted = cx.iter_with_setup(&mut elapsed, || data.clone(), |mut data| {
    ///     data.sort();
    ///     data
    /// });
    /// assert!(sorted.is_sorted() && elapsed.is_some());
    /// ```
    pub fn iter_with_setup<T: FromSeconds, I, R>(
        &mut self,
        elapsed: &mut Option<T>,
        setup: impl FnMut() -> I,
        work: impl FnMut(I) -> R,
    ) -> R {
        self.iter_batched(elapsed, 1, setup, work)
    }

    /// Like [`iter_with_setup`](Self::iter_with_setup), but makes `size` inputs ahead and times their calls together,
    /// for work that is short compared with a reading of the clock (some 25 ns). All inputs and outputs of a group are
    /// in memory at once. A `size` of 0 counts as 1.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// let mut elapsed: Option<f64> = None;
    /// let last = Context::new(1, &|| 42).iter_batched(
    ///     &mut elapsed,
    ///     100,
    ///     || vec![3, 1, 2],
    ///     |mut list| {
    ///         list.push(4);
    ///         list
    ///     },
    /// );
    /// assert_eq!(last, [3, 1, 2, 4]);
    /// ```
    pub fn iter_batched<T: FromSeconds, I, R>(
        &mut self,
        elapsed: &mut Option<T>,
        size: usize,
        mut setup: impl FnMut() -> I,
        mut work: impl FnMut(I) -> R,
    ) -> R {
        let watch = self.watch();
        let costs = watch.timer().costs();
        let size = size.max(1);
        let iteration = if size == 1 { 0.0 } else { costs.iteration };
        let overhead = |n| iteration + costs.of_groups(n, size as u64);
        let mut last = None;
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        self.batch(elapsed, &watch, overhead, |n| {
            let mut time = Duration::ZERO;
            let mut left = n;
            while left > 0 {
                let group = usize::try_from(left).unwrap_or(usize::MAX).min(size);
                inputs.extend((0..group).map(|_| setup()));
                outputs.reserve(group);
                let start = watch.start();
                for input in inputs.drain(..) {
                    outputs.push(black_box(work(black_box(input))));
                }
                time += watch.stop(start, group as u64);
                left -= group as u64;
                last = outputs.pop();
                outputs.clear();
            }
            time
        });
        last.unwrap_or_else(|| work(setup()))
    }

    /// Records the time of an iteration that `work` measures itself. `work` receives a number of iterations, runs them,
    /// and returns their time. Nothing is subtracted. Counters cover all of `work`.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use bencher_core::context::Context;
    /// let mut elapsed: Option<f64> = None;
    /// Context::new(1, &|| 42).iter_custom(&mut elapsed, |iterations| {
    ///     let start = Instant::now();
    ///     for n in 0..iterations {
    ///         std::hint::black_box(n.pow(3));
    ///     }
    ///     start.elapsed() / 2
    /// });
    /// assert!(elapsed.is_some());
    /// ```
    pub fn iter_custom<T: FromSeconds>(
        &mut self,
        elapsed: &mut Option<T>,
        mut work: impl FnMut(u64) -> Duration,
    ) {
        let watch = self.watch();
        self.batch(
            elapsed,
            &watch,
            |_| 0.0,
            |n| {
                let start = watch.start();
                let time = work(n);
                watch.stop(start, n);
                time
            },
        );
    }

    /// Like [`iter`](Self::iter), for asynchronous work on the user's own runtime. `block_on` drives one future that
    /// holds a whole slice, so that the start of the runtime does not count. The calls follow one another. The time
    /// includes dropping their outputs, except the last, which is returned. `None` where `block_on` did not run the
    /// future to its end.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// # fn block_on<F: Future + Unpin>(mut future: F) -> F::Output {
    /// #     use std::task::{Context, Poll, Waker};
    /// #     let mut future = std::pin::Pin::new(&mut future);
    /// #     loop {
    /// #         if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
    /// #             return done;
    /// #         }
    /// #     }
    /// # }
    /// let mut elapsed: Option<f64> = None;
    /// let sum = Context::new(1, &|| 42).iter_async(
    ///     &mut elapsed,
    ///     |future| block_on(future), // of tokio: `|future| runtime.block_on(future)`
    ///     async || (0..100_u64).map(|n| n * n % 7).sum::<u64>(),
    /// );
    /// assert_eq!(sum, Some((0..100).map(|n| n * n % 7).sum()));
    /// assert!(elapsed.is_some());
    /// ```
    pub fn iter_async<T: FromSeconds, R>(
        &mut self,
        elapsed: &mut Option<T>,
        mut block_on: impl FnMut(TimedFuture<'_>) -> Duration,
        mut work: impl AsyncFnMut() -> R,
    ) -> Option<R> {
        let watch = self.watch();
        let costs = watch.timer().costs();
        let mut last = None;
        let overhead = |n| costs.iteration + costs.of_groups(n, n);
        self.batch(elapsed, &watch, overhead, |n| {
            block_on(Box::pin(async {
                let start = watch.start();
                for _ in 1..n {
                    black_box(work().await);
                }
                let result = black_box(work().await);
                let time = watch.stop(start, n);
                last = Some(result);
                time
            }))
        });
        last
    }

    /// Takes a batch of a region, and records the time of one iteration without the measurement overhead.
    fn batch<T: FromSeconds>(
        &mut self,
        elapsed: &mut Option<T>,
        watch: &Stopwatch<'_>,
        overhead: impl Fn(u64) -> f64,
        mut run: impl FnMut(u64) -> Duration,
    ) {
        let region = self.region();
        // An abandoned sample must not disturb others for longer than it has to, nor size their batches.
        if self.once || self.is_abandoned() {
            watch.reset();
            // A check measures nothing, and the body may go on with what it is given.
            *elapsed = Some(T::from_seconds(run(1).as_secs_f64()));
            return;
        }
        let batches = match self.batches {
            Some(batches) => batches,
            None => self.own_batches.get_or_insert_with(Batches::default),
        };
        let (batch, is_throttled) = watch.watch_heat(|| batches.take(region, watch, &mut run));
        self.record(elapsed, batch, is_throttled, overhead);
    }

    fn record<T: FromSeconds>(
        &mut self,
        elapsed: &mut Option<T>,
        batch: Batch,
        is_throttled: bool,
        overhead: impl Fn(u64) -> f64,
    ) {
        let slice = batch.slice;
        *elapsed = match slice.per_iteration(overhead(slice.iterations)) {
            IterationTime::Time(seconds) if seconds < 10.0 * T::STEP => {
                self.note_too_short(elapsed, 10.0 * T::STEP)
            }
            // Nothing takes no time: the body's own clock is too coarse.
            IterationTime::Time(seconds) if seconds <= 0.0 => {
                let precision = self.watch().timer().costs().precision;
                self.note_too_short(elapsed, precision)
            }
            IterationTime::Time(seconds) => {
                let share = batch.share.get();
                self.times.push(MarkedTime {
                    time: seconds,
                    busy: batch
                        .is_preempted
                        .then(|| on_core(batch.busy.as_secs_f64(), seconds)),
                    share: (!batch.is_preempted && share < MOST).then_some(share),
                    is_moved: batch.is_moved,
                    is_throttled,
                });
                Some(T::from_seconds(seconds))
            }
            IterationTime::Below { floor } => self.note_too_short(elapsed, floor),
        };
    }

    /// Notes that the time of a field is shorter than a floor, in seconds: there is no time.
    fn note_too_short<T>(&mut self, field: *const Option<T>, floor: f64) -> Option<T> {
        self.below = Some(self.below.unwrap_or(0.0).max(floor));
        self.too_short.push(field.addr());
        None
    }

    /// The clock, that of the process unless another was given, and the counters.
    fn watch(&self) -> Stopwatch<'a> {
        let timer = self.timer.unwrap_or_else(|| Timer::system());
        Stopwatch::with_meter(timer, self.meter)
    }

    /// Begins a timed region of the sample.
    fn region(&mut self) -> Region {
        let region = Region {
            point: self.point,
            nth: self.regions,
        };
        self.regions += 1;
        region
    }
}

/// The time on a core within a time. What is read around a time is a little longer than the time; several threads are on
/// their cores for much longer.
fn on_core(busy: f64, time: f64) -> f64 {
    if (time..1.1 * time).contains(&busy) {
        time
    } else {
        busy
    }
}

/// A type of results that can hold a measured time.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::context::FromSeconds;
/// assert_eq!(f64::from_seconds(0.25), 0.25);
/// assert_eq!(Duration::from_seconds(0.25), Duration::from_millis(250));
/// ```
pub trait FromSeconds {
    /// The step between two times that it can hold, in seconds. A time of less than ten steps is below resolution.
    const STEP: f64 = 0.0;

    /// Converts seconds to this type; a negative time becomes 0.
    fn from_seconds(seconds: f64) -> Self;
}

impl FromSeconds for f64 {
    fn from_seconds(seconds: f64) -> Self {
        seconds.max(0.0)
    }
}

impl FromSeconds for Duration {
    const STEP: f64 = 1e-9;

    fn from_seconds(seconds: f64) -> Self {
        Self::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Self::MAX)
    }
}
