//! The runs of a sweep over time: stored one a file, joined into one dataset, exchanged between stores.
//!
//! A [`Snapshot`] is one stored run with a [`TimeEvent`] as its label. [`append`] stores one. [`History::load`] reads
//! those of a [series](SeriesKey), and [`History::dataset`] joins them along the dimension `over_time`.
//!
//! ```
//! use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
//! use bencher_core::history::{AppendOptions, History, append};
//! use bencher_core::value::{Kind, Value};
//! # use bencher_core::record::{Counts, SweepRecord};
//! # let record = |dataset: Dataset| SweepRecord {
//! #     bench: "Sorting".to_owned(),
//! #     title: "By length".to_owned(),
//! #     description: String::new(),
//! #     post_description: String::new(),
//! #     tag: String::new(),
//! #     started: "2026-03-01T12:00:00.000+00:00".to_owned(),
//! #     dataset,
//! #     constants: vec![],
//! #     failures: vec![],
//! #     counts: Counts::default(),
//! #     timings: vec![],
//! #     warnings: vec![],
//! #     sweep_type: String::new(),
//! #     version: 1,
//! #     identity: None,
//! #     environment: None,
//! # };
//! let run = |levels: &[u64], moves: u64| {
//!     let len = Dim::input("len", Kind::Uint(64), levels.iter().copied().map(Value::from).collect());
//!     let info = VariableInfo::new("moves", Kind::Uint(64));
//!     let mut dataset = Dataset::new("By length", vec![len, Dim::repeats(1)], vec![info])?;
//!     for flat in 0..dataset.len() {
//!         let variable = dataset.variable_mut(0).ok_or("no variable")?;
//!         variable.record(flat, &Value::from(moves), CellState::Measured)?;
//!     }
//!     Ok::<_, Box<dyn std::error::Error>>(record(dataset))
//! };
//! let root = tempfile::tempdir()?;
//! append(root.path(), &run(&[10, 20], 3)?, "PR 12".into(), &AppendOptions::default())?;
//! let second = append(root.path(), &run(&[10, 40], 4)?, "PR 13".into(), &AppendOptions::default())?;
//! assert_eq!(second.changes, ["len: levels 10, 20 -> 10, 40"]);
//!
//! let history = History::load(root.path(), &second.series)?;
//! let over_time = history.dataset()?;
//! assert_eq!(over_time.shape(), [3, 1, 2], "len, repeat, over_time");
//! let at_10 = over_time.select("len", 10)?;
//! assert_eq!(at_10.variable("moves")?.number(1), Some(4.0));
//! let at_40 = over_time.select("len", 40)?.variable("moves")?.cell(0).and_then(|cell| cell.reason.map(str::to_owned));
//! assert_eq!(at_40.as_deref(), Some("the run of PR 12 did not have this point"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Order
//!
//! Within one store, the order is that in which the snapshots came, whatever the clock said. Each snapshot names up
//! to eight snapshots that came before it. Where these names leave a choice, as between the runs of two machines, the
//! earlier moment goes first. The order follows from the snapshots alone, so every store that has the same ones has
//! the same order. A clock that was set back neither loses a snapshot nor changes its place in its own store. Among
//! the runs of another store, such a snapshot stands as if it had been stored right after the one before it.
//!
//! # Series and changes
//!
//! Runs of one bench, title and tag are one series. A dataset has every run that shares the space of the newest: an
//! input that one run sweeps and another holds constant is the same input. A run is left out ([`History::left_out`])
//! if it lacks an input of the newest run, or had another value of a constant: it has no point in common. Nothing is
//! deleted by such a change, and the runs come back if the change is undone. [`OnHistoryReset`] says what [`append`]
//! does about one.
//!
//! A bench that was renamed adopts the runs of its old name, by copies, if [`AppendOptions::declared_benches`] says
//! that the old name is gone, exactly one old series fits, its newest run is of another commit, and nothing else
//! changed. Two benches that merely look alike are never mixed: without the list, nothing is adopted.
//!
//! # Files
//!
//! Below `history/BENCH/SERIES-ID/` in the store's root, in the frames of the store (`"BNCH"`, kind, version, length,
//! checksum; `ARCHITECTURE.md` lists the parts). Version 4 of the frames is the first. All content is in postcard's
//! encoding.
//!
//! | file | kind | content |
//! |---|---|---|
//! | `sNUMBER-EVENT-DIGEST.snapshot` | 7 | the heading as bytes with their length, then the record as in a result |
//! | `nSEQUENCE-DIGEST.note` | 8 | the digest of the snapshot, the sequence (u64), the moment (text), the decision |
//!
//! The heading is: number (u64), event (0 and a moment in RFC 3339, or 1 and a text), moment (RFC 3339 text), commit
//! (an optional text), state (0 good; 1 failed, 2 accepted, each with its reason), digests of up to eight snapshots
//! before it. A decision is: 0 failed or 1 accepted, with the reason; 2 dropped, with the names of results. `DIGEST`
//! is that of the whole file, and the identity of the snapshot. No file is ever changed. A file is written under
//! another name, brought to the disk, and renamed. Contents above 4 KiB are blobs, which collection keeps as long as
//! a snapshot refers to them.
//!
//! An export is a frame of kind 9 (the layout, u32), then frames of kind 10 (an entry: 0 a part of a blob, 1 the file
//! of a snapshot, 2 the file of a note, the last two with their series), then one of kind 6 (the number of entries,
//! u64).

