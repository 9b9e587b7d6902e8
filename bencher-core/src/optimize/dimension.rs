use crate::space::{Continuum, Levels};
use crate::value::Value;
use crate::var::Branch;

/// The most values of an ordered dimension that each have their own place; more lie on the canonical steps.
pub(super) const MOST_LEVELS: u64 = STEPS + 1;

/// The steps of a continuum: its places are multiples of 2^-20, so that a search never tells two proposals apart that
/// nobody else would, and meets the same place again.
const STEPS: u64 = 1 << 20;

/// One dimension of a search space.
#[derive(Clone, Debug)]
pub(super) struct Dimension {
    /// The name of its input; `codec.level` for an input of an enum's variant.
    pub(super) name: String,
    pub(super) scale: Scale,
    /// The dimension and the choice there without which this one does not exist.
    pub(super) only: Option<(usize, usize)>,
}

/// How the values of a dimension lie. A *place* is a number from 0 to 1, or the position of a choice.
#[derive(Clone, Debug)]
pub(super) enum Scale {
    /// Any number of a range.
    Continuum(Continuum),
    /// Numbers of a list, in ascending order, with their places.
    Ordered { levels: Levels, places: Places },
    /// Values without an order.
    Choices(Vec<Value>),
    /// Variants, and for each the dimensions of its inputs.
    Branches(Vec<Branch>, Vec<Vec<usize>>),
}

/// The places of ordered values.
#[derive(Clone, Debug)]
pub(super) enum Places {
    /// At equal distances.
    Even,
    Listed(Vec<f64>),
}

impl Scale {
    /// How many choices there are; none where places have an order.
    pub(super) const fn choices(&self) -> Option<usize> {
        match self {
            Self::Choices(values) => Some(values.len()),
            Self::Branches(branches, _) => Some(branches.len()),
            Self::Continuum(_) | Self::Ordered { .. } => None,
        }
    }

    /// How many places there are at most.
    pub(super) fn count(&self) -> u128 {
        match self {
            Self::Choices(values) => values.len() as u128,
            Self::Branches(branches, _) => branches.len() as u128,
            Self::Continuum(continuum) => continuum.most_places(STEPS),
            Self::Ordered { levels, .. } => u128::from(levels.len()),
        }
    }

    /// The place with a number below [`count`](Self::count).
    pub(super) fn numbered(&self, number: u128) -> f64 {
        match self {
            Self::Choices(_) | Self::Branches(..) => number as f64,
            Self::Continuum(_) => {
                let last = self.count().saturating_sub(1).max(1);
                self.snapped(number as f64 / last as f64)
            }
            Self::Ordered { levels, places } => {
                place_of_level(levels, places, u64::try_from(number).unwrap_or(u64::MAX))
            }
        }
    }

