use std::collections::HashSet;

use crate::plan::{Choice, InputOverride, Plan, SearchedInput, SweepChoice};
use crate::value::{Digest, KeyWriter, Value};
use crate::var::{ErasedSweep, ParametrizedSweep};

use super::dimension::{Dimension, Scale};
use super::error::SearchError;
use super::random::Random;

/// A place in a search space: for each dimension a number from 0 to 1, or the position of a choice, or NaN where the
/// dimension does not exist (an input of a variant that was not chosen).
pub(crate) type Place = Vec<f64>;

/// The space of a search: the whole domains of its inputs, not the levels of a grid.
///
/// It has the inputs, constants and constraints of a [`SweepChoice`]. The number of samples and the level of an input
/// do not count. A range is divided into 2^20 steps of its scale, so that every proposal is an ordinary sample, with
/// the same key whoever proposes it. The inputs of an enum's variant exist only with that variant.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::optimize::SearchSpace;
/// use bencher_core::plan::SweepChoice;
/// let space = SearchSpace::new(&Sorting::baseline()?, &SweepChoice::default())?;
/// assert_eq!(space.dimensions().collect::<Vec<_>>(), ["len", "presorted"]);
/// assert_eq!(space.count(), 2000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SearchSpace {
    pub(super) dimensions: Vec<Dimension>,
    /// The dimension of each searched input; those of its variants' inputs follow.
    roots: Vec<usize>,
    searched: Vec<SearchedInput>,
    plan: Plan,
}

impl SearchSpace {
    /// Makes the space of the inputs of a declaration.
    ///
    /// # Errors
    /// Where the declaration does not fit the type, or nothing is left to search.
    pub fn new<S: ParametrizedSweep>(
        prototype: &S,
        choice: &SweepChoice<S>,
    ) -> Result<Self, SearchError> {
        Self::of(prototype, &choice.erased(), &[], 1, "")
    }

    /// The same for a sweep of any type.
    pub(crate) fn of(
        prototype: &dyn ErasedSweep,
        choice: &Choice,
        overrides: &[InputOverride],
        repeats: u32,
        tag: &str,
    ) -> Result<Self, SearchError> {
        let (plan, searched) = Plan::of_search(prototype, choice, overrides, repeats, tag)?;
        if searched.is_empty() {
            return Err(SearchError::NoInputs);
        }
        let mut dimensions = Vec::new();
        let mut roots = Vec::new();
        for input in &searched {
            roots.push(dimensions.len());
            Dimension::add(input, &mut dimensions)?;
        }
        Ok(Self {
            dimensions,
            roots,
            searched,
            plan,
        })
    }

    /// The names of its dimensions, in their order; an input of a variant is named with its enum (`codec.level`).
    pub fn dimensions(&self) -> impl Iterator<Item = &str> {
        self.dimensions
            .iter()
            .map(|dimension| dimension.name.as_str())
    }

    /// The number of points that can be proposed, before constraints; saturates.
    pub fn count(&self) -> u128 {
        let roots = self.roots.iter();
        roots.fold(1, |count, root| {
            count.saturating_mul(self.count_below(*root))
        })
    }

    /// The places of a dimension with those of the dimensions that depend on it.
    fn count_below(&self, dimension: usize) -> u128 {
        match self.dimensions.get(dimension).map(|one| &one.scale) {
            Some(Scale::Branches(_, children)) => children.iter().fold(0, |sum, children| {
                let count = children.iter().fold(1_u128, |count, child| {
                    count.saturating_mul(self.count_below(*child))
                });
                sum.saturating_add(count)
            }),
            Some(scale) => scale.count(),
            None => 1,
        }
    }

    /// The plan of the search, without points.
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn searched(&self) -> &[SearchedInput] {
        &self.searched
    }

    /// Whether a dimension exists at a place whose earlier dimensions are set.
    pub(super) fn exists(place: &[f64], dimension: &Dimension) -> bool {
        dimension.only.is_none_or(|(parent, choice)| {
            #[expect(clippy::float_cmp, reason = "positions of choices are whole numbers")]
            let is_chosen = place.get(parent).is_some_and(|at| *at == choice as f64);
            is_chosen
        })
    }

    /// The place of a point of the unit cube.
    pub(super) fn at_unit(&self, mut unit: impl FnMut(usize) -> f64) -> Place {
        let mut place: Place = Vec::with_capacity(self.dimensions.len());
        for (at, dimension) in self.dimensions.iter().enumerate() {
            let unit = unit(at);
            let exists = Self::exists(&place, dimension);
            place.push(if exists {
                dimension.scale.at_unit(unit)
            } else {
                f64::NAN
            });
        }
        place
    }

