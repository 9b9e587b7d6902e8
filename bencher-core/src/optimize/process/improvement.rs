use crate::stats::distribution::normal_tail;

/// What a process expects to gain by a proposal.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Improvement {
    pub(super) gain: f64,
    /// The standard deviation of the known values; the worst values count no more than those in the middle do, since a
    /// single huge one would make every gain look like nothing.
    pub(super) spread: f64,
    /// The best value that is expected at a known point.
    pub(super) best: f64,
}

/// A process cannot tell values apart that differ by less than this share of their standard deviation, because of what
/// it adds to the variance of the noise: where the best value is 0, no share of it is less than that.
const RESOLUTION: f64 = 1e-4;

impl Improvement {
    /// Whether it is below a share of the best value, or less than a process can tell.
    pub(in super::super) fn is_within(self, share: f64) -> bool {
        self.gain < RESOLUTION * self.spread || self.gain < share * self.best.abs()
    }
}

/// The logarithm of the expected improvement on `best` of a normal value; smaller is better.
///
/// `EI = sd (phi(z) + z Phi(z))` with `z = (best - mean) / sd` (Jones, Schonlau and Welch 1998). Its logarithm tells
/// candidates apart where the improvement itself is 0 in floats (Ament and others 2023).
pub(super) fn log_improvement(mean: f64, deviation: f64, best: f64) -> f64 {
    let deviation = deviation.max(1e-12);
    let z = (best - mean) / deviation;
    let log_density = -0.5 * z * z - 0.5 * std::f64::consts::TAU.ln();
    let log_share = if z > FAR {
        // Phi(z) is the tail above -z.
        let share = log_density.exp() + z * normal_tail(-z);
        share.max(f64::MIN_POSITIVE).ln()
    } else {
        // phi(z) (1 / z^2 - 3 / z^4 + 15 / z^6 - ...), the asymptotic series of the sum.
        let q = 1.0 / (z * z);
        log_density + (q * (1.0 - 3.0 * q + 15.0 * q * q)).ln()
    };
    log_share + deviation.ln()
}

/// From here on down, the sum loses its digits and the series has them.
const FAR: f64 = -20.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_form_values() {
        let improvement = |mean, deviation, best| log_improvement(mean, deviation, best).exp();
        // phi(0); 2 (phi(1/2) - Phi(-1/2) / 2); phi(1) + Phi(1): tables of the normal distribution.
        assert!((improvement(0.0, 1.0, 0.0) - 0.398_942_280_401_432_7).abs() < 1e-12);
        let half = 2.0 * (0.352_065_326_764_299_5 - 0.5 * 0.308_537_538_725_986_9);
        assert!((improvement(1.0, 2.0, 0.0) - half).abs() < 1e-12);
        let one = 0.241_970_724_519_143_37 + 0.841_344_746_068_542_9;
        assert!((improvement(0.0, 1.0, 1.0) - one).abs() < 1e-12);
        let certain = improvement(0.0, 1e-15, 3.0);
        assert!(
            (certain - 3.0).abs() < 1e-9,
            "nothing is uncertain: {certain}"
        );
    }

    #[test]
    fn far_below_it_falls_smoothly() {
        let at = |z: f64| log_improvement(-z, 1.0, 0.0);
        let (above, below) = (at(FAR + 1e-9), at(FAR - 1e-9));
        assert!((above - below).abs() < 1e-5, "{above} {below}");
        assert!((-60..0).all(|z| at(f64::from(z)) < at(f64::from(z) + 1.0)));
        assert!(at(-1e6).is_finite());
    }
}
