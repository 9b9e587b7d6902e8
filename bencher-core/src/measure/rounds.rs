//! Chooses the points of the next round, and decides when a point has converged.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::sort;
use crate::stats::{MISRATE, PointTime, RoundTime, Summary};

use super::order::{Alternatives, ordered};
use super::race::{BestRule, Race};

/// The number of rounds before the first look at a point.
pub const FIRST_LOOK: u32 = 11;
/// The most rounds of a sweep.
pub const MOST_ROUNDS: u32 = 2048;
/// The default budget of a sweep.
pub const DEFAULT_BUDGET: Duration = Duration::from_secs(10);
/// How near the last three estimates of the noise lie to each other where it has settled.
const SETTLED: f64 = 0.05;

/// The rules for when a sweep of timed points ends.
///
/// ```
/// use bencher_core::measure::{RoundRules, RoundTarget};
/// let rules = RoundRules::default();
/// assert_eq!((rules.rounds, rules.precision), (RoundTarget::AsNeeded, 0.01));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundRules {
    /// The number of rounds.
    pub rounds: RoundTarget,
    /// The target precision. A point has converged when its bounds lie within this share of its centre at two looks in
    /// a row, or within half of it at one look.
    pub precision: f64,
    /// Whether a point also ends when its noise has settled, so that more rounds would hardly change it.
    pub stop_when_settled: bool,
    /// How long all points together may take. The first round is always finished.
    pub budget: Option<Duration>,
    /// The seed of the order within the rounds; the same seed gives the same order.
    pub seed: u64,
    /// The number of repeats before the first round, which belong to other processes.
    pub before: u32,
    /// The points that are measured next to each other.
    pub alternatives: Option<Alternatives>,
    /// Names the best point of this result, instead of measuring all points equally well. Alternatives are
    /// then not measured together.
    pub best: Option<BestRule>,
}

impl Default for RoundRules {
    fn default() -> Self {
        Self {
            rounds: RoundTarget::AsNeeded,
            precision: 0.01,
            stop_when_settled: true,
            budget: None,
            seed: 0,
            before: 0,
            alternatives: None,
            best: None,
        }
    }
}

/// The target number of rounds.
///
/// ```
/// use bencher_core::measure::{MOST_ROUNDS, RoundTarget};
/// assert_eq!(RoundTarget::Exactly(5).most(), 5);
/// assert_eq!(RoundTarget::AsNeeded.most(), MOST_ROUNDS);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundTarget {
    /// This number, unless the budget ends before.
    Exactly(u32),
    /// The number that the points need to converge.
    AsNeeded,
}

impl RoundTarget {
    /// The largest possible number of rounds.
    pub const fn most(self) -> u32 {
        match self {
            Self::Exactly(rounds) => rounds,
            Self::AsNeeded => MOST_ROUNDS,
        }
    }
}

/// Why a point gets no more rounds.
///
/// ```
/// use bencher_core::measure::StopReason;
/// assert_eq!(StopReason::Converged(0.004).to_string(), "known within 0.40 %");
/// assert!(StopReason::Converged(0.004).is_enough() && !StopReason::Budget.is_enough());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StopReason {
    /// Its bounds reached the target precision, and lie within this share.
    Converged(f64),
    /// Its noise has settled, with the bounds within this share.
    Settled(f64),
    /// It is the best point, or worse by no more than this share.
    Best(f64),
    /// It is not better than the best point by more than this share.
    NotBest(f64),
    /// It has no time to measure: its results are below resolution, or not set.
    NoTimes,
    /// Every round so far failed.
    Failing,
    /// All requested rounds are done.
    Done,
    /// The budget ended.
    Budget,
}

impl StopReason {
    /// Whether the point needs no more rounds: the budget did not stop it.
    pub const fn is_enough(self) -> bool {
        !matches!(self, Self::Budget)
    }
}

/// A share in percent, to a hundredth.
fn hundredths(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 0.01 {
        "0.01 %".to_owned()
    } else {
        format!("{percent:.2} %")
    }
}

