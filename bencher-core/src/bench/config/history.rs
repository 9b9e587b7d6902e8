use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::record::OnHistoryReset;

/// How the runs of a sweep are kept over time, and judged by earlier ones.
///
/// ```
/// use bencher_core::bench::{HistoryOptions, RunConfig};
/// let history = HistoryOptions {
///     over_time: true,
///     regression: vec!["adaptive".to_owned(), "moves=1200".to_owned()],
///     ..HistoryOptions::default()
/// };
/// let config = RunConfig { history, ..RunConfig::default() };
/// assert!(!config.history.regression_fail);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryOptions {
    /// Append every finished sweep to its history (no).
    pub over_time: bool,
    /// The label of the run in the history; `git` stands for date and commit. `None` means the moment.
    pub event: Option<String>,
    /// What to do if past runs no longer count, because the declaration changed (warn).
    pub on_reset: OnHistoryReset,
    /// The number of snapshots that are kept of each sweep (all).
    pub max_time_events: Option<NonZeroUsize>,
    /// The same for single results, by name.
    pub max_time_events_of: BTreeMap<String, NonZeroUsize>,
    /// Remove the history of a sweep before the run is appended (no).
    pub clear: bool,
    /// The rules that judge a run by its history: `METHOD[:THRESHOLD]` for all results, `RESULT=METHOD:THRESHOLD`,
    /// `RESULT=LIMIT` or `RESULT=none` for one (no rules).
    pub regression: Vec<String>,
    /// The number of earlier snapshots from which a regression fails a run (1).
    pub regression_min_history: u32,
    /// The name under which the results of the run are kept, to compare later ones with (none).
    pub save_baseline: Option<String>,
    /// The baseline with which the results of the run are compared (none).
    pub baseline: Option<String>,
    /// A regression makes the run a failure (no).
    pub regression_fail: bool,
}
