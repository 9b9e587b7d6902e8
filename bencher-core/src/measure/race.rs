//! Names the best of many points from few rounds: the leader and the least refuted of its rivals.

use std::collections::BTreeMap;

use crate::sort;

/// Names the best point of a timed result instead of measuring all points equally well.
///
/// After six rounds of all points, a round has the leader and the eight rivals that are least refuted. It ends when every
/// other point is refuted: it is not better than the leader by more than `within`, at 95 % for all points together.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::measure::{BestRule, RaceValues, RoundRules, Rounds, StopReason};
/// use bencher_core::stats::RoundTime;
/// let best = Some(BestRule { within: 0.01, result: 0, values: RaceValues::Times });
/// let rules = RoundRules { best, ..RoundRules::default() };
/// let mut rounds = Rounds::new((0..30).collect(), 1, rules, Duration::ZERO);
/// let (mut batches, mut dice) = (0, 1_u64);
/// while let Some(points) = rounds.next_round(Duration::ZERO) {
///     for point in points {
///         batches += 1;
///         // Point 7 is 5 % faster than the others; the noise is 2 %.
///         dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
///         let noise = ((dice >> 33) as f64 / 2_f64.powi(31) - 0.5) * 0.07;
///         let time = if point == 7 { 0.95 } else { 1.0 } + noise;
///         rounds.record(point, Some(&[RoundTime::Time(time)]));
///     }
/// }
/// assert_eq!(rounds.stop(7), Some(StopReason::Best(0.01)));
/// assert_eq!(rounds.stop(8), Some(StopReason::NotBest(0.01)));
/// assert!(batches < 30 * 20, "{batches}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestRule {
    /// The tolerance: a point that is better by less than this share counts as equally good. At 0, ties never end.
    pub within: f64,
    /// The position of the result among the recorded series.
    pub result: usize,
    /// What its values are.
    pub values: RaceValues,
}

/// The values of a race.
///
/// See [`BestRule`] for an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RaceValues {
    /// Times: above 0, compared by their ratios, and less is better.
    #[default]
    Times,
    /// Any numbers; less is better.
    Least,
    /// Any numbers; more is better.
    Greatest,
}

/// The rounds of all points before the race.
pub(super) const FIRST_ROUNDS: u32 = 6;

/// The rivals of the leader in a round.
const RIVALS: usize = 8;

/// The error of the whole race.
const MISRATE: f64 = 0.05;

/// Turns of the least squares.
const TURNS: usize = 3;

/// The values so far, by point and round: logarithms of times, and other numbers such that less is better.
#[derive(Debug, Default)]
pub(super) struct Race {
    values: RaceValues,
    points: BTreeMap<u64, Vec<(usize, f64)>>,
    /// How many rounds there were.
    rounds: usize,
}

/// What a look at a race says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) leader: u64,
    /// The points that are not refuted, the least refuted first.
    pub(super) open: Vec<u64>,
    /// No point is better than the leader by more than this: a share for times, otherwise a difference.
    pub(super) margin: f64,
}

impl Look {
    /// The points of the next round.
    pub(super) fn next_round(&self) -> Vec<u64> {
        let rivals = self.open.iter().take(RIVALS).copied();
        let mut points: Vec<u64> = rivals.chain([self.leader]).collect();
        points.sort_unstable();
        points
    }
}

/// A point with its level: its mean without the speeds of its rounds.
struct Level {
    point: u64,
    mean: f64,
    /// The mean with them.
    value: f64,
    /// The variance of one round, and the number of rounds.
    variance: f64,
    count: f64,
}

impl Race {
    pub(super) fn new(values: RaceValues) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    /// Takes a value of a round, counted from 0.
    pub(super) fn record(&mut self, point: u64, round: u64, value: f64) {
        let Ok(round) = usize::try_from(round) else {
            return;
        };
        let value = match self.values {
            RaceValues::Times => value.ln(),
            RaceValues::Least => value,
            RaceValues::Greatest => -value,
        };
        if value.is_finite() {
            self.rounds = self.rounds.max(round + 1);
            self.points.entry(point).or_default().push((round, value));
        }
    }

    /// Whether numbers that are no times came out the same in two rounds or more, at every point.
    pub(super) fn is_exact(&self) -> bool {
        let mut points = self.points.values();
        self.values != RaceValues::Times
            && points.all(|values| {
                values.len() > 1
                    && values
                        .windows(2)
                        .all(|pair| matches!(pair, [(_, a), (_, b)] if a.to_bits() == b.to_bits()))
            })
    }