impl std::fmt::Display for StopReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Converged(width) => write!(f, "known within {}", hundredths(*width)),
            Self::Settled(width) => {
                let within = hundredths(*width);
                write!(f, "the noise has settled; known within {within}")
            }
            Self::Best(within) => write!(f, "the best point within {}", hundredths(*within)),
            Self::NotBest(within) => {
                let within = hundredths(*within);
                write!(f, "not better than the best point by more than {within}")
            }
            Self::NoTimes => write!(f, "there are no times to know better"),
            Self::Failing => write!(f, "every round failed"),
            Self::Done => write!(f, "all rounds are done"),
            Self::Budget => write!(f, "the budget ended"),
        }
    }
}

/// The rounds of a sweep, which run until all points have converged.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{FIRST_LOOK, RoundRules, Rounds, StopReason};
/// use bencher_core::stats::RoundTime;
/// let mut rounds = Rounds::new(vec![0, 1], 1, RoundRules::default(), Duration::ZERO);
/// let mut measured = 0;
/// while let Some(points) = rounds.next_round(Duration::ZERO) {
///     for point in points {
///         // The first point is steady, the second is not.
///         let noise = if point == 0 { 0.0 } else { f64::from(measured * 7 % 12) / 12.0 };
///         rounds.record(point, Some(&[RoundTime::Time(1.0 + noise)]));
///         measured += 1;
///     }
/// }
/// assert_eq!((rounds.count(0), rounds.stop(0)), (FIRST_LOOK, Some(StopReason::Converged(0.0))));
/// assert!(rounds.count(1) > FIRST_LOOK);
/// ```
#[derive(Debug)]
pub struct Rounds {
    rules: RoundRules,
    results: usize,
    started: Duration,
    round: u64,
    pub(super) points: Vec<Point>,
    /// How many points have had no round.
    unmeasured: usize,
    /// When the widest points were chosen for the rounds up to the next look.
    chosen: Option<WidestPoints>,
    /// The races by groups.
    pub(super) races: BTreeMap<u64, Race>,
    pub(super) groups: HashMap<u64, u64>,
    /// What the last look at each race said: the leader, and the others that may be the best.
    pub(super) contenders: Vec<(u64, Vec<u64>)>,
    /// By how much no point was better than these leaders.
    pub(super) margins: Vec<f64>,
}

#[derive(Debug)]
pub(super) struct Point {
    pub(super) number: u64,
    rounds: u32,
    failed: u32,
    /// After how many rounds it was looked at last.
    looked_at: u32,
    /// The outcomes of the rounds for each timed result.
    times: Vec<Vec<RoundTime>>,
    noises: Vec<f64>,
    /// The widest bounds of its results at the last look, as a share of the centre.
    width: f64,
    /// Whether its times had several modes then, were preempted, or partly below resolution.
    is_unreliable: bool,
    pub(super) stop: Option<StopReason>,
}

#[derive(Debug)]
struct WidestPoints {
    until: u32,
    points: Vec<u64>,
}

impl Rounds {
    /// Starts rounds over points, each with the given number of timed results.
    pub fn new(points: Vec<u64>, results: usize, rules: RoundRules, now: Duration) -> Self {
        let points = points.into_iter().map(|number| Point {
            number,
            rounds: 0,
            failed: 0,
            looked_at: 0,
            times: vec![Vec::new(); results],
            noises: Vec::new(),
            width: f64::INFINITY,
            is_unreliable: false,
            stop: None,
        });
        let mut points: Vec<Point> = points.collect();
        sort::by_key(&mut points, |point| point.number);
        Self {
            rules,
            results,
            started: now,
            round: 0,
            unmeasured: points.len(),
            points,
            chosen: None,
            races: BTreeMap::new(),
            groups: HashMap::new(),
            contenders: Vec::new(),
            margins: Vec::new(),
        }
    }

