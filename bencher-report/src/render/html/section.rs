//! One sweep on the page: its inputs, its results and its charts.

mod answer;
pub(super) mod environment;
mod hosts;
mod panes;
mod variables;

use std::fmt::Write;

use bencher_core::dataset::{Dataset, DimRole};
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::tag_text;

use crate::chart::{Chart, ChartKind, GapKind, Marks, Table, labels, text};

use crate::render::Look;

use super::attachments::Attachments;
use super::figure::{ROOM, width};
use super::page::{CSV_ROWS, Section, commit_of, figure_id};
use super::slices::{self, Part};
use super::tabs::{Tab, tabs};
use super::text::html;

/// Warnings that stand open.
const WARNINGS: usize = 3;
/// Notes of a figure that stand open.
const NOTES: usize = 5;
/// Failed samples that are listed.
const FAILURES: usize = 200;
/// Characters of a tab's label.
const TAB: usize = 60;
/// Rows of the table beside a figure.
const ROWS: usize = 100;

/// A sweep's section, in the order in which a reader asks.
pub(super) fn section(
    section: &Section,
    slices: &Part,
    look: &Look,
    attachments: &mut Attachments,
) -> String {
    let record = section.record;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h1 id=\"{0}-title\">{1}</h1>",
        section.anchor,
        html(&record.title)
    );
    answer::answer(&mut out, section);
    warnings(&mut out, section);
    paragraphs(&mut out, &record.description, "description");
    let _ = writeln!(out, "<p class=\"sentence\">{}</p>", sentence(record));
    counts(&mut out, record);
    slices::look_up(&mut out, slices);
    for chart in section.charts {
        let dataset = Some(&record.dataset);
        figure(&mut out, &section.anchor, chart, dataset, look, attachments);
    }
    if section.charts.is_empty() {
        out.push_str(
            "<p class=\"empty\">Nothing to draw: no result has a cell, or no chosen plot suits this sweep \
             (see “Why these figures?”).</p>\n",
        );
    }
    undrawn_plots(&mut out, section);
    slices::section(&mut out, &section.anchor, slices);
    failures(&mut out, &section.anchor, record);
    variables::table(&mut out, record);
    explanations(&mut out, section);
    hosts::table(&mut out, record);
    environment::table(&mut out, record);
    paragraphs(&mut out, &record.post_description, "closing");
    out.push_str("</section>\n");
    out
}

/// The plots of the program's own that are not here, and why.
fn undrawn_plots(out: &mut String, section: &Section) {
    let explanations = section.explanations.iter();
    let own = explanations.filter(|one| one.kind == ChartKind::Custom && !one.chosen);
    for one in own.filter(|_| section.wants_own_plots) {
        let named = if one.result.is_empty() {
            String::new()
        } else {
            format!("{}: ", one.result)
        };
        let _ = writeln!(
            out,
            "<p class=\"note\">Without a plot of the program’s own. {}</p>",
            html(&format!("{named}{}", one.reason))
        );
    }
}

fn warnings(out: &mut String, section: &Section) {
    let all = section.record.warnings.iter().chain(&section.warnings);
    let items: Vec<String> = all
        .map(|warning| format!("<li>{}</li>", html(warning)))
        .collect();
    let (open, folded) = items.split_at(items.len().min(WARNINGS));
    if !open.is_empty() {
        let _ = writeln!(
            out,
            "<div class=\"warnings\" role=\"alert\"><ul>{}</ul>",
            open.join("\n")
        );
        if !folded.is_empty() {
            let more = text::count(folded.len(), "more warning");
            let list = folded.join("\n");
            let _ = writeln!(
                out,
                "<details><summary>{more}</summary><ul>{list}</ul></details>"
            );
        }
        out.push_str("</div>\n");
    }
}