    pub(super) fn random(&self, random: &mut Random) -> Place {
        self.at_unit(|_| random.unit())
    }

    /// Makes exactly those dimensions exist that do with the choices of a place.
    pub(super) fn settle(&self, place: &mut Place, random: &mut Random) {
        for (at, dimension) in self.dimensions.iter().enumerate() {
            let exists = Self::exists(place, dimension);
            if let Some(here) = place.get_mut(at)
                && exists == here.is_nan()
            {
                *here = if exists {
                    dimension.scale.at_unit(random.unit())
                } else {
                    f64::NAN
                };
            }
        }
    }

    /// A value for each searched input.
    pub(crate) fn row(&self, place: &[f64]) -> Option<Vec<Value>> {
        self.roots
            .iter()
            .map(|root| self.value_at(*root, place))
            .collect()
    }

    /// The inputs with their values, by position in the schema.
    pub(crate) fn values(&self, place: &[f64]) -> Option<Vec<(usize, Value)>> {
        let mut values = Vec::new();
        for (input, value) in self.searched.iter().zip(self.row(place)?) {
            let parts = input.values_of(&value);
            values.extend(parts.into_iter().map(|(at, part)| (at, part.clone())));
        }
        Some(values)
    }

    /// The value of one dimension at a place; the name of a variant, without the values of its inputs.
    pub(super) fn value_of(&self, dimension: usize, place: &[f64]) -> Option<Value> {
        match &self.dimensions.get(dimension)?.scale {
            Scale::Branches(branches, _) => {
                let at = position(*place.get(dimension)?)?;
                Some(Value::from(&*branches.get(at)?.name))
            }
            _ => self.value_at(dimension, place),
        }
    }

    fn value_at(&self, dimension: usize, place: &[f64]) -> Option<Value> {
        let here = *place.get(dimension)?;
        match &self.dimensions.get(dimension)?.scale {
            Scale::Continuum(continuum) => continuum.at(here),
            Scale::Ordered { .. } => self.dimensions.get(dimension)?.scale.level_at(here),
            Scale::Choices(values) => values.get(position(here)?).cloned(),
            Scale::Branches(branches, children) => {
                let at = position(here)?;
                let children = children.get(at)?.iter();
                let parts: Option<Vec<Value>> =
                    children.map(|child| self.value_at(*child, place)).collect();
                Some(branches.get(at)?.value(parts?.into_iter()))
            }
        }
    }

    /// The place of the values of all inputs (in the order of the schema), as a stored sample has them: it may lie
    /// between the steps, outside the range, or at a choice that is no more. None where another input differs from the
    /// space, or a value is of another kind.
    pub(crate) fn place_of(&self, values: &[Value]) -> Option<Place> {
        let mut place = vec![f64::NAN; self.dimensions.len()];
        let mut own = Vec::new();
        for (root, input) in self.roots.iter().zip(&self.searched) {
            let of_input = |index: &usize| values.get(*index).cloned().map(|value| (*index, value));
            let parts: Vec<(usize, Value)> =
                input.inputs.iter().map(of_input).collect::<Option<_>>()?;
            self.put(*root, &input.joined(&parts)?, &mut place)?;
            own.extend(parts);
        }
        (self.plan.values_with(&own) == values).then_some(place)
    }

    /// A value for each searched input, of the values of all inputs.
    pub(crate) fn row_of(&self, values: &[Value]) -> Option<Vec<Value>> {
        let row = self.searched.iter().map(|input| {
            let of_input = |index: &usize| Some((*index, values.get(*index)?.clone()));
            let parts: Option<Vec<_>> = input.inputs.iter().map(of_input).collect();
            input.joined(&parts?)
        });
        row.collect()
    }

