//! Tree-structured Parzen estimators (Bergstra and others, 2011), with kernels over all inputs together (Falkner and
//! others, 2018).

mod mixture;

use super::fronts::ranked;
use super::known::{Evaluated, Known};
use super::random::Random;
use super::space::Place;
use mixture::Mixture;

/// Candidates of one proposal.
const CANDIDATES: usize = 24;

/// The most points that count as good, with one objective.
const MOST_GOOD: usize = 25;

/// The candidate that is most typical of good points, compared with the others. What runs counts as not good, so that
/// workers spread.
pub(super) fn propose(known: &Known<'_>, random: &mut Random) -> Option<Place> {
    let inside = known
        .done
        .iter()
        .filter(|one| known.space.contains(&one.place));
    let done: Vec<&Evaluated> = inside.collect();
    let values: Vec<&[f64]> = done.iter().map(|one| &*one.values).collect();
    let order = ranked(&values);
    let tenth = done.len().div_ceil(10);
    let count = if known.objectives() > 1 {
        tenth
    } else {
        tenth.min(MOST_GOOD)
    };
    let (mut good, mut rest): (Vec<&[f64]>, Vec<&[f64]>) = (Vec::new(), Vec::new());
    for (rank, point) in order.iter().enumerate() {
        let place: &[f64] = &done.get(*point)?.place;
        if rank < count {
            good.push(place);
        } else {
            rest.push(place);
        }
    }
    rest.extend(known.pending.iter().map(Vec::as_slice));
    let (good, rest) = (
        Mixture::new(known.space, &good),
        Mixture::new(known.space, &rest),
    );
    let mut best: Option<(f64, Place)> = None;
    for turn in 0..CANDIDATES * 8 {
        if turn >= CANDIDATES && best.is_some() {
            break;
        }
        let place = good.sample(random);
        let score = good.log_density(&place) - rest.log_density(&place);
        if best.as_ref().is_none_or(|(highest, _)| score > *highest) && known.is_free(&place) {
            best = Some((score, place));
        }
    }
    best.map(|(_, place)| place)
}
