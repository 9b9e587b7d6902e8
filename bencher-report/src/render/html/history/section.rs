//! One sweep on the page of histories.

use std::fmt::Write;

use bencher_core::dataset::DimRole;
use bencher_core::store::tag_text;

use crate::over_time::{ResultRuns, Run, RunState, SweepRuns, percentiles};
use crate::render::Look;

use super::super::attachments::Attachments;
use super::super::section::{computed_plot as plot, environment, figure as chart, paragraphs};
use super::{Figure, FigureKind, History, comparison, html, tables};

/// Changes that stand open.
const CHANGES: usize = 4;

/// The section of a sweep, in the order in which a reader asks.
pub(super) fn section(
    history: &History,
    kept: &[usize],
    look: &Look,
    attachments: &mut Attachments,
) -> String {
    let sweep = history.sweep;
    let newest = &sweep.newest;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<section id=\"{0}\" class=\"history\" aria-labelledby=\"{0}-title\">\n<h1 id=\"{0}-title\">{1}</h1>",
        history.anchor,
        html(&newest.title)
    );
    facts(&mut out, sweep);
    notes(&mut out, history, kept);
    paragraphs(&mut out, &newest.description, "description");
    changes(&mut out, sweep);
    tables::runs(&mut out, sweep);
    let figures = figures(history);
    let is_of = |figure: &&Figure, kinds: &[FigureKind]| kinds.contains(&figure.kind);
    let over_time = [FigureKind::Line, FigureKind::Percentiles];
    for figure in figures.iter().filter(|figure| is_of(figure, &over_time)) {
        if let Some(result) = sweep.results.get(figure.result) {
            time_figure(&mut out, history, figure, result);
        }
    }
    for figure in figures
        .iter()
        .filter(|figure| is_of(figure, &[FigureKind::Curves]))
    {
        curves_figure(&mut out, sweep, figure);
    }
    let mut runs = figures
        .iter()
        .filter(|figure| is_of(figure, &[FigureKind::Run]))
        .peekable();
    if runs.peek().is_some() {
        slider(&mut out, history, kept);
    }
    for figure in runs {
        if let Some(result) = sweep.results.get(figure.result) {
            run_figure(&mut out, figure, result);
        }
    }
    for figure in figures
        .iter()
        .filter(|figure| is_of(figure, &[FigureKind::Ratios]))
    {
        comparison::figure(&mut out, sweep, kept, figure);
    }
    for content in history.contents {
        chart(&mut out, &history.anchor, content, None, look, attachments);
    }
    environment::table(&mut out, newest);
    paragraphs(&mut out, &newest.post_description, "closing");
    out.push_str("</section>\n");
    out
}

/// The figures of a sweep that the script computes, in their order on the page.
pub(super) fn figures(history: &History) -> Vec<Figure> {
    let sweep = history.sweep;
    let figure = |kind: FigureKind, result: usize, title: String| Figure {
        id: format!("{}--{}-{result}", history.anchor, kind.name()),
        title,
        kind,
        result,
    };
    let is_one_point = sweep.points() == 1;
    let mut figures = Vec::new();
    for (n, result) in sweep.results.iter().enumerate() {
        let name = &result.info.name;
        figures.push(if is_one_point {
            figure(FigureKind::Line, n, format!("{name} over time"))
        } else {
            let title = format!("{name} over time, all points");
            figure(FigureKind::Percentiles, n, title)
        });
    }
    if is_one_point || sweep.results.is_empty() {
        return figures;
    }
    if sweep.curves.is_some() {
        for (n, result) in sweep.results.iter().enumerate() {
            let title = format!("{} over time, point by point", result.info.name);
            figures.push(figure(FigureKind::Curves, n, title));
        }
    }
    let varied = sweep.inputs.iter().filter(|input| input.len() > 1);
    let names: Vec<&str> = varied.map(|input| input.name.as_str()).collect();
    for (n, result) in sweep.results.iter().enumerate() {
        let title = format!("{} vs {}", result.info.name, names.join(" vs "));
        figures.push(figure(FigureKind::Run, n, title));
    }
    if sweep.runs.len() > 1 {
        figures.push(figure(
            FigureKind::Ratios,
            0,
            "Comparison of two runs".to_owned(),
        ));
    }
    figures
}

