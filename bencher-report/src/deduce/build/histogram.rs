use bencher_core::stats;

use crate::chart::{Axis, Chart, ChartKind, Gap, Histogram, Marks, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::{Grid, Samples};
use crate::deduce::shape::Shape;

use super::frame;

/// Bins that are still worth drawing.
const BINS: f64 = 100.0;

/// How often which values came.
pub(super) fn chart(shape: &Shape) -> Chart {
    let grid = Grid::of(shape);
    let facets = Facets::of(shape, &grid, &[]);
    let samples = grid.samples(0);
    let gaps: Vec<(u32, Gap)> = samples
        .gap
        .clone()
        .map(|gap| (samples.absent, gap))
        .into_iter()
        .collect();
    let (edges, counts) = bins(&samples.values);
    let mut y = Axis::linear("samples", "");
    y.range = counts.iter().max().map(|most| (0.0, *most as f64));
    let mut x = frame::value_axis(shape);
    x.range = edges.first().copied().zip(edges.last().copied());
    let mut chart = frame::chart(ChartKind::Histogram, shape, (x, y), facets, |_| {
        Marks::Histogram(Histogram {
            edges: edges.clone(),
            counts: counts.clone(),
            gaps: gaps.clone(),
            first_rows: Vec::new(),
        })
    });
    chart.notes.extend(frame::rounds_note(shape));
    chart.notes.extend(mean_note(shape, &samples));
    frame::absence_note(&mut chart, &gaps);
    chart
}

fn mean_note(shape: &Shape, samples: &Samples) -> Option<String> {
    let show = |x| text::quantity(x, &shape.variable.info.units);
    if let Some(centre) = samples.centre() {
        let bounds = centre.bounds.map_or_else(String::new, |(low, high)| {
            format!(" ({} … {})", show(low), show(high))
        });
        return Some(format!("Centre {}{bounds}.", show(centre.value)));
    }
    let values = &samples.values;
    let mean = show(stats::mean(values)?);
    Some(match stats::std(values, 1) {
        Some(std) => format!(
            "Mean {mean}, standard deviation {} (n = {}).",
            show(std),
            values.len()
        ),
        None => format!("The value is {mean}."),
    })
}

/// The edges of bins, and how many values each holds.
pub(super) fn bins(values: &[f64]) -> (Vec<f64>, Vec<u64>) {
    let (edges, places) = edges_and_places(values);
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    for place in places {
        if let Some(slot) = counts.get_mut(place) {
            *slot += 1;
        }
    }
    (edges, counts)
}

/// The edges of bins after Freedman and Diaconis, and the bin of each value. Where the quartiles coincide, the number of
/// bins is the square root of the number of values.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bins are a small count, and a place within them"
)]
pub(super) fn edges_and_places(values: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let (Some(low), Some(high)) = (stats::min(values), stats::max(values)) else {
        return (Vec::new(), Vec::new());
    };
    let span = high - low;
    if !span.is_finite() {
        // Of a quarter of each number the differences are numbers.
        let quarters: Vec<f64> = values.iter().map(|x| x / 4.0).collect();
        let (mut edges, places) = edges_and_places(&quarters);
        for edge in &mut edges {
            *edge = (*edge * 4.0).clamp(low, high);
        }
        return (edges, places);
    }
    // One value, or values so close (or so large) that no bin would have a width.
    if span <= low.abs().max(high.abs()) * 1e-14 {
        let half = (low.abs() * 0.05).max(f64::MIN_POSITIVE);
        let half = if low == 0.0 { 0.5 } else { half };
        return (vec![low - half, high + half], vec![0; values.len()]);
    }
    let n = values.len() as f64;
    let quartile = |p| stats::quantile(values, p).unwrap_or(low);
    let width = 2.0 * (quartile(0.75) - quartile(0.25)) / n.cbrt();
    let count = if width > 0.0 { span / width } else { n.sqrt() };
    let count = count.ceil().clamp(1.0, BINS.min(n)) as usize;
    let edges = (0..=count)
        .map(|edge| low + span * edge as f64 / count as f64)
        .collect();
    let place = |x: &f64| (((x - low) / span * count as f64) as usize).min(count - 1);
    (edges, values.iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted() {
        for values in [
            vec![1.0],
            vec![0.0, 0.0],
            vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0],
            vec![-1e308, 1e308],
            vec![f64::MIN, 0.0, f64::MAX],
            vec![1e-320, 2e-320, 3e-320],
            vec![1e300, 1e300 * (1.0 + 1e-16)],
        ] {
            let (edges, counts) = bins(&values);
            assert_eq!(edges.len(), counts.len() + 1, "{values:?}");
            assert_eq!(counts.iter().sum::<u64>(), values.len() as u64);
            assert!(edges.iter().all(|x| x.is_finite()));
            assert!(edges.windows(2).all(|pair| pair[0] < pair[1]), "{edges:?}");
        }
        assert_eq!(bins(&[]), (vec![], vec![]));
        // Values at the ends of all numbers are not in one bin.
        assert!(bins(&[-1e308, 0.0, 1e308]).1.len() > 1);
    }
}
