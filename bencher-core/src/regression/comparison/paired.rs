//! Runs of two programs that were measured in pairs of fresh processes.

use std::collections::HashMap;

use crate::dataset::{PointValues, VariableInfo};
use crate::record::SweepRecord;
use crate::regression::advice::Advice;
use crate::regression::axes::{Group, judge_group};
use crate::regression::counts::judge_exact;
use crate::regression::family::Family;
use crate::regression::paired::{judge_pairs, pair_log_ratios};
use crate::regression::presence::{Presence, judge_presence};
use crate::regression::proportions::judge_proportions;
use crate::regression::reason::Reason;
use crate::regression::sequential::{PairedPoint, Schedule};
use crate::regression::verdict::{Judgement, Rule, Verdict};

use super::discoveries::{is_discovery, judge_all};
use super::points::{
    Nature, SweepName, centre, compared_results, notes_of_sides, presence, successes,
};
use super::stored::sorted;
use super::{
    CompareOptions, GroupComparison, PointComparison, ResultComparison, RunComparison,
    SweepComparison,
};

/// What two programs measured, pair after pair: in each, both ran once, in fresh processes and in random order.
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::record::{Counts, SweepRecord};
/// # use bencher_core::value::{Kind, Value};
/// use bencher_core::regression::{CompareOptions, PairedRuns, Schedule, Verdict};
/// use bencher_core::var::Direction;
/// # let record = |seconds: f64| {
/// #     let info = VariableInfo { direction: Direction::Minimize, timed: true, units: "s".to_owned(), ..VariableInfo::new("elapsed", Kind::Float(64)) };
/// #     let mut dataset = Dataset::new("Sorting", vec![Dim::repeats(1)], vec![info])?;
/// #     dataset.variable_mut(0).ok_or("no variable")?.record(0, &Value::Float(seconds), CellState::Measured)?;
/// #     Ok::<_, Box<dyn std::error::Error>>(SweepRecord {
/// #         bench: "Sorting".to_owned(), title: "Sorting".to_owned(), description: String::new(),
/// #         post_description: String::new(), tag: String::new(), started: String::new(), dataset,
/// #         constants: vec![], failures: vec![], counts: Counts::default(), timings: vec![], warnings: vec![],
/// #         sweep_type: String::new(), version: 1, identity: None, environment: None,
/// #     })
/// # };
/// let options = CompareOptions::default();
/// let mut runs = PairedRuns::default();
/// for pair in 0..12 {
///     let seconds = 1.0 + 0.001 * f64::from(pair % 5);
///     runs.add(&[record(seconds)?], &[record(seconds * 1.05)?]);
/// }
/// let schedule = Schedule::new(runs.family(&options), 12).map_err(|reason| reason.to_string())?;
/// let found = runs.look(("main", "HEAD"), &schedule, schedule.pairs().len() - 1, &options);
/// assert_eq!(found.sweeps[0].results[0].points[0].judgement.verdict, Verdict::Worse);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PairedRuns {
    sweeps: Vec<PairedSweep>,
    pairs: usize,
    notes: Vec<String>,
}

#[derive(Clone, Debug)]
struct PairedSweep {
    name: SweepName,
    results: Vec<PairedResult>,
}

#[derive(Clone, Debug)]
struct PairedResult {
    info: VariableInfo,
    nature: Nature,
    /// Whether each side declares it.
    declared: [bool; 2],
    points: Vec<PairedValues>,
    positions: HashMap<Vec<(String, String)>, usize>,
    /// The verdicts on groups that are decided, by the level.
    decided: HashMap<Option<(String, String)>, Judgement>,
}

#[derive(Clone, Debug)]
struct PairedValues {
    at: Vec<(String, String)>,
    /// Base and candidate.
    sides: [SideValues; 2],
    /// The verdict, once it is decided.
    decided: Option<Judgement>,
}

/// What one program measured at a point.
#[derive(Clone, Debug, Default)]
struct SideValues {
    /// The centre of each pair's process; NaN where it has none.
    centres: Vec<f64>,
    /// All values of all processes.
    repeats: Vec<f64>,
    /// In how many pairs the point was in the grid.
    seen: usize,
    /// In how many pairs the time was below resolution.
    below: usize,
    /// In how many pairs the values had several modes.
    with_modes: usize,
}

