//! Hartigan and Hartigan's dip: the distance of values from a distribution with one mode.

/// The dip of values in ascending order (Hartigan and Hartigan, 1985): the largest distance of their distribution
/// function from the nearest one that has a single mode, from `1 / (2 n)` to 1/4.
///
/// Two equal and distant modes have a dip of 1/4. One value in eight far from the others gives a dip of 1/16.
pub(super) fn dip(sorted: &[f64]) -> f64 {
    let count = sorted.len();
    if count == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0, count - 1);
    // In units of half a step of the distribution function.
    let mut dip = 1.0_f64;
    loop {
        let minorant = hull(sorted, low, high, |turn| turn < 0.0);
        let majorant = hull(sorted, low, high, |turn| turn > 0.0);
        let Some(modal) = widest(sorted, &minorant, &majorant) else {
            break;
        };
        if modal.distance <= dip {
            break;
        }
        let before = deviation(
            sorted,
            &minorant,
            |vertex| vertex <= modal.from,
            |above| above + 1.0,
        );
        let after = deviation(
            sorted,
            &majorant,
            |vertex| vertex >= modal.to,
            |above| 1.0 - above,
        );
        dip = dip.max(before).max(after);
        if (modal.from, modal.to) == (low, high) || modal.from >= modal.to {
            break;
        }
        (low, high) = (modal.from, modal.to);
    }
    dip / (2.0 * count as f64)
}

fn at(sorted: &[f64], index: usize) -> f64 {
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// The height of the line through two vertices at a place.
fn line(sorted: &[f64], (from, to): (usize, usize), x: f64) -> f64 {
    let (x0, x1) = (at(sorted, from), at(sorted, to));
    let rise = to as f64 - from as f64;
    if x1 > x0 {
        from as f64 + rise * (x - x0) / (x1 - x0)
    } else {
        to as f64
    }
}

/// The vertices of a hull of the points (value, index) between two indices; `leaves` says of a turn whether its middle
/// vertex goes.
fn hull(sorted: &[f64], low: usize, high: usize, leaves: impl Fn(f64) -> bool) -> Vec<usize> {
    let mut hull: Vec<usize> = Vec::new();
    for next in low..=high {
        while let [.., a, b] = hull.as_slice() {
            let (a, b) = (*a, *b);
            let run = at(sorted, b) - at(sorted, a);
            let turn =
                run * (next - b) as f64 - (at(sorted, next) - at(sorted, b)) * (b - a) as f64;
            if leaves(turn) || turn == 0.0 {
                hull.pop();
            } else {
                break;
            }
        }
        hull.push(next);
    }
    hull
}

/// Where the hulls are furthest apart.
struct Modal {
    from: usize,
    to: usize,
    distance: f64,
}

fn widest(sorted: &[f64], minorant: &[usize], majorant: &[usize]) -> Option<Modal> {
    let mut found: Option<Modal> = None;
    let mut offer = |from, to, distance: f64| {
        if found.as_ref().is_none_or(|best| distance > best.distance) {
            found = Some(Modal { from, to, distance });
        }
    };
    // The majorant is a step higher: it bounds the distribution function from above.
    for pair in majorant.windows(2) {
        let &[from, to] = pair else { continue };
        for vertex in minorant
            .iter()
            .filter(|vertex| (from..=to).contains(*vertex))
        {
            let above = line(sorted, (from, to), at(sorted, *vertex)) + 1.0 - *vertex as f64;
            offer(*vertex, to.max(*vertex), above);
        }
    }
    for pair in minorant.windows(2) {
        let &[from, to] = pair else { continue };
        for vertex in majorant
            .iter()
            .filter(|vertex| (from..=to).contains(*vertex))
        {
            let above = *vertex as f64 + 1.0 - line(sorted, (from, to), at(sorted, *vertex));
            offer(from.min(*vertex), *vertex, above);
        }
    }
    found
}

/// How far the distribution function is from a hull, over its pieces whose ends `counts` takes.
fn deviation(
    sorted: &[f64],
    hull: &[usize],
    counts: impl Fn(usize) -> bool,
    distance: impl Fn(f64) -> f64,
) -> f64 {
    let mut most = 1.0_f64;
    for pair in hull.windows(2) {
        let &[from, to] = pair else { continue };
        if !counts(from) || !counts(to) || to - from <= 1 || at(sorted, to) <= at(sorted, from) {
            continue;
        }
        for index in from..=to {
            let above = index as f64 - line(sorted, (from, to), at(sorted, index));
            most = most.max(distance(above));
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the Python package diptest 0.10.
    #[test]
    fn as_others_reckon_it() {
        let cases: [(&[f64], f64); 5] = [
            (
                &[1.0, 1.1, 1.2, 1.3, 5.0, 5.1, 5.2, 9.0, 9.3],
                0.158_119_658_119_658_1,
            ),
            (
                &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
                0.214_285_714_285_714_27,
            ),
            (
                &[
                    -1.273, -0.73, -0.536, -0.177, 0.133, 0.637, 0.735, 0.737, 0.974, 5.534, 5.943,
                    6.424, 6.713, 7.034, 8.517,
                ],
                0.125_412_541_254_125_43,
            ),
            (
                &[
                    0.016, 0.121, 0.137, 0.257, 0.396, 0.445, 0.456, 0.535, 0.56, 0.704, 0.724,
                    0.865, 0.877,
                ],
                0.071_099_247_75,
            ),
            (
                &[1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 7.0, 7.0, 8.0],
                0.133_333_333_333_333_33,
            ),
        ];
        for (values, expected) in cases {
            let found = dip(values);
            assert!(
                (found - expected).abs() < 1e-9,
                "{values:?}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn even_steps_have_the_least() {
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        assert!((dip(&values) - 0.05).abs() < 1e-12);
        assert!(dip(&[2.0; 4]) <= 0.125 && dip(&[1.0]) <= 0.5 && dip(&[]) == 0.0);
    }
}
