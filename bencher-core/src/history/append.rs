//! Storing a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::changes::changes;
use super::series::{is_rename, is_same_commit};
use super::snapshot::{Snapshot, SnapshotState};
use super::{History, HistoryError, SeriesKey, TimeEvent, list_series};
use crate::dataset::DimRole;
use crate::record::OnHistoryReset;
use crate::record::SweepRecord;
use crate::store::{
    Decision, SnapshotNote, StoreError, create_folders, entries, place, save_note, snapshot_files,
    snapshot_name, snapshot_number, temporary, write_history_file,
};
use crate::value::Digest;

/// How a run is stored.
///
/// ```
/// use std::num::NonZeroUsize;
/// use bencher_core::history::{AppendOptions, OnHistoryReset};
/// let options = AppendOptions {
///     max_time_events: NonZeroUsize::new(50),
///     on_reset: OnHistoryReset::Error,
///     ..AppendOptions::default()
/// };
/// assert!(options.max_time_events_of.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct AppendOptions {
    /// Whether the run counts; a run that failed a check is stored, too.
    pub state: SnapshotState,
    /// The commit that was measured; without it, the one that the environment of the record names.
    pub commit: Option<String>,
    /// What to do if past runs no longer count.
    pub on_reset: OnHistoryReset,
    /// How many snapshots are kept, the newest; without it, all are.
    pub max_time_events: Option<NonZeroUsize>,
    /// The same for single results, by name: their older cells no longer count, and their contents become free.
    pub max_time_events_of: BTreeMap<String, NonZeroUsize>,
    /// All benches that the program has, to notice that one was renamed; without it, no run of another bench is
    /// adopted.
    pub declared_benches: Option<Vec<String>>,
    /// When the run is stored; without it, now.
    pub moment: Option<Timestamp>,
}

/// What storing a run did.
///
/// See the [module](super) for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendReport {
    /// The series that the run belongs to.
    pub series: SeriesKey,
    /// The identity of the snapshot.
    pub id: Digest,
    /// Its file.
    pub path: PathBuf,
    /// The series whose runs were adopted, since the bench was renamed.
    pub adopted: Option<SeriesKey>,
    /// What changed in the declaration since the run before.
    pub changes: Vec<String>,
    /// What a reader of the numbers must know: past runs that no longer count, files that could not be read or removed.
    pub warnings: Vec<String>,
    /// How many snapshots were removed, since newer ones displaced them.
    pub aged_out: usize,
}

/// Stores a run as a snapshot of its series, below a store's root.
///
/// When this returns, the snapshot survives a crash and a power cut. Snapshots that newer ones displace are removed
/// after that. A failure after that is a warning, since the run is stored.
///
/// See the [module](super) for an example.
///
/// # Errors
/// The record is a history itself, [`OnHistoryReset::Error`] forbids it, or the file cannot be written. Nothing is
/// stored then.
pub fn append(
    root: &Path,
    record: &SweepRecord,
    event: TimeEvent,
    options: &AppendOptions,
) -> Result<AppendReport, HistoryError> {
    record.dataset.check()?;
    if let Some(dim) = record
        .dataset
        .dims()
        .iter()
        .find(|dim| dim.role == DimRole::Time)
    {
        return Err(HistoryError::HasTime {
            dim: dim.name.clone(),
        });
    }
    let series = SeriesKey::of(record);
    let commit = options.commit.clone().or_else(|| {
        let git = record.environment.as_ref()?.git.as_ref()?;
        Some(git.commit.clone())
    });
    let mut history = History::load(root, &series)?;
    let mut adopted = None;
    if history.snapshots.is_empty() && history.problems.is_empty() {
        adopted = adopt(root, record, commit.as_deref(), options)?;
        if adopted.is_some() {
            history = History::load(root, &series)?;
        }
    }
    let mut report = AppendReport {
        series,
        id: Digest(0),
        path: PathBuf::new(),
        adopted,
        changes: Vec::new(),
        warnings: history.problems.iter().map(ToString::to_string).collect(),
        aged_out: 0,
    };
    check_changes(&history, record, options.on_reset, &mut report)?;
    let snapshot = write(&history, record, event, commit, options, &mut report.path)?;
    report.id = snapshot.id;
    history.snapshots.push(snapshot);
    if let Err(error) = age(&mut history, options, &mut report.aged_out) {
        report.warnings.push(error.to_string());
    }
    Ok(report)
}

fn check_changes(
    history: &History,
    record: &SweepRecord,
    on_reset: OnHistoryReset,
    report: &mut AppendReport,
) -> Result<(), HistoryError> {
    let Some(last) = history.snapshots.last() else {
        return Ok(());
    };
    let changes = changes(&last.record, record);
    let resets = changes.iter().filter(|change| change.resets);
    let resets: Vec<String> = resets.map(|change| change.text.clone()).collect();
    match on_reset {
        OnHistoryReset::Error if !resets.is_empty() => {
            return Err(HistoryError::Reset {
                bench: record.bench.clone(),
                title: record.title.clone(),
                changes: resets,
            });
        }
        OnHistoryReset::Warn if !resets.is_empty() => report.warnings.push(format!(
            "past runs of {} no longer count, wholly or in part: {}; undo the change to compare with them again",
            report.series,
            resets.join("; ")
        )),
        _ => {}
    }
    report.changes = changes.into_iter().map(|change| change.text).collect();
    Ok(())
}

