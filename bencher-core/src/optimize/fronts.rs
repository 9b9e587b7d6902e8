//! Points with several objectives: domination, fronts, hypervolume. All objectives are to be small.

/// Whether the first is at least as good in every objective, and better in one.
pub(crate) fn dominates(a: &[f64], b: &[f64]) -> bool {
    let pairs = || a.iter().zip(b);
    pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
}

/// All points, the best first: front after front, and within a front those with the most room around them (Deb and
/// others, 2002). With one objective, in its order.
pub(super) fn ranked(values: &[&[f64]]) -> Vec<usize> {
    let objectives = values.first().map_or(0, |first| first.len());
    let value = |point: usize, objective: usize| {
        let values = values.get(point).and_then(|values| values.get(objective));
        values.copied().unwrap_or(f64::INFINITY)
    };
    let mut left: Vec<usize> = (0..values.len()).collect();
    if objectives == 1 {
        left.sort_by(|a, b| value(*a, 0).total_cmp(&value(*b, 0)));
        return left;
    }
    let mut order = Vec::with_capacity(values.len());
    while !left.is_empty() {
        let is_first = |point: &usize| {
            let here = values.get(*point);
            let better = |other: &usize| match (values.get(*other), here) {
                (Some(other), Some(here)) => dominates(other, here),
                _ => false,
            };
            !left.iter().any(better)
        };
        let (front, rest): (Vec<usize>, Vec<usize>) = left.iter().partition(|p| is_first(p));
        let mut crowded = by_room(&front, objectives, &value);
        if crowded.is_empty() {
            // Never, unless values have no order.
            crowded.clone_from(&rest);
            left = Vec::new();
        } else {
            left = rest;
        }
        order.extend(crowded);
    }
    order
}

/// The points of a front, those with the most room around them first.
fn by_room(front: &[usize], objectives: usize, value: &dyn Fn(usize, usize) -> f64) -> Vec<usize> {
    let mut room: Vec<(usize, f64)> = front.iter().map(|point| (*point, 0.0)).collect();
    for objective in 0..objectives {
        room.sort_by(|a, b| value(a.0, objective).total_cmp(&value(b.0, objective)));
        let along: Vec<f64> = room
            .iter()
            .map(|(point, _)| value(*point, objective))
            .collect();
        let span = match (along.first(), along.last()) {
            (Some(first), Some(last)) => (last - first).max(1e-12),
            _ => 1.0,
        };
        for (at, (_, room)) in room.iter_mut().enumerate() {
            let before = at.checked_sub(1).and_then(|at| along.get(at));
            *room += match (before, along.get(at + 1)) {
                (Some(before), Some(after)) => (after - before) / span,
                _ => f64::INFINITY,
            };
        }
    }
    room.sort_by(|a, b| b.1.total_cmp(&a.1));
    room.into_iter().map(|(point, _)| point).collect()
}

/// The positions of the points that no other dominates, in their order.
pub(super) fn front(values: &[&[f64]]) -> Vec<usize> {
    let free = |(at, here): (usize, &&[f64])| {
        let beaten = values.iter().any(|other| dominates(other, here));
        (!beaten).then_some(at)
    };
    values.iter().enumerate().filter_map(free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fronts_come_one_after_the_other() {
        let values: [&[f64]; 5] = [
            &[3.0, 3.0],
            &[1.0, 2.0],
            &[2.0, 1.0],
            &[2.0, 2.0],
            &[1.5, 1.5],
        ];
        assert_eq!(front(&values), [1, 2, 4]);
        let ranked = ranked(&values);
        assert_eq!(ranked[3..], [3, 0], "the second front, then the third");
        assert_eq!(ranked[2], 4, "the ends of a front have the most room");
        assert!(!dominates(&[1.0, 1.0], &[1.0, 1.0]));
    }

    #[test]
    fn failed_points_are_the_last() {
        let worst = [f64::INFINITY; 2];
        let values: [&[f64]; 3] = [&worst, &[1.0, 9.0], &worst];
        assert_eq!(ranked(&values)[0], 1);
        assert_eq!(ranked(&values).len(), 3);
        assert_eq!(ranked(&[&[2.0], &[f64::INFINITY], &[1.0]]), [2, 0, 1]);
        assert!(ranked(&[]).is_empty());
    }
}
