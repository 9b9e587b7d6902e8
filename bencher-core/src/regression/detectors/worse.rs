//! Which changes of a result are for the worse.

use crate::var::Direction;

/// Whether a change of that sign is for the worse; without a direction every change is.
pub(crate) fn is_bad(direction: Direction, change: f64) -> bool {
    match direction {
        Direction::Minimize => change > 0.0,
        Direction::Maximize => change < 0.0,
        Direction::None => true,
    }
}

/// Whether a change goes beyond a threshold for the worse. Equality does not.
pub(crate) fn exceeds(direction: Direction, change: f64, threshold: f64) -> bool {
    match direction {
        Direction::Minimize => change > threshold,
        Direction::Maximize => change < -threshold,
        Direction::None => change.abs() > threshold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_exceeded_only_beyond_it_and_only_for_the_worse() {
        let exceeded = |change| {
            [Direction::Minimize, Direction::Maximize, Direction::None]
                .map(|direction| exceeds(direction, change, 2.0))
        };
        assert_eq!(exceeded(2.0), [false; 3]);
        assert_eq!(exceeded(-2.0), [false; 3]);
        assert_eq!(exceeded(3.0), [true, false, true]);
        assert_eq!(exceeded(f64::NEG_INFINITY), [false, true, true]);
        assert_eq!(exceeded(f64::NAN), [false; 3]);
    }
}
