use criterion_plot::prelude::*;

use crate::chart::{Axis as ChartAxis, Chart, Field, GapKind, Relief, between, levels};
use crate::render::palette;

use super::escape;
use super::figure::sign;

/// Lines of equal values, each level in a colour of its own; criterion-plot fills no areas between them.
pub(super) fn contours(figure: &mut Figure, chart: &Chart, field: &Field) -> Option<()> {
    let values = chart.color.as_ref()?;
    let scale = ChartAxis {
        range: values.ends(),
        ..values.clone()
    };
    let relief = Relief::of(field, &chart.x, &chart.y, values);
    let ends = (chart.x.range?, chart.y.range?);
    let number = |axis: &ChartAxis, ends, share| between(ends, axis.is_log(), share);
    let mut is_drawn = false;
    for level in levels(values).into_iter().rev() {
        let share = scale.share(level);
        let (red, green, blue) = palette::rgb(&palette::line(share));
        for (first, line) in relief.lines(share).into_iter().enumerate() {
            let points = line.into_iter();
            let (x, y): (Vec<f64>, Vec<f64>) = points
                .map(|(x, y)| (number(&chart.x, ends.0, x), number(&chart.y, ends.1, y)))
                .unzip();
            is_drawn = true;
            figure.plot(Lines { x, y }, |properties| {
                if first == 0 {
                    properties.set(Label(escape::text(&values.value(level))));
                }
                properties
                    .set(Color::Rgb(red, green, blue))
                    .set(LineWidth(2.5))
            });
        }
    }
    for kind in GapKind::ALL {
        let of_kind = field
            .gaps
            .iter()
            .filter(|(at, gap)| gap.kind == kind && matches!(field.values.get(**at), Some(None)));
        let places = of_kind.map(|(at, _)| field.place(*at));
        let (x, y): (Vec<f64>, Vec<f64>) = places.map(|(x, y, _)| (x, y)).unzip();
        if !x.is_empty() {
            figure.plot(Points { x, y }, |properties| {
                properties
                    .set(Label(escape::text(kind.name())))
                    .set(Color::Rgb(176, 48, 0))
                    .set(sign(kind))
                    .set(PointSize(1.2))
            });
        }
    }
    // Without a line gnuplot writes no file.
    is_drawn.then_some(())
}