/// The heading of the section: the sweep, its tag, its runs, the newest of them.
fn facts(out: &mut String, sweep: &SweepRuns) {
    let newest = &sweep.newest;
    let _ = write!(
        out,
        "<p class=\"counts\"><span>{}</span> <span>{}</span> <span>{} {}</span>",
        html(&newest.bench),
        tag_of(sweep),
        sweep.runs.len(),
        if sweep.runs.len() == 1 { "run" } else { "runs" }
    );
    if let Some(run) = sweep.runs.last() {
        let _ = write!(out, " <span>latest: {}</span>", html(&run.text()));
    }
    let inputs: Vec<String> = sweep
        .inputs
        .iter()
        .filter(|dim| dim.role == DimRole::Input)
        .map(|dim| format!("{} ({})", html(&dim.name), dim.len()))
        .collect();
    if !inputs.is_empty() {
        let _ = write!(out, " <span>{}</span>", inputs.join(" × "));
    }
    out.push_str("</p>\n");
}

fn tag_of(sweep: &SweepRuns) -> String {
    match &*sweep.newest.tag {
        "" => "no tag".to_owned(),
        tag => format!("tag {}", html(&tag_text(tag))),
    }
}

fn notes(out: &mut String, history: &History, kept: &[usize]) {
    let sweep = history.sweep;
    let mut notes: Vec<String> = sweep.notes.clone();
    if kept.len() < sweep.runs.len() {
        notes.push(format!(
            "The slider and the comparison have {} of the {} runs: the newest ones, and some of the older ones. \
             `cargo bencher history show` lists all.",
            kept.len(),
            sweep.runs.len()
        ));
    }
    let last = sweep.runs.last().map(|run| &run.state);
    if let Some(RunState::Failed(reason)) = last {
        notes.insert(0, format!("The latest run failed: {reason}"));
    }
    notes.extend(history.warnings.iter().cloned());
    if notes.is_empty() {
        return;
    }
    let items: Vec<String> = notes
        .iter()
        .map(|note| format!("<li>{}</li>", html(note)))
        .collect();
    let _ = writeln!(
        out,
        "<div class=\"warnings\" role=\"note\"><ul>{}</ul></div>",
        items.join("\n")
    );
}

/// The changes of level.
fn changes(out: &mut String, sweep: &SweepRuns) {
    if sweep.changes.is_empty() {
        out.push_str("<p class=\"note\">No result changed its level.</p>\n");
        return;
    }
    let items: Vec<String> = sweep
        .changes
        .iter()
        .map(|change| format!("<li>{}</li>", html(change)))
        .collect();
    let (open, folded) = items.split_at(items.len().min(CHANGES));
    let _ = writeln!(out, "<ul class=\"changes\">{}</ul>", open.join("\n"));
    if !folded.is_empty() {
        let _ = writeln!(
            out,
            "<details><summary>{} more changes</summary><ul class=\"changes\">{}</ul></details>",
            folded.len(),
            folded.join("\n")
        );
    }
}

/// A result over the runs.
fn time_figure(out: &mut String, history: &History, figure: &Figure, result: &ResultRuns) {
    let sweep = history.sweep;
    let mut notes = Vec::new();
    if figure.kind == FigureKind::Line {
        let values = || result.values.iter().flatten();
        if values().any(|point| point.bounds.is_some()) {
            notes.push("Dark band: bounds of the centre within its run (95 %).".to_owned());
        }
        notes.push(match result.between_runs {
            Some(factor) => format!(
                "Light band: bounds that hold for any run of the same code (95 %): the centre, divided by and \
                 multiplied by {}.",
                bencher_core::dataset::digits(factor, 4)
            ),
            None => "How much runs of the same code differ is not known from so few runs; bounds within a run are \
                     narrower."
                .to_owned(),
        });
    } else {
        let (_, is_relative) = percentiles(result, &sweep.runs);
        notes.push(format!(
            "Line: the median of the points of a run. Dark band: the middle half. Light band: all points. {}",
            if is_relative {
                "Each point is divided by its own median over the runs that count, so 1 is usual."
            } else {
                "The values are plain, because some point has no median above zero."
            }
        ));
    }
    if sweep.runs.iter().any(is_failed) {
        notes.push(
            "Hollow points: runs that failed; no later run is compared with them.".to_owned(),
        );
    }
    open(out, figure, &notes);
    plot(out, &alt(figure, sweep));
    buttons(out, figure);
    tables::over_time(out, sweep, result);
    out.push_str("</figure>\n");
}

