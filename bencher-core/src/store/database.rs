//! The samples in a fjall database, behind everything that is known to go wrong with one.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fjall::{Keyspace, KeyspaceCreateOptions, PersistMode};
use serde::{Deserialize, Serialize};

use super::SampleStore;
use super::error::StoreError;
use super::frame::{FrameKind, decode, encode};
use super::lock::{Holder, StoreLock};
use super::pack::{Pack, Series, tag_prefix};
use super::salvage::{Journals, Salvaged, salvage};

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

const SEQUENCE: &[u8] = b"sequence";
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
            inode: inode(&dir),
            dir,
            watermark,
            _lock: lock,
        };
        Ok((
            Self {
                shared: Arc::new(shared),
            },
            notice,
        ))
    }

    fn failed(&self, action: &'static str) -> impl FnOnce(fjall::Error) -> StoreError {
        failed(action, &self.shared.dir)
    }

    /// A removed directory takes writes without a word; ask the file system instead.
    fn still_there(&self) -> Result<(), StoreError> {
        if inode(&self.shared.dir) == self.shared.inode {
            Ok(())
        } else {
            Err(StoreError::Vanished(self.shared.dir.clone()))
        }
    }
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
        for guard in self.shared.samples.prefix(series.prefix()) {
            // An unreadable block is a miss: its samples are measured again.
            let pack = guard
                .value()
                .ok()
                .and_then(|value| decode::<Pack>(FrameKind::Pack, &value).ok());
            match pack {
                Some(pack) if pack.series == *series && pack.is_consistent() => visit(pack),
                Some(pack) if pack.series == *series => damaged += 1,
                Some(_) => {}
                None => damaged += 1,
            }
        }
        Ok(damaged)
    }

    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError> {
        self.still_there()?;
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
            let mut key = pack.series.prefix().to_vec();
            key.extend(sequence.to_be_bytes());
            batch.insert(&self.shared.samples, key, encode(FrameKind::Pack, &pack)?);
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

struct Opened {
    database: fjall::Database,
    samples: Keyspace,
    meta: Keyspace,
}

enum Refusal {
    /// The files are not a database that opens.
    Damaged(String),
    /// The files may be fine; something else stands in the way.
    Error(StoreError),
}

impl Refusal {
    fn into_error(self, dir: &Path) -> StoreError {
        match self {
            Self::Error(error) => error,
            Self::Damaged(message) => StoreError::Database {
                action: "open",
                path: dir.to_owned(),
                message,
                hint: "; give another place with `--store DIR`",
            },
        }
    }
}

/// Makes a database under another name and renames it: one that was killed half way in the making
/// would never open again.
fn create(root: &Path, dir: &Path) -> Result<(), StoreError> {
    let unfinished = root.join("samples.creating");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(StoreError::io("remove", &unfinished))?;
    }
    let made = crate::quiet::catch(AssertUnwindSafe(|| open_fjall(&unfinished)))
        .map_err(|message| StoreError::Database {
            action: "create",
            path: unfinished.clone(),
            message,
            hint: "; give another place with `--store DIR`",
        })?
        .map_err(failed("create", &unfinished))?;
    made.database
        .persist(PersistMode::SyncAll)
        .map_err(failed("create", &unfinished))?;
    drop(made);
    fs::rename(&unfinished, dir).map_err(StoreError::io("create", dir))
}

fn open_existing(dir: &Path) -> Result<Opened, Refusal> {
    check_files(dir)?;
    // Some damage makes fjall panic. The hook would print it; the notice says it instead.
    let opened = crate::quiet::catch(AssertUnwindSafe(|| open_fjall(dir)));
    match opened {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) if is_environment(&error) => Err(Refusal::Error(failed("open", dir)(error))),
        Ok(Err(error)) => Err(Refusal::Damaged(error.to_string())),
        Err(message) => Err(Refusal::Damaged(message)),
    }
}

fn open_fjall(dir: &Path) -> fjall::Result<Opened> {
    let database = fjall::Database::builder(dir).worker_threads(1).open()?;
    let samples = database.keyspace("samples", KeyspaceCreateOptions::default)?;
    let meta = database.keyspace("meta", KeyspaceCreateOptions::default)?;
    Ok(Opened {
        database,
        samples,
        meta,
    })
}

/// Counts the attempts to open a database that did not come back: some damage makes fjall abort
/// the whole process, which nothing can catch.
struct Opening {
    path: PathBuf,
    died: u32,
}

