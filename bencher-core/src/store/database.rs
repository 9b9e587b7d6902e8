//! The samples in a fjall database, behind everything that is known to go wrong with one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fjall::{Keyspace, PersistMode};
use serde::{Deserialize, Serialize};

use super::SampleStore;
use super::blobs::BlobStore;
use super::compact::Logs;
use super::error::StoreError;
use super::frame::{FrameError, FrameKind, decode, encode};
use super::lock::{Holder, StoreLock};
use super::opening::{
    Opening, Refusal, SEQUENCE, carry_over, create, failed, inode, open_existing, read_sequence,
    set_aside, write_sequence,
};
use super::pack::{Pack, Series, tag_prefix};
use super::salvage::{Journals, salvage};

/// The database of samples of one store directory. One process has it at a time; clones within
/// the process share it.
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

/// What opening a store has to tell.
///
/// The example stands at [`Database`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenNotice {
    /// What happened, what was kept and where the rest lies; one text each.
    pub messages: Vec<String>,
}

/// The note that a tag was cleared up to a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cleared {
    pub(super) sequence: u64,
    pub(super) tag: String,
}

const CLEARED: &[u8] = b"cleared/";

impl Database {
    /// Opens the store in `root`, making it if there is none.
    ///
    /// Another process that holds it is waited for, up to `patience`; `waiting` is told once who
    /// that is. A database that does not open is set aside, never deleted, and what can be read of
    /// it is carried over into a new one; the notice says so.
    ///
    /// # Errors
    /// Where another process keeps the store, or the file system refuses.
    pub fn open(
        root: &Path,
        patience: Duration,
        waiting: impl FnMut(&Holder),
    ) -> Result<(Self, OpenNotice), StoreError> {
        // Fjall asks for the working directory whatever its path is, and panics without one.
        std::env::current_dir().map_err(StoreError::io("find", "the working directory"))?;
        let lock = StoreLock::acquire(root, patience, waiting)?;
        let dir = root.join("samples");
        let mut notice = OpenNotice::default();
        if !dir.exists() {
            create(root, &dir)?;
        }
        let journals = Journals::read(&dir);
        let opening = Opening::begin(root);
        let opened = match opening.refuse().map_or_else(|| open_existing(&dir), Err) {
            Ok(opened) => opened,
            Err(Refusal::Error(error)) => return Err(error),
            Err(Refusal::Damaged(why)) => {
                let aside = set_aside(root, &dir)?;
                create(root, &dir)?;
                let opened = open_existing(&dir).map_err(|refusal| refusal.into_error(&dir))?;
                let salvaged = salvage(&aside);
                let kept = carry_over(&opened, &dir, &salvaged)?;
                notice.messages.push(format!(
                    "the sample store {} did not open ({why}); {kept} samples were carried over \
                     into a new one, {} damaged records of up to 64 samples each were lost, and \
                     the old one is kept as {}",
                    dir.display(),
                    salvaged.damaged,
                    aside.display(),
                ));
                opened
            }
        };
        opening.done();
        let mut next = read_sequence(&opened.meta);
        if let Some(cut) = journals.behind(next) {
            let kept = carry_over(&opened, &dir, &cut)?;
            next = read_sequence(&opened.meta);
            notice.messages.push(format!(
                "the journal of the sample store {} is damaged; {kept} samples behind the damage \
                 were carried over, {} damaged records were lost",
                dir.display(),
                cut.damaged,
            ));
        }
        let watermark = root.join("samples.watermark");
        let expected = fs::read_to_string(&watermark)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        if let Some(expected) = expected.filter(|expected: &u64| *expected > next) {
            notice.messages.push(format!(
                "the sample store {} has lost its last {} records since it was closed: its files \
                 were cut short; the samples they held will be measured again",
                dir.display(),
                expected - next,
            ));
            next = expected;
            write_sequence(&opened, next).map_err(failed("write", &dir))?;
        }
        let shared = Shared {
            database: opened.database,
            samples: opened.samples,
            meta: opened.meta,
            next: AtomicU64::new(next),
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
        if let Err(error) = database.compact_many(Logs::Merge) {
            // What is stored is there all the same, only slower to read.
            notice
                .messages
                .push(format!("the sample store could not be compacted: {error}"));
        }
        Ok((database, notice))
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
    pub(super) fn for_each(
        &self,
        prefix: &[u8],
        visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>),
    ) {
        for guard in self.shared.samples.prefix(prefix) {
            hand_out(guard, visit);
        }
    }

    /// Hands every record to `visit`, the last key first.
    pub(super) fn for_each_newest_first(
        &self,
        visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>),
    ) {
        for guard in self.shared.samples.iter().rev() {
            hand_out(guard, visit);
        }
    }

