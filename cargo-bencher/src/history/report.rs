//! The page of all histories: every result over time, drawn from the store alone.

use std::path::Path;

use bencher_core::history::{History, list_series};
use bencher_core::record::SweepRecord;
use bencher_report::{ReportOptions, write_report};

/// Draws the runs of every sweep over time.
pub(super) fn draw(store: &Path, out: Option<&str>) -> Result<(), String> {
    let series = list_series(store).map_err(|error| error.to_string())?;
    let mut records = Vec::new();
    for key in series {
        let history = History::load(store, &key).map_err(|error| error.to_string())?;
        for problem in history.problems() {
            eprintln!("skipped: {problem}");
        }
        records.extend(over_time(&history)?);
    }
    if records.is_empty() {
        return Err(format!(
            "no sweep has a history in {}; `cargo bencher history add` appends the newest results",
            store.display()
        ));
    }
    let out = out.map_or_else(|| store.join("reports").join("history"), Into::into);
    let options = ReportOptions {
        program: "history".to_owned(),
        ..ReportOptions::default()
    };
    let files = write_report(&records, &out, &options).map_err(|error| error.to_string())?;
    for warning in &files.warnings {
        eprintln!("warning: {warning}");
    }
    match &files.html {
        Some(page) => crate::print(&format!("report    {}", page.display())),
        None => Ok(()),
    }
}

/// The newest run of a history with the results of all runs.
fn over_time(history: &History) -> Result<Option<SweepRecord>, String> {
    let timeline = history.timeline();
    let Some(newest) = timeline.last() else {
        return Ok(None);
    };
    let dataset = history.dataset().map_err(|error| error.to_string())?;
    Ok(Some(SweepRecord {
        dataset,
        // The failures and warnings of one run say nothing about the others.
        failures: Vec::new(),
        warnings: Vec::new(),
        ..newest.record.clone()
    }))
}
