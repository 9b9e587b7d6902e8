//! What the tests need beside the Rust toolchain: installed where that is possible, named clearly
//! where it is not. Nothing is skipped for want of it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::run::run;

/// A program that some test runs.
struct Tool {
    program: &'static str,
    package: &'static str,
    needed_for: &'static str,
}

const TOOLS: [Tool; 2] = [
    Tool {
        program: "chromium",
        package: "chromium",
        needed_for: "the tests that open the report in a real browser",
    },
    Tool {
        program: "gnuplot",
        package: "gnuplot-nox",
        needed_for: "the tests of the pictures that gnuplot draws",
    },
];

/// Installs the tools that are missing, on Debian as root; elsewhere says what is missing.
pub(crate) fn install() -> Result<(), String> {
    let missing: Vec<&Tool> = TOOLS
        .iter()
        .filter(|tool| !is_there(tool.program))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !(Path::new("/usr/bin/apt-get").exists() && is_root()) {
        let list: Vec<String> = missing
            .iter()
            .map(|tool| {
                format!(
                    "  {} (Debian: {}), for {}",
                    tool.program, tool.package, tool.needed_for
                )
            })
            .collect();
        return Err(format!(
            "these programs are missing; install them and run again:\n{}",
            list.join("\n")
        ));
    }
    let packages = missing.iter().map(|tool| tool.package);
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