fn write(
    history: &History,
    record: &SweepRecord,
    event: TimeEvent,
    commit: Option<String>,
    options: &AppendOptions,
    path: &mut PathBuf,
) -> Result<Snapshot, HistoryError> {
    let folder = history.series.folder(&history.root);
    // Files that cannot be read have a number, too.
    let numbers = snapshot_files(&folder)?;
    let number = numbers
        .iter()
        .map(|path| snapshot_number(path))
        .max()
        .unwrap_or(0);
    let mut snapshot = Snapshot {
        id: Digest(0),
        number: number.saturating_add(1),
        event,
        moment: options.moment.unwrap_or_else(Timestamp::now),
        commit,
        state: options.state.clone(),
        record: record.clone(),
        before: history.named_before(),
        dropped: BTreeSet::new(),
    };
    let bytes = snapshot.encode(&history.root)?;
    snapshot.id = Digest::of(&bytes);
    let name = snapshot_name(snapshot.number, &snapshot.event.to_string(), snapshot.id);
    *path = folder.join(name);
    write_history_file(path, &bytes)?;
    Ok(snapshot)
}

/// Removes what newer snapshots displace.
fn age(
    history: &mut History,
    options: &AppendOptions,
    aged_out: &mut usize,
) -> Result<(), HistoryError> {
    if let Some(most) = options.max_time_events {
        *aged_out = history.keep_newest(most.get())?.len();
    }
    let folder = history.series.folder(&history.root);
    let (mut newer, moment) = (BTreeMap::<&str, usize>::new(), Timestamp::now().to_string());
    for snapshot in history.snapshots.iter_mut().rev() {
        let mut going = Vec::new();
        for (name, most) in &options.max_time_events_of {
            if snapshot.dropped.contains(name) || snapshot.record.dataset.variable(name).is_err() {
                continue;
            }
            let newer = newer.entry(name).or_insert(0);
            *newer += 1;
            if *newer > most.get() {
                going.push(name.clone());
            }
        }
        if going.is_empty() {
            continue;
        }
        let sequence = history.sequences.entry(snapshot.id).or_insert(0);
        *sequence = sequence.saturating_add(1);
        let note = SnapshotNote {
            snapshot: snapshot.id,
            sequence: *sequence,
            moment: moment.clone(),
            decision: Decision::Dropped(going),
        };
        save_note(&folder, &note)?;
        snapshot.apply(&[&note]);
    }
    Ok(())
}

/// Copies the runs of the series that this bench had under its old name, if exactly one series fits.
///
/// The copies come all at once, since their folder is renamed when it is whole. The old series stays as it is.
fn adopt(
    root: &Path,
    record: &SweepRecord,
    commit: Option<&str>,
    options: &AppendOptions,
) -> Result<Option<SeriesKey>, HistoryError> {
    let Some(declared) = &options.declared_benches else {
        return Ok(None);
    };
    let own = SeriesKey::of(record);
    let mut fitting = Vec::new();
    for key in list_series(root)? {
        let looks_alike = key.title == own.title && key.tag == own.tag && key.bench != own.bench;
        // A generic type is declared once for all its arguments.
        let is_declared = |name: &String| {
            let rest = key.bench.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('<'))
        };
        if !looks_alike || declared.iter().any(is_declared) {
            continue;
        }
        let old = History::load(root, &key)?;
        let newest = old.snapshots.last();
        if newest.is_some_and(|old| is_rename(&old.record, record) && !is_same_commit(old, commit))
        {
            fitting.push(key);
        }
    }
    let [old] = &fitting[..] else {
        return Ok(None);
    };
    copy_folder(root, &old.folder(root), &own.folder(root))?;
    Ok(Some(old.clone()))
}

fn copy_folder(root: &Path, from: &Path, to: &Path) -> Result<(), StoreError> {
    let parent = to.parent().unwrap_or(to);
    create_folders(root, parent)?;
    // An empty folder may be left of a series that was cleared.
    let _ = fs::remove_dir(to);
    let making = temporary(to);
    fs::create_dir(&making).map_err(StoreError::io("create", &making))?;
    let copied = entries(from).and_then(|paths| {
        for path in paths {
            let name = path.file_name().unwrap_or_default();
            let copy = making.join(name);
            // No file of a history is ever changed, so that both names may lead to one.
            let linked = fs::hard_link(&path, &copy);
            let copied = linked.or_else(|_| fs::copy(&path, &copy).map(drop));
            copied.map_err(StoreError::io("copy", path))?;
        }
        place(&making, to).map_err(StoreError::io("create", to))
    });
    if copied.is_err() {
        // A leftover would only take space.
        let _ = fs::remove_dir_all(&making);
    }
    copied
}
