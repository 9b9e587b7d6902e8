//! The options of a search.

use super::super::config_text::quoted;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{change, choice, one};
use super::super::search::SearchBudget;

const SAMPLERS: [&str; 5] = ["gp", "tpe", "nsga", "sobol", "random"];

const NAMES: [(&str, &str); 5] = [
    ("gp", "gp"),
    ("tpe", "tpe"),
    ("nsga", "nsga"),
    ("sobol", "sobol"),
    ("random", "random"),
];

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "search",
        takes: OptionValue::Scalar("BUDGET"),
        per_sweep: true,
        help: "Search for the best point instead of taking the whole grid: N evaluations, or a time \
               such as 10m",
        default: "no search, or 100 evaluations",
        shorthands: &[],
        read: |values| {
            let budget: SearchBudget = one(values)?.parse()?;
            change(move |c| c.search.budget = Some(budget))
        },
        show: |c| c.search.budget.map(|budget| quoted(&budget.to_string())),
    },
    RunOption {
        name: "sampler",
        takes: OptionValue::Choice("NAME", &SAMPLERS),
        per_sweep: true,
        help: "How a search proposes points: a Gaussian process, Parzen estimators (for noise or \
               thousands of evaluations), a genetic algorithm, a Sobol' sequence, at random",
        default: "gp",
        shorthands: &[],
        read: |values| {
            let sampler = choice(values, &NAMES)?;
            change(move |c| c.search.sampler = Some(sampler))
        },
        show: |c| c.search.sampler.map(quoted),
    },
];
