//! Temporary files of programs that died.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::files::{is_temporary, remove, writer_of};
use super::permissions::process_lives;

/// Removes the files and directories in the making whose writers are dead. Only the owner of the store's lock may call
/// it.
///
/// What cannot be removed stays, and takes space.
pub(super) fn remove_leftovers(root: &Path) {
    for path in leftovers(root).unwrap_or_default() {
        if is_leftover(&path) {
            let _ = remove(&path);
        }
    }
}

/// The files and directories in the making, outside the database.
pub(super) fn leftovers(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    // How deep the store's own files lie; what samples keep in their folders is theirs.
    for (folder, depth) in [
        ("", 0),
        ("blobs", 1),
        ("files", 1),
        ("results", 2),
        ("history", 2),
    ] {
        look(&root.join(folder), depth, &mut found)?;
    }
    Ok(found)
}

fn look(dir: &Path, depth: u32, found: &mut Vec<PathBuf>) -> Result<(), StoreError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => return Err(StoreError::io("read", dir)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(StoreError::io("read", dir))?;
        let path = entry.path();
        if is_temporary(&path) {
            found.push(path);
        } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            look(&path, depth - 1, found)?;
        }
    }
    Ok(())
}

/// Whether its writer is gone: the process is dead, and no process has it locked, as one in another container would.
fn is_leftover(path: &Path) -> bool {
    let dead = writer_of(path).is_some_and(|process| !process_lives(process));
    dead && match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() || meta.is_dir() => File::open(path)
            .and_then(|file| file.try_lock().map_err(Into::into))
            .is_ok(),
        _ => false,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_dead_programs_wrote_goes() {
        let root = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = child.id();
        child.wait().unwrap();
        let lives = std::process::id();
        let series = "0".repeat(32);
        for folder in [
            "blobs/ab",
            "results/bench/sweep",
            &format!("files/{series}"),
        ] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let going = [
            format!("samples.watermark.tmp-{dead}-0"),
            format!("blobs/blob.tmp-{dead}-3"),
            format!("blobs/ab/cdef.tmp-{dead}-12"),
            format!("results/bench/sweep/a.tmp-b.result.tmp-{dead}-7"),
        ];
        let staying = [
            format!("results/bench/sweep/a.result.tmp-{lives}-7"),
            format!("results/bench/sweep/a.result.tmp-{dead}"),
            format!("results/bench/sweep/a.result.tmp-{dead}-"),
            format!("results/bench/sweep/a.result.tmp-{dead}-07"),
            format!("results/bench/sweep/a.result.tmp-{dead}-7.txt"),
            format!("results/bench/sweep/.tmp-{dead}-7"),
            "results/bench/sweep/a.tmp-mine-1".to_owned(),
            format!("results/bench/sweep/locked.tmp-{dead}-7"),
            format!("notes.tmp-{dead}-x"),
        ];
        for name in going.iter().chain(&staying) {
            fs::write(root.path().join(name), "half").unwrap();
        }
        // As a program in another container has it, whose number means nothing here.
        let locked = File::open(root.path().join(&staying[7])).unwrap();
        locked.try_lock().unwrap();
        let folder = root
            .path()
            .join(format!("files/{series}/{series}.tmp-{dead}-0"));
        fs::create_dir_all(&folder).unwrap();
        let inside = format!("trace.tmp-{dead}-0");
        fs::write(folder.join(&inside), "half").unwrap();
        let kept = root.path().join(format!("files/{series}/{series}"));
        fs::create_dir_all(&kept).unwrap();
        fs::write(kept.join(&inside), "a sample's own").unwrap();

        remove_leftovers(root.path());
        for name in &going {
            assert!(!root.path().join(name).exists(), "{name}");
        }
        for name in &staying {
            assert!(root.path().join(name).exists(), "{name}");
        }
        assert!(!folder.exists() && kept.join(&inside).exists());
        drop(locked);
    }
}
