//! The findings of a sweep, and the doubts about them.

use std::fmt::Write;

use bencher_core::dataset::DimRole;
use bencher_core::record::{Caveat, CaveatKind, Finding, caveats_by_result};

use crate::render::html::page::{Section, figure_id};
use crate::render::html::text::html;

/// Caveats of as many results are listed; the others are counted.
const LISTED: usize = 12;

/// The findings of each result, then one line of caveats, with links to where the page shows them.
pub(super) fn answer(out: &mut String, section: &Section) {
    let dataset = &section.record.dataset;
    let (found, doubtful) = (&section.answer.findings, &section.answer.caveats);
    if found.is_empty() && doubtful.is_empty() {
        return;
    }
    out.push_str("<div class=\"answer\" role=\"region\" aria-label=\"Findings\">\n");
    if !found.is_empty() {
        out.push_str("<dl>\n");
        for (results, found) in by_result(found) {
            let _ = writeln!(out, "<dt>{}</dt>", html(&results.join(", ")));
            for one in found {
                let (kind, text) = (one.kind.name(), html(&one.text));
                let _ = writeln!(out, "<dd><span class=\"what\">{kind}:</span> {text}</dd>");
            }
        }
        out.push_str("</dl>\n");
    }
    if doubtful.is_empty() {
        let mut dims = dataset.dims().iter();
        let is_repeated = dims.any(|dim| dim.role == DimRole::Repeat && dim.len() > 1);
        let values = if is_repeated {
            "every point has a value with its bounds"
        } else {
            "every point, run once, has a value"
        };
        let _ = writeln!(
            out,
            "<p class=\"caveats\">No sample failed, and {values}.</p>"
        );
    } else {
        let lines = caveats_by_result(doubtful);
        let listed = lines.iter().take(LISTED);
        let mut listed: Vec<String> = listed
            .map(|(first, line)| item(section, first, line))
            .collect();
        if lines.len() > LISTED {
            listed.push(format!("{} more", lines.len() - LISTED));
        }
        let _ = writeln!(
            out,
            "<p class=\"caveats\"><span class=\"what\">doubtful:</span> {}</p>",
            listed.join("; ")
        );
    }
    out.push_str("</div>\n");
}

/// The findings of each result; results with equal findings, such as a size and a ratio to it, stand together.
fn by_result(found: &[Finding]) -> Vec<(Vec<&str>, &[Finding])> {
    let words = |of: &[Finding]| -> Vec<String> { of.iter().map(|one| one.text.clone()).collect() };
    let mut groups: Vec<(Vec<&str>, &[Finding])> = Vec::new();
    for of_result in found.chunk_by(|one, other| one.result == other.result) {
        let Some(result) = of_result.first().map(|one| one.result.as_str()) else {
            continue;
        };
        match groups
            .iter_mut()
            .find(|(_, other)| words(other) == words(of_result))
        {
            Some((results, _)) => results.push(result),
            None => groups.push((vec![result], of_result)),
        }
    }
    groups
}

/// A line of caveats, with a link to the table of failures, or to the first figure of its result.
fn item(section: &Section, caveat: &Caveat, line: &str) -> String {
    let text = html(line);
    let place = match caveat.kind {
        CaveatKind::Failed => {
            (!section.record.failures.is_empty()).then(|| failures_id(&section.anchor))
        }
        _ => {
            let mut charts = section.charts.iter();
            let chart = charts.find(|chart| chart.result == caveat.result);
            chart.map(|chart| figure_id(&section.anchor, chart))
        }
    };
    match place {
        Some(id) => format!("<a href=\"#{id}\">{text}</a>"),
        None => text,
    }
}

/// The id of the table of failed samples.
pub(super) fn failures_id(anchor: &str) -> String {
    format!("{anchor}--failures")
}
