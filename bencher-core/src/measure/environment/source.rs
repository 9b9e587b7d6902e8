//! The source of facts about a machine: its files, which a test can replace.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::git;

/// What a machine says of itself.
pub(super) trait Source {
    /// The text of a file of the system; none where it cannot be read.
    fn text(&self, path: &str) -> Option<String>;
    /// Whether there is a file.
    fn exists(&self, path: &str) -> bool;
    /// The names of the files and folders in a folder; none where it cannot be read.
    fn names(&self, folder: &str) -> Vec<String>;
    /// The state of the current directory's repository, as [`git::status`] gives it.
    fn git_status(&self) -> Option<String>;

    /// The text of a file, trimmed; none where that is empty.
    fn line(&self, path: &str) -> Option<String> {
        let text = self.text(path)?;
        // Texts of the device tree end in a NUL.
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The number that a file holds.
    fn number(&self, path: &str) -> Option<u64> {
        self.line(path)?.parse().ok()
    }
}

/// The machine that this runs on.
pub(super) struct ThisMachine;

impl Source for ThisMachine {
    fn text(&self, path: &str) -> Option<String> {
        let bytes = fs::read(path).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(path).exists()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }

    /// Asked for once: what was built is not what is edited while it runs.
    fn git_status(&self) -> Option<String> {
        static STATUS: OnceLock<Option<String>> = OnceLock::new();
        STATUS.get_or_init(|| git::status(Path::new("."))).clone()
    }
}