const BASE: usize = 0;
const CANDIDATE: usize = 1;

impl PairedRuns {
    /// Adds what one pair of processes measured.
    pub fn add(&mut self, base: &[SweepRecord], candidate: &[SweepRecord]) {
        if self.pairs == 0 {
            self.notes = notes_of_sides(base, candidate);
        }
        for (side, records) in [(BASE, base), (CANDIDATE, candidate)] {
            for record in records {
                self.add_record(side, record);
            }
        }
        self.pairs += 1;
        let points = self.sweeps.iter_mut().flat_map(|sweep| &mut sweep.results);
        for point in points.flat_map(|result| &mut result.points) {
            for side in &mut point.sides {
                side.centres.resize(self.pairs, f64::NAN);
            }
        }
    }

    fn add_record(&mut self, side: usize, record: &SweepRecord) {
        let pairs = self.pairs;
        let name = SweepName::of(record);
        let sweep = match self.sweeps.iter().position(|sweep| sweep.name == name) {
            Some(at) => at,
            None => {
                self.sweeps.push(PairedSweep {
                    name,
                    results: Vec::new(),
                });
                self.sweeps.len() - 1
            }
        };
        let Some(sweep) = self.sweeps.get_mut(sweep) else {
            return;
        };
        for (info, nature) in compared_results(&record.dataset) {
            let values = record.dataset.point_values(&info.name).unwrap_or_default();
            let result = sweep.result(info, nature);
            if let Some(declared) = result.declared.get_mut(side) {
                *declared = true;
            }
            for point in &values {
                result.add(side, pairs, point);
            }
        }
    }

    /// How many pairs there are.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// The points and groups that share the error rate.
    pub fn family(&self, options: &CompareOptions) -> Family {
        let results = || self.compared().flat_map(|sweep| &sweep.results);
        let points = results().map(|result| result.compared().count()).sum();
        let groups = results().map(|result| result.groups().len()).sum();
        options.family(points, groups)
    }

    /// The judgements at a look.
    fn judged(&self, look: &Look<'_>) -> Vec<SweepComparison> {
        let judged = |sweep: &PairedSweep| {
            let results = sweep.results.iter();
            SweepComparison {
                bench: sweep.name.bench.clone(),
                title: sweep.name.title.clone(),
                tag: sweep.name.tag.clone(),
                results: results.map(|result| result.look(look)).collect(),
            }
        };
        self.compared().map(judged).collect()
    }

    /// Keeps what is decided among the judgements of [`Self::judged`].
    fn keep(&mut self, judged: &[SweepComparison]) {
        for found in judged {
            let name = SweepName {
                bench: found.bench.clone(),
                title: found.title.clone(),
                tag: found.tag.clone(),
            };
            let sweep = self.sweeps.iter_mut().find(|sweep| sweep.name == name);
            let results = sweep.into_iter().flat_map(|sweep| &mut sweep.results);
            for (result, found) in results.zip(&found.results) {
                result.keep(found);
            }
        }
    }

    /// The sweeps that both programs have.
    fn compared(&self) -> impl Iterator<Item = &PairedSweep> {
        let is_of_both = |sweep: &&PairedSweep| {
            [BASE, CANDIDATE].iter().all(|side| {
                let mut results = sweep.results.iter();
                results.any(|result| result.declared.get(*side) == Some(&true))
            })
        };
        self.sweeps.iter().filter(is_of_both)
    }

