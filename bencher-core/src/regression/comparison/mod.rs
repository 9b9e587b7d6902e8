//! Two runs beside each other: the sweeps that both have, their results, point by point.

mod discoveries;
mod json;
mod markdown;
mod paired;
mod points;
mod rows;
mod stored;
mod text;

pub use paired::PairedRuns;
pub use stored::{ASSUMED_BETWEEN_RUNS, NoRuns, RunSpreads, compare_stored};

use crate::var::Direction;

use super::advice::Advice;
use super::family::{ErrorControl, FAMILY_RATE, Family};
use super::verdict::{Judgement, Threshold, Verdict, exit_status};

/// By what two runs are compared.
///
/// ```
/// use bencher_core::regression::{CompareOptions, Threshold};
/// let options = CompareOptions::default();
/// assert_eq!((options.threshold, options.group_threshold), (Threshold::POINT, Threshold::AXIS));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompareOptions {
    /// Effects of single points up to this share count as none.
    pub threshold: Threshold,
    /// Effects of many points together up to this share count as none.
    pub group_threshold: Threshold,
    /// How often a whole comparison may name a difference that is none, or which share of the named ones is none: a
    /// share above 0 and below 1.
    pub rate: f64,
    /// Which of the two the rate is.
    pub control: ErrorControl,
}

impl CompareOptions {
    /// A family of points, and of groups, at this rate.
    fn family(&self, points: usize, groups: usize) -> Family {
        let family = Family::new(points).with_effects(groups);
        let family = family.with_control(self.control);
        family.with_rate(self.rate).unwrap_or(family)
    }
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            threshold: Threshold::POINT,
            group_threshold: Threshold::AXIS,
            rate: FAMILY_RATE,
            control: ErrorControl::FamilyWise,
        }
    }
}

/// A candidate beside its base.
///
/// See [`compare_stored`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct RunComparison {
    /// The name of the base.
    pub base: String,
    /// The name of the candidate.
    pub candidate: String,
    /// How many pairs of processes were measured; none where stored runs are compared.
    pub pairs: Option<usize>,
    /// By what they are compared.
    pub options: CompareOptions,
    /// The points and groups that share the error rate.
    pub family: Family,
    /// The sweeps that both have.
    pub sweeps: Vec<SweepComparison>,
    /// What a reader must know: sweeps of one side only, other machines.
    pub notes: Vec<String>,
}

/// One sweep of both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepComparison {
    /// The type that declared it.
    pub bench: String,
    /// Its title.
    pub title: String,
    /// Its tag; often empty.
    pub tag: String,
    /// Its results.
    pub results: Vec<ResultComparison>,
}

/// One result of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultComparison {
    /// The result.
    pub name: String,
    /// Its unit; empty where it has none.
    pub units: String,
    /// Which way is better.
    pub direction: Direction,
    /// Whether it is a measured time.
    pub is_time: bool,
    /// The points that both runs have.
    pub points: Vec<PointComparison>,
    /// All points together, and those of each level of an input; none where stored runs are compared.
    pub groups: Vec<GroupComparison>,
}

/// One point of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct PointComparison {
    /// The inputs with the text of their values.
    pub at: Vec<(String, String)>,
    /// The centre of the base, in the result's unit.
    pub base: Option<f64>,
    /// The centre of the candidate.
    pub candidate: Option<f64>,
    /// The verdict and what it rests on.
    pub judgement: Judgement,
    /// The measurements that would decide the point, where it is undecided.
    pub advice: Option<Advice>,
}

/// Many points of a result together.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupComparison {
    /// The input and the text of its level; none for all points of the sweep.
    pub level: Option<(String, String)>,
    /// How many points there are.
    pub points: usize,
    /// The verdict and what it rests on.
    pub judgement: Judgement,
}

/// How many points have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictCounts {
    /// Worse than the base.
    pub worse: usize,
    /// Better than the base.
    pub better: usize,
    /// The same but for the threshold.
    pub same: usize,
    /// Not decided, though both runs have values.
    pub undecided: usize,
    /// Not compared: new points, or points without values.
    pub not_compared: usize,
}

impl RunComparison {
    /// All results of all sweeps.
    pub fn results(&self) -> impl Iterator<Item = (&SweepComparison, &ResultComparison)> {
        self.sweeps
            .iter()
            .flat_map(|sweep| sweep.results.iter().map(move |result| (sweep, result)))
    }

    /// How many points have which verdict.
    pub fn counts(&self) -> VerdictCounts {
        let mut counts = VerdictCounts::default();
        let points = self.results().flat_map(|(_, result)| &result.points);
        for Judgement {
            verdict, reason, ..
        } in points.map(|point| point.judgement)
        {
            match verdict {
                Verdict::Worse => counts.worse += 1,
                Verdict::Better => counts.better += 1,
                Verdict::Same => counts.same += 1,
                Verdict::Undecided if reason.is_without_comparison() => counts.not_compared += 1,
                Verdict::Undecided => counts.undecided += 1,
            }
        }
        counts
    }

    /// The exit status of a gate: 3 where a point or a group of points is worse, 4 where a point is undecided or
    /// nothing was compared, else 0. An undecided group alone does not hold up the gate.
    pub fn exit_status(&self) -> u8 {
        let results = || self.results().map(|(_, result)| result);
        let points = results().flat_map(|result| result.points.iter().map(|point| point.judgement));
        let groups = results().flat_map(|result| result.groups.iter().map(|group| group.judgement));
        let mut judgements: Vec<Judgement> = points.collect();
        judgements.extend(groups.filter(|group| group.verdict == Verdict::Worse));
        exit_status(&judgements)
    }
}
