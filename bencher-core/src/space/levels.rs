use std::sync::Arc;

use crate::value::{Item, Kind, Value};
use crate::var::{DomainError, Scale};

use super::continuum::Continuum;
use super::design::DesignPoints;
use super::float_grid::FloatGrid;
use super::log_grid::log_grid;
use super::sampling::thinned_index;

/// The values of one input in one sweep, by position. Where a rule defines them, they are computed, not stored.
///
/// ```
/// use bencher_core::space::Levels;
/// use bencher_core::value::Value;
/// let levels = Levels::list(vec![Value::from(1), Value::from(10)]);
/// assert_eq!((levels.len(), levels.get(1), levels.get(2)), (2, Some(Value::from(10)), None));
/// assert_eq!(levels.iter().count(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    rule: Rule,
    count: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    List(Arc<[Value]>),
    /// An item for each position, with a part for each of these.
    Zipped(Arc<[(Arc<str>, Levels)]>),
    /// An item for each point of a design, with a part for each of these.
    Designed(Arc<DesignPoints>, Arc<[(Arc<str>, Continuum)]>),
    /// `low + i * step`, in integers.
    Integers {
        kind: Kind,
        low: Value,
        step: u128,
    },
    /// At equal distances, in floats.
    Floats(FloatGrid),
    /// The rows that a search has proposed so far.
    #[cfg(feature = "search")]
    Growing(super::growing::GrowingRows),
    /// The integers at `thinned_index(last, ..)` from `low` on.
    Thinned {
        kind: Kind,
        low: Value,
        last: u128,
    },
}

impl Levels {
    /// The values of a list.
    pub fn list(values: Vec<Value>) -> Self {
        Self {
            count: values.len() as u64,
            rule: Rule::List(values.into()),
        }
    }

    /// Rows that are added while a sweep runs; positions of later ones have no value yet.
    #[cfg(feature = "search")]
    pub(crate) fn growing(rows: super::growing::GrowingRows) -> Self {
        Self::of(Rule::Growing(rows), u64::MAX)
    }

    fn of(rule: Rule, count: u64) -> Self {
        Self { rule, count }
    }

    /// Zips levels: one item for each position, with a part for each name. The result is as long as the shortest.
    ///
    /// ```
    /// use bencher_core::space::Levels;
    /// use bencher_core::value::Value;
    /// let numbers = |numbers: [i32; 2]| Levels::list(numbers.map(Value::from).to_vec());
    /// let zipped = Levels::zipped([("rows", numbers([2, 4])), ("cols", numbers([8, 16]))]);
    /// assert_eq!(zipped.get(1).map(|item| item.to_string()).as_deref(), Some("rows=4, cols=16"));
    /// ```
    pub fn zipped<N: Into<Arc<str>>>(parts: impl IntoIterator<Item = (N, Self)>) -> Self {
        let parts: Arc<[(Arc<str>, Self)]> = parts
            .into_iter()
            .map(|(name, levels)| (name.into(), levels))
            .collect();
        let count = parts.iter().map(|(_, levels)| levels.count).min();
        Self::of(Rule::Zipped(parts), count.unwrap_or(0))
    }

    /// One item for each point of a design, with a part of each name.
    pub(crate) fn designed<N: Into<Arc<str>>>(
        points: DesignPoints,
        parts: impl IntoIterator<Item = (N, Continuum)>,
    ) -> Self {
        let parts = parts.into_iter().map(|(name, part)| (name.into(), part));
        let count = points.len();
        Self::of(Rule::Designed(Arc::new(points), parts.collect()), count)
    }

    /// Keeps `samples` of these values, spread over their positions; all of them if there are fewer.
    ///
    /// The first and the last value stay. [`thinned_index`] computes the positions between them.
    ///
    /// ```
    /// use bencher_core::space::Levels;
    /// use bencher_core::value::Value;
    /// let texts = |levels: Levels| levels.iter().map(|v| v.to_string()).collect::<Vec<_>>();
    /// let codecs = Levels::list(["raw", "lz4", "zstd", "brotli"].map(Value::from).to_vec());
    /// assert_eq!(texts(codecs.thinned(3)), ["raw", "lz4", "brotli"]);
    /// assert_eq!(codecs.thinned(9), codecs);
    /// ```
    pub fn thinned(&self, samples: usize) -> Self {
        let n = samples as u64;
        if n >= self.count {
            return self.clone();
        }
        let last = u128::from(self.count).saturating_sub(1);
        let position = |i| u64::try_from(thinned_index(last, n, i)).unwrap_or(u64::MAX);
        Self::list((0..n).filter_map(|i| self.get(position(i))).collect())
    }

    /// Every integer between two ends, both inclusive.
    pub(super) fn every_integer(kind: Kind, low: &Value, high: &Value) -> Self {
        Self::integers(kind, low, high, 1)
    }