    /// The points of the next round in their order; `None` at the end.
    ///
    /// From the first look on, the budget may be too small to bring every point to its next look. Only the points with
    /// the widest bounds then continue.
    pub fn next_round(&mut self, now: Duration) -> Option<Vec<u64>> {
        self.stop_what_is_done();
        if self.round > 0 && self.is_over(now) {
            self.stop_all(StopReason::Budget);
        }
        let mut live: Vec<u64> = self.live().map(|point| point.number).collect();
        if live.is_empty() {
            return None;
        }
        if let Some(rule) = self.rules.best {
            match self.raced(rule, &live) {
                Some(next) => live = next,
                None => return None,
            }
        } else if self.is_spent(now) && self.unmeasured > 0 {
            live.retain(|point| self.count(*point) == 0);
        } else if let Some(chosen) = self.choose(&live, now) {
            live = chosen;
        }
        let alternatives = self
            .rules
            .alternatives
            .filter(|_| self.rules.best.is_none());
        let list = ordered(&live, alternatives, self.rules.seed, self.round);
        self.round += 1;
        Some(list)
    }

    /// Whether the budget has ended. Every point has a round in any case.
    pub fn is_over(&self, now: Duration) -> bool {
        self.unmeasured == 0 && self.is_spent(now)
    }

    /// Ends the rounds of all points, as the end of the budget does.
    pub(crate) fn end(&mut self) {
        self.stop_all(StopReason::Budget);
    }

    fn is_spent(&self, now: Duration) -> bool {
        let spent = now.saturating_sub(self.started);
        self.rules.budget.is_some_and(|budget| spent >= budget)
    }

    /// The number of rounds of a point so far.
    pub fn count(&self, point: u64) -> u32 {
        self.point(point).map_or(0, |point| point.rounds)
    }

    /// Why a point gets no more rounds.
    pub fn stop(&self, point: u64) -> Option<StopReason> {
        self.point(point)?.stop
    }

    /// The half width of a point's bounds at its last look, as a share of its centre; infinite before the first look.
    pub fn width(&self, point: u64) -> f64 {
        self.point(point).map_or(f64::INFINITY, |point| point.width)
    }

    /// Whether the times of a point were unreliable at its last look: several modes, preempted, or often below
    /// resolution.
    pub fn is_unreliable(&self, point: u64) -> bool {
        self.point(point).is_some_and(|point| point.is_unreliable)
    }

    /// Whether any round of a point gave a time.
    pub(crate) fn has_times(&self, point: u64) -> bool {
        let point = self.point(point);
        let has_one = |times: &Vec<RoundTime>| times.iter().any(|time| time.seconds().is_some());
        point.is_some_and(|point| point.times.iter().any(has_one))
    }

    /// The measured points, with their numbers of rounds and the reasons why they stopped.
    pub fn stops(&self) -> impl Iterator<Item = (u64, u32, Option<StopReason>)> {
        let stops = self.points.iter();
        stops.map(|point| (point.number, point.rounds, point.stop))
    }

    /// An estimate of the total number of samples of the sweep, for a progress bar.
    pub fn expected(&self) -> u64 {
        let expected = |point: &Point| {
            if point.stop.is_some() {
                point.rounds
            } else {
                match self.rules.rounds {
                    RoundTarget::Exactly(rounds) => rounds,
                    RoundTarget::AsNeeded => look_after(point.rounds.saturating_sub(1)),
                }
            }
        };
        self.points
            .iter()
            .map(|point| u64::from(expected(point)))
            .sum()
    }

    /// Records the outcome of a round for a point: the times of its results, or `None` if it failed.
    pub fn record(&mut self, point: u64, times: Option<&[RoundTime]>) {
        let results = self.results;
        if let (Some(rule), Some(times)) = (self.rules.best, times)
            && let Some(seconds) = times.get(rule.result).and_then(|time| time.seconds())
        {
            let race = self.races.entry(self.group(point));
            race.or_insert_with(|| Race::new(rule.values)).record(
                point,
                self.round.saturating_sub(1),
                seconds,
            );
        }
        let Some(point) = self.point_mut(point) else {
            return;
        };
        let is_first = point.rounds == 0;
        point.rounds += 1;
        match times {
            None => point.failed += 1,
            Some(times) => {
                for (series, time) in point.times.iter_mut().zip(times).take(results) {
                    series.push(*time);
                }
            }
        }
        self.unmeasured -= usize::from(is_first);
    }

