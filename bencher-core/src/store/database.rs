//! The samples in a fjall database, with safeguards against its known failures.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fjall::{Keyspace, PersistMode};

use super::SampleStore;
use super::blobs::BlobStore;
use super::cleared_tag::{CLEARED, ClearedTag};
use super::compact::Logs;
use super::error::StoreError;
use super::frame::{FrameError, FrameKind, decode, encode};
use super::leftovers::remove_leftovers;
use super::lock::StoreLock;
use super::lock_owner::LockOwner;
use super::open_database::{OpenFailure, SEQUENCE, failed, inode, write_sequence};
use super::pack::{Pack, Series, tag_prefix};
use super::salvage::{note_damage, open_sound};
use super::scan::records;
use super::shortage::is_shortage;
use super::watermark;

/// The database of samples of one store directory. One process owns it at a time; clones within the process share it.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::store::{Database, Pack, SampleStore, Series};
/// use bencher_core::value::Digest;
/// let root = tempfile::tempdir()?;
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series.clone(), Digest(7), vec![], vec![]);
/// pack.push(vec![], 1, vec![]);
/// let (mut database, notice) = Database::open(root.path(), Duration::ZERO, |_| ())?;
/// assert!(notice.messages.is_empty(), "nothing to tell of a new store");
/// database.append(&[pack])?;
/// drop(database);
///
/// let (again, _) = Database::open(root.path(), Duration::ZERO, |_| ())?;
/// let mut samples = 0;
/// again.load(&series, &mut |pack| samples += pack.len())?;
/// assert_eq!(samples, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    database: fjall::Database,
    samples: Keyspace,
    meta: Keyspace,
    next: AtomicU64,
    /// Held while numbers are taken and written, so that they are seen in their order.
    writing: Mutex<()>,
    root: PathBuf,
    dir: PathBuf,
    watermark: PathBuf,
    inode: u64,
    // Dropped last: nobody else may open the database before this process has closed it.
    _lock: StoreLock,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("dir", &self.shared.dir)
            .finish_non_exhaustive()
    }
}

/// The messages from opening a store.
///
/// See [`Database`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenNotice {
    /// The events, the data that was kept, and the place of the rest; one text each.
    pub messages: Vec<String>,
}

impl Database {
    /// Opens the store in `root`, and makes it if there is none.
    ///
    /// If another process owns it, this waits up to `patience`, and calls `waiting` once with the owner. A damaged
    /// database is never deleted. It is kept under another name, its readable records are copied to a new one, and the
    /// notice reports it.
    ///
    /// # Errors
    /// Where another process keeps the store, an operation on files fails, the system lacks something, or a later
    /// version wrote the store. Everything then stays as it is.
    pub fn open(
        root: &Path,
        patience: Duration,
        waiting: impl FnMut(&LockOwner),
    ) -> Result<(Self, OpenNotice), StoreError> {
        let root = &std::path::absolute(root).map_err(StoreError::io("find", root))?;
        // Fjall asks for the working directory whatever its path is, and panics without one.
        std::env::current_dir().map_err(StoreError::io("find", "the working directory"))?;
        let lock = StoreLock::acquire(root, patience, waiting)?;
        remove_leftovers(root);
        let dir = root.join("samples");
        let (mut opened, messages) = open_sound(root, &dir)?;
        let mut notice = OpenNotice { messages };
        let watermark = root.join("samples.watermark");
        if let Some(expected) = watermark::read(&watermark)?
            && expected > opened.next
        {
            notice.messages.push(format!(
                "the sample store {} has lost its last {} records since it was closed: its files \
                 were cut short; the samples they held will be measured again",
                dir.display(),
                expected - opened.next,
            ));
            opened.next = expected;
            write_sequence(&opened, expected).map_err(failed("write", &dir))?;
        }
        let shared = Shared {
            database: opened.database,
            samples: opened.samples,
            meta: opened.meta,
            next: AtomicU64::new(opened.next),
            writing: Mutex::new(()),
            inode: inode(&dir),
            root: root.to_owned(),
            dir,
            watermark,
            _lock: lock,
        };
        let mut database = Self {
            shared: Arc::new(shared),
        };
        database.take_in_quarantined(&mut notice.messages)?;
        if let Err(error) = database.compact_many(Logs::Merge) {
            // The stored data is complete, only slower to read.
            notice.messages.push(format!(
                "the sample store could not be compacted, so reading it stays slower: {error}"
            ));
        }
        Ok((database, notice))
    }

    /// The notes of the tags that were cleared.
    pub(super) fn cleared(&self) -> Result<Vec<ClearedTag>, StoreError> {
        let notes = self.shared.meta.prefix(CLEARED).map(|guard| {
            let (_, note) = guard.into_inner().map_err(self.failed("read"))?;
            Ok(decode::<ClearedTag>(FrameKind::Cleared, &note).ok())
        });
        notes.filter_map(Result::transpose).collect()
    }

