//! Results as plain files, one for each run: `results/BENCH/SWEEP-ID/rNUMBER-….result`. They outlive the database, and
//! reports are drawn from them without it.

use std::path::{Path, PathBuf};

use crate::record::SweepRecord;
use crate::sort;
use crate::value::{Digest, KeyWriter, Payload};

use super::blobs::{BlobStore, INLINE};
use super::default_root::slug;
use super::error::StoreError;
use super::files::{create_folders, entries, files_below, read_plain, write_atomically};
use super::frame::{FrameContent, FrameError, FrameKind, decode, encode};

/// Writes a result below `root`, atomically, and returns its path.
///
/// `root` is the store's directory. Results are never replaced: two runs write two files. Each file has a number, so
/// that the newest file is known even if the clock was wrong.
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
/// Where the file cannot be written; no partial file remains.
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
    create_folders(root, &dir)?;
    let moved = without_contents(root, record)?;
    let bytes = encode(FrameKind::Result, moved.as_ref().unwrap_or(record))?;
    // Two runs may start within one tick of the clock; their content tells them apart.
    let digest: String = Digest::of(&bytes).to_string().chars().take(8).collect();
    let identity = record
        .identity
        .map_or_else(String::new, |key| format!("-{key}"));
    let started = slug(&record.started);
    let name = format!("{started}-{digest}{identity}.result");
    let path = dir.join(numbered(next_number(&dir)?, &name));
    write_atomically(&path, &bytes)?;
    Ok(path)
}

/// The record with its large contents moved out to the blobs, if it has any.
pub(super) fn without_contents(
    root: &Path,
    record: &SweepRecord,
) -> Result<Option<SweepRecord>, StoreError> {
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

/// Reads a result, with its contents from the blobs of the store.
///
/// A lost content adds a warning to the record.
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
/// Where the file cannot be read, is damaged, or was written by another version.
pub fn load_result(path: &Path) -> Result<SweepRecord, StoreError> {
    let mut record = read_record(path)?;
    // results/BENCH/SWEEP/FILE
    if let Some(root) = path.ancestors().nth(4) {
        let lost = BlobStore::at(root).fill(&mut record.dataset);
        record.warnings.extend(lost.iter().map(ToString::to_string));
    }
    Ok(record)
}

impl FrameContent for SweepRecord {
    fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(payload)
    }
}

