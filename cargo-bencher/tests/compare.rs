//! Comparisons, baselines and histories with the tool as a program of its own.

use std::path::Path;
use std::process::{Command, Output};

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::measure::Environment;
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::save_result;
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;

fn tool(store: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BENCHER_") {
            tool.env_remove(name);
        }
    }
    let Output {
        status,
        stdout,
        stderr,
    } = tool
        .arg("bencher")
        .args(args)
        .arg("--store")
        .arg(store)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// The number of moves at three lengths.
fn record(started: u64, moves: [u64; 3]) -> SweepRecord {
    let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into(), 30.into()]);
    let info = VariableInfo {
        direction: Direction::Minimize,
        ..VariableInfo::new("moves", Kind::Uint(64))
    };
    let mut dataset = Dataset::new("By length", vec![len, Dim::repeats(1)], vec![info]).unwrap();
    for (flat, moves) in moves.into_iter().enumerate() {
        let variable = dataset.variable_mut(0).unwrap();
        variable
            .record(flat, &Value::from(moves), CellState::Measured)
            .unwrap();
    }
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: format!("2026-03-{started:02}T12:00:00.000Z"),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts {
            submitted: 3,
            executed: 3,
            ..Counts::default()
        },
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: "demo/demo::Sorting".to_owned(),
        version: 1,
        identity: None,
        environment: None,
    }
}

#[test]
fn the_last_two_results_are_compared_and_the_exit_status_is_the_verdict() {
    let store = tempfile::tempdir().unwrap();
    let (status, _, stderr) = tool(store.path(), &["compare"]);
    assert_eq!(status, Some(1), "{stderr}");
    assert!(
        stderr.contains("no sweep in") && stderr.contains("was measured twice"),
        "{stderr}"
    );

    save_result(store.path(), &record(1, [100, 200, 300])).unwrap();
    save_result(store.path(), &record(2, [100, 200, 301])).unwrap();
    let (status, stdout, _) = tool(store.path(), &["compare"]);
    assert_eq!(status, Some(0), "{stdout}");
    assert!(
        stdout.contains("3 points: 0 worse, 0 better, 3 the same"),
        "{stdout}"
    );

    save_result(store.path(), &record(3, [100, 260, 301])).unwrap();
    let (status, stdout, _) = tool(store.path(), &["compare"]);
    assert_eq!(status, Some(3), "{stdout}");
    assert!(
        stdout.contains("len=20  200   260        +30 %   worse (exact)"),
        "{stdout}"
    );
    let (status, stdout, _) = tool(store.path(), &["compare", "--threshold", "50%"]);
    assert_eq!(status, Some(0), "{stdout}");

    let page = store.path().join("comment.md");
    let page_text = page.to_str().unwrap();
    let (status, stdout, _) = tool(
        store.path(),
        &["compare", "--json", "--markdown-file", page_text],
    );
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((status, &json["exit_status"]), (Some(3), &3.into()));
    let markdown = std::fs::read_to_string(&page).unwrap();
    assert!(markdown.starts_with("### Regression: "), "{markdown}");
    assert!(
        markdown.ends_with("\n![The effects with their bounds](<comment.svg>)\n"),
        "{markdown}"
    );
    let picture = std::fs::read_to_string(page.with_extension("svg")).unwrap();
    let positions = ["moves: len=20<", "moves: len=10<"].map(|name| picture.find(name).unwrap());
    assert!(
        positions.is_sorted(),
        "the worst point is the first: {picture}"
    );
    assert!(picture.contains(">+30 %</text>"), "{picture}");
}

