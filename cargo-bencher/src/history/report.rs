//! The page of all histories: every result over time, drawn from the store alone.

use std::path::Path;

use bencher_core::dataset::{Dataset, DatasetError, Dim, DimRole};
use bencher_core::history::{History, Snapshot, list_series};
use bencher_core::record::SweepRecord;
use bencher_report::{ReportOptions, write_report};

use super::changes::changes;
use super::show::change_text;

/// Draws the runs of every sweep over time.
pub(super) fn draw(store: &Path, out: Option<&str>) -> Result<(), String> {
    let series = list_series(store).map_err(|error| error.to_string())?;
    let mut records = Vec::new();
    for key in series {
        let history = History::load(store, &key).map_err(|error| error.to_string())?;
        for problem in history.problems() {
            eprintln!("skipped: {problem}");
        }
        records.extend(sections(&history)?);
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

/// The most points that are drawn as curves over the runs.
const MOST_CURVES: usize = 24;

/// Two sections: the results over the runs, a curve for each point, and the results over the inputs, by run.
fn sections(history: &History) -> Result<Vec<SweepRecord>, String> {
    let timeline = history.timeline();
    let Some(newest) = timeline.last() else {
        return Ok(Vec::new());
    };
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let record = |title: String, dataset: Dataset, post_description: String| SweepRecord {
        title,
        dataset,
        post_description,
        // The failures and warnings of one run say nothing about the others.
        failures: Vec::new(),
        warnings: Vec::new(),
        ..newest.record.clone()
    };
    let by_inputs = history.dataset().map_err(|error| failed(&error))?;
    let title = &newest.record.title;
    let mut sections = Vec::new();
    let by_run = history.dataset_by_run().map_err(|error| failed(&error))?;
    if let Some(curves) = curves(&by_run).map_err(|error| failed(&error))? {
        let runs: Vec<String> = timeline
            .iter()
            .enumerate()
            .map(|(at, run)| run_text(at + 1, run))
            .collect();
        let text = format!("Runs: {}.", runs.join("; "));
        let section = record(format!("{title}, run by run"), curves, text);
        sections.push(SweepRecord {
            description: changes_text(history),
            ..section
        });
    }
    sections.push(record(
        title.clone(),
        by_inputs,
        newest.record.post_description.clone(),
    ));
    Ok(sections)
}

/// The most changes that a page lists.
const MOST_CHANGES: usize = 20;

/// Where the level of a result changed, one a line.
fn changes_text(history: &History) -> String {
    let changes = changes(history);
    let lines = changes.iter().take(MOST_CHANGES);
    let mut lines: Vec<String> = lines.map(|change| change_text(change, history)).collect();
    if changes.len() > MOST_CHANGES {
        let more = changes.len() - MOST_CHANGES;
        lines.push(format!(
            "{more} more changes; `cargo bencher history show` lists them"
        ));
    }
    if lines.is_empty() {
        return "No result changed its level.".to_owned();
    }
    lines.join("\n\n")
}

/// The results over the runs, with all inputs that vary in one dimension of points; none where there are too many.
fn curves(by_run: &Dataset) -> Result<Option<Dataset>, DatasetError> {
    let is_input = |dim: &&Dim| dim.role == DimRole::Input && dim.name != "run";
    let inputs: Vec<&Dim> = by_run.dims().iter().filter(is_input).collect();
    let points: usize = inputs.iter().map(|dim| dim.len()).product();
    if points > MOST_CURVES {
        return Ok(None);
    }
    let names: Vec<&str> = inputs.iter().map(|dim| dim.name.as_str()).collect();
    match &*names {
        [] => Ok(Some(by_run.clone())),
        names => by_run.stack(names, "point")?.with_names("point").map(Some),
    }
}

/// `12 is PR 12 (a1b2c3d)`.
fn run_text(number: usize, run: &Snapshot) -> String {
    let commit = run.commit.as_deref().map_or_else(String::new, |commit| {
        format!(" ({})", commit.get(..9).unwrap_or(commit))
    });
    format!("{number} is {}{commit}", run.event)
}
