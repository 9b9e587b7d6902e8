use crate::value::{Decimal, Kind, Value};
use crate::var::{DomainError, nearest_value};

/// Floats at equal distances.
///
/// Each is the float nearest to the decimal number that the declaration means: three steps of 0.1 are
/// 0.3, and not the sum of three floats near 0.1. Values that no short decimal says (thirds, most
/// halves of halves of long numbers) come from the arithmetic of numpy's `linspace`, so that its grids
/// have the same bits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FloatGrid {
    kind: Kind,
    low: f64,
    by: Distance,
    /// The lowest value and the distance (of neighbours, or of the ends) as multiples of one power of ten.
    decimals: Option<(i128, i128, i32)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Distance {
    /// From each value to the next.
    Step(f64),
    /// From the first value to the last, which has this position.
    Span { high: f64, last: u64 },
}

/// The most values of a grid that is finer than its type.
const MAX_NARROW: u64 = 1 << 20;

/// What every float of 64 bits holds: decimals below this mantissa read back as themselves.
const SHORT: u128 = 1_000_000_000_000_000;

impl FloatGrid {
    /// From `low` on in steps, as long as they are below `high`; with the number of values.
    pub(super) fn stepped(kind: Kind, low: f64, high: f64, step: f64) -> (Self, u64) {
        let of = |x| Decimal::of(kind, x);
        let decimals = aligned(of(low), of(step));
        let exact = || {
            let ((low, high, exponent), step) = (of(low)?.aligned(of(high)?)?, of(step)?);
            let width = Decimal {
                mantissa: high.checked_sub(low)?,
                exponent,
            };
            let (width, step, _) = width.aligned(step)?;
            Some(width as f64 / step as f64)
        };
        let quotient = exact().unwrap_or_else(|| {
            let width = high - low;
            if width.is_finite() {
                width / step
            } else {
                high / step - low / step
            }
        });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let count = steps_below(quotient) as u64;
        let grid = Self {
            kind,
            low,
            by: Distance::Step(step),
            decimals,
        };
        (grid, count.max(1))
    }

    /// Evenly spread between two ends, which are both exact; there are at least two values.
    pub(super) fn spread(kind: Kind, low: f64, high: f64, count: u64) -> Self {
        let of = |x| Decimal::of(kind, x);
        let decimals = aligned(of(low), of(high))
            .and_then(|(low, high, exponent)| Some((low, high.checked_sub(low)?, exponent)));
        let last = count.saturating_sub(1).max(1);
        Self {
            kind,
            low,
            by: Distance::Span { high, last },
            decimals,
        }
    }

    /// The value at a position; that of a `Duration` has whole nanoseconds.
    pub(super) fn get(&self, position: u64) -> Option<Value> {
        nearest_value(self.kind, self.unrounded(position))
    }

    fn unrounded(&self, position: u64) -> f64 {
        match self.by {
            Distance::Span { high, last } if position >= last => high,
            _ if position == 0 => self.low,
            _ => match self.decimal(position) {
                Some(decimal) => decimal.nearest(self.kind),
                None => self.binary(position),
            },
        }
    }

    /// The decimal that a position means, if there is a short one.
    fn decimal(&self, position: u64) -> Option<Decimal> {
        let (low, by, exponent) = self.decimals?;
        match self.by {
            Distance::Step(_) => Some(Decimal {
                mantissa: by.checked_mul(i128::from(position))?.checked_add(low)?,
                exponent,
            }),
            Distance::Span { last, .. } => {
                // In lowest terms, so that every grid that has the value finds the same.
                let shared = gcd(u128::from(position), u128::from(last));
                let (mut share, mut parts) = (
                    i128::from(position) / signed(shared)?,
                    i128::from(last) / signed(shared)?,
                );
                let shared = signed(gcd(by.unsigned_abs(), parts.unsigned_abs()))?;
                share = share.checked_mul(by / shared)?;
                parts /= shared;
                let mut ten = 1_i128;
                let mut places = 0;
                while share.checked_mul(ten)? % parts != 0 {
                    ten = ten.checked_mul(10)?;
                    places += 1;
                    if places > 15 {
                        return None;
                    }
                }
                let mantissa = low
                    .checked_mul(ten)?
                    .checked_add(share.checked_mul(ten)? / parts)?;
                let decimal = Decimal {
                    mantissa,
                    exponent: exponent - places,
                };
                is_short(mantissa).then_some(decimal)
            }
        }
    }

    /// The value at a position by the arithmetic of floats.
    fn binary(&self, position: u64) -> f64 {
        match self.by {
            Distance::Step(step) => self.low + position as f64 * step,
            Distance::Span { high, last } => linspace(self.low, high, last, position),
        }
    }

