//! Printing that outlives its reader.

use std::fmt::Write as _;

use crate::dataset::{Dataset, DimRole, digits};
use crate::record::SweepRecord;
use crate::stats;

use super::config::PrintOptions;
use super::error::failure_text;
use super::table::{result_table, sample_table};

/// Prints a line on standard output. A reader that went away (`| head`) or a full disk is no reason
/// to lose a sweep, so what cannot be printed is dropped.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout().lock(), $($text)*);
    }};
}

pub(crate) use say;

/// Prints what a sweep gave.
pub(super) fn print_record(record: &SweepRecord, print: PrintOptions, rows: usize) {
    if print.inputs {
        say!("{}", inputs_text(&record.dataset));
    }
    if print.constants {
        for constant in &record.constants {
            say!("constant  {} = {}", constant.name, constant.value);
        }
        say!("");
    }
    if print.dataset {
        say!("{}\n", record.dataset);
    }
    if print.results {
        say!("{}", result_table(&record.dataset, rows));
    }
    if print.samples {
        say!("{}", sample_table(&record.dataset, rows));
    }
    for note in timing_notes(&record.dataset) {
        say!("timing    {note}");
    }
    for failure in record.failures.iter().take(20) {
        say!("failed    {}", failure_text(failure));
    }
    if record.failures.len() > 20 {
        say!("failed    … and {} more", record.failures.len() - 20);
    }
    let counts = &record.counts;
    let seconds: f64 = record.timings.iter().map(|(_, seconds)| seconds).sum();
    say!(
        "samples   {} executed, {} from the store, {} failed ({seconds:.2} s)",
        counts.executed,
        counts.hits,
        counts.failed
    );
    for warning in &record.warnings {
        say!("warning   {warning}");
    }
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
            format!(
                "{name}: noise {} to {} %, {} of {total} repeats are outliers",
                digits(low * 100.0, 2),
                digits(high * 100.0, 2),
                stats::sum(&numbers("outliers"))
            )
        })
    };
    timed.filter_map(|var| note(&var.info.name)).collect()
}

/// Every swept input with all its values.
fn inputs_text(dataset: &Dataset) -> String {
    let mut text = String::new();
    for dim in dataset
        .dims()
        .iter()
        .filter(|dim| dim.role == DimRole::Input)
    {
        let values: Vec<String> = dim.values.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "input     {}: {}", dim.label(), values.join(", "));
    }
    text
}
