//! A comparison as Markdown, for a comment on a pull request.

use std::fmt::Write as _;

use crate::record::escaped;

use super::RunComparison;
use super::rows::HEADINGS;

impl RunComparison {
    /// The comparison as GitHub's Markdown: the verdict first, then a table of the points that are not the same.
    pub fn markdown(&self) -> String {
        let verdict = match self.exit_status() {
            3 => "Regression",
            4 => "Undecided",
            _ => "No regression",
        };
        let mut text = format!(
            "### {verdict}: {}\n\nbase: {}, candidate: {}\n",
            self.summary(),
            escaped(&self.base),
            escaped(&self.candidate)
        );
        for (sweep, result) in self.results() {
            let rows = result.rows(false);
            let groups: Vec<String> = result
                .groups_worth_a_line()
                .map(|group| escaped(&result.group_text(group)))
                .collect();
            if rows.is_empty() && groups.is_empty() {
                continue;
            }
            let _ = write!(
                text,
                "\n**{}: {}**\n",
                escaped(&sweep.title),
                escaped(&result.name)
            );
            if !rows.is_empty() {
                let _ = write!(
                    text,
                    "\n| {} |\n|{}\n",
                    HEADINGS.join(" | "),
                    "---|".repeat(HEADINGS.len())
                );
                for row in &rows {
                    let cells: Vec<String> = row.cells().iter().map(|cell| escaped(cell)).collect();
                    let _ = writeln!(text, "| {} |", cells.join(" | "));
                }
            }
            let folded = result.folded().into_iter();
            let below: Vec<String> = folded.chain(groups).collect();
            if !below.is_empty() {
                let _ = write!(text, "\n{}\n", below.join("; "));
            }
        }
        for note in &self.notes {
            let _ = write!(text, "\n> {}\n", escaped(note));
        }
        let _ = write!(text, "\n<sub>{}</sub>\n", escaped(&self.caption()));
        text
    }
}
