use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use criterion_plot::prelude::*;

use crate::chart::{
    Axis as ChartAxis, Chart, ChartKind, Gap, GapKind, Marks, Panel, Point, PointSign, Series,
    below_values, between, labels,
};
use crate::render::{Look, Names, fit, fitting, label_width, palette, wrap};

use super::boxes::boxes;
use super::contours::contours;
use super::escape;

/// The name of the picture in gnuplot's working directory.
pub(super) const OUTPUT: &str = "chart.png";
/// Points of a run up to which each has a marker.
const MARKERS: usize = 200;
/// The size of the font, in points of the picture.
const FONT: f64 = 10.0;
/// The height of a line of text below the axes, in points, and how many lines one caption has.
const LINE: f64 = 15.0;
const LINES: usize = 3;
/// The room above them.
const GAP: f64 = 6.0;
/// The share of a picture's width that the axes and the names of values take.
const SIDE: f64 = 0.18;
/// The share of a picture's width that the names in a legend may have.
const LEGEND: f64 = 0.26;

/// The names of levels along the horizontal axis.
pub(super) fn names(chart: &Chart, look: &Look) -> Names {
    let wide = look.width * (1.0 - SIDE);
    let wide = if has_legend(chart) {
        let symbols = FONT * 5.0;
        wide - (look.width * LEGEND + symbols).min(wide * 0.5)
    } else {
        wide
    };
    Names::along(&chart.x, wide, look.height, FONT)
}

/// Room that the legend takes beside the axes.
fn key_width(chart: &Chart, look: &Look) -> f64 {
    if !has_legend(chart) {
        return 0.0;
    }
    let series = chart.panels.iter().flat_map(|panel| match &panel.marks {
        Marks::Lines(series) => series.as_slice(),
        _ => &[],
    });
    let series = series.map(|one| label_width(&one.name, FONT));
    let signs = chart.signs().into_iter();
    let signs = signs.map(|sign| label_width(sign.name(), FONT));
    let title = chart.legend.iter().map(|title| label_width(title, FONT));
    let widest = series.chain(signs).chain(title).fold(0.0, f64::max);
    widest.min(look.width * LEGEND) + FONT * 5.0
}

pub(super) fn has_legend(chart: &Chart) -> bool {
    let has_names = chart.legend.is_some() || chart.kind == ChartKind::Contour;
    has_names
        || !chart.signs().is_empty()
        || chart.panels.iter().any(|panel| absences(&panel.marks))
}

/// The names of the series, as the legend has them.
fn legend_names(names: &[&str], look: &Look) -> Vec<String> {
    let names = labels(names, fitting(look.width * LEGEND, FONT));
    names.iter().map(|name| escape::text(name)).collect()
}

/// The chart as a gnuplot figure; `None` where it is no line, curve, bars or boxes in one panel,
/// with numbers that gnuplot can compute with, or holds no value at all (gnuplot then writes no file).
pub(super) fn figure(chart: &Chart, look: &Look) -> Option<Figure> {
    let [panel] = chart.panels.as_slice() else {
        return None;
    };
    // gnuplot cannot write ticks as anything but their own numbers.
    if chart.x.shift != 0 || chart.y.shift != 0 {
        return None;
    }
    // Bars of errors, nested boxes and volumes are the other renderer's.
    let is_nested = !chart.x.groups.is_empty() && !matches!(panel.marks, Marks::Lines(_));
    if chart.dodge().has_bars || is_nested || is_ambiguous(chart) {
        return None;
    }
    let foot = Foot::of(chart)?;
    let height = look.height + below(caption_lines(chart, look).len());
    let scale = Look::scale(look.width, height);
    let mut figure = Figure::new();
    figure
        .set(Output(Path::new(OUTPUT)))
        .set(Size(pixels(look.width * scale), pixels(height * scale)))
        .set(Font("DejaVu Sans"))
        .set(FontSize(8.5 * scale));
    axes(&mut figure, chart, look, &foot);
    match &panel.marks {
        // The points of a front have numbers, and criterion-plot no text beside a mark.
        Marks::Lines(_) if !chart.numbered_front().is_empty() => return None,
        Marks::Lines(series) => {
            let names = legend_names(&chart.series_names(series), look);
            lines(&mut figure, chart, series, &names, &foot);
        }
        Marks::Boxes(series) if series.len() == 1 => boxes(&mut figure, chart, series, &foot)?,
        Marks::Field(field) if chart.kind == ChartKind::Contour => {
            contours(&mut figure, chart, field)?;
        }
        _ => return None,
    }
    Some(figure)
}

