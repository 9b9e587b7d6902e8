//! Any slice of a sweep, and any point of it: the data that the page carries once, and the part of a section in which a
//! reader chooses.

use std::collections::HashMap;
use std::fmt::Write;

use bencher_core::dataset::{Dataset, Dim};
use bencher_core::value::{Kind, Value};
use serde_json::{Map, Value as Json, json};

use crate::chart::{Chart, ChartKind, Gap, short_levels, text};
use crate::deduce::{Points, ResultPoints, points, samples};
use crate::over_time::ResultRuns;

use super::history::data;
use super::section::{buttons, computed_plot as plot};
use super::text::{html, plotly};

/// Defines the computed figures of a page, and the card with the samples of a point.
pub(super) const SCRIPT: &str = concat!(
    include_str!("computed_figures.js"),
    include_str!("sample_card.js"),
    include_str!("marks.js"),
    include_str!("slices.js")
);

/// Samples of all sweeps of a page that it carries one by one.
const SAMPLES: usize = 300_000;
/// Inputs with several values from which on a panel cannot show them all.
const SLICED: usize = 3;
/// Characters of a text that the card of a sample shows.
const CHARACTERS: usize = 300;

/// The sweeps of a page whose points a reader can look up.
#[derive(Default)]
pub(super) struct Slices {
    sweeps: Vec<Json>,
    samples: usize,
}

/// What a page has of one sweep.
pub(super) enum Part {
    /// It has no point to choose.
    Nothing,
    /// It has too many samples to carry them: how many.
    TooMany(usize),
    /// The number of the sweep among the page's data, and whether figures of slices can be made.
    Sweep(usize, bool),
}

impl Slices {
    /// Adds a sweep, if the page has room for its samples.
    pub(super) fn add(&mut self, anchor: &str, dataset: &Dataset, charts: &[Chart]) -> Part {
        let count = samples(dataset);
        if count < 2 {
            return Part::Nothing;
        }
        if self.samples.saturating_add(count) > SAMPLES {
            return Part::TooMany(count);
        }
        self.samples += count;
        let points = points(dataset);
        let is_varied = |dim: &&&Dim| dim.len() > 1;
        let varied = points.inputs.iter().filter(is_varied).count();
        let is_sliced = varied >= SLICED && points.results.iter().any(|one| !one.points.is_empty());
        self.sweeps.push(sweep(anchor, &points, charts));
        Part::Sweep(self.sweeps.len() - 1, is_sliced)
    }

    /// The data for the script; `None` if there is none.
    pub(super) fn json(self) -> Option<Json> {
        (!self.sweeps.is_empty()).then_some(Json::Array(self.sweeps))
    }
}

/// The id of the figure of a section's slices.
fn id(anchor: &str) -> String {
    format!("{anchor}--slices")
}

/// The figure of a section's slices for the script of the page.
pub(super) fn spec(anchor: &str, part: &Part) -> Option<Json> {
    let Part::Sweep(sweep, true) = part else {
        return None;
    };
    Some(json!({
        "id": id(anchor),
        "title": plotly("Any slice", 100),
        "kind": "slice",
        "sweep": sweep,
        "result": 0,
    }))
}

/// The button that opens the samples of a point; nothing where the page does not carry them.
pub(super) fn look_up(out: &mut String, part: &Part) {
    if let Part::Sweep(sweep, _) = part {
        let _ = writeln!(
            out,
            "<p class=\"controls\"><button type=\"button\" data-look-up=\"{sweep}\">Look up a point</button> <span \
             class=\"note\">A click on a point of a figure does the same.</span></p>"
        );
    }
}

/// The place in which a reader chooses a slice.
pub(super) fn section(out: &mut String, anchor: &str, part: &Part) {
    match part {
        Part::Nothing => {}
        Part::TooMany(count) => {
            let _ = writeln!(
                out,
                "<p class=\"note\">A click on a point shows no samples, and there is no choice of slices: {} are too \
                 many for a page. The CSV of a figure has its points, and <code>cargo bencher export</code> has all \
                 samples.</p>",
                text::count(*count, "sample")
            );
        }
        Part::Sweep(sweep, is_sliced) => {
            if *is_sliced {
                let id = id(anchor);
                let _ = writeln!(
                    out,
                    "<figure id=\"{id}\" class=\"slices\" aria-label=\"Any slice\">\n<figcaption><h2>Any slice</h2>\n\
                     <p class=\"note\">Choose what the figure shows, and the values of the other inputs.</p>\n\
                     </figcaption>\n<div class=\"controls choices\" data-slices=\"{sweep}\"></div>"
                );
                plot(out, "The chosen slice of the sweep");
                buttons(out, "the slice", true);
                out.push_str("</figure>\n");
            }
        }
    }
}

