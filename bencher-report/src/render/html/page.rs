//! The page around the sections: head, navigation, scripts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use bencher_core::record::SweepRecord;
use bencher_core::value::Payload;
use serde_json::{Value as Json, json};

use crate::chart::Chart;
use crate::deduce::Explanation;
use crate::render::Look;

use super::attachments::Attachments;
use super::bundle::{PLOTLY, data_element};
use super::figure::figures;
use super::section;
use super::text::html;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Rows of a chart that its CSV holds.
const CSV_ROWS: usize = 1_000_000;

/// The policy of a page: only inline scripts and styles run, plotly may build images of heat maps and of downloads, and
/// nothing is fetched.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src data: blob:; base-uri 'none'; form-action 'none'";
/// The addition for a page with videos.
const VIDEO_POLICY: &str = "; media-src data:";

/// One sweep as the page shows it.
pub(crate) struct Section<'a> {
    pub(crate) record: &'a SweepRecord,
    /// The anchor, unique on the page.
    pub(crate) anchor: String,
    pub(crate) charts: &'a [Chart],
    pub(crate) explanations: Vec<Explanation>,
    /// Warnings of the drawing itself.
    pub(crate) warnings: Vec<String>,
}

/// A page, and what lies beside it.
pub(crate) struct Page {
    pub(crate) html: String,
    /// Files in [`FOLDER`](crate::render::FOLDER), by name.
    pub(crate) files: BTreeMap<String, Arc<Payload>>,
}

/// The whole page.
pub(crate) fn page(title: &str, sections: &[Section], look: &Look) -> Page {
    let mut attachments = Attachments::new();
    let mut body = String::new();
    if sections.len() > 1 {
        body.push_str("<nav aria-label=\"Sweeps\"><ul>\n");
        for section in sections {
            let title = html(&section.record.title);
            let _ = writeln!(body, "<li><a href=\"#{}\">{title}</a></li>", section.anchor);
        }
        body.push_str("</ul></nav>\n");
    }
    body.push_str("<main>\n");
    for section in sections {
        body.push_str(&section::section(section, look, &mut attachments));
    }
    if sections.is_empty() {
        body.push_str("<p class=\"empty\">There is no finished sweep to show.</p>\n");
    }
    body.push_str("</main>\n");
    let figures = specs(sections, look);
    let scripts = if figures.is_empty() {
        String::new()
    } else {
        format!(
            "{}<script type=\"text/plain\" id=\"plotly\">{PLOTLY}</script>\n<script>{SCRIPT}</script>\n",
            data_element("figures", &Json::Array(figures))
        )
    };
    let videos = if attachments.videos { VIDEO_POLICY } else { "" };
    let html = frame(title, videos, &(body + &scripts));
    Page {
        html,
        files: attachments.files,
    }
}

/// A document around a body; `policy` is what it may do besides.
pub(super) fn frame(title: &str, policy: &str, body: &str) -> String {
    let title = html(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"bencher\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// The data of every chart for the page's script.
fn specs(sections: &[Section], look: &Look) -> Vec<Json> {
    let mut specs = Vec::new();
    for section in sections {
        for chart in section.charts {
            let id = figure_id(section, chart);
            specs.push(json!({
                "id": id,
                "title": super::text::plotly(&chart.title, 100),
                "figures": figures(chart, look),
                "csv": chart.data_rows(CSV_ROWS).to_csv(),
            }));
        }
    }
    specs
}

/// The id of a chart's element; unique on the page.
pub(super) fn figure_id(section: &Section, chart: &Chart) -> String {
    format!("{}--{}", section.anchor, chart.id)
}
