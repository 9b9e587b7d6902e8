//! The number of samples of a level, and their positions in a finite list.

use crate::value::{Kind, Value};
use crate::var::{
    Branch, Domain, DomainError, MAX_SUBSAMPLING_DIVISIONS, Param, Scale, Values, check_list,
};

use super::levels::Levels;

/// The density of every input in a run.
///
/// ```
/// use bencher_core::space::Density;
/// use bencher_core::var::SweepValue;
/// use bencher_core::var::DomainOf;
/// let domain = DomainOf::<f64>::new().bounds(0.0, 1.0).samples(7).finish()?;
/// let level = Density { subsampling_divisions: 3, samples_per_var: None };
/// let samples = Density { samples_per_var: Some(4), ..level };
/// assert_eq!(domain.levels(f64::KIND, Density::default())?.len(), 7);
/// assert_eq!(domain.levels(f64::KIND, level)?.len(), 3);
/// assert_eq!(domain.levels(f64::KIND, samples)?.len(), 4);
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Density {
    /// The level of every input, 1 to 12; 0 leaves each input its own number of samples.
    pub subsampling_divisions: u8,
    /// The number of samples of every input, which overrides the level.
    pub samples_per_var: Option<usize>,
}

/// The number of samples of a level: 1, 2, 3, 5, 9, ... `2^(level - 2) + 1`; levels above the
/// twelfth count as the twelfth.
///
/// `n - 1` is a power of two from level 2 on, so the grids nest: the next level has every value of a level, bit for
/// bit.
///
/// ```
/// use bencher_core::space::samples_of_level;
/// let table: Vec<_> = (1..=6).map(samples_of_level).collect();
/// assert_eq!(table, [1, 2, 3, 5, 9, 17]);
/// ```
///
/// `2^(level - 2) + 1` from level 2 on; level 0 has 0 samples. The caller must reject levels above
/// [`MAX_SUBSAMPLING_DIVISIONS`].
pub const fn samples_of_level(level: u8) -> usize {
    match level {
        0 => 0,
        1 => 1,
        level if level > MAX_SUBSAMPLING_DIVISIONS => samples_of_level(MAX_SUBSAMPLING_DIVISIONS),
        level => (1 << (level - 2)) + 1,
    }
}

/// The index, into a list whose last index is `last`, of sample `i` of `n`:
/// `trunc(i last / (n - 1))`.
///
/// It is computed in floats while they are exact, as the tables of subsampling were, and in integers above.
///
/// ```
/// use bencher_core::space::thinned_index;
/// let five_of_ten: Vec<_> = (0..5).map(|i| thinned_index(9, 5, i)).collect();
/// assert_eq!(five_of_ten, [0, 2, 4, 6, 9]);
/// ```
pub fn thinned_index(last: u128, n: u64, i: u64) -> u128 {
    if i == 0 || n <= 1 {
        0
    } else if i + 1 >= n {
        last
    } else if last < 1 << 52 {
        let step = last as f64 / (n - 1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0..=last"
        )]
        let index = (i as f64 * step) as u128;
        index
    } else {
        let (n, i) = (u128::from(n - 1), u128::from(i));
        // last * i / n without overflow.
        last / n * i + last % n * i / n
    }
}

