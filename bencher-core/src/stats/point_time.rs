//! Selects the rounds of a point that count, and computes the time of the point.

use pragmastat::estimators::raw;

use super::modes::{LowestMode, lowest_mode};
use super::order::sort_numbered;
use super::summary::{Summary, median_in_order, median_summary, summary};
use super::summary_of_replicates;
use super::tail::end_below;

/// From this many undisturbed rounds on, those that were preempted do not count.
const ENOUGH: usize = 3;
/// A time of a smaller share of the slices is marked.
const PART: f64 = 0.9;
/// The bounds of a mode with a smaller share of the rounds reach to the median of all.
const MOST: f64 = 0.5;
/// A mode that is nearer to the centre than this share needs no other bounds.
const NEAR: f64 = 0.004;
/// From this share on, rounds below resolution leave a point doubtful.
const OFTEN: f64 = 0.05;

/// The outcome of one round of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RoundTime {
    /// A time, in seconds.
    Time(f64),
    /// A time of only a share of the calls; the others took longer, or are not known.
    Partial {
        /// The time, in seconds.
        time: f64,
        /// The share of the timing slices that the time stands for.
        share: f64,
    },
    /// A time during which the system took the core from every call.
    Preempted(f64),
    /// A time too short for the clock.
    BelowResolution,
    /// A time longer than the limit; the round was stopped there.
    TimedOut,
    /// No time: the round failed, was not run, or did not set it.
    Missing,
}

impl RoundTime {
    /// The time, if there is one and it is finite.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Time(seconds)
            | Self::Partial { time: seconds, .. }
            | Self::Preempted(seconds) => Some(seconds).filter(|x| x.is_finite()),
            Self::BelowResolution | Self::TimedOut | Self::Missing => None,
        }
    }
}

/// A round that the bounds of a point must include.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Its index.
    pub round: usize,
    /// How much further the bounds reach, as a share of the round's distance from the centre.
    pub beyond: f64,
}

impl Reach {
    const fn to(round: usize) -> Self {
        Self { round, beyond: 0.0 }
    }
}

/// The rounds of a point: whether each counts for its time, and why others do not.
///
/// - Where at least half of the rounds are *below resolution*, the point is, too. A smaller number of such rounds count
///   as shorter than all others.
/// - *Preempted* rounds do not count where there are three or more others.
/// - Where the rounds fall into several modes ([`lowest_mode`]), the rounds of the lowest count: a centre between two
///   modes is a time that the code never takes. Where the lowest mode has less than half of the rounds, the bounds
///   reach to the median of all. Where the others form a tail above it, the bounds reach to its lower quartile, since
///   its rounds include the beginning of the tail.
/// - Where the rounds that count are one-sided, most of their times lie below the centre. The bounds then reach to the
///   fastest round or, with few rounds, a little beyond.
///
/// ```
/// use bencher_core::stats::{MISRATE, PointTime, RoundTime};
/// let rounds = [1.0, 9.0, 1.1, 1.0, 8.0, 1.1, 1.05, 8.5, 1.02, 1.0, 9.1].map(RoundTime::Time);
/// let found = PointTime::of(rounds.to_vec());
/// let summary = found.summary(None, MISRATE).ok_or("no time")?;
/// assert!((1.0..1.1).contains(&summary.centre) && found.mode.is_some_and(|mode| mode.count == 7));
///
/// let rounds = vec![RoundTime::BelowResolution, RoundTime::BelowResolution, RoundTime::Time(3e-5)];
/// assert!(PointTime::of(rounds).is_below_resolution);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
pub struct PointTime {
    /// The outcome of each round.
    pub rounds: Vec<RoundTime>,
    /// Whether each round counts.
    pub counts: Vec<bool>,
    /// Whether the point is below resolution, so that no round counts.
    pub is_below_resolution: bool,
    /// How many rounds are below resolution.
    pub below: usize,
    /// How many rounds were stopped at the time limit.
    pub timed_out: usize,
    /// Whether at least half of the rounds were stopped at the time limit; nothing else is then known of the point.
    pub is_timed_out: bool,
    /// By how much the times are rounded, as a share of them.
    rounding: f64,
    /// By which times what is computed from them is in order, where some of those are not known.
    order: Vec<Option<f64>>,
    /// How many rounds were preempted.
    pub preempted: usize,
    /// Whether preempted rounds count, because there are too few others.
    pub is_preempted: bool,
    /// The lowest mode, where the other rounds have several.
    pub mode: Option<LowestMode>,
    /// The rounds that the bounds must include: the rounds are one-sided, a tail begins among them, or their mode has
    /// less than half of all rounds.
    pub reach: Vec<Reach>,
    /// Whether the rounds that count are one-sided.
    pub is_one_sided: bool,
    /// The share of the timing slices that the rounds stand for.
    pub slices: f64,
}

