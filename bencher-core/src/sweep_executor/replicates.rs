//! Several processes that measure one sweep: how many rounds each takes, and what they gave together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dataset::digits;
use crate::job::{FutureCache, Job, JobDone, JobOutcome, RunHit, Sample};
use crate::measure::{PILOTS, Replicate};
use crate::progress::ProgressSink;
use crate::stats::{Shift, agreement, median, rounds_per_replicate, shift};

use super::Benchmark;
use super::in_order::RunWith;
use super::rounds::time_of;
use super::run::{RunEnd, SweepExecutor};
use super::stored_rounds::{RoundKeys, times_by_result};

impl<S: Benchmark> SweepExecutor<S> {
    /// Takes the samples that several processes have put into the store; a point that none of them
    /// could measure is tried once.
    pub(super) fn run_stored(
        &self,
        with: &RunWith<'_>,
        mut keys: RoundKeys,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let plan = self.plan();
        let (points, skipped) = self.points(end, progress);
        let repeats = plan.repeats();
        keys.find(plan, &points, jobs);
        keys.join_newest(&points);
        keys.apply(jobs);
        let mut done: Vec<JobDone> = Vec::new();
        let reason: Arc<str> = "not needed: the time went into more processes".into();
        let (times, mut runs) = (plan.times(), ReplicateRuns::new(keys.block()));
        for point in points {
            let mut samples: Vec<(u32, Sample)> = Vec::new();
            let all: Vec<Job> = (1..=repeats)
                .map(|repeat| keys.job(plan, point, repeat))
                .collect();
            let is_stored = |job: &Job| job.key.is_some_and(|key| jobs.has(key));
            let stored: Vec<bool> = all.iter().map(is_stored).collect();
            let none = !stored.contains(&true);
            for (job, is_stored) in all.into_iter().zip(stored) {
                let repeat = job.repeat;
                if is_stored || none && repeat == 1 {
                    jobs.submit(job);
                } else if none {
                    break;
                } else {
                    end.collector.leave_out_one(point, repeat, &reason);
                }
            }
            while jobs.pending() > 0 {
                if let Err(error) = jobs.gather_into(true, &mut done) {
                    end.store_error = Some(error);
                    done.extend(jobs.abandon());
                }
                let taken = done.iter().filter_map(|job| match &job.outcome {
                    JobOutcome::Cached(sample) => Some((job.repeat, sample.clone())),
                    _ => None,
                });
                samples.extend(taken);
                let delivered = self.deliver(&mut done, &mut end.collector, progress);
                end.failed_fast |= delivered.failed && with.fail_fast;
                if end.store_error.is_some() {
                    return;
                }
            }
            runs.add_point(point, &samples, &times, jobs.hits());
            progress.advance(&end.collector.counts());
            if end.failed_fast {
                return;
            }
        }
        end.differing = runs.difference();
        self.skip_all(skipped, &mut end.collector, progress);
    }

    /// How many rounds are worth taking in a process after the first ones, by what those have stored.
    pub(super) fn rounds_of_replicate(
        &self,
        jobs: &mut FutureCache,
        run: u64,
        replicate: Replicate,
        block: u32,
    ) -> u32 {
        if replicate.number < PILOTS {
            return block;
        }
        let plan = self.plan();
        let points: Vec<u64> = (0..u64::try_from(plan.space().len()).unwrap_or(u64::MAX)).collect();
        let mut keys = RoundKeys::new(Some(plan.key_maker()), run, 0, block);
        keys.find(plan, &points, jobs);
        keys.join_newest(&points);
        let times = plan.times();
        let mut wanted: Vec<u32> = Vec::new();
        let mut taken = 0;
        for point in points {
            let mut stored = |repeat: u32| jobs.stored(keys.job(plan, point, repeat).key?);
            let own = replicate.number * block + 1..=(replicate.number + 1) * block;
            let count = own.filter(|repeat| stored(*repeat).is_some()).count();
            taken = taken.max(u32::try_from(count).unwrap_or(u32::MAX));
            let samples: Vec<Vec<Sample>> = (0..PILOTS)
                .map(|process| {
                    let repeats = process * block + 1..=(process + 1) * block;
                    repeats.filter_map(&mut stored).collect()
                })
                .collect();
            for position in &times {
                let time = |sample: &Sample| {
                    time_of(sample.get(*position).and_then(Option::as_ref)).seconds()
                };
                let processes: Vec<Vec<f64>> = samples
                    .iter()
                    .map(|samples| samples.iter().filter_map(time).collect())
                    .collect();
                wanted.push(rounds_per_replicate(&processes, replicate.cost).unwrap_or(block));
            }
        }
        // What an earlier run decided stays: the cost of a start is measured anew in each.
        if taken > 0 {
            return taken.min(block);
        }
        // All points have the same rounds: so many that half of them would not want more.
        wanted.sort_unstable();
        let middle = wanted.get(wanted.len() / 2).copied().unwrap_or(block);
        middle.clamp(1, block)
    }
}

