//! The files of a report by their names: the list that is stored beside them, and whether a report may be written to
//! a folder.
//!
//! A program asks before its first sample, whoever draws its report; `bencher-report` asks again when it writes.
//!
//! ```
//! use bencher_core::bench::report_files::{PAGE, check};
//! let folder = tempfile::tempdir()?;
//! assert_eq!(check(folder.path(), "demo", None)?.dir, folder.path());
//! std::fs::write(folder.path().join(PAGE), "mine")?;
//! let error = check(folder.path(), "demo", None).unwrap_err().to_string();
//! assert!(error.ends_with("index.html was not written by bencher, so it is not replaced"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod list;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use list::{Entry, Found, LIST, List};

/// The page's name.
pub const PAGE: &str = "index.html";
/// The name of a file in the making: one at a time, since the folder is locked.
pub const PART: &str = ".bencher-report.part";
/// The folder of what a page links to.
pub const FOLDER: &str = "files";
/// Folders beside each other for programs of one name.
const NAMESAKES: usize = 1000;

/// Why a report may not be written to a folder.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// Something that bencher did not write is in the place of a part of the report.
    #[error("{path} was not written by bencher, so it is not replaced")]
    Foreign {
        /// The path of it.
        path: PathBuf,
    },
    /// A later version of bencher wrote the list of the report's files.
    #[error("{path} was written by a later version of bencher")]
    Later {
        /// The list.
        path: PathBuf,
    },
    /// The list of the report's files cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The list.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

/// A folder for a report, and what an earlier report left there.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// The list of the earlier report; one without files where there is none.
    pub listed: List,
    /// Whether a page of a version that kept no list stands there.
    pub is_unlisted: bool,
}

impl Place {
    /// Reads what is in a folder; a missing folder has nothing.
    ///
    /// # Errors
    /// Where the list in it is not one that this version may replace.
    pub fn read(dir: &Path, program: &str) -> Result<Self, PlaceError> {
        let path = dir.join(LIST);
        let found = List::read(dir).map_err(|source| PlaceError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let (listed, is_unlisted) = match found {
            Found::List(list) => (list, false),
            Found::Nothing => (List::new(program, ""), is_page_of_ours(&dir.join(PAGE))),
            Found::Later => return Err(PlaceError::Later { path }),
            Found::Other => return Err(PlaceError::Foreign { path }),
        };
        Ok(Self {
            dir: dir.to_owned(),
            listed,
            is_unlisted,
        })
    }

    /// Whether something stands at a path that no list of bencher's names.
    pub fn is_foreign(&self, path: &str) -> bool {
        let is_ours = self.is_unlisted || self.listed.files.contains_key(path);
        let target = self.dir.join(path);
        !is_ours && target.symlink_metadata().is_ok() && !(path == PAGE && is_page_of_ours(&target))
    }

    /// The name of the folder of a part of the program: the listed one, or one that neither a part has nor anything
    /// else in the folder.
    pub fn name_of_part(&self, part: &str) -> String {
        if let Some(name) = self.listed.parts.get(part) {
            return name.clone();
        }
        let stem = match slug(part) {
            slug if slug.is_empty() || slug == FOLDER => format!("part-{slug}"),
            slug => slug,
        };
        let is_free = |name: &String| {
            !self.listed.parts.values().any(|taken| taken == name)
                && self.dir.join(name).symlink_metadata().is_err()
        };
        let mut names = std::iter::once(stem.clone()).chain((2..).map(|n| format!("{stem}-{n}")));
        names.find(is_free).unwrap_or(stem)
    }

    /// Pictures in the folder that bencher did not write, and whose names a sweep with this title may need.
    pub fn foreign_pictures(&self, title: &str) -> Vec<PathBuf> {
        let stem = format!("{}--", anchor(title));
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.starts_with(&stem))
            .filter(|name| {
                Path::new(name)
                    .extension()
                    .is_some_and(|kind| kind == "png")
            })
            .filter(|name| self.is_foreign(name))
            .map(|name| self.dir.join(name))
            .collect();
        crate::sort::by(&mut paths, Ord::cmp);
        paths
    }

    /// Rejects what could not be replaced at the names that every report has.
    fn check_names(&self, has_page: bool) -> Result<(), PlaceError> {
        let foreign = |name: &str| {
            Err(PlaceError::Foreign {
                path: self.dir.join(name),
            })
        };
        let kind = |name: &str| self.dir.join(name).symlink_metadata().ok();
        if has_page && (self.is_foreign(PAGE) || kind(PAGE).is_some_and(|page| page.is_dir())) {
            return foreign(PAGE);
        }
        if kind(PART).is_some_and(|part| part.is_dir()) {
            return foreign(PART);
        }
        if kind(FOLDER).is_some_and(|folder| !folder.is_dir()) {
            return foreign(FOLDER);
        }
        Ok(())
    }
}

/// Finds the place of a report, and checks that no file or folder of somebody else is in its way. Nothing is written.
///
/// # Errors
/// The first thing that is in the way.
pub fn check(dir: &Path, program: &str, part: Option<&str>) -> Result<Place, PlaceError> {
    let whole = find(dir, program)?;
    let Some(part) = part else {
        whole.check_names(true)?;
        return Ok(whole);
    };
    // The page that lists the parts takes no page of the whole away.
    let listed = &whole.listed;
    whole.check_names(listed.index || !listed.files.contains_key(PAGE))?;
    let dir = whole.dir.join(whole.name_of_part(part));
    if dir.is_symlink() {
        return Err(PlaceError::Foreign { path: dir });
    }
    let place = find(&dir, &listed.program)?;
    place.check_names(true)?;
    Ok(place)
}

/// The folders that may have the report of a program, the best first. Where another program has its report in one, the
/// next is taken.
pub fn candidates(dir: &Path, program: &str) -> impl Iterator<Item = PathBuf> {
    let own = match slug(program) {
        slug if slug.is_empty() => "report".to_owned(),
        slug => slug,
    };
    let dir = dir.to_owned();
    (0..NAMESAKES).map(move |n| match n {
        0 => dir.clone(),
        1 => dir.join(&own),
        n => dir.join(format!("{own}-{n}")),
    })
}

fn find(dir: &Path, program: &str) -> Result<Place, PlaceError> {
    for dir in candidates(dir, program) {
        if dir.symlink_metadata().is_ok() && !dir.is_dir() {
            return Err(PlaceError::Foreign { path: dir });
        }
        let place = Place::read(&dir, program)?;
        if place.listed.program == program {
            return Ok(place);
        }
    }
    Err(PlaceError::Foreign {
        path: dir.to_owned(),
    })
}

/// The name of a sweep in names of files and in links, where no other sweep has it.
pub fn anchor(title: &str) -> String {
    match slug(title) {
        slug if slug.is_empty() => "sweep".to_owned(),
        slug => slug,
    }
}

/// Lower-case letters, digits and single dashes, at most 40: fit for a file name or an anchor, and empty for a text
/// without any.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if slug.len() >= 40 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Whether a file is a page that this program, of whatever version, wrote.
fn is_page_of_ours(page: &Path) -> bool {
    if !page.symlink_metadata().is_ok_and(|file| file.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(page).map(|page| page.take(2000).read_to_end(&mut head));
    let sign = b"name=\"generator\" content=\"bencher\"";
    matches!(read, Ok(Ok(_))) && head.windows(sign.len()).any(|window| window == sign)
}

#[cfg(test)]
mod tests;
