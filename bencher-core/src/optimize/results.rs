//! The finished trials of a search: all, the best, the front.

use super::error::SearchError;
use super::fronts::front;
use super::known::Evaluated;
use super::proposals::{Proposals, Told};
use super::repeats::estimated;
use super::sampler::Origin;
use super::search::FinishedTrial;

/// A result with the number and the origin of its trial, where it was not learned.
pub(super) type ToldResult<'p> = (Option<u64>, Option<Origin>, &'p (Evaluated, Told));

impl Proposals {
    pub(super) fn results(&self) -> impl Iterator<Item = ToldResult<'_>> {
        let learned = self.learned.iter().map(|told| (None, None, told));
        let trials = self.trials.iter().zip(0..);
        let trials = trials.filter_map(|(trial, number)| {
            Some((Some(number), Some(trial.origin), trial.told.as_ref()?))
        });
        learned.chain(trials)
    }

    fn finished(&self, (number, origin, (evaluated, told)): ToldResult<'_>) -> FinishedTrial {
        let names = self.space.plan().input_names();
        let input = |(at, value): (usize, crate::value::Value)| {
            (names.get(at).copied().unwrap_or_default().to_owned(), value)
        };
        let values = self.space.values(&evaluated.place).unwrap_or_default();
        FinishedTrial {
            number,
            origin,
            inputs: values.into_iter().map(input).collect(),
            objectives: told.clone().unwrap_or_default(),
            error: told.as_ref().err().cloned(),
        }
    }

    pub(crate) fn trials(&self) -> Vec<FinishedTrial> {
        self.results().map(|one| self.finished(one)).collect()
    }

    pub(crate) fn best(&self) -> Result<FinishedTrial, SearchError> {
        let points = self.told_points();
        let values = estimated(&self.space, &points);
        let all = points.iter().zip(values);
        let best = all.min_by(|(_, a), (_, b)| a.total_cmp(b));
        let (best, _) = best.ok_or(SearchError::NoTrials)?;
        let objectives = best.objectives();
        if objectives.is_empty() {
            let reasons = self
                .results()
                .filter_map(|(.., (_, told))| told.as_ref().err());
            return Err(SearchError::AllFailed {
                failed: self.results().count() as u64,
                reason: reasons.last().cloned().unwrap_or_default(),
            });
        }
        let one = best.first().ok_or(SearchError::NoTrials)?;
        Ok(FinishedTrial {
            objectives,
            ..self.finished(one)
        })
    }

    pub(crate) fn front(&self) -> Vec<FinishedTrial> {
        let done: Vec<_> = self
            .results()
            .filter(|(.., (one, _))| !one.has_failed())
            .collect();
        let values: Vec<&[f64]> = done.iter().map(|(.., (one, _))| &*one.values).collect();
        let chosen = front(&values).into_iter();
        chosen
            .filter_map(|at| done.get(at).map(|one| self.finished(*one)))
            .collect()
    }
}