/// What a run says that takes together what processes of several runs measured, where those do not agree.
///
/// ```
/// use bencher_core::sweep_executor::DifferingReplicates;
/// let changed = DifferingReplicates { factors: (1.88, 1.92) };
/// assert!(changed.to_string().contains("1.88 to 1.92 times as long"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DifferingReplicates {
    /// How many times as long points took in the processes of the latest run, at least and at most.
    pub factors: (f64, f64),
}

impl std::fmt::Display for DifferingReplicates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (least, most) = self.factors;
        write!(
            f,
            "processes of several runs measured these times, and took {} to {} times as long in the latest: \
             the machine has changed; `--overwrite` measures all of them anew",
            digits(least, 3),
            digits(most, 3)
        )
    }
}

/// The times that processes of several runs measured, point by point.
#[derive(Debug)]
pub(super) struct ReplicateRuns {
    block: u32,
    shifts: Vec<Shift>,
}

impl ReplicateRuns {
    /// Of processes with so many repeats each.
    pub(super) const fn new(block: u32) -> Self {
        Self {
            block,
            shifts: Vec::new(),
        }
    }

    /// Takes in the samples of a point, with their repeats.
    pub(super) fn add_point(
        &mut self,
        point: u64,
        samples: &[(u32, Sample)],
        positions: &[usize],
        hits: &[RunHit],
    ) {
        // The hits of the point are the last ones.
        let hits: Vec<&RunHit> = hits
            .iter()
            .rev()
            .take_while(|hit| hit.point == point)
            .collect();
        let process = |repeat: u32| (repeat - 1) / self.block.max(1);
        let mut processes: BTreeMap<(u32, u64), Vec<&Sample>> = BTreeMap::new();
        for (repeat, sample) in samples {
            let hit = hits
                .iter()
                .find(|hit| (hit.first..=hit.last).contains(repeat));
            let run = hit.map_or(0, |hit| hit.run);
            let of_process = processes.entry((process(*repeat), run)).or_default();
            of_process.push(sample);
        }
        for position in positions {
            let of_result = processes.iter().map(|((_, run), samples)| {
                let times = times_by_result(samples.iter().copied(), &[*position]);
                (*run, times.into_iter().flatten().collect())
            });
            self.add(&of_result.collect::<Vec<_>>());
        }
    }

    /// Takes in the times of one result at one point: of each process, with the run it belongs to.
    fn add(&mut self, processes: &[(u64, Vec<f64>)]) {
        let latest = processes.iter().map(|(run, _)| *run).max();
        let (fresh, stored): (Vec<_>, Vec<_>) = processes
            .iter()
            .filter(|(_, times)| !times.is_empty())
            .partition(|(run, _)| Some(*run) == latest);
        let centres = |of: &[&(u64, Vec<f64>)]| -> Vec<f64> {
            of.iter().filter_map(|(_, times)| median(times)).collect()
        };
        let stored = centres(&stored);
        // Of a single process, its rounds say how far its centre may be off.
        let fresh = match &*fresh {
            [(_, times)] => times.clone(),
            several => centres(several),
        };
        self.shifts.extend(shift(&fresh, &stored));
    }

    /// By how much the latest run differs from those before, where it does.
    pub(super) fn difference(&self) -> Option<DifferingReplicates> {
        let found = agreement(&self.shifts)?;
        (!found.agrees).then_some(DifferingReplicates {
            factors: found.factors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_runs_that_differ_are_named_and_others_are_not() {
        let of = |run: u64, centre: f64| (run, vec![centre * 0.999, centre, centre * 1.001]);
        let differing = |fresh: &[f64]| {
            let mut runs = ReplicateRuns::new(3);
            for scale in [1.0, 100.0] {
                let old = [1.0, 1.01, 0.99].map(|time| of(3, time * scale));
                let new = fresh.iter().map(|time| of(7, time * scale));
                runs.add(&old.into_iter().chain(new).collect::<Vec<_>>());
            }
            runs.difference()
        };
        assert_eq!(differing(&[]), None, "one run");
        assert_eq!(differing(&[1.0]), None);
        assert_eq!(differing(&[1.0, 0.99]), None);
        for fresh in [&[2.0][..], &[2.0, 2.01]] {
            let (least, most) = differing(fresh).unwrap().factors;
            assert!(least > 1.9 && most < 2.1, "{least} to {most}");
        }
    }
}
