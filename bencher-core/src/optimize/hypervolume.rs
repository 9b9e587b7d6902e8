//! How much of two objectives a search has gained: the area that its points dominate.

/// The share of the box between the best and the worst values that the first points dominate, for each number of them.
/// Costs are to be small; those that are not finite dominate nothing. Without any width or height, the share is 1.
pub(crate) fn hypervolumes(costs: &[[f64; 2]]) -> Vec<f64> {
    let is_finite = |point: &&[f64; 2]| point.iter().all(|x| x.is_finite());
    let span = |at: fn(&[f64; 2]) -> f64| {
        let finite = costs.iter().filter(is_finite).map(at);
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        })
    };
    let (first, second) = (span(|[x, _]| *x), span(|[_, y]| *y));
    let share = |(low, high): (f64, f64), x: f64| {
        if high > low {
            (x - low) / (high - low)
        } else {
            0.0
        }
    };
    // By the first objective, which falls as the second rises.
    let mut front: Vec<[f64; 2]> = Vec::new();
    let volume = |point: &[f64; 2]| {
        if point.iter().all(|x| x.is_finite()) {
            add(
                &mut front,
                [share(first, point[0]), share(second, point[1])],
            );
        }
        area(&front)
    };
    costs.iter().map(volume).collect()
}

/// Adds a point to a front, without those that it dominates.
fn add(front: &mut Vec<[f64; 2]>, point: [f64; 2]) {
    let [x, y] = point;
    if front.iter().any(|[a, b]| *a <= x && *b <= y) {
        return;
    }
    front.retain(|[a, b]| *a < x || *b < y);
    let at = front.partition_point(|[a, _]| *a < x);
    front.insert(at, point);
}

/// The area of the unit square above and right of a front.
fn area(front: &[[f64; 2]]) -> f64 {
    let mut above = 1.0;
    let strip = |[x, y]: &[f64; 2]| {
        let strip = (1.0 - x) * (above - y);
        above = *y;
        strip
    };
    front.iter().map(strip).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the cells of a fine grid that a point dominates.
    fn counted(points: &[[f64; 2]]) -> f64 {
        const CELLS: u32 = 400;
        let middle = |at: u32| (f64::from(at) + 0.5) / f64::from(CELLS);
        let cells = (0..CELLS).flat_map(|i| (0..CELLS).map(move |j| [middle(i), middle(j)]));
        let dominated = cells.filter(|[x, y]| points.iter().any(|[a, b]| a <= x && b <= y));
        dominated.count() as f64 / f64::from(CELLS).powi(2)
    }

    #[test]
    fn areas_are_those_that_are_counted() {
        let mut dice = 7_u64;
        let mut unit = || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (dice >> 40) as f64 / f64::from(1_u32 << 24)
        };
        // The corners give the box.
        let mut points = vec![[0.0, 1.0], [1.0, 0.0]];
        points.extend((0..30).map(|_| [unit(), unit()]));
        let found = hypervolumes(&points);
        for count in [2, 3, 10, 32] {
            let counted = counted(&points[..count]);
            assert!(
                (found[count - 1] - counted).abs() < 0.01,
                "{count}: {} {counted}",
                found[count - 1]
            );
        }
        assert!(found.is_sorted());
    }

    #[test]
    fn strange_points() {
        assert!(hypervolumes(&[]).is_empty());
        assert_eq!(hypervolumes(&[[f64::INFINITY; 2]]), [0.0]);
        assert_eq!(
            hypervolumes(&[[3.0, 4.0]]),
            [1.0],
            "a single point is the best"
        );
        // The box is 2 by 2. (1, 1) covers a quarter of it, corners add nothing, and (0, 0) covers all.
        assert_eq!(
            hypervolumes(&[
                [0.0, 2.0],
                [1.0, 1.0],
                [2.0, 0.0],
                [f64::NAN, 0.0],
                [0.0, 0.0]
            ]),
            [0.0, 0.25, 0.25, 0.25, 1.0]
        );
    }
}
