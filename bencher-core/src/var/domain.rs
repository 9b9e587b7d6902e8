//! The declared domain of an input: the values that it may take, before a level thins them.

use serde::{Deserialize, Serialize};

use crate::value::{Kind, Value, exact_duration, nearest_duration};

use super::branch::Branch;
use super::domain_error::DomainError;

/// The finest level of subsampling.
pub const MAX_SUBSAMPLING_DIVISIONS: u8 = 12;

/// The spacing of samples between two bounds, and the scale of an axis.
///
/// ```
/// use bencher_core::space::Density;
/// use bencher_core::value::Value;
/// use bencher_core::var::SweepValue;
/// use bencher_core::var::{DomainOf, Scale};
/// let middle = |scale| {
///     let domain = DomainOf::<f64>::new().bounds(1.0, 100.0).scale(scale).samples(3).finish()?;
///     Ok(domain.levels(f64::KIND, Density::default())?.get(1))
/// };
/// assert_eq!(middle(Scale::Linear)?, Some(Value::from(50.5)));
/// let ratio = middle(Scale::Log)?.and_then(|value| value.as_f64()).unwrap_or(0.0);
/// assert!((ratio - 10.0).abs() < 1e-12);
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios.
    Log,
}

/// The values that an input may take.
///
/// ```
/// use bencher_core::value::Value;
/// use bencher_core::var::{DomainOf, Values};
/// let truth = DomainOf::<bool>::new().finish()?;
/// assert_eq!(truth.values, Values::All(vec![Value::Bool(false), Value::Bool(true)]));
/// let powers = DomainOf::<u32>::new().pow2(4, 10).finish()?;
/// assert_eq!(powers.values, Values::PowersOfTwo { low: 4, high: 10 });
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Every value of a small type: an enum's variants, both truth values.
    All(Vec<Value>),
    /// A list given by hand. The run's level thins it only where the declaration allows it.
    Listed {
        /// The values in their order.
        values: Vec<Value>,
        /// Whether the run's level thins the list.
        thin: bool,
    },
    /// A range with both ends inclusive.
    Range {
        /// The lowest value.
        low: Value,
        /// The highest value.
        high: Value,
        /// The distance between neighbours; with floats the high end is then excluded.
        step: Option<Value>,
    },
    /// The powers of two from `2^low` to `2^high`.
    PowersOfTwo {
        /// The lowest exponent.
        low: u32,
        /// The highest exponent.
        high: u32,
    },
    /// The variants of an enum; some have inputs of their own.
    Branches(Vec<Branch>),
}

/// The full declaration of an input.
///
/// [`DomainOf`](super::DomainOf) builds it. [`Domain::levels`] returns the values for a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// The values that the input may take.
    pub values: Values,
    /// The number of samples, unless the run sets it.
    pub samples: Option<usize>,
    /// The spacing of the values.
    pub scale: Scale,
    /// The value of the input when it is not swept.
    pub default: Option<Value>,
    /// The finest level that this input takes part in.
    pub max_subsampling_divisions: Option<u8>,
}

impl Domain {
    /// The value of the input before a sweep sets it: its default, else its first value.
    ///
    /// ```
    /// use bencher_core::value::Value;
    /// use bencher_core::var::SweepValue;
    /// use bencher_core::var::DomainOf;
    /// let domain = DomainOf::<u32>::new().pow2(4, 10);
    /// assert_eq!(domain.clone().finish()?.baseline(u32::KIND), Some(Value::from(16)));
    /// assert_eq!(domain.default_value(64).finish()?.baseline(u32::KIND), Some(Value::from(64)));
    /// # Ok::<(), bencher_core::var::DomainError>(())
    /// ```
    pub fn baseline(&self, kind: Kind) -> Option<Value> {
        self.default.clone().or_else(|| match &self.values {
            Values::All(values) | Values::Listed { values, .. } => values.first().cloned(),
            Values::Range { low, .. } => Some(low.clone()),
            Values::PowersOfTwo { low, .. } => {
                kind.canonical(&Value::from(1_u128.checked_shl(*low)?))
            }
            Values::Branches(branches) => branches.first()?.baseline(),
        })
    }

    /// Converts every value to the canonical form of `kind`, and checks the domain.
    ///
    /// ```
    /// use bencher_core::var::SweepValue;
    /// use bencher_core::var::{DomainError, DomainOf};
    /// let wide = DomainOf::<u16>::new().bounds(1, 300).finish()?;
    /// assert!(matches!(wide.checked(u8::KIND), Err(DomainError::WrongKind { .. })));
    /// # Ok::<(), DomainError>(())
    /// ```
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn checked(self, kind: Kind) -> Result<Self, DomainError> {
        let domain = self.checked_but_for_repeats(kind)?;
        domain.check_distinct()?;
        Ok(domain)
    }

    /// That no value of a list stands there twice.
    pub(crate) fn check_distinct(&self) -> Result<(), DomainError> {
        match &self.values {
            Values::All(values) | Values::Listed { values, .. } => check_list(values),
            _ => Ok(()),
        }
    }

