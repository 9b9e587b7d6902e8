//! Builds one target of a package, and finds the program that came out.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

/// The target of a package whose sweeps are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Bench(String),
    Example(String),
    Bin(String),
}

impl Target {
    fn kind(&self) -> &'static str {
        match self {
            Self::Bench(_) => "bench",
            Self::Example(_) => "example",
            Self::Bin(_) => "bin",
        }
    }

    fn name(&self) -> &str {
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

/// Which target of which package is built, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BuildOptions {
    pub(super) target: Target,
    pub(super) package: Option<String>,
    /// The profile; none for the one of benchmarks, or `release`.
    pub(super) profile: Option<String>,
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
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
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

/// The only benchmark of a package, for a command line that names no target.
///
/// # Errors
/// Where it has none or several.
pub(super) fn only_benchmark(folder: &Path, package: Option<&str>) -> Result<Target, String> {
    let output = cargo(folder)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    let metadata: Json = serde_json::from_slice(&output.stdout)
        .map_err(|_| "`cargo metadata` failed in this folder".to_owned())?;
    let names = benchmarks(&metadata, package);
    match &*names {
        [name] => Ok(Target::Bench(name.clone())),
        [] => Err(
            "there is no benchmark here; name a program with --example NAME or --bin NAME"
                .to_owned(),
        ),
        names => Err(format!(
            "there are several benchmarks: {}; name one with --bench NAME",
            names.join(", ")
        )),
    }
}

fn benchmarks(metadata: &Json, package: Option<&str>) -> Vec<String> {
    let list = |json: Option<&Json>| json.and_then(Json::as_array).cloned().unwrap_or_default();
    let is_wanted = |found: &Json| {
        let name = found.get("name").and_then(Json::as_str);
        package.is_none() || name == package
    };
    let is_bench = |target: &Json| {
        let kinds = list(target.get("kind"));
        kinds.iter().any(|kind| kind.as_str() == Some("bench"))
    };
    list(metadata.get("packages"))
        .iter()
        .filter(|package| is_wanted(package))
        .flat_map(|package| list(package.get("targets")))
        .filter(is_bench)
        .filter_map(|target| Some(target.get("name")?.as_str()?.to_owned()))
        .collect()
}

fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).stdin(Stdio::null());
    cargo
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

    #[test]
    fn benchmarks_are_those_of_the_package_that_is_named() {
        let target = |kind: &str, name: &str| json!({"kind": [kind], "name": name});
        let metadata = json!({"packages": [
            {"name": "a", "targets": [target("lib", "a"), target("bench", "x")]},
            {"name": "b", "targets": [target("bench", "y"), target("bench", "z")]},
        ]});
        assert_eq!(benchmarks(&metadata, None), ["x", "y", "z"]);
        assert_eq!(benchmarks(&metadata, Some("a")), ["x"]);
        assert_eq!(benchmarks(&json!(null), None), [""; 0]);
    }
}
