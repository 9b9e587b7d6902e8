use crate::chart::{Axis, Chart, Marks, Ticks, decades_per_tick, is_binary};

/// Decades up to which the renderer's own logarithmic axis has few ticks.
const DECADES: f64 = 8.0;
/// The least number at which it has a tick.
const LEAST: f64 = 1e-9;
/// Ticks of bytes that an axis has at most, or one more: their names are long.
const BINARY_TICKS: usize = 5;
/// Ticks that an axis has at most, or one more.
const TICKS: usize = 8;

/// The axes that are drawn as exponents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Exponents {
    pub(super) x: Option<Exponent>,
    pub(super) y: Option<Exponent>,
}

/// An axis that is drawn as the exponents of its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Exponent {
    /// 10, or 2 for bytes.
    base: f64,
    /// The distance of ticks.
    pub(super) step: f64,
}

impl Exponent {
    /// The number that an exponent stands for.
    pub(super) fn number(self, exponent: f64) -> f64 {
        self.base.powf(exponent)
    }

    fn of(self, x: f64) -> f64 {
        x.ln() / self.base.ln()
    }
}

/// Turns logarithmic axes into linear ones of exponents, where they cover too many decades for a tick at each, or have
/// ticks at powers of two.
pub(super) fn drawn(mut chart: Chart) -> (Chart, Exponents) {
    let exponents = Exponents {
        x: turn(&mut chart.x),
        y: turn(&mut chart.y),
    };
    let power = |x: f64, turned: Option<Exponent>| turned.map_or(x, |exponent| exponent.of(x));
    chart.reference = chart.reference.map(|at| power(at, exponents.y));
    for panel in &mut chart.panels {
        if let Marks::Lines(series) = &mut panel.marks {
            for point in series.iter_mut().flat_map(|one| &mut one.points) {
                let y = |y: f64| power(y, exponents.y);
                point.x = power(point.x, exponents.x);
                point.y = point.y.map(y);
                point.bounds = point.bounds.map(|(low, high)| (y(low), y(high)));
                point.outer = point.outer.map(|(low, high)| (y(low), y(high)));
            }
        }
        if let Marks::Boxes(series) = &mut panel.marks {
            let y = |y: &mut f64| *y = power(*y, exponents.y);
            for mark in series.iter_mut().flat_map(|one| &mut one.boxes) {
                if let Some(q) = &mut mark.quartiles {
                    let five = [&mut q.low, &mut q.q1, &mut q.median, &mut q.q3, &mut q.high];
                    five.into_iter().for_each(y);
                }
                let power = |y| power(y, exponents.y);
                mark.centre = mark.centre.map(|centre| centre.map(power));
                mark.outliers.iter_mut().for_each(y);
                mark.outline.iter_mut().for_each(|(value, _)| y(value));
            }
        }
    }
    (chart, exponents)
}

/// Makes an axis of many decades, or of bytes, one of exponents.
fn turn(axis: &mut Axis) -> Option<Exponent> {
    let (low, high) = axis.range.filter(|_| axis.is_log())?;
    let is_binary = is_binary(&axis.units) && high / low >= 2.0;
    let base = if is_binary { 2.0 } else { 10.0 };
    let mut exponent = Exponent { base, step: 1.0 };
    let (low, high) = (exponent.of(low), exponent.of(high));
    if !is_binary && high - low <= DECADES && low >= LEAST.log10() {
        return None;
    }
    if is_binary {
        axis.tick_units = std::mem::take(&mut axis.units);
    }
    axis.ticks = Ticks::Linear;
    axis.range = Some((low, high));
    let most = if is_binary { BINARY_TICKS } else { TICKS };
    exponent.step = decades_per_tick(high - low, most);
    Some(exponent)
}
