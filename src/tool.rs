//! Lets `cargo-bencher` draw the report of programs that are built without the feature `report`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bencher_core::bench::{PlotOptions, ReportOutput, ReportSubject};
use bencher_core::drawing::{DrawReply, DrawRequest};
use bencher_core::record::SweepRecord;
use bencher_core::sweep_executor::BoxError;

/// The variable of the environment that names the tool.
const VARIABLE: &str = "BENCHER_TOOL";
/// The tool's name on the search path.
const NAME: &str = if cfg!(windows) {
    "cargo-bencher.exe"
} else {
    "cargo-bencher"
};

/// The tool: the one that the environment names, else the first on the search path.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(named)).filter(|tool| tool.is_file());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut tools = folders.iter().map(|folder| folder.join(NAME));
    tools.find(|tool| tool.is_file())
}

/// Has the tool draw a report.
///
/// # Errors
/// Where it cannot be started, or cannot draw.
pub(crate) fn draw(
    records: &[SweepRecord],
    folder: &Path,
    subject: &ReportSubject,
    options: &PlotOptions,
) -> Result<ReportOutput, BoxError> {
    let tool = find().map_or_else(|| NAME.into(), OsString::from);
    draw_with(Command::new(&tool), records, folder, subject, options)
        .map_err(|reason| format!("{}: {reason}", Path::new(&tool).display()).into())
}

fn draw_with(
    mut tool: Command,
    records: &[SweepRecord],
    folder: &Path,
    subject: &ReportSubject,
    options: &PlotOptions,
) -> Result<ReportOutput, String> {
    let request = DrawRequest {
        folder: folder.to_owned(),
        program: subject.program.clone(),
        part: subject.part.clone(),
        plot_width: options.plot_width,
        plot_height: options.plot_height,
        layout: options.layout,
        png_backend: options.png_backend,
        records: records.to_vec(),
    };
    let mut child = tool
        .args(["bencher", "draw"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("it cannot be started: {error}"))?;
    // Closed at the end of the statement, so that the tool sees where the request ends.
    let asked = child
        .stdin
        .take()
        .map_or(Ok(()), |mut stdin| request.write(&mut stdin));
    let output = child
        .wait_with_output()
        .map_err(|error| format!("it cannot be waited for: {error}"))?;
    if !output.status.success() {
        return Err(format!("it ended with {}", output.status));
    }
    asked?;
    let reply = DrawReply::read(&mut &*output.stdout)?;
    Ok(ReportOutput {
        page: reply.page,
        images: reply.images,
        warnings: reply.warnings,
    })
}
