//! The files of a report: each is written whole beside its place and then renamed.

#[cfg(feature = "html")]
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
#[cfg(feature = "html")]
use std::sync::Arc;

#[cfg(feature = "html")]
use bencher_core::value::Payload;

use super::ReportError;

/// Makes a folder where it is missing.
pub(super) fn make_folder(dir: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(dir).map_err(|source| ReportError::Folder {
        path: dir.to_owned(),
        source,
    })
}

/// Writes a file of a folder, and returns its path.
pub(super) fn write_file(dir: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, ReportError> {
    let path = dir.join(name);
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".bencher-")
            .suffix(".part")
            .tempfile_in(dir)?;
        file.write_all(bytes)?;
        // A temporary file is its owner's alone; a report is for whoever may read the folder.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let readable = fs::Permissions::from_mode(0o644);
            file.as_file().set_permissions(readable)?;
        }
        file.persist(&path)?;
        Ok(())
    };
    match write() {
        Ok(()) => Ok(path),
        Err(source) => Err(ReportError::File { path, source }),
    }
}

/// Writes what a page links to. The digest in a name says that a file of it is what it should be.
#[cfg(feature = "html")]
pub(super) fn write_contents(
    dir: &Path,
    contents: &BTreeMap<String, Arc<Payload>>,
) -> Result<Vec<PathBuf>, ReportError> {
    make_folder(dir)?;
    let mut written = Vec::new();
    for (name, payload) in contents {
        let path = dir.join(name);
        let there = fs::metadata(&path).is_ok_and(|file| file.len() == payload.len());
        if there {
            written.push(path);
        } else if let Some(content) = payload.content() {
            written.push(write_file(dir, name, content)?);
        }
    }
    Ok(written)
}

/// Whether a folder holds a page of ours, whose pictures this report replaces.
pub(super) fn holds_our_page(dir: &Path) -> bool {
    let mut head = Vec::new();
    let read =
        fs::File::open(dir.join("index.html")).map(|page| page.take(2000).read_to_end(&mut head));
    let sign = b"name=\"generator\" content=\"bencher\"";
    matches!(read, Ok(Ok(_))) && head.windows(sign.len()).any(|window| window == sign)
}

/// Removes the files of ours, by their names, that an earlier report left and this one did not
/// write again.
pub(super) fn remove_stale(dir: &Path, written: &[PathBuf], ours: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if ours(&entry.file_name().to_string_lossy()) && !written.contains(&entry.path()) {
            // One that stays is out of date, not wrong.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file has a name as reports give them to pictures: a sweep, and a chart of it.
pub(super) fn is_picture(name: &str) -> bool {
    let stem = name.strip_suffix(".png");
    stem.is_some_and(|stem| stem.contains("--"))
}

/// Whether a file beside a page has a name as the page gives them: a digest, and the content's own.
pub(super) fn is_content(name: &str) -> bool {
    let digest = name.split_once('-').map_or("", |(digest, _)| digest);
    digest.len() == 32 && digest.chars().all(|c| c.is_ascii_hexdigit())
}
