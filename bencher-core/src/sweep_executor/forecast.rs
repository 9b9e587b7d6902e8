use crate::job::{CodePolicy, MachinePolicy};
use crate::store::{ResultId, SampleIndex, SampleStore, StoreError};
use crate::value::Digest;

use crate::plan::result_id;
use crate::plan::{Plan, recorded_results};

/// The forecast of a run: how many samples it would execute, and how many it would take from the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// Taken from the store.
    pub(crate) stored: u64,
    /// Not run, as a constraint says.
    pub(crate) skipped: u64,
    /// Run.
    pub(crate) to_run: u64,
}

/// The most samples that are looked up.
const MOST: u128 = 1_000_000;

impl Plan {
    /// The forecast of a run with a store, given its policies on other executables and machines; `None` where there are
    /// too many samples to look up. Where the number of rounds is open, each point counts once, and counts as stored if
    /// its first round is stored.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(crate) fn forecast(
        &self,
        store: Option<&dyn SampleStore>,
        (policy, code): (Option<CodePolicy>, Digest),
        (machine_policy, machine): (Option<MachinePolicy>, Option<Digest>),
    ) -> Result<Option<Forecast>, StoreError> {
        let repeats = if self.is_adaptive() {
            1
        } else {
            self.repeats()
        };
        let points = match u64::try_from(self.space().len()) {
            Ok(points) if u128::from(points) * u128::from(repeats) <= MOST => points,
            _ => return Ok(None),
        };
        let index = store
            .map(|store| SampleIndex::load(store, self.series()))
            .transpose()?;
        let results: Vec<ResultId> = recorded_results(self.schema())
            .map(|(_, var)| result_id(var))
            .collect();
        let evidence = self.is_evidence();
        let policy = policy.unwrap_or(CodePolicy::of(evidence));
        let machine_policy = machine_policy.unwrap_or(MachinePolicy::of(evidence));
        let mut keys = self.key_maker();
        // Rounds of times have the epoch of their run in their keys; samples without one are of epoch 0.
        let mut epochs = vec![0];
        if let Some(index) = index.as_ref().filter(|_| self.is_timed()) {
            let known = index.epochs().newest_first(0).into_iter();
            epochs.extend(known.map(|(epoch, _)| epoch));
        }
        let mut is_stored = |point: u64, repeat: u32| {
            let values = self.values(point);
            let mut keys = epochs
                .iter()
                .map(|epoch| keys.key_in(*epoch, &values, repeat));
            keys.any(|key| {
                let stored = index.as_ref().and_then(|index| index.get(key));
                stored.is_some_and(|stored| {
                    !stored.provenance.provisional
                        && (policy != CodePolicy::Strict || stored.code == code)
                        && !machine_policy.rejects(machine, stored.machine)
                        && results.iter().all(|result| stored.get(result).is_some())
                })
            })
        };
        let mut forecast = Forecast::default();
        for point in 0..points {
            if matches!(self.skipped(point), Ok(Some(_))) {
                forecast.skipped += u64::from(repeats);
                continue;
            }
            for repeat in 1..=repeats {
                if is_stored(point, repeat) {
                    forecast.stored += 1;
                } else {
                    forecast.to_run += 1;
                }
            }
        }
        Ok(Some(forecast))
    }
}
