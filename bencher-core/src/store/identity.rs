//! Finds the result of an earlier run of a sweep.

use std::path::{Path, PathBuf};

use super::default_root::slug;
use super::error::StoreError;
use super::files::{entries, remove};
use super::pack::ResultId;
use super::results::{load_result, order};
use crate::dataset::{CellState, Dataset, DimRole};
use crate::record::SweepRecord;
use crate::sort;
use crate::value::{Digest, KeyWriter, Value};

/// The identity of a sweep. Two sweeps with equal fields have the same result.
///
/// The order of inputs and of their values matters; the order of results and constants does not. Title, description,
/// units and direction do not count.
///
/// ```
/// use bencher_core::store::{ResultId, SweepIdentity};
/// use bencher_core::value::{Kind, Value};
/// let (len, algo) = (("len", vec![Value::from(4)]), ("algo", vec![Value::from("Quick")]));
/// let sweep = SweepIdentity {
///     bench: "Sorting",
///     sweep_type: "demo::Sorting",
///     version: 1,
///     tag: "",
///     over_time: false,
///     repeats: 3,
///     inputs: vec![len.clone(), algo.clone()],
///     results: vec![ResultId::new("moves", Kind::Uint(64)), ResultId::new("ok", Kind::Bool)],
///     constants: vec![("seed", Value::from(7)), ("presorted", Value::from(false))],
/// };
/// let mut other = sweep.clone();
/// other.results.reverse();
/// other.constants.reverse();
/// assert_eq!(other.digest(), sweep.digest());
/// other.inputs.reverse();
/// assert_ne!(other.digest(), sweep.digest());
/// ```
#[derive(Clone, Debug)]
pub struct SweepIdentity<'a> {
    /// The name of the type that declared the sweep.
    pub bench: &'a str,
    /// The type of the sweep, with package and module.
    pub sweep_type: &'a str,
    /// The author's version of the benchmark.
    pub version: u32,
    /// The tag that partitions the store.
    pub tag: &'a str,
    /// Whether the result joins a history.
    pub over_time: bool,
    /// How often each point is measured.
    pub repeats: u32,
    /// The swept inputs in their order, each with its values.
    pub inputs: Vec<(&'a str, Vec<Value>)>,
    /// The results.
    pub results: Vec<ResultId>,
    /// The constants, each with its value.
    pub constants: Vec<(&'a str, Value)>,
}

impl SweepIdentity<'_> {
    /// The digest of the identity, which [`SweepRecord::identity`] holds and [`find_result`] looks for.
    pub fn digest(&self) -> Digest {
        let mut key = KeyWriter::default();
        for text in [self.bench, self.sweep_type, self.tag] {
            key.text(text);
        }
        for number in [self.version, u32::from(self.over_time), self.repeats] {
            key.number(u128::from(number));
        }
        key.number(self.inputs.len() as u128);
        for (name, values) in &self.inputs {
            key.text(name);
            key.number(values.len() as u128);
            for value in values {
                key.value(value);
            }
        }
        let results = self.results.iter().map(|result| {
            let mut key = KeyWriter::default();
            key.text(&result.name);
            // As it stands in records: the number of a kind never changes.
            let kind = postcard::to_extend(&result.kind, Vec::new()).unwrap_or_default();
            key.number(Digest::of(&kind).0);
            key.number(u128::from(result.meaning_version));
            key.digest()
        });
        unordered(&mut key, results);
        let constants = self.constants.iter().map(|(name, value)| {
            let mut key = KeyWriter::default();
            key.text(name);
            key.value(value);
            key.digest()
        });
        unordered(&mut key, constants);
        key.digest()
    }
}

/// Removes the stored results of an identity, and returns their number. The samples stay.
///
/// ```
/// use bencher_core::store::remove_results;
/// use bencher_core::value::Digest;
/// let root = tempfile::tempdir()?;
/// assert_eq!(remove_results(root.path(), "Sorting", Digest(7))?, 0, "nothing is stored");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where a directory cannot be read, or a file cannot be removed.
pub fn remove_results(root: &Path, bench: &str, identity: Digest) -> Result<usize, StoreError> {
    let found = results_of(root, bench, identity)?;
    found.iter().try_for_each(|path| remove(path))?;
    Ok(found.len())
}

/// The results whose name says this identity, the oldest first.
fn results_of(root: &Path, bench: &str, identity: Digest) -> Result<Vec<PathBuf>, StoreError> {
    let ending = format!("-{identity}.result");
    let mut candidates: Vec<PathBuf> = Vec::new();
    for sweep in entries(&root.join("results").join(slug(bench)))? {
        candidates.extend(entries(&sweep)?);
    }
    let name = |path: &PathBuf| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    candidates.retain(|path| name(path).is_some_and(|name| name.ends_with(&ending)));
    sort::by_key(&mut candidates, |path| order(path));
    Ok(candidates)
}