#[test]
fn a_baseline_keeps_results_under_a_name() {
    let store = tempfile::tempdir().unwrap();
    save_result(store.path(), &record(1, [100, 200, 300])).unwrap();
    assert_eq!(tool(store.path(), &["baseline", "save", "main"]).0, Some(0));
    save_result(store.path(), &record(2, [90, 200, 300])).unwrap();
    save_result(store.path(), &record(3, [90, 200, 300])).unwrap();
    let (status, stdout, stderr) = tool(store.path(), &["compare", "main"]);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stdout.contains("1 better, 2 the same"), "{stdout}");
    // A baseline is saved anew, and may be the candidate.
    assert_eq!(tool(store.path(), &["baseline", "save", "now"]).0, Some(0));
    assert_eq!(tool(store.path(), &["baseline", "save", "now"]).0, Some(0));
    let (_, list, _) = tool(store.path(), &["baseline", "list"]);
    assert_eq!(list.lines().count(), 2, "{list}");
    let (status, _, _) = tool(store.path(), &["compare", "now", "main"]);
    assert_eq!(status, Some(3));
    assert_eq!(
        tool(store.path(), &["baseline", "remove", "now"]).0,
        Some(0)
    );
    for (args, expected) in [
        (
            &["compare", "now"][..],
            "there is no baseline, file, store or tag `now`",
        ),
        (
            &["baseline", "remove", "nain"],
            "there is no baseline `nain`; did you mean `main`?",
        ),
        (&["compare", "lsat"], "did you mean `last`?"),
        (&["baseline", "save", "a b"], "`.`, `-`, `_`, `+` and `@`"),
        (
            &["baseline", "save", "last"],
            "because `compare last` means stored results",
        ),
        (
            &["baseline", "save", "../x"],
            "cannot be the name of a baseline",
        ),
        (
            &["baseline", "save", ".."],
            "cannot be the name of a baseline",
        ),
        (&["compare", "--tresh", "1"], "there is no option `--tresh`"),
    ] {
        let (status, _, stderr) = tool(store.path(), args);
        let is_option = expected.starts_with("there is no option");
        assert_eq!(status, Some(if is_option { 2 } else { 1 }), "{args:?}");
        assert!(stderr.contains(expected), "{args:?}: {stderr}");
    }
}

#[test]
fn files_and_exports_are_sides_too() {
    let store = tempfile::tempdir().unwrap();
    let file = save_result(store.path(), &record(1, [100, 200, 300])).unwrap();
    save_result(store.path(), &record(2, [100, 200, 400])).unwrap();
    let (status, _, stderr) = tool(store.path(), &["compare", file.to_str().unwrap()]);
    assert_eq!(status, Some(3), "{stderr}");
    let exports = ["a.json", "b.json"].map(|name| store.path().join(name));
    for path in &exports {
        let path = path.to_str().unwrap();
        assert_eq!(
            tool(
                store.path(),
                &["export", "By length", "--json", "--out", path]
            )
            .0,
            Some(0)
        );
        save_result(store.path(), &record(3, [100, 200, 500])).unwrap();
    }
    let [one, other] = exports.each_ref().map(|path| path.to_str().unwrap());
    let (status, stdout, stderr) = tool(store.path(), &["compare", one, other]);
    assert_eq!(status, Some(3), "{stdout}{stderr}");
    let (status, stdout, stderr) = tool(store.path(), &["compare", other, "last"]);
    assert_eq!(status, Some(0), "{stdout}{stderr}");
}

/// A tag stands beside what has none, and beside another tag.
#[test]
fn tags_are_sides_too() {
    let store = tempfile::tempdir().unwrap();
    let tagged = |started, tag: &str, moves| SweepRecord {
        tag: tag.to_owned(),
        ..record(started, moves)
    };
    for record in [
        tagged(1, "", [100, 200, 300]),
        tagged(2, "fast", [90, 200, 300]),
        tagged(3, "slow", [100, 200, 400]),
    ] {
        save_result(store.path(), &record).unwrap();
    }
    for (args, expected) in [
        (&["compare", "slow"][..], "1 better, 2 the same"),
        (
            &["compare", "last", "slow"],
            "1 worse, 0 better, 2 the same",
        ),
        (
            &["compare", "fast", "slow"],
            "2 worse, 0 better, 1 the same",
        ),
    ] {
        let (_, stdout, stderr) = tool(store.path(), args);
        assert!(stdout.contains(expected), "{args:?}: {stdout}{stderr}");
    }
}

