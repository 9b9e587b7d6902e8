//! Printing that outlives its reader.

use std::fmt::Write as _;

use crate::dataset::{CellState, Dataset, Dim, DimRole, digits, one_line};
use crate::record::{FindingKind, SEARCH, SweepRecord, findings};
use crate::stats;

use super::assertions::{Judged, is_of_assertion};
use super::comparisons::comparisons;
use super::config::PrintOptions;
use super::error::failure_text;
use super::small_plots::small_plots;
use super::table::sample_table;
use super::table_view::TableView;

/// Prints a line on standard output. A closed pipe (`| head`) or a full disk must not lose a sweep, so a line that
/// cannot be printed is reported at the end.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::console::print_line(format_args!($($text)*))
    };
}

pub(crate) use say;

/// The most failures that are printed, and the most reasons to skip samples.
const MOST_LINES: usize = 20;

/// The attribute of a dataset that says how many samples were tried again.
pub(super) const RETRIED: &str = "retried samples";

/// The attribute of a dataset that says how often any sample was tried again.
pub(super) const RETRIES: &str = "retries";

/// Prints what a sweep gave.
pub(super) fn print_record(
    record: &SweepRecord,
    judged: &Judged,
    print: PrintOptions,
    view: &TableView,
) {
    if print.inputs {
        say!("{}", inputs_text(&record.dataset));
    }
    if print.constants {
        for constant in &record.constants {
            let value = one_line(&constant.value.to_string());
            say!("constant  {} = {value}", constant.name);
        }
        say!("");
    }
    if print.dataset {
        say!("{}\n", record.dataset);
    }
    if print.results {
        say!("{}", view.text(&record.dataset));
    }
    if print.samples {
        say!("{}", sample_table(&record.dataset, view.rows));
    }
    if print.plots {
        for line in small_plots(&record.dataset) {
            say!("plot      {line}");
        }
    }
    if let Some(search) = record.dataset.attributes.get(SEARCH) {
        say!("search    {}", one_line(search));
    }
    for finding in findings(&record.dataset) {
        let word = match finding.kind {
            FindingKind::Best => "best",
            FindingKind::Matters => "matters",
        };
        say!("{word:<9} {}", one_line(&finding.to_string()));
    }
    for line in comparison_lines(&record.dataset) {
        say!("compare   {line}");
    }
    for (word, line) in judged.lines() {
        say!("{word:<9} {line}");
    }
    for note in timing_notes(&record.dataset) {
        say!("timing    {note}");
    }
    let skipped = skipped(&record.dataset);
    for (reason, samples) in skipped.iter().take(MOST_LINES) {
        let noun = if *samples == 1 { "sample" } else { "samples" };
        say!("skipped   {samples} {noun}: {reason}");
    }
    if skipped.len() > MOST_LINES {
        say!(
            "skipped   … for {} more reasons",
            skipped.len() - MOST_LINES
        );
    }
    for failure in record.failures.iter().take(MOST_LINES) {
        say!("failed    {}", failure_text(failure));
    }
    if record.failures.len() > MOST_LINES {
        say!(
            "failed    … and {} more",
            record.failures.len() - MOST_LINES
        );
    }
    let seconds: f64 = record.timings.iter().map(|(_, seconds)| seconds).sum();
    say!("samples   {} ({seconds:.2} s)", counts_text(record));
    let warnings = record.warnings.iter();
    for warning in warnings.filter(|warning| !is_of_assertion(warning)) {
        say!("warning   {warning}");
    }
}

/// How many samples came from where, how many failed, and what was tried again.
fn counts_text(record: &SweepRecord) -> String {
    let counts = &record.counts;
    let (executed, hits, failed) = (counts.executed, counts.hits, counts.failed);
    let mut text = format!("{executed} executed, {hits} from the store, {failed} failed");
    let late = record.timed_out();
    if late > 0 {
        let _ = write!(text, " ({late} timed out)");
    }
    let attribute = |name: &str| record.dataset.attributes.get(name);
    // A result that was taken whole tells of the run that measured it.
    if executed > 0
        && let (Some(samples), Some(retries)) = (attribute(RETRIED), attribute(RETRIES))
    {
        let noun = if retries == "1" { "retry" } else { "retries" };
        let _ = write!(text, ", {samples} retried ({retries} {noun})");
    }
    text
}

/// Why points were skipped, and how many samples for each reason, in the order of the points.
///
/// Of a point that was measured, repeats that were not needed are skipped too: they count for nothing here.
fn skipped(dataset: &Dataset) -> Vec<(&str, usize)> {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    // A sample that was not run has no result, so one result speaks for all.
    let Some(variable) = dataset.variables().first() else {
        return reasons;
    };
    let further = dataset.dims().iter();
    let repeats: usize = further
        .filter(|dim| dim.role != DimRole::Input)
        .map(Dim::len)
        .product();
    for (point, states) in variable.states().chunks(repeats.max(1)).enumerate() {
        if !states.iter().all(|state| *state == CellState::Skipped) {
            continue;
        }
        for flat in point * repeats..point * repeats + states.len() {
            let cell = variable.cell(flat);
            let reason = cell.and_then(|cell| cell.reason).unwrap_or("no reason");
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, samples)) => *samples += 1,
                None => reasons.push((reason, 1)),
            }
        }
    }
    reasons
}