impl PointTime {
    /// Judges the rounds of a point, in the order in which they were measured.
    pub fn of(rounds: Vec<RoundTime>) -> Self {
        let number =
            |fits: fn(&RoundTime) -> bool| rounds.iter().filter(|round| fits(round)).count();
        let below = number(|round| *round == RoundTime::BelowResolution);
        let preempted =
            number(|round| matches!(round, RoundTime::Preempted(_)) && round.seconds().is_some());
        let undisturbed = number(|round| is_undisturbed(*round) && round.seconds().is_some());
        let timed_out = number(|round| *round == RoundTime::TimedOut);
        let is_below_resolution = below > 0 && below >= preempted + undisturbed + timed_out;
        let is_timed_out = timed_out > 0 && timed_out >= preempted + undisturbed + below;
        let is_preempted = preempted > 0 && below + timed_out == 0 && undisturbed < ENOUGH;
        let fits = |round: &RoundTime| match round {
            RoundTime::Time(_) | RoundTime::Partial { .. } => round.seconds().is_some(),
            RoundTime::Preempted(_) => is_preempted && round.seconds().is_some(),
            RoundTime::BelowResolution | RoundTime::TimedOut | RoundTime::Missing => false,
        };
        let counts = rounds
            .iter()
            .map(|round| !is_below_resolution && !is_timed_out && fits(round))
            .collect();
        let mut found = Self {
            rounds,
            counts,
            is_below_resolution,
            below,
            timed_out,
            is_timed_out,
            rounding: 0.0,
            order: Vec::new(),
            preempted,
            is_preempted,
            mode: None,
            reach: Vec::new(),
            is_one_sided: false,
            slices: 1.0,
        };
        // Rounds below resolution, or timed out, are a mode of their own, whose times are unknown.
        let is_known = below + timed_out == 0;
        if is_known && !is_preempted {
            found.mode = lowest_mode(&found.times());
        }
        if let Some(mode) = found.mode {
            found.keep(|seconds| seconds <= mode.highest);
        }
        if is_known {
            found.find_reach();
        }
        found.slices = found.share_of_slices();
        found
    }

    /// The same times, rounded by at most `step` seconds. The bounds widen by `step`, also for values computed from the
    /// times.
    #[must_use]
    pub fn rounded_by(mut self, step: f64) -> Self {
        let middle = super::median(&self.times()).filter(|middle| *middle > 0.0);
        self.rounding = middle.map_or(0.0, |middle| step / middle);
        self
    }

    /// How far the bounds reach because of a tail, or of rounds that are one-sided.
    fn find_reach(&mut self) {
        let mut logs: Vec<(f64, usize)> = (self.rounds.iter().zip(&self.counts).enumerate())
            .filter(|(_, (_, counts))| **counts)
            .filter_map(|(at, (round, _))| Some((round.seconds().filter(|x| *x > 0.0)?.ln(), at)))
            .collect();
        sort_numbered(&mut logs);
        let sorted: Vec<f64> = logs.iter().map(|(log, _)| *log).collect();
        let round = |nth: usize| logs.get(nth).map(|(_, at)| *at);
        if self.mode.is_some_and(|mode| mode.has_tail) {
            self.reach.extend(round(logs.len() / 4).map(Reach::to));
        }
        if self.mode.is_some_and(|mode| mode.share() < MOST) {
            self.reach.extend(self.middle_round().map(Reach::to));
        }
        let centre = raw::center(&sorted, true).ok();
        let beyond = centre.and_then(|centre| end_below(&sorted, centre, NEAR));
        if let Some((beyond, round)) = beyond.zip(round(0)) {
            self.is_one_sided = true;
            self.reach.push(Reach { round, beyond });
        }
    }

