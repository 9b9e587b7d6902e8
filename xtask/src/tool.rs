//! The commands of `cargo bencher`, without an installation.

use std::process::{Command, ExitCode};

use crate::run::workspace;

/// Runs the tool where the caller is, and ends as it does. It is built by its first call, so that other tasks need not
/// wait for it.
pub(crate) fn tool(args: &[String]) -> Result<ExitCode, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "cargo-bencher",
            "--manifest-path",
        ])
        .arg(workspace().join("Cargo.toml"))
        .arg("--")
        .args(args)
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map(ExitCode::from)
        .ok_or_else(|| format!("the tool ended by {status}"))
}
