//! The history of a session's sweeps: judging a finished sweep by it, and appending the sweep.

use std::path::Path;

use crate::console::print_json;
use crate::history::{
    AppendOptions, AppendReport, EarlierRuns, History, HistoryError, HistoryVerdict, SeriesKey,
    SnapshotState, TimeEvent, append, git_time_event, judge_by_history,
};
use crate::measure::Environment;
use crate::record::SweepRecord;
use crate::regression::detectors::Rules;
use crate::regression::{CompareOptions, RunComparison, compare_stored};
use crate::store::{baseline_directory, load_newest_results, save_result};

use super::config::{HistoryOptions, OutputFormat};
use super::print::say;
use super::session::Session;

/// The most findings of one sweep that are printed.
const PRINTED: usize = 10;

impl Session {
    /// Judges a whole sweep by its history, and appends it, where the run asks for that.
    ///
    /// A run that the rules call worse is stored as a failed one, so that no later run takes it for its baseline.
    pub(super) fn keep_in_history(&mut self, record: &SweepRecord) {
        let options = self.config.history.clone();
        if !options.over_time || self.is_replicate() {
            return;
        }
        if !self.keeps_results() {
            self.note("warning: `--over-time` keeps nothing in a run without the store");
            return;
        }
        let title = record.title.clone();
        match judged(&self.root, record, &options).and_then(|(verdicts, state)| {
            let report = store(&self.root, &self.start, record, &options, state)?;
            Ok((verdicts, report))
        }) {
            Ok((verdicts, report)) => self.show_history(&title, &verdicts, &report),
            Err(error) => self.fail(&title, &[format!("the history was not kept: {error}")]),
        }
    }

    /// Keeps the results of the run as a baseline, and compares them with another one, where the run asks for that.
    pub(super) fn close_baselines(&mut self) {
        let options = self.config.history.clone();
        if options.baseline.is_none() && options.save_baseline.is_none()
            || self.is_replicate()
            || self.records.is_empty()
            || !self.keeps_results()
        {
            return;
        }
        // The comparison comes first: both may have one name.
        if let Some(name) = &options.baseline {
            match compared(&self.root, name, &self.records) {
                Ok(found) => {
                    if self.config.output == OutputFormat::Json {
                        print_json(
                            &serde_json::json!({"event": "comparison", "comparison": found.to_json()}),
                        );
                    } else {
                        say!("\n{found}");
                    }
                    self.has_regressed |=
                        options.regression_fail && found.exit_status() == REGRESSION;
                }
                Err(error) => self.errors.push(error),
            }
        }
        if let Some(name) = &options.save_baseline {
            let directory = baseline_directory(&self.root, name);
            let mut saved = directory.into_iter().flat_map(|directory| {
                let save = move |record| save_result(&directory, record).err();
                self.records.iter().filter_map(save)
            });
            if let Some(error) = saved.next() {
                let error = format!("baseline `{name}` was not saved: {error}");
                drop(saved);
                self.errors.push(error);
            }
        }
    }

    fn show_history(&mut self, title: &str, verdicts: &[HistoryVerdict], report: &AppendReport) {
        if let Some(adopted) = &report.adopted {
            self.note(&format!(
                "sweep \"{title}\": its history goes on from the one of {}",
                adopted.bench
            ));
        }
        for change in &report.changes {
            self.note(&format!(
                "sweep \"{title}\" changed since its last run: {change}"
            ));
        }
        for warning in &report.warnings {
            self.note(&format!("warning: history of sweep \"{title}\": {warning}"));
        }
        let worse = verdicts
            .iter()
            .filter(|verdict| verdict.detection.is_failure());
        let worse: Vec<&HistoryVerdict> = worse.collect();
        for verdict in worse.iter().take(PRINTED) {
            self.note(&format!("regression in sweep \"{title}\": {verdict}"));
        }
        if worse.len() > PRINTED {
            let more = worse.len() - PRINTED;
            self.note(&format!("{more} more regressions in sweep \"{title}\""));
        }
        let blocks = worse.iter().any(|verdict| verdict.detection.blocks());
        self.has_regressed |= blocks && self.config.history.regression_fail;
    }
}

/// The results of the run beside those of a baseline.
fn compared(root: &Path, name: &str, records: &[SweepRecord]) -> Result<RunComparison, String> {
    let known = baseline_directory(root, name).filter(|directory| directory.is_dir());
    let directory = known.ok_or_else(|| {
        format!("there is no baseline `{name}`; `--save-baseline {name}` makes one")
    })?;
    let found = load_newest_results(&directory).map_err(|error| error.to_string())?;
    let earlier =
        EarlierRuns::of(root, [&found.records, records]).map_err(|error| error.to_string())?;
    Ok(compare_stored(
        (name, &found.records),
        ("this run", records),
        &CompareOptions::default(),
        &earlier,
    ))
}

/// The exit status of a comparison with a result that is worse.
const REGRESSION: u8 = 3;

/// The verdicts of the rules, and the state in which the run is stored.
fn judged(
    root: &Path,
    record: &SweepRecord,
    options: &HistoryOptions,
) -> Result<(Vec<HistoryVerdict>, SnapshotState), HistoryError> {
    let mut history = History::load(root, &SeriesKey::of(record))?;
    if options.clear {
        history.clear()?;
    }
    if options.regression.is_empty() {
        return Ok((Vec::new(), SnapshotState::Good));
    }
    let rules = Rules::parse(&options.regression).map_err(HistoryError::Rule)?;
    let rules = Rules {
        min_history: options.regression_min_history.max(1) as usize,
        ..rules
    };
    let class = record.environment.as_ref().map(Environment::class);
    let verdicts = judge_by_history(&history.baseline(class), record, &rules);
    let blocking = verdicts.iter().find(|verdict| verdict.detection.blocks());
    let state = blocking.map_or(SnapshotState::Good, |verdict| SnapshotState::Failed {
        reason: verdict.to_string(),
    });
    Ok((verdicts, state))
}

/// Appends the run.
fn store(
    root: &Path,
    start: &Path,
    record: &SweepRecord,
    options: &HistoryOptions,
    state: SnapshotState,
) -> Result<AppendReport, HistoryError> {
    let event = match options.event.as_deref() {
        None => TimeEvent::now(),
        Some("git") => git_time_event(start)?,
        Some(text) => TimeEvent::from(text),
    };
    let options = AppendOptions {
        state,
        on_reset: options.on_reset,
        max_time_events: options.max_time_events,
        max_time_events_of: options.max_time_events_of.clone(),
        ..AppendOptions::default()
    };
    append(root, record, event, &options)
}