    /// From `low` on in steps: integers up to `high`, floats below it.
    pub(super) fn stepped(
        kind: Kind,
        low: &Value,
        high: &Value,
        step: &Value,
    ) -> Result<Self, DomainError> {
        Ok(match (low.as_f64(), high.as_f64(), step.as_f64()) {
            _ if kind.is_integer() => Self::integers(kind, low, high, unsigned(step).max(1)),
            (Some(low), Some(high), Some(step)) if high > low => {
                let (grid, count) = FloatGrid::stepped(kind, low, high, step);
                Self::floats(grid, count)?
            }
            _ => Self::list(vec![low.clone()]),
        })
    }

    /// Each value of a grid once.
    fn floats(grid: FloatGrid, count: u64) -> Result<Self, DomainError> {
        Ok(match grid.distinct(count)? {
            Some(values) => Self::list(values),
            None => Self::of(Rule::Floats(grid), count),
        })
    }

    /// `samples` values from `low` to `high`, by the scale.
    pub(super) fn spread(
        kind: Kind,
        low: &Value,
        high: &Value,
        samples: usize,
        scale: Scale,
    ) -> Result<Self, DomainError> {
        if samples <= 1 || low == high {
            return Ok(Self::list(vec![low.clone()]));
        }
        if scale == Scale::Log {
            return Ok(Self::list(log_grid(kind, low, high, samples)));
        }
        if kind == Kind::DateTime {
            let rule = Rule::Thinned {
                kind,
                low: whole(low),
                last: width(&whole(low), &whole(high)),
            };
            return Ok(Self::of(rule, samples as u64));
        }
        if kind.is_integer() {
            let last = width(low, high);
            return Ok(if samples as u128 > last {
                Self::every_integer(kind, low, high)
            } else {
                let rule = Rule::Thinned {
                    kind,
                    low: low.clone(),
                    last,
                };
                Self::of(rule, samples as u64)
            });
        }
        let (low, high) = (low.as_f64().unwrap_or(0.0), high.as_f64().unwrap_or(0.0));
        let count = samples as u64;
        Self::floats(FloatGrid::spread(kind, low, high, count), count)
    }

    fn integers(kind: Kind, low: &Value, high: &Value, step: u128) -> Self {
        let count = (width(low, high) / step).saturating_add(1);
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let rule = Rule::Integers {
            kind,
            low: low.clone(),
            step,
        };
        Self::of(rule, count)
    }

    /// How many values there are; `u64::MAX` stands for that number or more.
    pub const fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is no value.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The value at a position.
    pub fn get(&self, position: u64) -> Option<Value> {
        if position >= self.count {
            return None;
        }
        match &self.rule {
            Rule::List(values) => values.get(usize::try_from(position).ok()?).cloned(),
            Rule::Zipped(parts) => {
                let part = |(name, levels): &(Arc<str>, Self)| {
                    Some((Arc::clone(name), levels.get(position)?))
                };
                let parts: Option<Vec<_>> = parts.iter().map(part).collect();
                Some(Value::from(Item::new("", parts?)))
            }
            Rule::Designed(points, parts) => {
                let part = |(dimension, (name, part)): (usize, &(Arc<str>, Continuum))| {
                    let share = points.coordinate(position, dimension)?;
                    Some((Arc::clone(name), part.at(share)?))
                };
                let parts: Option<Vec<_>> = parts.iter().enumerate().map(part).collect();
                Some(Value::from(Item::new("", parts?)))
            }
            Rule::Integers { kind, low, step } => {
                kind.canonical(&offset(low, u128::from(position).checked_mul(*step)?)?)
            }
            Rule::Thinned { kind, low, last } => {
                kind.canonical(&offset(low, thinned_index(*last, self.count, position))?)
            }
            Rule::Floats(grid) => grid.get(position),
            #[cfg(feature = "search")]
            Rule::Growing(rows) => rows.get(position),
        }
    }

    /// The values in their order.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.count).filter_map(|position| self.get(position))
    }
}

/// A moment as the number of its nanoseconds.
pub(super) fn whole(moment: &Value) -> Value {
    match moment {
        Value::DateTime(nanoseconds) => Value::Int(*nanoseconds),
        other => other.clone(),
    }
}

pub(super) fn offset(low: &Value, by: u128) -> Option<Value> {
    match low {
        Value::Int(low) => match low.checked_add_unsigned(by) {
            Some(sum) => Some(Value::Int(sum)),
            None => u128::try_from(*low).ok()?.checked_add(by).map(Value::from),
        },
        Value::Big(low) => low.checked_add(by).map(Value::from),
        _ => None,
    }
}

/// `high - low` of two integers.
pub(super) fn width(low: &Value, high: &Value) -> u128 {
    match (low, high) {
        (Value::Int(low), Value::Int(high)) => high.abs_diff(*low),
        (Value::Int(low), Value::Big(high)) => u128::try_from(*low).map_or_else(
            |_| high.saturating_add(low.unsigned_abs()),
            |low| high - low,
        ),
        (Value::Big(low), Value::Big(high)) => high.saturating_sub(*low),
        _ => 0,
    }
}

fn unsigned(value: &Value) -> u128 {
    match value {
        Value::Int(i) => u128::try_from(*i).unwrap_or(0),
        Value::Big(u) => *u,
        _ => 0,
    }
}
