//! The entry point: it writes records to files.

mod folder;
#[cfg(feature = "html")]
mod history;
mod pictures;
#[cfg(feature = "html")]
mod scorecard;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use bencher_core::bench::report_files::{self, List, PAGE};
use bencher_core::bench::{OwnPlot, PaneLayout, PlotSelection, PngBackend};
use bencher_core::dataset::Aggregation;
use bencher_core::record::SweepRecord;
use thiserror::Error;

use crate::answer::Answer;
use crate::chart::Chart;
use crate::custom::SweepPlot;
use crate::deduce;
use crate::render::{FOLDER, Look};

use folder::{Content, Folder, Output};
#[cfg(feature = "html")]
pub use history::write_history;
use pictures::{Picture, PictureForm};
#[cfg(feature = "html")]
pub use scorecard::write_scorecard;

/// The least width and height of a plot in pixels.
const SMALLEST: u32 = 50;

/// The options of a report. See [`write_report`] for an example.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// Whether the interactive page is written.
    pub html: bool,
    /// Whether a PNG file is written for every chart.
    pub png: bool,
    /// The renderer of the PNG files.
    pub png_backend: PngBackend,
    /// Whether an SVG file is written for every chart (no), by the built-in renderer.
    pub svg: bool,
    /// Width of a plot in pixels, at least 50 (600). A PNG file has two pixels for each, unless it would be too large.
    /// Plots side by side share the width of the page, and keep their proportions. Where width and height are the
    /// default, figures on the page take the whole width of their card instead.
    pub plot_width: u32,
    /// Height of a plot in pixels, at least 50 (600).
    pub plot_height: u32,
    /// The arrangement of the plots of one result on the page; a PNG file has them side by side.
    pub layout: PaneLayout,
    /// The kinds of plots; `None` draws those that each record [chose](deduce::selection).
    pub plots: Option<PlotSelection>,
    /// The view over fewer inputs that comes before the other charts of each record; `None` draws the one that the record
    /// [asks for](Aggregation). A record whose inputs it does not suit has a warning instead.
    pub aggregate: Option<Aggregation>,
    /// The plots of the program's own; each is drawn with the sweep that it belongs to. See
    /// [`CustomPlot`](crate::CustomPlot).
    pub own_plots: Vec<OwnPlot>,
    /// The program of the report, such as `demo/benches/parse`. If the folder has the report of another program, that
    /// report stays, and this one is written to a folder within.
    pub program: String,
    /// The part of the program in the report, if it is not the whole. The report of a part goes to a folder within;
    /// reports of other parts, or of the whole, stay. A page that lists the parts is written where there is no page of
    /// the whole.
    pub part: Option<String>,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            html: true,
            png: true,
            png_backend: PngBackend::Auto,
            svg: false,
            plot_width: 600,
            plot_height: 600,
            layout: PaneLayout::Grid,
            plots: None,
            aggregate: None,
            own_plots: Vec::new(),
            program: String::new(),
            part: None,
        }
    }
}

impl ReportOptions {
    fn plots_of(&self, record: &SweepRecord) -> PlotSelection {
        let own = || deduce::selection(&record.dataset);
        self.plots.unwrap_or_else(own)
    }

    fn look(&self) -> Look {
        Look {
            width: f64::from(self.plot_width.max(SMALLEST)),
            height: f64::from(self.plot_height.max(SMALLEST)),
            panel_height: 0.0,
            layout: self.layout,
        }
    }

    /// The size of figures on the page: the whole width of their card, unless a size was chosen.
    fn page_look(&self) -> Look {
        let own = Self::default();
        if (self.plot_width, self.plot_height) == (own.plot_width, own.plot_height) {
            Look::of_page(self.layout)
        } else {
            self.look()
        }
    }
}

