//! A program without the features `store` and `report`, as a user builds it: what it rejects, and how it gets its
//! report.

#[path = "support/nested_cargo.rs"]
mod nested_cargo;

use std::path::{Path, PathBuf};
use std::process::Command;

use nested_cargo::nested_cargo;

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The bench of the fixture, which is built with `default-features = false`.
fn program() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixture = here.join("tests/fixtures/nextest");
    std::fs::copy(here.join("Cargo.lock"), fixture.join("Cargo.lock")).unwrap();
    let built = cargo()
        .args([
            "test",
            "--no-run",
            "--bench",
            "sorting",
            "--message-format",
            "json",
        ])
        .current_dir(&fixture)
        .env("CARGO_TARGET_DIR", here.join("target/fixtures"))
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let lines = String::from_utf8(built.stdout).unwrap();
    let executable = lines.lines().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_bench = line["target"]["name"] == "sorting";
        line["executable"]
            .as_str()
            .filter(|_| is_bench)
            .map(PathBuf::from)
    });
    executable.expect("cargo names the executable")
}

/// The tool of this workspace.
fn tool() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = nested_cargo()
        .args(["build", "--quiet", "--workspace", "--bin", "cargo-bencher"])
        .args(cfg!(feature = "yaml").then_some("--all-features"))
        .current_dir(here)
        .status();
    assert!(built.unwrap().success());
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("cargo-bencher")
}

/// The exit status of the program, what it prints, and on standard error.
fn run(program: &Path, tool: Option<&Path>, args: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command
        .args(["--bench", "squares_grow"])
        .args(args)
        .current_dir(folder.path())
        // No tool is found but the one that is named.
        .env("PATH", folder.path())
        .env_remove("BENCHER_TOOL");
    if let Some(tool) = tool {
        command.env("BENCHER_TOOL", tool);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn what_is_left_out_is_rejected_not_listed_and_can_be_drawn_by_the_tool() {
    let program = program();
    for (args, option, feature) in [
        (&["--store", "/tmp/x"][..], "--store", "feature `store`"),
        (&["--cache-size", "1GB"], "--cache-size", "feature `store`"),
        (&["--overwrite"], "--overwrite", "feature `store`"),
        (&["--tag", "x"], "--tag", "feature `store`"),
        (&["--shared-dir", "x"], "--shared-dir", "feature `sweeper`"),
        (&["--search", "9"], "--search", "feature `search`"),
        (&["--over-time"], "--over-time", "feature `history`"),
        (&["--baseline", "main"], "--baseline", "feature `history`"),
        (&["--report", "out"], "--report", "feature `report`"),
        (&["--open"], "--open", "feature `report`"),
        (&["--layout", "tabs"], "--layout", "feature `report`"),
    ] {
        let (status, _, stderr) = run(&program, None, args);
        assert_eq!(status, Some(2), "{args:?}: {stderr}");
        assert!(
            stderr.contains(option) && stderr.contains(feature),
            "{stderr}"
        );
    }
    let (status, help, _) = run(&program, None, &["--help"]);
    assert_eq!(status, Some(0));
    assert!(
        help.contains("--repeats <N>") && !help.contains("--store <DIR>"),
        "{help}"
    );

    // What says no to what is not there is no mistake.
    for args in [&["--no-cache"][..], &["--no-report"], &[]] {
        let (status, stdout, stderr) = run(&program, None, args);
        assert_eq!(status, Some(0), "{stderr}");
        assert!(stdout.contains("square"), "{stdout}");
    }
    let (_, stdout, _) = run(&program, None, &["--json"]);
    let mut lines = stdout.lines();
    assert!(lines.all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));

    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("drawn");
    let args = ["--report", place.to_str().unwrap()];
    let (status, stdout, stderr) = run(&program, Some(&tool()), &args);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        stdout.contains("report    ") && place.join("index.html").is_file(),
        "{stdout}"
    );
    let (status, _, stderr) = run(&program, Some(Path::new("/no/tool")), &args);
    assert_eq!(status, Some(2), "before anything is measured");
    assert!(stderr.contains("no report can be drawn"), "{stderr}");
}