/// Parts whose order does not count.
fn unordered(key: &mut KeyWriter, parts: impl Iterator<Item = Digest>) {
    let mut parts: Vec<Digest> = parts.collect();
    parts.sort_unstable();
    key.number(parts.len() as u128);
    for part in parts {
        key.number(part.0);
    }
}

/// Finds the newest complete result of a bench with an identity ([`SweepIdentity::digest`]); `None` where there is
/// none.
///
/// The name of a file has the identity, so that only matching files are read. Damaged results, and results of
/// interrupted sweeps, are skipped. The newest result is the one that was written last.
///
/// ```
/// use bencher_core::dataset::Dataset;
/// use bencher_core::record::{Counts, SweepRecord};
/// use bencher_core::store::{find_result, save_result};
/// use bencher_core::value::Digest;
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
/// let record = SweepRecord { identity: Some(Digest(7)), ..record };
/// save_result(root.path(), &record)?;
/// assert_eq!(find_result(root.path(), "Sorting", Digest(7))?, Some(record));
/// assert_eq!(find_result(root.path(), "Sorting", Digest(8))?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where a directory cannot be read, or another version wrote a result that is newer than all readable ones.
pub fn find_result(
    root: &Path,
    bench: &str,
    identity: Digest,
) -> Result<Option<SweepRecord>, StoreError> {
    let candidates = results_of(root, bench, identity)?;
    let whole = |record: &SweepRecord| {
        record.identity == Some(identity)
            && !record
                .dataset
                .count_states()
                .contains_key(&CellState::Pending)
    };
    for path in candidates.iter().rev() {
        match load_result(path) {
            Ok(record) if whole(&record) => return Ok(Some(record)),
            Err(error @ StoreError::OtherVersion { .. }) => return Err(error),
            _ => {}
        }
    }
    Ok(None)
}

/// Whether every point of a dataset has a sample that is not pending.
fn has_all_points(dataset: &Dataset) -> bool {
    let repeats = match dataset.dims().last() {
        Some(dim) if dim.role == DimRole::Repeat => dim.len(),
        _ => 1,
    };
    let variable = dataset.variables().first();
    variable.is_some_and(|variable| {
        let mut points = variable.states().chunks(repeats.max(1));
        points.all(|states| states.iter().any(|state| *state != CellState::Pending))
    })
}

/// Finds the newest result of an identity with pending cells, for example after an exhausted budget or an interrupt.
///
/// It prefers a result in which every point has a sample.
///
/// # Errors
/// Where a directory cannot be read.
pub fn find_partial_result(
    root: &Path,
    bench: &str,
    identity: Digest,
) -> Result<Option<SweepRecord>, StoreError> {
    let candidates = results_of(root, bench, identity)?;
    let mut newest = None;
    for path in candidates.iter().rev() {
        let Ok(record) = load_result(path) else {
            continue;
        };
        if record.identity != Some(identity) {
            continue;
        }
        if has_all_points(&record.dataset) {
            return Ok(Some(record));
        }
        newest.get_or_insert(record);
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Kind;

    fn sweep() -> SweepIdentity<'static> {
        SweepIdentity {
            bench: "Sorting",
            sweep_type: "demo::Sorting",
            version: 1,
            tag: "try",
            over_time: false,
            repeats: 2,
            inputs: vec![("a", vec![1.into(), 2.into()]), ("b", vec![0.5.into()])],
            results: vec![
                ResultId::new("x", Kind::Bool),
                ResultId::new("y", Kind::Text),
            ],
            constants: vec![("c", 3.into()), ("d", "e".into())],
        }
    }

    #[test]
    fn everything_that_matters_counts_and_nothing_else() {
        type Change = fn(&mut SweepIdentity<'static>);
        let different: [Change; 15] = [
            |sweep| sweep.bench = "Searching",
            |sweep| sweep.sweep_type = "other::Sorting",
            |sweep| sweep.version = 2,
            |sweep| sweep.tag = "",
            |sweep| sweep.over_time = true,
            |sweep| sweep.repeats = 3,
            |sweep| sweep.inputs.reverse(),
            |sweep| sweep.inputs[0].1.reverse(),
            |sweep| sweep.inputs[0].0 = "z",
            |sweep| sweep.inputs[0].1[0] = 1.0.into(),
            |sweep| sweep.results[0].kind = Kind::Text,
            |sweep| sweep.results[0].meaning_version = 2,
            |sweep| drop(sweep.results.pop()),
            |sweep| sweep.constants[0].1 = 4.into(),
            |sweep| drop(sweep.constants.pop()),
        ];
        let mut seen = vec![sweep().digest()];
        for (number, change) in different.into_iter().enumerate() {
            let mut changed = sweep();
            change(&mut changed);
            assert!(!seen.contains(&changed.digest()), "change {number}");
            seen.push(changed.digest());
        }
        let mut same = sweep();
        same.results.reverse();
        same.constants.reverse();
        assert_eq!(same.digest(), sweep().digest());
    }
}
