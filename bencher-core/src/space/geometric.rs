use thiserror::Error;

use crate::sort;

/// The most values that [`geom`] and [`igeom`] give.
const MAX_VALUES: usize = 1 << 20;

/// Why a geometric progression is impossible.
///
/// See [`geom`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum GeomError {
    /// An end that is infinite or not a number.
    #[error("no geometric progression goes from {min} to {max}: both ends must be finite")]
    NotFinite {
        /// The first end.
        min: f64,
        /// The last end.
        max: f64,
    },
    /// An end that is 0.
    #[error(
        "no geometric progression goes from {min} to {max}: no ratio leads from or to 0; add the 0 \
         to the list by hand"
    )]
    Zero {
        /// The first end.
        min: f64,
        /// The last end.
        max: f64,
    },
    /// Ends on both sides of 0.
    #[error("no geometric progression goes from {min} to {max}: the ends have opposite signs")]
    OppositeSigns {
        /// The first end.
        min: f64,
        /// The last end.
        max: f64,
    },
    /// More values than a list should hold.
    #[error("a geometric progression of {n} values is too long; take at most {MAX_VALUES}")]
    TooMany {
        /// The number that was asked for.
        n: usize,
    },
    /// An end that is not a 64-bit integer.
    #[error("{end} is beyond the 64-bit integers; use `geom` for floats")]
    NoInteger {
        /// The end.
        end: f64,
    },
}

/// `n` values from `min` to `max` with equal ratios, both ends exact: value `i` is
/// `min * ((max / min)^(1 / (n - 1)))^i`.
///
/// There is no value for `n` = 0, and only `min` for 1. The platform computes the powers, so their last bit may differ
/// between systems.
///
/// ```
/// use bencher_core::space::{GeomError, geom};
/// assert_eq!(geom(1.0, 100.0, 3)?, [1.0, 10.0, 100.0]);
/// assert_eq!(geom(8.0, 1.0, 4)?, [8.0, 4.0, 2.0, 1.0]);
/// assert_eq!(geom(0.0, 10.0, 3), Err(GeomError::Zero { min: 0.0, max: 10.0 }));
/// # Ok::<(), GeomError>(())
/// ```
///
/// # Errors
/// Where an end is 0 or not finite, the ends have opposite signs, or `n` is above 2^20.
pub fn geom(min: f64, max: f64, n: usize) -> Result<Vec<f64>, GeomError> {
    if !(min.is_finite() && max.is_finite()) {
        return Err(GeomError::NotFinite { min, max });
    }
    if min == 0.0 || max == 0.0 {
        return Err(GeomError::Zero { min, max });
    }
    if (min < 0.0) != (max < 0.0) {
        return Err(GeomError::OppositeSigns { min, max });
    }
    if n > MAX_VALUES {
        return Err(GeomError::TooMany { n });
    }
    if n <= 1 {
        return Ok(vec![min; n]);
    }
    let last = n - 1;
    let ratio = max / min;
    let root = ratio.powf(1.0 / last as f64);
    let value = |i: usize| {
        if i == 0 {
            min
        } else if i == last {
            max
        } else {
            let x = if ratio.is_normal() {
                min * root.powf(i as f64)
            } else {
                // The ratio itself is out of range, but no value between the ends is.
                let share = i as f64 / last as f64;
                min.signum() * min.abs().powf(1.0 - share) * max.abs().powf(share)
            };
            // A root that was rounded up may lead beyond an end that is near.
            x.clamp(min.min(max), min.max(max))
        }
    };
    Ok((0..n).map(value).collect())
}

