//! The requirements of the kinds of charts on a shape: each is a function that returns the reason where it is not met.

use bencher_core::dataset::DimRole;
use bencher_core::value::TablePlot;
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
pub(super) const POINTS: usize = 10_000;
/// Cells that a heat map may have, over all panels.
pub(super) const CELLS: usize = 1_000_000;
/// Inputs from which on their effects are drawn apart from each other.
pub(super) const INPUTS: usize = 3;

/// Inputs from which on the axes stand parallel to each other.
const PARALLEL: usize = 4;

pub(super) fn many_inputs(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs < PARALLEL).then(|| {
        format!(
            "{}, and parallel axes are drawn from {PARALLEL} on: `--plots auto,parallel` draws them all the same",
            vary(inputs, "input")
        )
    })
}

/// Cells up to which a browser shows a volume.
const VOLUME: usize = 50_000;

pub(super) fn two_number_axes(shape: &Shape) -> Option<String> {
    few_numbers(shape, 2)
}

pub(super) fn three_number_axes(shape: &Shape) -> Option<String> {
    few_numbers(shape, 3)
}

fn few_numbers(shape: &Shape, needed: usize) -> Option<String> {
    let found = shape.numeric.len();
    (found < needed).then(|| match found {
        0 => format!("no numeric input varies, and {needed} are the axes"),
        n => format!("{}, and {needed} are the axes", vary(n, "numeric input")),
    })
}

pub(super) fn volume_fits(shape: &Shape) -> Option<String> {
    let axes = shape.numeric.iter().take(3);
    let cells: usize = axes.map(|axis| shape.levels(*axis)).product();
    (cells > VOLUME).then(|| {
        format!("{cells} cells are more than the {VOLUME} that a browser shows as a volume")
    })
}

pub(super) fn a_value(shape: &Shape) -> Option<String> {
    let has_value = |flat: usize| shape.variable.number(flat).is_some_and(f64::is_finite);
    let none = !(0..shape.dataset.len()).any(has_value);
    none.then(|| "no point has a value".to_owned())
}

/// A numeric input is the axis, and all others have panels.
pub(super) fn a_number_axis(shape: &Shape) -> Option<String> {
    let none = || "no numeric input varies".to_owned();
    shape.numeric.is_empty().then(none)
}

/// An input along an axis, and another one with few enough levels for lines.
pub(super) fn a_pair_fits(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs();
    let has_numbers = |axis: usize| {
        let numbers = shape.numbers(axis);
        numbers.is_some_and(|numbers| !numbers.partial)
    };
    let fits_along = |axis: usize| has_numbers(axis) || shape.levels(axis) <= CATEGORIES;
    let lines = inputs.iter().filter(|axis| shape.levels(**axis) <= SERIES);
    let mut pairs = lines.flat_map(|lines| inputs.iter().map(move |along| (lines, along)));
    let fits = pairs.any(|(lines, along)| lines != along && fits_along(*along));
    (!fits).then(|| {
        format!(
            "no two inputs have room: one with at most {SERIES} levels for lines, and one with numbers or at most \
             {CATEGORIES} levels for the axis"
        )
    })
}

/// A kind that only readers who name it get.
pub(super) fn on_request(kind: ChartKind) -> String {
    format!("drawn on request: `--plots auto,{}`", kind.slug())
}

pub(super) fn several_inputs(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs < INPUTS).then(|| {
        format!(
            "{}, and the other plots show them all",
            vary(inputs, "input")
        )
    })
}

pub(super) fn two_inputs(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs < 2).then(|| vary(inputs, "input"))
}

pub(super) fn effects(shape: &Shape) -> Option<String> {
    let found = shape.dataset.main_effects(&shape.variable.info.name);
    let is_none = found.is_ok_and(|found| found.is_empty());
    is_none.then(|| "no two points differ".to_owned())
}

pub(super) fn one_snapshot(shape: &Shape) -> Option<String> {
    let mut dims = shape.dataset.dims().iter();
    let time = dims.find(|dim| dim.role == DimRole::Time && dim.len() > 1)?;
    Some(format!("the values are of {} snapshots", time.len()))
}

pub(super) fn alternatives(shape: &Shape) -> Option<String> {
    let none = || "no input has alternatives to compare".to_owned();
    shape.compared().is_none().then(none)
}

