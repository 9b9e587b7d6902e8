//! Process replicates of one sweep: the rounds of each, and their combined result.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::job::{FinishedJob, FutureCache, Job, Sample};
use crate::measure::{PILOTS, Replicate};
use crate::progress::ProgressSink;
use crate::stats::{Shift, agreement, median, optimal_rounds, shift};

use super::ordered_run::RunControl;
use super::rounds::time_of;
use super::run::{RunEnd, SweepExecutor};
use super::stored_rounds::{RoundKeys, times_as_long, times_by_result};

impl SweepExecutor {
    /// Takes the samples that several processes have put into the store; a point that none of them
    /// could measure is tried once.
    pub(super) fn run_stored(
        &self,
        control: &RunControl<'_>,
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
        let mut done: Vec<FinishedJob> = Vec::new();
        let reason: Arc<str> = "not needed: the time went into more processes".into();
        end.differing = self.difference_of_runs(&mut keys, repeats, &points, jobs);
        for point in points {
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
                    end.collector.mark_skipped(point, repeat, &reason);
                }
            }
            while jobs.pending() > 0 {
                if let Err(error) = jobs.gather_into(true, &mut done) {
                    end.store_error = Some(error);
                    done.extend(jobs.take_not_stored());
                }
                let delivered = self.deliver(&mut done, &mut end.collector, progress);
                end.failed_fast |= delivered.failed && control.fail_fast;
                if end.store_error.is_some() {
                    return;
                }
            }
            progress.advance(&end.collector.counts());
            if end.failed_fast {
                return;
            }
        }
        self.skip_all(skipped, &mut end.collector, progress);
    }

    /// By how much the times of the latest run differ from those of the runs before, where processes of
    /// several runs stored some, and they do.
    pub(super) fn difference_of_runs(
        &self,
        keys: &mut RoundKeys,
        repeats: u32,
        points: &[u64],
        jobs: &FutureCache,
    ) -> Option<DifferingReplicates> {
        let mut shifts = Vec::new();
        for point in points {
            for processes in self.stored_processes(keys, repeats, *point, jobs) {
                shifts.extend(latest_shift(&processes));
            }
        }
        let found = agreement(&shifts)?;
        (!found.agrees).then_some(DifferingReplicates {
            factors: found.factors,
            are_measured_anew: false,
        })
    }

    /// The centres of what processes have stored of a point, for each timed result.
    pub(super) fn stored_centres(
        &self,
        keys: &mut RoundKeys,
        repeats: u32,
        point: u64,
        jobs: &FutureCache,
    ) -> Vec<Vec<f64>> {
        let by_result = self.stored_processes(keys, repeats, point, jobs);
        let centres = |processes: Vec<ProcessTimes>| {
            let centres = processes.iter().filter_map(|of| median(&of.times));
            centres.collect()
        };
        by_result.into_iter().map(centres).collect()
    }

    /// The stored rounds of a point by replicate, for each timed result.
    fn stored_processes(
        &self,
        keys: &mut RoundKeys,
        repeats: u32,
        point: u64,
        jobs: &FutureCache,
    ) -> Vec<Vec<ProcessTimes>> {
        let plan = self.plan();
        let rounds_per_replicate = keys.rounds_per_replicate().max(1);
        let mut processes: BTreeMap<(u32, u64), Vec<Sample>> = BTreeMap::new();
        for repeat in 1..=repeats {
            let key = keys.stored_key(plan, point, repeat);
            if let Some((run, sample)) = key.and_then(|key| jobs.stored_by(key)) {
                let of_process = processes
                    .entry(((repeat - 1) / rounds_per_replicate, run))
                    .or_default();
                of_process.push(sample);
            }
        }
        let positions = plan.times();
        let by_result = positions.iter().map(|position| {
            let of_process = processes.iter().map(|((_, run), samples)| ProcessTimes {
                run: *run,
                times: times_by_result(samples.iter(), &[*position]).concat(),
            });
            of_process.collect()
        });
        by_result.collect()
    }

    /// How many rounds are worth taking in a process after the first ones, by what those have stored.
    pub(super) fn rounds_of_replicate(
        &self,
        jobs: &mut FutureCache,
        run: u64,
        replicate: Replicate,
        rounds_per_replicate: u32,
    ) -> u32 {
        if replicate.number < PILOTS {
            return rounds_per_replicate;
        }
        let plan = self.plan();
        let points: Vec<u64> = (0..u64::try_from(plan.space().len()).unwrap_or(u64::MAX)).collect();
        let mut keys = RoundKeys::new(Some(plan.key_maker()), run, 0, rounds_per_replicate);
        keys.find(plan, &points, jobs);
        keys.join_newest(&points);
        let times = plan.times();
        let mut wanted: Vec<u32> = Vec::new();
        let mut taken = 0;
        for point in points {
            let mut stored = |repeat: u32| jobs.stored(keys.job(plan, point, repeat).key?);
            let own = replicate.number * rounds_per_replicate + 1
                ..=(replicate.number + 1) * rounds_per_replicate;
            let count = own.filter(|repeat| stored(*repeat).is_some()).count();
            taken = taken.max(u32::try_from(count).unwrap_or(u32::MAX));
            let samples: Vec<Vec<Sample>> = (0..PILOTS)
                .map(|process| {
                    let repeats =
                        process * rounds_per_replicate + 1..=(process + 1) * rounds_per_replicate;
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
                wanted.push(
                    optimal_rounds(&processes, replicate.cost).unwrap_or(rounds_per_replicate),
                );
            }
        }
        // The decision of an earlier run stays, because the measured cost of a start differs in each run.
        if taken > 0 {
            return taken.min(rounds_per_replicate);
        }
        // All points have the same number of rounds, which is enough for half of them.
        wanted.sort_unstable();
        let middle = wanted
            .get(wanted.len() / 2)
            .copied()
            .unwrap_or(rounds_per_replicate);
        middle.clamp(1, rounds_per_replicate)
    }
}

