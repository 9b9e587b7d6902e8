//! NSGA-II (Deb and others, 2002) without generations.

use super::fronts::ranked;
use super::known::{Evaluated, Known};
use super::random::Random;
use super::space::Place;

/// How many of the best points are parents.
const POPULATION: usize = 20;

/// The chance that a child has parts of two parents.
const CROSSOVER: f64 = 0.9;

/// One over the distribution index 20 plus one, for simulated binary crossover and polynomial mutation.
const NARROW: f64 = 1.0 / 21.0;

const TRIES: usize = 50;

/// A child of two of the best points: nothing waits for a generation to be complete.
pub(super) fn propose(known: &Known<'_>, random: &mut Random) -> Option<Place> {
    let inside = known
        .done
        .iter()
        .filter(|one| known.space.contains(&one.place));
    let parents: Vec<&Evaluated> = inside.collect();
    let values: Vec<&[f64]> = parents.iter().map(|one| &*one.values).collect();
    let mut order = ranked(&values);
    order.truncate(POPULATION);
    for _ in 0..TRIES {
        let a = &parents.get(*order.get(winner(order.len(), random))?)?.place;
        let b = &parents.get(*order.get(winner(order.len(), random))?)?.place;
        let child = child(known, (a, b), random);
        if known.is_free(&child) {
            return Some(child);
        }
    }
    None
}

/// The better of two random parents: they are in order of merit.
fn winner(count: usize, random: &mut Random) -> usize {
    random.below(count).min(random.below(count))
}

fn child(known: &Known<'_>, (a, b): (&[f64], &[f64]), random: &mut Random) -> Place {
    let mut place = a.to_vec();
    let crossed = random.chance(CROSSOVER);
    let mutation = 1.0 / place.len().max(1) as f64;
    for ((here, other), dimension) in place.iter_mut().zip(b).zip(&known.space.dimensions) {
        let scale = &dimension.scale;
        if crossed && !here.is_nan() && !other.is_nan() && random.chance(0.5) {
            *here = match scale.choices() {
                Some(_) => *other,
                None => scale.snapped(between(*here, *other, random)),
            };
        }
        if !here.is_nan() && random.chance(mutation) {
            *here = match scale.choices() {
                Some(count) => random.below(count) as f64,
                None => scale.snapped(*here + mutated_by(random)),
            };
        }
    }
    known.space.settle(&mut place, random);
    place
}

/// Simulated binary crossover (Deb and Agrawal 1995).
fn between(a: f64, b: f64, random: &mut Random) -> f64 {
    let u = random.unit();
    let spread = if u < 0.5 {
        (2.0 * u).powf(NARROW)
    } else {
        (0.5 / (1.0 - u)).powf(NARROW)
    };
    let side = if random.chance(0.5) { 1.0 } else { -1.0 };
    0.5 * ((1.0 + side * spread) * a + (1.0 - side * spread) * b)
}

/// Polynomial mutation.
fn mutated_by(random: &mut Random) -> f64 {
    let u = random.unit();
    if u < 0.5 {
        (2.0 * u).powf(NARROW) - 1.0
    } else {
        1.0 - (2.0 * (1.0 - u)).powf(NARROW)
    }
}
