//! PNG and SVG by kuva: built in, every kind of chart. A PNG file has a font of its own; an SVG file has that of its viewer.
//!
//! The module works around some properties of kuva. A value that is not a number blanks the plot, so lines are split
//! into runs. A line of one point is invisible, so every point has a marker. Absent cells of a heat map are black, so
//! the colours map them to grey. A heat map's colours span only its own values, so the colours map them back to the
//! common range of all panels. A logarithmic axis has a tick at every decade, so an axis over many decades is drawn as
//! exponents.

mod canvas;
mod exponents;
mod field;
mod heat_map;
mod hexbin;
mod marks;
mod parallel;
mod surface;
mod table;

use std::sync::{Arc, OnceLock};

use kuva::backend::raster::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::plot::annotations::TextAnnotation;
use kuva::plot::legend::{LegendEntry, LegendPosition, LegendShape};
use kuva::render::datetime::{DateTimeAxis, DateUnit};
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

use crate::chart::{Axis, Chart, Marks, Panel, Ticks, text};
use crate::render::glyphs::{self, MISSING, Ranges};
use crate::render::{Look, Names, fit, label_width, wrap};

use canvas::{Canvas, SCALE};
use exponents::{Exponent, Exponents};

/// The width in points that the panels of a grid share.
const ROOM: f64 = 1440.0;

/// The chart as a PNG file.
pub(crate) fn png(chart: &Chart, look: &Look) -> Result<Vec<u8>, String> {
    let scene = drawing(chart, look);
    #[expect(clippy::cast_possible_truncation, reason = "two or a little less")]
    let scale = Look::scale(scene.width, scene.height) as f32;
    RasterBackend::new().with_scale(scale).render_scene(&scene)
}

/// The chart as an SVG file.
pub(crate) fn svg(chart: &Chart, look: &Look) -> String {
    SvgBackend::new().render_scene(&drawing(chart, look))
}

/// The whole picture of a chart, with its captions.
fn drawing(chart: &Chart, look: &Look) -> Scene {
    let is_own = |panel: &Panel| {
        matches!(
            panel.marks,
            Marks::Field(_) | Marks::Hexbin(_) | Marks::Parallel(_)
        )
    };
    let is_own = chart.panels.iter().any(is_own);
    let mut chart = chart.thinned().displayed(is_own);
    let slices = chart.sliced();
    let is_own = is_own && slices.is_none();
    chart = slices.unwrap_or(chart);
    glyphs::draw(&mut chart, &drawn);
    let captions = chart.captions();
    let mut scene = if is_own {
        own(&chart, look)
    } else {
        let (chart, exponents) = exponents::drawn(chart);
        scene(&chart, exponents, look)
    };
    if !captions.is_empty() {
        scene.height += GAP;
    }
    for text in captions {
        caption(&mut scene, &text);
    }
    scene
}

/// The characters of kuva's own font, as fontconfig lists them. kuva does not say which it has.
const FONT: &str = include_str!("dejavu-sans.txt");

/// The character, or what stands for it where kuva's font lacks it.
fn drawn(c: char) -> char {
    static RANGES: OnceLock<Ranges> = OnceLock::new();
    if RANGES.get_or_init(|| Ranges::of(FONT)).has(c) {
        c
    } else {
        MISSING
    }
}

/// The size of the names of values and levels.
const TICK: f64 = 11.0;
/// The size of the names of axes.
const LABEL: f64 = 13.0;
/// The share of a picture's width that the names in a legend may have.
const LEGEND: f64 = 0.26;
/// Room above the captions, in points.
const GAP: f64 = 8.0;
/// Lines of a caption.
const NOTES: usize = 5;

/// What kuva has no plot for.
fn own(chart: &Chart, look: &Look) -> Scene {
    match chart.panels.first().map(|panel| &panel.marks) {
        Some(Marks::Parallel(lines)) => parallel::scene(chart, lines, look),
        _ => field::scene(chart, look),
    }
}

