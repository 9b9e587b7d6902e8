//! The index of published reports: which there are, and a page that lists them, the newest first.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use bencher_core::bench::report_files::{LIST, List, PAGE};

/// The name of the page.
pub(super) const INDEX: &str = PAGE;

/// The mark that distinguishes the page from another one, which is not replaced.
const MARK: &str = "<meta name=\"generator\" content=\"bencher: index of reports\">";

/// How often the page is written again because another machine added a report meanwhile.
const ROUNDS: usize = 20;

/// What is published in a place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// The page that is there, if any.
    page: Option<String>,
    /// The names of the folders, and the sweeps of their reports, in the order of their names.
    reports: Vec<(String, Vec<String>)>,
}

impl Index {
    /// The index of some reports, by the contents of their lists of files.
    pub(super) fn new(page: Option<String>, lists: Vec<(String, Vec<u8>)>) -> Self {
        let sweeps = |list: &[u8]| -> Vec<String> {
            let list: Option<List> = serde_json::from_slice(list).ok();
            list.map_or_else(Vec::new, |list| list.sweeps)
        };
        let reports = lists.iter().filter(|(name, _)| is_dated(name));
        let mut reports: Vec<(String, Vec<String>)> = reports
            .map(|(name, list)| (name.clone(), sweeps(list)))
            .collect();
        reports.sort();
        Self { page, reports }
    }

    /// The index of a folder.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn of_folder(folder: &Path) -> Result<Self, String> {
        let failed = |error: io::Error| format!("cannot read {}: {error}", folder.display());
        let mut lists = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if let (Ok(name), Ok(list)) = (
                entry.file_name().into_string(),
                fs::read(entry.path().join(LIST)),
            ) {
                lists.push((name, list));
            }
        }
        let page = match fs::read(folder.join(INDEX)) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self::new(page, lists))
    }

    /// That the page which is there may be replaced.
    ///
    /// # Errors
    /// Where it is somebody else's.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.page {
            Some(page) if !page.contains(MARK) => Err(format!(
                "the {INDEX} there was not written by `cargo bencher publish`, so it is not replaced; choose another \
                 place, or move it"
            )),
            _ => Ok(()),
        }
    }

    /// Writes the page of a folder; again where a report was added meanwhile, so that the last writer lists all of
    /// them.
    ///
    /// # Errors
    /// Where it cannot be written, or the page is somebody else's.
    pub(super) fn write(folder: &Path) -> Result<(), String> {
        let mut index = Self::of_folder(folder)?;
        for _ in 0..ROUNDS {
            index.check()?;
            let part = folder.join(format!(".{INDEX}.{}.part", std::process::id()));
            let written =
                fs::write(&part, index.html()).and_then(|()| fs::rename(&part, folder.join(INDEX)));
            written.map_err(|error| {
                format!("cannot write {}: {error}", folder.join(INDEX).display())
            })?;
            let now = Self::of_folder(folder)?;
            if now.reports == index.reports {
                return Ok(());
            }
            index = now;
        }
        Ok(())
    }

    /// The index with one more report.
    pub(super) fn with(mut self, name: &str, list: &[u8]) -> Self {
        let added = Self::new(None, vec![(name.to_owned(), list.to_vec())]);
        self.reports.extend(added.reports);
        self.reports.sort();
        self
    }

    /// Whether a report has a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.reports.iter().any(|(known, _)| known == name)
    }

    /// The page.
    pub(super) fn html(&self) -> String {
        let mut rows = String::new();
        for (name, sweeps) in self.reports.iter().rev() {
            let sweeps: Vec<String> = sweeps.iter().map(|sweep| escaped(sweep)).collect();
            let name = escaped(name);
            let _ = writeln!(
                rows,
                "<tr><td><a href=\"{name}/{PAGE}\">{}</a></td><td>{}</td></tr>",
                moment(&name),
                sweeps.join("<br>")
            );
        }
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{MARK}\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>Reports</title>\n<style>\n\
             :root {{ color-scheme: light dark; }}\n\
             body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}\n\
             th, td {{ text-align: left; vertical-align: top; padding: 0.3em 2em 0.3em 0; overflow-wrap: anywhere; }}\n\
             td:first-child {{ white-space: nowrap; }}\n</style>\n</head>\n<body>\n<h1>Reports</h1>\n\
             <table>\n<thead><tr><th>Published (UTC)</th><th>Sweeps</th></tr></thead>\n<tbody>\n{rows}</tbody>\n\
             </table>\n</body>\n</html>\n"
        )
    }
}

/// Whether a folder is named as this command names them: `2026-03-01T12-00-00Z`, with a number behind it or none.
fn is_dated(name: &str) -> bool {
    let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let Some((moment, number)) = name.split_once('Z') else {
        return false;
    };
    let shape: String = moment.chars().map(shape).collect();
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    shape == "0000-00-00T00-00-00"
        && (number.is_empty() || number.strip_prefix('-').is_some_and(is_number))
}

/// The moment in the name of a folder, as readers write it: `2026-03-01 12:00:00`.
fn moment(name: &str) -> String {
    match name.split_once('T') {
        Some((date, time)) => {
            let (time, number) = time.split_once('Z').unwrap_or((time, ""));
            let number = number.replace('-', " #");
            format!("{date} {}{number}", time.replace('-', ":"))
        }
        None => name.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dated_folders_are_listed_and_the_newest_first() {
        let list = br#"{"format": "files of a bencher report", "version": 1, "sweeps": ["</script>&"], "files": {}}"#;
        let names = [
            "2026-03-01T12-00-00Z",
            "2026-03-01T12-00-00Z-2",
            "2026-04-01T12-00-00Z",
        ];
        let others = [
            "notes",
            "2026-03-01",
            "2026-03-01T12-00-00Z-",
            "2026-03-01T12-00-00Zx",
            "",
        ];
        let lists = names
            .iter()
            .chain(&others)
            .map(|name| ((*name).to_owned(), list.to_vec()));
        let index = Index::new(None, lists.collect());
        let found: Vec<&str> = index
            .reports
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(found, names);
        let html = index.html();
        assert!(html.contains("<td>&lt;/script&gt;&amp;</td>"), "{html}");
        assert!(html.contains(">2026-03-01 12:00:00 #2</a>"), "{html}");
        assert!(html.find("2026-04-01") < html.find("2026-03-01"));
        assert_eq!(Index::new(Some(html), Vec::new()).check(), Ok(()));
        assert!(
            Index::new(Some("<p>mine".to_owned()), Vec::new())
                .check()
                .is_err()
        );
    }
}
