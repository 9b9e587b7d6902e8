//! Handles of constants and results, and names in place of handles.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::value::Value;

use super::input::Input;
use super::types::SweepValue;

/// The variable behind a handle: known at compile time, or named at run time.
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
    /// The variable with a name, looked up when the sweep starts.
    Name(Cow<'static, str>),
}

impl Target {
    /// The same variable in a schema where it stands so much later; names stay.
    pub(super) fn moved(self, by: usize) -> Self {
        match self {
            Self::Index(index) => Self::Index(index + by),
            name @ Self::Name(_) => name,
        }
    }
}

/// An input that keeps one value. [`Input::with_const`] makes it.
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

impl<S> Constant<S> {
    pub(super) const fn new(target: Target, value: Value) -> Self {
        Self {
            target,
            value,
            sweep: PhantomData,
        }
    }
}

impl<S> Constant<S> {
    pub(super) fn moved<T>(self, by: usize) -> Constant<T> {
        Constant::new(self.target.moved(by), self.value)
    }
}

impl<S> PartialEq for Constant<S> {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target && self.value == other.value
    }
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
/// use bencher_core::plan::SweepChoice;
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

impl<S> PartialEq for Output<S> {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target
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

impl<S> Output<S> {
    pub(super) fn moved<T>(self, by: usize) -> Output<T> {
        Output {
            target: self.target.moved(by),
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