/// How noisy the timed results are over all points, and how many repeats lie far from the others.
fn timing_notes(dataset: &Dataset) -> Vec<String> {
    let timed = dataset.variables().iter().filter(|var| var.info.timed);
    let note = |name: &str| {
        let found = dataset.timings(name).ok()?;
        let numbers = |part: &str| -> Vec<f64> {
            let variable = found.variable(&format!("{name}.{part}"));
            let variable = variable.ok();
            let cells = variable
                .into_iter()
                .flat_map(|var| (0..var.states().len()).filter_map(move |flat| var.number(flat)));
            cells.collect()
        };
        let (noise, rounds) = (numbers("noise"), numbers("rounds"));
        let total = stats::sum(&rounds);
        let (low, high) = (stats::min(&noise)?, stats::max(&noise)?);
        (stats::max(&rounds)? > 1.0).then(|| {
            let percent = |noise: f64| digits(noise * 100.0, 2);
            let (low, high) = (percent(low), percent(high));
            let noise = if low == high {
                low
            } else {
                format!("{low} to {high}")
            };
            format!(
                "{name}: noise {noise} %, {} of {total} repeats are outliers",
                stats::sum(&numbers("outliers"))
            )
        })
    };
    timed.filter_map(|var| note(&var.info.name)).collect()
}

/// How many times as long each level of the compared input takes as the first one.
fn comparison_lines(dataset: &Dataset) -> Vec<String> {
    let found = comparisons(dataset).into_iter();
    let found = found.filter(|(_, found)| found.ratio.is_some());
    let mut lines: Vec<String> = found
        .map(|(name, found)| format!("{name}, {found}"))
        .collect();
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("… and {more} more"));
    }
    lines
}

/// Every swept input with all its values.
fn inputs_text(dataset: &Dataset) -> String {
    let mut text = String::new();
    for dim in dataset
        .dims()
        .iter()
        .filter(|dim| dim.role == DimRole::Input)
    {
        let values: Vec<String> = dim.values.iter().map(|value| dim.text(value)).collect();
        let _ = writeln!(text, "input     {}: {}", dim.label(), values.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dataset::VariableInfo;
    use crate::value::{Kind, Value};

    #[test]
    fn counts_tell_of_what_was_late_and_what_was_tried_again() {
        let moves = VariableInfo::new("moves", Kind::Float(64));
        let mut dataset = Dataset::new("Sorting", vec![Dim::repeats(3)], vec![moves]).unwrap();
        let mut record = SweepRecord::pending("Sorting", "Sorting".to_owned(), None);
        record.counts.executed = 3;
        let plain = "3 executed, 0 from the store, 0 failed";
        assert_eq!(counts_text(&record), plain);
        let moves = dataset.variable_mut(0).unwrap();
        for (flat, state) in [(0, CellState::TimedOut), (1, CellState::Failed)] {
            moves.record_absent(flat, state, None).unwrap();
        }
        for (name, count) in [(RETRIED, "2"), (RETRIES, "5")] {
            dataset.attributes.insert(name.to_owned(), count.to_owned());
        }
        (record.dataset, record.counts.failed) = (dataset, 2);
        let late = "0 from the store, 2 failed (1 timed out)";
        let text = counts_text(&record);
        assert_eq!(text, format!("3 executed, {late}, 2 retried (5 retries)"));
        record.counts.executed = 0;
        let text = counts_text(&record);
        assert_eq!(text, format!("0 executed, {late}"), "by an earlier run");
    }

    #[test]
    fn reasons_are_counted_over_points_that_were_not_measured() {
        let len = Dim::input("len", Kind::Uint(64), (0..4).map(Value::from).collect());
        let moves = VariableInfo::new("moves", Kind::Float(64));
        let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(3)], vec![moves]).unwrap();
        assert_eq!(skipped(&sorting), [], "all is pending");
        let moves = sorting.variable_mut(0).unwrap();
        let mut skip = |flat, reason: &str| {
            let reason: Arc<str> = reason.into();
            let recorded = moves.record_absent(flat, CellState::Skipped, Some(reason));
            recorded.unwrap();
        };
        // Measured once; then it was known well enough.
        skip(1, "not needed after 1 rounds: known within 0.1 %");
        skip(2, "not needed after 1 rounds: known within 0.1 %");
        for flat in 3..6 {
            skip(flat, "larger than the file");
        }
        for flat in 6..9 {
            skip(flat, "odd");
        }
        for flat in 9..12 {
            skip(flat, "larger than the file");
        }
        moves
            .record(0, &Value::Float(1.0), CellState::Measured)
            .unwrap();
        let expected = [("larger than the file", 6), ("odd", 3)];
        assert_eq!(skipped(&sorting), expected);
    }
}