impl Domain {
    /// The values that this domain takes at a density. `samples_per_var` overrides the level, and the level overrides
    /// the domain's own number of samples. A list given by hand is taken whole.
    ///
    /// Without a number of samples, a range of floats has 10 values, a range of integers has every integer, and a range
    /// with a step has every step.
    ///
    /// ```
    /// use bencher_core::space::Density;
    /// use bencher_core::value::Value;
    /// use bencher_core::var::SweepValue;
    /// use bencher_core::var::{DomainError, DomainOf};
    /// let domain = DomainOf::<u8>::new().bounds(0, 9).finish()?;
    /// let at = |level| {
    ///     let density = Density { subsampling_divisions: level, ..Density::default() };
    ///     Ok(domain.levels(u8::KIND, density)?.iter().filter_map(|v| v.as_f64()).collect::<Vec<_>>())
    /// };
    /// assert_eq!(at(0)?.len(), 10);
    /// assert_eq!(at(3)?, [0.0, 4.0, 9.0]);
    /// assert_eq!(at(4)?, [0.0, 2.0, 4.0, 6.0, 9.0]);
    /// assert_eq!(at(13), Err(DomainError::Divisions(13)));
    /// # Ok::<(), DomainError>(())
    /// ```
    ///
    /// # Errors
    /// Where the level is outside the table.
    pub fn levels(&self, kind: Kind, density: Density) -> Result<Levels, DomainError> {
        let level = density.subsampling_divisions;
        if level > MAX_SUBSAMPLING_DIVISIONS {
            return Err(DomainError::Divisions(level));
        }
        let level = level.min(self.max_subsampling_divisions.unwrap_or(level));
        let asked = match (density.samples_per_var, level) {
            (Some(0), _) => return Err(DomainError::NoSamples),
            (Some(samples), _) => Some(samples),
            (None, 0) => self.samples,
            (None, level) => Some(samples_of_level(level)),
        };
        Ok(match &self.values {
            Values::Listed {
                values,
                thin: false,
            } => match self.samples {
                Some(samples) => Levels::list(values.clone()).thinned(samples),
                None => Levels::list(values.clone()),
            },
            Values::All(values) | Values::Listed { values, .. } => {
                let levels = Levels::list(values.clone());
                asked.map_or(levels.clone(), |samples| levels.thinned(samples))
            }
            Values::PowersOfTwo { low, high } => {
                let powers = (*low..=*high).filter_map(|exponent| {
                    kind.canonical(&Value::from(1_u128.checked_shl(exponent)?))
                });
                let levels = Levels::list(powers.collect());
                asked.map_or(levels.clone(), |samples| levels.thinned(samples))
            }
            Values::Branches(branches) => {
                let chosen = asked.map_or(branches.len(), |samples| samples.min(branches.len()));
                let last = branches.len().saturating_sub(1) as u128;
                let mut values: Vec<Value> = Vec::new();
                for n in 0..chosen as u64 {
                    let at = usize::try_from(thinned_index(last, chosen as u64, n));
                    if let Some(branch) = at.ok().and_then(|at| branches.get(at)) {
                        values.extend(branch_levels(branch, density)?);
                    }
                }
                check_list(values.iter())?;
                Levels::list(values)
            }
            Values::Range { low, high, step } => match (asked, step) {
                (Some(samples), _) => Levels::spread(kind, low, high, samples, self.scale)?,
                (None, Some(step)) => Levels::stepped(kind, low, high, step)?,
                (None, None) if kind.is_integer() && self.scale == Scale::Linear => {
                    Levels::every_integer(kind, low, high)
                }
                (None, None) => Levels::spread(kind, low, high, DEFAULT_SAMPLES, self.scale)?,
            },
        })
    }
}

/// A variant with every combination of the values of its own inputs, the first slowest.
fn branch_levels(branch: &Branch, density: Density) -> Result<Vec<Value>, DomainError> {
    let levels = |param: &Param| {
        let levels = param.domain.levels(param.kind, density);
        levels.map_err(|source| DomainError::Param {
            name: param.name.clone(),
            source: Box::new(source),
        })
    };
    let levels: Vec<Levels> = branch.params.iter().map(levels).collect::<Result<_, _>>()?;
    let count = levels.iter().fold(1_u128, |count, levels| {
        count.saturating_mul(u128::from(levels.len()))
    });
    if count > MAX_BRANCH_LEVELS {
        return Err(DomainError::TooMany(count));
    }
    let combination = |n: u128| {
        let mut rest = n;
        let mut values: Vec<Value> = levels
            .iter()
            .rev()
            .filter_map(|levels| {
                let len = u128::from(levels.len());
                let at = u64::try_from(rest % len).ok()?;
                rest /= len;
                levels.get(at)
            })
            .collect();
        values.reverse();
        branch.value(values.into_iter())
    };
    Ok((0..count).map(combination).collect())
}

/// The most combinations that one variant's inputs make.
const MAX_BRANCH_LEVELS: u128 = 1 << 20;

