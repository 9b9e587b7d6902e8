use std::fmt::{self, Write as _};

use serde::Serialize;

use super::SampleStore;
use super::blobs::for_each_reference;
use super::database::Database;
use super::error::StoreError;
use super::frame::FrameError;
use super::results::{all_results, read_record};
use super::snapshots::{blobs_of, for_each_snapshot};
use crate::value::Digest;

/// The outcome of a check of the whole store.
///
/// See [`Database::check`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// The number of records of samples that were read.
    pub packs: u64,
    /// The number of blobs that were read.
    pub blobs: u64,
    /// The number of results that were read.
    pub results: u64,
    /// The problems, each with a remedy.
    pub problems: Vec<String>,
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} records of samples, {} blobs and {} results were read; {} problems",
            self.packs,
            self.blobs,
            self.results,
            self.problems.len()
        )?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl Database {
    /// Reads every record, blob and result of the store, and checks every reference between them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::store::{Database, SampleStore};
    /// let root = tempfile::tempdir()?;
    /// let (database, _) = Database::open(root.path(), Duration::ZERO, |_| ())?;
    /// let digest = database.blobs().put(b"pixels")?.to_string();
    /// assert!(database.check()?.problems.is_empty());
    /// std::fs::write(root.path().join("blobs").join(&digest[..2]).join(&digest[2..]), b"pixel")?;
    /// let report = database.check()?;
    /// assert_eq!(report.problems.len(), 1, "{report}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a directory cannot be read.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        let (mut report, mut problems) = (CheckReport::default(), Vec::new());
        let mut references: Vec<(String, Digest)> = Vec::new();
        self.for_each(&[], &mut |record, pack| {
            report.packs += 1;
            let key = hexadecimal(record.key);
            match pack {
                Ok(pack) => {
                    for value in pack.result_values.iter().flatten() {
                        for_each_reference(value, &mut |digest| {
                            let owner = format!("a sample of {}", pack.series.sweep_type);
                            references.push((owner, digest));
                        });
                    }
                }
                Err(FrameError::Damaged) => problems.push(format!(
                    "the record {key} of samples is damaged; its samples count as not stored and \
                     are measured again"
                )),
                Err(FrameError::OtherVersion(version)) => problems.push(format!(
                    "the record {key} of samples has version {version}, of another version of \
                     bencher, which reads it"
                )),
            }
        })?;
        let blobs = self.blobs();
        for blob in blobs.list()? {
            report.blobs += 1;
            problems.extend(blobs.get(blob.digest).err().map(|error| error.to_string()));
        }
        for path in all_results(self.root())? {
            report.results += 1;
            match read_record(&path) {
                Ok(record) => {
                    let payloads = record.dataset.payloads();
                    let outside = payloads.filter(|payload| payload.content().is_none());
                    let owner = || path.display().to_string();
                    references.extend(outside.map(|payload| (owner(), payload.digest())));
                }
                Err(error) => {
                    problems.push(format!("{error}; move the file away, or restore a copy"));
                }
            }
        }
        for_each_snapshot(self.root(), &mut |read| match read {
            Ok((record, dropped)) => {
                let owner = || format!("a snapshot of {}", record.bench);
                let blobs = blobs_of(&record, &dropped).into_iter();
                references.extend(blobs.map(|digest| (owner(), digest)));
            }
            Err(error) => problems.push(error.to_string()),
        })?;
        references.sort_unstable();
        references.dedup();
        for (owner, digest) in references {
            if !blobs.contains(digest) {
                problems.push(format!(
                    "the blob {digest} is missing, and {owner} refers to it; restore it with \
                     `cargo bencher cache import`, or measure again"
                ));
            }
        }
        report.problems = problems;
        Ok(report)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
