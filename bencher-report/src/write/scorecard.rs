//! Writing the page of a scorecard.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::render::html::scorecard_page;
use crate::scorecard::Scorecard;

use super::ReportError;
use super::folder::replace;

/// The mark of every page of bencher, and the bytes of a page that are searched for it.
const MARK: &str = "<meta name=\"generator\" content=\"bencher\">";
const SEARCHED: u64 = 4096;

/// Writes a scorecard to a file, and gives its path. The folder is made if it is missing; an earlier page of bencher is
/// replaced. The example stands at [`Scorecard`].
///
/// # Errors
/// Where the file or its folder cannot be written, or a file that bencher did not write is in its place.
pub fn write_scorecard(card: &Scorecard, file: &Path) -> Result<PathBuf, ReportError> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder).map_err(|source| ReportError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    let failed = |source: io::Error| ReportError::File {
        path: file.to_owned(),
        source,
    };
    if !is_free(file).map_err(failed)? {
        return Err(ReportError::Foreign {
            path: file.to_owned(),
        });
    }
    replace(file, scorecard_page(card).as_bytes())?;
    Ok(file.to_owned())
}

/// Whether nothing is there, or a page of bencher. A link is never followed.
fn is_free(file: &Path) -> io::Result<bool> {
    match file.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(found) if !found.is_file() => Ok(false),
        Ok(_) => {
            let mut head = Vec::new();
            fs::File::open(file)?
                .take(SEARCHED)
                .read_to_end(&mut head)?;
            Ok(String::from_utf8_lossy(&head).contains(MARK))
        }
    }
}
