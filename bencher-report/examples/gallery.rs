//! Draws every figure that the report knows: `cargo run -p bencher-report --example gallery -- DIR`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;

use bencher_report::{ReportOptions, StaticRenderer, write_report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "gallery".to_owned());
    let renderer = match std::env::args().nth(2).as_deref() {
        Some("kuva") => StaticRenderer::Kuva,
        Some("gnuplot") => StaticRenderer::Gnuplot,
        _ => StaticRenderer::Auto,
    };
    let options = ReportOptions {
        renderer,
        ..ReportOptions::default()
    };
    let files = write_report(&common::gallery(), Path::new(&dir), &options)?;
    println!("{files:#?}");
    Ok(())
}