pub(super) fn compared_times(shape: &Shape) -> Option<String> {
    if !shape.is_comparison() {
        return Some(on_request(ChartKind::Ratio));
    }
    (!shape.variable.info.timed).then(|| "the result is no measured time".to_owned())
}

pub(super) fn one_input_fits(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs();
    let fits = inputs.is_empty() || inputs.iter().any(|axis| shape.levels(*axis) <= CATEGORIES);
    (!fits).then(|| format!("every input has more than the {CATEGORIES} levels that fit an axis"))
}

pub(super) fn directed(shape: &Shape) -> Option<String> {
    (shape.variable.info.direction == Direction::None)
        .then(|| "neither less nor more of the result is better".to_owned())
}

pub(super) fn points_fit(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs();
    let points = inputs
        .iter()
        .fold(1_usize, |n, axis| n.saturating_mul(shape.levels(*axis)));
    (points > POINTS)
        .then(|| format!("{points} points are more than the {POINTS} that are compared"))
}

pub(super) fn trade_off(shape: &Shape) -> Option<String> {
    Tradeoff::of(shape).err()
}

/// Levels above zero from which on a power law has an uncertainty.
const LEVELS: usize = 3;

pub(super) fn scalable(shape: &Shape) -> Option<String> {
    let numbers = shape.numeric.first().and_then(|axis| shape.numbers(*axis));
    let Some(numbers) = numbers.filter(|_| shape.groups().is_none()) else {
        return Some("no numeric input varies".to_owned());
    };
    let positive = numbers.values.iter().filter(|x| **x > 0.0).count();
    (positive < LEVELS).then(|| {
        format!(
            "{} has fewer than {LEVELS} levels above zero",
            numbers.axis.name
        )
    })
}

pub(super) fn several_samples(shape: &Shape) -> Option<String> {
    (shape.repeats < 2).then(|| "every point was run once".to_owned())
}

pub(super) fn cells(shape: &Shape) -> Option<String> {
    let empty = shape.dataset.dims().iter().find(|dim| dim.is_empty());
    empty.map(|dim| format!("`{}` has no values, so there are no cells", dim.name))
}

pub(super) fn no_name(shape: &Shape) -> Option<String> {
    (shape.sort == Sort::Name).then(|| format!("the result is {}", shape.variable.info.kind.name()))
}

pub(super) fn numbers(shape: &Shape) -> Option<String> {
    match shape.sort {
        Sort::Number => None,
        Sort::Truth => {
            Some("the result is a truth value: its repeats make a proportion".to_owned())
        }
        Sort::Name | Sort::Content | Sort::Table(_) => no_name(shape),
    }
}

pub(super) fn no_input(shape: &Shape) -> Option<String> {
    let inputs = shape.inputs().len();
    (inputs > 0).then(|| vary(inputs, "input"))
}

pub(super) fn no_proportion(shape: &Shape) -> Option<String> {
    (shape.sort == Sort::Truth && (shape.repeated() || shape.inputs().is_empty()))
        .then(|| "a truth value over repeats is a proportion, drawn as a bar".to_owned())
}

pub(super) fn no_number_axis(shape: &Shape) -> Option<String> {
    let n = shape.numeric.len();
    (n > 0).then(|| vary(n, "numeric input") + ", and numbers need a scale")
}

pub(super) fn one_number_axis(shape: &Shape) -> Option<String> {
    match shape.numeric.len() {
        1 => None,
        0 => Some("no numeric input varies".to_owned()),
        n => Some(format!("{n} numeric inputs vary, and a line shows one")),
    }
}

pub(super) fn category(shape: &Shape) -> Option<String> {
    shape
        .categorical
        .is_empty()
        .then(|| "no categorical input varies".to_owned())
}

pub(super) fn category_or_proportion(shape: &Shape) -> Option<String> {
    no_proportion(shape).map_or_else(|| category(shape), |_| None)
}

pub(super) fn once(shape: &Shape) -> Option<String> {
    shape.repeated().then(|| repeats_text(shape))
}

/// The number of repeats of the points; in a timed sweep it differs from point to point.
pub(super) fn repeats_text(shape: &Shape) -> String {
    if shape.in_rounds {
        format!("points have up to {} repeats", shape.repeats)
    } else {
        format!("every point has {} repeats", shape.repeats)
    }
}

