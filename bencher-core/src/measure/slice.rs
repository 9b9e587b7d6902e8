//! Iterations that are timed together.

use std::time::Duration;

/// A timed region of a point. The first call of a timing function within the sample is number 0.
///
/// ```
/// use bencher_core::measure::Region;
/// assert_ne!(Region { point: 3, nth: 0 }, Region { point: 3, nth: 1 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The number of the point.
    pub point: u64,
    /// The number of the timed region within the sample.
    pub nth: u32,
}

/// Iterations that were timed together, one after the other. The clock is read between them only where inputs are made
/// or outputs are dropped.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{Slice, IterationTime};
/// let slice = Slice { iterations: 1000, time: Duration::from_micros(50) };
/// let IterationTime::Time(time) = slice.per_iteration(1e-9) else { unreachable!() };
/// assert!((time - 49e-9).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The number of iterations.
    pub iterations: u64,
    /// The time of all iterations together.
    pub time: Duration,
}

/// The time of one iteration.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{Slice, IterationTime};
/// let slice = Slice { iterations: 1_000_000, time: Duration::from_millis(1) };
/// let IterationTime::Below { floor } = slice.per_iteration(0.3e-9) else { unreachable!() };
/// assert!((floor - 3e-9).abs() < 1e-15, "1 ns, with 0.3 ns of the loop");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IterationTime {
    /// A time in seconds.
    Time(f64),
    /// A time too short to separate from the measurement overhead.
    Below {
        /// The shortest time that can be measured, in seconds.
        floor: f64,
    },
}

/// An overhead counts as small where it is below this share of the time.
const SMALL: f64 = 0.1;

impl Slice {
    /// The time of an iteration, minus an overhead in seconds; below resolution where the overhead is a tenth of it or
    /// more.
    pub fn per_iteration(self, overhead: f64) -> IterationTime {
        let time = self.time.as_secs_f64() / self.iterations.max(1) as f64;
        if overhead > 0.0 && overhead >= SMALL * time {
            IterationTime::Below {
                floor: overhead / SMALL,
            }
        } else {
            IterationTime::Time(time - overhead)
        }
    }
}
