use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

static HITS: AtomicU64 = AtomicU64::new(0);
static MISSES: AtomicU64 = AtomicU64::new(0);

/// The numbers of look-ups of stored samples in this process.
///
/// ```
/// use bencher_core::store::{KeyMaker, Lookups, SampleIndex, Series};
/// let before = Lookups::of_this_process();
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let index = SampleIndex::default();
/// assert!(index.get(KeyMaker::new(&series, &[""; 0]).key(&[], 1)).is_none());
/// drop(index);
/// assert_eq!(Lookups::of_this_process().misses, before.misses + 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Lookups {
    /// Look-ups that found a sample.
    pub hits: u64,
    /// Look-ups that found none.
    pub misses: u64,
}

impl Lookups {
    /// The look-ups so far in every [`SampleIndex`](super::SampleIndex) that was dropped.
    pub fn of_this_process() -> Self {
        Self {
            hits: HITS.load(Ordering::Relaxed),
            misses: MISSES.load(Ordering::Relaxed),
        }
    }
}

/// Counts the look-ups of one index; they join those of the process when it is dropped, so that a
/// look-up costs no atomic operation.
#[derive(Debug, Default)]
pub(super) struct Counter {
    hits: Cell<u64>,
    misses: Cell<u64>,
}

impl Counter {
    pub(super) fn count(&self, hit: bool) {
        let counted = if hit { &self.hits } else { &self.misses };
        counted.set(counted.get() + 1);
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        HITS.fetch_add(self.hits.get(), Ordering::Relaxed);
        MISSES.fetch_add(self.misses.get(), Ordering::Relaxed);
    }
}
