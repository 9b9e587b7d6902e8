//! Every sweep of a store, with its history and its stored results.

use std::collections::BTreeMap;
use std::path::Path;

use bencher_core::history::{EarlierRuns, History, SeriesKey, Snapshot, list_series};
use bencher_core::jiff::Timestamp;
use bencher_core::record::SweepRecord;
use bencher_core::regression::{CompareOptions, ResultComparison, RunComparison, compare_stored};
use bencher_core::store::{load_last_results, load_newest_results};

use crate::history::changes::{Change, changes};

/// Stored results of a sweep that are read.
const MOST_RESULTS: usize = 60;

/// What a store has of its sweeps.
pub(super) struct StoreContent {
    pub(super) sweeps: Vec<Sweep>,
    /// The comparison of the last two stored results of all sweeps.
    comparison: RunComparison,
    /// Files that could not be read.
    pub(super) problems: Vec<String>,
}

/// One sweep.
pub(super) struct Sweep {
    pub(super) key: SeriesKey,
    /// Its runs over time; none if no run was kept.
    pub(super) history: Option<History>,
    /// Where the level of its results changed.
    pub(super) changes: Vec<Change>,
    /// Its last stored results, the oldest first.
    pub(super) results: Vec<SweepRecord>,
}

impl StoreContent {
    /// Reads those of a store.
    pub(super) fn of(store: &Path) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| error.to_string();
        let mut found: BTreeMap<SeriesKey, Sweep> = BTreeMap::new();
        let newest = load_newest_results(store).map_err(|error| failed(&error))?;
        let mut problems = newest.passed_over;
        let last = load_last_results(store, MOST_RESULTS).map_err(|error| failed(&error))?;
        let pairs = pairs(&last);
        for results in last {
            let Some(record) = results.last() else {
                continue;
            };
            let sweep = entry(&mut found, SeriesKey::of(record));
            sweep.results = results;
        }
        for key in list_series(store).map_err(|error| failed(&error))? {
            let history = History::load(store, &key).map_err(|error| failed(&error))?;
            problems.extend(history.problems().iter().map(ToString::to_string));
            if history.timeline().is_empty() {
                continue;
            }
            let sweep = entry(&mut found, key);
            sweep.changes = changes(&history);
            sweep.history = Some(history);
        }
        let earlier =
            EarlierRuns::of(store, [&pairs.0, &pairs.1]).map_err(|error| failed(&error))?;
        let comparison = compare_stored(
            ("previous", &pairs.0),
            ("last", &pairs.1),
            &CompareOptions::default(),
            &earlier,
        );
        Ok(Self {
            sweeps: found.into_values().collect(),
            comparison,
            problems,
        })
    }

    /// The comparison of a result with its previous one; none of a sweep with one stored result.
    pub(super) fn comparison(&self, key: &SeriesKey, result: &str) -> Option<&ResultComparison> {
        let found = self.comparison.results().find(|(sweep, one)| {
            (&sweep.bench, &sweep.title, &sweep.tag) == (&key.bench, &key.title, &key.tag)
                && one.name == result
        });
        found.map(|(_, result)| result)
    }
}

fn entry(found: &mut BTreeMap<SeriesKey, Sweep>, key: SeriesKey) -> &mut Sweep {
    found.entry(key.clone()).or_insert_with(|| Sweep {
        key,
        history: None,
        changes: Vec::new(),
        results: Vec::new(),
    })
}

/// The last result of every sweep that has two, and the one before.
fn pairs(last: &[Vec<SweepRecord>]) -> (Vec<SweepRecord>, Vec<SweepRecord>) {
    let pairs = last.iter().filter_map(|results| match &**results {
        [.., before, after] => Some((before.clone(), after.clone())),
        _ => None,
    });
    pairs.unzip()
}

impl Sweep {
    /// The runs of its history, the oldest first.
    pub(super) fn timeline(&self) -> Vec<&Snapshot> {
        self.history
            .as_ref()
            .map_or_else(Vec::new, History::timeline)
    }

    /// The newest run: a snapshot of the history, or a stored result that is newer and was not kept.
    pub(super) fn newest(&self) -> Option<Newest<'_>> {
        let snapshot = self.timeline().last().copied();
        let result = self.results.last();
        match (snapshot, result) {
            (Some(snapshot), Some(result))
                if is_later(&result.started, &snapshot.record.started) =>
            {
                Some(Newest {
                    record: result,
                    snapshot: None,
                })
            }
            (Some(snapshot), _) => Some(Newest {
                record: &snapshot.record,
                snapshot: Some(snapshot),
            }),
            (None, Some(result)) => Some(Newest {
                record: result,
                snapshot: None,
            }),
            (None, None) => None,
        }
    }
}

/// The newest run of a sweep.
pub(super) struct Newest<'s> {
    pub(super) record: &'s SweepRecord,
    /// Its place in the history; none if it was not kept there.
    pub(super) snapshot: Option<&'s Snapshot>,
}

/// Whether the first of two moments is later; moments that cannot be read are not.
fn is_later(one: &str, other: &str) -> bool {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    match (moment(one), moment(other)) {
        (Some(one), Some(other)) => one > other,
        _ => false,
    }
}
