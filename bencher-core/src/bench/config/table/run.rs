//! The options that select what to run.

use super::super::config_text::{listed, quoted};
use super::super::option::{OptionValue, RunOption};
use super::super::read::{all, change, one, steps, switch, whole};
use crate::plan::InputOverride;
use crate::var::MAX_SUBSAMPLING_DIVISIONS;

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "sweep",
        takes: OptionValue::List("NAME"),
        per_sweep: false,
        help: "Run only sweeps whose title contains NAME (may be repeated)",
        default: "all",
        shorthands: &[],
        read: |values| {
            let only = all(values)?;
            change(move |c| c.only.clone_from(&only))
        },
        show: |c| (!c.only.is_empty()).then(|| listed(&c.only)),
    },
    RunOption {
        name: "input",
        takes: OptionValue::Inputs("NAME=VALUES"),
        per_sweep: true,
        help: "Override the values of an input (may be repeated)",
        default: "as declared",
        shorthands: &[],
        read: |values| {
            let inputs = all(values)?
                .iter()
                .map(|text| text.parse())
                .collect::<Result<Vec<InputOverride>, _>>()?;
            change(move |c| {
                c.inputs
                    .retain(|old| inputs.iter().all(|new| new.name != old.name));
                c.inputs.extend(inputs.iter().cloned());
            })
        },
        show: |c| (!c.inputs.is_empty()).then(|| inputs_text(&c.inputs)),
    },
    RunOption {
        name: "level",
        takes: OptionValue::Scalar("N"),
        per_sweep: true,
        help: "Density of all inputs, 1 to 12 (1, 2, 3, 5, 9, 17, … samples per input); 2..5 runs \
               levels 2, 3, 4 and 5 in turn",
        default: "as each input declares",
        shorthands: &[],
        read: |values| {
            let (from, level) = steps(one(values)?, 1..=MAX_SUBSAMPLING_DIVISIONS)?;
            change(move |c| {
                c.density.subsampling_divisions = level;
                c.refine.level_from = from;
                c.density.samples_per_var = None;
            })
        },
        show: |c| {
            (c.density.subsampling_divisions > 0)
                .then(|| steps_text(c.refine.level_from, c.density.subsampling_divisions))
        },
    },
    RunOption {
        name: "samples",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Number of samples per input; overrides --level",
        default: "as each input declares",
        shorthands: &[],
        read: |values| {
            let samples = whole(one(values)?, 1..=usize::MAX)?;
            change(move |c| {
                c.density.samples_per_var = Some(samples);
                c.density.subsampling_divisions = 0;
                c.refine.level_from = None;
            })
        },
        show: |c| c.density.samples_per_var.map(|n| n.to_string()),
    },
    RunOption {
        name: "repeats",
        takes: OptionValue::Scalar("N"),
        per_sweep: true,
        help: "Samples per point; 1..5 runs with 1, 2, 3, 4 and 5 in turn",
        default: "1; for timed results, as many as --precision needs",
        shorthands: &[],
        read: |values| {
            let (from, repeats) = steps(one(values)?, 1..=u32::MAX)?;
            change(move |c| {
                c.repeats = Some(repeats);
                c.refine.repeats_from = from;
            })
        },
        show: |c| {
            c.repeats
                .map(|repeats| steps_text(c.refine.repeats_from, repeats))
        },
    },
    RunOption {
        name: "list",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Name the sweeps, run nothing",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.list = on)
        },
        show: |c| Some(c.list.to_string()),
    },
    RunOption {
        name: "dry-run",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Show the plan of every sweep, run nothing",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.dry_run = on)
        },
        show: |c| Some(c.dry_run.to_string()),
    },
    RunOption {
        name: "print-config",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Print the configuration and where it comes from, run nothing",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.print_config = on)
        },
        // The printed text can be given as an option again, and must run then.
        show: |_| None,
    },
];

fn steps_text<T: std::fmt::Display>(from: Option<T>, to: T) -> String {
    from.map_or_else(|| to.to_string(), |from| quoted(&format!("{from}..{to}")))
}

fn inputs_text(inputs: &[InputOverride]) -> String {
    let inputs = inputs.iter().map(|given| {
        let given = given.to_string();
        let (name, values) = given.split_once('=').unwrap_or((&given, ""));
        format!("{} = {}", quoted(name), quoted(values))
    });
    format!("{{ {} }}", inputs.collect::<Vec<_>>().join(", "))
}
