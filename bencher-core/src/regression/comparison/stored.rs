//! Stored runs beside each other.

use crate::dataset::{PointValues, VariableInfo};
use crate::measure::Environment;
use crate::record::SweepRecord;
use crate::regression::counts::judge_exact;
use crate::regression::independent::{BetweenRuns, judge_replicates, judge_runs};
use crate::regression::presence::judge_presence;
use crate::regression::proportions::judge_proportions;
use crate::regression::reason::Reason;
use crate::regression::verdict::{Judgement, Rule, Verdict};

use super::discoveries::judge_all;
use super::points::{
    Nature, SweepName, centre, compared_results, notes_of_sides, presence, successes,
};
use super::{CompareOptions, PointComparison, ResultComparison, RunComparison, SweepComparison};

/// What earlier runs say of a point.
pub trait RunSpreads {
    /// How much runs of the same code differ in a time at a point; none where too few runs are known.
    fn between_runs(
        &self,
        record: &SweepRecord,
        result: &str,
        at: &[(String, String)],
    ) -> Option<BetweenRuns>;
}

/// No earlier runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoRuns;

impl RunSpreads for NoRuns {
    fn between_runs(
        &self,
        _: &SweepRecord,
        _: &str,
        _: &[(String, String)],
    ) -> Option<BetweenRuns> {
        None
    }
}

/// Compares stored results: of every sweep that both sides have, every result at every point that both have.
///
/// The unit of a time is the run, because bounds within a run do not hold for the next one. The `history` says how much
/// runs of the same code differ at a point. Without it, a standard deviation of 5 % is assumed
/// ([`ASSUMED_BETWEEN_RUNS`]), so that only large differences are decided. Numbers whose repeats all agree are
/// exact, and truth values are compared by their share.
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::record::{Counts, SweepRecord};
/// # use bencher_core::value::Kind;
/// use bencher_core::regression::{CompareOptions, NoRuns, Verdict, compare_stored};
/// use bencher_core::var::Direction;
/// # let record = |moves: u64| {
/// #     let info = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("moves", Kind::Uint(64)) };
/// #     let mut dataset = Dataset::new("Sorting", vec![Dim::repeats(1)], vec![info])?;
/// #     dataset.variable_mut(0).ok_or("no variable")?.record(0, &moves.into(), CellState::Measured)?;
/// #     Ok::<_, Box<dyn std::error::Error>>(SweepRecord {
/// #         bench: "Sorting".to_owned(), title: "Sorting".to_owned(), description: String::new(),
/// #         post_description: String::new(), tag: String::new(), started: String::new(), dataset,
/// #         constants: vec![], failures: vec![], counts: Counts::default(), timings: vec![], warnings: vec![],
/// #         sweep_type: String::new(), version: 1, identity: None, environment: None,
/// #     })
/// # };
/// let (before, after) = ([record(100)?], [record(110)?]);
/// let found = compare_stored(("main", &before), ("HEAD", &after), &CompareOptions::default(), &NoRuns);
/// assert_eq!(found.sweeps[0].results[0].points[0].judgement.verdict, Verdict::Worse);
/// assert_eq!(found.exit_status(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare_stored(
    base: (&str, &[SweepRecord]),
    candidate: (&str, &[SweepRecord]),
    options: &CompareOptions,
    history: &dyn RunSpreads,
) -> RunComparison {
    let mut notes = notes_of_sides(base.1, candidate.1);
    let pairs: Vec<(&SweepRecord, &SweepRecord)> = candidate
        .1
        .iter()
        .filter_map(|after| {
            let name = SweepName::of(after);
            let mut earlier = base.1.iter().rev();
            Some((earlier.find(|before| SweepName::of(before) == name)?, after))
        })
        .collect();
    let judged = pairs
        .iter()
        .map(|(before, after)| points_of_both(before, after));
    let family = options.family(judged.sum(), 0);
    let judge = |rank: usize, notes: &mut Vec<String>| {
        let compare = |(before, after): &(&SweepRecord, &SweepRecord)| {
            let sides = Sides {
                before,
                after,
                options,
                misrate: family.point_misrate() * rank as f64,
                history,
                is_other_machine: is_other_machine(before, after),
            };
            if sides.is_other_machine {
                notes.push(format!(
                    "sweep \"{}\" was measured on two classes of machines, so its times are not compared",
                    after.title
                ));
            }
            sides.compare(notes)
        };
        pairs.iter().map(compare).collect()
    };
    let sweeps = judge_all(family, 0, |rank| match rank {
        1 => judge(1, &mut notes),
        // The notes are the same.
        rank => judge(rank, &mut Vec::new()),
    });
    RunComparison {
        base: base.0.to_owned(),
        candidate: candidate.0.to_owned(),
        pairs: None,
        options: *options,
        family,
        sweeps,
        notes,
    }
}

