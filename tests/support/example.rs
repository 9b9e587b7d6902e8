//! An example as a process of its own.

mod nested_cargo;

use std::path::Path;
use std::process::{Command, Stdio};

use nested_cargo::nested_cargo;

/// The example of this name, built if it is not; with the features of the whole workspace, as the
/// tests are.
pub(crate) fn example(name: &str, store: &Path) -> Command {
    let built = nested_cargo()
        .args(["build", "--quiet", "--workspace", "--example", name])
        // With the features of this test, so that nothing is built a second time.
        .args(cfg!(feature = "yaml").then_some("--all-features"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.expect("cargo runs").success());
    let test = std::env::current_exe().expect("a test knows its path");
    let profile = test.ancestors().nth(2).expect("tests lie in PROFILE/deps");
    let mut command = Command::new(profile.join("examples").join(name));
    command.env("BENCHER_CACHE_DIR", store).stdin(Stdio::null());
    command
}
