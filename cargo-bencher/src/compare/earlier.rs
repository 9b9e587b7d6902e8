//! How much runs of the same code differ, from the results that a store has.

use std::collections::HashMap;
use std::path::Path;

use bencher_core::measure::Environment;
use bencher_core::record::SweepRecord;
use bencher_core::regression::{BetweenRuns, FEWEST_RUNS, RunSpreads};
use bencher_core::store::load_last_results;

/// The most results of a sweep that are read.
const MOST: usize = 30;

/// Stored results of which every sample was measured by its own run.
#[derive(Debug, Default)]
pub(super) struct EarlierRuns {
    records: HashMap<(String, String, String), Vec<SweepRecord>>,
}

impl EarlierRuns {
    /// Those of a store, without the ones that are compared.
    pub(super) fn of(store: &Path, compared: [&[SweepRecord]; 2]) -> Result<Self, String> {
        let results = load_last_results(store, MOST).map_err(|error| error.to_string())?;
        let mut found = Self::default();
        for record in results.into_iter().flatten() {
            let is_compared = compared
                .iter()
                .flat_map(|records| records.iter())
                .any(|other| other.started == record.started && other.title == record.title);
            // A run that took samples from the store repeats what an earlier one measured.
            if !is_compared && record.counts.hits == 0 && record.counts.executed > 0 {
                found.records.entry(name(&record)).or_default().push(record);
            }
        }
        Ok(found)
    }
}

fn name(record: &SweepRecord) -> (String, String, String) {
    (
        record.bench.clone(),
        record.title.clone(),
        record.tag.clone(),
    )
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
        let runs = self.records.get(&name(record))?.iter();
        let centres: Vec<f64> = runs
            .filter(|run| class(run) == Some(here))
            .filter_map(|run| {
                let points = run.dataset.point_values(result).ok()?;
                let point = points.into_iter().find(|point| point.texts == at)?;
                Some(point.summary?.centre)
            })
            .collect();
        (centres.len() >= FEWEST_RUNS)
            .then(|| BetweenRuns::from_runs(&centres))
            .flatten()
    }
}
