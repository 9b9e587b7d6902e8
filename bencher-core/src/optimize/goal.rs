use crate::var::Direction;

/// An objective of a search: a name, and which way is better.
///
/// ```
/// use bencher_core::optimize::Goal;
/// assert_eq!(Goal::minimize("loss").name(), "loss");
/// assert!(Goal::maximize("accuracy").is_better(0.9, 0.8));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    name: String,
    is_maximized: bool,
}

impl Goal {
    /// Less is better.
    pub fn minimize(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            is_maximized: false,
        }
    }

    /// More is better.
    pub fn maximize(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            is_maximized: true,
        }
    }

    /// The goal of a result with a direction.
    pub(crate) fn of(name: &str, direction: Direction) -> Option<Self> {
        match direction {
            Direction::Minimize => Some(Self::minimize(name)),
            Direction::Maximize => Some(Self::maximize(name)),
            Direction::None => None,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The direction.
    pub const fn direction(&self) -> Direction {
        if self.is_maximized {
            Direction::Maximize
        } else {
            Direction::Minimize
        }
    }

    /// Whether one value is better than another.
    pub fn is_better(&self, value: f64, other: f64) -> bool {
        self.cost(value) < self.cost(other)
    }

    /// The value as one that is to be small.
    pub(crate) fn cost(&self, value: f64) -> f64 {
        if self.is_maximized { -value } else { value }
    }
}