pub(super) fn once_or_proportion(shape: &Shape) -> Option<String> {
    no_proportion(shape).map_or_else(|| once(shape), |_| None)
}

pub(super) fn repeats(shape: &Shape) -> Option<String> {
    (!shape.repeated()).then(|| "every point was run once".to_owned())
}

pub(super) fn lines_fit(shape: &Shape) -> Option<String> {
    if shape.groups().is_none() {
        return too_many(shape, 0, SERIES, WHAT);
    }
    names_fit(shape)
}

/// What lines cannot be more of.
const WHAT: &str = "lines that can be distinguished";

/// Few enough names of variants, where each is a line.
pub(super) fn names_fit(shape: &Shape) -> Option<String> {
    let n = shape.groups()?.len();
    (n > SERIES).then(|| format!("{n} names of variants are more than the {SERIES} {WHAT}"))
}

pub(super) fn bars_fit(shape: &Shape) -> Option<String> {
    too_many(shape, 0, CATEGORIES, "categories that fit an axis")
        .or_else(|| too_many(shape, 1, SERIES, "bars side by side"))
}

pub(super) fn boxes_fit(shape: &Shape) -> Option<String> {
    let nested = shape.category_levels(0) * shape.category_levels(1);
    let wide = (nested > CATEGORIES)
        .then(|| format!("{nested} boxes are more than the {CATEGORIES} that fit an axis"));
    wide.or_else(|| too_many(shape, 2, OVERLAYS, "boxes side by side"))
}

pub(super) fn too_many(shape: &Shape, nth: usize, limit: usize, what: &str) -> Option<String> {
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
pub(super) fn plane(shape: &Shape) -> Option<String> {
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

pub(super) fn plane_fits(shape: &Shape) -> Option<String> {
    let cells: usize = shape
        .inputs()
        .iter()
        .map(|axis| shape.levels(*axis))
        .product();
    (cells > CELLS).then(|| format!("{cells} cells are more than the {CELLS} that can be drawn"))
}

/// The figure of the tables that samples recorded.
fn figure_of_tables(shape: &Shape) -> Option<TablePlot> {
    match shape.sort {
        Sort::Table(form) => form.figure,
        _ => None,
    }
}

pub(super) fn one_column(shape: &Shape) -> Option<String> {
    let one = figure_of_tables(shape) == Some(TablePlot::Histogram);
    (!one)
        .then(|| "the tables are not a single column of numbers, or are drawn otherwise".to_owned())
}

pub(super) fn columns_over_the_first(shape: &Shape) -> Option<String> {
    let lines = figure_of_tables(shape) == Some(TablePlot::Curve);
    (!lines).then(|| {
        "the tables have no column of numbers over a first one, or are drawn otherwise".to_owned()
    })
}

pub(super) fn points_over_the_first(shape: &Shape) -> Option<String> {
    let points = figure_of_tables(shape) == Some(TablePlot::Scatter);
    (!points).then(|| "the tables are not drawn as points over their first column".to_owned())
}

pub(super) fn colors_over_two_columns(shape: &Shape) -> Option<String> {
    let colors = figure_of_tables(shape) == Some(TablePlot::HeatMap);
    (!colors).then(|| "the tables are not drawn as colours over two columns of numbers".to_owned())
}

pub(super) fn rows_over_two_columns(shape: &Shape) -> Option<String> {
    let counts = figure_of_tables(shape) == Some(TablePlot::Hexbin);
    (!counts).then(|| "the tables are not drawn as counts over two columns of numbers".to_owned())
}

pub(super) fn space_of_three_columns(shape: &Shape) -> Option<String> {
    let volume = figure_of_tables(shape) == Some(TablePlot::Volume);
    (!volume).then(|| "the tables are not drawn in the space of three columns".to_owned())
}

pub(super) fn columns_left(shape: &Shape) -> Option<String> {
    let rest = matches!(shape.sort, Sort::Table(form) if form.rest);
    (!rest).then(|| "figures show every column".to_owned())
}

/// `1 input varies`, `2 inputs vary`.
pub(super) fn vary(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun} varies"),
        n => format!("{n} {noun}s vary"),
    }
}
