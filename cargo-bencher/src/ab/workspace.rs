//! The packages and targets of the user's workspace, as Cargo names them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bencher_core::var::UnknownName;
use serde_json::Value as Json;

use super::build::Target;

/// What `cargo metadata` says about the workspace of a folder.
#[derive(Debug)]
pub(crate) struct Workspace {
    metadata: Json,
    /// Where Cargo builds.
    pub(crate) target_directory: PathBuf,
}

impl Workspace {
    /// The workspace of a folder.
    ///
    /// # Errors
    /// Where there is none, or Cargo cannot be started.
    pub(crate) fn of(folder: &Path) -> Result<Self, String> {
        let output = cargo(folder)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "{} is in no Cargo package: start this command in the directory of the package that is measured\n{}",
                folder.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        let metadata: Json = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("`cargo metadata` printed no JSON: {error}"))?;
        let target_directory = metadata.get("target_directory").and_then(Json::as_str);
        Ok(Self {
            target_directory: target_directory.unwrap_or("target").into(),
            metadata,
        })
    }

    /// The target that is named, else the only benchmark.
    ///
    /// # Errors
    /// Where there is no such package or target, or none is named and there are several.
    pub(super) fn target(
        &self,
        package: Option<&str>,
        target: Option<Target>,
    ) -> Result<Target, String> {
        if let Some(package) = package.filter(|package| is_plain_name(package)) {
            let known = self.packages();
            let known = known.iter().map(String::as_str);
            if known.clone().all(|known| known != package) {
                return Err(UnknownName::new("package", package, known).to_string());
            }
        }
        // Cargo takes more than names for a package: versions, addresses.
        let package = package.filter(|package| is_plain_name(package));
        let Some(target) = target else {
            return self.only_benchmark(package);
        };
        let known = self.targets(package, target.kind());
        if known.iter().any(|known| known == target.name()) {
            return Ok(target);
        }
        let what = match target {
            Target::Bench(_) => "benchmark",
            Target::Example(_) => "example",
            Target::Bin(_) => "program",
        };
        let known = known.iter().map(String::as_str);
        Err(UnknownName::new(what, target.name(), known).to_string())
    }

    fn only_benchmark(&self, package: Option<&str>) -> Result<Target, String> {
        match &*self.targets(package, "bench") {
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

    /// The paths of dependencies that have one.
    pub(super) fn dependency_paths(&self) -> Vec<PathBuf> {
        let packages = list(self.metadata.get("packages")).iter();
        let dependencies = packages.flat_map(|package| list(package.get("dependencies")));
        let paths = dependencies.filter_map(|one| one.get("path")?.as_str());
        paths.map(PathBuf::from).collect()
    }

    fn packages(&self) -> Vec<String> {
        let packages = list(self.metadata.get("packages"));
        packages.iter().filter_map(name).collect()
    }

    /// The targets of a kind, in a package or in all of them.
    fn targets(&self, package: Option<&str>, kind: &str) -> Vec<String> {
        let is_wanted = |found: &&Json| package.is_none() || name(found).as_deref() == package;
        let is_of_kind = |target: &&Json| {
            let kinds = list(target.get("kind"));
            kinds.iter().any(|found| found.as_str() == Some(kind))
        };
        list(self.metadata.get("packages"))
            .iter()
            .filter(is_wanted)
            .flat_map(|package| list(package.get("targets")))
            .filter(is_of_kind)
            .filter_map(name)
            .collect()
    }
}

fn list(json: Option<&Json>) -> &[Json] {
    json.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn name(json: &Json) -> Option<String> {
    Some(json.get("name")?.as_str()?.to_owned())
}

fn is_plain_name(package: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    package.chars().all(is_plain)
}

/// Cargo in a folder; where Cargo started the tool, that one.
pub(super) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).stdin(Stdio::null());
    cargo
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workspace() -> Workspace {
        let target = |kind: &str, name: &str| json!({"kind": [kind], "name": name});
        let metadata = json!({"packages": [
            {"name": "a", "targets": [target("lib", "a"), target("bench", "x"), target("example", "demo")]},
            {"name": "b", "targets": [target("bench", "y"), target("bench", "z")]},
        ]});
        Workspace {
            metadata,
            target_directory: PathBuf::new(),
        }
    }

    #[test]
    fn a_target_is_one_of_the_package_that_is_named() {
        let workspace = workspace();
        assert_eq!(
            workspace.target(Some("a"), None),
            Ok(Target::Bench("x".to_owned()))
        );
        let demo = Target::Example("demo".to_owned());
        assert_eq!(workspace.target(None, Some(demo.clone())), Ok(demo));
    }

    #[test]
    fn what_does_not_exist_is_named_with_what_does() {
        let workspace = workspace();
        for (package, target, expected) in [
            (
                Some("nope"),
                None,
                "there is no package `nope` (known: a, b)",
            ),
            (None, None, "several benchmarks: x, y, z"),
            (
                Some("b"),
                Some(Target::Bench("x".to_owned())),
                "there is no benchmark `x` (known: y, z)",
            ),
            (
                None,
                Some(Target::Example("dmeo".to_owned())),
                "there is no example `dmeo`; did you mean `demo`?",
            ),
        ] {
            let error = workspace.target(package, target).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
