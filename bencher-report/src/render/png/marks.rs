use std::collections::BTreeSet;

use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::plot::line::LineStyle;
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{BandPlot, BarPlot, BoxPlot, LinePlot, ScatterPlot};
use kuva::render::plots::Plot;

use crate::chart::{
    BoxSeries, Centre, Chart, ChartKind, Gap, GapKind, Histogram, Marks, Point, PointSign, Series,
    between, labels,
};
use crate::render::{fitting, palette};

use super::{LEGEND, TICK, entry};

/// Points of a run up to which each has a marker.
const MARKERS: usize = 200;
/// The colour of a line of reference.
const REFERENCE: &str = "#8c8c8c";
/// The symbol of the centre of a box.
const CENTRE: MarkerShape = MarkerShape::Diamond;
/// The colour of absences in the legend.
const SIGN: &str = "#444444";

/// Lines in runs, a band behind each, and absences along the foot.
pub(super) fn lines(chart: &Chart, series: &[Series]) -> Vec<Plot> {
    let mut plots = Vec::new();
    let kind = chart.kind;
    // kuva counts levels from 1.
    let first = if chart.is_on_levels() { 1.0 } else { 0.0 };
    let dodge = chart.dodge();
    let x_of = |n: usize, point: &Point| dodge.x(n, point.x) + first;
    if let Some((at, (low, high))) = chart.reference.zip(reference_ends(chart)) {
        let line = LinePlot::new().with_data([(low, at), (high, at)]);
        let line = line
            .with_color(REFERENCE)
            .with_line_style(LineStyle::Dashed);
        plots.push(line.with_stroke_width(1.5).into());
    }
    for (n, one) in series.iter().enumerate() {
        if dodge.has_bars {
            let bounded = || {
                let points = one.points.iter().enumerate();
                let barred = points.filter(|(at, _)| dodge.has_bar(n, *at));
                barred
                    .map(|(_, point)| point)
                    .filter(|point| point.bounds.is_some())
            };
            let points: Vec<(f64, f64)> = bounded()
                .filter_map(|point| Some((x_of(n, point), point.y?)))
                .collect();
            let reach = bounded().filter_map(|point| {
                let ((low, high), y) = (point.bounds?, point.y?);
                Some((y - low, high - y))
            });
            if !points.is_empty() {
                let dots = ScatterPlot::new().with_data(points);
                let dots = dots.with_y_err_asymmetric(reach).with_size(3.5);
                plots.push(dots.with_color(palette::color(n)).into());
            }
            continue;
        }
        plots.extend(bands(n, one, |point| x_of(n, point)));
    }
    plots.extend(signs(chart, series, x_of));
    for (n, one) in series.iter().enumerate() {
        let color = palette::color(kind.color(n, series.len()));
        let has_line = kind.has_line(n, series.len());
        let has_markers = kind.has_markers(n, series.len());
        for run in one.runs() {
            let points = || {
                run.iter()
                    .filter_map(|point| Some((x_of(n, point), point.y?)))
            };
            let (style, mark) = match palette::round(n) {
                0 => (LineStyle::Solid, MarkerShape::Circle),
                1 => (LineStyle::Dashed, MarkerShape::Square),
                _ => (LineStyle::Dotted, MarkerShape::Triangle),
            };
            if run.len() > 1 && has_line {
                let line = LinePlot::new().with_data(points());
                let line = line.with_color(color).with_line_style(style);
                plots.push(line.with_stroke_width(2.0).into());
            }
            if !has_line || (run.len() <= MARKERS && has_markers) {
                let dots = ScatterPlot::new().with_data(points());
                plots.push(
                    dots.with_color(color)
                        .with_size(if has_line { 3.5 } else { 2.5 })
                        .with_marker(mark)
                        .into(),
                );
            }
        }
    }
    for (n, one) in series.iter().enumerate() {
        // A point some of whose samples have no value is a ring.
        let part: Vec<(f64, f64)> = one
            .partial()
            .filter_map(|point| Some((x_of(n, point), point.y?)))
            .collect();
        if !part.is_empty() {
            let dots = ScatterPlot::new().with_data(part).with_size(1.8);
            plots.push(dots.with_color("#ffffff").into());
        }
    }
    let absent: Vec<Absence> = series
        .iter()
        .enumerate()
        .flat_map(|(n, one)| {
            one.points
                .iter()
                .filter(|point| point.y.is_none())
                .map(move |point| Absence::new(n, point.x + first, point.gap.as_ref()))
        })
        .collect();
    plots.extend(foot(chart, &absent));
    plots
}

