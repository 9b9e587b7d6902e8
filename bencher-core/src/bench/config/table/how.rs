//! How it is run.

use super::super::failures::FailureLimit;
use super::super::option::{RunOption, Takes};
use super::super::read::{change, choice, one, switch, whole};
use super::super::shown::quoted;
use crate::evaluator::Executors;
use crate::space::Order;

const EXECUTORS: [&str; 2] = ["serial", "threads"];
const ORDERS: [&str; 3] = ["in-order", "round-robin", "shuffled"];

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "executor",
        takes: Takes::Choice("KIND", &EXECUTORS),
        per_sweep: true,
        help: "On what untimed samples run; timed ones always run alone",
        default: "serial, threads with --jobs",
        shorthands: &[],
        read: |values| {
            let threads = choice(values, &[("serial", false), ("threads", true)])?;
            change(move |c| {
                c.executor = match c.executor {
                    _ if !threads => Executors::Serial,
                    Executors::Serial => Executors::Threads(
                        std::thread::available_parallelism().map_or(1, Into::into),
                    ),
                    threads @ Executors::Threads(_) => threads,
                }
            })
        },
        show: |c| {
            Some(quoted(if c.executor == Executors::Serial {
                "serial"
            } else {
                "threads"
            }))
        },
    },
    RunOption {
        name: "jobs",
        takes: Takes::Number("N"),
        per_sweep: true,
        help: "Run untimed samples on N threads",
        default: "one for each core, with --executor threads",
        shorthands: &[],
        read: |values| {
            let jobs = whole(one(values)?, 1..=4096_usize)?;
            change(move |c| {
                c.executor = match c.executor {
                    Executors::Serial if jobs == 1 => Executors::Serial,
                    _ => Executors::Threads(jobs),
                }
            })
        },
        show: |c| match c.executor {
            Executors::Threads(jobs) => Some(jobs.to_string()),
            Executors::Serial => None,
        },
    },
    RunOption {
        name: "seed",
        takes: Takes::Number("N"),
        per_sweep: true,
        help: "Seed of --order shuffled",
        default: "0",
        shorthands: &[],
        read: |values| {
            let seed = whole(one(values)?, 0..=u64::MAX)?;
            change(move |c| c.order = Some(Order::Shuffled { seed }))
        },
        show: |c| match c.order {
            Some(Order::Shuffled { seed }) => Some(seed.to_string()),
            _ => None,
        },
    },
    RunOption {
        name: "order",
        takes: Takes::Choice("ORDER", &ORDERS),
        per_sweep: true,
        help: "Order of the samples",
        default: "round-robin, shuffled where a result is timed",
        shorthands: &[],
        read: |values| {
            let order = choice(
                values,
                &[
                    (ORDERS[0], Order::InOrder),
                    (ORDERS[1], Order::RoundRobin),
                    (ORDERS[2], Order::Shuffled { seed: 0 }),
                ],
            )?;
            change(move |c| {
                c.order = match (order, c.order) {
                    (Order::Shuffled { .. }, Some(Order::Shuffled { seed })) => {
                        Some(Order::Shuffled { seed })
                    }
                    _ => Some(order),
                }
            })
        },
        show: |c| {
            c.order.map(|order| {
                quoted(match order {
                    Order::InOrder => "in-order",
                    Order::RoundRobin => "round-robin",
                    Order::Shuffled { .. } => "shuffled",
                })
            })
        },
    },
    RunOption {
        name: "fail-fast",
        takes: Takes::Switch,
        per_sweep: true,
        help: "Stop at the first sample that fails",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.fail_fast = on)
        },
        show: |c| Some(c.fail_fast.to_string()),
    },
    RunOption {
        name: "fail-on-sample-error",
        takes: Takes::Scalar("LIMIT"),
        per_sweep: false,
        help: "Exit with 1 if a sample fails: true, false, or 0.05 for one in twenty of a sweep",
        default: "true",
        shorthands: &[],
        read: |values| {
            let limit: FailureLimit = one(values)?.parse()?;
            change(move |c| c.fail_on_sample_error = limit)
        },
        show: |c| Some(c.fail_on_sample_error.to_string()),
    },
];
