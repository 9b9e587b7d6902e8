//! Tables of samples as colours over two of their columns, or in the space of three.

use std::collections::BTreeMap;

use bencher_core::value::Table;

use crate::chart::{
    Axis, Chart, ChartKind, Field, Gap, HeatMap, Hexagon, Hexbin, Lattice, Marks, TableRow,
};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::sample_table::decode;
use crate::deduce::shape::Shape;

use super::{colors, frame};

/// Bins along an axis with too many different numbers.
const BINS: usize = 32;
/// Rows that a hexagon or a bar lists at most, and all hexagons of a figure together, unless one each are more.
pub(super) const FIRST: usize = 5;
const LISTED: usize = 6000;
/// Different numbers of a column up to which each has a place of its own.
const PLACES: usize = 400;

/// Colours over the first two columns: the third one. A panel for each point; of several repeats, the first one is shown.
pub(super) fn heat_map(shape: &Shape) -> Option<Chart> {
    let samples = Samples::of(shape)?;
    let (across, up, value) = (samples.column(0)?, samples.column(1)?, samples.column(2)?);
    let (x, y) = (Places::of(&across), Places::of(&up));
    let cells = x.names.len() * y.names.len();
    let map = |at: usize| {
        let sums = samples.table(at).map_or_else(BTreeMap::new, |table| {
            sums(table, (&across.name, &x), (&up.name, &y), &value.name)
        });
        let mean = |n: usize| {
            let (sum, count) = sums.get(&n).copied()?;
            Some(sum / f64::from(count)).filter(|x| x.is_finite())
        };
        HeatMap {
            width: x.names.len(),
            values: (0..cells).map(mean).collect(),
            bounds: Vec::new(),
            samples: Vec::new(),
            gaps: samples.gap(at).map_or_else(BTreeMap::new, |gap| {
                (0..cells).map(|n| (n, gap.clone())).collect()
            }),
            ranks: BTreeMap::new(),
        }
    };
    let axes = (x.axis(&across.name), y.axis(&up.name));
    let facets = Facets::of(shape, &samples.grid, &[]);
    let mut chart = frame::chart(ChartKind::HeatMap, shape, axes, facets, |at| {
        Marks::HeatMap(map(at))
    });
    color(&mut chart, &value.name);
    chart.title = format!(
        "{} of {} over {} and {}",
        value.name, chart.title, across.name, up.name
    );
    describe(shape, &mut chart);
    Some(chart)
}

/// How many rows lie near each place of the first two columns, as the colours of hexagons. A panel for each point; of
/// several repeats, the first one is shown.
pub(super) fn hexbin(shape: &Shape) -> Option<Chart> {
    let samples = Samples::of(shape)?;
    let (across, up) = (samples.column(0)?, samples.column(1)?);
    let (x, y) = (across.ends(), up.ends());
    let lattice = Lattice::over(x, y);
    let (width, step) = lattice.size();
    let hexagons = |at: usize| {
        let found = samples.table(at).map_or_else(BTreeMap::new, |table| {
            hexagons(table, &across.name, &up.name, lattice)
        });
        let hexagon = |(cell, (count, _)): (&(i64, i64), &Rows)| {
            let (x, y) = lattice.middle(*cell);
            let count = *count;
            Hexagon { x, y, count }
        };
        Hexbin {
            width,
            step,
            cells: found.iter().map(hexagon).collect(),
            first_rows: found.into_values().map(|(_, first)| first).collect(),
            gap: samples.gap(at),
        }
    };
    let reaching = |column: &Column, (low, high): (f64, f64), beyond: f64| Axis {
        range: Some(((low - beyond).max(f64::MIN), (high + beyond).min(f64::MAX))),
        ..Axis::linear(&column.name, "")
    };
    let axes = (
        reaching(&across, x, width / 2.0),
        reaching(&up, y, step * 2.0 / 3.0),
    );
    let facets = Facets::of(shape, &samples.grid, &[]);
    let mut chart = frame::chart(ChartKind::Hexbin, shape, axes, facets, |at| {
        Marks::Hexbin(hexagons(at))
    });
    limit_rows(&mut chart);
    color(&mut chart, "rows");
    chart.title = format!(
        "rows of {} over {} and {}",
        chart.title, across.name, up.name
    );
    chart.spread =
        Some("colour: the number of rows in each hexagon; none where there is no row".to_owned());
    let whole: usize = samples.tables().map(Table::len).sum();
    let drawn: u64 = chart.panels.iter().map(|panel| rows(&panel.marks)).sum();
    let absent = (whole as u64).saturating_sub(drawn);
    if absent > 0 {
        chart.notes.push(format!(
            "{absent} of {} without a number in both columns.",
            crate::chart::text::count(whole, "row")
        ));
    }
    describe(shape, &mut chart);
    Some(chart)
}

