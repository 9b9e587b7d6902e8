//! Packages of Python that tests run, in an environment of their own: Debian's pip installs nothing into the system.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{run, workspace};

/// A package and its version, with what it is for.
struct Package {
    name: &'static str,
    version: &'static str,
    needed_for: &'static str,
}

const PACKAGES: [Package; 5] = [
    Package {
        name: "xarray",
        version: "2026.9.0",
        needed_for: "the tests that open Zarr exports",
    },
    Package {
        name: "zarr",
        version: "3.1.6",
        needed_for: "the tests that open Zarr exports",
    },
    Package {
        name: "pandas",
        version: "3.1.1",
        needed_for: "the tests that read CSV and Parquet exports",
    },
    Package {
        name: "pyarrow",
        version: "26.0.1",
        needed_for: "the tests that read Parquet exports with pandas",
    },
    Package {
        name: "polars",
        version: "2.1.0",
        needed_for: "the tests that read Parquet exports",
    },
];

/// Makes the environment and installs the packages that are missing, or of another version.
pub(crate) fn install() -> Result<(), String> {
    let folder = folder();
    let python = folder.join("bin/python");
    let missing: Vec<&Package> = PACKAGES.iter().filter(|one| !one.is_in(&python)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let made = if python.is_file() {
        Ok(())
    } else {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
    };
    let wanted = missing
        .iter()
        .map(|one| format!("{}=={}", one.name, one.version));
    let installed = made.and_then(|()| {
        run(Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(wanted))
    });
    installed.map_err(|error| {
        let list: Vec<String> = missing.iter().map(|one| one.named()).collect();
        format!(
            "{error}; these Python packages are missing in {}:\n{}",
            folder.display(),
            list.join("\n")
        )
    })
}

/// Whether Python can make environments.
pub(crate) fn has_environments() -> bool {
    succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

impl Package {
    fn is_in(&self, python: &Path) -> bool {
        let code =
            "import importlib.metadata as m, sys; sys.exit(m.version(sys.argv[1]) != sys.argv[2])";
        succeeds(Command::new(python).args(["-c", code, self.name, self.version]))
    }

    fn named(&self) -> String {
        format!("  {} {}, for {}", self.name, self.version, self.needed_for)
    }
}

/// The environment, beside what cargo builds.
fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| PathBuf::from("target"));
    workspace().join(target).join("python")
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