    /// The place for a number from 0 to below 1, such that all values are equally likely; a logarithmic scale has
    /// equally likely orders of magnitude.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the count, and bounded by it"
    )]
    pub(super) fn at_unit(&self, unit: f64) -> f64 {
        match self {
            Self::Continuum(_) => self.snapped(unit),
            Self::Ordered { levels, places } => {
                let at = (unit * levels.len() as f64) as u64;
                place_of_level(levels, places, at.min(levels.len().saturating_sub(1)))
            }
            Self::Choices(_) | Self::Branches(..) => {
                let count = self.count();
                let at = (unit * count as f64) as u128;
                at.min(count.saturating_sub(1)) as f64
            }
        }
    }

    /// The nearest place that a proposal may have.
    pub(super) fn snapped(&self, place: f64) -> f64 {
        match self {
            Self::Continuum(continuum) => {
                let steps = STEPS as f64;
                let share = (place.clamp(0.0, 1.0) * steps).round() / steps;
                // Values may be coarser than the steps (integers, nanoseconds, 32 bits): one place for each.
                let value = continuum.at(share);
                value.and_then(|v| continuum.share_of(&v)).unwrap_or(share)
            }
            Self::Ordered { levels, places } => {
                place_of_level(levels, places, nearest(levels, places, place))
            }
            Self::Choices(_) | Self::Branches(..) => {
                let last = self.count().saturating_sub(1) as f64;
                place.clamp(0.0, last).round()
            }
        }
    }

    /// The ends of the interval of places that are nearest to the level at a place; none in a continuum, where levels
    /// are too many to tell.
    pub(super) fn cell(&self, place: f64) -> Option<(f64, f64)> {
        match self {
            Self::Ordered { levels, places } => {
                let at = nearest(levels, places, place);
                let here = place_of_level(levels, places, at);
                let low = at
                    .checked_sub(1)
                    .map(|at| place_of_level(levels, places, at));
                let high = (at + 1 < levels.len()).then(|| place_of_level(levels, places, at + 1));
                Some((
                    low.map_or(0.0, |low| f64::midpoint(low, here)),
                    high.map_or(1.0, |high| f64::midpoint(high, here)),
                ))
            }
            Self::Continuum(continuum) => continuum.cell(place),
            Self::Choices(_) | Self::Branches(..) => None,
        }
    }

    /// The next place above or below; the same at an end.
    pub(super) fn neighbour(&self, place: f64, above: bool) -> f64 {
        match self {
            Self::Ordered { levels, places } => {
                let at = nearest(levels, places, place);
                let next = if above {
                    (at + 1).min(levels.len().saturating_sub(1))
                } else {
                    at.saturating_sub(1)
                };
                place_of_level(levels, places, next)
            }
            Self::Continuum(continuum) => match continuum.cell(place) {
                // Just beyond the cell lies the next value.
                Some((low, high)) => {
                    let by = (high - low) / 2.0;
                    self.snapped(if above { high + by } else { low - by })
                }
                None => self.snapped(place),
            },
            Self::Choices(_) | Self::Branches(..) => place,
        }
    }
}

fn place_of_level(levels: &Levels, places: &Places, at: u64) -> f64 {
    match places {
        Places::Even => match levels.len() {
            0 | 1 => 0.0,
            count => at as f64 / (count - 1) as f64,
        },
        Places::Listed(places) => {
            let place = usize::try_from(at).ok().and_then(|at| places.get(at));
            place.or(places.last()).copied().unwrap_or(0.0)
        }
    }
}

/// The number of the level that is nearest to a place.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the count"
)]
fn nearest(levels: &Levels, places: &Places, place: f64) -> u64 {
    let last = levels.len().saturating_sub(1);
    match places {
        Places::Even => ((place.clamp(0.0, 1.0) * last as f64).round() as u64).min(last),
        Places::Listed(places) => {
            let at = places.partition_point(|known| *known < place);
            let distance = |at: usize| places.get(at).map(|known| (known - place).abs());
            let below = at.checked_sub(1);
            let is_below_nearer = match (below.and_then(distance), distance(at)) {
                (Some(below), Some(above)) => below < above,
                (below, _) => below.is_some(),
            };
            let at = if is_below_nearer {
                at.saturating_sub(1)
            } else {
                at
            };
            (at as u64).min(last)
        }
    }
}

impl Scale {
    /// The value of the level at a place.
    pub(super) fn level_at(&self, place: f64) -> Option<Value> {
        match self {
            Self::Ordered { levels, places } => levels.get(nearest(levels, places, place)),
            _ => None,
        }
    }

    /// The place of a value between or beyond the levels; none where it is no number.
    pub(super) fn place_of_level_value(&self, value: &Value) -> Option<f64> {
        let Self::Ordered { levels, places } = self else {
            return None;
        };
        let count = levels.len();
        let Some(x) = value.as_f64() else {
            // Rows that change together.
            let at = (0..count).find(|at| levels.get(*at).as_ref() == Some(value))?;
            return Some(place_of_level(levels, places, at));
        };
        let number = |at: u64| levels.get(at).and_then(|level| level.as_f64());
        // The first level that is not below the value.
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            if number(middle)? < x {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low < count && number(low).is_some_and(|level| level <= x) {
            return Some(place_of_level(levels, places, low));
        }
        let above = low.clamp(1.min(count - 1), count - 1);
        let below = above.saturating_sub(1);
        let (from, to) = (number(below)?, number(above)?);
        let (start, end) = (
            place_of_level(levels, places, below),
            place_of_level(levels, places, above),
        );
        let share = if to > from {
            (x - from) / (to - from)
        } else {
            x - from
        };
        Some(start + share * (end - start))
    }
}
