use std::collections::BTreeSet;

use super::Point;

/// At most about `limit` points: of every stretch its lowest, its highest and a point without
/// a value, so that neither peaks nor gaps vanish.
pub(crate) fn thin(points: &[Point], limit: usize) -> Vec<Point> {
    if points.len() <= limit {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil((limit / 3).max(1));
    let mut kept = Vec::new();
    for chunk in points.chunks(stretch) {
        let value = |point: &(usize, &Point)| point.1.y.unwrap_or(f64::NAN);
        let known = || {
            chunk
                .iter()
                .enumerate()
                .filter(|(_, point)| point.y.is_some())
        };
        let picks: BTreeSet<usize> = [
            known().min_by(|a, b| value(a).total_cmp(&value(b))),
            known().max_by(|a, b| value(a).total_cmp(&value(b))),
            chunk
                .iter()
                .enumerate()
                .find(|(_, point)| point.y.is_none()),
        ]
        .into_iter()
        .flatten()
        .map(|(n, _)| n)
        .collect();
        kept.extend(picks.into_iter().filter_map(|n| chunk.get(n).cloned()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::PointSign;

    #[test]
    fn peaks_and_gaps_stay() {
        let point = |n: usize| Point {
            x: n as f64,
            place: None,
            y: match n {
                700 => None,
                500 => Some(9.0),
                _ => Some(((n * 7919) % 13) as f64 / 13.0),
            },
            bounds: None,
            outer: None,
            sign: PointSign::Plain,
            samples: 1,
            absent: 0,
            gap: None,
        };
        let points: Vec<Point> = (0..1000).map(point).collect();
        let few = thin(&points, 60);
        assert!((20..=60).contains(&few.len()), "{}", few.len());
        assert!(few.iter().any(|point| point.y == Some(9.0)));
        assert!(few.iter().any(|point| point.y.is_none()));
        assert!(few.windows(2).all(|pair| pair[0].x < pair[1].x));
        assert_eq!(thin(&points, 1000), points);
    }
}
