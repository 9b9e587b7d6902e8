//! The steps of docs/ci/gate.sh, and the search for a slower commit, in throw-away repositories.

#[path = "support/nested_cargo.rs"]
mod nested_cargo;

use std::path::{Path, PathBuf};
use std::process::Command;

use bencher::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher::measure::Environment;
use bencher::record::{Counts, SweepRecord};
use bencher::store::save_result;
use bencher::value::{Kind, Value};
use bencher::var::Direction;
use nested_cargo::nested_cargo;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn git(repository: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=Somebody",
            "-c",
            "user.email=somebody@example.org",
        ])
        .args(args)
        .current_dir(repository)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// The tool of this workspace.
fn tool() -> PathBuf {
    let built = nested_cargo()
        .args(["build", "--quiet", "--workspace", "--bin", "cargo-bencher"])
        .args(cfg!(feature = "yaml").then_some("--all-features"))
        .current_dir(HERE)
        .status();
    assert!(built.unwrap().success());
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("cargo-bencher")
}

/// A package with a benchmark whose times are known: they grow with the length, and a length of 30 costs a tenth more
/// where that is slow.
fn write(repository: &Path, slow: bool) {
    let manifest = format!(
        "[package]\nname = \"gated\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dev-dependencies]\nbencher = {{ path = {HERE:?} }}\n\n\
         [[bench]]\nname = \"sums\"\nharness = false\n"
    );
    std::fs::create_dir_all(repository.join("benches")).unwrap();
    std::fs::create_dir_all(repository.join("src")).unwrap();
    std::fs::write(repository.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(repository.join("src/lib.rs"), "").unwrap();
    std::fs::write(repository.join(".gitignore"), "target\nbencher-history\n").unwrap();
    std::fs::copy(
        Path::new(HERE).join("Cargo.lock"),
        repository.join("Cargo.lock"),
    )
    .unwrap();
    let cost = if slow {
        "if self.len == 30 { 1.1 } else { 1.0 }"
    } else {
        "1.0"
    };
    let bench = include_str!("fixtures/gate/sums.rs").replace("COST", cost);
    std::fs::write(repository.join("benches/sums.rs"), bench).unwrap();
}

/// Keeps other tests from the target directory of the fixtures, where only one comparison at a time is possible.
fn alone() -> std::fs::File {
    let folder = Path::new(HERE).join("target");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = std::fs::File::create(folder.join("fixtures-lock")).unwrap();
    lock.lock().unwrap();
    lock
}

/// Runs the script; its exit status and what it prints.
fn gate(repository: &Path, tool: &Path, what: &str) -> (Option<i32>, String) {
    let output = Command::new("sh")
        .arg(Path::new(HERE).join("docs/ci/gate.sh"))
        .arg(what)
        .current_dir(repository)
        .env("GATE_BENCH", "sums")
        .env("GATE_BASE", "main")
        .env("GATE_PAIRS", "20")
        .env("GATE_TIME", "50ms")
        .env("GATE_PROFILE", "dev")
        .env("GATE_TOOL", format!("{} bencher", tool.display()))
        .env("CARGO_TARGET_DIR", Path::new(HERE).join("target/fixtures"))
        .env("GATE_OUT", repository.join("out"))
        .env_remove("BENCHER_CACHE_DIR")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn the_slower_commit_is_found_and_the_others_pass() {
    let _alone = alone();
    let repository = tempfile::tempdir().unwrap();
    let (repository, tool) = (repository.path(), tool());
    git(repository, &["init", "--quiet", "--initial-branch", "main"]);
    write(repository, false);
    git(repository, &["add", "."]);
    git(
        repository,
        &["commit", "--quiet", "--message", "Sum numbers"],
    );
    let (status, text) = gate(repository, &tool, "main");
    assert_eq!(status, Some(0), "{text}");

    git(repository, &["switch", "--quiet", "--create", "change"]);
    std::fs::write(repository.join("README"), "Sums of numbers").unwrap();
    git(repository, &["add", "."]);
    git(
        repository,
        &["commit", "--quiet", "--message", "Describe it"],
    );
    let (status, text) = gate(repository, &tool, "change");
    assert_eq!(status, Some(0), "{text}");

    write(repository, true);
    git(
        repository,
        &[
            "commit",
            "--quiet",
            "--all",
            "--message",
            "Sum thirty numbers more carefully",
        ],
    );
    let (status, text) = gate(repository, &tool, "change");
    assert_eq!(status, Some(3), "{text}");
    let comment = std::fs::read_to_string(repository.join("out/comparison.md")).unwrap();
    assert!(
        comment.starts_with("### Regression: 3 points: 1 worse, 0 better, 2 the same"),
        "{comment}"
    );
    assert!(
        comment.contains("| len=30 |") && comment.contains("slower"),
        "{comment}"
    );
    let trees = Command::new("git")
        .args(["worktree", "list"])
        .current_dir(repository)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(trees.stdout).unwrap().lines().count(),
        1,
        "the checkout is removed"
    );

    // The history file goes from run to run, as a cache does.
    let (status, text) = gate(repository, &tool, "main");
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("2 runs, the last of"), "{text}");
    assert!(repository.join("out/page/index.html").is_file(), "{text}");
}

