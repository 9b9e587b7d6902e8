//! The chart description: plain data that every renderer draws.
//!
//! A renderer only adds pixels. The description decides the marks, the meaning of a band, the reason for a gap, and the
//! text of the axes.

mod axis;
mod display;
mod labels;
mod marks;
mod pane;
mod rows;
pub(crate) mod text;
mod thin;

use std::fmt::Write;

use serde::Serialize;

pub use axis::{Axis, LevelGroup, Ticks};
pub(crate) use axis::{ScaleSide, decades_per_tick};
pub(crate) use display::{is_binary, short_levels};
pub(crate) use labels::{is_invisible, labels};
pub use marks::{
    BoxMark, BoxSeries, Gap, GapKind, HeatMap, Histogram, Marks, Point, Quartiles, Series, Table,
    TableCell,
};
pub(crate) use marks::{below_values, between};
pub use pane::Pane;
pub use rows::DataRows;
pub(crate) use thin::thin;

/// The meaning of a ring on a line, in pictures and legends.
const RINGS: &str = "○ some samples have no value";

/// One figure: a panel, or a grid of panels that share axes, colours and legend.
///
/// It is plain data, which a renderer draws, and which a table or a CSV file holds.
///
/// ```
#[doc = include_str!("../example_dataset.md")]
/// let charts = bencher_report::deduce::deduce(&dataset);
/// let chart = charts.first().ok_or("no chart")?;
/// assert_eq!(chart.panels.len(), 1);
/// assert!(chart.data_rows(10).to_csv().contains("100"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// A name of letters, digits and dashes, unique within its dataset.
    pub id: String,
    /// The result variable that it shows.
    pub result: String,
    /// Its kind.
    pub kind: ChartKind,
    /// `result vs input1 vs input2`.
    pub title: String,
    /// A description of the figure for readers who cannot see it.
    pub alt: String,
    /// The horizontal axis of every panel.
    pub x: Axis,
    /// The vertical axis of every panel.
    pub y: Axis,
    /// The axis of the colours of a heat map.
    pub color: Option<Axis>,
    /// The input whose levels are the series; `None` where there is one series.
    pub legend: Option<String>,
    /// A value at which a line crosses the panels: 1 for ratios.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<f64>,
    /// The meaning of bands, error bars, whiskers or noise in hover texts.
    pub spread: Option<String>,
    /// The number of panels side by side.
    pub columns: usize,
    /// The panels, left to right, then top to bottom.
    pub panels: Vec<Panel>,
    /// Notes for the reader: fixed inputs, omitted panels, samples without a value.
    pub notes: Vec<String>,
}

impl Chart {
    /// Whether the values of lines stand on names of levels instead of numbers.
    pub(crate) fn is_on_levels(&self) -> bool {
        matches!(self.x.ticks, Ticks::Levels(_))
    }

    /// Whether it is drawn on axes. Tables and panes are text and pictures instead.
    pub fn has_axes(&self) -> bool {
        !matches!(self.kind, ChartKind::Table | ChartKind::Panes)
    }

    /// The range of the value axis, with room around the marks, and below all of them where signs
    /// of absent values stand; bars keep standing on zero.
    pub(crate) fn value_range(&self) -> Option<(f64, f64)> {
        let (low, high) = self.y.padded(0.06)?;
        let stands = self.stands_on_zero();
        let (first, last) = self.y.range?;
        let low = if stands && first >= 0.0 { 0.0 } else { low };
        let high = if stands && last <= 0.0 { 0.0 } else { high };
        let low = below_values(low, high, self.y.is_log(), self.absent_rows());
        Some((low, high))
    }

    /// The positions of the series in the order of their last values, the greatest first, as the ends of lines stand; `None`
    /// where a legend has the order of the levels.
    pub(crate) fn legend_order(&self) -> Option<Vec<usize>> {
        let is_of_lines = matches!(
            self.kind,
            ChartKind::Line | ChartKind::Curve | ChartKind::Ratio
        );
        let Some(Marks::Lines(series)) = self.panels.first().map(|panel| &panel.marks) else {
            return None;
        };
        if !is_of_lines || self.legend.is_none() {
            return None;
        }
        let last = |n: &usize| {
            let points = series.get(*n).map_or(&[][..], |one| &one.points);
            let last = points.iter().rev().find_map(|point| point.y);
            last.unwrap_or(f64::NEG_INFINITY)
        };
        let mut order: Vec<usize> = (0..series.len()).collect();
        order.sort_by(|one, other| last(other).total_cmp(&last(one)));
        Some(order)
    }

