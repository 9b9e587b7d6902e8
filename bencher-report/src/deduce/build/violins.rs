use std::f64::consts::PI;

use bencher_core::stats;

use crate::chart::{Axis, BoxMark, BoxSeries, Chart, ChartKind, Marks};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::super::needs::CATEGORIES;
use super::{boxes, frame};

/// Places at which the density is computed.
const PLACES: usize = 64;
/// The meaning of the marks.
const SPREAD: &str = "outline: density of the samples (Gaussian kernel, bandwidth by Silverman's rule, \
                      each as wide as the others)";

/// A violin for each level of the first input that fits an axis, categories first.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let grid = Grid::of(shape);
    let fits = |axis: &&usize| shape.levels(**axis) <= CATEGORIES;
    let mut inputs = shape.categorical.iter().chain(&shape.numeric);
    let along = inputs.find(fits).copied();
    let facets = Facets::of(shape, &grid, &[along]);
    let levels = frame::levels(shape, &grid, along);
    let x = match along {
        Some(along) => boxes::axis(shape, along, None)?,
        None => Axis::levels("", vec!["all samples".to_owned()]),
    };
    let mut y = frame::value_axis(shape);
    let mut numbers = Vec::new();
    for place in &facets.places {
        for (_, level) in &levels {
            numbers.extend(grid.samples(place.offset + level).values);
        }
    }
    frame::fit_values(&mut y, &numbers);
    let is_log = y.is_log();
    let violin = |x: usize, offset: usize| {
        let samples = grid.samples(offset);
        BoxMark {
            outliers: Vec::new(),
            outline: outline(&samples.values, is_log),
            ..boxes::mark(x as f64, &samples)
        }
    };
    let series = |offset: usize| {
        let violins = levels.iter().enumerate();
        let violins = violins.map(|(n, (_, level))| violin(n, offset + level));
        vec![BoxSeries {
            name: String::new(),
            boxes: violins.collect(),
        }]
    };
    let kind = ChartKind::Violin;
    let mut chart = frame::chart(kind, shape, (x, y), facets, |at| Marks::Boxes(series(at)));
    chart.title = format!("density of {}", chart.title);
    let (rounds, centre) = (boxes::of_rounds(shape), boxes::centre_text(shape));
    chart.spread = Some(format!(
        "{SPREAD}; box: quartiles and median{rounds}{centre}"
    ));
    Some(chart)
}

/// The density between the lowest and the highest value, of logarithms on a logarithmic axis; empty where all values are
/// equal, or there is no number for their spread.
fn outline(values: &[f64], is_log: bool) -> Vec<(f64, f64)> {
    let values: Vec<f64> = if is_log {
        values.iter().map(|x| x.ln()).collect()
    } else {
        values.to_vec()
    };
    let Some((low, high, width)) = ends(&values) else {
        return Vec::new();
    };
    let step = (high - low) / (PLACES - 1) as f64;
    let places = (0..PLACES).map(|n| {
        if n + 1 == PLACES {
            high
        } else {
            low + step * n as f64
        }
    });
    let density: Vec<(f64, f64)> = places.map(|at| (at, density(&values, width, at))).collect();
    let greatest = density.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let outline = density.into_iter().map(|(at, share)| {
        let at = if is_log { at.exp() } else { at };
        (at, share / greatest)
    });
    outline
        .filter(|(at, share)| at.is_finite() && share.is_finite())
        .collect()
}

/// The lowest and the highest value, and the width of the kernel by Silverman's rule of thumb (Density Estimation, 1986):
/// `0.9 min(s, IQR / 1.34) n^(-1/5)`.
fn ends(values: &[f64]) -> Option<(f64, f64, f64)> {
    let (low, high) = (stats::min(values)?, stats::max(values)?);
    let std = stats::std(values, 1)?;
    let range = stats::quantile(values, 0.75)? - stats::quantile(values, 0.25)?;
    let spread = if range > 0.0 {
        std.min(range / 1.34)
    } else {
        std
    };
    let width = 0.9 * spread * (values.len() as f64).powf(-0.2);
    (width > 0.0 && (high - low).is_finite()).then_some((low, high, width))
}

fn density(values: &[f64], width: f64, at: f64) -> f64 {
    let kernel = |x: &f64| (-0.5 * ((at - x) / width).powi(2)).exp();
    let sum: f64 = values.iter().map(kernel).sum();
    sum / (values.len() as f64 * width * (2.0 * PI).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_is_that_of_a_gaussian_kernel() {
        let values = [1.0, 2.0, 2.5, 3.0, 7.0];
        // By numpy: 0.9 * min(std(ddof=1), (q75 - q25) / 1.34) * 5 ** -0.2.
        let (low, high, width) = ends(&values).unwrap();
        assert_eq!((low, high), (1.0, 7.0));
        assert!((width - 0.486_792_311_425_317_9).abs() < 1e-12, "{width}");
        // By numpy: the mean of the normal densities around the values, at 2.25.
        let found = density(&values, width, 2.25);
        assert!((found - 0.343_396_208_865_041).abs() < 1e-9, "{found}");
    }

    #[test]
    fn an_outline_reaches_from_the_lowest_value_to_the_highest() {
        let found = outline(&[1.0, 2.0, 2.5, 3.0, 7.0], false);
        assert_eq!(found.len(), PLACES);
        assert_eq!((found[0].0, found[PLACES - 1].0), (1.0, 7.0));
        let greatest = found.iter().map(|(_, share)| *share).fold(0.0, f64::max);
        assert!((greatest - 1.0).abs() < 1e-12);
        let log = outline(&[1.0, 10.0, 100.0, 1000.0], true);
        let middle = (log[0].1 - log[PLACES - 1].1).abs();
        assert!(middle < 1e-9, "symmetric in decades");
        assert_eq!(outline(&[2.0, 2.0], false), []);
        assert_eq!(outline(&[2.0], false), []);
        assert_eq!(outline(&[], true), []);
        assert_eq!(outline(&[f64::MIN, f64::MAX], false), []);
    }
}
