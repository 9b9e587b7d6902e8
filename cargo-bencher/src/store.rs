//! Which store a command looks into.

use std::path::{Path, PathBuf};
use std::process::Command;

use bencher_core::cli::named_store_root;
use bencher_core::store::default_root;

/// The store that is named, else the one of programs that are run in the working directory: by the
/// environment, by `bencher.toml`, or the default one.
pub(crate) fn chosen(named: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(store) = named {
        return Ok(store);
    }
    let folder = std::env::current_dir()
        .map_err(|error| format!("the working directory is not known: {error}"))?;
    let named = named_store_root(&|name| std::env::var_os(name), &folder).map_err(|error| {
        format!("{error}\n(the folder of the store would be set there; `--store DIR` overrides it)")
    })?;
    Ok(named
        .or_else(|| in_target_directory(&folder))
        .unwrap_or_else(default_root))
}

/// The default store of the programs of a workspace; none where it has none, or where there is no workspace.
fn in_target_directory(folder: &Path) -> Option<PathBuf> {
    let store = target_directory(folder)?.join("bencher");
    Some(store).filter(|store| store.is_dir())
}

/// Where Cargo builds the packages of a folder; none where there is no workspace.
pub(crate) fn target_directory(folder: &Path) -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(folder)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let target = metadata.get("target_directory")?.as_str()?;
    Some(PathBuf::from(target))
}
