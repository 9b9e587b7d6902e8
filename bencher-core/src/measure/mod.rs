//! Measurement: clocks, the sizes of batches, the order of points, the [`counters`] beside the time, and the
//! [`environment`].
//!
//! A timed region runs in *slices*, each with enough iterations for the resolution of the clock. Several slices make a
//! *batch*, whose time is the mean of the undisturbed slices ([`Batches`]). A sweep of timed points runs in *rounds*
//! ([`Rounds`]). A round adds one batch to every point that needs more. Every round has its own order, so that drift of
//! the machine does not look like an effect of an input. Both read time through a [`Clock`], and tests use a
//! [`FakeClock`].
//!
//! ```
//! use std::time::Duration;
//! use bencher_core::measure::{Batches, FakeClock, Region, Timer, Stopwatch};
//! let clock = FakeClock::default();
//! let timer = Timer::on(clock.clone());
//! let batches = Batches::default();
//! // 50 ns an iteration, but for a slow first one.
//! let mut first = true;
//! let batch = batches.take(Region { point: 0, nth: 0 }, &Stopwatch::on(&timer), &mut |iterations| {
//!     let start = timer.now();
//!     for _ in 0..iterations {
//!         clock.advance(Duration::from_nanos(if first { 9_000_000 } else { 50 }));
//!         first = false;
//!     }
//!     timer.since(start)
//! });
//! assert_eq!(batch.slice.iterations, 2000, "100 µs of them");
//! assert_eq!(batch.slice.time, Duration::from_micros(100));
//! ```

mod allocation;
mod batch;
mod batches;
mod below_resolution;
mod clock;
mod core_use;
mod counter_clock;
pub mod counters;
mod current_core;
pub mod environment;
mod executable;
mod marked_time;
mod memory;
mod order;
mod race;
mod race_rounds;
mod reason;
mod replicate;
mod rounds;
mod sizing;
mod slice;
mod slices;
mod stopwatch;
mod throttles;

pub use allocation::{
    AllocationRegion, Allocations, CountingAllocator, is_counting_allocator_installed,
};
pub use batch::{Batch, Share, SliceCounts};
pub use batches::{Batches, MIN_SLICES_FOR_SHARE, USUAL_ROUNDS};
pub use below_resolution::{below_resolution, floor_of};
pub(crate) use clock::repeat;
pub use clock::{Clock, ClockCosts, ClockKind, FakeClock, MonotonicClock, Timer};
pub use core_use::CoreUse;
pub use counter_clock::CounterClock;
#[cfg(unix)]
pub(crate) use counters::cpu_time;
pub use counters::{Meter, Reading};
pub use environment::Environment;
pub(crate) use executable::digest as executable_digest;
pub use marked_time::MarkedTime;
pub use memory::{peak_resident, reset_peak_resident};
pub use order::Alternatives;
pub use race::{BestRule, RaceValues};
pub use reason::Reason;
pub use replicate::{PILOTS, REPLICATE_VARIABLE, Replicate, ReplicateRole, rounds_per_replicate};
pub use rounds::{
    DEFAULT_BUDGET, FIRST_LOOK, MOST_ROUNDS, RoundRules, RoundTarget, Rounds, StopReason,
};
pub use sizing::LEAST_SLICE;
pub use slice::{IterationTime, Region, Slice};
pub use stopwatch::Stopwatch;
pub use throttles::Throttles;
