//! The newest stored results of a store, and the pages that were drawn of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use bencher_core::record::SweepRecord;
use bencher_core::store::load_newest_results;

use crate::failure::Failure;
use crate::words::Words;

/// The options that most commands take, and the words that stand between them.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) store: PathBuf,
    pub(crate) json: bool,
    pub(crate) words: Vec<String>,
}

impl Options {
    /// Reads a command line; only some of its options are known.
    pub(crate) fn parse(args: &[String], known: &[&str]) -> Result<Self, String> {
        let mut words = Words::new(args);
        let is_known = |name: &str| known.contains(&name);
        let json = is_known("--json") && words.switch("--json");
        let store = words.value("--store")?;
        Ok(Self {
            json,
            words: words.rest(usize::MAX)?,
            store: crate::store::chosen(store.map(PathBuf::from))?,
        })
    }

    /// That nothing is named, where nothing can be.
    pub(crate) fn takes_no_words(&self) -> Result<(), Failure> {
        match self.words.first() {
            Some(word) => Err(Failure::Usage(format!("`{word}` is not expected here"))),
            None => Ok(()),
        }
    }
}

/// The newest result of every sweep that can be read, and the sweeps without any.
pub(crate) struct Newest {
    pub(crate) records: Vec<SweepRecord>,
    without: Vec<String>,
}

impl Newest {
    /// Reads those of a store.
    ///
    /// # Errors
    /// Where it cannot be read, or has none.
    pub(crate) fn of(store: &Path) -> Result<Self, String> {
        let found = load_newest_results(store).map_err(|error| error.to_string())?;
        for reason in &found.passed_over {
            eprintln!("skipped: {reason}");
        }
        if found.records.is_empty() {
            return Err(format!(
                "no result is stored in {}; run a benchmark first, or name its store with --store",
                store.display()
            ));
        }
        let without = found.without.iter();
        Ok(Self {
            without: without.map(|sweep| sweep.display().to_string()).collect(),
            records: found.records,
        })
    }

    /// That every sweep has a result that can be read.
    pub(crate) fn all_are_readable(&self) -> Result<(), String> {
        if self.without.is_empty() {
            return Ok(());
        }
        Err(format!(
            "no result of the sweeps in {} can be read",
            self.without.join(", ")
        ))
    }
}

/// Opens the page that was drawn last.
pub(crate) fn open(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args, &[]).map_err(Failure::Usage)?;
    options.takes_no_words()?;
    let reports = options.store.join("reports");
    let mut newest: Option<(SystemTime, PathBuf)> = None;
    find_pages(&reports, &mut newest);
    let Some((_, page)) = newest else {
        let error = format!(
            "no page was drawn in {}; `cargo bencher report` draws one",
            reports.display()
        );
        return Err(Failure::Failed(error));
    };
    Ok(open_page(&page)?)
}

/// Opens a page in the browser of the user.
pub(crate) fn open_page(page: &Path) -> Result<(), String> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    crate::print(&page.display().to_string())?;
    match Command::new(opener).arg(page).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{opener}` ended with {status}")),
        Err(error) => Err(format!("`{opener}` cannot be started: {error}")),
    }
}

/// Looks for pages in a folder and those within it.
fn find_pages(folder: &Path, newest: &mut Option<(SystemTime, PathBuf)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            find_pages(&path, newest);
        } else if entry.file_name() == "index.html"
            && let Ok(time) = metadata.modified()
            && newest.as_ref().is_none_or(|(known, _)| time > *known)
        {
            *newest = Some((time, path));
        }
    }
}
