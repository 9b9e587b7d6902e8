//! Every example, run the way a user would: once, and once more from the store.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::run::{cargo, run, workspace};

/// Those whose options are an engine's, not a benchmark's.
const OF_ENGINES: [&str; 1] = ["cluster_experiment"];

pub(crate) fn run_all() -> Result<(), String> {
    let programs = build()?;
    let store = std::env::temp_dir().join(format!("bencher-examples-{}", std::process::id()));
    let run = |name: &String| run_twice(name, &programs, &store);
    let done = names()?.iter().try_for_each(run);
    // The store was only for this; if it stays behind, it is in the temporary directory.
    let _ = std::fs::remove_dir_all(&store);
    done
}

/// Builds all examples as `cargo test` does, so that what it built is not built again, and tells where they are.
pub(crate) fn build() -> Result<PathBuf, String> {
    cargo(&["build", "--workspace", "--all-features", "--examples"])?;
    // This program is built into the same folder.
    let program = std::env::current_exe();
    let program = program.map_err(|error| format!("cannot find the folder of builds: {error}"))?;
    let target = program.parent().and_then(std::path::Path::parent);
    let target = target.ok_or("cannot find the folder of builds")?;
    Ok(target.join("debug").join("examples"))
}

/// An example, to be run as `cargo run` runs it: with the folder of its package, not that of this program.
pub(crate) fn program(programs: &std::path::Path, name: &str) -> Command {
    let mut command = Command::new(programs.join(name));
    command.env("CARGO_MANIFEST_DIR", workspace());
    command
}

fn run_twice(
    name: &str,
    programs: &std::path::Path,
    store: &std::path::Path,
) -> Result<(), String> {
    let example = |extra: &[&str]| {
        let mut command = program(programs, name);
        command
            .args(extra)
            .env("BENCHER_CACHE_DIR", store.join(name))
            // A first look at the times is enough to see that it runs.
            .env("BENCHER_BUDGET", "300ms")
            .envs(fewer_samples(name))
            .stdin(Stdio::null());
        run(&mut command)
    };
    example(&["--help"])?;
    example(&[])?;
    if OF_ENGINES.contains(&name) {
        example(&["-l", "error"])
    } else {
        example(&["--rows", "0"])
    }
}

/// The settings with which an example takes less long: these are development builds.
fn fewer_samples(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "tune" | "pareto" => Some(("BENCHER_SEARCH", "12")),
        "sorting" => Some(("BENCHER_SAMPLES", "3")),
        _ => None,
    }
}

fn names() -> Result<Vec<String>, String> {
    let folder = workspace().join("examples");
    let entries = std::fs::read_dir(&folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "rs")
        })
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}
