//! Claims and gates of whole programs: what they print, and how the run ends.

#[path = "support/example.rs"]
mod example;

use std::path::Path;
use std::process::Output;

use serde_json::Value as Json;

/// Runs the program: its exit status, what it printed on standard output, and on standard error.
fn run(store: &Path, environment: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let mut command = example::example("claimed", store);
    command.envs(environment.iter().copied()).args(args);
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// The lines of claims and gates of one sweep.
fn lines(stdout: &str, word: &str) -> Vec<String> {
    let lines = stdout.lines().filter(|line| line.starts_with(word));
    let lines = lines.map(|line| line.trim_start_matches(word).trim_start().to_owned());
    lines.collect()
}

fn sweep(title: &str, args: &[&str]) -> (i32, String, String) {
    let store = tempfile::tempdir().unwrap();
    let args = [&["--sweep", title, "--no-report"], args].concat();
    run(store.path(), &[], &args)
}

#[test]
fn claims_that_hold_are_printed_and_the_run_succeeds() {
    let (status, stdout, stderr) = sweep("Holds", &[]);
    assert_eq!(status, 0, "{stdout}{stderr}");
    let expected = [
        "share > 0: holds at 3 of 3 points (nearest at boxes=1: 0.2 in all 29 samples)",
        "share < 70 %: holds at 3 of 3 points (nearest at boxes=3: 0.6 in all 29 samples)",
        "closes == true: holds at 3 of 3 points (nearest at boxes=1: true in all 29 samples; at 95 %, at least 90.2 % \
         of all satisfy it)",
        "closes mean >= 80 %: holds at 3 of 3 points (nearest at boxes=1: 29 of 29 samples are true; the share is at \
         least 90.2 % and at most 100 %, each at 95 %)",
        "weight p90 < 2 kg: holds at 3 of 3 points (nearest at boxes=3: the p90 is 1.526 kg, at least 1.523 kg and at \
         most 1.529 kg, each at 95 % (29 samples))",
    ];
    assert_eq!(lines(&stdout, "claim"), expected, "{stdout}");
}

#[test]
fn a_claim_that_fails_names_point_value_and_evidence() {
    let (status, stdout, _) = sweep("Fails", &[]);
    assert_eq!(status, 3, "{stdout}");
    let claims = lines(&stdout, "claim");
    let failing = [
        "share < 70 %: fails at 1, holds at 2 of 3 points",
        "share < 70 % fails at boxes=3: 0.75 in repeat 4; 1 of 29 samples violates it",
    ];
    assert_eq!(claims[1..3], failing, "{stdout}");
    assert!(!stdout.contains("warning   failed claim"), "{stdout}");
    let (status, stdout, stderr) = sweep("Fails", &["--quiet"]);
    assert_eq!((status, &*stdout), (3, ""));
    let line = "Fails: failed claim: share < 70 % fails at boxes=3: 0.75 in repeat 4; 1 of 29 samples violates it";
    assert!(stderr.lines().any(|found| found == line), "{stderr}");
}

#[test]
fn a_failed_sample_has_precedence_and_fails_every_claim() {
    let (status, stdout, _) = sweep("Broken", &[]);
    assert_eq!(status, 1, "{stdout}");
    let claims = lines(&stdout, "claim");
    let line =
        "weight p90 < 2 kg fails at boxes=2: no value, because repeat 3 failed: too heavy to lift";
    assert!(claims.iter().any(|claim| claim == line), "{stdout}");
    let fails = claims
        .iter()
        .filter(|claim| claim.contains(" fails at boxes=2: "));
    assert_eq!(fails.count(), 5, "{stdout}");
}

#[test]
fn undecided_claims_pass_and_say_why() {
    let (status, stdout, _) = sweep("Unset", &[]);
    assert_eq!(status, 0, "{stdout}");
    let line = "closes == true undecided, most of all at boxes=1: 1 of 29 samples did not set it";
    assert!(
        lines(&stdout, "claim").iter().any(|claim| claim == line),
        "{stdout}"
    );
    let (status, stdout, _) = sweep("Few", &[]);
    assert_eq!(status, 0, "{stdout}");
    let claims = lines(&stdout, "claim");
    let expected = [
        "weight p90 < 2 kg: undecided at 3 of 3 points",
        "weight p90 < 2 kg undecided, most of all at boxes=3: the p90 is 1.525 kg, at least 1.522 kg at 95 % (28 \
         samples; both bounds need 29)",
    ];
    assert_eq!(claims[claims.len() - 2..], expected, "{stdout}");
}

#[test]
fn events_and_the_page_have_the_claims() {
    let store = tempfile::tempdir().unwrap();
    let report = store.path().join("report");
    let args = [
        "--sweep",
        "Fails",
        "--json",
        "--report",
        report.to_str().unwrap(),
    ];
    let (status, stdout, stderr) = run(store.path(), &[], &args);
    assert_eq!(status, 3, "{stderr}");
    let events = stdout
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    let claims: Vec<Json> = events.filter(|event| event["event"] == "claim").collect();
    assert_eq!(claims.len(), 5);
    let claim = &claims[1];
    assert_eq!(claim["claim"], "< 70 %");
    assert_eq!(claim["verdict"], "fails");
    assert_eq!((&claim["holds"], &claim["fails"]), (&2.into(), &1.into()));
    let failure = &claim["failures"][0];
    assert_eq!(failure["at"]["boxes"], "3");
    assert_eq!(
        (&failure["value"], &failure["repeat"]),
        (&0.75.into(), &4.into())
    );
    let page = std::fs::read_to_string(report.join("fails/index.html")).unwrap();
    assert!(page.contains("failed claim: share &lt; 70 % fails at boxes=3: 0.75 in repeat 4"));

    // Taken from the store, the result is judged again, and its record names what fails once.
    let (status, stdout, _) = run(
        store.path(),
        &[],
        &[&args[..], &["--results-cache"]].concat(),
    );
    assert_eq!(status, 3, "{stdout}");
    let events = stdout
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    let events: Vec<Json> = events.collect();
    assert!(
        events
            .iter()
            .any(|event| event["event"] == "claim" && event["verdict"] == "fails")
    );
    let page = std::fs::read_to_string(report.join("fails/index.html")).unwrap();
    assert_eq!(page.matches("failed claim:").count(), 1);
}

#[test]
fn a_claim_that_does_not_fit_stops_the_sweep_before_it_runs() {
    let store = tempfile::tempdir().unwrap();
    for (claim, part) in [
        (
            "< 5 ms",
            "`ms` is not converted to the unit of the result, `g`",
        ),
        ("light", "a claim compares with a value"),
        ("== true", "the result is a number"),
    ] {
        let args = ["--sweep", "Own", "--no-report"];
        let (status, stdout, stderr) = run(store.path(), &[("CLAIM", claim)], &args);
        assert_eq!(status, 1, "{stderr}");
        let start = format!("error: sweep \"Own\": claim `{claim}` on result `weight`: ");
        assert!(stderr.contains(&start) && stderr.contains(part), "{stderr}");
        assert!(!stdout.contains("samples "), "{stdout}");
    }
    let args = ["--sweep", "Own", "--no-report"];
    let (status, stdout, _) = run(store.path(), &[("CLAIM", "median < 600 g")], &args);
    assert_eq!(status, 3);
    let line = "weight median < 600 g fails at boxes=3: 1.501 kg in the only sample";
    assert!(
        lines(&stdout, "claim").iter().any(|claim| claim == line),
        "{stdout}"
    );
    let args = ["--sweep", "Gate", "--no-report"];
    let (status, _, stderr) = run(store.path(), &[("RESULT", "stepps")], &args);
    assert_eq!(status, 1, "{stderr}");
    assert!(
        stderr.contains("there is no result `stepps`; did you mean `steps`?"),
        "{stderr}"
    );
}

#[test]
fn a_gate_compares_with_its_baseline() {
    let store = tempfile::tempdir().unwrap();
    let gate = |percent: &str, args: &[&str]| {
        let args = [&["--sweep", "Gate", "--no-report", "--overwrite"], args].concat();
        let (status, stdout, stderr) = run(store.path(), &[("PERCENT", percent)], &args);
        (status, lines(&stdout, "gate"), format!("{stdout}{stderr}"))
    };
    let name = "steps, more than 10 % worse than baseline `main`:";
    let (status, found, text) = gate("100", &[]);
    assert_eq!(status, 0, "{text}");
    let none = "there is no such baseline yet;";
    let expected =
        format!("{name} not judged, because {none} `--save-baseline main` saves a run as it");
    assert_eq!(found, [expected]);
    let (status, found, text) = gate("100", &["--save-baseline", "main"]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(
        found,
        [format!(
            "{name} not judged, because {none} this run saves it"
        )]
    );
    let (status, found, text) = gate("109", &[]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(found, [format!("{name} passes at 2 of 2 points")]);
    let (status, found, text) = gate("120", &[]);
    assert_eq!(status, 3, "{text}");
    assert_eq!(
        found[0],
        format!("{name} fails at 1, passes at 1 of 2 points")
    );
    let worse = "steps fails at len=1000: 1000 → 1200, +20 %";
    assert!(found[1].starts_with(worse) && found.len() == 2, "{found:?}");
    let (status, _, text) = gate("120", &["--json"]);
    assert_eq!(status, 3, "{text}");
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let events: Vec<Json> = events.filter(|event| event["event"] == "gate").collect();
    let failure = &events[0]["failures"][0];
    assert_eq!(
        (&events[0]["verdict"], &failure["at"]["len"]),
        (&"fails".into(), &"1000".into())
    );
    assert_eq!(
        (&failure["base"], &failure["candidate"]),
        (&1000.0.into(), &1200.0.into())
    );
    let (status, ..) = gate("50", &[]);
    assert_eq!(status, 0, "better");
}

const FUNCTIONS: (&str, &str) = ("PROGRAM", "functions");

#[test]
fn functions_have_claims_and_quick_checks_judge_them() {
    let store = tempfile::tempdir().unwrap();
    let (status, stdout, stderr) = run(store.path(), &[FUNCTIONS], &["--bench", "--no-report"]);
    assert_eq!(status, 0, "{stdout}{stderr}");
    let claims = lines(&stdout, "claim");
    assert_eq!(claims.len(), 5, "{stdout}");
    assert_eq!(
        claims[1],
        "square <= 100: holds at 2 of 2 points (nearest at n=10: 100 in all 2 samples)"
    );
    let (status, stdout, _) = run(store.path(), &[FUNCTIONS], &[]);
    assert_eq!(status, 0, "{stdout}");
    let twice = [FUNCTIONS, ("FACTOR", "2")];
    let (status, stdout, _) = run(store.path(), &twice, &[]);
    assert_eq!(status, 101, "{stdout}");
    let line = "n=10: claim `root < 11` fails: 20 in the only sample; claim `square <= 100` fails: 200 in the only sample";
    assert!(stdout.lines().any(|found| found == line), "{stdout}");
    assert!(stdout.contains("test squares ... FAILED"), "{stdout}");
    let args = ["--exact", "squares", "--nocapture"];
    let (status, ..) = run(store.path(), &twice, &args);
    assert_eq!(status, 101, "as cargo-nextest calls it");
    let (status, ..) = run(store.path(), &twice, &["--exact", "squares::n=1"]);
    assert_eq!(status, 0, "at the other point, it holds");
    let args = ["--bench", "--no-report", "--overwrite"];
    let (status, stdout, _) = run(store.path(), &twice, &args);
    assert_eq!(status, 3, "{stdout}");
}