/// The range of the value axis, and places along its foot.
pub(super) struct Foot {
    low: f64,
    high: f64,
    log: bool,
}

impl Foot {
    fn of(chart: &Chart) -> Option<Self> {
        let (low, high) = chart.y.range?;
        let log = chart.y.is_log();
        let by = if high > low {
            (high - low) * 0.06
        } else {
            low.abs().max(1e-300) * 0.05
        };
        let (low, high) = if log {
            (low / 1.6, high * 1.2)
        } else {
            (low - by, high + by)
        };
        let low = below_values(low, high, log, chart.absent_rows());
        (low.is_finite() && high.is_finite()).then_some(Self { low, high, log })
    }

    fn at(&self, share: f64) -> f64 {
        between((self.low, self.high), self.log, share)
    }

    /// Signs of absent values, those of one kind under one name in the key.
    pub(super) fn signs(&self, figure: &mut Figure, absent: &[(usize, f64, GapKind)]) {
        for kind in GapKind::ALL {
            let of_kind = || absent.iter().filter(|mark| mark.2 == kind);
            let series: BTreeSet<usize> = of_kind().map(|mark| mark.0).collect();
            for (first, n) in series.into_iter().enumerate() {
                let x: Vec<f64> = of_kind()
                    .filter(|mark| mark.0 == n)
                    .map(|mark| mark.1)
                    .collect();
                let y = vec![self.at(0.025 + 0.035 * n as f64); x.len()];
                figure.plot(Points { x, y }, |properties| {
                    if first == 0 {
                        properties.set(Label(escape::text(kind.name())));
                    }
                    properties.set(color(n)).set(sign(kind)).set(PointSize(2.4))
                });
            }
        }
    }
}

/// The outline around a point that has a sign.
fn around_sign(sign: PointSign) -> PointType {
    match sign {
        PointSign::Plain | PointSign::Front => PointType::Circle,
        PointSign::MaybeFront => PointType::Square,
        PointSign::SeveralModes => PointType::Triangle,
    }
}

/// The symbol of an absence.
pub(super) fn sign(kind: GapKind) -> PointType {
    match kind {
        GapKind::Failed => PointType::X,
        GapKind::TimedOut => PointType::Plus,
        GapKind::Skipped => PointType::Square,
        GapKind::Pending => PointType::Circle,
        GapKind::Missing => PointType::Triangle,
        GapKind::BelowResolution => PointType::FilledTriangle,
        GapKind::NotFinite => PointType::Star,
    }
}

/// Whether one of gnuplot's nine signs would have two meanings: a triangle that of several modes, and of no value.
fn is_ambiguous(chart: &Chart) -> bool {
    let is_missing = |point: &Point| {
        let gap = point.gap.as_ref();
        point.y.is_none() && kind(gap) == GapKind::Missing
    };
    let is_missing = |panel: &Panel| match &panel.marks {
        Marks::Lines(series) => series.iter().flat_map(|one| &one.points).any(is_missing),
        _ => false,
    };
    chart.signs().contains(&PointSign::SeveralModes) && chart.panels.iter().any(is_missing)
}

fn absences(marks: &Marks) -> bool {
    match marks {
        Marks::Lines(series) => series
            .iter()
            .flat_map(|one| &one.points)
            .any(|point| point.y.is_none()),
        Marks::Boxes(series) => series
            .iter()
            .flat_map(|one| &one.boxes)
            .any(|mark| mark.quartiles.is_none()),
        _ => false,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size in pixels is a small number above zero"
)]
fn pixels(size: f64) -> usize {
    size.round() as usize
}

/// The lines of text below the axes.
fn caption_lines(chart: &Chart, look: &Look) -> Vec<String> {
    let captions = chart.captions();
    let lines = captions
        .iter()
        .flat_map(|text| wrap(text, look.width * 0.95, FONT, LINES));
    lines.collect()
}

/// The height of `lines` lines, with a gap above them.
fn below(lines: usize) -> f64 {
    let gap = if lines > 0 { GAP } else { 0.0 };
    gap + LINE * lines as f64
}

