//! The middle one of the slopes between all pairs of values.

use crate::regression::detectors::inversions::{sort_and_count, sort_with_inversions};
use crate::regression::detectors::robust::{difference, median_of, middle};

/// Up to this many values all slopes are listed: an eighth of a million of them.
const LISTED: usize = 512;
/// Of more values, slopes are listed once an interval holds no more than this many per value.
const LISTED_PER_VALUE: usize = 8;
/// The pairs drawn in each round that narrows the interval.
const DRAWS: u64 = 20_000;
/// The most rounds. Each shrinks the interval at least by half, mostly by ten.
const ROUNDS: u64 = 64;

/// A value of a series, and its position.
#[derive(Clone, Copy)]
struct Point {
    at: f64,
    value: f64,
}

/// The median of `(y_j - y_i) / (j - i)` over all pairs `i < j`. `None` below two values or where one is NaN,
/// and where the middle lies between the two infinities.
pub(crate) fn median_slope(values: &[f64]) -> Option<f64> {
    if values.len() < 2 || values.iter().any(|x| x.is_nan()) {
        return None;
    }
    let scale = scale_of(values);
    let points: Vec<Point> = values
        .iter()
        .zip(0_u32..)
        .map(|(value, at)| Point {
            at: f64::from(at),
            value: value * scale,
        })
        .collect();
    let scaled = if points.len() <= LISTED {
        median_of(all_slopes(&points))?
    } else {
        let (lower, upper) = middle_slopes(&points);
        middle(lower, upper)
    };
    Some(scaled / scale).filter(|slope| !slope.is_nan())
}

/// A power of two that keeps differences of very large values within the floats.
fn scale_of(values: &[f64]) -> f64 {
    let finite = values.iter().filter(|x| x.is_finite());
    let largest = finite.fold(0.0_f64, |most, x| most.max(x.abs()));
    if largest > 1e280 {
        1.0 / (1_u128 << 80) as f64
    } else {
        1.0
    }
}

fn slope(from: Point, to: Point) -> f64 {
    difference(to.value, from.value) / (to.at - from.at)
}

fn all_slopes(points: &[Point]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    let mut rest = points;
    while let [from, later @ ..] = rest {
        slopes.extend(later.iter().map(|to| slope(*from, *to)));
        rest = later;
    }
    slopes
}

/// An end of the interval of slopes, and the number of pairs whose slope is at most that.
#[derive(Clone, Copy)]
struct End {
    slope: f64,
    count: usize,
}

/// The two slopes in the middle, which are one where the number of pairs is odd.
///
/// A line of a given slope through each point orders the points by where it meets the axis. The pairs that this order
/// exchanges are those of a smaller slope, so counting inversions counts slopes (Cole, Salowe, Steiger and
/// Szemeredi, 1989). Drawn pairs tell where to count next (Matousek, 1991).
fn middle_slopes(points: &[Point]) -> (f64, f64) {
    let pairs = points.len() * (points.len() - 1) / 2;
    let (lower, upper) = ((pairs - 1) / 2, pairs / 2);
    // Slopes to and from infinite values lie outside the interval.
    let end = |slope: f64| End {
        slope,
        count: count(points, slope, slope > f64::NEG_INFINITY),
    };
    let (mut low, mut high) = (end(f64::NEG_INFINITY), end(f64::INFINITY));
    if lower < low.count || upper >= high.count {
        let infinite = |rank| match rank {
            rank if rank < low.count => f64::NEG_INFINITY,
            rank if rank >= high.count => f64::INFINITY,
            _ => 0.0,
        };
        return (infinite(lower), infinite(upper));
    }
    for round in 0..ROUNDS {
        if high.count - low.count <= LISTED_PER_VALUE * points.len() {
            return list_interval(points, low, high, (lower, upper));
        }
        for candidate in candidates(points, low, high, lower, round) {
            let upto = count(points, candidate, true);
            if upto <= lower {
                if candidate > low.slope {
                    low = End {
                        slope: candidate,
                        count: upto,
                    };
                }
            } else if upto > upper {
                if count(points, candidate, false) <= lower {
                    return (candidate, candidate);
                }
                if candidate < high.slope {
                    high = End {
                        slope: candidate,
                        count: upto,
                    };
                }
            }
        }
    }
    (high.slope, high.slope)
}

