//! What is timed: the same bodies by all tools.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Once;
use std::time::{Duration, Instant};

pub const NAMES: [&str; 7] = [
    "ns_1",
    "ns_100",
    "us_10",
    "ms_1",
    "noisy",
    "bimodal",
    "slow_first",
];

/// A chain of multiplications, each of which waits for the one before.
fn chain(steps: u64) -> u64 {
    (0..steps).fold(black_box(3), |x: u64, _| {
        black_box(x.wrapping_mul(0x9E37_79B9))
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
    chain(50)
}

pub fn us_10() -> u64 {
    chain(5_000)
}

pub fn ms_1() -> u64 {
    chain(500_000)
}

/// From half as long to half as long again.
pub fn noisy() -> u64 {
    chain(2_500 + random(5_000))
}

/// One in ten takes twice as long.
pub fn bimodal() -> u64 {
    chain(if random(10) == 0 { 10_000 } else { 5_000 })
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
    chain(50)
}