    /// The store's directory.
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// The samples' part of the database, and the database, for the rooms that tidy them.
    pub(super) fn samples(&self) -> (&fjall::Database, &Keyspace) {
        (&self.shared.database, &self.shared.samples)
    }

    /// The small records beside the samples.
    pub(super) fn meta(&self) -> &Keyspace {
        &self.shared.meta
    }

    /// The number that the next pack gets.
    pub(super) fn next_sequence(&self) -> u64 {
        self.shared.next.load(Ordering::SeqCst)
    }

    /// Hands every record whose key begins with `prefix` to `visit`, in the order of their keys: the
    /// bytes of key and record, and the pack.
    ///
    /// Where a table is damaged, the records behind that place are read from the files, and the next opening
    /// salvages the database.
    pub(super) fn for_each(
        &self,
        prefix: &[u8],
        visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>),
    ) -> Result<(), StoreError> {
        self.for_each_of(self.shared.samples.prefix(prefix), prefix, visit)
    }

    /// The same for the records that an iterator over this prefix gives.
    fn for_each_of(
        &self,
        records: fjall::Iter,
        prefix: &[u8],
        visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>),
    ) -> Result<(), StoreError> {
        let mut last = None;
        for guard in records {
            match guard.into_inner() {
                Ok((key, value)) => {
                    hand_out(&key, &value, visit);
                    last = key.first_chunk().copied();
                }
                Err(error) => {
                    self.found_damage(error)?;
                    return self.for_each_in_files(prefix, last, visit);
                }
            }
        }
        Ok(())
    }

    /// Hands the records of a prefix behind a key to `visit` as they stand in the files, but for those that the
    /// database has no more.
    fn for_each_in_files(
        &self,
        prefix: &[u8],
        last: Option<[u8; 24]>,
        visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>),
    ) -> Result<(), StoreError> {
        visit(Record::default(), Err(FrameError::Damaged));
        let found = records(&self.shared.dir)?;
        let behind =
            |key: &[u8; 24]| key.starts_with(prefix) && last.is_none_or(|last| *key > last);
        for (key, record) in found.iter().filter(|(key, _)| behind(key)) {
            match self.shared.samples.get(key) {
                Ok(Some(stored)) => hand_out(key, &stored, visit),
                Ok(None) => {}
                Err(error) => {
                    self.found_damage(error)?;
                    hand_out(key, record, visit);
                }
            }
        }
        Ok(())
    }

    /// The error of a write; where damage made it fail, the next opening salvages the database.
    fn write_failed(&self, error: fjall::Error) -> StoreError {
        let failed = self.failed("write");
        if !is_shortage(&error) {
            note_damage(&self.shared.root, &error.to_string());
        }
        failed(error)
    }

    /// Makes the next opening salvage the database; an error of the surroundings is handed back.
    pub(super) fn found_damage(&self, error: fjall::Error) -> Result<(), StoreError> {
        match OpenFailure::of(error, &self.shared.dir) {
            OpenFailure::Error(error) => Err(error),
            OpenFailure::Damaged(why) => {
                note_damage(&self.shared.root, &why);
                Ok(())
            }
        }
    }

    /// Hands every record to `visit`, the last key first.
    ///
    /// # Errors
    /// Where one cannot be read: what stands behind it would be missing.
    pub(super) fn for_each_newest_first(
        &self,
        visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>),
    ) -> Result<(), StoreError> {
        for guard in self.shared.samples.iter().rev() {
            match guard.into_inner() {
                Ok((key, value)) => hand_out(&key, &value, visit),
                Err(error) => {
                    let text = error.to_string();
                    self.found_damage(error)?;
                    return Err(StoreError::Database {
                        action: "read",
                        path: self.shared.dir.clone(),
                        message: text,
                        hint: "; run again: the store repairs itself when it is opened",
                    });
                }
            }
        }
        Ok(())
    }

    pub(super) fn failed(&self, action: &'static str) -> impl FnOnce(fjall::Error) -> StoreError {
        failed(action, &self.shared.dir)
    }

    /// Hands every pack whose key begins with `prefix` to `visit`, and counts the damaged records.
    fn visit_packs(&self, prefix: &[u8], visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        let (mut damaged, mut other) = (0, None);
        self.for_each(prefix, &mut |_, pack| match pack {
            Ok(pack) => visit(pack),
            Err(FrameError::Damaged) => damaged += 1,
            Err(FrameError::OtherVersion(version)) => other = Some(version),
        })?;
        self.refuse_other_version(other)?;
        Ok(damaged)
    }

    /// Nothing may be measured over what another version stored.
    fn refuse_other_version(&self, version: Option<u16>) -> Result<(), StoreError> {
        version.map_or(Ok(()), |version| {
            Err(StoreError::other_version(&self.shared.dir, version))
        })
    }

    /// Numbers for this many records; they never start again.
    fn take_numbers(&self, count: usize) -> Result<u64, StoreError> {
        let next = &self.shared.next;
        let taken = next.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |next| {
            next.checked_add(count as u64)
        });
        taken.map_err(|_| StoreError::Format {
            path: self.shared.dir.clone(),
            problem:
                "has no numbers left for new records; export it, and import that into another \
                      store"
                    .to_owned(),
        })
    }

    /// A removed directory takes writes without a word; ask the file system instead.
    pub(super) fn still_there(&self) -> Result<(), StoreError> {
        if inode(&self.shared.dir) == self.shared.inode {
            Ok(())
        } else {
            Err(StoreError::Vanished(self.shared.dir.clone()))
        }
    }
}

