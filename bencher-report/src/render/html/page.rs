//! The page around the sections: head, navigation, scripts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use bencher_core::dataset::Dataset;
use bencher_core::record::SweepRecord;
use bencher_core::store::tag_text;
use bencher_core::value::Payload;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::chart::Chart;
use crate::deduce::Explanation;
use crate::render::Look;

use super::attachments::Attachments;
use super::bundle::{PLOTLY, data_element, script_element};
use super::figure::{figures, scales};
use super::section;
use super::slices::{self, Slices};
use super::text::html;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("narrow.js"), include_str!("page.js"));
/// Selections on parallel axes.
const BRUSH: &str = include_str!("brush.js");

/// Rows of a chart that its CSV holds.
pub(super) const CSV_ROWS: usize = 20_000;

/// The policy of a page: only inline scripts and styles run, plotly may build images of heat maps and of downloads, and
/// nothing is fetched.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src data: blob:; base-uri 'none'; form-action 'none'";
/// The addition for a page with videos.
pub(super) const VIDEO_POLICY: &str = "; media-src data:";

/// One sweep as the page shows it.
pub(crate) struct Section<'a> {
    pub(crate) record: &'a SweepRecord,
    /// The anchor, unique on the page.
    pub(crate) anchor: String,
    pub(crate) charts: &'a [Chart],
    pub(crate) answer: &'a Answer,
    pub(crate) explanations: Vec<Explanation>,
    /// Whether a reader misses a plot of the program's own that is not drawn.
    pub(crate) wants_own_plots: bool,
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
            let title = html(&title_with_tag(section.record));
            let _ = writeln!(body, "<li><a href=\"#{}\">{title}</a></li>", section.anchor);
        }
        body.push_str("</ul></nav>\n");
    }
    body.push_str("<main>\n");
    let mut slices = Slices::default();
    let mut figures = Vec::new();
    for section in sections {
        let dataset = &section.record.dataset;
        let part = slices.add(&section.anchor, dataset, section.charts);
        body.push_str(&section::section(section, &part, look, &mut attachments));
        // A click can only show the samples of a sweep that the page carries.
        let carried = matches!(part, slices::Part::Sweep(..)).then_some(dataset);
        figures.extend(specs(&section.anchor, section.charts, carried, look));
        figures.extend(slices::spec(&section.anchor, &part));
    }
    if sections.is_empty() {
        body.push_str("<p class=\"empty\">There is no finished sweep to show.</p>\n");
    }
    body.push_str("</main>\n");
    if let Some(data) = slices.json() {
        body.push_str(&data_element("sweeps", &data));
        body.push_str(&script_element("computed", slices::SCRIPT));
    }
    body.push_str(&scripts(figures));
    let videos = if attachments.videos { VIDEO_POLICY } else { "" };
    let html = frame(title, videos, &body);
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

/// The data of figures, and the script that draws them; nothing where there is no figure.
pub(super) fn scripts(figures: Vec<Json>) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let parts = |spec: &Json| spec["figures"].as_array().cloned().unwrap_or_default();
    let is_brushed = |spec: &Json| parts(spec).iter().any(|part| !part["brush"].is_null());
    let brush = if figures.iter().any(is_brushed) {
        format!("<script>{BRUSH}</script>\n")
    } else {
        String::new()
    };
    format!(
        "{}<script type=\"text/plain\" id=\"plotly\">{PLOTLY}</script>\n{brush}<script>{SCRIPT}</script>\n",
        data_element("figures", &Json::Array(figures))
    )
}

/// The data of some charts for the page's script; with the places of their points, if they are of a dataset whose samples
/// the page shows.
pub(super) fn specs(
    anchor: &str,
    charts: &[Chart],
    dataset: Option<&Dataset>,
    look: &Look,
) -> Vec<Json> {
    let spec = |chart: &Chart| {
        json!({
            "id": figure_id(anchor, chart),
            "title": super::text::plotly(&chart.title, 100),
            "figures": figures(chart, dataset, look),
            "scale": scales(chart),
            "csv": (!section::has_whole_table(chart)).then(|| chart.csv(CSV_ROWS)),
        })
    };
    charts.iter().map(spec).collect()
}

/// The id of a chart's element; unique on the page.
pub(super) fn figure_id(anchor: &str, chart: &Chart) -> String {
    format!("{anchor}--{}", chart.id)
}

/// The title of a sweep, with its tag where it has one: two sweeps of one title differ by it.
pub(super) fn title_with_tag(record: &SweepRecord) -> String {
    match &*record.tag {
        "" => record.title.clone(),
        tag => format!("{} (tag {})", record.title, tag_text(tag)),
    }
}

/// The commit that a record was measured at.
pub(super) fn commit_of(record: &SweepRecord) -> Option<String> {
    let git = record.environment.as_ref()?.git.as_ref()?;
    let commit = git.commit.get(..9).unwrap_or(&git.commit);
    let dirty = if git.dirty { ", with changes" } else { "" };
    Some(format!("{commit}{dirty}"))
}
