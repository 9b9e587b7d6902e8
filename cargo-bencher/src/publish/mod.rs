//! Keeps reports beside each other for readers elsewhere: a dated folder for each, and an index of all.

mod branch;
mod index;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bencher_core::value::Value;
use bencher_report::{ReportOptions, write_report};

use crate::export::folder::write_new;
use crate::failure::Failure;
use crate::selection::Selection;
use crate::words::Words;
use index::{INDEX, Index};

/// The options of the command.
pub(crate) const USAGE: &str = "\
usage: cargo bencher publish DIR [SWEEP|FILE]...
       cargo bencher publish --branch BRANCH [SWEEP|FILE]...

  Draws a report of the newest results, or of those that are named, into a new dated folder, and lists
  all reports in index.html beside it. Nothing that was published before is changed. Several machines
  may publish to one place.

  --branch BRANCH      commit the folder to a branch of this repository, such as gh-pages, and push it;
                       nothing is checked out, and nothing is forced
  --remote NAME        the repository to push to (origin); without any, the branch stays here
  --store DIR          use this store
";

/// How many reports of one second have names.
const NAMESAKES: u32 = 1000;

/// Publishes what the words name.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args).map_err(Failure::Usage)?;
    Ok(publish(options)?)
}

/// The reports, and where they go.
struct Options {
    store: PathBuf,
    branch: Option<String>,
    remote: Option<String>,
    /// The folder of the reports, where they go to no branch.
    folder: Option<PathBuf>,
    /// Titles of sweeps, and files.
    words: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut words = Words::new(args);
        let branch = words.value("--branch")?;
        let remote = words.value("--remote")?;
        let store = words.store()?;
        let mut words = words.rest(usize::MAX)?;
        if remote.is_some() && branch.is_none() {
            return Err("`--remote` is for `--branch BRANCH`".to_owned());
        }
        let folder = match &branch {
            Some(_) => None,
            None if words.is_empty() => {
                return Err("name the folder of the reports, or `--branch BRANCH`".to_owned());
            }
            None => Some(PathBuf::from(words.remove(0))),
        };
        Ok(Self {
            store,
            branch,
            remote,
            folder,
            words,
        })
    }
}

fn publish(options: Options) -> Result<(), String> {
    let Options {
        store,
        branch,
        remote,
        folder,
        words,
    } = options;
    let selection = Selection::of(&store, &words)?;
    let draw = |folder: &Path| {
        let options = ReportOptions {
            png: false,
            program: "published".to_owned(),
            ..ReportOptions::default()
        };
        let files = write_report(&selection.records, folder, &options);
        let files = files.map_err(|error| error.to_string())?;
        for warning in &files.warnings {
            eprintln!("warning: {warning}");
        }
        Ok(())
    };
    match (&folder, &branch) {
        (Some(folder), _) => {
            let name = to_folder(folder, &draw)?;
            crate::print(&format!("published {}", folder.join(name).display()))?;
            crate::print(&format!("index     {}", folder.join(INDEX).display()))?;
        }
        (None, Some(branch)) => {
            let told = branch::publish(branch, remote.as_deref(), &draw)?;
            crate::print(&format!("published {told}"))?;
        }
        (None, None) => {}
    }
    selection.all_are_readable()
}

/// Adds a report to a folder, and returns its name.
fn to_folder(folder: &Path, draw: &dyn Fn(&Path) -> Result<(), String>) -> Result<String, String> {
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    // Nothing is drawn where the index could not be written.
    Index::of_folder(folder)?.check()?;
    let name = add(folder, draw)?;
    Index::write(folder)?;
    Ok(name)
}

fn add(folder: &Path, draw: &dyn Fn(&Path) -> Result<(), String>) -> Result<String, String> {
    for name in names() {
        let new = folder.join(&name);
        if new.exists() {
            continue;
        }
        match write_new(&new, draw) {
            Ok(()) => return Ok(name),
            // Another machine took the name meanwhile.
            Err(_) if new.exists() => {}
            Err(error) => return Err(error),
        }
    }
    Err(format!(
        "{} has {NAMESAKES} reports of this second",
        folder.display()
    ))
}

/// The names of a report of this moment; the first one is almost always free: `2026-03-01T12-00-00Z`.
fn names() -> impl Iterator<Item = String> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| i128::from(since.as_secs()));
    let moment = Value::DateTime(seconds * 1_000_000_000).to_string();
    // A colon is no part of a file's name everywhere.
    let moment = moment.replace(':', "-");
    (1..=NAMESAKES).map(move |n| match n {
        1 => moment.clone(),
        n => format!("{moment}-{n}"),
    })
}