/// Without a remote branch, the script says what to do.
#[test]
fn the_script_explains_a_missing_base() {
    let repository = tempfile::tempdir().unwrap();
    let script = |base: &str| {
        let output = Command::new("sh")
            .arg(Path::new(HERE).join("docs/ci/gate.sh"))
            .arg("change")
            .current_dir(repository.path())
            .env(
                "GIT_CEILING_DIRECTORIES",
                repository.path().parent().unwrap(),
            )
            .env("GATE_BENCH", "sums")
            .env("GATE_BASE", base)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(script("main").contains("in no git repository"));
    git(
        repository.path(),
        &["init", "--quiet", "--initial-branch", "main"],
    );
    git(
        repository.path(),
        &["commit", "--quiet", "--allow-empty", "--message", "One"],
    );
    let error = script("origin/main");
    assert!(
        error.contains("there is no branch `origin/main` here") && error.contains("GATE_BASE=main"),
        "{error}"
    );
    git(
        repository.path(),
        &["switch", "--quiet", "--orphan", "other"],
    );
    git(
        repository.path(),
        &["commit", "--quiet", "--allow-empty", "--message", "Two"],
    );
    let error = script("main");
    assert!(error.contains("no commit in common"), "{error}");
}

/// A run of the benchmark at a commit, in which the length of 30 takes so many microseconds.
fn run_at(commit: &str, number: usize, micros: f64) -> SweepRecord {
    let len = Dim::input(
        "len",
        Kind::Uint(32),
        [10_u64, 20, 30].map(Value::from).into(),
    );
    let info = VariableInfo {
        direction: Direction::Minimize,
        timed: true,
        units: "s".to_owned(),
        ..VariableInfo::new("elapsed", Kind::Float(64))
    };
    let mut dataset = Dataset::new("Sums", vec![len, Dim::repeats(1)], vec![info]).unwrap();
    for (at, micros) in [10.0, 20.0, micros].into_iter().enumerate() {
        let seconds = Value::Float(micros * 1e-6 * (1.0 + 0.001 * number as f64));
        let variable = dataset.variable_mut(0).unwrap();
        variable.record(at, &seconds, CellState::Measured).unwrap();
    }
    let mut environment = serde_json::to_value(Environment::capture()).unwrap();
    environment["git"] = serde_json::json!({"commit": commit, "dirty": false});
    SweepRecord {
        bench: "Sums".to_owned(),
        title: "Sums".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: format!("2026-03-0{number}T12:00:00.000Z"),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts::default(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: "gated/sums::Sums".to_owned(),
        version: 1,
        identity: None,
        environment: Some(serde_json::from_value(environment).unwrap()),
    }
}

/// There are six commits. The last one is slower by a tenth. The fourth one does not build, and git tries it first. The
/// search skips the fourth, names the last, and does not change the user's checkout.
#[test]
fn the_search_names_the_first_slower_commit() {
    let _alone = alone();
    let tool = tool();
    let repository = tempfile::tempdir().unwrap();
    let repository = repository.path();
    let ask = |args: &[&str]| {
        let output = Command::new("git")
            .args(args)
            .current_dir(repository)
            .output();
        String::from_utf8(output.unwrap().stdout)
            .unwrap()
            .trim()
            .to_owned()
    };
    git(repository, &["init", "--quiet", "--initial-branch", "main"]);
    let mut commits = Vec::new();
    for number in 1..=6 {
        write(repository, number == 6);
        if number == 4 {
            std::fs::write(repository.join("src/lib.rs"), "this is no code").unwrap();
        }
        std::fs::write(repository.join("README"), format!("Version {number}")).unwrap();
        git(repository, &["add", "."]);
        let message = format!("Change {number}");
        git(repository, &["commit", "--quiet", "--message", &message]);
        commits.push(ask(&["rev-parse", "HEAD"]));
    }
    // What is not committed stays as it is.
    std::fs::write(repository.join("README"), "not committed").unwrap();
    let store = repository.join("store");
    for (number, commit, micros) in [(1, 0, 30.0), (2, 1, 30.0), (3, 5, 33.0), (4, 5, 33.0)] {
        let record = run_at(&commits[commit], number, micros);
        save_result(&store, &record).unwrap();
        let added = Command::new(&tool)
            .args(["bencher", "history", "add", "--store"])
            .arg(&store)
            .status();
        assert!(added.unwrap().success());
    }
    let output = Command::new(&tool)
        .args(["bencher", "history", "bisect", "Sums", "--run"])
        .args([
            "--bench",
            "sums",
            "--profile",
            "dev",
            "--pairs",
            "20",
            "--time",
            "50ms",
        ])
        .arg("--store")
        .arg(&store)
        .current_dir(repository)
        .env("CARGO_TARGET_DIR", Path::new(HERE).join("target/fixtures"))
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    let expected = format!("first bad commit: {}", commits[5]);
    assert!(stdout.contains(&expected), "{stdout}{stderr}");
    assert!(
        stderr.contains("(Change 4) is undecided, skipped"),
        "{stderr}"
    );
    assert!(stderr.contains("(Change 5) is good"), "{stderr}");
    assert_eq!(ask(&["rev-parse", "HEAD"]), commits[5]);
    let readme = std::fs::read_to_string(repository.join("README")).unwrap();
    assert_eq!(readme, "not committed");
    assert_eq!(ask(&["worktree", "list"]).lines().count(), 1);
    assert_eq!(ask(&["for-each-ref", "refs/bisect"]), "");
}
