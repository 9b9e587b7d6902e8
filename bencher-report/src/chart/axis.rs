use bencher_core::dataset::Dim;
use bencher_core::var::Scale;
use serde::Serialize;

use super::text;

/// What an axis measures, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// `name [unit]`.
    pub label: String,
    /// Where values lie on it.
    pub ticks: Ticks,
    /// Levels of a second, outer input, for nested levels; empty otherwise.
    pub groups: Vec<LevelGroup>,
    /// The lowest and highest value over all panels, so that panels can be compared.
    pub range: Option<(f64, f64)>,
}

/// Where values lie on an axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Ticks {
    /// At their number.
    Linear,
    /// At the logarithm of their number; all are above zero.
    Log,
    /// At the position of their level, counted from 0.
    Levels(Vec<String>),
}

/// Neighbouring levels that belong to one level of an outer input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelGroup {
    /// The outer level.
    pub label: String,
    /// The first position of the group.
    pub first: usize,
    /// How many positions it has.
    pub count: usize,
}

impl Axis {
    /// A linear axis.
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ticks: Ticks::Linear,
            groups: Vec::new(),
            range: None,
        }
    }

    /// An axis of levels.
    pub fn levels(label: impl Into<String>, levels: Vec<String>) -> Self {
        Self {
            ticks: Ticks::Levels(levels),
            ..Self::linear(label)
        }
    }

    /// The axis of a numeric input: logarithmic where the input is and its values allow it.
    pub fn of_numbers(dim: &Dim) -> Self {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let values = || dim.values.iter().map(bencher_core::value::Value::as_f64);
        let log = dim.scale == Scale::Log && values().all(|x| x.is_some_and(positive));
        Self {
            ticks: if log { Ticks::Log } else { Ticks::Linear },
            ..Self::linear(dim.label())
        }
    }

    /// The axis of an input's levels, in their order, at equal distances.
    pub fn of_levels(dim: &Dim) -> Self {
        Self::levels(dim.label(), text::levels(&dim.values))
    }

    /// The levels; empty on a numeric axis.
    pub fn level_names(&self) -> &[String] {
        match &self.ticks {
            Ticks::Levels(levels) => levels,
            Ticks::Linear | Ticks::Log => &[],
        }
    }

    /// Whether values lie at their logarithm.
    pub fn is_log(&self) -> bool {
        self.ticks == Ticks::Log
    }

    /// The text of a position: the level's name, with its group, or the number.
    pub fn name_of(&self, at: f64) -> String {
        if let Ticks::Levels(levels) = &self.ticks {
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
            return match group {
                Some(group) => format!("{} / {level}", group.label),
                None => level,
            };
        }
        bencher_core::value::Value::Float(at).to_string()
    }
}
