use std::fmt::Display;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::value::{Kind, Value};
use crate::var::{SweepInteger, SweepNumber, SweepValue};

use super::branch::Branch;
use super::domain::{Domain, Scale, Values};
use super::domain_error::DomainError;
use super::entry::{Entry, read_entries};

/// Builds the [`Domain`] of a field of type `T`. The derive turns attributes into calls of its methods.
///
/// ```
/// use bencher_core::var::{DomainOf, Scale};
/// let len = DomainOf::<u64>::new().bounds(16, 1_000_000).scale(Scale::Log).samples(9).finish();
/// assert!(len.is_ok());
/// assert!(DomainOf::<f64>::new().bounds(2.0, 1.0).finish().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct DomainOf<T> {
    values: Option<Result<Values, DomainError>>,
    step: Option<Value>,
    samples: Option<usize>,
    scale: Scale,
    default: Option<Value>,
    max_subsampling_divisions: Option<u8>,
    thin: bool,
    /// The first value that the domain cannot hold as it is.
    inexact: Option<Value>,
    of: PhantomData<T>,
}

impl<T: SweepValue> Default for DomainOf<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: SweepValue> DomainOf<T> {
    /// Starts an empty declaration, which means every value for types with only a few values.
    pub fn new() -> Self {
        let values = match (T::all(), T::variants()) {
            (Some(values), _) => Some(Ok(Values::All(values))),
            (None, []) => None,
            (None, variants) => Some(Branch::declared(variants).map(Values::Branches)),
        };
        Self {
            values,
            step: None,
            samples: None,
            scale: Scale::Linear,
            default: None,
            max_subsampling_divisions: None,
            thin: false,
            inexact: None,
            of: PhantomData,
        }
    }

    /// Declares exactly these values.
    ///
    /// ```
    /// use bencher_core::var::{DomainError, DomainOf};
    /// assert!(DomainOf::<String>::new().values(["raw", "zstd"]).finish().is_ok());
    /// let twice = DomainOf::<String>::new().values(["raw", "raw"]).finish();
    /// assert_eq!(twice, Err(DomainError::Repeated("raw".into())));
    /// ```
    pub fn values(mut self, values: impl IntoIterator<Item = T::Literal>) -> Self {
        let values = values.into_iter().map(T::from_literal);
        let values: Vec<Value> = values.map(|value| self.hold(&value)).collect();
        self.list(values)
    }

    /// A value in the form of the domain, and a note of one that has another there.
    fn hold(&mut self, value: &T) -> Value {
        let held = value.to_value();
        if !value.is_exact() {
            self.inexact.get_or_insert_with(|| held.clone());
        }
        held
    }

    fn list(mut self, values: Vec<Value>) -> Self {
        self.values = Some(Ok(Values::Listed {
            values,
            thin: false,
        }));
        self
    }

    /// Declares the values that a function returns when the sweep is planned: a list, or an error.
    ///
    /// ```
    /// use bencher_core::value::Value;
    /// use bencher_core::var::{DomainError, DomainOf, Values};
    /// let ports = || vec![8080_u16, 8081];
    /// let domain = DomainOf::<u16>::new().values_from(ports).finish()?;
    /// assert!(matches!(domain.values, Values::Listed { values, .. } if values.len() == 2));
    /// let none = || Err("no network".to_owned()) as Result<Vec<u16>, String>;
    /// let error = DomainOf::<u16>::new().values_from(none).finish().unwrap_err();
    /// assert_eq!(error.to_string(), "no network");
    /// # Ok::<(), DomainError>(())
    /// ```
    pub fn values_from<V: IntoValues<T>>(mut self, make: impl FnOnce() -> V) -> Self {
        match make().into_values() {
            Ok(values) => {
                let values: Vec<Value> = values.iter().map(|value| self.hold(value)).collect();
                self.list(values)
            }
            Err(problem) => {
                self.values = Some(Err(DomainError::Source(problem)));
                self
            }
        }
    }

    /// Declares exactly one value, which is also the default.
    pub fn constant(mut self, literal: T::Literal) -> Self {
        let value = self.hold(&T::from_literal(literal));
        self.default = Some(value.clone());
        self.list(vec![value])
    }

    /// Lets the run's level thin the listed values.
    ///
    /// ```
    /// use bencher_core::space::Density;
    /// use bencher_core::var::SweepValue;
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

