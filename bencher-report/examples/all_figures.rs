//! Draws every figure that the report knows: `cargo run -p bencher-report --example all_figures -- DIR
//! [auto|builtin|gnuplot] [large|labels|WORD]`; a word keeps the records that have it in their title.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;

use bencher_report::{PngBackend, ReportOptions, write_report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "gallery".to_owned());
    let renderer = match std::env::args().nth(2).as_deref() {
        Some("builtin") => PngBackend::BuiltIn,
        Some("gnuplot") => PngBackend::Gnuplot,
        _ => PngBackend::Auto,
    };
    let options = ReportOptions {
        png_backend: renderer,
        ..ReportOptions::default()
    };
    let records = match std::env::args().nth(3).as_deref() {
        Some("large") => vec![common::large()],
        Some("labels") => common::labels::all(),
        word => {
            let mut records = common::gallery();
            records.retain(|record| word.is_none_or(|word| record.title.contains(word)));
            records
        }
    };
    let files = write_report(&records, Path::new(&dir), &options)?;
    println!("{files:#?}");
    Ok(())
}
