//! Distribution functions: normal, Student's t, beta, binomial-like tails.
//!
//! Quantiles are found by bisection of the distribution function, because a gate computes few of them and the
//! bisection needs no starting value that could be wrong.

/// The tail of the standard normal distribution above `z`.
///
/// The alternating series of the error function below 2.5 (DLMF 7.6.2, all terms positive), its continued
/// fraction above (DLMF 7.9.3). Relative error about 1e-14.
pub(crate) fn normal_tail(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    if z < 0.0 {
        return 1.0 - normal_tail(-z);
    }
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    if z < 2.5 {
        // Phi(z) - 1/2 = density * (z + z^3 / 3 + z^5 / (3 * 5) + ...).
        let mut term = z;
        let mut total = z;
        let mut odd = 1.0;
        while term > total * 1e-17 {
            odd += 2.0;
            term *= z * z / odd;
            total += term;
        }
        return 0.5 - density * total;
    }
    // Q(z) = density / (z + 1 / (z + 2 / (z + 3 / ...))), from the innermost term outwards.
    let fraction = (1..=150_u32)
        .rev()
        .fold(z, |inner, k| z + f64::from(k) / inner);
    density / fraction
}

/// The `z` that a standard normal variable exceeds in magnitude with this probability: 1.96 for 0.05; infinite
/// for 0, 0 for 1 and beyond, NaN for NaN.
pub(crate) fn normal_two_sided(misrate: f64) -> f64 {
    bisect(0.0, 40.0, misrate, |z| 2.0 * normal_tail(z))
}

/// The `t` that a variable of Student's distribution exceeds in magnitude with this probability.
///
/// `P(|T| > t) = I_x(df / 2, 1 / 2)` with `x = df / (df + t^2)` (DLMF 8.17; Abramowitz and Stegun 26.7.1). The
/// search is on `ln(t^2 / df)`, so that far tails lose no digits.
pub(crate) fn student_two_sided(misrate: f64, freedom: f64) -> f64 {
    if freedom.is_nan() || freedom <= 0.0 {
        return f64::INFINITY;
    }
    // The normal distribution is the limit, and closer than a float tells.
    if freedom > 1e12 {
        return normal_two_sided(misrate);
    }
    let tail = |log_odds: f64| {
        let (below, above) = logistic(log_odds);
        beta_share(above, below, freedom / 2.0, 0.5)
    };
    let log_odds = bisect(-700.0, 700.0, misrate, tail);
    (freedom * log_odds.exp()).sqrt()
}

/// The logarithm of the odds `x / (1 - x)` of the `x` that a variable of a beta distribution exceeds with this
/// probability.
///
/// Infinite where a parameter is 0: the distribution lies at that end. The `x` from below is the negative of that
/// with the parameters exchanged.
pub(crate) fn beta_log_odds_above(tail: f64, a: f64, b: f64) -> f64 {
    if a <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if b <= 0.0 {
        return f64::INFINITY;
    }
    bisect(-700.0, 700.0, tail, |log_odds| {
        let (x, y) = logistic(log_odds);
        beta_share(y, x, b, a)
    })
}

/// The share of a beta distribution below `x`, where `y = 1 - x` (regularised incomplete beta function).
///
/// The continued fraction of DLMF 8.17.22, evaluated by Lentz's method as modified by Thompson and Barnett (1986).
pub(crate) fn beta_share(x: f64, y: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    // The fraction converges quickly below the mean only.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_fraction(y, x, b, a);
    }
    beta_fraction(x, y, a, b)
}

