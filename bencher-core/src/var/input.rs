//! Handles of inputs: the associated constants of a derived struct, and the changes of a sweep.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::value::Value;

use super::design::Design;
use super::handle::{Constant, Target};
use super::types::SweepValue;

/// An input chosen for a sweep, with the changes of this sweep.
///
/// The derive makes one associated constant for each input (`Sorting::LEN`). A text converts
/// into one as well. The methods change a copy; the declaration stays as it is.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::space::Density;
/// use bencher_core::plan::{Plan, SweepChoice};
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
    pub(crate) choice: InputChoice,
    sweep: PhantomData<fn() -> S>,
}

/// An input of a sweep of any type, with what the sweep changes about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InputChoice {
    pub(crate) target: Target,
    pub(crate) samples: Option<usize>,
    pub(crate) bounds: Option<(Value, Value)>,
    pub(crate) around: Option<(f64, f64)>,
    pub(crate) values: Option<Vec<Value>>,
    pub(crate) subsampling_divisions: Option<u8>,
    pub(crate) max_subsampling_divisions: Option<u8>,
    pub(crate) zipped: Option<ZippedInputs>,
}

/// Several inputs that make one dimension.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ZippedInputs {
    /// The dimension's name.
    pub(crate) name: String,
    pub(crate) inputs: Vec<InputChoice>,
    /// So many points of a design; none for values that go together one by one.
    pub(crate) design: Option<(Design, u64)>,
}

impl InputChoice {
    pub(crate) const fn of(target: Target) -> Self {
        Self {
            target,
            samples: None,
            bounds: None,
            around: None,
            values: None,
            subsampling_divisions: None,
            max_subsampling_divisions: None,
            zipped: None,
        }
    }

    /// The same in a schema where the inputs stand so much later.
    fn moved(mut self, by: usize) -> Self {
        self.target = self.target.moved(by);
        if let Some(zipped) = &mut self.zipped {
            let inputs = std::mem::take(&mut zipped.inputs).into_iter();
            zipped.inputs = inputs.map(|input| input.moved(by)).collect();
        }
        self
    }
}

// Neither derived: that would ask the user's type for them.
impl<S> Clone for Input<S> {
    fn clone(&self) -> Self {
        Self {
            choice: self.choice.clone(),
            sweep: PhantomData,
        }
    }
}

impl<S> PartialEq for Input<S> {
    fn eq(&self, other: &Self) -> bool {
        self.choice == other.choice
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
            choice: InputChoice::of(target),
            sweep: PhantomData,
        }
    }

    /// Makes one dimension of several inputs that change together: the first point has the first value of each input,
    /// and so on. All inputs take the same number of values.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::space::Density;
    /// use bencher_core::plan::{Plan, SweepChoice};
    /// let pairs = Input::zip(
    ///     "pair",
    ///     [Sorting::LEN.values([10_u64, 20]), Sorting::PRESORTED.values([true, false])],
    /// );
    /// let choice = SweepChoice { inputs: Some(vec![pairs]), ..SweepChoice::default() };
    /// let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 1, "")?;
    /// let texts: Vec<_> = plan.space().axes()[0].levels.iter().map(|value| value.to_string()).collect();
    /// assert_eq!(texts, ["len=10, presorted=true", "len=20, presorted=false"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn zip<I>(name: impl Into<String>, inputs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Self>,
    {
        Self::zipped(name.into(), inputs, None)
    }

    /// Makes one dimension of several inputs, from the points of a design over their space instead of a grid.
    ///
    /// The points of a range lie at random places in it. The values of a list are equally likely.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::space::Density;
    /// use bencher_core::plan::{Plan, SweepChoice};
    /// use bencher_core::var::Design;
    /// let inputs = [Sorting::LEN, Sorting::PRESORTED];
    /// let points = Input::design("point", Design::LatinHypercube { seed: 7 }, 4, inputs);
    /// let choice = SweepChoice::default().with_inputs([points]);
    /// let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 1, "")?;
    /// assert_eq!(plan.space().len(), 4);
    /// let lens = (0..4).map(|point| plan.values(point)[0].as_f64());
    /// let mut quarters: Vec<_> = lens.map(|len| (len.unwrap_or(0.0) - 1.0) as u32 / 250).collect();
    /// quarters.sort();
    /// assert_eq!(quarters, [0, 1, 2, 3], "each quarter of 1..=1000 is hit once");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn design<I>(name: impl Into<String>, design: Design, points: u64, inputs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Self>,
    {
        Self::zipped(name.into(), inputs, Some((design, points)))
    }

    fn zipped<I>(name: String, inputs: I, design: Option<(Design, u64)>) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Self>,
    {
        let mut input = Self::of(Target::Name(Cow::Owned(name.clone())));
        input.choice.zipped = Some(ZippedInputs {
            name,
            inputs: inputs
                .into_iter()
                .map(|input| input.into().choice)
                .collect(),
            design,
        });
        input
    }

    /// The same input of a sweep in which the schema's inputs stand so much later.
    pub(super) fn moved<T>(self, by: usize) -> Input<T> {
        Input {
            choice: self.choice.moved(by),
            sweep: PhantomData,
        }
    }

    /// Takes this number of samples, evenly spread, and ignores a declared step.
    pub fn samples(mut self, samples: usize) -> Self {
        self.choice.samples = Some(samples);
        self
    }

    /// Changes the bounds, both inclusive.
    pub fn bounds<T: SweepValue>(mut self, low: T, high: T) -> Self {
        self.choice.bounds = Some((low.to_value(), high.to_value()));
        self
    }

    /// Changes the bounds to `center - width` and `center + width`.
    pub fn around(mut self, center: f64, width: f64) -> Self {
        self.choice.around = Some((center, width));
        self
    }

    /// Takes exactly these values, in this order; a level never thins them.
    pub fn values<T: SweepValue>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.choice.values = Some(values.into_iter().map(|value| value.to_value()).collect());
        self
    }

    /// Takes the values of level `divisions` (1 to 12), for every level of the run.
    pub fn subsampling_divisions(mut self, divisions: u8) -> Self {
        self.choice.subsampling_divisions = Some(divisions);
        self
    }

    /// Takes at most the values of level `divisions` (1 to 12), for every level of the run.
    pub fn max_subsampling_divisions(mut self, divisions: u8) -> Self {
        self.choice.max_subsampling_divisions = Some(divisions);
        self
    }

    /// Holds this input at one value instead of sweeping it.
    pub fn with_const(self, value: impl SweepValue) -> Constant<S> {
        Constant::new(self.choice.target, value.to_value())
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

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Input<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.choice.fmt(f)
    }
}
