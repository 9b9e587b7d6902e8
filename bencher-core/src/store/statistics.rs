use std::collections::BTreeMap;
use std::fmt;
use std::time::UNIX_EPOCH;

use serde::Serialize;

use super::SampleStore;
use super::collect::StoreTotals;
use super::database::Database;
use super::error::StoreError;
use super::files::{modified, size_of};
use super::folders::JobFolders;
use super::lookups::Lookups;
use super::pack::Series;
use super::results::all_results;
use super::tag::tag_text;

/// Statistics of a store.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::store::{Database, Pack, SampleStore, Series};
/// use bencher_core::value::Digest;
/// let root = tempfile::tempdir()?;
/// let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ())?;
/// let series = Series { tag: "try".to_owned(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series, Digest(7), vec![], vec![]);
/// pack.push(vec![], 1, vec![]);
/// database.append(&[pack])?;
/// let statistics = database.statistics()?;
/// assert_eq!((statistics.samples.count, statistics.packs), (1, 1));
/// assert_eq!(statistics.tags["try"].count, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoreStatistics {
    /// Samples, including replaced ones, and the bytes of their records.
    pub samples: StoreTotals,
    /// Records that hold them.
    pub packs: u64,
    /// Records that could not be read.
    pub damaged: u64,
    /// Every series.
    pub series: Vec<SeriesStatistics>,
    /// The samples of every tag.
    pub tags: BTreeMap<String, StoreTotals>,
    /// Large contents.
    pub blobs: StoreTotals,
    /// Folders of samples.
    pub folders: StoreTotals,
    /// Results.
    pub results: StoreTotals,
    /// When the oldest and the newest data was written, in milliseconds since 1970; `None` in an empty store.
    pub written_ms: Option<(i64, i64)>,
    /// How often this process looked for samples.
    pub lookups: Lookups,
}

/// Statistics of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeriesStatistics {
    /// Its tag.
    pub tag: String,
    /// The type of the sweep, or the name of a cached function.
    pub sweep_type: String,
    /// The author's version.
    pub version: u32,
    /// Its samples, and the bytes of their records.
    pub samples: StoreTotals,
    /// Records that hold them.
    pub packs: u64,
    /// When the oldest and the newest of its records was written, in milliseconds since 1970.
    pub written_ms: (i64, i64),
}

impl Database {
    /// Computes the statistics of the store.
    ///
    /// See [`StoreStatistics`] for an example.
    ///
    /// # Errors
    /// Where a directory cannot be read.
    pub fn statistics(&self) -> Result<StoreStatistics, StoreError> {
        let mut statistics = StoreStatistics {
            lookups: Lookups::of_this_process(),
            ..StoreStatistics::default()
        };
        let mut last: Option<Series> = None;
        self.for_each(&[], &mut |record, pack| match pack {
            Ok(pack) => {
                let same = last.as_ref() == Some(&pack.series);
                let bytes = (record.key.len() + record.value.len()) as u64;
                statistics.add(
                    &pack.series,
                    same,
                    pack.len() as u64,
                    bytes,
                    pack.written_ms,
                );
                last = Some(pack.series);
            }
            Err(_) => statistics.damaged += 1,
        })?;
        for blob in self.blobs().list()? {
            statistics.blobs.add(1, blob.len);
            statistics.saw(blob.written.and_then(milliseconds));
        }
        for folder in JobFolders::at(self.root()).list()? {
            statistics.folders.add(1, size_of(&folder.path));
            statistics.saw(folder.written.and_then(milliseconds));
        }
        for path in all_results(self.root())? {
            statistics.results.add(1, size_of(&path));
            statistics.saw(modified(&path).and_then(milliseconds));
        }
        Ok(statistics)
    }
}

impl StoreStatistics {
    fn add(&mut self, series: &Series, same: bool, samples: u64, bytes: u64, written: i64) {
        self.packs += 1;
        self.samples.add(samples, bytes);
        self.tags
            .entry(series.tag.clone())
            .or_default()
            .add(samples, bytes);
        self.saw(Some(written));
        if !same {
            self.series.push(SeriesStatistics {
                tag: series.tag.clone(),
                sweep_type: series.sweep_type.clone(),
                version: series.version,
                samples: StoreTotals::default(),
                packs: 0,
                written_ms: (written, written),
            });
        }
        if let Some(series) = self.series.last_mut() {
            series.packs += 1;
            series.samples.add(samples, bytes);
            let (oldest, newest) = series.written_ms;
            series.written_ms = (oldest.min(written), newest.max(written));
        }
    }

    fn saw(&mut self, written: Option<i64>) {
        if let Some(written) = written {
            let (oldest, newest) = self.written_ms.unwrap_or((written, written));
            self.written_ms = Some((oldest.min(written), newest.max(written)));
        }
    }
}

fn milliseconds(moment: std::time::SystemTime) -> Option<i64> {
    let since = moment.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

impl fmt::Display for StoreStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = |f: &mut fmt::Formatter<'_>, what: &str, tally: StoreTotals| {
            writeln!(
                f,
                "{what:<10} {:>12} {:>16} bytes",
                tally.count, tally.bytes
            )
        };
        tally(f, "samples", self.samples)?;
        tally(f, "blobs", self.blobs)?;
        tally(f, "folders", self.folders)?;
        tally(f, "results", self.results)?;
        writeln!(f, "{:<10} {:>12}", "packs", self.packs)?;
        if self.damaged > 0 {
            writeln!(f, "{:<10} {:>12}", "damaged", self.damaged)?;
        }
        if let Some((oldest, newest)) = self.written_ms {
            writeln!(
                f,
                "written    from {} to {}",
                moment(oldest),
                moment(newest)
            )?;
        }
        for (tag, samples) in &self.tags {
            tally(
                f,
                &format!("tag \"{}\"", tag_text(tag).escape_debug()),
                *samples,
            )?;
        }
        for series in &self.series {
            let (oldest, newest) = series.written_ms;
            writeln!(
                f,
                "series     {} version {} tag \"{}\": {} samples in {} packs, {} bytes, from {} to {}",
                series.sweep_type,
                series.version,
                tag_text(&series.tag).escape_debug(),
                series.samples.count,
                series.packs,
                series.samples.bytes,
                moment(oldest),
                moment(newest),
            )?;
        }
        let Lookups { hits, misses } = self.lookups;
        write!(f, "this run   {hits} hits, {misses} misses")
    }
}

/// A moment as text; its number where it is out of range.
fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| milliseconds.to_string(), |moment| moment.to_string())
}
