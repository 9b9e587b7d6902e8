//! Plots in characters: a line of bars for each series, or a map of shades.

use crate::dataset::{Dataset, Dim, DimRole, Variable, one_line, quantity};
use crate::stats;

/// Bars from low to high.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Shades from low to high.
const SHADES: [char; 5] = ['·', '░', '▒', '▓', '█'];
/// A point without a value.
const GAP: char = ' ';
/// Series that are drawn; the others are counted.
const SERIES: usize = 12;
/// Values of a line, and rows of a map, that are drawn; of more, some at equal distances.
const PLACES: usize = 60;
/// How many times as large as the least value the greatest one is where the scale is logarithmic.
const WIDE: f64 = 10.0;

/// The lines of a plot of each result that is a number: over one numeric input with a series for each level of another,
/// or over two numeric inputs. Other sweeps have none.
pub(super) fn small_plots(dataset: &Dataset) -> Vec<String> {
    let varied = dataset.dims().iter();
    let varied = varied.filter(|dim| dim.role == DimRole::Input && dim.len() > 1);
    let (numeric, others): (Vec<&Dim>, Vec<&Dim>) = varied.partition(|dim| dim.is_numeric());
    let results = dataset.variables().iter().filter(|one| one.is_numeric());
    let of_result = |variable: &Variable| match (numeric.as_slice(), others.as_slice()) {
        ([x], []) => lines(dataset, variable, x, None),
        ([x], [series]) => lines(dataset, variable, x, Some(series)),
        ([x, y], []) => map(dataset, variable, x, y),
        _ => None,
    };
    let plots: Vec<String> = results.filter_map(of_result).flatten().collect();
    if plots.is_empty() {
        return vec![
            "none: a plot in characters needs one numeric input, with at most one other, or two"
                .to_owned(),
        ];
    }
    plots
}

/// The values of one result, and the scale that all of them share.
struct Scale {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Scale {
    fn of(values: &[Option<f64>]) -> Option<Self> {
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        let (low, high) = (stats::min(&known)?, stats::max(&known)?);
        let is_log = low > 0.0 && high / low >= WIDE;
        Some(Self { low, high, is_log })
    }

    /// One of the signs, by where the value lies between the ends.
    fn sign(&self, value: Option<f64>, signs: &[char]) -> char {
        let Some(x) = value else {
            return GAP;
        };
        let place = |x: f64| if self.is_log { x.ln() } else { x };
        let span = place(self.high) - place(self.low);
        let share = if span > 0.0 {
            (place(x) - place(self.low)) / span
        } else {
            0.0
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a few signs"
        )]
        let at = (share * signs.len() as f64) as usize;
        signs.get(at.min(signs.len() - 1)).copied().unwrap_or(GAP)
    }

    fn text(&self, units: &str) -> String {
        let scale = if self.is_log { ", logarithmic" } else { "" };
        format!(
            "{} to {}{scale}",
            quantity(self.low, units),
            quantity(self.high, units)
        )
    }
}

/// The values of a result at all points.
struct Points<'d> {
    dims: Vec<&'d Dim>,
    /// By point, the last input fastest.
    values: Vec<Option<f64>>,
}

impl<'d> Points<'d> {
    fn of(dataset: &'d Dataset, variable: &Variable) -> Option<Self> {
        let values = dataset.numbers_of_points(&variable.info.name).ok()?;
        let finite = |x: Option<f64>| x.filter(|x| x.is_finite());
        let dims = dataset.dims().iter();
        Some(Self {
            dims: dims.filter(|dim| dim.role != DimRole::Repeat).collect(),
            values: values.into_iter().map(finite).collect(),
        })
    }

    /// The value at a level of some inputs, and at the first one of all others.
    fn at(&self, wanted: &[(&Dim, usize)]) -> Option<f64> {
        let point = self.dims.iter().fold(0, |point, dim| {
            let level = wanted.iter().find(|(wanted, _)| wanted.name == dim.name);
            point * dim.len() + level.map_or(0, |(_, level)| *level)
        });
        self.values.get(point).copied().flatten()
    }
}

/// The levels of a numeric input in the order of their numbers, at most [`PLACES`].
fn places(dim: &Dim) -> Vec<usize> {
    let number = |level: usize| dim.values.get(level).and_then(crate::value::Value::as_f64);
    let levels = crate::sort::order(dim.len(), &mut |a, b| {
        number(a)
            .unwrap_or(f64::NAN)
            .total_cmp(&number(b).unwrap_or(f64::NAN))
    });
    let every = levels.len().div_ceil(PLACES).max(1);
    levels.into_iter().step_by(every).collect()
}

