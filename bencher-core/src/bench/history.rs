//! The history of a session's sweeps: judging a finished sweep by it, and appending the sweep.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::console::print_json;
use crate::history::{
    AppendOptions, AppendReport, EarlierRuns, History, HistoryError, HistoryVerdict, SeriesKey,
    SnapshotState, TimeEvent, append, git_time_event, judge_by_history,
};
use crate::measure::Environment;
use crate::record::SweepRecord;
use crate::regression::detectors::{Outcome, Rules};
use crate::regression::{CompareOptions, RunComparison, compare_stored};
use crate::store::{baseline_directory, baseline_names, load_newest_results, save_result};
use crate::var::{UnknownName, declared_names, declared_results};

use super::config::{HistoryOptions, OutputFormat};
use super::error::BenchError;
use super::print::say;
use super::session::Session;

/// The most findings of one sweep that are printed.
const PRINTED: usize = 10;

impl Session {
    /// Finds names in the settings that mean nothing, before anything is measured: results of the rules, the baseline.
    ///
    /// A rule may be for a result of another sweep, which the program begins later.
    pub(super) fn check_history(&self) -> Result<(), BenchError> {
        let options = &self.config.history;
        let known = declared_results();
        let check = |name: &str, setting: String| {
            let unknown = || BenchError::UnknownResult {
                setting,
                source: UnknownName::new("result", name, known.iter().copied()),
            };
            known.contains(name).then_some(()).ok_or_else(unknown)
        };
        for rule in &options.regression {
            if let Some((name, _)) = rule.split_once('=') {
                check(name, format!("`--regression {rule}`"))?;
            }
        }
        for name in options.max_time_events_of.keys() {
            check(name, "`max_time_events_of`".to_owned())?;
        }
        self.check_baseline()
    }

    /// That there is the baseline that the run is compared with.
    pub(crate) fn check_baseline(&self) -> Result<(), BenchError> {
        match &self.config.history.baseline {
            Some(name) if self.compares() => baseline(&self.root, name).map(drop),
            _ => Ok(()),
        }
    }

    /// Whether the run compares and keeps its results, if it is asked to.
    fn compares(&self) -> bool {
        !self.is_replicate() && !self.is_shown_only() && self.keeps_results()
    }

    /// Judges a whole sweep by its history, and appends it, where the run asks for that.
    ///
    /// A run that the rules call worse is stored as a failed one, so that no later run takes it for its baseline.
    pub(super) fn keep_in_history(&mut self, record: &SweepRecord) {
        let options = self.config.history.clone();
        if self.is_replicate() {
            return;
        }
        if !options.over_time {
            if !options.regression.is_empty() {
                self.note(
                    "warning: `--regression` judges only runs that are kept: add `--over-time`, or `--event TEXT`",
                );
            }
            return;
        }
        if !self.keeps_results() {
            self.note("warning: `--over-time` keeps nothing in a run without the store");
            return;
        }
        let title = record.title.clone();
        match judged(&self.root, record, &options).and_then(|(judged, state)| {
            let report = store(&self.root, &self.start, record, &options, state)?;
            Ok((judged, report))
        }) {
            Ok((judged, report)) => self.show_history(&title, &judged, &report),
            Err(error) => self.fail(&title, &[format!("the history was not kept: {error}")]),
        }
    }