fn is_other_machine(before: &SweepRecord, after: &SweepRecord) -> bool {
    let class = |record: &SweepRecord| record.environment.as_ref().map(Environment::class);
    class(before)
        .zip(class(after))
        .is_some_and(|(one, other)| one != other)
}

/// How many points of all results both records have with values.
fn points_of_both(before: &SweepRecord, after: &SweepRecord) -> usize {
    let both = |info: &VariableInfo| {
        let earlier = before.dataset.point_values(&info.name).unwrap_or_default();
        let later = after.dataset.point_values(&info.name).unwrap_or_default();
        let matched = matched(&earlier, &later);
        let has_values = |point: &PointValues| !point.replicates.is_empty();
        let both = matched
            .iter()
            .filter(|(one, other)| has_values(one) && has_values(other));
        both.count()
    };
    let results = compared_results(&before.dataset);
    results.into_iter().map(|(info, _)| both(info)).sum()
}

/// The points that both have, in the order of the later ones.
fn matched<'p>(
    earlier: &'p [PointValues],
    later: &'p [PointValues],
) -> Vec<(&'p PointValues, &'p PointValues)> {
    let known: std::collections::HashMap<Vec<(String, String)>, &PointValues> = earlier
        .iter()
        .map(|point| (sorted(&point.texts), point))
        .collect();
    let found = |point: &'p PointValues| Some((*known.get(&sorted(&point.texts))?, point));
    later.iter().filter_map(found).collect()
}

/// Coordinates by name: the order of the inputs does not matter.
pub(super) fn sorted(texts: &[(String, String)]) -> Vec<(String, String)> {
    let mut sorted = texts.to_vec();
    sorted.sort();
    sorted
}

/// One sweep of both sides.
struct Sides<'r> {
    before: &'r SweepRecord,
    after: &'r SweepRecord,
    options: &'r CompareOptions,
    misrate: f64,
    history: &'r dyn RunSpreads,
    is_other_machine: bool,
}

