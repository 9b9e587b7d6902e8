//! Two runs beside each other: a map of ratios, and a table of them.

use std::fmt::Write;

use bencher_core::dataset::{digits, quantity};

use crate::over_time::{ResultRuns, SweepRuns};

use super::super::section::computed_plot;
use super::data::rounded;
use super::{Figure, html, section, tables};

/// Rows of the table; the CSV has all.
const ROWS: usize = 100;

/// The figure with its choices, and the table for the last two runs.
pub(super) fn figure(out: &mut String, sweep: &SweepRuns, kept: &[usize], figure: &Figure) {
    let note = "Ratio of run B to run A at each point: 1 is no change. Orange is worse and blue is better; of a \
                result without a direction, orange is larger. Grey points have no value in one of the runs. The ratio is that of the centres, and no verdict: \
                cargo bencher compare judges.";
    section::open(out, figure, &[note.to_owned()]);
    out.push_str("<p class=\"controls compared\">");
    let results: Vec<(usize, &str)> = sweep
        .results
        .iter()
        .enumerate()
        .map(|(n, result)| (n, result.info.name.as_str()))
        .collect();
    select(out, figure, "result", "Result", &results, 0);
    let texts: Vec<String> = kept
        .iter()
        .filter_map(|run| sweep.runs.get(*run))
        .map(|run| format!("{}: {}", run.number, run.text()))
        .collect();
    let runs: Vec<(usize, &str)> = texts.iter().map(String::as_str).enumerate().collect();
    let last = kept.len().saturating_sub(1);
    select(out, figure, "a", "Run A", &runs, last.saturating_sub(1));
    select(out, figure, "b", "Run B", &runs, last);
    out.push_str("</p>\n");
    computed_plot(out, "The ratios of two runs, as the table below has them");
    section::buttons(out, figure);
    let pair =
        (last.checked_sub(1)).and_then(|before| Some((*kept.get(before)?, *kept.get(last)?)));
    if let (Some(result), Some((a, b))) = (sweep.results.first(), pair) {
        table(out, sweep, result, a, b);
    }
    out.push_str("</figure>\n");
}

fn select(
    out: &mut String,
    figure: &Figure,
    name: &str,
    label: &str,
    options: &[(usize, &str)],
    chosen: usize,
) {
    let _ = write!(
        out,
        "<span><label for=\"{0}--{name}\">{label}</label> <select id=\"{0}--{name}\" data-part=\"{name}\">",
        figure.id
    );
    for (n, text) in options {
        let selected = if *n == chosen { " selected" } else { "" };
        let _ = write!(
            out,
            "<option value=\"{n}\"{selected}>{}</option>",
            html(text)
        );
    }
    out.push_str("</select></span> ");
}

/// The ratios of two runs, the worst first. The script replaces it for other runs.
fn table(out: &mut String, sweep: &SweepRuns, result: &ResultRuns, a: usize, b: usize) {
    let mut headings: Vec<&str> = sweep
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    headings.extend(["A", "B", "B / A", "Change"]);
    out.push_str("<div class=\"scroll ratios\" tabindex=\"0\" role=\"region\" aria-label=\"Ratios\"><table><thead><tr>");
    for heading in headings {
        let _ = write!(out, "<th scope=\"col\">{}</th>", html(heading));
    }
    out.push_str("</tr></thead><tbody>\n");
    let rows = ratios(result, a, b);
    for (point, before, after) in rows.iter().take(ROWS) {
        out.push_str("<tr>");
        for text in levels(sweep, *point) {
            let _ = write!(out, "<td>{}</td>", html(&text));
        }
        let units = &result.info.units;
        let _ = writeln!(
            out,
            "<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            html(&quantity(*before, units)),
            html(&quantity(*after, units)),
            digits(after / before, 4),
            tables::change(*after, *before).unwrap_or_default()
        );
    }
    out.push_str("</tbody></table></div>\n<p class=\"note more-ratios\">");
    if rows.len() > ROWS {
        let _ = write!(out, "The worst {ROWS} of {}; the CSV has all.", rows.len());
    }
    out.push_str("</p>\n");
}

/// Points with both values, the worst first; without a direction, the largest change first.
fn ratios(result: &ResultRuns, a: usize, b: usize) -> Vec<(usize, f64, f64)> {
    let (Some(before), Some(after)) = (result.values.get(a), result.values.get(b)) else {
        return Vec::new();
    };
    let pairs = before.iter().zip(after).enumerate();
    let mut rows: Vec<(usize, f64, f64)> = pairs
        .filter_map(|(point, (before, after))| {
            // The script has no more digits, and its table is to be the same.
            Some((point, rounded(before.value?), rounded(after.value?)))
        })
        .filter(|(_, before, after)| *before > 0.0 && *after > 0.0)
        .collect();
    let size = |(_, before, after): &(usize, f64, f64)| {
        let log = (after / before).ln();
        match result.worse() {
            0 => log.abs(),
            sign => log * f64::from(sign),
        }
    };
    rows.sort_by(|one, other| {
        let order = size(other).total_cmp(&size(one));
        order.then(one.0.cmp(&other.0))
    });
    rows
}

/// The texts of the levels of a point.
fn levels(sweep: &SweepRuns, point: usize) -> Vec<String> {
    let mut rest = point;
    let mut texts: Vec<String> = sweep
        .inputs
        .iter()
        .rev()
        .map(|input| {
            let (at, above) = (rest % input.len().max(1), rest / input.len().max(1));
            rest = above;
            input
                .values
                .get(at)
                .map_or_else(String::new, |value| input.text(value))
        })
        .collect();
    texts.reverse();
    texts
}
