//! Whether a search still makes progress, whatever proposes its points.

use super::fronts::front;
use super::known::Evaluated;

/// A search has its chance for this many evaluations after the last one that made progress, and for as many as came
/// before that: the later progress came, the longer the next may take.
const PATIENCE: u64 = 100;

/// Less than this share of the distance from the best value to the middle is no progress: of a best value near 0, there
/// is always a share that is less.
const RESOLUTION: f64 = 1e-4;

/// How many evaluations there were since the last one that made progress, if these are enough to end a search;
/// `earlier` results were known before.
///
/// An evaluation makes progress if it is better than all before it by more than a share: of the best value so far, or,
/// with several objectives, of the range of each on the front.
pub(super) fn without_progress(
    earlier: &[Evaluated],
    trials: &[Evaluated],
    share: f64,
) -> Option<u64> {
    let count = trials.len() as u64;
    if count < PATIENCE {
        return None;
    }
    let last = last_progress(earlier, trials, share);
    let since = count - last;
    (since >= PATIENCE.max(last)).then_some(since)
}

/// The number of trials up to the last one that made progress.
fn last_progress(earlier: &[Evaluated], trials: &[Evaluated], share: f64) -> u64 {
    let numbered = trials.iter().zip(1..).map(|(one, number)| (number, one));
    let all = earlier.iter().map(|one| (0, one)).chain(numbered);
    let all = all.filter(|(_, one)| !one.has_failed());
    let all: Vec<(u64, &[f64])> = all.map(|(number, one)| (number, &*one.values)).collect();
    let enough = Thresholds::of(&all, share);
    let mut last = 0;
    // The points that were progress: what they beat, others beat as well.
    let mut best: Vec<&[f64]> = Vec::new();
    for (number, values) in all {
        let is_matched = |known: &&[f64]| {
            let mut pairs = known.iter().zip(values).enumerate();
            pairs.all(|(at, (known, here))| known - here <= enough.at(at, *known))
        };
        if !best.iter().any(is_matched) {
            last = number;
            best.retain(|known| known.iter().zip(values).any(|(known, here)| known < here));
            best.push(values);
        }
    }
    last
}

/// By how much a value has to be better than another one.
struct Thresholds {
    share: f64,
    /// For each objective, the least.
    least: Vec<f64>,
}

impl Thresholds {
    fn of(all: &[(u64, &[f64])], share: f64) -> Self {
        let values: Vec<&[f64]> = all.iter().map(|(_, values)| *values).collect();
        let objectives = values.first().map_or(1, |values| values.len());
        if objectives == 1 {
            let mut sorted: Vec<f64> = values.iter().copied().flatten().copied().collect();
            sorted.sort_by(f64::total_cmp);
            let ends = sorted.first().zip(sorted.get(sorted.len() / 2));
            let least = ends.map_or(0.0, |(low, middle)| RESOLUTION * (middle - low));
            return Self {
                share,
                least: vec![least],
            };
        }
        let front = front(&values);
        let range = |objective: usize| {
            let on_front = front
                .iter()
                .filter_map(|at| values.get(*at)?.get(objective));
            let (low, high) = on_front
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                    (low.min(*x), high.max(*x))
                });
            share.max(RESOLUTION) * (high - low).max(0.0)
        };
        Self {
            share: 0.0,
            least: (0..objectives).map(range).collect(),
        }
    }

    fn at(&self, objective: usize, known: f64) -> f64 {
        let least = self.least.get(objective).copied().unwrap_or(0.0);
        least.max(self.share * known.abs())
    }
}

#[cfg(test)]
mod tests {
    use bencher_macros::ParametrizedSweep;

    use super::*;
    use crate::optimize::{Asked, Goal, Sampler, Search, SearchEnd, SearchOptions};
    use crate::plan::SweepChoice;
    use crate::var::ParametrizedSweep as _;

    #[derive(ParametrizedSweep, Clone, Debug)]
    #[bencher(crate = crate)]
    struct Plane {
        #[sweep(bounds(-5.0, 10.0))]
        x: f64,
        #[sweep(bounds(-5.0, 10.0))]
        y: f64,
        #[result(direction = "minimize")]
        height: Option<f64>,
    }

    /// The end of a search without a budget, within 1 %, and its number of trials.
    fn end_of(
        sampler: Sampler,
        goals: &[Goal],
        value: fn(&Plane, u64) -> Vec<f64>,
    ) -> (SearchEnd, u64) {
        let options = SearchOptions::default().sampler(sampler).within(0.01);
        let (start, all) = (Plane::baseline().unwrap(), SweepChoice::default());
        let mut search = Search::new(&start, &all, goals.iter().cloned(), options).unwrap();
        for count in 0..3000 {
            match search.ask().unwrap() {
                Asked::Trial(trial) => {
                    let told = value(&trial.sweep, trial.number);
                    search.tell(trial.number, told).unwrap();
                }
                _ => return (search.ended().unwrap(), count),
            }
        }
        panic!("no end: {sampler}");
    }