    /// The values of a grid whose neighbours may be nearer to each other than floats are, each once; `None`
    /// where they all differ.
    pub(super) fn distinct(&self, count: u64) -> Result<Option<Vec<Value>>, DomainError> {
        let (high, distance) = match self.by {
            Distance::Step(step) => (self.low + step * count.saturating_sub(1) as f64, step),
            Distance::Span { high, last } => {
                let last = last as f64;
                (high, high / last - self.low / last)
            }
        };
        let spacing = spacing(self.kind, self.low.abs().max(high.abs()));
        // Values may be rounded by one float each.
        if distance >= 4.0 * spacing || distance >= spacing && count > MAX_NARROW {
            return Ok(None);
        }
        if count > MAX_NARROW {
            return Err(DomainError::Narrow {
                low: self.low.into(),
                high: high.into(),
            });
        }
        // Between neighbouring floats, a rounded value may lie below the one before it, or beyond the end.
        let end = match self.by {
            Distance::Step(_) => f64::INFINITY,
            Distance::Span { high, .. } => high,
        };
        let mut values: Vec<Value> = Vec::new();
        let mut last = f64::NEG_INFINITY;
        for value in (0..count).filter_map(|position| self.get(position)) {
            let x = value.as_f64().unwrap_or(f64::NAN);
            if x > last && x <= end {
                last = x;
                values.push(value);
            }
        }
        Ok(Some(values))
    }
}

fn aligned(a: Option<Decimal>, b: Option<Decimal>) -> Option<(i128, i128, i32)> {
    a?.aligned(b?)
}

fn signed(x: u128) -> Option<i128> {
    i128::try_from(x).ok()
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

/// Whether a mantissa has at most 15 digits, but for zeros at its end.
fn is_short(mantissa: i128) -> bool {
    let mut digits = mantissa.unsigned_abs();
    while digits >= SHORT && digits.is_multiple_of(10) {
        digits /= 10;
    }
    digits < SHORT
}

/// How far from each other neighbouring values of a kind are that are as large as this.
fn spacing(kind: Kind, magnitude: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "canonical f32 values are exact"
    )]
    match kind {
        Kind::Float(32) => {
            let x = magnitude as f32;
            f64::from(x - x.next_down())
        }
        Kind::Seconds => (magnitude - magnitude.next_down()).max(1e-9),
        _ => magnitude - magnitude.next_down(),
    }
}

/// How many whole steps lie below the high end, which is excluded: a quotient that is a whole
/// number but for rounding counts as that number.
fn steps_below(quotient: f64) -> f64 {
    let whole = quotient.round();
    if (quotient - whole).abs() <= 1e-9 * whole.max(1.0) {
        whole
    } else {
        quotient.ceil()
    }
}

