//! The store keeps data between runs: finished samples in an embedded database, results as plain files.
//!
//! A sample is one execution of one point. Samples are stored in *packs* of up to 64, which share their common fields.
//! A pack is one record of the database. Its frame has a magic number, a version and a checksum, so that damage to one
//! record affects no other.
//!
//! A [`SampleWriter`] stores samples, and a [`SampleIndex`] finds them by the keys of a [`KeyMaker`]. Both work on any
//! [`SampleStore`]. [`save_result`], [`list_results`] and [`load_result`] store and read the results of whole sweeps.
//!
//! ```
//! use bencher_core::store::{
//!     KeyMaker, MemoryStore, Pack, ResultId, SampleIndex, SampleWriter, Series,
//! };
//! use bencher_core::value::{Digest, Kind, Value};
//! let moves = ResultId::new("moves", Kind::Uint(64));
//! let store = MemoryStore::default();
//! let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
//! let heading = Pack::new(series.clone(), Digest(7), vec!["len".to_owned()], vec![moves.clone()]);
//! let mut writer = SampleWriter::new(Box::new(store.clone()), heading);
//! writer.submit(vec![Value::from(4)], 1, vec![Some(Value::from(6))]);
//! writer.finish()?;
//!
//! let index = SampleIndex::load(&store, &series)?;
//! let key = KeyMaker::new(&series, &["len"]).key(&[Value::from(4)], 1);
//! let stored = index.get(key).ok_or("not stored")?;
//! assert_eq!(stored.get(&moves), Some(Some(&Value::from(6))));
//! let other = ResultId { meaning_version: 2, ..moves };
//! assert_eq!(stored.get(&other), None, "it means something else now");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "store")]
mod aborts;
mod baselines;
mod blobs;
#[cfg(feature = "store")]
mod check;
#[cfg(feature = "store")]
mod cleared_tag;
#[cfg(feature = "store")]
mod collect;
#[cfg(feature = "store")]
mod compact;
#[cfg(feature = "store")]
mod database;
mod default_root;
mod epochs;
mod error;
mod explain;
mod files;
mod folders;
mod frame;
#[cfg(feature = "store")]
mod frame_reader;
#[cfg(test)]
mod fuzz;
mod identity;
mod index;
mod key_table;
#[cfg(feature = "store")]
mod leftovers;
mod lock;
mod lock_owner;
mod lock_owners;
mod lookups;
mod memory;
#[cfg(feature = "store")]
mod open_database;
mod pack;
mod permissions;
#[cfg(feature = "store")]
mod preflight;
mod provenance;
#[cfg(feature = "store")]
mod quarantined;
#[cfg(feature = "store")]
mod read_only;
#[cfg(feature = "store")]
mod rebuild;
mod results;
#[cfg(feature = "store")]
mod salvage;
#[cfg(feature = "store")]
mod scan;
#[cfg(feature = "store")]
mod shortage;
#[cfg(feature = "store")]
#[cfg_attr(
    not(feature = "history"),
    expect(dead_code, reason = "the room `history` writes snapshots")
)]
mod snapshots;
#[cfg(feature = "store")]
mod statistics;
mod stored_inputs;
mod tag;
#[cfg(feature = "store")]
mod transfer;
#[cfg(feature = "store")]
mod watermark;
mod writer;

