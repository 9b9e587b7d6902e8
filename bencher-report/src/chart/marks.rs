use std::collections::BTreeMap;
use std::num::NonZeroU32;

use bencher_core::dataset::CellState;
use serde::Serialize;

use super::{Axis, Field, Hexbin, Pane, Parallel, Rank, TableRow};

/// The marks of a panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum Marks {
    /// Lines, with a band where points have bounds.
    Lines(Vec<Series>),
    /// Bars, side by side where there are several series.
    Bars(Vec<Series>),
    /// Boxes with whiskers, side by side where there are several series.
    Boxes(Vec<BoxSeries>),
    /// Coloured cells.
    HeatMap(HeatMap),
    /// Values over two or three numeric inputs.
    Field(Field),
    /// Hexagons, coloured by how many rows lie in each.
    Hexbin(Hexbin),
    /// Lines through parallel axes.
    Parallel(Parallel),
    /// Counts of values.
    Histogram(Histogram),
    /// Rows of text.
    Table(Table),
    /// The recorded content of one sample.
    Pane(Pane),
}

impl Marks {
    /// How many rows of signs the absent values need: one a series, up to the last that has any.
    pub(crate) fn absent_rows(&self) -> usize {
        let last = |absent: &mut dyn Iterator<Item = bool>| {
            absent
                .enumerate()
                .filter(|(_, any)| *any)
                .map(|(row, _)| row + 1)
                .last()
                .unwrap_or(0)
        };
        match self {
            Self::Lines(series) | Self::Bars(series) => last(
                &mut series
                    .iter()
                    .map(|one| one.points.iter().any(|point| point.y.is_none())),
            ),
            Self::Boxes(series) => last(
                &mut series
                    .iter()
                    .map(|one| one.boxes.iter().any(|mark| mark.quartiles.is_none())),
            ),
            Self::Hexbin(hexbin) => usize::from(hexbin.gap.is_some()),
            _ => 0,
        }
    }
}

/// The low end of a value axis that leaves room below every value for rows of signs, so that no
/// sign lies where a value could.
pub(crate) fn below_values(low: f64, high: f64, log: bool, rows: usize) -> f64 {
    if rows == 0 {
        return low;
    }
    let share = (0.05 + 0.035 * rows as f64).min(0.5);
    let lower = between((low, high), log, -share / (1.0 - share));
    let usable = lower.is_finite() && (!log || lower > 0.0);
    if usable { lower } else { low }
}

/// A place between the ends of an axis, or beyond them, by its share of the length. The ends may lie as
/// far apart as numbers can: neither their difference nor their ratio need be one.
pub(crate) fn between((low, high): (f64, f64), log: bool, share: f64) -> f64 {
    if log {
        (low.ln() + (high.ln() - low.ln()) * share).exp()
    } else {
        low * (1.0 - share) + high * share
    }
}

/// Points that belong together, in the order of `x`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// The level that the series stands for.
    pub name: String,
    /// Its points, including points without a value.
    pub points: Vec<Point>,
}

impl Series {
    /// The runs of neighbours that all have a value, which a line may join.
    pub fn runs(&self) -> impl Iterator<Item = &[Point]> {
        self.points
            .split(|point| point.y.is_none())
            .filter(|run| !run.is_empty())
    }

    /// The points that have a value and a sign.
    pub(crate) fn signed(&self, sign: PointSign) -> impl Iterator<Item = &Point> {
        let points = self.points.iter();
        points.filter(move |point| point.sign == sign && point.y.is_some())
    }

    /// The points that have a value though some of their samples have none.
    pub(crate) fn partial(&self) -> impl Iterator<Item = &Point> {
        self.points
            .iter()
            .filter(|point| point.y.is_some() && point.absent > 0)
    }
}