    /// Whether a point has times to compare.
    pub(super) fn knows(&self, point: u64) -> bool {
        self.points.get(&point).is_some_and(|times| times.len() > 1)
    }

    /// Compares all points with the leader. `races` run at once and share the error rate. `None` where points have too few
    /// values.
    pub(super) fn look(&self, within: f64, races: usize) -> Option<Look> {
        let (levels, pooled) = self.levels();
        let leader = levels.iter().min_by(|a, b| a.mean.total_cmp(&b.mean))?;
        let epsilon = match self.values {
            RaceValues::Times => within.ln_1p(),
            RaceValues::Least | RaceValues::Greatest => within * leader.value.abs(),
        };
        let is_exact = self.is_exact();
        let rivals = levels.len().saturating_sub(1);
        let mut margin = 0.0_f64;
        let mut open: Vec<(f64, u64)> = Vec::new();
        for rival in levels.iter().filter(|level| level.point != leader.point) {
            // A round of some points knows its own speed only as well as they do.
            let blocks = 1.0 + 1.0 / RIVALS.min(rivals) as f64;
            let error = |level: &Level| pooled.max(level.variance) / level.count;
            let gap = rival.mean - leader.mean + epsilon;
            let variance = blocks * (error(rival) + error(leader));
            let squared = gap * gap / variance;
            let count = rival.count.min(leader.count);
            let evidence = if is_exact {
                // Equal values are equally good.
                f64::INFINITY
            } else if gap <= 0.0 {
                0.0
            } else {
                count / 2.0 * (squared / count).ln_1p()
            };
            let enough = threshold(rivals * races.max(1), rival.count + leader.count);
            if !is_exact {
                // The gap whose evidence is enough, by the same formula.
                let needed = (count * (2.0 * enough / count).exp_m1() * variance).sqrt();
                margin = margin.max(needed - (rival.mean - leader.mean));
            }
            if evidence <= enough || evidence.is_nan() {
                open.push((evidence, rival.point));
            }
        }
        sort::by(&mut open, |a, b| a.0.total_cmp(&b.0));
        Some(Look {
            leader: leader.point,
            margin: match self.values {
                RaceValues::Times => margin.exp_m1(),
                RaceValues::Least | RaceValues::Greatest => margin,
            },
            open: open.into_iter().map(|(_, point)| point).collect(),
        })
    }

    /// The levels of points and the speeds of rounds by least squares, in turns, and the variance of one time over all.
    fn levels(&self) -> (Vec<Level>, f64) {
        let known = || self.points.iter().filter(|(_, times)| times.len() > 1);
        let mut means = sort::map(known().map(|(point, _)| (*point, 0.0)));
        let mut speeds = vec![0.0; self.rounds];
        for _ in 0..TURNS {
            let mut sums = vec![(0.0, 0.0); self.rounds];
            for (point, times) in known() {
                let mean = means.get(point).copied().unwrap_or(0.0);
                for (round, time) in times {
                    if let Some((sum, count)) = sums.get_mut(*round) {
                        *sum += time - mean;
                        *count += 1.0;
                    }
                }
            }
            let speed = |(sum, count): (f64, f64)| sum / count.max(1.0);
            speeds = sums.into_iter().map(speed).collect();
            for (point, times) in known() {
                let levels = times
                    .iter()
                    .map(|(round, time)| time - speed_of(&speeds, *round));
                means.insert(*point, levels.sum::<f64>() / times.len() as f64);
            }
        }
        let (mut squares, mut count) = (0.0, 0.0);
        let level = |(point, times): (&u64, &Vec<(usize, f64)>)| {
            let mean = means.get(point).copied().unwrap_or(0.0);
            let residuals = times.iter();
            let residuals = residuals.map(|(round, time)| time - speed_of(&speeds, *round) - mean);
            let own: f64 = residuals.map(|x| x * x).sum();
            squares += own;
            count += times.len() as f64;
            Level {
                point: *point,
                mean,
                value: times
                    .iter()
                    .map(|(_, time)| time / times.len() as f64)
                    .sum(),
                variance: own / (times.len() as f64 - 1.0),
                count: times.len() as f64,
            }
        };
        let levels: Vec<Level> = known().map(level).collect();
        let freedom: f64 = count - levels.len() as f64 - self.rounds as f64;
        (levels, squares / freedom.max(1.0))
    }
}

fn speed_of(speeds: &[f64], round: usize) -> f64 {
    speeds.get(round).copied().unwrap_or(0.0)
}

