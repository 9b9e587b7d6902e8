//! `cargo bencher history`: the runs of every sweep over time.

mod bisect;
pub(crate) mod changes;
mod report;
mod retired;
pub(crate) mod show;

use std::path::Path;
use std::process::ExitCode;

use bencher_core::history::{
    AppendOptions, ExportReport, History, HistoryFilter, ImportReport, SeriesKey, Snapshot,
    TimeEvent, append, export_history, git_time_event, import_history, list_series,
};

use crate::ab::SearchOptions;
use crate::failure::Failure;
use crate::text::counted;
use crate::words::{Words, unknown_command};

pub(crate) use report::value;

/// What it can do.
pub(crate) const USAGE: &str = "\
usage: cargo bencher history [COMMAND] [OPTIONS] [--store DIR]

  list                    name the sweeps that have a history, with what changed (the default)
  show SWEEP              list the runs of a sweep, and where the level of a result changed
  report [--out DIR]      draw the results of all runs over time
  bisect SWEEP [--result NAME] [--run]
                          name the commits that may have caused the latest regression, and how to search them;
                          with --run, search them: measure each beside the good one, as `ab` does (its options
                          --bench, --example, --bin, --package, --profile, --pairs, --time, --threshold)
  add [--event TEXT]      append the newest result of every sweep; TEXT is the label of the run, and `git`
                          stands for date and commit
  accept SWEEP RUN --reason TEXT
                          accept a run as the new normal: later runs are compared with it
  fail SWEEP RUN --reason TEXT
                          mark a run, so that no later run is compared with it
  export FILE [--sweep SWEEP]
                          write all histories, or one, to a file
  import FILE             add the histories of a file; what is there already stays as it is
  clear SWEEP             remove the history of a sweep

SWEEP is a title or a part of it. RUN is the label of a run, its number, or `last`.
";

/// Runs a command about histories.
pub(crate) fn run(args: &[String]) -> Result<ExitCode, Failure> {
    let mut words = Words::new(args);
    let is_search = args.first().is_some_and(|word| word == "bisect") && words.switch("--run");
    let search = if is_search {
        Some(SearchOptions::take(&mut words).map_err(Failure::Usage)?)
    } else {
        None
    };
    let store = words.store()?;
    let mut value = |name| words.value(name).map_err(Failure::Usage);
    let (event, reason) = (value("--event")?, value("--reason")?);
    let (sweep, out, result) = (value("--sweep")?, value("--out")?, value("--result")?);
    let words = words.rest(3).map_err(Failure::Usage)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done: Result<(), String> = match &*words {
        [] | ["list"] => show::list(&store),
        ["show", sweep] => show::show(&load(&store, sweep)?),
        ["bisect", sweep] => {
            return bisect::bisect(&load(&store, sweep)?, result.as_deref(), search);
        }
        ["report"] => report::draw(&store, out.as_deref()),
        ["add"] => add(&store, event.as_deref()),
        ["accept", sweep, run] => {
            let mut history = load(&store, sweep)?;
            let id = snapshot(&history, run)?.id;
            let reason = reason.ok_or_else(without_reason)?;
            history
                .accept(id, &reason)
                .map_err(|error| error.to_string())?;
            crate::print("accepted: later runs are compared with this one and those after it")
        }
        ["fail", sweep, run] => {
            let mut history = load(&store, sweep)?;
            let id = snapshot(&history, run)?.id;
            let reason = reason.ok_or_else(without_reason)?;
            history
                .mark_failed(id, &reason)
                .map_err(|error| error.to_string())
        }
        ["export", file] => export(&store, Path::new(file), sweep.as_deref()),
        ["import", file] => import(&store, Path::new(file)),
        ["clear", sweep] => {
            let mut history = load(&store, sweep)?;
            history.clear().map(drop).map_err(|error| error.to_string())
        }
        ["help"] => crate::print(USAGE),
        words => return Err(misused(words)),
    };
    done?;
    Ok(ExitCode::SUCCESS)
}

fn without_reason() -> Failure {
    Failure::Usage("say why with `--reason TEXT`".to_owned())
}

/// The right form of a command line that has none.
fn misused(words: &[&str]) -> Failure {
    Failure::Usage(match words {
        [command @ ("show" | "bisect" | "clear"), ..] => {
            format!("write `history {command} SWEEP`; `cargo bencher history` names the sweeps")
        }
        [command @ ("accept" | "fail"), ..] => {
            format!("write `history {command} SWEEP RUN --reason TEXT`")
        }
        [command @ ("export" | "import"), ..] => format!("write `history {command} FILE`"),
        [command @ ("list" | "report" | "add" | "help"), word, ..] => {
            format!("`history {command}` takes no `{word}`")
        }
        words => return unknown_command("history", words.first().unwrap_or(&""), USAGE),
    })
}

