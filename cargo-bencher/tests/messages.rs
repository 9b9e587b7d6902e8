//! What the tool says about mistakes on its command line.

use std::path::Path;
use std::process::{Command, Output};

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

/// Messages name what is meant: the command, the file, the near name.
#[test]
fn mistakes_are_named_with_what_to_do() {
    let store = tempfile::tempdir().unwrap();
    let other = store.path().join("other");
    std::fs::write(&other, "no export").unwrap();
    let missing = store.path().join("missing");
    let (other, missing) = (other.to_str().unwrap(), missing.to_str().unwrap());
    for (args, expected, status) in [
        (
            &["histroy"][..],
            "there is no command `histroy`; did you mean `history`?",
            2,
        ),
        (&["comapre"], "did you mean `compare`?", 2),
        (&["history", "shwo", "x"], "did you mean `history show`?", 2),
        (
            &["baseline", "svae", "x"],
            "did you mean `baseline save`?",
            2,
        ),
        (&["cache", "stat"], "did you mean `cache stats`?", 2),
        (&["--json", "list"], "`--json` comes too early", 2),
        (
            &["list", "--nope"],
            "there is no option `--nope` (known: ",
            2,
        ),
        (&["open", "x"], "`x` is not expected here", 2),
        (
            &["report", "--png-backend", "kuva"],
            "`kuva` is not one of auto, gnuplot, builtin",
            2,
        ),
        (&["scorecard", "--nope"], "there is no option `--nope`", 2),
        (&["export"], "name one sweep", 2),
        (
            &["export", "x", "--format", "pdf"],
            "there is no format `pdf`",
            2,
        ),
        (&["import"], "name a format", 2),
        (&["import", "csv"], "name the file", 2),
        (&["publish"], "name the folder of the reports", 2),
        (&["cache"], "name a command", 2),
        (
            &["cache", "gc", "--keep", "some"],
            "`--keep some` is not a whole number",
            2,
        ),
        (&["baseline", "save"], "write `baseline save NAME`", 2),
        (
            &["history", "list", "--nope"],
            "there is no option `--nope`",
            2,
        ),
        (
            &["history", "accept", "x"],
            "write `history accept SWEEP RUN --reason TEXT`",
            2,
        ),
        (&["export", "no such sweep"], "no result is stored", 1),
        (
            &["history", "import", missing],
            "there is no such file or folder: check the name",
            1,
        ),
        (
            &["history", "import", other],
            "choose a file that `cargo bencher history export` wrote",
            1,
        ),
        (
            &["compare", "--threshold", "500%"],
            "`--threshold 500%` is not a share above 0 and up to 100 %",
            2,
        ),
        (
            &["ab", "--command-a", "no-such-program", "--command-b", "ls"],
            "`--command-a`: there is no program `no-such-program`",
            1,
        ),
        (
            &["ab", "--command-a", "ls", "--command-b", "no-such-program"],
            "`--command-b`: there is no program `no-such-program`",
            1,
        ),
    ] {
        let (found, _, stderr) = tool(store.path(), args);
        assert_eq!(found, Some(status), "{args:?}: {stderr}");
        assert!(stderr.contains(expected), "{args:?}: {stderr}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"))
        .arg("--store")
        .arg(store.path())
        .args(["baseline", "list"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "a store may stand before the command"
    );
}

/// What a revision needs is checked before a build: a repository, the revision, the package, the target.
#[test]
fn ab_names_what_the_workspace_has() {
    let package = tempfile::tempdir().unwrap();
    let at = |path: &str| package.path().join(path);
    std::fs::create_dir_all(at("benches")).unwrap();
    std::fs::create_dir_all(at("src")).unwrap();
    std::fs::write(at("src/lib.rs"), "").unwrap();
    std::fs::write(at("benches/sums.rs"), "fn main() {}").unwrap();
    let manifest = "[package]\nname = \"summing\"\nversion = \"0.1.0\"\n\n[workspace]\n";
    std::fs::write(at("Cargo.toml"), manifest).unwrap();
    let ab = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"))
            .args(["bencher", "ab", "--base", "no-such-branch"])
            .args(args)
            .current_dir(package.path())
            .env("GIT_CEILING_DIRECTORIES", package.path().parent().unwrap())
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let error = ab(&["--package", "nope"]);
    assert!(
        error.contains("there is no package `nope` (known: summing)"),
        "{error}"
    );
    let error = ab(&["--bench", "smus"]);
    assert!(
        error.contains("there is no benchmark `smus`; did you mean `sums`?"),
        "{error}"
    );
    let error = ab(&[]);
    assert!(
        error.contains("is in no git repository") && !error.contains("fatal"),
        "{error}"
    );
    let made = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(package.path())
        .status();
    assert!(made.unwrap().success());
    let error = ab(&[]);
    assert!(
        error.contains("there is no revision `no-such-branch`"),
        "{error}"
    );
}
