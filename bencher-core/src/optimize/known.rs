use std::collections::HashSet;

use super::space::{Place, SearchSpace};

/// A point with its objectives, which are all minimised; infinite where it failed.
#[derive(Clone, Debug)]
pub(super) struct Evaluated {
    pub(super) place: Place,
    pub(super) values: Vec<f64>,
}

impl Evaluated {
    pub(super) fn has_failed(&self) -> bool {
        self.values.iter().any(|value| !value.is_finite())
    }
}

/// What a sampler proposes from: finished points in their order, and those without a result yet.
#[derive(Debug)]
pub(super) struct Known<'k> {
    pub(super) space: &'k SearchSpace,
    pub(super) done: &'k [Evaluated],
    pub(super) pending: &'k [Place],
    /// All of them, and whatever else must not be proposed.
    taken: HashSet<Vec<u64>>,
}

impl<'k> Known<'k> {
    pub(super) fn new(space: &'k SearchSpace, done: &'k [Evaluated], pending: &'k [Place]) -> Self {
        let places = done.iter().map(|one| &one.place).chain(pending);
        Self {
            space,
            done,
            pending,
            taken: places.map(|place| bits(place)).collect(),
        }
    }

    /// Whether a place was never proposed, and keeps the constraints.
    pub(super) fn is_free(&self, place: &[f64]) -> bool {
        !self.taken.contains(&bits(place)) && self.space.allows(place)
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.len()
    }

    /// How many different places of the space are taken.
    pub(super) fn taken_inside(&self) -> u64 {
        let place = |bits: &Vec<u64>| bits.iter().map(|x| f64::from_bits(*x)).collect::<Place>();
        let inside = |bits: &&Vec<u64>| self.space.contains(&place(bits));
        self.taken.iter().filter(inside).count() as u64
    }

    /// How many objectives there are, as far as known.
    pub(super) fn objectives(&self) -> usize {
        self.done.first().map_or(1, |one| one.values.len())
    }
}

/// Two places are the same where all their numbers are.
pub(super) fn bits(place: &[f64]) -> Vec<u64> {
    place.iter().map(|x| x.to_bits()).collect()
}
