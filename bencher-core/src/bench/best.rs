//! Names the best point of a sweep in rounds, or those between which it is undecided.

use crate::dataset::{digits, one_line, percent, significant};
use crate::measure::{BestRule, RaceValues};
use crate::plan::{Plan, PlanError, result_name_of};
use crate::sweep_executor::RunEnd;
use crate::var::{Direction, ResultVar, UnknownName};

use super::error::BenchError;
use super::run::SweepRun;
use super::session::Session;

/// What does not matter, unless the user says otherwise.
const WITHIN: f64 = 0.01;

/// The most points that are named as undecided.
const MOST_NAMED: usize = 5;

/// The most groups whose best points are named one by one.
const MOST_GROUPS: usize = 20;

/// A result whose best point is to be named.
#[derive(Clone, Copy)]
struct RacedResult {
    name: &'static str,
    /// Its position among the timed results, or among all recorded ones where nothing is timed.
    position: usize,
    values: RaceValues,
}

impl RacedResult {
    fn of((position, var): (usize, &'static ResultVar)) -> Option<Self> {
        let values = match (var.timed, var.direction) {
            // More of a time is never better.
            (true, Direction::Maximize) | (false, Direction::None) => return None,
            (true, _) => RaceValues::Times,
            (false, Direction::Minimize) => RaceValues::Least,
            (false, Direction::Maximize) => RaceValues::Greatest,
        };
        (var.timed || var.kind.is_numeric()).then_some(Self {
            name: var.name,
            position,
            values,
        })
    }
}

/// By how much no point is better than the leader of a race that is undecided: a share of a best value near 0 says
/// nothing.
fn margin_text(margin: Option<f64>, values: RaceValues) -> String {
    let Some(margin) = margin.filter(|margin| margin.is_finite() && *margin > 0.0) else {
        return String::new();
    };
    // Two digits, rounded up: a bound has to hold.
    let unit = 10_f64.powf(margin.log10().floor() - 1.0);
    let bound = (margin / unit).ceil() * unit;
    let text = match values {
        RaceValues::Times => percent(significant(bound, 2)),
        RaceValues::Least | RaceValues::Greatest => digits(bound, 2),
    };
    format!("; none is better than the first by more than {text}, at 95 %")
}

impl SweepRun<'_> {
    /// The result whose best point is to be named: that of the program, or the first with a direction. In a sweep with
    /// times, it is one of these.
    fn raced_result(&self, plan: &Plan) -> Result<Option<RacedResult>, PlanError> {
        let is_timed = plan.is_timed();
        let series = plan.recorded().map(|(_, var)| var);
        let series = series.filter(|var| var.timed || !is_timed).enumerate();
        let possible: Vec<RacedResult> = series.filter_map(RacedResult::of).collect();
        let Some(target) = &self.settings.best else {
            return Ok(possible.first().copied());
        };
        let name = result_name_of(plan.schema(), target)?;
        let unknown = || {
            let known = possible.iter().map(|one| one.name);
            let what = if is_timed {
                "timed result that is to be small"
            } else {
                "numeric result with a direction"
            };
            UnknownName::new(what, name.clone(), known)
        };
        let found = possible.iter().find(|known| *known.name == *name);
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
        let found = self.raced_result(plan).map_err(self.plan_error())?;
        let within = within.unwrap_or(WITHIN);
        Ok(found.map(|found| BestRule {
            within,
            result: found.position,
            values: found.values,
        }))
    }

    /// The result of the race, and what it came to; none without a race.
    pub(super) fn race_text(
        &self,
        plan: &Plan,
        end: &RunEnd,
        session: &Session,
    ) -> Option<(String, String)> {
        let rule = self.best_rule(plan, session).ok()??;
        let raced = self.raced_result(plan).ok()??;
        let name = raced.name;
        let inputs = |point: &u64| one_line(&plan.inputs_text(*point));
        let within = percent(rule.within);
        let undecided = |(leader, open): &(u64, Vec<u64>)| {
            let rivals: Vec<String> = open.iter().take(MOST_NAMED).map(inputs).collect();
            let more = open.len().saturating_sub(MOST_NAMED);
            let more = if more > 0 {
                format!(" and {more} more points")
            } else {
                String::new()
            };
            format!(
                "undecided between {}, which leads, and {}{more}",
                inputs(leader),
                rivals.join(" and ")
            )
        };
        let remedy = if plan.is_timed() {
            "the budget ended; `--budget` gives it more time"
        } else {
            "the repeats or the budget ended; `--repeats` and `--budget` give it more"
        };
        let text = match &*end.contenders {
            [] => format!("undecided, since the points have too few values to compare: {remedy}"),
            [(leader, open)] if open.is_empty() => format!(
                "no point is better than {} by more than {within}, at 95 %",
                inputs(leader)
            ),
            [one] => {
                let margin = margin_text(end.margins.first().copied(), raced.values);
                format!("{}{margin}: {remedy}", undecided(one))
            }
            groups => {
                let best = groups.iter().filter(|(_, open)| open.is_empty());
                let best: Vec<String> = best.map(|(leader, _)| inputs(leader)).collect();
                let open = groups.iter().filter(|(_, open)| !open.is_empty());
                let open: Vec<String> = open.map(undecided).collect();
                let of_groups = |all: &[String]| {
                    let more = all.len().saturating_sub(MOST_GROUPS);
                    let shown: Vec<&str> =
                        all.iter().take(MOST_GROUPS).map(String::as_str).collect();
                    let shown = shown.join("; ");
                    if more > 0 {
                        format!("{shown}; and {more} more")
                    } else {
                        shown
                    }
                };
                let mut parts = Vec::new();
                if !best.is_empty() {
                    parts.push(format!(
                        "no point is better by more than {within}, at 95 %, than {}, each in its group",
                        of_groups(&best)
                    ));
                }
                if !open.is_empty() {
                    parts.push(format!("{}: {remedy}", of_groups(&open)));
                }
                parts.join(". ")
            }
        };
        Some((name.to_owned(), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_a_race_are_rounded_up() {
        let text = |margin: f64, values| margin_text(Some(margin), values);
        let least = RaceValues::Least;
        assert_eq!(
            text(0.0341, RaceValues::Times),
            "; none is better than the first by more than 3.5 %, at 95 %"
        );
        assert!(text(0.1201, least).contains("more than 0.13,"));
        assert!(
            text(1201.0, least).contains("more than 1300,"),
            "{}",
            text(1201.0, least)
        );
        for none in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(text(none, least), "");
        }
        assert_eq!(margin_text(None, least), "");
    }
}
