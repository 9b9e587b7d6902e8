//! Snapshots of histories as plain files: `history/BENCH/SERIES-ID/sNUMBER-EVENT-DIGEST.snapshot`.
//!
//! A file is never changed. Its name ends in the digest of its bytes, so that two stores merge by copying files. What
//! is decided about a snapshot later is a *note* beside it, `nSEQUENCE-DIGEST.note`, which is never changed either.
//! The room `history` gives both their meaning. Here, they are written, read, listed, and asked what they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::default_root::slug;
use super::error::StoreError;
use super::files::{create_folders, entries, read_plain, write_atomically};
use super::folders::number;
use super::frame::{FrameContent, FrameError, FrameKind, decode, encode};
use super::results::without_contents;
use crate::dataset::Column;
use crate::record::SweepRecord;
use crate::sort;
use crate::value::Digest;

/// The folder of all histories below a store's root.
pub(super) const HISTORY: &str = "history";
const SNAPSHOT: &str = "snapshot";
const NOTE: &str = "note";

/// What the file of a snapshot holds.
#[derive(Debug)]
pub(crate) struct SnapshotContent {
    /// What the room `history` says of the record, in its own encoding.
    pub(crate) heading: Vec<u8>,
    pub(crate) record: SweepRecord,
}

impl FrameContent for SnapshotContent {
    fn read(version: u16, payload: &[u8]) -> postcard::Result<Self> {
        let (heading, record) = postcard::take_from_bytes(payload)?;
        Ok(Self {
            heading,
            record: SweepRecord::read(version, record)?,
        })
    }
}

/// A later decision about a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SnapshotNote {
    pub(crate) snapshot: Digest,
    /// Above that of every note which the writer knew: the highest one counts.
    pub(crate) sequence: u64,
    /// When it was written, as RFC 3339 text in UTC.
    pub(crate) moment: String,
    pub(crate) decision: Decision,
}

/// The fields of a note; their order is part of the format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Decision {
    /// The run does not count, and why.
    Failed(String),
    /// The run counts, and why.
    Accepted(String),
    /// The cells of these results no longer count: newer snapshots have displaced them.
    Dropped(Vec<String>),
}

impl FrameContent for SnapshotNote {
    fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(payload)
    }
}

/// The folder of a series, whose digest tells series apart whose names give the same file name.
pub(crate) fn series_folder(root: &Path, bench: &str, title: &str, id: Digest) -> PathBuf {
    let id: String = id.to_string().chars().take(16).collect();
    let series = format!("{}-{id}", slug(title));
    root.join(HISTORY).join(slug(bench)).join(series)
}

/// The folders of all series below a root, ordered by name.
pub(crate) fn series_folders(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut folders = Vec::new();
    for bench in entries(&root.join(HISTORY))? {
        let series = entries(&bench)?.into_iter();
        // A folder in the making is none.
        let finished = series.filter(|path| path.extension().is_none() && is_folder(path));
        folders.extend(finished);
    }
    Ok(folders)
}

/// Whether this is a folder, and no link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// The snapshots in the folder of a series, ordered by number.
pub(crate) fn snapshot_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = files_of(folder, SNAPSHOT)?;
    sort::by_key(&mut paths, |path| (snapshot_number(path), path.clone()));
    Ok(paths)
}

/// The notes in the folder of a series.
pub(crate) fn note_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    files_of(folder, NOTE)
}

fn files_of(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == kind));
    Ok(paths)
}

