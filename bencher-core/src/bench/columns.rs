//! The columns that a table shows beside the centre of a measured time.

use crate::dataset::{Dataset, Dim, DimRole, UnitScale, Variable, digits};
use crate::measure::SliceCounts;
use crate::stats;

/// The attribute of a dataset that holds the share of the slices of each point that were discarded, by the text of its
/// inputs.
const DISCARDED: &str = "discarded slices";

/// Selects the columns beside every measured time.
///
/// ```
/// use bencher_core::bench::TimeColumns;
/// let columns = TimeColumns { fastest: true, ..TimeColumns::default() };
/// assert!(!columns.median && columns.fastest);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct TimeColumns {
    /// The shortest round (no).
    pub fastest: bool,
    /// The median of the rounds (no).
    pub median: bool,
    /// The relative spread of one round (no).
    pub noise: bool,
    /// The number of rounds that count, and of those that have a time (no).
    pub rounds: bool,
    /// The share of discarded timing slices in this run (no).
    pub discarded: bool,
}

impl TimeColumns {
    /// The names of the columns, in their order.
    pub(super) const NAMES: [&str; 5] = ["fastest", "median", "noise", "rounds", "discarded"];

    /// The switch of a column.
    pub(super) fn column(&mut self, name: &str) -> Option<&mut bool> {
        match name {
            "fastest" => Some(&mut self.fastest),
            "median" => Some(&mut self.median),
            "noise" => Some(&mut self.noise),
            "rounds" => Some(&mut self.rounds),
            "discarded" => Some(&mut self.discarded),
            _ => None,
        }
    }

    /// The names of the columns that are shown.
    pub(super) fn names(mut self) -> Vec<&'static str> {
        let shown = Self::NAMES.into_iter();
        shown
            .filter(|name| self.column(name).is_some_and(|on| *on))
            .collect()
    }

    /// Their heads, for a result.
    pub(super) fn labels(self, result: &str) -> Vec<String> {
        let names = self.names().into_iter();
        names.map(|name| format!("{result} {name}")).collect()
    }

    /// Their texts for a point whose repeats begin at `first`.
    pub(super) fn texts(
        self,
        dataset: &Dataset,
        variable: &Variable,
        first: usize,
        repeats: usize,
    ) -> Vec<String> {
        let names = self.names();
        if names.is_empty() {
            return Vec::new();
        }
        let cells: Vec<usize> = (first..first + repeats).collect();
        let time = dataset.point_time(variable, &cells);
        let times: Vec<f64> = time
            .rounds
            .iter()
            .filter_map(|round| round.seconds())
            .collect();
        // Of a point below resolution they are the rounds that were disturbed, of one that timed out those that did
        // not.
        let is_known = !time.is_below_resolution && !time.is_timed_out;
        let number = |x: Option<f64>| {
            let text = |x: f64| {
                let scale = UnitScale::for_magnitude(&variable.info.units, x);
                let number = digits(scale.apply(x), 4);
                format!("{number} {}", scale.units()).trim_end().to_owned()
            };
            x.filter(|_| is_known).map(text).unwrap_or_default()
        };
        let percent = |share: Option<f64>| {
            let text = |share: f64| format!("{} %", digits(share * 100.0, 2));
            share.map(text).unwrap_or_default()
        };
        let one = |name| match name {
            "fastest" => number(stats::min(&times)),
            "median" => number(stats::median(&times)),
            "noise" => percent(dataset.summary_of_time(&time).map(|found| found.noise)),
            "rounds" => {
                let counting = time.counts.iter().filter(|counts| **counts).count();
                format!("{counting} of {}", times.len() + time.below)
            }
            _ => percent(discarded_share(dataset, first)),
        };
        names.into_iter().map(one).collect()
    }
}

/// Keeps the shares of discarded slices with a dataset as it was measured, point by point.
pub(super) fn keep_discarded(dataset: &mut Dataset, counts: &[(u64, SliceCounts)]) {
    let repeats = dataset
        .dims()
        .iter()
        .filter(|dim| dim.role != DimRole::Input);
    let repeats: usize = repeats.map(Dim::len).product();
    let share = |(point, counts): &(u64, SliceCounts)| {
        let share = counts.discarded_share();
        let flat = usize::try_from(*point).ok()?.checked_mul(repeats)?;
        (share > 0.0).then(|| (point_text(dataset, flat), serde_json::Value::from(share)))
    };
    let shares = crate::sort::object(counts.iter().filter_map(share));
    if !shares.is_empty() {
        let text = serde_json::Value::Object(shares).to_string();
        dataset.attributes.insert(DISCARDED.to_owned(), text);
    }
}

/// The inputs of a point as the attribute has them.
fn point_text(dataset: &Dataset, flat: usize) -> String {
    let inputs = dataset.inputs_at(flat).into_iter();
    let inputs: Vec<String> = inputs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    inputs.join(",")
}

fn discarded_share(dataset: &Dataset, flat: usize) -> Option<f64> {
    let shares = dataset.attributes.get(DISCARDED)?;
    let shares: serde_json::Map<String, serde_json::Value> = serde_json::from_str(shares).ok()?;
    Some(
        shares
            .get(&point_text(dataset, flat))
            .map_or(0.0, |share| share.as_f64().unwrap_or(0.0)),
    )
}
