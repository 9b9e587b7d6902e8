use std::collections::HashSet;
use std::sync::Arc;

use crate::space::order::divide;
use crate::value::KeyWriter;

use super::{Combination, Factor, FactorError, FactorLevel, Factors, MAX_DEPTH, untyped};

/// Sweeps some factors. The first factor changes slowest, the last fastest; the factors of a level come right behind
/// it.
///
/// ```
/// use bencher_core::space::{Factors, sweep};
/// let a_million = || 0..1_000_000;
/// let factors = Factors::new().with("a", a_million()).with("b", a_million());
/// let sweep = sweep(&factors)?;
/// assert_eq!(sweep.count(), 10_u128.pow(12));
/// let combination = sweep.get(5_000_007).map(|c| c.to_string());
/// assert_eq!(combination.as_deref(), Some("a=5 b=7"));
/// # Ok::<(), bencher_core::space::FactorError>(())
/// ```
///
/// # Errors
/// Where a factor has no level or repeats one, a name would occur twice in a combination, or there are too many
/// combinations or levels of nesting.
pub fn sweep(factors: &Factors) -> Result<FactorSweep, FactorError> {
    if factors.depth > MAX_DEPTH {
        return Err(FactorError::TooDeep);
    }
    check_names(factors, "")?;
    Ok(FactorSweep {
        product: Product::new(factors, "")?,
    })
}

/// The combinations of some factors, by number; computed, not stored.
///
/// See [`sweep`] for an example.
#[derive(Clone, Debug)]
pub struct FactorSweep {
    product: Product,
}

impl FactorSweep {
    /// How many combinations there are; never 0.
    pub const fn count(&self) -> u128 {
        self.product.count
    }

    /// The combination with a number, or `None` past the last.
    ///
    /// It costs one look-up for every factor of the combination.
    pub fn get(&self, number: u128) -> Option<Combination> {
        let mut combination = Combination::default();
        self.product.get(number, &mut combination)?;
        Some(combination)
    }

    /// The combinations in their order.
    pub const fn iter(&self) -> Combinations<'_> {
        Combinations {
            sweep: self,
            next: 0,
        }
    }
}

impl<'a> IntoIterator for &'a FactorSweep {
    type Item = Combination;
    type IntoIter = Combinations<'a>;

    fn into_iter(self) -> Combinations<'a> {
        self.iter()
    }
}

/// The combinations of a sweep, one after the other.
///
/// ```
/// use bencher_core::space::{Factors, sweep};
/// let mut texts = Vec::new();
/// for combination in &sweep(&Factors::new().with("a", [1, 2]))? {
///     texts.push(combination.to_string());
/// }
/// assert_eq!(texts, ["a=1", "a=2"]);
/// # Ok::<(), bencher_core::space::FactorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Combinations<'a> {
    sweep: &'a FactorSweep,
    next: u128,
}

impl Iterator for Combinations<'_> {
    type Item = Combination;

    fn next(&mut self) -> Option<Combination> {
        let combination = self.sweep.get(self.next)?;
        self.next += 1;
        Some(combination)
    }

    fn nth(&mut self, n: usize) -> Option<Combination> {
        self.next = self.next.saturating_add(n as u128);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.sweep.count().saturating_sub(self.next));
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

/// Independent factors, with the number of their combinations.
#[derive(Clone, Debug)]
struct Product {
    choices: Vec<Choice>,
    count: u128,
}

/// One factor: one of its levels is chosen.
#[derive(Clone, Debug)]
struct Choice {
    factor: Factor,
    /// For each level, the combinations up to its last, and those of its sub-sweep; empty where no
    /// level has one, so that each is one combination.
    nested: Vec<(u128, Product)>,
    count: u128,
    /// The combinations of all factors behind this one.
    block: u128,
}

impl Product {
    fn new(factors: &Factors, way: &str) -> Result<Self, FactorError> {
        let mut choices = factors
            .factors
            .iter()
            .map(|factor| Choice::new(factor, way))
            .collect::<Result<Vec<_>, _>>()?;
        let mut count = 1_u128;
        for choice in choices.iter_mut().rev() {
            choice.block = count;
            count = count
                .checked_mul(choice.count)
                .ok_or(FactorError::Uncountable)?;
        }
        Ok(Self { choices, count })
    }

