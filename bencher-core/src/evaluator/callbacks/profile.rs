use jiff::Timestamp;

use super::super::{Callback, JobRecord};

/// Records the number of busy workers over time.
///
/// It holds two moments for each job. Jobs with an unknown start are ignored.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use bencher_core::evaluator::callbacks::Profile;
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather};
/// let profile = Arc::new(Mutex::new(Profile::default()));
/// let options = EvaluatorOptions::default().callback(Arc::clone(&profile));
/// let mut evaluator = Evaluator::create("serial", |x| **x, options)?;
/// evaluator.submit([1.0, 2.0])?;
/// evaluator.gather(Gather::All)?;
/// let busy = profile.lock().unwrap().busy();
/// assert!(busy.iter().all(|(_, workers)| *workers <= 1));
/// assert_eq!(busy.last().map(|(_, workers)| *workers), Some(0));
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Profile {
    spans: Vec<(Timestamp, Timestamp)>,
}

impl Profile {
    /// The number of busy workers from each moment until the next.
    pub fn busy(&self) -> Vec<(Timestamp, usize)> {
        let ends = self.spans.iter().map(|(_, end)| (*end, -1));
        let begins = self.spans.iter().map(|(begin, _)| (*begin, 1));
        let mut changes: Vec<(Timestamp, isize)> = ends.chain(begins).collect();
        // Where one job ends as another begins, no worker more was busy.
        crate::sort::by_key(&mut changes, |change| *change);
        let mut steps: Vec<(Timestamp, usize)> = Vec::new();
        let mut busy = 0_isize;
        for (at, change) in changes {
            busy += change;
            let now = usize::try_from(busy).unwrap_or(0);
            match steps.last_mut() {
                Some((last, workers)) if *last == at => *workers = now,
                _ => steps.push((at, now)),
            }
        }
        steps
    }

    /// The average number of busy workers, from the start of the first job to the end of the last.
    pub fn mean(&self) -> Option<f64> {
        let begin = self.spans.iter().map(|(begin, _)| *begin).min()?;
        let end = self.spans.iter().map(|(_, end)| *end).max()?;
        let seconds = |from: &Timestamp, to: &Timestamp| from.duration_until(*to).as_secs_f64();
        let worked: f64 = self.spans.iter().map(|(from, to)| seconds(from, to)).sum();
        let whole = seconds(&begin, &end);
        (whole > 0.0).then(|| worked / whole)
    }
}

impl<A> Callback<A> for Profile {
    fn on_done(&mut self, job: &JobRecord<A>) {
        if let (Some(begin), Some(end)) = (job.started, job.ended) {
            self.spans.push((begin, end.max(begin)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_the_jobs_at_each_moment() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let spans = [(0, 4), (1, 3), (4, 6), (8, 8)];
        let profile = Profile {
            spans: spans.map(|(from, to)| (at(from), at(to))).to_vec(),
        };
        let busy = [(0, 1), (1, 2), (3, 1), (4, 1), (6, 0), (8, 0)];
        assert_eq!(profile.busy(), busy.map(|(second, n)| (at(second), n)));
        assert_eq!(profile.mean(), Some(1.0));
        assert_eq!(Profile::default().mean(), None);
    }
}
