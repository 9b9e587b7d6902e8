//! A read-only store, such as the store of another user, or a store on a full disk.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::SampleStore;
use super::blobs::BlobStore;
use super::error::StoreError;
use super::files::{exists, is_folder, open_plain, refuse_strange_files};
use super::pack::{Pack, Series};
use super::salvage::unfinished;
use super::scan::scan;

/// The samples of a store that cannot be written, held in memory as they were when it was opened. It accepts no
/// samples.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::store::{Database, Pack, ReadOnlyStore, SampleStore, Series};
/// use bencher_core::value::Digest;
/// let root = tempfile::tempdir()?;
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series.clone(), Digest(7), vec![], vec![]);
/// pack.push(vec![], 1, vec![]);
/// Database::open(root.path(), Duration::ZERO, |_| ())?.0.append(&[pack.clone()])?;
///
/// let mut store = ReadOnlyStore::open(root.path(), Duration::ZERO)?;
/// let mut samples = 0;
/// store.load(&series, &mut |pack| samples += pack.len())?;
/// assert_eq!(samples, 1);
/// assert!(store.append(&[pack]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReadOnlyStore {
    packs: Arc<[Pack]>,
    damaged: u64,
    root: PathBuf,
}

impl ReadOnlyStore {
    /// Reads the samples of the store in `root`, without a write.
    ///
    /// If another process is writing to it, and this can be detected, it waits up to `patience`.
    ///
    /// # Errors
    /// Where there is no store, or it cannot be read, or another version wrote to it.
    pub fn open(root: &Path, patience: Duration) -> Result<Self, StoreError> {
        let root = std::path::absolute(root).map_err(StoreError::io("find", root))?;
        let _lock = wait_for_writer(&root, patience);
        let mut folders = unfinished(&root)?;
        let present = root.join("samples");
        if exists(&present)? {
            folders.push(present);
        }
        if !folders.iter().any(|folder| is_folder(folder)) {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(StoreError::io("read", root.join("samples"))(missing));
        }
        let (mut packs, mut damaged) = (Vec::new(), 0);
        for folder in folders {
            refuse_strange_files(&folder)?;
            let scanned = scan(&folder)?;
            packs.extend(scanned.packs);
            damaged += scanned.damaged;
        }
        Ok(Self {
            packs: packs.into(),
            damaged,
            root,
        })
    }

    fn refuse(&self) -> StoreError {
        StoreError::ReadOnly(self.root.clone())
    }
}

/// Locks the store while it is read, so that no other process changes it. Where that is not possible, it is still read,
/// because each record has its checksum.
fn wait_for_writer(root: &Path, patience: Duration) -> Option<File> {
    const LOOK_AGAIN: Duration = Duration::from_millis(50);
    let file = open_plain(&root.join("store.lock"), File::options().read(true)).ok()?;
    let began = Instant::now();
    while file.try_lock_shared().is_err() {
        let left = patience.saturating_sub(began.elapsed());
        if left.is_zero() {
            return None;
        }
        std::thread::sleep(LOOK_AGAIN.min(left));
    }
    Some(file)
}

impl SampleStore for ReadOnlyStore {
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        let packs = self.packs.iter().filter(|pack| pack.series == *series);
        packs.cloned().for_each(visit);
        Ok(self.damaged)
    }

    fn load_all(&self, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        self.packs.iter().cloned().for_each(visit);
        Ok(self.damaged)
    }

    fn blobs(&self) -> BlobStore {
        BlobStore::at(&self.root)
    }

    fn append(&mut self, _: &[Pack]) -> Result<(), StoreError> {
        Err(self.refuse())
    }

    fn clear_tag(&mut self, _: &str) -> Result<u64, StoreError> {
        Err(self.refuse())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
