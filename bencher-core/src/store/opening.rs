//! Opening the database of a store, whatever state its files are in.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use fjall::{Keyspace, KeyspaceCreateOptions, PersistMode};

use super::error::StoreError;
use super::frame::{FrameKind, encode};
use super::salvage::Salvaged;

/// The key, in `meta`, of the next number that a pack gets.
pub(super) const SEQUENCE: &[u8] = b"sequence";

/// A database that opened.
pub(super) struct Opened {
    pub(super) database: fjall::Database,
    pub(super) samples: Keyspace,
    pub(super) meta: Keyspace,
}

/// Why a database did not open.
pub(super) enum Refusal {
    /// The files are not a database that opens.
    Damaged(String),
    /// The files may be fine; something else stands in the way.
    Error(StoreError),
}

impl Refusal {
    pub(super) fn into_error(self, dir: &Path) -> StoreError {
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
pub(super) fn create(root: &Path, dir: &Path) -> Result<(), StoreError> {
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

pub(super) fn open_existing(dir: &Path) -> Result<Opened, Refusal> {
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
pub(super) struct Opening {
    path: PathBuf,
    died: u32,
}

impl Opening {
    pub(super) fn begin(root: &Path) -> Self {
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
    pub(super) fn refuse(&self) -> Option<Refusal> {
        let why = || format!("{} programs died while opening it", self.died);
        (self.died >= 2).then(|| Refusal::Damaged(why()))
    }

    pub(super) fn done(self) {
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

pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(fjall::Error) -> StoreError {
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

pub(super) fn set_aside(root: &Path, dir: &Path) -> Result<PathBuf, StoreError> {
    let aside = (1..=u32::MAX)
        .map(|n| root.join(format!("samples.damaged-{n}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| root.join("samples.damaged"));
    fs::rename(dir, &aside).map_err(StoreError::io("set aside", dir))?;
    Ok(aside)
}

/// Writes what was salvaged into a fresh database; returns how many samples that is.
pub(super) fn carry_over(
    opened: &Opened,
    dir: &Path,
    salvaged: &Salvaged,
) -> Result<u64, StoreError> {
    let mut kept = 0;
    for packs in salvaged.packs.chunks(64) {
        let mut batch = opened.database.batch();
        for pack in packs {
            batch.insert(&opened.samples, pack.key(), encode(FrameKind::Pack, pack)?);
            kept += pack.len() as u64;
        }
        batch.commit().map_err(failed("write", dir))?;
    }
    let next = salvaged.highest.map_or(0, |highest| highest + 1);
    write_sequence(opened, next).map_err(failed("write", dir))?;
    Ok(kept)
}

pub(super) fn write_sequence(opened: &Opened, next: u64) -> fjall::Result<()> {
    opened.meta.insert(SEQUENCE, next.to_be_bytes())?;
    opened.database.persist(PersistMode::SyncAll)
}

pub(super) fn read_sequence(meta: &Keyspace) -> u64 {
    let stored = meta.get(SEQUENCE).ok().flatten();
    stored
        .and_then(|bytes| bytes.first_chunk().copied())
        .map_or(0, u64::from_be_bytes)
}

#[cfg(unix)]
pub(super) fn inode(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(dir).map_or(0, |meta| meta.ino())
}

#[cfg(not(unix))]
pub(super) fn inode(dir: &Path) -> u64 {
    u64::from(dir.exists())
}
