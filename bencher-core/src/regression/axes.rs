//! The effect of many points together: of all of them, and of each level of each input.

use crate::stats::median;

use super::family::pairs_for;
use super::reason::Reason;
use super::signed_rank::signed_rank_bounds;
use super::verdict::{Effect, Judgement, Rule, Verdict};

/// Points that are judged together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The input and its level, as text; none for all points.
    pub level: Option<(String, String)>,
    /// The positions of the points.
    pub points: Vec<usize>,
}

impl Group {
    /// The groups of a sweep: all points, then the levels of each input in the order in which they appear.
    ///
    /// `levels` has for each point the text of its level of each input. A group of fewer than two points is left
    /// out, because the point has its own verdict, and so is one of all points. The number of groups is that of
    /// [`Family::with_effects`](crate::regression::Family::with_effects).
    ///
    /// ```
    /// use bencher_core::regression::Group;
    /// let levels = [["10", "quick"], ["10", "merge"], ["20", "quick"], ["20", "merge"]];
    /// let groups = Group::of_sweep(&["len", "algo"], &levels.map(Vec::from));
    /// assert_eq!(groups.len(), 5);
    /// assert_eq!(groups[3].level, Some(("algo".to_owned(), "quick".to_owned())));
    /// assert_eq!(groups[3].points, [0, 2]);
    /// ```
    pub fn of_sweep<T: AsRef<str>>(inputs: &[&str], levels: &[Vec<T>]) -> Vec<Self> {
        let mut groups = vec![Self {
            level: None,
            points: (0..levels.len()).collect(),
        }];
        for (axis, input) in inputs.iter().enumerate() {
            let first = groups.len();
            let mut known = std::collections::HashMap::new();
            for (point, texts) in levels.iter().enumerate() {
                let Some(text) = texts.get(axis).map(AsRef::as_ref) else {
                    continue;
                };
                let at = *known.entry(text).or_insert(groups.len());
                match groups.get_mut(at) {
                    Some(group) if at >= first => group.points.push(point),
                    _ => groups.push(Self {
                        level: Some(((*input).to_owned(), text.to_owned())),
                        points: vec![point],
                    }),
                }
            }
        }
        let is_own = |group: &Self| {
            group.points.len() > 1 && (group.level.is_none() || group.points.len() < levels.len())
        };
        groups.retain(is_own);
        groups
    }
}

/// The median log-ratio of a group's points in each pair; pairs that lack more than half of the points do not count.
///
/// `log_ratios` has for each point the [`pair_log_ratios`](crate::regression::pair_log_ratios), in the order of the
/// pairs.
///
/// The median, and not the mean: one point that is three times as slow moves the mean of 25 points by 4.5 % and
/// their median hardly at all, and that point has its own verdict. The price is a quarter of width where the noise
/// is normal (efficiency 2 / pi). The median of an even number is the middle of two, so exchanging both programs of
/// a pair only changes its sign, as the signed-rank test needs.
///
/// ```
/// let points = [vec![Some(0.01), Some(0.03)], vec![Some(0.02), None], vec![Some(0.9), None]];
/// assert_eq!(bencher_core::regression::pair_medians(&points, &[0, 1, 2]), [0.02]);
/// ```
pub fn pair_medians(log_ratios: &[Vec<Option<f64>>], points: &[usize]) -> Vec<f64> {
    let series: Vec<&Vec<Option<f64>>> = points
        .iter()
        .filter_map(|point| log_ratios.get(*point))
        .collect();
    let pairs = series.iter().map(|series| series.len()).max().unwrap_or(0);
    let of_pair = |pair: usize| {
        let at = |series: &&Vec<Option<f64>>| series.get(pair).copied().flatten();
        let known: Vec<f64> = series
            .iter()
            .filter_map(at)
            .filter(|x| x.is_finite())
            .collect();
        let is_enough = 2 * known.len() >= series.len();
        median(&known).filter(|_| is_enough)
    };
    (0..pairs).filter_map(of_pair).collect()
}

