//! Allocations: how many, how large, and how much at once.
//!
//! An opt-in allocator counts them for all threads of the process, but only while an [`AllocationRegion`] is open.
//! Threads that a body starts, or passes its work to, belong to it, and timed bodies run alone. Outside a region, an
//! allocation costs one check of a flag.

mod tally;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::OnceLock;

use super::Reason;
use tally::{COUNTER, Costs};

/// An allocator that counts, around the allocator that does the work.
///
/// A program opts in, for itself and all its dependencies. Without it, the counters of allocations are unavailable,
/// with that reason.
///
/// ```standalone_crate
/// use bencher_core::measure::{AllocationRegion, CountingAllocator};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator::system();
///
/// fn main() -> Result<(), bencher_core::measure::Reason> {
///     let region = AllocationRegion::start()?;
///     let list: Vec<u64> = (0..100).collect();
///     drop(std::hint::black_box(list));
///     let text = std::hint::black_box(String::from("kept"));
///     let counted = region.stop();
///     assert_eq!((counted.count, counted.bytes, counted.peak_bytes), (2, 804, 800));
///     drop(text);
///     Ok(())
/// }
/// ```
///
/// To wrap another allocator, use `CountingAllocator::around(MiMalloc)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator<A = System> {
    inner: A,
}

impl CountingAllocator {
    /// Counts the allocations of the system's allocator.
    pub const fn system() -> Self {
        Self::around(System)
    }
}

impl<A> CountingAllocator<A> {
    /// Counts the allocations of another allocator.
    ///
    /// ```
    /// use std::alloc::System;
    /// use bencher_core::measure::CountingAllocator;
    /// const ALLOCATOR: CountingAllocator<System> = CountingAllocator::around(System);
    /// assert_eq!(format!("{ALLOCATOR:?}"), "CountingAllocator { inner: System }");
    /// ```
    pub const fn around(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: every call goes to the inner allocator as it came, and what that gives is given back as it
// is; counting touches atomic numbers alone, so it neither allocates nor unwinds.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is the same.
        let memory = unsafe { self.inner.alloc(layout) };
        if COUNTER.is_on() && !memory.is_null() {
            COUNTER.allocated(layout.size());
        }
        memory
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is the same.
        let memory = unsafe { self.inner.alloc_zeroed(layout) };
        if COUNTER.is_on() && !memory.is_null() {
            COUNTER.allocated(layout.size());
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { self.inner.dealloc(memory, layout) };
        if COUNTER.is_on() {
            COUNTER.freed(layout.size());
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is the same.
        let moved = unsafe { self.inner.realloc(memory, layout, size) };
        if COUNTER.is_on() && !moved.is_null() {
            COUNTER.resized(layout.size(), size);
        }
        moved
    }
}

/// The allocations within an [`AllocationRegion`]. See [`CountingAllocator`] for an example.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Allocations {
    /// The number of calls that allocated memory. A call that resizes a block counts, too.
    pub count: u64,
    /// The allocated memory, in bytes. For a block that grew, only the added bytes count.
    pub bytes: u64,
    /// The most memory that was allocated at once, above the memory at the start, in bytes. A block that was moved does
    /// not count at its old and its new place.
    pub peak_bytes: u64,
    /// How much more, or less, is allocated at the end than at the start, in bytes.
    pub kept_bytes: i64,
    /// The time that counting took, in seconds.
    pub cost_s: f64,
}

impl Allocations {
    /// The peak of one of several equal iterations, in bytes.
    ///
    /// Memory that iterations keep until the region ends, such as outputs that are dropped later, counts once and not
    /// for each earlier iteration: `peak - (n - 1) * kept / n`.
    ///
    /// ```
    /// use bencher_core::measure::Allocations;
    /// // Ten iterations; each needs 500 bytes and keeps 100 of them.
    /// let counted = Allocations { peak_bytes: 1400, kept_bytes: 1000, ..Allocations::default() };
    /// assert_eq!(counted.peak_per_iteration(10), 500.0);
    /// let tidy = Allocations { peak_bytes: 500, ..Allocations::default() };
    /// assert_eq!(tidy.peak_per_iteration(10), 500.0);
    /// ```
    pub fn peak_per_iteration(&self, iterations: u64) -> f64 {
        let n = iterations.max(1) as f64;
        let kept = self.kept_bytes.max(0) as f64;
        (self.peak_bytes as f64 - (n - 1.0) * kept / n).max(0.0)
    }
}

/// A piece of code whose allocations are counted, from [`start`](Self::start) to [`stop`](Self::stop).
///
/// A process has one region at a time. Dropping the region ends the count. See [`CountingAllocator`] for an example.
#[derive(Debug)]
pub struct AllocationRegion {
    /// Nobody else makes one.
    open: (),
}

impl AllocationRegion {
    /// Starts to count.
    ///
    /// # Errors
    /// [`Reason::NoAllocator`] where the program's allocator does not count, [`Reason::Concurrent`]
    /// where another region is open.
    pub fn start() -> Result<Self, Reason> {
        if !is_counting_allocator_installed() {
            return Err(Reason::NoAllocator);
        }
        Self::open()
    }

    fn open() -> Result<Self, Reason> {
        if COUNTER.start() {
            Ok(Self { open: () })
        } else {
            Err(Reason::Concurrent)
        }
    }

    /// Stops counting, and returns the counts.
    pub fn stop(self) -> Allocations {
        COUNTER.stop();
        let counted = COUNTER.counted(Costs::of_this_machine());
        drop(self);
        counted
    }
}

impl Drop for AllocationRegion {
    fn drop(&mut self) {
        let () = self.open;
        COUNTER.close();
    }
}

/// Whether the program's allocator is a [`CountingAllocator`]. The first call tests it.
///
/// ```
/// assert!(!bencher_core::measure::is_counting_allocator_installed(), "not in this program");
/// ```
pub fn is_counting_allocator_installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        // The cost of counting is measured here, so that no region has to wait for it.
        Costs::of_this_machine();
        // Two that try at once cannot both have the region: the second asks again.
        loop {
            if let Ok(region) = AllocationRegion::open() {
                drop(black_box(Box::new(black_box(1_u8))));
                return region.stop().count > 0;
            }
            std::thread::yield_now();
        }
    })
}