    /// Writes what makes it another space: its dimensions and their values, and what it holds constant.
    pub(crate) fn write(&self, key: &mut KeyWriter) {
        key.number(self.dimensions.len() as u128);
        for (at, dimension) in self.dimensions.iter().enumerate() {
            key.text(&dimension.name);
            let count = dimension.scale.count();
            key.number(count);
            let ends = if dimension.scale.choices().is_some() {
                0..count
            } else {
                0..count.min(2)
            };
            for number in ends {
                let number = if dimension.scale.choices().is_none() && number == 1 {
                    count - 1
                } else {
                    number
                };
                let mut place = vec![f64::NAN; self.dimensions.len()];
                if let Some(here) = place.get_mut(at) {
                    *here = dimension.scale.numbered(number);
                }
                match &dimension.scale {
                    Scale::Branches(branches, _) => {
                        let branch = usize::try_from(number).ok().and_then(|at| branches.get(at));
                        key.text(branch.map_or("", |branch| &branch.name));
                    }
                    _ => {
                        if let Some(value) = self.value_at(at, &place) {
                            key.value(&value);
                        }
                    }
                }
            }
        }
        let searched = |index: &usize| self.searched.iter().any(|one| one.inputs.contains(index));
        let held = self.plan.values_with(&[]);
        for (index, value) in held.iter().enumerate() {
            if !searched(&index) {
                key.number(index as u128);
                key.value(value);
            }
        }
    }

    /// Sets the place of a dimension and of those that depend on it.
    fn put(&self, dimension: usize, value: &Value, place: &mut Place) -> Option<()> {
        let scale = &self.dimensions.get(dimension)?.scale;
        let here = match scale {
            Scale::Continuum(continuum) => continuum.share_of(value)?,
            Scale::Ordered { .. } => scale.place_of_level_value(value)?,
            Scale::Choices(values) => {
                let at = values.iter().position(|one| one == value);
                at.map_or_else(|| retired(values.len(), value), |at| at as f64)
            }
            Scale::Branches(branches, children) => {
                let name = value.as_str().or_else(|| Some(value.as_item()?.name()))?;
                match branches.iter().position(|branch| branch.name == name) {
                    None => retired(branches.len(), value),
                    Some(at) => {
                        let params = branches.get(at)?.params.iter();
                        for (param, child) in params.zip(children.get(at)?) {
                            let part = value.as_item()?.part(&param.name)?;
                            self.put(*child, &param.kind.canonical(part)?, place)?;
                        }
                        at as f64
                    }
                }
            }
        };
        *place.get_mut(dimension)? = here;
        Some(())
    }

    /// Whether a place is one of the space: within its ranges and with choices that it has.
    pub(super) fn contains(&self, place: &[f64]) -> bool {
        let mut all = self.dimensions.iter().zip(place);
        all.all(|(dimension, here)| {
            let last = dimension
                .scale
                .choices()
                .map_or(1.0, |count| count as f64 - 1.0);
            here.is_nan() || (0.0..=last).contains(here)
        })
    }

    /// The reason of the first constraint that a place breaks; none where it keeps all.
    ///
    /// # Errors
    /// Where a constraint panics: its text.
    pub(super) fn broken_rule(&self, place: &[f64]) -> Result<Option<&str>, String> {
        if !self.plan.has_constraints() {
            return Ok(None);
        }
        let values = self.values(place).ok_or("the point has no values")?;
        self.plan.broken_rule(&values)
    }

    pub(super) fn allows(&self, place: &[f64]) -> bool {
        matches!(self.broken_rule(place), Ok(None))
    }

    /// Visits every place until `visit` returns false.
    pub(super) fn each_place(&self, visit: &mut dyn FnMut(&Place) -> bool) {
        let mut place = vec![f64::NAN; self.dimensions.len()];
        self.visit_from(0, &mut place, visit);
    }

    fn visit_from(
        &self,
        dimension: usize,
        place: &mut Place,
        visit: &mut dyn FnMut(&Place) -> bool,
    ) -> bool {
        let Some(one) = self.dimensions.get(dimension) else {
            return visit(place);
        };
        let numbers = if Self::exists(place, one) {
            one.scale.count()
        } else {
            0
        };
        let mut before = HashSet::new();
        for number in 0..numbers {
            let here = one.scale.numbered(number);
            if !before.insert(here.to_bits()) {
                continue;
            }
            if let Some(slot) = place.get_mut(dimension) {
                *slot = here;
            }
            if !self.visit_from(dimension + 1, place, visit) {
                return false;
            }
        }
        if let Some(slot) = place.get_mut(dimension) {
            *slot = f64::NAN;
        }
        numbers > 0 || self.visit_from(dimension + 1, place, visit)
    }
}

/// The position of a choice.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked before"
)]
fn position(place: f64) -> Option<usize> {
    (0.0..1e9).contains(&place).then_some(place as usize)
}

/// The place of a choice that a space has no more: beyond its choices, the same for the same value.
fn retired(choices: usize, value: &Value) -> f64 {
    let mut key = KeyWriter::default();
    key.value(value);
    let Digest(digest) = key.digest();
    choices as f64 + (digest % (1 << 32)) as f64
}
