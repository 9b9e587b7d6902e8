//! The declared domain of an input: which values it may take, before any level thins them.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::value::{Kind, SweepInteger, SweepNumber, SweepValue, Value};

/// The finest level of subsampling.
pub const MAX_SUBSAMPLING_DIVISIONS: u8 = 12;

/// How samples spread between two bounds, and how an axis is drawn.
///
/// ```
/// use bencher_core::space::Density;
/// use bencher_core::value::{SweepValue, Value};
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
    /// A list given by hand; thinned by the run's level only where the declaration says so.
    Listed {
        /// The values in their order.
        values: Vec<Value>,
        /// Whether the run's level thins them.
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
}

/// An input's declaration in full.
///
/// Made by [`DomainOf`]; [`Domain::levels`] gives the values that a run takes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// The values it may take.
    pub values: Values,
    /// How many of them are taken when the run says nothing.
    pub samples: Option<usize>,
    /// How they spread.
    pub scale: Scale,
    /// The value it has when it is not swept.
    pub default: Option<Value>,
    /// The finest level that this input takes part in.
    pub max_subsampling_divisions: Option<u8>,
}

/// Why a domain is impossible.
///
/// ```
/// use bencher_core::var::{DomainError, DomainOf};
/// let error = DomainOf::<f64>::new().bounds(0.0, 1.0).step(0.0).finish().unwrap_err();
/// assert!(matches!(error, DomainError::Step(_)));
/// assert_eq!(error.to_string(), "the step must be a number above zero, not 0");
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DomainError {
    /// Nothing says which values there are.
    #[error("no values: give `bounds(low, high)`, `values(...)` or `pow2(low, high)`")]
    Undeclared,
    /// The list holds nothing.
    #[error("the list of values is empty")]
    Empty,
    /// The list holds a value twice.
    #[error("the value {0} is listed twice")]
    Repeated(Value),
    /// The bounds are the wrong way round.
    #[error("the low bound {low} is above the high bound {high}; swap them")]
    Reversed {
        /// The first bound.
        low: Value,
        /// The second bound.
        high: Value,
    },
    /// A value or a bound is NaN or infinite.
    #[error("an input takes finite numbers, not {0}")]
    NotFinite(Value),
    /// No samples were asked for.
    #[error("zero samples leave nothing to run; give 1 or more")]
    NoSamples,
    /// More than one sample of a range that has no width.
    #[error(
        "{samples} samples do not fit bounds of zero width at {at}; give 1 sample or wider bounds"
    )]
    ZeroWidth {
        /// How many samples were asked for.
        samples: usize,
        /// The one value there is.
        at: Value,
    },
    /// A step that goes nowhere.
    #[error("the step must be a number above zero, not {0}")]
    Step(Value),
    /// A logarithmic scale over zero or below.
    #[error("a logarithmic scale needs a low bound above zero, not {0}")]
    LogOfZero(Value),
    /// A step and a logarithmic scale exclude each other.
    #[error("`step` gives equal differences and `scale = \"log\"` equal ratios; drop one of them")]
    StepOnLog,
    /// A step and a number of samples exclude each other.
    #[error("`step` and `samples` both say how many values there are; drop one of them")]
    StepAndSamples,
    /// A default that no sweep could reach.
    #[error("the default {0} is none of the values")]
    Default(Value),
    /// A level outside the table.
    #[error("subsampling divisions go from 1 to {MAX_SUBSAMPLING_DIVISIONS}, not {0}")]
    Divisions(u8),
    /// A power of two that the type cannot hold.
    #[error("2^{exponent} does not fit {kind}", kind = .kind.name())]
    Power {
        /// The exponent.
        exponent: u32,
        /// The input's kind.
        kind: Kind,
    },
    /// A value that is none of the input's type.
    #[error("{value} is not {kind}", kind = .kind.name())]
    WrongKind {
        /// The value.
        value: Value,
        /// The input's kind.
        kind: Kind,
    },
    /// Bounds for something that has no order.
    #[error("bounds need a number; list the values instead")]
    Unordered,
}

