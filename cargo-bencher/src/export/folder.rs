//! A new folder of files, which is there as a whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

/// Has `write` fill a new folder beside the one that is wanted, and gives it its name when it is complete.
///
/// # Errors
/// Where something that is no empty folder has the name, or the folder cannot be written; nothing remains then.
pub(crate) fn write_new(
    folder: &Path,
    write: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), String> {
    let failed =
        |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", folder.display());
    if let Some(problem) = obstacle(folder) {
        return Err(failed(&problem));
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(|error| failed(&error))?;
    }
    let part = beside(folder);
    fs::create_dir(&part).map_err(|error| failed(&error))?;
    let written = write(&part).map_err(|error| failed(&error));
    let renamed = written.and_then(|()| {
        if folder.is_dir() {
            fs::remove_dir(folder).map_err(|error| failed(&error))?;
        }
        fs::rename(&part, folder).map_err(|error| failed(&error))
    });
    if renamed.is_err() {
        // Leftovers are of no use, and the error is already known.
        let _ = fs::remove_dir_all(&part);
    }
    renamed
}

/// Why the folder cannot have its name.
fn obstacle(folder: &Path) -> Option<&'static str> {
    if folder.file_name().is_none() {
        return Some("name a new folder");
    }
    let is_taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => fs::symlink_metadata(folder).is_ok(),
    };
    is_taken.then_some("it is there already; name a new folder, or remove it first")
}

/// The name of the folder while it is written.
fn beside(folder: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    folder.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_as_a_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("new/a.zarr");
        let failed = write_new(&folder, |part| {
            fs::write(part.join("x"), "x").unwrap();
            Err("no space".to_owned())
        });
        assert!(failed.unwrap_err().ends_with("a.zarr: no space"));
        assert_eq!(fs::read_dir(root.path().join("new")).unwrap().count(), 0);
        fs::create_dir(&folder).unwrap();
        let fill = |part: &Path| fs::write(part.join("x"), "x").map_err(|error| error.to_string());
        write_new(&folder, fill).unwrap();
        assert!(folder.join("x").is_file());
        let again = write_new(&folder, fill).unwrap_err();
        assert!(again.contains("it is there already"), "{again}");
    }
}
