use bencher_core::dataset::digits;
use bencher_core::stats::mean;

use crate::chart::{Axis, Chart, ChartKind, Marks, Panel, Point, PointSign, Series, Ticks};
use crate::deduce::shape::Shape;

use super::{frame, lines};

/// How much something of a size costs, up to a factor.
type Growth = fn(f64) -> f64;

/// The usual classes of growth.
const CLASSES: [(&str, Growth); 6] = [
    ("O(1)", |_| 1.0),
    ("O(log n)", f64::ln),
    ("O(n)", |n| n),
    ("O(n log n)", |n| n * n.ln()),
    ("O(n²)", |n| n * n),
    ("O(n³)", |n| n * n * n),
];

/// How a result grows with the first numeric input: its points on logarithmic axes, each series with a power law.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let mut chart = lines::chart(ChartKind::Scaling, shape)?;
    let mut notes = Vec::new();
    let mut numbers = Vec::new();
    for panel in &mut chart.panels {
        let place = panel.label();
        let Marks::Lines(series) = &mut panel.marks else {
            continue;
        };
        let mut fits = Vec::new();
        for one in series.iter_mut() {
            // Logarithmic axes have no place for the others.
            one.points
                .retain(|point| point.x > 0.0 && point.y.is_none_or(|y| y > 0.0));
            let points: Vec<(f64, f64)> = one
                .points
                .iter()
                .filter_map(|point| Some((point.x, point.y?)))
                .collect();
            numbers.extend(points.iter().map(|(_, y)| *y));
            let law = PowerLaw::of(&points);
            let mut at = place.clone();
            if !one.name.is_empty() {
                let comma = if at.is_empty() { "" } else { ", " };
                at = format!("{}{comma}{at}", one.name);
            }
            let text = law
                .as_ref()
                .map_or_else(|| "too few values".to_owned(), PowerLaw::text);
            let nearest =
                nearest(&points).map_or_else(String::new, |name| format!("; nearest: {name}"));
            let colon = if at.is_empty() { "" } else { ": " };
            notes.push(format!("{at}{colon}{text}{nearest}."));
            fits.push(Series {
                name: format!("{} {text}", one.name).trim().to_owned(),
                points: law.map_or_else(Vec::new, |law| law.line(&points)),
            });
        }
        series.extend(fits);
    }
    // The names of a legend are those of the first panel; with several, the notes tell the exponents of each.
    if chart.panels.len() > 1 {
        for panel in &mut chart.panels {
            rename_fits(panel);
        }
    }
    chart.x.ticks = Ticks::Log;
    chart.x.range = frame::range(positions(&chart));
    chart.y = Axis {
        ticks: Ticks::Log,
        range: frame::range(numbers.into_iter()),
        ..chart.y
    };
    chart.legend.get_or_insert_with(String::new);
    chart.title = format!("growth of {}", chart.title);
    chart.alt = format!("Power laws of the {}", chart.title);
    let model = "Power laws, fitted to logarithms by least squares; ± is the standard error of the exponent.";
    chart
        .notes
        .splice(0..0, std::iter::once(model.to_owned()).chain(notes));
    Some(chart)
}

fn positions(chart: &Chart) -> impl Iterator<Item = f64> {
    let series = chart.panels.iter().flat_map(|panel| match &panel.marks {
        Marks::Lines(series) => series.as_slice(),
        _ => &[],
    });
    series.flat_map(|one| &one.points).map(|point| point.x)
}

fn rename_fits(panel: &mut Panel) {
    if let Marks::Lines(series) = &mut panel.marks {
        let half = series.len() / 2;
        let names: Vec<String> = series
            .iter()
            .take(half)
            .map(|one| one.name.clone())
            .collect();
        for (fit, name) in series.iter_mut().skip(half).zip(names) {
            format!("{name} power law").trim().clone_into(&mut fit.name);
        }
    }
}

/// `y = factor * n ^ exponent`.
struct PowerLaw {
    exponent: f64,
    /// The standard error of the exponent.
    error: f64,
    /// The logarithm of the factor.
    factor: f64,
}

