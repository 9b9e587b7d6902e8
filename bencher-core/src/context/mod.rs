//! The context of a benchmark beside its inputs: the repeat, seeded random data, a stopwatch.
//!
//! [`Benchmark::benchmark`] receives a new [`Context`] for each sample. Its random data is the same in every run:
//!
//! ```
//! use bencher_core::context::Context;
//! let seeder = || 42;
//! let mut cx = Context::new(2, &seeder);
//! assert_eq!(cx.repeat(), 2);
//! let mut data = cx.random_vec::<u32>(1000);
//! let mut elapsed: Option<f64> = None;
//! let middle = cx.measure(&mut elapsed, || {
//!     data.sort();
//!     data[500]
//! });
//! assert_eq!(middle, data[500]);
//! assert!(elapsed.is_some(), "in seconds");
//! ```
//!
//! [`Benchmark::benchmark`]: crate::sweep_executor::Benchmark::benchmark

mod state;
mod timing;

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

pub use state::{States, WorkerState};
pub use timing::{FromSeconds, TimedFuture};

use crate::evaluator::JobHandle;
use crate::measure::{Batches, MarkedTime, Meter, Timer};
use crate::space::mix;
use crate::store::{PendingFolder, StoreError};
use crate::var::{InputName, UnknownName};

/// Computes the seed of a point and a repeat from all inputs except those with these names.
pub type PartialSeeder<'a> = dyn Fn(&[String]) -> Result<u64, UnknownName> + 'a;

/// The current sample, as its benchmark sees it.
///
/// See the [module](self) for an example.
pub struct Context<'a> {
    repeat: u32,
    seeder: &'a dyn Fn() -> u64,
    /// The seed that depends on the point without some of its inputs.
    partial_seeder: Option<&'a PartialSeeder<'a>>,
    /// The seed that was asked for by [`seed_without`](Self::seed_without).
    own_seed: Option<u64>,
    drawn: u64,
    states: Option<&'a Arc<States>>,
    folders: Option<&'a dyn Fn() -> Result<PendingFolder, StoreError>>,
    folder: Option<PendingFolder>,
    timer: Option<&'a Timer>,
    meter: Option<&'a RefCell<Meter>>,
    /// The number of the point, which batches are sized by.
    point: u64,
    batches: Option<&'a Batches>,
    /// The default sizes of batches.
    own_batches: Option<Batches>,
    /// Whether every timed region is run once only.
    once: bool,
    /// The timed regions so far.
    regions: u32,
    /// The shortest measurable time in seconds, if a time was too short.
    below: Option<f64>,
    /// The addresses of the fields whose times were too short.
    too_short: Vec<usize>,
    /// The times that were recorded.
    times: Vec<MarkedTime>,
    handle: Option<&'a JobHandle<'a>>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

impl<'a> Context<'a> {
    /// The context of one sample; `seeder` gives the seed of its point and repeat.
    pub fn new(repeat: u32, seeder: &'a dyn Fn() -> u64) -> Self {
        Self {
            repeat,
            seeder,
            partial_seeder: None,
            own_seed: None,
            drawn: 0,
            states: None,
            folders: None,
            folder: None,
            timer: None,
            meter: None,
            point: 0,
            batches: None,
            own_batches: None,
            once: false,
            regions: 0,
            below: None,
            too_short: Vec::new(),
            times: Vec::new(),
            handle: None,
        }
    }

    /// Sets the sizes of batches, which the samples of a sweep share, and the point of the sample.
    #[must_use]
    pub fn with_batches(mut self, batches: &'a Batches, point: u64) -> Self {
        self.batches = Some(batches);
        self.point = point;
        self
    }

    /// Sets the handle through which the evaluator can stop the sample.
    #[must_use]
    pub fn with_handle(mut self, handle: &'a JobHandle<'a>) -> Self {
        self.handle = Some(handle);
        self
    }

    /// Whether the sample should stop, because it was cancelled or its time is up (`--job-timeout`).
    ///
    /// A long benchmark should call this now and then, and return an error when it should stop.
    ///
    /// ```
    /// let cx = bencher_core::context::Context::new(1, &|| 42);
    /// assert!(!cx.should_stop(), "nobody minds the time here");
    /// ```
    pub fn should_stop(&self) -> bool {
        self.handle.is_some_and(JobHandle::should_stop)
    }