    /// Sets the number of samples, unless the run sets it.
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = Some(samples);
        self
    }

    /// Sets the value of the input when it is not swept; with `bool` it also comes first.
    pub fn default_value(mut self, default: T::Literal) -> Self {
        self.default = Some(self.hold(&T::from_literal(default)));
        self
    }

    /// Sets the finest level that the input takes part in, 1 to 12.
    pub fn max_subsampling_divisions(mut self, divisions: u8) -> Self {
        self.max_subsampling_divisions = Some(divisions);
        self
    }

    /// Returns the checked domain.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn finish(self) -> Result<Domain, DomainError> {
        let mut values = self.values.ok_or(DomainError::Undeclared)??;
        if let Some(value) = self.inexact {
            return Err(DomainError::Inexact(value));
        }
        match &mut values {
            Values::Range { step, .. } => *step = self.step,
            Values::Listed { thin, .. } => *thin = self.thin,
            // The default is the baseline, so it comes first.
            Values::All(values)
                if T::KIND == Kind::Bool && self.default == Some(Value::Bool(true)) =>
            {
                values.reverse();
            }
            Values::All(_) | Values::PowersOfTwo { .. } | Values::Branches(_) => {}
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

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> DomainOf<Entry<T>> {
    /// Declares the entries of a JSON, TOML or YAML file as values; see [`Entry`].
    ///
    /// A relative path starts at the directory of the package that Cargo runs, or at the working directory without
    /// Cargo.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        match read_entries::<T>(path.as_ref()) {
            Ok(values) => self.list(values),
            Err(error) => {
                self.values = Some(Err(error));
                self
            }
        }
    }
}

/// The return type of a function that makes values: a list, or a `Result` with a list.
///
/// See [`DomainOf::values_from`] for an example.
pub trait IntoValues<T> {
    /// The values.
    ///
    /// # Errors
    /// Why there are none.
    fn into_values(self) -> Result<Vec<T>, String>;
}

impl<T> IntoValues<T> for Vec<T> {
    fn into_values(self) -> Result<Vec<T>, String> {
        Ok(self)
    }
}

impl<T, E: Display> IntoValues<T> for Result<Vec<T>, E> {
    fn into_values(self) -> Result<Vec<T>, String> {
        self.map_err(|error| error.to_string())
    }
}

/// The trait bounds are on the methods, not on the `impl`. A type that lacks them then gets the message of the trait
/// instead of "no such method".
impl<T: SweepValue> DomainOf<T> {
    /// Declares all values from `low` to `high`, both inclusive.
    pub fn bounds(mut self, low: T, high: T) -> Self
    where
        T: SweepNumber,
    {
        let (low, high) = (self.hold(&low), self.hold(&high));
        self.values = Some(Ok(Values::Range {
            low,
            high,
            step: None,
        }));
        self
    }

    /// Sets the distance between neighbouring values.
    ///
    /// ```
    /// use bencher_core::space::Density;
    /// use bencher_core::var::SweepValue;
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
        self.step = Some(self.hold(&step));
        self
    }

    /// Sets the spacing of the samples.
    pub fn scale(mut self, scale: Scale) -> Self
    where
        T: SweepNumber,
    {
        self.scale = scale;
        self
    }

    /// Declares the powers of two from `2^low` to `2^high`, drawn on a logarithmic axis.
    pub fn pow2(mut self, low: u32, high: u32) -> Self
    where
        T: SweepInteger,
    {
        self.values = Some(Ok(Values::PowersOfTwo { low, high }));
        self.scale = Scale::Log;
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
            error(new().values([0.0, 0.0])),
            DomainError::Repeated(_)
        ));
        assert!(new().values([0.0, -0.0]).finish().is_ok());
        assert!(DomainOf::<f64>::new().bounds(1.0, 1.0).finish().is_ok());
        assert!(matches!(
            DomainOf::<u8>::new().pow2(0, 8).finish(),
            Err(DomainError::Power { exponent: 8, .. })
        ));
    }

    #[test]
    fn a_duration_is_held_to_the_nanosecond_or_refused() {
        let domain = |nanoseconds| {
            let time = Duration::new(10_000_000, nanoseconds);
            DomainOf::<Duration>::new().values([time]).finish()
        };
        assert!(domain(500_000_000).is_ok());
        assert!(matches!(domain(1), Err(DomainError::Inexact(_))));
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
