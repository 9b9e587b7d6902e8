//! The options of the report and the output.

use crate::dataset::{Aggregate, Statistic};

use super::super::super::columns::TimeColumns;
use super::super::config_text::{listed, quoted};
use super::super::option::{OptionValue, RunOption, Shorthand};
use super::super::output::{OutputFormat, PaneLayout, PngBackend, PrintOptions, ReportLocation};
use super::super::plots::PlotSelection;
use super::super::read::{all, change, choice, folder, one, switch, whole, yes_or_no};
use super::name_of;

const OUTPUTS: [(&str, OutputFormat); 3] = [
    ("text", OutputFormat::Text),
    ("json", OutputFormat::Json),
    ("quiet", OutputFormat::Quiet),
];
const LAYOUTS: [(&str, PaneLayout); 3] = [
    ("grid", PaneLayout::Grid),
    ("tabs", PaneLayout::Tabs),
    ("both", PaneLayout::Both),
];
const PIXELS: std::ops::RangeInclusive<u32> = 50..=10_000;

pub(super) const OPTIONS: &[RunOption] = &[
    RunOption {
        name: "report",
        takes: OptionValue::FolderOrSwitch("DIR"),
        per_sweep: false,
        help: "Directory for the report",
        default: "beside the store",
        shorthands: &[Shorthand {
            name: "no-report",
            letter: None,
            value: "false",
            help: "Draw no report",
        }],
        read: |values| {
            let place = match one(values).map(yes_or_no) {
                Ok(Ok(true)) => ReportLocation::Default,
                Ok(Ok(false)) => ReportLocation::Disabled,
                _ => ReportLocation::Folder(folder(values)?.unwrap_or_default()),
            };
            change(move |c| c.report.clone_from(&place))
        },
        show: |c| {
            Some(match &c.report {
                ReportLocation::Default => "true".to_owned(),
                ReportLocation::Disabled => "false".to_owned(),
                ReportLocation::Folder(folder) => quoted(&folder.display().to_string()),
            })
        },
    },
    RunOption {
        name: "plot-size",
        takes: OptionValue::Number("PIXELS"),
        per_sweep: false,
        help: "Width and height of a plot",
        default: "",
        shorthands: &[],
        read: |values| {
            let pixels = whole(one(values)?, PIXELS)?;
            change(move |c| {
                c.plot_options.plot_width = pixels;
                c.plot_options.plot_height = pixels;
            })
        },
        show: |_| None,
    },
    RunOption {
        name: "plot-width",
        takes: OptionValue::Number("PIXELS"),
        per_sweep: false,
        help: "Width of a plot; overrides --plot-size",
        default: "600",
        shorthands: &[],
        read: |values| {
            let pixels = whole(one(values)?, PIXELS)?;
            change(move |c| c.plot_options.plot_width = pixels)
        },
        show: |c| Some(c.plot_options.plot_width.to_string()),
    },
    RunOption {
        name: "plot-height",
        takes: OptionValue::Number("PIXELS"),
        per_sweep: false,
        help: "Height of a plot; overrides --plot-size",
        default: "600",
        shorthands: &[],
        read: |values| {
            let pixels = whole(one(values)?, PIXELS)?;
            change(move |c| c.plot_options.plot_height = pixels)
        },
        show: |c| Some(c.plot_options.plot_height.to_string()),
    },
    RunOption {
        name: "layout",
        takes: OptionValue::Choice("LAYOUT", &["grid", "tabs", "both"]),
        per_sweep: false,
        help: "Layout of the plots of one result: side by side, in tabs, or tabs for the outermost \
               input only",
        default: "grid",
        shorthands: &[],
        read: |values| {
            let layout = choice(values, &LAYOUTS)?;
            change(move |c| c.plot_options.layout = layout)
        },
        show: |c| Some(quoted(name_of(c.plot_options.layout, &LAYOUTS))),
    },
    RunOption {
        name: "png-backend",
        takes: OptionValue::Choice("RENDERER", &["auto", "gnuplot", "builtin"]),
        per_sweep: false,
        help: "Renderer of PNG files: gnuplot for the kinds that it draws, builtin for all, or auto, \
               which uses gnuplot where it draws all plots of a sweep",
        default: "auto",
        shorthands: &[],
        read: |values| {
            let backend = choice(values, &PngBackend::NAMED)?;
            change(move |c| c.plot_options.png_backend = backend)
        },
        show: |c| {
            Some(quoted(name_of(
                c.plot_options.png_backend,
                &PngBackend::NAMED,
            )))
        },
    },
    RunOption {
        name: "plots",
        takes: OptionValue::List("NAMES"),
        per_sweep: true,
        help: "Kinds of plots in the report, such as auto,table: auto are those that the sweep \
               suggests; an unknown name lists all",
        default: "auto",
        shorthands: &[],
        read: |values| {
            let values = all(values)?;
            let names = values.iter().flat_map(|text| text.split(','));
            let plots = PlotSelection::of(names)?;
            change(move |c| c.plots = plots)
        },
        show: |c| {
            let names = c.plots.to_string();
            Some(listed(
                &names.split(',').map(str::to_owned).collect::<Vec<_>>(),
            ))
        },
    },
    RunOption {
        name: "aggregate",
        takes: OptionValue::List("INPUTS"),
        per_sweep: true,
        help: "Inputs over which the report first shows the mean: names, a number of inputs from the \
               end, or all-but-first",
        default: "none",
        shorthands: &[],
        read: |values| {
            let values = all(values)?;
            let words: Vec<&str> = values.iter().flat_map(|text| text.split(',')).collect();
            let inputs = match *words {
                ["none"] => None,
                _ => Some(Aggregate::of(words)?),
            };
            change(move |c| c.aggregate.clone_from(&inputs))
        },
        show: |c| {
            let inputs = c.aggregate.as_ref().map(Aggregate::to_string);
            let words = inputs.unwrap_or_else(|| "none".to_owned());
            Some(listed(
                &words.split(',').map(str::to_owned).collect::<Vec<_>>(),
            ))
        },
    },
    RunOption {
        name: "aggregate-statistic",
        takes: OptionValue::Choice("STATISTIC", &["mean", "sum", "max", "min", "median"]),
        per_sweep: true,
        help: "What --aggregate shows instead of the mean",
        default: "mean",
        shorthands: &[],
        read: |values| {
            let statistic = choice(values, &Statistic::NAMED)?;
            change(move |c| c.aggregate_statistic = statistic)
        },
        show: |c| Some(quoted(c.aggregate_statistic.name())),
    },
    RunOption {
        name: "open",
        takes: OptionValue::Switch,
        per_sweep: false,
        help: "Open the report when it is drawn",
        default: "",
        shorthands: &[],
        read: |values| {
            let on = switch(values)?;
            change(move |c| c.open = on)
        },
        show: |c| Some(c.open.to_string()),
    },
    RunOption {
        name: "print",
        takes: OptionValue::List("PARTS"),
        per_sweep: true,
        help: "Parts of a sweep to print: inputs, constants, dataset, results, samples, plots, none",
        default: "dataset,results",
        shorthands: &[],
        read: |values| {
            let print = parts(&all(values)?)?;
            change(move |c| c.print = print)
        },
        show: |c| Some(listed(&part_names(c.print))),
    },
    RunOption {
        name: "rows",
        takes: OptionValue::Number("N"),
        per_sweep: true,
        help: "Maximum number of rows in a printed table",
        default: "30",
        shorthands: &[],
        read: |values| {
            let rows = whole(one(values)?, 0..=usize::MAX)?;
            change(move |c| c.rows = rows)
        },
        show: |c| Some(c.rows.to_string()),
    },
    RunOption {
        name: "columns",
        takes: OptionValue::List("COLUMNS"),
        per_sweep: true,
        help: "Additional columns for times in printed tables: fastest, median, noise, rounds, \
               discarded, none",
        default: "none",
        shorthands: &[],
        read: |values| {
            let columns = columns(&all(values)?)?;
            change(move |c| c.columns = columns)
        },
        show: |c| Some(listed(&names_or_none(c.columns.names()))),
    },
    RunOption {
        name: "pivot",
        takes: OptionValue::Text("INPUT"),
        per_sweep: true,
        help: "Print a table for each result, with the values of this input as columns",
        default: "none",
        shorthands: &[],
        read: |values| {
            let input = one(values)?.to_owned();
            change(move |c| c.pivot = Some(input.clone()).filter(|name| !name.is_empty()))
        },
        show: |c| c.pivot.as_deref().map(quoted),
    },
    RunOption {
        name: "sort",
        takes: OptionValue::Text("RESULT"),
        per_sweep: true,
        help: "Sort the rows of the printed table by this result, the best first",
        default: "none",
        shorthands: &[],
        read: |values| {
            let result = one(values)?.to_owned();
            change(move |c| c.sort = Some(result.clone()).filter(|name| !name.is_empty()))
        },
        show: |c| c.sort.as_deref().map(quoted),
    },
    RunOption {
        name: "output",
        takes: OptionValue::Choice("FORM", &["text", "json", "quiet"]),
        per_sweep: false,
        help: "Output format",
        default: "text",
        shorthands: &[
            Shorthand {
                name: "json",
                letter: None,
                value: "json",
                help: "Print one JSON object per line: --output json",
            },
            Shorthand {
                name: "quiet",
                letter: Some('q'),
                value: "quiet",
                help: "Print only errors: --output quiet",
            },
        ],
        read: |values| {
            let output = choice(values, &OUTPUTS)?;
            change(move |c| c.output = output)
        },
        show: |c| Some(quoted(name_of(c.output, &OUTPUTS))),
    },
];

