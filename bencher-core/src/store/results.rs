//! Results as plain files, one a run: `results/BENCH/SWEEP/STARTED.result`. They outlive the
//! database, and reports are drawn from them without opening it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::{SweepRecord, SweepRecordV1, SweepRecordV2};
use crate::value::{Digest, KeyWriter, Payload};

use super::blobs::{BlobStore, INLINE};
use super::error::StoreError;
use super::files::{entries, files_below, write_atomically};
use super::frame::{FrameError, FrameKind, Stored, decode, encode};
use super::place::slug;

/// Writes a result below `root`, atomically, and says where.
///
/// `root` is the store's directory. Results are never replaced: two runs give two files.
///
/// ```
/// use bencher_core::dataset::Dataset;
/// use bencher_core::record::{Counts, SweepRecord};
/// use bencher_core::store::{list_results, load_result, save_result};
/// # let record = SweepRecord {
/// #     bench: "Sorting".to_owned(),
/// #     title: "By length".to_owned(),
/// #     description: String::new(),
/// #     post_description: String::new(),
/// #     tag: String::new(),
/// #     started: "2026-03-01T12:00:00.000+00:00".to_owned(),
/// #     dataset: Dataset::new("By length", vec![], vec![])?,
/// #     constants: vec![],
/// #     failures: vec![],
/// #     counts: Counts::default(),
/// #     timings: vec![],
/// #     warnings: vec![],
/// #     sweep_type: String::new(),
/// #     version: 1,
/// #     identity: None,
/// #     environment: None,
/// # };
/// let root = tempfile::tempdir()?;
/// let first = save_result(root.path(), &record)?;
/// assert_eq!(load_result(&first)?, record);
/// let later = SweepRecord { started: "2026-03-02T12:00:00.000+00:00".to_owned(), ..record };
/// let second = save_result(root.path(), &later)?;
/// assert_eq!(list_results(root.path())?, [second], "the newest of each sweep");
/// assert!(first.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the file cannot be written; nothing is left half-written then.
pub fn save_result(root: &Path, record: &SweepRecord) -> Result<PathBuf, StoreError> {
    let mut key = KeyWriter::default();
    for part in [&record.bench, &record.title, &record.tag] {
        key.text(part);
    }
    let id: String = key.digest().to_string().chars().take(8).collect();
    let dir = root
        .join("results")
        .join(slug(&record.bench))
        .join(format!("{}-{id}", slug(&record.title)));
    fs::create_dir_all(&dir).map_err(StoreError::io("create", &dir))?;
    let moved = without_contents(root, record)?;
    let bytes = encode(FrameKind::Result, moved.as_ref().unwrap_or(record))?;
    // Two runs may start within one tick of the clock; their content tells them apart.
    let digest: String = Digest::of(&bytes).to_string().chars().take(8).collect();
    let identity = record
        .identity
        .map_or_else(String::new, |key| format!("-{key}"));
    let started = slug(&record.started);
    let path = dir.join(format!("{started}-{digest}{identity}.result"));
    write_atomically(&path, &bytes)?;
    Ok(path)
}

/// The record with its large contents moved out to the blobs, if it has any.
fn without_contents(root: &Path, record: &SweepRecord) -> Result<Option<SweepRecord>, StoreError> {
    let large = |payload: &Payload| payload.content().is_some() && payload.len() > INLINE;
    if !record.dataset.payloads().any(|payload| large(payload)) {
        return Ok(None);
    }
    let (blobs, mut moved) = (BlobStore::at(root), record.clone());
    for payload in moved.dataset.payloads_mut() {
        blobs.move_payload_out(payload)?;
    }
    Ok(Some(moved))
}

/// Reads a result, with the contents that lie among the blobs of its store.
///
/// A content that is lost leaves a warning in the record.
///
/// ```
/// use bencher_core::store::load_result;
/// let file = tempfile::NamedTempFile::new()?;
/// std::fs::write(file.path(), "no result")?;
/// let text = load_result(file.path()).unwrap_err().to_string();
/// assert!(text.contains("is damaged"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Where the file cannot be read, is damaged, or was written by a later version.
pub fn load_result(path: &Path) -> Result<SweepRecord, StoreError> {
    let mut record = read_record(path)?;
    // results/BENCH/SWEEP/FILE
    if let Some(root) = path.ancestors().nth(4) {
        let lost = BlobStore::at(root).fill(&mut record.dataset);
        record.warnings.extend(lost.iter().map(ToString::to_string));
    }
    Ok(record)
}

impl Stored for SweepRecord {
    fn read(version: u16, payload: &[u8]) -> postcard::Result<Self> {
        match version {
            ..=1 => postcard::from_bytes::<SweepRecordV1>(payload).map(Self::from),
            2 => postcard::from_bytes::<SweepRecordV2>(payload).map(Self::from),
            _ => postcard::from_bytes(payload),
        }
    }
}

/// Reads a result, leaving the contents where they are.
pub(super) fn read_record(path: &Path) -> Result<SweepRecord, StoreError> {
    let format = |problem: String| StoreError::Format {
        path: path.to_owned(),
        problem,
    };
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let read = decode::<SweepRecord>(FrameKind::Result, &bytes);
    let record = read.map_err(|error| match error {
        FrameError::Damaged => format("is damaged: its checksum does not fit its content".into()),
        FrameError::Newer(version) => format(format!(
            "has version {version}, which a later bencher wrote; update this one"
        )),
    })?;
    record
        .dataset
        .check()
        .map_err(|error| format(format!("is damaged: {error}")))?;
    Ok(record)
}

/// Every result file below `root`, those of one sweep in a row, the newest last.
pub(super) fn all_results(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = files_below(&root.join("results"))?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "result"));
    Ok(paths)
}

/// The newest result of every sweep below `root`, ordered by name.
///
/// A store without results has none. The example stands at [`save_result`].
///
/// # Errors
/// Where a directory cannot be read.
pub fn list_results(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut newest = Vec::new();
    for bench in entries(&root.join("results"))? {
        for sweep in entries(&bench)? {
            let runs = entries(&sweep)?;
            newest.extend(
                runs.into_iter()
                    .rfind(|path| path.extension().is_some_and(|e| e == "result")),
            );
        }
    }
    Ok(newest)
}
