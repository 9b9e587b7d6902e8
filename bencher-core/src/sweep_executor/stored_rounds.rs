//! The rounds that earlier runs stored, and whether this run may continue them.

use std::collections::{HashMap, HashSet};

use crate::dataset::digits;
use crate::job::{FinishedJob, FutureCache, Job, JobOutcome, RoundState, Sample};
use crate::measure::Alternatives;
use crate::sort;
use crate::stats::{Agreement, RoundTime, Shift, agreement, shift};
use crate::store::{KeyMaker, Provenance};
use crate::value::Digest;

use super::rounds::time_of;
use crate::plan::Plan;

/// How many rounds of a check are measured where the budget lasts.
pub(super) const CHECK_ROUNDS: u32 = 3;
/// How many there are in any case: fewer say nothing.
pub(super) const LEAST_CHECK_ROUNDS: u32 = 2;
/// The share of the stored points that is measured again.
const CHECKED_SHARE: usize = 8;
/// The most points of an epoch that are measured again.
const MOST_CHECKED: usize = 8;
/// After this number of missing rounds in a row, a point has no more.
const GAP: u32 = 3;

/// Under which keys the rounds of each point are stored.
#[derive(Debug)]
pub(super) struct RoundKeys {
    /// None where nothing is kept.
    keys: Option<KeyMaker>,
    /// The run that measures now.
    pub(super) run: u64,
    /// How many repeats come before the first round.
    before: u32,
    /// How many rounds each of several processes has; 0 where there is one.
    rounds_per_replicate: u32,
    /// The points whose rounds belong to another epoch than this run.
    pub(super) epochs: HashMap<u64, u64>,
}

impl RoundKeys {
    pub(super) fn new(
        keys: Option<KeyMaker>,
        run: u64,
        before: u32,
        rounds_per_replicate: u32,
    ) -> Self {
        Self {
            keys,
            run,
            before,
            rounds_per_replicate,
            epochs: HashMap::new(),
        }
    }

    /// The job that takes a round of a point, counted from 1.
    pub(super) fn job(&mut self, plan: &Plan, point: u64, round: u32) -> Job {
        let repeat = self.before + round;
        let key = self.stored_key(plan, point, repeat);
        Job { point, repeat, key }
    }

    /// The key of a round of a point, by its repeat; none where nothing is kept.
    pub(super) fn stored_key(&mut self, plan: &Plan, point: u64, repeat: u32) -> Option<Digest> {
        let epoch = self.epoch(point);
        let keys = self.keys.as_mut()?;
        Some(keys.key_in(epoch, &plan.values(point), repeat))
    }

    /// Has this run measure all points in an epoch of its own.
    pub(super) fn measure_anew(&mut self) {
        self.epochs.clear();
    }

    /// How many rounds each of several processes has; 0 where there is one.
    pub(super) const fn rounds_per_replicate(&self) -> u32 {
        self.rounds_per_replicate
    }

    fn epoch(&self, point: u64) -> u64 {
        self.epochs.get(&point).copied().unwrap_or(self.run)
    }

    /// The provenance of new rounds of a point.
    pub(super) fn provenance(&self, point: Option<u64>) -> Provenance {
        Provenance {
            epoch: point.map_or(self.run, |point| self.epoch(point)),
            run: self.run,
            rounds_per_replicate: self.rounds_per_replicate,
            provisional: false,
        }
    }

    /// Has a cache store new rounds in the epochs of their points.
    pub(super) fn apply(&self, jobs: &mut FutureCache) {
        jobs.measure_by(None, self.provenance(None));
        for point in self.epochs.keys() {
            jobs.measure_by(Some(*point), self.provenance(Some(*point)));
        }
    }

    /// Finds, for every point, the newest epoch with rounds that may stand for those of this run.
    ///
    /// It returns the highest number of a round in each.
    pub(super) fn find(
        &mut self,
        plan: &Plan,
        points: &[u64],
        jobs: &mut FutureCache,
    ) -> HashMap<u64, u32> {
        let mut found = HashMap::new();
        let known = jobs
            .epochs()
            .map(|epochs| epochs.newest_first(self.rounds_per_replicate));
        // Of several processes, the rounds of all say in which epoch those of each belong.
        let before = if self.rounds_per_replicate > 0 {
            0
        } else {
            self.before
        };
        let (Some(known), Some(keys)) = (known, &mut self.keys) else {
            return found;
        };
        for point in points {
            let values = plan.values(*point);
            let mut rejected = Vec::new();
            for (epoch, most) in &known {
                let (mut highest, mut gap) = (0, 0);
                let mut refusals = Vec::new();
                for repeat in before + 1..=*most {
                    gap = match jobs.look_up_round(keys.key_in(*epoch, &values, repeat)) {
                        RoundState::Accepted => {
                            highest = repeat - before;
                            0
                        }
                        RoundState::Rejected(refusal) => {
                            refusals.push(refusal);
                            0
                        }
                        RoundState::Absent => gap + 1,
                    };
                    if highest == 0 && refusals.is_empty() && gap >= GAP {
                        break;
                    }
                }
                if highest > 0 {
                    self.epochs.insert(*point, *epoch);
                    found.insert(*point, highest);
                    break;
                }
                if rejected.is_empty() {
                    rejected = refusals;
                }
            }
            if !found.contains_key(point) {
                jobs.count_rejected(&rejected);
            }
        }
        found
    }

