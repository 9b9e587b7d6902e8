//! The rows of a scorecard.

use bencher_core::dataset::VariableInfo;
use bencher_core::history::{HistoryVerdict, Snapshot, SnapshotState, judge_by_history};
use bencher_core::jiff::Timestamp;
use bencher_core::measure::Environment;
use bencher_core::record::SweepRecord;
use bencher_core::regression::detectors::Rules;
use bencher_core::var::Direction;
use bencher_report::over_time::{Mean, is_over_time};
use bencher_report::scorecard::{Row, TrendRun};

use super::change::{Values, change, mean_at_points_of, overall, values};
use super::report_links::ReportLinks;
use super::sweeps::{Newest, StoreContent, Sweep};
use super::verdict::{by_history, by_previous, failed};

/// A row for each result of each sweep.
pub(super) fn rows(found: &StoreContent, links: &ReportLinks, now: Timestamp) -> Vec<Row> {
    let of_sweep = |sweep| rows_of_sweep(found, sweep, links, now);
    found.sweeps.iter().flat_map(of_sweep).collect()
}

fn rows_of_sweep(
    found: &StoreContent,
    sweep: &Sweep,
    links: &ReportLinks,
    now: Timestamp,
) -> Vec<Row> {
    let Some(newest) = sweep.newest() else {
        return Vec::new();
    };
    let baseline = baseline(sweep, &newest);
    let verdicts = if sweep.history.is_some() {
        judge_by_history(&baseline, newest.record, &Rules::default())
    } else {
        Vec::new()
    };
    let mut before: Vec<&SweepRecord> = baseline.iter().map(|run| &run.record).collect();
    if let (None, [.., previous, _]) = (&sweep.history, &*sweep.results) {
        before.push(previous);
    }
    let context = Context {
        found,
        sweep,
        newest: &newest,
        verdicts: &verdicts,
        before: &before,
    };
    let (age, age_seconds) = age(&newest, now);
    let report = links.to(newest.record);
    let of_result = |info: &VariableInfo| Row {
        age: age.clone(),
        age_seconds,
        report: report.clone(),
        ..context.row(info)
    };
    results(newest.record, &before)
        .iter()
        .map(|info| of_result(info))
        .collect()
}

/// The snapshots that the newest run is compared with.
fn baseline<'s>(sweep: &'s Sweep, newest: &Newest<'_>) -> Vec<&'s Snapshot> {
    let Some(history) = &sweep.history else {
        return Vec::new();
    };
    match newest.snapshot {
        Some(snapshot) => history.baseline_before(snapshot.id),
        None => history.baseline(newest.record.environment.as_ref().map(Environment::class)),
    }
}

/// The results that are numbers: those of the newest run, and those that the run before it has besides.
fn results<'r>(newest: &'r SweepRecord, before: &[&'r SweepRecord]) -> Vec<&'r VariableInfo> {
    let of = |record: &'r SweepRecord| {
        let infos = record
            .dataset
            .variables()
            .iter()
            .map(|variable| &variable.info);
        infos.filter(|info| is_over_time(info))
    };
    let mut results: Vec<&VariableInfo> = of(newest).collect();
    for info in before.last().into_iter().flat_map(|record| of(record)) {
        if results.iter().all(|known| known.name != info.name) {
            results.push(info);
        }
    }
    results
}

/// What the rows of a sweep have in common.
struct Context<'s> {
    found: &'s StoreContent,
    sweep: &'s Sweep,
    newest: &'s Newest<'s>,
    verdicts: &'s [HistoryVerdict],
    before: &'s [&'s SweepRecord],
}