impl Opening {
    fn begin(root: &Path) -> Self {
        let path = root.join("samples.opening");
        let died = fs::read_to_string(&path)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        let died = died.unwrap_or(0);
        // Without the count, opening goes on as it would have.
        let _ = fs::write(&path, (died + 1_u32).to_string());
        Self { path, died }
    }

    /// Once may have been a kill at a bad moment; twice is the database.
    fn refuse(&self) -> Option<Refusal> {
        let why = || format!("{} programs died while opening it", self.died);
        (self.died >= 2).then(|| Refusal::Damaged(why()))
    }

    fn done(self) {
        // What stays behind only makes a later refusal come sooner.
        let _ = fs::remove_file(self.path);
    }
}

/// A directory without a number for a name makes fjall abort the process while it opens.
fn check_files(dir: &Path) -> Result<(), Refusal> {
    let keyspaces = dir.join("keyspaces");
    let entries = match fs::read_dir(&keyspaces) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Refusal::Damaged(
                "its folder `keyspaces` is missing".to_owned(),
            ));
        }
        Err(error) => return Err(Refusal::Error(StoreError::io("read", keyspaces)(error))),
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let number = name
            .to_str()
            .is_some_and(|name| name.parse::<u64>().is_ok());
        if !number {
            return Err(Refusal::Damaged(format!(
                "a strange file {}",
                entry.path().display()
            )));
        }
        if !entry.path().join("current").is_file() {
            return Err(Refusal::Damaged(format!(
                "{} is incomplete",
                entry.path().display()
            )));
        }
    }
    Ok(())
}

/// Whether an error speaks of the surroundings rather than of the files' content.
fn is_environment(error: &fjall::Error) -> bool {
    use std::io::ErrorKind;
    match error {
        fjall::Error::Locked => true,
        fjall::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::PermissionDenied
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::StorageFull
                | ErrorKind::QuotaExceeded
                | ErrorKind::OutOfMemory
        ),
        _ => false,
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(fjall::Error) -> StoreError {
    let path = path.to_owned();
    move |error| match error {
        fjall::Error::Io(source) => StoreError::Io {
            action,
            path,
            source,
        },
        fjall::Error::Locked => StoreError::Database {
            action,
            path,
            message: "another program has opened it".to_owned(),
            hint: "; end that program and run again",
        },
        error => StoreError::Database {
            action,
            path,
            message: error.to_string(),
            hint: "; run again: the store mends itself when it is opened",
        },
    }
}

fn set_aside(root: &Path, dir: &Path) -> Result<PathBuf, StoreError> {
    let aside = (1..=u32::MAX)
        .map(|n| root.join(format!("samples.damaged-{n}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| root.join("samples.damaged"));
    fs::rename(dir, &aside).map_err(StoreError::io("set aside", dir))?;
    Ok(aside)
}

/// Writes what was salvaged into a fresh database; returns how many samples that is.
fn carry_over(opened: &Opened, dir: &Path, salvaged: &Salvaged) -> Result<u64, StoreError> {
    let mut kept = 0;
    for packs in salvaged.packs.chunks(64) {
        let mut batch = opened.database.batch();
        for pack in packs {
            let mut key = pack.series.prefix().to_vec();
            key.extend(pack.sequence.to_be_bytes());
            batch.insert(&opened.samples, key, encode(FrameKind::Pack, pack)?);
            kept += pack.len() as u64;
        }
        batch.commit().map_err(failed("write", dir))?;
    }
    let next = salvaged.highest.map_or(0, |highest| highest + 1);
    write_sequence(opened, next).map_err(failed("write", dir))?;
    Ok(kept)
}

fn write_sequence(opened: &Opened, next: u64) -> fjall::Result<()> {
    opened.meta.insert(SEQUENCE, next.to_be_bytes())?;
    opened.database.persist(PersistMode::SyncAll)
}

fn read_sequence(meta: &Keyspace) -> u64 {
    let stored = meta.get(SEQUENCE).ok().flatten();
    stored
        .and_then(|bytes| bytes.first_chunk().copied())
        .map_or(0, u64::from_be_bytes)
}

#[cfg(unix)]
fn inode(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(dir).map_or(0, |meta| meta.ino())
}

#[cfg(not(unix))]
fn inode(dir: &Path) -> u64 {
    u64::from(dir.exists())
}
