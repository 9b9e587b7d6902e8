//! The rules as data: the requirements of every kind of chart, each with the reason for the reader where it is not met.

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::DimRole;
use bencher_core::var::Direction;

use crate::chart::ChartKind;

use super::shape::{Shape, Sort};
use super::tradeoff::Tradeoff;

/// Series that colours and dashes can still tell apart.
pub(super) const SERIES: usize = 12;
/// Categories that fit along an axis.
pub(super) const CATEGORIES: usize = 100;
/// The number of colours that readers can still distinguish in boxes side by side.
pub(super) const OVERLAYS: usize = 8;
/// Points that are compared in two results.
const POINTS: usize = 10_000;
/// Cells that a heat map may have, over all panels.
pub(super) const CELLS: usize = 1_000_000;

/// Inputs from which on their effects are drawn apart from each other.
const INPUTS: usize = 3;

/// The requirements of a kind of chart.
pub(super) struct Rule {
    pub(super) kind: ChartKind,
    needs: &'static [Need],
    /// What else it needs unless the reader names it.
    unnamed_needs: &'static [Need],
    /// Why the chart is drawn.
    pub(super) because: fn(&Shape) -> String,
}

/// `None` where the need is met, the reason otherwise.
type Need = fn(&Shape) -> Option<String>;

impl Rule {
    /// The first need that is not met, whatever the reader chose.
    fn shape_rejection(&self, shape: &Shape) -> Option<String> {
        self.needs.iter().find_map(|need| need(shape))
    }

    /// The first reason against the chart, of its shape or of the choice of the reader.
    pub(super) fn rejection(&self, shape: &Shape, plots: PlotSelection) -> Option<String> {
        self.shape_rejection(shape).or_else(|| {
            if plots.contains(self.kind.slug()) {
                return None;
            }
            if !plots.has_auto() {
                return Some(format!("not among the chosen plots: {plots}"));
            }
            self.unnamed_needs.iter().find_map(|need| need(shape))
        })
    }
}

/// The rules for a shape, in the order of [`ChartKind::ALL`].
pub(super) fn rules(shape: &Shape) -> &'static [Rule] {
    match shape.sort {
        Sort::Number | Sort::Truth | Sort::Name => RULES,
        Sort::Content => CONTENT_RULES,
        Sort::Table(_) => TABLE_RULES,
    }
}

/// The rules for texts, files, images and videos.
const CONTENT_RULES: &[Rule] = &[Rule {
    kind: ChartKind::Panes,
    needs: &[cells],
    unnamed_needs: &[],
    because: |shape| format!("{} is shown as it is", shape.variable.info.kind.name()),
}];

/// The rules for results that are tables themselves, one a sample.
const TABLE_RULES: &[Rule] = &[
    Rule {
        kind: ChartKind::Histogram,
        needs: &[cells, one_column],
        unnamed_needs: &[],
        because: |_| "each sample gave a single column of numbers".to_owned(),
    },
    Rule {
        kind: ChartKind::Line,
        needs: &[cells, columns_over_the_first],
        unnamed_needs: &[],
        because: |_| "each sample gave columns of numbers over the first of them".to_owned(),
    },
    Rule {
        kind: ChartKind::Panes,
        needs: &[cells, columns_left],
        unnamed_needs: &[],
        because: |_| "each sample gave a table that no figure shows in full".to_owned(),
    },
];

