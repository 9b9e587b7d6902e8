//! The rules as data: the requirements of every kind of chart, each with the reason for the reader where it is not met.

use bencher_core::bench::PlotSelection;

use crate::chart::ChartKind;

use super::needs::{
    a_number_axis, a_pair_fits, a_value, alternatives, bars_fit, boxes_fit, category,
    category_or_proportion, cells, colors_over_two_columns, columns_left, columns_over_the_first,
    compared_times, directed, effects, lines_fit, many_inputs, names_fit, no_input, no_name,
    no_number_axis, no_proportion, numbers, on_request, once, once_or_proportion, one_column,
    one_input_fits, one_number_axis, one_snapshot, plane, plane_fits, points_fit,
    points_over_the_first, repeats, repeats_text, rows_over_two_columns, scalable, several_inputs,
    several_samples, space_of_three_columns, three_number_axes, trade_off, two_inputs,
    two_number_axes, vary, volume_fits,
};
use super::shape::{Shape, Sort};

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
        kind: ChartKind::HeatMap,
        needs: &[cells, colors_over_two_columns],
        unnamed_needs: &[],
        because: |_| {
            "each sample gave a table that is drawn as colours over two columns".to_owned()
        },
    },
    Rule {
        kind: ChartKind::Hexbin,
        needs: &[cells, rows_over_two_columns],
        unnamed_needs: &[],
        because: |_| "each sample gave a table whose rows are counted over two columns".to_owned(),
    },
    Rule {
        kind: ChartKind::Panes,
        needs: &[cells, columns_left],
        unnamed_needs: &[],
        because: |_| "each sample gave a table that no figure shows in full".to_owned(),
    },
    Rule {
        kind: ChartKind::Scatter,
        needs: &[cells, points_over_the_first],
        unnamed_needs: &[],
        because: |_| "each sample gave a table that is drawn as points".to_owned(),
    },
    Rule {
        kind: ChartKind::Volume,
        needs: &[cells, space_of_three_columns],
        unnamed_needs: &[],
        because: |_| {
            "each sample gave a table that is drawn in the space of three columns".to_owned()
        },
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
        because: |shape| format!("one numeric input varies and {}", repeats_text(shape)),
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
    Rule {
        kind: ChartKind::Scaling,
        needs: &[cells, numbers, one_snapshot, scalable, lines_fit],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Scaling))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Band,
        needs: &[
            cells,
            numbers,
            one_snapshot,
            a_number_axis,
            repeats,
            names_fit,
        ],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Band))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Interaction,
        needs: &[
            cells,
            no_name,
            one_snapshot,
            two_inputs,
            plane_fits,
            a_pair_fits,
            a_value,
        ],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Interaction))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Parallel,
        needs: &[cells, no_name, one_snapshot, two_inputs, plane_fits],
        unnamed_needs: &[many_inputs],
        because: |shape| {
            let inputs = shape.inputs().len();
            format!("{}: an axis for each", vary(inputs, "input"))
        },
    },
    Rule {
        kind: ChartKind::Contour,
        needs: &[cells, no_name, one_snapshot, two_number_axes, plane_fits],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Contour))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Surface,
        needs: &[cells, no_name, one_snapshot, two_number_axes, plane_fits],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Surface))],
        because: |_| "chosen by name".to_owned(),
    },
    Rule {
        kind: ChartKind::Volume,
        needs: &[
            cells,
            no_name,
            one_snapshot,
            three_number_axes,
            plane_fits,
            volume_fits,
        ],
        unnamed_needs: &[|_| Some(on_request(ChartKind::Volume))],
        because: |_| "chosen by name".to_owned(),
    },
];

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
