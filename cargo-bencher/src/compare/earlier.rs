//! How much runs of the same code differ, from the history and the results that a store has.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use bencher_core::history::{History, SeriesKey, between_run_spread, list_series};
use bencher_core::measure::Environment;
use bencher_core::record::SweepRecord;
use bencher_core::regression::{BetweenRuns, FEWEST_RUNS, RunSpreads};
use bencher_core::stats::RESOLUTION;
use bencher_core::store::load_last_results;

/// The most runs of a sweep that are read.
const MOST: usize = 30;

/// Stored runs of every sweep, in their order. Every one of them measured all its samples.
#[derive(Debug, Default)]
pub(super) struct EarlierRuns {
    records: HashMap<SeriesKey, Vec<SweepRecord>>,
}

impl EarlierRuns {
    /// Those of a store, without the ones that are compared.
    pub(super) fn of(store: &Path, compared: [&[SweepRecord]; 2]) -> Result<Self, String> {
        let compared: HashSet<(&str, &str)> = compared
            .iter()
            .flat_map(|records| records.iter())
            .map(|record| (record.title.as_str(), record.started.as_str()))
            .collect();
        let counts = |record: &SweepRecord| {
            // A run that took samples from the store repeats what an earlier one measured.
            record.counts.hits == 0
                && record.counts.executed > 0
                && !compared.contains(&(record.title.as_str(), record.started.as_str()))
        };
        let mut found = Self::default();
        for series in list_series(store).map_err(|error| error.to_string())? {
            let history = History::load(store, &series).map_err(|error| error.to_string())?;
            let runs = history
                .timeline()
                .into_iter()
                .filter(|run| run.state.counts());
            let mut records: Vec<SweepRecord> = runs.map(|run| run.record.clone()).collect();
            records.retain(counts);
            let first = records.len().saturating_sub(MOST);
            found.records.insert(series, records.split_off(first));
        }
        for results in load_last_results(store, MOST).map_err(|error| error.to_string())? {
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
}

impl RunSpreads for EarlierRuns {
    fn between_runs(
        &self,
        record: &SweepRecord,
        result: &str,
        at: &[(String, String)],
    ) -> Option<BetweenRuns> {
        let class = |record: &SweepRecord| record.environment.as_ref().map(Environment::class);
        let here = class(record)?;
        let runs = self.records.get(&SeriesKey::of(record))?.iter();
        let centres: Vec<f64> = runs
            .filter(|run| class(run) == Some(here))
            .filter_map(|run| {
                let points = run.dataset.point_values(result).ok()?;
                let point = points.into_iter().find(|point| point.texts == at)?;
                Some(point.summary?.centre)
            })
            .collect();
        let spread = between_run_spread(&centres)?;
        Some(BetweenRuns {
            // Runs that agree say that the clock is coarse, not that runs never differ.
            deviation: spread.sd_ln.max(RESOLUTION),
            freedom: spread.degrees_of_freedom,
        })
    }
}
