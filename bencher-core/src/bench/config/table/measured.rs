//! How times are measured.

use super::super::option::{RunOption, Takes};
use super::super::read::{change, one, share, time, whole};
use super::super::shown::quoted;

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "budget",
        takes: Takes::Text("TIME"),
        per_sweep: true,
        help: "How long a sweep of timed results may take, as 30s or 10m; its first round is finished",
        default: "10s, or what --repeats needs",
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
        takes: Takes::Scalar("SHARE"),
        per_sweep: true,
        help: "How well each timed result is to be known, as 0.5%; 0 spends the whole budget",
        default: "1%",
        shorthands: &[],
        read: |values| {
            let precision = share(one(values)?)?;
            change(move |c| c.precision = precision)
        },
        show: |c| Some(c.precision.to_string()),
    },
    RunOption {
        name: "processes",
        takes: Takes::Number("N"),
        per_sweep: false,
        help: "Measure timed results in N processes, one after the other, and count how they differ; best 6 or more",
        default: "this one only",
        shorthands: &[],
        read: |values| {
            let processes = whole(one(values)?, 2..=1000_u32)?;
            change(move |c| c.processes = Some(processes))
        },
        show: |c| c.processes.map(|processes| processes.to_string()),
    },
];
