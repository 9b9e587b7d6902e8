//! What is kept between runs: finished samples in an embedded database, results as plain files.
//!
//! A sample is one execution of one point. Samples are stored in *packs* of up to 64 that share
//! what they have in common; a pack is one record of the database, framed with a magic number, a
//! version and a checksum of its own, so that a damaged one costs itself and nothing else.

#[cfg(feature = "store")]
mod database;
mod error;
mod frame;
mod index;
mod lock;
mod memory;
mod pack;
mod place;
mod results;
#[cfg(feature = "store")]
mod salvage;
mod writer;

#[cfg(feature = "store")]
pub use database::{Database, OpenNotice};
pub use error::StoreError;
pub use index::{KeyMaker, SampleIndex, StoredResults};
pub use lock::{Holder, StoreLock};
pub use memory::MemoryStore;
pub use pack::{Pack, PackedSample, Series};
pub use place::{default_root, slug};
pub use results::{list_results, load_result, save_result};
pub use writer::{SampleWriter, Ticket};

/// The seam between sweeps and what keeps their samples: the database, or memory in tests.
pub trait SampleStore: Send {
    /// Hands every pack of a series to `visit`, oldest first, and counts the damaged records that
    /// were passed over.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError>;

    /// Adds packs; when this returns, they survive the death of the process.
    ///
    /// # Errors
    /// Where they could not be written, as on a full disk; none of them counts then.
    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError>;

    /// Removes every pack of a tag and says how many samples went.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn clear_tag(&mut self, tag: &str) -> Result<u64, StoreError>;

    /// Brings everything written so far to the disk, so that it survives a power cut.
    ///
    /// # Errors
    /// Where the disk refuses.
    fn sync(&mut self) -> Result<(), StoreError>;
}
