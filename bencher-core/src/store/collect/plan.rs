//! The plan of a collection, made before anything is removed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::super::SampleStore;
use super::super::database::Database;
use super::super::error::StoreError;
use super::super::files::{modified, size_of, writer_of};
use super::super::folders::{FolderInfo, JobFolders};
use super::super::leftovers::leftovers;
use super::super::results::{all_results, read_record};
use super::marks::{Attachment, Entry, FolderTable, Marks, Scan};
use super::{CollectOptions, CollectReport, CollectStep};

/// How many records go in one step.
const BATCH: usize = 4096;

/// Decides what goes, and in which order: records and results before what they refer to.
pub(super) fn plan(
    database: &Database,
    options: &CollectOptions,
) -> Result<(CollectReport, Vec<CollectStep>), StoreError> {
    let root = database.root();
    let folders = JobFolders::at(root).list()?;
    let table = FolderTable::new(&folders);
    let (going, staying) = split_results(all_results(root)?, options.keep_results);
    let mut marks = Marks::of_results(&staying, &table);
    marks.add_snapshots(root, &table)?;
    let scan = Scan::read(database, &table, &options.in_use)?;
    let mut collected = CollectReport {
        notes: marks
            .unreadable
            .iter()
            .map(|why| format!("{why}; {KEEPS}"))
            .collect(),
        ..CollectReport::default()
    };
    if scan.other_version > 0 {
        let count = scan.other_version;
        collected.notes.push(format!(
            "{count} records of samples are from another version of bencher; {KEEPS}"
        ));
    }
    let mut contents = Contents::list(database, &folders)?;
    contents.count_uses(&scan.entries, &marks);
    let old = |written: Option<SystemTime>| is_older(written, options.grace);
    // An unreadable record may refer to anything.
    let blind = !collected.notes.is_empty();
    let mut gone: Vec<Attachment> = contents
        .0
        .iter()
        .filter(|(_, content)| !blind && content.uses == 0 && old(content.written))
        .map(|(part, _)| *part)
        .collect();
    for part in &gone {
        collected.count(*part, &contents.take(*part));
    }
    let evicted = evict(&scan.entries, &mut contents, options, &mut collected);
    if !blind {
        // A running program may be about to refer to a content again.
        let may_go = |content: &Content| options.in_use.is_empty() || old(content.written);
        for part in contents.freed(may_go) {
            collected.count(part, &contents.take(part));
            gone.push(part);
        }
    }
    let mut steps = record_steps(scan.entries, &evicted, &mut collected);
    for path in going {
        collected.results.add(1, size_of(&path));
        steps.push(CollectStep::Path(path));
    }
    for part in gone {
        match part {
            Attachment::Blob(digest) => steps.push(CollectStep::Blob(digest)),
            Attachment::Folder(at) => {
                let path = folders.get(at).map(|folder| folder.path.clone());
                steps.extend(path.map(CollectStep::Path));
            }
        }
    }
    for path in leftovers(root)? {
        // Files that this process writes at this moment are not garbage.
        let ours = writer_of(&path) == Some(std::process::id());
        if !ours && old(modified(&path)) {
            collected.leftovers.add(1, size_of(&path));
            steps.push(CollectStep::Path(path));
        }
    }
    Ok((collected, steps))
}

/// The note about unreadable data.
const KEEPS: &str =
    "no blob or folder is deleted, because unreadable records and results may refer to it";

/// The results beyond the newest of each sweep, and the others. What cannot be read always stays.
fn split_results(results: Vec<PathBuf>, keep: Option<usize>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let Some(keep) = keep else {
        return (Vec::new(), results);
    };
    let (mut newer, mut sweep) = (0, None);
    results.into_iter().rev().partition(|path| {
        let folder = path.parent().map(PathBuf::from);
        if folder != sweep {
            (newer, sweep) = (0, folder);
        }
        // A report falls back to one that can be read, so only those count.
        let readable = read_record(path).is_ok();
        newer += usize::from(readable);
        newer > keep && readable
    })
}

/// Data beside the records, and the number of records that refer to it.
struct Contents(HashMap<Attachment, Content>);

#[derive(Clone, Copy, Default)]
struct Content {
    bytes: u64,
    written: Option<SystemTime>,
    uses: u64,
    /// Whether eviction took its last use.
    freed: bool,
}

