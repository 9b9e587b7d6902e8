use std::sync::{Arc, Mutex, PoisonError};

use super::SampleStore;
use super::blobs::BlobStore;
use super::error::StoreError;
use super::pack::{Pack, Series};

/// A store in memory: the fake of the database, and the store of programs that store nothing. Clones share their
/// content.
///
/// ```
/// use bencher_core::store::{MemoryStore, Pack, SampleStore, Series};
/// use bencher_core::value::Digest;
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series, Digest(7), vec![], vec![]);
/// pack.push(vec![], 1, vec![]);
/// let store = MemoryStore::default();
/// store.clone().append(&[pack])?;
/// assert_eq!(store.samples(), 1);
/// # Ok::<(), bencher_core::store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MemoryStore {
    packs: Arc<Mutex<Vec<Pack>>>,
    blobs: BlobStore,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self {
            packs: Arc::default(),
            blobs: BlobStore::in_memory(),
        }
    }
}

impl MemoryStore {
    /// The number of its samples, including replaced ones.
    pub fn samples(&self) -> usize {
        self.with(|packs| packs.iter().map(Pack::len).sum())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Pack>) -> T) -> T {
        work(&mut self.packs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SampleStore for MemoryStore {
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        let packs = self.with(|packs| packs.clone());
        packs
            .into_iter()
            .filter(|pack| pack.series == *series)
            .for_each(visit);
        Ok(0)
    }

    fn load_all(&self, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        self.with(|packs| packs.clone()).into_iter().for_each(visit);
        Ok(0)
    }

    fn load_since(
        &self,
        series: &Series,
        position: u64,
        visit: &mut dyn FnMut(Pack),
    ) -> Result<u64, StoreError> {
        let (new, end) = self.with(|packs| {
            let at = usize::try_from(position).unwrap_or(usize::MAX);
            let new = packs.get(at.min(packs.len())..).unwrap_or_default();
            let of_series = new.iter().filter(|pack| pack.series == *series);
            (of_series.cloned().collect::<Vec<_>>(), packs.len() as u64)
        });
        new.into_iter().for_each(visit);
        Ok(end)
    }

    fn blobs(&self) -> BlobStore {
        self.blobs.clone()
    }

    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError> {
        self.with(|all| all.extend_from_slice(packs));
        Ok(())
    }

    fn clear_tag(&mut self, tag: &str) -> Result<u64, StoreError> {
        Ok(self.with(|packs| {
            let before: usize = packs.iter().map(Pack::len).sum();
            packs.retain(|pack| pack.series.tag != tag);
            let after: usize = packs.iter().map(Pack::len).sum();
            (before - after) as u64
        }))
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
