use crate::value::{Kind, Value};
use crate::var::nearest_value;

use super::levels::{offset, width};

/// The most values of a logarithmic grid.
const MAX_VALUES: usize = 1 << 20;

/// Ends whose logarithms are nearer than this are distinguished by their distance, not by their logarithms.
const NEAR: f64 = 1e-5;

/// Values at equal ratios: ends exact, integers rounded half to even, floats to twelve significant digits, durations to
/// nanoseconds, each once and in ascending order.
pub(super) fn log_grid(kind: Kind, low: &Value, high: &Value, samples: usize) -> Vec<Value> {
    let samples = samples.min(MAX_VALUES);
    let last = samples - 1;
    let mut values: Vec<Value> = Vec::with_capacity(samples);
    values.push(low.clone());
    for i in 1..last {
        // The share is a dyadic fraction for every level, so finer grids repeat it exactly.
        let Some(value) = log_share(kind, low, high, i as f64 / last as f64) else {
            continue;
        };
        let rises = values.last().is_some_and(|before| is_below(before, &value));
        if rises && is_below(&value, high) {
            values.push(value);
        }
    }
    values.push(high.clone());
    values
}

/// The value at a share of the way from one end to another, in logarithms.
pub(super) fn log_share(kind: Kind, low: &Value, high: &Value, share: f64) -> Option<Value> {
    rounded(kind, &unrounded(kind, low, high, share)?)
}

/// A value as an input of its kind has it.
fn rounded(kind: Kind, value: &Value) -> Option<Value> {
    match value {
        Value::Float(x) => nearest_value(kind, *x),
        value => Some(value.clone()),
    }
}

fn unrounded(kind: Kind, low: &Value, high: &Value, share: f64) -> Option<Value> {
    let (from, to) = (low.as_f64()?, high.as_f64()?);
    let is_near = to.ln() - from.ln() < NEAR;
    if kind.is_integer() && is_near {
        // The way from the low end is exact where the number itself is no float.
        let width = width(low, high);
        let by = from * (share * (width as f64 / from).ln_1p()).exp_m1();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, and is bounded by the width"
        )]
        let by = (by.round_ties_even() as u128).min(width);
        return kind.canonical(&offset(low, by)?);
    }
    let x = if is_near {
        from + from * (share * ((to - from) / from).ln_1p()).exp_m1()
    } else {
        let x = (from.ln() + share * (to.ln() - from.ln())).exp();
        if kind.is_integer() {
            x.round_ties_even()
        } else {
            twelve_digits(x)
        }
    };
    kind.canonical(&Value::Float(x.clamp(from, to)))
}

/// `x` to twelve significant digits: the exponential's last bits differ between platforms, and
/// a value is to be the same everywhere, and to read well.
fn twelve_digits(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

/// Whether one number is below another.
fn is_below(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a < b,
        _ => width(a, b) > 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::space::Density;
    use crate::var::{DomainOf, Scale, SweepNumber, SweepValue};
    use proptest::prelude::*;

    fn values<T: SweepNumber>(low: T, high: T, samples: usize) -> Vec<Value> {
        let domain = DomainOf::new().bounds(low, high).scale(Scale::Log);
        let domain = domain.samples(samples).finish().unwrap();
        let levels = domain.levels(T::KIND, Density::default()).unwrap();
        levels.iter().collect()
    }

    fn is_rising_between(values: &[Value], low: &Value, high: &Value) -> bool {
        let ends = values.first() == Some(low) && values.last() == Some(high);
        ends && values.windows(2).all(|pair| is_below(&pair[0], &pair[1]))
    }

    #[test]
    fn round_decades_are_exact() {
        let texts: Vec<String> = values(1e-5, 1e5, 11)
            .iter()
            .map(ToString::to_string)
            .collect();
        let decades = [
            "0.00001", "0.0001", "0.001", "0.01", "0.1", "1", "10", "100", "1000", "10000",
        ];
        assert_eq!(texts[..10], decades);
    }

    #[test]
    fn near_ends_of_large_integers() {
        let low = 1_000_000_000_000_000_u64;
        // So near to each other, equal ratios are hardly less than equal differences.
        let expected = [0, 2, 5, 7, 10].map(|by| Value::from(low + by));
        assert_eq!(values(low, low + 10, 5), expected);
        let (low, high) = (u64::MAX - 3, u64::MAX);
        let expected: Vec<Value> = (low..=high).map(Value::from).collect();
        assert_eq!(values(low, high, 100), expected);
    }

    fn nanoseconds(values: &[Value]) -> Vec<u128> {
        let whole = |value: &Value| Duration::from_value(value).map(|time| time.as_nanos());
        values.iter().filter_map(whole).collect()
    }

    #[test]
    fn durations_are_those_that_run() {
        let ns = Duration::from_nanos;
        assert_eq!(nanoseconds(&values(ns(1), ns(4), 9)), [1, 2, 3, 4]);
        let found = values(ns(1000), ns(10_000), 5);
        // 10^(3 + n/4), to the nearest whole number.
        assert_eq!(nanoseconds(&found), [1000, 1778, 3162, 5623, 10_000]);
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(texts[1], "1.778e-6");
    }

    proptest! {
        #[test]
        fn durations_rise_and_are_those_that_run(low in 1_u64..1_000_000, width in 1_u64..10_000_000_000, samples in 2_usize..60) {
            let (low, high) = (Duration::from_nanos(low), Duration::from_nanos(low + width));
            let found = values(low, high, samples);
            prop_assert!(is_rising_between(&found, &low.to_value(), &high.to_value()), "{found:?}");
            for value in &found {
                let runs_with = Duration::from_value(value).map(|time| time.to_value());
                prop_assert_eq!(runs_with.as_ref(), Some(value));
            }
        }

        #[test]
        fn floats_rise_between_their_ends(low in 1e-300_f64..1e300, by in 0.0..1.0_f64, scale in -16..6, samples in 2_usize..60) {
            let high = low * (1.0 + by * 10_f64.powi(scale));
            prop_assume!(high > low && high.is_finite());
            let found = values(low, high, samples);
            prop_assert!(found.len() <= samples);
            prop_assert!(is_rising_between(&found, &low.into(), &high.into()), "{found:?}");
        }

        #[test]
        fn integers_rise_between_their_ends(low in 1_u64..u64::MAX, shift in 0_u32..64, samples in 2_usize..60) {
            let high = low.saturating_add(u64::MAX >> shift);
            let found = values(low, high, samples);
            prop_assert!(is_rising_between(&found, &low.into(), &high.into()), "{found:?}");
        }
    }
}