/// The number of pairs whose slope is less than that given, or at most that.
fn count(points: &[Point], slope: f64, with_equal: bool) -> usize {
    let mut keys: Vec<Key> = points.iter().map(|point| Key::of(*point, slope)).collect();
    sort_and_count(&mut keys, |right, left| right.passes(left, with_equal))
}

/// Where the line of a given slope through a point meets the axis. Infinite values come before and after all others.
#[derive(Clone, Copy)]
struct Key {
    class: f64,
    height: f64,
    point: Point,
}

impl Key {
    fn of(point: Point, slope: f64) -> Self {
        let (class, height) = if point.value.is_infinite() {
            (point.value, 0.0)
        } else {
            (0.0, point.value)
        };
        // Lines of infinite slope meet the axis in the order of the positions.
        let height = if slope.is_finite() {
            height - slope * point.at
        } else {
            0.0
        };
        Self {
            class,
            height,
            point,
        }
    }

    /// Whether the point on the right meets the axis before the other.
    fn passes(&self, left: &Self, with_equal: bool) -> bool {
        let order = self.class.total_cmp(&left.class);
        let is_equal = order.is_eq() && self.height >= left.height && self.height <= left.height;
        order.is_lt()
            || order.is_eq() && self.height < left.height
            || with_equal && is_equal && self.point.at > left.point.at
    }
}

/// Up to three slopes around the rank searched for, estimated from drawn pairs.
fn candidates(points: &[Point], low: End, high: End, rank: usize, round: u64) -> Vec<f64> {
    let mut drawn: Vec<f64> = (0..DRAWS)
        .filter_map(|draw| drawn_slope(points, mix(round * DRAWS + draw)))
        .filter(|slope| slope.is_finite() && *slope > low.slope && *slope <= high.slope)
        .collect();
    drawn.sort_unstable_by(f64::total_cmp);
    let share = (rank - low.count) as f64 / (high.count - low.count) as f64;
    let expected = share * drawn.len() as f64;
    let margin = (drawn.len() as f64).sqrt();
    let mut found: Vec<f64> = [expected - margin, expected, expected + margin]
        .into_iter()
        .filter_map(|place| nearest(&drawn, place))
        .collect();
    if found.is_empty() {
        found.push(middle(low.slope.max(f64::MIN), high.slope.min(f64::MAX)));
    }
    found.dedup();
    found
}

/// The value at a place between 0 and the number of values, or the one at the end that it lies beyond.
fn nearest(sorted: &[f64], place: f64) -> Option<f64> {
    let (mut low, mut high) = (0, sorted.len().checked_sub(1)?);
    while low < high {
        let half = low + (high - low) / 2;
        if (half as f64) < place.floor() {
            low = half + 1;
        } else {
            high = half;
        }
    }
    sorted.get(low).copied()
}

fn drawn_slope(points: &[Point], bits: u64) -> Option<f64> {
    let count = u64::try_from(points.len()).ok()?;
    let place = |bits: u64| usize::try_from(((bits & 0xffff_ffff) * count) >> 32).ok();
    let (a, b) = (points.get(place(bits)?)?, points.get(place(bits >> 32)?)?);
    a.at.total_cmp(&b.at).is_ne().then(|| slope(*a, *b))
}