/// The bands around the points of a line.
fn bands(n: usize, one: &Series, x_of: impl Fn(&Point) -> f64) -> Vec<Plot> {
    let mut plots = Vec::new();
    for (side, opacity) in Point::BANDS.into_iter().zip([0.14, 0.2]) {
        for run in one.points.split(|point| side(point).is_none()) {
            let bounds = || {
                run.iter()
                    .filter_map(|point| Some((x_of(point), side(point)?)))
            };
            if run.len() > 1 {
                let band = BandPlot::new(
                    bounds().map(|(x, _)| x),
                    bounds().map(|(_, (low, _))| low),
                    bounds().map(|(_, (_, high))| high),
                );
                let band = band.with_color(palette::color(n)).with_opacity(opacity);
                plots.push(band.into());
            }
        }
    }
    plots
}

/// Outlines around the points that have a sign.
fn signs(chart: &Chart, series: &[Series], x_of: impl Fn(usize, &Point) -> f64) -> Vec<Plot> {
    let mut plots = Vec::new();
    for sign in chart.signs() {
        let lines = series.iter().enumerate();
        let signed = lines.flat_map(|(n, one)| one.signed(sign).map(move |point| (n, point)));
        let places = signed.filter_map(|(n, point)| Some((x_of(n, point), point.y?)));
        let places: Vec<(f64, f64)> = places.collect();
        // kuva has no outlines of squares: a smaller white one lies within.
        for (color, size) in [(SIGN, 7.0), ("#ffffff", 5.5)] {
            let area = ScatterPlot::new().with_data(places.clone());
            let area = area.with_color(color).with_size(size);
            plots.push(area.with_marker(around_sign(sign)).into());
        }
    }
    plots
}

/// The ends of the horizontal axis, as it is drawn.
fn reference_ends(chart: &Chart) -> Option<(f64, f64)> {
    if chart.is_on_levels() {
        return Some((0.5, chart.x.level_names().len() as f64 + 0.5));
    }
    chart.padded_across()
}

/// Bars side by side, with their errors.
pub(super) fn bars(chart: &Chart, series: &[Series]) -> Vec<Plot> {
    const WIDTH: f64 = 0.8;
    let mut plot = BarPlot::new().with_width(WIDTH);
    let mut errors = Vec::new();
    let mut absent = Vec::new();
    for (slot, level) in chart.x.level_names().iter().enumerate() {
        let mut group = Vec::new();
        for (n, one) in series.iter().enumerate() {
            let Some(point) = one.points.get(slot) else {
                continue;
            };
            // A bar of no height is no bar: the sign at its foot says why.
            group.push((point.y.unwrap_or(0.0), palette::fill(n)));
            let aside = ((n as f64 + 0.5) / series.len() as f64 - 0.5) * WIDTH;
            let x = slot as f64 + 1.0 + aside;
            match point.y {
                Some(y) => errors.extend(point.bounds.map(|bounds| (x, y, bounds))),
                None => absent.push(Absence::new(n, x, point.gap.as_ref())),
            }
        }
        plot = plot.with_group(level.as_str(), group);
    }
    let mut plots = vec![plot.into()];
    if !errors.is_empty() {
        // kuva draws an error for each of its bars; one of no length would look like a value that is sure.
        let reach = errors.iter().map(|(_, y, (low, high))| (y - low, high - y));
        let bars = ScatterPlot::new()
            .with_data(errors.iter().map(|(x, y, _)| (*x, *y)))
            .with_y_err_asymmetric(reach)
            .with_size(0.5);
        plots.push(bars.with_color(palette::CENTRE).into());
    }
    plots.extend(foot(chart, &absent));
    plots
}

