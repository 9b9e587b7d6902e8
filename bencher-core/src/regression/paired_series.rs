//! Values of two programs, for tests.

use crate::var::Direction;

use super::sequential::PairedPoint;

/// A candidate and a base with a ratio and noise of some size, without randomness.
pub(super) fn series(count: usize, ratio: f64, noise: f64) -> (Vec<f64>, Vec<f64>) {
    let base: Vec<f64> = (0..count)
        .map(|n| 1.0 + noise * ((n * 7 % 11) as f64 / 5.0 - 1.0))
        .collect();
    let candidate = (0..count).map(|n| ratio * (1.0 + noise * ((n * 5 % 13) as f64 / 6.0 - 1.0)));
    (candidate.collect(), base)
}

/// The point of a candidate and a base, where less is better.
pub(super) fn point((candidate, base): &(Vec<f64>, Vec<f64>)) -> PairedPoint<'_> {
    let direction = Direction::Minimize;
    PairedPoint {
        candidate,
        base,
        direction,
    }
}
