//! The proposals of a search and their results, for any type of sweep.

use std::collections::VecDeque;

use super::error::SearchError;
use super::fronts::{front, ranked};
use super::goal::Goal;
use super::importance::{Importance, importance};
use super::known::{Evaluated, Known};
use super::options::{SearchEnd, SearchOptions};
use super::progress::without_progress;
use super::sampler::{Memo, Origin, Proposal, propose};
use super::slice::{Slice, slice};
use super::space::{Place, SearchSpace};
use crate::value::KeyWriter;

/// A search without its type.
#[derive(Debug)]
pub(crate) struct Proposals {
    pub(super) space: SearchSpace,
    goals: Vec<Goal>,
    options: SearchOptions,
    memo: Memo,
    /// Results from elsewhere, then those of the trials, as a sampler sees them.
    pub(super) learned: Vec<(Evaluated, Told)>,
    pub(super) trials: Vec<Proposed>,
    queue: VecDeque<(Place, Origin)>,
    /// How many proposals in succession were expected to improve nothing.
    idle: u32,
    end: Option<SearchEnd>,
}

/// So many proposals in succession that are expected to improve nothing end a search that ends by that.
const MOST_IDLE: u32 = 3;

/// A result: objectives, or the reason why there are none.
pub(super) type Told = Result<Vec<f64>, String>;

#[derive(Debug)]
pub(super) struct Proposed {
    pub(super) place: Place,
    pub(super) origin: Origin,
    pub(super) told: Option<(Evaluated, Told)>,
}

/// What a search does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next {
    Proposal { number: u64, origin: Origin },
    Wait(u64),
    Ended(SearchEnd),
}

impl Proposals {
    pub(crate) fn new(
        space: SearchSpace,
        goals: Vec<Goal>,
        options: SearchOptions,
    ) -> Result<Self, SearchError> {
        if goals.is_empty() {
            return Err(SearchError::NoGoal);
        }
        for (at, goal) in goals.iter().enumerate() {
            if goals
                .iter()
                .skip(at + 1)
                .any(|other| other.name() == goal.name())
            {
                return Err(SearchError::RepeatedGoal(goal.name().to_owned()));
            }
        }
        if options.budget == Some(0) {
            return Err(SearchError::NoBudget);
        }
        if options.target.is_some_and(f64::is_nan) {
            return Err(SearchError::NoTarget);
        }
        if options.workers == Some(0) {
            return Err(SearchError::NoWorkers);
        }
        Ok(Self {
            space,
            goals,
            options,
            memo: Memo::default(),
            learned: Vec::new(),
            trials: Vec::new(),
            queue: VecDeque::new(),
            idle: 0,
            end: None,
        })
    }

    pub(crate) const fn space(&self) -> &SearchSpace {
        &self.space
    }

    pub(crate) const fn ended(&self) -> Option<SearchEnd> {
        self.end
    }

    pub(crate) fn place(&self, trial: u64) -> Option<&Place> {
        let at = usize::try_from(trial).ok()?;
        self.trials.get(at).map(|trial| &trial.place)
    }

    /// The next proposal.
    pub(crate) fn next(&mut self) -> Result<Next, SearchError> {
        if let Some(end) = self.end {
            return Ok(Next::Ended(end));
        }
        let number = self.trials.len() as u64;
        if let Some(trials) = self.options.budget.filter(|budget| number >= *budget) {
            return Ok(self.ended_by(SearchEnd::Budget { trials }));
        }
        // Without an order, everything that was told counts.
        let in_order = self
            .options
            .workers
            .map(|workers| number.saturating_sub(workers - 1));
        if let Some(seen) = in_order {
            let mut first = self.trials.iter().zip(0..seen);
            if let Some((_, missing)) = first.find(|(trial, _)| trial.told.is_none()) {
                return Ok(Next::Wait(missing));
            }
        }
        while let Some((place, origin)) = self.queue.pop_front() {
            let mut trials = self.trials.iter();
            if !trials.any(|trial| is_same(&trial.place, &place)) {
                return Ok(self.proposed(place, origin));
            }
        }
        let is_seen = |at: usize| in_order.is_none_or(|seen| (at as u64) < seen);
        let mut done: Vec<Evaluated> = self.learned.iter().map(|(one, _)| one.clone()).collect();
        let earlier = done.len();
        let mut pending = Vec::new();
        for (at, trial) in self.trials.iter().enumerate() {
            match &trial.told {
                Some((evaluated, _)) if is_seen(at) => done.push(evaluated.clone()),
                _ => pending.push(trial.place.clone()),
            }
        }
        let (earlier, trials) = done.split_at(earlier);
        let within = self.options.within;
        let idle =
            within.and_then(|share| Some((share, without_progress(earlier, trials, share)?)));
        if let Some((within, evaluations)) = idle {
            return Ok(self.ended_by(SearchEnd::NoProgress {
                within,
                evaluations,
            }));
        }
        let known = Known::new(&self.space, &done, &pending);
        let options = &self.options;
        let proposal = propose(
            options.sampler,
            &known,
            (number, options.seed),
            &mut self.memo,
        )?;
        Ok(match proposal {
            Some(Proposal {
                place,
                origin,
                improvement,
            }) => {
                let is_idle = |within: f64| improvement.is_some_and(|one| one.is_within(within));
                match self.options.within.filter(|within| is_idle(*within)) {
                    None => self.idle = 0,
                    Some(within) => {
                        self.idle += 1;
                        if self.idle >= MOST_IDLE {
                            return Ok(self.ended_by(SearchEnd::NoImprovement { within }));
                        }
                    }
                }
                self.proposed(place, origin)
            }
            None => {
                let points = known.taken_inside();
                self.ended_by(SearchEnd::Exhausted { points })
            }
        })
    }

