//! What has to pass before a change lands.

use std::process::Command;

use crate::run::{cargo, run};
use crate::{examples, setup};

pub(crate) fn run_tests() -> Result<(), String> {
    setup::install()?;
    cargo(&["test", "--workspace", "--all-features"])
}

pub(crate) fn ci() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-features",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ])?;
    // The smallest build has no store and no report.
    cargo(&[
        "clippy",
        "--no-default-features",
        "--lib",
        "--",
        "--deny",
        "warnings",
    ])?;
    run(Command::new("cargo")
        .args(["doc", "--workspace", "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings"))?;
    run_tests()?;
    examples::run_all()
}