fn scene(chart: &Chart, exponents: Exponents, look: &Look) -> Scene {
    if !chart.has_axes() {
        return table::scene(chart);
    }
    if let [panel] = chart.panels.as_slice() {
        let (width, height) = look.panel(1, ROOM);
        let width = width - if chart.color.is_some() { SCALE } else { 0.0 };
        let room = width * 0.95;
        let plots = plots(chart, panel);
        let fits = label_width(&chart.title, 17.0) <= room;
        let size = if fits { 17 } else { 13 };
        let entries = marks::legend(chart, width);
        let beside = !entries.is_empty() && chart.color.is_none();
        let names = entries.iter().map(|entry| label_width(&entry.label, TICK));
        let legend_width = if beside {
            names.fold(0.0, f64::max) + 50.0
        } else {
            0.0
        };
        let title = fit(&chart.title, room, f64::from(size));
        let mut layout = layout(
            chart,
            panel,
            exponents,
            &plots,
            (width, height),
            legend_width,
        )
        .with_title(title)
        .with_title_size(size)
        .with_width(width)
        .with_height(height);
        if !entries.is_empty() {
            layout = legend(layout, chart, entries, width);
        }
        for (n, point) in chart.numbered_front().iter().enumerate() {
            if let Some(y) = point.y {
                let number = (n + 1).to_string();
                layout = layout.with_annotation(TextAnnotation::new(number, point.x, y));
            }
        }
        return colored(render_multiple(plots, layout), chart, (30.0, height));
    }
    grid(chart, exponents, look)
}

