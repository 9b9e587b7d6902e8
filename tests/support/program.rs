//! A real program as a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

#[path = "example.rs"]
pub(crate) mod example;

/// The program `sorting`, which is `tests/programs/small_sorting.rs`.
pub(crate) fn sorting(store: &Path) -> Command {
    let built = example::example("small_sorting", store);
    let built = Path::new(built.get_program());
    let profile = built
        .ancestors()
        .nth(2)
        .expect("examples lie in PROFILE/examples");
    let mut command = Command::new(named(built, &profile.join("programs"), "sorting"));
    command.env("BENCHER_CACHE_DIR", store).stdin(Stdio::null());
    command
}

/// The same executable under another name, by which a program goes.
fn named(built: &Path, folder: &Path, name: &str) -> PathBuf {
    std::fs::create_dir_all(folder).expect("the target directory can be written");
    let (program, fresh) = (
        folder.join(name),
        folder.join(format!(
            "{name}-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        )),
    );
    std::fs::hard_link(built, &fresh).expect("links can be made in the target directory");
    // Tests run side by side: the name is always that of a whole program.
    std::fs::rename(&fresh, &program).expect("a link can be renamed");
    // Renaming a link onto another of the same file leaves both.
    let _ = std::fs::remove_file(&fresh);
    program
}

/// Runs the program: its exit status, what it printed on standard output, and on standard error.
pub(crate) fn run(store: &Path, args: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = sorting(store).args(args).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// The lines of `--json`.
pub(crate) fn events(stdout: &str) -> Vec<serde_json::Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}