/// The commands that write them, and leave the room above them to the axes: criterion-plot has no free text.
pub(super) fn captions(chart: &Chart, look: &Look) -> String {
    let lines = caption_lines(chart, look);
    if lines.is_empty() {
        return String::new();
    }
    let below = below(lines.len());
    let whole = look.height + below;
    let mut commands = format!(
        "\nset size 1,{}\nset origin 0,{}",
        look.height / whole,
        below / whole
    );
    for (n, line) in lines.iter().enumerate() {
        let up = (below - GAP - LINE * (n as f64 + 0.5)) / whole;
        let _ = write!(
            commands,
            "\nset label '{}' at screen 0.5, screen {up} center",
            escape::text(line)
        );
    }
    commands
}

fn axes(figure: &mut Figure, chart: &Chart, look: &Look, foot: &Foot) {
    // The title stands above the middle of the axes, which a legend moves to the left.
    let room = ((look.width * 1.1 - key_width(chart, look)) * 0.86).min(look.width * 0.95);
    figure.set(Title(escape::text(&fit(&chart.title, room, FONT))));
    axis(
        figure,
        Axis::LeftY,
        &chart.y,
        look.height,
        &[],
        Some(Range::Limits(foot.low, foot.high)),
    );
    let wide = chart.x.range.filter(|(low, high)| high > low);
    let around = wide.map(|(low, high)| {
        if chart.x.is_log() {
            return Range::Limits(low / 1.1, high * 1.1);
        }
        let by = (high - low) * 0.03;
        Range::Limits(low - by, high + by)
    });
    let names = names(chart, look);
    let names: Vec<(usize, &str)> = names.written().collect();
    axis(figure, Axis::BottomX, &chart.x, look.width, &names, around);
    figure.configure(Key, |key| {
        if !has_legend(chart) {
            return key.hide();
        }
        let values = chart
            .color
            .as_ref()
            .filter(|_| chart.kind == ChartKind::Contour);
        let values = values.map(ChartAxis::label);
        if let Some(title) = chart.legend.as_ref().or(values.as_ref()) {
            key.set(Title(escape::text(&fit(title, look.width * LEGEND, FONT))));
        }
        key.set(Justification::Left)
            .set(Order::SampleText)
            .set(Position::Outside(Vertical::Top, Horizontal::Right))
    });
}

fn axis(
    figure: &mut Figure,
    which: Axis,
    axis: &ChartAxis,
    long: f64,
    names: &[(usize, &str)],
    range: Option<Range>,
) {
    let levels = axis.level_names();
    let (positions, labels): (Vec<f64>, Vec<String>) = if axis.tick_units.is_empty() {
        let levels = names
            .iter()
            .map(|(n, name)| (*n as f64, escape::tick(name)));
        levels.unzip()
    } else {
        let places = axis.log_places(9).into_iter();
        places.map(|x| (x, escape::tick(&axis.tick(x)))).unzip()
    };
    figure.configure(which, |properties| {
        properties
            .set(Label(escape::text(&fit(&axis.label(), long * 0.85, FONT))))
            .set(if axis.is_log() {
                Scale::Logarithmic
            } else {
                Scale::Linear
            });
        if let Some(range) = range {
            properties.set(range);
        }
        if levels.is_empty() {
            properties.configure(Grid::Major, |grid| grid.show());
        } else {
            properties.set(Range::Limits(-0.6, levels.len() as f64 - 0.4));
        }
        if !positions.is_empty() {
            properties.set(TicLabels { positions, labels });
        }
        properties
    });
}

pub(super) fn color(n: usize) -> Color {
    let (r, g, b) = palette::rgb(palette::color(n));
    Color::Rgb(r, g, b)
}

/// The mark of the n-th series: gnuplot draws dashes as solid lines, and colours come round again.
fn mark(n: usize) -> PointType {
    match palette::round(n) {
        0 => PointType::FilledCircle,
        1 => PointType::FilledSquare,
        _ => PointType::FilledTriangle,
    }
}

/// The bands behind lines.
fn bands(figure: &mut Figure, series: &[Series]) {
    for (n, one) in series.iter().enumerate() {
        for (side, opacity) in Point::BANDS.into_iter().zip([0.14, 0.2]) {
            for run in one.points.split(|point| side(point).is_none()) {
                if run.len() < 2 {
                    continue;
                }
                let bounds = |end: fn((f64, f64)) -> f64| -> Vec<f64> {
                    run.iter()
                        .filter_map(|point| side(point).map(end))
                        .collect()
                };
                let band = FilledCurve {
                    x: run.iter().map(|point| point.x).collect::<Vec<_>>(),
                    y1: bounds(|(low, _)| low),
                    y2: bounds(|(_, high)| high),
                };
                figure.plot(band, |properties| {
                    properties.set(color(n)).set(Opacity(opacity))
                });
            }
        }
    }
}

