//! What a record says of a search.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::dataset::{digits, one_line, percent, quantity};
use crate::optimize::{Goal, Importance, Sampler, hypervolumes};
use crate::record::{
    FrontClass, SEARCH, SEARCH_BEST, SEARCH_GOAL, SEARCH_HISTORY, SEARCH_IMPORTANCE, SearchHistory,
    SearchImportance, SearchObjective, SearchSlice,
};
use crate::sweep_executor::{FinalRace, NamedBest, SearchedRun};
use crate::value::Value;
use crate::var::Direction;

/// What a record says of a search.
pub(super) struct SearchAttributes {
    search: String,
    goal: String,
    best: Option<String>,
    importance: String,
    history: SearchHistory,
}

impl SearchAttributes {
    pub(super) fn of(run: &SearchedRun, sampler: Sampler) -> Self {
        let count = run.order.len();
        let noun = if count == 1 { "point" } else { "points" };
        let end = &run.ended;
        let succeeded = |trial: &&u64| run.proposals.has_succeeded(**trial);
        let failed = count - run.order.iter().filter(succeeded).count();
        let goals = run.proposals.goals().iter();
        let goals: Vec<&str> = goals.map(Goal::name).collect();
        let failed = match failed {
            0 => String::new(),
            failed if failed == count => format!(
                ", {failed} of them failed, so none is the best (a point needs a finite `{}`)",
                goals.join("` and `")
            ),
            failed => format!(", {failed} of them failed"),
        };
        let stored = match run.stored {
            0 => String::new(),
            1 => ", with 1 stored point".to_owned(),
            count => format!(", with {count} stored points"),
        };
        Self {
            search: format!("{count} {noun} ({sampler}){failed}{stored}: {end}"),
            goal: goals.join(", "),
            best: best_text(run).or_else(|| front_text(run)),
            importance: importance_text(run),
            history: history(run, sampler),
        }
    }

    pub(super) fn keep(self, attributes: &mut BTreeMap<String, String>) {
        let mut keep = |name: &str, text: String| attributes.insert(name.to_owned(), text);
        keep(SEARCH, self.search);
        keep(SEARCH_GOAL, self.goal);
        // Numbers and texts have no reason to fail.
        if let Ok(history) = serde_json::to_string(&self.history) {
            keep(SEARCH_HISTORY, history);
        }
        if !self.importance.is_empty() {
            keep(SEARCH_IMPORTANCE, self.importance);
        }
        if let Some(best) = self.best {
            keep(SEARCH_BEST, best);
        }
    }
}

/// How a search went, evaluation by evaluation.
fn history(run: &SearchedRun, sampler: Sampler) -> SearchHistory {
    let objective = |goal: &Goal| SearchObjective {
        name: goal.name().to_owned(),
        is_maximized: goal.direction() == Direction::Maximize,
    };
    let (alone, pairs) = &run.importance;
    let importance = alone.iter().chain(pairs).map(|one| SearchImportance {
        inputs: one.dimension.split(PAIR).map(str::to_owned).collect(),
        share: one.share,
        bounds: (one.low, one.high),
    });
    let mut history = SearchHistory {
        sampler: sampler.name().to_owned(),
        end: run.ended.name().to_owned(),
        stored: run.stored as u64,
        workers: run.proposals.workers(),
        objectives: run.proposals.goals().iter().map(objective).collect(),
        trials: run.trials.clone(),
        importance: importance.collect(),
        slices: slices(run),
        hypervolume: Vec::new(),
    };
    if let [first, second] = run.proposals.goals() {
        let cost = |at: usize| match &*history.trials.get(at)?.values {
            [x, y] => Some([first.cost(*x), second.cost(*y)]),
            _ => None,
        };
        let costs = history.order().into_iter();
        let costs: Vec<[f64; 2]> = costs
            .map(|at| cost(at).unwrap_or([f64::INFINITY; 2]))
            .collect();
        history.hypervolume = hypervolumes(&costs);
    }
    history
}

/// How many points lie on the front of several objectives.
fn front_text(run: &SearchedRun) -> Option<String> {
    let count = |class: FrontClass| {
        let trials = run.trials.iter();
        trials.filter(|trial| trial.front == Some(class)).count()
    };
    let (surely, maybe) = (count(FrontClass::Surely), count(FrontClass::Maybe));
    let dominated = count(FrontClass::Dominated);
    let all = surely + maybe + dominated;
    let goals: Vec<&str> = run.proposals.goals().iter().map(Goal::name).collect();
    let goals = goals.join(" and ");
    (all > 0).then(|| {
        format!(
            "the front of {goals} has {surely} of {all} points surely and {maybe} maybe; {dominated} are surely dominated"
        )
    })
}