    /// Keeps the results of the run as a baseline, and compares them with another one, where the run asks for that.
    pub(super) fn close_baselines(&mut self) {
        let options = self.config.history.clone();
        if options.baseline.is_none() && options.save_baseline.is_none()
            || self.records.is_empty()
            || !self.compares()
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
            // The name was checked when the options were read.
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

    fn show_history(&mut self, title: &str, judged: &Judged, report: &AppendReport) {
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
        let worse = judged
            .verdicts
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
        if worse.is_empty()
            && let Some(text) = judged.passed_text()
        {
            self.note(&format!("no regression in sweep \"{title}\": {text}"));
        }
        let blocks = worse.iter().any(|verdict| verdict.detection.blocks());
        self.has_regressed |= blocks && self.config.history.regression_fail;
    }
}

/// The directory of a baseline that exists.
fn baseline(root: &Path, name: &str) -> Result<PathBuf, BenchError> {
    let directory = baseline_directory(root, name).ok();
    let known = || baseline_names(root);
    directory
        .filter(|directory| directory.is_dir())
        .ok_or_else(|| {
            let known = known();
            let known = known.iter().map(String::as_str);
            BenchError::NoBaseline(UnknownName::new("baseline", name, known))
        })
}

/// The results of the run beside those of a baseline.
fn compared(root: &Path, name: &str, records: &[SweepRecord]) -> Result<RunComparison, String> {
    let directory = baseline(root, name).map_err(|error| error.to_string())?;
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

/// What the rules found.
#[derive(Debug, Default)]
struct Judged {
    verdicts: Vec<HistoryVerdict>,
    /// How many runs the baseline has.
    runs: usize,
    /// Whether there are rules.
    has_rules: bool,
}

impl Judged {
    /// Whether some rule waits for more runs.
    fn is_too_short(&self) -> bool {
        let outcomes = self
            .verdicts
            .iter()
            .map(|verdict| verdict.detection.outcome);
        outcomes
            .into_iter()
            .any(|outcome| matches!(outcome, Outcome::NoHistory | Outcome::ShortHistory))
    }

    /// What a run has passed; none where nothing was to be judged.
    fn passed_text(&self) -> Option<String> {
        let passed = self
            .verdicts
            .iter()
            .filter(|verdict| verdict.detection.outcome == Outcome::Passed);
        let results: BTreeSet<&str> = passed.map(|verdict| verdict.result.as_str()).collect();
        let (results, runs) = (results.len(), self.runs);
        let counted = |count: usize, what: &str| {
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {what}{plural}")
        };
        self.has_rules.then(|| match (results, runs) {
            (0, _) if self.verdicts.is_empty() => {
                "no rule is for a result of this sweep".to_owned()
            }
            (0, _) if self.is_too_short() => format!(
                "nothing is judged yet, because the baseline has only {}",
                counted(runs, "run")
            ),
            (0, _) => "no rule applies".to_owned(),
            // Only limits need no earlier run.
            (_, 0) => format!("{} within the limits", counted(results, "result")),
            _ => format!(
                "{} no worse than the baseline of {}",
                counted(results, "result"),
                counted(runs, "run")
            ),
        })
    }
}

/// The verdicts of the rules, and the state in which the run is stored.
fn judged(
    root: &Path,
    record: &SweepRecord,
    options: &HistoryOptions,
) -> Result<(Judged, SnapshotState), HistoryError> {
    let mut history = History::load(root, &SeriesKey::of(record))?;
    if options.clear {
        history.clear()?;
    }
    if options.regression.is_empty() {
        return Ok((Judged::default(), SnapshotState::Good));
    }
    let rules = Rules::parse(&options.regression).map_err(HistoryError::Rule)?;
    let rules = Rules {
        min_history: options.regression_min_history.max(1) as usize,
        ..rules
    };
    let class = record.environment.as_ref().map(Environment::class);
    let baseline = history.baseline(class);
    let verdicts = judge_by_history(&baseline, record, &rules);
    let blocking = verdicts.iter().find(|verdict| verdict.detection.blocks());
    let state = blocking.map_or(SnapshotState::Good, |verdict| SnapshotState::Failed {
        reason: verdict.to_string(),
    });
    let judged = Judged {
        runs: baseline.len(),
        verdicts,
        has_rules: true,
    };
    Ok((judged, state))
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
        declared_benches: Some(declared_names().into_iter().map(str::to_owned).collect()),
        ..AppendOptions::default()
    };
    append(root, record, event, &options)
}