    /// From -1 to 1, the same for the same trial.
    fn noise(trial: u64) -> f64 {
        (crate::space::mix(trial) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// To 0, through 0, away from 0; noise around 0; two objectives; the same value everywhere; nothing but failures.
    #[test]
    fn every_search_within_a_share_ends() {
        let (least, most) = ([Goal::minimize("height")], [Goal::maximize("height")]);
        let both = [Goal::minimize("height"), Goal::maximize("width")];
        let end = |sampler, goals: &[Goal], value| {
            let (end, count) = end_of(sampler, goals, value);
            let SearchEnd::NoProgress { evaluations, .. } = end else {
                panic!("{sampler}: {end}");
            };
            assert!(evaluations >= 100 && evaluations <= count, "{end} {count}");
            count
        };
        let sobol = Sampler::Sobol;
        end(sobol, &least, |plane, _| vec![plane.x.powi(2)]);
        end(sobol, &least, |plane, _| vec![plane.x + plane.y]);
        end(sobol, &most, |plane, _| vec![-plane.x.powi(2)]);
        end(sobol, &least, |_, trial| vec![noise(trial)]);
        end(sobol, &both, |plane, _| vec![plane.x.powi(2), -plane.x]);
        for sampler in Sampler::ALL {
            let (ended, count) = end_of(sampler, &least, |_, _| vec![0.0]);
            match ended {
                SearchEnd::NoImprovement { .. } => assert!(count < 30, "{sampler} {count}"),
                SearchEnd::NoProgress { .. } => assert_eq!(count, 101, "{sampler}"),
                other => panic!("{sampler}: {other}"),
            }
            let count = end(sampler, &least, |_, _| vec![f64::NAN]);
            assert_eq!(count, 100, "{sampler}");
        }
        end(Sampler::GaussianProcess, &both, |_, _| vec![1.0, 2.0]);
    }

    /// A best value of 0 is found, and known to be the best.
    #[test]
    fn a_process_knows_a_best_value_of_zero() {
        let least = [Goal::minimize("height")];
        let process = Sampler::GaussianProcess;
        let (end, count) = end_of(process, &least, |plane, _| {
            vec![plane.x.powi(2) + plane.y.powi(2)]
        });
        assert!(
            end.name() == "no improvement" && count < 100,
            "{end} {count}"
        );
    }

    /// One huge value, such as a penalty, does not make every gain look like nothing.
    #[test]
    fn a_penalty_does_not_end_a_search() {
        let least = [Goal::minimize("height")];
        let value = |plane: &Plane, _| match plane.x {
            8.0.. => vec![1e12],
            x => vec![1.0 + x.powi(2) + plane.y.powi(2)],
        };
        let options = SearchOptions::default().within(0.0).budget(60);
        let (start, all) = (Plane::baseline().unwrap(), SweepChoice::default());
        let mut search = Search::new(&start, &all, least, options).unwrap();
        while let Asked::Trial(trial) = search.ask().unwrap() {
            search.tell(trial.number, value(&trial.sweep, 0)).unwrap();
        }
        let best = search.best().unwrap().objectives;
        assert!(best[0] < 1.01, "{best:?} {:?}", search.ended());
    }

    fn told(values: impl IntoIterator<Item = Vec<f64>>) -> Vec<Evaluated> {
        let told = |values| Evaluated {
            place: Vec::new(),
            values,
        };
        values.into_iter().map(told).collect()
    }

    fn single(values: impl IntoIterator<Item = f64>) -> Vec<Evaluated> {
        told(values.into_iter().map(|x| vec![x]))
    }

    #[test]
    fn progress_is_a_share_of_the_best_value() {
        // Each value is 0.5 % better than the one before: within 1 %, only every third makes progress.
        let falling: Vec<f64> = (0..9).map(|n| 0.995_f64.powi(n)).collect();
        assert_eq!(last_progress(&[], &single(falling.clone()), 0.01), 7);
        assert_eq!(last_progress(&[], &single(falling.clone()), 0.0), 9);
        // The middle is 1e6 away: 0.5 % of 1 is nothing then.
        let far = falling.iter().copied().chain([1e6; 20]);
        assert_eq!(last_progress(&[], &single(far), 0.0), 1);
        // Below zero, less is better as well.
        let below = falling.iter().map(|x| x - 2.0);
        assert_eq!(last_progress(&[], &single(below), 0.5), 1);
        assert_eq!(last_progress(&single([0.1]), &single(falling), 0.01), 0);
    }

    #[test]
    fn the_later_the_progress_the_longer_the_patience() {
        let value = |last: u64| move |n: u64| if n < last { -(n as f64) } else { 1.0 };
        for (last, first_end) in [(1, 101), (60, 160), (150, 300), (400, 800)] {
            let ends =
                |count: u64| without_progress(&[], &single((0..count).map(value(last))), 0.0);
            assert_eq!(ends(first_end - 1), None, "{last}");
            assert_eq!(ends(first_end), Some(first_end - last));
        }
    }

    #[test]
    fn without_any_value_there_is_no_progress() {
        let failed = single([f64::INFINITY; 100]);
        assert_eq!(without_progress(&[], &failed, 0.01), Some(100));
        assert_eq!(without_progress(&[], &failed[1..], 0.01), None);
        let zero = single([0.0; 101]);
        assert_eq!(without_progress(&[], &zero, 0.01), Some(100));
        let two = single((0..200).map(|n| f64::from(n % 2)));
        assert_eq!(without_progress(&[], &two, 0.01), Some(199));
    }

    #[test]
    fn several_objectives_count_by_their_range_on_the_front() {
        let ends = [vec![0.0, 1000.0], vec![1.0, 0.0]];
        let with =
            |more: Vec<f64>| last_progress(&[], &told(ends.iter().cloned().chain([more])), 0.01);
        assert_eq!(with(vec![0.5, 500.0]), 3, "a new point of the front");
        assert_eq!(
            with(vec![-0.005, 1000.0]),
            2,
            "by half a percent of the range"
        );
        assert_eq!(with(vec![-0.05, 1000.0]), 3);
        assert_eq!(with(vec![2.0, 2000.0]), 2, "one that others dominate");
        assert_eq!(with(vec![f64::INFINITY; 2]), 2);
    }
}
