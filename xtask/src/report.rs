//! Draws the newest stored result of every sweep, running nothing.

use std::path::PathBuf;

use bencher_core::store::load_newest_results;
use bencher_report::{ReportOptions, write_report};

pub(crate) fn draw(options: &[String]) -> Result<(), String> {
    let (mut store, mut out) = (None, None);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let mut value = || {
            options
                .next()
                .map(PathBuf::from)
                .ok_or(format!("`{option}` needs a folder"))
        };
        match option.as_str() {
            "--store" => store = Some(value()?),
            "--out" => out = Some(value()?),
            other => {
                return Err(format!(
                    "there is no option `{other}` (known: --store, --out)"
                ));
            }
        }
    }
    let store = crate::store::chosen(store)?;
    let out = out.unwrap_or_else(|| store.join("reports").join("all"));
    let found = load_newest_results(&store).map_err(|error| error.to_string())?;
    for why in &found.passed_over {
        eprintln!("skipped: {why}");
    }
    let records = found.records;
    if records.is_empty() {
        return Err(format!(
            "no result is stored in {}; run a benchmark first (`cargo run --release --example \
             compression`), or name its store with --store",
            store.display()
        ));
    }
    let options = ReportOptions {
        program: "all".to_owned(),
        ..ReportOptions::default()
    };
    let files = write_report(&records, &out, &options).map_err(|error| error.to_string())?;
    for warning in &files.warnings {
        eprintln!("warning: {warning}");
    }
    for record in &records {
        println!(
            "sweep     {} ({}, {})",
            record.title, record.bench, record.started
        );
    }
    if let Some(page) = &files.html {
        println!("report    {}", page.display());
    }
    println!(
        "pictures  {} PNG files in {}",
        files.pngs.len(),
        out.display()
    );
    if found.without.is_empty() {
        Ok(())
    } else {
        let without = found
            .without
            .iter()
            .map(|sweep| sweep.display().to_string());
        let without: Vec<String> = without.collect();
        Err(format!(
            "no result of the sweeps in {} can be read",
            without.join(", ")
        ))
    }
}
