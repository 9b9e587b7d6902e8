//! A chart for display: numbers get readable unit prefixes.

use bencher_core::dataset::{Dim, UnitScale};

use super::{Axis, Chart, Histogram, Marks, Parallel, Table, TableCell, Ticks, text};

impl Chart {
    /// The chart with one prefix for every axis, chosen from its largest magnitude; on a logarithmic
    /// axis every tick has its own.
    ///
    /// `own_ticks` says whether the renderer accepts positions of ticks. A renderer with ticks only at powers of ten
    /// cannot write bytes in binary prefixes.
    pub(crate) fn displayed(&self, own_ticks: bool) -> Self {
        let mut chart = self.clone();
        let (by_x, by_y) = (
            chart.x.displayed(own_ticks, false),
            chart.y.displayed(own_ticks, false),
        );
        let by_color = chart
            .color
            .as_mut()
            // Every renderer writes the ticks of a scale of colours itself.
            .map(|axis| axis.displayed(true, true));
        if let Some(Marks::Parallel(_)) = chart.panels.first().map(|panel| &panel.marks) {
            let mut labels = Vec::new();
            for panel in &mut chart.panels {
                if let Marks::Parallel(parallel) = &mut panel.marks {
                    parallel.displayed(own_ticks);
                    labels = parallel.axes.iter().map(Axis::label).collect();
                }
            }
            chart.x.ticks = Ticks::Levels(labels);
        }
        let depth = chart.depth.as_mut();
        let by_depth = depth.map(|axis| axis.displayed(own_ticks, false));
        chart.reference = chart.reference.map(|at| by_y.apply(at));
        for panel in &mut chart.panels {
            if let Marks::Field(field) = &mut panel.marks {
                for z in &mut field.z {
                    *z = by_depth.as_ref().map_or(*z, |by| by.apply(*z));
                }
            }
            panel.marks.scale(&by_x, &by_y, by_color.as_ref());
        }
        chart
    }
}

/// By what the numbers of an axis are multiplied for display.
struct Scaling {
    units: UnitScale,
    /// The exponent of a power of ten.
    shift: i32,
}

impl Scaling {
    fn apply(&self, x: f64) -> f64 {
        shifted(self.units.apply(x), self.shift)
    }

    /// Applies it to values and to their bounds.
    fn apply_to(&self, values: &mut [Option<f64>], bounds: &mut [Option<(f64, f64)>]) {
        for value in values.iter_mut().flatten() {
            *value = self.apply(*value);
        }
        for (low, high) in bounds.iter_mut().flatten() {
            (*low, *high) = (self.apply(*low), self.apply(*high));
        }
    }
}

/// A number times a power of ten. The largest powers are no numbers, so they take two steps.
fn shifted(x: f64, shift: i32) -> f64 {
    const LARGEST: i32 = 308;
    // Read as a decimal, a power is as near as a number can be.
    let power = |exponent: i32| format!("1e{exponent}").parse().unwrap_or(1.0);
    let first = shift.clamp(-LARGEST, LARGEST);
    let times = |x: f64, exponent: i32| {
        if exponent < 0 {
            x / power(-exponent)
        } else {
            x * power(exponent)
        }
    };
    if shift == 0 {
        return x;
    }
    times(times(x, first), shift - first).clamp(f64::MIN, f64::MAX)
}

