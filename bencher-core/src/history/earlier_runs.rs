//! How much runs of the same code differ, from the history and the results that a store has.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::measure::Environment;
use crate::record::SweepRecord;
use crate::regression::change_points::{Piece, segments};
use crate::regression::{ASSUMED_BETWEEN_RUNS, BetweenRuns, FEWEST_RUNS, RunSpreads};
use crate::stats::RESOLUTION;
use crate::store::load_last_results;

use super::{BetweenRunSpread, History, HistoryError, SeriesKey, between_run_spread, list_series};

/// From how many runs on their spread counts, if it is not larger than what is assumed without any. Bounds from fewer
/// would be wider than the assumed ones (docs/error-rates.md has the figures).
const KNOWN_FROM: usize = 10;

/// The most runs of a sweep that are read.
const MOST: usize = 30;

/// Stored runs of every sweep, in their order. Every one of them measured all its samples.
///
/// ```
/// use bencher_core::history::EarlierRuns;
/// use bencher_core::regression::RunSpreads as _;
/// # use bencher_core::record::{Counts, SweepRecord};
/// # use bencher_core::dataset::Dataset;
/// # let record = SweepRecord {
/// #     bench: "Sorting".to_owned(), title: "Sorting".to_owned(), description: String::new(),
/// #     post_description: String::new(), tag: String::new(), started: String::new(),
/// #     dataset: Dataset::new("Sorting", vec![], vec![])?, constants: vec![], failures: vec![], counts: Counts::default(),
/// #     timings: vec![], warnings: vec![], sweep_type: String::new(), version: 1, identity: None, environment: None,
/// # };
/// let store = tempfile::tempdir()?;
/// let runs = EarlierRuns::of(store.path(), [&[], &[]])?;
/// assert!(runs.between_runs(&record, "elapsed", &[]).is_none(), "an empty store has no runs");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct EarlierRuns {
    records: HashMap<SeriesKey, Vec<SweepRecord>>,
    /// What was asked for: the centres of every point of a result, run by run.
    centres: RefCell<HashMap<(SeriesKey, String), CentresOfPoints>>,
}

/// The centres of a point in the runs that have it, by the coordinates of the point.
type CentresOfPoints = HashMap<Vec<(String, String)>, Vec<f64>>;

impl EarlierRuns {
    /// Those of a store, without the ones that are compared.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn of(store: &Path, compared: [&[SweepRecord]; 2]) -> Result<Self, HistoryError> {
        let compared: HashSet<(&str, &str)> = compared
            .iter()
            .flat_map(|records| records.iter())
            .map(|record| (record.title.as_str(), record.started.as_str()))
            .collect();
        let counts = |record: &SweepRecord| {
            measured_all(record)
                && !compared.contains(&(record.title.as_str(), record.started.as_str()))
        };
        let mut found = Self::default();
        for series in list_series(store)? {
            let history = History::load(store, &series)?;
            let runs = history
                .timeline()
                .into_iter()
                .filter(|run| run.state.counts());
            let mut records: Vec<SweepRecord> = runs.map(|run| run.record.clone()).collect();
            records.retain(counts);
            let first = records.len().saturating_sub(MOST);
            found.records.insert(series, records.split_off(first));
        }
        for results in load_last_results(store, MOST)? {
            let Some(newest) = results.last() else {
                continue;
            };
            let records = found.records.entry(SeriesKey::of(newest)).or_default();
            // Results that the history has too would count twice.
            if records.len() < FEWEST_RUNS {
                *records = results.into_iter().filter(counts).collect();
            }
        }
        Ok(found)
    }

    /// Those among some runs, which are in their order.
    pub fn from_records(records: impl IntoIterator<Item = SweepRecord>) -> Self {
        let mut found = Self::default();
        for record in records.into_iter().filter(measured_all) {
            let runs = found.records.entry(SeriesKey::of(&record)).or_default();
            runs.push(record);
        }
        for runs in found.records.values_mut() {
            runs.drain(..runs.len().saturating_sub(MOST));
        }
        found
    }

    /// The centres of every point of a result, of the runs on the machine class of a record.
    fn centres_of(
        &self,
        series: &SeriesKey,
        record: &SweepRecord,
        result: &str,
    ) -> CentresOfPoints {
        let class = |record: &SweepRecord| record.environment.as_ref().map(Environment::class);
        let mut found = CentresOfPoints::new();
        let runs = self.records.get(series).into_iter().flatten();
        for run in runs.filter(|run| class(run).is_some() && class(run) == class(record)) {
            for point in run.dataset.point_values(result).unwrap_or_default() {
                let centre = point.summary.map(|summary| summary.centre);
                found.entry(point.texts).or_default().extend(centre);
            }
        }
        found
    }
}

