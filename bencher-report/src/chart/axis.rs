use bencher_core::dataset::Dim;
use bencher_core::value::{Kind, Value};
use bencher_core::var::Scale;
use serde::Serialize;

use super::labels::EMPTY;
use super::{between, labels, text};

/// Characters of the name of a level on a parallel axis.
const LEVEL: usize = 18;

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// The name of the input or result on it.
    pub name: String,
    /// The unit; empty where there is none.
    pub units: String,
    /// The unit at the ticks, each with its own prefix; empty where the unit is beside the name.
    pub tick_units: String,
    /// The kind of its numbers; numbers of 32 bits are printed as such.
    pub kind: Kind,
    /// The positions of values on it.
    pub ticks: Ticks,
    /// Levels of a second, outer input, for nested levels; empty otherwise.
    pub groups: Vec<LevelGroup>,
    /// The lowest and the highest value over all panels, so that panels can be compared.
    pub range: Option<(f64, f64)>,
    /// The ends of a colour scale, if a few extreme values would give all others one colour. Cells beyond them are
    /// marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<(f64, f64)>,
    /// The exponent of the power of ten by which the numbers of the axis were multiplied, because a renderer cannot
    /// compute with them as they are; 0 in a description.
    #[serde(skip)]
    pub shift: i32,
}

/// The positions of values on an axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Ticks {
    /// Values lie at their number.
    Linear,
    /// Values lie at the logarithm of their number; all are above zero.
    Log,
    /// Values lie at their moment, in seconds since 1970 in UTC.
    Time,
    /// Values lie at the position of their level, counted from 0.
    Levels(Vec<String>),
}

/// Where a value lies that a scale of colours does not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScaleSide {
    Below,
    Above,
}

impl ScaleSide {
    pub(crate) const ALL: [Self; 2] = [Self::Below, Self::Above];

    /// The name as a reader sees it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Below => "below the colour scale",
            Self::Above => "above the colour scale",
        }
    }

    /// The sign of such a value in pictures and their captions.
    pub(crate) const fn arrow(self) -> &'static str {
        match self {
            Self::Below => "↓",
            Self::Above => "↑",
        }
    }
}

/// Neighbouring levels that belong to one level of an outer input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelGroup {
    /// The outer level.
    pub label: String,
    /// The first position of the group.
    pub first: usize,
    /// The number of positions in the group.
    pub count: usize,
}

/// The name of an axis of nested levels, from the labels of its inputs.
pub(crate) fn nested_name(inner: &str, outer: &str) -> String {
    format!("{inner} within {outer}")
}

/// How many decades lie between two ticks where an axis has about `most` of them.
pub(crate) fn decades_per_tick(decades: f64, most: usize) -> f64 {
    const STEPS: [f64; 10] = [1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0];
    let least = decades / most.max(1) as f64;
    STEPS
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(least.ceil())
}

