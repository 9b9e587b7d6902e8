//! The best point of a search so far. A better value does not make a point the leader: under noise, it may be the
//! luckier one. So a candidate first meets the leader, side by side.

use crate::dataset::{digits, quantity};
use crate::stats::{mean, median};

use super::evaluations::{Evaluations, Objectives, SearchContext, is_timed};
use super::search_best::bounds;

/// The pairs of samples in which a candidate meets the leader; it loses at once where it loses the first of them.
const PAIRS: usize = 3;

/// The best point so far. Trials are considered in the order of their numbers, so it does not depend on the order in
/// which workers finish.
#[derive(Debug, Default)]
pub(super) struct Leader {
    pub(super) trial: Option<u64>,
    /// The first trial that was not considered yet.
    next: u64,
    meeting: Option<Meeting>,
    /// Whether values come out the same when they are measured again; not known before a first candidate.
    is_exact: Option<bool>,
    /// The samples of the meetings so far.
    spent: u64,
    /// The repeats of the leader in its meetings, from this one on.
    fresh: u32,
}

impl Leader {
    /// Whether values are known to come out the same when they are measured again.
    pub(super) fn has_exact_values(&self) -> bool {
        self.is_exact == Some(true)
    }
}

/// A candidate that meets the leader.
#[derive(Debug)]
struct Meeting {
    candidate: u64,
    /// Whether only the leader is measured again, to see whether its value comes out the same.
    is_check: bool,
    /// The repeats of leader and candidate.
    pairs: Vec<(u32, u32)>,
}

/// What the samples of a meeting say.
enum Verdict {
    Waiting,
    /// More pairs are needed.
    Undecided,
    /// The value of the leader came out the same again.
    IsExact,
    /// It did not: what counts is measured from this repeat on.
    Varies(u32),
    Won,
    Lost,
}

