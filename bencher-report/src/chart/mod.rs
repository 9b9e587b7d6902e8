//! The chart description: plain data that every renderer draws.
//!
//! A renderer only adds pixels. The description decides the marks, the meaning of a band, the reason for a gap, and the
//! text of the axes.

mod axis;
mod bin;
mod display;
mod dodge;
mod field;
mod front;
mod hexbin;
mod isolines;
mod kind;
mod labels;
mod marks;
mod pane;
mod panel;
mod parallel;
mod rank;
mod rows;
mod slices;
pub(crate) mod text;
mod thin;

use serde::Serialize;

pub use axis::{Axis, LevelGroup, Ticks};
pub(crate) use axis::{ScaleSide, decades_per_tick, nested_name};
pub(crate) use display::{is_binary, short_levels};
pub(crate) use dodge::Dodge;
pub use field::Field;
pub(crate) use hexbin::Lattice;
pub use hexbin::{Hexagon, Hexbin, TableRow};
pub(crate) use isolines::{Relief, levels};
pub use kind::ChartKind;
pub(crate) use labels::{is_invisible, labels};
pub(crate) use marks::{BandOf, below_values, between};
pub use marks::{
    BoxMark, BoxSeries, Centre, Gap, GapKind, HeatMap, Histogram, Marks, Point, PointSign,
    Quartiles, Series, Table, TableCell,
};
pub use pane::Pane;
pub use panel::{Facet, Panel};
pub use parallel::{Parallel, ParallelRow};
pub use rank::Rank;
pub use rows::DataRows;

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
    /// The axis of the colours of a heat map, of contours, or of lines that run through parallel axes.
    pub color: Option<Axis>,
    /// The axis of the third input of a volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<Axis>,
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
    /// What was found of the result: sentences that stand below its pictures, where no page has them above.
    #[serde(skip)]
    pub answer: Vec<String>,
}

impl Chart {
    /// A chart of one panel, for [plots of a program's own](crate::CustomPlot): `axes` are the horizontal and the vertical
    /// one.
    ///
    /// ```
    /// use bencher_report::chart::{Axis, Chart, Marks, Point, Series};
    /// let points = vec![Point::new(1.0, Some(2.5)), Point::new(2.0, None)];
    /// let series = Series { name: "all".to_owned(), points };
    /// let axes = (Axis::linear("len", "B"), Axis::linear("speed", "B/s"));
    /// let chart = Chart::new("Speed by length", axes, Marks::Lines(vec![series]));
    /// assert_eq!((chart.panels.len(), chart.x.label()), (1, "len [B]".to_owned()));
    /// ```
    pub fn new(title: impl Into<String>, axes: (Axis, Axis), marks: Marks) -> Self {
        let (x, y) = axes;
        Self {
            id: String::new(),
            result: y.name.clone(),
            kind: ChartKind::Custom,
            title: title.into(),
            alt: String::new(),
            x,
            y,
            color: None,
            depth: None,
            legend: None,
            reference: None,
            spread: None,
            columns: 1,
            panels: vec![Panel {
                facets: Vec::new(),
                marks,
            }],
            notes: Vec::new(),
            answer: Vec::new(),
        }
    }

    /// Whether the values of lines stand on names of levels instead of numbers.
    pub(crate) fn is_on_levels(&self) -> bool {
        matches!(self.x.ticks, Ticks::Levels(_))
    }