/// A notice that replicates of several runs, which a run combines, do not agree.
///
/// ```
/// use bencher_core::sweep_executor::DifferingReplicates;
/// let changed = DifferingReplicates { factors: (1.88, 1.92), are_measured_anew: true };
/// assert!(changed.to_string().contains("1.88 to 1.92 times as long"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DifferingReplicates {
    /// The ratios of the times in the latest run to the earlier times: the smallest and the largest over all points.
    pub factors: (f64, f64),
    /// Whether this run measures all points again for that reason.
    pub are_measured_anew: bool,
}

impl std::fmt::Display for DifferingReplicates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "several runs measured these times, and in the latest they were {}: the machine has \
             changed",
            times_as_long(self.factors)
        )?;
        f.write_str(if self.are_measured_anew {
            ", so all points were measured anew; the stored rounds stay in the store, unused"
        } else {
            "; the next run measures all points anew"
        })
    }
}

/// The times of one result at one point that one process stored.
#[derive(Debug)]
struct ProcessTimes {
    /// The run that it measured for.
    run: u64,
    times: Vec<f64>,
}

/// How far the times of the latest run are from those of the runs before it; none where there is one run.
fn latest_shift(processes: &[ProcessTimes]) -> Option<Shift> {
    let latest = processes.iter().map(|of| of.run).max();
    let (fresh, stored): (Vec<_>, Vec<_>) = processes
        .iter()
        .filter(|of| !of.times.is_empty())
        .partition(|of| Some(of.run) == latest);
    let centres = |of: &[&ProcessTimes]| -> Vec<f64> {
        of.iter().filter_map(|of| median(&of.times)).collect()
    };
    let stored = centres(&stored);
    // Of a single process, its rounds say how far its centre may be off.
    let fresh = match &*fresh {
        [single] => single.times.clone(),
        several => centres(several),
    };
    shift(&fresh, &stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_runs_that_differ_are_found_and_others_are_not() {
        let of = |run: u64, centre: f64| ProcessTimes {
            run,
            times: vec![centre * 0.999, centre, centre * 1.001],
        };
        let factors = |fresh: &[f64]| {
            let shifts = [1.0, 100.0].map(|scale| {
                let old = [1.0, 1.01, 0.99].map(|time| of(3, time * scale));
                let new = fresh.iter().map(|time| of(7, time * scale));
                latest_shift(&old.into_iter().chain(new).collect::<Vec<_>>())
            });
            let found = agreement(&shifts.into_iter().flatten().collect::<Vec<_>>())?;
            (!found.agrees).then_some(found.factors)
        };
        assert_eq!(factors(&[]), None, "one run");
        assert_eq!(factors(&[1.0]), None);
        assert_eq!(factors(&[1.0, 0.99]), None);
        for fresh in [&[2.0][..], &[2.0, 2.01]] {
            let (least, most) = factors(fresh).unwrap();
            assert!(least > 1.9 && most < 2.1, "{least} to {most}");
        }
    }
}