    /// Records that a round of a point was stopped at its time limit. All of its times count as longer than any other.
    pub fn record_timed_out(&mut self, point: u64) {
        let times = vec![RoundTime::TimedOut; self.results];
        self.record(point, Some(&times));
        if let Some(point) = self.point_mut(point) {
            point.failed += 1;
        }
    }

    /// Records that a sample of a point set none of the times. Where the number of rounds is open, the point gets no
    /// more rounds, since they would add no time.
    pub fn record_unset(&mut self, point: u64) {
        let as_needed = self.rules.rounds == RoundTarget::AsNeeded;
        let Some(point) = self.point_mut(point) else {
            return;
        };
        let is_first = point.rounds == 0;
        point.rounds += 1;
        if as_needed {
            point.stop = Some(StopReason::NoTimes);
        }
        self.unmeasured -= usize::from(is_first);
    }

    fn live(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.stop.is_none())
    }

    fn point(&self, number: u64) -> Option<&Point> {
        let at = self
            .points
            .binary_search_by_key(&number, |point| point.number);
        self.points.get(at.ok()?)
    }

    fn point_mut(&mut self, number: u64) -> Option<&mut Point> {
        let at = self
            .points
            .binary_search_by_key(&number, |point| point.number);
        self.points.get_mut(at.ok()?)
    }

    fn stop_all(&mut self, stop: StopReason) {
        let live = self.points.iter_mut().filter(|point| point.stop.is_none());
        live.for_each(|point| point.stop = Some(stop));
    }

    fn stop_what_is_done(&mut self) {
        let rules = self.rules;
        for point in &mut self.points {
            if point.stop.is_none() {
                point.stop = point.judged(&rules);
            }
        }
        // Alternatives go on until all of them are done, so that their rounds stay pairs.
        if let Some(alternatives) = rules.alternatives.filter(|_| rules.best.is_none()) {
            let mut going: Vec<u64> = self
                .live()
                .map(|point| alternatives.group(point.number))
                .collect();
            going.sort_unstable();
            going.dedup();
            for point in &mut self.points {
                let group = alternatives.group(point.number);
                let is_failing = point.stop == Some(StopReason::Failing);
                if !is_failing && going.binary_search(&group).is_ok() {
                    point.stop = None;
                }
            }
        }
    }

    /// The widest of the live points, where the budget does not suffice for all.
    fn choose(&mut self, live: &[u64], now: Duration) -> Option<Vec<u64>> {
        let budget = self.rules.budget?;
        let most = live.iter().map(|point| self.count(*point)).max()?;
        if most < FIRST_LOOK || self.rules.rounds != RoundTarget::AsNeeded {
            return None;
        }
        if let Some(chosen) = &self.chosen
            && chosen
                .points
                .iter()
                .any(|point| live.binary_search(point).is_ok() && self.count(*point) < chosen.until)
        {
            let still = chosen.points.iter().copied();
            return Some(still.filter(|p| live.binary_search(p).is_ok()).collect());
        }
        let spent = now.saturating_sub(self.started).as_secs_f64();
        let left = budget.as_secs_f64() - spent;
        let samples: u64 = self
            .points
            .iter()
            .map(|point| u64::from(point.rounds))
            .sum();
        let each = spent / samples.max(1) as f64;
        let groups = self.by_width(live);
        let (mut list, mut cost) = (Vec::new(), 0.0);
        for group in groups {
            let more = group.iter().map(|point| {
                let rounds = self.count(*point);
                f64::from(look_after(rounds).saturating_sub(rounds))
            });
            cost += more.sum::<f64>() * each;
            if cost > left && !list.is_empty() {
                break;
            }
            list.extend(group);
        }
        list.sort_unstable();
        let until = list.iter().map(|p| look_after(self.count(*p))).max()?;
        self.chosen = Some(WidestPoints {
            until,
            points: list.clone(),
        });
        Some(list)
    }

    /// Points by the width of their bounds, the widest first; alternatives stay together.
    fn by_width(&self, live: &[u64]) -> Vec<Vec<u64>> {
        let group = |point: u64| match self.rules.alternatives {
            Some(alternatives) => alternatives.group(point),
            None => point,
        };
        let mut points: Vec<u64> = live.to_vec();
        sort::by_key(&mut points, |point| group(*point));
        let mut groups: Vec<(f64, Vec<u64>)> = points
            .chunk_by(|a, b| group(*a) == group(*b))
            .map(|members| {
                let widths = members.iter().filter_map(|p| Some(self.point(*p)?.width));
                (widths.fold(0.0, f64::max), members.to_vec())
            })
            .collect();
        sort::by(&mut groups, |(a, _), (b, _)| b.total_cmp(a));
        groups.into_iter().map(|(_, members)| members).collect()
    }
}

