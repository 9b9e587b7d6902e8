//! The stored points that a search knows when it begins.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use crate::job::{CodePolicy, MachinePolicy, Sample};
use crate::optimize::{Place, Proposals};
use crate::plan::result_id;
use crate::store::{Pack, ResultId, SampleStore, Series, StoreError};
use crate::value::{Digest, KeyWriter, Value};

use super::evaluations::{Objectives, centre_of, objectives_of};
use super::run::SweepExecutor;
use super::run_options::RunOptions;
use super::search_best::CONTENDERS;
use super::search_run::{SearchRun, SearchRunError};

/// The most stored points that a search knows: its models use fewer.
const MOST: usize = 10_000;

/// The version of the list of known points.
const VERSION: u32 = 1;

/// A stored point.
struct StoredPoint {
    /// Its number in the plan that computes formulas.
    number: u64,
    place: Place,
    /// The objectives of its samples, by their digests: so sums are the same on every start.
    samples: BTreeMap<u128, Objectives>,
}

/// Stored points by the digests of their values.
type StoredPoints = BTreeMap<u128, StoredPoint>;

impl SweepExecutor {
    /// Teaches a search the stored points of its series, on its grid or off it, and queues the best of them. A search
    /// that began before knows those that were stored then, so that it makes the same proposals again.
    ///
    /// # Errors
    /// Where the store can neither be read nor written.
    pub(super) fn learn(
        &self,
        store: &mut dyn SampleStore,
        options: &RunOptions,
        search: &mut SearchRun,
    ) -> Result<usize, SearchRunError> {
        let series = Series::known_points(self.identity_of(&search.proposals), VERSION);
        let known_before = read_list(store, &series)?;
        let mut points = if options.overwrite {
            BTreeMap::new()
        } else {
            self.stored_points(&*store, options, search)?
        };
        match known_before {
            Some(known) => points.retain(|digest, _| known.contains(digest)),
            None => {
                limit(&mut points);
                write_list(store, &series, points.keys())?;
            }
        }
        let (plan, goals) = (&self.plan, &search.goals);
        let proposals = &mut search.proposals;
        let mut count = 0;
        for (_, point) in points {
            let centre = centre_of(plan, goals, point.samples.values());
            if centre.is_ok() {
                proposals.learn(point.place, centre)?;
                count += 1;
            }
        }
        proposals.queue_learned(CONTENDERS);
        Ok(count)
    }

    /// What makes a search another one.
    fn identity_of(&self, proposals: &Proposals) -> Digest {
        let mut key = KeyWriter::default();
        let series = self.plan.series();
        key.text(&series.tag);
        key.text(&series.sweep_type);
        key.number(u128::from(series.version));
        proposals.write(&mut key);
        key.digest()
    }

    /// All points of the series that have a place, by the digest of their values.
    fn stored_points(
        &self,
        store: &dyn SampleStore,
        options: &RunOptions,
        search: &SearchRun,
    ) -> Result<StoredPoints, SearchRunError> {
        let space = search.proposals.space();
        let evidence = self.plan.is_evidence();
        let policy = options.policy.unwrap_or(CodePolicy::of(evidence));
        let machines = options
            .machine_policy
            .unwrap_or(MachinePolicy::of(evidence));
        let wanted: Vec<ResultId> = self
            .plan
            .recorded()
            .map(|(_, var)| result_id(var))
            .collect();
        // Formulas are computed at a point of a plan.
        let (scratch, rows) = self.plan.growing(space.searched())?;
        let names = self.plan.input_names();
        let mut keys = self.plan.key_maker();
        let mut points = StoredPoints::new();
        store.load(self.plan.series(), &mut |pack| {
            let is_rejected = policy == CodePolicy::Strict && pack.code != options.code
                || machines.rejects(options.machine, pack.machine);
            let inputs: Option<Vec<usize>> = names
                .iter()
                .map(|name| pack.inputs.iter().position(|known| known == name))
                .collect();
            let Some(inputs) = inputs.filter(|_| !is_rejected) else {
                return;
            };
            let results: Vec<Option<usize>> = wanted
                .iter()
                .map(|wanted| pack.results.iter().position(|known| known == wanted))
                .collect();
            for sample in pack.samples() {
                let values: Option<Vec<Value>> = inputs
                    .iter()
                    .map(|at| sample.inputs.get(*at).cloned())
                    .collect();
                let Some(values) = values else { continue };
                let Digest(digest) = keys.key(&values, 0);
                let Digest(key) = keys.key_in(pack.provenance.epoch, &values, sample.repeat);
                let next = points.len() as u64;
                let point = match points.entry(digest) {
                    Entry::Occupied(point) => point.into_mut(),
                    Entry::Vacant(new) => {
                        let row = space.row_of(&values);
                        let value = row.and_then(|row| scratch.row_value(space.searched(), &row));
                        let (Some(place), Some(value)) = (space.place_of(&values), value) else {
                            continue;
                        };
                        rows.push(value);
                        new.insert(StoredPoint {
                            number: next,
                            place,
                            samples: BTreeMap::new(),
                        })
                    }
                };
                let own = results
                    .iter()
                    .map(|at| sample.results.get((*at)?).cloned().flatten());
                let own: Sample = own.collect();
                let objectives = objectives_of(&scratch, point.number, &search.goals, &own);
                if objectives.is_ok() {
                    point.samples.insert(key, objectives);
                }
            }
        })?;
        points.retain(|_, point| !point.samples.is_empty());
        Ok(points)
    }
}

/// Leaves a limited number of points, spread evenly over their digests.
fn limit(points: &mut StoredPoints) {
    let count = points.len();
    if count > MOST {
        let mut at = 0;
        points.retain(|_, _| {
            at += 1;
            at * MOST / count > (at - 1) * MOST / count
        });
    }
}

/// The digests of the points that a search knew when it began; none where it did not begin.
fn read_list(
    store: &dyn SampleStore,
    series: &Series,
) -> Result<Option<HashSet<u128>>, StoreError> {
    let mut known = None;
    store.load(series, &mut |pack| {
        let digests = pack.samples().filter_map(|sample| match sample.inputs {
            [Value::Int(digest)] => Some(digest.cast_unsigned()),
            [Value::Big(digest)] => Some(*digest),
            _ => None,
        });
        known.get_or_insert_with(HashSet::new).extend(digests);
    })?;
    Ok(known)
}

fn write_list<'d>(
    store: &mut dyn SampleStore,
    series: &Series,
    digests: impl Iterator<Item = &'d u128>,
) -> Result<(), StoreError> {
    let mut list = Pack::new(series.clone(), Digest(0), vec!["point".to_owned()], vec![]);
    // A list of none says that the search began, too.
    for digest in std::iter::once(&0).chain(digests) {
        list.push(vec![Value::from(*digest)], 1, vec![]);
    }
    store.append(&[list])
}