/// The rules for numbers, truth values and names.
const RULES: &[Rule] = &[
    Rule {
        kind: ChartKind::Histogram,
        needs: &[cells, no_name, no_input, no_proportion],
        unnamed_needs: &[],
        because: |_| "no input varies: all values are one distribution".to_owned(),
    },
    Rule {
        kind: ChartKind::Bar,
        needs: &[
            cells,
            no_name,
            no_number_axis,
            category_or_proportion,
            once_or_proportion,
            bars_fit,
        ],
        unnamed_needs: &[],
        because: |shape| {
            if shape.repeated() {
                "a truth value over repeats is a proportion".to_owned()
            } else {
                "one value for every category".to_owned()
            }
        },
    },
    Rule {
        kind: ChartKind::Box,
        needs: &[cells, numbers, no_number_axis, category, repeats, boxes_fit],
        unnamed_needs: &[],
        because: |shape| format!("{} repeats for every category", shape.repeats),
    },
    Rule {
        kind: ChartKind::Line,
        needs: &[cells, no_name, one_number_axis, once, lines_fit],
        unnamed_needs: &[],
        because: |_| "one numeric input varies".to_owned(),
    },
    Rule {
        kind: ChartKind::Curve,
        needs: &[cells, no_name, one_number_axis, repeats, lines_fit],
        unnamed_needs: &[],
        because: |shape| {
            format!(
                "one numeric input varies and every point has {} repeats",
                shape.repeats
            )
        },
    },
    Rule {
        kind: ChartKind::HeatMap,
        needs: &[cells, no_name, plane, plane_fits],
        unnamed_needs: &[],
        because: |shape| match shape.numeric.len() {
            0 | 1 => "too many levels for lines, bars or boxes: colours over two inputs".to_owned(),
            n => format!("{n} numeric inputs vary: the first two are the axes"),
        },
    },
    Rule {
        kind: ChartKind::Table,
        needs: &[cells],
        unnamed_needs: &[name_or_nothing_else],
        because: |shape| match shape.sort {
            Sort::Name => "names have no axis".to_owned(),
            _ if name_or_nothing_else(shape).is_some() => "chosen by name".to_owned(),
            _ => "no figure can show that many levels".to_owned(),
        },
    },
    Rule {
        kind: ChartKind::MainEffects,
        needs: &[cells, no_name, one_snapshot, two_inputs],
        unnamed_needs: &[several_inputs, effects],
        because: |shape| {
            let inputs = shape.inputs().len();
            format!("{}: how much each matters", vary(inputs, "input"))
        },
    },
    Rule {
        kind: ChartKind::Ratio,
        needs: &[cells, numbers, one_snapshot, alternatives],
        unnamed_needs: &[compared_times],
        because: |_| "alternatives are compared with the first of them".to_owned(),
    },
    Rule {
        kind: ChartKind::Ecdf,
        needs: &[cells, numbers, one_snapshot, several_samples],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Ecdf))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Violin,
        needs: &[
            cells,
            numbers,
            one_snapshot,
            several_samples,
            one_input_fits,
        ],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Violin))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Scatter,
        needs: &[cells, numbers, one_snapshot],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Scatter))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Pareto,
        needs: &[
            cells,
            no_name,
            one_snapshot,
            directed,
            points_fit,
            trade_off,
        ],
        unnamed_needs: &[],
        because: |_| "no point is the best in this result and an earlier one".to_owned(),
    },
];

/// A kind that only readers who name it get.
fn on_request(kind: ChartKind) -> String {
    format!("drawn on request: `--plots auto,{}`", kind.slug())
}

fn several_inputs(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs < INPUTS).then(|| {
        format!(
            "{}, and the other plots show them all",
            vary(inputs, "input")
        )
    })
}

fn two_inputs(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs < 2).then(|| vary(inputs, "input"))
}

fn effects(shape: &Shape) -> Option<String> {
    let found = shape.dataset.main_effects(&shape.variable.info.name);
    let is_none = found.is_ok_and(|found| found.is_empty());
    is_none.then(|| "no two points differ".to_owned())
}

fn one_snapshot(shape: &Shape) -> Option<String> {
    let mut dims = shape.dataset.dims().iter();
    let time = dims.find(|dim| dim.role == DimRole::Time && dim.len() > 1)?;
    Some(format!("the values are of {} snapshots", time.len()))
}

fn alternatives(shape: &Shape) -> Option<String> {
    let none = || "no input has alternatives to compare".to_owned();
    shape.compared().is_none().then(none)
}

fn compared_times(shape: &Shape) -> Option<String> {
    if !shape.is_comparison() {
        return Some(on_request(ChartKind::Ratio));
    }
    (!shape.variable.info.timed).then(|| "the result is no measured time".to_owned())
}

fn one_input_fits(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs();
    let fits = inputs.is_empty() || inputs.iter().any(|axis| shape.levels(*axis) <= CATEGORIES);
    (!fits).then(|| format!("every input has more than the {CATEGORIES} levels that fit an axis"))
}

fn directed(shape: &Shape) -> Option<String> {
    (shape.variable.info.direction == Direction::None)
        .then(|| "neither less nor more of the result is better".to_owned())
}

fn points_fit(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs();
    let points = inputs
        .iter()
        .fold(1_usize, |n, axis| n.saturating_mul(shape.levels(*axis)));
    (points > POINTS)
        .then(|| format!("{points} points are more than the {POINTS} that are compared"))
}

fn trade_off(shape: &Shape) -> Option<String> {
    Tradeoff::of(shape).err()
}

fn several_samples(shape: &Shape) -> Option<String> {
    (shape.repeats < 2).then(|| "every point was run once".to_owned())
}

fn cells(shape: &Shape) -> Option<String> {
    let empty = shape.dataset.dims().iter().find(|dim| dim.is_empty());
    empty.map(|dim| format!("`{}` has no values, so there are no cells", dim.name))
}

fn no_name(shape: &Shape) -> Option<String> {
    (shape.sort == Sort::Name).then(|| format!("the result is {}", shape.variable.info.kind.name()))
}

fn numbers(shape: &Shape) -> Option<String> {
    match shape.sort {
        Sort::Number => None,
        Sort::Truth => {
            Some("the result is a truth value: its repeats make a proportion".to_owned())
        }
        Sort::Name | Sort::Content | Sort::Table(_) => no_name(shape),
    }
}