impl PowerLaw {
    /// By least squares of the logarithms; from three different places on.
    fn of(points: &[(f64, f64)]) -> Option<Self> {
        let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
        if logs.len() < 3 {
            return None;
        }
        let x: Vec<f64> = logs.iter().map(|(x, _)| *x).collect();
        let y: Vec<f64> = logs.iter().map(|(_, y)| *y).collect();
        let (middle_x, middle_y) = (mean(&x)?, mean(&y)?);
        let spread: f64 = x.iter().map(|x| (x - middle_x).powi(2)).sum();
        let product: f64 = logs
            .iter()
            .map(|(x, y)| (x - middle_x) * (y - middle_y))
            .sum();
        let exponent = product / spread;
        let factor = middle_y - exponent * middle_x;
        let residuals = logs
            .iter()
            .map(|(x, y)| (y - factor - exponent * x).powi(2));
        let freedom = (logs.len() - 2) as f64;
        let error = (residuals.sum::<f64>() / freedom / spread).sqrt();
        (exponent.is_finite() && error.is_finite()).then_some(Self {
            exponent,
            error,
            factor,
        })
    }

    /// `n^1.02 ± 0.01`.
    fn text(&self) -> String {
        /// Nothing but rounding.
        const NOTHING: f64 = 1e-9;
        let [exponent, error] =
            [self.exponent, self.error].map(|x| if x.abs() < NOTHING { 0.0 } else { x });
        format!("n^{} ± {}", digits(exponent, 3), digits(error, 2))
    }

    /// The two ends of the line.
    fn line(&self, points: &[(f64, f64)]) -> Vec<Point> {
        let ends = frame::range(points.iter().map(|(x, _)| *x));
        let ends = ends.map_or([f64::NAN; 2], |(low, high)| [low, high]);
        let point = |x: f64| Point {
            x,
            place: None,
            y: Some((self.factor + self.exponent * x.ln()).exp()),
            bounds: None,
            outer: None,
            sign: PointSign::Plain,
            samples: 1,
            absent: 0,
            gap: None,
        };
        let line = ends.into_iter().map(point);
        line.filter(|point| point.x.is_finite() && point.y.is_some_and(f64::is_finite))
            .collect()
    }
}

/// The class whose multiple leaves the least differences of logarithms.
fn nearest(points: &[(f64, f64)]) -> Option<&'static str> {
    if points.len() < 3 {
        return None;
    }
    let misfit = |growth: Growth| {
        let ratios: Vec<f64> = points
            .iter()
            .map(|(x, y)| y.ln() - growth(*x).ln())
            .collect();
        let middle = mean(&ratios)?;
        let misfit: f64 = ratios.iter().map(|ratio| (ratio - middle).powi(2)).sum();
        misfit.is_finite().then_some(misfit)
    };
    let classes = CLASSES
        .iter()
        .filter_map(|(name, growth)| Some((*name, misfit(*growth)?)));
    let nearest = classes.min_by(|(_, one), (_, other)| one.total_cmp(other));
    nearest.map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_law_is_that_of_numpy() {
        // numpy: polyfit(log(x), log(y), 1, cov=True).
        let points = [(1.0, 2.0), (2.0, 5.0), (4.0, 8.5), (8.0, 21.0)];
        let law = PowerLaw::of(&points).unwrap();
        assert!(
            (law.exponent - 1.094_248_701_469_925_8).abs() < 1e-12,
            "{}",
            law.exponent
        );
        assert!(
            (law.error - 0.077_525_637_862_702_99).abs() < 1e-12,
            "{}",
            law.error
        );
        assert!(
            (law.factor - 0.734_080_320_170_543_8).abs() < 1e-12,
            "{}",
            law.factor
        );
        let line = law.line(&points);
        assert_eq!((line[0].x, line[1].x), (1.0, 8.0));
        assert!((line[0].y.unwrap() - law.factor.exp()).abs() < 1e-12);
        assert!(PowerLaw::of(&points[..2]).is_none());
        assert!(PowerLaw::of(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]).is_none());
    }

    #[test]
    fn the_nearest_class_is_found_whatever_its_factor() {
        for (name, growth) in CLASSES {
            let at = [16.0, 64.0, 256.0, 4096.0];
            let points = at.map(|x| (x, 7e-9 * growth(x)));
            assert_eq!(nearest(&points), Some(name));
        }
        assert_eq!(nearest(&[(1.0, 1.0)]), None);
    }
}
