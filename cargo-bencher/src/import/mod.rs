//! Results of other programs as results of the store, so that they are listed, drawn, exported and compared.

mod criterion;
mod csv;
mod grid;
mod table;

use std::path::{Path, PathBuf};

use bencher_core::dataset::Dataset;
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::save_result;
use bencher_core::value::Value;

use crate::export::names::{Names, portable};
use crate::failure::Failure;
use crate::text::counted;
use crate::words::{Words, unknown_command};

/// The options of the command.
pub(crate) const USAGE: &str = "\
usage: cargo bencher import criterion DIR [OPTIONS]
       cargo bencher import csv FILE --inputs NAMES [OPTIONS]

  Stores what other programs measured. Separate names by commas.

  criterion DIR        the newest results in DIR, such as target/criterion: a sweep for each group,
                       over its functions and values
  csv FILE             a table with a heading: a sweep with some columns as inputs. Rows of equal inputs
                       are repeats

  --inputs NAMES       the columns that are inputs
  --results NAMES      the columns that are results; without it, all others
  --times NAME=UNIT    results that are measured times, and their units: s, ms, us, ns
  --units NAME=UNIT    units of other columns
  --minimize NAMES     results for which less is better; times need no option
  --maximize NAMES     results for which more is better
  --delimiter SIGN     the separator of columns: a comma, `;`, or `tab`
  --title TITLE        the title of the sweep; without it, the name of the file

  --tag TAG            the tag of the results
  --out DIR            write JSON files, as `cargo bencher export --json` does, and store nothing
  --store DIR          use this store
";

/// Runs a command, the first of `args`.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    // A store may stand in the place of the command.
    let (command, rest) = match args.split_first() {
        Some((command, rest)) if !command.starts_with("--store") => (command.as_str(), rest),
        _ => ("", args),
    };
    let mut words = Words::new(rest);
    match command {
        "criterion" => {
            let target = Target::parse(&mut words).map_err(Failure::Usage)?;
            let folder = only(words, "name the folder, such as target/criterion")?;
            Ok(target.take(criterion::import(&folder)?)?)
        }
        "csv" => {
            let target = Target::parse(&mut words).map_err(Failure::Usage)?;
            let options = csv::Options::parse(&mut words).map_err(Failure::Usage)?;
            let file = only(words, "name the file")?;
            Ok(target.take(vec![csv::import(&file, &options)?])?)
        }
        "" => Err(Failure::Usage(format!(
            "name a format\n\n{}",
            USAGE.trim_end()
        ))),
        "help" => Ok(crate::print(USAGE)?),
        other => Err(unknown_command("import", other, USAGE)),
    }
}

/// The only word that is left.
fn only(words: Words, missing: &str) -> Result<PathBuf, Failure> {
    let words = words.rest(1).map_err(Failure::Usage)?;
    let word = words.into_iter().next().map(PathBuf::from);
    word.ok_or_else(|| Failure::Usage(missing.to_owned()))
}

/// What was measured elsewhere.
struct Imported {
    /// The program that measured.
    program: &'static str,
    title: String,
    /// When, in milliseconds since 1970, if it is known.
    moment: Option<i128>,
    dataset: Dataset,
}

/// Where imported results go.
struct Target {
    store: PathBuf,
    out: Option<PathBuf>,
    tag: String,
}

impl Target {
    fn parse(words: &mut Words) -> Result<Self, String> {
        Ok(Self {
            out: words.value("--out")?.map(PathBuf::from),
            tag: words.value("--tag")?.unwrap_or_default(),
            store: words.store()?,
        })
    }

    fn take(&self, all: Vec<Imported>) -> Result<(), String> {
        let mut names = Names::default();
        for imported in all {
            let shown = imported.title.escape_debug().to_string();
            let cells = counted(imported.dataset.len(), "sample");
            let path = match &self.out {
                Some(folder) => {
                    let name = names.number(portable(&imported.title, 180));
                    write(&imported.dataset, folder, &name)?
                }
                None => {
                    let record = record(imported, &self.tag);
                    save_result(&self.store, &record).map_err(|error| error.to_string())?
                }
            };
            crate::print(&format!("imported  {shown}: {cells}, {}", path.display()))?;
        }
        Ok(())
    }
}

fn write(dataset: &Dataset, folder: &Path, name: &str) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let path = folder.join(format!("{name}.json"));
    crate::export::write_file(&path, format!("{}\n", dataset.to_json()).as_bytes())?;
    Ok(path)
}

fn record(imported: Imported, tag: &str) -> SweepRecord {
    let moment = imported.moment.unwrap_or_else(now);
    let samples = imported.dataset.len() as u64;
    SweepRecord {
        bench: imported.program.to_owned(),
        tag: tag.to_owned(),
        started: Value::DateTime(moment * 1_000_000).to_string(),
        sweep_type: format!("imported/{}", imported.program),
        counts: Counts {
            submitted: samples,
            executed: samples,
            ..Counts::default()
        },
        ..crate::files::of_dataset(imported.title, imported.dataset)
    }
}

/// Milliseconds since 1970.
fn now() -> i128 {
    milliseconds(std::time::SystemTime::now()).unwrap_or(0)
}

fn milliseconds(time: std::time::SystemTime) -> Option<i128> {
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i128::try_from(since.as_millis()).ok()
}
