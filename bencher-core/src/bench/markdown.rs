//! A finished sweep as Markdown.

use std::fmt::Write as _;

use crate::record::{SweepRecord, caveats, caveats_by_result, escaped, findings};

use super::TimeColumns;
use super::table::result_rows;

/// A finished sweep as GitHub's Markdown, for a comment or a README: its title, what it found
/// ([`findings`]), what is doubtful ([`caveats`]), and a table of at most `rows` points.
///
/// No text of the sweep is read as Markdown or HTML.
///
/// ```
/// use bencher_core::bench::result_markdown;
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::record::{Counts, SweepRecord};
/// # use bencher_core::value::{Kind, Value};
/// # use bencher_core::var::Direction;
/// # let codec = Dim::input("codec", Kind::Category, vec!["Lz4".into(), "Zstd".into()]);
/// # let ratio = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("ratio", Kind::Float(64)) };
/// # let mut dataset = Dataset::new("Codecs", vec![codec, Dim::repeats(1)], vec![ratio])?;
/// # for (flat, ratio) in [(0, 0.6), (1, 0.5)] {
/// #     dataset.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(ratio), CellState::Measured)?;
/// # }
/// # let record = SweepRecord {
/// #     bench: "Codecs".to_owned(), title: "Codecs <fast>".to_owned(), description: String::new(),
/// #     post_description: String::new(), tag: String::new(), started: String::new(), dataset,
/// #     constants: vec![], failures: vec![], counts: Counts::default(), timings: vec![], warnings: vec![],
/// #     sweep_type: String::new(), version: 1, identity: None, environment: None,
/// # };
/// let text = result_markdown(&record, 30);
/// assert!(text.starts_with("### Codecs &lt;fast&gt;\n"));
/// assert!(text.contains("- **ratio**, best: 0.5 at codec=Zstd; the next is 0.6 at codec=Lz4 (behind by a factor of 1.2); from one sample a point\n"));
/// assert!(text.contains("| codec | ratio |\n|---|---|\n| Lz4 | 0.6 |\n| Zstd | 0.5 |\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn result_markdown(record: &SweepRecord, rows: usize) -> String {
    let mut text = format!("### {}\n", escaped(&record.title));
    if !record.description.trim().is_empty() {
        let _ = write!(text, "\n{}\n", escaped(record.description.trim()));
    }
    let found = findings(&record.dataset);
    for (nth, one) in found.iter().enumerate() {
        let before = if nth == 0 { "\n" } else { "" };
        let (result, kind) = (escaped(&one.result), one.kind.name());
        let _ = writeln!(
            text,
            "{before}- **{result}**, {kind}: {}",
            escaped(&one.text)
        );
    }
    let doubtful = caveats(&record.dataset);
    let doubtful = caveats_by_result(&doubtful).into_iter();
    let doubtful: Vec<String> = doubtful.map(|(_, line)| escaped(&line)).collect();
    if !doubtful.is_empty() {
        let _ = write!(text, "\nDoubtful: {}.\n", doubtful.join("; "));
    }
    let table = result_rows(&record.dataset, rows, TimeColumns::default());
    let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    for (nth, row) in table.rows.iter().enumerate() {
        let mut cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        cells.resize(width, String::new());
        let before = if nth == 0 { "\n" } else { "" };
        let _ = writeln!(text, "{before}| {} |", cells.join(" | "));
        if nth == 0 {
            let _ = writeln!(text, "|{}", "---|".repeat(width));
        }
    }
    if table.count > rows {
        let _ = write!(text, "\n{} points, {rows} shown.\n", table.count);
    }
    for note in &table.notes {
        let _ = write!(text, "\n<sub>{}</sub>\n", escaped(note));
    }
    text
}
