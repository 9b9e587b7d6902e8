//! Histories as one file.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::series::key_of_folder;
use super::snapshot::Snapshot;
use super::{HistoryError, HistoryProblem, SeriesKey};
use crate::store::{
    BlobStore, Decision, FrameContent, FrameKind, SnapshotNote, StoreError, blobs_of, create_new,
    decode_note, decode_snapshot, encode, note_files, place, read_plain, series_folders,
    snapshot_files, temporary,
};
use crate::value::Digest;

/// The layout that is written, and the latest that is read.
pub(super) const LAYOUT: u32 = 1;
/// The most bytes of a blob in one entry.
const PART: usize = 1 << 20;

/// The first record of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) layout: u32,
}

impl FrameContent for Header {
    fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(payload)
    }
}

/// One record of an export; the order is part of the format.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Entry {
    /// A part of a blob: the offset, the length of the whole, and the bytes.
    Blob(Digest, u64, u64, Vec<u8>),
    /// The bytes of a snapshot's file.
    Snapshot(SeriesKey, Vec<u8>),
    /// The bytes of a note's file.
    Note(SeriesKey, Vec<u8>),
}

impl FrameContent for Entry {
    fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(payload)
    }
}

/// Which histories an export has; an empty filter takes all.
///
/// ```
/// use bencher_core::history::{HistoryFilter, SeriesKey};
/// let sorting = HistoryFilter { bench: Some("Sorting".to_owned()), ..HistoryFilter::default() };
/// let key = SeriesKey { bench: "Sorting".to_owned(), title: "By length".to_owned(), tag: String::new() };
/// assert!(sorting.takes(&key) && HistoryFilter::default().takes(&key));
/// assert!(!sorting.takes(&SeriesKey { bench: "Hashing".to_owned(), ..key }));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Only series of this bench.
    pub bench: Option<String>,
    /// Only series of this title.
    pub title: Option<String>,
    /// Only series of this tag.
    pub tag: Option<String>,
}

impl HistoryFilter {
    /// Whether a series is taken.
    pub fn takes(&self, series: &SeriesKey) -> bool {
        let fits = |wanted: &Option<String>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == name)
        };
        fits(&self.bench, &series.bench)
            && fits(&self.title, &series.title)
            && fits(&self.tag, &series.tag)
    }
}

/// What an export has.
///
/// See [`export_history`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Snapshots.
    pub snapshots: u64,
    /// Decisions about them.
    pub notes: u64,
    /// Contents that they refer to.
    pub blobs: u64,
    /// Files that could not be read and are not in it.
    pub problems: Vec<HistoryProblem>,
}

impl fmt::Display for ExportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            snapshots,
            notes,
            blobs,
            problems,
        } = self;
        write!(
            f,
            "{snapshots} snapshots, {notes} decisions and {blobs} contents were exported"
        )?;
        problems
            .iter()
            .try_for_each(|problem| write!(f, "\nskipped: {problem}"))
    }
}

/// Writes the histories of a store into one file, with the contents that they refer to.
///
/// ```
/// use bencher_core::history::{HistoryFilter, export_history, import_history};
/// let (here, there) = (tempfile::tempdir()?, tempfile::tempdir()?);
/// let file = here.path().join("history.bencher");
/// assert_eq!(export_history(here.path(), &HistoryFilter::default(), &file)?.snapshots, 0);
/// let imported = import_history(there.path(), &file)?;
/// assert_eq!((imported.added, imported.complete), (0, true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A folder cannot be read, or the file cannot be written. No file is left half-written.
pub fn export_history(
    root: &Path,
    filter: &HistoryFilter,
    path: &Path,
) -> Result<ExportReport, HistoryError> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(HistoryError::NotReplaced {
            path: path.to_owned(),
        });
    }
    let unfinished = temporary(path);
    let written = write_all(root, filter, &unfinished).and_then(|report| {
        place(&unfinished, path).map_err(StoreError::io("write", path))?;
        Ok(report)
    });
    if written.is_err() {
        // A leftover would only take space, and the disk may be full already.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn write_all(
    root: &Path,
    filter: &HistoryFilter,
    path: &Path,
) -> Result<ExportReport, HistoryError> {
    let file = create_new(path).map_err(StoreError::io("create", path))?;
    let mut out = Writer {
        file: BufWriter::new(file),
        path: path.to_owned(),
        blobs: BlobStore::at(root),
        written: BTreeSet::new(),
        entries: 0,
        report: ExportReport::default(),
    };
    out.write(&encode(
        FrameKind::HistoryExport,
        &Header { layout: LAYOUT },
    )?)?;
    for folder in series_folders(root)? {
        if let Some(series) = key_of_folder(root, &folder)?
            && filter.takes(&series)
        {
            out.series(&folder, &series)?;
        }
    }
    out.write(&encode(FrameKind::End, &out.entries)?)?;
    out.finish()
}

