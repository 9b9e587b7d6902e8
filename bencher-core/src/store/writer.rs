//! Group commit writes samples in packs, each with a few dozen samples or the samples of a few milliseconds.
//!
//! It has no thread of its own, because a background write would disturb the measured code.

use std::time::{Duration, Instant};

use super::SampleStore;
use super::error::StoreError;
use super::pack::Pack;
use super::provenance::Provenance;
use crate::value::{Digest, Value};

/// The most samples of a pack.
pub(super) const PACK: usize = 64;
/// How many samples are committed at once without waiting for the group time.
const GROUP: usize = 16 * PACK;
/// How long a sample waits for others to share its commit.
const GROUP_TIME: Duration = Duration::from_millis(5);
/// How often what is committed is also brought to the disk, for the sake of power cuts.
const SYNC_TIME: Duration = Duration::from_secs(1);

/// The number of a submitted sample. The sample is durable once the count of committed samples exceeds it.
///
/// See [`SampleWriter`] for an example.
pub type Ticket = u64;

/// Commits samples in groups.
///
/// A group is committed at 1024 samples or after 5 ms, whichever comes first. Once a second, the committed samples are
/// also synced to the disk.
///
/// ```
/// use bencher_core::store::{MemoryStore, Pack, SampleWriter, Series};
/// use bencher_core::value::{Digest, Value};
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let heading = Pack::new(series, Digest(7), vec!["len".to_owned()], vec![]);
/// let mut writer = SampleWriter::new(Box::new(MemoryStore::default()), heading);
/// assert_eq!(writer.submit(vec![Value::from(4)], 1, vec![]), Some(0));
/// assert_eq!(writer.committed(), 0, "ticket 0 is not durable yet");
/// writer.commit()?;
/// assert_eq!(writer.committed(), 1);
/// # Ok::<(), bencher_core::store::StoreError>(())
/// ```
pub struct SampleWriter {
    store: Box<dyn SampleStore>,
    /// The samples that wait, in packs; none of them is empty.
    before: Vec<Pack>,
    /// The samples that came last.
    waiting: Pack,
    since: Instant,
    committed: Ticket,
    synced: Instant,
    unsynced: bool,
}

impl std::fmt::Debug for SampleWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleWriter")
            .field("waiting", &self.count())
            .field("committed", &self.committed)
            .finish_non_exhaustive()
    }
}

impl SampleWriter {
    /// Makes a writer of samples that share the fields of `heading`.
    pub fn new(store: Box<dyn SampleStore>, heading: Pack) -> Self {
        let now = Instant::now();
        let waiting = heading;
        Self {
            store,
            before: Vec::new(),
            waiting,
            since: now,
            committed: 0,
            synced: now,
            unsynced: false,
        }
    }

    /// Submits a sample: the values of its inputs, its repeat, its results. `None` if they do not fit the heading.
    pub fn submit(
        &mut self,
        inputs: Vec<Value>,
        repeat: u32,
        results: Vec<Option<Value>>,
    ) -> Option<Ticket> {
        if self.count() == 0 {
            self.since = Instant::now();
        }
        let taken = self.waiting.push(inputs, repeat, results);
        taken.then(|| self.committed + self.count() as u64 - 1)
    }

    /// The samples that are handed over from here on belong to this run.
    pub(crate) fn measure_by(&mut self, provenance: Provenance) {
        if self.waiting.provenance != provenance {
            self.before.extend(self.waiting.split(PACK));
            self.waiting.provenance = provenance;
        }
    }

    /// The samples that are handed over from here on were taken on a machine of this class.
    pub(crate) fn measure_on(&mut self, machine: Option<Digest>) {
        if self.waiting.machine != machine {
            self.before.extend(self.waiting.split(PACK));
            self.waiting.machine = machine;
        }
    }

    /// How many samples wait.
    fn count(&self) -> usize {
        self.before.iter().map(Pack::len).sum::<usize>() + self.waiting.len()
    }

