//! A comparison as a table for the terminal.

use std::fmt;

use crate::console::visible;

use super::RunComparison;
use super::rows::{HEADINGS, Row};

impl RunComparison {
    /// The tables of all results, the worst points first. Points that are the same are counted below, unless `all` is
    /// wanted.
    pub fn table(&self, all: bool) -> String {
        let mut lines = vec![
            format!("base       {}", visible(&self.base)),
            format!("candidate  {}", visible(&self.candidate)),
        ];
        for (sweep, result) in self.results() {
            lines.push(String::new());
            lines.push(format!(
                "{}: {}",
                visible(&sweep.title),
                visible(&result.name)
            ));
            lines.extend(columns(&result.rows(all)));
            let folded = result.folded().filter(|_| !all);
            lines.extend(folded.map(|text| format!("  {text}")));
            let groups = result.groups_worth_a_line();
            lines.extend(groups.map(|group| format!("  {}", result.group_text(group))));
        }
        lines.push(String::new());
        lines.extend(
            self.notes
                .iter()
                .map(|note| format!("note: {}", visible(note))),
        );
        lines.push(self.summary());
        lines.push(format!("({})", self.caption()));
        lines.join("\n")
    }
}

/// The table with what is the same folded.
impl fmt::Display for RunComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table(false))
    }
}

/// Rows below their headings, in columns.
fn columns(rows: &[Row]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let lines: Vec<[&str; 5]> = std::iter::once(HEADINGS)
        .chain(rows.iter().map(Row::cells))
        .collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let line = |cells: &[&str; 5]| {
        let padded = cells.iter().zip(&widths);
        let padded = padded.map(|(text, width)| format!("{text:<width$}"));
        let padded: Vec<String> = padded.collect();
        format!("  {}", padded.join("  ").trim_end())
    };
    lines.iter().map(line).collect()
}
