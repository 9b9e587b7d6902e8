//! Results that no sample of a sweep set, although the sweep declares them.

use crate::dataset::{CellState, Dataset};
use crate::plan::Plan;
use crate::value::Kind;
use crate::var::ResultVar;

/// Warnings about every kept result that no sample set, although some samples did not fail.
///
/// A counter that has no number has a reason, and a result that some sample sets may well be missing in others.
pub(super) fn unset_results(plan: &Plan, dataset: &Dataset) -> Vec<String> {
    let recorded = plan.recorded().filter(|(_, var)| var.counter.is_none());
    let unset = recorded.filter_map(|(_, var)| {
        let states = dataset.variable(&column(var)).ok()?.states();
        let ran = states.iter().filter(|state| is_of_sample(**state));
        let (missing, set) = ran.fold((0_u64, 0_u64), |(missing, set), state| match state {
            CellState::Missing => (missing + 1, set),
            _ => (missing, set + 1),
        });
        let first = states
            .iter()
            .position(|state| *state == CellState::Missing)?;
        let repeats = dataset.shape().last().copied().unwrap_or(1).max(1);
        (set == 0).then(|| text(plan, var, missing, first / repeats))
    });
    unset.collect()
}

/// The first column of a result.
fn column(var: &ResultVar) -> String {
    match (var.kind, var.parts.first()) {
        (Kind::Vector(_), Some(part)) => format!("{}.{part}", var.name),
        (Kind::Vector(_), None) => format!("{}[0]", var.name),
        _ => var.name.to_owned(),
    }
}

/// Whether a cell is that of a sample which was taken and did not fail.
const fn is_of_sample(state: CellState) -> bool {
    matches!(
        state,
        CellState::Measured
            | CellState::Cached
            | CellState::Preempted
            | CellState::BelowResolution
            | CellState::Missing
    )
}

fn text(plan: &Plan, var: &ResultVar, samples: u64, first: usize) -> String {
    let name = var.name;
    let at = match plan.inputs_text(first as u64).as_str() {
        "" => String::new(),
        inputs => format!(", the first at {inputs}"),
    };
    let of = match samples {
        1 => "the only sample".to_owned(),
        samples => format!("any of {samples} samples"),
    };
    let remedy = if var.timed {
        format!("call `cx.iter(&mut self.{name}, || …)` in the body")
    } else {
        format!("assign `self.{name} = Some(…)` in the body")
    };
    format!(
        "result `{name}` was not set by {of}{at}: {remedy}, or leave it out with `.results([…])`"
    )
}