/// The series whose title is the name, else the only one whose title contains it.
fn series(store: &Path, name: &str) -> Result<SeriesKey, String> {
    let all = list_series(store).map_err(|error| error.to_string())?;
    let lower = name.to_lowercase();
    let exact: Vec<&SeriesKey> = all.iter().filter(|series| series.title == name).collect();
    let like: Vec<&SeriesKey> = all
        .iter()
        .filter(|series| series.title.to_lowercase().contains(&lower))
        .collect();
    match (&*exact, &*like) {
        ([series], _) | ([], [series]) => Ok((*series).clone()),
        ([], []) => {
            let titles: Vec<&str> = all.iter().map(|series| series.title.as_str()).collect();
            Err(format!(
                "no sweep with a history fits \"{name}\" (there are: {})",
                if titles.is_empty() {
                    "none".to_owned()
                } else {
                    titles.join(", ")
                }
            ))
        }
        _ => Err(format!(
            "several sweeps with a history fit \"{name}\"; give the whole title, or the store of one program"
        )),
    }
}

fn load(store: &Path, name: &str) -> Result<History, String> {
    let history = History::load(store, &series(store, name)?).map_err(|error| error.to_string())?;
    for problem in history.problems() {
        eprintln!("skipped: {problem}");
    }
    Ok(history)
}

/// The run of a label, a number, or `last`.
fn snapshot<'h>(history: &'h History, name: &str) -> Result<&'h Snapshot, String> {
    let snapshots = history.snapshots();
    let is_it = |snapshot: &&Snapshot| {
        snapshot.event.to_string() == name || snapshot.number.to_string() == name
    };
    let found = match name {
        "last" => snapshots.last(),
        // A label that was given twice means the later run.
        _ => snapshots.iter().rev().find(is_it),
    };
    found.ok_or_else(|| {
        format!("there is no run `{name}`; `cargo bencher history show SWEEP` lists them")
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The label of a run.
fn time_event(event: Option<&str>) -> Result<TimeEvent, String> {
    match event {
        None => Ok(TimeEvent::now()),
        Some("git") => git_time_event(Path::new(".")).map_err(|error| error.to_string()),
        Some(text) => Ok(TimeEvent::from(text)),
    }
}

fn add(store: &Path, event: Option<&str>) -> Result<(), String> {
    let event = time_event(event)?;
    let newest = crate::results::Newest::of(store)?;
    for record in &newest.records {
        let added = append(store, record, event.clone(), &AppendOptions::default());
        let report = added.map_err(|error| format!("sweep \"{}\": {error}", record.title))?;
        for text in report.changes.iter().chain(&report.warnings) {
            eprintln!("sweep \"{}\": {text}", record.title);
        }
        crate::print(&format!(
            "added {} to the history of \"{}\"",
            event, record.title
        ))?;
    }
    newest.all_are_readable()
}

fn export(store: &Path, file: &Path, sweep: Option<&str>) -> Result<(), String> {
    let filter = match sweep {
        // An empty file would replace an export that has something.
        None if list_series(store).map_err(text)?.is_empty() => {
            return Err(format!(
                "there is nothing to export: no sweep has a history in {}",
                store.display()
            ));
        }
        None => HistoryFilter::default(),
        Some(name) => {
            let key = series(store, name)?;
            HistoryFilter {
                bench: Some(key.bench),
                title: Some(key.title),
                tag: Some(key.tag),
            }
        }
    };
    let report = export_history(store, &filter, file).map_err(text)?;
    let ExportReport { snapshots, .. } = report;
    crate::print(&format!(
        "wrote {} to {}",
        counted(snapshots, "run"),
        file.display()
    ))
}

fn import(store: &Path, file: &Path) -> Result<(), String> {
    let report = import_history(store, file).map_err(text)?;
    let ImportReport {
        added,
        already_there,
        refused,
        complete,
    } = report;
    crate::print(&format!(
        "{} added, {already_there} {} there already",
        if added == 1 {
            "1 run or decision".to_owned()
        } else {
            format!("{added} runs and decisions")
        },
        if already_there == 1 { "was" } else { "were" }
    ))?;
    for reason in &refused {
        eprintln!("not imported: {reason}");
    }
    if !complete {
        return Err(format!(
            "{} is incomplete: what is whole was imported",
            file.display()
        ));
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(format!("not imported: {}", counted(refused.len(), "entry")))
    }
}
