//! The tables of a history: its runs, and a result over them.

use std::fmt::Write;

use bencher_core::dataset::{digits, quantity};

use crate::over_time::{Mean, PointOfRun, ResultRuns, Run, RunState, SweepRuns};

use super::html;

/// Runs that a table has at most, the newest ones.
const ROWS: usize = 200;

/// The runs, the newest first, with a decision where there is one.
pub(super) fn runs(out: &mut String, sweep: &SweepRuns) {
    let headings = ["Run", "Event", "Date", "Commit", "Decision"];
    open(out, "All runs", &headings);
    for run in sweep.runs.iter().rev().take(ROWS) {
        let decision = match &run.state {
            RunState::Good => String::new(),
            RunState::Failed(reason) => format!("failed: {reason}"),
            RunState::Accepted(reason) => format!("accepted: {reason}"),
        };
        let class = if matches!(run.state, RunState::Failed(_)) {
            "bad"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<tr>{}<td class=\"{class}\">{}</td></tr>",
            cells_of_run(run),
            html(&decision)
        );
    }
    close(out, sweep.runs.len());
}

/// One result over the runs, the newest first.
pub(super) fn over_time(out: &mut String, sweep: &SweepRuns, result: &ResultRuns) {
    let values = result.values.iter().flatten();
    let values: Vec<f64> = values.filter_map(|point| point.value).collect();
    let mean = Mean::of_all(&values);
    let value = match mean {
        _ if sweep.points() == 1 => "Value",
        Mean::Geometric => "Geometric mean over the points of the newest run",
        Mean::Arithmetic => "Mean over the points of the newest run",
    };
    let headings = [
        "Run",
        "Event",
        "Date",
        "Commit",
        value,
        "Bounds",
        "Points with a value",
        "Change",
    ];
    open(out, "Values of all runs", &headings);
    let rows: Vec<Option<f64>> = result
        .values
        .iter()
        .map(|run| mean_of_run(result, mean, run))
        .collect();
    for (n, (run, points)) in sweep
        .runs
        .iter()
        .zip(&result.values)
        .enumerate()
        .rev()
        .take(ROWS)
    {
        let units = &result.info.units;
        let shown = rows.get(n).copied().flatten();
        let text = shown.map_or_else(|| "–".to_owned(), |value| quantity(value, units));
        let bounds = match &**points {
            [point] => point.bounds,
            _ => None,
        };
        let bounds = bounds.map_or_else(String::new, |(low, high)| {
            format!("{} … {}", quantity(low, units), quantity(high, units))
        });
        let known = points.iter().filter(|point| point.value.is_some()).count();
        let before = n
            .checked_sub(1)
            .and_then(|before| rows.get(before).copied().flatten());
        let change = shown.zip(before).map_or_else(String::new, |(now, before)| {
            change(now, before).unwrap_or_default()
        });
        let _ = writeln!(
            out,
            "<tr>{}<td>{}</td><td>{}</td><td>{known}</td><td>{change}</td></tr>",
            cells_of_run(run),
            html(&text),
            html(&bounds)
        );
    }
    close(out, sweep.runs.len());
}

/// The value of the only point, or the mean over the points of the newest run; none where a run lacks one of them.
fn mean_of_run(result: &ResultRuns, mean: Mean, run: &[PointOfRun]) -> Option<f64> {
    let newest = result.values.last()?;
    let shared = newest.iter().zip(run);
    let shared = shared.filter(|(newest, _)| newest.value.is_some());
    let values: Option<Vec<f64>> = shared.map(|(_, point)| point.value).collect();
    mean.of(&values?)
}

/// `+29.6 %`; none of values that are not above zero.
pub(super) fn change(now: f64, before: f64) -> Option<String> {
    if !(now > 0.0 && before > 0.0) {
        return None;
    }
    let percent = (now / before - 1.0) * 100.0;
    let sign = if percent > 0.0 { "+" } else { "" };
    Some(format!("{sign}{} %", digits(percent, 3)))
}

fn cells_of_run(run: &Run) -> String {
    format!(
        "<td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>{}</td>",
        run.number,
        html(&run.event),
        html(run.day()),
        html(run.short_commit())
    )
}

pub(super) fn open(out: &mut String, summary: &str, headings: &[&str]) {
    let _ = write!(
        out,
        "<details class=\"data\"><summary>{0}</summary><div class=\"scroll\" tabindex=\"0\" \
         role=\"region\" aria-label=\"{0}\"><table><thead><tr>",
        html(summary)
    );
    for heading in headings {
        let _ = write!(out, "<th scope=\"col\">{}</th>", html(heading));
    }
    out.push_str("</tr></thead><tbody>\n");
}

pub(super) fn close(out: &mut String, rows: usize) {
    out.push_str("</tbody></table></div>\n");
    if rows > ROWS {
        let _ = writeln!(out, "<p>The newest {ROWS} of {rows}.</p>");
    }
    out.push_str("</details>\n");
}