/// The number of rows in all hexagons.
fn rows(marks: &Marks) -> u64 {
    match marks {
        Marks::Hexbin(hexbin) => hexbin.cells.iter().map(|cell| cell.count).sum(),
        _ => 0,
    }
}

/// How many rows lie in a hexagon, and the first of them.
type Rows = (u64, Vec<TableRow>);

/// Leaves as many rows to each hexagon as a page has room for: at least one.
fn limit_rows(chart: &mut Chart) {
    let mut hexbins: Vec<&mut Hexbin> = Vec::new();
    for panel in &mut chart.panels {
        if let Marks::Hexbin(hexbin) = &mut panel.marks {
            hexbins.push(hexbin);
        }
    }
    let all: usize = hexbins.iter().map(|hexbin| hexbin.cells.len()).sum();
    let each = (LISTED / all.max(1)).clamp(1, FIRST);
    let lists = hexbins
        .into_iter()
        .flat_map(|hexbin| &mut hexbin.first_rows);
    lists.for_each(|rows| rows.truncate(each));
}

/// The rows of a table by their hexagon.
fn hexagons(table: &Table, across: &str, up: &str, lattice: Lattice) -> BTreeMap<(i64, i64), Rows> {
    let mut found: BTreeMap<(i64, i64), Rows> = BTreeMap::new();
    let number = |column: &str, row: usize| {
        let number = table.get(column)?.number(row);
        number.filter(|x| x.is_finite())
    };
    for row in 0..table.len() {
        if let Some((x, y)) = number(across, row).zip(number(up, row)) {
            let number = row + 1;
            let (count, first) = found.entry(lattice.cell((x, y))).or_default();
            *count += 1;
            if first.len() < FIRST {
                first.push(TableRow {
                    number,
                    repeat: 0,
                    x,
                    y: Some(y),
                });
            }
        }
    }
    found
}

/// The fourth column in the space of the first three, for each point.
pub(super) fn volume(shape: &Shape) -> Option<Chart> {
    let samples = Samples::of(shape)?;
    let [x, y, z] = [samples.column(0)?, samples.column(1)?, samples.column(2)?];
    let value = samples.column(3)?;
    let [across, up, deep] = [&x, &y, &z].map(Places::of);
    let field = |at: usize| {
        let table = samples.table(at);
        let mut values = vec![None; across.edges.len() * up.edges.len() * deep.edges.len()];
        for row in 0..table.map_or(0, Table::len) {
            let number = |column: &str| table?.get(column)?.number(row);
            let place = |column: &Column, places: &Places| places.of_number(number(&column.name)?);
            let cell = place(&x, &across).zip(place(&y, &up)).zip(place(&z, &deep));
            let cell = cell.map(|((x, y), z)| (z * up.edges.len() + y) * across.edges.len() + x);
            if let Some(slot) = cell.and_then(|cell| values.get_mut(cell)) {
                *slot = number(&value.name).filter(|x| x.is_finite());
            }
        }
        Field {
            x: across.edges.clone(),
            y: up.edges.clone(),
            z: deep.edges.clone(),
            gaps: samples.gap(at).map_or_else(BTreeMap::new, |gap| {
                (0..values.len()).map(|n| (n, gap.clone())).collect()
            }),
            values,
            bounds: Vec::new(),
            samples: Vec::new(),
        }
    };
    let linear = |column: &Column, places: &Places| Axis {
        range: frame::range(places.edges.iter().copied()),
        ..Axis::linear(&column.name, "")
    };
    let axes = (linear(&x, &across), linear(&y, &up));
    let facets = Facets::of(shape, &samples.grid, &[]);
    let mut chart = frame::chart(ChartKind::Volume, shape, axes, facets, |at| {
        Marks::Field(field(at))
    });
    chart.depth = Some(linear(&z, &deep));
    color(&mut chart, &value.name);
    chart.title = format!("{} of {}", value.name, chart.title);
    describe(shape, &mut chart);
    Some(chart)
}

/// The scale of colours of all panels.
fn color(chart: &mut Chart, name: &str) {
    let mut numbers: Vec<f64> = Vec::new();
    for panel in &chart.panels {
        match &panel.marks {
            Marks::HeatMap(map) => numbers.extend(map.values.iter().flatten()),
            Marks::Field(field) => numbers.extend(field.values.iter().flatten()),
            Marks::Hexbin(hexbin) => {
                numbers.extend(hexbin.cells.iter().map(|cell| cell.count as f64));
            }
            _ => {}
        }
    }
    numbers.sort_by(f64::total_cmp);
    let mut color = Axis::linear(name, "");
    color.range = frame::range(numbers.iter().copied());
    colors::fit(&mut color, &numbers);
    chart.notes.extend(colors::note(&color, &numbers));
    chart.color = Some(color);
    name.clone_into(&mut chart.id);
}

