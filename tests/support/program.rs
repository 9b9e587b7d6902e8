//! A real example as a process of its own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The `sorting` example, built if it is not; with the features of the whole workspace, as the
/// tests are.
pub(crate) fn sorting(store: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--example", "sorting"])
        // With the features of this test, so that nothing is built a second time.
        .args(cfg!(feature = "yaml").then_some("--all-features"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.expect("cargo runs").success());
    let test = std::env::current_exe().expect("a test knows its path");
    let profile = test.ancestors().nth(2).expect("tests lie in PROFILE/deps");
    let mut command = Command::new(profile.join("examples").join("sorting"));
    command.env("BENCHER_CACHE_DIR", store).stdin(Stdio::null());
    command
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