/// The judgement of a group of points: the centre and bounds, over the pairs, of the [`pair_medians`].
///
/// All points of a pair must be measured by the same two processes, whose order was random: then the medians have
/// random signs where the programs are the same. The rule is the family's for effects, with a threshold that suits
/// ([`Threshold::AXIS`](crate::regression::Threshold::AXIS)).
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Rule, Threshold, Verdict, judge_group};
/// // Each point varies by 3 %, far too much for its own verdict; all of them are 1 % slower.
/// let noise = |point: usize, pair: usize| 0.01 + 0.03 * (((point * 7 + pair * 3) % 11) as f64 / 5.0 - 1.0);
/// let points: Vec<_> = (0..11).map(|k| (0..12).map(|n| Some(noise(k, n))).collect()).collect();
/// let rule = Rule { threshold: Threshold::AXIS, direction: Direction::Minimize, misrate: 0.01 };
/// assert_eq!(judge_group(&points, &(0..11).collect::<Vec<_>>(), &rule).verdict, Verdict::Worse);
/// ```
pub fn judge_group(log_ratios: &[Vec<Option<f64>>], points: &[usize], rule: &Rule) -> Judgement {
    let medians = pair_medians(log_ratios, points);
    let (have, needed) = (medians.len(), pairs_for(rule.misrate));
    let too_few = Reason::TooFewPairs { have, needed };
    let Some((centre, bounds)) = signed_rank_bounds(&medians, rule.misrate) else {
        return Judgement::without_effect(Verdict::Undecided, too_few);
    };
    let found = Judgement::of_effect(Effect::of_log_ratio(centre, bounds), have, rule);
    Judgement {
        reason: if bounds.is_none() {
            too_few
        } else {
            found.reason
        },
        ..found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::verdict::Threshold;
    use crate::var::Direction;

    const RULE: Rule = Rule {
        threshold: Threshold::AXIS,
        direction: Direction::Minimize,
        misrate: 0.05,
    };

    fn shifted(points: usize, pairs: usize, shift: impl Fn(usize) -> f64) -> Vec<Vec<Option<f64>>> {
        let noise = |point: usize, pair: usize| 0.002 * ((point * 5 + pair * 3) % 7) as f64 - 0.006;
        let series = |point: usize| {
            (0..pairs)
                .map(|pair| Some(noise(point, pair) + shift(point)))
                .collect()
        };
        (0..points).map(series).collect()
    }

    #[test]
    fn one_slow_point_does_not_make_all_slow() {
        let all: Vec<usize> = (0..25).collect();
        let points = shifted(25, 10, |point| if point == 3 { 3.0_f64.ln() } else { 0.0 });
        let found = judge_group(&points, &all, &RULE);
        assert_eq!(found.verdict, Verdict::Same, "{found:?}");
        let mean = 3.0_f64.ln() / 25.0;
        assert!(
            mean > 10.0 * Threshold::AXIS.log() * 0.8,
            "the mean would be far beyond the threshold"
        );
        let everywhere = shifted(25, 10, |_| 0.01);
        let found = judge_group(&everywhere, &all, &RULE);
        assert_eq!((found.verdict, found.pairs), (Verdict::Worse, 10));
        assert!((found.effect.unwrap().centre - 0.01_f64.exp()).abs() < 0.002);
    }

    #[test]
    fn a_level_is_judged_by_its_points_alone() {
        let levels: Vec<Vec<String>> = (0..12)
            .map(|k| vec![(k / 4).to_string(), (k % 4).to_string()])
            .collect();
        let groups = Group::of_sweep(&["len", "algo"], &levels);
        assert_eq!(groups.len(), 1 + 3 + 4);
        let points = shifted(12, 10, |point| if point / 4 == 2 { 0.04 } else { 0.0 });
        let verdict = |n: usize| judge_group(&points, &groups[n].points, &RULE).verdict;
        assert_eq!(groups[3].points, [8, 9, 10, 11]);
        assert_eq!(
            [1, 2, 3].map(verdict),
            [Verdict::Same, Verdict::Same, Verdict::Worse]
        );
    }

    #[test]
    fn a_group_says_more_than_a_point() {
        let none = Group::of_sweep::<String>(&[], &[]);
        assert!(none.is_empty());
        // One input: each level is one point. A constant input: its level is all points.
        let line = [["1", "c"], ["2", "c"], ["3", "c"]].map(Vec::from);
        let groups = Group::of_sweep(&["len", "constant", "unknown"], &line);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].points, [0, 1, 2]);
    }

    #[test]
    fn pairs_without_most_points_are_left_out() {
        let mut points = shifted(4, 8, |_| 0.0);
        for series in points.iter_mut().take(3) {
            series[0] = None;
            series[1] = Some(f64::NAN);
        }
        points[0][2] = None;
        points[1][2] = None;
        assert_eq!(pair_medians(&points, &[0, 1, 2, 3]).len(), 6);
        assert!(pair_medians(&points, &[9]).is_empty());
        assert!(pair_medians(&[], &[]).is_empty());
        let found = judge_group(&points, &[], &RULE);
        assert_eq!(
            (found.verdict, found.reason),
            (
                Verdict::Undecided,
                Reason::TooFewPairs { have: 0, needed: 6 }
            )
        );
        let found = judge_group(&shifted(4, 5, |_| 1.0), &[0, 1], &RULE);
        assert_eq!(found.reason, Reason::TooFewPairs { have: 5, needed: 6 });
        assert!(found.effect.is_some());
    }
}
