//! State that is expensive to make is let go of before anything is drawn, however a sweep ends: of a real
//! program, by a real Ctrl-C too.

use std::io::{BufRead, BufReader};
use std::process::Command;

#[path = "support/example.rs"]
mod example;

use example::example;

/// The events of a run that is interrupted after its first samples; all of them, where it is not.
fn events(args: &[&str], interrupted: bool) -> Vec<serde_json::Value> {
    let root = tempfile::tempdir().unwrap();
    // With `--json`, what a body prints goes to standard error.
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = example("stateful", root.path())
        .args(["--json", "--report"])
        .arg(root.path().join("drawn"))
        .args(args)
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .spawn()
        .unwrap();
    let mut events = Vec::new();
    let mut measured = 0;
    for line in BufReader::new(reader).lines() {
        let Ok(event) = serde_json::from_str::<serde_json::Value>(&line.unwrap()) else {
            continue;
        };
        measured += u32::from(event["state"] == "measured");
        if interrupted && measured == 20 {
            measured += 1;
            let kill = Command::new("kill")
                .args(["-INT", &child.id().to_string()])
                .status();
            assert!(kill.unwrap().success());
        }
        events.push(event);
    }
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(if interrupted { 130 } else { 0 }));
    events
}

fn places(events: &[serde_json::Value], event: &str, state: &str) -> Vec<usize> {
    let is = |one: &serde_json::Value| {
        one["event"] == event && (state.is_empty() || one["state"] == state)
    };
    let all = events.iter().enumerate();
    all.filter(|(_, one)| is(one)).map(|(at, _)| at).collect()
}

/// Each state was made as often as it is said here, let go of as often, and before the report was drawn.
fn assert_released(events: &[serde_json::Value], workers: usize) {
    let drawn = places(events, "report", "");
    assert_eq!(drawn.len(), 1);
    for (state, count) in [("sweep", 1), ("worker", workers)] {
        let (made, released) = (
            places(events, "made", state),
            places(events, "released", state),
        );
        assert!((1..=count).contains(&made.len()), "{state}: {made:?}");
        assert_eq!(made.len(), released.len(), "{state}");
        assert!(released.iter().all(|at| *at < drawn[0]), "{state}");
    }
}

#[test]
fn state_is_released_before_the_report_of_a_whole_sweep() {
    let few = ["--input", "n=1..30:30"];
    assert_released(&events(&few, false), 1);
}

#[test]
fn ctrl_c_releases_state_before_the_report() {
    assert_released(&events(&[], true), 1);
    assert_released(&events(&["--jobs", "2"], true), 2);
}
