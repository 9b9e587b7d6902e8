//! Where the reports of sweeps are.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use bencher_core::bench::report_files::{Found, List, PAGE, anchor};
use bencher_core::record::SweepRecord;

/// Folders within folders that are searched: `PACKAGE/KIND/PROGRAM/PART`.
const DEPTH: usize = 6;

/// The reports of a store.
pub(super) struct ReportLinks {
    reports: Vec<(PathBuf, List)>,
    /// The folder of the page that links to them.
    from: PathBuf,
}

impl ReportLinks {
    /// Those of a store, for a page at a place. Folders that cannot be read have none.
    pub(super) fn of(store: &Path, page: &Path) -> Self {
        let mut reports = Vec::new();
        search(&store.join("reports"), DEPTH, &mut reports);
        Self {
            reports,
            from: page.parent().unwrap_or_else(|| Path::new("")).to_owned(),
        }
    }

    /// The address of the section of a sweep: of its program's report, else of the newest one that shows a sweep of
    /// this title, else of the page of histories.
    pub(super) fn to(&self, record: &SweepRecord) -> Option<String> {
        let shows =
            |list: &List| list.files.contains_key(PAGE) && list.sweeps.contains(&record.title);
        let program = |list: &List| is_program_of(record, &list.program);
        let (folder, list) = self
            .reports
            .iter()
            .filter(|(_, list)| shows(list))
            .max_by_key(|(_, list)| {
                (
                    list.program != "history",
                    program(list),
                    list.started.clone(),
                )
            })?;
        let twins = list
            .sweeps
            .iter()
            .filter(|title| anchor(title) == anchor(&record.title));
        // Which of several sections of one name it is, the list does not say.
        let section = match twins.count() {
            1 => format!("#{}", anchor(&record.title)),
            _ => String::new(),
        };
        let address = address(&self.from, &folder.join(PAGE))?;
        Some(address + &section)
    }
}

/// Whether a record is of a program such as `demo/benches/sorting`, by the crate that declares its type.
fn is_program_of(record: &SweepRecord, program: &str) -> bool {
    let (package, path) = record.sweep_type.split_once('/').unwrap_or_default();
    let package = package.split(" (").next().unwrap_or_default();
    let name = path.split("::").next().unwrap_or_default();
    let last = program.rsplit('/').next().unwrap_or_default();
    program.split('/').next() == Some(package) && last.replace('-', "_") == name
}

fn search(folder: &Path, depth: usize, found: &mut Vec<(PathBuf, List)>) {
    if let Ok(Found::List(list)) = List::read(folder) {
        found.push((folder.to_owned(), list));
    }
    if depth == 0 {
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        // A link could lead anywhere.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            search(&entry.path(), depth - 1, found);
        }
    }
}

/// The address of a file from a folder; none where there is no way, as between drives.
fn address(from: &Path, to: &Path) -> Option<String> {
    let (from, to) = (
        std::path::absolute(from).ok()?,
        std::path::absolute(to).ok()?,
    );
    let (from, to): (Vec<Component>, Vec<Component>) =
        (from.components().collect(), to.components().collect());
    let shared = from
        .iter()
        .zip(&to)
        .take_while(|(one, other)| one == other)
        .count();
    if shared == 0 {
        return None;
    }
    let up = from.iter().skip(shared).map(|_| "..".to_owned());
    let down = to
        .iter()
        .skip(shared)
        .map(|part| escaped(&part.as_os_str().to_string_lossy()));
    let parts: Vec<String> = up.chain(down).collect();
    // A first part with a colon would be taken for a scheme.
    Some(format!("./{}", parts.join("/")))
}

/// A part of a path as an address has it (RFC 3986).
fn escaped(part: &str) -> String {
    let mut text = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_from_the_page_to_the_report() {
        let to = Path::new("/store/reports/demo/my bench/index.html");
        let address = |from: &str| address(Path::new(from), to).unwrap();
        assert_eq!(
            address("/store/reports/scorecard"),
            "./../demo/my%20bench/index.html"
        );
        assert_eq!(address("/store/reports/demo"), "./my%20bench/index.html");
        assert_eq!(
            address("/elsewhere"),
            "./../store/reports/demo/my%20bench/index.html"
        );
    }
}
