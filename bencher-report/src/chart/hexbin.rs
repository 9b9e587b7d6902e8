use serde::Serialize;

use super::Gap;

/// How many rows of a table lie near each place of two of its columns: hexagons of one size, whose points are up.
///
/// Hexagons cover the plane as squares do, and their corners are nearer to their middle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hexbin {
    /// The width of a hexagon, which is the distance of two middles side by side.
    pub width: f64,
    /// The distance of two rows of hexagons: three quarters of the height of one.
    pub step: f64,
    /// The hexagons that hold any row.
    pub cells: Vec<Hexagon>,
    /// The first rows of the table in each hexagon, which a page lists at a click; empty where they are not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_rows: Vec<Vec<TableRow>>,
    /// Why there are none, where a table is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// A row of a table that lies in a hexagon, or in a bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TableRow {
    /// Its number, from 1.
    pub number: usize,
    /// The repeat whose table it is in, from 0.
    pub repeat: usize,
    /// Its number in the column of the horizontal axis.
    pub x: f64,
    /// Its number in the column of the vertical axis; `None` in a bin, whose vertical axis counts rows.
    pub y: Option<f64>,
}

/// One hexagon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hexagon {
    /// Its middle on the horizontal axis.
    pub x: f64,
    /// Its middle on the vertical axis.
    pub y: f64,
    /// How many rows lie in it.
    pub count: u64,
}

impl Hexbin {
    /// The corners of a hexagon, from the right one below, against the clock.
    pub fn corners(&self, cell: &Hexagon) -> [(f64, f64); 6] {
        let (half, third) = (self.width / 2.0, self.step / 3.0);
        let places = [
            (half, -third),
            (half, third),
            (0.0, 2.0 * third),
            (-half, third),
            (-half, -third),
            (0.0, -2.0 * third),
        ];
        // The ends of the axis, where a corner would be no number.
        let within = |x: f64| x.clamp(f64::MIN, f64::MAX);
        places.map(|(x, y)| (within(cell.x + x), within(cell.y + y)))
    }
}

/// The middles of hexagons that cover a part of the plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lattice {
    x: Grid,
    y: Grid,
}

/// Places at equal distances.
#[derive(Clone, Copy, Debug)]
struct Grid {
    first: f64,
    step: f64,
}

impl Grid {
    /// So many steps from one number to another; a step of its own where both are the same.
    fn of((low, high): (f64, f64), steps: usize) -> Self {
        // Shares of each end, since the distance of two numbers need not be one.
        let step = high / steps as f64 - low / steps as f64;
        let own = if low == 0.0 { 1.0 } else { low.abs() / 10.0 };
        Self {
            first: low,
            step: if step > 0.0 { step } else { own },
        }
    }

    fn share(self, x: f64) -> f64 {
        (x / 2.0 - self.first / 2.0) / (self.step / 2.0)
    }

    fn place(self, share: f64) -> f64 {
        (self.first + share * self.step).clamp(f64::MIN, f64::MAX)
    }
}

impl Lattice {
    /// Hexagons side by side over the whole width.
    const ACROSS: usize = 30;
    /// Rows over the whole height, so that hexagons are regular in a square.
    const UP: usize = 34;

    /// Hexagons over the ranges of two columns, the first in the corner of their least numbers.
    pub(crate) fn over(x: (f64, f64), y: (f64, f64)) -> Self {
        Self {
            x: Grid::of(x, Self::ACROSS),
            y: Grid::of(y, Self::UP),
        }
    }

    /// The width of a hexagon, and the distance of two rows.
    pub(crate) fn size(self) -> (f64, f64) {
        (self.x.step, self.y.step)
    }

    /// The row and the column of the hexagon in which a place lies; on an edge, the lower or the left one.
    pub(crate) fn cell(self, (x, y): (f64, f64)) -> (i64, i64) {
        let (across, up) = (self.x.share(x), self.y.share(y));
        let row = whole(up.floor());
        let candidate = |row: i64| {
            let column = whole((across - shift(row) - 0.5).ceil());
            let aside = across - column as f64 - shift(row);
            let above = up - row as f64;
            // In a regular hexagon of radius 1, a step is √3 aside and 3/2 up.
            (3.0 * aside * aside + 2.25 * above * above, (row, column))
        };
        let (near, far) = (candidate(row), candidate(row + 1));
        if near.0 <= far.0 { near.1 } else { far.1 }
    }

    /// The middle of a hexagon.
    pub(crate) fn middle(self, (row, column): (i64, i64)) -> (f64, f64) {
        (
            self.x.place(column as f64 + shift(row)),
            self.y.place(row as f64),
        )
    }
}

