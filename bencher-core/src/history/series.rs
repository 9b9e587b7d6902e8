use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::HistoryError;
use super::snapshot::Snapshot;
use crate::record::SweepRecord;
use crate::store::{read_snapshot, series_folder, series_folders, snapshot_files};
use crate::value::KeyWriter;

/// What makes runs one series: the type that declared the sweep, the title of the sweep, and the tag.
///
/// These are the three names by which results are stored, too. Everything else may change from run to run, and
/// [`explain_changes`](super::explain_changes) says what did.
///
/// ```
/// use bencher_core::history::SeriesKey;
/// let by_length = SeriesKey { bench: "Sorting".to_owned(), title: "By length".to_owned(), tag: String::new() };
/// assert_eq!(by_length.to_string(), "`By length` of Sorting");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// The type that declared the sweep.
    pub bench: String,
    /// The title of the sweep.
    pub title: String,
    /// The tag of the run and that of the sweep.
    pub tag: String,
}

impl SeriesKey {
    /// The series that a record belongs to.
    pub fn of(record: &SweepRecord) -> Self {
        Self {
            bench: record.bench.clone(),
            title: record.title.clone(),
            tag: record.tag.clone(),
        }
    }

    /// The folder of the series below a store's root; it need not exist.
    pub fn folder(&self, root: &Path) -> PathBuf {
        let mut id = KeyWriter::default();
        for part in [&self.bench, &self.title, &self.tag] {
            id.text(part);
        }
        series_folder(root, &self.bench, &self.title, id.digest())
    }

    pub(super) fn no_snapshot(&self) -> HistoryError {
        HistoryError::NoSnapshot {
            bench: self.bench.clone(),
            title: self.title.clone(),
        }
    }
}

impl std::fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` of {}", self.title, self.bench)?;
        if !self.tag.is_empty() {
            write!(f, " with the tag {}", self.tag)?;
        }
        Ok(())
    }
}

/// Every series below a store's root that has a readable snapshot, in ascending order.
///
/// ```
/// use bencher_core::history::list_series;
/// let root = tempfile::tempdir()?;
/// assert_eq!(list_series(root.path())?, []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A folder cannot be read.
pub fn list_series(root: &Path) -> Result<Vec<SeriesKey>, HistoryError> {
    let mut keys = Vec::new();
    for folder in series_folders(root)? {
        keys.extend(key_of_folder(root, &folder)?);
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// The series of a folder. Its newest snapshots have the name of the series; those from before a rename have another.
pub(super) fn key_of_folder(root: &Path, folder: &Path) -> Result<Option<SeriesKey>, HistoryError> {
    let mut newest = None;
    for path in snapshot_files(folder)?.iter().rev() {
        let Ok((_, content)) = read_snapshot(path) else {
            continue;
        };
        let key = SeriesKey::of(&content.record);
        if key.folder(root) == folder {
            return Ok(Some(key));
        }
        newest.get_or_insert(key);
    }
    Ok(newest)
}

/// Whether two records differ in the name of their bench, and in nothing else that a history depends on.
///
/// The module of the type counts, its name does not: a type that was moved keeps its name, and so its series.
pub(super) fn is_rename(old: &SweepRecord, new: &SweepRecord) -> bool {
    let module = |record: &SweepRecord| {
        let path = record.sweep_type.rsplit_once("::");
        path.map(|(module, _)| module.to_owned())
    };
    let names = |record: &SweepRecord| -> Vec<String> {
        let dims = record.dataset.dims().iter();
        dims.map(|dim| dim.name.clone()).collect()
    };
    old.bench != new.bench
        && (&old.title, &old.tag) == (&new.title, &new.tag)
        && module(old) == module(new)
        && names(old) == names(new)
        && super::changes::changes(old, new).is_empty()
}

/// Whether both runs are of one commit, so that both benches exist side by side.
pub(super) fn is_same_commit(old: &Snapshot, new: Option<&str>) -> bool {
    old.commit.is_some() && old.commit.as_deref() == new
}
