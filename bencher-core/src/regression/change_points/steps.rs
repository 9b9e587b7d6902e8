//! The steps of a series that matter to its reader.

use std::fmt;

use super::Piece;
use crate::var::Direction;

/// Which steps are named.
///
/// ```
/// use bencher_core::regression::change_points::StepOptions;
/// let options = StepOptions { minimum_change: 0.02, ..StepOptions::default() };
/// assert_eq!((options.minimum_change, options.confirmations), (0.02, 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepOptions {
    /// The least change that is named, as a share of the level before; 0.05 (5 %) by default. Raising it hides small
    /// steps.
    ///
    /// A change must be larger than this share, and larger than the error of the two levels. NaN or less than 0
    /// counts as 0.
    pub minimum_change: f64,
    /// The fewest snapshots of a level; 2 by default. A shorter piece is an outlier, or not confirmed yet. 0 counts
    /// as 1.
    ///
    /// Raising it by one delays the naming of a step by one snapshot, and hides longer disturbances.
    pub confirmations: usize,
}

impl Default for StepOptions {
    fn default() -> Self {
        Self {
            minimum_change: 0.05,
            confirmations: 2,
        }
    }
}

/// The meaning of a change for a result of some [`Direction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepEffect {
    /// The result moved in its direction.
    Better,
    /// The result moved against its direction.
    Worse,
    /// The result has no direction.
    Neutral,
}

/// A lasting change of the level of a series.
///
/// Its sentence names the change, the index, both levels, the error and the confirming snapshots.
///
/// ```
/// use bencher_core::regression::change_points::{StepOptions, change_points, segments};
/// use bencher_core::var::Direction;
/// let pieces = segments(&[10.0, 10.1, 9.9, 10.0, 10.1, 12.0, 12.1, 11.9, 12.0, 12.1], &[]).pieces;
/// let found = change_points(&pieces, Direction::Minimize, &StepOptions::default());
/// assert_eq!(
///     found[0].to_string(),
///     "The level rose by 20.0 % at index 5, from 10.00 to 12.00 (error 0.060, 5 snapshots): regression."
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// The index of the first snapshot of the new level.
    pub at: usize,
    /// The level before, in the unit of the values.
    pub before: f64,
    /// The new level, in the unit of the values.
    pub after: f64,
    /// The larger one of the mean absolute deviations of the two levels, in the unit of the values.
    pub error: f64,
    /// The number of snapshots in the new level, up to the next change point or the end; outliers do not count.
    pub confirmations: usize,
    /// Whether the change is for the better.
    pub effect: StepEffect,
    /// The index of the first snapshot of a later level that is back at the level before, or past it.
    pub undone_at: Option<usize>,
}

impl ChangePoint {
    /// The new level as a multiple of the one before; `None` where that is zero, or where their signs differ.
    pub fn ratio(&self) -> Option<f64> {
        let ratio = self.after / self.before;
        (ratio.is_finite() && ratio >= 0.0).then_some(ratio)
    }

    /// Whether the change is for the worse and lasts to the end of the series.
    pub fn is_regression(&self) -> bool {
        self.effect == StepEffect::Worse && self.undone_at.is_none()
    }
}