impl Contents {
    fn list(database: &Database, folders: &[FolderInfo]) -> Result<Self, StoreError> {
        let mut contents = HashMap::new();
        for blob in database.blobs().list()? {
            let content = Content {
                bytes: blob.len,
                written: blob.written,
                ..Content::default()
            };
            contents.insert(Attachment::Blob(blob.digest), content);
        }
        for (at, folder) in folders.iter().enumerate() {
            let content = Content {
                bytes: size_of(&folder.path),
                written: folder.written,
                ..Content::default()
            };
            contents.insert(Attachment::Folder(at), content);
        }
        Ok(Self(contents))
    }

    fn count_uses(&mut self, entries: &[Entry], marks: &Marks) {
        let parts = entries.iter().flat_map(|entry| &entry.parts);
        for part in parts.chain(&marks.parts) {
            if let Some(content) = self.0.get_mut(part) {
                content.uses += 1;
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.0.values().map(|content| content.bytes).sum()
    }

    fn take(&mut self, part: Attachment) -> Content {
        self.0.remove(&part).unwrap_or_default()
    }

    /// Takes one use of a part away; the bytes that this frees.
    fn release(&mut self, part: Attachment) -> u64 {
        let Some(content) = self.0.get_mut(&part).filter(|content| content.uses > 0) else {
            return 0;
        };
        content.uses -= 1;
        content.freed = content.uses == 0;
        if content.freed { content.bytes } else { 0 }
    }

    fn freed(&self, may_go: impl Fn(&Content) -> bool) -> Vec<Attachment> {
        let freed = self
            .0
            .iter()
            .filter(|(_, content)| content.freed && may_go(content));
        freed.map(|(part, _)| *part).collect()
    }
}

impl CollectReport {
    fn count(&mut self, part: Attachment, content: &Content) {
        match part {
            Attachment::Blob(_) => self.blobs.add(1, content.bytes),
            Attachment::Folder(_) => self.folders.add(1, content.bytes),
        }
    }
}

/// Chooses the records that were stored longest ago until the rest keeps the limit; by position.
fn evict(
    entries: &[Entry],
    contents: &mut Contents,
    options: &CollectOptions,
    collected: &mut CollectReport,
) -> Vec<bool> {
    let mut evicted = vec![false; entries.len()];
    let mut total = contents.bytes() + entries.iter().map(|entry| entry.bytes).sum::<u64>();
    let limit = options.limit.unwrap_or(u64::MAX);
    let mut oldest_first: Vec<usize> = (0..entries.len()).collect();
    oldest_first.sort_by_key(|at| entries.get(*at).map(|entry| entry.sequence));
    for at in oldest_first {
        if total <= limit {
            break;
        }
        let (Some(entry), Some(evicted)) = (entries.get(at), evicted.get_mut(at)) else {
            continue;
        };
        if entry.in_use || entry.samples == 0 {
            continue;
        }
        *evicted = true;
        collected.evicted.add(entry.samples, entry.bytes);
        total -= entry.bytes;
        for part in &entry.parts {
            total = total.saturating_sub(contents.release(*part));
        }
    }
    collected.kept_bytes = total;
    evicted
}

/// The records that go or shrink, in steps.
fn record_steps(
    entries: Vec<Entry>,
    evicted: &[bool],
    collected: &mut CollectReport,
) -> Vec<CollectStep> {
    let mut changes = Vec::new();
    for (entry, evicted) in entries.into_iter().zip(evicted) {
        collected
            .superseded
            .add(entry.superseded, entry.before - entry.bytes);
        if *evicted || entry.superseded > 0 {
            let smaller = entry.smaller.filter(|_| !evicted);
            changes.push((entry.key, smaller));
        }
    }
    let mut steps = Vec::new();
    while !changes.is_empty() {
        let rest = changes.split_off(changes.len().min(BATCH));
        steps.push(CollectStep::Records(std::mem::replace(&mut changes, rest)));
    }
    steps
}

/// A moment that lies ahead, as of a clock that was set back, counts as recent.
fn is_older(written: Option<SystemTime>, grace: Duration) -> bool {
    written.is_none_or(|written| {
        SystemTime::now()
            .duration_since(written)
            .is_ok_and(|age| age >= grace)
    })
}
