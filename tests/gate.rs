//! The steps of docs/ci/gate.sh in a throw-away repository with three commits, of which one is slower.

use std::path::{Path, PathBuf};
use std::process::Command;

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
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--bin", "cargo-bencher"])
        .args(cfg!(feature = "yaml").then_some("--all-features"))
        .current_dir(HERE)
        .status();
    assert!(built.unwrap().success());
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("cargo-bencher")
}

/// A package with a benchmark whose times are known: they grow with the length, and a length of 30 costs a tenth more where
/// that is slow.
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