fn beta_fraction(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let log_front = a * x.ln() + b * y.ln() - ln_beta(a, b);
    let mut fraction = Lentz::new(-(a + b) * x / (a + 1.0));
    for step in 1..=MOST_STEPS {
        let step = f64::from(step);
        let twice = a + 2.0 * step;
        fraction.push(step * (b - step) * x / ((twice - 1.0) * twice));
        let change = fraction.push(-(a + step) * (a + b + step) * x / (twice * (twice + 1.0)));
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (log_front.exp() * fraction.value / a).clamp(0.0, 1.0)
}

/// The continued fraction `1 / (1 + d1 / (1 + d2 / ...))` so far.
struct Lentz {
    value: f64,
    numerator: f64,
    denominator: f64,
}

impl Lentz {
    fn new(first: f64) -> Self {
        let denominator = 1.0 / nonzero(1.0 + first);
        Self {
            value: denominator,
            numerator: 1.0,
            denominator,
        }
    }

    /// Takes the next coefficient, and gives the factor by which the value changes.
    fn push(&mut self, coefficient: f64) -> f64 {
        self.denominator = 1.0 / nonzero(1.0 + coefficient * self.denominator);
        self.numerator = nonzero(1.0 + coefficient / self.numerator);
        let change = self.denominator * self.numerator;
        self.value *= change;
        change
    }
}

fn nonzero(value: f64) -> f64 {
    if value.abs() < 1e-300 { 1e-300 } else { value }
}

/// The steps of a continued fraction after which it is cut off: enough for parameters of 10^9.
const MOST_STEPS: u32 = 100_000;

/// The logarithm of the beta function.
fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The logarithm of the gamma function of a number above 0.
///
/// Stirling's series (DLMF 5.11.1) from 15 on, which the recurrence reaches from below; relative error about 1e-15.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let mut x = x;
    let mut shift = 0.0;
    while x < 15.0 {
        shift += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse / 12.0
        * (1.0
            - square / 30.0
                * (1.0
                    - square * 2.0 / 7.0
                        * (1.0 - square * 3.0 / 4.0 * (1.0 - square * 140.0 / 99.0))));
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - shift
}

/// The logarithm of the number of ways to choose `k` of `n`.
#[cfg(any(feature = "history", test))]
pub(crate) fn ln_choose(n: f64, k: f64) -> f64 {
    if k <= 0.0 || k >= n {
        return 0.0;
    }
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// `x` and `1 - x` of a logarithm of odds, both without loss of digits.
fn logistic(log_odds: f64) -> (f64, f64) {
    (
        1.0 / (1.0 + (-log_odds).exp()),
        1.0 / (1.0 + log_odds.exp()),
    )
}

/// Where a falling function takes this value between two ends.
fn bisect(low: f64, high: f64, value: f64, falling: impl Fn(f64) -> f64) -> f64 {
    if value.is_nan() {
        return f64::NAN;
    }
    if value <= 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (low, high);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if falling(middle) > value {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found / expected - 1.0).abs() < tolerance,
            "{found} is not {expected}"
        );
    }

    /// scipy 1.17: `stats.norm.sf` and `stats.norm.isf`.
    #[test]
    fn the_normal_distribution_is_that_of_scipy() {
        for (z, tail) in [
            (0.5, 0.308_537_538_725_986_9),
            (1.96, 0.024_997_895_148_220_435),
            (2.5, 0.006_209_665_325_776_132),
            (3.0, 0.001_349_898_031_630_093_3),
            (6.0, 9.865_876_450_376_946e-10),
            (20.0, 2.753_624_118_606_155_6e-89),
        ] {
            close(normal_tail(z), tail, 1e-12);
        }
        for (misrate, z) in [
            (0.05, 1.959_963_984_540_054_5),
            (5e-4, 3.480_756_404_346_212),
            (1e-6, 4.891_638_475_698_591),
            (1e-12, 7.130_506_848_171_324),
        ] {
            close(normal_two_sided(misrate), z, 1e-12);
        }
    }

    /// scipy 1.17: `stats.t.isf`; the first two stand in every printed table too.
    #[test]
    fn quantiles_of_student_are_those_of_scipy() {
        for (misrate, freedom, t) in [
            (0.05, 2.0, 4.302_652_729_749_464),
            (0.05, 9.0, 2.262_157_162_798_205_3),
            (5e-4, 2.0, 44.704_587_292_930_67),
            (1e-6, 3.0, 130.154_589_558_357_94),
            (0.01, 120.0, 2.617_421_145_106_866),
            (0.05, 0.5, 164.557_673_480_488_46),
        ] {
            close(student_two_sided(misrate, freedom), t, 1e-10);
        }
        close(student_two_sided(0.05, 1e13), 1.959_963_984_540_054_5, 1e-9);
    }

    /// scipy 1.17: `special.betainc` and `special.gammaln`.
    #[test]
    fn beta_and_gamma_are_those_of_scipy() {
        for (x, a, b, share) in [
            (0.3, 2.0, 5.0, 0.579_825_000_000_000_3),
            (0.9, 20.0, 1.5, 0.234_127_110_294_933_2),
            (1e-6, 0.5, 0.5, 0.000_636_619_878_470_924_5),
            (0.5, 500.0, 480.0, 0.261_356_006_467_864_94),
            (0.01, 1.0, 1e5, 1.0),
        ] {
            close(beta_share(x, 1.0 - x, a, b), share, 1e-11);
        }
        for (x, value) in [
            (0.5, 0.572_364_942_924_7),
            (3.7, 1.428_072_326_665_388),
            (15.0, 25.191_221_182_738_683),
            (1e5, 1_051_287.708_973_656_9),
            (1e12, 26_631_021_115_915.65),
        ] {
            close(ln_gamma(x), value, 1e-13);
        }
        assert!(ln_gamma(1.0).abs() < 1e-14);
        close(ln_choose(50.0, 25.0).exp(), 126_410_606_437_752.0, 1e-12);
    }

    #[test]
    fn ends_and_nonsense_have_a_value() {
        assert!(normal_two_sided(0.0) == f64::INFINITY);
        assert!(normal_two_sided(f64::NAN).is_nan());
        assert!(normal_two_sided(1.0) < 1e-9);
        assert!(student_two_sided(0.05, 0.0) == f64::INFINITY);
        assert!(student_two_sided(0.05, f64::NAN) == f64::INFINITY);
        assert!(beta_log_odds_above(0.5, 0.0, 3.0) == f64::NEG_INFINITY);
        assert!(beta_log_odds_above(0.5, 3.0, 0.0) == f64::INFINITY);
        assert!(normal_tail(f64::NAN).is_nan());
        assert!(normal_tail(f64::INFINITY) <= 0.0);
    }
}