fn parts(texts: &[String]) -> Result<PrintOptions, String> {
    let mut print = PrintOptions::NOTHING;
    for part in texts.iter().flat_map(|text| text.split(',')).map(str::trim) {
        match print.part(part) {
            Some(shown) => *shown = true,
            None if part == "none" => {}
            None => {
                let known = PrintOptions::PARTS.join(", ");
                return Err(format!("`{part}` is not one of {known}, none"));
            }
        }
    }
    Ok(print)
}

fn columns(texts: &[String]) -> Result<TimeColumns, String> {
    let mut columns = TimeColumns::default();
    for name in texts.iter().flat_map(|text| text.split(',')).map(str::trim) {
        match columns.column(name) {
            Some(shown) => *shown = true,
            None if name == "none" => {}
            None => {
                let known = TimeColumns::NAMES.join(", ");
                return Err(format!("`{name}` is not one of {known}, none"));
            }
        }
    }
    Ok(columns)
}

fn part_names(mut print: PrintOptions) -> Vec<String> {
    let shown = PrintOptions::PARTS
        .into_iter()
        .filter(|part| print.part(part).is_some_and(|on| *on));
    names_or_none(shown.collect())
}

fn names_or_none(names: Vec<&str>) -> Vec<String> {
    let shown: Vec<String> = names.into_iter().map(str::to_owned).collect();
    if shown.is_empty() {
        vec!["none".to_owned()]
    } else {
        shown
    }
}
