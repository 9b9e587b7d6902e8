//! Printing histories.

use std::path::Path;

use bencher_core::dataset::{digits, quantity};
use bencher_core::history::{History, Snapshot, SnapshotState, list_series};
use bencher_core::regression::change_points::StepEffect;

use crate::text::counted;

use super::changes::{Change, SameCommit, changes};
use super::retired;

/// Names the sweeps that have a history.
pub(super) fn list(store: &Path) -> Result<(), String> {
    let all = list_series(store).map_err(|error| error.to_string())?;
    if all.is_empty() {
        return Err(format!(
            "no sweep has a history in {}; run a program with `--over-time`, or append the newest results with \
             `cargo bencher history add`",
            store.display()
        ));
    }
    for series in all {
        let history = History::load(store, &series).map_err(|error| error.to_string())?;
        let runs = history.snapshots();
        let last = runs
            .last()
            .map_or_else(String::new, |run| run.event.to_string());
        let tag = if series.tag.is_empty() {
            String::new()
        } else {
            format!(", tag {}", series.tag)
        };
        crate::print(&format!(
            "{} ({}{tag}): {}, the last of {}",
            clean(&series.title),
            clean(&series.bench),
            counted(runs.len(), "run"),
            clean(&last)
        ))?;
        for problem in history.problems() {
            eprintln!("skipped: {problem}");
        }
        let changes = changes(&history);
        for change in changes.iter().filter(|change| change.is_open_regression()) {
            crate::print(&format!("  {}", change_text(change, &history)))?;
        }
    }
    Ok(())
}

/// Lists the runs of a sweep, and where the level of a result changed.
pub(super) fn show(history: &History) -> Result<(), String> {
    for run in history.snapshots() {
        crate::print(&line(run))?;
    }
    for left in history.left_out() {
        crate::print(&format!("not compared: {}", clean(&left.reason)))?;
    }
    for note in retired::notes(history) {
        crate::print(&clean(&note))?;
    }
    for change in changes(history) {
        crate::print(&change_text(&change, history))?;
    }
    Ok(())
}

/// One run: number, label, commit, state, and the results of a sweep of one point.
fn line(run: &Snapshot) -> String {
    let state = match &run.state {
        SnapshotState::Good => String::new(),
        SnapshotState::Failed { reason } => format!("  failed: {}", clean(reason)),
        SnapshotState::Accepted { reason } => format!("  accepted: {}", clean(reason)),
    };
    let commit = run.commit.as_deref().unwrap_or_default();
    let commit = commit.get(..9).unwrap_or(commit);
    let points: usize = run.record.dataset.shape().iter().product();
    let failed = match run.record.failures.len() {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    format!(
        "{:>4}  {}  {}  {}{failed}{state}",
        run.number,
        clean(&run.event.to_string()),
        if commit.is_empty() { "-" } else { commit },
        counted(points, "cell")
    )
}

/// `elapsed at len=10: 1.2 ms -> 1.5 ms (+25 %) from PR 12 on (a1b2c3d): regression, confirmed by 3 runs`.
pub(crate) fn change_text(change: &Change, history: &History) -> String {
    let newest = history.timeline().last().map(|run| &run.record.dataset);
    let units =
        newest.and_then(|dataset| Some(dataset.variable(&change.result).ok()?.info.units.clone()));
    let units = units.unwrap_or_default();
    let step = &change.step;
    let at = change.point.as_ref().map_or_else(
        || "over all points".to_owned(),
        |point| format!("at {point}"),
    );
    let kind = match (step.is_regression(), step.effect) {
        (true, _) if change.is_accepted => "accepted",
        (true, _) => "regression",
        (_, StepEffect::Worse) => "worse",
        (_, StepEffect::Better) => "better",
        (_, StepEffect::Neutral) => "changed",
    };
    let share = step.ratio().map_or_else(String::new, |ratio| {
        format!(
            " ({}{} %)",
            if ratio > 1.0 { "+" } else { "" },
            digits((ratio - 1.0) * 100.0, 3)
        )
    });
    let commit = change.commit.as_deref().map_or_else(String::new, |commit| {
        format!(" ({})", commit.get(..9).unwrap_or(commit))
    });
    let undone = change.undone_by.as_deref();
    let undone = undone.map_or_else(String::new, |event| format!(", undone by {event}"));
    let machine = change.same_commit.map_or("", SameCommit::text);
    clean(&format!(
        "{} {at}: {} -> {}{share} from {} on{commit}: {kind}{machine}, {}{undone}",
        change.result,
        quantity(step.before, &units),
        quantity(step.after, &units),
        change.event,
        counted(step.confirmations, "run")
    ))
}

/// A text without control characters.
fn clean(text: &str) -> String {
    let is_plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(is_plain).collect()
}
