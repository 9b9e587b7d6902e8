//! Places near others.

use super::random::Random;
use super::space::{Place, SearchSpace};

/// A place near another: with all its inputs moved by about `step`, or one alone.
pub(super) fn nudged(space: &SearchSpace, from: &[f64], step: f64, random: &mut Random) -> Place {
    let mut place = from.to_vec();
    let all = random.chance(0.5);
    let one = random.below(place.len());
    for (at, (here, dimension)) in place.iter_mut().zip(&space.dimensions).enumerate() {
        if here.is_nan() || !(all || at == one) {
            continue;
        }
        let scale = &dimension.scale;
        if let Some(count) = scale.choices() {
            if !all || random.chance(0.1) {
                *here = random.below(count) as f64;
            }
            continue;
        }
        let moved = scale.snapped(*here + step * random.normal());
        // A small step would stay on a coarse level for ever.
        *here = if moved.to_bits() == here.to_bits() && at == one {
            scale.neighbour(*here, random.chance(0.5))
        } else {
            moved
        };
    }
    space.settle(&mut place, random);
    place
}
