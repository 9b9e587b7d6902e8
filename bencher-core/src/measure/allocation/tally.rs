use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use super::Allocations;

/// The numbers of the process. On cache lines of their own, so that counting disturbs no others.
#[repr(align(128))]
pub(super) struct AllocationCounter {
    /// Whether a region is open.
    open: AtomicBool,
    /// Whether allocations are counted.
    on: AtomicBool,
    allocations: AtomicU64,
    frees: AtomicU64,
    bytes: AtomicU64,
    live: AtomicI64,
    peak: AtomicI64,
}

pub(super) static COUNTER: AllocationCounter = AllocationCounter::new();

impl AllocationCounter {
    const fn new() -> Self {
        Self {
            open: AtomicBool::new(false),
            on: AtomicBool::new(false),
            allocations: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            live: AtomicI64::new(0),
            peak: AtomicI64::new(0),
        }
    }

    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }

    /// Starts from nothing; false where a region is open already.
    pub(super) fn start(&self) -> bool {
        if self.open.swap(true, Relaxed) {
            return false;
        }
        for number in [&self.allocations, &self.frees, &self.bytes] {
            number.store(0, Relaxed);
        }
        self.live.store(0, Relaxed);
        self.peak.store(0, Relaxed);
        self.on.store(true, Relaxed);
        true
    }

    pub(super) fn stop(&self) {
        self.on.store(false, Relaxed);
    }

    pub(super) fn close(&self) {
        self.stop();
        self.open.store(false, Relaxed);
    }

    #[inline]
    pub(super) fn allocated(&self, size: usize) {
        self.allocations.fetch_add(1, Relaxed);
        self.bytes.fetch_add(size as u64, Relaxed);
        self.grow(signed(size));
    }

    #[inline]
    pub(super) fn freed(&self, size: usize) {
        self.frees.fetch_add(1, Relaxed);
        self.live.fetch_sub(signed(size), Relaxed);
    }

    #[inline]
    pub(super) fn resized(&self, from: usize, to: usize) {
        self.allocations.fetch_add(1, Relaxed);
        self.bytes
            .fetch_add(to.saturating_sub(from) as u64, Relaxed);
        self.grow(signed(to) - signed(from));
    }

    #[inline]
    fn grow(&self, by: i64) {
        let live = self.live.fetch_add(by, Relaxed) + by;
        if live > self.peak.load(Relaxed) {
            self.peak.fetch_max(live, Relaxed);
        }
    }

    pub(super) fn counted(&self, costs: Costs) -> Allocations {
        let (count, frees) = (self.allocations.load(Relaxed), self.frees.load(Relaxed));
        Allocations {
            count,
            bytes: self.bytes.load(Relaxed),
            peak_bytes: u64::try_from(self.peak.load(Relaxed)).unwrap_or(0),
            kept_bytes: self.live.load(Relaxed),
            cost_s: count as f64 * costs.allocation_s + frees as f64 * costs.free_s,
        }
    }
}

/// No block is larger than half of the address space.
fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// What counting takes, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Costs {
    allocation_s: f64,
    free_s: f64,
}

impl Costs {
    /// Measured once, on numbers without a copy in another core's cache; where several threads allocate at once,
    /// counting costs more.
    pub(super) fn of_this_machine() -> Self {
        static COSTS: OnceLock<Costs> = OnceLock::new();
        *COSTS.get_or_init(|| {
            let tally = AllocationCounter::new();
            Self {
                allocation_s: fastest(|size| tally.allocated(size)),
                free_s: fastest(|size| tally.freed(size)),
            }
        })
    }
}

/// The least time of a call among several rounds, in seconds.
fn fastest(count: impl Fn(usize)) -> f64 {
    const CALLS: u32 = 1000;
    let rounds = (0..25).map(|_| {
        let start = Instant::now();
        for _ in 0..CALLS {
            count(black_box(64));
        }
        start.elapsed()
    });
    rounds.min().unwrap_or_default().as_secs_f64() / f64::from(CALLS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Costs = Costs {
        allocation_s: 2e-9,
        free_s: 1e-9,
    };

    #[test]
    fn sums_and_the_peak_are_kept() {
        let tally = AllocationCounter::new();
        assert!(tally.start() && tally.is_on());
        assert!(!tally.start(), "one region at a time");
        tally.allocated(100);
        tally.resized(100, 300);
        tally.freed(300);
        tally.allocated(50);
        tally.resized(50, 20);
        tally.stop();
        let counted = tally.counted(FREE);
        assert_eq!((counted.count, counted.bytes), (4, 350));
        assert_eq!((counted.peak_bytes, counted.kept_bytes), (300, 20));
        assert!((counted.cost_s - 9e-9).abs() < 1e-18);
        tally.close();
        assert!(tally.start());
        assert_eq!(tally.counted(FREE), Allocations::default());
    }

    #[test]
    fn what_was_there_before_may_go() {
        let tally = AllocationCounter::new();
        tally.start();
        tally.freed(1000);
        tally.allocated(10);
        let counted = tally.counted(FREE);
        assert_eq!((counted.peak_bytes, counted.kept_bytes), (0, -990));
        assert_eq!(counted.peak_per_iteration(5).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn counting_costs_something_but_little() {
        let costs = Costs::of_this_machine();
        for cost in [costs.allocation_s, costs.free_s] {
            assert!(cost > 0.0 && cost < 1e-5, "{cost}");
        }
    }
}
