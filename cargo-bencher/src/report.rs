//! Draws the newest stored result of every sweep, running nothing.

use bencher_core::store::create_folders;
use bencher_report::{ReportOptions, write_report};

use crate::results::{Newest, Options};

pub(crate) fn draw(args: &[String]) -> Result<(), String> {
    let options = Options::parse(args, &["--out", "--plots"])?;
    options.takes_no_words()?;
    let store = options.store;
    let out = if let Some(out) = options.out {
        out
    } else {
        let all = store.join("reports").join("all");
        create_folders(&store, &all).map_err(|error| error.to_string())?;
        all
    };
    let newest = Newest::of(&store)?;
    let report = ReportOptions {
        program: "all".to_owned(),
        plots: options.plots,
        ..ReportOptions::default()
    };
    let files = write_report(&newest.records, &out, &report).map_err(|error| error.to_string())?;
    for warning in &files.warnings {
        eprintln!("warning: {warning}");
    }
    for record in &newest.records {
        crate::print(&format!(
            "sweep     {} ({}, {})",
            record.title.escape_debug(),
            record.bench,
            record.started
        ))?;
    }
    if let Some(page) = &files.html {
        crate::print(&format!("report    {}", page.display()))?;
    }
    crate::print(&format!(
        "pictures  {} PNG files in {}",
        files.pngs.len(),
        out.display()
    ))?;
    newest.all_are_readable()
}