    /// The verdicts at a look of a schedule, by its first pairs. What an earlier look decided stays.
    ///
    /// A false discovery rate is divided among the looks, too: at each, the step-up rule judges the points that were
    /// not decided before, and the others count as equal ones. The discoveries of all looks then have the rate
    /// together, because the share of false ones among all is at most the sum of the shares at the looks.
    pub fn look(
        &mut self,
        names: (&str, &str),
        schedule: &Schedule,
        look: usize,
        options: &CompareOptions,
    ) -> RunComparison {
        let pairs = schedule
            .pairs()
            .get(look)
            .copied()
            .unwrap_or(0)
            .min(self.pairs);
        let judge = |rank| {
            self.judged(&Look {
                schedule,
                number: look,
                pairs,
                options,
                rank,
            })
        };
        // Earlier looks had rates of their own: at this one, their discoveries count for nothing.
        let before = self.compared().flat_map(|sweep| &sweep.results);
        let before = before.flat_map(|result| &result.points);
        let before = before.filter(|point| point.decided.as_ref().is_some_and(is_discovery));
        let before = before.count();
        let sweeps = judge_all(schedule.family(), before, judge);
        self.keep(&sweeps);
        RunComparison {
            base: names.0.to_owned(),
            candidate: names.1.to_owned(),
            pairs: Some(pairs),
            options: *options,
            family: schedule.family(),
            sweeps,
            notes: self.notes.clone(),
        }
    }
}

/// What one look goes by.
struct Look<'s> {
    schedule: &'s Schedule,
    number: usize,
    pairs: usize,
    options: &'s CompareOptions,
    /// By how much the misrate of a point is multiplied: 1 but for false discovery rates.
    rank: usize,
}

impl PairedSweep {
    fn result(&mut self, info: &VariableInfo, nature: Nature) -> &mut PairedResult {
        let known = self
            .results
            .iter()
            .position(|result| result.info.name == info.name);
        let at = known.unwrap_or_else(|| {
            self.results.push(PairedResult {
                info: info.clone(),
                nature,
                declared: [false; 2],
                points: Vec::new(),
                positions: HashMap::new(),
                decided: HashMap::new(),
            });
            self.results.len() - 1
        });
        #[expect(
            clippy::indexing_slicing,
            reason = "the position was found or made above"
        )]
        &mut self.results[at]
    }
}

impl PairedResult {
    fn add(&mut self, side: usize, pairs: usize, point: &PointValues) {
        let key = sorted(&point.texts);
        let at = match self.positions.get(&key) {
            Some(at) => *at,
            None => {
                self.positions.insert(key, self.points.len());
                self.points.push(PairedValues {
                    at: point.texts.clone(),
                    sides: Default::default(),
                    decided: None,
                });
                self.points.len() - 1
            }
        };
        let values = self.points.get_mut(at);
        let Some(values) = values.and_then(|values| values.sides.get_mut(side)) else {
            return;
        };
        // A point may be new in this pair.
        values.centres.resize(pairs, f64::NAN);
        values
            .centres
            .push(centre(&point.replicates).unwrap_or(f64::NAN));
        values.repeats.extend(&point.repeats);
        values.seen += 1;
        values.below += usize::from(presence(point) == Presence::BelowResolution);
        values.with_modes += usize::from(point.has_modes);
    }

    /// The points of both programs; of a result that one does not declare any more, those of the other.
    fn compared(&self) -> impl Iterator<Item = &PairedValues> {
        let is_gone = self.is_gone();
        self.points
            .iter()
            .filter(move |point| is_gone || point.is_of_both())
    }

    /// Whether the candidate does not declare it any more.
    fn is_gone(&self) -> bool {
        self.declared == [true, false]
    }

    fn groups(&self) -> Vec<Group> {
        if !matches!(self.nature, Nature::Time | Nature::Number) || self.is_gone() {
            return Vec::new();
        }
        let points: Vec<&PairedValues> = self.compared().collect();
        let inputs: Vec<&str> = points.first().map_or_else(Vec::new, |point| {
            point.at.iter().map(|(name, _)| name.as_str()).collect()
        });
        let levels: Vec<Vec<&str>> = points
            .iter()
            .map(|point| point.at.iter().map(|(_, text)| text.as_str()).collect())
            .collect();
        Group::of_sweep(&inputs, &levels)
    }

    fn look(&self, look: &Look<'_>) -> ResultComparison {
        let rule = Rule {
            threshold: look.options.threshold,
            direction: self.info.direction,
            misrate: look.schedule.point_misrate(look.number) * look.rank as f64,
        };
        let nature = self.nature;
        let points = self.compared();
        let points = points
            .map(|point| point.look(nature, &rule, look))
            .collect();
        ResultComparison {
            name: self.info.name.clone(),
            units: self.info.units.clone(),
            direction: self.info.direction,
            is_time: nature == Nature::Time,
            points,
            groups: self.look_at_groups(look),
        }
    }