/// The bytes of a record of the database; none where they could not be read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

fn hand_out(key: &[u8], value: &[u8], visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>)) {
    let pack = decode::<Pack>(FrameKind::Pack, value).and_then(|pack| {
        let sound = pack.is_consistent() && key.ends_with(&pack.sequence.to_be_bytes());
        if sound {
            Ok(pack)
        } else {
            Err(FrameError::Damaged)
        }
    });
    visit(Record { key, value }, pack);
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.database.persist(PersistMode::SyncAll).is_ok() && inode(&self.dir) == self.inode {
            let next = self.next.load(Ordering::SeqCst);
            // Only the detection of a later truncation rests on it.
            let _ = watermark::write(&self.watermark, next);
        }
    }
}

impl SampleStore for Database {
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        self.visit_packs(&series.prefix(), &mut |pack| {
            if pack.series == *series {
                visit(pack);
            }
        })
    }

    fn load_since(
        &self,
        series: &Series,
        position: u64,
        visit: &mut dyn FnMut(Pack),
    ) -> Result<u64, StoreError> {
        let mut end = position;
        let mut other = None;
        let prefix = series.prefix();
        let key = |sequence: u64| [&prefix[..], &sequence.to_be_bytes()].concat();
        let visit = &mut |_: Record<'_>, pack: Result<Pack, FrameError>| match pack {
            Ok(pack) if pack.series == *series && pack.sequence >= position => {
                end = end.max(pack.sequence.saturating_add(1));
                visit(pack);
            }
            Err(FrameError::OtherVersion(version)) => other = Some(version),
            _ => {}
        };
        let records = self.shared.samples.range(key(position)..=key(u64::MAX));
        self.for_each_of(records, &prefix, visit)?;
        self.refuse_other_version(other)?;
        Ok(end)
    }

    fn load_all(&self, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        self.visit_packs(&[], visit)
    }

    fn blobs(&self) -> BlobStore {
        BlobStore::at(&self.shared.root)
    }

    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError> {
        self.still_there()?;
        if packs.is_empty() {
            return Ok(());
        }
        let writing = self.shared.writing.lock();
        let _writing = writing.unwrap_or_else(PoisonError::into_inner);
        let mut batch = self.shared.database.batch();
        let first = self.take_numbers(packs.len())?;
        for (n, pack) in packs.iter().enumerate() {
            let sequence = first + n as u64;
            let pack = Pack {
                sequence,
                ..pack.clone()
            };
            let record = encode(FrameKind::Pack, &pack)?;
            batch.insert(&self.shared.samples, pack.key(), record);
        }
        let next = first + packs.len() as u64;
        batch.insert(&self.shared.meta, SEQUENCE, next.to_be_bytes());
        batch.commit().map_err(|error| self.write_failed(error))
    }

    fn clear_tag(&mut self, tag: &str) -> Result<u64, StoreError> {
        self.still_there()?;
        let mut batch = self.shared.database.batch();
        let mut samples = 0;
        for guard in self.shared.samples.prefix(tag_prefix(tag)) {
            let (key, value) = guard.into_inner().map_err(self.failed("read"))?;
            match decode::<Pack>(FrameKind::Pack, &value) {
                Ok(pack) if pack.series.tag != tag => continue,
                Ok(pack) => samples += pack.len() as u64,
                Err(FrameError::OtherVersion(version)) => {
                    self.refuse_other_version(Some(version))?;
                }
                Err(FrameError::Damaged) => {}
            }
            batch.remove(&self.shared.samples, key);
        }
        let sequence = self.take_numbers(1)?;
        let note = ClearedTag {
            sequence,
            tag: tag.to_owned(),
        };
        batch.insert(
            &self.shared.meta,
            note.key(),
            encode(FrameKind::Cleared, &note)?,
        );
        batch.insert(&self.shared.meta, SEQUENCE, (sequence + 1).to_be_bytes());
        batch.commit().map_err(self.failed("clear"))?;
        Ok(samples)
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.still_there()?;
        self.shared
            .database
            .persist(PersistMode::SyncData)
            .map_err(self.failed("sync"))
    }
}