struct Writer {
    file: BufWriter<File>,
    path: PathBuf,
    blobs: BlobStore,
    written: BTreeSet<Digest>,
    entries: u64,
    report: ExportReport,
}

impl Writer {
    /// Writes a series: its notes, then its snapshots, each behind the contents that it refers to.
    fn series(&mut self, folder: &Path, series: &SeriesKey) -> Result<(), HistoryError> {
        let mut notes: Vec<SnapshotNote> = Vec::new();
        for path in note_files(folder)? {
            let read = read(&path).and_then(|bytes| Ok((decode_note(&path, &bytes)?, bytes)));
            match read {
                Ok((note, bytes)) => {
                    notes.push(note);
                    self.entry(&Entry::Note(series.clone(), bytes))?;
                    self.report.notes += 1;
                }
                Err(error) => self.problem(path, &error),
            }
        }
        for path in snapshot_files(folder)? {
            let read = read(&path).and_then(|bytes| {
                let content = decode_snapshot(&path, &bytes)?;
                Ok((
                    Snapshot::from_content(&path, Digest::of(&bytes), content)?,
                    bytes,
                ))
            });
            let (mut snapshot, bytes) = match read {
                Ok(read) => read,
                Err(error) => {
                    self.problem(path, &error);
                    continue;
                }
            };
            let drops = |note: &&SnapshotNote| {
                note.snapshot == snapshot.id && matches!(note.decision, Decision::Dropped(_))
            };
            let dropping: Vec<&SnapshotNote> = notes.iter().filter(drops).collect();
            snapshot.apply(&dropping);
            for digest in blobs_of(&snapshot.record, &snapshot.dropped) {
                self.blob(&path, digest)?;
            }
            self.entry(&Entry::Snapshot(series.clone(), bytes))?;
            self.report.snapshots += 1;
        }
        Ok(())
    }

    fn blob(&mut self, owner: &Path, digest: Digest) -> Result<(), HistoryError> {
        if !self.written.insert(digest) {
            return Ok(());
        }
        let content = match self.blobs.get(digest) {
            Ok(content) => content,
            Err(error) => {
                self.problem(owner.to_owned(), &error);
                return Ok(());
            }
        };
        let len = content.len() as u64;
        let mut offset = 0;
        for part in content.chunks(PART) {
            self.entry(&Entry::Blob(digest, offset, len, part.to_vec()))?;
            offset += part.len() as u64;
        }
        self.report.blobs += 1;
        Ok(())
    }

    fn problem(&mut self, path: PathBuf, error: &StoreError) {
        self.report.problems.push(HistoryProblem {
            path,
            message: error.to_string(),
        });
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), HistoryError> {
        self.entries += 1;
        self.write(&encode(FrameKind::HistoryEntry, entry)?)
    }

    fn write(&mut self, record: &[u8]) -> Result<(), HistoryError> {
        let written = self.file.write_all(record);
        Ok(written.map_err(StoreError::io("write", &self.path))?)
    }

    fn finish(mut self) -> Result<ExportReport, HistoryError> {
        let flushed = self.file.flush();
        let synced = flushed.and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(StoreError::io("write", &self.path))?;
        Ok(self.report)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    read_plain(path).map_err(StoreError::io("read", path))
}