    fn proposed(&mut self, place: Place, origin: Origin) -> Next {
        let number = self.trials.len() as u64;
        self.trials.push(Proposed {
            place,
            origin,
            told: None,
        });
        Next::Proposal { number, origin }
    }

    fn ended_by(&mut self, end: SearchEnd) -> Next {
        self.end = Some(end);
        Next::Ended(end)
    }

    /// Takes the result of a trial.
    pub(crate) fn tell(&mut self, number: u64, told: Told) -> Result<(), SearchError> {
        let expected = self.goals.len();
        let at = usize::try_from(number).ok();
        let trial = at.and_then(|at| self.trials.get_mut(at));
        let trial = trial.ok_or(SearchError::UnknownTrial(number))?;
        if trial.told.is_some() {
            return Err(SearchError::ToldTwice(number));
        }
        let evaluated = evaluated(&self.goals, trial.place.clone(), &told);
        let evaluated = evaluated.map_err(|given| SearchError::Objectives {
            trial: number,
            given,
            expected,
        })?;
        trial.told = Some((evaluated, told));
        Ok(())
    }

    /// Takes a result from elsewhere.
    pub(crate) fn learn(&mut self, place: Place, told: Told) -> Result<(), SearchError> {
        let evaluated = evaluated(&self.goals, place, &told);
        let evaluated = evaluated.map_err(|given| SearchError::Objectives {
            trial: self.learned.len() as u64,
            given,
            expected: self.goals.len(),
        })?;
        self.learned.push((evaluated, told));
        Ok(())
    }

    /// Queues the best learned results that lie in the space: at most `most`, and at most a quarter of the budget. They
    /// are tried again, because a search names its best point from its own trials alone.
    pub(crate) fn queue_learned(&mut self, most: usize) {
        let quarter = self
            .options
            .budget
            .map_or(most as u64, |budget| budget.div_ceil(4));
        let most = most.min(usize::try_from(quarter).unwrap_or(most));
        let learned = std::mem::take(&mut self.learned);
        let values: Vec<&[f64]> = learned.iter().map(|(one, _)| &*one.values).collect();
        let is_possible = |at: &usize| {
            learned.get(*at).is_some_and(|(one, _)| {
                !one.has_failed()
                    && self.space.contains(&one.place)
                    && self.space.allows(&one.place)
            })
        };
        let best = ranked(&values).into_iter();
        let best: Vec<usize> = best.filter(is_possible).take(most).collect();
        let places = best.iter().filter_map(|at| learned.get(*at));
        let places: Vec<Place> = places.map(|(one, _)| one.place.clone()).collect();
        let queued = places.into_iter().map(|place| (place, Origin::Stored));
        self.queue.extend(queued);
        let rest = learned.into_iter().enumerate();
        let rest = rest.filter(|(at, _)| !best.contains(at));
        self.learned = rest.map(|(_, one)| one).collect();
    }

    /// Queues a place, which is proposed before others.
    pub(crate) fn queue(&mut self, place: Place) -> Result<(), SearchError> {
        if !self.space.contains(&place) {
            let values = self.space.values(&place).unwrap_or_default();
            let texts = values.iter().map(|(_, value)| value.to_string());
            return Err(SearchError::Outside(format!(
                "{} is outside the bounds, or not among the choices",
                texts.collect::<Vec<_>>().join(", ")
            )));
        }
        match self.space.broken_rule(&place) {
            Ok(None) => {}
            Ok(Some(reason)) => return Err(SearchError::Outside(reason.to_owned())),
            Err(panic) => return Err(SearchError::Outside(panic)),
        }
        self.queue.push_back((place, Origin::Queued));
        Ok(())
    }

    /// The numbers of the trials with a result, the best first: by the first goal, or front after front; failed ones
    /// last.
    pub(crate) fn ranked(&self) -> Vec<u64> {
        let told = self.trials.iter().zip(0_u64..);
        let told = told.filter_map(|(trial, number)| Some((number, &trial.told.as_ref()?.0)));
        let (numbers, values): (Vec<u64>, Vec<&[f64]>) =
            told.map(|(number, one)| (number, &*one.values)).unzip();
        let order = ranked(&values).into_iter();
        order.filter_map(|at| numbers.get(at).copied()).collect()
    }