fn grid(chart: &Chart, exponents: Exponents, look: &Look) -> Scene {
    let columns = chart.columns.max(1);
    let (width, height) = look.panel(columns, ROOM);
    let beside = if chart.color.is_some() { SCALE } else { 0.0 };
    let width = (width - beside / columns as f64).max(120.0);
    let whole = width * columns as f64;
    let mut all = Vec::new();
    let mut layouts = Vec::new();
    let longest = (width * 0.95 / (12.0 * 0.64)).max(8.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    let titles = Panel::titles(&chart.panels, longest as usize);
    for (panel, title) in chart.panels.iter().zip(titles) {
        let plots = plots(chart, panel);
        let layout = layout(chart, panel, exponents, &plots, (width, height), 0.0)
            .with_title(title)
            .with_title_size(12);
        all.push(plots);
        layouts.push(layout);
    }
    let title = fit(&chart.title, whole * 0.95, 17.0);
    let mut figure = Figure::new(chart.rows(), columns)
        .with_plots(all)
        .with_layouts(layouts)
        .with_title(title)
        .with_title_size(17)
        .with_cell_size(width, height);
    let entries = marks::legend(chart, whole);
    if !entries.is_empty() {
        figure = figure
            .with_shared_legend_entries(entries)
            .with_shared_legend_bottom();
    }
    colored(figure.render(), chart, (30.0, 30.0 + height))
}

/// The picture with the scale of the colours of all its panels beside the first row, which lies between two heights.
fn colored(mut scene: Scene, chart: &Chart, (top, bottom): (f64, f64)) -> Scene {
    let Some(color) = &chart.color else {
        return scene;
    };
    heat_map::tint_ranks(&mut scene, chart);
    let mut canvas = Canvas { scene };
    canvas.scene.width += SCALE;
    canvas.scale_beside(color, (top, bottom - 70.0), field::viridis);
    canvas.scene
}

/// Lines below a picture.
fn caption(scene: &mut Scene, text: &str) {
    const LINE: f64 = 15.0;
    for line in wrap(text, scene.width * 0.95, TICK, NOTES) {
        scene.add(Primitive::Text {
            x: scene.width / 2.0,
            y: scene.height + LINE * 0.4,
            content: line,
            size: 11,
            anchor: TextAnchor::Middle,
            rotate: None,
            bold: false,
            color: None,
        });
        scene.height += LINE;
    }
}

fn plots(chart: &Chart, panel: &Panel) -> Vec<Plot> {
    match &panel.marks {
        Marks::Lines(series) => marks::lines(chart, series),
        Marks::Bars(series) => marks::bars(chart, series),
        Marks::Boxes(series) => marks::boxes(chart, series),
        Marks::HeatMap(map) => heat_map::plots(chart, map),
        Marks::Histogram(histogram) => marks::histogram(histogram),
        Marks::Table(_)
        | Marks::Pane(_)
        | Marks::Field(_)
        | Marks::Hexbin(_)
        | Marks::Parallel(_) => Vec::new(),
    }
}

/// The layout of one panel, with a legend of some width beside it.
fn layout(
    chart: &Chart,
    panel: &Panel,
    exponents: Exponents,
    plots: &[Plot],
    (width, height): (f64, f64),
    legend: f64,
) -> Layout {
    let mut layout = Layout::auto_from_plots(plots)
        .with_x_label(fit(&chart.x.label(), (width - legend) * 0.85, LABEL))
        .with_y_label(fit(&chart.y.label(), height * 0.8, LABEL))
        .with_label_size(13)
        .with_tick_size(11)
        .with_x_tick_format(numbers(&chart.x, exponents.x))
        .with_y_tick_format(numbers(&chart.y, exponents.y));
    if let Some(exponent) = exponents.x {
        layout = layout.with_x_tick_step(exponent.step);
    }
    if let Some(exponent) = exponents.y {
        layout = layout.with_y_tick_step(exponent.step);
    }
    match (&chart.x.ticks, chart.x.range) {
        (Ticks::Log, _) => layout = layout.with_log_x(),
        (Ticks::Time, Some(range)) => layout = moments(layout, range),
        _ => {}
    }
    if chart.y.is_log() {
        layout = layout.with_log_y();
    }
    match &panel.marks {
        Marks::Bars(_) => {
            let wide = width - legend - 70.0;
            layout = along(layout, &Names::along(&chart.x, wide, height, TICK), 1);
        }
        Marks::Boxes(series) => {
            let wide = width - legend - 70.0;
            let names = Names::along(&chart.x, wide, height, TICK);
            layout = along(layout, &names, series.len());
        }
        Marks::HeatMap(map) => {
            let ranks = heat_map::ranks(chart, map).into_iter();
            for sign in heat_map::beyond(chart, map).into_iter().chain(ranks) {
                layout = layout.with_annotation(sign);
            }
            let up = Names::up(&chart.y, height * 0.6, width, TICK);
            let written = up.written().map(|(_, name)| label_width(name, TICK));
            let wide = width - written.fold(0.0, f64::max) - 60.0;
            let names = Names::along(&chart.x, wide, height, TICK);
            layout = along(layout, &names, 1).with_y_categories(up.in_slots());
            if chart.x.level_names().len().max(chart.y.level_names().len()) > TICKS {
                layout = layout.with_tick_length(0.0);
            }
            // A bar of kuva's shows the range of one panel; all have one scale, which stands beside them.
            layout.show_colorbar = false;
            return layout;
        }
        Marks::Lines(_) if chart.is_on_levels() => {
            let wide = width - legend - 70.0;
            layout = along(layout, &Names::along(&chart.x, wide, height, TICK), 1)
                .with_x_axis_min(0.5)
                .with_x_axis_max(chart.x.level_names().len() as f64 + 0.5);
        }
        Marks::Lines(_) => {
            if let Some((low, high)) = chart.padded_across() {
                layout = layout.with_x_axis_min(low).with_x_axis_max(high);
            }
        }
        Marks::Histogram(_) => {
            if let Some((low, high, step)) = round_ticks(&chart.x) {
                layout = layout
                    .with_x_axis_min(low)
                    .with_x_axis_max(high)
                    .with_x_tick_step(step);
            }
        }
        Marks::Table(_)
        | Marks::Pane(_)
        | Marks::Field(_)
        | Marks::Hexbin(_)
        | Marks::Parallel(_) => {}
    }
    if let Some((low, high)) = chart.value_range() {
        layout = layout.with_y_axis_min(low).with_y_axis_max(high);
    }
    layout
}

/// Ticks at round moments, about six of them.
fn moments(layout: Layout, range: (f64, f64)) -> Layout {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 60.0 * MINUTE;
    const DAY: f64 = 24.0 * HOUR;
    const MONTH: f64 = 30.5 * DAY;
    const YEAR: f64 = 12.0 * MONTH;
    const STEPS: [(f64, DateUnit, &[usize]); 6] = [
        (1.0, DateUnit::Second, &[1, 2, 5, 10, 15, 30]),
        (MINUTE, DateUnit::Minute, &[1, 2, 5, 10, 15, 30]),
        (HOUR, DateUnit::Hour, &[1, 2, 3, 6, 12]),
        (DAY, DateUnit::Day, &[1, 2, 5, 10]),
        (MONTH, DateUnit::Month, &[1, 2, 3, 6]),
        (
            YEAR,
            DateUnit::Year,
            &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
        ),
    ];
    let span = range.1 - range.0;
    let step = STEPS.into_iter().find_map(|(length, unit, steps)| {
        let fits = |step: &&usize| span / (length * **step as f64) <= 7.0;
        let step = *steps.iter().find(fits)?;
        Some(DateTimeAxis {
            unit,
            step,
            format: text::moment_format(range).to_owned(),
        })
    });
    match step {
        Some(axis) if span >= 2.0 => layout.with_x_datetime(axis),
        // Between two seconds there is no round moment.
        _ => layout.with_x_tick_format(TickFormat::Custom(Arc::new(text::moment))),
    }
}

/// An axis' range out to round numbers, and the step between them.
fn round_ticks(axis: &Axis) -> Option<(f64, f64, f64)> {
    let (low, high) = axis.range?;
    let rough = (high - low) / 6.0;
    let decade = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|step| *step >= rough)?;
    let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
    (low + step > low && high.is_finite()).then_some((low, high, step))
}

