//! The page around the sections: head, navigation, scripts.

use std::fmt::Write;

use bencher_core::record::SweepRecord;
use serde_json::{Value as Json, json};

use crate::chart::Chart;
use crate::deduce::Explanation;

use super::bundle::{PLOTLY, data_element};
use super::figure::figure;
use super::section;
use super::text::html;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Rows of a chart that its CSV holds.
const CSV_ROWS: usize = 1_000_000;

/// What only inline scripts and styles of this very file may do: plotly builds images of heat
/// maps and of downloads, nothing is fetched from anywhere.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src data: blob:; base-uri 'none'; form-action 'none'";

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

/// The whole page.
pub(crate) fn page(title: &str, sections: &[Section]) -> String {
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
        body.push_str(&section::section(section));
    }
    if sections.is_empty() {
        body.push_str("<p class=\"empty\">There is no finished sweep to show.</p>\n");
    }
    body.push_str("</main>\n");
    let figures = figures(sections);
    let scripts = if figures.is_empty() {
        String::new()
    } else {
        format!(
            "{}<script type=\"text/plain\" id=\"plotly\">{PLOTLY}</script>\n<script>{SCRIPT}</script>\n",
            data_element("figures", &Json::Array(figures))
        )
    };
    let title = html(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"bencher\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}{scripts}</body>\n</html>\n"
    )
}

fn figures(sections: &[Section]) -> Vec<Json> {
    let mut figures = Vec::new();
    for section in sections {
        for chart in section.charts {
            let id = figure_id(section, chart);
            figures.push(json!({
                "id": id,
                "title": super::text::plotly(&chart.title, 100),
                "figure": figure(chart),
                "csv": chart.data_rows(CSV_ROWS).to_csv(),
            }));
        }
    }
    figures
}

/// The id of a chart's element; unique on the page.
pub(super) fn figure_id(section: &Section, chart: &Chart) -> String {
    format!("{}--{}", section.anchor, chart.id)
}
