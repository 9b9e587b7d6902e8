//! Reads a database's files without the database. The files hold the records as they were written, so bytes between a
//! magic number and a matching checksum are an intact record.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;
use serde::Deserialize;

use super::cleared_tag::ClearedTag;
use super::error::StoreError;
use super::files::{files_below, read_plain};
use super::frame::{Frame, FrameKind, HEADER, MAGIC, READ, open};
use super::index::Keys;
use super::pack::{Pack, Series};

/// Records found in files.
#[derive(Debug, Default)]
pub(super) struct ScanResult {
    /// The packs that count, those of one series oldest first.
    pub(super) packs: Vec<Pack>,
    /// How many records were found damaged.
    pub(super) damaged: u64,
    /// The highest number that a record had.
    pub(super) highest: Option<u64>,
}

impl ScanResult {
    /// How many samples were found.
    pub(super) fn samples(&self) -> u64 {
        self.packs.iter().map(|pack| pack.len() as u64).sum()
    }
}

/// All readable records of the files below a directory.
///
/// # Errors
/// Where a file or directory cannot be read, or a record is of another version: data that may be intact must not be
/// dropped.
pub(super) fn scan(dir: &Path) -> Result<ScanResult, StoreError> {
    let mut collector = Collector::default();
    for path in files_below(dir)? {
        collector.add(dir, &read(&path)?)?;
    }
    Ok(collector.finish())
}

