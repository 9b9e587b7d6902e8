//! Histories of another store.

use std::fmt;
use std::fs::File;
use std::path::Path;

use super::export::{Entry, Header, LAYOUT};
use super::snapshot::Snapshot;
use super::{HistoryError, SeriesKey};
use crate::store::{
    BlobStore, FrameKind, FrameReader, StoreError, decode_note, decode_snapshot, note_name, open,
    read_plain, snapshot_name, write_history_file,
};
use crate::value::Digest;

/// What an import brought.
///
/// See [`export_history`](super::export_history) for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Snapshots and decisions that are new here.
    pub added: u64,
    /// Those that were here already.
    pub already_there: u64,
    /// What was not taken, and why; one text each.
    pub refused: Vec<String>,
    /// Whether the file ends as it should; without its end, the last of it may be missing.
    pub complete: bool,
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (added, already) = (self.added, self.already_there);
        write!(
            f,
            "{added} snapshots and decisions were imported, {already} were here already"
        )?;
        self.refused
            .iter()
            .try_for_each(|why| write!(f, "\nskipped: {why}"))?;
        if !self.complete {
            f.write_str("\nthe file is incomplete: export it again where it came from")?;
        }
        Ok(())
    }
}

/// Adds the histories of an export to a store.
///
/// A snapshot is known by the digest of its content, so importing twice adds nothing, and it does not matter which of
/// two stores imports from the other first. A record that is damaged is refused; the others are taken. Snapshots that
/// were removed here, by age or by [`clear`](super::History::clear), come back if the export has them.
///
/// See [`export_history`](super::export_history) for an example.
///
/// # Errors
/// The file cannot be read, is no export, or is of a later version; or the store cannot be written.
pub fn import_history(root: &Path, path: &Path) -> Result<ImportReport, HistoryError> {
    let io = |error| StoreError::io("read", path)(error);
    let mut records = FrameReader::new(File::open(path).map_err(io)?).map_err(io)?;
    let mut import = Import {
        root,
        path,
        blobs: BlobStore::at(root),
        incoming: None,
        report: ImportReport::default(),
    };
    let (mut is_export, mut entries, mut expected) = (false, 0_u64, None);
    while let Some(bytes) = records.next().map_err(io)? {
        let Some(record) = open(&bytes) else { continue };
        match record.kind {
            kind if kind == FrameKind::HistoryExport as u8 => {
                is_export = true;
                let header = record.decode::<Header>(FrameKind::HistoryExport);
                let layout = header.map_or(0, |header| header.layout);
                if layout > LAYOUT {
                    return Err(StoreError::Format {
                        path: path.to_owned(),
                        problem: format!(
                            "has layout {layout}, written by a later version of bencher; update bencher"
                        ),
                    }
                    .into());
                }
            }
            kind if kind == FrameKind::HistoryEntry as u8 => {
                (is_export, entries) = (true, entries + 1);
                match record.decode::<Entry>(FrameKind::HistoryEntry) {
                    Ok(entry) => import.entry(entry)?,
                    Err(_) => import.refuse("an entry cannot be read"),
                }
            }
            kind if kind == FrameKind::End as u8 => {
                expected = postcard::from_bytes::<u64>(record.payload).ok();
            }
            _ => {}
        }
    }
    import.lose_incoming();
    if !is_export && records.other_version == 0 {
        return Err(HistoryError::NotAnExport {
            path: path.to_owned(),
        });
    }
    if records.damaged > 0 {
        import.refuse(&format!("{} stretches of it are damaged", records.damaged));
    }
    if records.other_version > 0 {
        let count = records.other_version;
        import.refuse(&format!(
            "{count} records are of another version of bencher, which can import them"
        ));
    }
    import.report.complete = expected.is_some_and(|expected| expected == entries);
    Ok(import.report)
}

struct Import<'a> {
    root: &'a Path,
    path: &'a Path,
    blobs: BlobStore,
    incoming: Option<Incoming>,
    report: ImportReport,
}

/// A content that has arrived only in part.
struct Incoming {
    digest: Digest,
    len: u64,
    bytes: Vec<u8>,
}

impl Import<'_> {
    fn refuse(&mut self, why: &str) {
        let path = self.path.display();
        self.report.refused.push(format!("{path}: {why}"));
    }

    fn entry(&mut self, entry: Entry) -> Result<(), HistoryError> {
        match entry {
            Entry::Blob(digest, offset, len, bytes) => self.blob(digest, offset, len, bytes),
            Entry::Snapshot(series, bytes) => self.snapshot(&series, &bytes),
            Entry::Note(series, bytes) => {
                self.lose_incoming();
                match decode_note(self.path, &bytes) {
                    Ok(note) => self.file(&series, &note_name(&note, Digest::of(&bytes)), &bytes),
                    Err(error) => {
                        self.report.refused.push(error.to_string());
                        Ok(())
                    }
                }
            }
        }
    }

    fn snapshot(&mut self, series: &SeriesKey, bytes: &[u8]) -> Result<(), HistoryError> {
        self.lose_incoming();
        let content = match decode_snapshot(self.path, bytes) {
            Ok(content) => content,
            Err(error) => {
                self.report.refused.push(error.to_string());
                return Ok(());
            }
        };
        let id = Digest::of(bytes);
        // The name needs the heading, which is read as that of a file with the right name.
        let unnamed = self.path.with_file_name(snapshot_name(0, "", id));
        let Ok(snapshot) = Snapshot::from_content(&unnamed, id, content) else {
            self.refuse(&format!("the heading of the snapshot {id} cannot be read"));
            return Ok(());
        };
        let name = snapshot_name(snapshot.number, &snapshot.event.to_string(), id);
        self.file(series, &name, bytes)
    }

    /// Puts a file in its place. One of the same name has the same digest, so it is the same, or damaged.
    fn file(&mut self, series: &SeriesKey, name: &str, bytes: &[u8]) -> Result<(), HistoryError> {
        let path = series.folder(self.root).join(name);
        if read_plain(&path).is_ok_and(|here| here == bytes) {
            self.report.already_there += 1;
            return Ok(());
        }
        write_history_file(&path, bytes)?;
        self.report.added += 1;
        Ok(())
    }

    fn blob(
        &mut self,
        digest: Digest,
        offset: u64,
        len: u64,
        bytes: Vec<u8>,
    ) -> Result<(), HistoryError> {
        if offset == 0 {
            self.lose_incoming();
            self.incoming = Some(Incoming {
                digest,
                len,
                bytes: Vec::new(),
            });
        }
        let fits = |incoming: &Incoming| {
            (incoming.digest, incoming.len) == (digest, len)
                && incoming.bytes.len() as u64 == offset
        };
        let Some(mut incoming) = self.incoming.take().filter(fits) else {
            self.refuse(&format!("a part of the content {digest} is missing"));
            return Ok(());
        };
        incoming.bytes.extend(bytes);
        if (incoming.bytes.len() as u64) < len {
            self.incoming = Some(incoming);
        } else if Digest::of(&incoming.bytes) == digest {
            self.blobs.put(&incoming.bytes)?;
        } else {
            self.refuse(&format!("the content {digest} is not what its digest says"));
        }
        Ok(())
    }

    /// Names a content whose rest did not come.
    fn lose_incoming(&mut self) {
        if let Some(lost) = self.incoming.take() {
            self.refuse(&format!(
                "the end of the content {} is missing",
                lost.digest
            ));
        }
    }
}
