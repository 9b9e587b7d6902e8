//! Panes: the recorded contents of samples, side by side.

use std::fmt::Write;
use std::sync::Arc;

use bencher_core::dataset::{Dataset, Dim, DimRole};
use bencher_core::value::{Payload, Table};

use crate::chart::{Chart, Marks, Pane, Panel, text};
use crate::render::FOLDER;
use crate::render::html::attachments::{AttachmentLocation, Attachments, file_name, size};
use crate::render::html::figure::places::facet_levels;
use crate::render::html::text::html;

/// Lines and characters of a text up to which it stands open.
const LINES: usize = 12;
const CHARACTERS: usize = 600;
/// Characters of a text that a page holds.
const LONGEST: usize = 100_000;
/// Rows and columns of a table that a page holds.
const ROWS: usize = 50;
const COLUMNS: usize = 30;

/// The panes of a chart, in rows and columns. Where its dataset is known, each pane names its sample to the script: the
/// level of each input, and the repeat.
pub(super) fn panes(
    out: &mut String,
    chart: &Chart,
    dataset: Option<&Dataset>,
    attachments: &mut Attachments,
) {
    let _ = writeln!(
        out,
        "<div class=\"wide\"><ul class=\"panes\" style=\"--columns:{}\">",
        chart.columns.max(1)
    );
    for panel in &chart.panels {
        if let Marks::Pane(pane) = &panel.marks {
            let place = panel.label();
            match dataset {
                Some(dataset) => sample(out, panel, dataset),
                None => out.push_str("<li>"),
            }
            if !place.is_empty() {
                let _ = writeln!(out, "<p class=\"place\">{}</p>", html(&place));
            }
            content(out, pane, &place, attachments);
            out.push_str("</li>\n");
        }
    }
    out.push_str("</ul></div>\n");
}

/// The beginning of a pane, with its sample.
fn sample(out: &mut String, panel: &Panel, dataset: &Dataset) {
    let of_role = |role: DimRole| dataset.dims().iter().filter(move |dim| dim.role == role);
    let inputs: Vec<&Dim> = of_role(DimRole::Input).collect();
    let repeats: Vec<&Dim> = of_role(DimRole::Repeat).collect();
    let levels = facet_levels(panel, &inputs);
    let levels: Vec<String> = levels
        .iter()
        .map(|(input, level)| format!("[{input},{level}]"))
        .collect();
    let repeat = facet_levels(panel, &repeats);
    let repeat = repeat.first().map_or(0, |(_, repeat)| *repeat);
    let _ = write!(
        out,
        "<li data-levels=\"[{}]\" data-repeat=\"{repeat}\">",
        levels.join(",")
    );
}

fn content(out: &mut String, pane: &Pane, place: &str, attachments: &mut Attachments) {
    match pane {
        Pane::Text(text) => self::text(out, text),
        Pane::Payload(payload) => self::payload(out, payload, place, attachments),
        Pane::Table(table) => self::table(out, table),
        Pane::Absent(gap) => {
            let class = super::gap_class(gap.kind);
            let _ = write!(out, "<p class=\"{class}\">{}</p>", html(&gap.text()));
        }
    }
}

fn text(out: &mut String, text: &str) {
    let length = text.chars().count();
    let lines = text.lines().count();
    let shown: String = text.chars().take(LONGEST).collect();
    let folded = lines > LINES || length > CHARACTERS;
    if folded {
        let _ = write!(
            out,
            "<details><summary>{} <span class=\"what\">({})</span></summary>",
            html(&text::clip(text.lines().next().unwrap_or_default(), 60)),
            if lines > 1 {
                text::count(lines, "line")
            } else {
                text::count(length, "character")
            }
        );
    }
    let _ = write!(
        out,
        "<pre class=\"scroll\" tabindex=\"0\" dir=\"auto\">{}</pre>",
        html(&shown)
    );
    if length > LONGEST {
        let _ = write!(
            out,
            "<p class=\"what\">… and {}; the CSV has them all.</p>",
            text::count(length - LONGEST, "more character")
        );
    }
    if folded {
        out.push_str("</details>");
    }
}

