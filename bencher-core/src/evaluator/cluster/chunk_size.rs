//! How many jobs travel together.

use std::time::Duration;

/// How much work a chunk holds: enough to hide the way to the server, and little to lose with a worker.
const WORK: Duration = Duration::from_millis(500);
/// The most jobs of a chunk, so that its message stays small.
const MOST: usize = 4096;

/// The number of jobs in the next chunk, from how long the last ones took (`None` where that is not known), how many
/// wait, and how many jobs run at the same time. At the end of a sweep it falls to 1, so that all workers end together.
pub(super) fn chunk_size(nanoseconds: Option<u64>, waiting: usize, slots: usize) -> usize {
    whole_chunk(nanoseconds)
        .min(waiting / (2 * slots.max(1)))
        .max(1)
}

/// The same where the end is far.
pub(super) fn whole_chunk(nanoseconds: Option<u64>) -> usize {
    let Some(each) = nanoseconds else {
        return 1;
    };
    let fit = WORK.as_nanos() / u128::from(each.max(1));
    usize::try_from(fit).unwrap_or(MOST).clamp(1, MOST)
}

/// The time of a job, after another batch took so long: it follows changes within a few batches.
pub(super) fn smoothed(before: Option<u64>, now: u64) -> u64 {
    before.map_or(now, |before| before / 4 * 3 + now / 4).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_half_a_second_of_work() {
        assert_eq!(whole_chunk(None), 1, "nothing is known yet");
        assert_eq!(whole_chunk(Some(1_000_000)), 500);
        assert_eq!(whole_chunk(Some(10_000_000_000)), 1, "jobs of 10 s");
        assert_eq!(whole_chunk(Some(0)), 4096);
    }

    #[test]
    fn chunks_become_single_jobs_at_the_end() {
        let sizes = [10_000, 1000, 100, 10, 1, 0].map(|left| chunk_size(Some(1_000_000), left, 4));
        assert_eq!(sizes, [500, 125, 12, 1, 1, 1]);
    }

    #[test]
    fn the_time_of_a_job_follows_changes() {
        let mut time = None;
        for _ in 0..20 {
            time = Some(smoothed(time, 1000));
        }
        for _ in 0..20 {
            time = Some(smoothed(time, 8000));
        }
        let time = time.unwrap();
        assert!((7900..=8000).contains(&time), "{time}");
    }
}