/// A run that took samples from the store repeats what an earlier one measured.
fn measured_all(record: &SweepRecord) -> bool {
    record.counts.hits == 0 && record.counts.executed > 0
}

impl RunSpreads for EarlierRuns {
    fn between_runs(
        &self,
        record: &SweepRecord,
        result: &str,
        at: &[(String, String)],
    ) -> Option<BetweenRuns> {
        let series = SeriesKey::of(record);
        let mut known = self.centres.borrow_mut();
        let centres = known
            .entry((series.clone(), result.to_owned()))
            .or_insert_with(|| self.centres_of(&series, record, result));
        let centres = centres.get(at)?;
        let spread = between_run_spread(centres)?;
        // So few runs say little, unless they say that runs differ more than is assumed without them. The robust spread
        // of few runs passes over some that lie apart, so the plain one counts as well.
        if centres.len() < KNOWN_FROM {
            let known = [plain_spread(centres), Some(robust_spread(spread))];
            return (known.into_iter().flatten())
                .filter(|known| known.deviation > ASSUMED_BETWEEN_RUNS.deviation)
                .max_by(|one, other| one.deviation.total_cmp(&other.deviation));
        }
        [Some(robust_spread(spread)), spread_around_levels(centres)]
            .into_iter()
            .flatten()
            .max_by(|one, other| one.deviation.total_cmp(&other.deviation))
    }
}

/// The spread of runs around the levels that their values keep: a change that stays belongs to the code, and one that
/// comes back, as of a process with another layout of its memory, to the spread.
///
/// `None` where no value is repeated, or none differs.
fn spread_around_levels(centres: &[f64]) -> Option<BetweenRuns> {
    let pieces = segments(centres, &[]).pieces;
    let is_level = |piece: &&Piece| piece.count > 1 && piece.level > 0.0;
    let levels = pieces.iter().filter(is_level).count();
    let mut squares = 0.0;
    let mut values = 0_usize;
    for (at, piece) in pieces.iter().enumerate() {
        // A value alone is far from the level before it, or from the first one.
        let (before, after) = pieces.split_at_checked(at + 1)?;
        let level = before.iter().rfind(is_level);
        let level = level.or_else(|| after.iter().find(is_level))?.level;
        let own = centres.get(piece.start..piece.end)?;
        for x in own.iter().filter(|x| x.is_finite() && **x > 0.0) {
            squares += (x / level).ln().powi(2);
            values += 1;
        }
    }
    let freedom = values.checked_sub(levels).filter(|freedom| *freedom > 0)? as f64;
    let deviation = (squares / freedom).sqrt();
    (deviation > 0.0).then_some(BetweenRuns { deviation, freedom })
}

fn robust_spread(spread: BetweenRunSpread) -> BetweenRuns {
    BetweenRuns {
        // Runs that agree say that the clock is coarse, not that runs never differ.
        deviation: spread.sd_ln.max(RESOLUTION),
        freedom: spread.degrees_of_freedom,
    }
}

fn plain_spread(centres: &[f64]) -> Option<BetweenRuns> {
    BetweenRuns::from_runs(centres)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten runs around 1. Then the same with a step to 2 that stays, and with one run at 1.4.
    #[test]
    fn a_value_that_comes_back_is_spread_and_a_step_is_none() {
        let quiet = [1.0, 1.01, 0.99, 1.0, 1.01, 0.99, 1.0, 1.01, 0.99, 1.0];
        let of = |centres: &[f64]| spread_around_levels(centres).unwrap();
        assert!((0.005..0.012).contains(&of(&quiet).deviation));
        let mut stepped = quiet.to_vec();
        stepped.extend(quiet.map(|x| 2.0 * x));
        assert!(
            (0.005..0.012).contains(&of(&stepped).deviation),
            "{:?}",
            of(&stepped)
        );
        let mut spiked = quiet;
        spiked[4] = 1.4;
        // By hand: ln(1.4) / 3 = 0.112, and a little for the others.
        assert!(
            (0.11..0.12).contains(&of(&spiked).deviation),
            "{:?}",
            of(&spiked)
        );
        assert!((of(&spiked).freedom - 9.0).abs() < 1e-12);
    }
}