pub use baselines::{BaselineNameError, baseline_directory, baseline_names};
pub use blobs::{BlobInfo, BlobStore};
#[cfg(feature = "store")]
pub use check::CheckReport;
#[cfg(feature = "store")]
pub use collect::{CollectOptions, CollectReport, StoreTotals};
#[cfg(feature = "store")]
pub use database::{Database, OpenNotice};
pub(crate) use default_root::absolute;
pub use default_root::{DEFAULT_LIMIT, default_root, slug};
pub(crate) use epochs::Epochs;
pub use error::StoreError;
pub use explain::{Difference, Explanation, Field, SampleQuery, explain};
pub use files::create_folders;
pub(crate) use files::{create_new, read_plain, temporary};
#[cfg(feature = "history")]
pub(crate) use files::{entries, place, remove};
pub use folders::{FolderInfo, JobFolders, PendingFolder};
#[cfg(feature = "history")]
pub(crate) use frame::{FrameContent, FrameKind, encode, open};
#[cfg(feature = "history")]
pub(crate) use frame_reader::FrameReader;
pub use identity::{SweepIdentity, find_partial_result, find_result, remove_results};
pub use index::{KeyMaker, SampleIndex, StoredResults};
pub use lock::StoreLock;
pub use lock_owner::LockOwner;
pub(crate) use lock_owners::lock_owners;
pub use lookups::Lookups;
pub use memory::MemoryStore;
pub use pack::{Pack, PackedSample, ResultId, Series};
pub use provenance::Provenance;
#[cfg(feature = "store")]
pub use read_only::ReadOnlyStore;
#[cfg(feature = "store")]
pub use rebuild::{RebuildReport, rebuild_samples};
pub use results::{
    NewestResults, list_results, load_last_results, load_newest_results, load_result, save_result,
};
#[cfg(all(test, feature = "history"))]
pub(crate) use snapshots::references_of_histories;
#[cfg(feature = "history")]
pub(crate) use snapshots::{
    Decision, SnapshotContent, SnapshotNote, blobs_of, decode_note, decode_snapshot,
    encode_snapshot, named_digest, note_files, note_name, read_note, read_snapshot, save_note,
    series_folder, series_folders, snapshot_files, snapshot_name, snapshot_number,
    write_history_file,
};
#[cfg(feature = "store")]
pub use statistics::{SeriesStatistics, StoreStatistics};
pub use stored_inputs::inputs_like_stored;
pub(crate) use tag::{PAIRED, function_tag};
pub use tag::{sweep_tag, tag_text};
#[cfg(feature = "store")]
pub use transfer::{ExportReport, ImportReport};
pub use writer::{SampleWriter, Ticket};

/// The seam between sweeps and the storage of their samples: the database, or memory in tests.
///
/// ```
/// use bencher_core::store::{MemoryStore, Pack, SampleStore, Series};
/// use bencher_core::value::Digest;
/// let series = Series { tag: "try".to_owned(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series.clone(), Digest(7), vec![], vec![]);
/// pack.push(vec![], 1, vec![]);
/// let mut store = MemoryStore::default();
/// store.append(&[pack])?;
/// let mut seen = 0;
/// let damaged = store.load(&series, &mut |pack| seen += pack.len())?;
/// assert_eq!((seen, damaged), (1, 0));
/// assert_eq!(store.clear_tag("try")?, 1);
/// # Ok::<(), bencher_core::store::StoreError>(())
/// ```
pub trait SampleStore: Send {
    /// Passes every pack of a series to `visit`, oldest first, and returns the number of damaged records that it
    /// skipped.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError>;

    /// Passes every pack of every series to `visit`, the packs of one series oldest first, and returns the number of
    /// damaged records that it skipped.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn load_all(&self, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError>;

    /// Passes the packs of a series at or after a position to `visit`, oldest first, and returns the position to
    /// continue from. The first position is 0. A position is valid while the store is open.
    ///
    /// The default implementation reads everything. A store that can begin at a position overrides it.
    ///
    /// ```
    /// use bencher_core::store::{MemoryStore, Pack, SampleStore, Series};
    /// use bencher_core::value::Digest;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let mut store = MemoryStore::default();
    /// store.append(&[Pack::new(series.clone(), Digest(7), vec![], vec![])])?;
    /// let mut seen = 0;
    /// let position = store.load_since(&series, 0, &mut |_| seen += 1)?;
    /// store.load_since(&series, position, &mut |_| seen += 1)?;
    /// assert_eq!(seen, 1, "nothing new");
    /// # Ok::<(), bencher_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn load_since(
        &self,
        series: &Series,
        position: u64,
        visit: &mut dyn FnMut(Pack),
    ) -> Result<u64, StoreError> {
        let mut at = 0;
        self.load(series, &mut |pack| {
            if at >= position {
                visit(pack);
            }
            at += 1;
        })?;
        Ok(at)
    }

    /// The store of large contents.
    fn blobs(&self) -> BlobStore;

    /// Adds packs, which survive the death of the process when this returns.
    ///
    /// # Errors
    /// Where they cannot be written, as on a full disk; none of them is then stored.
    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError>;

    /// Removes every pack of a tag, and returns the number of removed samples.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn clear_tag(&mut self, tag: &str) -> Result<u64, StoreError>;

    /// Syncs everything written so far to the disk, so that it survives a power cut.
    ///
    /// # Errors
    /// Where the sync fails.
    fn sync(&mut self) -> Result<(), StoreError>;
}
