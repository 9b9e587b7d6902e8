use crate::chart::{Axis, Chart, ChartKind, Marks, Point, Series, Ticks, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::super::needs::{CATEGORIES, SERIES};
use super::numbering::Numbering;
use super::{frame, parallel};

/// Pairs of inputs that are drawn: those that interact most.
const MOST: usize = 4;

/// The means over one input, with a line for each level of another one, for the pairs that interact most.
pub(super) fn charts(shape: &Shape) -> Vec<Chart> {
    let Some(points) = Points::of(shape) else {
        return Vec::new();
    };
    let mut pairs = points.pairs(shape);
    pairs.sort_by(|one, other| other.share.total_cmp(&one.share));
    let all = pairs.len();
    pairs.truncate(MOST);
    let chart = |pair: &Pair| {
        let mut chart = chart(shape, &points, pair)?;
        if all > MOST {
            chart.notes.push(format!(
                "One of the {MOST} pairs of inputs, of {all}, that explain most of the differences together."
            ));
        }
        Some(chart)
    };
    pairs.iter().filter_map(chart).collect()
}

/// How many times as large as the least mean the greatest one is where the axis is logarithmic.
const WIDE: f64 = 3.0;
/// The least share that is written as a number.
const LEAST: f64 = 0.001;

fn percent(share: f64) -> String {
    if share < LEAST {
        return "less than 0.1 %".to_owned();
    }
    format!("{} %", text::with_digits(share * 100.0, 2))
}

/// Two inputs, and how much they change each other's effect.
struct Pair {
    /// The input along the axis.
    along: usize,
    /// The input whose levels have a line each.
    lines: usize,
    /// The share of all differences between points that their combination explains beyond both alone.
    share: f64,
}

/// Every point that has a value.
struct Points {
    numbering: Numbering,
    /// The number of each point, and its value or the logarithm of that.
    values: Vec<(usize, f64)>,
    /// The number of each point without a value.
    absent: Vec<usize>,
    /// Whether all values are above zero, so that means are those of logarithms.
    is_ratio: bool,
}

impl Points {
    fn of(shape: &Shape) -> Option<Self> {
        let grid = Grid::of(shape);
        let numbering = Numbering::of(shape);
        let mut values: Vec<(usize, f64)> = Vec::new();
        let mut absent = Vec::new();
        for point in 0..numbering.count() {
            match grid.samples(numbering.offset(&grid, point)).mean() {
                Some(x) => values.push((point, x)),
                None => absent.push(point),
            }
        }
        let is_ratio = values.iter().all(|(_, x)| *x > 0.0);
        for (_, x) in &mut values {
            *x = if is_ratio { x.ln() } else { *x };
        }
        (!values.is_empty()).then_some(Self {
            numbering,
            values,
            absent,
            is_ratio,
        })
    }

    /// The dimension of the n-th input.
    fn input(&self, n: usize) -> Option<usize> {
        self.numbering.inputs.get(n).copied()
    }

    /// The pairs that fit a figure.
    fn pairs(&self, shape: &Shape) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for first in 0..self.numbering.inputs.len() {
            for second in first + 1..self.numbering.inputs.len() {
                if let Some((along, lines)) = self.roles(shape, first, second) {
                    let explained = self.share(first, second);
                    pairs.push(Pair {
                        along,
                        lines,
                        share: explained,
                    });
                }
            }
        }
        pairs
    }

    /// The input along the axis, numbers first and then that with more levels, and the input of the lines.
    fn roles(&self, shape: &Shape, first: usize, second: usize) -> Option<(usize, usize)> {
        let is_numeric = |n: usize| {
            let axis = self.input(n).and_then(|axis| shape.numbers(axis));
            axis.is_some_and(|numbers| !numbers.partial)
        };
        let rank = |n: usize| (is_numeric(n), self.numbering.levels(n));
        let fits = |(along, lines): &(usize, usize)| {
            let has_room = is_numeric(*along) || self.numbering.levels(*along) <= CATEGORIES;
            has_room && self.numbering.levels(*lines) <= SERIES
        };
        let (better, other) = if rank(second) > rank(first) {
            (second, first)
        } else {
            (first, second)
        };
        [(better, other), (other, better)].into_iter().find(fits)
    }

    /// The sums and counts of values, by a group of each.
    fn means(&self, groups: usize, group: impl Fn(usize) -> usize) -> Vec<(f64, usize)> {
        let mut sums = vec![(0.0, 0); groups];
        for (point, x) in &self.values {
            if let Some((sum, count)) = sums.get_mut(group(*point)) {
                *sum += x;
                *count += 1;
            }
        }
        let mean = |(sum, count): (f64, usize)| (sum / count.max(1) as f64, count);
        sums.into_iter().map(mean).collect()
    }

    /// The sum of squares of the means of a pair, less those of each input alone, over that of all points.
    fn share(&self, first: usize, second: usize) -> f64 {
        let at = |point: usize, n: usize| self.numbering.level(point, n);
        let wide = self.numbering.levels(second);
        let cells = self.means(self.numbering.levels(first) * wide, |point| {
            at(point, first) * wide + at(point, second)
        });
        let rows = self.means(self.numbering.levels(first), |point| at(point, first));
        let columns = self.means(wide, |point| at(point, second));
        let middle = self.means(1, |_| 0).first().map_or(0.0, |(mean, _)| *mean);
        let total: f64 = self.values.iter().map(|(_, x)| (x - middle).powi(2)).sum();
        let rest = cells.iter().enumerate().map(|(n, (mean, count))| {
            let row = rows.get(n / wide.max(1)).map_or(middle, |(mean, _)| *mean);
            let column = columns
                .get(n % wide.max(1))
                .map_or(middle, |(mean, _)| *mean);
            *count as f64 * (mean - row - column + middle).powi(2)
        });
        let share = rest.sum::<f64>() / total;
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

fn chart(shape: &Shape, points: &Points, pair: &Pair) -> Option<Chart> {
    let dim = |n: usize| shape.dim(points.input(n)?);
    let (along, lines) = (dim(pair.along)?, dim(pair.lines)?);
    let column = parallel::column(shape, points.input(pair.along)?)?;
    let (high, wide) = (
        points.numbering.levels(pair.lines),
        points.numbering.levels(pair.along),
    );
    let at = |point: usize, n: usize| points.numbering.level(point, n);
    let means = points.means(high * wide, |point| {
        at(point, pair.lines) * wide + at(point, pair.along)
    });
    let grid = Grid::of(shape);
    let gap_at = |place: usize| {
        let is_here =
            |point: &&usize| at(**point, pair.lines) * wide + at(**point, pair.along) == place;
        let point = points.absent.iter().find(is_here)?;
        grid.samples(points.numbering.offset(&grid, *point))
            .gap_of_mean()
    };
    let mut numbers = Vec::new();
    let mut series = Vec::new();
    for (n, name) in text::levels(lines).into_iter().enumerate() {
        let places = column.places.iter().enumerate();
        let mut of_line: Vec<Point> = places
            .map(|(place, x)| {
                let (mean, count) = means.get(n * wide + place).copied().unwrap_or((0.0, 0));
                let y = (count > 0).then(|| if points.is_ratio { mean.exp() } else { mean });
                let y = y.filter(|y| y.is_finite());
                Point {
                    x: *x,
                    y,
                    samples: u32::try_from(count).unwrap_or(u32::MAX),
                    row: None,
                    absent: u32::from(y.is_none()),
                    gap: if y.is_none() {
                        gap_at(n * wide + place)
                    } else {
                        None
                    },
                    ..Point::default()
                }
            })
            .collect();
        of_line.sort_by(|one, other| one.x.total_cmp(&other.x));
        numbers.extend(of_line.iter().filter_map(|point| point.y));
        series.push(Series {
            name,
            points: of_line,
        });
    }
    let mut y = frame::value_axis(shape);
    frame::fit_values(&mut y, &numbers);
    if points.is_ratio && y.range.is_some_and(|(low, high)| high / low >= WIDE) {
        // Lines of equal ratios are parallel there only.
        y.ticks = Ticks::Log;
    }
    let is_log = y.is_log();
    let all: Vec<Option<usize>> = points.numbering.inputs.iter().copied().map(Some).collect();
    let place = Facets::of(shape, &grid, &all);
    let kind = ChartKind::Interaction;
    let axes = (Axis { ..column.axis }, y);
    let mut chart = frame::chart(kind, shape, axes, place, |_| Marks::Lines(series.clone()));
    chart.id = format!("{}-{}", along.name, lines.name);
    let name = &shape.variable.info.name;
    chart.title = format!("{name}: {} for each {}", along.name, lines.name);
    chart.alt = format!("Lines of means, {}", chart.title);
    chart.legend = Some(lines.label());
    let mean = if points.is_ratio {
        "geometric mean"
    } else {
        "mean"
    };
    let others = if points.numbering.inputs.len() > 2 {
        ", whatever the other inputs are"
    } else {
        ""
    };
    chart.notes.insert(
        0,
        format!(
            "The {mean} over all points of both levels{others}. Where the lines are not parallel{}, the effect of \
             {} depends on {}: that explains {} of the differences between points.",
            if points.is_ratio && !is_log { " on a logarithmic axis" } else { "" },
            along.name,
            lines.name,
            percent(pair.share)
        ),
    );
    Some(chart)
}