mod append;
mod baseline;
mod changes;
mod columns;
mod earlier_runs;
mod error;
mod event;
mod export;
mod grid;
mod import;
mod order;
mod series;
mod snapshot;
mod spread;
#[cfg(test)]
mod tests;
mod timeline;
mod verdicts;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use crate::record::OnHistoryReset;
pub use append::{AppendOptions, AppendReport, append};
pub use changes::explain_changes;
pub use columns::{ColumnIdentity, ColumnState, HistoryColumn};
pub use earlier_runs::EarlierRuns;
pub use error::{HistoryError, HistoryProblem};
pub use event::{TimeEvent, git_time_event};
pub use export::{ExportReport, HistoryFilter, export_history};
pub use import::{ImportReport, import_history};
pub use series::{SeriesKey, list_series};
pub use snapshot::{Snapshot, SnapshotState};
pub use spread::{BetweenRunSpread, between_run_spread};
pub use verdicts::{HistoryVerdict, judge_by_history};

use crate::dataset::Dataset;
use crate::store::{
    BlobStore, Decision, SnapshotNote, note_files, read_note, read_snapshot, remove, save_note,
    snapshot_files,
};
use crate::value::Digest;
use snapshot::NAMED_BEFORE;
use timeline::{RunAxis, Timeline};

/// The stored runs of a series, in their order.
///
/// ```
/// use bencher_core::history::{History, SeriesKey};
/// let root = tempfile::tempdir()?;
/// let key = SeriesKey { bench: "Sorting".to_owned(), title: "By length".to_owned(), tag: String::new() };
/// let history = History::load(root.path(), &key)?;
/// assert!(history.snapshots().is_empty() && history.problems().is_empty());
/// assert!(history.dataset().is_err(), "there is nothing to show");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct History {
    root: PathBuf,
    series: SeriesKey,
    snapshots: Vec<Snapshot>,
    problems: Vec<HistoryProblem>,
    /// The highest sequence among the notes of each snapshot.
    sequences: HashMap<Digest, u64>,
}

/// A snapshot that shares no point with the newest one.
///
/// See [`History::left_out`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The snapshot.
    pub id: Digest,
    /// Why it shares no point.
    pub reason: String,
}

