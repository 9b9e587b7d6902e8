//! `--replicates`: a real program that starts itself, and takes together what its processes stored.

#![cfg(feature = "store")]

use std::collections::BTreeSet;
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

#[test]
fn processes_of_another_run_are_marked_and_their_rounds_are_not_those_of_one_process() {
    let root = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let args = [&["--sweep", "Work"], args].concat();
        on_a_machine(root.path(), "1", &args).swap_remove(0)
    };
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
    let two = run(&["--replicates", "2"]);
    assert_eq!(
        (two["counts"]["hits"].as_u64(), earlier(&two)),
        (Some(3 * 2 * 3), 0)
    );
    // Three points; the first two processes were measured by the run before.
    let more = run(&["--replicates", "3"]);
    assert_eq!(
        (more["counts"]["hits"].as_u64(), earlier(&more)),
        (Some(3 * 3 * 3), 3 * 2 * 3)
    );
    let other = run(&["--replicates", "2", "--repeats", "2"]);
    assert_eq!(
        (other["counts"]["hits"].as_u64(), earlier(&other)),
        (Some(3 * 2 * 2), 0)
    );
    let plain = run(&["--repeats", "4"]);
    assert_eq!(
        (
            plain["counts"]["executed"].as_u64(),
            plain["counts"]["hits"].as_u64()
        ),
        (Some(3 * 4), Some(0)),
        "what several processes measured is no round of one"
    );
}

/// What a program's sweeps gave in three processes or more, on a machine so many times as slow as at first.
fn on_a_machine(root: &Path, slowness: &str, args: &[&str]) -> Vec<Json> {
    let repeats = ["--repeats", "3"];
    let has_own = args.contains(&"--repeats");
    let output = program::example::example("machine_speed", root)
        .args(repeats.iter().filter(|_| !has_own))
        .env("SLOWNESS", slowness)
        .args(["--json", "--no-report"])
        .args(args)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let events = events(&stdout).into_iter();
    events.filter(|event| event["event"] == "result").collect()
}

/// The slownesses that the times of a result show, and its warning about another machine.
fn slowness(result: &Json) -> (BTreeSet<u64>, Vec<String>) {
    let variable = &result["dataset"]["variables"][0];
    let dims = result["dataset"]["dims"].as_array().unwrap();
    let dim = dims.iter().find(|dim| dim["name"] == "n").unwrap();
    let ns: Vec<f64> = dim["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_f64().unwrap())
        .collect();
    let times = variable["values"].as_array().unwrap();
    let per_n = times.len() / ns.len();
    let of = |(at, time): (usize, &Json)| {
        let slowness = time.as_f64()? / (ns[at / per_n] * 1e-3);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a small number"
        )]
        Some(slowness.round() as u64)
    };
    let warnings = result["warnings"].as_array().unwrap().iter();
    let warnings = warnings.map(|text| text.as_str().unwrap().to_owned());
    (
        times.iter().enumerate().filter_map(of).collect(),
        warnings
            .filter(|text| text.contains("the machine has changed"))
            .collect(),
    )
}

#[test]
fn processes_on_a_machine_that_has_changed_measure_everything_anew() {
    let root = tempfile::tempdir().unwrap();
    let only_work = ["--sweep", "Work"];
    let first = on_a_machine(
        root.path(),
        "1",
        &[&only_work[..], &["--replicates", "3"]].concat(),
    );
    assert_eq!(slowness(&first[0]), ([1].into(), vec![]));

    // Three more processes, on the same machine: they go on from there.
    let more = on_a_machine(root.path(), "1", &["--replicates", "6"]);
    assert_eq!(slowness(&more[0]), ([1].into(), vec![]));
    assert_eq!(more[0]["counts"]["hits"], 3 * 6 * 3);

    // And three on a slower one: none of the old ones may stand beside them. The other sweep's are all stored.
    let args = ["--replicates", "6", "--input", "n=1,2,3,4"];
    let slower = on_a_machine(root.path(), "2", &args);
    let (seen, warnings) = slowness(&slower[0]);
    assert_eq!(seen, [2].into(), "{warnings:?}");
    assert!(
        warnings.len() == 1
            && warnings[0].contains("all points were measured anew")
            && warnings[0].contains(" in the latest they were "),
        "{warnings:?}"
    );

    // What was left stays in the store, and the next run finds that of the latest machine.
    let again = on_a_machine(root.path(), "3", &args);
    assert_eq!(slowness(&again[0]), ([2].into(), vec![]));
    assert_eq!(again[0]["counts"]["hits"], 4 * 6 * 3);
}

#[test]
fn it_needs_the_store() {
    let root = tempfile::tempdir().unwrap();
    let (status, _, stderr) = run(root.path(), &["--replicates", "6", "--search", "10"]);
    assert_eq!(status, 2);
    assert_eq!(
        stderr
            .matches("`--replicates` cannot be combined with `--search`")
            .count(),
        1,
        "once, and not by each process: {stderr}"
    );
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
    let message =
        "the times have no confidence bounds: 2 processes measured, and bounds need 6 or more";
    assert!(
        stdout.contains(message) || stderr.contains(message),
        "{stdout}{stderr}"
    );
}
