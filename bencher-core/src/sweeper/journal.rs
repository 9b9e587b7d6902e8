//! The append-only file that all handles share: lock, read what others wrote, decide, append, unlock.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::error::SweeperError;
use super::lease::is_removed;
use super::lock_file::{LockError, LockGuard, acquire_lock};
use super::record::{Line, LineError, read_line, write_line};
use super::state_table::StateTable;
use crate::value::Digest;

/// A record that could not be read. Its information is lost, and nothing else; its bytes are kept.
///
/// ```
/// use bencher_core::sweeper::ParamSweeper;
/// # let dir = tempfile::tempdir()?;
/// std::fs::write(dir.path().join("sweep.journal"), "not a record\n")?;
/// let sweeper = ParamSweeper::open(dir.path(), [1, 2])?;
/// let damaged_lines = sweeper.take_damaged_lines();
/// assert!(damaged_lines[0].to_string().ends_with(
///     "sweep.journal has a damaged record of 12 bytes at byte 0; this record is lost, all others are intact"
/// ));
/// assert!(sweeper.take_damaged_lines().is_empty(), "each is told once");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DamagedLine {
    /// The file.
    pub path: PathBuf,
    /// Its position in bytes.
    pub at: u64,
    /// Its length in bytes.
    pub length: usize,
}

impl fmt::Display for DamagedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, at, length } = self;
        write!(
            f,
            "{} has a damaged record of {length} bytes at byte {at}; this record is lost, all \
             others are intact",
            path.display()
        )
    }
}

/// Damaged lines, each reported once even if the file is read again.
#[derive(Debug, Default)]
pub(super) struct DamagedLines {
    seen: HashSet<(u64, Digest)>,
    new: Vec<DamagedLine>,
}

impl DamagedLines {
    pub(super) fn add(&mut self, path: &Path, at: u64, bytes: &[u8]) {
        if self.seen.insert((at, Digest::of(bytes))) {
            self.new.push(DamagedLine {
                path: path.to_owned(),
                at,
                length: bytes.len(),
            });
        }
    }

    pub(super) fn take(&mut self) -> Vec<DamagedLine> {
        std::mem::take(&mut self.new)
    }
}

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    lock: Arc<File>,
    lock_path: PathBuf,
    file: Arc<File>,
    /// How far it was read.
    at: u64,
    /// Whether the last line has no end, since its writer died.
    torn: bool,
    /// How many lines are too many.
    too_many: usize,
}

/// A journal with more than this number of lines for each line that counts, and some more, is rewritten.
const LINES_PER_RECORD: usize = 4;
const SOME_MORE: usize = 4096;

impl Journal {
    pub(super) fn open(dir: &Path) -> Result<Self, SweeperError> {
        fs::create_dir_all(dir).map_err(SweeperError::io("create", dir))?;
        let lock_path = dir.join("sweep.lock");
        let path = dir.join("sweep.journal");
        Ok(Self {
            file: open(&path)?,
            path,
            lock: open_lock(&lock_path)?,
            lock_path,
            at: 0,
            torn: false,
            too_many: 0,
        })
    }

    pub(super) fn lock(
        &mut self,
        patience: Duration,
        waiting: &dyn Fn(&str),
    ) -> Result<LockGuard, SweeperError> {
        let path = &self.lock_path;
        let waiting = |owner: &str| {
            waiting(&format!("{} is locked by {owner}; waiting", path.display()));
        };
        loop {
            let held =
                acquire_lock(&self.lock, patience, &waiting).map_err(|error| match error {
                    LockError::Io(error) => SweeperError::io("lock", path)(error),
                    LockError::InUse(owner) => SweeperError::InUse {
                        path: path.clone(),
                        owner,
                        waited: patience,
                    },
                })?;
            if !is_removed(&self.lock) {
                return Ok(held);
            }
            // The file was removed, so other handles lock a new one.
            self.lock = open_lock(path)?;
        }
    }

    /// Reads what others wrote since the last time.
    pub(super) fn refresh(
        &mut self,
        table: &mut StateTable,
        damaged_lines: &mut DamagedLines,
    ) -> Result<(), SweeperError> {
        if is_removed(&self.file) {
            // Another handle rewrote it, or it was removed.
            self.file = open(&self.path)?;
            self.reread(table);
        }
        let length = self.file.metadata();
        let mut length = length.map_err(SweeperError::io("read", &self.path))?.len();
        if length < self.at {
            self.reread(table);
        }
        if length == self.at {
            return Ok(());
        }
        let tail = self.read_from(self.at);
        let tail = tail.map_err(SweeperError::io("read", &self.path))?;
        length = self.at + tail.len() as u64;
        let mut at = self.at;
        for line in lines_of(&tail) {
            match read_line(line) {
                Ok(line) => table.apply(line),
                Err(LineError::Damaged) if line.is_empty() => {}
                Err(LineError::Damaged) => damaged_lines.add(&self.path, at, line),
                Err(LineError::Newer(version)) => {
                    return Err(SweeperError::Newer {
                        path: self.path.clone(),
                        version,
                    });
                }
            }
            at += line.len() as u64 + 1;
        }
        self.torn = tail.last().is_some_and(|byte| *byte != b'\n');
        self.at = length;
        Ok(())
    }