impl History {
    /// Reads the snapshots of a series below a store's root. A series without any is empty.
    ///
    /// A file that is damaged, or that another version of bencher wrote, is left alone and named in
    /// [`problems`](Self::problems). Large contents stay among the blobs until [`dataset`](Self::dataset) needs them.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn load(root: &Path, series: &SeriesKey) -> Result<Self, HistoryError> {
        let folder = series.folder(root);
        let mut history = Self {
            root: root.to_owned(),
            series: series.clone(),
            snapshots: Vec::new(),
            problems: Vec::new(),
            sequences: HashMap::new(),
        };
        let mut read = Vec::new();
        for path in snapshot_files(&folder)? {
            let content = read_snapshot(&path);
            match content.and_then(|(id, content)| Snapshot::from_content(&path, id, content)) {
                Ok(snapshot) => read.push(snapshot),
                Err(error) => history.add_problem(path, error.to_string()),
            }
        }
        // A copy under another name is the same snapshot.
        read.sort_by_key(|snapshot| snapshot.id);
        read.dedup_by_key(|snapshot| snapshot.id);
        let notes = history.read_notes(&folder)?;
        for snapshot in &mut read {
            if let Some(notes) = notes.get(&snapshot.id) {
                snapshot.apply(&notes.iter().collect::<Vec<_>>());
            }
        }
        history.snapshots = order::in_order(read);
        Ok(history)
    }

    fn add_problem(&mut self, path: PathBuf, message: String) {
        self.problems.push(HistoryProblem { path, message });
    }

    /// The notes of each snapshot, the one that counts last.
    fn read_notes(
        &mut self,
        folder: &Path,
    ) -> Result<BTreeMap<Digest, Vec<SnapshotNote>>, HistoryError> {
        let mut notes: BTreeMap<Digest, Vec<SnapshotNote>> = BTreeMap::new();
        for path in note_files(folder)? {
            match read_note(&path) {
                Ok(note) => {
                    let highest = self.sequences.entry(note.snapshot).or_insert(0);
                    *highest = note.sequence.max(*highest);
                    notes.entry(note.snapshot).or_default().push(note);
                }
                Err(error) => self.add_problem(path, error.to_string()),
            }
        }
        for notes in notes.values_mut() {
            // Two machines may have decided at once: the later moment counts then, and last the text.
            notes.sort_by_cached_key(|note| {
                let moment = note.moment.parse::<Timestamp>().unwrap_or_default();
                (note.sequence, moment, format!("{:?}", note.decision))
            });
        }
        Ok(notes)
    }

    /// The series.
    pub const fn series(&self) -> &SeriesKey {
        &self.series
    }

    /// The snapshots in their order, the oldest first; see the [module](self#order).
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// The files that could not be read and were left alone.
    pub fn problems(&self) -> &[HistoryProblem] {
        &self.problems
    }

    /// All runs in one dataset: the results that the newest run declares, over its inputs, the repeats, and
    /// `over_time`.
    ///
    /// Every input has the levels of all runs: numbers and moments rise, others keep the order of the newest run that
    /// declares them. `over_time` has one label a run, the oldest first; an equal label gets a number (`PR 12 (2)`).
    /// A cell without a value says why:
    ///
    /// | state | when |
    /// |---|---|
    /// | missing | the run did not record this result, or the result is older than the runs that are kept of it |
    /// | missing | the content of the cell is lost, or damaged, among the blobs |
    /// | skipped | the run did not have this point, or had fewer repeats |
    /// | any other | it was so in that run |
    ///
    /// # Errors
    /// There is no snapshot, or the grid does not fit the memory.
    pub fn dataset(&self) -> Result<Dataset, HistoryError> {
        self.dataset_of(RunAxis::OverTime, |column| {
            column.state == ColumnState::Active
        })
    }

    /// As [`dataset`](Self::dataset), with the number of each run, from 1, as an input `run`: for curves over the runs.
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset).
    pub fn dataset_by_run(&self) -> Result<Dataset, HistoryError> {
        self.dataset_of(RunAxis::Numbers, |column| {
            column.state == ColumnState::Active
        })
    }

    /// As [`dataset`](Self::dataset), with the dormant and the retired results, too.
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset).
    pub fn full_dataset(&self) -> Result<Dataset, HistoryError> {
        self.dataset_of(RunAxis::OverTime, |_| true)
    }

    fn dataset_of(
        &self,
        axis: RunAxis,
        shown: impl Fn(&HistoryColumn) -> bool,
    ) -> Result<Dataset, HistoryError> {
        let timeline = Timeline::of(&self.snapshots).ok_or_else(|| self.series.no_snapshot())?;
        timeline.dataset(&BlobStore::at(&self.root), axis, shown)
    }

    /// The results of all runs that the dataset has: those of the newest run first.
    pub fn columns(&self) -> Vec<HistoryColumn> {
        Timeline::of(&self.snapshots).map_or_else(Vec::new, |timeline| timeline.columns)
    }

    /// The snapshots of the dataset, in the order of its dimension `over_time`.
    pub fn timeline(&self) -> Vec<&Snapshot> {
        Timeline::of(&self.snapshots).map_or_else(Vec::new, |timeline| timeline.runs)
    }

    /// The snapshots that the dataset leaves out, since they share no point with the newest run.
    ///
    /// ```
    /// use bencher_core::history::{History, SeriesKey};
    /// let root = tempfile::tempdir()?;
    /// let key = SeriesKey { bench: "Sorting".to_owned(), title: "By length".to_owned(), tag: String::new() };
    /// assert_eq!(History::load(root.path(), &key)?.left_out(), []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn left_out(&self) -> Vec<LeftOut> {
        Timeline::of(&self.snapshots).map_or_else(Vec::new, |timeline| timeline.left_out)
    }

    /// Accepts a snapshot, a regression say: baselines of its machine class begin with it.
    ///
    /// The decision is a file of its own beside the snapshot. It survives a crash once this returns, and comes along
    /// with exports. Of several decisions about a snapshot, the latest counts.
    ///
    /// # Errors
    /// The history does not have the snapshot, or the file cannot be written.
    pub fn accept(&mut self, id: Digest, reason: &str) -> Result<(), HistoryError> {
        self.decide(id, Decision::Accepted(reason.to_owned()))
    }

    /// Marks a snapshot as failed: no baseline uses it. What [`accept`](Self::accept) says of decisions holds here,
    /// too.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn mark_failed(&mut self, id: Digest, reason: &str) -> Result<(), HistoryError> {
        self.decide(id, Decision::Failed(reason.to_owned()))
    }

    fn decide(&mut self, id: Digest, decision: Decision) -> Result<(), HistoryError> {
        let known = self.snapshots.iter_mut().find(|snapshot| snapshot.id == id);
        let snapshot = known.ok_or(HistoryError::UnknownSnapshot { id })?;
        let sequence = self
            .sequences
            .get(&id)
            .copied()
            .unwrap_or(0)
            .saturating_add(1);
        let note = SnapshotNote {
            snapshot: id,
            sequence,
            moment: Timestamp::now().to_string(),
            decision,
        };
        save_note(&self.series.folder(&self.root), &note)?;
        snapshot.apply(&[&note]);
        self.sequences.insert(id, sequence);
        Ok(())
    }

    /// Removes the snapshots and the decisions about them, the oldest first, and says how many snapshots went.
    ///
    /// Files that cannot be read stay, as [`problems`](Self::problems) names them.
    ///
    /// # Errors
    /// A file cannot be removed; the rest is a history still.
    pub fn clear(&mut self) -> Result<usize, HistoryError> {
        let count = self.snapshots.len();
        self.keep_newest(0)?;
        Ok(count)
    }

    /// Removes all but the newest snapshots, with their notes, and says which went.
    fn keep_newest(&mut self, keep: usize) -> Result<Vec<Snapshot>, HistoryError> {
        let folder = self.series.folder(&self.root);
        let going = self.snapshots.len().saturating_sub(keep);
        let going: Vec<Snapshot> = self.snapshots.drain(..going).collect();
        if going.is_empty() {
            return Ok(going);
        }
        let files = snapshot_files(&folder)?;
        for snapshot in &going {
            let is_of = |path: &&PathBuf| crate::store::named_digest(path) == Some(snapshot.id);
            files
                .iter()
                .filter(is_of)
                .try_for_each(|path| remove(path))?;
        }
        for path in note_files(&folder)? {
            let gone = |note: &SnapshotNote| going.iter().any(|one| one.id == note.snapshot);
            if read_note(&path).is_ok_and(|note| gone(&note)) {
                remove(&path)?;
            }
        }
        Ok(going)
    }

    /// The newest snapshots, which the next one names.
    fn named_before(&self) -> Vec<Digest> {
        let newest = self.snapshots.iter().rev().take(NAMED_BEFORE);
        newest.map(|snapshot| snapshot.id).collect()
    }
}