impl Domain {
    /// The value the input has before any sweep sets it: its default, else its first value.
    ///
    /// ```
    /// use bencher_core::value::{SweepValue, Value};
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
        })
    }

    /// Brings every value into the canonical form of `kind` and checks that the whole makes sense.
    ///
    /// ```
    /// use bencher_core::value::SweepValue;
    /// use bencher_core::var::{DomainError, DomainOf};
    /// let wide = DomainOf::<u16>::new().bounds(1, 300).finish()?;
    /// assert!(matches!(wide.checked(u8::KIND), Err(DomainError::WrongKind { .. })));
    /// # Ok::<(), DomainError>(())
    /// ```
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn checked(mut self, kind: Kind) -> Result<Self, DomainError> {
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
                    *value = finite(canonical(value)?)?;
                }
                check_list(values)?;
            }
            Values::Range { low, high, step } => {
                (*low, *high) = (finite(canonical(low)?)?, finite(canonical(high)?)?);
                if let Some(step) = step {
                    *step = canonical(step).map_err(|_| DomainError::Step(step.clone()))?;
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

    fn contains(&self, value: &Value) -> bool {
        match &self.values {
            Values::All(values) | Values::Listed { values, .. } => values.contains(value),
            Values::Range { low, high, .. } => !above(low, value) && !above(value, high),
            Values::PowersOfTwo { low, high } => (*low..=*high)
                .any(|e| 1_u128.checked_shl(e).map(Value::from).as_ref() == Some(value)),
        }
    }
}

fn check_list(values: &[Value]) -> Result<(), DomainError> {
    if values.is_empty() {
        return Err(DomainError::Empty);
    }
    let mut seen = std::collections::HashSet::new();
    for value in values {
        let mut key = crate::value::KeyWriter::default();
        key.value(value);
        if !seen.insert(key.digest()) {
            return Err(DomainError::Repeated(value.clone()));
        }
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
    if !kind.is_numeric() {
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

fn finite(value: Value) -> Result<Value, DomainError> {
    match value {
        Value::Float(x) if !x.is_finite() => Err(DomainError::NotFinite(value)),
        value => Ok(value),
    }
}

/// Whether `a` lies above `b`; false for what has no order.
fn above(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a > b,
        (Value::Big(a), Value::Big(b)) => a > b,
        (Value::Big(_), Value::Int(_)) => true,
        (Value::Float(a), Value::Float(b)) => a > b,
        _ => false,
    }
}

/// Builds the [`Domain`] of a field of type `T`; what an attribute says becomes calls on this.
///
/// ```
/// use bencher_core::var::{DomainOf, Scale};
/// let len = DomainOf::<u64>::new().bounds(16, 1_000_000).scale(Scale::Log).samples(9).finish();
/// assert!(len.is_ok());
/// assert!(DomainOf::<f64>::new().bounds(2.0, 1.0).finish().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct DomainOf<T> {
    values: Option<Values>,
    step: Option<Value>,
    samples: Option<usize>,
    scale: Scale,
    default: Option<Value>,
    max_subsampling_divisions: Option<u8>,
    thin: bool,
    of: PhantomData<T>,
}

impl<T: SweepValue> Default for DomainOf<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: SweepValue> DomainOf<T> {
    /// Nothing said yet: every value of a type that has only a few of them.
    pub fn new() -> Self {
        Self {
            values: T::all().map(Values::All),
            step: None,
            samples: None,
            scale: Scale::Linear,
            default: None,
            max_subsampling_divisions: None,
            thin: false,
            of: PhantomData,
        }
    }

    /// Exactly these values.
    ///
    /// ```
    /// use bencher_core::var::{DomainError, DomainOf};
    /// assert!(DomainOf::<String>::new().values(["raw", "zstd"]).finish().is_ok());
    /// let twice = DomainOf::<String>::new().values(["raw", "raw"]).finish();
    /// assert_eq!(twice, Err(DomainError::Repeated("raw".into())));
    /// ```
    pub fn values(mut self, values: impl IntoIterator<Item = T::Literal>) -> Self {
        let values = values
            .into_iter()
            .map(|literal| T::from_literal(literal).to_value())
            .collect();
        self.values = Some(Values::Listed {
            values,
            thin: false,
        });
        self
    }

    /// Exactly one value, which is the default as well.
    pub fn constant(mut self, literal: T::Literal) -> Self {
        let value = T::from_literal(literal).to_value();
        self.default = Some(value.clone());
        self.values = Some(Values::Listed {
            values: vec![value],
            thin: false,
        });
        self
    }

    /// Lets the run's level thin the listed values.
    ///
    /// ```
    /// use bencher_core::space::Density;
    /// use bencher_core::value::SweepValue;
    /// use bencher_core::var::DomainOf;
    /// let coarse = Density { subsampling_divisions: 2, ..Density::default() };
    /// let listed = DomainOf::<u8>::new().values([1, 3, 5, 7]);
    /// assert_eq!(listed.clone().finish()?.levels(u8::KIND, coarse)?.len(), 4);
    /// assert_eq!(listed.thin().finish()?.levels(u8::KIND, coarse)?.len(), 2);
    /// # Ok::<(), bencher_core::var::DomainError>(())
    /// ```
    pub fn thin(mut self) -> Self {
        self.thin = true;
        self
    }

    /// So many samples when the run says nothing.
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = Some(samples);
        self
    }

    /// The value when the input is not swept; with `bool` it also comes first.
    pub fn default_value(mut self, default: T::Literal) -> Self {
        self.default = Some(T::from_literal(default).to_value());
        self
    }

    /// The finest level that the input takes part in, 1 to 12.
    pub fn max_subsampling_divisions(mut self, divisions: u8) -> Self {
        self.max_subsampling_divisions = Some(divisions);
        self
    }

    /// The domain, checked.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn finish(self) -> Result<Domain, DomainError> {
        let mut values = self.values.ok_or(DomainError::Undeclared)?;
        match &mut values {
            Values::Range { step, .. } => *step = self.step,
            Values::Listed { thin, .. } => *thin = self.thin,
            // The default is the baseline, so it comes first.
            Values::All(values)
                if T::KIND == Kind::Bool && self.default == Some(Value::Bool(true)) =>
            {
                values.reverse();
            }
            Values::All(_) | Values::PowersOfTwo { .. } => {}
        }
        Domain {
            values,
            samples: self.samples,
            scale: self.scale,
            default: self.default,
            max_subsampling_divisions: self.max_subsampling_divisions,
        }
        .checked(T::KIND)
    }
}

