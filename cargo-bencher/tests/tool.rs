//! The tool as a program of its own: it looks into the store that programs use in the folder where it is started.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use bencher_core::dataset::Dataset;
use bencher_core::drawing::{DrawReply, DrawRequest};
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::save_result;

fn tool(folder: &Path, args: &[&str]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BENCHER_") {
            tool.env_remove(name);
        }
    }
    tool.arg("bencher");
    tool.current_dir(folder).args(args).output().unwrap()
}

/// A result without any sample.
fn record() -> SweepRecord {
    let dataset = Dataset::new("Nothing", vec![], vec![]).unwrap();
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: "2026-03-01T12:00:00.000Z".to_owned(),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts::default(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: "demo/demo::Sorting".to_owned(),
        version: 1,
        identity: None,
        environment: None,
    }
}

/// A folder whose `bencher.toml` says where the store is, with one result in that.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bencher.toml"), "store = \"kept\"\n").unwrap();
    save_result(&folder.path().join("kept"), &record()).unwrap();
    folder
}

#[test]
fn a_report_is_drawn_from_the_store_of_the_nearest_file() {
    let folder = folder();
    let below = folder.path().join("src/deep");
    std::fs::create_dir_all(&below).unwrap();
    let drawn = tool(&below, &["report"]);
    let errors = String::from_utf8_lossy(&drawn.stderr);
    assert!(drawn.status.success(), "{errors}");
    let stdout = String::from_utf8(drawn.stdout).unwrap();
    assert!(stdout.contains("By length (Sorting, "), "{stdout}");
    let page = folder.path().join("kept/reports/all/index.html");
    assert!(page.is_file(), "{stdout}");

    // What is named goes before the file.
    let other = tool(&below, &["report", "--store", "other"]);
    let errors = String::from_utf8(other.stderr).unwrap();
    assert!(errors.contains("no result is stored in other"), "{errors}");
}

#[test]
fn the_cache_that_is_looked_into_is_that_of_the_nearest_file() {
    let folder = folder();
    let checked = tool(folder.path(), &["cache", "check"]);
    let stdout = String::from_utf8(checked.stdout).unwrap();
    assert!(stdout.contains("1 results"), "{stdout}");
    assert!(folder.path().join("kept/samples").is_dir());
}

#[test]
fn a_file_that_makes_no_sense_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bencher.toml"), "stored = \"kept\"\n").unwrap();
    for task in [&["report"][..], &["cache", "stats"]] {
        let refused = tool(folder.path(), task);
        assert!(!refused.status.success());
        let errors = String::from_utf8(refused.stderr).unwrap();
        assert!(
            errors.contains("bencher.toml:1: there is no option `stored`; did you mean `store`?"),
            "{errors}"
        );
    }
}

#[test]
fn results_are_listed_and_exported() {
    let folder = folder();
    let run = |args: &[&str]| {
        let ran = tool(folder.path(), args);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ran.status.code(), text(ran.stdout), text(ran.stderr))
    };
    let (status, listed, _) = run(&["list"]);
    assert_eq!(status, Some(0));
    assert!(
        listed.starts_with("sweep      bench    tag  started ")
            && listed.contains("\nBy length  Sorting       2026-03-01T12:00:00.000Z  0\n"),
        "{listed}"
    );
    let (_, lines, _) = run(&["list", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(
        (&line["sweep"], &line["samples"]),
        (&"By length".into(), &0.into())
    );

    let (status, json, _) = run(&["export", "length", "--json"]);
    let dataset: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((status, &dataset["name"]), (Some(0), &"Nothing".into()));
    let (status, markdown, _) = run(&["export", "length", "--markdown"]);
    assert_eq!(status, Some(0));
    assert!(markdown.starts_with("### By length\n"), "{markdown}");
    let (status, _, errors) = run(&["export", "length", "--markdown", "--json"]);
    assert!(status == Some(2) && errors.contains("either"), "{errors}");
    let (status, _, errors) = run(&["export", "length", "--out", "length.csv"]);
    assert_eq!(status, Some(0), "{errors}");
    assert!(folder.path().join("length.csv").is_file());
    let (status, _, errors) = run(&["export", "length", "--out", "length.csv"]);
    assert!(
        status == Some(1) && errors.contains("cannot write length.csv"),
        "{errors}"
    );
    let (_, _, errors) = run(&["export", "width"]);
    assert!(
        errors.contains("no sweep fits \"width\" (there are: By length)"),
        "{errors}"
    );
    let (_, _, errors) = run(&["open"]);
    assert!(errors.contains("no page was drawn in"), "{errors}");
    for (args, part, expected) in [
        (
            &["list", "--josn"][..],
            "there is no option `--josn`; did you mean `--json`? (known: --json, --store)",
            2,
        ),
        (
            &["report", "all"],
            "no sweep fits \"all\" (there are: By length)",
            1,
        ),
        (&["export"], "name one sweep", 2),
    ] {
        let (status, _, errors) = run(args);
        assert!(
            status == Some(expected) && errors.contains(part),
            "{errors}"
        );
    }
    let (status, _, errors) = run(&["lst"]);
    assert!(
        status == Some(2) && errors.contains("there is no command `lst`"),
        "{errors}"
    );
}

/// Asks the tool to draw, as a program does that cannot.
fn ask(request: &[u8]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"))
        .args(["bencher", "draw"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have gone before it read all of what it rejects.
    let _ = tool.stdin.take().unwrap().write_all(request);
    tool.wait_with_output().unwrap()
}

#[test]
fn a_program_that_cannot_draw_has_it_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let request = DrawRequest {
        folder: folder.path().to_owned(),
        program: "demo/benches/demo".to_owned(),
        plot_width: 600,
        plot_height: 400,
        records: vec![record()],
        ..DrawRequest::default()
    };
    let mut asked = Vec::new();
    request.write(&mut asked).unwrap();
    let drawn = ask(&asked);
    assert!(
        drawn.status.success(),
        "{}",
        String::from_utf8_lossy(&drawn.stderr)
    );
    let reply = DrawReply::read(&mut &*drawn.stdout).unwrap();
    let page = std::fs::read_to_string(reply.page.unwrap()).unwrap();
    assert!(page.contains("By length"));

    for (request, part) in [
        (
            &b"7.0.0\nabc"[..],
            "the other end is version 7.0.0, and this one",
        ),
        (&asked[..asked.len() / 2], "Hit the end of buffer"),
        (b"", "the other end is version , and this one"),
        (&[b'x'; 1000], "the other end is version x"),
    ] {
        let rejected = ask(request);
        let errors = String::from_utf8(rejected.stderr).unwrap();
        assert!(
            !rejected.status.success() && errors.contains(part),
            "{errors}"
        );
        assert!(rejected.stdout.is_empty());
    }
}

#[test]
fn an_installed_tool_finds_the_store_of_the_workspace_that_it_is_run_in() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("src");
    std::fs::create_dir(&below).unwrap();
    std::fs::write(below.join("lib.rs"), "").unwrap();
    let manifest =
        "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    save_result(&folder.path().join("target/bencher"), &record()).unwrap();
    let mut tool = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"));
    let listed = tool
        .args(["bencher", "list"])
        .current_dir(&below)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("BENCHER_CACHE_DIR")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{errors}");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("By length"));
}
