//! The record of a finished sweep, which is stored and from which reports are drawn.
//!
//! A report needs nothing but [`SweepRecord`]s, and a result file holds one. Renderers and exporters therefore work
//! without the program that measured.
//!
//! ```
//! use bencher_core::dataset::{Dataset, Dim};
//! use bencher_core::record::{ConstantValue, Counts, SweepRecord};
//! let record = SweepRecord {
//!     bench: "Sorting".to_owned(),
//!     title: "By length".to_owned(),
//!     description: String::new(),
//!     post_description: String::new(),
//!     tag: String::new(),
//!     started: "2026-03-01T12:00:00.000+00:00".to_owned(),
//!     dataset: Dataset::new("By length", vec![Dim::repeats(2)], vec![])?,
//!     constants: vec![ConstantValue { name: "len".to_owned(), value: 10.into(), units: String::new() }],
//!     failures: vec![],
//!     counts: Counts { submitted: 2, executed: 2, hits: 0, failed: 0, skipped: 0 },
//!     timings: vec![("execute".to_owned(), 0.5)],
//!     warnings: vec![],
//!     sweep_type: "demo/demo::Sorting".to_owned(),
//!     version: 1,
//!     identity: None,
//!     environment: None,
//! };
//! let json = serde_json::to_string(&record)?;
//! assert_eq!(serde_json::from_str::<SweepRecord>(&json)?, record);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alternatives;
mod caveats;
mod findings;
mod history_reset;
mod markdown;
mod search_history;

use serde::{Deserialize, Serialize};

pub use caveats::{Caveat, CaveatKind, caveats, caveats_by_result};
pub use findings::{Finding, FindingKind, findings};
pub(crate) use findings::{RACE, RACE_BEST, SEARCH, SEARCH_BEST, has_single_samples};
#[cfg(feature = "search")]
pub(crate) use findings::{SEARCH_GOAL, SEARCH_IMPORTANCE};
pub use history_reset::OnHistoryReset;
pub(crate) use markdown::escaped;
#[cfg(feature = "search")]
pub(crate) use search_history::SEARCH_HISTORY;
pub use search_history::{
    FrontClass, SearchHistory, SearchImportance, SearchObjective, SearchSlice, SearchTrial,
};

use crate::dataset::{CellState, Dataset};
use crate::measure::Environment;
use crate::value::{Digest, Value};

/// The record of one finished (or interrupted) sweep.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepRecord {
    /// The type that declared the sweep.
    pub bench: String,
    /// The sweep's title.
    pub title: String,
    /// A description, as free text; may be empty.
    pub description: String,
    /// Text that closes the report; may be empty.
    pub post_description: String,
    /// The tags of the run and of the sweep, which partition the store.
    pub tag: String,
    /// When the sweep started, as RFC 3339 text in UTC.
    pub started: String,
    /// The results.
    pub dataset: Dataset,
    /// Inputs that kept one value.
    pub constants: Vec<ConstantValue>,
    /// The samples that failed.
    pub failures: Vec<Failure>,
    /// The counts of samples by their origin.
    pub counts: Counts,
    /// How long each phase took, in seconds, in order.
    pub timings: Vec<(String, f64)>,
    /// Warnings about the numbers: debug build, interrupted, hits of other code.
    pub warnings: Vec<String>,
    /// The type of the sweep, with package and module.
    pub sweep_type: String,
    /// The author's version of the benchmark.
    pub version: u32,
    /// The identity of the sweep. Two sweeps with the same identity would run the same samples.
    pub identity: Option<Digest>,
    /// The machine, its state and the build when the sweep began; `None` in records of versions 1 and 2.
    pub environment: Option<Environment>,
}

/// An input that kept one value.
///
/// ```
/// use bencher_core::record::ConstantValue;
/// let len = ConstantValue { name: "len".to_owned(), value: 10.into(), units: "elements".to_owned() };
/// assert_eq!(format!("{} = {} {}", len.name, len.value, len.units), "len = 10 elements");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConstantValue {
    /// The input.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The unit; empty where it has none.
    pub units: String,
}

/// A sample that failed.
///
/// ```
/// use bencher_core::record::Failure;
/// let failure = Failure {
///     inputs: vec![("len".to_owned(), 13.into())],
///     repeat: 1,
///     error: "thirteen elements".to_owned(),
/// };
/// assert_eq!(failure.inputs[0].1.as_f64(), Some(13.0));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The inputs of the point.
    pub inputs: Vec<(String, Value)>,
    /// The repeat of the point, from 1.
    pub repeat: u32,
    /// The error.
    pub error: String,
}

/// The counts of samples by their origin.
///
/// ```
/// use bencher_core::record::Counts;
/// let counts = Counts { submitted: 9, executed: 5, hits: 4, failed: 1, skipped: 3 };
/// assert_eq!(counts.executed + counts.hits, counts.submitted);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Samples with an outcome: points times repeats, fewer after an interrupt.
    pub submitted: u64,
    /// Samples executed by this run.
    pub executed: u64,
    /// Samples taken from the store.
    pub hits: u64,
    /// Executed samples that failed, including samples stopped at their time limit.
    pub failed: u64,
    /// Samples skipped by a constraint; none of them was submitted.
    pub skipped: u64,
}

impl SweepRecord {
    /// The number of failed samples that were stopped at their time limit.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let result = bench.sweep("By length").inputs([Sorting::LEN.values([12_u64, 13])]).run()?;
    /// let record = result.record();
    /// assert_eq!((record.counts.failed, record.timed_out()), (1, 0), "it failed in time");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn timed_out(&self) -> u64 {
        // A sample that was ended has no result, so one result speaks for all.
        let first = self.dataset.variables().first();
        let states = first.map_or(&[][..], |variable| variable.states());
        let late = states.iter().filter(|state| **state == CellState::TimedOut);
        late.count() as u64
    }

    /// The record of a sweep that was not run: its name, and its shape if that is known.
    pub(crate) fn pending(bench: &str, title: String, dataset: Option<Dataset>) -> Self {
        Self {
            bench: bench.to_owned(),
            dataset: dataset.unwrap_or_else(|| Dataset::scalar(title.clone())),
            title,
            description: String::new(),
            post_description: String::new(),
            tag: String::new(),
            started: String::new(),
            constants: Vec::new(),
            failures: Vec::new(),
            counts: Counts::default(),
            timings: Vec::new(),
            warnings: Vec::new(),
            sweep_type: String::new(),
            version: 0,
            identity: None,
            environment: None,
        }
    }
}
