//! Baselines: results that are kept under a name, to compare later ones with.

use std::path::{Path, PathBuf};

use bencher_core::store::{baseline_directory, load_newest_results, save_result};

use super::Words;

const USAGE: &str = "\
usage: cargo bencher baseline COMMAND [--store DIR]

  save NAME    keep the newest result of every sweep under a name
  list         name the baselines
  remove NAME  remove a baseline
";

fn baselines(store: &Path) -> PathBuf {
    store.join("baselines")
}

/// Looks after baselines.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let mut words = Words::new(args);
    let store = words.store()?;
    let words = words.rest(2)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &*words {
        ["save", name] => save(&store, name),
        ["list"] => list(&store),
        ["remove", name] => remove(&store, name),
        ["help"] | [] => crate::print(USAGE),
        ["save" | "remove"] => Err("name the baseline: letters, digits, `.`, `-`, `_`".to_owned()),
        [other, ..] => Err(format!("there is no command `baseline {other}`\n\n{USAGE}")),
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
    baseline_directory(store, name).ok_or_else(|| {
        format!("`{name}` cannot be the name of a baseline: use letters, digits, `.`, `-` and `_`")
    })
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
        "saved {} {} as baseline `{name}`; `cargo bencher compare {name}` compares the newest results with it",
        newest.records.len(),
        if newest.records.len() == 1 {
            "result"
        } else {
            "results"
        }
    ))
}

fn list(store: &Path) -> Result<(), String> {
    for folder in std::fs::read_dir(baselines(store))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = folder.file_name().to_string_lossy().into_owned();
        // Those that are being written begin with a dot, as no name does.
        if baseline_directory(store, &name).is_none() || !folder.path().is_dir() {
            continue;
        }
        let found = load_newest_results(&folder.path()).map_err(|error| error.to_string())?;
        let started = found
            .records
            .iter()
            .map(|record| record.started.as_str())
            .max();
        let count = found.records.len();
        let (results, started) = (
            if count == 1 { "result" } else { "results" },
            started.unwrap_or("-"),
        );
        crate::print(&format!(
            "{name}  {count} {results}, the newest of {started}"
        ))?;
    }
    Ok(())
}

fn remove(store: &Path, name: &str) -> Result<(), String> {
    let folder = folder(store, name)?;
    if !folder.is_dir() {
        return Err(format!("there is no baseline `{name}`"));
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