/// The files of a written report. See [`write_report`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFiles {
    /// The interactive page.
    pub html: Option<PathBuf>,
    /// The PNG files, in the order of records and charts.
    pub pngs: Vec<PathBuf>,
    /// The SVG files, in the same order.
    pub svgs: Vec<PathBuf>,
    /// The files that the page links to, in a folder beside it: recorded files, and contents that are too large for the
    /// page.
    pub files: Vec<PathBuf>,
    /// Warnings about the report.
    pub warnings: Vec<String>,
}

/// Why a report could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder cannot be made.
    #[error("cannot create the report folder {path}: {source}; choose a folder you may write to")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {source}; free some space, or choose another folder")]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file that bencher did not write is in the place of the report.
    #[error(
        "{path} was not written by bencher, so it is not replaced; move it, or choose another folder"
    )]
    Foreign {
        /// The path of that file.
        path: PathBuf,
    },
    /// A later version of bencher wrote the list of the report's files.
    #[error(
        "{path} was written by a later version of bencher; use that version, or choose another folder"
    )]
    Later {
        /// The list.
        path: PathBuf,
    },
    /// Another program writes to the folder, and does not finish.
    #[error("another program is writing a report to {path}; wait for it, or choose another folder")]
    Busy {
        /// The folder.
        path: PathBuf,
    },
}

/// Writes `index.html` and a PNG file for each chart to a folder, and makes the folder if it is missing.
///
/// Every file is first written under a temporary name and then renamed. A reader therefore never sees half a file, and
/// an interrupted run leaves the last report intact. `bencher-report.json` beside them lists the written files. A later
/// report removes a file only if this list names it and its content is unchanged, and never replaces a file that the
/// list does not name. A chart that cannot be drawn adds a warning, on the page and in the return value, and never ends
/// the report.
///
/// ```
#[doc = include_str!("example_dataset.md")]
/// use bencher_core::record::{Counts, SweepRecord};
/// use bencher_report::{ReportOptions, write_report};
/// let record = SweepRecord {
///     bench: "Sorting".to_owned(),
///     title: "Sorting".to_owned(),
///     description: "Cost of sorting".to_owned(),
///     post_description: String::new(),
///     tag: String::new(),
///     started: "2026-01-01T00:00:00Z".to_owned(),
///     dataset,
///     constants: Vec::new(),
///     failures: Vec::new(),
///     counts: Counts::default(),
///     timings: Vec::new(),
///     warnings: Vec::new(),
///     sweep_type: "demo/demo::Sorting".to_owned(),
///     version: 1,
///     identity: None,
///     environment: None,
/// };
/// let folder = tempfile::tempdir()?;
/// let options = ReportOptions { png: false, ..ReportOptions::default() };
/// let files = write_report(&[record], folder.path(), &options)?;
/// # if cfg!(feature = "html") {
/// let page = std::fs::read_to_string(files.html.ok_or("no page")?)?;
/// assert!(page.contains("Cost of sorting"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the folder or a file cannot be written.
pub fn write_report(
    records: &[SweepRecord],
    dir: &Path,
    options: &ReportOptions,
) -> Result<ReportFiles, ReportError> {
    let mut folder = Folder::of_program(dir, &options.program)?;
    let whole = folder.dir().to_owned();
    if let Some(part) = &options.part {
        folder = folder.of_part(part)?;
    }
    // Drawing takes time, and nothing is written until it is done.
    let place = folder.dir().to_owned();
    drop(folder);
    let mut report = ReportFiles::default();
    let mut anchors = HashSet::new();
    let mut sweeps = Vec::new();
    let mut outputs = Vec::new();
    for record in records {
        let plots = options.plots_of(record);
        let own = SweepPlot::of_sweep(&options.own_plots, &record.title);
        let mut ids = HashSet::new();
        let mut charts = deduce::deduce_into(&mut ids, &record.dataset, plots, &own);
        let answer = Answer::of(&record.dataset);
        // It says nothing of the values over several points.
        answer.write_to(&mut charts);
        let anchor = anchor(&mut anchors, &record.title);
        let mut warnings = Vec::new();
        let view = options.aggregate.as_ref();
        match deduce::deduce_aggregate(&mut ids, &record.dataset, plots, view) {
            Ok(first) => charts.splice(..0, first).for_each(drop),
            Err(error) => warnings.push(format!("{}: --aggregate: {error}", record.title)),
        }
        if options.png {
            outputs.extend(png_files(&charts, &anchor, options, &mut warnings));
        }
        if options.svg {
            outputs.extend(svg_files(&charts, &anchor, options, &mut warnings));
        }
        report.warnings.extend(warnings.iter().cloned());
        sweeps.push(Sweep {
            record,
            anchor,
            charts,
            answer,
            warnings,
        });
    }
    if options.html {
        outputs.extend(page(&sweeps, options, &mut report));
    }
    deliver(&place, options, records.iter(), &outputs, &mut report)?;
    if place != whole && options.html {
        index_parts(&whole, &options.program)?;
    }
    Ok(report)
}

