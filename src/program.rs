use std::process::ExitCode;

use bencher_core::bench::{Bench, Reporter};
use bencher_core::sweep_executor::{Benchmark, Result};

/// Runs a benchmark program: reads the command line, runs the sweeps that `program` declares,
/// keeps, prints and draws what they gave.
///
/// The exit status is 0 if all is well, 1 if a sample or something else failed, 2 if the command
/// line makes no sense, 130 if the user interrupted.
pub fn run<S, T>(program: impl FnOnce(&mut Bench<S>) -> Result<T>) -> ExitCode
where
    S: Benchmark,
{
    bencher_core::cli::run(REPORTER, program)
}

#[cfg(not(feature = "report"))]
const REPORTER: Option<&Reporter> = None;

#[cfg(feature = "report")]
const REPORTER: Option<&Reporter> = Some(&|records, folder| {
    let options = bencher_report::ReportOptions::default();
    let drawn = bencher_report::write_report(records, folder, &options)?;
    Ok(bencher_core::bench::ReportFiles {
        page: drawn.html,
        images: drawn.pngs,
        warnings: drawn.warnings,
    })
});