/// One point of a series.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// The coordinate, or the position of the level.
    pub x: f64,
    /// The full coordinate, where the number is only a part of it: `Zstd(level=3)`.
    pub place: Option<String>,
    /// The value; always finite.
    pub y: Option<f64>,
    /// The band or error bar around it, low and high.
    pub bounds: Option<(f64, f64)>,
    /// A second, wider band around it, low and high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outer: Option<(f64, f64)>,
    /// What is special about it.
    #[serde(skip_serializing_if = "PointSign::is_plain")]
    pub sign: PointSign,
    /// How many samples the value was computed from.
    pub samples: u32,
    /// How many samples had no value.
    pub absent: u32,
    /// Why the value, or some of its samples, are missing.
    pub gap: Option<Gap>,
    /// The number of the row that it is, from 1, where it is of a table within a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<NonZeroU32>,
}

/// A band around a point, low and high.
pub(crate) type BandOf = fn(&Point) -> Option<(f64, f64)>;

impl Point {
    /// The bands around points, the wider one first.
    pub(crate) const BANDS: [BandOf; 2] = [|point| point.outer, |point| point.bounds];

    /// A point of one sample; without a value, one that is missing.
    pub fn new(x: f64, y: Option<f64>) -> Self {
        Self {
            x,
            y,
            samples: u32::from(y.is_some()),
            absent: u32::from(y.is_none()),
            gap: y.is_none().then_some(Gap {
                kind: GapKind::Missing,
                reason: None,
            }),
            ..Self::default()
        }
    }
}

/// What is special about a point, which has a sign around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum PointSign {
    /// Nothing.
    #[default]
    Plain,
    /// Its samples have several modes, so that one value says little.
    SeveralModes,
    /// No other point beats it in both results, whatever values the bounds allow.
    Front,
    /// Whether another point beats it in both results, the bounds do not decide.
    MaybeFront,
}

impl PointSign {
    /// Every sign that is drawn.
    pub const ALL: [Self; 3] = [Self::SeveralModes, Self::Front, Self::MaybeFront];

    /// The name for display.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::SeveralModes => "several modes",
            Self::Front => "surely on the front",
            Self::MaybeFront => "maybe on the front",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gap {
    /// The kind of gap.
    pub kind: GapKind,
    /// The error or the reason given.
    pub reason: Option<String>,
}

impl Gap {
    /// The gap in one line: `failed: out of memory`.
    pub fn text(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{}: {reason}", self.kind.name()),
            None => self.kind.name().to_owned(),
        }
    }
}

/// The kind of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum GapKind {
    /// Not run yet.
    Pending,
    /// The sample ran and did not set the result.
    Missing,
    /// Skipped on purpose.
    Skipped,
    /// The sample failed.
    Failed,
    /// The sample was stopped at its time limit.
    TimedOut,
    /// Too short for the timer.
    BelowResolution,
    /// Recorded, but NaN or infinite.
    NotFinite,
}

impl GapKind {
    /// Every kind, the most serious last.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Missing,
        Self::Skipped,
        Self::BelowResolution,
        Self::NotFinite,
        Self::TimedOut,
        Self::Failed,
    ];

    /// The name for display.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Missing => "missing",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::BelowResolution => "below resolution",
            Self::NotFinite => "not a finite number",
        }
    }

    /// The state of a cell with such a gap; a value that is not finite is recorded, and none that a figure has.
    #[cfg(feature = "html")]
    pub(crate) const fn state(self) -> CellState {
        match self {
            Self::Pending => CellState::Pending,
            Self::Missing | Self::NotFinite => CellState::Missing,
            Self::Skipped => CellState::Skipped,
            Self::Failed => CellState::Failed,
            Self::TimedOut => CellState::TimedOut,
            Self::BelowResolution => CellState::BelowResolution,
        }
    }

    /// The kind of gap for a cell's state; `None` where the cell has a value.
    pub const fn of(state: CellState) -> Option<Self> {
        match state {
            CellState::Measured | CellState::Cached | CellState::Preempted => None,
            CellState::Pending => Some(Self::Pending),
            CellState::Missing => Some(Self::Missing),
            CellState::Skipped => Some(Self::Skipped),
            CellState::Failed => Some(Self::Failed),
            CellState::TimedOut => Some(Self::TimedOut),
            CellState::BelowResolution => Some(Self::BelowResolution),
        }
    }
}