/// A line across the panel at the value of reference, where the chart has one.
fn reference(figure: &mut Figure, chart: &Chart) {
    let ends = match chart.x.level_names().len() {
        0 => chart.x.range,
        count => Some((-0.5, count as f64 - 0.5)),
    };
    if let Some((at, (low, high))) = chart.reference.zip(ends) {
        let line = Lines {
            x: [low, high],
            y: [at, at],
        };
        figure.plot(line, |properties| {
            properties
                .set(Color::Rgb(140, 140, 140))
                .set(LineWidth(1.5))
        });
    }
}

fn lines(figure: &mut Figure, chart: &Chart, series: &[Series], names: &[String], foot: &Foot) {
    let name_of = |n: usize| names.get(n).cloned().unwrap_or_default();
    bands(figure, series);
    reference(figure, chart);
    // The key has the order in which series are plotted.
    let order = chart.legend_order();
    let order = order.unwrap_or_else(|| (0..series.len()).collect());
    let shade = |n: usize| color(chart.kind.color(n, series.len()));
    for (n, one) in order.iter().filter_map(|n| Some((*n, series.get(*n)?))) {
        if one.runs().next().is_none() && chart.legend.is_some() {
            // A point above the range is not drawn, yet its series is named in the key.
            let beyond = if foot.log {
                foot.high * 2.0
            } else {
                foot.high * 2.0 - foot.low
            };
            let x = one.points.iter().map(|point| point.x).take(1);
            let unseen = Points { x, y: [beyond] };
            figure.plot(unseen, |properties| {
                properties.set(Label(name_of(n))).set(shade(n)).set(mark(n))
            });
        }
        for (first, run) in one.runs().enumerate() {
            let (x, y) = coordinates(run);
            let name = (first == 0 && chart.legend.is_some()).then(|| name_of(n));
            let dash = match palette::round(n) {
                0 => LineType::Solid,
                1 => LineType::Dash,
                _ => LineType::Dot,
            };
            let style = |properties: &mut criterion_plot::curve::Properties| {
                properties
                    .set(shade(n))
                    .set(dash)
                    .set(LineWidth(3.0))
                    .set(mark(n))
                    .set(PointSize(1.0));
                if let Some(name) = name {
                    properties.set(Label(name));
                }
            };
            let style = |properties: &mut criterion_plot::curve::Properties| -> () {
                style(properties);
            };
            let has_line = chart.kind.has_line(n, series.len());
            let has_markers = run.len() <= MARKERS && chart.kind.has_markers(n, series.len());
            match (has_line, has_markers) {
                (false, _) => figure.plot(Points { x, y }, |properties| {
                    style(properties);
                    properties
                }),
                (true, true) => figure.plot(LinesPoints { x, y }, |properties| {
                    style(properties);
                    properties
                }),
                (true, false) => figure.plot(Lines { x, y }, |properties| {
                    style(properties);
                    properties
                }),
            };
        }
    }
    for one in series {
        // A point some of whose samples have no value is a ring.
        let part: Vec<Point> = one.partial().cloned().collect();
        let (x, y) = coordinates(&part);
        if !x.is_empty() {
            figure.plot(Points { x, y }, |properties| {
                properties
                    .set(Color::White)
                    .set(PointType::FilledCircle)
                    .set(PointSize(0.5))
            });
        }
    }
    for sign in chart.signs() {
        let signed = series.iter().flat_map(|one| one.signed(sign)).cloned();
        let (x, y) = coordinates(&signed.collect::<Vec<Point>>());
        figure.plot(Points { x, y }, |properties| {
            properties
                .set(Label(escape::text(sign.name())))
                .set(Color::Rgb(68, 68, 68))
                .set(around_sign(sign))
                .set(PointSize(3.0))
        });
    }
    let absent: Vec<(usize, f64, GapKind)> = series
        .iter()
        .enumerate()
        .flat_map(|(n, one)| {
            one.points
                .iter()
                .filter(|point| point.y.is_none())
                .map(move |point| (n, point.x, kind(point.gap.as_ref())))
        })
        .collect();
    foot.signs(figure, &absent);
}

pub(super) fn kind(gap: Option<&Gap>) -> GapKind {
    gap.map_or(GapKind::Missing, |gap| gap.kind)
}

fn coordinates(run: &[Point]) -> (Vec<f64>, Vec<f64>) {
    run.iter()
        .filter_map(|point| Some((point.x, point.y?)))
        .unzip()
}
