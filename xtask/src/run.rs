//! Running other programs, and saying which one failed.

use std::path::PathBuf;
use std::process::Command;

/// Runs cargo with these arguments in the workspace.
pub(crate) fn cargo(args: &[&str]) -> Result<(), String> {
    run(Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(args))
}

/// Runs a command in the workspace; an error names it.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    command.current_dir(workspace());
    let text = describe(command);
    eprintln!("\n> {text}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{text}` failed ({status})")),
        Err(error) => Err(format!("`{text}` could not be started: {error}")),
    }
}

/// The top of the repository.
pub(crate) fn workspace() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), PathBuf::from)
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
