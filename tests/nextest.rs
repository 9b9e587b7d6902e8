//! The contract with test runners: a crate as a user has it, driven by the real cargo-nextest and by its own
//! binaries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// Every function of the fixture, and whether it is ignored.
const NAMES: [(&str, &str, bool); 9] = [
    ("fixture", "tests::sorts_within_the_library", false),
    ("fixture::bench/sorting", "deep::er::names", false),
    ("fixture::bench/sorting", "slow", true),
    ("fixture::bench/sorting", "sometimes_fails", false),
    ("fixture::bench/sorting", "sort", false),
    ("fixture::bench/sorting", "squares_grow", false),
    ("fixture::own_harness", "adds", false),
    ("fixture::with_harness", "doubles", false),
    ("fixture::with_harness", "inner::halves", true),
];

/// The binaries of the fixture by nextest's names for them, each with its tests.
type Binaries = BTreeMap<String, (PathBuf, BTreeMap<String, bool>)>;

fn nextest(args: &[&str]) -> Command {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = Command::new("cargo-nextest").arg("--version").output();
    assert!(
        found.is_ok_and(|output| output.status.success()),
        "this test needs cargo-nextest: `cargo xtask setup` installs it"
    );
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .arg("nextest")
        .args(args)
        .current_dir(here.join("tests/fixtures/nextest"))
        // Built once for all runs of this test.
        .env("CARGO_TARGET_DIR", here.join("target/fixtures"))
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("NEXTEST_PROFILE");
    command
}

/// What nextest lists, once it has built everything.
fn binaries() -> &'static Binaries {
    static BINARIES: OnceLock<Binaries> = OnceLock::new();
    BINARIES.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        // With the versions of this workspace, which are here already.
        let lock = here.join("tests/fixtures/nextest/Cargo.lock");
        std::fs::copy(here.join("Cargo.lock"), lock).expect("the lock file can be copied");
        let listed = [
            "list",
            "--benches",
            "--lib",
            "--tests",
            "--message-format",
            "json",
        ];
        let (status, stdout, stderr) = ran(&mut nextest(&listed));
        assert_eq!(status, 0, "{stderr}");
        let list: Value = serde_json::from_str(&stdout).expect("nextest prints JSON");
        let suites = list["rust-suites"].as_object().expect("there are suites");
        let tests = |suite: &Value| {
            let cases = suite["testcases"].as_object().expect("a suite has tests");
            let ignored = |case: &Value| case["ignored"].as_bool().expect("a bool");
            cases
                .iter()
                .map(|(name, case)| (name.clone(), ignored(case)))
                .collect()
        };
        suites
            .iter()
            .map(|(name, suite)| {
                let path = suite["binary-path"].as_str().expect("a suite has a binary");
                (name.clone(), (path.into(), tests(suite)))
            })
            .collect()
    })
}

/// A binary of the fixture, in a folder of its own.
fn binary(suite: &str, args: &[&str]) -> Command {
    let mut command = Command::new(&binaries()[suite].0);
    command.args(args).env_remove("FIXTURE_FAILS");
    command
}

fn sorting(args: &[&str]) -> (i32, String, String) {
    ran(&mut binary("fixture::bench/sorting", args))
}