    /// The trials that no other one beats in all goals; the lonely ones first.
    pub(crate) fn front_trials(&self) -> impl Iterator<Item = u64> {
        let told = self.trials.iter().zip(0_u64..);
        let told = told.filter_map(|(trial, number)| Some((number, &trial.told.as_ref()?.0)));
        let told = told.filter(|(_, one)| !one.has_failed());
        let (numbers, values): (Vec<u64>, Vec<&[f64]>) =
            told.map(|(number, one)| (number, &*one.values)).unzip();
        let front = front(&values).into_iter();
        front.filter_map(move |at| numbers.get(at).copied())
    }

    /// Whether a trial has its result, or why it has none.
    pub(crate) fn is_told(&self, trial: u64) -> bool {
        let at = usize::try_from(trial).ok();
        let trial = at.and_then(|at| self.trials.get(at));
        trial.is_some_and(|trial| trial.told.is_some())
    }

    pub(super) const fn has_target(&self) -> bool {
        self.options.target.is_some()
    }

    /// Whether a value of the first goal reaches the target, where there is one.
    pub(crate) fn reaches_target(&self, value: f64) -> bool {
        let goal = self.goals.first().zip(self.options.target);
        goal.is_some_and(|(goal, target)| value.is_finite() && !goal.is_better(target, value))
    }

    /// Ends the search by a value that reaches the target.
    pub(crate) const fn end_at_target(&mut self, value: f64) {
        self.end = Some(SearchEnd::Target { value });
    }

    /// For how many workers the order of the proposals is the same; 0 where it follows from the order of the results.
    pub(crate) fn workers(&self) -> u64 {
        self.options.workers.unwrap_or(0)
    }

    /// The share that does not matter, where the user named one.
    pub(crate) const fn within(&self) -> Option<f64> {
        self.options.within
    }

    /// Whether a trial has objectives.
    pub(crate) fn has_succeeded(&self, trial: u64) -> bool {
        let trial = usize::try_from(trial)
            .ok()
            .and_then(|at| self.trials.get(at));
        let told = trial.and_then(|trial| trial.told.as_ref());
        told.is_some_and(|(one, _)| !one.has_failed())
    }

    /// The objectives of a trial; none where it has not succeeded.
    pub(crate) fn objectives(&self, trial: u64) -> Option<&[f64]> {
        let at = usize::try_from(trial).ok()?;
        let (one, told) = self.trials.get(at)?.told.as_ref()?;
        let told = told.as_ref().ok()?;
        (!one.has_failed()).then_some(told)
    }

    /// How much each dimension matters for the first goal, and pairs of them.
    pub(crate) fn importance(&self) -> (Vec<Importance>, Vec<Importance>) {
        importance(&self.space, &self.done())
    }

    fn done(&self) -> Vec<Evaluated> {
        self.results().map(|(.., (one, _))| one.clone()).collect()
    }

    /// What the model expects of the first goal along a dimension through a trial.
    pub(crate) fn slice(&self, trial: u64, dimension: &str) -> Option<Slice> {
        let through = self.place(trial)?;
        let goal = self.goals.first()?;
        slice(&self.space, goal, &self.done(), through, dimension)
    }

    pub(crate) fn goals(&self) -> &[Goal] {
        &self.goals
    }

    /// Writes what makes it another search: its space, its goals, and how it proposes. A larger budget continues it.
    pub(crate) fn write(&self, key: &mut KeyWriter) {
        self.space.write(key);
        for goal in &self.goals {
            key.text(goal.name());
            key.number(u128::from(goal.is_better(1.0, 0.0)));
        }
        key.text(self.options.sampler.name());
        key.number(u128::from(self.options.seed));
        key.number(u128::from(self.options.workers.unwrap_or(0)));
    }

    /// Where a trial comes from.
    pub(crate) fn origin(&self, trial: u64) -> Option<Origin> {
        let at = usize::try_from(trial).ok()?;
        self.trials.get(at).map(|trial| trial.origin)
    }
}

/// A result as samplers see it; the number of objectives where it is wrong.
fn evaluated(goals: &[Goal], place: Place, told: &Told) -> Result<Evaluated, usize> {
    let values = match told {
        Ok(values) if values.len() != goals.len() => return Err(values.len()),
        Ok(values) => {
            let costs = goals
                .iter()
                .zip(values)
                .map(|(goal, value)| goal.cost(*value));
            let finite: Option<Vec<f64>> = costs
                .map(|cost| Some(cost).filter(|x| x.is_finite()))
                .collect();
            finite.unwrap_or_else(|| vec![f64::INFINITY; goals.len()])
        }
        Err(_) => vec![f64::INFINITY; goals.len()],
    };
    Ok(Evaluated { place, values })
}

fn is_same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}
