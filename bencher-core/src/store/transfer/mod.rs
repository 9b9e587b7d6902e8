//! Export of a whole store to one file, and import from it.
//!
//! An export is a stream of records in the frames of the store: a header, the plain files in chunks (blobs, folders),
//! the packs of samples, the results, and an end. Each record has a checksum, so that damage affects only the record
//! and the file that it is a part of.

mod export;
mod import;

pub use export::ExportReport;
pub use import::ImportReport;

use serde::{Deserialize, Serialize};

/// The first record of an export.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    /// The version of the export's layout.
    layout: u32,
    /// When it was written, in milliseconds since 1970.
    written_ms: i64,
}

/// The layout that this program writes, and the latest that it reads.
const LAYOUT: u32 = 1;

/// A part of a plain file; its bytes follow behind it in the same record.
#[derive(Debug, Serialize, Deserialize)]
struct Chunk {
    /// The file below the store's root, its parts divided by `/`.
    path: String,
    /// Where the part begins.
    offset: u64,
    /// The length of the whole file.
    len: u64,
}

/// The most bytes of a file that a record holds.
const CHUNK: usize = 1 << 20;