/// A thousandth of the number in a unit a thousand times as large is no change of level.
#[test]
fn runs_of_another_unit_are_not_compared() {
    let store = tempfile::tempdir().unwrap();
    for run in 1..=16_u64 {
        let (moves, units) = if run <= 8 { (10_000, "ms") } else { (10, "s") };
        let mut record = record(run, [moves, moves + 1, moves + 2]);
        units.clone_into(&mut record.dataset.variable_mut(0).unwrap().info.units);
        save_result(store.path(), &record).unwrap();
        let event = format!("PR {run}");
        let (status, _, stderr) = tool(store.path(), &["history", "add", "--event", &event]);
        assert_eq!(status, Some(0), "{stderr}");
    }
    let (_, shown, stderr) = tool(store.path(), &["history", "show", "length"]);
    let note = "not compared: moves of 8 runs up to PR 8, whose unit was ms, and is s now";
    assert!(shown.contains(note), "{shown}{stderr}");
    assert!(!shown.contains("->"), "{shown}");
    assert_eq!(tool(store.path(), &["history", "report"]).0, Some(0));
    let page = std::fs::read_to_string(store.path().join("reports/history/index.html")).unwrap();
    assert!(page.contains(note) && !page.contains("-99.9 %"));
}

/// Thirty runs with two steps and an outlier: the steps are named with their runs, the outlier is not.
#[test]
fn a_history_names_the_runs_where_a_result_changed() {
    let store = tempfile::tempdir().unwrap();
    for run in 1..=30_u64 {
        let noise = run * 7 % 5;
        let level = match run {
            1..=9 => 10_000,
            17 => 25_000,
            10..=19 => 11_000,
            _ => 13_000,
        };
        save_result(store.path(), &record(run, [level + noise * 10, 500, 700])).unwrap();
        let event = format!("PR {run}");
        let (status, _, stderr) = tool(store.path(), &["history", "add", "--event", &event]);
        assert_eq!(status, Some(0), "{stderr}");
    }
    let (status, shown, _) = tool(store.path(), &["history", "show", "length"]);
    assert_eq!(status, Some(0));
    let at_10: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with("moves at len=10:"))
        .collect();
    assert_eq!(at_10.len(), 2, "{shown}");
    assert!(at_10[0].contains("from PR 10 on: regression"), "{shown}");
    assert!(at_10[1].contains("from PR 20 on: regression"), "{shown}");
    assert!(
        !shown.contains("moves at len=20") && !shown.contains("from PR 17"),
        "{shown}"
    );
    let (_, list, _) = tool(store.path(), &["history"]);
    assert!(
        list.contains("By length (Sorting): 30 runs, the last of PR 30"),
        "{list}"
    );

    let (status, drawn, stderr) = tool(store.path(), &["history", "report"]);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(drawn.contains("reports/history/index.html"), "{drawn}");
    let page = std::fs::read_to_string(store.path().join("reports/history/index.html")).unwrap();
    assert!(
        page.contains(&at_10[0].replace('>', "&gt;")) && page.contains("latest: PR 30 · "),
        "the runs are on the page"
    );

    let (status, _, stderr) = tool(store.path(), &["history", "bisect", "length"]);
    assert_eq!(status, Some(1));
    assert!(stderr.contains("the runs have no commits"), "{stderr}");

    // Another machine takes the file, twice.
    let other = tempfile::tempdir().unwrap();
    let file = store.path().join("history.bencher");
    let file = file.to_str().unwrap();
    assert_eq!(tool(store.path(), &["history", "export", file]).0, Some(0));
    for expected in [
        "30 runs and decisions added, 0 were there",
        "0 runs and decisions added, 30 were there",
    ] {
        let (status, stdout, stderr) = tool(other.path(), &["history", "import", file]);
        assert_eq!(status, Some(0), "{stderr}");
        assert!(stdout.contains(expected), "{stdout}");
    }
    assert_eq!(tool(other.path(), &["history", "show", "length"]).1, shown);

    let (_, _, stderr) = tool(store.path(), &["history", "accept", "length", "last"]);
    assert!(stderr.contains("--reason"), "{stderr}");
    let args = [
        "history",
        "fail",
        "length",
        "PR 17",
        "--reason",
        "the disk was full",
    ];
    assert_eq!(tool(store.path(), &args).0, Some(0));
    let (_, shown, _) = tool(store.path(), &["history", "show", "length"]);
    assert!(
        shown.contains("PR 17  -  3 cells  failed: the disk was full"),
        "{shown}"
    );
    assert_eq!(
        tool(store.path(), &["history", "clear", "length"]).0,
        Some(0)
    );
    let (status, _, stderr) = tool(store.path(), &["history"]);
    assert!(
        status == Some(1) && stderr.contains("no sweep has a history"),
        "{stderr}"
    );
    // The export of before is not replaced by an empty one.
    let before = std::fs::read(file).unwrap();
    let (status, _, stderr) = tool(store.path(), &["history", "export", file]);
    assert!(
        status == Some(1) && stderr.contains("there is nothing to export"),
        "{stderr}"
    );
    assert_eq!(std::fs::read(file).unwrap(), before);
}

