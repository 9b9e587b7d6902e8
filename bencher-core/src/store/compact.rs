//! Compaction merges packs of few samples, which slow jobs write, into packs of many.

use super::database::Database;
use super::error::StoreError;
use super::frame::{FrameKind, encode};
use super::open_database::failed;
use super::pack::Pack;
use super::writer::PACK;

/// The key, in `meta`, of the number up to which packs have been compacted.
const COMPACTED: &[u8] = b"compacted";
/// How many records go in one batch: each batch stands alone, and a store of any size fits.
const BATCH: usize = 4096;
/// How many packs may have been written since the last time before opening compacts.
const MANY: u64 = 10_000;

impl Database {
    /// Merges neighbouring packs of a series that differ only in their samples into packs of up to 64 samples. Returns
    /// the number of records saved.
    ///
    /// A merged pack has the number of the last of its sources, and replaces all of them in one step. The order of
    /// samples therefore stays the same if the process dies at any moment.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::store::{Database, Pack, SampleStore, Series};
    /// use bencher_core::value::{Digest, Value};
    /// let root = tempfile::tempdir()?;
    /// let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ())?;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// for len in 0..100 {
    ///     let mut pack = Pack::new(series.clone(), Digest(7), vec!["len".to_owned()], vec![]);
    ///     pack.push(vec![Value::from(len)], 1, vec![]);
    ///     database.append(&[pack])?;
    /// }
    /// assert_eq!(database.compact()?, 98, "packs of 64 and 36 are left");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Logs of searches are not merged, because their readers continue behind the last pack that they read.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn compact(&mut self) -> Result<u64, StoreError> {
        self.compact_with(Logs::Leave)
    }

    fn compact_with(&mut self, logs: Logs) -> Result<u64, StoreError> {
        self.still_there()?;
        let before = self.next_sequence();
        let mut merger = Merger {
            database: self,
            batch: self.samples().0.batch(),
            run: None,
            parts: Vec::new(),
            gone: 0,
            failed: None,
        };
        self.for_each(&[], &mut |record, pack| match pack {
            Ok(pack) if pack.len() < PACK && (logs == Logs::Merge || !pack.series.is_log()) => {
                merger.add(pack, record.key);
            }
            // A full pack, or a damaged one, stays as it is, and so does the order around it.
            _ => merger.end_run(),
        })?;
        merger.end_run();
        merger.commit();
        let (gone, failure) = (merger.gone, merger.failed.take());
        drop(merger);
        if let Some(error) = failure {
            return Err(error);
        }
        let (database, samples) = self.samples();
        if gone > BATCH as u64 {
            // The many removed records would be replayed, and skipped, at every opening.
            let settled = samples.rotate_memtable_and_wait();
            settled
                .and_then(|()| samples.major_compact())
                .map_err(self.failed("compact"))?;
        }
        let mut batch = database.batch();
        batch.insert(self.meta(), COMPACTED, before.to_be_bytes());
        batch.commit().map_err(self.failed("compact"))?;
        Ok(gone)
    }

    /// Compacts if enough packs were written since the last time to matter.
    pub(super) fn compact_many(&mut self, logs: Logs) -> Result<u64, StoreError> {
        if self.uncompacted() > MANY {
            self.compact_with(logs)
        } else {
            Ok(0)
        }
    }

    /// How many packs were written since the last compaction.
    pub(super) fn uncompacted(&self) -> u64 {
        let stored = self.meta().get(COMPACTED).ok().flatten();
        let compacted = stored.and_then(|bytes| bytes.first_chunk().copied());
        self.next_sequence()
            .saturating_sub(compacted.map_or(0, u64::from_be_bytes))
    }
}

/// The handling of the logs of searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logs {
    /// They stay, because another program may be reading them.
    Leave,
    /// They are merged as well, because nobody uses the store yet.
    Merge,
}

/// Merges packs as they come.
struct Merger<'a> {
    database: &'a Database,
    batch: fjall::OwnedWriteBatch,
    /// The pack in the making.
    run: Option<Pack>,
    /// The keys of the packs it is made of.
    parts: Vec<Vec<u8>>,
    gone: u64,
    failed: Option<StoreError>,
}

impl Merger<'_> {
    fn add(&mut self, pack: Pack, key: &[u8]) {
        match &mut self.run {
            Some(run) if run.len() + pack.len() <= PACK && run.may_join(&pack) => run.join(pack),
            _ => {
                self.end_run();
                self.run = Some(pack);
            }
        }
        self.parts.push(key.to_vec());
    }

    fn end_run(&mut self) {
        let (run, mut parts) = (self.run.take(), std::mem::take(&mut self.parts));
        let (Some(run), Some(last), false) = (run, parts.pop(), parts.is_empty()) else {
            return;
        };
        match encode(FrameKind::Pack, &run) {
            Ok(record) => {
                let (_, samples) = self.database.samples();
                self.gone += parts.len() as u64;
                for key in parts {
                    self.batch.remove(samples, key);
                }
                self.batch.insert(samples, last, record);
            }
            Err(error) => self.failed = Some(error),
        }
        if self.batch.len() >= BATCH {
            self.commit();
        }
    }

    fn commit(&mut self) {
        let empty = self.database.samples().0.batch();
        let full = std::mem::replace(&mut self.batch, empty);
        if self.failed.is_none() {
            self.failed = full
                .commit()
                .map_err(failed("compact", self.database.root()))
                .err();
        }
    }
}
