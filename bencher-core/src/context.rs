//! What a benchmark is handed beside its inputs: the repeat, seeded random data, a stopwatch.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::space::mix;

/// The sample being taken, as its benchmark sees it.
pub struct Context<'a> {
    repeat: u32,
    seeder: &'a dyn Fn() -> u64,
    drawn: u64,
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
            drawn: 0,
        }
    }

    /// Which repeat of the point this is, from 1.
    pub const fn repeat(&self) -> u32 {
        self.repeat
    }

    /// A seed that depends on the values of the point and the repeat alone: the same in every run,
    /// whatever the grid and the order.
    pub fn seed(&self) -> u64 {
        (self.seeder)()
    }

    /// So many random values (`SplitMix64` from [`seed`](Self::seed)); a second call gives others.
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

    /// Runs `work` once, records its wall time, and returns what it returned.
    ///
    /// The result is kept from the optimiser; it is dropped by the caller, outside the time.
    pub fn measure<T: FromSeconds, R>(
        &mut self,
        elapsed: &mut Option<T>,
        work: impl FnOnce() -> R,
    ) -> R {
        let started = Instant::now();
        let result = black_box(work());
        let time = started.elapsed();
        *elapsed = Some(T::from_duration(time));
        result
    }
}

/// A type of result that can hold a measured time.
pub trait FromSeconds {
    /// The time in this type: seconds, for numbers.
    fn from_duration(time: Duration) -> Self;
}

impl FromSeconds for f64 {
    fn from_duration(time: Duration) -> Self {
        time.as_secs_f64()
    }
}

impl FromSeconds for Duration {
    fn from_duration(time: Duration) -> Self {
        time
    }
}

/// A type that [`Context::random_vec`] makes.
pub trait Random {
    /// A value from 64 random bits; floats lie in 0..1.
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
