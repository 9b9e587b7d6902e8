//! The false discovery rate of whole comparisons: the step-up rule, by the judges themselves.
//!
//! A point is a discovery at a misrate where its bounds at that misrate lie beyond the threshold. The smallest such
//! misrate is its p-value, so the step-up rule of Benjamini, Hochberg and Yekutieli needs no formula of it: it looks
//! for the largest number R for which at least R points are discoveries at R times the misrate of a single one. That
//! works for every judge whose bounds become narrower as the misrate grows.

use crate::regression::family::{ErrorControl, Family};
use crate::regression::reason::Reason;
use crate::regression::verdict::{Judgement, Verdict};

use super::{PointComparison, SweepComparison};

/// Whether bounds made a point worse or better. An exact or a vanished value is no discovery: it is never wrong by
/// chance.
pub(super) fn is_discovery(found: &Judgement) -> bool {
    matches!(found.verdict, Verdict::Worse | Verdict::Better)
        && found.reason == Reason::BeyondThreshold
}

/// Judges all points by the error control of a family. `judge` gets the rank, by which the misrate of one point is
/// multiplied; `before` is how many discoveries it repeats from earlier looks.
pub(super) fn judge_all(
    family: Family,
    before: usize,
    mut judge: impl FnMut(usize) -> Vec<SweepComparison>,
) -> Vec<SweepComparison> {
    let mut sweeps = judge(1);
    if family.control() == ErrorControl::FamilyWise {
        return sweeps;
    }
    // From above, each number of discoveries bounds the ranks that are left.
    let mut rank = family.points();
    while rank > 1 {
        let found = judge(rank);
        let discoveries = points(&found).filter(|point| is_discovery(&point.judgement));
        let discoveries = discoveries.count().saturating_sub(before);
        if discoveries >= rank {
            take_discoveries(&mut sweeps, &found);
            break;
        }
        rank = discoveries;
    }
    sweeps
}

fn points(sweeps: &[SweepComparison]) -> impl Iterator<Item = &PointComparison> {
    let results = sweeps.iter().flat_map(|sweep| &sweep.results);
    results.flat_map(|result| &result.points)
}

/// Replaces the points that are discoveries among `found`, which has the same points.
fn take_discoveries(sweeps: &mut [SweepComparison], found: &[SweepComparison]) {
    let results = sweeps.iter_mut().flat_map(|sweep| &mut sweep.results);
    let own = results.flat_map(|result| &mut result.points);
    for (point, found) in own.zip(points(found)) {
        if is_discovery(&found.judgement) {
            *point = found.clone();
        }
    }
}
