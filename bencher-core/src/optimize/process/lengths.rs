//! Which lengths the kernel has for the dimensions of a space.

use super::super::dimension::Scale;
use super::super::space::SearchSpace;

/// The most choices of a dimension that have a length each.
const MOST_CHOICES: usize = 16;

/// The squared distance of a place where a dimension exists from one where it does not.
const APART: f64 = 0.25;

/// The lengths of a kernel: one for each dimension of numbers or of two choices, and one for each of several choices.
///
/// A single length for several choices would say that all of them differ as much. Where most are the same and one is
/// not, such a length is long, and what is known of the others then hides the one.
#[derive(Clone, Debug, Default)]
pub(super) struct Lengths {
    dimensions: Vec<Weights>,
    parts: Vec<Part>,
}

/// Where the weights of a dimension stand in the list of all.
#[derive(Clone, Copy, Debug)]
enum Weights {
    Number(usize),
    /// One for all choices.
    Choice(usize),
    /// One for each choice.
    EachChoice {
        first: usize,
        count: usize,
    },
}

/// The subject of one weight: a dimension, or one choice there.
#[derive(Clone, Copy, Debug)]
struct Part {
    dimension: usize,
    is_choice: bool,
    choice: Option<usize>,
}

impl Lengths {
    pub(super) fn of(space: &SearchSpace) -> Self {
        let scales = space.dimensions.iter().map(|one| &one.scale);
        Self::new(scales.map(Scale::choices))
    }

    /// The lengths of dimensions with these numbers of choices; `None` for a dimension of numbers.
    pub(super) fn new(choices: impl Iterator<Item = Option<usize>>) -> Self {
        let mut lengths = Self::default();
        for (dimension, choices) in choices.enumerate() {
            let first = lengths.parts.len();
            let part = |choice| Part {
                dimension,
                is_choice: choices.is_some(),
                choice,
            };
            let weights = match choices {
                Some(count) if (3..=MOST_CHOICES).contains(&count) => {
                    let each = (0..count).map(|choice| part(Some(choice)));
                    lengths.parts.extend(each);
                    Weights::EachChoice { first, count }
                }
                _ => {
                    lengths.parts.push(part(None));
                    if choices.is_some() {
                        Weights::Choice(first)
                    } else {
                        Weights::Number(first)
                    }
                }
            };
            lengths.dimensions.push(weights);
        }
        lengths
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn has_choices(&self) -> bool {
        self.parts.iter().any(|part| part.is_choice)
    }

    /// The logarithms of the weights that a fit starts from: two choices are as far apart as in a single length.
    pub(super) fn start(&self, log_weight: f64) -> Vec<f64> {
        let start = |part: &Part| match part.choice {
            Some(_) => log_weight - std::f64::consts::LN_2,
            None => log_weight,
        };
        self.parts.iter().map(start).collect()
    }

    /// The squared distance of two places. That of two choices is the sum of their weights: each choice lies along an
    /// axis of its own.
    pub(super) fn distance(&self, weights: &[f64], a: &[f64], b: &[f64]) -> f64 {
        let weight = |at: usize| weights.get(at).copied().unwrap_or(0.0);
        let pairs = a.iter().zip(b).zip(&self.dimensions);
        let distances = pairs.map(|((a, b), dimension)| match *dimension {
            Weights::Number(at) => weight(at) * gap(false, *a, *b),
            Weights::Choice(at) => weight(at) * gap(true, *a, *b),
            Weights::EachChoice { first, count } => {
                let own = |here: f64| position(here, count).map_or(0.0, |at| weight(first + at));
                gap(true, *a, *b) * (own(*a) + own(*b))
            }
        });
        distances.sum()
    }

    /// The part of the squared distance of two places that one weight is multiplied by.
    pub(super) fn gap(&self, weight: usize, a: &[f64], b: &[f64]) -> f64 {
        let Some(part) = self.parts.get(weight) else {
            return 0.0;
        };
        let at = |place: &[f64]| place.get(part.dimension).copied().unwrap_or(f64::NAN);
        let (a, b) = (at(a), at(b));
        let gap = gap(part.is_choice, a, b);
        match part.choice {
            None => gap,
            Some(choice) => {
                let is_own = |here: f64| position(here, choice + 1) == Some(choice);
                gap * f64::from(u8::from(is_own(a)) + u8::from(is_own(b)))
            }
        }
    }
}

/// The choice at a place, among `count`; none for a choice that the space no longer has.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the count"
)]
fn position(place: f64, count: usize) -> Option<usize> {
    (0.0..count as f64)
        .contains(&place)
        .then_some(place as usize)
}

/// The squared distance of two places in one dimension.
fn gap(is_choice: bool, a: f64, b: f64) -> f64 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0.0,
        #[expect(clippy::float_cmp, reason = "positions of choices are whole numbers")]
        (false, false) if is_choice => f64::from(u8::from(a != b)),
        (false, false) => (a - b) * (a - b),
        _ => APART,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_choices_and_of_what_does_not_exist() {
        let gaps = [
            gap(true, 0.0, 5.0),
            gap(true, 3.0, 3.0),
            gap(false, 0.25, 0.75),
            gap(false, f64::NAN, f64::NAN),
            gap(false, f64::NAN, 0.1),
        ];
        assert_eq!(
            gaps.map(f64::to_bits),
            [1.0, 0.0, 0.25, 0.0, 0.25].map(f64::to_bits)
        );
    }

    #[test]
    fn each_of_several_choices_has_its_own_distance_from_the_others() {
        let lengths = Lengths::new([None, Some(4), Some(2), Some(40)].into_iter());
        assert_eq!(lengths.count(), 1 + 4 + 1 + 1);
        let weights = [2.0, 0.1, 0.2, 0.3, 5.0, 7.0, 11.0];
        let distance = |a: [f64; 4], b: [f64; 4]| lengths.distance(&weights, &a, &b);
        let here = [0.5, 1.0, 0.0, 0.0];
        assert!((distance(here, [0.0, 1.0, 0.0, 0.0]) - 2.0 * 0.25).abs() < 1e-12);
        assert!((distance(here, [0.5, 2.0, 0.0, 0.0]) - 0.5).abs() < 1e-12);
        assert!((distance(here, [0.5, 3.0, 0.0, 0.0]) - 5.2).abs() < 1e-12);
        assert!((distance(here, [0.5, 1.0, 1.0, 0.0]) - 7.0).abs() < 1e-12);
        assert!((distance(here, [0.5, 1.0, 0.0, 39.0]) - 11.0).abs() < 1e-12);
        // A choice that is no more, and a dimension that does not exist.
        assert!((distance(here, [0.5, 123.0, 0.0, 0.0]) - 0.2).abs() < 1e-12);
        assert!((distance(here, [0.5, f64::NAN, 0.0, 0.0]) - 0.2 * APART).abs() < 1e-12);
        // The gaps are the parts of the distance.
        for there in [[0.1, 3.0, 1.0, 7.0], [0.9, f64::NAN, f64::NAN, 0.0]] {
            let parts = weights.iter().enumerate();
            let parts = parts.map(|(at, weight)| weight * lengths.gap(at, &here, &there));
            assert!((parts.sum::<f64>() - distance(here, there)).abs() < 1e-12);
        }
    }
}