impl Point {
    /// Whether the point is done, and why. It checks only at fixed rounds, because frequent checks would stop at a
    /// chance result.
    fn judged(&mut self, rules: &RoundRules) -> Option<StopReason> {
        if self.rounds >= rules.rounds.most() {
            return Some(StopReason::Done);
        }
        if self.rounds > 0 && self.failed == self.rounds {
            return Some(StopReason::Failing);
        }
        if rules.best.is_some() {
            return None;
        }
        let is_open = rules.rounds == RoundTarget::AsNeeded;
        let is_look = self.rounds >= FIRST_LOOK && look_after(self.rounds - 1) == self.rounds;
        if !is_open || !is_look || self.looked_at == self.rounds {
            return None;
        }
        self.looked_at = self.rounds;
        let times = self.times.iter().map(|times| PointTime::of(times.clone()));
        let times: Vec<PointTime> = times.collect();
        let found: Vec<Summary> = times
            .iter()
            .filter_map(|time| time.summary(None, MISRATE))
            .collect();
        self.is_unreliable = times.iter().any(PointTime::is_unreliable);
        if found.is_empty() {
            return Some(StopReason::NoTimes);
        }
        let width = |found: &Summary| found.half_width().unwrap_or(f64::INFINITY);
        let before = self.width;
        self.width = found.iter().map(width).fold(0.0, f64::max);
        self.noises
            .push(found.iter().map(|found| found.noise).fold(0.0, f64::max));
        // Narrow bounds of one of several modes, or of what other programs took, do not make a point known.
        if self.is_unreliable {
            return None;
        }
        // Bounds that are near enough by chance are not so twice; those that are near by far need no proof.
        let is_sure = self.width <= rules.precision / 2.0 || before <= rules.precision;
        if self.width <= rules.precision && is_sure && rules.precision > 0.0 {
            return Some(StopReason::Converged(self.width));
        }
        (rules.stop_when_settled && rules.precision > 0.0 && self.has_settled())
            .then_some(StopReason::Settled(self.width))
    }

    fn has_settled(&self) -> bool {
        let Some(latest) = self.noises.last_chunk::<3>() else {
            return false;
        };
        let (least, most) = latest
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(l, m), x| (l.min(*x), m.max(*x)));
        most - least <= SETTLED * most
    }
}

/// The rounds at which points are looked at: 11, 16, 22, 32, 45, 64, ..., half an octave apart.
fn look_after(rounds: u32) -> u32 {
    let mut half_octaves = 1;
    loop {
        let look = (8.0 * 2_f64.powf(f64::from(half_octaves) / 2.0)).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let look = look as u32;
        if look > rounds {
            return look.max(FIRST_LOOK);
        }
        half_octaves += 1;
    }
}

#[cfg(test)]
mod tests;