    /// Puts all points into the newest epoch that was found, if any was.
    pub(super) fn join_newest(&mut self, points: &[u64]) {
        if let Some(newest) = self.epochs.values().copied().max() {
            self.epochs = points.iter().map(|point| (*point, newest)).collect();
        }
    }

    /// Whether all rounds that were found may stand beside each other.
    pub(super) fn agree(&self, jobs: &FutureCache) -> bool {
        let epochs = sort::set(self.epochs.values().copied());
        let known = jobs.epochs();
        known.is_none_or(|known| known.agree(&epochs, self.rounds_per_replicate))
    }

    /// The points that are measured again: of each epoch a share, spread evenly, with all of their alternatives.
    pub(super) fn to_check(
        &self,
        has_times: impl Fn(u64) -> bool,
        alternatives: Option<Alternatives>,
    ) -> Vec<u64> {
        let group = |point: u64| alternatives.map_or(point, |of| of.group(point));
        let mut by_epoch: HashMap<u64, Vec<u64>> = HashMap::new();
        for (point, epoch) in &self.epochs {
            if has_times(*point) {
                by_epoch.entry(*epoch).or_default().push(*point);
            }
        }
        let mut groups = HashSet::new();
        for points in by_epoch.values_mut() {
            points.sort_unstable();
            let count = points.len().div_ceil(CHECKED_SHARE).min(MOST_CHECKED);
            // The middle of each of as many equal parts.
            let chosen =
                (0..count).filter_map(|n| points.get((2 * n + 1) * points.len() / (2 * count)));
            groups.extend(chosen.map(|point| group(*point)));
        }
        let mut points: Vec<u64> = self.epochs.keys().copied().collect();
        points.retain(|point| groups.contains(&group(*point)));
        points.sort_unstable();
        points
    }

    /// The times of the stored rounds of a point, for each timed result.
    pub(super) fn stored_times(
        &mut self,
        plan: &Plan,
        (point, highest): (u64, u32),
        positions: &[usize],
        jobs: &FutureCache,
    ) -> Vec<Vec<f64>> {
        let rounds = (1..=highest).filter_map(|round| {
            let key = self.job(plan, point, round).key?;
            jobs.stored(key)
        });
        times_by_result(rounds.collect::<Vec<_>>().iter(), positions)
    }
}

/// The times of samples, for each timed result; those that other programs lengthened only where there are no others.
pub(super) fn times_by_result<'s>(
    samples: impl Iterator<Item = &'s Sample> + Clone,
    positions: &[usize],
) -> Vec<Vec<f64>> {
    let times = |position: &usize| {
        let (mut times, mut lengthened) = (Vec::new(), Vec::new());
        for sample in samples.clone() {
            match time_of(sample.get(*position).and_then(Option::as_ref)) {
                RoundTime::Time(time) | RoundTime::Partial { time, .. } => times.push(time),
                RoundTime::Preempted(time) => lengthened.push(time),
                _ => {}
            }
        }
        if times.len() < 2 {
            times.append(&mut lengthened);
        }
        times
    };
    positions.iter().map(times).collect()
}

/// The rounds of a check, kept until it is known where they belong.
#[derive(Debug, Default)]
pub(super) struct CheckRounds(pub(super) HashMap<u64, Vec<FinishedJob>>);

impl CheckRounds {
    /// Records finished jobs, and returns whether any of them failed.
    pub(super) fn add(&mut self, done: impl IntoIterator<Item = FinishedJob>) -> bool {
        let mut failed = false;
        for job in done {
            failed |= matches!(job.outcome, JobOutcome::Failed(_) | JobOutcome::TimedOut);
            self.0.entry(job.point).or_default().push(job);
        }
        failed
    }

