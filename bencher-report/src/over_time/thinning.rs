//! Which runs of a long history a page carries point by point.

/// Numbers of one sweep that a page carries: values and bounds of all results at all points of all runs.
pub(crate) const MOST_NUMBERS: usize = 400_000;

/// The positions of the runs that are kept, in ascending order.
///
/// If all runs would be more than `most` numbers, the newest half of the room goes to the newest runs. The other half
/// goes to older runs at equal distances, the first one included. At least the two newest runs are kept.
pub(crate) fn kept_runs(runs: usize, numbers_of_run: usize, most: usize) -> Vec<usize> {
    let room = (most / numbers_of_run.max(1)).max(2);
    if runs <= room {
        return (0..runs).collect();
    }
    let newest = room.div_ceil(2).max(2);
    let (old, older) = (runs - newest, room - newest);
    let spread = (0..older).map(|n| n * old / older.max(1));
    spread.chain(old..runs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_runs_are_thinned() {
        assert_eq!(kept_runs(5, 100, 500), [0, 1, 2, 3, 4]);
        assert_eq!(kept_runs(12, 100, 600), [0, 3, 6, 9, 10, 11]);
        assert_eq!(kept_runs(9, 1000, 10), [7, 8], "two are needed to compare");
        assert_eq!(kept_runs(0, 10, 100), [] as [usize; 0]);
        let many = kept_runs(100_000, 7, 7_000);
        assert_eq!(many.len(), 1000);
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
