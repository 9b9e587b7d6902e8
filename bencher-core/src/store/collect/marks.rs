//! Marks the data that samples and results refer to.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::super::blobs::for_each_reference;
use super::super::database::Database;
use super::super::error::StoreError;
use super::super::folders::FolderInfo;
use super::super::frame::{FrameError, FrameKind, encode};
use super::super::index::Keys;
use super::super::pack::{Pack, Series};
use super::super::rebuild::pack_of;
use super::super::results::read_record;
use super::super::snapshots::{blobs_of, for_each_snapshot};
use crate::record::SweepRecord;
use crate::value::Digest;

/// Data beside the records, which is kept while a record refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Attachment {
    Blob(Digest),
    /// By its position in the list of folders.
    Folder(usize),
}

/// The folders of samples, found by the identity of the sample.
#[derive(Debug)]
pub(super) struct FolderTable(HashMap<[u8; 16], HashMap<Digest, usize>>);

impl FolderTable {
    pub(super) fn new(folders: &[FolderInfo]) -> Self {
        let mut table: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (at, folder) in folders.iter().enumerate() {
            table
                .entry(folder.series)
                .or_default()
                .insert(folder.key, at);
        }
        Self(table)
    }

    /// All folders of a series.
    fn of_series(&self, series: &Series) -> impl Iterator<Item = Attachment> {
        let folders = self.0.get(&series.prefix());
        let folders = folders.into_iter().flat_map(HashMap::values);
        folders.map(|at| Attachment::Folder(*at))
    }

    /// The references of a pack's samples.
    fn parts_of(&self, pack: &Pack, keys: &mut Keys) -> Vec<Attachment> {
        let mut parts = Vec::new();
        for value in pack.result_values.iter().flatten() {
            for_each_reference(value, &mut |digest| parts.push(Attachment::Blob(digest)));
        }
        if !self.0.is_empty()
            && let Some(folders) = self.0.get(&pack.series.prefix())
        {
            let of_keys = keys.of(pack).into_iter();
            parts.extend(
                of_keys.filter_map(|key| folders.get(&key).copied().map(Attachment::Folder)),
            );
        }
        parts
    }
}

/// A record of samples as collection sees it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: [u8; 24],
    pub(super) sequence: u64,
    /// How many samples count, and how many a later one replaces.
    pub(super) samples: u64,
    pub(super) superseded: u64,
    /// The bytes of the record as it stands, and as it will.
    pub(super) before: u64,
    pub(super) bytes: u64,
    /// The record without what is superseded, where that leaves any; none where all counts.
    pub(super) smaller: Option<Vec<u8>>,
    /// Whether it stays whatever the limit: a run needs it, or it is of the log of a search.
    pub(super) in_use: bool,
    pub(super) parts: Vec<Attachment>,
}

/// All records of samples.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) entries: Vec<Entry>,
    /// Records of a version that this program does not read.
    pub(super) other_version: u64,
}

impl Scan {
    /// Reads every record, the newest of each series first, to know which samples are replaced.
    pub(super) fn read(
        database: &Database,
        folders: &FolderTable,
        in_use: &[Series],
    ) -> Result<Self, StoreError> {
        let (mut scan, mut keys) = (Self::default(), Keys::default());
        let (mut seen, mut series): (HashSet<Digest>, Option<Series>) = (HashSet::new(), None);
        let mut failure = None;
        database.for_each_newest_first(&mut |record, pack| {
            let (pack, key) = match (pack, record.key.first_chunk::<24>()) {
                (Ok(pack), Some(key)) => (pack, *key),
                (Err(FrameError::OtherVersion(_)), _) => return scan.other_version += 1,
                _ => return,
            };
            if series.as_ref() != Some(&pack.series) {
                seen.clear();
                series = Some(pack.series.clone());
            }
            let identities = keys.of(&pack);
            let mut counts: Vec<bool> = identities
                .iter()
                .rev()
                .map(|key| seen.insert(*key))
                .collect();
            counts.reverse();
            let superseded = counts.iter().filter(|counts| !**counts).count();
            let before = (record.key.len() + record.value.len()) as u64;
            let mut entry = Entry {
                key,
                sequence: pack.sequence,
                samples: (pack.len() - superseded) as u64,
                superseded: superseded as u64,
                before,
                bytes: before,
                smaller: None,
                in_use: pack.series.is_log() || in_use.contains(&pack.series),
                parts: Vec::new(),
            };
            let mut rest = None;
            if superseded > 0 {
                let mut counts = counts.into_iter();
                let pack = pack.filtered(|_| counts.next().unwrap_or(true));
                match encode(FrameKind::Pack, &pack) {
                    Ok(bytes) if !pack.is_empty() => {
                        entry.bytes = (record.key.len() + bytes.len()) as u64;
                        entry.smaller = Some(bytes);
                    }
                    Ok(_) => entry.bytes = 0,
                    Err(error) => failure = Some(error),
                }
                rest = Some(pack);
            }
            entry.parts = folders.parts_of(rest.as_ref().unwrap_or(&pack), &mut keys);
            scan.entries.push(entry);
        })?;
        failure.map_or(Ok(scan), Err)
    }
}

/// The references of results and snapshots.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) parts: HashSet<Attachment>,
    /// The results and snapshots that cannot be read, and why.
    pub(super) unreadable: Vec<String>,
}

impl Marks {
    pub(super) fn of_results(results: &[PathBuf], folders: &FolderTable) -> Self {
        let (mut marks, mut keys) = (Self::default(), Keys::default());
        for path in results {
            let record = match read_record(path) {
                Ok(record) => record,
                Err(error) => {
                    marks.unreadable.push(error.to_string());
                    continue;
                }
            };
            marks.add(&record, &BTreeSet::new(), folders, &mut keys);
        }
        marks
    }

    /// Adds what the snapshots of all histories below a root refer to.
    pub(super) fn add_snapshots(
        &mut self,
        root: &Path,
        folders: &FolderTable,
    ) -> Result<(), StoreError> {
        let mut keys = Keys::default();
        for_each_snapshot(root, &mut |read| match read {
            Ok((record, dropped)) => self.add(&record, &dropped, folders, &mut keys),
            Err(error) => self.unreadable.push(error.to_string()),
        })
    }

    /// Adds what a record refers to, but for the blobs of results that no longer count.
    fn add(
        &mut self,
        record: &SweepRecord,
        dropped: &BTreeSet<String>,
        folders: &FolderTable,
        keys: &mut Keys,
    ) {
        let blobs = blobs_of(record, dropped).into_iter();
        self.parts.extend(blobs.map(Attachment::Blob));
        if folders.0.is_empty() {
            return;
        }
        let Some(pack) = pack_of(record) else {
            return;
        };
        if pack.provenance.epoch != 0 {
            // A record does not say in which epochs its times are stored: any folder may be theirs.
            self.parts.extend(folders.of_series(&pack.series));
            return;
        }
        let parts = folders.parts_of(&pack, keys).into_iter();
        // Its blobs are marked above; those of the pack may be of a result that no longer counts.
        self.parts
            .extend(parts.filter(|part| matches!(part, Attachment::Folder(_))));
    }
}
