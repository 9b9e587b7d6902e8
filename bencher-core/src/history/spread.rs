/// How much a value varies between runs that measured the same.
///
/// See [`between_run_spread`] for an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetweenRunSpread {
    /// The standard deviation of the natural logarithm: nearly the relative one while that is small.
    pub sd_ln: f64,
    /// How well it is known: the degrees of freedom of Student's distribution that it belongs to.
    pub degrees_of_freedom: f64,
}

/// The fewest runs that tell anything.
const FEWEST: usize = 3;

/// The factor for the chosen difference, and the degrees of freedom, by the number of normal values, from 3 on.
///
/// The factor makes the mean square that of the deviation. The freedom is that of the chi-squared distribution with
/// the same relative variance (Satterthwaite, Biometrics Bulletin 2, 1946). Both by simulation, of two million series
/// each.
const FACTORS: [(f64, f64); 18] = [
    (1.7010, 0.795),
    (1.4885, 0.614),
    (1.0442, 1.293),
    (0.8645, 1.968),
    (1.0358, 1.866),
    (0.9006, 2.520),
    (1.0373, 2.475),
    (0.9260, 3.122),
    (1.0379, 3.062),
    (0.9443, 3.712),
    (1.0386, 3.661),
    (0.9579, 4.313),
    (1.0396, 4.263),
    (0.9683, 4.914),
    (1.0401, 4.859),
    (0.9761, 5.511),
    (1.0411, 5.477),
    (0.9832, 6.117),
];

/// The spread of a value between runs: the values of one point and result, one a snapshot, in the order of the
/// snapshots, all of one machine class and of one [baseline](super::History::baseline).
///
/// It is made of the differences of neighbours, as von Neumann's (Annals of Mathematical Statistics 12, 1941): a step
/// between two commits spoils one difference, where it would spoil a deviation from the mean in every run. A mean of
/// squares would still follow an outlier, so the median of the absolute differences stands for it (the lower one of
/// two). One outlier spoils two differences, so at least two lie above the chosen one; of three values, the nearest
/// two count. The price is precision: it knows about half as much as the mean square of as many clean runs.
///
/// Values that are not positive and finite have no logarithm and are ignored. `None` for fewer than three others.
/// Equal values give 0, and so do values that mostly equal their neighbours. A caller that divides by it sets a
/// floor, such as the resolution of the clock.
///
/// ```
/// use bencher_core::history::between_run_spread;
/// let seconds = [1.00, 1.02, 0.99, 1.01, 2.02, 1.98, 2.01, 2.03];
/// let spread = between_run_spread(&seconds).ok_or("too few")?;
/// assert!((0.01..0.04).contains(&spread.sd_ln), "the step does not count");
/// assert_eq!(between_run_spread(&[1.0, 1.1]), None);
/// # Ok::<(), &str>(())
/// ```
pub fn between_run_spread(values: &[f64]) -> Option<BetweenRunSpread> {
    let usable = values.iter().filter(|x| x.is_finite() && **x > 0.0);
    let logs: Vec<f64> = usable.map(|x| x.ln()).collect();
    let count = logs.len();
    let neighbours = logs.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((b - a).abs()),
        _ => None,
    });
    let mut differences: Vec<f64> = neighbours.collect();
    if let [a, _, c] = logs[..] {
        differences.push((c - a).abs());
    }
    let (factor, degrees_of_freedom) = factors(count)?;
    let middle = differences.len().div_ceil(2);
    let rank = middle.min(differences.len().checked_sub(2)?).max(1);
    if rank > differences.len() {
        return None;
    }
    let (_, chosen, _) = differences.select_nth_unstable_by(rank - 1, f64::total_cmp);
    Some(BetweenRunSpread {
        sd_ln: factor * *chosen,
        degrees_of_freedom,
    })
}

/// The factor and the degrees of freedom of `count` values.
fn factors(count: usize) -> Option<(f64, f64)> {
    let at = count.checked_sub(FEWEST)?;
    Some(FACTORS.get(at).copied().unwrap_or_else(|| many(count)))
}

