use std::collections::BTreeMap;
use std::num::NonZeroU32;

use bencher_core::value::Table;

use crate::chart::{
    Axis, Chart, ChartKind, Gap, GapKind, Histogram, Marks, Point, PointSign, Series, TableRow,
};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::needs::SERIES;
use crate::deduce::sample_table::{decode, is_numeric};
use crate::deduce::shape::Shape;

use super::sample_fields::FIRST;
use super::{frame, histogram};

/// Columns that have a chart each.
const COLUMNS: usize = 8;

/// A chart for every column of numbers, over the first column: a series for every sample, as a line or as points.
pub(super) fn lines(kind: ChartKind, shape: &Shape) -> Vec<Chart> {
    let grid = Grid::of(shape);
    let samples = Samples::of(shape, &grid);
    let Some(first) = samples
        .tables
        .values()
        .find_map(|table| table.as_ref().ok())
    else {
        return Vec::new();
    };
    let mut columns = first.columns();
    let Some((over, _)) = columns.next() else {
        return Vec::new();
    };
    let numeric: Vec<&str> = columns
        .filter(|(_, column)| is_numeric(column))
        .map(|(name, _)| name)
        .collect();
    let charts = numeric.iter().take(COLUMNS).map(|column| {
        let mut chart = samples.lines(kind, shape, &grid, (over, column));
        if numeric.len() > COLUMNS {
            let all = numeric.len();
            chart.notes.push(format!(
                "The first {COLUMNS} of {all} columns are drawn; the stored results have them all."
            ));
        }
        chart
    });
    charts.collect()
}

/// The distribution of the only column, at every point: of all of its repeats.
pub(super) fn histogram(shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let samples = Samples::of(shape, &grid);
    let first = samples
        .tables
        .values()
        .find_map(|table| table.as_ref().ok())?;
    let column = first.names().next()?.to_owned();
    let facets = Facets::of(shape, &grid, &[]);
    // The other series are points, and have panels of their own.
    let repeats = if shape.repeated() {
        samples.series.as_slice()
    } else {
        samples.series.get(..1).unwrap_or_default()
    };
    let rows_of = |at: usize| {
        let tables = repeats
            .iter()
            .enumerate()
            .filter_map(|(repeat, (_, level))| {
                let table = samples.tables.get(&(at + level))?.as_ref().ok()?;
                Some((repeat, table.get(&column)?))
            });
        let rows = tables.flat_map(|(repeat, column)| {
            (0..column.len()).filter_map(move |row| {
                let x = column.number(row).filter(|x| x.is_finite())?;
                Some(TableRow {
                    number: row + 1,
                    repeat,
                    x,
                    y: None,
                })
            })
        });
        rows.collect::<Vec<TableRow>>()
    };
    let axes = (Axis::linear(&column, ""), Axis::linear("rows", ""));
    let mut chart = frame::chart(ChartKind::Histogram, shape, axes, facets, |at| {
        Marks::Histogram(histogram_of(&rows_of(at)))
    });
    let histograms = || {
        chart.panels.iter().filter_map(|panel| match &panel.marks {
            Marks::Histogram(histogram) => Some(histogram),
            _ => None,
        })
    };
    let x = frame::range(histograms().flat_map(|one| one.edges.iter().copied()));
    let most = histograms().flat_map(|one| &one.counts).max();
    let y = most.map(|most| (0.0, *most as f64));
    (chart.x.range, chart.y.range) = (x, y);
    chart.id.clone_from(&column);
    chart.title = format!("{column} of {}", chart.title);
    samples.notes(&mut chart);
    Some(chart)
}

/// The distribution of a column's numbers, with the first rows of each bin.
fn histogram_of(rows: &[TableRow]) -> Histogram {
    let values: Vec<f64> = rows.iter().map(|row| row.x).collect();
    let (edges, places) = histogram::edges_and_places(&values);
    let bins = edges.len().saturating_sub(1);
    let (mut counts, mut first_rows) = (vec![0; bins], vec![Vec::new(); bins]);
    for (row, place) in rows.iter().zip(places) {
        if let Some((count, first)) = counts.get_mut(place).zip(first_rows.get_mut(place)) {
            *count += 1;
            if first.len() < FIRST {
                first.push(*row);
            }
        }
    }
    Histogram {
        edges,
        counts,
        gaps: Vec::new(),
        first_rows,
    }
}