/// The samples of a float range that says nothing of its own.
const DEFAULT_SAMPLES: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::var::DomainOf;
    use crate::var::SweepValue;
    use proptest::prelude::*;

    fn texts(domain: &Domain, kind: Kind, level: u8) -> Vec<String> {
        let density = Density {
            subsampling_divisions: level,
            samples_per_var: None,
        };
        let levels = domain.levels(kind, density).unwrap();
        levels.iter().map(|value| value.to_string()).collect()
    }

    #[test]
    fn the_table_of_levels() {
        let float = DomainOf::<f64>::new().bounds(0.0, 1.0).finish().unwrap();
        assert_eq!(texts(&float, f64::KIND, 1), ["0"]);
        assert_eq!(texts(&float, f64::KIND, 2), ["0", "1"]);
        assert_eq!(
            texts(&float, f64::KIND, 4),
            ["0", "0.25", "0.5", "0.75", "1"]
        );
        assert_eq!(texts(&float, f64::KIND, 5).len(), 9);
        assert_eq!(texts(&float, f64::KIND, 0).len(), 10);
        let int = DomainOf::<u8>::new().bounds(0, 9).finish().unwrap();
        assert_eq!(texts(&int, u8::KIND, 3), ["0", "4", "9"]);
        assert_eq!(texts(&int, u8::KIND, 4), ["0", "2", "4", "6", "9"]);
        assert_eq!(
            texts(&int, u8::KIND, 5),
            ["0", "1", "2", "3", "4", "5", "6", "7", "9"]
        );
        assert_eq!(texts(&int, u8::KIND, 12).len(), 10);
        let list = DomainOf::<String>::new()
            .values(["a", "b", "c", "d"])
            .thin()
            .finish()
            .unwrap();
        assert_eq!(texts(&list, String::KIND, 2), ["a", "d"]);
        assert_eq!(texts(&list, String::KIND, 3), ["a", "b", "d"]);
        let whole = DomainOf::<u8>::new().values([1, 3, 5, 7]).finish().unwrap();
        assert_eq!(texts(&whole, u8::KIND, 2), ["1", "3", "5", "7"]);
        let truth = DomainOf::<bool>::new().finish().unwrap();
        assert_eq!(texts(&truth, bool::KIND, 1), ["false"]);
        assert_eq!(texts(&truth, bool::KIND, 2), ["false", "true"]);
    }

    #[test]
    fn steps_and_precedence() {
        let stepped = DomainOf::<f64>::new()
            .bounds(0.0, 1.0)
            .step(0.25)
            .finish()
            .unwrap();
        assert_eq!(texts(&stepped, f64::KIND, 0), ["0", "0.25", "0.5", "0.75"]);
        let rounded = DomainOf::<f64>::new()
            .bounds(1.0, 1.6)
            .step(0.2)
            .finish()
            .unwrap();
        assert_eq!(
            texts(&rounded, f64::KIND, 0).len(),
            3,
            "the high end is excluded"
        );
        let own = DomainOf::<f64>::new()
            .bounds(0.0, 1.0)
            .samples(7)
            .finish()
            .unwrap();
        assert_eq!(texts(&own, f64::KIND, 0).len(), 7);
        assert_eq!(texts(&own, f64::KIND, 2).len(), 2);
        let forced = Density {
            subsampling_divisions: 2,
            samples_per_var: Some(4),
        };
        assert_eq!(own.levels(f64::KIND, forced).unwrap().len(), 4);
        let capped = DomainOf::<f64>::new()
            .bounds(0.0, 1.0)
            .max_subsampling_divisions(3)
            .finish()
            .unwrap();
        assert_eq!(texts(&capped, f64::KIND, 5).len(), 3);
        assert_eq!(texts(&capped, f64::KIND, 0).len(), 10);
        let point = DomainOf::<f64>::new().bounds(2.0, 2.0).finish().unwrap();
        assert_eq!(texts(&point, f64::KIND, 5), ["2"]);
    }

    #[test]
    fn logarithmic_grids() {
        let log = DomainOf::<u64>::new()
            .bounds(1, 1_000_000)
            .scale(Scale::Log)
            .finish()
            .unwrap();
        assert_eq!(texts(&log, u64::KIND, 3), ["1", "1000", "1000000"]);
        let decades = DomainOf::<f64>::new()
            .bounds(1.0, 1000.0)
            .scale(Scale::Log)
            .samples(4);
        assert_eq!(
            texts(&decades.finish().unwrap(), f64::KIND, 0),
            ["1", "10", "100", "1000"]
        );
        let small = DomainOf::<u8>::new()
            .bounds(1, 4)
            .scale(Scale::Log)
            .samples(9)
            .finish()
            .unwrap();
        assert_eq!(texts(&small, u8::KIND, 0), ["1", "2", "3", "4"]);
        let pow2 = DomainOf::<u32>::new().pow2(4, 8).finish().unwrap();
        assert_eq!(texts(&pow2, u32::KIND, 0), ["16", "32", "64", "128", "256"]);
        assert_eq!(texts(&pow2, u32::KIND, 3), ["16", "64", "256"]);
    }

    #[test]
    fn enormous_ranges_are_lazy() {
        let range = DomainOf::<u128>::new()
            .bounds(0, u128::MAX)
            .finish()
            .unwrap();
        let levels = range.levels(u128::KIND, Density::default()).unwrap();
        assert_eq!(levels.len(), u64::MAX, "clamped, never overflowed");
        let density = Density {
            subsampling_divisions: 3,
            samples_per_var: None,
        };
        let levels = range.levels(u128::KIND, density).unwrap();
        assert_eq!(levels.get(2), Some(Value::from(u128::MAX)));
    }

    /// The values of random ranges and lists at random levels, computed by another program
    /// (holobench 1.148.0; see the file).
    #[test]
    fn agrees_with_the_vectors() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/holobench.json")).unwrap();
        let cases = vectors["levels"].as_array().unwrap();
        assert_eq!(cases.len(), 25);
        for case in cases {
            let density = Density {
                subsampling_divisions: u8::try_from(case["level"].as_u64().unwrap()).unwrap(),
                samples_per_var: None,
            };
            let of = &case["float"]["of"];
            let (low, high) = (of[0].as_f64().unwrap(), of[1].as_f64().unwrap());
            let float = DomainOf::<f64>::new().bounds(low, high).finish().unwrap();
            let expected: Vec<u64> = case["float"]["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(|value| value.as_f64().unwrap().to_bits())
                .collect();
            let levels = float.levels(f64::KIND, density).unwrap();
            let ours: Vec<u64> = levels
                .iter()
                .map(|value| value.as_f64().unwrap().to_bits())
                .collect();
            assert_eq!(ours.len(), expected.len(), "{case}");
            for (ours, expected) in ours.iter().zip(expected) {
                // Where a short decimal is meant, which the other program misses by some last bits.
                let (ours, expected) = (f64::from_bits(*ours), f64::from_bits(expected));
                let is_decimal = (ours - expected).abs() < 1e-13 * high.abs().max(low.abs())
                    && ours.to_string().len() + 3 < expected.to_string().len();
                let same = ours.to_bits() == expected.to_bits();
                assert!(same || is_decimal, "bits of {case}: {ours}");
            }

            let ints = |case: &serde_json::Value, density, samples: Option<usize>| {
                let (low, high) = (
                    case["of"][0].as_i64().unwrap(),
                    case["of"][1].as_i64().unwrap(),
                );
                let mut domain = DomainOf::<i64>::new().bounds(low, high);
                if let Some(samples) = samples {
                    domain = domain.samples(samples);
                }
                let levels = domain.finish().unwrap().levels(i64::KIND, density).unwrap();
                let ours: Vec<Value> = levels.iter().collect();
                let expected: Vec<Value> = case["values"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|value| Value::from(value.as_i64().unwrap()))
                    .collect();
                assert_eq!(ours, expected, "{case}");
            };
            ints(&case["int"], density, None);
            let samples = case["int_samples"]["samples"].as_u64().unwrap();
            ints(
                &case["int_samples"],
                Density::default(),
                Some(usize::try_from(samples).unwrap()),
            );

            let len = case["list_len"]["of"].as_u64().unwrap();
            let list = Levels::list((0..len).map(|n| Value::from(format!("s{n}"))).collect());
            let thinned = list.thinned(samples_of_level(density.subsampling_divisions));
            let ours: Vec<String> = thinned.iter().map(|value| value.to_string()).collect();
            assert_eq!(serde_json::json!(ours), case["list_len"]["values"]);
        }
    }

    proptest! {
        #[test]
        fn levels_nest_bit_for_bit(low in -1e9..1e9_f64, width in 1e-3..1e9_f64, level in 1_u8..12) {
            let float = DomainOf::<f64>::new().bounds(low, low + width).finish().unwrap();
            let at = |level| {
                let density = Density { subsampling_divisions: level, samples_per_var: None };
                float.levels(f64::KIND, density).unwrap().iter().collect::<Vec<_>>()
            };
            let finer = at(level + 1);
            prop_assert!(at(level).iter().all(|value| finer.contains(value)));
        }

        #[test]
        fn integer_levels_nest(low in -1000_i64..1000, width in 0_i64..100_000, level in 1_u8..12, log: bool) {
            let mut domain = DomainOf::<i64>::new();
            domain = if log {
                domain.bounds(low.abs() + 1, low.abs() + 1 + width).scale(Scale::Log)
            } else {
                domain.bounds(low, low + width)
            };
            let domain = domain.finish().unwrap();
            let at = |level| {
                let density = Density { subsampling_divisions: level, samples_per_var: None };
                domain.levels(i64::KIND, density).unwrap().iter().collect::<Vec<_>>()
            };
            let finer = at(level + 1);
            prop_assert!(at(level).iter().all(|value| finer.contains(value)));
            prop_assert!(finer.windows(2).all(|pair| pair[0].as_f64() < pair[1].as_f64()));
        }

        #[test]
        fn thinning_in_floats_and_integers_agree(len in 1_u128..100_000, level in 2_u8..12) {
            let n = samples_of_level(level) as u64;
            for i in 0..n {
                let exact = (len - 1) * u128::from(i) / u128::from(n - 1);
                prop_assert_eq!(thinned_index(len - 1, n, i), exact);
            }
        }
    }
}