    /// How a round of a point ended.
    pub(super) fn outcome(&self, point: u64, round: u32) -> Option<&JobOutcome> {
        let mut jobs = self.0.get(&point)?.iter();
        Some(&jobs.find(|job| job.repeat == round)?.outcome)
    }

    /// A round of a point, taken out.
    pub(super) fn take(&mut self, point: u64, round: u32) -> Option<FinishedJob> {
        let jobs = self.0.get_mut(&point)?;
        let at = jobs.iter().position(|job| job.repeat == round)?;
        Some(jobs.swap_remove(at))
    }

    /// The rounds that were not taken out.
    pub(super) fn into_rest(self) -> impl Iterator<Item = FinishedJob> {
        self.0.into_values().flatten()
    }

    /// The same, with the rounds of checked points numbered and stored behind those that they agree with.
    pub(super) fn stored_behind(
        mut self,
        checked: &[u64],
        stored: impl Fn(u64) -> u32,
        keys: &RoundKeys,
        jobs: &mut FutureCache,
    ) -> Self {
        for point in checked {
            for job in self.0.get_mut(point).into_iter().flatten() {
                job.repeat += stored(*point);
                if let JobOutcome::Measured(sample) = &job.outcome {
                    let provenance = keys.provenance(Some(*point));
                    jobs.store_again((*point, job.repeat), sample, provenance);
                }
            }
        }
        self
    }

    /// The samples that a point gave.
    pub(super) fn samples(&self, point: u64) -> impl Iterator<Item = &Sample> + Clone {
        let jobs = self.0.get(&point).map_or(&[][..], Vec::as_slice);
        jobs.iter().filter_map(|job| match &job.outcome {
            JobOutcome::Measured(sample)
            | JobOutcome::NotStored(sample)
            | JobOutcome::Cached(sample) => Some(sample),
            _ => None,
        })
    }

    /// Whether what was measured again took as long as before; none where nothing can be compared.
    pub(super) fn compare(
        &self,
        stored: &HashMap<u64, Vec<Vec<f64>>>,
        positions: &[usize],
    ) -> Option<Agreement> {
        let mut shifts: Vec<Shift> = Vec::new();
        let mut are_all_untold = !stored.is_empty();
        for (point, stored) in stored {
            let fresh = times_by_result(self.samples(*point), positions);
            are_all_untold &= fresh.iter().chain(stored).all(Vec::is_empty);
            let pairs = fresh.iter().zip(stored);
            shifts.extend(pairs.filter_map(|(fresh, stored)| shift(fresh, stored)));
        }
        // A time below resolution in both runs has not changed.
        let as_before = Agreement {
            agrees: true,
            factors: (1.0, 1.0),
        };
        agreement(&shifts).or(are_all_untold.then_some(as_before))
    }
}

/// How many times as long something takes, at least and at most.
pub(super) fn times_as_long((least, most): (f64, f64)) -> String {
    let (least, most) = (digits(least, 3), digits(most, 3));
    if least == most {
        format!("{least} times as long")
    } else {
        format!("{least} to {most} times as long")
    }
}

/// A notice that a run measured everything again, because stored rounds do not agree with it.
///
/// ```
/// use bencher_core::sweep_executor::RemeasureNotice;
/// let changed = RemeasureNotice { stored: 12, checked: 2, factors: Some((1.88, 1.92)) };
/// assert!(changed.to_string().contains("1.88 to 1.92 times as long"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RemeasureNotice {
    /// The number of points with stored rounds.
    pub stored: usize,
    /// How many of these points were measured again for a comparison.
    pub checked: usize,
    /// The ratios of the new times to the stored ones, the smallest and the largest; `None` where no times could be
    /// compared.
    pub factors: Option<(f64, f64)>,
}

impl std::fmt::Display for RemeasureNotice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            stored,
            checked,
            factors,
        } = self;
        let points = if *stored == 1 { "point" } else { "points" };
        write!(f, "{checked} of {stored} stored {points}, measured again, ")?;
        match factors {
            Some(factors) => write!(f, "took {}", times_as_long(*factors))?,
            None => write!(f, "gave no times to compare")?,
        }
        write!(
            f,
            ": the machine has changed, so all points were measured anew; the stored rounds stay in the \
             store, unused"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stored point below resolution that is so again says nothing of the machine.
    #[test]
    fn what_stays_below_resolution_has_not_changed() {
        let compare = |stored: Vec<f64>| {
            let stored = HashMap::from([(0, vec![stored])]);
            CheckRounds::default().compare(&stored, &[0])
        };
        assert!(compare(vec![]).is_some_and(|found| found.agrees));
        assert_eq!(compare(vec![1.0, 1.1, 1.2]), None, "it had times before");
    }
}
