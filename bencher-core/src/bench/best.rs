//! Names the best point of a sweep in rounds, or those between which it is undecided.

use crate::dataset::{one_line, percent};
use crate::measure::BestRule;
use crate::plan::{Plan, PlanError, result_name_of};
use crate::sweep_executor::RunEnd;
use crate::var::{Direction, UnknownName};

use super::error::BenchError;
use super::run::SweepRun;
use super::session::Session;

/// What does not matter, unless the user says otherwise.
const WITHIN: f64 = 0.01;

/// The most points that are named as undecided.
const MOST_NAMED: usize = 5;

impl SweepRun<'_> {
    /// The timed result whose best point is to be named: that of the program, or the first that is to be small.
    fn best_result(&self, plan: &Plan) -> Result<Option<(usize, &'static str)>, PlanError> {
        let timed = plan.recorded().map(|(_, var)| var).filter(|var| var.timed);
        let timed: Vec<_> = timed.enumerate().collect();
        let Some(target) = &self.settings.best else {
            let small = timed
                .iter()
                .find(|(_, var)| var.direction == Direction::Minimize);
            return Ok(small.map(|(at, var)| (*at, var.name)));
        };
        let name = result_name_of(plan.schema(), target)?;
        let small = timed
            .iter()
            .filter(|(_, var)| var.direction != Direction::Maximize);
        let small: Vec<(usize, &'static str)> = small.map(|(at, var)| (*at, var.name)).collect();
        let unknown = || {
            let known = small.iter().map(|(_, name)| *name);
            UnknownName::new("timed result that is to be small", name.clone(), known)
        };
        let found = small.iter().find(|(_, known)| **known == *name);
        found.copied().map(Some).ok_or_else(|| unknown().into())
    }

    /// The rule by which the best point is named; none where all points are measured equally well.
    pub(super) fn best_rule(
        &self,
        plan: &Plan,
        session: &Session,
    ) -> Result<Option<BestRule>, BenchError> {
        let within = session.config.best_within;
        if within.is_none() && self.settings.best.is_none() {
            return Ok(None);
        }
        let found = self.best_result(plan).map_err(self.plan_error())?;
        let within = within.unwrap_or(WITHIN);
        Ok(found.map(|(result, _)| BestRule { within, result }))
    }

    /// The result of the race, and what it came to; none without a race.
    pub(super) fn race_text(
        &self,
        plan: &Plan,
        end: &RunEnd,
        session: &Session,
    ) -> Option<(String, String)> {
        let (leader, open) = end.contenders.as_ref()?;
        let rule = self.best_rule(plan, session).ok()??;
        let (_, name) = self.best_result(plan).ok()??;
        let inputs = |point: &u64| one_line(&plan.inputs_text(*point));
        let within = percent(rule.within);
        let text = if open.is_empty() {
            format!(
                "{} is best: no point is better by more than {within}, at 95 %",
                inputs(leader)
            )
        } else {
            let rivals: Vec<String> = open.iter().take(MOST_NAMED).map(inputs).collect();
            let more = open.len().saturating_sub(MOST_NAMED);
            let more = if more > 0 {
                format!(" and {more} more points")
            } else {
                String::new()
            };
            format!(
                "undecided between {}, which leads, and {}{more}: the budget ended; `--budget` gives it more time",
                inputs(leader),
                rivals.join(" and ")
            )
        };
        Some((name.to_owned(), text))
    }
}