    /// The rounds of a value computed from times. A round counts if it counts for each of the times.
    #[must_use]
    pub fn computed(rounds: Vec<RoundTime>, from: &[Self]) -> Self {
        let counts = |at: usize, round: &RoundTime| {
            let each = |time: &Self| time.counts.get(at).copied().unwrap_or(false);
            round.seconds().is_some() && from.iter().all(each)
        };
        let most = |number: fn(&Self) -> usize| from.iter().map(number).max().unwrap_or(0);
        Self {
            counts: rounds
                .iter()
                .enumerate()
                .map(|(at, round)| counts(at, round))
                .collect(),
            is_below_resolution: from.iter().any(|time| time.is_below_resolution),
            below: most(|time| time.below),
            timed_out: most(|time| time.timed_out),
            is_timed_out: from.iter().any(|time| time.is_timed_out),
            rounding: from.iter().map(|time| time.rounding).sum(),
            order: (from.iter().find(|time| time.below + time.timed_out > 0))
                .map(|time| time.rounds.iter().map(|round| round.seconds()).collect())
                .unwrap_or_default(),
            preempted: most(|time| time.preempted),
            is_preempted: from.iter().any(|time| time.is_preempted),
            mode: from.iter().find_map(|time| time.mode),
            reach: from.iter().flat_map(|time| time.reach.clone()).collect(),
            is_one_sided: from.iter().any(|time| time.is_one_sided),
            slices: from.iter().map(|time| time.slices).fold(1.0, f64::min),
            rounds,
        }
    }

    fn keep(&mut self, fits: impl Fn(f64) -> bool) {
        for (counts, round) in self.counts.iter_mut().zip(&self.rounds) {
            *counts &= round.seconds().is_some_and(&fits);
        }
    }

    /// The times of the rounds that count.
    pub fn times(&self) -> Vec<f64> {
        counted(&self.rounds, &self.counts).collect()
    }

    /// Whether the time of the point is unreliable, however narrow its bounds are.
    pub fn is_unreliable(&self) -> bool {
        let is_often_below =
            self.below as f64 >= OFTEN * self.rounds.len() as f64 && self.below > 0;
        self.mode.is_some()
            || self.is_preempted
            || is_often_below
            || self.timed_out > 0
            || self.is_partial()
    }

    /// Whether more than a tenth of the timing slices do not count, although they were not preempted, or because calls
    /// differ in length. The time then does not stand for all calls.
    pub fn is_partial(&self) -> bool {
        self.slices < PART
    }

    fn share_of_slices(&self) -> f64 {
        let shares = self.rounds.iter().zip(&self.counts);
        let shares = shares.filter(|(_, counts)| **counts);
        let shares: Vec<f64> = shares
            .map(|(round, _)| match round {
                RoundTime::Partial { share, .. } => *share,
                _ => 1.0,
            })
            .collect();
        super::mean(&shares).unwrap_or(1.0)
    }

    /// The share of rounds that count, among the rounds with a time.
    pub fn share(&self) -> f64 {
        let all = self.rounds.iter().filter(|round| round.seconds().is_some());
        let counting = self.counts.iter().filter(|counts| **counts).count();
        counting as f64 / all.count().max(1) as f64
    }

    /// The [`Summary`] of the rounds that count. With several rounds per replicate, the bounds are computed from the
    /// replicates.
    ///
    /// Where some rounds are below resolution or timed out, only their ranks are known. The centre is then the median,
    /// with bounds by the sign test.
    pub fn summary(&self, rounds_per_replicate: Option<usize>, misrate: f64) -> Option<Summary> {
        let rounds_per_replicate = rounds_per_replicate.filter(|rounds| *rounds > 0);
        if self.below + self.timed_out > 0 && !self.is_below_resolution {
            let found = self.median_summary(misrate)?;
            let (lower, upper) = match rounds_per_replicate {
                Some(_) => (None, None),
                None => (found.lower, found.upper),
            };
            return Some(Summary {
                lower,
                upper,
                ..found
            });
        }
        let Some(rounds_per_replicate) = rounds_per_replicate else {
            return summary(&self.times(), misrate).map(|found| self.reaching(found));
        };
        let processes: Vec<Vec<f64>> = self
            .rounds
            .chunks(rounds_per_replicate)
            .zip(self.counts.chunks(rounds_per_replicate))
            .map(|(rounds, counts)| counted(rounds, counts).collect())
            .collect();
        summary_of_replicates(&processes, misrate).map(|found| self.reaching(found))
    }

    /// A summary with bounds that reach as far as they must.
    fn reaching(&self, found: Summary) -> Summary {
        let mut reached = found;
        for reach in &self.reach {
            let Some(value) = self
                .rounds
                .get(reach.round)
                .and_then(|round| round.seconds())
            else {
                continue;
            };
            let far = if value > 0.0 && found.centre > 0.0 {
                value * (value / found.centre).powf(reach.beyond)
            } else {
                value + (value - found.centre) * reach.beyond
            };
            reached.lower = reached.lower.map(|lower| lower.min(far));
            reached.upper = reached.upper.map(|upper| upper.max(far));
        }
        let rounding = self.rounding * found.centre.abs();
        reached.lower = reached.lower.map(|lower| lower - rounding);
        reached.upper = reached.upper.map(|upper| upper + rounding);
        reached
    }

