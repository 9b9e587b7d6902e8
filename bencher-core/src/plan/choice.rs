use crate::value::Value;
use crate::var::{Constant, Input, InputChoice, Output, Target};

use super::constraint::{Constraint, Rule};

/// The declaration of a sweep: the parts of its type that it takes. A program can keep it, merge it with others,
/// compare it, and use it for any number of sweeps.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::space::Density;
/// use bencher_core::plan::{Plan, SweepChoice};
/// let choice = SweepChoice::default()
///     .with_results([Sorting::MOVES])
///     .with_constants([Sorting::LEN.with_const(100_u64)]);
/// let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 1, "")?;
/// assert_eq!(plan.space().len(), 2, "presorted alone is left to sweep");
/// assert_eq!(plan.constants()[0].value, 100.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SweepChoice<S> {
    /// The inputs to sweep, slowest first; `None` means every declared input.
    pub inputs: Option<Vec<Input<S>>>,
    /// The results to keep; `None` means every declared result.
    pub results: Option<Vec<Output<S>>>,
    /// Inputs that keep one value.
    pub constants: Vec<Constant<S>>,
    /// The rules for points to run; other points are skipped, with the reason.
    pub constraints: Vec<Constraint<S>>,
}

impl<S> SweepChoice<S> {
    /// Sets the inputs to sweep, the slowest first; replaces earlier inputs.
    #[must_use]
    pub fn with_inputs<I>(mut self, inputs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Input<S>>,
    {
        self.inputs = Some(inputs.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the results to keep; replaces earlier results.
    #[must_use]
    pub fn with_results<I>(mut self, results: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Output<S>>,
    {
        self.results = Some(results.into_iter().map(Into::into).collect());
        self
    }

    /// Adds inputs that keep one value.
    #[must_use]
    pub fn with_constants<I>(mut self, constants: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Constant<S>>,
    {
        self.constants.extend(constants.into_iter().map(Into::into));
        self
    }

    /// Adds a rule that a point must satisfy; see [`Constraint`].
    #[must_use]
    pub fn with_constraint(
        mut self,
        reason: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self
    where
        S: 'static,
    {
        self.constraints.push(Constraint::new(reason, holds));
        self
    }

    /// Merges two declarations; where both set the same part, `other` wins.
    ///
    /// Inputs of `other` replace inputs of the same name in place, and the rest follow. Results are joined. A constant
    /// of `other` replaces one of the same name. All constraints apply.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::plan::SweepChoice;
    /// let coarse = SweepChoice::default().with_inputs([Sorting::LEN.samples(3), Sorting::PRESORTED]);
    /// let fine = SweepChoice::default().with_inputs([Sorting::LEN.samples(9)]);
    /// let merged = coarse.clone().merged(fine.clone());
    /// assert_eq!(merged.inputs, Some(vec![Sorting::LEN.samples(9), Sorting::PRESORTED]));
    /// assert_eq!(coarse.clone().merged(coarse.clone()), coarse);
    /// assert_eq!(coarse.differences(&fine), ["inputs"]);
    /// ```
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.inputs = match (self.inputs, other.inputs) {
            (Some(first), Some(second)) => {
                Some(replaced(first, second, |input| &input.choice.target))
            }
            (first, second) => second.or(first),
        };
        self.results = match (self.results, other.results) {
            (Some(first), Some(second)) => Some(replaced(first, second, |output| &output.target)),
            (first, second) => second.or(first),
        };
        self.constants = replaced(self.constants, other.constants, |constant| &constant.target);
        for constraint in other.constraints {
            if !self.constraints.contains(&constraint) {
                self.constraints.push(constraint);
            }
        }
        self
    }

    /// The parts in which two declarations differ: `inputs`, `results`, `constants`, `constraints`.
    ///
    /// Constraints are the same if their reasons are: code cannot be compared.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let Self {
            inputs,
            results,
            constants,
            constraints,
        } = self;
        let fields = [
            ("inputs", *inputs == other.inputs),
            ("results", *results == other.results),
            ("constants", *constants == other.constants),
            ("constraints", *constraints == other.constraints),
        ];
        let different = fields.into_iter().filter(|(_, same)| !same);
        different.map(|(name, _)| name).collect()
    }
}

/// A choice of a sweep of any type.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    pub(crate) inputs: Option<Vec<InputChoice>>,
    pub(crate) results: Option<Vec<Target>>,
    pub(crate) constants: Vec<(Target, Value)>,
    pub(crate) rules: Vec<Rule>,
}

impl<S> SweepChoice<S> {
    /// The same without its type.
    pub(crate) fn erased(&self) -> Choice {
        let inputs = self.inputs.as_ref();
        let results = self.results.as_ref();
        let constants = self.constants.iter();
        let constraints = self.constraints.iter();
        Choice {
            inputs: inputs.map(|all| all.iter().map(|input| input.choice.clone()).collect()),
            results: results.map(|all| all.iter().map(|output| output.target.clone()).collect()),
            constants: constants
                .map(|one| (one.target.clone(), one.value.clone()))
                .collect(),
            rules: constraints
                .map(|constraint| constraint.rule.clone())
                .collect(),
        }
    }
}

/// The first list with what the second has of the same name in its place, then the rest of the
/// second.
fn replaced<T>(mut first: Vec<T>, second: Vec<T>, target: impl Fn(&T) -> &Target) -> Vec<T> {
    for new in second {
        match first.iter_mut().find(|old| target(old) == target(&new)) {
            Some(old) => *old = new,
            None => first.push(new),
        }
    }
    first
}

// None of these derived: that would ask the user's type for them.
impl<S> Default for SweepChoice<S> {
    fn default() -> Self {
        Self {
            inputs: None,
            results: None,
            constants: Vec::new(),
            constraints: Vec::new(),
        }
    }
}

impl<S> Clone for SweepChoice<S> {
    fn clone(&self) -> Self {
        Self {
            inputs: self.inputs.clone(),
            results: self.results.clone(),
            constants: self.constants.clone(),
            constraints: self.constraints.clone(),
        }
    }
}

impl<S> PartialEq for SweepChoice<S> {
    fn eq(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }
}

impl<S> std::fmt::Debug for SweepChoice<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SweepChoice")
            .field("inputs", &self.inputs)
            .field("results", &self.results)
            .field("constants", &self.constants)
            .field("constraints", &self.constraints)
            .finish()
    }
}