/// The change points of a series in pieces, in order.
///
/// A piece is a level where it has enough snapshots ([`StepOptions::confirmations`]); a shorter one is skipped, so an
/// outlier gives no change point. A level is a step where it differs from the level right before by more than the
/// limit: the larger one of the error and of [`StepOptions::minimum_change`]. Small steps add up: a level is also a
/// step where it differs that much from the level at the last change point, and [`ChangePoint::before`] is that one
/// then.
///
/// A step is undone where a later level is back within the limit of the level before, or past it.
///
/// ```
/// use bencher_core::regression::change_points::{StepOptions, change_points, segments};
/// use bencher_core::var::Direction;
/// // Slower from index 6 on, an outlier at 9, mended at 12.
/// let seconds = [1.0, 1.01, 1.0, 0.99, 1.0, 1.01, 1.3, 1.31, 1.3, 9.0, 1.3, 1.29, 1.0, 1.01, 0.99, 1.0, 1.0, 0.99];
/// let found = change_points(&segments(&seconds, &[]).pieces, Direction::Minimize, &StepOptions::default());
/// let places: Vec<_> = found.iter().map(|step| (step.at, step.undone_at)).collect();
/// assert_eq!(places, [(6, Some(12)), (12, None)]);
/// assert!(!found.iter().any(|step| step.is_regression()));
/// ```
pub fn change_points(
    pieces: &[Piece],
    direction: Direction,
    options: &StepOptions,
) -> Vec<ChangePoint> {
    let confirmations = options.confirmations.max(1);
    let mut levels = pieces.iter().filter(|piece| piece.count >= confirmations);
    let Some(first) = levels.next() else {
        return Vec::new();
    };
    let mut found: Vec<ChangePoint> = Vec::new();
    // Small steps add up from the reference.
    let (mut previous, mut reference) = (*first, *first);
    for level in levels {
        let restored = mark_undone(&mut found, level, options);
        let before = [previous, reference];
        match before.iter().find(|before| is_step(before, level, options)) {
            Some(before) => {
                found.push(step_between(before, level, direction));
                reference = restored.unwrap_or(*level);
            }
            None => {
                if let Some(last) = found.last_mut() {
                    last.confirmations = last.confirmations.saturating_add(level.count);
                }
                reference = restored.unwrap_or(reference);
            }
        }
        previous = *level;
    }
    found
}

/// Marks the steps that a level undoes; the level before the earliest of them.
fn mark_undone(found: &mut [ChangePoint], level: &Piece, options: &StepOptions) -> Option<Piece> {
    let mut restored = None;
    for step in found.iter_mut().filter(|step| step.undone_at.is_none()) {
        let remaining = (level.level - step.before) * (step.after - step.before).signum();
        if remaining <= limit(step.before, step.error.max(level.error), options) {
            step.undone_at = Some(level.start);
            restored = restored.or(Some(Piece {
                level: step.before,
                error: step.error,
                ..*level
            }));
        }
    }
    restored
}

fn is_step(before: &Piece, after: &Piece, options: &StepOptions) -> bool {
    let error = before.error.max(after.error);
    (after.level - before.level).abs() > limit(before.level, error, options)
}

/// The largest difference from a level that is no step.
fn limit(before: f64, error: f64, options: &StepOptions) -> f64 {
    // `max` passes over NaN.
    let share = options.minimum_change.max(0.0) * before.abs();
    share.max(error).max(0.0)
}

fn step_between(before: &Piece, after: &Piece, direction: Direction) -> ChangePoint {
    let is_rise = after.level > before.level;
    ChangePoint {
        at: after.start,
        before: before.level,
        after: after.level,
        error: before.error.max(after.error),
        confirmations: after.count,
        effect: match direction {
            Direction::None => StepEffect::Neutral,
            Direction::Minimize if is_rise => StepEffect::Worse,
            Direction::Maximize if !is_rise => StepEffect::Worse,
            Direction::Minimize | Direction::Maximize => StepEffect::Better,
        },
        undone_at: None,
    }
}

impl fmt::Display for ChangePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.after > self.before {
            "rose"
        } else {
            "fell"
        };
        write!(f, "The level {verb} ")?;
        if let Some(ratio) = self.ratio() {
            write!(f, "by {:.1} % ", 100.0 * (ratio - 1.0).abs())?;
        }
        let (before, after) = (Number(self.before, 4), Number(self.after, 4));
        write!(f, "at index {}, from {before} to {after} ", self.at)?;
        let plural = if self.confirmations == 1 { "" } else { "s" };
        let (error, count) = (Number(self.error, 2), self.confirmations);
        write!(f, "(error {error}, {count} snapshot{plural})")?;
        match self.effect {
            StepEffect::Better => f.write_str(": improvement")?,
            StepEffect::Worse => f.write_str(": regression")?,
            StepEffect::Neutral => {}
        }
        if let Some(index) = self.undone_at {
            write!(f, ", undone at index {index}")?;
        }
        f.write_str(".")
    }
}

