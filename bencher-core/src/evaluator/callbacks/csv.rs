use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::super::{Callback, FAILURE, JobRecord};
use crate::value::{canonical_text, flat_fields, to_json};

/// Writes a row to a CSV file for every job that ends.
///
/// The columns are `p:NAME` for the arguments, `objective` (or `objective_0`, `objective_1`, …), `job_id`,
/// `job_status`, and `m:NAME` for metadata. A job without an objective has [`FAILURE`] in its place. A column that a
/// later job needs is added to all rows. Metadata whose names begin with `_` are not written. In an existing file, the
/// old rows stay, and the jobs of this run follow. Several loggers, in one program or in several, may write to one file
/// at once. On a file system without locks, only one may.
///
/// ```
/// use bencher_core::evaluator::callbacks::CsvLogger;
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, Objective, RunningJob};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("jobs.csv");
/// let options = EvaluatorOptions::default().callback(CsvLogger::new(&path));
/// let run = |x: &RunningJob<'_, f64>| Objective::new(x.recip()).with("kind", "inverse");
/// let mut evaluator = Evaluator::create("serial", run, options)?;
/// evaluator.submit([4.0, 0.0])?;
/// evaluator.gather(Gather::All)?;
/// let text = std::fs::read_to_string(path)?;
/// assert!(text.starts_with("p:value,objective,job_id,job_status,m:submitted,m:started,m:ended,m:kind"));
/// assert!(text.contains("\n4.0,0.25,0,DONE,") && text.contains("\n0.0,F,1,FAILED,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CsvLogger {
    path: PathBuf,
    /// None before the first job.
    open: Option<Log>,
    problem: Option<String>,
}

/// The file at its end.
#[derive(Debug)]
struct Log {
    file: File,
    columns: Vec<String>,
    /// How long the file is; others may write to it, too.
    length: u64,
}

type Row = Vec<(String, String)>;

impl CsvLogger {
    /// Writes to the file at this path, which the first job creates.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            // The working directory may be another one when the first job comes.
            path: crate::store::absolute(&path.into()),
            open: None,
            problem: None,
        }
    }

    fn write(&mut self, row: Row, failed: bool) -> io::Result<()> {
        let mut log = self.lock()?;
        let is_new = |name: &&String| !log.columns.contains(name);
        let new: Vec<String> = row
            .iter()
            .map(|(name, _)| name)
            .filter(is_new)
            .cloned()
            .collect();
        if !new.is_empty() {
            log.file = widen(&self.path, &log.columns, &new)?;
            log.columns.extend(new);
        }
        let mut line = String::new();
        for (at, column) in log.columns.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            match row.iter().find(|(name, _)| name == column) {
                Some((_, text)) => push_field(&mut line, text),
                None if failed && is_objective(column) => line.push_str(FAILURE),
                None => {}
            }
        }
        line.push('\n');
        log.file.write_all(line.as_bytes())?;
        log.length = log.file.metadata()?.len();
        unlock(&log.file)?;
        self.open = Some(log);
        Ok(())
    }

    /// The file that has the name now, locked, with the columns that it has now: another logger may have added some,
    /// for which it replaces the file.
    fn lock(&mut self) -> io::Result<Log> {
        // Each turn waits for one replacement.
        for _ in 0..MOST_REPLACEMENTS {
            let mut log = match self.open.take() {
                Some(log) => log,
                None => {
                    let file = open(&self.path)?;
                    // Behind a link, the file that it leads to is the log.
                    self.path = std::fs::canonicalize(&self.path)?;
                    Log {
                        file,
                        columns: Vec::new(),
                        length: 0,
                    }
                }
            };
            lock(&log.file)?;
            if !has_name(&log.file, &self.path) {
                continue;
            }
            let length = log.file.metadata()?.len();
            if length != log.length {
                log.columns = read_columns(&log.file, &self.path)?;
            }
            return Ok(log);
        }
        Err(io::Error::other("other programs replace it all the time"))
    }
}

impl<A: Serialize> Callback<A> for CsvLogger {
    fn on_done(&mut self, job: &JobRecord<A>) {
        let row = row(job);
        if let Err(error) = self.write(row, job.objective.is_none()) {
            let path = self.path.display();
            let text = format!("job {} could not be written to {path}: {error}", job.id);
            self.problem.get_or_insert(text);
        }
    }