    /// The same chart with the other scale of values, linear or logarithmic, where it can have both.
    pub(crate) fn rescaled(&self) -> Option<Self> {
        let is_marked = |panel: &Panel| matches!(panel.marks, Marks::Lines(_) | Marks::Boxes(_));
        let is_positive = self.y.range.is_some_and(|(low, _)| low > 0.0);
        let has_scale = matches!(self.y.ticks, Ticks::Linear | Ticks::Log);
        let is_plain = self.y.shift == 0 && self.kind != ChartKind::Ecdf;
        let fits = is_positive && has_scale && is_plain && self.panels.iter().all(is_marked);
        fits.then(|| {
            let mut other = self.clone();
            other.y.ticks = match self.y.ticks {
                Ticks::Log => Ticks::Linear,
                _ => Ticks::Log,
            };
            other
        })
    }

    /// Whether its marks are bars, whose length is their value.
    pub(crate) fn stands_on_zero(&self) -> bool {
        let is_bar = |panel: &Panel| matches!(panel.marks, Marks::Bars(_) | Marks::Histogram(_));
        self.panels.first().is_some_and(is_bar)
    }

    /// Whether nothing would be drawn on its axes, not even the signs of absent values.
    pub(crate) fn is_blank(&self) -> bool {
        let is_blank = |marks: &Marks| match marks {
            Marks::Lines(series) | Marks::Bars(series) => {
                series.iter().all(|one| one.points.is_empty())
            }
            Marks::Boxes(series) => series.iter().all(|one| one.boxes.is_empty()),
            Marks::HeatMap(map) => map.values.is_empty(),
            Marks::Histogram(histogram) => histogram.counts.iter().all(|count| *count == 0),
            Marks::Table(_) | Marks::Pane(_) => false,
        };
        self.panels.iter().all(|panel| is_blank(&panel.marks))
    }

    /// Whether lines have points some of whose samples have no value: they are drawn as rings.
    pub(crate) fn has_rings(&self) -> bool {
        self.panels.iter().any(|panel| match &panel.marks {
            Marks::Lines(series) => series.iter().any(|one| one.partial().next().is_some()),
            _ => false,
        })
    }

    /// The note of a picture about its marks.
    pub(crate) fn marks_note(&self) -> String {
        let rings = self.has_rings().then(|| RINGS.to_owned());
        let parts: Vec<String> = self.spread.clone().into_iter().chain(rings).collect();
        parts.join("; ")
    }

    /// How many rows of signs the absent values of any panel need.
    pub(crate) fn absent_rows(&self) -> usize {
        let rows = self.panels.iter().map(|panel| panel.marks.absent_rows());
        rows.max().unwrap_or(0)
    }

    /// How many rows of panels there are.
    pub fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns.max(1)).max(1)
    }
}

/// The kind of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum ChartKind {
    /// The distribution of values.
    Histogram,
    /// A bar per category.
    Bar,
    /// A box with whiskers per category.
    Box,
    /// Single values over a numeric input.
    Line,
    /// Means over a numeric input, with a band.
    Curve,
    /// Colours over two inputs.
    HeatMap,
    /// The values themselves.
    Table,
    /// The recorded content of every sample: a text, a picture, a file.
    Panes,
    /// How much each input matters, and the means of its levels.
    MainEffects,
    /// Ratios to the first level of an input.
    Ratio,
    /// The share of samples up to each value.
    Ecdf,
    /// The density of the values per category.
    Violin,
    /// Every sample as a point.
    Scatter,
    /// Two results of every point, and the points that no other one beats in both.
    Pareto,
    /// How a result grows with an input: a power law, and the nearest of the usual classes.
    Scaling,
}

impl ChartKind {
    /// Every kind, in the order of the rules.
    pub const ALL: [Self; 15] = [
        Self::Histogram,
        Self::Bar,
        Self::Box,
        Self::Line,
        Self::Curve,
        Self::HeatMap,
        Self::Table,
        Self::Panes,
        Self::MainEffects,
        Self::Ratio,
        Self::Ecdf,
        Self::Violin,
        Self::Scatter,
        Self::Pareto,
        Self::Scaling,
    ];

