//! The points that further pairs measure: only undecided ones.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use bencher_core::regression::{PointComparison, Reason, RunComparison, Verdict};

/// The options that restrict a program to the undecided points of a comparison; none where that is all of it.
///
/// One sweep is restricted to the smallest grid that has them, several to those that have some.
pub(super) fn restriction(found: &RunComparison) -> Vec<OsString> {
    let is_open_group = found.results().any(|(_, result)| {
        let mut groups = result.groups.iter().filter(|group| group.level.is_none());
        groups.any(|group| group.judgement.verdict == Verdict::Undecided)
    });
    // All points together need all points.
    if is_open_group {
        return Vec::new();
    }
    let sweeps: BTreeSet<&str> = found
        .results()
        .filter(|(_, result)| result.points.iter().any(is_open))
        .map(|(sweep, _)| sweep.title.as_str())
        .collect();
    let mut options: Vec<OsString> = Vec::new();
    if sweeps.len() < found.sweeps.len() {
        for title in &sweeps {
            options.extend(["--sweep".into(), title.into()]);
        }
    }
    if sweeps.len() == 1 {
        options.extend(grid(found, &sweeps));
    }
    options
}

/// The levels of each input at which a point is undecided, where that is not all of them.
fn grid(found: &RunComparison, sweeps: &BTreeSet<&str>) -> Vec<OsString> {
    let mut open: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let results = found
        .results()
        .filter(|(sweep, _)| sweeps.contains(sweep.title.as_str()));
    for point in results.flat_map(|(_, result)| &result.points) {
        for (name, text) in &point.at {
            all.entry(name).or_default().insert(text);
            if is_open(point) {
                open.entry(name).or_default().insert(text);
            }
        }
    }
    let restricted = open.iter().filter(|(name, levels)| {
        let is_less = all.get(*name).is_some_and(|all| all.len() > levels.len());
        is_less && is_plain(name) && levels.iter().all(|level| is_plain(level))
    });
    restricted
        .flat_map(|(name, levels)| {
            let levels: Vec<&str> = levels.iter().copied().collect();
            [
                "--input".into(),
                format!("{name}={}", levels.join(",")).into(),
            ]
        })
        .collect()
}

/// Whether more pairs may decide a point.
pub(super) fn is_open(point: &PointComparison) -> bool {
    let reason = point.judgement.reason;
    point.judgement.verdict == Verdict::Undecided
        && !reason.is_without_comparison()
        && reason != Reason::BelowResolution
}

/// Whether a text means itself on a command line of `--input`.
fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(is_plain) && !text.contains("..")
}