/// Those of many values, fitted to the same simulation within 0.3 %. The limit of the factor is that of the median of
/// absolute differences: 1 over the root of 2 and the normal quantile at 3/4.
fn many(count: usize) -> (f64, f64) {
    const LIMIT: f64 = 1.048_36;
    let n = count as f64;
    // The lower one of two middle differences is lower than the middle.
    let (lower, odd) = if count % 2 == 1 {
        (0.15, 1.0)
    } else {
        (1.27, 0.0)
    };
    (LIMIT * (1.0 - lower / n), 0.303 * (n - odd))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(n: u64) -> f64 {
        (crate::space::mix(n) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// By Box and Muller, so that the tails are normal, too.
    fn normal(n: u64) -> f64 {
        let radius = (-2.0 * (1.0 - uniform(2 * n)).ln()).sqrt();
        radius * (std::f64::consts::TAU * uniform(2 * n + 1)).cos()
    }

    fn runs(trial: u64, count: u64) -> Vec<f64> {
        (0..count)
            .map(|n| (0.02 * normal(trial * count + n)).exp())
            .collect()
    }

    fn sd(values: &[f64]) -> f64 {
        between_run_spread(values).unwrap().sd_ln
    }

    #[test]
    fn of_clean_runs_the_mean_square_is_the_variance_and_its_own_variance_fits_the_freedom() {
        for count in [3, 4, 5, 6, 7, 12, 21, 40] {
            let trials = 20_000 / count.max(5) * 10;
            let squares: Vec<f64> = (0..trials)
                .map(|n| (sd(&runs(n, count)) / 0.02).powi(2))
                .collect();
            let mean = crate::stats::mean(&squares).unwrap();
            assert!((mean - 1.0).abs() < 0.06, "{count} runs: {mean}");
            let freedom = 2.0 * mean * mean / crate::stats::var(&squares, 1).unwrap();
            let said = between_run_spread(&runs(0, count))
                .unwrap()
                .degrees_of_freedom;
            assert!(
                (freedom / said - 1.0).abs() < 0.15,
                "{count} runs: {freedom}, not {said}"
            );
        }
    }

    #[test]
    fn one_outlier_anywhere_changes_little() {
        for count in 3..30 {
            let clean: Vec<f64> = (0..100).map(|n| sd(&runs(n, count))).collect();
            for at in 0..usize::try_from(count).unwrap() {
                let spoiled = (0..100).map(|n| {
                    let mut values = runs(n, count);
                    values[at] *= 1000.0;
                    sd(&values)
                });
                let spoiled: Vec<f64> = spoiled.collect();
                let ratio =
                    crate::stats::median(&spoiled).unwrap() / crate::stats::median(&clean).unwrap();
                assert!(
                    (0.5..6.0).contains(&ratio),
                    "{count} runs, at {at}: {ratio}"
                );
                assert!(
                    spoiled.iter().all(|sd| *sd < 0.5),
                    "the outlier is 1000 times"
                );
            }
        }
    }

    #[test]
    fn a_step_between_any_two_runs_changes_little() {
        for count in 3..30 {
            let clean: Vec<f64> = (0..100).map(|n| sd(&runs(n, count))).collect();
            for at in 1..usize::try_from(count).unwrap() {
                let stepped = (0..100).map(|n| {
                    let mut values = runs(n, count);
                    values[at..].iter_mut().for_each(|x| *x *= 3.0);
                    sd(&values)
                });
                let stepped: Vec<f64> = stepped.collect();
                let ratio =
                    crate::stats::median(&stepped).unwrap() / crate::stats::median(&clean).unwrap();
                assert!(
                    (0.5..6.0).contains(&ratio),
                    "{count} runs, at {at}: {ratio}"
                );
                assert!(stepped.iter().all(|sd| *sd < 0.5), "the step is threefold");
            }
        }
    }

    #[test]
    fn values_by_hand() {
        let e = std::f64::consts::E;
        // The logarithms 0, 1, 5: the nearest two are 1 apart.
        assert!((sd(&[1.0, e, e.powi(5)]) - 1.7010).abs() < 1e-12);
        // The differences 1, 2, 3, 4: the lower one of the middle two.
        let values: Vec<f64> = [0, 1, 3, 6, 10].iter().map(|x| e.powi(*x)).collect();
        assert!((sd(&values) - 2.0 * 1.0442).abs() < 1e-12);
        assert!(sd(&[7.0; 9]).abs() < 1e-300);
    }

    #[test]
    fn odd_values_are_passed_over_and_nothing_panics() {
        assert_eq!(between_run_spread(&[]), None);
        assert_eq!(between_run_spread(&[1.0]), None);
        let odd = [
            f64::NAN,
            1.0,
            f64::INFINITY,
            -3.0,
            0.0,
            -0.0,
            1.1,
            f64::NEG_INFINITY,
        ];
        assert_eq!(between_run_spread(&odd), None, "two are left");
        let with = [&odd[..], &[1.2]].concat();
        assert_eq!(
            between_run_spread(&with),
            between_run_spread(&[1.0, 1.1, 1.2])
        );
        let ends = between_run_spread(&[f64::MIN_POSITIVE, f64::MAX, 5e-324, 1.0]).unwrap();
        assert!(ends.sd_ln.is_finite());
        let many: Vec<f64> = (0..100_000).map(|n| 1.0 + uniform(n)).collect();
        assert!(sd(&many).is_finite());
    }

    #[test]
    fn the_scale_does_not_matter() {
        let values = runs(5, 12);
        let scaled: Vec<f64> = values.iter().map(|x| x * 1e-9).collect();
        assert!((sd(&values) / sd(&scaled) - 1.0).abs() < 1e-9);
    }
}