impl Sides<'_> {
    fn compare(&self, notes: &mut Vec<String>) -> SweepComparison {
        let later = compared_results(&self.after.dataset);
        let results = compared_results(&self.before.dataset).into_iter();
        let results = results.map(|(info, nature)| {
            let found = later.iter().find(|(other, _)| other.name == info.name);
            self.result(info, nature, found.map(|(info, _)| *info), notes)
        });
        SweepComparison {
            bench: self.after.bench.clone(),
            title: self.after.title.clone(),
            tag: self.after.tag.clone(),
            results: results.collect(),
        }
    }

    fn result(
        &self,
        info: &VariableInfo,
        nature: Nature,
        later: Option<&VariableInfo>,
        notes: &mut Vec<String>,
    ) -> ResultComparison {
        let title = &self.after.title;
        let is_other = |later: &&VariableInfo| {
            later.units != info.units || later.meaning_version != info.meaning_version
        };
        if later.as_ref().is_some_and(is_other) {
            notes.push(format!(
                "`{}` of sweep \"{title}\" has another unit or meaning now; it is not compared",
                info.name
            ));
        }
        let values =
            |record: &SweepRecord| record.dataset.point_values(&info.name).unwrap_or_default();
        let earlier = values(self.before);
        let points = match later {
            Some(later) if is_other(&later) => Vec::new(),
            Some(later) => {
                let rule = Rule {
                    threshold: self.options.threshold,
                    direction: later.direction,
                    misrate: self.misrate,
                };
                let now = values(self.after);
                let pairs = matched(&earlier, &now);
                let only = (earlier.len() - pairs.len(), now.len() - pairs.len());
                if only != (0, 0) && notes.iter().all(|note| !note.starts_with(&grids(title))) {
                    notes.push(format!(
                        "{} are compared where both have points: {} are only in the base, {} only in the \
                         candidate",
                        grids(title),
                        only.0,
                        only.1
                    ));
                }
                let judged = pairs.into_iter().map(|(before, after)| {
                    let judgement = self.judge(&info.name, nature, before, after, &rule);
                    point(Some(before), Some(after), judgement)
                });
                judged.collect()
            }
            // A result that the base has and the candidate does not even declare.
            None => {
                let gone = Judgement::without_effect(Verdict::Worse, Reason::Vanished);
                let had = earlier
                    .iter()
                    .filter(|before| !before.replicates.is_empty());
                had.map(|before| point(Some(before), None, gone)).collect()
            }
        };
        let info = later.unwrap_or(info);
        ResultComparison {
            name: info.name.clone(),
            units: info.units.clone(),
            direction: info.direction,
            is_time: nature == Nature::Time,
            points,
            groups: Vec::new(),
        }
    }

    fn judge(
        &self,
        result: &str,
        nature: Nature,
        before: &PointValues,
        after: &PointValues,
        rule: &Rule,
    ) -> Judgement {
        if let Some(found) = judge_presence(presence(after), presence(before)) {
            return found;
        }
        match nature {
            Nature::Truth => {
                let (now, then) = (successes(&after.repeats), successes(&before.repeats));
                judge_proportions(now, then, rule)
            }
            Nature::Time => self.judge_time(result, before, after, rule),
            Nature::Whole | Nature::Number => {
                let (now, then) = (&after.repeats, &before.repeats);
                let exact = judge_exact(now, then, rule);
                exact.unwrap_or_else(|| match (&**now, &**then) {
                    ([now], [then]) => judge_single(nature, *now, *then, rule),
                    _ => judge_replicates(now, then, rule),
                })
            }
        }
    }

    /// The judgement of times. Each side is one run, so its bounds come from the differences between runs.
    fn judge_time(
        &self,
        result: &str,
        before: &PointValues,
        after: &PointValues,
        rule: &Rule,
    ) -> Judgement {
        let runs = |values: &[f64]| centre(values).into_iter().collect::<Vec<f64>>();
        let (now, then) = (runs(&after.replicates), runs(&before.replicates));
        let known = self.history.between_runs(self.after, result, &after.texts);
        let found = judge_runs(&now, &then, &known.unwrap_or(ASSUMED_BETWEEN_RUNS), rule);
        let is_undecided = found.verdict == Verdict::Undecided;
        if self.is_other_machine {
            return Judgement {
                verdict: Verdict::Undecided,
                reason: Reason::OtherMachine,
                ..found
            };
        }
        match known {
            None if is_undecided && found.reason == Reason::IntervalTooWide => Judgement {
                reason: Reason::OneRunEach,
                ..found
            },
            _ => found,
        }
    }
}

/// How much two runs of the same code are taken to differ where a store has fewer than three earlier ones: by a
/// standard deviation of 5 %. It is an assumption, and a large one for a quiet machine: what is decided with it is
/// plain.
pub const ASSUMED_BETWEEN_RUNS: BetweenRuns = BetweenRuns {
    deviation: 0.05,
    // So many degrees of freedom that Student's t is the normal distribution: it is an assumption, not an estimate.
    freedom: 1e6,
};

/// How the note about two grids of a sweep begins.
fn grids(title: &str) -> String {
    format!("the grids of sweep \"{title}\" differ; they")
}

fn point(
    before: Option<&PointValues>,
    after: Option<&PointValues>,
    judgement: Judgement,
) -> PointComparison {
    let shown = |point: &PointValues| match &*point.replicates {
        [one] => Some(*one),
        _ => point.summary.map(|summary| summary.centre),
    };
    PointComparison {
        at: after
            .or(before)
            .map(|point| point.texts.clone())
            .unwrap_or_default(),
        base: before.and_then(shown),
        candidate: after.and_then(shown),
        judgement,
        advice: None,
    }
}

/// The judgement of one sample on each side. Equal numbers are equal; whole numbers are taken for what the code gives
/// every time, others may vary.
fn judge_single(nature: Nature, now: f64, then: f64, rule: &Rule) -> Judgement {
    let always = |x: f64| [x; 3];
    let is_equal = now.total_cmp(&then).is_eq();
    let exact = judge_exact(&always(now), &always(then), rule);
    let exact = exact.filter(|_| nature == Nature::Whole || is_equal);
    let found =
        exact.unwrap_or_else(|| Judgement::without_effect(Verdict::Undecided, Reason::OneRunEach));
    Judgement { pairs: 1, ..found }
}