/// The number in the name of a snapshot's file; 0 if there is none.
pub(crate) fn snapshot_number(path: &Path) -> u64 {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = name
        .strip_prefix('s')
        .and_then(|rest| rest.split('-').next());
    number.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The digest in the name of a snapshot's file or a note's.
pub(crate) fn named_digest(path: &Path) -> Option<Digest> {
    let name = path.file_stem()?.to_str()?;
    let (_, digest) = name.rsplit_once('-')?;
    number(digest).map(Digest)
}

/// The name of a snapshot's file.
pub(crate) fn snapshot_name(number: u64, event: &str, digest: Digest) -> String {
    format!("s{number:08}-{}-{digest}.{SNAPSHOT}", slug(event))
}

/// The bytes of a snapshot's file, once the large contents of its record are among the blobs.
pub(crate) fn encode_snapshot(
    root: &Path,
    heading: &[u8],
    record: &SweepRecord,
) -> Result<Vec<u8>, StoreError> {
    let moved = without_contents(root, record)?;
    encode(
        FrameKind::Snapshot,
        &(heading, moved.as_ref().unwrap_or(record)),
    )
}

/// How many folders up from that of a series the store's root is.
const UP_TO_ROOT: usize = 3;

/// Writes a file of a history, in a folder that is made for it: `history/BENCH/SERIES-ID` below the root.
pub(crate) fn write_history_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        let is_new = !is_folder(folder);
        let root = folder.ancestors().nth(UP_TO_ROOT).unwrap_or(folder);
        create_folders(root, folder)?;
        if is_new {
            sync_parents(folder).map_err(StoreError::io("write", folder))?;
        }
    }
    write_atomically(path, bytes)
}

/// Brings the names of a new folder, and of those around it up to the store's root, to the disk. Other systems do not
/// open folders as files.
fn sync_parents(folder: &Path) -> std::io::Result<()> {
    let parents = folder.ancestors().skip(1).take(UP_TO_ROOT);
    for parent in parents.filter(|parent| cfg!(unix) && !parent.as_os_str().is_empty()) {
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Writes a note beside its snapshot.
pub(crate) fn save_note(folder: &Path, note: &SnapshotNote) -> Result<(), StoreError> {
    let bytes = encode(FrameKind::Note, note)?;
    write_history_file(&folder.join(note_name(note, Digest::of(&bytes))), &bytes)
}

/// The name of a note's file.
pub(crate) fn note_name(note: &SnapshotNote, digest: Digest) -> String {
    format!("n{:08}-{digest}.{NOTE}", note.sequence)
}

/// Reads a snapshot, with its digest; contents among the blobs stay there.
pub(crate) fn read_snapshot(path: &Path) -> Result<(Digest, SnapshotContent), StoreError> {
    let bytes = read_plain(path).map_err(StoreError::io("read", path))?;
    let digest = Digest::of(&bytes);
    Ok((digest, decode_snapshot(path, &bytes)?))
}

/// Reads the bytes of a snapshot's file; `path` is for the errors.
pub(crate) fn decode_snapshot(path: &Path, bytes: &[u8]) -> Result<SnapshotContent, StoreError> {
    let content: SnapshotContent = decode_file(path, FrameKind::Snapshot, bytes)?;
    let checked = content.record.dataset.check();
    checked.map_err(|error| damaged(path, &error.to_string()))?;
    Ok(content)
}

/// Reads a note.
pub(crate) fn read_note(path: &Path) -> Result<SnapshotNote, StoreError> {
    let bytes = read_plain(path).map_err(StoreError::io("read", path))?;
    decode_note(path, &bytes)
}

/// Reads the bytes of a note's file; `path` is for the errors.
pub(crate) fn decode_note(path: &Path, bytes: &[u8]) -> Result<SnapshotNote, StoreError> {
    decode_file(path, FrameKind::Note, bytes)
}

fn decode_file<T: FrameContent>(
    path: &Path,
    kind: FrameKind,
    bytes: &[u8],
) -> Result<T, StoreError> {
    decode(kind, bytes).map_err(|error| match error {
        FrameError::Damaged => damaged(path, "its checksum does not match its content"),
        FrameError::OtherVersion(version) => StoreError::other_version(path, version),
    })
}

fn damaged(path: &Path, why: &str) -> StoreError {
    StoreError::Format {
        path: path.to_owned(),
        problem: format!("is damaged: {why}; restore a copy, or move the file away"),
    }
}

/// The record of a snapshot, and the results that no longer count.
#[cfg(any(test, feature = "store"))]
pub(super) type KeptRecord = (SweepRecord, BTreeSet<String>);

/// Hands every snapshot below a root to `visit`: its record and the results that no longer count, or why it cannot be
/// read. A note that cannot be read takes nothing away.
#[cfg(any(test, feature = "store"))]
pub(super) fn for_each_snapshot(
    root: &Path,
    visit: &mut dyn FnMut(Result<KeptRecord, StoreError>),
) -> Result<(), StoreError> {
    for folder in series_folders(root)? {
        let mut dropped: BTreeMap<Digest, BTreeSet<String>> = BTreeMap::new();
        for path in note_files(&folder)? {
            if let Ok(SnapshotNote {
                snapshot,
                decision: Decision::Dropped(results),
                ..
            }) = read_note(&path)
            {
                dropped.entry(snapshot).or_default().extend(results);
            }
        }
        for path in snapshot_files(&folder)? {
            visit(read_snapshot(&path).map(|(digest, content)| {
                let dropped = dropped.remove(&digest).unwrap_or_default();
                (content.record, dropped)
            }));
        }
    }
    Ok(())
}

/// The blobs that the record of a snapshot refers to, but for the results that no longer count.
pub(crate) fn blobs_of(record: &SweepRecord, dropped: &BTreeSet<String>) -> BTreeSet<Digest> {
    let variables = record.dataset.variables().iter();
    let counting = variables.filter(|variable| !dropped.contains(&variable.info.name));
    let payloads = counting.filter_map(|variable| match variable.column() {
        Column::Payload(cells) => Some(cells.iter().flatten()),
        _ => None,
    });
    let references = payloads
        .flatten()
        .filter(|payload| payload.content().is_none());
    references.map(|payload| payload.digest()).collect()
}

/// The blobs that all histories below a root refer to, and why snapshots could not be read.
#[cfg(test)]
pub(crate) fn references_of_histories(
    root: &Path,
) -> Result<(BTreeSet<Digest>, Vec<String>), StoreError> {
    let (mut blobs, mut unreadable) = (BTreeSet::new(), Vec::new());
    for_each_snapshot(root, &mut |read| match read {
        Ok((record, dropped)) => blobs.extend(blobs_of(&record, &dropped)),
        Err(error) => unreadable.push(error.to_string()),
    })?;
    Ok((blobs, unreadable))
}

/// Whether a file is a snapshot or a note, by its name.
#[cfg(feature = "store")]
pub(super) fn is_history_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|kind| kind == SNAPSHOT || kind == NOTE)
}

