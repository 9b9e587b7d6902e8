//! The options of timing.

use super::super::config_text::quoted;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{change, choice, one, share, time, whole};
use super::name_of;
use crate::measure::ClockKind;

const CLOCKS: [(&str, ClockKind); 2] = [
    ("monotonic", ClockKind::Monotonic),
    ("tsc", ClockKind::Counter),
];

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "budget",
        takes: OptionValue::Text("TIME"),
        per_sweep: true,
        help: "Time limit of a sweep of timed results, such as 30s or 10m; the first round is \
               always finished",
        default: "10s, or as long as --repeats needs",
        shorthands: &[],
        read: |values| {
            let budget = time(one(values)?)?;
            change(move |c| c.budget = Some(budget))
        },
        show: |c| {
            let budget = jiff::SignedDuration::try_from(c.budget?).ok()?;
            Some(quoted(&format!("{budget:#}")))
        },
    },
    RunOption {
        name: "precision",
        takes: OptionValue::Scalar("SHARE"),
        per_sweep: true,
        help: "Target precision of each timed result, such as 0.5%; 0 spends the whole budget, in \
               at most 2048 rounds",
        default: "1%",
        shorthands: &[],
        read: |values| {
            let precision = share(one(values)?)?;
            change(move |c| c.precision = precision)
        },
        show: |c| Some(c.precision.to_string()),
    },
    RunOption {
        name: "best-within",
        takes: OptionValue::Scalar("SHARE"),
        per_sweep: true,
        help: "Name the best point, within a share such as 1%, and measure the others only until it is \
               known; end a search that expects to gain less",
        default: "measure all points equally well",
        shorthands: &[],
        read: |values| {
            let within = share(one(values)?)?;
            change(move |c| c.best_within = Some(within))
        },
        show: |c| c.best_within.map(|within| within.to_string()),
    },
    RunOption {
        name: "clock",
        takes: OptionValue::Choice("CLOCK", &["monotonic", "tsc"]),
        per_sweep: true,
        help: "Clock that measures the times: the system's, or the processor's time-stamp counter",
        default: "monotonic",
        shorthands: &[],
        read: |values| {
            let clock = choice(values, &CLOCKS)?;
            change(move |c| c.clock = clock)
        },
        show: |c| Some(quoted(name_of(c.clock, &CLOCKS))),
    },
    RunOption {
        name: "replicates",
        takes: OptionValue::Number("N"),
        per_sweep: false,
        help: "Measure timed results in N fresh processes, one after the other, and show how they \
               differ; confidence bounds need 6 or more",
        default: "this process only",
        shorthands: &[],
        read: |values| {
            let replicates = whole(one(values)?, 2..=1000_u32)?;
            change(move |c| c.replicates = Some(replicates))
        },
        show: |c| c.replicates.map(|replicates| replicates.to_string()),
    },
];
