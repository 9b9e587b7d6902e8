//! Checks a database's files before fjall opens them. fjall removes or truncates unexpected files, and aborts the
//! process over some of them.

use std::io::ErrorKind;
use std::path::Path;

use super::error::StoreError;
use super::files::{entries, is_folder, read_plain};
use super::open_database::OpenFailure;
use super::shortage::is_shortage;
use crate::value::Digest;

/// The folders of the keyspaces: fjall's own, the samples', and that of the small records beside them.
/// Databases are made with them, in this order.
const KEYSPACES: [&str; 3] = ["0", "1", "2"];

/// The format of databases that fjall 3 writes.
const FORMAT: u8 = 3;

/// Refuses files that fjall must not be given.
pub(super) fn check_files(dir: &Path) -> Result<(), OpenFailure> {
    check_format(dir)?;
    // With a new one fjall would count its writes from the beginning, and take them for older than all others.
    let files = entries(dir).map_err(OpenFailure::Error)?;
    if !files
        .iter()
        .any(|path| path.extension().is_some_and(|kind| kind == "jnl"))
    {
        return Err(damaged(dir, "has no journal"));
    }
    let folder = dir.join("keyspaces");
    let found = entries(&folder).map_err(OpenFailure::Error)?;
    for path in &found {
        let known = |name: &&str| path.file_name().is_some_and(|file| file == *name);
        if !KEYSPACES.iter().any(known) {
            return Err(damaged(path, "is not a part of the database"));
        }
    }
    for name in KEYSPACES {
        check_keyspace(&folder.join(name))?;
    }
    Ok(())
}

/// Tells a later format from a damaged file; fjall itself refuses both.
fn check_format(dir: &Path) -> Result<(), OpenFailure> {
    let path = dir.join("version");
    match &*read(&path)? {
        [b'F', b'J', b'L', FORMAT, ..] => Ok(()),
        // No single flipped bit makes one of these of the present format.
        [b'F', b'J', b'L', later @ 4..=6, ..] => Err(OpenFailure::Error(
            StoreError::other_version(dir, u16::from(*later)),
        )),
        _ => Err(damaged(&path, "is damaged")),
    }
}

/// A keyspace names its present table of contents, and the checksum of that.
fn check_keyspace(dir: &Path) -> Result<(), OpenFailure> {
    if !is_folder(dir) {
        return Err(damaged(dir, "is missing"));
    }
    let path = dir.join("current");
    let current = read(&path)?;
    let (Some((number, rest)), 25) = (current.split_first_chunk(), current.len()) else {
        return Err(damaged(&path, "is damaged"));
    };
    let expected = rest.first_chunk().map(|bytes| u128::from_le_bytes(*bytes));
    let contents = dir.join(format!("v{}", u64::from_le_bytes(*number)));
    if Some(Digest::of(&read(&contents)?).0) != expected {
        return Err(damaged(&contents, "is damaged"));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, OpenFailure> {
    read_plain(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => damaged(path, "is missing"),
        _ if is_shortage(&error) || !is_folder(path) => {
            OpenFailure::Error(StoreError::io("read", path)(error))
        }
        _ => damaged(path, "is a folder"),
    })
}

fn damaged(path: &Path, what: &str) -> OpenFailure {
    OpenFailure::Damaged(format!("{} {what}", path.display()))
}