    fn problem(&mut self) -> Option<String> {
        self.problem.take()
    }
}

fn is_objective(column: &str) -> bool {
    column == "objective" || column.starts_with("objective_")
}

/// The values of a job, by column.
fn row<A: Serialize>(job: &JobRecord<A>) -> Row {
    let mut row = Row::new();
    match (to_json(&job.args), flat_fields(&job.args)) {
        (Ok(Json::Object(fields)), _) => push_json(&mut row, "p:", fields),
        (Ok(value), _) => row.push(("p:value".to_owned(), text(&value))),
        // Numbers that JSON does not have: NaN, infinities, wide integers.
        (Err(_), Some(fields)) => {
            row.extend(
                fields
                    .into_iter()
                    .map(|(name, text)| (format!("p:{name}"), text)),
            );
        }
        (Err(_), None) => {
            let text = canonical_text(&job.args).unwrap_or_default();
            row.push(("p:value".to_owned(), text));
        }
    }
    match job.values() {
        [one] => row.push(("objective".to_owned(), one.to_string())),
        several => {
            let named = several.iter().enumerate();
            row.extend(named.map(|(n, value)| (format!("objective_{n}"), value.to_string())));
        }
    }
    row.push(("job_id".to_owned(), job.id.to_string()));
    row.push(("job_status".to_owned(), job.state.to_string()));
    let mut known = |name: &str, value: Option<String>| {
        row.extend(value.map(|value| (format!("m:{name}"), value)));
    };
    known("submitted", Some(job.submitted.to_string()));
    // These two stand in every file, so that it is not rewritten when the first job has them.
    known(
        "started",
        Some(
            job.started
                .map_or_else(String::new, |time| time.to_string()),
        ),
    );
    known(
        "ended",
        Some(job.ended.map_or_else(String::new, |time| time.to_string())),
    );
    known("error", job.error.clone());
    known(
        "resources",
        (!job.resources.is_empty()).then(|| job.resources.join(" ")),
    );
    known(
        "cpu",
        job.usage.map(|usage| usage.cpu.as_secs_f64().to_string()),
    );
    let peak = job.usage.and_then(|usage| usage.peak_memory);
    known("peak_memory", peak.map(|bytes| bytes.to_string()));
    if let Some(objective) = &job.objective {
        let shown = objective
            .metadata
            .iter()
            .filter(|(name, _)| !name.starts_with('_'));
        let shown = shown.map(|(name, value)| (name.clone(), value.clone()));
        push_json(&mut row, "m:", shown.collect());
    }
    row
}

/// A column for every field, and for every field of a field.
fn push_json(row: &mut Row, prefix: &str, fields: Map<String, Json>) {
    for (name, value) in fields {
        let column = format!("{prefix}{name}");
        match value {
            Json::Object(inner) if !inner.is_empty() => {
                push_json(row, &format!("{column}."), inner);
            }
            value => {
                let column = free_name(row, column);
                row.push((column, text(&value)));
            }
        }
    }
}

/// A name that no column of the row has: what a job says of itself does not replace what is known of it.
fn free_name(row: &Row, name: String) -> String {
    let is_free = |name: &String| row.iter().all(|(known, _)| known != name);
    if is_free(&name) {
        return name;
    }
    let numbered = (2_u64..).map(|number| format!("{name} ({number})"));
    numbered.into_iter().find(is_free).unwrap_or(name)
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn push_field(line: &mut String, text: &str) {
    if text.contains([',', '"', '\n', '\r']) {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
}

/// How often a file may be replaced while it is waited for.
const MOST_REPLACEMENTS: usize = 1000;

fn refuse<T>(text: &str) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::InvalidData, text))
}

/// Opens the file at its end.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // A device or a pipe may have no end.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return refuse("it is not a regular file");
    }
    OpenOptions::new().append(true).create(true).open(path)
}

/// Waits until no other logger writes. A file system without locks has none to wait for.
fn lock(file: &File) -> io::Result<()> {
    match file.lock() {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        locked => locked,
    }
}