    /// Keeps what is decided.
    fn keep(&mut self, found: &ResultComparison) {
        let is_decided = |judgement: &Judgement| judgement.verdict != Verdict::Undecided;
        for point in &found.points {
            let position = self.positions.get(&sorted(&point.at));
            let kept = position.and_then(|at| self.points.get_mut(*at));
            if let Some(kept) = kept.filter(|_| is_decided(&point.judgement)) {
                kept.decided = Some(point.judgement);
            }
        }
        let groups = found.groups.iter();
        let decided = groups.filter(|group| is_decided(&group.judgement));
        let decided = decided.map(|group| (group.level.clone(), group.judgement));
        self.decided.extend(decided);
    }

    fn look_at_groups(&self, look: &Look<'_>) -> Vec<GroupComparison> {
        let rule = Rule {
            threshold: look.options.group_threshold,
            direction: self.info.direction,
            misrate: look.schedule.effect_misrate(look.number),
        };
        let groups = self.groups();
        let ratios = |point: &PairedValues| {
            let [base, candidate] = &point.sides;
            let ratios = pair_log_ratios(candidate.first(look.pairs), base.first(look.pairs));
            ratios.unwrap_or_else(|| vec![None; look.pairs])
        };
        let log_ratios: Vec<Vec<Option<f64>>> = self.compared().map(ratios).collect();
        let mut found = Vec::with_capacity(groups.len());
        for group in groups {
            let judge = || judge_group(&log_ratios, &group.points, &rule);
            let judgement = self
                .decided
                .get(&group.level)
                .copied()
                .unwrap_or_else(judge);
            found.push(GroupComparison {
                level: group.level,
                points: group.points.len(),
                judgement,
            });
        }
        found
    }
}

impl PairedValues {
    fn is_of_both(&self) -> bool {
        self.sides.iter().all(|side| side.seen > 0)
    }

    fn look(&self, nature: Nature, rule: &Rule, look: &Look<'_>) -> PointComparison {
        let judgement = self
            .decided
            .unwrap_or_else(|| self.judge(nature, rule, look.pairs));
        let [base, candidate] = &self.sides;
        let is_open = judgement.verdict == Verdict::Undecided
            && !judgement.reason.is_without_comparison()
            && judgement.reason != Reason::BelowResolution;
        let advice = || -> Advice {
            let point = PairedPoint {
                candidate: candidate.first(look.pairs),
                base: base.first(look.pairs),
                direction: rule.direction,
            };
            look.schedule.advice(look.number, point, rule.threshold)
        };
        PointComparison {
            at: self.at.clone(),
            base: centre(&base.centres),
            candidate: centre(&candidate.centres),
            judgement,
            advice: is_open.then(advice),
        }
    }

    fn judge(&self, nature: Nature, rule: &Rule, pairs: usize) -> Judgement {
        let [base, candidate] = &self.sides;
        if let Some(found) = judge_presence(candidate.presence(), base.presence()) {
            return found;
        }
        let (now, then) = (candidate.first(pairs), base.first(pairs));
        let found = match nature {
            Nature::Truth => judge_proportions(
                successes(&candidate.repeats),
                successes(&base.repeats),
                rule,
            ),
            Nature::Time => judge_pairs(now, then, rule),
            Nature::Whole | Nature::Number => judge_exact(&candidate.repeats, &base.repeats, rule)
                .unwrap_or_else(|| judge_pairs(now, then, rule)),
        };
        if 2 * (base.with_modes + candidate.with_modes) > base.seen + candidate.seen {
            found.with_several_modes()
        } else {
            found
        }
    }
}

impl SideValues {
    fn first(&self, pairs: usize) -> &[f64] {
        self.centres.get(..pairs).unwrap_or(&self.centres)
    }

    fn presence(&self) -> Presence {
        if 2 * self.below > self.seen {
            Presence::BelowResolution
        } else if self.centres.iter().any(|x| x.is_finite()) {
            Presence::Measured
        } else {
            Presence::Missing
        }
    }
}
