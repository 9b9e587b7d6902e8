//! Rebuilds samples of the database from result files.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::SampleStore;
use super::error::StoreError;
use super::index::{KeyMaker, SampleIndex, StoredResults};
use super::pack::{Pack, ResultId, Series};
use super::provenance::Provenance;
use super::results::{all_results, order, read_record};
use super::writer::PACK;
use crate::dataset::{CellState, Dataset, Dim, DimRole, ROUNDS_PER_REPLICATE, Variable};
use crate::measure::Environment;
use crate::record::SweepRecord;
use crate::sort;
use crate::value::{Digest, Kind, Value};

/// The outcome of a rebuild.
///
/// See [`rebuild_samples`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RebuildReport {
    /// Samples that were added.
    pub added: u64,
    /// Samples of results that were in the store already.
    pub known: u64,
    /// Skipped result files, each with the reason.
    pub passed_over: Vec<String>,
}

impl fmt::Display for RebuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            added,
            known,
            passed_over,
        } = self;
        write!(f, "{added} samples were added, {known} were here already")?;
        passed_over
            .iter()
            .try_for_each(|what| write!(f, "\nskipped: {what}"))
    }
}

/// Adds the samples in result files to a store that lacks them.
///
/// It replaces no stored sample. Of two results, the samples of the newer one count. The executable of the samples is
/// unknown, so a run that requires its own executable measures them again.
///
/// ```
/// use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// use bencher_core::record::{Counts, SweepRecord};
/// use bencher_core::store::{MemoryStore, rebuild_samples, save_result};
/// use bencher_core::value::{Kind, Value};
/// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
/// let moves = VariableInfo::new("moves", Kind::Uint(64));
/// let mut dataset = Dataset::new("By length", vec![len, Dim::repeats(1)], vec![moves])?;
/// dataset.variable_mut(0).ok_or("no variable")?.record(1, &Value::from(6), CellState::Measured)?;
/// # let record = SweepRecord {
/// #     bench: "Sorting".to_owned(),
/// #     title: "By length".to_owned(),
/// #     description: String::new(),
/// #     post_description: String::new(),
/// #     tag: String::new(),
/// #     started: "2026-03-01T12:00:00.000+00:00".to_owned(),
/// #     dataset,
/// #     constants: vec![],
/// #     failures: vec![],
/// #     counts: Counts::default(),
/// #     timings: vec![],
/// #     warnings: vec![],
/// #     sweep_type: "demo::Sorting".to_owned(),
/// #     version: 1,
/// #     identity: None,
/// #     environment: None,
/// # };
/// let root = tempfile::tempdir()?;
/// save_result(root.path(), &record)?;
/// let mut store = MemoryStore::default();
/// assert_eq!(rebuild_samples(root.path(), &mut store)?.added, 1, "the other is pending");
/// assert_eq!(rebuild_samples(root.path(), &mut store)?.known, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the results cannot be listed, or the store cannot be read or written.
pub fn rebuild_samples(
    root: &Path,
    store: &mut dyn SampleStore,
) -> Result<RebuildReport, StoreError> {
    let mut rebuilt = RebuildReport::default();
    let mut packs = Vec::new();
    for path in all_results(root)? {
        let named = |problem: &str| format!("{} {problem}", path.display());
        match read_record(&path) {
            Ok(record) => match pack_of(&record) {
                Some(pack) => packs.push((order(&path).0, pack)),
                None => rebuilt
                    .passed_over
                    .push(named("does not name the type and version of its sweep")),
            },
            Err(error) => rebuilt.passed_over.push(error.to_string()),
        }
    }
    // The newest first: later samples with the same identity are skipped.
    sort::by_key(&mut packs, |(number, pack)| {
        std::cmp::Reverse((*number, pack.written_ms))
    });
    let mut taken: HashSet<Digest> = HashSet::new();
    let mut known: Option<(Series, SampleIndex)> = None;
    for (_, pack) in packs {
        if !matches!(&known, Some((series, _)) if *series == pack.series) {
            known = Some((pack.series.clone(), SampleIndex::load(store, &pack.series)?));
        }
        let index = known.as_ref().map(|(_, index)| index);
        let mut keys = KeyMaker::new(&pack.series, &pack.inputs);
        let epoch = pack.provenance.epoch;
        let others: Vec<u64> = match index {
            Some(index) if epoch != 0 => index.epochs().numbers().collect(),
            _ => Vec::new(),
        };
        let mut missing = pack.filtered(|sample| {
            // A record does not name the run of each of its times.
            let mut others = others.iter().map(|epoch| {
                let key = keys.key_in(*epoch, sample.inputs, sample.repeat);
                index.and_then(|index| index.get(key))
            });
            let is_same = |stored: StoredResults<'_>| {
                let results: Option<Vec<_>> = stored.sample(&pack.results);
                results.is_some_and(|results| results == sample.results)
            };
            if others.any(|stored| stored.is_some_and(is_same)) {
                return false;
            }
            let key = keys.key_in(epoch, sample.inputs, sample.repeat);
            !index.is_some_and(|index| index.contains(key)) && taken.insert(key)
        });
        rebuilt.added += missing.len() as u64;
        rebuilt.known += (pack.len() - missing.len()) as u64;
        if !missing.is_empty() {
            store.append(&missing.split(PACK))?;
        }
    }
    store.sync()?;
    Ok(rebuilt)
}

