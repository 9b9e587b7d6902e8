//! Two programs measured in turns by the tool, and runs over time.

#[path = "support/nested_cargo.rs"]
mod nested_cargo;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nested_cargo::nested_cargo;

/// A program or example of this workspace, which is built for the tests.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().to_owned();
    folder.join(name)
}

fn tool() -> PathBuf {
    let built_now = nested_cargo()
        .args(["build", "--quiet", "--workspace", "--bin", "cargo-bencher"])
        .args(cfg!(feature = "yaml").then_some("--all-features"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built_now.unwrap().success());
    built("cargo-bencher")
}

/// Compares the program with itself, `slowness` times as slow.
fn ab(store: &Path, slowness: &str, further: &[&str]) -> (Option<i32>, String, String) {
    let program = built("examples/machine_speed");
    let command = |slowness: &str| format!("env SLOWNESS={slowness} {}", program.display());
    let output = Command::new(tool())
        .args(["bencher", "ab", "--store"])
        .arg(store)
        .args([
            "--command-a",
            &command("1"),
            "--command-b",
            &command(slowness),
        ])
        .args(further)
        .current_dir(store)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// What a comparison leaves in its folder of temporary stores.
fn left_of(store: &Path) -> Vec<std::ffi::OsString> {
    let folder = std::fs::read_dir(store.join("ab")).unwrap();
    folder.map(|entry| entry.unwrap().file_name()).collect()
}

/// The programs' processes differ by up to 0.8 %.
#[test]
fn a_slower_program_is_found_and_an_equal_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let common = [
        "--pairs",
        "16",
        "--group-threshold",
        "2%",
        "--",
        "--repeats",
        "3",
        "--sweep",
        "Work",
    ];
    let (status, stdout, stderr) = ab(folder.path(), "1.1", &common);
    assert_eq!(status, Some(3), "{stdout}{stderr}");
    assert!(stdout.contains("3 points: 3 worse"), "{stdout}");
    let all = stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("all 3 points: +"));
    let percent: f64 = all.unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((9.0..11.0).contains(&percent), "{stdout}");
    let (status, stdout, stderr) = ab(folder.path(), "1", &common);
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("0 worse, 0 better, 3 the same"), "{stdout}");
    assert_eq!(
        left_of(folder.path()),
        ["lock"],
        "the stores of the runs are removed"
    );
}

#[test]
fn too_few_pairs_are_refused_and_a_broken_program_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (status, _, stderr) = ab(
        folder.path(),
        "1.1",
        &["--pairs", "5", "--", "--repeats", "3"],
    );
    assert_eq!(status, Some(1));
    assert!(
        stderr.contains("points need") && stderr.contains("raise `--pairs`"),
        "{stderr}"
    );
    let (status, _, stderr) = ab(
        folder.path(),
        "x",
        &["--", "--repeats", "3", "--no-such-option"],
    );
    assert_eq!(status, Some(1));
    assert!(
        stderr.contains("--no-such-option") && stderr.contains("measured nothing"),
        "{stderr}"
    );
}

/// Ctrl-C ends a comparison in order: it says what was measured, with the verdicts of the latest look, and leaves
/// nothing.
#[test]
fn an_interrupted_comparison_says_what_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let program = built("examples/machine_speed");
    let command = |slowness: &str| format!("env SLOWNESS={slowness} {}", program.display());
    // An effect at the threshold is not decided by any number of pairs.
    let mut running = Command::new(tool())
        .args(["bencher", "ab", "--pairs", "10000", "--store"])
        .arg(folder.path())
        .args([
            "--command-a",
            &command("1"),
            "--command-b",
            &command("1.02"),
        ])
        .args(["--", "--repeats", "3", "--sweep", "Work"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(running.stderr.take().unwrap()).lines();
    let mut seen = String::new();
    while !seen.contains("points undecided") {
        seen = stderr.next().unwrap().unwrap();
    }
    let asked = Command::new("kill")
        .args(["-INT", &running.id().to_string()])
        .status();
    assert!(asked.unwrap().success());
    let rest: Vec<String> = stderr.map(Result::unwrap).collect();
    let output = running.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stdout}{rest:?}");
    let last = rest.last().unwrap();
    assert!(
        last.contains("interrupted after") && last.contains("the verdicts are those of"),
        "{rest:?}"
    );
    assert!(stdout.contains("note: interrupted after"), "{stdout}");
    assert!(stdout.contains("3 points: 0 worse"), "{stdout}");
    assert_eq!(left_of(folder.path()), ["lock"]);
}

