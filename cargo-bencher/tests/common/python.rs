//! The Python packages that read exports, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter of the environment that `cargo xtask setup` makes.
fn interpreter() -> PathBuf {
    // It stands beside the folder that Cargo makes for tests.
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("python/bin/python");
    assert!(
        python.is_file(),
        "{} is missing: run `cargo xtask setup`, which makes the Python environment of the tests",
        python.display()
    );
    python
}

/// Runs a script of `tests/python`, in which a warning is an error, and returns what it prints.
pub(crate) fn check(script: &str, args: &[&Path]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let mut python = Command::new(interpreter());
    python.args(["-X", "utf8", "-B", "-W", "error"]);
    let ran = python.arg(folder.join(script)).args(args).output().unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{script}: {out}\n{errors}");
    out.into_owned()
}