/// Exit status, standard output, standard error.
fn ran(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

#[test]
fn nextest_lists_every_function() {
    let listed: Vec<(&str, &str, bool)> = binaries()
        .iter()
        .flat_map(|(suite, (_, tests))| {
            tests
                .iter()
                .map(|(name, ignored)| (suite.as_str(), name.as_str(), *ignored))
        })
        .collect();
    assert_eq!(listed, NAMES);
}

#[test]
fn every_listed_name_runs_by_itself() {
    for (suite, (_, tests)) in binaries() {
        for name in tests.keys() {
            let (status, stdout, stderr) = ran(&mut binary(
                suite,
                &[name, "--exact", "--nocapture", "--include-ignored"],
            ));
            assert_eq!(status, 0, "{name}: {stdout}{stderr}");
            assert!(stdout.contains("running 1 test\n"), "{name}: {stdout}");
            assert!(
                stdout.contains("1 passed; 0 failed; 0 ignored"),
                "{name}: {stdout}"
            );
        }
    }
}

#[test]
fn nextest_runs_every_listed_name_by_itself() {
    for (suite, (_, tests)) in binaries() {
        for name in tests.keys() {
            let filter = format!("binary_id(={suite}) and test(={name})");
            let all = [
                "run",
                "--benches",
                "--lib",
                "--tests",
                "--run-ignored",
                "all",
                "-E",
                &filter,
            ];
            let (status, _, stderr) = ran(&mut nextest(&all));
            assert_eq!(status, 0, "{stderr}");
            assert!(stderr.contains("1 test run: 1 passed"), "{name}: {stderr}");
        }
    }
}

#[test]
fn nextest_runs_them_all() {
    binaries();
    let summary = |args: &[&str]| {
        let (status, _, stderr) = ran(&mut nextest(args));
        let summary = stderr
            .lines()
            .find_map(|line| line.split_once("] ").filter(|_| line.contains("Summary")));
        (
            status,
            summary.map(|(_, text)| text.to_owned()).unwrap_or(stderr),
        )
    };
    let fine = |text: &str| (0, text.to_owned());
    assert_eq!(summary(&["run"]), fine("3 tests run: 3 passed, 1 skipped"));
    assert_eq!(
        summary(&["run", "--benches"]),
        fine("4 tests run: 4 passed, 1 skipped")
    );
    assert_eq!(
        summary(&["run", "--benches", "--run-ignored", "only"]),
        fine("1 test run: 1 passed, 4 skipped")
    );
    assert_eq!(
        summary(&["run", "--benches", "sort"]),
        fine("1 test run: 1 passed, 4 skipped")
    );
}

#[test]
fn nextest_tells_of_a_failure_with_its_inputs() {
    binaries();
    let (status, _, stderr) =
        ran(nextest(&["run", "--benches", "--no-fail-fast"]).env("FIXTURE_FAILS", "1"));
    assert_eq!(status, 100, "{stderr}");
    assert!(
        stderr.contains("4 tests run: 3 passed, 1 failed, 1 skipped"),
        "{stderr}"
    );
    assert!(
        stderr.contains("n=3: panicked at ") && stderr.contains("three is too many"),
        "{stderr}"
    );
}

#[test]
fn lists_are_those_of_libtest() {
    let list = |args: &[&str]| sorting(args).1;
    assert_eq!(
        list(&["--list", "--format", "terse"]),
        "deep::er::names: benchmark\nslow: benchmark\nsometimes_fails: benchmark\nsort: benchmark\n\
         squares_grow: benchmark\n"
    );
    assert_eq!(
        list(&["--list", "--format", "terse", "--ignored"]),
        "slow: benchmark\n"
    );
    assert_eq!(
        list(&["--bench", "--list", "names"]),
        "deep::er::names: benchmark\n\n0 tests, 1 benchmark\n"
    );
    assert_eq!(list(&["--list", "nothing"]), "0 tests, 0 benchmarks\n");
}

#[test]
fn filters_are_those_of_libtest() {
    let lines = |args: &[&str]| {
        let (status, stdout, stderr) = sorting(args);
        assert_eq!(status, 0, "{stdout}{stderr}");
        let tests = stdout
            .lines()
            .filter(|line| line.starts_with("test ") && line.contains(" ... "));
        tests.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&["sort"]), ["test sort ... ok"]);
    assert_eq!(
        lines(&["er", "squares"]),
        ["test deep::er::names ... ok", "test squares_grow ... ok"]
    );
    assert_eq!(lines(&["--exact", "er"]), [""; 0]);
    assert_eq!(lines(&["--skip", "s", "--skip", "x"]), [""; 0]);
    assert_eq!(
        lines(&["--skip", "so"])[1..],
        ["test slow ... ignored", "test squares_grow ... ok"]
    );
    assert_eq!(
        lines(&["--exact", "--skip", "sort", "sort", "squares_grow"]),
        ["test squares_grow ... ok"]
    );
    let (_, stdout, _) = sorting(&["--ignored"]);
    assert!(
        stdout.contains("slow was run for 1\nslow was run for 2\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("1 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out"),
        "{stdout}"
    );
    let (status, stdout, _) = sorting(&["nothing"]);
    assert_eq!(status, 0);
    assert!(
        stdout.contains("\nrunning 0 tests\n\ntest result: ok. 0 passed;"),
        "{stdout}"
    );
}

#[test]
fn a_point_is_run_by_its_name() {
    let (status, stdout, _) = sorting(&["--exact", "sort::len=16,order=falling-fast"]);
    assert_eq!(status, 0, "{stdout}");
    assert!(
        stdout.contains("test sort::len=16,order=falling-fast ... ok\n"),
        "{stdout}"
    );
    let (status, stdout, _) = sorting(&["deep::er::names::T=String,n=2"]);
    assert_eq!(status, 0, "{stdout}");
    assert!(
        stdout.contains("1 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out"),
        "{stdout}"
    );
    let (_, stdout, _) = sorting(&["--exact", "--nocapture", "sometimes_fails::n=2"]);
    assert!(
        stdout.contains("sometimes_fails was run for 2\nok\n"),
        "{stdout}"
    );
    let (status, stdout, _) = sorting(&["--exact", "sort::len=17,order=Rising"]);
    assert_eq!(status, 101);
    assert!(
        stdout.contains("there is no point `len=17,order=Rising`: `len` takes 4, 16, 64\n"),
        "{stdout}"
    );
}

#[test]
fn a_failure_is_told_as_libtest_tells_it() {
    let mut command = binary(
        "fixture::bench/sorting",
        &["some", "sort", "--color", "never"],
    );
    let (status, stdout, stderr) = ran(command.env("FIXTURE_FAILS", "1"));
    assert_eq!((status, stderr.as_str()), (101, ""));
    assert!(stdout.contains("test sort ... ok\n"), "{stdout}");
    assert!(
        stdout.contains("\nfailures:\n\n---- sometimes_fails stdout ----\nn=3: panicked at "),
        "{stdout}"
    );
    assert!(
        stdout.contains(
            "\nfailures:\n    sometimes_fails\n\ntest result: FAILED. 1 passed; 1 failed;"
        ),
        "{stdout}"
    );
}

#[test]
fn a_test_of_the_usual_harness_fails_with_the_inputs() {
    let mut command = binary("fixture::with_harness", &["doubles"]);
    let (status, stdout, _) = ran(command.env("FIXTURE_FAILS", "1"));
    assert_eq!(status, 101);
    assert!(stdout.contains("n=2: "), "{stdout}");
    assert!(stdout.contains("four is too many"), "{stdout}");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let (status, _, stderr) = sorting(&["--exat", "sort"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("--exact"), "{stderr}");
    let (status, stdout, _) = sorting(&["--help"]);
    assert_eq!(status, 0);
    assert!(
        stdout.contains("deep::er::names") && stdout.contains("--include-ignored"),
        "{stdout}"
    );
}

#[test]
fn the_whole_run_is_judged() {
    let root = tempfile::tempdir().unwrap();
    let whole = |judge: Option<&str>, args: &[&str]| {
        let mut command = binary("fixture::bench/sorting", args);
        command.current_dir(root.path()).arg("--bench");
        if let Some(judge) = judge {
            command.env("FIXTURE_BAD_JUDGE", judge);
        }
        ran(&mut command)
    };
    let (status, stdout, _) = whole(None, &["squares_grow"]);
    assert_eq!(status, 0, "{stdout}");
    assert!(
        stdout.contains("<Dataset> squares_grow\n") && stdout.contains("judged: Some(9.0)\n"),
        "{stdout}"
    );
    let (status, _, stderr) = whole(Some("1"), &["squares_grow"]);
    assert_eq!(
        (status, stderr.as_str()),
        (
            1,
            "error: squares_grow does not accept its result: squares shrink\n"
        )
    );
    let (status, stdout, _) = whole(Some("1"), &["squares_grow::n=2"]);
    assert_eq!(status, 0, "one point is not judged: {stdout}");
    assert!(
        stdout.contains("Dimensions:  (n: 1, repeat: 1)\n"),
        "{stdout}"
    );
    let (status, _, stderr) = whole(None, &["nothing"]);
    assert_eq!(status, 0);
    assert!(
        stderr.starts_with("no function is chosen; there are: deep::er::names, slow,"),
        "{stderr}"
    );
}