    /// The median of all rounds, with its bounds, where the times of some rounds are unknown.
    fn median_summary(&self, misrate: f64) -> Option<Summary> {
        if self.order.is_empty() {
            return median_summary(&self.times(), (self.below, self.timed_out), misrate);
        }
        // What is computed from times may fall where they rise: it is taken at the times that are the median and its
        // bounds.
        let rounds = self.rounds.iter().zip(&self.counts).zip(&self.order);
        let mut pairs: Vec<(f64, f64)> = rounds
            .filter(|((_, counts), _)| **counts)
            .filter_map(|((round, _), time)| Some(((*time)?, round.seconds()?)))
            .collect();
        pairs.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        let values: Vec<f64> = pairs.into_iter().map(|(_, value)| value).collect();
        median_in_order(&values, (self.below, self.timed_out), misrate)
    }

    /// The round with the median of all that were not preempted.
    fn middle_round(&self) -> Option<usize> {
        let rounds = self.rounds.iter().enumerate();
        let mut times: Vec<(f64, usize)> = rounds
            .filter(|(_, round)| is_undisturbed(**round))
            .filter_map(|(at, round)| Some((round.seconds()?, at)))
            .collect();
        sort_numbered(&mut times);
        times.get(times.len() / 2).map(|(_, at)| *at)
    }
}

fn is_undisturbed(round: RoundTime) -> bool {
    matches!(round, RoundTime::Time(_) | RoundTime::Partial { .. })
}

