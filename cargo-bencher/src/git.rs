//! Asking git about the user's repository.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Runs git in a folder; the first line that it prints.
///
/// # Errors
/// What git prints on its standard error.
pub(crate) fn line<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<String, String> {
    Ok(lines(folder, arguments)?
        .into_iter()
        .next()
        .unwrap_or_default())
}

/// Runs git in a folder; the lines that it prints.
///
/// # Errors
/// What git prints on its standard error.
pub(crate) fn lines<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("git cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(str::to_owned).collect())
}