/// The tables that have room in a chart, by the offset of their cell.
struct Samples<'a> {
    grid: Grid<'a>,
    tables: BTreeMap<usize, Result<Table, Gap>>,
}

impl<'a> Samples<'a> {
    fn of(shape: &Shape<'a>) -> Option<Self> {
        let grid = Grid::of(shape);
        let places = Facets::of(shape, &grid, &[]).places.into_iter();
        let tables: BTreeMap<_, _> = places
            .map(|place| (place.offset, decode(grid.value(place.offset))))
            .collect();
        let known = tables.values().any(Result::is_ok);
        known.then_some(Self { grid, tables })
    }

    /// The tables that there are.
    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().filter_map(|table| table.as_ref().ok())
    }

    /// The table of a cell.
    fn table(&self, at: usize) -> Option<&Table> {
        self.tables.get(&at)?.as_ref().ok()
    }

    /// The n-th column of the first table, with its numbers in all tables.
    fn column(&self, n: usize) -> Option<Column> {
        let name = self.tables().find_map(|table| table.names().nth(n))?;
        let name = name.to_owned();
        let mut numbers: Vec<f64> = Vec::new();
        for column in self.tables().filter_map(|table| table.get(&name)) {
            numbers.extend((0..column.len()).filter_map(|row| column.number(row)));
        }
        numbers.retain(|x| x.is_finite());
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        Some(Column { name, numbers })
    }

    fn gap(&self, at: usize) -> Option<Gap> {
        self.tables.get(&at)?.as_ref().err().cloned()
    }
}

/// The content of the figure, and the parts that it omits.
fn describe(shape: &Shape, chart: &mut Chart) {
    chart.alt = format!("{} of {}", chart.kind.name(), chart.title);
    if shape.repeated() {
        chart
            .notes
            .push("The first repeat of each point is drawn.".to_owned());
    }
}

/// A column, and its different numbers in all tables, ascending.
struct Column {
    name: String,
    numbers: Vec<f64>,
}

impl Column {
    /// The least and the greatest number; any where there is none.
    fn ends(&self) -> (f64, f64) {
        let ends = self
            .numbers
            .first()
            .copied()
            .zip(self.numbers.last().copied());
        ends.unwrap_or((0.0, 1.0))
    }
}

/// Places along an axis: the different numbers of a column, or bins of them.
struct Places {
    /// The number, or the foot, of each place, ascending.
    edges: Vec<f64>,
    names: Vec<String>,
    are_bins: bool,
}

impl Places {
    fn of(column: &Column) -> Self {
        let numbers = &column.numbers;
        let are_bins = numbers.len() > PLACES;
        let edges = match (numbers.first(), numbers.last()) {
            (Some(low), Some(high)) if are_bins => {
                // Shares of each end, since the distance of two numbers need not be one.
                let share = |n: usize| n as f64 / BINS as f64;
                let edge = |n: usize| low * (1.0 - share(n)) + high * share(n);
                (0..BINS).map(edge).collect()
            }
            _ => numbers.clone(),
        };
        let digits = crate::chart::text::digits;
        let range = edges
            .first()
            .copied()
            .zip(edges.last().copied())
            .unwrap_or_default();
        let name = |x: &f64| {
            if are_bins {
                crate::chart::text::with_digits(*x, digits(range))
            } else {
                bencher_core::value::float_text(*x)
            }
        };
        Self {
            names: edges.iter().map(name).collect(),
            edges,
            are_bins,
        }
    }

    fn axis(&self, name: &str) -> Axis {
        let heading = if self.are_bins {
            format!("{name}, from")
        } else {
            name.to_owned()
        };
        Axis::levels(heading, self.names.clone())
    }

    /// The place of a number.
    fn of_number(&self, x: f64) -> Option<usize> {
        let next = self.edges.partition_point(|edge| *edge <= x);
        let place = next.checked_sub(1).filter(|_| x.is_finite())?;
        let is_there = self.are_bins || self.edges.get(place) == Some(&x);
        is_there.then_some(place)
    }
}

/// For each cell, the sum of a column's numbers and how many there are.
fn sums(
    table: &Table,
    (across, x): (&str, &Places),
    (up, y): (&str, &Places),
    value: &str,
) -> BTreeMap<usize, (f64, u32)> {
    let mut sums: BTreeMap<usize, (f64, u32)> = BTreeMap::new();
    let number = |column: &str, row: usize| table.get(column)?.number(row);
    for row in 0..table.len() {
        let place = |column: &str, places: &Places| places.of_number(number(column, row)?);
        let Some((column, line)) = place(across, x).zip(place(up, y)) else {
            continue;
        };
        let added = number(value, row).filter(|x| x.is_finite());
        if let Some(added) = added {
            let (sum, count) = sums.entry(line * x.edges.len() + column).or_default();
            *sum += added;
            *count = count.saturating_add(1);
        }
    }
    sums
}