/// The records of all packs in the files below a folder, of any version, by their keys. Of several of one key it is
/// the longest, which holds what the others do.
pub(super) fn records(dir: &Path) -> Result<BTreeMap<[u8; 24], Vec<u8>>, StoreError> {
    let mut found: BTreeMap<[u8; 24], Vec<u8>> = BTreeMap::new();
    for path in files_below(dir)? {
        let bytes = read(&path)?;
        for_each_record(&bytes, |record| {
            if let Found::Whole(record) = record
                && record.kind == FrameKind::Pack as u8
                && let Ok((PackHead { sequence, series }, _)) =
                    postcard::take_from_bytes(record.payload)
            {
                let known = found.entry(key_of(series.prefix(), sequence)).or_default();
                if record.bytes.len() > known.len() {
                    *known = record.bytes.to_vec();
                }
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The key of a pack's record.
fn key_of(prefix: [u8; 16], sequence: u64) -> [u8; 24] {
    let mut key = [0; 24];
    let bytes = prefix.into_iter().chain(sequence.to_be_bytes());
    for (slot, byte) in key.iter_mut().zip(bytes) {
        *slot = byte;
    }
    key
}

/// The journals of a database, as they are before it opens: opening cuts a damaged journal off,
/// and what stood behind the damage would be gone.
#[derive(Debug)]
pub(super) struct Journals {
    dir: PathBuf,
    files: Vec<Vec<u8>>,
    /// The key of each pack that was written and not removed since, and its number.
    packs: HashMap<[u8; 24], u64>,
    /// The tags that were cleared.
    pub(super) cleared: Vec<ClearedTag>,
    pub(super) highest: Option<u64>,
}

impl Journals {
    /// # Errors
    /// Where a journal cannot be read, or holds a record of another version.
    pub(super) fn read(dir: &Path) -> Result<Self, StoreError> {
        let mut journals = Self {
            dir: dir.to_owned(),
            files: Vec::new(),
            packs: HashMap::new(),
            cleared: Vec::new(),
            highest: None,
        };
        let mut removed = HashSet::new();
        for path in super::files::entries(dir)? {
            let is_file = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
            if path.extension().is_none_or(|kind| kind != "jnl") || !is_file {
                continue;
            }
            let mut bytes = read(&path)?;
            // The database makes journals longer than they need to be.
            let zeros = [0; 4096];
            let used = bytes
                .chunks(zeros.len())
                .rposition(|part| !zeros.starts_with(part));
            bytes.truncate(used.map_or(0, |parts| (parts + 1) * zeros.len()));
            journals.add(&bytes)?;
            removed_keys(&bytes, &mut removed);
            journals.files.push(bytes);
        }
        journals.packs.retain(|key, _| !removed.contains(key));
        Ok(journals)
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut last: Option<(Series, [u8; 16])> = None;
        for_each_record(bytes, |found| {
            let Found::Whole(record) = found else {
                return Ok(());
            };
            refuse_other_version(&self.dir, &record)?;
            let Ok((head, _)) = postcard::take_from_bytes::<Head>(record.payload) else {
                return Ok(());
            };
            self.highest = self.highest.max(Some(head.sequence));
            if let Ok(note) = record.decode::<ClearedTag>(FrameKind::Cleared) {
                self.cleared.push(note);
            }
            if record.kind == FrameKind::Pack as u8
                && let Ok((PackHead { sequence, series }, _)) =
                    postcard::take_from_bytes(record.payload)
            {
                let prefix = match last.take() {
                    Some((known, prefix)) if known == series => prefix,
                    _ => series.prefix(),
                };
                last = Some((series, prefix));
                self.packs.insert(key_of(prefix, sequence), sequence);
            }
            Ok(())
        })
    }

    /// The packs that should be in the database and are not, as `has` tells.
    ///
    /// # Errors
    /// As for `has`.
    pub(super) fn missing(
        &self,
        has: impl Fn(&[u8]) -> Result<bool, StoreError>,
    ) -> Result<Option<ScanResult>, StoreError> {
        let mut missing = HashSet::new();
        for key in self.packs.keys() {
            if !has(key)? {
                missing.insert(*key);
            }
        }
        if missing.is_empty() {
            return Ok(None);
        }
        let mut collector = Collector::default();
        for bytes in &self.files {
            collector.add(&self.dir, bytes)?;
        }
        let mut scanned = collector.finish();
        scanned.packs.retain(|pack| missing.contains(&pack.key()));
        Ok((!scanned.packs.is_empty()).then_some(scanned))
    }
}

/// The first bytes of every record of a database, in all versions.
#[derive(Deserialize)]
struct Head {
    sequence: u64,
}

/// The first bytes of every pack, in all versions.
#[derive(Deserialize)]
struct PackHead {
    sequence: u64,
    series: Series,
}

/// Gathers the records of several files.
#[derive(Default)]
struct Collector {
    packs: BTreeMap<[u8; 24], Pack>,
    cleared: Vec<ClearedTag>,
    scanned: ScanResult,
}

impl Collector {
    fn add(&mut self, dir: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        for_each_record(bytes, |found| {
            let Found::Whole(record) = found else {
                self.scanned.damaged += 1;
                return Ok(());
            };
            refuse_other_version(dir, &record)?;
            if let Ok((Head { sequence }, _)) = postcard::take_from_bytes(record.payload) {
                self.scanned.highest = self.scanned.highest.max(Some(sequence));
            }
            if let Ok(pack) = record.decode::<Pack>(FrameKind::Pack)
                && pack.is_consistent()
            {
                // A merged pack has the number of its last part and holds all of them.
                let known = self.packs.get(&pack.key()).map_or(0, Pack::len);
                if pack.len() >= known {
                    self.packs.insert(pack.key(), pack);
                }
            } else if let Ok(note) = record.decode::<ClearedTag>(FrameKind::Cleared) {
                self.cleared.push(note);
            }
            Ok(())
        })
    }

    fn finish(self) -> ScanResult {
        let gone = |pack: &Pack| self.cleared.iter().any(|note| note.covers(pack));
        let packs = self.packs.into_values();
        ScanResult {
            packs: without_replaced(packs.filter(|pack| !gone(pack)).collect()),
            ..self.scanned
        }
    }
}

/// Packs of which a later one holds the same samples were replaced, as by one that they were merged into; the
/// packs of a series follow each other, oldest first.
fn without_replaced(packs: Vec<Pack>) -> Vec<Pack> {
    let (mut keys, mut seen) = (Keys::default(), HashSet::new());
    let mut series: Option<Series> = None;
    let mut newest_first: Vec<Pack> = packs
        .into_iter()
        .rev()
        .filter_map(|pack| {
            if series.as_ref() != Some(&pack.series) {
                seen.clear();
                series = Some(pack.series.clone());
            }
            let identities = keys.of(&pack).into_iter().rev();
            let mut counts: Vec<bool> = identities.map(|key| seen.insert(key)).collect();
            if counts.iter().all(|counts| *counts) {
                return Some(pack);
            }
            let rest = pack.filtered(|_| counts.pop().unwrap_or(true));
            (!rest.is_empty()).then_some(rest)
        })
        .collect();
    newest_first.reverse();
    newest_first
}

fn refuse_other_version(dir: &Path, record: &Frame<'_>) -> Result<(), StoreError> {
    if !READ.contains(&record.version) {
        return Err(StoreError::other_version(dir, record.version));
    }
    Ok(())
}

enum Found<'a> {
    /// A record whose checksum matches.
    Whole(Frame<'a>),
    /// Bytes that begin like a record, but are damaged.
    Damaged,
}

fn for_each_record(
    bytes: &[u8],
    mut visit: impl FnMut(Found<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let magic = memmem::Finder::new(MAGIC);
    let mut rest = bytes;
    while let Some(at) = magic.find(rest) {
        let candidate = rest.get(at..).unwrap_or_default();
        let step = match open(candidate) {
            Some(record) => {
                visit(Found::Whole(record))?;
                record.bytes.len()
            }
            None => {
                if candidate.len() > HEADER {
                    visit(Found::Damaged)?;
                }
                MAGIC.len()
            }
        };
        rest = candidate.get(step..).unwrap_or_default();
    }
    Ok(())
}

/// The keys of packs that a journal says were removed: an entry (2) without a value (1), uncompressed (0),
/// of the first keyspace, with a key of 24 bytes and two lengths of nothing.
fn removed_keys(bytes: &[u8], removed: &mut HashSet<[u8; 24]>) {
    const REMOVAL: [u8; 21] = [
        2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    for at in memmem::find_iter(bytes, &REMOVAL) {
        let key = bytes.get(at + REMOVAL.len()..);
        removed.extend(key.and_then(<[u8]>::first_chunk));
    }
}

/// Files are read whole: fjall's own limits keep them below some hundred megabytes.
fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    read_plain(path).map_err(StoreError::io("read", path))
}
