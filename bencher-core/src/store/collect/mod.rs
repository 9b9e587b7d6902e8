//! Collection removes unreferenced data, and data above the limit. It never removes data that results or snapshots refer to.

mod marks;
mod plan;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::SampleStore;
use super::database::Database;
use super::error::StoreError;
use super::files::{remove, size_of};
use super::open_database::failed;
use super::pack::Series;
use crate::value::Digest;
use plan::plan;

/// The options of a collection.
///
/// See [`Database::collect`] for an example.
#[derive(Clone, Debug)]
pub struct CollectOptions {
    /// Only report the data that a collection would remove.
    pub dry_run: bool,
    /// How many of the newest results of each sweep are kept; `None` keeps all.
    pub keep_results: Option<usize>,
    /// How many bytes samples, blobs and folders may take together. The oldest samples are removed first. The logs of
    /// searches count, but are never removed.
    pub limit: Option<u64>,
    /// Data written within this time stays, even if nothing refers to it yet.
    pub grace: Duration,
    /// Series whose samples are in use, and are not removed for the limit.
    pub in_use: Vec<Series>,
}

impl Default for CollectOptions {
    fn default() -> Self {
        Self {
            dry_run: false,
            keep_results: None,
            limit: None,
            grace: Duration::from_secs(3600),
            in_use: Vec::new(),
        }
    }
}

/// The amount of one kind of data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct StoreTotals {
    /// The number.
    pub count: u64,
    /// The size in bytes.
    pub bytes: u64,
}

impl StoreTotals {
    pub(super) fn add(&mut self, count: u64, bytes: u64) {
        self.count += count;
        self.bytes += bytes;
    }
}

/// The data that a collection removed, or would remove.
///
/// See [`Database::collect`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct CollectReport {
    /// Samples that a later one of the same identity replaces.
    pub superseded: StoreTotals,
    /// Samples beyond the limit.
    pub evicted: StoreTotals,
    /// Results beyond the number to keep.
    pub results: StoreTotals,
    /// Blobs that nothing refers to.
    pub blobs: StoreTotals,
    /// Folders whose sample is gone.
    pub folders: StoreTotals,
    /// Files left behind by writers that died.
    pub leftovers: StoreTotals,
    /// The bytes of samples, blobs and folders that stay.
    pub kept_bytes: u64,
    /// Obstacles to the collection, one text each.
    pub notes: Vec<String>,
}

impl fmt::Display for CollectReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, tally) in [
            ("superseded samples", self.superseded),
            ("evicted samples", self.evicted),
            ("results", self.results),
            ("blobs", self.blobs),
            ("folders", self.folders),
            ("leftovers", self.leftovers),
        ] {
            writeln!(
                f,
                "{what:<20} {:>10} {:>15} bytes",
                tally.count, tally.bytes
            )?;
        }
        write!(f, "{:<20} {:>26} bytes", "stays", self.kept_bytes)?;
        self.notes
            .iter()
            .try_for_each(|note| write!(f, "\nnote: {note}"))
    }
}

/// One step of a collection. Whatever steps were done before the process died, nothing refers to
/// what is gone.
#[derive(Debug)]
pub(super) enum CollectStep {
    /// Records that go, or are replaced by smaller ones.
    Records(Vec<([u8; 24], Option<Vec<u8>>)>),
    /// A file or folder that goes.
    Path(PathBuf),
    /// A blob that goes.
    Blob(Digest),
}

impl Database {
    /// Removes data that is superseded, unreferenced, left behind or above the limit, and reports it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::store::{CollectOptions, Database, Pack, SampleStore, Series};
    /// use bencher_core::value::Digest;
    /// let root = tempfile::tempdir()?;
    /// let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ())?;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let mut pack = Pack::new(series, Digest(7), vec![], vec![]);
    /// pack.push(vec![], 1, vec![]);
    /// database.append(&[pack.clone()])?;
    /// database.append(&[pack])?;
    /// let orphan = database.blobs().put(b"nobody's")?;
    ///
    /// let options = CollectOptions { dry_run: true, ..CollectOptions::default() };
    /// let would = database.collect(&options)?;
    /// assert_eq!((would.superseded.count, would.blobs.count), (1, 0), "the blob is too young");
    /// let options = CollectOptions { grace: Duration::ZERO, ..CollectOptions::default() };
    /// let went = database.collect(&options)?;
    /// assert_eq!((went.superseded.count, went.blobs.count), (1, 1));
    /// assert!(!database.blobs().contains(orphan));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store cannot be read or written; the next collection removes the rest.
    pub fn collect(&mut self, options: &CollectOptions) -> Result<CollectReport, StoreError> {
        self.still_there()?;
        if !options.dry_run {
            self.compact()?;
        }
        let (collected, steps) = plan(self, options)?;
        if !options.dry_run {
            for step in steps {
                self.take(step)?;
            }
            self.sync()?;
        }
        Ok(collected)
    }

    /// Compacts the store, and collects where it is larger than `limit` bytes. A session calls this when it ends.
    ///
    /// `None` where nothing had to be collected, judged by the sizes of the files.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::store::{DEFAULT_LIMIT, Database};
    /// let root = tempfile::tempdir()?;
    /// let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ())?;
    /// assert_eq!(database.tidy(DEFAULT_LIMIT)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub fn tidy(&mut self, limit: u64) -> Result<Option<CollectReport>, StoreError> {
        const SOME: u64 = 256;
        self.still_there()?;
        if self.uncompacted() > SOME {
            self.compact()?;
        }
        let folders = ["blobs", "files"].map(|part| size_of(&self.root().join(part)));
        let samples = self
            .samples()
            .0
            .disk_space()
            .map_err(self.failed("measure"))?;
        if samples.saturating_add(folders.iter().sum()) <= limit {
            return Ok(None);
        }
        let options = CollectOptions {
            limit: Some(limit),
            ..CollectOptions::default()
        };
        self.collect(&options).map(Some)
    }

    /// Does one step.
    pub(super) fn take(&self, step: CollectStep) -> Result<(), StoreError> {
        match step {
            CollectStep::Path(path) => remove(&path),
            CollectStep::Blob(digest) => self.blobs().remove(digest),
            CollectStep::Records(records) => {
                let (database, samples) = self.samples();
                let mut batch = database.batch();
                for (key, record) in records {
                    match record {
                        Some(record) => batch.insert(samples, key, record),
                        None => batch.remove(samples, key),
                    }
                }
                batch.commit().map_err(failed("write", self.root()))
            }
        }
    }
}