fn no_input(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs > 0).then(|| vary(inputs, "input"))
}

fn no_proportion(shape: &Shape) -> Option<String> {
    (shape.sort == Sort::Truth && shape.repeated())
        .then(|| "a truth value over repeats is a proportion, drawn as a bar".to_owned())
}

fn no_number_axis(shape: &Shape) -> Option<String> {
    let n = shape.numeric.len();
    (n > 0).then(|| vary(n, "numeric input") + ", and numbers need a scale")
}

fn one_number_axis(shape: &Shape) -> Option<String> {
    match shape.numeric.len() {
        1 => None,
        0 => Some("no numeric input varies".to_owned()),
        n => Some(format!("{n} numeric inputs vary, and a line shows one")),
    }
}

fn category(shape: &Shape) -> Option<String> {
    shape
        .categorical
        .is_empty()
        .then(|| "no categorical input varies".to_owned())
}

fn category_or_proportion(shape: &Shape) -> Option<String> {
    no_proportion(shape).map_or_else(|| category(shape), |_| None)
}

fn once(shape: &Shape) -> Option<String> {
    shape
        .repeated()
        .then(|| format!("every point has {} repeats", shape.repeats))
}

fn once_or_proportion(shape: &Shape) -> Option<String> {
    no_proportion(shape).map_or_else(|| once(shape), |_| None)
}

fn repeats(shape: &Shape) -> Option<String> {
    (!shape.repeated()).then(|| "every point was run once".to_owned())
}

fn lines_fit(shape: &Shape) -> Option<String> {
    const WHAT: &str = "lines that can be distinguished";
    let Some(groups) = shape.groups() else {
        return too_many(shape, 0, SERIES, WHAT);
    };
    let n = groups.len();
    (n > SERIES).then(|| format!("{n} names of variants are more than the {SERIES} {WHAT}"))
}

fn bars_fit(shape: &Shape) -> Option<String> {
    too_many(shape, 0, CATEGORIES, "categories that fit an axis")
        .or_else(|| too_many(shape, 1, SERIES, "bars side by side"))
}

fn boxes_fit(shape: &Shape) -> Option<String> {
    let nested = shape.category_levels(0) * shape.category_levels(1);
    let wide = (nested > CATEGORIES)
        .then(|| format!("{nested} boxes are more than the {CATEGORIES} that fit an axis"));
    wide.or_else(|| too_many(shape, 2, OVERLAYS, "boxes side by side"))
}

fn too_many(shape: &Shape, nth: usize, limit: usize, what: &str) -> Option<String> {
    let dim = shape.dim(*shape.categorical.get(nth)?)?;
    (dim.len() > limit).then(|| {
        format!(
            "the {} levels of `{}` are more than the {limit} {what}",
            dim.len(),
            dim.name
        )
    })
}

/// Two numeric inputs, or any two where nothing simpler has room.
fn plane(shape: &Shape) -> Option<String> {
    if shape.numeric.len() >= 2 {
        return None;
    }
    let crowded = match (shape.numeric.len(), shape.repeated(), shape.sort) {
        (1, _, _) => lines_fit(shape),
        (_, true, Sort::Number) => boxes_fit(shape),
        _ => bars_fit(shape),
    };
    if crowded.is_some() && shape.plane().is_some() {
        return None;
    }
    Some(match shape.numeric.len() {
        0 => "no numeric input varies".to_owned(),
        _ => "one numeric input varies, and a heat map needs two".to_owned(),
    })
}

fn plane_fits(shape: &Shape) -> Option<String> {
    let cells: usize = shape
        .inputs()
        .iter()
        .map(|axis| shape.levels(*axis))
        .product();
    (cells > CELLS).then(|| format!("{cells} cells are more than the {CELLS} that can be drawn"))
}

fn name_or_nothing_else(shape: &Shape) -> Option<String> {
    if shape.sort == Sort::Name {
        return None;
    }
    RULES
        .iter()
        .take_while(|rule| rule.kind != ChartKind::Table)
        .find(|rule| rule.shape_rejection(shape).is_none())
        .map(|rule| format!("the {} shows every value", rule.kind.name()))
}

fn one_column(shape: &Shape) -> Option<String> {
    let one = matches!(shape.sort, Sort::Table(form) if form.distribution);
    (!one).then(|| "the tables are not a single column of numbers".to_owned())
}

fn columns_over_the_first(shape: &Shape) -> Option<String> {
    let lines = matches!(shape.sort, Sort::Table(form) if form.lines);
    (!lines).then(|| "the tables have no column of numbers over a first one".to_owned())
}

fn columns_left(shape: &Shape) -> Option<String> {
    let rest = matches!(shape.sort, Sort::Table(form) if form.rest);
    (!rest).then(|| "figures show every column".to_owned())
}

/// `1 input varies`, `2 inputs vary`.
fn vary(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun} varies"),
        n => format!("{n} {noun}s vary"),
    }
}