/// A picture of every chart, as far as it can be drawn.
fn png_files(
    charts: &[Chart],
    anchor: &str,
    options: &ReportOptions,
    warnings: &mut Vec<String>,
) -> Vec<Output> {
    let form = PictureForm::Png(options.png_backend);
    let pictures = pictures::draw_all(charts, form, &options.look());
    picture_files(charts, anchor, pictures, "png", warnings)
}

/// An SVG file of every chart, as far as it can be drawn.
fn svg_files(
    charts: &[Chart],
    anchor: &str,
    options: &ReportOptions,
    warnings: &mut Vec<String>,
) -> Vec<Output> {
    let pictures = pictures::draw_all(charts, PictureForm::Svg, &options.look());
    picture_files(charts, anchor, pictures, "svg", warnings)
}

fn picture_files(
    charts: &[Chart],
    anchor: &str,
    pictures: Vec<Picture>,
    ending: &str,
    warnings: &mut Vec<String>,
) -> Vec<Output> {
    let mut outputs = Vec::new();
    for (chart, picture) in charts.iter().zip(pictures) {
        if let Some(bytes) = picture.bytes {
            outputs.push(Output {
                path: format!("{anchor}--{}.{ending}", chart.id),
                content: Content::Bytes(bytes),
            });
        }
        warnings.extend(picture.warnings);
    }
    outputs
}

/// Writes the files of a report, with the list of them, and says which are where.
fn deliver<'r>(
    place: &Path,
    options: &ReportOptions,
    records: impl Iterator<Item = &'r SweepRecord> + Clone,
    outputs: &[Output],
    report: &mut ReportFiles,
) -> Result<(), ReportError> {
    let started = records.clone().map(|record| record.started.clone());
    let list = List {
        sweeps: records.map(|record| record.title.clone()).collect(),
        started: started.max().unwrap_or_default(),
        ..List::new(
            &options.program,
            options.part.as_deref().unwrap_or_default(),
        )
    };
    let replaced = |path: &str| match Path::new(path).extension() {
        Some(end) if end == "png" && !path.contains('/') => options.png,
        Some(end) if end == "svg" && !path.contains('/') => options.svg,
        _ => options.html,
    };
    let mut folder = Folder::of_program(place, &options.program)?;
    let place = folder.dir().to_owned();
    let written = folder.write(list, outputs, replaced)?;
    drop(folder);
    report.warnings.extend(written.warnings);
    let inner = place.join(FOLDER);
    for path in written.paths {
        if path == place.join(PAGE) {
            report.html = Some(path);
        } else if path.parent() == Some(&inner) {
            report.files.push(path);
        } else if path.extension().is_some_and(|end| end == "svg") {
            report.svgs.push(path);
        } else {
            report.pngs.push(path);
        }
    }
    Ok(())
}