/// The value at a position between two ends; the upper end has the position `last`.
fn linspace(low: f64, high: f64, last: u64, position: u64) -> f64 {
    let width = high - low;
    if position >= last {
        high
    } else if position == 0 {
        low
    } else if width.is_finite() {
        let step = width / last as f64;
        if step == 0.0 {
            position as f64 / last as f64 * width + low
        } else {
            position as f64 * step + low
        }
    } else {
        let share = position as f64 / last as f64;
        low * (1.0 - share) + high * share
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::space::Density;
    use crate::var::{DomainOf, SweepNumber};
    use proptest::prelude::*;

    fn texts<T: SweepNumber>(domain: DomainOf<T>) -> Vec<String> {
        let domain = domain.finish().unwrap();
        let levels = domain.levels(T::KIND, Density::default()).unwrap();
        levels.iter().map(|value| T::KIND.text(&value)).collect()
    }

    fn tenths(range: std::ops::Range<u32>) -> Vec<String> {
        let text = |n: u32| match (n / 10, n % 10) {
            (whole, 0) => whole.to_string(),
            (whole, tenth) => format!("{whole}.{tenth}"),
        };
        range.map(text).collect()
    }

    #[test]
    fn steps_and_samples_are_the_decimals_that_are_meant() {
        let wide = DomainOf::<f64>::new;
        assert_eq!(texts(wide().bounds(0.0, 1.0).step(0.1)), tenths(0..10));
        assert_eq!(texts(wide().bounds(0.0, 1.0).samples(11)), tenths(0..11));
        assert_eq!(texts(wide().bounds(1.1, 3.1).samples(21)), tenths(11..32));
        let narrow = DomainOf::<f32>::new;
        assert_eq!(texts(narrow().bounds(0.0, 1.0).step(0.1)), tenths(0..10));
        assert_eq!(texts(narrow().bounds(0.0, 1.0).samples(11)), tenths(0..11));
        let thirds = texts(wide().bounds(-0.1, 0.2).samples(4));
        assert_eq!(thirds, ["-0.1", "0", "0.1", "0.2"]);
        let seconds = |x: f64| Duration::try_from_secs_f64(x).unwrap();
        let times = DomainOf::<Duration>::new().bounds(seconds(0.0), seconds(0.5));
        assert_eq!(texts(times.step(seconds(0.1))), tenths(0..5));
    }

    #[test]
    fn a_width_beyond_the_floats_has_its_steps() {
        let domain = DomainOf::<f64>::new().bounds(-1e308, 1e308).step(1e307);
        let found = texts(domain);
        assert_eq!(found.len(), 20);
        assert_eq!((found[1].as_str(), found[10].as_str()), ("-9e307", "0"));
        let domain = DomainOf::<f64>::new()
            .bounds(-f64::MAX, f64::MAX)
            .samples(3);
        assert_eq!(texts(domain)[1], "0");
    }

    #[test]
    fn each_number_of_a_grid_finer_than_its_type_stands_there_once() {
        let narrow = DomainOf::<f32>::new().bounds(16_777_216.0, 16_777_220.0);
        assert_eq!(
            texts(narrow.samples(9)),
            ["16777216", "16777218", "16777220"]
        );
        let wide = DomainOf::<f64>::new().bounds(1e16, 1e16 + 8.0).step(0.5);
        let expected = [
            "1e16",
            "1.0000000000000002e16",
            "1.0000000000000004e16",
            "1.0000000000000006e16",
        ];
        assert_eq!(texts(wide)[..4], expected);
        let nanoseconds = Duration::from_nanos;
        let times = DomainOf::<Duration>::new().bounds(nanoseconds(0), nanoseconds(2));
        assert_eq!(texts(times.samples(9)), ["0", "1e-9", "2e-9"]);
        let times = DomainOf::<Duration>::new().bounds(nanoseconds(0), nanoseconds(10));
        assert_eq!(texts(times.samples(4)), ["0", "3e-9", "7e-9", "1e-8"]);
        let many = DomainOf::<f64>::new().bounds(1e16, 1e16 + 8.0).step(1e-9);
        let error = many
            .finish()
            .unwrap()
            .levels(Kind::Float(64), Density::default());
        assert!(
            matches!(error, Err(DomainError::Narrow { .. })),
            "{error:?}"
        );
    }

    proptest! {
        /// Grids of whole hundredths, against integers.
        #[test]
        fn hundredths(low in -10_000_i32..10_000, step in 1_i32..500, count in 2_i32..60) {
            let hundredths = |n: i32| format!("{n}e-2").parse::<f64>().unwrap();
            let expected: Vec<Value> =
                (0..count).map(|i| Value::Float(hundredths(low + i * step))).collect();
            let (low, last) = (hundredths(low), hundredths(low + (count - 1) * step));
            let kind = Kind::Float(64);
            let (steps, found) =
                FloatGrid::stepped(kind, low, last + hundredths(step) / 2.0, hundredths(step));
            let count = u64::try_from(count).unwrap();
            prop_assert_eq!(found, count);
            let spread = FloatGrid::spread(kind, low, last, count);
            for grid in [steps, spread] {
                let values: Vec<Value> = (0..count).filter_map(|at| grid.get(at)).collect();
                prop_assert_eq!(&values, &expected);
            }
        }

        /// Ends that are some floats apart.
        #[test]
        fn values_rise_between_near_ends(low in -1e300_f64..1e300, floats in 1_u64..60, samples in 2_usize..100) {
            let high = (0..floats).fold(low, |x, _| x.next_up());
            let domain = DomainOf::<f64>::new().bounds(low, high).samples(samples).finish().unwrap();
            let levels = domain.levels(Kind::Float(64), Density::default()).unwrap();
            let numbers: Vec<f64> = levels.iter().filter_map(|value| value.as_f64()).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
            prop_assert_eq!((numbers[0].to_bits(), numbers.last().unwrap().to_bits()), (low.to_bits(), high.to_bits()));
        }

        #[test]
        fn values_rise_between_the_ends(low in -1e300_f64..1e300, width in 0.0..1.0_f64, scale in -17..3, samples in 2_usize..100) {
            let high = low + low.abs() * width * 10_f64.powi(scale);
            prop_assume!(high > low && high.is_finite());
            let domain = DomainOf::<f64>::new().bounds(low, high).samples(samples).finish().unwrap();
            let levels = domain.levels(Kind::Float(64), Density::default()).unwrap();
            let numbers: Vec<f64> = levels.iter().filter_map(|value| value.as_f64()).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
            prop_assert_eq!((numbers[0].to_bits(), numbers.last().unwrap().to_bits()), (low.to_bits(), high.to_bits()));
        }
    }
}
