//! The finished trials of a search: all, the best, the front.

use super::error::SearchError;
use super::fronts::front;
use super::known::Evaluated;
use super::proposals::{Proposals, Told};
use super::sampler::Origin;
use super::search::FinishedTrial;

impl Proposals {
    pub(super) fn results(
        &self,
    ) -> impl Iterator<Item = (Option<u64>, Option<Origin>, &(Evaluated, Told))> {
        let learned = self.learned.iter().map(|told| (None, None, told));
        let trials = self.trials.iter().zip(0..);
        let trials = trials.filter_map(|(trial, number)| {
            Some((Some(number), Some(trial.origin), trial.told.as_ref()?))
        });
        learned.chain(trials)
    }

    fn finished(
        &self,
        (number, origin, (evaluated, told)): (Option<u64>, Option<Origin>, &(Evaluated, Told)),
    ) -> FinishedTrial {
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
        let cost = |(.., (one, _)): &(Option<u64>, Option<Origin>, &(Evaluated, Told))| {
            one.values.first().copied().unwrap_or(f64::INFINITY)
        };
        let best = self.results().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let best = best.ok_or(SearchError::NoTrials)?;
        if best.2.0.has_failed() {
            let reasons = self
                .results()
                .filter_map(|(.., (_, told))| told.as_ref().err());
            return Err(SearchError::AllFailed {
                failed: self.results().count() as u64,
                reason: reasons.last().cloned().unwrap_or_default(),
            });
        }
        Ok(self.finished(best))
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