/// The power of ten that brings a linear axis to numbers whose differences and quotients a renderer can compute; 0 for
/// all usual ones. Colours also need a span that is not lost beside 1: kuva adds a small number to it.
fn shift_of((low, high): (f64, f64), is_color: bool) -> i32 {
    const LARGE: f64 = 1e290;
    const SMALL: f64 = 1e-290;
    const NARROW: f64 = 1e-6;
    let largest = low.abs().max(high.abs());
    if largest == 0.0 || !largest.is_finite() {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within 324")]
    let exponent = |x: f64| x.log10().floor() as i32;
    if !(SMALL..=LARGE).contains(&largest) {
        return -exponent(largest);
    }
    let span = high - low;
    if is_color && span > 0.0 && span < NARROW {
        return -exponent(span);
    }
    0
}

impl Marks {
    fn scale(&mut self, by_x: &Scaling, by_y: &Scaling, by_color: Option<&Scaling>) {
        let pair = |pair: (f64, f64)| (by_y.apply(pair.0), by_y.apply(pair.1));
        match self {
            Self::Lines(series) | Self::Bars(series) => {
                for point in series.iter_mut().flat_map(|one| &mut one.points) {
                    point.x = by_x.apply(point.x);
                    point.y = point.y.map(|y| by_y.apply(y));
                    point.bounds = point.bounds.map(pair);
                    point.outer = point.outer.map(pair);
                }
            }
            Self::Boxes(series) => {
                for mark in series.iter_mut().flat_map(|one| &mut one.boxes) {
                    if let Some(q) = &mut mark.quartiles {
                        for value in [&mut q.low, &mut q.q1, &mut q.median, &mut q.q3, &mut q.high]
                        {
                            *value = by_y.apply(*value);
                        }
                    }
                    mark.centre = mark.centre.map(|one| one.map(|y| by_y.apply(y)));
                    for outlier in &mut mark.outliers {
                        *outlier = by_y.apply(*outlier);
                    }
                    for (value, _) in &mut mark.outline {
                        *value = by_y.apply(*value);
                    }
                }
            }
            Self::HeatMap(map) => {
                if let Some(by) = by_color {
                    by.apply_to(&mut map.values, &mut map.bounds);
                }
            }
            Self::Field(field) => {
                field.x.iter_mut().for_each(|x| *x = by_x.apply(*x));
                field.y.iter_mut().for_each(|y| *y = by_y.apply(*y));
                if let Some(by) = by_color {
                    by.apply_to(&mut field.values, &mut field.bounds);
                }
            }
            Self::Hexbin(hexbin) => {
                for cell in &mut hexbin.cells {
                    (cell.x, cell.y) = (by_x.apply(cell.x), by_y.apply(cell.y));
                }
                for row in hexbin.first_rows.iter_mut().flatten() {
                    (row.x, row.y) = (by_x.apply(row.x), row.y.map(|y| by_y.apply(y)));
                }
                hexbin.width = by_x.apply(hexbin.width);
                hexbin.step = by_y.apply(hexbin.step);
            }
            Self::Histogram(Histogram {
                edges, first_rows, ..
            }) => {
                let rows = first_rows.iter_mut().flatten().map(|row| &mut row.x);
                for x in edges.iter_mut().chain(rows) {
                    *x = by_x.apply(*x);
                }
            }
            Self::Table(table) => table.shorten(),
            // Each of several parallel axes has a scaling of its own.
            Self::Parallel(_) | Self::Pane(_) => {}
        }
    }
}

impl Parallel {
    /// Brings each axis into the prefix that reads best.
    fn displayed(&mut self, own_ticks: bool) {
        for (n, axis) in self.axes.iter_mut().enumerate() {
            let by = axis.displayed(own_ticks, false);
            for row in &mut self.rows {
                match row.inputs.get_mut(n) {
                    Some(x) => *x = by.apply(*x),
                    None => row.value = row.value.map(|x| by.apply(x)),
                }
            }
        }
    }
}

impl Table {
    /// Brings every column of numbers into the prefix that reads best.
    fn shorten(&mut self) {
        for (column, units) in self.units.iter_mut().enumerate() {
            let mut cells: Vec<&mut TableCell> = self
                .rows
                .iter_mut()
                .filter_map(|row| row.get_mut(column).filter(|cell| cell.gap.is_none()))
                .collect();
            let numbers = numbers(cells.iter().map(|cell| cell.text.as_str()));
            if let Some(numbers) = numbers {
                let (shown, names) = in_one_prefix(units, &numbers);
                for (cell, name) in cells.iter_mut().zip(names) {
                    cell.text = name;
                }
                *units = shown;
            }
        }
    }
}

impl Axis {
    /// Brings the axis into the prefix that reads best, and to numbers that a renderer can compute with; what that
    /// makes of its numbers.
    fn displayed(&mut self, own_ticks: bool, is_color: bool) -> Scaling {
        let largest = self
            .ends()
            .map_or(0.0, |(low, high)| low.abs().max(high.abs()));
        match &self.ticks {
            Ticks::Linear => {
                let units = UnitScale::for_magnitude(&self.units, largest);
                units.units().clone_into(&mut self.units);
                let ends = self.ends().unwrap_or_default();
                let shift = shift_of((units.apply(ends.0), units.apply(ends.1)), is_color);
                self.shift = shift;
                let scale = Scaling { units, shift };
                let apply = |(low, high)| (scale.apply(low), scale.apply(high));
                self.range = self.range.map(apply);
                self.limits = self.limits.map(apply);
                return scale;
            }
            Ticks::Log if own_ticks || !is_binary(&self.units) => {
                let ends = self.range.map_or([0.0, 0.0], |(low, high)| [low, high]);
                if ends.into_iter().any(|end| prefixed(&self.units, end)) {
                    self.tick_units = std::mem::take(&mut self.units);
                }
            }
            Ticks::Levels(names) if self.kind.is_numeric() => {
                if let Some(numbers) = numbers(names.iter().map(String::as_str)) {
                    // Levels that few characters do not say exactly stay in full.
                    if let Some((units, names)) = coordinates(&self.units, &numbers) {
                        self.units = units;
                        self.ticks = Ticks::Levels(names);
                    }
                }
            }
            Ticks::Log | Ticks::Time | Ticks::Levels(_) => {}
        }
        Scaling {
            units: UnitScale::for_magnitude("", 0.0),
            shift: 0,
        }
    }

    /// Where numbers lie on the axis as it is displayed; no place where there is no number.
    #[cfg(feature = "html")]
    pub(crate) fn shown_places(
        &self,
        numbers: impl Iterator<Item = Option<f64>>,
    ) -> Vec<Option<f64>> {
        let scaling = self.clone().displayed(true, false);
        let place = |x: Option<f64>| x.map(|x| scaling.apply(x)).filter(|x| x.is_finite());
        numbers.map(place).collect()
    }

    /// A number of the axis in as many characters as distinguish it from other ticks, with the unit where ticks carry
    /// it.
    pub(crate) fn tick(&self, x: f64) -> String {
        /// A share of the axis that is nothing but rounding.
        const NOTHING: f64 = 1e-9;
        let (low, high) = self.ends().unwrap_or_default();
        let digits = text::digits((low, high));
        // On a logarithmic axis, ticks are powers that are exact, however small beside its end.
        let is_nothing = !self.is_log() && x.abs() < (high - low) * NOTHING;
        let x = if is_nothing { 0.0 } else { x };
        if self.shift != 0 {
            text::shifted_back(x, self.shift, digits)
        } else if self.tick_units.is_empty() {
            text::with_digits(x, digits)
        } else {
            text::quantity_with_digits(x, &self.tick_units, digits)
        }
    }

    /// A number of an axis that was multiplied by a power of ten, with its unit; `None` on all other axes.
    fn shifted_text(&self, x: f64, digits: usize) -> Option<String> {
        let number = (self.shift != 0).then(|| text::shifted_back(x, self.shift, digits))?;
        Some(if self.is_phrase() || self.units.is_empty() {
            number
        } else {
            format!("{number} {}", self.units)
        })
    }

    /// At most `most` places of ticks on a linear axis, at round numbers.
    pub(crate) fn linear_places(&self, most: usize) -> Vec<f64> {
        /// A share of a step that is nothing but rounding.
        const NOTHING: f64 = 1e-9;
        let Some((low, high)) = self.ends() else {
            return Vec::new();
        };
        let rough = (high - low) / most.saturating_sub(1).max(1) as f64;
        let decade = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade);
        match steps.into_iter().find(|step| *step >= rough) {
            Some(step) if step > 0.0 && rough.is_finite() => (0..=most)
                .map(|n| ((low / step - NOTHING).ceil() + n as f64) * step)
                .filter(|place| *place <= high + step * NOTHING)
                .take(most)
                .collect(),
            _ => vec![low],
        }
    }

    /// The text before a [`value`](Self::value).
    pub(crate) fn heading(&self) -> String {
        if self.is_phrase() {
            self.label()
        } else {
            self.name.clone()
        }
    }

    /// A coordinate on the axis with its unit, in few characters where they say exactly that.
    pub(crate) fn coordinate(&self, x: f64) -> String {
        /// What two roundings leave of a number.
        const DIGITS: usize = 14;
        if let Some(text) = self.shifted_text(x, DIGITS) {
            return text;
        }
        match (self.is_phrase(), self.tick_units.as_str()) {
            (true, _) => text::coordinate(x, ""),
            (false, "") => text::coordinate(x, &self.units),
            (false, units) => text::coordinate(x, units),
        }
    }

    /// A number of the axis with its unit, in the prefix that makes it readable.
    pub(crate) fn value(&self, x: f64) -> String {
        const DIGITS: usize = 4;
        if let Some(text) = self.shifted_text(x, DIGITS) {
            return text;
        }
        if self.is_phrase() {
            text::number(x)
        } else if self.tick_units.is_empty() {
            text::quantity(x, &self.units)
        } else {
            text::quantity(x, &self.tick_units)
        }
    }

    /// Whether the unit is several words, which no number can carry: `share of true`.
    fn is_phrase(&self) -> bool {
        self.units.contains(' ')
    }

    /// At most `most` places of ticks on a logarithmic axis, at round numbers of its unit.
    pub(crate) fn log_places(&self, most: usize) -> Vec<f64> {
        let Some((low, high)) = self.ends() else {
            return Vec::new();
        };
        let (base, digits): (f64, &[f64]) = if is_binary(&self.tick_units) {
            (2.0, &[1.0])
        } else {
            (10.0, &[1.0, 2.0, 5.0])
        };
        let (first, last) = (low.log(base).floor(), high.log(base).ceil());
        let inside = |x: &f64| x.is_finite() && (low * 0.9..=high * 1.1).contains(x);
        let places = |digits: &[f64], every: usize| -> Vec<f64> {
            let mut places = Vec::new();
            let mut power = (first / every as f64).floor() * every as f64;
            while power <= last && places.len() <= 1000 {
                places.extend(
                    digits
                        .iter()
                        .map(|digit| digit * base.powf(power))
                        .filter(inside),
                );
                power += every as f64;
            }
            places
        };
        let finest = places(digits, 1);
        if finest.len() <= most {
            return finest;
        }
        (1..1000)
            .map(|every| places(&[1.0], every))
            .find(|places| places.len() <= most)
            .unwrap_or_default()
    }
}

