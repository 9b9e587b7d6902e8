//! The functions that an expansion of `#[bench_sweep]` calls, so that it stays small. They are not part of the public
//! interface.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use crate::bench::{BenchResult, Session, Settings};
use crate::context::{Context, FromSeconds, TimedFuture, WorkerState};
use crate::sweep_executor::{Benchmark, BoxError, Result};

use super::entry::{SweepEntry, entries};
use super::full;

/// The session of a run.
pub type SharedSession = Rc<RefCell<Session>>;

/// The result of a sample.
pub type SampleResult = Result<()>;

/// Detects whether a function returns a `Result`.
///
/// `(&Probe::of(&f)).kind()` is a [`Fallible`] if `f` returns a `Result`, because method lookup prefers a method
/// without a further reference. It is a [`Plain`] otherwise.
#[derive(Debug)]
pub struct Probe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    /// Of a function without arguments.
    pub fn of(_: &impl Fn() -> R) -> Self {
        Self(PhantomData)
    }

    /// Of a body.
    pub fn of_body(_: &impl FnMut() -> R) -> Self {
        Self(PhantomData)
    }

    /// Of a body that takes its context.
    pub fn of_body_with(_: &impl FnMut(&mut Context<'_>) -> R) -> Self {
        Self(PhantomData)
    }

    /// Of a body that is awaited.
    pub fn of_async(_: &impl AsyncFnMut(&mut Context<'_>) -> R) -> Self {
        Self(PhantomData)
    }

    /// Of a judge.
    pub fn of_judge<S>(_: &impl Fn(&BenchResult<S>) -> R) -> Self {
        Self(PhantomData)
    }

    /// Of a value.
    pub fn of_value(_: &R) -> Self {
        Self(PhantomData)
    }
}

/// The kind of a `Result`.
pub trait FallibleKind {
    /// Returns the kind of a `Result`.
    fn kind(&self) -> Fallible {
        Fallible
    }
}

impl<T, E> FallibleKind for Probe<Result<T, E>> {}

/// The kind of anything else.
pub trait PlainKind {
    /// Returns the kind of any other type.
    fn kind(&self) -> Plain {
        Plain
    }
}

impl<R> PlainKind for &Probe<R> {}

/// A function that returns a `Result`: an error fails the sample.
#[derive(Clone, Copy, Debug)]
pub struct Fallible;

/// A function that returns another type.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// The handling of a function's return value.
pub trait Returns<R>: Copy {
    /// The value after success.
    type Inner;

    /// Returns the value, or the error.
    ///
    /// # Errors
    /// The one that was returned.
    fn open(self, returned: R) -> Result<Self::Inner>;
}

impl<R> Returns<R> for Plain {
    type Inner = R;

    fn open(self, returned: R) -> Result<R> {
        Ok(returned)
    }
}

impl<T, E: Into<BoxError>> Returns<Result<T, E>> for Fallible {
    type Inner = T;

    fn open(self, returned: Result<T, E>) -> Result<T> {
        returned.map_err(Into::into)
    }
}

/// The first error of many calls.
#[derive(Default)]
struct First(Option<BoxError>);

impl First {
    fn note<T>(&mut self, returned: Result<T>) -> Option<T> {
        returned
            .map_err(|error| {
                self.0.get_or_insert(error);
            })
            .ok()
    }

    /// A sample with a failed call has no time.
    fn end<T>(self, elapsed: &mut Option<T>) -> Result<()> {
        match self.0 {
            None => Ok(()),
            Some(error) => {
                *elapsed = None;
                Err(error)
            }
        }
    }
}

/// Measures a body.
///
/// # Errors
/// The first of its errors.
pub fn measured<R, T: FromSeconds>(
    kind: impl Returns<R>,
    cx: &mut Context<'_>,
    elapsed: &mut Option<T>,
    mut work: impl FnMut() -> R,
) -> Result<()> {
    let mut first = First::default();
    cx.iter(elapsed, || first.note(kind.open(work())));
    first.end(elapsed)
}

/// Measures a body that takes its context: every call has a new one.
///
/// # Errors
/// The first of its errors.
pub fn measured_with<R, T: FromSeconds>(
    kind: impl Returns<R>,
    cx: &mut Context<'_>,
    elapsed: &mut Option<T>,
    mut work: impl FnMut(&mut Context<'_>) -> R,
) -> Result<()> {
    let mut first = First::default();
    let mut inner = cx.for_calls();
    cx.iter(elapsed, || {
        inner.rewind();
        first.note(kind.open(work(&mut inner)))
    });
    first.end(elapsed)
}

/// Measures an asynchronous body, on the user's own runtime.
///
/// # Errors
/// The first of its errors; a runtime that does not run a future to its end.
pub fn measured_async<R, T: FromSeconds>(
    kind: impl Returns<R>,
    cx: &mut Context<'_>,
    elapsed: &mut Option<T>,
    block_on: impl FnMut(TimedFuture<'_>) -> Duration,
    mut work: impl AsyncFnMut(&mut Context<'_>) -> R,
) -> Result<()> {
    let mut first = First::default();
    let mut inner = cx.for_calls();
    let last = cx.iter_async(elapsed, block_on, async || {
        inner.rewind();
        first.note(kind.open(work(&mut inner).await))
    });
    if last.is_none() {
        return Err("`block_on` of the runtime did not run the future to its end".into());
    }
    first.end(elapsed)
}

/// The end of a body that measures itself.
///
/// # Errors
/// Its own.
pub fn returned<R>(kind: impl Returns<R>, returned: R) -> Result<()> {
    kind.open(returned).map(drop)
}

/// The runtime of a worker, which the first of its samples makes.
///
/// # Errors
/// Where it cannot be made.
pub fn runtime<R, K>(
    kind: K,
    cx: &Context<'_>,
    make: impl FnOnce() -> R,
) -> Result<WorkerState<K::Inner>>
where
    K: Returns<R>,
    K::Inner: Send + 'static,
{
    cx.per_worker(|| kind.open(make()))
}

/// Runs the sweep of a judge, and calls it with the result.
///
/// # Errors
/// The errors of the sweep, and the error of the judge.
pub fn judged<S: Benchmark, R>(
    entry: &SweepEntry,
    session: &Rc<RefCell<Session>>,
    point: Option<&str>,
    kind: impl Returns<R>,
    judge: impl FnOnce(&BenchResult<S>) -> R,
) -> Result<()> {
    full::judged(entry, session, point, |result| {
        kind.open(judge(result)).map(drop)
    })
}

/// The quick check of a function as a test of libtest's harness.
///
/// # Panics
/// Where the check fails.
#[track_caller]
#[expect(clippy::panic, reason = "it is how a test fails")]
pub fn test(module: &str, function: &str) {
    let found = entries()
        .into_iter()
        .find(|entry| entry.is(module, function));
    let checked = match found {
        Some(entry) => entry.check(&Settings::default(), None),
        None => Err(format!(
            "`{module}::{function}` is not registered in this program"
        )),
    };
    if let Err(error) = checked {
        panic!("{error}");
    }
}

/// A number of bytes or items, as a result.
pub trait Amount {
    /// The nearest float.
    fn amount(self) -> f64;
}

macro_rules! amount {
    ($($ty:ty)*) => {$(
        impl Amount for $ty {
            #[allow(trivial_numeric_casts, clippy::cast_lossless, reason = "one text for all types")]
            fn amount(self) -> f64 {
                self as f64
            }
        }
    )*};
}

amount!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);
