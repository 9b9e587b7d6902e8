//! The options of the history.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::Path;

use super::super::config_text::quoted;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{all, change, choice, one, switch, whole};
use super::name_of;
use crate::record::OnHistoryReset;
use crate::store::baseline_directory;

const RESETS: [(&str, OnHistoryReset); 3] = [
    ("warn", OnHistoryReset::Warn),
    ("error", OnHistoryReset::Error),
    ("ignore", OnHistoryReset::Ignore),
];

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "over-time",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Append the run to the history of each sweep",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.history.over_time = on)
        },
        show: |c| Some(c.history.over_time.to_string()),
    },
    RunOption {
        name: "event",
        takes: OptionValue::Text("TEXT"),
        per_sweep: false,
        help: "Label of the run in the history, such as \"PR 12\", or git for date and commit; implies --over-time",
        default: "the time of the run",
        shorthands: &[],
        read: |values| {
            let text = one(values)?.to_owned();
            if text.trim().is_empty() {
                return Err("the label of a run cannot be empty".to_owned());
            }
            change(move |c| {
                c.history.event = Some(text.clone()).filter(|text| !text.is_empty());
                c.history.over_time |= c.history.event.is_some();
            })
        },
        show: |c| c.history.event.as_deref().map(quoted),
    },
    RunOption {
        name: "on-history-reset",
        takes: OptionValue::Choice("ACTION", &["warn", "error", "ignore"]),
        per_sweep: true,
        help: "If past runs no longer count, because the sweep changed: store the run with a warning, store nothing, store it",
        default: "warn",
        shorthands: &[],
        read: |values| {
            let action = choice(values, &RESETS)?;
            change(move |c| c.history.on_reset = action)
        },
        show: |c| Some(quoted(name_of(c.history.on_reset, &RESETS))),
    },
    RunOption {
        name: "max-time-events",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Keep the newest N runs of each history",
        default: "all",
        shorthands: &[],
        read: |values| {
            let count = whole(one(values)?, 1..=1_000_000_usize)?;
            change(move |c| c.history.max_time_events = NonZeroUsize::new(count))
        },
        show: |c| c.history.max_time_events.map(|count| count.to_string()),
    },
    RunOption {
        name: "clear-history",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "First remove the history of each sweep",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.history.clear = on)
        },
        show: |c| Some(c.history.clear.to_string()),
    },
    RunOption {
        name: "save-baseline",
        takes: OptionValue::Text("NAME"),
        per_sweep: false,
        help: "Keep the results under a name, to compare later ones with",
        default: "none",
        shorthands: &[],
        read: |values| {
            let name = baseline(values)?;
            change(move |c| c.history.save_baseline.clone_from(&name))
        },
        show: |c| c.history.save_baseline.as_deref().map(quoted),
    },
    RunOption {
        name: "baseline",
        takes: OptionValue::Text("NAME"),
        per_sweep: false,
        help: "Compare the results with those of a baseline; with --regression-fail, a result that is worse gives status 3",
        default: "none",
        shorthands: &[],
        read: |values| {
            let name = baseline(values)?;
            change(move |c| c.history.baseline.clone_from(&name))
        },
        show: |c| c.history.baseline.as_deref().map(quoted),
    },
    RunOption {
        name: "regression",
        takes: OptionValue::List("RULE"),
        per_sweep: true,
        help: "Judge the run by its history: percentage:10, adaptive:3.5, delta:D or absolute:LIMIT, for one result as \
               elapsed=percentage:5 or elapsed=none (may be repeated)",
        default: "none",
        shorthands: &[],
        read: |values| {
            let rules = all(values)?;
            check(&rules)?;
            change(move |c| c.history.regression.clone_from(&rules))
        },
        show: |c| {
            let rules: Vec<String> = c
                .history
                .regression
                .iter()
                .map(|rule| quoted(rule))
                .collect();
            Some(format!("[{}]", rules.join(", ")))
        },
    },
    RunOption {
        name: "regression-min-history",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Number of earlier runs from which a regression fails the run",
        default: "1",
        shorthands: &[],
        read: |values| {
            let count = whole(one(values)?, 1..=1_000_000_u32)?;
            change(move |c| c.history.regression_min_history = count)
        },
        show: |c| Some(c.history.regression_min_history.max(1).to_string()),
    },
    RunOption {
        name: "regression-fail",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Exit with status 3 if a result became worse by these rules",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.history.regression_fail = on)
        },
        show: |c| Some(c.history.regression_fail.to_string()),
    },
];

/// The name of a baseline; none where it is empty.
fn baseline(values: &[OsString]) -> Result<Option<String>, String> {
    let name = one(values)?;
    if name.is_empty() {
        return Ok(None);
    }
    match baseline_directory(Path::new(""), name) {
        Ok(_) => Ok(Some(name.to_owned())),
        Err(error) => Err(error.to_string()),
    }
}

/// Finds mistakes in the rules before anything runs.
#[cfg(feature = "history")]
fn check(rules: &[String]) -> Result<(), String> {
    crate::regression::detectors::Rules::parse(rules).map(drop)
}

#[cfg(not(feature = "history"))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "as with the feature, without which the option is rejected before"
)]
fn check(_: &[String]) -> Result<(), String> {
    Ok(())
}
