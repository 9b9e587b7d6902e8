//! Chooses the points of the next round.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::sort;
use crate::stats::RoundTime;

use super::order::ordered;
use super::race::Race;

mod point;
mod rules;

pub(super) use point::Point;
use point::look_after;
pub use rules::{DEFAULT_BUDGET, FIRST_LOOK, MOST_ROUNDS, RoundRules, RoundTarget, StopReason};

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
struct WidestPoints {
    until: u32,
    points: Vec<u64>,
}

impl Rounds {
    /// Starts rounds over points, each with the given number of timed results.
    pub fn new(points: Vec<u64>, results: usize, rules: RoundRules, now: Duration) -> Self {
        let points = points.into_iter().map(|number| Point::new(number, results));
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

#[cfg(test)]
mod tests;
