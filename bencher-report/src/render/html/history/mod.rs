//! The page of the runs of sweeps over time. Its figures are computed by its script, from the values of all runs,
//! which the page carries once.

mod comparison;
pub(super) mod data;
mod section;
mod tables;

use std::fmt::Write;

use serde_json::{Value as Json, json};

use crate::chart::Chart;
use crate::over_time::SweepRuns;
use crate::render::Look;

use super::attachments::Attachments;
use super::bundle::data_element;
use super::page::{Page, VIDEO_POLICY, frame, scripts, specs};
use super::text::{html, plotly};

/// Defines the figures of this page for the script of all pages.
const SCRIPT: &str = concat!(
    include_str!("../computed_figures.js"),
    include_str!("../history.js")
);

/// One sweep as the page shows it.
pub(crate) struct History<'a> {
    pub(crate) sweep: &'a SweepRuns,
    /// The anchor, unique on the page.
    pub(crate) anchor: String,
    /// The results of the newest run that are no numbers.
    pub(crate) contents: &'a [Chart],
    /// Warnings of the drawing itself.
    pub(crate) warnings: Vec<String>,
}

/// The whole page.
pub(crate) fn history_page(title: &str, histories: &[History], look: &Look) -> Page {
    let mut attachments = Attachments::new();
    let mut body = String::new();
    if histories.len() > 1 {
        body.push_str("<nav aria-label=\"Sweeps\"><ul>\n");
        for history in histories {
            let title = html(&super::page::title_with_tag(&history.sweep.newest));
            let _ = writeln!(body, "<li><a href=\"#{}\">{title}</a></li>", history.anchor);
        }
        body.push_str("</ul></nav>\n");
    }
    body.push_str("<main>\n");
    let mut figures = Vec::new();
    let mut runs = Vec::new();
    for (n, history) in histories.iter().enumerate() {
        let kept = data::kept(history.sweep);
        body.push_str(&section::section(history, &kept, look, &mut attachments));
        figures.extend(
            section::figures(history)
                .into_iter()
                .map(|figure| figure.spec(n)),
        );
        figures.extend(specs(&history.anchor, history.contents, None, look));
        runs.push(data::sweep(history.sweep, &kept));
    }
    body.push_str("</main>\n");
    body.push_str(&data_element("runs", &Json::Array(runs)));
    let _ = writeln!(body, "<script>{SCRIPT}</script>");
    body.push_str(&scripts(figures));
    let videos = if attachments.videos { VIDEO_POLICY } else { "" };
    Page {
        html: frame(title, videos, &body),
        files: attachments.files,
    }
}

/// A figure that the script computes.
struct Figure {
    id: String,
    title: String,
    kind: FigureKind,
    /// The position of the result; the first one for a comparison.
    result: usize,
}

/// What a computed figure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FigureKind {
    /// The value of the only point over the runs.
    Line,
    /// The percentiles of all points over the runs.
    Percentiles,
    /// The values of each point over the runs.
    Curves,
    /// The values over the inputs, in one run.
    Run,
    /// The ratios of two runs.
    Ratios,
}

impl FigureKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Percentiles => "percentiles",
            Self::Curves => "curves",
            Self::Run => "run",
            Self::Ratios => "ratios",
        }
    }
}

impl Figure {
    /// The figure for the script of the page.
    fn spec(&self, sweep: usize) -> Json {
        json!({
            "id": self.id,
            "title": plotly(&self.title, 100),
            "kind": self.kind.name(),
            "sweep": sweep,
            "result": self.result,
        })
    }
}
