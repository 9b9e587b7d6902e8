//! The verdict on the newest run of a result.

use std::collections::BTreeMap;

use bencher_core::history::{HistoryVerdict, SnapshotState};
use bencher_core::record::SweepRecord;
use bencher_core::regression::detectors::Outcome;
use bencher_core::regression::{PointComparison, Reason, ResultComparison, Verdict};
use bencher_report::scorecard::Grade;

use super::change::change_of;
use super::sweeps::{Newest, Sweep};
use crate::history::show::change_text;

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) grade: Grade,
    pub(super) word: String,
    pub(super) reason: String,
}

impl Judged {
    fn new(grade: Grade, reason: impl Into<String>) -> Self {
        Self {
            grade,
            word: grade.name().to_owned(),
            reason: reason.into(),
        }
    }
}

/// That samples of a result failed; none if every point has a value or lacks it for another reason.
pub(super) fn failed(record: &SweepRecord, result: &str) -> Option<Judged> {
    let points = record.dataset.point_values(result).ok()?;
    let failed = points.iter().filter(|point| point.failed > 0).count();
    (failed > 0).then(|| {
        let points = points.len();
        let reason = match points {
            1 => "the samples of the newest run failed".to_owned(),
            _ => format!("samples failed at {failed} of {points} points"),
        };
        Judged::new(Grade::Failed, reason)
    })
}

/// The verdict by the rules of the history.
pub(super) fn by_history(
    sweep: &Sweep,
    newest: &Newest<'_>,
    verdicts: &[HistoryVerdict],
    result: &str,
) -> Judged {
    let own: Vec<&HistoryVerdict> = verdicts.iter().filter(|one| one.result == result).collect();
    let is_vanished =
        |one: &&&HistoryVerdict| one.point.is_none() && one.detection.outcome == Outcome::Vanished;
    if let Some(vanished) = own.iter().find(is_vanished) {
        return Judged::new(Grade::Vanished, vanished.detection.text(&vanished.units));
    }
    let failing: Vec<&&HistoryVerdict> = own
        .iter()
        .filter(|one| one.detection.is_failure())
        .collect();
    let state = newest.snapshot.map(|snapshot| &snapshot.state);
    let concerns = |reason: &str| {
        let names = |name: &str| {
            reason.contains(&format!("{name} of the sweep"))
                || reason.contains(&format!("{name} at "))
        };
        let mut all = newest.record.dataset.variables().iter();
        // A person's text names no result, and is about the run as a whole.
        names(result) || !all.any(|variable| names(&variable.info.name))
    };
    match state {
        Some(SnapshotState::Accepted { reason }) if concerns(reason) || !failing.is_empty() => {
            return Judged::new(Grade::Accepted, reason.clone());
        }
        Some(SnapshotState::Failed { reason }) if concerns(reason) => {
            return Judged::new(Grade::Regression, reason.clone());
        }
        _ => {}
    }
    if let Some(first) = failing.first() {
        let more = match failing.len() - 1 {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let found = first.detection.text(&first.units);
        let found = found.strip_prefix("regression: ").unwrap_or(&found);
        let at = first
            .point
            .as_ref()
            .map_or_else(String::new, |point| format!("at {point}: "));
        return Judged::new(Grade::Regression, format!("{at}{found}{more}"));
    }
    let open = sweep.changes.iter();
    let mut open = open.filter(|change| change.result == result && change.is_open_regression());
    if let (Some(change), Some(history)) = (open.next(), &sweep.history) {
        return Judged::new(Grade::Regression, change_text(change, history));
    }
    if own.iter().any(|one| one.detection.is_decided()) {
        return Judged::new(Grade::Ok, "");
    }
    let first = own.first().map(|one| one.detection.text(&one.units));
    Judged::new(
        Grade::Undecided,
        first.unwrap_or_else(|| "no rule judges it".to_owned()),
    )
}

/// The verdict against the previous stored result.
pub(super) fn by_previous(found: Option<&ResultComparison>) -> Judged {
    let Some(found) = found else {
        return Judged::new(Grade::Undecided, "no earlier result to compare with");
    };
    let of = |verdict: Verdict| -> Vec<&PointComparison> {
        let points = found.points.iter();
        points
            .filter(|point| point.judgement.verdict == verdict)
            .collect()
    };
    let word = |verdict: Verdict| verdict.word(found.direction, found.is_time).to_owned();
    let count = |points: &[&PointComparison]| match found.points.len() {
        1 => String::new(),
        all => format!("{} of {all} points", points.len()),
    };
    let worse = of(Verdict::Worse);
    let vanished = |point: &&PointComparison| point.judgement.reason == Reason::Vanished;
    if !worse.is_empty() && worse.len() == found.points.len() && worse.iter().all(vanished) {
        return Judged::new(Grade::Vanished, Reason::Vanished.to_string());
    }
    if !worse.is_empty() {
        return Judged {
            word: word(Verdict::Worse),
            ..Judged::new(Grade::Worse, with_largest(count(&worse), &worse))
        };
    }
    let open: Vec<&PointComparison> = of(Verdict::Undecided)
        .into_iter()
        .filter(|point| !point.judgement.reason.is_without_comparison())
        .collect();
    if !open.is_empty() {
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for point in &open {
            *reasons
                .entry(point.judgement.reason.to_string())
                .or_insert(0) += 1;
        }
        let reason = reasons.iter().max_by_key(|(_, count)| **count);
        let reason = reason.map_or("", |(reason, _)| reason);
        let reason = match count(&open) {
            count if count.is_empty() => reason.to_owned(),
            count => format!("{count}: {reason}"),
        };
        return Judged::new(Grade::Undecided, reason);
    }
    let better = of(Verdict::Better);
    if !better.is_empty() {
        return Judged {
            word: word(Verdict::Better),
            ..Judged::new(Grade::Better, with_largest(count(&better), &better))
        };
    }
    if of(Verdict::Same).is_empty() {
        return Judged::new(Grade::Undecided, "no point has values in both results");
    }
    Judged::new(Grade::Same, "")
}

/// The number of points, with the one that changed most.
fn with_largest(count: String, points: &[&PointComparison]) -> String {
    let ratio = |point: &PointComparison| Some(point.candidate? / point.base?);
    let size = |point: &PointComparison| ratio(point).map_or(0.0, |ratio| ratio.ln().abs());
    let largest = points
        .iter()
        .max_by(|one, other| size(one).total_cmp(&size(other)));
    let Some((point, ratio)) = largest.and_then(|point| Some((point, ratio(point)?))) else {
        return count;
    };
    if count.is_empty() {
        return count;
    }
    let at: Vec<String> = point
        .at
        .iter()
        .map(|(name, text)| format!("{name}={text}"))
        .collect();
    format!("{count}; {} at {}", change_of(ratio), at.join(", "))
}
