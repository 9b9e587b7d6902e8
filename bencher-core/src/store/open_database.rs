//! Opens the database of a store, in any state of its files.

#[cfg(unix)]
use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use fjall::config::CompressionPolicy;
use fjall::{CompressionType, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::error::StoreError;
use super::files::{place, remove};
use super::frame::{FrameKind, encode};
use super::pack::Pack;
use super::preflight::check_files;
use super::shortage::{is_shortage, is_shortage_text};

/// The key, in `meta`, of the next number that a pack gets.
pub(super) const SEQUENCE: &[u8] = b"sequence";

/// A database that opened.
pub(super) struct OpenDatabase {
    pub(super) database: fjall::Database,
    pub(super) samples: Keyspace,
    pub(super) meta: Keyspace,
    /// The number that the next pack gets.
    pub(super) next: u64,
}

/// Why a database did not open.
pub(super) enum OpenFailure {
    /// The files are damaged: the database does not open.
    Damaged(String),
    /// The files may be intact, but another error prevents opening, so they must stay as they are.
    Error(StoreError),
}

impl OpenFailure {
    pub(super) fn into_error(self, dir: &Path) -> StoreError {
        match self {
            Self::Error(error) => error,
            Self::Damaged(message) => StoreError::Database {
                action: "open",
                path: dir.to_owned(),
                message,
                hint: "; use another store",
            },
        }
    }

    /// Tells an error of the surroundings from one of the files.
    pub(super) fn of(error: fjall::Error, dir: &Path) -> Self {
        if matches!(error, fjall::Error::Locked) || is_shortage(&error) {
            Self::Error(failed("open", dir)(error))
        } else {
            Self::Damaged(error.to_string())
        }
    }
}

/// Makes an empty database.
pub(super) fn create(root: &Path, dir: &Path) -> Result<(), StoreError> {
    let made = build(root, &[], 0)?;
    place(&made, dir).map_err(StoreError::io("create", dir))
}

/// Makes a database that holds these packs, brings it to the disk, and says where it is.
///
/// It has another name until it is renamed: one that was killed half way in the making would never open
/// again, or lack what was not written yet.
pub(super) fn build(root: &Path, packs: &[Pack], next: u64) -> Result<PathBuf, StoreError> {
    let unfinished = root.join("samples.creating");
    remove(&unfinished)?;
    let built = crate::panics::catch(AssertUnwindSafe(|| {
        let opened = open_fjall(&unfinished, true).map_err(failed("create", &unfinished))?;
        write_packs(&opened, &unfinished, packs)?;
        write_sequence(&opened, next).map_err(failed("create", &unfinished))
    }));
    let built = built.unwrap_or_else(|message| {
        Err(StoreError::Database {
            action: "create",
            path: unfinished.clone(),
            message,
            hint: "; use another store",
        })
    });
    if let Err(error) = built {
        // A leftover would only take space, and the disk may be full already.
        let _ = remove(&unfinished);
        return Err(error);
    }
    Ok(unfinished)
}

pub(super) fn open_existing(dir: &Path) -> Result<OpenDatabase, OpenFailure> {
    check_files(dir)?;
    // Some damage makes fjall panic. The hook would print it; the notice says it instead.
    let opened = crate::panics::catch(AssertUnwindSafe(|| {
        let mut opened = open_fjall(dir, false)?;
        opened.next = next_sequence(&opened)?;
        // Its few records say what is known of all others.
        for guard in opened.meta.iter() {
            guard.into_inner()?;
        }
        Ok(opened)
    }));
    match opened {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(OpenFailure::of(error, dir)),
        Err(message) if is_shortage_text(&message) => {
            Err(OpenFailure::Error(StoreError::Database {
                action: "open",
                path: dir.to_owned(),
                message,
                hint: "; nothing was changed: run again when the system has enough resources",
            }))
        }
        Err(message) => Err(OpenFailure::Damaged(message)),
    }
}

/// Records are found in the files by what they begin with, so nothing is compressed, whatever features of
/// fjall another crate asks for.
fn open_fjall(dir: &Path, create: bool) -> fjall::Result<OpenDatabase> {
    let database = fjall::Database::builder(dir)
        .worker_threads(1)
        .journal_compression(CompressionType::None)
        .open()?;
    let keyspace = |name: &str| {
        if !create && !database.keyspace_exists(name) {
            return Err(fjall::Error::Unrecoverable);
        }
        database.keyspace(name, || {
            KeyspaceCreateOptions::default()
                .data_block_compression_policy(CompressionPolicy::disabled())
        })
    };
    let samples = keyspace("samples")?;
    let meta = keyspace("meta")?;
    Ok(OpenDatabase {
        database,
        samples,
        meta,
        next: 0,
    })
}

pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(fjall::Error) -> StoreError {
    let path = path.to_owned();
    move |error| match error {
        fjall::Error::Io(source) | fjall::Error::Storage(fjall::LsmError::Io(source)) => {
            StoreError::Io {
                action,
                path,
                source,
            }
        }
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
            hint: "; run again: the store repairs itself when it is opened",
        },
    }
}

/// Writes packs under the numbers that they have.
pub(super) fn write_packs(
    opened: &OpenDatabase,
    dir: &Path,
    packs: &[Pack],
) -> Result<(), StoreError> {
    for packs in packs.chunks(64) {
        let mut batch = opened.database.batch();
        for pack in packs {
            batch.insert(&opened.samples, pack.key(), encode(FrameKind::Pack, pack)?);
        }
        batch.commit().map_err(failed("write", dir))?;
    }
    Ok(())
}

pub(super) fn write_sequence(opened: &OpenDatabase, next: u64) -> fjall::Result<()> {
    opened.meta.insert(SEQUENCE, next.to_be_bytes())?;
    opened.database.persist(PersistMode::SyncAll)
}

/// The next number as it is stored, or what follows from the packs that are there, whichever is higher.
fn next_sequence(opened: &OpenDatabase) -> fjall::Result<u64> {
    let stored = opened.meta.get(SEQUENCE)?;
    let stored = stored.and_then(|bytes| bytes.first_chunk().copied());
    let mut next = stored.map_or(0, u64::from_be_bytes);
    // A key ends with its pack's number; those of a series follow each other.
    let mut from = vec![0; 24];
    while let Some(guard) = opened.samples.range(from..).next() {
        let key = guard.key()?;
        let Some((prefix, _)) = key.split_first_chunk::<16>() else {
            break;
        };
        let series = u128::from_be_bytes(*prefix);
        let end = [&prefix[..], &[0xff; 8]].concat();
        if let Some(guard) = opened.samples.range(prefix.to_vec()..=end).next_back() {
            let last = guard.key()?;
            let number = last.last_chunk().map_or(0, |n| u64::from_be_bytes(*n));
            next = next.max(number.saturating_add(1));
        }
        let Some(series) = series.checked_add(1) else {
            break;
        };
        from = [&series.to_be_bytes()[..], &[0; 8]].concat();
    }
    Ok(next)
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