/// The evidence that refutes a point: a threshold of the shape of Garivier and Kaufmann (2016), which holds at every look.
/// It is no proof for times with drift and unequal noise; simulations say that it is wrong less often than it may.
fn threshold(rivals: usize, rounds: f64) -> f64 {
    (rivals.max(1) as f64 / MISRATE).ln() + (1.0 + rounds.ln()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten points in rounds whose speeds drift by 20 %. Point 3 takes 10 % less time than the others.
    fn raced(rounds: u64, noise: f64) -> Race {
        let mut race = Race::default();
        for round in 0..rounds {
            let speed = 1.0 + 0.2 * (round as f64 / 3.0).sin();
            for point in 0..10 {
                // A fixed pattern that sums to about 0.
                let jitter = ((point * 7 + round * 13) % 11) as f64 / 5.0 - 1.0;
                let time = if point == 3 { 0.9 } else { 1.0 };
                race.record(point, round, speed * time * (1.0 + noise * jitter));
            }
        }
        race
    }

    #[test]
    fn drift_of_all_points_cancels() {
        let look = raced(8, 0.01).look(0.01, 1).unwrap();
        assert_eq!((look.leader, look.open.len()), (3, 0));
        assert_eq!(look.next_round(), [3]);
    }

    #[test]
    fn noise_leaves_rivals_open() {
        let look = raced(6, 0.3).look(0.01, 1).unwrap();
        assert_eq!(look.open.len(), 9);
        assert_eq!(look.next_round().len(), 9, "the leader and eight others");
    }

    #[test]
    fn numbers_that_are_to_be_large() {
        let mut race = Race::new(RaceValues::Greatest);
        for round in 0..8 {
            for point in 0..10_u64 {
                let jitter = ((point * 7 + round * 13) % 11) as f64 / 500.0 - 0.01;
                // Around zero: most are below.
                race.record(point, round, jitter + if point == 4 { 0.5 } else { -0.5 });
            }
        }
        let look = race.look(0.01, 3).unwrap();
        assert_eq!((look.leader, look.open.len()), (4, 0));
        assert!(!race.is_exact());
    }

    /// A share of a best value of about 0 is about nothing, so the race does not end by it; it knows how far it came.
    #[test]
    fn the_margin_is_the_least_share_that_would_have_ended_the_race() {
        let mut race = Race::new(RaceValues::Least);
        for round in 0..12 {
            for point in 0..4_u64 {
                let jitter = ((point * 7 + round * 13) % 11) as f64 / 5.0 - 1.0;
                race.record(point, round, 0.5 * jitter);
            }
        }
        let look = race.look(0.01, 1).unwrap();
        assert!(!look.open.is_empty() && look.margin > 0.1, "{look:?}");
        for (race, rounds) in [(raced(6, 0.3), 6), (raced(40, 0.3), 40)] {
            let margin = race.look(0.01, 1).unwrap().margin;
            let open = |share: f64| race.look(share, 1).unwrap().open.len();
            assert!(open(0.99 * margin) > 0, "{rounds}: {margin}");
            assert_eq!(open(1.01 * margin), 0, "{rounds}: {margin}");
        }
    }

    #[test]
    fn what_does_not_matter_is_a_share_of_the_best_value() {
        let mut race = Race::new(RaceValues::Least);
        for round in 0..8 {
            for point in 0..4_u64 {
                let jitter = ((point * 7 + round * 13) % 11) as f64 / 5.0 - 1.0;
                race.record(point, round, 100.0 + 0.5 * jitter);
            }
        }
        // All are equal but for a noise of 0.5: 5 is much, 0.001 is nothing.
        assert_eq!(race.look(0.05, 1).unwrap().open.len(), 0);
        assert_eq!(race.look(1e-5, 1).unwrap().open.len(), 3);
    }

    #[test]
    fn numbers_that_come_out_the_same_decide_at_once() {
        let mut race = Race::new(RaceValues::Least);
        for (point, value) in [(0, 3.0), (1, 2.0), (2, 2.0)] {
            race.record(point, 0, value);
            race.record(point, 1, value);
        }
        assert!(race.is_exact());
        let look = race.look(0.0, 1).unwrap();
        assert_eq!(
            (look.leader, look.open),
            (1, Vec::new()),
            "ties are equally good"
        );
    }

    #[test]
    fn strange_times() {
        let mut race = Race::default();
        assert_eq!(race.look(0.01, 1), None);
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            race.record(1, 0, seconds);
        }
        assert_eq!(race.look(0.01, 1), None, "no times at all");
        race.record(1, 0, 1.0);
        race.record(1, 1, 1.0);
        let alone = race.look(0.01, 1).unwrap();
        assert_eq!((alone.leader, alone.open.len()), (1, 0));
    }
}
