//! The options of a search.

use super::super::config_text::quoted;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{change, choice, one, whole};
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
    RunOption {
        name: "search-target",
        takes: OptionValue::Scalar("VALUE"),
        per_sweep: true,
        help: "End a search when a point has reached a value of its first objective; a noisy value is \
               measured again before that",
        default: "none",
        shorthands: &[],
        read: |values| {
            let text = one(values)?;
            let target: f64 = text.trim().parse().map_err(|_| not_a_target(text))?;
            if target.is_nan() {
                return Err("nothing reaches a target that is not a number".to_owned());
            }
            change(move |c| c.search.target = Some(target))
        },
        show: |c| c.search.target.map(|target| quoted(&target.to_string())),
    },
    RunOption {
        name: "search-seed",
        takes: OptionValue::Scalar("N"),
        per_sweep: true,
        help: "The seed of a search; another one begins a new search, which learns from all stored \
               samples",
        default: "0",
        shorthands: &[],
        read: |values| {
            let seed: u64 = whole(one(values)?, 0..=u64::MAX)?;
            change(move |c| c.search.seed = Some(seed))
        },
        show: |c| c.search.seed.map(|seed| seed.to_string()),
    },
    RunOption {
        name: "search-workers",
        takes: OptionValue::Scalar("N"),
        per_sweep: true,
        help: "Make the same proposals with any number of workers up to N: a proposal does not use the \
               results of the N - 1 points before it",
        default: "4, or the number of workers if it is larger",
        shorthands: &[],
        read: |values| {
            let workers: u64 = whole(one(values)?, 1..=u64::MAX)?;
            change(move |c| c.search.workers = Some(workers))
        },
        show: |c| c.search.workers.map(|workers| workers.to_string()),
    },
];

/// Why a text is no target.
fn not_a_target(text: &str) -> String {
    let unit = text
        .trim()
        .trim_start_matches(|c: char| "+-.0123456789".contains(c));
    if unit.is_empty() || unit.len() == text.trim().len() {
        return format!("`{text}` is not a number");
    }
    format!(
        "`{text}` is not a number: leave out `{}`, and give the target in the unit of the result",
        unit.trim()
    )
}