/// The numbers that texts in full are; `None` where one is none.
fn numbers<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Vec<f64>> {
    texts.map(|text| text.parse().ok()).collect()
}

/// Numbers in few characters, with the unit that is left to say: in one prefix where the smallest
/// reads well in the largest one's, each in its own otherwise.
fn in_one_prefix(units: &str, numbers: &[f64]) -> (String, Vec<String>) {
    let magnitudes = || numbers.iter().map(|x| x.abs()).filter(|x| *x > 0.0);
    let largest = magnitudes().fold(0.0, f64::max);
    let smallest = magnitudes().fold(f64::INFINITY, f64::min);
    let scale = UnitScale::for_magnitude(units, largest);
    if scale.units() == units || scale.apply(smallest) >= 0.01 {
        let names = numbers.iter().map(|x| text::number(scale.apply(*x)));
        (scale.units().to_owned(), names.collect())
    } else {
        let names = numbers.iter().map(|x| text::quantity(*x, units));
        (String::new(), names.collect())
    }
}

/// Numbers of an input in few characters that say exactly them, as [`in_one_prefix`] has it; `None` where
/// there are none.
fn coordinates(units: &str, numbers: &[f64]) -> Option<(String, Vec<String>)> {
    let largest = numbers.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let scale = UnitScale::for_magnitude(units, largest);
    let is_exact = |x: f64| text::is_exact(x, "");
    let (shown, names) = in_one_prefix(units, numbers);
    let exact = if shown == scale.units() {
        numbers.iter().all(|x| is_exact(scale.apply(*x)))
    } else {
        false
    };
    if exact {
        return Some((shown, names));
    }
    let exact = numbers.iter().all(|x| text::is_exact(*x, units));
    let names = numbers.iter().map(|x| text::quantity(*x, units));
    exact.then(|| (String::new(), names.collect()))
}