    /// The same chart with other panels.
    pub(crate) fn with_panels(&self, panels: Vec<Panel>) -> Self {
        Self {
            id: self.id.clone(),
            result: self.result.clone(),
            title: self.title.clone(),
            alt: self.alt.clone(),
            x: self.x.clone(),
            y: self.y.clone(),
            color: self.color.clone(),
            depth: self.depth.clone(),
            legend: self.legend.clone(),
            spread: self.spread.clone(),
            notes: self.notes.clone(),
            answer: self.answer.clone(),
            panels,
            ..*self
        }
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
    /// where a legend has the order of the levels: bars, boxes and points stand side by side in it, and the lines of an
    /// ECDF all end at 1.
    pub(crate) fn legend_order(&self) -> Option<Vec<usize>> {
        let is_of_lines = matches!(
            self.kind,
            ChartKind::Line
                | ChartKind::Curve
                | ChartKind::Ratio
                | ChartKind::Interaction
                | ChartKind::Band
                | ChartKind::Scaling
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
        // Each fit follows its points.
        let fits = self.kind == ChartKind::Scaling;
        let count = series.len() / if fits { 2 } else { 1 };
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|one, other| last(other).total_cmp(&last(one)));
        if fits {
            order = order.into_iter().flat_map(|n| [n, n + count]).collect();
        }
        Some(order)
    }

    /// The names of series as a legend has them: a fit follows its points, so that its growth is enough.
    pub(crate) fn series_names<'s>(&self, series: &'s [Series]) -> Vec<&'s str> {
        let half = series.len() / 2;
        let name = |(n, one): (usize, &'s Series)| {
            let points = n.checked_sub(half).and_then(|n| series.get(n));
            let points = points.filter(|_| self.kind == ChartKind::Scaling);
            let rest = points.and_then(|points| one.name.strip_prefix(points.name.as_str()));
            rest.map_or(one.name.as_str(), str::trim_start)
        };
        series.iter().enumerate().map(name).collect()
    }

    /// Whether its values can be on a linear and on a logarithmic scale.
    pub(crate) fn has_scales(&self) -> bool {
        let is_marked = |panel: &Panel| matches!(panel.marks, Marks::Lines(_) | Marks::Boxes(_));
        let is_positive = self.y.range.is_some_and(|(low, _)| low > 0.0);
        let has_scale = matches!(self.y.ticks, Ticks::Linear | Ticks::Log);
        let is_plain = self.y.shift == 0 && self.kind != ChartKind::Ecdf;
        is_positive && has_scale && is_plain && self.panels.iter().all(is_marked)
    }

    /// The same chart with the other scale of values, linear or logarithmic, where it can have both.
    pub(crate) fn rescaled(&self) -> Option<Self> {
        self.has_scales().then(|| {
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
            Marks::Field(field) => field.values.is_empty(),
            Marks::Hexbin(hexbin) => hexbin.cells.is_empty() && hexbin.gap.is_none(),
            Marks::Parallel(parallel) => parallel.rows.is_empty(),
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

    /// The signs that points of its lines have.
    pub(crate) fn signs(&self) -> Vec<PointSign> {
        let has = |sign: &PointSign| {
            self.panels.iter().any(|panel| match &panel.marks {
                Marks::Lines(series) => series.iter().any(|one| one.signed(*sign).next().is_some()),
                _ => false,
            })
        };
        PointSign::ALL.into_iter().filter(has).collect()
    }

    /// Whether cells of a heat map lie beyond that end of the scale of colours.
    fn is_beyond(&self, side: ScaleSide) -> bool {
        let Some(color) = &self.color else {
            return false;
        };
        let is_there = |x: &f64| color.beyond(*x) == Some(side);
        self.panels.iter().any(|panel| match &panel.marks {
            Marks::HeatMap(map) => map.values.iter().flatten().any(is_there),
            _ => false,
        })
    }

    /// What stands below a picture: the meaning of its marks, the names of a front's points, and the answer.
    pub(crate) fn captions(&self) -> Vec<String> {
        let rings = self.has_rings().then(|| RINGS.to_owned());
        let arrows = ScaleSide::ALL
            .into_iter()
            .filter(|side| self.is_beyond(*side));
        let arrows = arrows.map(|side| format!("{} {}", side.arrow(), side.name()));
        let marks: Vec<String> = self
            .spread
            .clone()
            .into_iter()
            .chain(rings)
            .chain(arrows)
            .collect();
        let mut captions = vec![marks.join("; ")];
        captions.extend(self.notes.iter().take(self.kind.notes_below()).cloned());
        captions.extend(self.rank_note());
        captions.extend(self.front_names());
        captions.extend(Panel::names_note(&self.panels));
        captions.extend(self.answer.iter().cloned());
        captions.retain(|caption| !caption.is_empty());
        captions
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