/// Free text: a blank line begins a paragraph, nothing in it is markup.
pub(super) fn paragraphs(out: &mut String, text: &str, class: &str) {
    for paragraph in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
        let _ = writeln!(out, "<p class=\"{class}\">{}</p>", html(paragraph));
    }
}

/// `Sweeping len by algo by repeat`, with how many values each has.
fn sentence(record: &SweepRecord) -> String {
    let dims = record.dataset.dims();
    let swept: Vec<String> = dims
        .iter()
        .filter(|dim| dim.role != DimRole::Time)
        .map(|dim| format!("<b>{}</b> ({})", html(&dim.name), dim.len()))
        .collect();
    if swept.is_empty() {
        "A single point, without inputs.".to_owned()
    } else {
        format!("Sweeping {}.", swept.join(" by "))
    }
}

fn counts(out: &mut String, record: &SweepRecord) {
    let Counts {
        submitted,
        executed,
        hits,
        failed,
        skipped,
    } = record.counts;
    let class = if failed > 0 { " class=\"bad\"" } else { "" };
    let late = match record.timed_out() {
        0 => String::new(),
        late => format!(" ({late} timed out)"),
    };
    let _ = write!(
        out,
        "<p class=\"counts\"><span>{submitted} samples</span> <span>{executed} executed</span> \
         <span>{hits} from the store</span> <span{class}>{failed} failed{late}</span>"
    );
    if skipped > 0 {
        let _ = write!(out, " <span>{skipped} skipped by a constraint</span>");
    }
    if !record.started.is_empty() {
        let _ = write!(out, " <span>started {}</span>", html(&record.started));
    }
    if let Some(commit) = commit_of(record) {
        let _ = write!(out, " <span>commit {}</span>", html(&commit));
    }
    for (phase, seconds) in &record.timings {
        let _ = write!(
            out,
            " <span>{} {}</span>",
            html(phase),
            html(&text::quantity(*seconds, "s"))
        );
    }
    if !record.tag.is_empty() {
        let _ = write!(out, " <span>tag {}</span>", html(&tag_text(&record.tag)));
    }
    out.push_str("</p>\n");
}

fn failures(out: &mut String, anchor: &str, record: &SweepRecord) {
    let all = record.failures.len();
    if all == 0 {
        return;
    }
    let _ = writeln!(
        out,
        "<details class=\"failures\" id=\"{}\" open><summary>Failed samples ({all})</summary>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Failed samples\">\
         <table><thead><tr><th>Point</th><th>Repeat</th><th>Error</th></tr></thead><tbody>",
        answer::failures_id(anchor)
    );
    for failure in record.failures.iter().take(FAILURES) {
        let inputs: Vec<String> = failure
            .inputs
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"error\">{}</td></tr>",
            html(&inputs.join(", ")),
            failure.repeat,
            html(&failure.error)
        );
    }
    out.push_str("</tbody></table></div>\n");
    if all > FAILURES {
        let _ = writeln!(out, "<p>The first {FAILURES} of {all}.</p>");
    }
    out.push_str("</details>\n");
}

