//! Baselines: results that are kept under a name, to compare later ones with.

use std::path::{Path, PathBuf};

use bencher_core::store::{baseline_directory, baseline_names, load_newest_results, save_result};
use bencher_core::var::UnknownName;

use crate::failure::Failure;
use crate::text::counted;
use crate::words::{Words, unknown_command};

/// What it can do.
pub(crate) const USAGE: &str = "\
usage: cargo bencher baseline COMMAND [--store DIR]

  save NAME    keep the newest result of every sweep under a name
  list         name the baselines
  remove NAME  remove a baseline
";

fn baselines(store: &Path) -> PathBuf {
    store.join("baselines")
}

/// Looks after baselines.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let mut words = Words::new(args);
    let store = words.store()?;
    let words = words.rest(2).map_err(Failure::Usage)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &*words {
        ["save", name] => Ok(save(&store, name)?),
        ["list"] => Ok(list(&store)?),
        ["remove", name] => Ok(remove(&store, name)?),
        ["help"] | [] => Ok(crate::print(USAGE)?),
        [command @ ("save" | "remove")] => Err(Failure::Usage(format!(
            "name the baseline: write `baseline {command} NAME`"
        ))),
        [other, ..] => Err(unknown_command("baseline", other, USAGE)),
    }
}

/// The folder of a baseline, which is about to be written or removed.
fn folder(store: &Path, name: &str) -> Result<PathBuf, String> {
    let all = baselines(store);
    if all.is_symlink() {
        let all = all.display();
        return Err(format!(
            "{all} is a symbolic link, which would lead out of the store; move it away"
        ));
    }
    baseline_directory(store, name).map_err(|error| error.to_string())
}

/// The name of a baseline while it is written or replaced.
fn beside(folder: &Path, state: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}-{state}"))
}

fn save(store: &Path, name: &str) -> Result<(), String> {
    let folder = folder(store, name)?;
    let newest = crate::results::Newest::of(store)?;
    // The new results are whole before the earlier ones of this name go.
    let (new, old) = (beside(&folder, "new"), beside(&folder, "old"));
    for left in [&new, &old] {
        remove_folder(left)?;
    }
    for record in &newest.records {
        save_result(&new, record).map_err(|error| error.to_string())?;
    }
    let failed = |error: std::io::Error| format!("cannot save {}: {error}", folder.display());
    if folder.is_dir() {
        std::fs::rename(&folder, &old).map_err(failed)?;
    }
    std::fs::rename(&new, &folder).map_err(failed)?;
    remove_folder(&old)?;
    crate::print(&format!(
        "saved {} as baseline `{name}`; `cargo bencher compare {name}` compares the newest results with it",
        counted(newest.records.len(), "result")
    ))
}

fn list(store: &Path) -> Result<(), String> {
    for name in baseline_names(store) {
        let folder = baseline_directory(store, &name).map_err(|error| error.to_string())?;
        let found = load_newest_results(&folder).map_err(|error| error.to_string())?;
        let started = found
            .records
            .iter()
            .map(|record| record.started.as_str())
            .max();
        crate::print(&format!(
            "{name}  {}, the newest of {}",
            counted(found.records.len(), "result"),
            started.unwrap_or("-")
        ))?;
    }
    Ok(())
}

fn remove(store: &Path, name: &str) -> Result<(), String> {
    let folder = folder(store, name)?;
    if !folder.is_dir() {
        let known = baseline_names(store);
        let known = known.iter().map(String::as_str);
        return Err(UnknownName::new("baseline", name, known).to_string());
    }
    remove_folder(&folder)
}

fn remove_folder(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_the_place_of_the_baselines_is_not_followed() {
        let (store, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let precious = elsewhere.path().join("mine");
        std::fs::create_dir(&precious).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), baselines(store.path())).unwrap();
        for done in [save(store.path(), "mine"), remove(store.path(), "mine")] {
            let error = done.unwrap_err();
            assert!(error.contains("a symbolic link"), "{error}");
        }
        assert!(precious.is_dir());
    }
}
