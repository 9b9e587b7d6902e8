//! `cargo bencher scorecard`: all results of a store on one page, with their verdicts and trends.

mod change;
mod report_links;
mod rows;
mod sweeps;
mod verdict;

use std::path::{Path, PathBuf};

use bencher_core::dataset::quantity;
use bencher_core::jiff::Timestamp;
use bencher_core::store::{create_folders, tag_text};
use bencher_report::scorecard::{Row, Scorecard};
use bencher_report::write_scorecard;

use crate::failure::Failure;
use crate::words::Words;

/// Writes the page, and prints its table.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let (store, named, is_json) = options(args).map_err(Failure::Usage)?;
    let folder = store.join("reports").join("scorecard");
    let page = named.clone().unwrap_or_else(|| folder.join("index.html"));
    let card = scorecard(&store, &page, Timestamp::now())?;
    if named.is_none() {
        create_folders(&store, &folder).map_err(|error| error.to_string())?;
    }
    for note in &card.notes {
        eprintln!("skipped: {note}");
    }
    if is_json {
        for row in &card.rows {
            crate::print(&json(row).to_string())?;
        }
    } else {
        crate::print(&table(&card))?;
    }
    let page = write_scorecard(&card, &page).map_err(|error| error.to_string())?;
    if is_json {
        Ok(())
    } else {
        Ok(crate::print(&format!("\nscorecard {}", page.display()))?)
    }
}

/// The store, the file of the page where one is named, and whether lines of JSON are printed.
fn options(args: &[String]) -> Result<(PathBuf, Option<PathBuf>, bool), String> {
    let mut words = Words::new(args);
    let store = words.store()?;
    let out = words.value("--out")?;
    // Another name of the option, since the page is one file.
    let output = words.value("--output")?;
    let is_json = words.switch("--json");
    words.rest(0)?;
    Ok((store, out.or(output).map(PathBuf::from), is_json))
}

/// The scorecard of a store, for a page at a place.
fn scorecard(store: &Path, page: &Path, now: Timestamp) -> Result<Scorecard, String> {
    let found = sweeps::StoreContent::of(store)?;
    if found.sweeps.is_empty() {
        return Err(format!(
            "no result is stored in {}; run a benchmark first, or name its store with --store",
            store.display()
        ));
    }
    let links = report_links::ReportLinks::of(store, page);
    let rows = rows::rows(&found, &links, now);
    let mut card = Scorecard::new(rows, format!("{now:.0}"));
    card.notes = found.problems;
    Ok(card)
}

/// The rows below their headings, in columns.
fn table(card: &Scorecard) -> String {
    let headings = [
        "verdict", "sweep", "tag", "result", "latest", "change", "runs", "newest",
    ];
    let rows = card.rows.iter().map(cells);
    let all: Vec<[String; 8]> = std::iter::once(headings.map(str::to_owned))
        .chain(rows)
        .collect();
    let width = |column: usize| {
        let texts = all.iter().filter_map(|row| row.get(column));
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(&widths);
        let cells = cells
            .filter(|(_, width)| **width > 0)
            .map(|(text, width)| format!("{text:<width$}"));
        let cells: Vec<String> = cells.collect();
        cells.join("  ").trim_end().to_owned()
    };
    let lines: Vec<String> = all.iter().map(line).collect();
    format!("{}\n\n{}", lines.join("\n"), card.summary())
}

fn cells(row: &Row) -> [String; 8] {
    let value = row
        .value
        .map_or_else(|| "-".to_owned(), |value| quantity(value, &row.units));
    let cells = [
        row.word.clone(),
        row.title.clone(),
        tag_text(&row.tag).into_owned(),
        row.result.clone(),
        value,
        row.change.map_or_else(|| "-".to_owned(), change::change_of),
        row.runs.to_string(),
        row.age.clone(),
    ];
    cells.map(|text| text.escape_debug().to_string())
}

/// A row for programs.
fn json(row: &Row) -> serde_json::Value {
    serde_json::json!({
        "program": row.program,
        "bench": row.bench,
        "sweep": row.title,
        "tag": row.tag,
        "result": row.result,
        "units": row.units,
        "grade": row.grade.name(),
        "verdict": row.word,
        "reason": row.reason,
        "value": row.value,
        "points": row.points,
        "change": row.change,
        "runs": row.runs,
        "started": row.started,
        "report": row.report,
    })
}
