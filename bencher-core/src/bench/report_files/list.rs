//! The list of a report's files, which is stored beside them. Only files that it names are ever removed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::value::Digest;

/// The name of the list in the report's folder.
pub const LIST: &str = "bencher-report.json";

/// The first field of every list, which distinguishes it from files of other programs.
const FORMAT: &str = "files of a bencher report";
/// The version of the layout.
const VERSION: u32 = 1;
/// Bytes of a list that are read: a hundred thousand files.
const MOST_BYTES: u64 = 32 << 20;

/// The files of a report, and whose report it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The kind of the file.
    pub format: String,
    /// The version of the layout.
    pub version: u32,
    /// The program of the report; empty where it is unknown.
    #[serde(default)]
    pub program: String,
    /// The part of the program in the report; empty for the whole.
    #[serde(default)]
    pub part: String,
    /// The titles of the sweeps.
    #[serde(default)]
    pub sweeps: Vec<String>,
    /// When the latest of them began.
    #[serde(default)]
    pub started: String,
    /// Whether the page lists the parts beside it, and shows no sweep itself.
    #[serde(default)]
    pub index: bool,
    /// The folders of parts, each with a list of its own, by what they show.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
    /// Every file, by its path from the folder.
    pub files: BTreeMap<String, Entry>,
}

/// The content of a file when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest, in hexadecimal digits.
    pub digest: String,
}

impl Entry {
    /// The entry of a file with this content.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.len() as u64,
            digest: Digest::of(bytes).to_string(),
        }
    }

    /// Whether a plain file holds exactly this; links are not followed.
    pub fn is_at(&self, path: &Path) -> bool {
        let same_size = path
            .symlink_metadata()
            .is_ok_and(|file| file.is_file() && file.len() == self.bytes);
        let digest = || Digest::of_reader(&mut File::open(path)?);
        same_size && digest().is_ok_and(|digest| digest.to_string() == self.digest)
    }
}

/// The fields of a list in every version.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The file in the place of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No list.
    Nothing,
    /// A list that can be read.
    List(List),
    /// A list of a later version, which this program neither reads nor replaces.
    Later,
    /// Another file, which is not a list.
    Other,
}

impl List {
    /// A list without files.
    pub fn new(program: &str, part: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: program.to_owned(),
            part: part.to_owned(),
            sweeps: Vec::new(),
            started: String::new(),
            index: false,
            parts: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// The list of a folder.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read(dir: &Path) -> io::Result<Found> {
        let path = dir.join(LIST);
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
            // A link, a pipe or a folder is none of ours.
            Ok(file) if !file.is_file() || file.len() > MOST_BYTES => return Ok(Found::Other),
            Ok(_) => {}
        }
        let mut text = Vec::new();
        File::open(path)?.take(MOST_BYTES).read_to_end(&mut text)?;
        Ok(match serde_json::from_slice::<Head>(&text) {
            Ok(head) if head.format == FORMAT && head.version > VERSION => Found::Later,
            Ok(head) if head.format == FORMAT => serde_json::from_slice::<Self>(&text)
                .map_or(Found::Other, |list| {
                    Found::List(list.without_foreign_paths())
                }),
            _ => Found::Other,
        })
    }

    /// A list may have come from anywhere: a path that leaves the folder counts for nothing.
    fn without_foreign_paths(mut self) -> Self {
        self.files.retain(|path, _| is_inside(path));
        self.parts.retain(|_, folder| is_inside(folder));
        self
    }

    /// The list as a file.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Whether a path names something below the folder, in plain parts.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    !path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(LIST), text).unwrap();
        List::read(dir.path()).unwrap()
    }

    #[test]
    fn a_list_reads_back() {
        let mut list = List::new("demo/benches/parse", "folded");
        list.files.insert("index.html".to_owned(), Entry::of(b"x"));
        let Found::List(read) = found(&list.text()) else {
            panic!("no list");
        };
        assert_eq!(read, list);
    }

    #[test]
    fn a_fixture_of_version_1_is_read() {
        let Found::List(list) = found(include_str!(
            "../../../tests/report_fixtures/report-list-1.json"
        )) else {
            panic!("no list");
        };
        assert_eq!(list.program, "demo/benches/parse");
        let paths: Vec<&str> = list.files.keys().map(String::as_str).collect();
        assert_eq!(paths, ["files/0123-run.log", "index.html"]);
    }

    #[test]
    fn paths_that_leave_the_folder_are_dropped() {
        let mut list = List::new("", "");
        for path in ["../x", "/etc/passwd", "a/../../x", "./x", "", "a/b.png"] {
            list.files.insert(path.to_owned(), Entry::of(b""));
            list.parts.insert(path.to_owned(), path.to_owned());
        }
        let Found::List(read) = found(&list.text()) else {
            panic!("no list");
        };
        let paths: Vec<&str> = read.files.keys().map(String::as_str).collect();
        assert_eq!(paths, ["a/b.png"]);
        assert_eq!(read.parts.len(), 1);
    }

    #[test]
    fn other_files_are_no_lists() {
        assert!(matches!(found(""), Found::Other));
        assert!(matches!(found("{\"files\": {}}"), Found::Other));
        let later = List::new("", "")
            .text()
            .replace("\"version\": 1", "\"version\": 2");
        assert!(matches!(found(&later), Found::Later));
    }
}
