//! The rounds of a race: which points the next one has, and which are named the best.

use std::collections::HashMap;

use crate::sort;

use super::race::{BestRule, FIRST_ROUNDS, Look, Race};
use super::rounds::{Rounds, StopReason};

impl Rounds {
    /// Names the best point of each group instead of that of all; points without a group are one more.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use std::time::Duration;
    /// use bencher_core::measure::{BestRule, RaceValues, RoundRules, Rounds};
    /// use bencher_core::stats::RoundTime;
    /// let best = Some(BestRule { within: 0.01, result: 0, values: RaceValues::Greatest });
    /// let rules = RoundRules { best, ..RoundRules::default() };
    /// let groups: HashMap<u64, u64> = (0..6).map(|point| (point, point / 3)).collect();
    /// let mut rounds = Rounds::new((0..6).collect(), 1, rules, Duration::ZERO).in_groups(groups);
    /// while let Some(points) = rounds.next_round(Duration::ZERO) {
    ///     for point in points {
    ///         let value = [5.0, 7.0, 6.0, 1.0, -2.0, 0.0][point as usize];
    ///         rounds.record(point, Some(&[RoundTime::Time(value)]));
    ///     }
    /// }
    /// let best: Vec<u64> = rounds.contenders().map(|(leader, _)| leader).collect();
    /// assert_eq!(best, [1, 3]);
    /// ```
    #[must_use]
    pub fn in_groups(mut self, groups: HashMap<u64, u64>) -> Self {
        self.groups = groups;
        self
    }

    pub(super) fn group(&self, point: u64) -> u64 {
        self.groups.get(&point).copied().unwrap_or(u64::MAX)
    }

    /// The points of the next round of a race; none where the best point is named.
    pub(super) fn raced(&mut self, rule: BestRule, live: &[u64]) -> Option<Vec<u64>> {
        let is_exact = !self.races.is_empty() && self.races.values().all(Race::is_exact);
        let early = |point: &&u64| {
            let count = self.count(**point);
            count < FIRST_ROUNDS && !(is_exact && count > 1)
        };
        let early: Vec<u64> = live.iter().filter(early).copied().collect();
        if !early.is_empty() {
            return Some(early);
        }
        let races = self.races.len();
        let looks = self.races.iter();
        let looks = sort::map(
            looks.filter_map(|(group, race)| Some((*group, race.look(rule.within, races)?))),
        );
        self.contenders = looks
            .values()
            .map(|look| (look.leader, look.open.clone()))
            .collect();
        self.margins = looks.values().map(|look| look.margin).collect();
        let stops: Vec<StopReason> = self
            .points
            .iter()
            .map(|point| match looks.get(&self.group(point.number)) {
                Some(look) if look.open.contains(&point.number) => StopReason::Budget,
                Some(look) if look.leader == point.number && look.open.is_empty() => {
                    StopReason::Best(rule.within)
                }
                Some(look) if look.leader == point.number => StopReason::Budget,
                Some(_) if self.knows(point.number) => StopReason::NotBest(rule.within),
                _ => StopReason::NoTimes,
            })
            .collect();
        let open = looks.values().filter(|look| !look.open.is_empty());
        let next: Vec<u64> = open.flat_map(Look::next_round).collect();
        let mut next: Vec<u64> = next
            .into_iter()
            .filter(|point| live.binary_search(point).is_ok())
            .collect();
        next.sort_unstable();
        if !next.is_empty() {
            return Some(next);
        }
        let live = self.points.iter_mut().zip(stops);
        for (point, stop) in live.filter(|(point, _)| point.stop.is_none()) {
            point.stop = Some(stop);
        }
        None
    }

    /// In a race, for each leader in the order of [`contenders`](Self::contenders): at 95 %, no point is better by more than
    /// this. It is a share for times, and a difference of other numbers; 0 where values do not vary.
    pub fn margins(&self) -> impl Iterator<Item = f64> {
        self.margins.iter().copied()
    }

    /// Whether a point has values to compare.
    fn knows(&self, point: u64) -> bool {
        let race = self.races.get(&self.group(point));
        race.is_some_and(|race| race.knows(point))
    }

    /// In a race: the leader of each group, and the points that may be better by more than the rule allows; without any,
    /// the leader is named the best. Nothing before the first look.
    pub fn contenders(&self) -> impl Iterator<Item = (u64, &[u64])> {
        let all = self.contenders.iter();
        all.map(|(leader, open)| (*leader, &**open))
    }
}