fn counted<'r>(rounds: &'r [RoundTime], counts: &'r [bool]) -> impl Iterator<Item = f64> + 'r {
    let pairs = rounds.iter().zip(counts).filter(|(_, counts)| **counts);
    pairs.filter_map(|(round, _)| round.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::MISRATE;
    use RoundTime::{BelowResolution, Missing, Preempted, Time};

    /// 36 of 40 rounds are too short for the clock: the four that were disturbed say nothing of the code.
    #[test]
    fn mostly_too_short_is_too_short() {
        let mut rounds = vec![BelowResolution; 36];
        rounds.extend([3e-5, 3.5e-5, 3.3e-5, 4e-5].map(Time));
        let found = PointTime::of(rounds);
        assert!(found.is_below_resolution && found.times().is_empty());
        assert_eq!(found.summary(None, MISRATE), None);
    }

    /// The sign test by hand: of 11 values the second and the tenth bound the median at 98.8 %, the third and ninth at
    /// 93.5.
    #[test]
    fn rounds_too_short_count_as_shorter_than_others() {
        let mut rounds: Vec<RoundTime> = (1..=9_u8).map(|n| Time(f64::from(n))).collect();
        rounds.insert(3, BelowResolution);
        rounds.insert(7, BelowResolution);
        let found = PointTime::of(rounds).summary(None, MISRATE).unwrap();
        // In order: two too short, then 1 to 9. The sixth is 4, the second is too short, the tenth is 8.
        assert_eq!(
            (found.centre, found.lower, found.upper),
            (4.0, Some(0.0), Some(8.0))
        );
        assert_eq!(found.count, 11);
    }

    /// Six of 40 rounds are faster: the time is theirs, and the bounds hold the median of all.
    #[test]
    fn a_mode_of_few_rounds_is_not_sure() {
        let rounds: Vec<RoundTime> = (0..40_u16)
            .map(|n| {
                Time((1.0 + 0.0005 * f64::from(n * 7 % 11)) * if n % 7 == 1 { 0.57 } else { 0.65 })
            })
            .collect();
        let found = PointTime::of(rounds);
        assert!(found.mode.is_some_and(|mode| mode.count == 6), "{found:?}");
        let summary = found.summary(None, MISRATE).unwrap();
        assert!((summary.centre / 0.57 - 1.0).abs() < 0.01, "{summary:?}");
        assert!(summary.upper.unwrap() >= 0.65 && summary.half_width().unwrap() > 0.12);
    }

    #[test]
    fn a_time_of_some_of_the_slices_is_doubtful() {
        let rounds = |share: f64| -> PointTime {
            let rounds = (0..12_u8).map(|n| match n % 2 {
                0 => RoundTime::Partial { time: 2.0, share },
                _ => Time(2.0),
            });
            PointTime::of(rounds.collect())
        };
        let found = rounds(0.7);
        assert!((found.slices - 0.85).abs() < 1e-12 && found.is_unreliable());
        assert_eq!(found.times(), [2.0; 12]);
        assert!(!rounds(0.89).is_unreliable());
        let rate = PointTime::computed(vec![Time(0.5); 12], &[found]);
        assert!(rate.is_partial());
    }

    /// 8 of 20 rounds are below resolution: the rate is the inverse of the time all the same, and nobody knows how
    /// large it may be.
    #[test]
    fn a_rate_of_times_below_resolution_is_their_inverse() {
        let times = |n: usize| match n % 5 {
            0 | 1 => BelowResolution,
            _ => Time(1.0 + 0.01 * n as f64),
        };
        let time = PointTime::of((0..20).map(times).collect());
        let rate = |round: &RoundTime| round.seconds().map_or(Missing, |x| Time(1000.0 / x));
        let rates = time.rounds.iter().map(rate).collect();
        let rate = PointTime::computed(rates, std::slice::from_ref(&time));
        let (t, r) = (
            time.summary(None, MISRATE).unwrap(),
            rate.summary(None, MISRATE).unwrap(),
        );
        assert!(
            (t.centre * r.centre / 1000.0 - 1.0).abs() < 1e-3,
            "{t:?} {r:?}"
        );
        assert_eq!((t.lower, r.half_width()), (Some(0.0), None));
    }

    #[test]
    fn rounds_that_timed_out_are_longer_than_all_others() {
        let rounds = |late: usize| -> PointTime {
            let ended = std::iter::repeat_n(RoundTime::TimedOut, late);
            PointTime::of((1..=11_u8).map(|n| Time(n.into())).chain(ended).collect())
        };
        let found = rounds(4).summary(None, MISRATE).unwrap();
        assert_eq!((found.centre, found.count), (8.0, 15));
        assert_eq!(found.upper, None, "it may be any time above the limit");
        assert!(rounds(4).is_unreliable());
        assert_eq!(rounds(11).summary(None, MISRATE), None);
    }

    #[test]
    fn rounded_times_are_not_exact() {
        let times = PointTime::of(vec![Time(99e-9); 8]).rounded_by(0.5e-9);
        let found = times.summary(None, MISRATE).unwrap();
        assert!((found.half_width().unwrap() - 0.5 / 99.0).abs() < 1e-9);
        let rate = PointTime::computed(vec![Time(1.0 / 99e-9); 8], &[times]);
        let found = rate.summary(None, MISRATE).unwrap();
        assert!((found.half_width().unwrap() - 0.5 / 99.0).abs() < 1e-9);
    }

    #[test]
    fn preempted_rounds_count_only_where_there_are_no_others() {
        let mut rounds = vec![
            Preempted(45.0),
            Preempted(37.0),
            Time(13.0),
            Missing,
            Time(13.1),
        ];
        let few = PointTime::of(rounds.clone());
        assert!(few.is_preempted && few.times().len() == 4);
        rounds.push(Time(13.2));
        let enough = PointTime::of(rounds);
        assert_eq!(enough.times(), [13.0, 13.1, 13.2]);
        assert!(!enough.is_preempted && (enough.share() - 0.6).abs() < 1e-12);
    }

    /// A rate is the inverse of the time, to the last digit, because the same rounds count for both.
    #[test]
    fn what_is_computed_from_a_time_has_its_rounds() {
        let times: Vec<f64> = (0..24_u8)
            .map(|n| (1.0 + 0.003 * f64::from(n * 7 % 11)) * if n % 4 == 1 { 3.6 } else { 1.57 })
            .collect();
        let time = PointTime::of(times.iter().map(|x| Time(*x)).collect());
        let rates = times.iter().map(|x| Time(256.0 / x)).collect();
        let rate = PointTime::computed(rates, std::slice::from_ref(&time));
        let (t, r) = (
            time.summary(None, MISRATE).unwrap(),
            rate.summary(None, MISRATE).unwrap(),
        );
        assert!(time.mode.is_some_and(|mode| mode.count == 18));
        assert!(
            (r.centre * t.centre / 256.0 - 1.0).abs() < 1e-12,
            "{r:?} {t:?}"
        );
        assert!((r.lower.unwrap() * t.upper.unwrap() / 256.0 - 1.0).abs() < 1e-12);
        assert!((r.upper.unwrap() * t.lower.unwrap() / 256.0 - 1.0).abs() < 1e-12);
    }
}
