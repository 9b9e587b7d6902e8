//! What has to pass before a change lands.

use std::process::Command;

use crate::run::{cargo, run};
use crate::{examples, gallery, setup};

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
    // What a feature's code needs must not come from another feature by chance.
    for features in [
        "",
        "store",
        "data",
        "evaluator",
        "sweeper",
        "search",
        "data search sweeper",
    ] {
        cargo(&[
            "clippy",
            "--no-default-features",
            "--features",
            features,
            "--lib",
            "--",
            "--deny",
            "warnings",
        ])?;
    }
    check_windows()?;
    run(Command::new("cargo")
        .args(["doc", "--workspace", "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings"))?;
    run_tests()?;
    gallery::gallery(&["--check".to_owned()])?;
    examples::run_all()
}

/// A system whose std can be installed on any machine, and that is no Unix.
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Checks that the library needs nothing that only Unix has.
fn check_windows() -> Result<(), String> {
    let libraries = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WINDOWS])
        .output();
    let is_installed = libraries.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        !folder.is_empty() && std::path::Path::new(&folder).is_dir()
    });
    if !is_installed {
        eprintln!(
            "\nNOT CHECKED: the build for Windows; `rustup target add {WINDOWS}` installs what it needs"
        );
        return Ok(());
    }
    for features in [&["--no-default-features"][..], &[]] {
        let mut clippy = vec![
            "clippy",
            "--package",
            "bencher",
            "--lib",
            "--target",
            WINDOWS,
        ];
        clippy.extend(features);
        clippy.extend(["--", "--deny", "warnings"]);
        cargo(&clippy)?;
    }
    Ok(())
}
