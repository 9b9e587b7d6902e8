//! The way in: records to files.

mod files;
mod pictures;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use bencher_core::bench::PaneLayout;
use bencher_core::record::SweepRecord;
use thiserror::Error;

use crate::chart::{Chart, text};
use crate::deduce;
use crate::render::{FOLDER, Look};

/// The least width and height of a plot in pixels.
const SMALLEST: u32 = 50;

/// What a report is made of. The example stands at [`write_report`].
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// Whether the interactive page is written.
    pub html: bool,
    /// Whether a PNG file is written for every chart.
    pub png: bool,
    /// What draws the PNG files.
    pub renderer: StaticRenderer,
    /// Width of a plot in pixels, 50 at least (600); a PNG file has two pixels for each, unless it were
    /// too large for that. Plots side by side share the width of the page, and keep their proportions.
    pub plot_width: u32,
    /// Height of a plot in pixels, 50 at least (600).
    pub plot_height: u32,
    /// How the plots of one result stand on the page; a PNG file has them side by side.
    pub layout: PaneLayout,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            html: true,
            png: true,
            renderer: StaticRenderer::Auto,
            plot_width: 600,
            plot_height: 600,
            layout: PaneLayout::Grid,
        }
    }
}

impl ReportOptions {
    fn look(&self) -> Look {
        Look {
            width: f64::from(self.plot_width.max(SMALLEST)),
            height: f64::from(self.plot_height.max(SMALLEST)),
            layout: self.layout,
        }
    }
}

/// What draws PNG files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StaticRenderer {
    /// gnuplot for the kinds that it draws, where it is installed; kuva otherwise.
    #[default]
    Auto,
    /// kuva: built in, with a font of its own, draws every kind.
    Kuva,
    /// gnuplot for the kinds that it draws; a warning and kuva where that fails.
    Gnuplot,
}

/// What was written. The example stands at [`write_report`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFiles {
    /// The interactive page.
    pub html: Option<PathBuf>,
    /// The PNG files, in the order of records and charts.
    pub pngs: Vec<PathBuf>,
    /// What the page links to: files, and what is too large for it, in a folder beside it.
    pub files: Vec<PathBuf>,
    /// What did not go as asked, though the report is there.
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
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {source}; free some space, or choose another folder")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Writes `index.html` and a PNG file per chart into a folder, which is made where it is missing.
///
/// Every file is written whole beside its place and then renamed, so that a reader never sees
/// half of one and an interrupted run leaves the last report as it was. Pictures of an earlier report
/// in the same folder are removed if this one does not draw them again. A chart that cannot be
/// drawn is a warning, on the page and in the return value, never the end of the report.
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
    files::make_folder(dir)?;
    let look = options.look();
    let replaces_ours = files::holds_our_page(dir);
    let mut report = ReportFiles::default();
    let mut anchors = HashSet::new();
    let mut sweeps = Vec::new();
    for record in records {
        let charts = deduce::deduce(&record.dataset);
        let anchor = anchor(&mut anchors, &record.title);
        let mut warnings = Vec::new();
        if options.png {
            let pictures = pictures::draw_all(&charts, options.renderer, &look);
            for (chart, picture) in charts.iter().zip(pictures) {
                let name = format!("{anchor}--{}.png", chart.id);
                if let Some(bytes) = picture.png {
                    report.pngs.push(files::write_file(dir, &name, &bytes)?);
                }
                warnings.extend(picture.warnings);
            }
        }
        report.warnings.extend(warnings.iter().cloned());
        sweeps.push((record, anchor, charts, warnings));
    }
    if options.html {
        page(dir, &sweeps, &look, &mut report)?;
    }
    if replaces_ours && options.png {
        files::remove_stale(dir, &report.pngs, files::is_picture);
    }
    if replaces_ours && options.html {
        files::remove_stale(&dir.join(FOLDER), &report.files, files::is_content);
    }
    Ok(report)
}

/// One record with its anchor, charts, and the warnings of drawing them.
type Sweep<'a> = (&'a SweepRecord, String, Vec<Chart>, Vec<String>);

#[cfg(feature = "html")]
fn page(
    dir: &Path,
    sweeps: &[Sweep],
    look: &Look,
    report: &mut ReportFiles,
) -> Result<(), ReportError> {
    use crate::render::html::{Section, page};

    let title = match sweeps {
        [(record, ..)] => record.title.clone(),
        [(record, ..), ..] => format!("{} and {} more", record.title, sweeps.len() - 1),
        [] => "No results".to_owned(),
    };
    let sections: Vec<Section> = sweeps
        .iter()
        .map(|(record, anchor, charts, warnings)| Section {
            record,
            anchor: anchor.clone(),
            charts,
            explanations: deduce::explain(&record.dataset),
            warnings: warnings.clone(),
        })
        .collect();
    let page = page(&title, &sections, look);
    if !page.files.is_empty() {
        report.files = files::write_contents(&dir.join(FOLDER), &page.files)?;
    }
    report.html = Some(files::write_file(dir, "index.html", page.html.as_bytes())?);
    Ok(())
}

#[cfg(not(feature = "html"))]
#[expect(clippy::unnecessary_wraps, reason = "the page of the feature can fail")]
fn page(
    _dir: &Path,
    _sweeps: &[Sweep],
    _look: &Look,
    report: &mut ReportFiles,
) -> Result<(), ReportError> {
    let warning = "no page: bencher-report was built without its feature `html`";
    report.warnings.push(warning.to_owned());
    Ok(())
}

/// A name for files and links that no other sweep of the report has.
fn anchor(taken: &mut HashSet<String>, title: &str) -> String {
    let stem = match text::slug(title) {
        slug if slug.is_empty() => "sweep".to_owned(),
        slug => slug,
    };
    let mut anchor = stem.clone();
    let mut next = 2;
    while !taken.insert(anchor.clone()) {
        anchor = format!("{stem}-{next}");
        next += 1;
    }
    anchor
}
