//! The options of the store.

use std::time::Duration;

use super::super::config_text::quoted;
use super::super::option::{OptionValue, RunOption};
use super::super::read::{change, choice, folder, one, switch};
use super::super::size::ByteSize;
use super::name_of;
use crate::job::{CodePolicy, MachinePolicy};

const CODES: [(&str, CodePolicy); 3] = [
    ("strict", CodePolicy::Strict),
    ("warn", CodePolicy::Warn),
    ("ignore", CodePolicy::Ignore),
];

const MACHINES: [(&str, MachinePolicy); 3] = [
    ("strict", MachinePolicy::Strict),
    ("warn", MachinePolicy::Warn),
    ("ignore", MachinePolicy::Ignore),
];

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "cache",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Run without the store: reuse no samples and keep none",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.cache = on)
        },
        show: |c| Some(c.cache.to_string()),
    },
    RunOption {
        name: "overwrite",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Measure every sample again and replace the stored ones",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.overwrite = on)
        },
        show: |c| Some(c.overwrite.to_string()),
    },
    RunOption {
        name: "clear",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "First delete the stored samples of this tag",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.clear = on)
        },
        show: |c| Some(c.clear.to_string()),
    },
    RunOption {
        name: "results-cache",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Reuse the stored result of a sweep as a whole, if there is one",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.results_cache = on)
        },
        show: |c| Some(c.results_cache.to_string()),
    },
    RunOption {
        name: "only-plot",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "Draw stored results without running; a missing one is an error",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.only_plot = on)
        },
        show: |c| Some(c.only_plot.to_string()),
    },
    RunOption {
        name: "clear-result",
        takes: OptionValue::Switch,
        per_sweep: true,
        help: "First delete the stored result of a sweep",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.clear_result = on)
        },
        show: |c| Some(c.clear_result.to_string()),
    },
    RunOption {
        name: "cache-size",
        takes: OptionValue::Text("SIZE"),
        per_sweep: false,
        help: "Size limit of the store, with its unit",
        default: "100GB",
        shorthands: &[],
        read: |values| {
            let size: ByteSize = one(values)?.parse()?;
            change(move |c| c.cache_size = size)
        },
        show: |c| Some(quoted(&c.cache_size.to_string())),
    },
    RunOption {
        name: "tag",
        takes: OptionValue::Text("TAG"),
        per_sweep: true,
        help: "Keep the samples of this run separate, under a tag",
        default: "",
        shorthands: &[],
        read: |values| {
            let tag = one(values)?.to_owned();
            change(move |c| c.run_tag.clone_from(&tag))
        },
        show: |c| Some(quoted(&c.run_tag)),
    },
    RunOption {
        name: "code",
        takes: OptionValue::Choice("POLICY", &["strict", "warn", "ignore"]),
        per_sweep: true,
        help: "Stored samples of another build: reject, use with a warning, use silently",
        default: "strict for timed and counted results, else warn",
        shorthands: &[],
        read: |values| {
            let code = choice(values, &CODES)?;
            change(move |c| c.code = Some(code))
        },
        show: |c| c.code.map(|code| quoted(name_of(code, &CODES))),
    },
    RunOption {
        name: "machine",
        takes: OptionValue::Choice("POLICY", &["strict", "warn", "ignore"]),
        per_sweep: true,
        help: "Stored samples of another class of machine: reject, use with a warning, use \
               silently",
        default: "strict for timed and counted results, else ignore",
        shorthands: &[],
        read: |values| {
            let machine = choice(values, &MACHINES)?;
            change(move |c| c.machine = Some(machine))
        },
        show: |c| c.machine.map(|machine| quoted(name_of(machine, &MACHINES))),
    },
    RunOption {
        name: "store",
        takes: OptionValue::Folder("DIR"),
        per_sweep: false,
        help: "Directory for samples and results",
        default: "bencher in the target directory",
        shorthands: &[],
        read: |values| {
            let store = folder(values)?;
            change(move |c| c.store.clone_from(&store))
        },
        show: |c| {
            c.store
                .as_ref()
                .map(|store| quoted(&store.display().to_string()))
        },
    },
    RunOption {
        name: "wait",
        takes: OptionValue::Number("SECONDS"),
        per_sweep: false,
        help: "How long to wait for a store that another process is using",
        default: "30",
        shorthands: &[],
        read: |values| {
            let text = one(values)?;
            let wait = text
                .parse::<f64>()
                .ok()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .ok_or_else(|| format!("`{text}` is not a number of seconds (0 or more)"))?;
            change(move |c| c.wait = wait)
        },
        show: |c| Some(c.wait.as_secs_f64().to_string()),
    },
];
