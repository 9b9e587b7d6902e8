//! Builds one target of a package, and finds the program that came out.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value as Json;

use crate::stop::Stop;

use super::workspace::cargo;

/// The target of a package whose sweeps are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Bench(String),
    Example(String),
    Bin(String),
}

impl Target {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Bench(_) => "bench",
            Self::Example(_) => "example",
            Self::Bin(_) => "bin",
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Bench(name) | Self::Example(name) | Self::Bin(name) => name,
        }
    }

    /// What the program needs on its command line to measure: a benchmark only checks itself without it.
    pub(super) fn argument(&self) -> Option<&'static str> {
        matches!(self, Self::Bench(_)).then_some("--bench")
    }
}

/// As on Cargo's command line: `--bench sorting`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{} {}", self.kind(), self.name())
    }
}

/// The target that is built, its package, and the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BuildOptions {
    pub(crate) target: Target,
    pub(crate) package: Option<String>,
    /// The profile; none for the one of benchmarks, or `release`.
    pub(crate) profile: Option<String>,
}

/// Builds a target in `folder`, in the target directory `built`, and copies the program to `copy`, where no later build
/// replaces it.
///
/// # Errors
/// Where Cargo fails; what it says was printed.
pub(super) fn build(
    folder: &Path,
    options: &BuildOptions,
    built: &Path,
    copy: PathBuf,
    stop: &Stop,
) -> Result<PathBuf, String> {
    let target = &options.target;
    let mut cargo = cargo(folder);
    match (target, &options.profile) {
        (Target::Bench(_), None) => cargo.args(["bench", "--no-run"]),
        (Target::Bench(_), Some(profile)) => {
            cargo.args(["bench", "--no-run", "--profile", profile])
        }
        (_, None) => cargo.args(["build", "--release"]),
        (_, Some(profile)) => cargo.args(["build", "--profile", profile]),
    };
    cargo.args([
        &format!("--{}", target.kind()),
        target.name(),
        "--message-format=json-render-diagnostics",
    ]);
    if let Some(package) = &options.package {
        cargo.args(["--package", package]);
    }
    cargo.arg("--target-dir").arg(built);
    let output = stop
        .output(cargo.stdout(Stdio::piped()).stderr(Stdio::inherit()))
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "cargo could not build `{target}` in {}",
            folder.display()
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let program = messages
        .filter(|message| is_target(message, target))
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)));
    let program = program.ok_or_else(|| {
        format!(
            "cargo built no program for `{target}` in {}",
            folder.display()
        )
    })?;
    std::fs::copy(&program, &copy)
        .map_err(|error| format!("cannot copy {}: {error}", program.display()))?;
    Ok(copy)
}

/// Whether a message of Cargo is about a target.
fn is_target(message: &Json, target: &Target) -> bool {
    let described = message.get("target");
    let has_name = described.and_then(|described| described.get("name")?.as_str());
    let kinds = described.and_then(|described| described.get("kind")?.as_array());
    has_name == Some(target.name())
        && kinds.is_some_and(|kinds| {
            kinds
                .iter()
                .any(|kind| kind.as_str() == Some(target.kind()))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_program_of_a_target_is_found_among_cargos_messages() {
        let message = |kind: &str, name: &str| json!({"reason": "compiler-artifact", "target": {"kind": [kind], "name": name}, "executable": "/x"});
        let target = Target::Bench("sorting".to_owned());
        assert!(is_target(&message("bench", "sorting"), &target));
        assert!(!is_target(&message("example", "sorting"), &target));
        assert!(!is_target(&message("bench", "hashing"), &target));
        assert!(!is_target(&json!({"reason": "build-finished"}), &target));
    }
}