/// Scatters a counter over all bits (Steele, Lea and Flood, 2014: `SplitMix`).
fn mix(counter: u64) -> u64 {
    let mut bits = counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

/// Lists the slopes of the interval and takes the two of those ranks.
fn list_interval(
    points: &[Point],
    low: End,
    high: End,
    (lower, upper): (usize, usize),
) -> (f64, f64) {
    let mut keys: Vec<Key> = points
        .iter()
        .map(|point| Key::of(*point, low.slope))
        .collect();
    let with_equal = low.slope > f64::NEG_INFINITY;
    sort_and_count(&mut keys, |right, left| right.passes(left, with_equal));
    let mut order: Vec<Key> = keys
        .iter()
        .map(|key| Key::of(key.point, high.slope))
        .collect();
    let mut slopes = Vec::with_capacity(high.count - low.count);
    sort_with_inversions(
        &mut order,
        |right, left| right.passes(left, true),
        |lefts, right| {
            // Rounding may exchange a pair back, which is not one of the interval.
            let earlier = lefts.iter().filter(|left| left.point.at < right.point.at);
            slopes.extend(earlier.map(|left| slope(left.point, right.point)));
        },
    );
    let mut at = |rank: usize| {
        let place = (rank - low.count).min(slopes.len().saturating_sub(1));
        if slopes.is_empty() {
            return high.slope;
        }
        *slopes.select_nth_unstable_by(place, f64::total_cmp).1
    };
    (at(lower), at(upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(n: u64) -> f64 {
        (mix(n) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Series longer than the limit, by the search and by the list of all slopes.
    #[test]
    fn the_search_finds_the_slope_of_the_list() {
        type Kind = fn(u64) -> f64;
        let kinds: [(&str, Kind); 8] = [
            ("noise", |n| uniform(n) - 0.5),
            ("ties", |n| (uniform(n) * 3.0).floor()),
            (
                "few that differ",
                |n| if uniform(n) < 0.01 { 1.0 } else { 0.0 },
            ),
            ("rise", |n| n as f64 * 0.01 + uniform(n)),
            ("stairs", |n| (n / 7) as f64),
            ("line", |n| n as f64 / 3.0),
            ("offset", |n| 1e9 + uniform(n)),
            ("large", |n| (uniform(n) - 0.5) * 1.7e308),
        ];
        for (name, value) in kinds {
            for length in [513, 640] {
                let values: Vec<f64> = (0..length).map(value).collect();
                let scale = scale_of(&values);
                let points: Vec<Point> = (0..length)
                    .map(|n| Point {
                        at: n as f64,
                        value: value(n) * scale,
                    })
                    .collect();
                let expected = median_of(all_slopes(&points)).unwrap() / scale;
                let found = median_slope(&values).unwrap();
                let digits = values.iter().fold(0.0_f64, |most, x| most.max(x.abs())) * 1e-15;
                assert!(
                    (found - expected).abs() <= 1e-12 * expected.abs() + digits,
                    "{name}, {length}: {found}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn the_search_knows_infinite_values() {
        let inf = f64::INFINITY;
        let series = |infinite: fn(u64) -> bool| -> Vec<f64> {
            (0..700)
                .map(|n| {
                    if infinite(n) {
                        f64::INFINITY
                    } else {
                        uniform(n)
                    }
                })
                .collect()
        };
        for infinite in [
            |n| n > 350,
            |n| n % 2 == 1,
            |n| n == 3,
            |n| n < 690,
            |_| true,
        ] as [fn(u64) -> bool; 5]
        {
            let values = series(infinite);
            let points: Vec<Point> = values
                .iter()
                .zip(0_u32..)
                .map(|(value, at)| Point {
                    at: f64::from(at),
                    value: *value,
                })
                .collect();
            let expected = median_of(all_slopes(&points)).unwrap();
            let found = median_slope(&values).unwrap();
            assert!(
                found.total_cmp(&expected).is_eq() || (found - expected).abs() < 1e-12,
                "{found} {expected}"
            );
        }
        assert_eq!(
            median_slope(&[vec![0.0; 600], vec![inf; 600]].concat()),
            Some(inf)
        );
    }

    #[test]
    fn long_series_have_a_slope() {
        let values: Vec<f64> = (0..20_000).map(|n| 0.25 * n as f64 + uniform(n)).collect();
        assert!((median_slope(&values).unwrap() - 0.25).abs() < 1e-6);
        assert_eq!(median_slope(&vec![7.0; 100_000]), Some(0.0));
    }
}