/// Boxes that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoxSeries {
    /// The level that the series stands for.
    pub name: String,
    /// A box for every position on the axis.
    pub boxes: Vec<BoxMark>,
}

/// The distribution at one position.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoxMark {
    /// The position of the level.
    pub x: f64,
    /// The box and whiskers; `None` where no sample has a value.
    pub quartiles: Option<Quartiles>,
    /// Values beyond the whiskers.
    pub outliers: Vec<f64>,
    /// The centre of measured times, of the rounds that count; `None` of other results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<Centre>,
    /// The outline of a violin, from the lowest value to the highest: the value, and the density there as a share of the
    /// greatest one; empty for a plain box.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outline: Vec<(f64, f64)>,
    /// How many samples have a value.
    pub samples: u32,
    /// How many samples have none.
    pub absent: u32,
    /// Why values are missing.
    pub gap: Option<Gap>,
}

/// The centre of measured times with its bounds, as text and tables name it. The median of a box is of all rounds, also
/// of those that do not count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Centre {
    /// The centre.
    pub value: f64,
    /// Its bounds, where there are any.
    pub bounds: Option<(f64, f64)>,
}

impl Centre {
    /// Applies a function to all its numbers.
    pub(crate) fn map(self, number: impl Fn(f64) -> f64) -> Self {
        Self {
            value: number(self.value),
            bounds: self.bounds.map(|(low, high)| (number(low), number(high))),
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.numbers().all(f64::is_finite)
    }

    /// The centre and its bounds.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> + use<> {
        let bounds = self.bounds.map(|(low, high)| [low, high]);
        std::iter::once(self.value).chain(bounds.into_iter().flatten())
    }
}

/// A box and its whiskers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quartiles {
    /// The lowest value within 1.5 interquartile ranges of the box.
    pub low: f64,
    /// The first quartile.
    pub q1: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub q3: f64,
    /// The highest value within 1.5 interquartile ranges of the box.
    pub high: f64,
}

/// Coloured cells over two axes of levels, the horizontal one fastest.
///
/// It has columns of numbers instead of points, because a heat map may have a million cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeatMap {
    /// How many cells a row has.
    pub width: usize,
    /// The finite value of every cell that has one.
    pub values: Vec<Option<f64>>,
    /// The bounds of each value, low and high; empty without repeats.
    pub bounds: Vec<Option<(f64, f64)>>,
    /// How many samples each value was computed from; empty without repeats.
    pub samples: Vec<u32>,
    /// Why values, or some of their samples, are missing, by cell.
    pub gaps: BTreeMap<usize, Gap>,
    /// The cells that are best, or not decided against the best; empty where values have no bounds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ranks: BTreeMap<usize, Rank>,
}

/// The distribution of values.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Histogram {
    /// The edges of the bins: one more than the number of bins.
    pub edges: Vec<f64>,
    /// How many values each bin holds.
    pub counts: Vec<u64>,
    /// How many samples have no value, and the reason of the first one of each kind.
    pub gaps: Vec<(u32, Gap)>,
    /// The first rows of each bin, where the values are of tables within samples; empty otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_rows: Vec<Vec<TableRow>>,
}

/// The values themselves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The unit of every column; empty where it has none.
    pub units: Vec<String>,
    /// The rows, numbers in full.
    pub rows: Vec<Vec<TableCell>>,
    /// The number of rows that are not shown.
    pub left_out: usize,
}

impl Table {
    /// The column titles: `name [unit]`.
    pub fn titles(&self) -> Vec<String> {
        let title = |(name, units)| Axis::linear(name, units).label();
        self.columns.iter().zip(&self.units).map(title).collect()
    }
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableCell {
    /// Its text.
    pub text: String,
    /// The kind of gap, where there is no value.
    pub gap: Option<GapKind>,
}
