//! `cargo bencher compare`: whether stored results are worse than earlier ones.

mod baseline;
mod options;
mod picture;
mod source;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use bencher_core::history::EarlierRuns;
use bencher_core::regression::{RunComparison, compare_stored};

pub(crate) use baseline::{USAGE as BASELINE_USAGE, run as baseline};
pub(crate) use options::{Output, OutputOptions};

use crate::failure::Failure;
use crate::words::Words;

use source::Source;

/// The sides of the comparison where none is named.
const DEFAULT: [&str; 2] = ["previous", "last"];

/// Compares two sides, and says by the exit status how it came out: 3 of a regression, 4 where it is undecided.
pub(crate) fn run(args: &[String]) -> Result<ExitCode, Failure> {
    let mut words = Words::new(args);
    let output = OutputOptions::take(&mut words).map_err(Failure::Usage)?;
    let store = words.store()?;
    let named = words.rest(2).map_err(Failure::Usage)?;
    let [base, candidate] = match &*named {
        [] => DEFAULT.map(str::to_owned),
        [base] => [base.clone(), "last".to_owned()],
        [base, candidate, ..] => [base.clone(), candidate.clone()],
    };
    if base == candidate {
        return Err(Failure::Usage(format!(
            "`{base}` would be compared with itself; name another candidate"
        )));
    }
    let mut before = Source::of(&store, &base)?;
    let mut after = Source::of(&store, &candidate)?;
    before.name_as(&after);
    after.name_as(&before);
    let earlier = EarlierRuns::of(&store, [&before.records, &after.records])
        .map_err(|error| error.to_string())?;
    let found = compare_stored(
        (&before.name, &before.records),
        (&after.name, &after.records),
        &output.compare,
        &earlier,
    );
    Ok(print(&found, &output)?)
}

/// Prints a comparison, and gives the exit status.
pub(crate) fn print(found: &RunComparison, output: &OutputOptions) -> Result<ExitCode, String> {
    match output.output {
        Output::Table { all } => crate::print(&found.table(all))?,
        Output::Markdown => crate::print(&found.markdown())?,
        Output::Json => crate::print(&found.to_json().to_string())?,
    }
    if let Some(path) = &output.markdown {
        write_markdown(path, found)?;
    }
    Ok(ExitCode::from(found.exit_status()))
}

/// Writes a comparison as Markdown, and a picture of its effects beside it, which the Markdown shows.
fn write_markdown(path: &Path, found: &RunComparison) -> Result<(), String> {
    let write = |path: &Path, text: &str| {
        std::fs::write(path, text)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))
    };
    let mut text = found.markdown();
    if let Some(svg) = picture::picture(found) {
        let beside = path.with_extension("svg");
        write(&beside, &svg)?;
        let name = beside.file_name().unwrap_or_default().to_string_lossy();
        // In angle brackets, a name may have spaces and parentheses.
        let name = name.replace(['<', '>', '\n'], "_");
        let _ = write!(text, "\n![The effects with their bounds](<{name}>)\n");
    }
    write(path, &text)
}
