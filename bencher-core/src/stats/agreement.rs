//! Tests whether times that were measured again agree with the earlier times.

use super::{max, mean, median, min, quantile, std};

/// Times that differ by less count as equal, because processes of one program differ by as much.
const LEAST_SHIFT: f64 = 0.02;
/// Means over several points that differ by less count as equal.
const LEAST_MEAN_SHIFT: f64 = 0.01;
/// The least difference that counts, in standard errors, if many times give the spread.
const ERRORS: f64 = 3.5;
/// The limits for a spread with 1, 2, … degrees of freedom: the 0.9975 quantiles of Student's t.
///
/// With these limits, one in 200 unchanged points is reported as changed, for any number of times.
const ERRORS_OF_FEW: [f64; 10] = [
    127.3, 14.09, 7.453, 5.598, 4.773, 4.317, 4.029, 3.833, 3.690, 3.581,
];
/// From how many stored rounds on their inner range is known.
const ENOUGH_FOR_RANGE: usize = 5;

/// How far the times of a point moved from one run to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shift {
    /// The logarithm of fresh over stored times.
    log: f64,
    /// Its standard error.
    error: f64,
    /// The degrees of freedom of the error.
    freedom: usize,
    is_beyond_noise: bool,
}

/// Compares fresh rounds of a point with stored ones, in any unit; `None` with less than two fresh rounds, or
/// without stored ones.
pub(crate) fn shift(fresh: &[f64], stored: &[f64]) -> Option<Shift> {
    let logs = |times: &[f64]| -> Vec<f64> {
        let positive = times.iter().filter(|time| **time > 0.0 && time.is_finite());
        positive.map(|time| time.ln()).collect()
    };
    let (fresh, stored) = (logs(fresh), logs(stored));
    if fresh.len() < 2 {
        return None;
    }
    let now = median(&fresh)?;
    let log = now - median(&stored)?;
    let spread = spread(&fresh).max(spread(&stored));
    let error = spread * (1.0 / fresh.len() as f64 + 1.0 / stored.len() as f64).sqrt();
    // Times of several modes have no spread that says how far the median of three may lie.
    let inner = |share| quantile(&stored, share).filter(|_| stored.len() >= ENOUGH_FOR_RANGE);
    let is_usual =
        inner(0.1).is_some_and(|low| low <= now) && inner(0.9).is_some_and(|high| now <= high);
    let freedom = fresh.len() + stored.len() - 2;
    Some(Shift {
        log,
        error,
        freedom,
        is_beyond_noise: !is_usual && log.abs() > LEAST_SHIFT.max(errors(freedom) * error),
    })
}

/// Whether several points have the times that they had before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Agreement {
    pub(crate) agrees: bool,
    /// How many times as long it takes now, at least and at most.
    pub(crate) factors: (f64, f64),
}

/// Combines the shifts of several times; `None` without shifts.
pub(crate) fn agreement(shifts: &[Shift]) -> Option<Agreement> {
    let logs: Vec<f64> = shifts.iter().map(|shift| shift.log).collect();
    let mean = mean(&logs)?;
    let count = logs.len() as f64;
    let within: f64 = shifts.iter().map(|shift| shift.error * shift.error).sum();
    let between = std(&logs, 1).unwrap_or(0.0) / count.sqrt();
    let error = (within.sqrt() / count).max(between);
    let freedom = shifts.iter().map(|shift| shift.freedom).sum();
    let moved_together = mean.abs() > LEAST_MEAN_SHIFT.max(errors(freedom) * error);
    let one_moved = shifts.iter().any(|shift| shift.is_beyond_noise);
    Some(Agreement {
        agrees: !(one_moved || moved_together && logs.len() > 1),
        factors: (min(&logs)?.exp(), max(&logs)?.exp()),
    })
}

/// How many standard errors a difference has at least.
fn errors(freedom: usize) -> f64 {
    let of_few = freedom.checked_sub(1).and_then(|at| ERRORS_OF_FEW.get(at));
    *of_few.unwrap_or(&ERRORS)
}

