//! The attributes that an export of a dataset carries beside its cells.

use crate::dataset::{Aggregation, Dataset, OWN_AXES, SIDE_BY_SIDE};
use crate::evaluator::{RetryCounts, Usage};
use crate::measure::ClockKind;
use crate::plan::Plan;
use crate::store::tag_text;
use crate::value::Digest;
use crate::var::Schema;

use super::config::{PlotSelection, RunConfig};
use super::own_plot::OwnPlot;
use super::print::{RETRIED, RETRIES};

/// The attribute of a dataset that names the executable which measured it.
pub(super) const EXECUTABLE: &str = "executable";

/// The attributes that an export of a dataset carries beside its cells.
pub(super) fn describe(dataset: &mut Dataset, plan: &Plan, code: Digest) {
    let mut attribute = |name: String, text: String| dataset.attributes.insert(name, text);
    attribute("bench".to_owned(), plan.schema().name.to_owned());
    attribute("tag".to_owned(), tag_text(&plan.series().tag).into_owned());
    attribute(EXECUTABLE.to_owned(), code.to_string());
    let own = plan.schema().results.iter().filter(|var| var.own_axis);
    let own: Vec<&str> = own.map(|var| var.name).collect();
    if !own.is_empty() {
        attribute(OWN_AXES.to_owned(), own.join(", "));
    }
    for constant in plan.constants() {
        attribute(
            format!("constant {}", constant.name),
            constant.value.to_string(),
        );
    }
}

/// The ways to measure that the user chose.
pub(super) fn describe_choice(dataset: &mut Dataset, plan: &Plan, config: &RunConfig) {
    describe_drawing(dataset, config);
    let mut attribute = |name: &str, text| dataset.attributes.insert(name.to_owned(), text);
    if is_side_by_side(plan.schema(), config) {
        attribute(SIDE_BY_SIDE, config.executor.workers().to_string());
    }
    if config.clock == ClockKind::Counter && plan.is_timed() {
        attribute("clock", "time-stamp counter".to_owned());
    }
}

/// The plots and the view over fewer inputs that the user or the program chose; where a stored result is drawn, instead
/// of those of its run.
pub(super) fn describe_drawing(dataset: &mut Dataset, config: &RunConfig) {
    Aggregation::attach(config.aggregation().as_ref(), dataset);
    let (name, plots) = (PlotSelection::ATTRIBUTE, config.plots);
    if plots == PlotSelection::default() {
        dataset.attributes.remove(name);
    } else {
        let names = plots.to_string();
        dataset.attributes.insert(name.to_owned(), names);
    }
}

/// The plots that only the program draws, and the program: a report of the stored result names both.
pub(super) fn describe_own_plots(dataset: &mut Dataset, plots: &[OwnPlot], program: &str) {
    let names: Vec<&str> = plots.iter().map(OwnPlot::name).collect();
    if !names.is_empty() {
        let text = format!("{} of {program}", names.join(", "));
        dataset
            .attributes
            .insert(OwnPlot::ATTRIBUTE.to_owned(), text);
    }
}

/// Whether times of a sweep are taken on several workers at once.
pub(super) fn is_side_by_side(schema: &Schema, config: &RunConfig) -> bool {
    let timed = schema.results.iter().any(|result| result.timed);
    timed && config.side_by_side && config.executor.workers() > 1
}

/// The usage of the worker processes.
pub(super) fn describe_use(dataset: &mut Dataset, used: &Usage) {
    let mut attribute = |name: &str, text| dataset.attributes.insert(name.to_owned(), text);
    attribute("worker cpu seconds", used.cpu.as_secs_f64().to_string());
    if let Some(bytes) = used.peak_memory {
        attribute("worker peak memory bytes", bytes.to_string());
    }
}

/// The numbers of retries, if there were any.
pub(super) fn describe_retries(dataset: &mut Dataset, retried: RetryCounts) {
    if retried.tries > 0 {
        let mut attribute = |name: &str, count: u64| {
            let text = count.to_string();
            dataset.attributes.insert(name.to_owned(), text)
        };
        attribute(RETRIED, retried.jobs);
        attribute(RETRIES, retried.tries);
    }
}