/// Boxes, a slot for every series at every level, and the values beyond their whiskers.
pub(super) fn boxes(chart: &Chart, series: &[BoxSeries]) -> Vec<Plot> {
    let is_violin = chart.kind == ChartKind::Violin;
    let width = if is_violin { 0.1 } else { 0.6 };
    let mut plot = BoxPlot::new().with_width(width);
    let mut outlines: Vec<Plot> = Vec::new();
    let mut colors = Vec::new();
    let mut outliers = Vec::new();
    let mut absent = Vec::new();
    let mut centres = Vec::new();
    let slots = series.iter().map(|one| one.boxes.len()).max().unwrap_or(0);
    for slot in 0..slots {
        for (n, one) in series.iter().enumerate() {
            let Some(mark) = one.boxes.get(slot) else {
                continue;
            };
            colors.push(palette::fill(n));
            let x = colors.len() as f64;
            outlines.extend(violin(n, x, &mark.outline));
            // Five numbers whose quartiles and extremes are the box itself.
            let five = mark
                .quartiles
                .map(|q| [q.low, q.q1, q.median, q.q3, q.high]);
            plot = plot.with_group("", five.into_iter().flatten());
            outliers.extend(mark.outliers.iter().map(|y| (n, x, *y)));
            centres.extend(mark.centre.map(|centre| (x, centre)));
            if mark.quartiles.is_none() {
                absent.push(Absence::new(n, x, mark.gap.as_ref()));
            }
        }
    }
    let mut plots = outlines;
    plots.push(plot.with_group_colors(colors).into());
    for n in 0..series.len() {
        let beyond: Vec<(f64, f64)> = outliers
            .iter()
            .filter(|(series, ..)| *series == n)
            .map(|(_, x, y)| (*x, *y))
            .collect();
        if !beyond.is_empty() {
            let dots = ScatterPlot::new().with_data(beyond).with_size(2.5);
            plots.push(dots.with_color(palette::color(n)).into());
        }
    }
    plots.extend(centre_marks(&centres));
    plots.extend(foot(chart, &absent));
    plots
}

/// Diamonds at centres, with a bar where there are bounds: one of no length would look like a value that is sure.
fn centre_marks(centres: &[(f64, Centre)]) -> Vec<Plot> {
    let marks = |bounded: bool| {
        let centres = centres.iter();
        let centres: Vec<_> = centres
            .filter(|(_, one)| one.bounds.is_some() == bounded)
            .collect();
        if centres.is_empty() {
            return None;
        }
        let diamonds = ScatterPlot::new()
            .with_data(centres.iter().map(|(x, one)| (*x, one.value)))
            .with_marker(CENTRE)
            .with_size(4.0)
            .with_color(palette::CENTRE);
        let reach = |(_, one): &&(f64, Centre)| {
            let (low, high) = one.bounds?;
            Some((one.value - low, high - one.value))
        };
        let reach: Vec<(f64, f64)> = centres.iter().filter_map(reach).collect();
        Some(if bounded {
            diamonds.with_y_err_asymmetric(reach).into()
        } else {
            diamonds.into()
        })
    };
    [true, false].into_iter().filter_map(marks).collect()
}

/// The outline of a violin, up its right side and down its left one.
fn violin(series: usize, x: f64, outline: &[(f64, f64)]) -> Option<Plot> {
    /// Half the width of a violin.
    const HALF: f64 = 0.4;
    let right = outline.iter().map(|(y, share)| (x + share * HALF, *y));
    let left = outline.iter().map(|(y, share)| (x - share * HALF, *y));
    let mut points: Vec<(f64, f64)> = right.chain(left.rev()).collect();
    points.push(*points.first()?);
    let line = LinePlot::new().with_data(points);
    let line = line
        .with_color(palette::color(series))
        .with_stroke_width(1.5);
    Some(line.into())
}

/// Bins as they were counted.
pub(super) fn histogram(histogram: &Histogram) -> Vec<Plot> {
    let counts: Vec<f64> = histogram.counts.iter().map(|count| *count as f64).collect();
    let bins = kuva::plot::Histogram::from_bins(histogram.edges.clone(), counts);
    vec![bins.with_color(palette::color(0)).into()]
}

/// The legend: series where there are several, and every sort of absence that occurs.
pub(super) fn legend(chart: &Chart, width: f64) -> Vec<LegendEntry> {
    let mut entries = Vec::new();
    let mut kinds = BTreeSet::new();
    for (n, panel) in chart.panels.iter().enumerate() {
        let (names, shape): (Vec<&str>, _) = match &panel.marks {
            Marks::Lines(series) => (chart.series_names(series), LegendShape::Line),
            Marks::Bars(series) => (chart.series_names(series), LegendShape::Rect),
            Marks::Boxes(series) => (
                series.iter().map(|one| one.name.as_str()).collect(),
                LegendShape::Rect,
            ),
            _ => (Vec::new(), LegendShape::Rect),
        };
        if n == 0 && chart.legend.is_some() {
            let names = labels(&names, fitting(width * LEGEND, TICK));
            let count = names.len();
            for (n, name) in names.into_iter().enumerate() {
                let is_area = matches!(shape, LegendShape::Rect);
                let color = if is_area {
                    palette::fill(n)
                } else {
                    palette::color(chart.kind.color(n, count)).to_owned()
                };
                let mut entry = entry(name, &color, shape);
                if matches!(panel.marks, Marks::Lines(_)) {
                    entry.dasharray = [None, Some("8 4"), Some("2 4")]
                        .get(palette::round(n))
                        .copied()
                        .flatten()
                        .map(str::to_owned);
                }
                entries.push(entry);
            }
            if let Some(order) = chart.legend_order() {
                let all = entries.clone();
                entries = order.iter().filter_map(|n| all.get(*n).cloned()).collect();
            }
        }
        kinds.extend(absences(&panel.marks));
    }
    for sign in chart.signs() {
        let shape = LegendShape::Marker(around_sign(sign));
        entries.push(entry(format!("around: {}", sign.name()), SIGN, shape));
    }
    for kind in kinds {
        let shape = LegendShape::Marker(symbol(kind));
        entries.push(entry(kind.name().to_owned(), SIGN, shape));
    }
    entries
}

