//! What is timed: the same bodies by all tools.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Once;
use std::time::{Duration, Instant};

/// Those that are compared on a machine as it is.
pub const NAMES: [&str; 7] = [
    "ns_1",
    "ns_100",
    "us_10",
    "ms_1",
    "noisy",
    "bimodal",
    "slow_first",
];
/// Those that are timed on a busy machine besides.
pub const OTHERS: [&str; 3] = ["us_1", "us_100", "ms_3"];

/// Multiplications and rotations. Each waits for the one before. The first waits for the last of the call before,
/// because the times of calls that overlap depend on what else the core does. All other values stay in registers. On this
/// processor, a value that goes through memory in every step takes one of two times, for milliseconds to seconds each.
fn chain(steps: u64) -> u64 {
    thread_local!(static LAST: Cell<u64> = const { Cell::new(3) });
    LAST.with(|last| {
        let found = (0..black_box(steps)).fold(last.get(), |x: u64, _| {
            x.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
        });
        last.set(found);
        found
    })
}

/// A random number below `limit`, another at each call.
fn random(limit: u64) -> u64 {
    thread_local!(static STATE: Cell<u64> = const { Cell::new(1) });
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state.set(x);
        x % limit
    })
}

#[inline]
pub fn ns_1() -> u64 {
    black_box(3_u64).wrapping_mul(5)
}

pub fn ns_100() -> u64 {
    chain(75)
}

pub fn us_1() -> u64 {
    chain(750)
}

pub fn us_100() -> u64 {
    chain(75_000)
}

pub fn ms_3() -> u64 {
    chain(2_250_000)
}

pub fn us_10() -> u64 {
    chain(7_500)
}

pub fn ms_1() -> u64 {
    chain(750_000)
}

/// From half as long to half as long again.
pub fn noisy() -> u64 {
    chain(3_750 + random(7_500))
}

/// One in ten takes twice as long.
pub fn bimodal() -> u64 {
    chain(if random(10) == 0 { 15_000 } else { 7_500 })
}

/// 30 ms once, as of something that is made when it is first needed.
pub fn slow_first() -> u64 {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(30) {
            black_box(chain(100));
        }
    });
    chain(75)
}