    /// Whether the sample was abandoned; its later work has no effect.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.handle.is_some_and(JobHandle::is_abandoned)
    }

    /// Sets the clock.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::context::Context;
    /// use bencher_core::measure::{FakeClock, Timer};
    /// let clock = FakeClock::default();
    /// let timer = Timer::on(clock.clone());
    /// let mut cx = Context::new(1, &|| 42).with_timer(&timer);
    /// let mut elapsed: Option<f64> = None;
    /// cx.iter(&mut elapsed, || clock.advance(Duration::from_nanos(250)));
    /// assert_eq!(elapsed, Some(250e-9));
    /// ```
    #[must_use]
    pub fn with_timer(mut self, timer: &'a Timer) -> Self {
        self.timer = Some(timer);
        self
    }

    /// Sets the counters, which are read around every timed piece of code. A result takes the reading of the last
    /// piece.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use bencher_core::context::Context;
    /// use bencher_core::measure::{Meter, Reason};
    /// use bencher_core::var::Counter;
    /// let meter = RefCell::new(Meter::new(&[Counter::CpuTime]));
    /// let mut elapsed: Option<f64> = None;
    /// Context::new(1, &|| 42).with_meter(&meter).iter(&mut elapsed, || (0..1000_u64).map(|n| n * n).sum::<u64>());
    /// let meter = meter.borrow();
    /// match &meter.readings()[0].value {
    ///     Ok(seconds) => assert!(*seconds > 0.0),
    ///     Err(reason) => assert_eq!(*reason, Reason::Platform),
    /// }
    /// ```
    #[must_use]
    pub fn with_meter(mut self, meter: &'a RefCell<Meter>) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Runs every timed piece of code once, without a batch, as a quick check that it works.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// let (mut calls, mut elapsed) = (0, None::<f64>);
    /// Context::new(1, &|| 42).once().iter(&mut elapsed, || calls += 1);
    /// assert_eq!(calls, 1);
    /// ```
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// A context for the calls of a body that is measured as a whole, within this one: of the same point and repeat,
    /// with the same state. Its random data starts again after each [`rewind`](Self::rewind). It has no folder, because
    /// writing files would count as time.
    pub(crate) fn for_calls(&self) -> Context<'a> {
        Context {
            states: self.states,
            timer: self.timer,
            handle: self.handle,
            partial_seeder: self.partial_seeder,
            own_seed: self.own_seed,
            ..Context::new(self.repeat, self.seeder)
        }
        .once()
    }

    /// Draws the same again.
    pub(crate) const fn rewind(&mut self) {
        self.drawn = 0;
    }

    /// The shortest measurable time of this sample, in seconds, if one of its times was too short.
    pub const fn below_resolution(&self) -> Option<f64> {
        self.below
    }

    /// Whether a time that is unset was too short, rather than never taken. `timed` has the addresses of the fields of
    /// all times, and `field` is one of them.
    ///
    /// A time that was taken into another place, such as a variable, may be that of any field.
    pub(crate) fn is_too_short(&self, field: Option<usize>, timed: &[Option<usize>]) -> bool {
        let mut places = self.too_short.iter().map(|place| Some(*place));
        places.any(|place| place == field || field.is_none() || !timed.contains(&place))
    }

    /// The times of this sample, with what disturbed them.
    pub fn times(&self) -> &[MarkedTime] {
        &self.times
    }

    /// Sets the function that makes the sample's folder.
    #[must_use]
    pub fn with_folders(mut self, make: &'a dyn Fn() -> Result<PendingFolder, StoreError>) -> Self {
        self.folders = Some(make);
        self
    }

    /// A folder for the files of this sample, empty at first.
    ///
    /// It is kept with the sample, beside the store, and [`JobFolders::find`](crate::store::JobFolders::find) finds it
    /// again. If the sample fails, or the run stores nothing, the folder is removed with its files.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// use bencher_core::store::{JobFolders, Series};
    /// use bencher_core::value::Digest;
    /// let root = tempfile::tempdir()?;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let make = || JobFolders::at(root.path()).create(&series, Digest(7));
    /// let mut cx = Context::new(1, &|| 42).with_folders(&make);
    /// std::fs::write(cx.folder()?.join("trace.log"), "sorted")?;
    /// assert!(cx.folder()?.join("trace.log").exists(), "one folder for the whole sample");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it cannot be made, and where the sample was abandoned at its time limit.
    pub fn folder(&mut self) -> Result<&Path, StoreError> {
        if self.is_abandoned() {
            return Err(StoreError::NoFolder);
        }
        if self.folder.is_none() {
            self.folder = match self.folders {
                Some(make) => Some(make()?),
                None => None,
            };
        }
        match &self.folder {
            Some(folder) => Ok(folder.path()),
            None => Err(StoreError::NoFolder),
        }
    }

    /// The sample's folder, if it was asked for.
    #[inline]
    pub(crate) fn into_folder(self) -> Option<PendingFolder> {
        self.folder
    }

    /// Sets the state that outlives the sample.
    #[must_use]
    pub fn with_states(mut self, states: &'a Arc<States>) -> Self {
        self.states = Some(states);
        self
    }

    /// State that all samples of the sweep share, made by the first sample that calls this: a table, a connection pool,
    /// a loaded model.
    ///
    /// There is one for each type. It is dropped when the sweep has ended, also after a failure or an interrupt, before
    /// any report is drawn. The drop is its tear-down. See [`States`] for an example.
    ///
    /// # Errors
    /// The error of `make`; the next sample tries again.
    pub fn per_sweep<T: Send + Sync + 'static, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        match self.states {
            Some(states) if !self.is_abandoned() => states.per_sweep(make),
            _ => make().map(Arc::new),
        }
    }

    /// State that the samples of one worker share one after the other: a buffer, a connection.
    ///
    /// There is one for each type and worker. It is dropped like the state of [`per_sweep`](Self::per_sweep), and made
    /// again after a sample that panicked. See [`States`] for an example.
    ///
    /// # Errors
    /// The error of `make`; the next sample tries again.
    pub fn per_worker<T: Send + 'static, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<WorkerState<T>, E> {
        match self.states {
            Some(states) if !self.is_abandoned() => states.per_worker(make),
            _ => Arc::new(States::default()).per_worker(make),
        }
    }

    /// The repeat of the point, from 1.
    pub const fn repeat(&self) -> u32 {
        self.repeat
    }

    /// A seed that depends only on the values of the point and the repeat. It is the same in every run, for every grid
    /// and order.
    ///
    /// It does not depend on inputs that the sweep [compares](crate::bench::SweepBuilder::compare), so that all
    /// alternatives get the same data, or on inputs that [`seed_without`](Self::seed_without) names.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// let cx = Context::new(1, &|| 42);
    /// assert_eq!(cx.seed(), 42, "it is what the executor made of the point");
    /// ```
    pub fn seed(&self) -> u64 {
        self.own_seed.unwrap_or_else(|| (self.seeder)())
    }

    /// Makes later calls of [`seed`](Self::seed) and [`random_vec`](Self::random_vec) independent of these inputs.
    /// Points that differ only in them get the same random data, so that their results can be compared pair by pair.
    ///
    /// Inputs are handles or names. A second call replaces the first.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::space::Density;
    /// # use bencher_core::var::UnknownName;
    /// # let full = || 42;
    /// # let partial = |names: &[String]| match names {
    /// #     [name] if name == "presorted" => Ok(7),
    /// #     _ => Err(UnknownName::new("input", names.concat(), ["len", "presorted"])),
    /// # };
    /// # let mut cx = Context::new(1, &full).with_partial_seeder(&partial);
    /// cx.seed_without([Sorting::PRESORTED])?;
    /// let data = cx.random_vec::<u32>(100); // the same whether it is to be presorted or not
    /// assert!(cx.seed_without(["presort"]).unwrap_err().to_string().contains("did you mean `presorted`?"));
    /// # assert_eq!((cx.seed(), data.len()), (7, 100));
    /// # Ok::<(), UnknownName>(())
    /// ```
    ///
    /// # Errors
    /// Where an input does not exist.
    pub fn seed_without(
        &mut self,
        inputs: impl IntoIterator<Item = impl InputName>,
    ) -> Result<(), UnknownName> {
        let names: Vec<String> = inputs.into_iter().map(|input| input.input_name()).collect();
        if let Some(seeder) = self.partial_seeder {
            self.own_seed = Some(seeder(&names)?);
        }
        Ok(())
    }

    /// Sets the function that computes the seed of the point without some inputs.
    #[must_use]
    pub fn with_partial_seeder(mut self, seeder: &'a PartialSeeder<'a>) -> Self {
        self.partial_seeder = Some(seeder);
        self
    }

    /// Returns `len` random values (`SplitMix64` from [`seed`](Self::seed)); a second call returns other values.
    ///
    /// ```
    /// use bencher_core::context::Context;
    /// let mut cx = Context::new(1, &|| 42);
    /// let (a, b) = (cx.random_vec::<u8>(4), cx.random_vec::<u8>(4));
    /// assert_ne!(a, b);
    /// assert_eq!(a, Context::new(1, &|| 42).random_vec::<u8>(4));
    /// ```
    pub fn random_vec<T: Random>(&mut self, len: usize) -> Vec<T> {
        self.drawn += 1;
        let start = mix(self.seed() ^ mix(self.drawn));
        (0..len as u64)
            .map(|n| T::from_bits(mix(start.wrapping_add(n))))
            .collect()
    }
}

/// A type of values for [`Context::random_vec`].
///
/// ```
/// use bencher_core::context::Random;
/// assert_eq!(<u8 as Random>::from_bits(0xAB << 56), 0xAB, "the upper bits");
/// assert_eq!(<f64 as Random>::from_bits(1 << 63), 0.5);
/// ```
pub trait Random {
    /// Makes a value from 64 random bits; floats lie in 0..1.
    fn from_bits(bits: u64) -> Self;
}

macro_rules! random {
    ($($ty:ty)*) => {$(
        impl Random for $ty {

            #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, trivial_numeric_casts, reason = "any bits will do")]
            fn from_bits(bits: u64) -> Self {
                (bits >> (u64::BITS - Self::BITS)) as Self
            }
        }
    )*};
}

random!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl Random for f64 {
    fn from_bits(bits: u64) -> Self {
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Random for bool {
    fn from_bits(bits: u64) -> Self {
        bits >> 63 == 1
    }
}