    fn get(&self, number: u128, combination: &mut Combination) -> Option<()> {
        if number >= self.count {
            return None;
        }
        let mut rest = number;
        for choice in &self.choices {
            let (chosen, behind) = divide(rest, choice.block);
            choice.get(chosen, combination)?;
            rest = behind;
        }
        Some(())
    }
}

impl Choice {
    fn new(factor: &Factor, way: &str) -> Result<Self, FactorError> {
        let place = || format!("{way}{}", factor.name);
        if factor.levels.is_empty() {
            return Err(FactorError::NoLevels { place: place() });
        }
        let mut seen = HashSet::with_capacity(factor.levels.len());
        let mut bytes = KeyWriter::default();
        for level in factor.levels.iter() {
            bytes.truncate(0);
            bytes.value(&untyped(&level.value));
            if !seen.insert(bytes.digest()) {
                return Err(FactorError::RepeatedLevel {
                    place: place(),
                    value: level.value.clone(),
                });
            }
        }
        let mut nested = Vec::new();
        let mut count = factor.levels.len() as u128;
        if factor.levels.iter().any(FactorLevel::is_nested) {
            count = 0;
            for level in factor.levels.iter() {
                let product = Product::new(&level.sub, &factor.way(level, way))?;
                count = count
                    .checked_add(product.count)
                    .ok_or(FactorError::Uncountable)?;
                nested.push((count, product));
            }
        }
        Ok(Self {
            factor: factor.clone(),
            nested,
            count,
            block: 1,
        })
    }

    fn get(&self, number: u128, combination: &mut Combination) -> Option<()> {
        if self.nested.is_empty() {
            let level = self.factor.levels.get(usize::try_from(number).ok()?)?;
            combination.push(&self.factor.name, &level.value);
            return Some(());
        }
        let at = self.nested.partition_point(|(end, _)| *end <= number);
        let (end, product) = self.nested.get(at)?;
        combination.push(&self.factor.name, &self.factor.levels.get(at)?.value);
        let start = end.checked_sub(product.count)?;
        product.get(number.checked_sub(start)?, combination)
    }
}

impl FactorLevel {
    const fn is_nested(&self) -> bool {
        !self.sub.factors.is_empty()
    }
}

impl Factor {
    /// The way to the factors of a level, as errors write it.
    fn way(&self, level: &FactorLevel, way: &str) -> String {
        format!("{way}{}={}/", self.name, level.value)
    }

    /// Where a name first stands in this factor.
    fn find(&self, name: &str, way: &str) -> Option<String> {
        if *self.name == *name {
            return Some(format!("{way}{name}"));
        }
        let nested = self.levels.iter().filter(|level| level.is_nested());
        nested
            .flat_map(|level| level.sub.factors.iter().map(move |sub| (level, sub)))
            .find_map(|(level, sub)| sub.find(name, &self.way(level, way)))
    }
}

/// The names that the combinations of some factors have. Two factors of one product meet in some
/// combination, whatever their levels, so no name may stand in both; two levels of one factor
/// never meet.
fn check_names(factors: &Factors, way: &str) -> Result<HashSet<Arc<str>>, FactorError> {
    let mut names: HashSet<Arc<str>> = HashSet::new();
    for (at, factor) in factors.factors.iter().enumerate() {
        let mut below: HashSet<Arc<str>> = HashSet::new();
        for level in factor.levels.iter().filter(|level| level.is_nested()) {
            let inside = factor.way(level, way);
            let of_level = check_names(&level.sub, &inside)?;
            if of_level.contains(&factor.name) {
                let mut subs = level.sub.factors.iter();
                let again = subs.find_map(|sub| sub.find(&factor.name, &inside));
                return Err(FactorError::RepeatedName {
                    name: factor.name.to_string(),
                    first: format!("{way}{}", factor.name),
                    second: again.unwrap_or_default(),
                });
            }
            below.extend(of_level);
        }
        below.insert(Arc::clone(&factor.name));
        if let Some(name) = below.iter().filter(|name| names.contains(*name)).min() {
            let mut before = factors.factors.iter().take(at);
            let first = before.find_map(|factor| factor.find(name, way));
            return Err(FactorError::RepeatedName {
                name: name.to_string(),
                first: first.unwrap_or_default(),
                second: factor.find(name, way).unwrap_or_default(),
            });
        }
        names.extend(below);
    }
    Ok(names)
}