/// A number with at least `digits` significant digits.
struct Number(f64, u8);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, digits) = *self;
        let size = value.abs();
        if size == 0.0 {
            return f.write_str("0");
        }
        let after_first = i32::from(digits) - 1;
        let scientific = format!("{value:.*e}", usize::try_from(after_first).unwrap_or(0));
        if !(1e-4..1e9).contains(&size) {
            return f.write_str(&scientific);
        }
        let exponent = scientific
            .split_once('e')
            .and_then(|(_, exponent)| exponent.parse().ok());
        let decimals = after_first.saturating_sub(exponent.unwrap_or(0));
        write!(f, "{value:.*}", usize::try_from(decimals).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::segments;
    use super::*;
    use proptest::num::f64::ANY;
    use proptest::prelude::*;

    /// A xorshift generator (Marsaglia, 2003).
    struct Generator(u64);

    impl Generator {
        fn uniform(&mut self) -> f64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            let (a, b) = (self.uniform(), self.uniform());
            (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        }
    }

    fn piece(start: usize, count: usize, level: f64, error: f64) -> Piece {
        Piece {
            start,
            end: start + count,
            count,
            level,
            error,
        }
    }

    /// Pieces without gaps, of (count, level), with an error of 0.5.
    fn pieces(of: &[(usize, f64)]) -> Vec<Piece> {
        let mut start = 0;
        let mut next = |(count, level): &(usize, f64)| {
            start += count;
            piece(start - count, *count, *level, 0.5)
        };
        of.iter().map(&mut next).collect()
    }

    fn steps(pieces: &[Piece]) -> Vec<ChangePoint> {
        change_points(pieces, Direction::Minimize, &StepOptions::default())
    }

    /// Index, levels before and after, and where undone.
    fn facts(of: &[(usize, f64)]) -> Vec<(usize, f64, f64, Option<usize>)> {
        let fact = |step: &ChangePoint| (step.at, step.before, step.after, step.undone_at);
        steps(&pieces(of)).iter().map(fact).collect()
    }

    fn found_in(values: &[f64]) -> Vec<ChangePoint> {
        steps(&segments(values, &[]).pieces)
    }

    #[test]
    fn a_step_to_the_worse_is_a_regression_in_its_direction_only() {
        let rise = pieces(&[(5, 100.0), (3, 120.0)]);
        let of = |direction| change_points(&rise, direction, &StepOptions::default())[0];
        let expected = ChangePoint {
            at: 5,
            before: 100.0,
            after: 120.0,
            error: 0.5,
            confirmations: 3,
            effect: StepEffect::Worse,
            undone_at: None,
        };
        assert_eq!(of(Direction::Minimize), expected);
        assert!(expected.is_regression() && (expected.ratio().unwrap() - 1.2).abs() < 1e-12);
        assert_eq!(of(Direction::Maximize).effect, StepEffect::Better);
        assert_eq!(of(Direction::None).effect, StepEffect::Neutral);
        assert!(!of(Direction::Maximize).is_regression() && !of(Direction::None).is_regression());
        let fall = pieces(&[(5, 100.0), (3, 80.0)]);
        assert!(
            change_points(&fall, Direction::Maximize, &StepOptions::default())[0].is_regression()
        );
    }

    #[test]
    fn a_change_of_five_percent_or_of_the_error_is_no_step() {
        assert!(facts(&[(5, 100.0), (5, 105.0)]).is_empty());
        assert_eq!(facts(&[(5, 100.0), (5, 105.1)]).len(), 1);
        let noisy = [piece(0, 5, 100.0, 8.0), piece(5, 5, 107.0, 1.0)];
        assert!(steps(&noisy).is_empty());
        let quiet = [piece(0, 5, 100.0, 6.0), piece(5, 5, 107.0, 1.0)];
        assert_eq!(Some(steps(&quiet)[0].error), Some(6.0));
    }

    #[test]
    fn the_options_set_the_least_change_and_the_confirmations() {
        let rise = pieces(&[(5, 100.0), (2, 103.0)]);
        let count = |minimum_change, confirmations| {
            let options = StepOptions {
                minimum_change,
                confirmations,
            };
            change_points(&rise, Direction::Minimize, &options).len()
        };
        assert_eq!([count(0.02, 2), count(0.02, 3), count(0.04, 2)], [1, 0, 0]);
        // NaN and negative shares are 0, so the error is the limit; 0 confirmations are 1.
        assert_eq!(
            [count(f64::NAN, 2), count(-1.0, 0), count(f64::INFINITY, 2)],
            [1, 1, 0]
        );
    }

    #[test]
    fn one_snapshot_is_no_level_in_the_middle_and_none_at_the_end() {
        assert!(facts(&[(5, 100.0), (1, 900.0), (5, 100.0)]).is_empty());
        assert!(facts(&[(5, 100.0), (1, 900.0), (1, 2.0), (5, 101.0)]).is_empty());
        assert!(facts(&[(5, 100.0), (1, 120.0)]).is_empty());
        assert!(
            facts(&[(1, 90.0), (5, 120.0)]).is_empty(),
            "nor at the beginning"
        );
        assert_eq!(facts(&[(5, 100.0), (2, 120.0)]), [(5, 100.0, 120.0, None)]);
    }

    #[test]
    fn a_return_undoes_a_step_and_needs_two_snapshots_as_well() {
        let back = [(5, 100.0), (5, 120.0), (3, 101.0)];
        assert_eq!(
            facts(&back),
            [(5, 100.0, 120.0, Some(10)), (10, 120.0, 101.0, None)]
        );
        assert!(!steps(&pieces(&back))[0].is_regression());
        let past = [(5, 100.0), (5, 120.0), (3, 60.0)];
        assert_eq!(facts(&past)[0].3, Some(10));
        let one = [(5, 100.0), (5, 120.0), (1, 101.0)];
        assert_eq!(facts(&one), [(5, 100.0, 120.0, None)]);
        let half = [(5, 100.0), (5, 120.0), (3, 110.0)];
        assert_eq!(
            facts(&half),
            [(5, 100.0, 120.0, None), (10, 120.0, 110.0, None)]
        );
        let again = [(5, 100.0), (5, 120.0), (3, 100.0), (4, 120.0)];
        let places: Vec<_> = facts(&again).iter().map(|fact| (fact.0, fact.3)).collect();
        assert_eq!(places, [(5, Some(10)), (10, Some(13)), (13, None)]);
    }

    #[test]
    fn small_steps_add_up() {
        assert_eq!(
            facts(&[(5, 100.0), (5, 103.0), (5, 106.0)]),
            [(10, 100.0, 106.0, None)]
        );
        assert_eq!(
            facts(&[(5, 100.0), (5, 96.0), (5, 102.0)]),
            [(10, 96.0, 102.0, None)]
        );
        // 103 undoes the first step; 107 is far from 100 once more.
        let after_a_return = facts(&[(5, 100.0), (5, 120.0), (5, 103.0), (5, 107.0)]);
        assert_eq!(after_a_return[2], (15, 100.0, 107.0, None));
    }

    #[test]
    fn snapshots_of_an_unnamed_step_count_for_the_level_before_it() {
        let found = steps(&pieces(&[(5, 100.0), (4, 120.0), (1, 900.0), (3, 122.0)]));
        assert_eq!((found.len(), found[0].confirmations), (1, 7));
    }

    #[test]
    fn zero_and_negative_levels_have_steps_without_a_ratio() {
        let from_zero = steps(&[piece(0, 5, 0.0, 0.0), piece(5, 5, 3.0, 0.0)]);
        assert_eq!(
            (from_zero[0].ratio(), from_zero[0].is_regression()),
            (None, true)
        );
        let across = steps(&pieces(&[(5, -10.0), (5, 10.0)]));
        assert_eq!((across[0].ratio(), across[0].is_regression()), (None, true));
        let below = steps(&pieces(&[(5, -10.0), (5, -12.0)]));
        assert_eq!(
            (below[0].ratio(), below[0].effect),
            (Some(1.2), StepEffect::Better)
        );
        assert_eq!(steps(&pieces(&[(5, 10.0), (5, 0.0)]))[0].ratio(), Some(0.0));
    }

    #[test]
    fn sentences_name_the_change_and_its_levels() {
        let sentence = |of: &[(usize, f64)]| steps(&pieces(of))[0].to_string();
        assert_eq!(
            sentence(&[(5, 100.0), (5, 123.456), (2, 100.0)]),
            "The level rose by 23.5 % at index 5, from 100.0 to 123.5 (error 0.50, 5 snapshots): \
             regression, undone at index 10."
        );
        assert_eq!(
            sentence(&[(5, 2e-7), (5, -3e12)]),
            "The level fell at index 5, from 2.000e-7 to -3.000e12 (error 0.50, 5 snapshots): improvement."
        );
        let neutral = ChangePoint {
            confirmations: 1,
            error: 0.0,
            effect: StepEffect::Neutral,
            ..steps(&pieces(&[(5, 0.012_345), (5, 98_765.4)]))[0]
        };
        assert_eq!(
            neutral.to_string(),
            "The level rose by 800043642.4 % at index 5, from 0.01235 to 98765 (error 0, 1 snapshot)."
        );
    }

    /// Thirty snapshots, 1 % noise: 10.0, from 10 on 12.0, from 20 on 11.0; one outlier, at each place in turn.
    #[test]
    fn two_steps_are_named_at_their_index_and_an_outlier_is_not() {
        let mut generator = Generator(7);
        for outlier in 0..30 {
            let level = |n: usize| [10.0, 12.0, 11.0][n / 10];
            let mut values: Vec<f64> = (0..30)
                .map(|n| level(n) * (1.0 + 0.01 * generator.normal()))
                .collect();
            values[outlier] *= 1.6;
            let found = found_in(&values);
            let mut expected = [10, 20];
            if let Some(moved) = expected.iter_mut().find(|at| **at == outlier) {
                // The step begins at the first snapshot that is no outlier.
                *moved += 1;
            }
            let places: Vec<usize> = found.iter().map(|step| step.at).collect();
            assert_eq!(places, expected, "outlier at {outlier}: {values:?}");
            assert!(found[0].is_regression() && found[1].effect == StepEffect::Better);
        }
    }

    /// The share of 500 series of 30 that have a regression without a step.
    fn false_share(mut noise: impl FnMut(&mut Generator) -> f64) -> f64 {
        let mut generator = Generator(0x5eed);
        let regressions = (0..500).filter(|_| {
            let values: Vec<f64> = (0..30).map(|_| noise(&mut generator)).collect();
            found_in(&values).iter().any(ChangePoint::is_regression)
        });
        regressions.count() as f64 / 500.0
    }

    #[test]
    fn noise_alone_is_hardly_ever_a_regression() {
        let normal = false_share(|from| 1.0 + 0.05 * from.normal());
        let skewed = false_share(|from| 1.0 - 0.05 * from.uniform().ln());
        assert!(normal <= 0.01 && skewed <= 0.01, "{normal} {skewed}");
    }

    /// Values that each have a piece of their own would fit best, if a piece could be that short.
    #[test]
    fn five_snapshots_show_a_large_step() {
        let mut generator = Generator(0x5eed);
        let found = (0..200).filter(|_| {
            let levels = [1.0, 1.0, 1.2, 1.2, 1.2];
            let values = levels.map(|level| level * (1.0 + 0.01 * generator.normal()));
            found_in(&values)
                .iter()
                .any(|step| step.at == 2 && step.is_regression())
        });
        assert!(found.count() >= 190);
    }

    /// From 100 to 115 in thirty snapshots: a rise of 15 % in steps of less than 1 %.
    #[test]
    fn a_drift_is_a_regression_once_it_adds_up() {
        let drift: Vec<f64> = (0..30_u8).map(|n| 100.0 + 0.5 * f64::from(n)).collect();
        let found = found_in(&drift);
        assert!(found.iter().any(ChangePoint::is_regression), "{found:?}");
        assert!(
            found.iter().all(|step| step.effect == StepEffect::Worse),
            "{found:?}"
        );
        let slight: Vec<f64> = (0..30_u8).map(|n| 100.0 + 0.1 * f64::from(n)).collect();
        assert!(found_in(&slight).is_empty(), "3 % in all");
    }

    #[test]
    fn series_without_a_step_have_no_change_point() {
        for values in [
            vec![],
            vec![1.0],
            vec![0.0; 30],
            vec![1e300; 30],
            vec![f64::NAN; 30],
            vec![1.0, 2.0],
        ] {
            assert!(found_in(&values).is_empty(), "{values:?}");
        }
    }

    #[test]
    fn missing_snapshots_move_no_index() {
        let mut values = vec![
            1.0,
            1.0,
            f64::NAN,
            1.0,
            1.0,
            f64::NAN,
            f64::INFINITY,
            2.0,
            f64::NAN,
            2.0,
            2.0,
            2.0,
        ];
        values.push(f64::NAN);
        let found = found_in(&values);
        assert_eq!(
            (found.len(), found[0].at, found[0].confirmations),
            (1, 7, 4)
        );
    }

    proptest! {
        /// Any pieces, also senseless ones, and any options.
        #[test]
        fn a_step_joins_two_different_levels_whatever_the_pieces_are(
            of in proptest::collection::vec(((any::<usize>(), any::<usize>(), any::<usize>()), (ANY, ANY)), 0..20),
            minimum_change in ANY,
            confirmations in 0_usize..5,
        ) {
            let pieces: Vec<Piece> = of
                .iter()
                .map(|((start, end, count), (level, error))| Piece {
                    start: *start,
                    end: *end,
                    count: *count,
                    level: *level,
                    error: *error,
                })
                .collect();
            for step in change_points(&pieces, Direction::Maximize, &StepOptions { minimum_change, confirmations }) {
                prop_assert!(step.before < step.after || step.after < step.before, "{:?}", step);
                prop_assert!(step.to_string().ends_with('.'));
            }
        }

        /// A change of unit changes no index; a mirrored series with the other direction neither.
        #[test]
        fn units_and_signs_do_not_matter(
            values in proptest::collection::vec(prop_oneof![0.9_f64..1.1, 1.9_f64..2.1], 2..40),
        ) {
            let places = |values: &[f64], direction| {
                let found = change_points(&segments(values, &[]).pieces, direction, &StepOptions::default());
                found.iter().map(|step| (step.at, step.effect, step.undone_at)).collect::<Vec<_>>()
            };
            let scaled: Vec<f64> = values.iter().map(|x| x * 1_048_576.0).collect();
            let mirrored: Vec<f64> = values.iter().map(|x| -x).collect();
            let expected = places(&values, Direction::Minimize);
            prop_assert_eq!(&places(&scaled, Direction::Minimize), &expected);
            prop_assert_eq!(&places(&mirrored, Direction::Maximize), &expected);
        }
    }
}