impl Axis {
    /// A linear axis.
    pub fn linear(name: impl Into<String>, units: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            units: units.into(),
            tick_units: String::new(),
            kind: Kind::Float(64),
            ticks: Ticks::Linear,
            groups: Vec::new(),
            range: None,
            limits: None,
            shift: 0,
        }
    }

    /// An axis of levels.
    pub fn levels(name: impl Into<String>, levels: Vec<String>) -> Self {
        Self {
            ticks: Ticks::Levels(levels),
            ..Self::linear(name, "")
        }
    }

    /// The axis of an input's levels, in their order, at equal distances.
    pub fn of_levels(dim: &Dim) -> Self {
        /// A longer name of a level is cut.
        const LONGEST: usize = 24;
        let levels = text::levels(dim);
        let is_long = levels.iter().any(|level| level.chars().count() > LONGEST);
        // The common form of all levels stands in the place of the unit, which they do not have.
        let parts = text::parts(dim).filter(|_| is_long && dim.units.is_empty());
        let (units, levels) = parts.unwrap_or_else(|| (dim.units.clone(), levels));
        Self {
            units,
            kind: dim.kind,
            ..Self::levels(&dim.name, levels)
        }
    }

    /// The ticks of an input's numbers: logarithmic where the input is, or its values spread over decades, and they allow
    /// it.
    pub(crate) fn ticks_of(scale: Scale, numbers: &[f64]) -> Ticks {
        let positive = |x: &f64| *x > 0.0 && x.is_finite();
        let is_log = scale == Scale::Log || spread_over_decades(numbers);
        if is_log && numbers.iter().all(positive) {
            Ticks::Log
        } else {
            Ticks::Linear
        }
    }

    /// `name [unit]`.
    pub fn label(&self) -> String {
        if self.units.is_empty() {
            self.name.clone()
        } else {
            format!("{} [{}]", self.name, self.units)
        }
    }

    /// The levels; empty on a numeric axis.
    pub fn level_names(&self) -> &[String] {
        match &self.ticks {
            Ticks::Levels(levels) => levels,
            Ticks::Linear | Ticks::Log | Ticks::Time => &[],
        }
    }

    /// Whether the axis is logarithmic.
    pub fn is_log(&self) -> bool {
        self.ticks == Ticks::Log
    }

    /// Where a scale of colours begins and ends.
    pub(crate) fn ends(&self) -> Option<(f64, f64)> {
        self.limits.or(self.range)
    }

    /// On which side of the scale's ends a value lies: below, or above.
    pub(crate) fn beyond(&self, x: f64) -> Option<ScaleSide> {
        let (low, high) = self.limits?;
        if x < low {
            Some(ScaleSide::Below)
        } else {
            (x > high).then_some(ScaleSide::Above)
        }
    }

    /// The range and a share of it on both sides.
    pub(crate) fn padded(&self, share: f64) -> Option<(f64, f64)> {
        let (low, high) = self.range?;
        if self.is_log() {
            let ends = |share| between((low, high), true, share);
            let (below, above) = (
                ends(-share).min(low / 1.05),
                ends(1.0 + share).max(high * 1.05),
            );
            // Where there is no room left for numbers the axis ends at the value.
            let low = if below > 0.0 { below } else { low };
            return Some((low, if above.is_finite() { above } else { high }));
        }
        if low >= high {
            let by = (low.abs() * share).max(f64::MIN_POSITIVE);
            return Some((low - by, high + by))
                .filter(|(low, high)| low.is_finite() && high.is_finite());
        }
        let (below, above) = (
            between((low, high), false, -share),
            between((low, high), false, 1.0 + share),
        );
        let is_room = below.is_finite() && above.is_finite();
        Some(if is_room { (below, above) } else { (low, high) })
    }

    /// Where a number lies between the ends of the axis: 0 to 1 within them.
    pub(crate) fn share(&self, x: f64) -> f64 {
        let ends = match &self.ticks {
            Ticks::Levels(levels) => Some((0.0, levels.len().saturating_sub(1) as f64)),
            Ticks::Linear | Ticks::Log | Ticks::Time => self.range,
        };
        // Halves, since the distance of two numbers need not be one.
        let place = |x: f64| if self.is_log() { x.ln() } else { x / 2.0 };
        match ends {
            Some((low, high)) if high > low => (place(x) - place(low)) / (place(high) - place(low)),
            _ => 0.5,
        }
    }

    /// Where a number lies on a scale of colours: 0 to 1 between its ends.
    pub(crate) fn color_share(&self, x: f64) -> f64 {
        let scale = Self {
            range: self.ends(),
            ..self.clone()
        };
        scale.share(x).clamp(0.0, 1.0)
    }

    /// At most about `most` places of ticks, each with its text.
    pub(crate) fn named_places(&self, most: usize) -> Vec<(f64, String)> {
        let places = match &self.ticks {
            Ticks::Levels(levels) => {
                let full: Vec<String> = (0..levels.len()).map(|n| self.name_of(n as f64)).collect();
                let names = labels(&full, LEVEL).into_iter().enumerate();
                let step = levels.len().div_ceil(most.max(1)).max(1);
                return names
                    .step_by(step)
                    .map(|(n, name)| (n as f64, name))
                    .collect();
            }
            Ticks::Time => {
                let ends = self
                    .range
                    .map(|(low, high)| [low, between((low, high), false, 0.5), high]);
                let names = ends.into_iter().flatten().map(|at| (at, text::moment(at)));
                return names.collect();
            }
            Ticks::Linear => self.linear_places(most),
            Ticks::Log => self.log_places(most),
        };
        // An axis of one number, or one too short for a round number, has a tick at its end.
        let places = if places.is_empty() {
            self.range.map(|(low, _)| low).into_iter().collect()
        } else {
            places
        };
        places.into_iter().map(|x| (x, self.tick(x))).collect()
    }

    /// The text of a position: the level's name, with its group, the moment, or the number in full.
    pub fn name_of(&self, at: f64) -> String {
        let levels = match &self.ticks {
            Ticks::Levels(levels) => levels,
            Ticks::Time => return text::moment(at),
            Ticks::Linear | Ticks::Log => return self.kind.text(&Value::Float(at)),
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positions are small counts; a negative or NaN one saturates to 0"
        )]
        let position = at.round() as usize;
        let level = levels.get(position).cloned().unwrap_or_default();
        let group = self
            .groups
            .iter()
            .find(|group| (group.first..group.first + group.count).contains(&position));
        match group {
            // Of two names in one, an empty one would look like none.
            Some(group) => format!("{} / {}", named(&group.label), named(&level)),
            None => level,
        }
    }
}

/// A part of a name, also where it has no character.
fn named(part: &str) -> &str {
    if part.trim().is_empty() { EMPTY } else { part }
}

/// Whether numbers such as 100, 10,000 and 1,000,000 would crowd at one end of a linear axis: they reach over two decades,
/// and their distances grow tenfold.
fn spread_over_decades(numbers: &[f64]) -> bool {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let distances: Vec<f64> = sorted
        .windows(2)
        .filter_map(|pair| Some(pair.last()? - pair.first()?))
        .collect();
    let ends = sorted.first().zip(sorted.last());
    let ends_of_distances = distances.first().zip(distances.last());
    distances.len() > 1
        && ends.is_some_and(|(low, high)| *low > 0.0 && high / low >= 100.0)
        && ends_of_distances.is_some_and(|(first, last)| last / first >= 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_over_decades_have_a_logarithmic_axis() {
        for (numbers, expected) in [
            (&[100.0, 10_000.0, 1_000_000.0][..], Ticks::Log),
            (&[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0], Ticks::Log),
            // Even steps, few decades, two values, a zero.
            (&[1.0, 251.0, 501.0, 751.0, 1001.0], Ticks::Linear),
            (&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0], Ticks::Linear),
            (&[1.0, 1000.0], Ticks::Linear),
            (&[0.0, 1.0, 1000.0], Ticks::Linear),
        ] {
            assert_eq!(
                Axis::ticks_of(Scale::Linear, numbers),
                expected,
                "{numbers:?}"
            );
        }
        assert_eq!(Axis::ticks_of(Scale::Log, &[1.0, 2.0]), Ticks::Log);
    }
}
