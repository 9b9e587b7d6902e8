//! Draws stored or exported results, running nothing.

mod options;
mod serve;

use std::path::{Path, PathBuf};

use bencher_core::bench::{OwnPlot, PlotSelection};
use bencher_core::record::SweepRecord;
use bencher_core::store::create_folders;
use bencher_report::{ReportFiles, ReportOptions, write_report};

use crate::export::names::{Names, portable};
use crate::failure::Failure;
use crate::selection::Selection;
use options::Options;

/// The options of the command.
pub(crate) const USAGE: &str = "\
usage: cargo bencher report [SWEEP|FILE]... [OPTIONS]

  Draws the newest stored result of every sweep. SWEEP is a title or a part of it. FILE is a file that
  `cargo bencher export` wrote (.json, .csv), or a result file of a store (.result). It runs nothing.
  Without one of the outputs below, it writes a page and a PNG file of every plot.

  --out DIR            the folder of the page; without it, one in the store
  --html               only the page
  --png DIR            a PNG file of every plot
  --svg DIR            an SVG file of every plot
  --csv DIR            a table of every sweep
  --md FILE|-          the findings of every sweep, as Markdown; `-` prints them
  --zarr DIR           a Zarr store of every sweep, for xarray
  --open               open the page
  --serve [PORT]       serve the page to browsers of this machine until Ctrl-C, and draw it again
                       whenever a sweep ends
  --plots NAMES        the kinds of plots, such as auto,table
  --aggregate INPUTS   first the mean over these inputs: names, a number of them from the end, or
                       all-but-first
  --aggregate-statistic NAME
                       what that shows instead: sum, max, min or median
  --png-backend NAME   the renderer of PNG files: auto, gnuplot or builtin
  --store DIR          use this store
";

/// The most bytes of the name of a file without its end.
const LONGEST: usize = 180;

/// Draws what the words name.
pub(crate) fn draw(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args).map_err(Failure::Usage)?;
    if let Some(port) = options.serve {
        return Ok(serve::serve(&options, &page_folder(&options)?, port)?);
    }
    let selection = Selection::of(&options.store, &options.words)?;
    let records = &selection.records;
    // Standard output may be for Markdown.
    let say = |text: &str| {
        if options.is_markdown_printed() {
            eprintln!("{text}");
            Ok(())
        } else {
            crate::print(text)
        }
    };
    for record in records {
        let origin = [&record.bench, &record.started].map(String::as_str);
        let origin: Vec<&str> = origin.into_iter().filter(|text| !text.is_empty()).collect();
        let origin = match &*origin {
            [] => String::new(),
            origin => format!(" ({})", origin.join(", ")),
        };
        say(&format!(
            "sweep     {}{origin}",
            record.title.escape_debug()
        ))?;
    }
    for note in records
        .iter()
        .filter_map(|record| own_plots_note(record, options.plots))
    {
        eprintln!("note: {note}");
    }
    if options.has_page() {
        let folder = page_folder(&options)?;
        let files = write_page(records, &folder, &options)?;
        if let Some(page) = &files.html {
            say(&format!("report    {}", page.display()))?;
        }
        if options.has_pictures_beside() {
            say(&pictures_line(files.pngs.len(), "PNG", &folder))?;
        }
        if let Some(page) = files.html.as_ref().filter(|_| options.open) {
            crate::results::open_page(page)?;
        }
    }
    if let Some(folder) = &options.png {
        let drawing = ReportOptions {
            html: false,
            ..drawing(&options)
        };
        let files = write(records, folder, &drawing)?;
        say(&pictures_line(files.pngs.len(), "PNG", folder))?;
    }
    if let Some(folder) = &options.svg {
        let drawing = ReportOptions {
            html: false,
            png: false,
            svg: true,
            ..drawing(&options)
        };
        let files = write(records, folder, &drawing)?;
        say(&pictures_line(files.svgs.len(), "SVG", folder))?;
    }
    if let Some(folder) = &options.csv {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        for (record, name) in records.iter().zip(names(records)) {
            let path = folder.join(format!("{name}.csv"));
            crate::export::write_file(&path, crate::export::csv(record)?.as_bytes())?;
            say(&format!("table     {}", path.display()))?;
        }
    }
    if let Some(folder) = &options.zarr {
        for (record, name) in records.iter().zip(names(records)) {
            let path = folder.join(format!("{name}.zarr"));
            crate::export::zarr(record, &path)?;
            say(&format!("store     {}", path.display()))?;
        }
    }
    if let Some(file) = &options.markdown {
        let parts: Vec<String> = records.iter().map(crate::export::markdown).collect();
        let text = parts.join("\n");
        if options.is_markdown_printed() {
            crate::print(&text)?;
        } else {
            crate::export::write_file(Path::new(file), text.as_bytes())?;
            say(&format!("summary   {file}"))?;
        }
    }
    Ok(selection.all_are_readable()?)
}

/// Says which plots are not drawn because they are code of the program, and what draws them.
fn own_plots_note(record: &SweepRecord, plots: Option<PlotSelection>) -> Option<String> {
    let own = record.dataset.attributes.get(OwnPlot::ATTRIBUTE)?;
    let is_wanted = plots.is_none_or(|plots| plots.has_auto() || plots.contains("custom"));
    is_wanted.then(|| {
        format!(
            "the report of \"{}\" has no plot {own}: it is code of that program, which draws it when it runs (stored \
             samples are not taken again)",
            record.title.escape_debug()
        )
    })
}

fn pictures_line(count: usize, form: &str, folder: &Path) -> String {
    format!("pictures  {count} {form} files in {}", folder.display())
}

/// Where the page is written.
fn page_folder(options: &Options) -> Result<PathBuf, String> {
    if let Some(out) = &options.out {
        return Ok(out.clone());
    }
    // A report of some sweeps does not replace that of all.
    let name = if options.words.is_empty() {
        "all"
    } else {
        "selected"
    };
    let folder = options.store.join("reports").join(name);
    create_folders(&options.store, &folder).map_err(|error| error.to_string())?;
    Ok(folder)
}

/// Writes the page, with pictures beside it where nothing else is asked for.
fn write_page(
    records: &[SweepRecord],
    folder: &Path,
    options: &Options,
) -> Result<ReportFiles, String> {
    let drawing = ReportOptions {
        png: options.has_pictures_beside(),
        ..drawing(options)
    };
    write(records, folder, &drawing)
}

fn drawing(options: &Options) -> ReportOptions {
    ReportOptions {
        program: "all".to_owned(),
        plots: options.plots,
        aggregate: options.aggregate.clone(),
        png_backend: options.png_backend,
        ..ReportOptions::default()
    }
}

fn write(
    records: &[SweepRecord],
    folder: &Path,
    drawing: &ReportOptions,
) -> Result<ReportFiles, String> {
    let files = write_report(records, folder, drawing).map_err(|error| error.to_string())?;
    for warning in &files.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(files)
}

/// The names of the files of sweeps, which differ.
fn names(records: &[SweepRecord]) -> Vec<String> {
    let mut names = Names::default();
    let title = |record: &SweepRecord| portable(&record.title, LONGEST);
    records
        .iter()
        .map(|record| names.number(title(record)))
        .collect()
}
