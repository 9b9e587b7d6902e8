use crate::value::{Kind, Value};
use crate::var::{Domain, DomainError, Scale, Values, nearest_value};

use super::levels::{Levels, offset, whole, width};
use super::log_grid::log_share;
use super::sampling::Density;

/// A domain as it lies between 0 and 1: what a design takes its points from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Continuum {
    /// Any float between two.
    Floats { kind: Kind, low: f64, high: f64 },
    /// Any number between two, each order of magnitude equally likely.
    Log { kind: Kind, low: Value, high: Value },
    /// Any whole number, or moment, from a lowest one on, each equally likely.
    Whole { kind: Kind, low: Value, width: u128 },
    /// One of these, each equally likely.
    Listed(Levels),
}

impl Continuum {
    /// The whole of a domain: its number of samples does not count.
    pub(crate) fn new(kind: Kind, domain: &Domain) -> Result<Self, DomainError> {
        let Values::Range {
            low,
            high,
            step: None,
        } = &domain.values
        else {
            return domain.levels(kind, Density::default()).map(Self::Listed);
        };
        if domain.scale == Scale::Linear && (kind.is_integer() || kind == Kind::DateTime) {
            let (low, high) = (whole(low), whole(high));
            return Ok(Self::Whole {
                kind,
                width: width(&low, &high),
                low,
            });
        }
        Ok(match domain.scale {
            Scale::Linear => Self::Floats {
                kind,
                low: low.as_f64().unwrap_or(0.0),
                high: high.as_f64().unwrap_or(0.0),
            },
            Scale::Log => Self::Log {
                kind,
                low: low.clone(),
                high: high.clone(),
            },
        })
    }

    /// The value at a share of the way, 0 to below 1.
    pub(crate) fn at(&self, share: f64) -> Option<Value> {
        match self {
            Self::Floats { kind, low, high } => {
                let x = low * (1.0 - share) + high * share;
                nearest_value(*kind, x.clamp(*low, *high))
            }
            Self::Log { kind, low, high } => log_share(*kind, low, high, share),
            Self::Whole { kind, low, width } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share of the width, and bounded by it"
                )]
                let by = (share * (*width as f64 + 1.0)) as u128;
                kind.canonical(&offset(low, by.min(*width))?)
            }
            Self::Listed(levels) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share of the count, and bounded by it"
                )]
                let at = (share * levels.len() as f64) as u64;
                levels.get(at.min(levels.len().saturating_sub(1)))
            }
        }
    }
}

/// What a search asks of a continuum.
#[cfg(feature = "search")]
impl Continuum {
    /// The greatest number of values at multiples of one step in `steps`.
    pub(crate) fn most_places(&self, steps: u64) -> u128 {
        let most = u128::from(steps) + 1;
        match self {
            Self::Floats { low, high, .. } if low < high => most,
            Self::Floats { .. } => 1,
            Self::Log { kind, low, high } if kind.is_integer() => {
                width(low, high).saturating_add(1).min(most)
            }
            Self::Log { low, high, .. } => {
                if low == high {
                    1
                } else {
                    most
                }
            }
            Self::Whole { width, .. } => width.saturating_add(1).min(most),
            Self::Listed(levels) => u128::from(levels.len()),
        }
    }

    /// Where a value lies: below 0 or above 1 outside the range; none where it is not of its kind.
    pub(crate) fn share_of(&self, value: &Value) -> Option<f64> {
        match self {
            Self::Floats { low, high, .. } => {
                let x = value.as_f64().filter(|x| x.is_finite())?;
                // Halves, since the width of the range may be no float.
                let half = high / 2.0 - low / 2.0;
                Some(if half > 0.0 {
                    (x / 2.0 - low / 2.0) / half
                } else {
                    x - low
                })
            }
            Self::Log { low, high, .. } => log_place(low, high, value.as_f64()?),
            Self::Whole {
                low, width: all, ..
            } => {
                let value = whole(value);
                let (x, from) = (value.as_f64()?, low.as_f64()?);
                let by = if x < from {
                    x - from
                } else {
                    width(low, &value) as f64
                };
                // The middle of its cell.
                Some((by + 0.5) / (*all as f64 + 1.0))
            }
            Self::Listed(levels) => {
                let at = levels.iter().position(|level| level == *value)?;
                Some((at as f64 + 0.5) / levels.len() as f64)
            }
        }
    }

