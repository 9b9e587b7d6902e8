//! A real example as a process of its own.

use std::path::Path;
use std::process::{Command, Output};

#[path = "example.rs"]
mod example;

/// The `sorting` example.
pub(crate) fn sorting(store: &Path) -> Command {
    example::example("sorting", store)
}

/// Runs the example: its exit status, what it printed on standard output, and on standard error.
pub(crate) fn run(store: &Path, args: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = sorting(store).args(args).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// The lines of `--json`.
pub(crate) fn events(stdout: &str) -> Vec<serde_json::Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}