/// The levels of an input in few characters, and the unit that is left to say, as an axis has them.
pub(crate) fn short_levels(dim: &Dim) -> (String, Vec<String>) {
    let full = text::levels(dim);
    if dim.is_numeric()
        && let Some(numbers) = numbers(full.iter().map(String::as_str))
        && let Some(short) = coordinates(&dim.units, &numbers)
    {
        return short;
    }
    (dim.units.clone(), full)
}

/// Whether a number of a unit is shown in another one.
fn prefixed(units: &str, x: f64) -> bool {
    UnitScale::for_magnitude(units, x).units() != units
}

/// Whether a unit has binary prefixes.
pub(crate) fn is_binary(units: &str) -> bool {
    UnitScale::for_magnitude(units, 1e30).units().contains("iB")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::value::Kind;

    fn axis(units: &str, ticks: Ticks, range: (f64, f64)) -> Axis {
        Axis {
            ticks,
            range: Some(range),
            ..Axis::linear("n", units)
        }
    }

    #[test]
    fn one_prefix_for_an_axis() {
        let mut y = axis("s", Ticks::Linear, (2e-5, 1.5e-3));
        let scale = y.displayed(true, false);
        assert_eq!((y.label().as_str(), y.range), ("n [ms]", Some((0.02, 1.5))));
        assert_eq!(
            (scale.apply(1e-3), y.value(0.02)),
            (1.0, "20 µs".to_owned())
        );
        let mut y = axis("share of true", Ticks::Linear, (0.0, 1.0));
        y.displayed(true, false);
        assert_eq!(
            (y.heading(), y.value(0.5)),
            ("n [share of true]".into(), "0.5".into())
        );
    }

    /// From tolerances to the ends of the floats.
    #[test]
    fn ticks_of_many_decades_are_not_zero() {
        for (range, ticks) in [
            ((1e-12, 1.0), ["1e-12", "1e-10", "1"]),
            ((1e-300, 1e300), ["1e-300", "1e-100", "1e300"]),
        ] {
            let mut x = axis("", Ticks::Log, range);
            x.displayed(true, true);
            let middle = if range.0 < 1e-100 { 1e-100 } else { 1e-10 };
            let found = [range.0, middle, range.1].map(|at| x.tick(at));
            assert_eq!(found, ticks);
        }
        // What is left of zero by rounding.
        let mut x = axis("", Ticks::Linear, (-1.0, 1.0));
        x.displayed(true, false);
        assert_eq!(x.tick(5.5e-17), "0");
    }

    #[test]
    fn every_axis_has_numbers_that_a_renderer_can_compute_with() {
        for range in [
            (-1e308, 1e308),
            (-1.7e308, 1.7e308),
            (f64::MIN, f64::MAX),
            (1e-320, 3e-320),
            (0.0, 5e-324),
        ] {
            let mut y = axis("", Ticks::Linear, range);
            let scaling = y.displayed(true, false);
            let (low, high) = y.range.unwrap();
            assert!(
                (1e-3..1e3).contains(&(high - low)),
                "{range:?}: {low} to {high}"
            );
            assert_eq!(
                (scaling.apply(range.0), scaling.apply(range.1)),
                (low, high)
            );
            let texts: Vec<String> = y.linear_places(7).iter().map(|x| y.tick(*x)).collect();
            let different: std::collections::BTreeSet<&String> = texts.iter().collect();
            assert!(
                different.len() == texts.len() && texts.len() > 1,
                "{range:?}: {texts:?}"
            );
        }
        let mut y = axis("s", Ticks::Linear, (-1e308, 1e308));
        y.displayed(true, false);
        assert_eq!(
            y.range.map(|(_, high)| y.coordinate(high)),
            Some("1e308 s".into())
        );
        let mut y = axis("", Ticks::Linear, (-1e308, 1e308));
        y.displayed(true, false);
        let (low, high) = y.range.unwrap();
        assert_eq!(
            (y.value(low), y.coordinate(high)),
            ("-1e308".into(), "1e308".into())
        );
        let ticks: Vec<String> = y.linear_places(5).iter().map(|x| y.tick(*x)).collect();
        assert_eq!(ticks, ["-1e308", "-5e307", "0", "5e307", "1e308"]);
        // Colours of a narrow span.
        let mut color = axis("", Ticks::Linear, (1e-20, 3e-20));
        color.displayed(true, true);
        let (low, high) = color.range.unwrap();
        assert!((high - low) >= 1.0, "{low} to {high}");
        assert_eq!(
            (color.tick(low), color.tick(high)),
            ("1e-20".into(), "3e-20".into())
        );
        // Usual ones stay as they are.
        for range in [(0.0, 0.0), (5.0, 5.0), (-1.0, 1e200), (1e-200, 2e-200)] {
            let mut y = axis("", Ticks::Linear, range);
            y.displayed(true, false);
            assert_eq!((y.shift, y.range), (0, Some(range)));
        }
    }

    #[test]
    fn ticks_of_a_logarithmic_axis_have_their_own() {
        let ticks = |axis: &Axis, most| -> Vec<String> {
            axis.log_places(most)
                .iter()
                .map(|x| axis.tick(*x))
                .collect()
        };
        let mut time = axis("s", Ticks::Log, (1e-7, 1e-3));
        time.displayed(false, false);
        assert_eq!(time.label(), "n");
        assert_eq!(
            ticks(&time, 8),
            ["100 ns", "1 µs", "10 µs", "100 µs", "1 ms"]
        );
        let mut bytes = axis("B", Ticks::Log, (64.0, 1_048_576.0));
        assert_eq!(bytes.clone().displayed(false, false).units.units(), "");
        bytes.displayed(true, false);
        assert_eq!(
            ticks(&bytes, 8),
            [
                "64 B", "256 B", "1 KiB", "4 KiB", "16 KiB", "64 KiB", "256 KiB", "1 MiB"
            ]
        );
        let mut narrow = axis("Hz", Ticks::Log, (900.0, 7000.0));
        narrow.displayed(true, false);
        assert_eq!(ticks(&narrow, 8), ["1 kHz", "2 kHz", "5 kHz"]);
        let mut counts = axis("elements", Ticks::Log, (1.0, 1e6));
        counts.displayed(true, false);
        assert_eq!(counts.label(), "n [elements]");
    }

    #[test]
    fn levels_are_short_and_stay_distinct() {
        let named = |units: &str, names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            let mut axis = Axis {
                kind: Kind::Float(64),
                units: units.to_owned(),
                ..Axis::levels("n", names)
            };
            axis.displayed(true, false);
            (axis.label(), axis.level_names().to_vec())
        };
        let levels = named("B", &["64", "1048576"]);
        assert_eq!(levels, ("n".into(), vec!["64 B".into(), "1 MiB".into()]));
        let levels = named("s", &["0.0005", "0.002"]);
        assert_eq!(levels, ("n [ms]".into(), vec!["0.5".into(), "2".into()]));
        let levels = named("", &["16777216", "16777217"]);
        assert_eq!(levels.1, ["16777216", "16777217"]);
    }
}
