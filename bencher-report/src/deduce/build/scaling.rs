use bencher_core::dataset::digits;
use bencher_core::stats::{mean, student_reach};

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
            let nearest = nearest(&points).map_or_else(String::new, |found| format!("; {found}"));
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
    let model = "Power laws, fitted to logarithms by least squares; ± are the bounds of the exponent at 95 %.";
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
    /// How far its bounds at 95 % lie from it.
    reach: f64,
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
        let reach = student_reach(freedom) * error;
        (exponent.is_finite() && reach.is_finite()).then_some(Self {
            exponent,
            reach,
            factor,
        })
    }

    /// `n^1.02 ± 0.01`.
    fn text(&self) -> String {
        /// Nothing but rounding.
        const NOTHING: f64 = 1e-9;
        let [exponent, reach] =
            [self.exponent, self.reach].map(|x| if x.abs() < NOTHING { 0.0 } else { x });
        format!("n^{} ± {}", digits(exponent, 3), digits(reach, 2))
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
            row: None,
            absent: 0,
            gap: None,
        };
        let line = ends.into_iter().map(point);
        line.filter(|point| point.x.is_finite() && point.y.is_some_and(f64::is_finite))
            .collect()
    }
}

/// The class whose multiple leaves the least differences of logarithms, and those that the points do not tell from it.
///
/// A class is as likely where its differences are within the bounds at 95 % of those of the nearest one (the profile of
/// the likelihood of normal differences).
fn nearest(points: &[(f64, f64)]) -> Option<String> {
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
    let mut classes: Vec<(&str, f64)> = classes.collect();
    classes.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let (first, others) = classes.split_first()?;
    let freedom = (points.len() - 1) as f64;
    // What rounding leaves of points that lie on a class decides nothing.
    let within = first.1 * (1.0 + student_reach(freedom).powi(2) / freedom) + f64::EPSILON;
    let as_likely = others.iter().take_while(|(_, misfit)| *misfit <= within);
    let as_likely: Vec<&str> = as_likely.map(|(name, _)| *name).collect();
    Some(if as_likely.is_empty() {
        format!("nearest: {}", first.0)
    } else {
        format!(
            "nearest: {}, not decided from {}",
            first.0,
            as_likely.join(", ")
        )
    })
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
        let error = law.reach / student_reach(2.0);
        assert!((error - 0.077_525_637_862_702_99).abs() < 1e-12, "{error}");
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
            assert_eq!(nearest(&points), Some(format!("nearest: {name}")));
        }
        assert_eq!(nearest(&[(1.0, 1.0)]), None);
    }

    #[test]
    fn few_uneven_points_do_not_decide_a_class() {
        // n over one decade, 20 % too much and too little in turn: n log n fits nearly as well.
        let points = [(100.0, 120.0), (300.0, 240.0), (1000.0, 1200.0)];
        let found = nearest(&points).unwrap();
        assert_eq!(found, "nearest: O(n), not decided from O(n log n)");
        // numpy: polyfit of the logarithms, 1.0054 with a standard error of 0.20319; t of one degree of freedom: 12.7062.
        let law = PowerLaw::of(&points).unwrap();
        assert!((law.reach - 2.581_784_686).abs() < 1e-6, "{}", law.reach);
    }
}
