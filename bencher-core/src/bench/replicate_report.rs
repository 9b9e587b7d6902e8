//! The report of a replicate to the process that started it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::sweep_executor::RunEnd;

/// The measurements of a process, by the titles of its sweeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReplicateReport {
    /// How long its sweeps took, in seconds.
    pub(crate) seconds: f64,
    /// The sweeps some of whose rounds an earlier run measured.
    pub(crate) earlier: BTreeSet<String>,
    /// The sweeps some of whose rounds this run measured.
    pub(crate) fresh: BTreeSet<String>,
    /// The sweeps that were measured again, and why.
    pub(crate) anew: Vec<(String, String)>,
}

impl ReplicateReport {
    /// Adds the outcome of a sweep.
    pub(super) fn add(&mut self, title: &str, end: &RunEnd) {
        if end.has_earlier_rounds {
            self.earlier.insert(title.to_owned());
        }
        if end.calls.executed > 0 {
            self.fresh.insert(title.to_owned());
        }
        if let Some(differing) = end.differing.filter(|found| found.are_measured_anew) {
            self.anew.push((title.to_owned(), differing.to_string()));
        }
    }

    /// Adds the report of another process of the same run.
    pub(crate) fn extend(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.earlier.extend(other.earlier);
        self.fresh.extend(other.fresh);
        self.anew.extend(other.anew);
    }

    /// Whether a sweep has rounds of this run beside those of an earlier one.
    pub(crate) fn is_mixed(&self) -> bool {
        !self.earlier.is_disjoint(&self.fresh)
    }
}
