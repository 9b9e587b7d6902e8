//! Printing that outlives its reader.

use std::fmt::Write as _;

use crate::dataset::{Dataset, DimRole};
use crate::record::SweepRecord;

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