/// The tables that have room in a chart, by the offset of their cell, with repeats.
struct Samples {
    tables: BTreeMap<usize, Result<Table, Gap>>,
    /// The series of every panel: a name, and the offset that it adds to the panel's.
    series: Vec<(String, usize)>,
    /// The series of the tables.
    legend: Option<String>,
    /// The input that the series are, which no panel need show.
    shown: Option<usize>,
    /// The note where there are more series than fit.
    note: Option<String>,
}

impl Samples {
    /// Series are the repeats, or the levels of an input that has few.
    fn of(shape: &Shape, grid: &Grid) -> Self {
        let few = |axis: &usize| shape.levels(*axis) <= SERIES;
        let shown = if shape.repeated() {
            None
        } else {
            shape.inputs().into_iter().find(few)
        };
        let axis = shape.repeat.filter(|_| shape.repeated()).or(shown);
        let mut series = frame::levels(shape, grid, axis);
        let all = series.len();
        series.truncate(SERIES);
        let note = (all > SERIES).then(|| {
            format!(
                "The first {SERIES} of {all} repeats are drawn; the stored results have them all."
            )
        });
        let facets = Facets::of(shape, grid, &[shown]);
        let offsets = facets
            .places
            .iter()
            .flat_map(|place| series.iter().map(move |(_, level)| place.offset + level));
        let tables = offsets
            .map(|offset| (offset, decode(grid.value(offset))))
            .collect();
        let legend = axis.and_then(|axis| shape.dim(axis));
        Self {
            tables,
            legend: legend.map(bencher_core::dataset::Dim::label),
            series,
            shown,
            note,
        }
    }

    fn lines(
        &self,
        kind: ChartKind,
        shape: &Shape,
        grid: &Grid,
        (over, column): (&str, &str),
    ) -> Chart {
        let facets = Facets::of(shape, grid, &[self.shown]);
        let axes = (Axis::linear(over, ""), Axis::linear(column, ""));
        let mut chart = frame::chart(kind, shape, axes, facets, |at| {
            let series = self.series.iter().map(|(name, level)| {
                let table = self.tables.get(&(at + level));
                let table = table.and_then(|table| table.as_ref().ok());
                Series {
                    name: name.clone(),
                    points: table.map_or_else(Vec::new, |table| points(table, over, column)),
                }
            });
            Marks::Lines(series.collect())
        });
        let points = || {
            let series = chart.panels.iter().flat_map(|panel| match &panel.marks {
                Marks::Lines(series) => series.as_slice(),
                _ => &[],
            });
            series.flat_map(|one| &one.points)
        };
        let x = frame::range(points().map(|point| point.x));
        let y = frame::range(points().filter_map(|point| point.y));
        (chart.x.range, chart.y.range) = (x, y);
        chart.legend.clone_from(&self.legend);
        column.clone_into(&mut chart.id);
        chart.title = format!("{column} of {} over {over}", chart.title);
        let marks = if kind == ChartKind::Line {
            "Lines"
        } else {
            "Points"
        };
        chart.alt = format!("{marks} of {}", chart.title);
        self.notes(&mut chart);
        chart
    }

    /// Notes the omitted parts, and the number of samples without a table.
    fn notes(&self, chart: &mut Chart) {
        chart.notes.extend(self.note.clone());
        let mut gaps: Vec<(u32, Gap)> = Vec::new();
        for gap in self
            .tables
            .values()
            .filter_map(|table| table.as_ref().err())
        {
            match gaps.iter_mut().find(|(_, known)| known == gap) {
                Some((count, _)) => *count += 1,
                None => gaps.push((1, gap.clone())),
            }
        }
        frame::absence_note(chart, &gaps);
    }
}

/// A column's values over another's, in its order; rows without a place on it are dropped.
fn points(table: &Table, over: &str, column: &str) -> Vec<Point> {
    let (Some(xs), Some(ys)) = (table.get(over), table.get(column)) else {
        return Vec::new();
    };
    let mut points: Vec<Point> = (0..table.len())
        .filter_map(|row| {
            let x = xs.number(row).filter(|x| x.is_finite())?;
            let y = ys.number(row);
            let value = y.filter(|y| y.is_finite());
            let kind = match y {
                Some(y) if y.is_infinite() => GapKind::NotFinite,
                _ => GapKind::Missing,
            };
            Some(Point {
                x,
                row: u32::try_from(row + 1).ok().and_then(NonZeroU32::new),
                place: None,
                y: value,
                bounds: None,
                outer: None,
                sign: PointSign::Plain,
                samples: u32::from(value.is_some()),
                absent: u32::from(value.is_none()),
                gap: value.is_none().then_some(Gap { kind, reason: None }),
            })
        })
        .collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points
}
