//! The results of records that can be compared.

use std::collections::BTreeSet;

use crate::dataset::{Dataset, PointValues, VariableInfo};
use crate::record::SweepRecord;
use crate::regression::presence::Presence;
use crate::regression::proportions::Proportion;
use crate::stats::median;
use crate::value::Kind;

/// What the numbers of a result are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// A measured time: its runs differ by what the machine does.
    Time,
    /// A whole number, which a single sample gives as well as several, where they agree.
    Whole,
    /// Another number.
    Number,
    /// Whether something holds.
    Truth,
}

impl Nature {
    fn of(info: &VariableInfo) -> Option<Self> {
        match info.kind {
            _ if info.timed => Some(Self::Time),
            Kind::Seconds | Kind::Float(_) => Some(Self::Number),
            Kind::Int(_) | Kind::Uint(_) => Some(Self::Whole),
            Kind::Bool => Some(Self::Truth),
            _ => None,
        }
    }
}

/// Which sweep a record is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SweepName {
    pub(super) bench: String,
    pub(super) title: String,
    pub(super) tag: String,
}

impl SweepName {
    pub(super) fn of(record: &SweepRecord) -> Self {
        Self {
            bench: record.bench.clone(),
            title: record.title.clone(),
            tag: record.tag.clone(),
        }
    }
}

/// The results of a record that are compared. What is computed from times that are compared themselves is left out:
/// it would only make the family larger.
pub(super) fn compared_results(dataset: &Dataset) -> Vec<(&VariableInfo, Nature)> {
    let variables = dataset.variables().iter().map(|variable| &variable.info);
    let compared = variables.filter(|info| !dataset.is_computed_from_times(&info.name));
    compared
        .filter_map(|info| Some((info, Nature::of(info)?)))
        .collect()
}

/// The titles of the sweeps that only one side has, as notes.
pub(super) fn notes_of_sides(base: &[SweepRecord], candidate: &[SweepRecord]) -> Vec<String> {
    let names = |records: &[SweepRecord]| -> BTreeSet<SweepName> {
        records.iter().map(SweepName::of).collect()
    };
    let (base, candidate) = (names(base), names(candidate));
    let note = |name: &SweepName, side: &str| {
        format!(
            "sweep \"{}\" is only in the {side}; it is not compared",
            name.title
        )
    };
    let of_base = base.difference(&candidate).map(|name| note(name, "base"));
    let of_candidate = candidate
        .difference(&base)
        .map(|name| note(name, "candidate"));
    of_base.chain(of_candidate).collect()
}

/// Whether a point has values.
pub(super) fn presence(point: &PointValues) -> Presence {
    if point.is_below_resolution {
        Presence::BelowResolution
    } else if point.replicates.iter().any(|x| x.is_finite()) {
        Presence::Measured
    } else {
        Presence::Missing
    }
}

/// The successes among truth values.
pub(super) fn successes(repeats: &[f64]) -> Proportion {
    let truths: Vec<bool> = repeats.iter().map(|x| *x != 0.0).collect();
    Proportion::of(&truths)
}

/// The one number that stands for a side in a table.
pub(super) fn centre(values: &[f64]) -> Option<f64> {
    let known: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    median(&known)
}
