//! The options of execution.

use super::super::config_text::quoted;
use super::super::failures::FailureLimit;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{change, choice, folder, one, switch, time, whole};
use super::super::size::ByteSize;
use crate::evaluator::{Executors, executor_instead};
use crate::space::SampleOrder;

const EXECUTORS: [&str; 4] = ["serial", "threads", "processes", "cluster"];
/// An executor with this number of workers.
type Maker = fn(usize) -> Executors;
const MAKERS: [(&str, Maker); 4] = [
    ("serial", |_| Executors::Serial),
    ("threads", Executors::Threads),
    ("processes", Executors::Processes),
    ("cluster", Executors::Cluster),
];
const ORDERS: [&str; 3] = ["in-order", "round-robin", "shuffled"];

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "executor",
        takes: OptionValue::Choice("KIND", &EXECUTORS),
        per_sweep: true,
        help: "Where samples run; timed samples run one at a time, with processes in one worker process, \
               with cluster on one host",
        default: "serial, threads with --jobs",
        shorthands: &[],
        read: |values| {
            let made = choice(values, &MAKERS).map_err(|problem| {
                match executor_instead(one(values).unwrap_or_default()) {
                    Some(instead) => format!("{problem}; use {instead}"),
                    None => problem,
                }
            })?;
            change(move |c| {
                c.executor = match c.executor {
                    Executors::Serial => made(cores()),
                    Executors::Threads(jobs)
                    | Executors::Processes(jobs)
                    | Executors::Cluster(jobs) => made(jobs),
                }
            })
        },
        show: |c| {
            Some(quoted(match c.executor {
                Executors::Serial => "serial",
                Executors::Threads(_) => "threads",
                Executors::Processes(_) => "processes",
                Executors::Cluster(_) => "cluster",
            }))
        },
    },
    RunOption {
        name: "jobs",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Run untimed samples on N threads or processes",
        default: "one for each core, with --executor threads or processes",
        shorthands: &[],
        read: |values| {
            let jobs = whole(one(values)?, 1..=4096_usize)?;
            change(move |c| {
                c.executor = match c.executor {
                    Executors::Serial if jobs == 1 => Executors::Serial,
                    Executors::Serial | Executors::Threads(_) => Executors::Threads(jobs),
                    Executors::Processes(_) => Executors::Processes(jobs),
                    Executors::Cluster(_) => Executors::Cluster(jobs),
                }
            })
        },
        show: |c| match c.executor {
            Executors::Threads(jobs) | Executors::Processes(jobs) | Executors::Cluster(jobs) => {
                Some(jobs.to_string())
            }
            Executors::Serial => None,
        },
    },
    RunOption {
        name: "shared-dir",
        takes: OptionValue::Folder("DIR"),
        per_sweep: false,
        help: "Share the samples with all processes that use this directory, also on other hosts; it \
               keeps the results, in place of the store",
        default: "none",
        shorthands: &[],
        read: |values| {
            let path = folder(values)?;
            change(move |c| c.shared_dir.clone_from(&path))
        },
        show: |c| Some(quoted(&c.shared_dir.as_ref()?.display().to_string())),
    },
    RunOption {
        name: "side-by-side",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Also run timed samples in parallel: they disturb each other, and every plot is \
               marked",
        default: "false",
        shorthands: &[],
        read: |values| {
            let side_by_side = switch(values)?;
            change(move |c| c.side_by_side = side_by_side)
        },
        show: |c| Some(c.side_by_side.to_string()),
    },
    RunOption {
        name: "job-timeout",
        takes: OptionValue::Text("TIME"),
        per_sweep: true,
        help: "Time limit of a sample, such as 30s or 10m; on timeout a process is killed, a \
               thread is abandoned",
        default: "none",
        shorthands: &[],
        read: |values| {
            let limit = time(one(values)?)?;
            change(move |c| c.limits.time = Some(limit))
        },
        show: |c| {
            let limit = jiff::SignedDuration::try_from(c.limits.time?).ok()?;
            Some(quoted(&format!("{limit:#}")))
        },
    },
    RunOption {
        name: "job-memory",
        takes: OptionValue::Text("SIZE"),
        per_sweep: true,
        help: "Limit of the memory that a worker process may map, such as 2GB; only with \
               --executor processes",
        default: "no limit",
        shorthands: &[],
        read: |values| {
            let ByteSize(bytes) = one(values)?.parse()?;
            change(move |c| c.limits.memory = Some(bytes))
        },
        show: |c| Some(quoted(&ByteSize(c.limits.memory?).to_string())),
    },
    RunOption {
        name: "pin",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Pin every worker process to a core of its own",
        default: "false",
        shorthands: &[],
        read: |values| {
            let pin = switch(values)?;
            change(move |c| c.limits.pin = pin)
        },
        show: |c| Some(c.limits.pin.to_string()),
    },
    RunOption {
        name: "retries",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Retry a sample that fails or times out, up to N times",
        default: "0",
        shorthands: &[],
        read: |values| {
            let retries = whole(one(values)?, 0..=1000_u32)?;
            change(move |c| c.retries = retries)
        },
        show: |c| Some(c.retries.to_string()),
    },
    RunOption {
        name: "seed",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Seed of --order shuffled",
        default: "0",
        shorthands: &[],
        read: |values| {
            let seed = whole(one(values)?, 0..=u64::MAX)?;
            change(move |c| c.order = Some(SampleOrder::Shuffled { seed }))
        },
        show: |c| match c.order {
            Some(SampleOrder::Shuffled { seed }) => Some(seed.to_string()),
            _ => None,
        },
    },
    RunOption {
        name: "order",
        takes: OptionValue::Choice("ORDER", &ORDERS),
        per_sweep: true,
        help: "Order of the samples",
        default: "round-robin, shuffled where a result is timed",
        shorthands: &[],
        read: |values| {
            let order = choice(
                values,
                &[
                    (ORDERS[0], SampleOrder::InOrder),
                    (ORDERS[1], SampleOrder::RoundRobin),
                    (ORDERS[2], SampleOrder::Shuffled { seed: 0 }),
                ],
            )?;
            change(move |c| {
                c.order = match (order, c.order) {
                    (SampleOrder::Shuffled { .. }, Some(SampleOrder::Shuffled { seed })) => {
                        Some(SampleOrder::Shuffled { seed })
                    }
                    _ => Some(order),
                }
            })
        },
        show: |c| {
            c.order.map(|order| {
                quoted(match order {
                    SampleOrder::InOrder => "in-order",
                    SampleOrder::RoundRobin => "round-robin",
                    SampleOrder::Shuffled { .. } => "shuffled",
                })
            })
        },
    },
    RunOption {
        name: "fail-fast",
        takes: OptionValue::Switch,
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
        takes: OptionValue::Scalar("LIMIT"),
        per_sweep: false,
        help: "Exit with status 1 if samples fail: true, false, or the share of a sweep's samples \
               that must fail, such as 0.05",
        default: "true",
        shorthands: &[],
        read: |values| {
            let limit: FailureLimit = one(values)?.parse()?;
            change(move |c| c.fail_on_sample_error = limit)
        },
        show: |c| Some(c.fail_on_sample_error.to_string()),
    },
];

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}