    /// The name for display.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Bar => "bars",
            Self::Box => "boxes",
            Self::Line => "line",
            Self::Curve => "curve",
            Self::HeatMap => "heat map",
            Self::Table => "table",
            Self::Panes => "panes",
            Self::MainEffects => "main effects",
            Self::Ratio => "ratio",
            Self::Ecdf => "ECDF",
            Self::Violin => "violins",
            Self::Scatter => "scatter",
            Self::Pareto => "Pareto front",
            Self::Scaling => "scaling",
        }
    }

    /// Whether bounds are drawn as error bars, not as a band.
    pub(crate) const fn has_error_bars(self) -> bool {
        matches!(self, Self::Ratio)
    }

    /// Whether a line joins the points of the n-th of some series: of a Pareto front, those of the front, which is the last.
    pub(crate) const fn has_line(self, n: usize, count: usize) -> bool {
        match self {
            Self::Scatter => false,
            Self::Pareto => n + 1 == count,
            Self::Scaling => n >= count / 2,
            _ => true,
        }
    }

    /// The colour of the n-th of some series: a fit has that of its points.
    pub(crate) const fn color(self, n: usize, count: usize) -> usize {
        match self {
            Self::Scaling if count >= 2 => n % (count / 2),
            _ => n,
        }
    }

    /// Whether each point of the n-th of some series has a marker.
    pub(crate) const fn has_markers(self, n: usize, count: usize) -> bool {
        match self {
            Self::Ecdf => false,
            Self::Pareto => n + 1 < count,
            Self::Scaling => n < count / 2,
            _ => true,
        }
    }

    /// The name by which it is chosen, and that is part of file names.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Bar => "bar",
            Self::Box => "box",
            Self::Line => "line",
            Self::Curve => "curve",
            Self::HeatMap => "heat-map",
            Self::Table => "table",
            Self::Panes => "panes",
            Self::MainEffects => "main-effects",
            Self::Ratio => "ratio",
            Self::Ecdf => "ecdf",
            Self::Violin => "violin",
            Self::Scatter => "scatter",
            Self::Pareto => "pareto",
            Self::Scaling => "scaling",
        }
    }
}

/// One pair of axes with marks on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// The levels of the inputs that the axes do not show, outermost first.
    pub facets: Vec<Facet>,
    /// The marks of the panel.
    pub marks: Marks,
}

impl Panel {
    /// `name = value` for every facet; empty where there is only one panel.
    pub fn label(&self) -> String {
        Self::label_of(&self.facets)
    }

    /// A label for every panel, of at most about `limit` characters, that no other panel has: name and value
    /// of every facet are shortened on their own.
    pub(crate) fn titles(panels: &[Self], limit: usize) -> Vec<String> {
        let full: Vec<String> = panels.iter().map(Self::label).collect();
        let facets = panels.iter().map(|panel| panel.facets.len()).max();
        let facets = facets.unwrap_or(0).max(1);
        if full.iter().all(|label| label.chars().count() <= limit) {
            return labels(&full, limit);
        }
        let each = (limit / facets).saturating_sub(5);
        let mut titles = vec![String::new(); panels.len()];
        for facet in 0..facets {
            let at = || panels.iter().map(|panel| panel.facets.get(facet));
            let names: Vec<&str> = at().map(|at| at.map_or("", |at| &at.name)).collect();
            let values: Vec<&str> = at().map(|at| at.map_or("", |at| &at.shown)).collect();
            let values = labels(&values, (each * 2 / 3).max(6));
            let widest = values.iter().map(|value| value.chars().count()).max();
            let room = each.saturating_sub(widest.unwrap_or(0)).max(4);
            let names = labels(&names, room);
            for ((title, name), value) in titles.iter_mut().zip(names).zip(values) {
                let comma = if title.is_empty() { "" } else { ", " };
                let _ = write!(title, "{comma}{name} = {value}");
            }
        }
        titles
    }

    /// `name = value` for some facets.
    pub(crate) fn label_of(facets: &[Facet]) -> String {
        let parts: Vec<String> = facets
            .iter()
            .map(|facet| format!("{} = {}", facet.name, facet.shown))
            .collect();
        parts.join(", ")
    }
}

/// One level of an input that is spread over panels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// The input's name.
    pub name: String,
    /// The unit; empty where there is none.
    pub units: String,
    /// Its value here, in full.
    pub value: String,
    /// The value in a label, with its unit.
    pub shown: String,
}