/// A program keeps its runs over time, calls a slower one a regression, and does not take it for its next baseline.
#[test]
fn runs_over_time_are_judged_by_those_before() {
    let store = tempfile::tempdir().unwrap();
    let run = |event: &str, slowness: &str| {
        let output = Command::new(built("examples/machine_speed"))
            .args([
                "--sweep",
                "Work",
                "--no-report",
                "--overwrite",
                "--repeats",
                "3",
                "--store",
            ])
            .arg(store.path())
            .args([
                "--event",
                event,
                "--regression",
                "percentage:5",
                "--regression-fail",
            ])
            .env("SLOWNESS", slowness)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (status, stderr) = run("PR 1", "1");
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        stderr.contains("no regression in sweep \"Work\": nothing is judged yet, because the baseline has only 0 runs"),
        "{stderr}"
    );
    let (status, stderr) = run("PR 2", "1");
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        stderr.contains(
            "no regression in sweep \"Work\": 1 result no worse than the baseline of 1 run"
        ),
        "{stderr}"
    );
    let (status, stderr) = run("PR 3", "1.2");
    assert_eq!(status, Some(3), "{stderr}");
    assert!(
        stderr.contains("regression in sweep \"Work\": elapsed"),
        "{stderr}"
    );
    assert_eq!(
        run("PR 4", "1.2").0,
        Some(3),
        "the run before is no baseline"
    );
    assert_eq!(run("PR 5", "1").0, Some(0));
    let output = Command::new(tool())
        .args(["bencher", "history", "show", "Work", "--store"])
        .arg(store.path())
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(shown.matches("failed: elapsed").count(), 2, "{shown}");
    let events: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .collect();
    assert!(events.starts_with(&["1", "2", "3", "4", "5"]), "{shown}");
}

/// An event without a repository, and a reset that is forbidden, fail the run and keep what was there.
#[test]
fn what_cannot_be_kept_over_time_is_an_error() {
    let store = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(built("examples/machine_speed"))
            .args([
                "--sweep",
                "Work",
                "--no-report",
                "--repeats",
                "3",
                "--store",
            ])
            .arg(store.path())
            .args(args)
            .current_dir(store.path())
            .env("SLOWNESS", "1")
            .env("GIT_CEILING_DIRECTORIES", store.path().parent().unwrap())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (status, stderr) = run(&["--event", "git"]);
    assert_eq!(status, Some(1), "{stderr}");
    assert!(stderr.contains("the history was not kept"), "{stderr}");
    for (args, expected) in [
        (&["--regression", "adaptiv"][..], "`adaptiv` is no rule"),
        (
            &["--regression", "elapsd=5"],
            "`--regression elapsd=5`: there is no result `elapsd`; did you mean `elapsed`?",
        ),
        (&["--max-time-events", "0"], "--max-time-events"),
        (&["--on-history-reset", "maybe"], "maybe"),
    ] {
        let (status, stderr) = run(args);
        assert_eq!(status, Some(2), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
}

/// As criterion has them: one run is kept under a name, a later one is compared with it.
#[test]
fn a_run_is_compared_with_a_baseline() {
    let store = tempfile::tempdir().unwrap();
    let run = |slowness: &str, args: &[&str]| {
        let output = Command::new(built("examples/machine_speed"))
            .args([
                "--sweep",
                "Work",
                "--no-report",
                "--overwrite",
                "--repeats",
                "3",
                "--store",
            ])
            .arg(store.path())
            .args(args)
            .env("SLOWNESS", slowness)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (status, _, stderr) = run("1", &["--baseline", "main"]);
    assert_eq!(status, Some(1));
    assert!(
        stderr.contains(
            "there is no baseline `main` (there are none); `--save-baseline main` makes one"
        ),
        "{stderr}"
    );
    assert_eq!(run("1", &["--save-baseline", "main"]).0, Some(0));
    for further in [&[][..], &["--replicates", "2"]] {
        let (status, stdout, stderr) = run("1", &[&["--baseline", "mian"][..], further].concat());
        assert_eq!(status, Some(1), "{stderr}");
        assert!(
            stderr.contains("there is no baseline `mian`; did you mean `main`? (known: main)"),
            "{stderr}"
        );
        assert!(
            !stdout.contains("samples"),
            "nothing was measured: {stdout}"
        );
    }
    let (status, stdout, _) = run("3", &["--baseline", "main"]);
    assert_eq!(status, Some(0), "{stdout}");
    assert!(stdout.contains("3 points: 3 worse"), "{stdout}");
    assert_eq!(
        run("3", &["--baseline", "main", "--regression-fail"]).0,
        Some(3)
    );
    // A single run on each side does not tell a difference of some percent from that of two runs.
    let (status, stdout, _) = run("1.03", &["--baseline", "main", "--regression-fail"]);
    assert_eq!(status, Some(0), "{stdout}");
    assert!(stdout.contains("3 undecided"), "{stdout}");
    let (status, _, stderr) = run("1", &["--save-baseline", "a/b"]);
    assert_eq!(status, Some(2));
    assert!(
        stderr.contains("cannot be the name of a baseline"),
        "{stderr}"
    );
}