/// Six runs of one commit, of which the last three are slower: not the code, but the machine.
#[test]
fn a_change_between_runs_of_one_commit_is_that_of_the_machine() {
    for (dirty, expected) in [
        (false, "regression (the same commit: the machine), 3 runs"),
        (
            true,
            "regression (the same commit: the machine, or changes without a commit), 3 runs",
        ),
    ] {
        let store = tempfile::tempdir().unwrap();
        for number in 1..=6_u64 {
            let level = if number < 4 { 1000 } else { 1200 };
            let mut run = record(number, [level + number, 500, 700]);
            let mut environment = serde_json::to_value(Environment::capture()).unwrap();
            environment["git"] = serde_json::json!({"commit": "a".repeat(40), "dirty": dirty});
            run.environment = Some(serde_json::from_value(environment).unwrap());
            save_result(store.path(), &run).unwrap();
            assert_eq!(tool(store.path(), &["history", "add"]).0, Some(0));
        }
        for command in [&["history", "show", "length"][..], &["history", "list"]] {
            let (_, text, _) = tool(store.path(), command);
            assert!(text.contains(expected), "{text}");
        }
    }
}

/// A repository with eight commits, of which the sixth makes the result worse.
#[test]
fn the_commits_of_a_regression_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, store) = (
        folder.path().join("repository"),
        folder.path().join("store"),
    );
    std::fs::create_dir(&repository).unwrap();
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=Somebody",
                "-c",
                "user.email=somebody@example.org",
            ])
            .args(args)
            .current_dir(&repository)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet"]);
    let mut commits = Vec::new();
    for number in 1..=8_u64 {
        let message = format!("Change {number}");
        git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
        commits.push(git(&["rev-parse", "HEAD"]));
        // The fifth commit was not measured.
        if number == 5 {
            continue;
        }
        let level = if number < 6 { 1000 } else { 1200 };
        let mut run = record(number, [level + number, 500, 700]);
        let mut environment = serde_json::to_value(Environment::capture()).unwrap();
        environment["git"] = serde_json::json!({"commit": commits.last(), "dirty": false});
        run.environment = Some(serde_json::from_value(environment).unwrap());
        save_result(&store, &run).unwrap();
        let (status, _, stderr) = tool(&store, &["history", "add", "--event", &message]);
        assert_eq!(status, Some(0), "{stderr}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"))
        .args(["bencher", "history", "bisect", "length", "--store"])
        .arg(&store)
        .current_dir(&repository)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("from Change 6 on"), "{text}");
    let range = format!("2 commits, {}..{}:", commits[3], commits[5]);
    assert!(text.contains(&range), "{text}");
    assert!(
        text.contains("Change 5") && text.contains("Change 6") && !text.contains("Change 4\n"),
        "{text}"
    );
    assert!(
        text.contains(&format!("git bisect start {} {}", commits[5], commits[3])),
        "{text}"
    );
}
