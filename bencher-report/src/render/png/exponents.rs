use crate::chart::{Axis, Chart, Marks, Ticks, decades_per_tick};

/// Decades up to which the renderer's own logarithmic axis has few ticks.
const DECADES: f64 = 8.0;
/// The least number at which it has a tick.
const LEAST: f64 = 1e-9;
/// Ticks that an axis has at most, or one more.
const TICKS: usize = 8;

/// The distance of ticks on the axes that are drawn as exponents of ten.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Exponents {
    pub(super) x: Option<f64>,
    pub(super) y: Option<f64>,
}

/// Turns logarithmic axes into linear ones of exponents, where they cover too many decades for a tick at each.
pub(super) fn drawn(mut chart: Chart) -> (Chart, Exponents) {
    let exponents = Exponents {
        x: turn(&mut chart.x),
        y: turn(&mut chart.y),
    };
    let power = |x: f64, turned: Option<f64>| if turned.is_some() { x.log10() } else { x };
    chart.reference = chart.reference.map(|at| power(at, exponents.y));
    for panel in &mut chart.panels {
        if let Marks::Lines(series) = &mut panel.marks {
            for point in series.iter_mut().flat_map(|one| &mut one.points) {
                let y = |y: f64| power(y, exponents.y);
                point.x = power(point.x, exponents.x);
                point.y = point.y.map(y);
                point.bounds = point.bounds.map(|(low, high)| (y(low), y(high)));
            }
        }
        if let Marks::Boxes(series) = &mut panel.marks {
            let y = |y: &mut f64| *y = power(*y, exponents.y);
            for mark in series.iter_mut().flat_map(|one| &mut one.boxes) {
                if let Some(q) = &mut mark.quartiles {
                    let five = [&mut q.low, &mut q.q1, &mut q.median, &mut q.q3, &mut q.high];
                    five.into_iter().for_each(y);
                }
                mark.outliers.iter_mut().for_each(y);
                mark.outline.iter_mut().for_each(|(value, _)| y(value));
            }
        }
    }
    (chart, exponents)
}

/// Makes an axis of many decades one of exponents; the distance of its ticks.
fn turn(axis: &mut Axis) -> Option<f64> {
    let (low, high) = axis.range.filter(|_| axis.is_log())?;
    let (low, high) = (low.log10(), high.log10());
    if high - low <= DECADES && low >= LEAST.log10() {
        return None;
    }
    axis.ticks = Ticks::Linear;
    axis.range = Some((low, high));
    Some(decades_per_tick(high - low, TICKS))
}
