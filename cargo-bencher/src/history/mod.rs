//! `cargo bencher history`: the runs of every sweep over time.

mod bisect;
pub(crate) mod changes;
mod report;
pub(crate) mod show;

use std::path::Path;

use bencher_core::history::{
    AppendOptions, ExportReport, History, HistoryFilter, ImportReport, SeriesKey, Snapshot,
    TimeEvent, append, export_history, git_time_event, import_history, list_series,
};

use crate::compare::Words;

pub(crate) use report::value;

const USAGE: &str = "\
usage: cargo bencher history [COMMAND] [OPTIONS] [--store DIR]

  list                    name the sweeps that have a history, with what changed (the default)
  show SWEEP              list the runs of a sweep, and where the level of a result changed
  report [--out DIR]      draw the results of all runs over time
  bisect SWEEP [--result NAME]
                          name the commits that may have caused the latest regression, and how to search them
  add [--event TEXT]      append the newest result of every sweep; TEXT is the label of the run, and `git`
                          stands for date and commit
  accept SWEEP RUN --reason TEXT
                          take a run for the new normal: later runs are compared with it
  fail SWEEP RUN --reason TEXT
                          mark a run, so that no later run is compared with it
  export FILE [--sweep SWEEP]
                          write all histories, or one, to a file
  import FILE             add the histories of a file; what is there already stays as it is
  clear SWEEP             remove the history of a sweep

SWEEP is a title or a part of it. RUN is the label of a run, its number, or `last`.
";

/// Runs a command about histories.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let mut words = Words::new(args);
    let store = words.store()?;
    let event = words.value("--event")?;
    let reason = words.value("--reason")?;
    let sweep = words.value("--sweep")?;
    let out = words.value("--out")?;
    let result = words.value("--result")?;
    let words = words.rest(3)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &*words {
        [] | ["list"] => show::list(&store),
        ["show", sweep] => show::show(&load(&store, sweep)?),
        ["bisect", sweep] => bisect::propose(&load(&store, sweep)?, result.as_deref()),
        ["report"] => report::draw(&store, out.as_deref()),
        ["add"] => add(&store, event.as_deref()),
        ["accept", sweep, run] => {
            let mut history = load(&store, sweep)?;
            let id = snapshot(&history, run)?.id;
            let reason = reason.ok_or("say why with `--reason TEXT`")?;
            history
                .accept(id, &reason)
                .map_err(|error| error.to_string())?;
            crate::print("accepted: later runs are compared with this one and those after it")
        }
        ["fail", sweep, run] => {
            let mut history = load(&store, sweep)?;
            let id = snapshot(&history, run)?.id;
            let reason = reason.ok_or("say why with `--reason TEXT`")?;
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
        [command @ ("show" | "bisect" | "clear"), ..] => Err(format!(
            "write `history {command} SWEEP`; `cargo bencher history` names the sweeps"
        )),
        [command @ ("accept" | "fail"), ..] => {
            Err(format!("write `history {command} SWEEP RUN --reason TEXT`"))
        }
        [command @ ("export" | "import"), ..] => Err(format!("write `history {command} FILE`")),
        ["help"] => crate::print(USAGE),
        _ => Err(format!(
            "there is no such command: history {}\n\n{USAGE}",
            words.join(" ")
        )),
    }
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
    let report = export_history(store, &filter, file).map_err(|error| error.to_string())?;
    let ExportReport { snapshots, .. } = report;
    crate::print(&format!("wrote {snapshots} runs to {}", file.display()))
}

fn import(store: &Path, file: &Path) -> Result<(), String> {
    let report = import_history(store, file).map_err(|error| error.to_string())?;
    let ImportReport {
        added,
        already_there,
        refused,
        complete,
    } = report;
    crate::print(&format!(
        "{added} runs and decisions added, {already_there} were there already"
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
        Err(format!("{} entries were not imported", refused.len()))
    }
}