/// The bounds stand on the methods, not on the `impl`: a type that lacks them then gets the
/// message of its trait instead of "no such method".
impl<T: SweepValue> DomainOf<T> {
    /// Everything from `low` to `high`, both inclusive.
    pub fn bounds(mut self, low: T, high: T) -> Self
    where
        T: SweepNumber,
    {
        self.values = Some(Values::Range {
            low: low.to_value(),
            high: high.to_value(),
            step: None,
        });
        self
    }

    /// The distance between neighbouring values.
    ///
    /// ```
    /// use bencher_core::space::Density;
    /// use bencher_core::value::SweepValue;
    /// use bencher_core::var::DomainOf;
    /// let whole = DomainOf::<u32>::new().bounds(0, 100).step(25).finish()?;
    /// assert_eq!(whole.levels(u32::KIND, Density::default())?.len(), 5);
    /// let float = DomainOf::<f64>::new().bounds(0.0, 1.0).step(0.25).finish()?;
    /// assert_eq!(float.levels(f64::KIND, Density::default())?.len(), 4, "1 is excluded");
    /// # Ok::<(), bencher_core::var::DomainError>(())
    /// ```
    pub fn step(mut self, step: T) -> Self
    where
        T: SweepNumber,
    {
        self.step = Some(step.to_value());
        self
    }

    /// How the samples spread.
    pub fn scale(mut self, scale: Scale) -> Self
    where
        T: SweepNumber,
    {
        self.scale = scale;
        self
    }

    /// The powers of two from `2^low` to `2^high`, drawn on a logarithmic axis.
    pub fn pow2(mut self, low: u32, high: u32) -> Self
    where
        T: SweepInteger,
    {
        self.values = Some(Values::PowersOfTwo { low, high });
        self.scale = Scale::Log;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_domains_are_named() {
        let error = |domain: DomainOf<f64>| domain.finish().unwrap_err();
        let new = DomainOf::<f64>::new;
        assert!(matches!(error(new()), DomainError::Undeclared));
        assert!(matches!(
            error(new().bounds(f64::NAN, 1.0)),
            DomainError::NotFinite(_)
        ));
        assert!(matches!(
            error(new().bounds(1.0, 0.0)),
            DomainError::Reversed { .. }
        ));
        assert!(matches!(
            error(new().bounds(1.0, 1.0).samples(2)),
            DomainError::ZeroWidth { .. }
        ));
        assert!(matches!(
            error(new().bounds(0.0, 1.0).scale(Scale::Log)),
            DomainError::LogOfZero(_)
        ));
        assert!(matches!(
            error(new().bounds(0.0, 1.0).step(0.0)),
            DomainError::Step(_)
        ));
        assert!(matches!(
            error(new().bounds(0.0, 1.0).default_value(2.0)),
            DomainError::Default(_)
        ));
        assert!(matches!(error(new().values([])), DomainError::Empty));
        assert!(matches!(
            error(new().values([f64::NAN])),
            DomainError::NotFinite(_)
        ));
        assert!(matches!(
            error(new().values([0.0, -0.0])),
            DomainError::Repeated(_)
        ));
        assert!(DomainOf::<f64>::new().bounds(1.0, 1.0).finish().is_ok());
        assert!(matches!(
            DomainOf::<u8>::new().pow2(0, 8).finish(),
            Err(DomainError::Power { exponent: 8, .. })
        ));
    }

    #[test]
    fn baseline_of_a_bool_comes_first() {
        let domain = DomainOf::<bool>::new()
            .default_value(true)
            .finish()
            .unwrap();
        assert_eq!(
            domain.values,
            Values::All(vec![Value::Bool(true), Value::Bool(false)])
        );
    }
}
