//! Writing the page of the runs of sweeps over time.

use std::collections::HashSet;
use std::path::Path;

use bencher_core::dataset::{Dataset, DatasetError};

use crate::answer::Answer;
use crate::chart::Chart;
use crate::deduce;
use crate::over_time::SweepRuns;
use crate::render::html::{History, history_page};

use super::folder::Folder;
use super::{ReportError, ReportFiles, ReportOptions, anchor, deliver, outputs_of, png_files};

/// Writes `index.html` with the runs of some sweeps over time, and PNG files, to a folder.
///
/// The page has a section for each sweep: each result over the runs, with the changes of its level; its values over the
/// inputs in any run; a comparison of any two runs. The page carries each value once, and thins the oldest runs of a
/// long history. PNG files are drawn of the curves and of the results of the newest run. What
/// [`write_report`](crate::write_report) promises about files holds here, too. The example stands at [`SweepRuns`].
///
/// # Errors
/// Where the folder or a file cannot be written.
pub fn write_history(
    sweeps: &[SweepRuns],
    dir: &Path,
    options: &ReportOptions,
) -> Result<ReportFiles, ReportError> {
    let place = Folder::of_program(dir, &options.program)?.dir().to_owned();
    let look = options.page_look();
    let mut report = ReportFiles::default();
    let mut anchors = HashSet::new();
    let mut outputs = Vec::new();
    let mut drawn = Vec::new();
    for sweep in sweeps {
        let anchor = anchor(&mut anchors, &sweep.newest.title);
        let mut warnings = Vec::new();
        let contents = match contents(&sweep.newest.dataset) {
            Ok(contents) => deduce::deduce(&contents),
            Err(error) => {
                warnings.push(format!(
                    "the results that are no numbers cannot be drawn: {error}"
                ));
                Vec::new()
            }
        };
        if options.png {
            let curves = sweep.curves.as_ref().map_or_else(Vec::new, curves_of);
            let mut newest = deduce::deduce(&sweep.newest.dataset);
            Answer::of(&sweep.newest.dataset).write_to(&mut newest);
            outputs.extend(png_files(&curves, &anchor, options, &mut warnings));
            outputs.extend(png_files(&newest, &anchor, options, &mut warnings));
        }
        report.warnings.extend(warnings.iter().cloned());
        drawn.push((sweep, anchor, contents, warnings));
    }
    if options.html {
        let histories: Vec<History> = drawn
            .iter()
            .map(|(sweep, anchor, contents, warnings)| History {
                sweep,
                anchor: anchor.clone(),
                contents,
                warnings: warnings.clone(),
            })
            .collect();
        let page = history_page(&title(sweeps), &histories, &look);
        outputs.extend(outputs_of(page));
    }
    let records = sweeps.iter().map(|sweep| &sweep.newest);
    deliver(&place, options, records, &outputs, &mut report)?;
    Ok(report)
}

fn title(sweeps: &[SweepRuns]) -> String {
    match sweeps {
        [only] => format!("{} over time", only.newest.title),
        _ => format!("{} sweeps over time", sweeps.len()),
    }
}

/// The curves of points over the runs, under names that no other chart of the sweep has.
fn curves_of(curves: &Dataset) -> Vec<Chart> {
    let mut charts = deduce::deduce(curves);
    for chart in &mut charts {
        chart.id = format!("runs-{}", chart.id);
    }
    charts
}

/// The results of a run that the script of the page does not draw: texts, files, pictures, vectors.
fn contents(newest: &Dataset) -> Result<Dataset, DatasetError> {
    let mut contents = Dataset::new(newest.name(), newest.dims().to_vec(), Vec::new())?;
    contents.attributes.clone_from(&newest.attributes);
    let others = newest
        .variables()
        .iter()
        .filter(|variable| !crate::over_time::is_over_time(&variable.info));
    for variable in others {
        contents.insert(variable.clone())?;
    }
    Ok(contents)
}