/// A chart with its title, notes, buttons and data; `dataset` is that of its samples, if there is one.
pub(super) fn figure(
    out: &mut String,
    anchor: &str,
    chart: &Chart,
    dataset: Option<&Dataset>,
    look: &Look,
    attachments: &mut Attachments,
) {
    let id = figure_id(anchor, chart);
    let _ = writeln!(
        out,
        "<figure id=\"{id}\" aria-label=\"{}\">\n<figcaption><h2>{}</h2>",
        html(&chart.alt),
        html(&chart.title)
    );
    let notes: Vec<String> = chart
        .spread
        .iter()
        .chain(&chart.notes)
        .map(|note| format!("<p class=\"note\">{}</p>", html(note)))
        .collect();
    let (open, folded) = notes.split_at(notes.len().min(NOTES));
    let _ = writeln!(out, "{}", open.join("\n"));
    if !folded.is_empty() {
        let more = text::count(folded.len(), "more note");
        let list = folded.join("\n");
        let _ = writeln!(out, "<details><summary>{more}</summary>{list}</details>");
    }
    if chart.is_thinned() {
        let all = if chart.has_more_rows(CSV_ROWS) {
            format!(
                "the CSV has the first {CSV_ROWS}, and <code>cargo bencher export</code> all of them"
            )
        } else {
            "the CSV has all of them".to_owned()
        };
        let _ = writeln!(
            out,
            "<p class=\"note\">Too many points to show them all: the lowest and the highest of every interval are \
             drawn; {all}.</p>"
        );
    }
    if let Some((across, up)) = chart.bins() {
        let _ = writeln!(
            out,
            "<p class=\"note\">Too many points to show each: a cell is the mean of {across} × {up} of them, named after \
             the first; <code>cargo bencher export</code> has all of them.</p>"
        );
    }
    out.push_str("</figcaption>\n");
    let tabs = tabs(chart, look.layout);
    match tabs.as_slice() {
        [only] => body(out, &only.chart, dataset, look, attachments),
        tabs => tabbed(out, &id, tabs, |out, tab| {
            body(out, &tab.chart, dataset, look, attachments);
        }),
    }
    if chart.has_axes() {
        out.push_str(
            "<noscript><p>The interactive figure needs JavaScript; its data is below.</p></noscript>\n",
        );
    }
    scale_button(out, chart);
    buttons(out, &chart.title, chart.has_axes());
    if chart.has_axes() {
        data(out, chart);
    }
    out.push_str("</figure>\n");
}

/// The place of a figure that the script computes.
pub(super) fn computed_plot(out: &mut String, alt: &str) {
    let _ = writeln!(
        out,
        "<div class=\"wide\"><div class=\"plot\" role=\"img\" aria-label=\"{}\" style=\"max-width:{ROOM:.0}px\">\
         </div></div>\n<noscript><p>The figure needs JavaScript.</p></noscript>",
        html(alt)
    );
}

/// The content of a chart, or of its part behind a tab.
fn body(
    out: &mut String,
    chart: &Chart,
    dataset: Option<&Dataset>,
    look: &Look,
    attachments: &mut Attachments,
) {
    if chart.kind == ChartKind::Table {
        for panel in &chart.displayed(true).panels {
            if let Marks::Table(one) = &panel.marks {
                table(out, one);
            }
        }
    }
    if chart.kind == ChartKind::Panes {
        panes::panes(out, chart, dataset, attachments);
    }
    if chart.has_axes() {
        let width = width(chart, look);
        // A figure wider than the page scrolls; others shrink with the screen as far as they can be
        // read.
        let least = match chart.columns {
            _ if width > ROOM => width,
            0 | 1 => 0.0,
            columns => width.min(columns as f64 * 250.0),
        };
        let _ = writeln!(
            out,
            "<div class=\"wide\"><div class=\"plot\" role=\"img\" aria-label=\"{}\" \
             style=\"min-width:{least:.0}px;max-width:{width:.0}px\"></div></div>",
            html(&chart.alt),
        );
    }
}

