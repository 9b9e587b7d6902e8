//! Writing a stored result for other programs.

mod bmf;
mod column;
mod criterion;
pub(crate) mod folder;
pub(crate) mod names;
#[cfg(feature = "parquet")]
mod parquet;
mod summary;
mod zarr;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use bencher_core::bench::result_markdown;
use bencher_core::record::SweepRecord;
use bencher_core::var::UnknownName;

use crate::failure::Failure;
use crate::selection::one;
use crate::words::Words;

/// The options of the command.
pub(crate) const USAGE: &str = "\
usage: cargo bencher export SWEEP|FILE [--format NAME] [--out PATH]

  Writes the newest stored result of a sweep, by its title or a part of it, or the result in a file
  that was exported before (.json, .csv) or that a store has (.result).

  --format NAME        how it is written:
      csv              a table with a row for each sample, for data frames (the default)
      json             everything; `cargo bencher` can read it back; --json is the same
      markdown         the findings, everything doubtful, and a table; --markdown is the same
      zarr             a folder that xarray opens
      parquet          a file for pandas and polars (only with the feature `parquet` of the tool)
      bmf              Bencher Metric Format, for bencher.dev
      criterion        the times in the layout of criterion's target/criterion
  --out PATH           the new file; for zarr, the new folder; for criterion, the folder to which
                       the sweep is added
  --store DIR          use this store
";

/// The most points of a table in Markdown.
const MARKDOWN_ROWS: usize = 100;

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
    Markdown,
    Zarr,
    Parquet,
    Bmf,
    Criterion,
}

impl Format {
    const ALL: [(&'static str, Self); 7] = [
        ("csv", Self::Csv),
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("zarr", Self::Zarr),
        ("parquet", Self::Parquet),
        ("bmf", Self::Bmf),
        ("criterion", Self::Criterion),
    ];

    /// The format of a name.
    fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        let names = Self::ALL.map(|(known, _)| known);
        match found {
            Some((_, format)) => Ok(format),
            None => Err(UnknownName::new("format", name, names).to_string()),
        }
    }

    fn name(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(_, format)| *format == self);
        found.map_or("", |(name, _)| name)
    }

    /// The format that the options choose; CSV without any.
    fn chosen(words: &mut Words) -> Result<Self, String> {
        let (json, markdown) = (words.switch("--json"), words.switch("--markdown"));
        let named = words.value("--format")?;
        let named = named.as_deref().map(Self::named).transpose()?;
        let short = [(json, Self::Json), (markdown, Self::Markdown)];
        let short = short.into_iter().filter(|(is_given, _)| *is_given);
        let mut all = short.map(|(_, format)| format).chain(named);
        let first = all.next().unwrap_or(Self::Csv);
        match all.find(|other| *other != first) {
            Some(other) => Err(format!(
                "choose either the format `{}` or `{}`",
                first.name(),
                other.name()
            )),
            None => Ok(first),
        }
    }
}

/// Writes the newest result of the sweep that is named, or what a file has.
pub(crate) fn export(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args).map_err(Failure::Usage)?;
    Ok(write(options)?)
}

/// The sweep that is written, and where.
struct Options {
    format: Format,
    out: Option<PathBuf>,
    store: PathBuf,
    /// The title of the sweep, a part of it, or a file.
    name: String,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut words = Words::new(args);
        let format = Format::chosen(&mut words)?;
        let out = words.value("--out")?.map(PathBuf::from);
        let store = words.store()?;
        let name = words.rest(1)?.into_iter().next().ok_or_else(|| {
            "name one sweep, by its title or a part of it (`cargo bencher list` lists them), or a file".to_owned()
        })?;
        Ok(Self {
            format,
            out,
            store,
            name,
        })
    }
}

fn write(options: Options) -> Result<(), String> {
    let Options {
        format,
        out,
        store,
        name,
    } = options;
    let record = &one(&store, &name)?;
    let text = match format {
        Format::Csv => csv(record)?,
        Format::Json => format!("{}\n", record.dataset.to_json()),
        Format::Markdown => markdown(record),
        Format::Bmf => format!("{:#}\n", bmf::bmf(record)?),
        Format::Parquet => return write_parquet(record, out.as_deref()),
        Format::Zarr => return zarr(record, &folder(out, format)?),
        Format::Criterion => return criterion::write(record, &folder(out, format)?),
    };
    match &out {
        Some(path) => write_file(path, text.as_bytes()),
        None => crate::print(&text),
    }
}

/// The folder that a format of several files needs.
fn folder(out: Option<PathBuf>, format: Format) -> Result<PathBuf, String> {
    out.ok_or_else(|| {
        let name = format.name();
        format!("the format `{name}` is a folder of files; name it with `--out DIR`")
    })
}

/// The result as a table for data frames.
pub(crate) fn csv(record: &SweepRecord) -> Result<String, String> {
    let mut csv = Vec::new();
    let written = record.dataset.write_csv(&mut csv);
    written.map_err(|error| error.to_string())?;
    String::from_utf8(csv).map_err(|error| error.to_string())
}

/// The result in words, with a table.
pub(crate) fn markdown(record: &SweepRecord) -> String {
    result_markdown(record, MARKDOWN_ROWS)
}

/// The result as a new folder that xarray opens.
pub(crate) fn zarr(record: &SweepRecord, folder: &Path) -> Result<(), String> {
    zarr::write(record, folder)
}

/// The result as a file for data frames; it is no text, so that it needs the name of a file.
#[cfg(feature = "parquet")]
fn write_parquet(record: &SweepRecord, out: Option<&Path>) -> Result<(), String> {
    let path = out.ok_or("the format `parquet` is a file; name it with `--out FILE`")?;
    write_file(path, &parquet::parquet(&record.dataset)?)
}

/// That this build cannot do it.
#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &SweepRecord, _: Option<&Path>) -> Result<(), String> {
    Err(
        "this cargo-bencher was built without Parquet; install it with `--features parquet`"
            .to_owned(),
    )
}

/// Writes a file that does not exist yet.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