    /// Makes the next [`refresh`](Self::refresh) begin from the start.
    pub(super) fn reread(&mut self, table: &mut StateTable) {
        table.forget();
        (self.at, self.torn) = (0, false);
    }

    fn read_from(&self, at: u64) -> io::Result<Vec<u8>> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Appends whole lines. Where that fails half way, the next [`refresh`](Self::refresh) reads what is there.
    pub(super) fn append(&mut self, lines: &mut Vec<u8>) -> Result<&Arc<File>, SweeperError> {
        if self.torn {
            lines.insert(0, b'\n');
        }
        let written = (&*self.file).write_all(lines);
        written.map_err(SweeperError::io("write", &self.path))?;
        self.torn = false;
        self.at += lines.len() as u64;
        Ok(&self.file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Rewrites the journal where it is much larger than its contents. The new one is on the disk before it replaces
    /// the old one. Unreadable lines are kept beside it.
    pub(super) fn compact_if_long(&mut self, table: &mut StateTable) {
        let (lines, live) = table.lines();
        self.too_many = self.too_many.max(live * LINES_PER_RECORD + SOME_MORE);
        if lines <= self.too_many {
            return;
        }
        match self.compact(table) {
            Ok(()) => {
                table.compacted();
                self.too_many = 0;
            }
            // The old one is as good; perhaps there is room for a new one later.
            Err(_) => self.too_many = lines * 2,
        }
    }

    fn compact(&mut self, table: &StateTable) -> io::Result<()> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        self.keep_damaged(&dir.join("sweep.damaged"))?;
        let new = dir.join("sweep.journal.new");
        let mut lines = Vec::new();
        for line in table.snapshot() {
            write_line(&line, &mut lines);
        }
        let placed = write_file(&new, &self.path, &lines);
        if placed.is_err() {
            // It would only take space.
            let _ = fs::remove_file(&new);
        }
        placed?;
        let mut options = OpenOptions::new();
        self.file = Arc::new(options.read(true).append(true).open(&self.path)?);
        (self.at, self.torn) = (lines.len() as u64, false);
        Ok(())
    }

    fn keep_damaged(&self, path: &Path) -> io::Result<()> {
        let old = self.read_from(0)?;
        let damaged: Vec<&[u8]> = lines_of(&old)
            .filter(|line| !line.is_empty() && read_line(line).is_err())
            .collect();
        if damaged.is_empty() {
            return Ok(());
        }
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(&damaged.join(&b'\n'))?;
        file.write_all(b"\n")?;
        file.sync_all()
    }
}

fn open_lock(path: &Path) -> Result<Arc<File>, SweeperError> {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false);
    let file = options.open(path).map_err(SweeperError::io("open", path))?;
    Ok(Arc::new(file))
}

/// Opens the journal, and brings its name to the disk if it is new.
fn open(path: &Path) -> Result<Arc<File>, SweeperError> {
    let mut options = OpenOptions::new();
    let options = options.read(true).append(true).create(true);
    let file = options.open(path).map_err(SweeperError::io("open", path))?;
    if file.metadata().is_ok_and(|meta| meta.len() == 0) {
        sync_folder(path).map_err(SweeperError::io("create", path))?;
    }
    Ok(Arc::new(file))
}

/// Writes a file whole, under another name first.
pub(super) fn write_file(temporary: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    sync_folder(path)
}

/// Brings the name of a file to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    File::open(folder)?.sync_all()
}

/// Brings the name of a file to the disk: here that of a folder cannot be asked for.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The lines of a file beside the journal.
pub(super) fn read_lines(
    path: &Path,
    damaged_lines: &mut DamagedLines,
    mut heed: impl FnMut(Line),
) -> Result<(), SweeperError> {
    let bytes = fs::read(path).map_err(SweeperError::io("read", path))?;
    let mut at = 0;
    for line in lines_of(&bytes) {
        match read_line(line) {
            Ok(line) => heed(line),
            Err(LineError::Damaged) if line.is_empty() => {}
            Err(LineError::Damaged) => damaged_lines.add(path, at, line),
            Err(LineError::Newer(version)) => {
                return Err(SweeperError::Newer {
                    path: path.to_owned(),
                    version,
                });
            }
        }
        at += line.len() as u64 + 1;
    }
    Ok(())
}

/// The lines of a text, without their ends; what stands behind the last end is one, too.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    let mut start = 0;
    ends.filter_map(move |end| {
        let line = text.get(start..end);
        start = end + 1;
        line
    })
}