    /// The number of durable samples, which are those with a lower ticket.
    pub const fn committed(&self) -> Ticket {
        self.committed
    }

    /// Commits the waiting samples, if their number or age makes a group.
    ///
    /// # Errors
    /// Where the store fails; the samples stay waiting.
    pub fn commit_due(&mut self) -> Result<(), StoreError> {
        let count = self.count();
        let due = count >= GROUP || count > 0 && self.since.elapsed() >= GROUP_TIME;
        if due { self.commit() } else { Ok(()) }
    }

    /// Commits all waiting samples.
    ///
    /// # Errors
    /// Where the store fails; the samples stay waiting.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        let count = self.count() as u64;
        if count == 0 {
            return Ok(());
        }
        self.before.extend(self.waiting.split(PACK));
        if self.waiting.results.iter().any(|id| id.kind.is_payload()) {
            let blobs = self.store.blobs();
            let values = self
                .before
                .iter_mut()
                .flat_map(|pack| &mut pack.result_values);
            for value in values.flatten() {
                // The data that a pack refers to is on the disk before the pack.
                blobs.move_out(value)?;
            }
        }
        let now = jiff::Timestamp::now().as_millisecond();
        for pack in &mut self.before {
            pack.written_ms = now;
        }
        self.store.append(&self.before)?;
        self.before.clear();
        self.committed += count;
        self.unsynced = true;
        if self.synced.elapsed() >= SYNC_TIME {
            self.sync()
        } else {
            Ok(())
        }
    }

    /// Commits all waiting samples, and syncs them to the disk.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        self.commit()?;
        if self.unsynced { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.store.sync()?;
        self.synced = Instant::now();
        self.unsynced = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::MemoryStore;
    use super::super::pack::Series;
    use super::*;
    use crate::store::{BlobStore, ResultId};
    use crate::value::Kind;

    fn heading() -> Pack {
        let series = Series {
            tag: String::new(),
            sweep_type: "t".to_owned(),
            version: 1,
        };
        Pack::new(
            series,
            Digest(1),
            vec!["x".to_owned()],
            vec![ResultId::new("y", Kind::Bool)],
        )
    }

    fn submit(writer: &mut SampleWriter, x: i64) -> Option<Ticket> {
        writer.submit(vec![Value::from(x)], 1, vec![None])
    }

    #[test]
    fn tickets_tell_what_is_durable() {
        let store = MemoryStore::default();
        let mut writer = SampleWriter::new(Box::new(store.clone()), heading());
        for x in 0..1000 {
            assert_eq!(submit(&mut writer, x), Some(x.unsigned_abs()));
        }
        assert_eq!(writer.committed(), 0);
        writer.commit().unwrap();
        assert_eq!((writer.committed(), store.samples()), (1000, 1000));
        assert_eq!(submit(&mut writer, 1000), Some(1000));
        assert_eq!(writer.submit(vec![], 1, vec![None]), None, "no value for x");
        writer.finish().unwrap();
        assert_eq!(store.samples(), 1001);
    }

    struct Full;

    impl SampleStore for Full {
        fn load(&self, _: &Series, _: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn load_all(&self, _: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn blobs(&self) -> BlobStore {
            BlobStore::in_memory()
        }

        fn append(&mut self, _: &[Pack]) -> Result<(), StoreError> {
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            Err(StoreError::io("write", "/full")(full))
        }

        fn clear_tag(&mut self, _: &str) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn sync(&mut self) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[test]
    fn what_could_not_be_written_goes_on_waiting() {
        let mut writer = SampleWriter::new(Box::new(Full), heading());
        for x in 0..100 {
            submit(&mut writer, x);
        }
        let text = writer.commit().unwrap_err().to_string();
        assert!(
            text.contains("/full") && text.contains("free some space"),
            "{text}"
        );
        assert_eq!(
            (writer.committed(), submit(&mut writer, 100)),
            (0, Some(100))
        );
    }
}