/// The samples of a result, as one pack; `None` where the record does not say what they are of.
pub(super) fn pack_of(record: &SweepRecord) -> Option<Pack> {
    if record.sweep_type.is_empty() {
        return None;
    }
    let series = Series {
        tag: record.tag.clone(),
        sweep_type: record.sweep_type.clone(),
        version: record.version,
    };
    let dataset = &record.dataset;
    let inputs = dataset.dims().iter();
    let inputs = inputs.filter(|dim| dim.role == DimRole::Input);
    let constants = record.constants.iter();
    let names = inputs
        .flat_map(names_of)
        .chain(constants.clone().map(|constant| constant.name.clone()));
    let results = results_of(dataset);
    let ids = results.iter().map(|result| result.id.clone()).collect();
    let machine = record.environment.as_ref().map(Environment::class);
    let mut pack = Pack::new(series, Digest(0), names.collect(), ids).with_machine(machine);
    let started = record.started.parse::<jiff::Timestamp>();
    pack.written_ms = started.map_or(0, jiff::Timestamp::as_millisecond);
    if dataset.variables().iter().any(|var| var.info.timed) {
        // Times of one record were compared, or are of one run; those of two records need not agree.
        let run = u64::try_from(pack.written_ms).unwrap_or(0);
        let rounds = dataset.attributes.get(ROUNDS_PER_REPLICATE);
        pack.provenance = Provenance {
            epoch: run,
            run,
            rounds_per_replicate: rounds.and_then(|text| text.parse().ok()).unwrap_or(0),
            provisional: false,
        };
    }
    for flat in 0..dataset.len() {
        let position = dataset.position(flat)?;
        let (mut values, mut repeat) = (Vec::with_capacity(pack.inputs.len()), 1);
        for (dim, at) in dataset.dims().iter().zip(position) {
            let value = dim.values.get(at)?;
            match (dim.role, value) {
                (DimRole::Input, Value::Item(row)) if is_zipped(dim) => {
                    values.extend(row.parts().map(|(_, part)| part.clone()));
                }
                (DimRole::Input, _) => values.push(value.clone()),
                (DimRole::Repeat, Value::Int(number)) => repeat = u32::try_from(*number).ok()?,
                // One sample stands for one repeat of one run.
                _ => return None,
            }
        }
        values.extend(constants.clone().map(|constant| constant.value.clone()));
        if results.iter().all(|result| result.ran(flat)) {
            let sample = results.iter().map(|result| result.value(flat));
            pack.push(values, repeat, sample.collect());
        }
    }
    Some(pack)
}

/// Whether a dimension is of several inputs that go together: its values are items without a name.
fn is_zipped(dim: &Dim) -> bool {
    let row = |value: &Value| value.as_item().is_some_and(|row| row.name().is_empty());
    !dim.is_empty() && dim.values.iter().all(row)
}

/// The inputs that a dimension is of.
fn names_of(dim: &Dim) -> Vec<String> {
    match dim.values.first() {
        Some(Value::Item(row)) if is_zipped(dim) => {
            row.parts().map(|(name, _)| name.to_owned()).collect()
        }
        _ => vec![dim.name.clone()],
    }
}

/// A result and the variables that hold it: one, or one for each part of a vector.
struct Recorded<'a> {
    id: ResultId,
    variables: Vec<&'a Variable>,
}

impl Recorded<'_> {
    /// Whether a cell's sample ran to its end, whether or not it set this result.
    fn ran(&self, flat: usize) -> bool {
        let ran = |state: &CellState| state.has_value() || *state == CellState::Missing;
        let mut states = self
            .variables
            .iter()
            .map(|variable| variable.states().get(flat));
        states.all(|state| state.is_some_and(ran))
    }

    /// What it set.
    fn value(&self, flat: usize) -> Option<Value> {
        if let Kind::Vector(_) = self.id.kind {
            let parts = self.variables.iter().map(|variable| variable.number(flat));
            let parts: Vec<f64> = parts.collect::<Option<_>>()?;
            return Some(Value::Vector(parts.into()));
        }
        let value = self.variables.first()?.cell(flat)?.value?;
        match &value {
            // A column holds moments as text.
            Value::Text(text) if self.id.kind == Kind::DateTime => self.id.kind.parse(text),
            _ => Some(value),
        }
    }
}

/// The results of a dataset: `parts[0]`, `parts[1]` … are one again.
fn results_of(dataset: &Dataset) -> Vec<Recorded<'_>> {
    let mut results: Vec<Recorded<'_>> = Vec::new();
    for variable in dataset.variables() {
        let info = &variable.info;
        let part = info
            .name
            .strip_suffix(']')
            .and_then(|name| name.rsplit_once('['));
        let (name, kind) = match part.and_then(|(name, n)| Some((name, n.parse::<u16>().ok()?))) {
            Some((name, n)) => (name, Kind::Vector(n.saturating_add(1))),
            None => (info.name.as_str(), info.kind),
        };
        match results.last_mut() {
            Some(last) if matches!(kind, Kind::Vector(n) if n > 1) && last.id.name == name => {
                last.id.kind = kind;
                last.variables.push(variable);
            }
            _ => results.push(Recorded {
                id: ResultId {
                    name: name.to_owned(),
                    kind,
                    meaning_version: info.meaning_version,
                },
                variables: vec![variable],
            }),
        }
    }
    results
}