/// One record as it is drawn.
struct Sweep<'a> {
    record: &'a SweepRecord,
    anchor: String,
    charts: Vec<Chart>,
    answer: Answer,
    /// The warnings of drawing.
    warnings: Vec<String>,
}

/// The page, and what it links to.
#[cfg(feature = "html")]
fn page(sweeps: &[Sweep], options: &ReportOptions, _report: &mut ReportFiles) -> Vec<Output> {
    use crate::render::html::{Section, page};

    let title = match sweeps {
        [only] => only.record.title.clone(),
        [first, ..] => format!("{} and {} more", first.record.title, sweeps.len() - 1),
        [] => "No results".to_owned(),
    };
    let sections: Vec<Section> = sweeps
        .iter()
        .map(|sweep| Section {
            record: sweep.record,
            anchor: sweep.anchor.clone(),
            charts: &sweep.charts,
            answer: &sweep.answer,
            explanations: deduce::explain_with(
                &sweep.record.dataset,
                options.plots_of(sweep.record),
                &SweepPlot::of_sweep(&options.own_plots, &sweep.record.title),
            ),
            wants_own_plots: deduce::wants_own_plots(options.plots_of(sweep.record)),
            warnings: sweep.warnings.clone(),
        })
        .collect();
    outputs_of(page(&title, &sections, &options.page_look()))
}

/// The files that a page links to, and the page, which is written last.
#[cfg(feature = "html")]
fn outputs_of(page: crate::render::html::Page) -> Vec<Output> {
    let beside = page.files.into_iter().map(|(name, payload)| Output {
        path: format!("{FOLDER}/{name}"),
        content: Content::Payload(payload),
    });
    let page = Output {
        path: PAGE.to_owned(),
        content: Content::Bytes(page.html.into_bytes()),
    };
    beside.chain([page]).collect()
}

#[cfg(not(feature = "html"))]
fn page(_sweeps: &[Sweep], _options: &ReportOptions, report: &mut ReportFiles) -> Vec<Output> {
    let warning = "no page: bencher-report was built without its feature `html`";
    report.warnings.push(warning.to_owned());
    Vec::new()
}

/// Writes the page that lists the parts of a program's report, unless the page of the whole is there.
#[cfg(feature = "html")]
fn index_parts(dir: &Path, program: &str) -> Result<(), ReportError> {
    use crate::render::html::{Part, index};
    use bencher_core::bench::report_files::Found;

    let mut folder = Folder::of_program(dir, program)?;
    let listed = folder.listed();
    if listed.files.contains_key(PAGE) && !listed.index {
        return Ok(());
    }
    let parts =
        listed
            .parts
            .iter()
            .filter_map(|(name, inner)| match List::read(&dir.join(inner)) {
                Ok(Found::List(list)) if list.files.contains_key(PAGE) => Some(Part {
                    name: name.clone(),
                    address: format!("{inner}/{PAGE}"),
                    sweeps: list.sweeps,
                    started: list.started,
                }),
                _ => None,
            });
    let page = Output {
        path: PAGE.to_owned(),
        content: Content::Bytes(index(program, &parts.collect::<Vec<_>>()).into_bytes()),
    };
    let list = List {
        index: true,
        ..List::new(program, "")
    };
    folder.write(list, &[page], |_| false).map(drop)
}

#[cfg(not(feature = "html"))]
#[expect(clippy::unnecessary_wraps, reason = "the page of the feature can fail")]
fn index_parts(_dir: &Path, _program: &str) -> Result<(), ReportError> {
    Ok(())
}

/// A name for files and links that no other sweep of the report has.
fn anchor(taken: &mut HashSet<String>, title: &str) -> String {
    let stem = report_files::anchor(title);
    let mut anchor = stem.clone();
    let mut next = 2;
    while !taken.insert(anchor.clone()) {
        anchor = format!("{stem}-{next}");
        next += 1;
    }
    anchor
}