/// A result at each point over the runs.
fn curves_figure(out: &mut String, sweep: &SweepRuns, figure: &Figure) {
    let names: Vec<&str> = sweep
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    let mut notes = vec![format!("Curves: {}.", names.join(", "))];
    if sweep.runs.iter().any(is_failed) {
        notes.push("Hollow points: runs that failed.".to_owned());
    }
    open(out, figure, &notes);
    plot(out, &alt(figure, sweep));
    buttons(out, figure);
    out.push_str("</figure>\n");
}

const fn is_failed(run: &Run) -> bool {
    matches!(run.state, RunState::Failed(_))
}

/// The results over the inputs, in the run of the slider.
fn run_figure(out: &mut String, figure: &Figure, result: &ResultRuns) {
    let mut notes = Vec::new();
    let bounds = result
        .values
        .iter()
        .flatten()
        .any(|point| point.bounds.is_some());
    if bounds {
        notes.push("Error bars: bounds of the centre within its run (95 %).".to_owned());
    }
    let mut points = result.values.iter().flatten();
    if points.any(|point| point.value.is_none()) {
        notes.push(
            "Crosses, and grey cells: no value; the text at the pointer says why.".to_owned(),
        );
    }
    open(out, figure, &notes);
    out.push_str("<p class=\"note of-run\" aria-live=\"off\"></p>\n");
    let alt = format!("{}, in the run that the slider names", figure.title);
    plot(out, &alt);
    buttons(out, figure);
    out.push_str("</figure>\n");
}

/// The choice of the run that the figures below it show.
fn slider(out: &mut String, history: &History, kept: &[usize]) {
    let last = kept.len().saturating_sub(1);
    let runs = &history.sweep.runs;
    let newest = runs
        .last()
        .map_or_else(String::new, |run| html(&run.text()));
    let _ = writeln!(
        out,
        "<h2 class=\"part-title\">One run</h2>\n<p class=\"controls slider\" data-anchor=\"{0}\">\
         <label for=\"{0}--slider\">Run</label> \
         <input type=\"range\" id=\"{0}--slider\" min=\"0\" max=\"{last}\" step=\"1\" value=\"{last}\"{1}> \
         <output for=\"{0}--slider\">{newest}</output></p>",
        history.anchor,
        if last == 0 { " disabled" } else { "" }
    );
}

/// The head of a figure, down to its notes.
pub(super) fn open(out: &mut String, figure: &Figure, notes: &[String]) {
    let _ = writeln!(
        out,
        "<figure id=\"{}\" aria-label=\"{1}\">\n<figcaption><h2>{1}</h2>",
        figure.id,
        html(&figure.title)
    );
    for note in notes {
        let _ = writeln!(out, "<p class=\"note\">{}</p>", html(note));
    }
    out.push_str("</figcaption>\n");
}

pub(super) fn buttons(out: &mut String, figure: &Figure) {
    super::super::section::buttons(out, &figure.title, true);
}

fn alt(figure: &Figure, sweep: &SweepRuns) -> String {
    let runs = sweep.runs.len();
    let text = |run: Option<&Run>| run.map_or_else(String::new, Run::text);
    format!(
        "{}: {runs} runs from {} to {}",
        figure.title,
        text(sweep.runs.first()),
        text(sweep.runs.last())
    )
}