fn lines(
    dataset: &Dataset,
    variable: &Variable,
    x: &Dim,
    series: Option<&Dim>,
) -> Option<Vec<String>> {
    let info = &variable.info;
    let points = Points::of(dataset, variable)?;
    let scale = Scale::of(&points.values)?;
    let mut lines = vec![format!(
        "{} over {}: {}",
        info.name,
        x.name,
        scale.text(&info.units)
    )];
    let places = places(x);
    let count = series.map_or(1, Dim::len);
    let name = |level: usize| {
        let value = series.and_then(|dim| Some((dim, dim.values.get(level)?)));
        value.map_or_else(String::new, |(dim, value)| one_line(&dim.text(value)))
    };
    let shown = count.min(SERIES);
    let widest = (0..shown).map(|level| name(level).chars().count()).max();
    for level in 0..shown {
        let signs = places.iter().map(|place| {
            let mut wanted = vec![(x, *place)];
            wanted.extend(series.map(|dim| (dim, level)));
            scale.sign(points.at(&wanted), &BARS)
        });
        let signs: String = signs.collect();
        let width = widest.unwrap_or(0);
        lines.push(format!("{:>width$}  {signs}", name(level)));
    }
    if count > shown {
        lines.push(format!("… and {} more", count - shown));
    }
    Some(lines)
}

fn map(dataset: &Dataset, variable: &Variable, x: &Dim, y: &Dim) -> Option<Vec<String>> {
    let info = &variable.info;
    let points = Points::of(dataset, variable)?;
    let scale = Scale::of(&points.values)?;
    let mut lines = vec![format!(
        "{} over {} (across) and {} (up): {}",
        info.name,
        x.name,
        y.name,
        scale.text(&info.units)
    )];
    let (across, mut up) = (places(x), places(y));
    up.reverse();
    let text = |level: usize| {
        let value = y.values.get(level);
        value.map_or_else(String::new, |value| y.text(value))
    };
    let widest = up.iter().map(|level| text(*level).chars().count()).max();
    for level in up {
        let signs = across.iter().map(|place| {
            let value = points.at(&[(x, *place), (y, level)]);
            // Two signs are about as wide as one is high.
            let sign = scale.sign(value, &SHADES);
            [sign, sign]
        });
        let signs: String = signs.flatten().collect();
        let width = widest.unwrap_or(0);
        lines.push(format!("{:>width$}  {signs}", text(level)));
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, VariableInfo};
    use crate::value::{Kind, Value};

    fn sweep(dims: Vec<Dim>, cell: impl Fn(&[usize]) -> Option<f64>) -> Dataset {
        let info = VariableInfo {
            units: "s".to_owned(),
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let mut dataset = Dataset::new("Sweep", dims, vec![info]).unwrap();
        for flat in 0..dataset.len() {
            let found = cell(&dataset.position(flat).unwrap());
            if let Some(x) = found {
                let variable = dataset.variable_mut(0).unwrap();
                let value = Value::Float(x);
                variable.record(flat, &value, CellState::Measured).unwrap();
            }
        }
        dataset
    }

    fn numbers(name: &str, numbers: &[u64]) -> Dim {
        let values = numbers.iter().copied().map(Value::from).collect();
        Dim::input(name, Kind::Uint(64), values)
    }

    #[test]
    fn a_line_of_bars_for_each_series() {
        let algo = Dim::input("algo", Kind::Category, vec!["a".into(), "bb".into()]);
        // The levels stand in no order.
        let dims = vec![numbers("len", &[4, 1, 2]), algo];
        let plot = small_plots(&sweep(dims, |at| match at {
            [1, 1] => None,
            [len, algo] => Some([8.0, 1.0, 4.5][*len] + *algo as f64 * 0.5),
            _ => None,
        }));
        assert_eq!(
            plot,
            ["elapsed over len: 1 s to 8.5 s", " a  ▁▄█", "bb   ▅█"]
        );
    }

    #[test]
    fn a_wide_span_is_logarithmic() {
        let dims = vec![numbers("len", &[1, 2, 3, 4])];
        let plot = small_plots(&sweep(dims, |at| {
            Some(10_f64.powi(at[0].try_into().unwrap()))
        }));
        assert_eq!(plot[0], "elapsed over len: 1 s to 1000 s, logarithmic");
        assert_eq!(plot[1].trim(), "▁▃▆█");
    }

    #[test]
    fn two_numbers_make_a_map() {
        let dims = vec![numbers("x", &[1, 2, 3]), numbers("y", &[10, 20])];
        let plot = small_plots(&sweep(dims, |at| {
            (at != [1, 0]).then_some((at[0] + at[1]) as f64)
        }));
        assert_eq!(plot[0], "elapsed over x (across) and y (up): 0 s to 3 s");
        assert_eq!(plot[1..], ["20  ░░▓▓██", "10  ··  ▓▓"]);
    }

    #[test]
    fn other_sweeps_say_that_they_have_none() {
        let of = |count: u64| numbers(&format!("n{count}"), &[1, 2]);
        let plot = small_plots(&sweep(vec![of(1), of(2), of(3)], |_| Some(1.0)));
        assert!(plot[0].starts_with("none: "), "{plot:?}");
    }
}