/// Levels of an axis up to which each has a tick: more of them merge into a bar.
const TICKS: usize = 60;

/// Writes the names of levels along the horizontal axis, where each level has `each` slots.
fn along(layout: Layout, names: &Names, each: usize) -> Layout {
    let slots = names.in_slots().into_iter().flat_map(|name| {
        (0..each).map(move |slot| {
            if slot == each / 2 {
                name.clone()
            } else {
                String::new()
            }
        })
    });
    let layout = layout.with_x_categories(slots.collect());
    if names.turned {
        layout.with_x_tick_rotate(-90.0)
    } else {
        layout
    }
}

/// How ticks of an axis are written; those of exponents as the numbers that they stand for.
fn numbers(axis: &Axis, exponent: Option<Exponent>) -> TickFormat {
    let axis = axis.clone();
    // Without a value, numbers would be of nothing.
    let is_empty = axis.range.is_none() && axis.level_names().is_empty();
    TickFormat::Custom(Arc::new(move |x| {
        if is_empty {
            return String::new();
        }
        let Some(exponent) = exponent else {
            return axis.tick(x);
        };
        if axis.tick_units.is_empty() {
            text::number(exponent.number(x))
        } else {
            text::quantity(exponent.number(x), &axis.tick_units)
        }
    }))
}

fn legend(layout: Layout, chart: &Chart, entries: Vec<LegendEntry>, width: f64) -> Layout {
    let title = chart.legend.as_deref().unwrap_or_default();
    let layout = layout
        .with_legend_entries(entries)
        .with_legend_box(false)
        .with_x_label_offset(0.0, if chart.color.is_some() { -10.0 } else { 0.0 })
        .with_legend_position(if chart.color.is_some() {
            LegendPosition::OutsideBottomColumns
        } else {
            LegendPosition::OutsideRightTop
        });
    if title.is_empty() {
        layout
    } else {
        layout.with_legend_title(fit(title, width * LEGEND, TICK))
    }
}

fn entry(label: String, color: &str, shape: LegendShape) -> LegendEntry {
    LegendEntry {
        label,
        color: color.to_owned(),
        shape,
        dasharray: None,
    }
}