impl Evaluations<'_> {
    /// Considers the trials that are complete, in a search with one objective.
    pub(super) fn advance_leader(&mut self, run: &mut SearchContext<'_>) {
        if self.search.proposals.goals().len() != 1 || run.end.is_over() {
            return;
        }
        loop {
            if let Some(meeting) = self.leader.meeting.take() {
                match self.verdict(&meeting) {
                    Verdict::Waiting => {
                        self.leader.meeting = Some(meeting);
                        return;
                    }
                    Verdict::Varies(fresh) => {
                        self.leader.is_exact = Some(false);
                        self.leader.fresh = fresh;
                        self.meet(meeting.candidate, Vec::new(), run);
                        return;
                    }
                    Verdict::Undecided => {
                        self.meet(meeting.candidate, meeting.pairs, run);
                        return;
                    }
                    Verdict::IsExact => {
                        self.leader.is_exact = Some(true);
                        self.lead(meeting.candidate, 1, run);
                    }
                    Verdict::Won => {
                        let fresh = meeting.pairs.first().map_or(1, |(_, repeat)| *repeat);
                        self.lead(meeting.candidate, fresh, run);
                    }
                    Verdict::Lost => {
                        if self.leader.fresh <= self.executor.plan.repeats() {
                            self.leader.fresh = meeting.pairs.first().map_or(1, |(own, _)| *own);
                        }
                    }
                }
                continue;
            }
            let trial = self.leader.next;
            if !self.search.proposals.is_told(trial) {
                return;
            }
            self.leader.next += 1;
            self.consider(trial, run);
        }
    }

    /// Makes a trial the leader, or has it meet the leader, where its value is better.
    fn consider(&mut self, trial: u64, run: &mut SearchContext<'_>) {
        let proposals = &self.search.proposals;
        let (Some([value]), [goal]) = (proposals.objectives(trial), proposals.goals()) else {
            return;
        };
        let Some(leader) = self.leader.trial else {
            self.lead(trial, 1, run);
            return;
        };
        // Its samples since it met others, where it did: the first one was good by chance, too.
        let values = self.values(leader, self.leader.fresh);
        let known = if self.executor.plan.is_timed() {
            median(&values)
        } else {
            mean(&values)
        };
        let known = known.unwrap_or(f64::NAN);
        if !goal.is_better(*value, known) {
            return;
        }
        match self.leader.is_exact {
            Some(true) => self.lead(trial, 1, run),
            None if !self.executor.plan.is_timed() => {
                let repeat = self.submit_next(leader, run);
                self.leader.spent += 1;
                self.leader.meeting = Some(Meeting {
                    candidate: trial,
                    is_check: true,
                    pairs: vec![(repeat, 0)],
                });
            }
            // Meetings take a third of all samples at most; the last race has every good point.
            _ if self.leader.spent * 2 < (trial + 1) * u64::from(self.executor.plan.repeats()) => {
                self.meet(trial, Vec::new(), run);
            }
            _ => {}
        }
    }

    /// Measures leader and candidate side by side.
    fn meet(&mut self, candidate: u64, mut pairs: Vec<(u32, u32)>, run: &mut SearchContext<'_>) {
        let Some(leader) = self.leader.trial else {
            return;
        };
        let more = if pairs.is_empty() { 1 } else { PAIRS - 1 };
        for _ in 0..more {
            pairs.push((
                self.submit_next(leader, run),
                self.submit_next(candidate, run),
            ));
            self.leader.spent += 2;
        }
        self.leader.meeting = Some(Meeting {
            candidate,
            is_check: false,
            pairs,
        });
    }

    fn verdict(&self, meeting: &Meeting) -> Verdict {
        let (Some(leader), [goal]) = (self.leader.trial, self.search.proposals.goals()) else {
            return Verdict::Lost;
        };
        if meeting.is_check {
            let again = meeting.pairs.first().map_or(0, |(repeat, _)| *repeat);
            return match self.sample(leader, again) {
                None => Verdict::Waiting,
                Some(_) if self.is_exact(leader) => Verdict::IsExact,
                Some(_) => Verdict::Varies(again),
            };
        }
        let cost = |sample: &Objectives| match sample.as_ref().map(Vec::as_slice) {
            Ok([value, ..]) => goal.cost(*value),
            _ => f64::INFINITY,
        };
        let mut ahead = Vec::new();
        for (own, other) in &meeting.pairs {
            let pair = (
                self.sample(leader, *own),
                self.sample(meeting.candidate, *other),
            );
            let (Some(own), Some(other)) = pair else {
                return Verdict::Waiting;
            };
            ahead.push(cost(own) - cost(other));
        }
        let is_ahead = ahead.iter().sum::<f64>() > 0.0;
        match (is_ahead, ahead.len()) {
            (false, _) => Verdict::Lost,
            (true, PAIRS..) => Verdict::Won,
            (true, _) => Verdict::Undecided,
        }
    }

    /// Makes a trial the leader, and tells of it.
    fn lead(&mut self, trial: u64, fresh: u32, run: &mut SearchContext<'_>) {
        self.leader.trial = Some(trial);
        self.leader.fresh = fresh;
        let plan = &self.executor.plan;
        let goal = self.search.proposals.goals().first();
        let Some((_, var)) = goal.and_then(|goal| plan.schema().result(goal.name())) else {
            return;
        };
        let number = |x: f64| {
            if is_timed(plan, var.name) {
                quantity(x, "s")
            } else {
                format!("{} {}", digits(x, 4), var.units)
                    .trim_end()
                    .to_owned()
            }
        };
        let values = self.values(trial, fresh);
        let value = number(mean(&values).unwrap_or(f64::NAN));
        let text = match bounds(&values, var.timed) {
            Some((low, high)) => format!("{value} ({} to {})", number(low), number(high)),
            None => value,
        };
        run.progress.best(self.seconds.len() as u64, &text);
    }
}