/// One sweep, as the figures over its inputs take it: its only run, its inputs, each value once.
fn sweep(anchor: &str, points: &Points, charts: &[Chart]) -> Json {
    let is_shown = |name: &str| {
        let mut panes = charts.iter().filter(|chart| chart.kind == ChartKind::Panes);
        panes.any(|chart| chart.result == name)
    };
    let results = points.results.iter();
    let results: Vec<Json> = results
        .map(|one| result(one, is_shown(&one.info.name)))
        .collect();
    json!({
        "anchor": html(anchor),
        "runs": [{ "number": 1, "event": "", "text": "", "state": 0 }],
        "kept": [0],
        "inputs": points.inputs.iter().map(|dim| input(dim)).collect::<Vec<Json>>(),
        "repeats": points.repeats,
        "results": results,
    })
}

fn input(dim: &Dim) -> Json {
    let mut json = data::input(dim);
    let (units, ticks) = short_levels(dim);
    json["ticks"] = json!({ "units": units, "levels": ticks });
    // As the labels of panes have them.
    let shown = dim.values.iter().map(|value| text::level(dim, value));
    json["shown"] = shown.collect();
    json
}

/// A result; `is_shown` where the page has a pane for each of its samples.
fn result(one: &ResultPoints, is_shown: bool) -> Json {
    let runs = ResultRuns::new(one.info.clone(), vec![one.points.clone()]);
    let mut json = data::values(&runs, &[0]);
    let mut gaps = Map::new();
    let mut samples = Vec::with_capacity(one.samples.len());
    for (n, sample) in one.samples.iter().enumerate() {
        samples.push(match sample {
            // A table is in its figure where no pane has it.
            Ok(_) if has_pane(one.info.kind) && !is_shown => json!("see its figure"),
            Ok(value) => cell(one.info.kind, value),
            Err(gap) => {
                gaps.insert(n.to_string(), gap_text(gap).into());
                Json::Null
            }
        });
    }
    json["isNumber"] = json!(!one.points.is_empty());
    json["hasPane"] = json!(has_pane(one.info.kind) && is_shown);
    json["spread"] = json!(one.spread);
    json["samples"] = Json::Array(samples);
    json["gaps"] = Json::Object(gaps);
    json["notes"] = notes(one);
    json
}

/// The notes of samples: each text once, and the number of the text by the number of the sample.
fn notes(one: &ResultPoints) -> Json {
    let mut texts: Vec<String> = Vec::new();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut of = Map::new();
    for (sample, note) in &one.notes {
        let number = *numbers.entry(note).or_insert_with(|| {
            texts.push(text::clip(note, CHARACTERS));
            texts.len() - 1
        });
        of.insert(sample.to_string(), number.into());
    }
    json!({ "texts": texts, "of": of })
}

/// A sample as the card shows it: a number, which it gives its unit, or text.
fn cell(kind: Kind, value: &Value) -> Json {
    if has_pane(kind) {
        return Json::Null;
    }
    match value {
        Value::Bool(truth) => json!(truth.to_string()),
        value if kind.is_numeric() => match value.as_f64() {
            Some(x) if x.is_finite() => data::number(Some(x)),
            _ => json!(kind.text(value)),
        },
        value => json!(text::clip(&kind.text(value), CHARACTERS)),
    }
}

/// Whether a sample is shown by a pane of the page.
const fn has_pane(kind: Kind) -> bool {
    matches!(kind, Kind::File | Kind::Image | Kind::Video | Kind::Table)
}

fn gap_text(gap: &Gap) -> String {
    text::clip(&gap.text(), CHARACTERS)
}
