//! How many jobs travel together.

use std::time::Duration;

/// How much work a chunk holds: enough to hide the way to the server, and little to lose with a worker.
const WORK: Duration = Duration::from_millis(500);
/// The most jobs of a chunk, so that its message stays small.
const MOST: usize = 4096;
/// The most jobs in flight: each takes some hundred bytes.
const MOST_IN_FLIGHT: usize = 1 << 18;
/// The chunks for each job that runs at the same time: two at the server, and as many at the coordinator.
const CHUNKS: usize = 4;

/// How many jobs travel together, and how many are on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// The number of jobs that run at the same time.
    slots: usize,
    /// The number of jobs in a chunk, where the end of the sweep is far.
    chunk: usize,
}

impl Sizes {
    /// The sizes for jobs that take this time each, as the last ones did (`None` where that is not known).
    pub(super) fn of(nanoseconds: Option<u64>, slots: usize) -> Self {
        let slots = slots.max(1);
        let fit = nanoseconds.map_or(1, |each| WORK.as_nanos() / u128::from(each.max(1)));
        // All chunks together must be as many jobs as may be in flight. Otherwise few jobs would wait here, and
        // chunks would be as small as at the end.
        let most = (MOST_IN_FLIGHT / (CHUNKS * slots)).clamp(1, MOST);
        let chunk = usize::try_from(fit).unwrap_or(MOST).clamp(1, most);
        Self { slots, chunk }
    }

    /// The number of jobs in the next chunk, while others wait. At the end of a sweep it falls to 1, so that all workers
    /// end together.
    pub(super) fn next_chunk(self, waiting: usize) -> usize {
        self.chunk.min(waiting / (2 * self.slots)).max(1)
    }

    /// How many jobs should be with the server.
    pub(super) const fn at_server(self) -> usize {
        CHUNKS / 2 * self.chunk * self.slots
    }

    /// How many jobs should be in flight.
    pub(super) fn in_flight(self) -> usize {
        // At least a few jobs for each that runs.
        (CHUNKS * self.chunk).max(8) * self.slots
    }
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
        let chunk = |nanoseconds| Sizes::of(nanoseconds, 4).chunk;
        assert_eq!(chunk(None), 1, "nothing is known yet");
        assert_eq!(chunk(Some(1_000_000)), 500);
        assert_eq!(chunk(Some(10_000_000_000)), 1, "jobs of 10 s");
        assert_eq!(chunk(Some(0)), 4096);
    }

    #[test]
    fn chunks_stay_whole_while_jobs_come_after_however_many_workers_there_are() {
        for slots in [1, 4, 16, 1000, 10_000, 1_000_000] {
            let sizes = Sizes::of(Some(1), slots);
            assert!(
                sizes.in_flight() <= MOST_IN_FLIGHT.max(8 * slots),
                "{sizes:?}"
            );
            // What the server does not need waits here.
            let waiting = sizes.in_flight() - sizes.at_server();
            assert_eq!(sizes.next_chunk(waiting), sizes.chunk, "{sizes:?}");
        }
        assert_eq!(Sizes::of(Some(1), 1000).chunk, 65);
    }

    #[test]
    fn chunks_become_single_jobs_at_the_end() {
        let sizes = [10_000, 1000, 100, 10, 1, 0]
            .map(|left| Sizes::of(Some(1_000_000), 4).next_chunk(left));
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