/// The standard deviation, by the median deviation where there are enough values for that.
fn spread(logs: &[f64]) -> f64 {
    let plain = std(logs, 1).unwrap_or(0.0);
    if logs.len() < ENOUGH_FOR_RANGE {
        return plain;
    }
    let middle = median(logs).unwrap_or(0.0);
    let deviations: Vec<f64> = logs.iter().map(|log| (log - middle).abs()).collect();
    plain.min(1.4826 * median(&deviations).unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform numbers from 0 to 1, by Steele, Lea and Flood's `SplitMix64`.
    fn random(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// Log-normal times with a relative noise.
    fn times(count: usize, centre: f64, noise: f64, random: &mut impl FnMut() -> f64) -> Vec<f64> {
        let normal = |random: &mut dyn FnMut() -> f64| (0..12).map(|_| random()).sum::<f64>() - 6.0;
        let mut random = || random();
        (0..count)
            .map(|_| centre * (noise * normal(&mut random)).exp())
            .collect()
    }

    /// In how many of 1000 trials a check of `points` points with 16 stored rounds each disagrees, where
    /// everything takes `factor` as long.
    fn disagreements(points: usize, noise: f64, factor: f64) -> usize {
        disagreements_of((3, 16), points, noise, factor)
    }

    /// The same with `fresh` and `stored` rounds.
    fn disagreements_of(
        (fresh, stored): (usize, usize),
        points: usize,
        noise: f64,
        factor: f64,
    ) -> usize {
        let mut random = random(7);
        let trials = (0..1000).filter(|_| {
            let shifts: Vec<Shift> = (0..points)
                .filter_map(|_| {
                    let stored = times(stored, 1.0, noise, &mut random);
                    shift(&times(fresh, factor, noise, &mut random), &stored)
                })
                .collect();
            agreement(&shifts).is_some_and(|found| !found.agrees)
        });
        trials.count()
    }

    #[test]
    fn few_rounds_are_no_changed_machine() {
        for rounds in [(2, 1), (2, 2), (2, 3), (3, 3), (3, 5), (3, 8), (3, 12)] {
            for (points, most) in [(1, 20), (8, 90)] {
                let same = disagreements_of(rounds, points, 0.1, 1.0);
                assert!(same <= most, "{same} of 1000, {points} points, {rounds:?}");
                let found = disagreements_of(rounds, points, 0.002, 1.5);
                // The noise of three times is hardly known.
                let least = if rounds == (2, 1) { 700 } else { 950 };
                assert!(
                    found >= least,
                    "{found} of 1000, {points} points, {rounds:?}"
                );
            }
        }
    }

    #[test]
    fn a_change_beyond_the_noise_is_found_and_none_is_not() {
        for (noise, least) in [(0.002, 1.03), (0.02, 1.2), (0.1, 2.0)] {
            for points in [1, 8] {
                let same = disagreements(points, noise, 1.0);
                assert!(same <= 60, "{same} of 1000, {points} points, noise {noise}");
                for factor in [least, 1.0 / least] {
                    let found = disagreements(points, noise, factor);
                    assert!(
                        found >= 950,
                        "{found} of 1000, {points} points, noise {noise}"
                    );
                }
            }
        }
        assert_eq!(disagreements(8, 0.0, 1.005), 0, "half a percent is none");
        assert_eq!(
            disagreements(1, 0.0, 1.015),
            0,
            "one point may move by that"
        );
        assert_eq!(disagreements(8, 0.0, 1.015), 1000, "eight do not by chance");
    }

    #[test]
    fn a_mode_that_was_there_before_is_no_change() {
        let stored = [1.0, 1.2, 1.0, 1.0, 1.2, 1.0, 1.2, 1.0, 1.0, 1.0];
        assert!(!shift(&[1.2, 1.2, 1.0], &stored).unwrap().is_beyond_noise);
        assert!(shift(&[1.5, 1.5, 1.5], &stored).unwrap().is_beyond_noise);
    }

    #[test]
    fn the_factor_is_that_of_the_times() {
        let shifts: Vec<Shift> = [1.0, 10.0, 100.0]
            .iter()
            .filter_map(|time| shift(&[2.0 * time; 3], &[*time; 4]))
            .collect();
        let found = agreement(&shifts).unwrap();
        let (least, most) = found.factors;
        assert!(!found.agrees && (least - 2.0).abs() < 1e-9 && (most - 2.0).abs() < 1e-9);
        assert_eq!(agreement(&[]), None);
        assert_eq!(shift(&[1.0], &[1.0]), None, "one round");
        assert_eq!(shift(&[1.0, 1.0], &[]), None);
        assert_eq!(shift(&[0.0, 0.0], &[1.0]), None, "no times");
    }
}