    pub(super) fn failed(&self, action: &'static str) -> impl FnOnce(fjall::Error) -> StoreError {
        failed(action, &self.shared.dir)
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

fn hand_out(guard: fjall::Guard, visit: &mut dyn FnMut(Record<'_>, Result<Pack, FrameError>)) {
    // An unreadable block is a miss: its samples are measured again.
    let Ok((key, value)) = guard.into_inner() else {
        return visit(Record::default(), Err(FrameError::Damaged));
    };
    let pack = decode::<Pack>(FrameKind::Pack, &value).and_then(|pack| {
        let sound = pack.is_consistent() && key.ends_with(&pack.sequence.to_be_bytes());
        if sound {
            Ok(pack)
        } else {
            Err(FrameError::Damaged)
        }
    });
    let (key, value) = (&*key, &*value);
    visit(Record { key, value }, pack);
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.database.persist(PersistMode::SyncAll).is_ok() && inode(&self.dir) == self.inode {
            let next = self.next.load(Ordering::SeqCst);
            // Only the detection of a later truncation rests on it.
            let _ = fs::write(&self.watermark, next.to_string());
        }
    }
}

impl SampleStore for Database {
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        let mut damaged = 0;
        self.for_each(&series.prefix(), &mut |_, pack| match pack {
            Ok(pack) if pack.series == *series => visit(pack),
            Ok(_) => {}
            Err(_) => damaged += 1,
        });
        Ok(damaged)
    }

    fn load_since(
        &self,
        series: &Series,
        position: u64,
        visit: &mut dyn FnMut(Pack),
    ) -> Result<u64, StoreError> {
        let key = |sequence: u64| [&series.prefix()[..], &sequence.to_be_bytes()].concat();
        let mut end = position;
        for guard in self.shared.samples.range(key(position)..=key(u64::MAX)) {
            hand_out(guard, &mut |_, pack| {
                if let Ok(pack) = pack
                    && pack.series == *series
                {
                    end = pack.sequence + 1;
                    visit(pack);
                }
            });
        }
        Ok(end)
    }

    fn load_all(&self, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        let mut damaged = 0;
        self.for_each(&[], &mut |_, pack| match pack {
            Ok(pack) => visit(pack),
            Err(_) => damaged += 1,
        });
        Ok(damaged)
    }

    fn blobs(&self) -> BlobStore {
        BlobStore::at(&self.shared.root)
    }

    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError> {
        self.still_there()?;
        let writing = self.shared.writing.lock();
        let _writing = writing.unwrap_or_else(PoisonError::into_inner);
        let mut batch = self.shared.database.batch();
        let first = self
            .shared
            .next
            .fetch_add(packs.len() as u64, Ordering::SeqCst);
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
        batch.commit().map_err(self.failed("write"))
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
                Err(_) => {}
            }
            batch.remove(&self.shared.samples, key);
        }
        let sequence = self.shared.next.fetch_add(1, Ordering::SeqCst);
        let note = Cleared {
            sequence,
            tag: tag.to_owned(),
        };
        let mut key = CLEARED.to_vec();
        key.extend(tag_prefix(tag));
        batch.insert(&self.shared.meta, key, encode(FrameKind::Cleared, &note)?);
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