impl Context<'_> {
    fn row(&self, info: &VariableInfo) -> Row {
        let record = self.newest.record;
        let name = &info.name;
        let judged = failed(record, name).unwrap_or_else(|| match &self.sweep.history {
            Some(_) => by_history(self.sweep, self.newest, self.verdicts, name),
            None => by_previous(self.found.comparison(&self.sweep.key, name)),
        });
        let now = values(record, name);
        let before: Vec<Values> = self.before.iter().map(|run| values(run, name)).collect();
        let (value, mean, points) = overall(&now);
        let trend = self.trend(name, &now, mean);
        Row {
            bench: record.bench.clone(),
            tag: record.tag.clone(),
            units: info.units.clone(),
            grade: judged.grade,
            word: judged.word,
            reason: judged.reason,
            value,
            mean,
            points,
            change: change(&now, &before),
            worse: match info.direction {
                Direction::Minimize => 1,
                Direction::Maximize => -1,
                Direction::None => 0,
            },
            runs: trend.len(),
            started: record.started.clone(),
            trend,
            ..Row::new(program(record), &record.title, name)
        }
    }

    /// The value of each run: of those of the history, or of the stored results.
    fn trend(&self, name: &str, now: &Values, mean: Mean) -> Vec<TrendRun> {
        let of_record = |record: &SweepRecord| mean_at_points_of(now, &values(record, name), mean);
        if self.sweep.history.is_none() {
            let results = self.sweep.results.iter().map(|record| TrendRun {
                value: of_record(record),
                ..TrendRun::default()
            });
            return results.collect();
        }
        let changes = self.sweep.changes.iter();
        let changes = changes.filter(|change| change.result == name && change.point.is_none());
        let first_runs: Vec<_> = changes.filter_map(|change| change.run).collect();
        let mut trend: Vec<TrendRun> = self
            .sweep
            .timeline()
            .into_iter()
            .map(|run| TrendRun {
                value: of_record(&run.record),
                has_failed: matches!(run.state, SnapshotState::Failed { .. }),
                is_change: first_runs.contains(&run.id),
            })
            .collect();
        if self.newest.snapshot.is_none() {
            trend.push(TrendRun {
                value: of_record(self.newest.record),
                ..TrendRun::default()
            });
        }
        trend
    }
}

/// The program that declares a sweep, `demo/sorting (bench)`; the type, if the record does not say.
fn program(record: &SweepRecord) -> String {
    let Some((package, path)) = record.sweep_type.split_once('/') else {
        return record.bench.clone();
    };
    let program = path.split("::").next().unwrap_or_default();
    match package.split_once(" (") {
        Some((package, target)) => format!("{package}/{program} ({target}"),
        None => format!("{package}/{program}"),
    }
}

/// The age of a run in words and in seconds.
fn age(newest: &Newest<'_>, now: Timestamp) -> (String, f64) {
    let stored = newest.snapshot.map(|snapshot| snapshot.moment);
    let Some(moment) = newest.record.started.parse().ok().or(stored) else {
        return ("unknown".to_owned(), f64::from(u32::MAX));
    };
    // A clock that was set back makes no age negative.
    let seconds = (now.as_second() - Timestamp::as_second(moment)).max(0);
    let text = match seconds {
        0..60 => "just now".to_owned(),
        60..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    };
    (text, seconds as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::dataset::Dataset;
    use bencher_core::record::Counts;

    fn record(sweep_type: &str, started: &str) -> SweepRecord {
        SweepRecord {
            bench: "Sorting".to_owned(),
            title: "Sorting".to_owned(),
            description: String::new(),
            post_description: String::new(),
            tag: String::new(),
            started: started.to_owned(),
            dataset: Dataset::new("Sorting", vec![], vec![]).unwrap(),
            constants: vec![],
            failures: vec![],
            counts: Counts::default(),
            timings: vec![],
            warnings: vec![],
            sweep_type: sweep_type.to_owned(),
            version: 1,
            identity: None,
            environment: None,
        }
    }

    #[test]
    fn a_program_is_a_target_of_a_package() {
        let program = |sweep_type: &str| program(&record(sweep_type, ""));
        assert_eq!(
            program("demo (bench)/sorting::inner::Sorting"),
            "demo/sorting (bench)"
        );
        assert_eq!(program("demo/sorting::Sorting"), "demo/sorting");
        assert_eq!(program(""), "Sorting");
    }

    #[test]
    fn an_age_has_one_unit() {
        let now: Timestamp = "2026-03-04T12:00:00Z".parse().unwrap();
        let age = |started: &str| {
            let record = record("", started);
            age(
                &Newest {
                    record: &record,
                    snapshot: None,
                },
                now,
            )
            .0
        };
        assert_eq!(age("2026-03-04T11:59:30Z"), "just now");
        assert_eq!(age("2026-03-04T10:30:00Z"), "90 min");
        assert_eq!(age("2026-03-03T11:00:00+00:00"), "25 h");
        assert_eq!(age("2026-02-22T12:00:00Z"), "10 days");
        assert_eq!(age("2026-03-05T12:00:00Z"), "just now");
        assert_eq!(age(""), "unknown");
    }
}