    /// The ends of the places that give the same value as this one; none where these are all but one.
    pub(crate) fn cell(&self, place: f64) -> Option<(f64, f64)> {
        match self {
            Self::Log { kind, low, high } if kind.is_integer() => {
                let here = self.at(place)?.as_f64()?;
                let end = |x: f64, at_end: f64| log_place(low, high, x).unwrap_or(at_end);
                let cell = (end(here - 0.5, 0.0).max(0.0), end(here + 0.5, 1.0).min(1.0));
                (cell.1 > cell.0).then_some(cell)
            }
            _ => None,
        }
    }
}

/// Where a number lies between two others, in logarithms.
#[cfg(feature = "search")]
fn log_place(low: &Value, high: &Value, x: f64) -> Option<f64> {
    let (from, to) = (low.as_f64()?, high.as_f64()?);
    if !(x > 0.0 && x.is_finite()) {
        return None;
    }
    let logarithm = |x: f64| {
        if x < 2.0 * from {
            ((x - from) / from).ln_1p()
        } else {
            x.ln() - from.ln()
        }
    };
    let all = logarithm(to);
    Some(if all > 0.0 {
        logarithm(x) / all
    } else {
        logarithm(x)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::var::{DomainOf, SweepValue};

    fn texts<T: SweepValue>(domain: DomainOf<T>, shares: &[f64]) -> Vec<String> {
        let continuum = Continuum::new(T::KIND, &domain.finish().unwrap()).unwrap();
        let text = |share: &f64| continuum.at(*share).unwrap().to_string();
        shares.iter().map(text).collect()
    }

    #[test]
    fn every_part_of_a_domain_is_reached_equally() {
        let new = DomainOf::<u8>::new;
        let quarters = [0.0, 0.25, 0.5, 0.999];
        assert_eq!(texts(new().bounds(3, 6), &quarters), ["3", "4", "5", "6"]);
        assert_eq!(
            texts(new().bounds(0, 8).step(4), &quarters),
            ["0", "0", "4", "8"]
        );
        assert_eq!(texts(new().values([7, 9]), &quarters), ["7", "7", "9", "9"]);
        assert_eq!(texts(new().pow2(0, 3), &quarters), ["1", "2", "4", "8"]);
        let float = DomainOf::<f64>::new().bounds(-1.0, 1.0);
        assert_eq!(texts(float, &[0.0, 0.5, 0.75]), ["-1", "0", "0.5"]);
        let log = DomainOf::<f64>::new()
            .bounds(1.0, 10_000.0)
            .scale(Scale::Log);
        assert_eq!(texts(log, &[0.0, 0.25, 0.5]), ["1", "10", "100"]);
        let log = DomainOf::<u32>::new().bounds(1, 10_000).scale(Scale::Log);
        assert_eq!(texts(log, &[0.0, 0.25, 0.5]), ["1", "10", "100"]);
        let wide = DomainOf::<u128>::new().bounds(0, u128::MAX);
        assert_eq!(texts(wide, &[0.0])[0], "0");
        let ends = [1, 10].map(std::time::Duration::from_nanos);
        let times = || DomainOf::new().bounds(ends[0], ends[1]);
        assert_eq!(texts(times(), &[0.0, 0.3]), ["1e-9", "4e-9"]);
        assert_eq!(
            texts(times().scale(Scale::Log), &[0.0, 0.5]),
            ["1e-9", "3e-9"]
        );
    }
}