/// The integers of a geometric progression, ascending and without duplicates. They are the values of [`geom`] rounded
/// half to even, and both ends truncated to integers (for `n` = 1 only the first).
///
/// There may be fewer than `n`, and up to two more where the ends are not integers. Integers beyond 2^53 are the
/// nearest floats.
///
/// ```
/// use bencher_core::space::igeom;
/// assert_eq!(igeom(1.0, 1000.0, 4)?, [1, 10, 100, 1000]);
/// assert_eq!(igeom(1.0, 5.0, 10)?, [1, 2, 3, 4, 5]);
/// assert_eq!(igeom(-1.0, -8.0, 4)?, [-8, -4, -2, -1]);
/// # Ok::<(), bencher_core::space::GeomError>(())
/// ```
///
/// # Errors
/// As [`geom`], and where an end is beyond the 64-bit integers.
pub fn igeom(min: f64, max: f64, n: usize) -> Result<Vec<i64>, GeomError> {
    let values = geom(min, max, n)?;
    let beyond = |end: &f64| end.abs() >= -(i64::MIN as f64);
    if let Some(end) = [min, max].into_iter().find(beyond) {
        return Err(GeomError::NoInteger { end });
    }
    let ends = values.first().into_iter().chain(values.last());
    let levels = values.iter().map(|x| whole(x.round_ties_even()));
    let integers = sort::set(levels.chain(ends.map(|x| whole(*x))));
    Ok(integers.into_iter().collect())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "cuts the fraction; the ends are in range"
)]
fn whole(x: f64) -> i64 {
    x as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What another program gives (`execo_engine` 2.8.2; see the file), bit for bit.
    #[test]
    fn agrees_with_the_vectors() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/execo.json")).unwrap();
        let args = |case: &serde_json::Value| {
            let args = case["args"].as_array().unwrap();
            let n = usize::try_from(args[2].as_u64().unwrap()).unwrap();
            (args[0].as_f64().unwrap(), args[1].as_f64().unwrap(), n)
        };
        let cases = vectors["geom"].as_array().unwrap();
        assert_eq!(cases.len(), 15);
        for case in cases {
            let (min, max, n) = args(case);
            let ours = geom(min, max, n);
            match case.get("error").and_then(serde_json::Value::as_str) {
                Some("ZeroDivisionError") => assert_eq!(ours, Err(GeomError::Zero { min, max })),
                Some(_) => assert_eq!(ours, Err(GeomError::OppositeSigns { min, max })),
                None => {
                    let bits: Vec<u64> = ours.unwrap().iter().map(|x| x.to_bits()).collect();
                    let expected: Vec<u64> = case["value"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|x| x.as_f64().unwrap().to_bits())
                        .collect();
                    assert_eq!(bits, expected, "{case}");
                }
            }
        }
        let cases = vectors["igeom"].as_array().unwrap();
        assert_eq!(cases.len(), 15);
        for case in cases {
            let (min, max, n) = args(case);
            assert_eq!(
                serde_json::json!(igeom(min, max, n).unwrap()),
                case["value"],
                "{case}"
            );
        }
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        for (min, max) in [(f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(matches!(
                geom(min, max, 3),
                Err(GeomError::NotFinite { .. })
            ));
        }
        assert!(matches!(geom(5.0, -0.0, 1), Err(GeomError::Zero { .. })));
        assert_eq!(
            geom(1.0, 2.0, usize::MAX),
            Err(GeomError::TooMany { n: usize::MAX })
        );
        assert_eq!(
            igeom(1.0, 1e300, 3),
            Err(GeomError::NoInteger { end: 1e300 })
        );
        assert!(igeom(1.0, 9e18, 3).is_ok());
    }

    #[test]
    fn ratios_out_of_range_still_have_their_values() {
        let wide = geom(1e-300, 1e300, 4).unwrap();
        for (x, expected) in wide.iter().zip([1e-300, 1e-100, 1e100, 1e300]) {
            assert!((x / expected - 1.0).abs() < 1e-12, "{wide:?}");
        }
        let down = geom(-1e300, -1e-300, 3).unwrap();
        assert!((down[1] + 1.0).abs() < 1e-12, "{down:?}");
    }

    proptest! {
        #[test]
        fn values_go_from_end_to_end(low in -300_f64..300.0, high in -300_f64..300.0, n in 2_usize..200, negative: bool) {
            let sign = if negative { -1.0 } else { 1.0 };
            let (min, max) = (sign * 10_f64.powf(low), sign * 10_f64.powf(high));
            let values = geom(min, max, n).unwrap();
            prop_assert_eq!(values.len(), n);
            prop_assert_eq!((values[0].to_bits(), values[n - 1].to_bits()), (min.to_bits(), max.to_bits()));
            let upwards = (max - min).signum();
            let ordered = values.windows(2).all(|pair| (pair[1] - pair[0]) * upwards >= 0.0);
            prop_assert!(ordered, "{values:?}");
            // Each value is where the logarithms say.
            for (i, x) in values.iter().enumerate() {
                let exponent = low + (high - low) * i as f64 / (n - 1) as f64;
                prop_assert!((x.abs().log10() - exponent).abs() < 1e-9);
            }
        }

        #[test]
        fn integers_ascend_between_the_ends(min in 1_u32..1_000_000, max in 1_u32..1_000_000, n in 2_usize..100) {
            let values = igeom(f64::from(min), f64::from(max), n).unwrap();
            prop_assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(values.len() <= n);
            prop_assert_eq!(values.first(), Some(&i64::from(min.min(max))));
            prop_assert_eq!(values.last(), Some(&i64::from(min.max(max))));
        }

        #[test]
        fn nothing_panics(min: f64, max: f64, n in 0_usize..50) {
            if let Ok(values) = geom(min, max, n) {
                prop_assert!(values.iter().all(|x| x.is_finite()));
            }
            let _ = igeom(min, max, n);
        }
    }
}
