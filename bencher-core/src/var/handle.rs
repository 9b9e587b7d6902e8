//! Handles: the associated constants of a derived struct, and the names that stand for them.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::value::{SweepValue, Value};

/// Which variable is meant: one known at compile time, or one named at run time.
///
/// A handle of the derive is an index; a text becomes a name.
///
/// ```
/// use bencher_core::var::Target;
/// assert_ne!(Target::Index(0), Target::Name("len".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The variable at a position of the schema.
    Index(usize),
    /// The variable of a name, looked up when the sweep starts.
    Name(Cow<'static, str>),
}

/// An input chosen for a sweep, with what this sweep changes about it.
///
/// The derive makes one associated constant for each input (`Sorting::LEN`). A text converts
/// into one as well. The methods change a copy; the declaration stays as it is.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::space::Density;
/// use bencher_core::sweep_executor::{Plan, SweepChoice};
/// let levels = |input: Input<Sorting>| -> Result<Vec<String>, Box<dyn std::error::Error>> {
///     let choice = SweepChoice { inputs: Some(vec![input]), ..SweepChoice::default() };
///     let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 1, "")?;
///     Ok(plan.space().axes()[0].levels.iter().map(|value| value.to_string()).collect())
/// };
/// assert_eq!(levels(Sorting::LEN.values([7_u64, 3]))?, ["7", "3"]);
/// assert_eq!(levels(Sorting::LEN.bounds(10_u64, 30).samples(3))?, ["10", "20", "30"]);
/// assert_eq!(levels(Sorting::LEN.around(50.0, 2.0))?, ["48", "49", "50", "51", "52"]);
/// assert_eq!(levels(Sorting::LEN.subsampling_divisions(2))?, ["1", "1000"]);
/// assert_eq!(levels("presorted".into())?, ["false", "true"]);
/// assert!(levels("lenght".into()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Input<S> {
    pub(crate) target: Target,
    pub(crate) samples: Option<usize>,
    pub(crate) bounds: Option<(Value, Value)>,
    pub(crate) around: Option<(f64, f64)>,
    pub(crate) values: Option<Vec<Value>>,
    pub(crate) subsampling_divisions: Option<u8>,
    pub(crate) max_subsampling_divisions: Option<u8>,
    sweep: PhantomData<fn() -> S>,
}

impl<S> Clone for Input<S> {
    fn clone(&self) -> Self {
        Self {
            target: self.target.clone(),
            samples: self.samples,
            bounds: self.bounds.clone(),
            around: self.around,
            values: self.values.clone(),
            subsampling_divisions: self.subsampling_divisions,
            max_subsampling_divisions: self.max_subsampling_divisions,
            sweep: PhantomData,
        }
    }
}

impl<S> Input<S> {
    /// The input at a position of the schema; the derive calls this.
    #[doc(hidden)]
    pub const fn declared(index: usize) -> Self {
        Self::of(Target::Index(index))
    }

    const fn of(target: Target) -> Self {
        Self {
            target,
            samples: None,
            bounds: None,
            around: None,
            values: None,
            subsampling_divisions: None,
            max_subsampling_divisions: None,
            sweep: PhantomData,
        }
    }

    /// So many samples, evenly spread; a declared step no longer counts.
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = Some(samples);
        self
    }

    /// Other bounds, both inclusive.
    pub fn bounds<T: SweepValue>(mut self, low: T, high: T) -> Self {
        self.bounds = Some((low.to_value(), high.to_value()));
        self
    }

    /// Bounds of `center - width` to `center + width`.
    pub fn around(mut self, center: f64, width: f64) -> Self {
        self.around = Some((center, width));
        self
    }

    /// Exactly these values, in this order; they are never thinned.
    pub fn values<T: SweepValue>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.values = Some(values.into_iter().map(|value| value.to_value()).collect());
        self
    }

    /// The values of level `divisions` (1 to 12), whatever the run's level is.
    pub fn subsampling_divisions(mut self, divisions: u8) -> Self {
        self.subsampling_divisions = Some(divisions);
        self
    }

    /// At most level `divisions` (1 to 12), whatever the run's level is.
    pub fn max_subsampling_divisions(mut self, divisions: u8) -> Self {
        self.max_subsampling_divisions = Some(divisions);
        self
    }

    /// This input held at one value instead of swept.
    pub fn with_const(self, value: impl SweepValue) -> Constant<S> {
        Constant {
            target: self.target,
            value: value.to_value(),
            sweep: PhantomData,
        }
    }
}

impl<S> From<&str> for Input<S> {
    fn from(name: &str) -> Self {
        Self::of(Target::Name(Cow::Owned(name.to_owned())))
    }
}

impl<S> From<String> for Input<S> {
    fn from(name: String) -> Self {
        Self::of(Target::Name(Cow::Owned(name)))
    }
}

/// An input held at one value; made by [`Input::with_const`].
///
/// A pair of a name and a value converts into one as well.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::var::Constant;
/// let typed: Constant<Sorting> = Sorting::LEN.with_const(100_u64);
/// let named: Constant<Sorting> = ("len", 100_u64).into();
/// # let _ = (typed, named);
/// ```
pub struct Constant<S> {
    pub(crate) target: Target,
    pub(crate) value: Value,
    sweep: PhantomData<fn() -> S>,
}

impl<S> Clone for Constant<S> {
    fn clone(&self) -> Self {
        Self {
            target: self.target.clone(),
            value: self.value.clone(),
            sweep: PhantomData,
        }
    }
}

impl<S, T: SweepValue> From<(&str, T)> for Constant<S> {
    fn from((name, value): (&str, T)) -> Self {
        Input::from(name).with_const(value)
    }
}

/// A result chosen for a sweep. The derive makes one associated constant for each result
/// (`Sorting::ELAPSED`); a text converts into one as well.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::sweep_executor::SweepChoice;
/// let outputs: Vec<Output<Sorting>> = vec![Sorting::MOVES, "moves".into()];
/// let choice = SweepChoice { results: Some(outputs), ..SweepChoice::default() };
/// assert!(choice.inputs.is_none(), "every declared input");
/// ```
pub struct Output<S> {
    pub(crate) target: Target,
    sweep: PhantomData<fn() -> S>,
}

impl<S> Clone for Output<S> {
    fn clone(&self) -> Self {
        Self {
            target: self.target.clone(),
            sweep: PhantomData,
        }
    }
}

impl<S> Output<S> {
    /// The result at a position of the schema; the derive calls this.
    #[doc(hidden)]
    pub const fn declared(index: usize) -> Self {
        Self {
            target: Target::Index(index),
            sweep: PhantomData,
        }
    }
}

impl<S> From<&str> for Output<S> {
    fn from(name: &str) -> Self {
        Self {
            target: Target::Name(Cow::Owned(name.to_owned())),
            sweep: PhantomData,
        }
    }
}

impl<S> From<String> for Output<S> {
    fn from(name: String) -> Self {
        Self {
            target: Target::Name(Cow::Owned(name)),
            sweep: PhantomData,
        }
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Input<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("target", &self.target)
            .field("samples", &self.samples)
            .field("bounds", &self.bounds)
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Constant<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Constant")
            .field("target", &self.target)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Output<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
