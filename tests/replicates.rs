//! `--replicates`: a real program that starts itself, and takes together what its processes stored.

#![cfg(feature = "store")]

use std::path::Path;

use serde_json::Value as Json;

#[path = "support/program.rs"]
mod program;

use program::{events, run};

const SMALL: [&str; 8] = [
    "--sweep",
    "Presorted",
    "--input",
    "len=20000,40000",
    "--output",
    "json",
    "--replicates",
    "6",
];

fn result(root: &Path, more: &[&str]) -> (i32, Json, String) {
    let args: Vec<&str> = SMALL.iter().chain(more).copied().collect();
    let (status, stdout, stderr) = run(root, &args);
    let result = events(&stdout)
        .into_iter()
        .find(|event| event["event"] == "result");
    (
        status,
        result.unwrap_or_else(|| panic!("no result: {stdout}{stderr}")),
        stderr,
    )
}

fn states(result: &Json, name: &str) -> Vec<String> {
    let variables = result["dataset"]["variables"].as_array().unwrap();
    let variable = variables.iter().find(|var| var["name"] == name).unwrap();
    let states = variable["states"].as_array().unwrap();
    states
        .iter()
        .map(|state| state.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_process_has_repeats_of_its_own() {
    let root = tempfile::tempdir().unwrap();
    let (status, found, _) = result(root.path(), &["--repeats", "3"]);
    assert_eq!(status, 0);
    let dims = found["dataset"]["dims"].as_array().unwrap();
    let repeats = dims.iter().find(|dim| dim["name"] == "repeat").unwrap();
    assert_eq!(repeats["values"].as_array().unwrap().len(), 6 * 3);
    assert_eq!(found["dataset"]["attributes"]["rounds per process"], "3");
    assert_eq!(
        found["counts"]["executed"], 0,
        "the last run only takes together"
    );

    // All that is stored is the processes'; a second run measures nothing again.
    let hits = found["counts"]["hits"].as_u64().unwrap();
    let first = states(&found, "elapsed");
    assert_eq!(
        // On a busy machine some of them were preempted.
        first
            .iter()
            .filter(|state| ["cached", "preempted"].contains(&state.as_str()))
            .count() as u64,
        hits
    );
    // The first three processes measure in full.
    assert!(hits >= 4 * 3 * 3, "{hits} of 4 points");
    let (_, again, _) = result(root.path(), &["--repeats", "3"]);
    assert_eq!(again["dataset"]["variables"], found["dataset"]["variables"]);
}

/// The result of a small sweep with these options.
fn small(root: &Path, more: &[&str]) -> Json {
    let sweep = ["--sweep", "Presorted", "--input", "len=20000", "--json"];
    let args: Vec<&str> = sweep.iter().chain(more).copied().collect();
    let (status, stdout, stderr) = run(root, &args);
    assert_eq!(status, 0, "{stderr}");
    let result = events(&stdout)
        .into_iter()
        .find(|event| event["event"] == "result");
    result.unwrap_or_else(|| panic!("no result: {stdout}{stderr}"))
}

#[test]
fn processes_of_another_run_are_marked_and_their_rounds_are_not_those_of_one_process() {
    let root = tempfile::tempdir().unwrap();
    let earlier = |result: &Json| {
        let reasons = result["dataset"]["variables"][0]["reasons"]
            .as_object()
            .unwrap()
            .clone();
        let earlier = |reason: &&Json| {
            reason
                .as_str()
                .unwrap()
                .contains("measured by an earlier run")
        };
        reasons.values().filter(earlier).count()
    };
    let two = small(root.path(), &["--replicates", "2", "--repeats", "3"]);
    assert_eq!(
        (two["counts"]["hits"].as_u64(), earlier(&two)),
        (Some(2 * 2 * 3), 0)
    );
    // Two points; the first two processes were measured by the run before.
    let more = small(root.path(), &["--replicates", "3", "--repeats", "3"]);
    assert_eq!(
        (more["counts"]["hits"].as_u64(), earlier(&more)),
        (Some(2 * 3 * 3), 2 * 2 * 3)
    );
    let other = small(root.path(), &["--replicates", "2", "--repeats", "2"]);
    assert_eq!(
        (other["counts"]["hits"].as_u64(), earlier(&other)),
        (Some(2 * 2 * 2), 0)
    );
    let plain = small(root.path(), &["--repeats", "4"]);
    assert_eq!(
        (
            plain["counts"]["executed"].as_u64(),
            plain["counts"]["hits"].as_u64()
        ),
        (Some(2 * 4), Some(0)),
        "what several processes measured is no round of one"
    );
}

#[test]
fn it_needs_the_store() {
    let root = tempfile::tempdir().unwrap();
    let (status, _, stderr) = run(root.path(), &["--replicates", "6", "--no-cache"]);
    assert_eq!(status, 2);
    assert!(
        stderr.contains("`--replicates` needs the store"),
        "{stderr}"
    );
}

#[test]
fn one_process_is_none() {
    let root = tempfile::tempdir().unwrap();
    let (status, _, stderr) = run(root.path(), &["--replicates", "1"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("must be at least 2"), "{stderr}");
}

#[test]
fn too_few_processes_say_why_there_are_no_bounds() {
    let root = tempfile::tempdir().unwrap();
    let (status, stdout, stderr) = run(
        root.path(),
        &[
            "--input",
            "len=20000",
            "--replicates",
            "2",
            "--repeats",
            "3",
        ],
    );
    assert_eq!(status, 0, "{stderr}");
    let told = "times have no bounds: those are made of 6 processes or more, and there were 2";
    assert!(
        stdout.contains(told) || stderr.contains(told),
        "{stdout}{stderr}"
    );
}