/// Parts behind tabs. Without a script all of them are seen; it hides all but one.
fn tabbed(out: &mut String, id: &str, tabs: &[Tab], mut body: impl FnMut(&mut String, &Tab)) {
    out.push_str("<div class=\"tabs\"><div class=\"strip\" role=\"tablist\">\n");
    let full: Vec<&str> = tabs.iter().map(|tab| tab.label.as_str()).collect();
    for (n, label) in labels(&full, TAB).iter().enumerate() {
        let _ = writeln!(
            out,
            "<button type=\"button\" role=\"tab\" id=\"{id}--tab-{n}\" aria-controls=\"{id}--part-{n}\">{}</button>",
            html(label)
        );
    }
    out.push_str("</div>\n");
    for (n, tab) in tabs.iter().enumerate() {
        let _ = writeln!(
            out,
            "<div class=\"part\" role=\"tabpanel\" id=\"{id}--part-{n}\" aria-labelledby=\"{id}--tab-{n}\">",
        );
        let _ = writeln!(out, "<p class=\"place\">{}</p>", html(&tab.label));
        body(out, tab);
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

/// The button that switches the axis of values between its scales.
fn scale_button(out: &mut String, chart: &Chart) {
    if !chart.has_scales() {
        return;
    }
    let (now, other) = if chart.y.is_log() {
        ("logarithmic", "linear")
    } else {
        ("linear", "logarithmic")
    };
    let _ = writeln!(
        out,
        "<p class=\"controls\"><button type=\"button\" data-scale=\"{now}\" data-other=\"{other}\" \
         aria-label=\"Make the axis of {} {other}\">{other} axis</button></p>",
        html(&chart.y.name)
    );
}

/// The buttons that save a figure.
pub(super) fn buttons(out: &mut String, title: &str, has_axes: bool) {
    out.push_str("<p class=\"buttons\">");
    let images: &[&str] = if has_axes { &["PNG", "SVG"] } else { &[] };
    for format in ["CSV"].iter().chain(images) {
        let _ = write!(
            out,
            "<button type=\"button\" data-save=\"{}\" aria-label=\"Save {} as {format}\">{format}</button> ",
            format.to_lowercase(),
            html(title)
        );
    }
    out.push_str("</p>\n");
}

fn table(out: &mut String, table: &Table) {
    out.push_str(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Values\"><table><thead><tr>",
    );
    for title in table.titles() {
        let _ = write!(out, "<th>{}</th>", html(&title));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for cell in row {
            let class = cell.gap.map_or("", gap_class);
            let _ = write!(out, "<td class=\"{class}\">{}</td>", html(&cell.text));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
}

/// The style of a gap: failures stand out from skipped cells.
fn gap_class(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Failed | GapKind::TimedOut => "gap bad",
        _ => "gap",
    }
}

/// Whether the table of a figure's data has all of them, as they are: HTML keeps no control characters.
pub(super) fn has_whole_table(chart: &Chart) -> bool {
    let is_kept = |c: char| c == '\n' || !c.is_control();
    let rows = chart.data_rows(ROWS + 1);
    let mut cells = rows.rows.iter().flatten().chain(&rows.columns);
    chart.has_axes() && rows.rows.len() <= ROWS && cells.all(|cell| cell.chars().all(is_kept))
}

/// The figure's first rows as a table: for readers without a mouse, or without a script.
fn data(out: &mut String, chart: &Chart) {
    let rows = chart.data_rows(ROWS + 1);
    out.push_str(
        "<details class=\"data\"><summary>Data</summary><div class=\"scroll\" tabindex=\"0\" \
         role=\"region\" aria-label=\"Data\"><table><thead><tr>",
    );
    for column in &rows.columns {
        let _ = write!(out, "<th>{}</th>", html(column));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows.rows.iter().take(ROWS) {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", html(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    if rows.rows.len() > ROWS {
        let _ = writeln!(out, "<p>The first {ROWS} rows; the CSV has more.</p>");
    }
    out.push_str("</details>\n");
}

fn explanations(out: &mut String, section: &Section) {
    if section.explanations.is_empty() {
        return;
    }
    out.push_str(
        "<details class=\"explain\"><summary>Why these figures?</summary><div class=\"scroll\" \
         tabindex=\"0\" role=\"region\" aria-label=\"Why these figures\"><table><thead><tr>\
         <th>Result</th><th>Plot (<code>--plots</code>)</th><th>Drawn</th><th>Because</th></tr></thead><tbody>\n",
    );
    for explanation in &section.explanations {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            html(&explanation.result),
            explanation.kind.slug(),
            if explanation.chosen { "yes" } else { "no" },
            html(&explanation.reason)
        );
    }
    out.push_str("</tbody></table></div></details>\n");
}