fn payload(out: &mut String, payload: &Arc<Payload>, place: &str, attachments: &mut Attachments) {
    let name = html(&text::clip(payload.name(), 80));
    let length = size(payload.len());
    let _ = match attachments.place(payload) {
        AttachmentLocation::Image(address) => write!(
            out,
            "<img loading=\"lazy\" decoding=\"async\" alt=\"{}\" src=\"{address}\">\
             <p class=\"what\">{name}, {length}</p>",
            html(&text::clip(&format!("{} {place}", payload.name()), 200))
        ),
        AttachmentLocation::Video(address) => write!(
            out,
            "<video controls preload=\"metadata\" aria-label=\"{}\" src=\"{address}\"></video>\
             <p class=\"what\">{name}, {length}</p>",
            html(&text::clip(&format!("{} {place}", payload.name()), 200))
        ),
        // Neither scripts nor forms nor ways out; the policy of the page holds in the frame, too.
        AttachmentLocation::Markup(markup) => {
            let (class, head) = match Scheme::of(&markup) {
                Scheme::Any => (" class=\"any-scheme\"", SCHEMES),
                Scheme::Own => (" class=\"any-scheme\"", ""),
                Scheme::Light => ("", ""),
            };
            write!(
                out,
                "<iframe sandbox loading=\"lazy\"{class} title=\"{}\" srcdoc=\"{}{}\"></iframe>\
                 <p class=\"what\">{name}, {length}</p>",
                html(&text::clip(&format!("{} {place}", payload.name()), 200)),
                html(head),
                html(&markup)
            )
        }
        AttachmentLocation::Beside(file) => write!(
            out,
            "<p><a href=\"{FOLDER}/{file}\" download=\"{}\">{name}</a></p>\
             <p class=\"what\">{length}</p>",
            file_name(payload.name())
        ),
        AttachmentLocation::Gone => write!(
            out,
            "<p>{name}</p><p class=\"what\">{length}, digest {}</p>\
             <p class=\"gap\">the store no longer has its content</p>",
            payload.digest()
        ),
    };
}

/// Has a frame drawn light in a light page, and dark in a dark one.
const SCHEMES: &str = "<meta name=\"color-scheme\" content=\"light dark\">";

/// For which colours of the page markup is written.
enum Scheme {
    /// It names no colour, so that a frame gives it those of the page.
    Any,
    /// It says itself which it suits.
    Own,
    /// It has colours of its own, or pictures, whose ground is white.
    Light,
}

impl Scheme {
    fn of(markup: &str) -> Self {
        const COLOURED: [&str; 7] = [
            "color",
            "background",
            "fill",
            "stroke",
            "<svg",
            "<img",
            "<canvas",
        ];
        let markup = markup.to_ascii_lowercase();
        if markup.contains("color-scheme") {
            Self::Own
        } else if COLOURED.iter().any(|word| markup.contains(word)) {
            Self::Light
        } else {
            Self::Any
        }
    }
}

fn table(out: &mut String, table: &Table) {
    let columns: Vec<_> = table.columns().take(COLUMNS).collect();
    out.push_str(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table><thead><tr>",
    );
    for (name, _) in &columns {
        let _ = write!(out, "<th>{}</th>", html(&text::clip(name, 60)));
    }
    out.push_str("</tr></thead><tbody>");
    for row in 0..table.len().min(ROWS) {
        out.push_str("<tr>");
        for (_, column) in &columns {
            let cell = column.value(row).map(|value| value.to_string());
            let _ = write!(
                out,
                "<td>{}</td>",
                html(&text::clip(&cell.unwrap_or_default(), 200))
            );
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>");
    let rows = table.len().saturating_sub(ROWS);
    let further = table.columns().count().saturating_sub(COLUMNS);
    let more: Vec<String> = [(rows, "more row"), (further, "more column")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| text::count(n, noun))
        .collect();
    if !more.is_empty() {
        let _ = write!(
            out,
            "<p class=\"what\">… and {}; the CSV has them all.</p>",
            more.join(", ")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_without_colours_takes_those_of_the_page() {
        for (markup, class) in [
            (
                "<h2>Tree</h2><table border=1><tr><td>1</table>",
                "any-scheme",
            ),
            ("<p style=\"COLOR: red\">x</p>", "\" title"),
            ("<svg viewBox='0 0 8 8'><circle r='4'/></svg>", "\" title"),
            (
                "<meta name=color-scheme content=dark><svg></svg>",
                "any-scheme",
            ),
        ] {
            let mut out = String::new();
            let view = Arc::new(Payload::new(
                "view.html",
                "text/html",
                markup.as_bytes().to_vec(),
            ));
            payload(&mut out, &view, "n = 1", &mut Attachments::new());
            let is_any = out.contains("class=\"any-scheme\"");
            assert_eq!(is_any, class == "any-scheme", "{out}");
            let is_told = out.contains("content=&quot;light dark&quot;");
            assert_eq!(is_told, markup.starts_with("<h2>"), "{out}");
            assert!(out.starts_with("<iframe sandbox "), "{out}");
        }
    }
}