fn unlock(file: &File) -> io::Result<()> {
    match file.unlock() {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        unlocked => unlocked,
    }
}

/// Whether a file still has its name.
#[cfg(unix)]
fn has_name(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let (open, named) = (
        file.metadata().map(place),
        std::fs::metadata(path).map(place),
    );
    matches!((open, named), (Ok(open), Ok(named)) if open == named)
}

/// Whether a file still has its name: one that is open cannot be replaced here.
#[cfg(not(unix))]
fn has_name(_: &File, _: &Path) -> bool {
    true
}

/// The columns of a file that no other logger writes to; a last row that lacks fields is cut off.
fn read_columns(mut file: &File, path: &Path) -> io::Result<Vec<String>> {
    let bytes = std::fs::read(path)?;
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let ends = row_ends(&bytes);
    let heading = ends.first().and_then(|end| bytes.get(..*end));
    let columns = fields(&String::from_utf8_lossy(heading.unwrap_or_default()));
    if !columns.iter().any(|column| column == "job_id") {
        return refuse(
            "the file exists but is not a log of jobs: its heading has no column `job_id`; choose \
             another file, or remove it",
        );
    }
    let end = ends.last().copied().unwrap_or(0);
    let rest = String::from_utf8_lossy(bytes.get(end..).unwrap_or_default());
    // A program that died may have left half a row; an editor, a whole one without its line end.
    let is_closed = rest.matches('"').count().is_multiple_of(2);
    if !rest.is_empty() && is_closed && fields(&rest).len() == columns.len() {
        file.write_all(b"\n")?;
    } else {
        file.set_len(end as u64)?;
    }
    Ok(columns)
}

/// Adds columns to every row. The file is replaced as a whole, so that it is never half of each; the new one is locked.
fn widen(path: &Path, columns: &[String], new: &[String]) -> io::Result<File> {
    // A new unique name, so that no other program's file is written.
    let beside = crate::store::temporary(path);
    drop(crate::store::create_new(&beside)?);
    let widened = widen_to(&beside, path, columns, new);
    if widened.is_err() {
        // A leftover would only take space, and the disk may be full already.
        let _ = std::fs::remove_file(&beside);
    }
    widened
}

fn widen_to(beside: &Path, path: &Path, columns: &[String], new: &[String]) -> io::Result<File> {
    let old = std::fs::read(path)?;
    let file = OpenOptions::new().append(true).open(beside)?;
    lock(&file)?;
    let mut out = io::BufWriter::new(file);
    let mut heading = String::new();
    for (at, column) in columns.iter().chain(new).enumerate() {
        if at > 0 {
            heading.push(',');
        }
        push_field(&mut heading, column);
    }
    writeln!(out, "{heading}")?;
    let commas = ",".repeat(new.len());
    let ends = row_ends(&old);
    for (start, end) in ends.iter().zip(ends.iter().skip(1)) {
        let row = old.get(*start..*end).unwrap_or_default();
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        out.write_all(row)?;
        writeln!(out, "{commas}")?;
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_data()?;
    std::fs::rename(beside, path)?;
    Ok(file)
}

/// Where each whole row ends: behind a line end that no quotes are around.
fn row_ends(bytes: &[u8]) -> Vec<usize> {
    let mut quoted = false;
    let mut ends = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => ends.push(at + 1),
            _ => {}
        }
    }
    ends
}

/// The fields of a row.
fn fields(row: &str) -> Vec<String> {
    let row = row
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\n', '\r']);
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut before = ' ';
    for letter in row.chars() {
        let Some(field) = fields.last_mut() else {
            break;
        };
        match letter {
            // The second of two quotes inside quotes stands for one.
            '"' if before == '"' && !quoted => {
                field.push('"');
                quoted = true;
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => field.push(other),
        }
        before = letter;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_they_were_written() {
        let texts = ["a", "", "b,c", "say \"no\"", "\"", "two\nlines", "ö"];
        let mut line = String::new();
        for (at, text) in texts.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            push_field(&mut line, text);
        }
        assert_eq!(fields(&format!("{line}\r\n")), texts);
        assert_eq!(
            row_ends(format!("{line}\n{line}\nhalf").as_bytes()).len(),
            2
        );
    }
}