/// The slices through the best point along the most important inputs.
fn slices(run: &SearchedRun) -> Vec<SearchSlice> {
    // With several objectives, the first of the front need not be the best in the first of them.
    let goal = run.proposals.goals().first();
    let succeeded = run
        .trials
        .iter()
        .filter_map(|trial| Some((trial.number, *trial.values.first()?)));
    let best = match (&run.best, goal) {
        (Some(best), _) => Some(best.trial),
        (None, Some(goal)) => {
            let cost = |(_, value): &(u64, f64)| goal.cost(*value);
            let least = succeeded.min_by(|a, b| cost(a).total_cmp(&cost(b)));
            least.map(|(trial, _)| trial)
        }
        (None, None) => None,
    };
    let Some(best) = best else {
        return Vec::new();
    };
    let slice = |one: &Importance| {
        let slice = run.proposals.slice(best, &one.dimension)?;
        let numbers: Option<Vec<f64>> = slice.values.iter().map(number).collect();
        let names = match numbers {
            Some(_) => Vec::new(),
            None => slice.values.iter().map(ToString::to_string).collect(),
        };
        let position = || {
            slice
                .values
                .iter()
                .position(|value| *value == slice.through)
        };
        let best = number(&slice.through).filter(|_| names.is_empty());
        Some(SearchSlice {
            input: one.dimension.clone(),
            best: best.or_else(|| Some(position()? as f64))?,
            values: numbers.unwrap_or_else(|| (0..names.len()).map(|at| at as f64).collect()),
            names,
            expected: slice.expected.iter().map(|(mean, _)| *mean).collect(),
            deviations: slice.expected.iter().map(|(_, by)| *by).collect(),
        })
    };
    run.importance
        .0
        .iter()
        .take(MOST_SLICES)
        .filter_map(slice)
        .collect()
}

/// The number of a value that is one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(_) => None,
        value => value.as_f64().filter(|x| x.is_finite()),
    }
}

/// The separator of the names of a pair.
const PAIR: &str = " * ";

/// The inputs with slices, at most.
const MOST_SLICES: usize = 6;

/// Which inputs matter, by the model of the search, and which pairs of them.
fn importance_text(run: &SearchedRun) -> String {
    let (alone, pairs) = &run.importance;
    let alone = alone.iter().filter(|one| one.high >= LEAST_SHARE);
    let pairs = pairs.iter().filter(|one| one.low >= LEAST_PAIR_SHARE);
    let shown = alone.chain(pairs).map(ToString::to_string);
    shown.collect::<Vec<_>>().join(", ")
}

/// Pairs are named that surely explain so much beyond what each of both explains alone.
const LEAST_PAIR_SHARE: f64 = 0.02;

/// Inputs that surely explain less are not named.
const LEAST_SHARE: f64 = 0.005;

/// The named best with its bounds, and who else may be it.
fn best_text(run: &SearchedRun) -> Option<String> {
    let best = run.best.as_ref()?;
    let inputs = |trial: u64| {
        let at = run.order.iter().position(|one| *one == trial)?;
        Some(one_line(&run.plan.inputs_text(at as u64)))
    };
    let name = run.proposals.goals().first().map(Goal::name)?;
    let (_, var) = run.plan.schema().result(name)?;
    let number = |x: f64| {
        if var.timed {
            return quantity(x, "s");
        }
        format!("{} {}", digits(x, 5), var.units)
            .trim_end()
            .to_owned()
    };
    let mut text = format!(
        "{} {} ({}",
        inputs(best.trial)?,
        verb(best),
        number(best.value)
    );
    match best.bounds {
        Some((low, high)) => {
            let (low, high, count) = (number(low), number(high), best.samples);
            let _ = write!(
                text,
                ", {low} to {high} at 95 %, in {count} samples after it was chosen)"
            );
        }
        None if best.samples > 1 => {
            let _ = write!(text, " in {} equal samples)", best.samples);
        }
        None => text.push(')'),
    }
    if let Some(race) = &best.race {
        text.push_str(&race_text(race, &inputs));
    }
    Some(text)
}

/// A point that is not decided to be the best only leads.
fn verb(best: &NamedBest) -> &'static str {
    match &best.race {
        Some(race) if !race.is_decided() => "leads",
        _ => "is best",
    }
}

/// What the race of the finalists says of the named point.
fn race_text(race: &FinalRace, inputs: &dyn Fn(u64) -> Option<String>) -> String {
    let within = percent(race.within);
    if race.finalists < 2 {
        return String::new();
    }
    if race.is_decided() {
        let count = race.finalists;
        return format!("; none of the {count} finalists is better by more than {within}, at 95 %");
    }
    let open: Vec<String> = race
        .open
        .iter()
        .filter_map(|trial| inputs(*trial))
        .collect();
    format!("; undecided between it and {}", open.join(" and "))
}