fn absences(marks: &Marks) -> BTreeSet<GapKind> {
    let kind = |gap: Option<&Gap>| gap.map_or(GapKind::Missing, |gap| gap.kind);
    match marks {
        Marks::Lines(series) | Marks::Bars(series) => series
            .iter()
            .flat_map(|one| &one.points)
            .filter(|point| point.y.is_none())
            .map(|point| kind(point.gap.as_ref()))
            .collect(),
        Marks::Boxes(series) => series
            .iter()
            .flat_map(|one| &one.boxes)
            .filter(|mark| mark.quartiles.is_none())
            .map(|mark| kind(mark.gap.as_ref()))
            .collect(),
        Marks::HeatMap(map) => map.gaps.values().map(|gap| gap.kind).collect(),
        Marks::Field(field) => field.gaps.values().map(|gap| gap.kind).collect(),
        Marks::Hexbin(hexbin) => hexbin.gap.iter().map(|gap| gap.kind).collect(),
        Marks::Histogram(_) | Marks::Table(_) | Marks::Pane(_) | Marks::Parallel(_) => {
            BTreeSet::new()
        }
    }
}

/// A value that is not there.
struct Absence {
    series: usize,
    x: f64,
    kind: GapKind,
}

impl Absence {
    fn new(series: usize, x: f64, gap: Option<&Gap>) -> Self {
        let kind = gap.map_or(GapKind::Missing, |gap| gap.kind);
        Self { series, x, kind }
    }
}

/// Signs along the foot of a panel, in the colour of their series.
fn foot(chart: &Chart, absent: &[Absence]) -> Vec<Plot> {
    let (low, high) = chart.value_range().unwrap_or((0.0, 1.0));
    let at = |share: f64| between((low, high), chart.y.is_log(), share);
    absent
        .iter()
        .map(|mark| {
            let y = at(0.025 + 0.035 * mark.series as f64);
            ScatterPlot::new()
                .with_data(vec![(mark.x, y)])
                .with_color(palette::color(mark.series))
                .with_marker(symbol(mark.kind))
                .with_size(5.0)
                .into()
        })
        .collect()
}

/// The outline around a point that has a sign.
fn around_sign(sign: PointSign) -> MarkerShape {
    match sign {
        PointSign::Plain | PointSign::Front => MarkerShape::Circle,
        PointSign::MaybeFront => MarkerShape::Square,
        PointSign::SeveralModes => MarkerShape::Triangle,
    }
}

/// The symbol of an absence.
pub(super) fn symbol(kind: GapKind) -> MarkerShape {
    match kind {
        GapKind::Failed => MarkerShape::Cross,
        GapKind::TimedOut => MarkerShape::Plus,
        GapKind::Skipped => MarkerShape::Square,
        GapKind::Pending => MarkerShape::Pentagon,
        GapKind::Missing => MarkerShape::Hexagon,
        GapKind::BelowResolution => MarkerShape::TriangleDown,
        GapKind::NotFinite => MarkerShape::Star,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_of_a_picture_has_one_meaning() {
        let shape = |marker: MarkerShape| format!("{marker:?}");
        let mut gaps: Vec<String> = GapKind::ALL.map(|kind| shape(symbol(kind))).to_vec();
        // A front has no gaps: its points have both values.
        gaps.push(shape(around_sign(PointSign::SeveralModes)));
        gaps.push(shape(CENTRE));
        gaps.push(shape(MarkerShape::Circle));
        let distinct: BTreeSet<&String> = gaps.iter().collect();
        assert_eq!(distinct.len(), gaps.len(), "{gaps:?}");
    }
}