    /// As [`checked`](Self::checked), for values that go together with those of other inputs: only
    /// the whole rows must differ.
    pub(crate) fn checked_but_for_repeats(mut self, kind: Kind) -> Result<Self, DomainError> {
        let canonical = |value: &Value| {
            kind.canonical(value).ok_or_else(|| DomainError::WrongKind {
                value: value.clone(),
                kind,
            })
        };
        if self.samples == Some(0) {
            return Err(DomainError::NoSamples);
        }
        match self.max_subsampling_divisions {
            Some(divisions) if !(1..=MAX_SUBSAMPLING_DIVISIONS).contains(&divisions) => {
                return Err(DomainError::Divisions(divisions));
            }
            _ => {}
        }
        match &mut self.values {
            Values::All(values) | Values::Listed { values, .. } => {
                for value in values.iter_mut() {
                    *value = usable(canonical(value)?, kind)?;
                }
                if values.is_empty() {
                    return Err(DomainError::Empty);
                }
            }
            Values::Range { low, high, step } => {
                *low = unsigned_zero(usable(canonical(low)?, kind)?);
                *high = unsigned_zero(usable(canonical(high)?, kind)?);
                if let Some(step) = step {
                    *step = canonical(step).map_err(|_| DomainError::Step(step.clone()))?;
                }
                if kind == Kind::DateTime && (step.is_some() || self.scale == Scale::Log) {
                    return Err(DomainError::DateSpread);
                }
                check_range(kind, low, high, step.as_ref(), self.samples, self.scale)?;
            }
            Values::PowersOfTwo { low, high } => {
                if low > high {
                    let (low, high) = (Value::from(*low), Value::from(*high));
                    return Err(DomainError::Reversed { low, high });
                }
                let power = 1_u128.checked_shl(*high).map(Value::from);
                if power.and_then(|power| kind.canonical(&power)).is_none() {
                    return Err(DomainError::Power {
                        exponent: *high,
                        kind,
                    });
                }
            }
            Values::Branches(branches) if branches.is_empty() => return Err(DomainError::Empty),
            Values::Branches(_) => {}
        }
        if let Some(default) = self.default.take() {
            let default = canonical(&default)?;
            if !self.contains(&default) {
                return Err(DomainError::Default(default));
            }
            self.default = Some(default);
        }
        Ok(self)
    }

    /// Whether a canonical value is one that the input may take.
    pub(crate) fn contains(&self, value: &Value) -> bool {
        match &self.values {
            Values::All(values) | Values::Listed { values, .. } => values.contains(value),
            Values::Range { low, high, .. } => !above(low, value) && !above(value, high),
            Values::PowersOfTwo { low, high } => (*low..=*high)
                .any(|e| 1_u128.checked_shl(e).map(Value::from).as_ref() == Some(value)),
            Values::Branches(branches) => branches.iter().any(|branch| branch.contains(value)),
        }
    }
}

/// That a list has values, and none twice.
pub(crate) fn check_list<'v>(
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<(), DomainError> {
    let mut seen = std::collections::HashSet::new();
    for value in values {
        let mut key = crate::value::KeyWriter::default();
        key.value(value);
        if !seen.insert(key.digest()) {
            return Err(DomainError::Repeated(value.clone()));
        }
    }
    if seen.is_empty() {
        return Err(DomainError::Empty);
    }
    Ok(())
}

fn check_range(
    kind: Kind,
    low: &Value,
    high: &Value,
    step: Option<&Value>,
    samples: Option<usize>,
    scale: Scale,
) -> Result<(), DomainError> {
    if !kind.is_ordered() {
        return Err(DomainError::Unordered);
    }
    if above(low, high) {
        return Err(DomainError::Reversed {
            low: low.clone(),
            high: high.clone(),
        });
    }
    if let Some(samples) = samples.filter(|samples| *samples > 1 && low == high) {
        return Err(DomainError::ZeroWidth {
            samples,
            at: low.clone(),
        });
    }
    if let Some(step) = step {
        let positive = step
            .as_f64()
            .is_some_and(|step| step.is_finite() && step > 0.0);
        if !positive {
            return Err(DomainError::Step(step.clone()));
        }
        if scale == Scale::Log {
            return Err(DomainError::StepOnLog);
        }
        if samples.is_some() {
            return Err(DomainError::StepAndSamples);
        }
    }
    if scale == Scale::Log && low.as_f64().is_none_or(|low| low <= 0.0) {
        return Err(DomainError::LogOfZero(low.clone()));
    }
    Ok(())
}

/// A canonical value that an input's field takes.
fn usable(value: Value, kind: Kind) -> Result<Value, DomainError> {
    match value {
        Value::Float(x) if !x.is_finite() => Err(DomainError::NotFinite(value)),
        value => fitting(kind, &value).ok_or(DomainError::NoDuration(value)),
    }
}

/// The end of a range, whose values lie on one axis with one zero.
fn unsigned_zero(end: Value) -> Value {
    match end {
        Value::Float(x) => Value::Float(x + 0.0),
        end => end,
    }
}

/// A canonical value as inputs of its kind have it. Results may have any time; inputs are durations, so theirs are 0 s
/// or more, in whole nanoseconds.
pub(crate) fn fitting(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::Seconds, Value::Float(seconds)) => exact_duration(*seconds).map(Value::Float),
        (Kind::Seconds, _) => None,
        _ => Some(value.clone()),
    }
}

/// The value that an input of a kind has for a computed number: the nearest duration, or the number itself.
pub(crate) fn nearest_value(kind: Kind, x: f64) -> Option<Value> {
    match kind {
        Kind::Seconds => nearest_duration(x).map(Value::Float),
        _ => kind.canonical(&Value::Float(x)),
    }
}

/// Whether `a` lies above `b`; false for what has no order.
fn above(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) | (Value::DateTime(a), Value::DateTime(b)) => a > b,
        (Value::Big(a), Value::Big(b)) => a > b,
        (Value::Big(_), Value::Int(_)) => true,
        (Value::Float(a), Value::Float(b)) => a > b,
        _ => false,
    }
}