/// Puts a file that came from another store in its place; whether it was here already, and none if it cannot be read or
/// is not what its name says.
#[cfg(feature = "store")]
pub(super) fn place_history_file(
    root: &Path,
    path: &Path,
    temporary: &Path,
) -> Result<Option<bool>, StoreError> {
    let path = root.join(path);
    let bytes = read_plain(temporary).map_err(StoreError::io("read", temporary))?;
    let is_note = path.extension().is_some_and(|kind| kind == NOTE);
    let readable = if is_note {
        decode_note(temporary, &bytes).is_ok()
    } else {
        decode_snapshot(temporary, &bytes).is_ok()
    };
    if !readable || named_digest(&path) != Some(Digest::of(&bytes)) {
        return Ok(None);
    }
    // The name has the digest, so what is here is the same, or damaged.
    if read_plain(&path).is_ok_and(|here| here == bytes) {
        return Ok(Some(true));
    }
    write_history_file(&path, &bytes)?;
    Ok(Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_number_and_digest() {
        let digest = Digest::of(b"snapshot");
        let name = snapshot_name(7, "PR 12", digest);
        assert_eq!(name, format!("s00000007-pr-12-{digest}.snapshot"));
        let path = Path::new("/history/b/s").join(name);
        assert_eq!(
            (snapshot_number(&path), named_digest(&path)),
            (7, Some(digest))
        );
        for odd in [
            "",
            "s.snapshot",
            "s7",
            "sx-y.snapshot",
            "s7-12.snapshot",
            "日-本",
        ] {
            assert_eq!(named_digest(Path::new(odd)), None, "{odd}");
        }
        assert_eq!(snapshot_number(Path::new("sx-y.snapshot")), 0);
    }
}