/// Reads a result, leaving the contents where they are.
pub(super) fn read_record(path: &Path) -> Result<SweepRecord, StoreError> {
    let format = |problem: String| StoreError::Format {
        path: path.to_owned(),
        problem,
    };
    let bytes = read_plain(path).map_err(StoreError::io("read", path))?;
    let read = decode::<SweepRecord>(FrameKind::Result, &bytes);
    let record = read.map_err(|error| match error {
        FrameError::Damaged => format("is damaged: its checksum does not match its content".into()),
        FrameError::OtherVersion(version) => StoreError::other_version(path, version),
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
    paths.retain(|path| is_result(path));
    sort::by_key(&mut paths, |path| {
        (path.parent().map(Path::to_owned), order(path))
    });
    Ok(paths)
}

fn is_result(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "result")
}

/// The prefix of a result's number in the name of its file.
const NUMBER: char = 'r';

/// The name of a result's file with its number.
pub(super) fn numbered(number: u64, name: &str) -> String {
    format!("{NUMBER}{number:08}-{name}")
}

/// The number of a result and the rest of its file's name, which begins with the moment of its start. A file
/// without a number comes before all others, by the moment.
pub(super) fn order(path: &Path) -> (u64, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parts = name.strip_prefix(NUMBER).and_then(|rest| {
        let (digits, rest) = rest.split_once('-')?;
        let all_digits = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
        Some((digits.parse().ok().filter(|_| all_digits)?, rest.to_owned()))
    });
    parts.unwrap_or_else(|| (0, name.into_owned()))
}

/// The number of the next result in the folder of a sweep. An identity may have results in the folders of
/// several sweeps of a bench, so it comes after the numbers of all of them.
pub(super) fn next_number(sweep: &Path) -> Result<u64, StoreError> {
    let mut last = 0;
    for folder in entries(sweep.parent().unwrap_or(sweep))? {
        let results = entries(&folder)?.into_iter().filter(|path| is_result(path));
        last = results.map(|path| order(&path).0).fold(last, u64::max);
    }
    Ok(last.saturating_add(1))
}

/// The results in the directory of a sweep, the newest last.
pub(super) fn results_of_sweep(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = entries(folder)?;
    paths.retain(|path| is_result(path));
    sort::by_key(&mut paths, |path| order(path));
    Ok(paths)
}

/// Lists the newest result of every sweep below `root`, ordered by name.
///
/// The list is empty for a store without results. See [`save_result`] for an example.
///
/// # Errors
/// Where a directory cannot be read.
pub fn list_results(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut newest = Vec::new();
    for bench in entries(&root.join("results"))? {
        for sweep in entries(&bench)? {
            newest.extend(results_of_sweep(&sweep)?.pop());
        }
    }
    Ok(newest)
}

/// Reads the newest readable result of every sweep below `root`, ordered by name, and reports newer ones that it could
/// not read.
///
/// ```
/// use bencher_core::dataset::Dataset;
/// use bencher_core::record::{Counts, SweepRecord};
/// use bencher_core::store::{load_newest_results, save_result};
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
/// save_result(root.path(), &record)?;
/// let later = save_result(root.path(), &SweepRecord { version: 2, ..record.clone() })?;
/// std::fs::write(later, "damaged")?;
/// let found = load_newest_results(root.path())?;
/// assert_eq!(found.records, [record], "the one before");
/// assert_eq!((found.passed_over.len(), found.without.len()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where a directory cannot be read.
pub fn load_newest_results(root: &Path) -> Result<NewestResults, StoreError> {
    let mut found = NewestResults::default();
    for bench in entries(&root.join("results"))? {
        for sweep in entries(&bench)? {
            let newest_first = results_of_sweep(&sweep)?.into_iter().rev();
            let before = found.passed_over.len();
            let sound = newest_first
                .map(|path| load_result(&path))
                .find_map(|read| match read {
                    Ok(record) => Some(record),
                    Err(error) => {
                        found.passed_over.push(error.to_string());
                        None
                    }
                });
            if sound.is_none() && found.passed_over.len() > before {
                found.without.push(sweep);
            }
            found.records.extend(sound);
        }
    }
    Ok(found)
}

/// The last results of every sweep below `root` that can be read, at most `most` of each, the newest last; a sweep in a
/// row. Those that cannot be read are left out.
///
/// See [`save_result`] for how results are stored.
///
/// # Errors
/// Where a directory cannot be read.
pub fn load_last_results(root: &Path, most: usize) -> Result<Vec<Vec<SweepRecord>>, StoreError> {
    let mut found = Vec::new();
    for bench in entries(&root.join("results"))? {
        for sweep in entries(&bench)? {
            let newest_first = results_of_sweep(&sweep)?.into_iter().rev();
            let sound = newest_first.filter_map(|path| load_result(&path).ok());
            let mut last: Vec<SweepRecord> = sound.take(most).collect();
            last.reverse();
            found.extend(Some(last).filter(|last| !last.is_empty()));
        }
    }
    Ok(found)
}

/// The newest readable results of a store.
///
/// See [`load_newest_results`] for an example.
#[derive(Clone, Debug, Default)]
pub struct NewestResults {
    /// One record for every sweep.
    pub records: Vec<SweepRecord>,
    /// The reasons for skipping newer results, one text each.
    pub passed_over: Vec<String>,
    /// The directories of sweeps without a readable result.
    pub without: Vec<PathBuf>,
}