/// By how much of a hexagon's width a row lies to the right: every second one by half.
fn shift(row: i64) -> f64 {
    if row.rem_euclid(2) == 0 { 0.0 } else { 0.5 }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "between minus one and the number of hexagons"
)]
fn whole(x: f64) -> i64 {
    x as i64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn counts(places: &[(f64, f64)], lattice: Lattice) -> BTreeMap<(i64, i64), u64> {
        let mut counts = BTreeMap::new();
        for place in places {
            *counts.entry(lattice.cell(*place)).or_default() += 1;
        }
        counts
    }

    #[test]
    fn counts_are_those_of_matplotlib() {
        // matplotlib 3.11.2: hexbin(x, y, gridsize=(30, 17)) of these places, four of them in the corners.
        let share = |n: i32, step: f64| (f64::from(n) * step) % 1.0;
        let place = |n| {
            let (u, v) = (
                share(n, 0.618_033_988_749_894_9),
                share(n, 0.754_877_666_246_692_7),
            );
            (u * u * u, v * v * 10.0)
        };
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 10.0), (1.0, 10.0)];
        let places: Vec<(f64, f64)> = (1..=2000).map(place).chain(corners).collect();
        let lattice = Lattice::over((0.0, 1.0), (0.0, 10.0));
        let counts = counts(&places, lattice);
        let squares: u64 = counts.values().map(|count| count * count).sum();
        assert_eq!(
            (counts.len(), counts.values().sum::<u64>(), squares),
            (700, 2004, 20984)
        );
        let named = [
            (0, 0),
            (1, 0),
            (2, 0),
            (4, 0),
            (3, 0),
            (0, 30),
            (34, 0),
            (34, 30),
        ];
        assert_eq!(
            named.map(|cell| counts[&cell]),
            [65, 49, 36, 31, 28, 3, 5, 1]
        );
        let middles = counts.iter().map(|((row, column), count)| {
            let half_steps = 2 * column + row.rem_euclid(2);
            u64::try_from(half_steps + 1000 * row).unwrap() * count
        });
        assert_eq!(middles.sum::<u64>(), 22_739_165);
    }

    #[test]
    fn a_place_lies_in_the_hexagon_of_the_nearest_middle() {
        let lattice = Lattice::over((-3.0, 7.0), (100.0, 350.0));
        let (width, step) = lattice.size();
        for n in 0..3000 {
            let share = |step: f64| (f64::from(n) * step) % 1.0;
            let place = (-3.0 + 10.0 * share(0.7548), 100.0 + 250.0 * share(0.5698));
            let distance = |cell: (i64, i64)| {
                let (x, y) = lattice.middle(cell);
                let (x, y) = (
                    (place.0 - x) / width * 3.0_f64.sqrt(),
                    (place.1 - y) / step * 1.5,
                );
                x.hypot(y)
            };
            let found = distance(lattice.cell(place));
            let all = (-1..36).flat_map(|row| (-1..32).map(move |column| (row, column)));
            let nearest = all.map(distance).fold(f64::INFINITY, f64::min);
            assert!(
                found <= nearest + 1e-9 && found <= 1.0 + 1e-9,
                "{place:?}: {found} {nearest}"
            );
        }
    }

    #[test]
    fn corners_of_neighbours_meet() {
        let lattice = Lattice::over((0.0, 30.0), (0.0, 34.0));
        let (width, step) = lattice.size();
        let hexbin = Hexbin {
            width,
            step,
            cells: Vec::new(),
            first_rows: Vec::new(),
            gap: None,
        };
        let corners = |cell| {
            let (x, y) = lattice.middle(cell);
            hexbin.corners(&Hexagon { x, y, count: 1 })
        };
        let [right_below, right_above, top, ..] = corners((2, 3));
        let [.., left_above, left_below, _] = corners((2, 4));
        let [.., bottom] = corners((3, 3));
        let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) < 1e-9;
        assert!(near(right_below, left_below) && near(right_above, left_above));
        assert!(
            near(right_above, bottom),
            "of the row above, shifted by half a hexagon"
        );
        assert!(near(top, (3.0, 2.0 + 2.0 / 3.0)));
    }

    #[test]
    fn extreme_and_equal_numbers_have_hexagons() {
        for (low, high) in [(f64::MIN, f64::MAX), (0.0, 5e-324), (7.0, 7.0), (-0.0, 0.0)] {
            let lattice = Lattice::over((low, high), (low, high));
            let (width, step) = lattice.size();
            let hexbin = Hexbin {
                width,
                step,
                cells: Vec::new(),
                first_rows: Vec::new(),
                gap: None,
            };
            for place in [(low, low), (high, high), (low, high)] {
                let (x, y) = lattice.middle(lattice.cell(place));
                let corners = hexbin.corners(&Hexagon { x, y, count: 1 });
                assert!(
                    corners.iter().all(|(x, y)| x.is_finite() && y.is_finite()),
                    "{low} {high}"
                );
            }
        }
    }
}
