//! Spaces, levels and identities against naive models.

use std::collections::BTreeMap;
use std::process::Command;

use bencher_core::space::{Axis, Density, Levels, Space, samples_of_level};
use bencher_core::store::{KeyMaker, Series};
use bencher_core::value::{Digest, Item, Kind, Value};
use bencher_core::var::{Domain, DomainOf, Scale, SweepNumber, SweepValue};
use proptest::prelude::*;

fn level(subsampling_divisions: u8) -> Density {
    Density {
        subsampling_divisions,
        samples_per_var: None,
    }
}

fn values(domain: &Domain, kind: Kind, density: Density) -> Vec<Value> {
    let levels = domain.levels(kind, density).unwrap();
    let values: Vec<Value> = levels.iter().collect();
    assert_eq!(values.len() as u64, levels.len());
    assert!(!levels.is_empty() && levels.get(levels.len()).is_none());
    for value in &values {
        assert_eq!(kind.canonical(value).as_ref(), Some(value));
    }
    values
}

fn numbers(values: &[Value]) -> Vec<f64> {
    values.iter().map(|value| value.as_f64().unwrap()).collect()
}

fn range<T: SweepNumber<Literal = T>>(low: T, high: T, scale: Scale) -> Domain {
    let domain = DomainOf::<T>::new().bounds(low, high).scale(scale);
    domain.finish().unwrap()
}

/// What holds for every domain: levels nest, a cap is a level, and the run's number of samples
/// goes before its level.
fn check_density(domain: &Domain, kind: Kind, divisions: u8) {
    let coarse = values(domain, kind, level(divisions));
    let fine = values(domain, kind, level(divisions + 1));
    assert!(
        coarse.iter().all(|value| fine.contains(value)),
        "{domain:?}"
    );
    assert!(coarse.len() <= samples_of_level(divisions).max(1) || !thinned(domain));
    let capped = Domain {
        max_subsampling_divisions: Some(divisions),
        ..domain.clone()
    };
    assert_eq!(values(&capped, kind, level(divisions + 1)), coarse);
    assert_eq!(
        capped.levels(kind, level(0)),
        domain.levels(kind, level(0)),
        "without a level there is nothing to cap"
    );
    let samples = Density {
        samples_per_var: Some(samples_of_level(divisions)),
        ..level(12)
    };
    assert_eq!(values(domain, kind, samples), coarse);
}

fn thinned(domain: &Domain) -> bool {
    !matches!(
        domain.values,
        bencher_core::var::Values::Listed { thin: false, .. }
    )
}

proptest! {
    #[test]
    fn floats_are_evenly_spread(low in -1e6..1e6_f64, width in 1e-3..1e6_f64, divisions in 1_u8..9) {
        let high = low + width;
        let domain = range(low, high, Scale::Linear);
        check_density(&domain, f64::KIND, divisions);
        let found = numbers(&values(&domain, f64::KIND, level(divisions)));
        let n = samples_of_level(divisions);
        prop_assert_eq!(found.len(), n);
        for (i, x) in found.iter().enumerate() {
            let share = i as f64 / (n - 1).max(1) as f64;
            let expected = low * (1.0 - share) + high * share;
            prop_assert!((x - expected).abs() <= 1e-12 * (low.abs() + high.abs()), "{x} {expected}");
        }
        prop_assert!(found.iter().all(|x| (low..=high).contains(x)));
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(found[0].to_bits(), (low + 0.0).to_bits());
        prop_assert!(n == 1 || found[n - 1].to_bits() == (high + 0.0).to_bits());
        prop_assert_eq!(values(&domain, f64::KIND, level(0)).len(), 10);
    }

    #[test]
    fn narrow_floats_keep_to_their_bounds(low: f32, high: f32, divisions in 1_u8..9) {
        prop_assume!(low.is_finite() && high.is_finite() && low < high);
        let domain = range(low, high, Scale::Linear);
        let found = numbers(&values(&domain, f32::KIND, level(divisions)));
        prop_assert!(found.iter().all(|x| (f64::from(low)..=f64::from(high)).contains(x)));
        prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn floats_of_equal_ratios(low in -9_f64..9.0, width in 0.1..9_f64, divisions in 1_u8..9) {
        let (from, to) = (10_f64.powf(low), 10_f64.powf(low + width));
        let domain = range(from, to, Scale::Log);
        check_density(&domain, f64::KIND, divisions);
        let found = numbers(&values(&domain, f64::KIND, level(divisions)));
        let n = samples_of_level(divisions);
        prop_assert_eq!(found.len(), n);
        for (i, x) in found.iter().enumerate() {
            let exponent = low + width * i as f64 / (n - 1).max(1) as f64;
            prop_assert!((x.log10() - exponent).abs() < 1e-9);
        }
        prop_assert!(found.iter().all(|x| (from..=to).contains(x)));
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn integers_take_the_indices_of_the_table(low in -1000_i64..1000, width in 0_i64..5000, divisions in 1_u8..13) {
        let domain = range(low, low + width, Scale::Linear);
        if divisions < 12 {
            check_density(&domain, i64::KIND, divisions);
        }
        let found = values(&domain, i64::KIND, level(divisions));
        let n = i64::try_from(samples_of_level(divisions)).unwrap();
        let expected: Vec<i64> = if n == 1 {
            vec![low]
        } else if n > width + 1 {
            (low..=low + width).collect()
        } else {
            (0..n).map(|i| low + width * i / (n - 1)).collect()
        };
        let expected: Vec<Value> = expected.into_iter().map(Value::from).collect();
        prop_assert_eq!(found, expected);
        let every: Vec<Value> = (low..=low + width).map(Value::from).collect();
        prop_assert_eq!(values(&domain, i64::KIND, level(0)), every);
    }

    #[test]
    fn integers_of_equal_ratios(low in 1_u32..2000, width in 0_u32..1_000_000, divisions in 1_u8..12) {
        let high = low + width;
        let domain = range(low, high, Scale::Log);
        check_density(&domain, u32::KIND, divisions);
        let found = numbers(&values(&domain, u32::KIND, level(divisions)));
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        let n = samples_of_level(divisions);
        let (from, to) = (f64::from(low), f64::from(high));
        // Each grid point has its integer, and each integer its grid point.
        let grid: Vec<f64> = (0..n)
            .map(|i| from * (to / from).powf(i as f64 / (n - 1).max(1) as f64))
            .collect();
        let near = |a: &f64, all: &[f64]| all.iter().any(|b| (a - b).abs() <= 0.5 + 1e-6);
        prop_assert!(grid.iter().all(|x| near(x, &found)));
        prop_assert!(found.iter().all(|x| near(x, &grid)));
        prop_assert_eq!(found[0].to_bits(), from.to_bits());
        prop_assert!(n == 1 || found[found.len() - 1].to_bits() == to.to_bits());
    }

    #[test]
    fn the_widest_integers_stay_in_bounds(low: i128, high: i128, divisions in 1_u8..12) {
        let (low, high) = (low.min(high), low.max(high));
        let domain = range(low, high, Scale::Linear);
        check_density(&domain, i128::KIND, divisions);
        let found: Vec<i128> = values(&domain, i128::KIND, level(divisions))
            .iter()
            .map(|value| i128::from_value(value).unwrap())
            .collect();
        prop_assert!(found.iter().all(|i| (low..=high).contains(i)));
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        let every = domain.levels(i128::KIND, level(0)).unwrap();
        let count = high.abs_diff(low).saturating_add(1);
        prop_assert_eq!(every.len(), u64::try_from(count).unwrap_or(u64::MAX));
    }

    #[test]
    fn steps_are_those_of_a_loop(low in -500_i32..500, width in 0_i32..500, step in 1_i32..50, divisions in 0_u8..12) {
        let high = low + width;
        let integers = DomainOf::<i32>::new().bounds(low, high).step(step).finish().unwrap();
        let expected: Vec<Value> = (low..=high).step_by(usize::try_from(step).unwrap()).map(Value::from).collect();
        prop_assert_eq!(values(&integers, i32::KIND, level(0)), expected);

        // Quarters are exact, so the loop over them is, too.
        let quarter = |i: i32| f64::from(i) / 4.0;
        let floats = DomainOf::<f64>::new().bounds(quarter(low), quarter(high)).step(quarter(step));
        let expected: Vec<Value> = (low..high.max(low + 1))
            .step_by(usize::try_from(step).unwrap())
            .map(|i| Value::from(quarter(i)))
            .collect();
        let floats = floats.finish().unwrap();
        prop_assert_eq!(values(&floats, f64::KIND, level(0)), expected);
        let at_level = numbers(&values(&floats, f64::KIND, level(divisions)));
        prop_assert!(at_level.iter().all(|x| (quarter(low)..=quarter(high)).contains(x)));
    }

    #[test]
    fn lists_are_whole_or_thinned_by_position(len in 1_usize..200, divisions in 1_u8..12, samples in 1_usize..50) {
        let texts: Vec<String> = (0..len).map(|i| format!("s{}", i * 7919 % 1000)).collect();
        let all: Vec<Value> = texts.iter().map(|text| Value::from(text.as_str())).collect();
        let whole = Levels::list(all.clone());
        prop_assert_eq!(whole.iter().collect::<Vec<_>>(), all.clone());
        prop_assert_eq!((whole.len(), whole.get(len as u64)), (len as u64, None));
        let positions = |n: usize| -> Vec<Value> {
            let positions: Vec<usize> = match n {
                n if n >= len => (0..len).collect(),
                1 => vec![0],
                n => (0..n).map(|i| (len - 1) * i / (n - 1)).collect(),
            };
            positions.into_iter().map(|at| all[at].clone()).collect()
        };
        let n = samples_of_level(divisions);
        prop_assert_eq!(whole.thinned(n).iter().collect::<Vec<_>>(), positions(n));
        let found: Vec<Value> = whole.thinned(samples).iter().collect();
        prop_assert_eq!(found.len(), samples.min(len));
        prop_assert_eq!(found.first(), all.first());
        prop_assert!(samples == 1 || found.last() == all.last());

        let numbers = DomainOf::<u64>::new().values((0..len as u64).rev());
        let listed = numbers.clone().finish().unwrap();
        check_density(&listed, u64::KIND, divisions);
        prop_assert_eq!(values(&listed, u64::KIND, level(divisions)).len(), len, "never thinned");
        check_density(&numbers.thin().finish().unwrap(), u64::KIND, divisions);
    }

    #[test]
    fn powers_of_two_are_shifts(low in 0_u32..64, width in 0_u32..64, divisions in 1_u8..12) {
        let high = (low + width).min(63);
        let domain = DomainOf::<u64>::new().pow2(low, high).finish().unwrap();
        check_density(&domain, u64::KIND, divisions);
        let every: Vec<Value> = (low..=high).map(|exponent| Value::from(1_u64 << exponent)).collect();
        prop_assert_eq!(values(&domain, u64::KIND, level(0)), every);
    }

    #[test]
    fn the_default_of_a_truth_value_comes_first(default: bool, divisions in 1_u8..12) {
        let domain = DomainOf::<bool>::new().default_value(default).finish().unwrap();
        check_density(&domain, bool::KIND, divisions);
        let found = values(&domain, bool::KIND, level(divisions));
        let both = [default, !default].map(Value::from);
        prop_assert_eq!(&found[..], if divisions == 1 { &both[..1] } else { &both[..] });
    }

    #[test]
    fn points_are_those_of_nested_loops(lens in prop::collection::vec(0_usize..5, 0..6), beyond in 0_u128..10) {
        let axes: Vec<Axis> = lens
            .iter()
            .enumerate()
            .map(|(input, len)| Axis {
                name: format!("x{input}"),
                inputs: vec![input],
                levels: Levels::list((0..*len).map(|i| Value::from(format!("{input}:{i}"))).collect()),
            })
            .collect();
        let mut loops: Vec<Vec<u64>> = vec![Vec::new()];
        for len in &lens {
            loops = loops
                .iter()
                .flat_map(|outer| (0..*len as u64).map(move |i| [&outer[..], &[i]].concat()))
                .collect();
        }
        let space = Space::new(axes).unwrap();
        prop_assert_eq!((space.len(), space.is_empty()), (loops.len() as u128, loops.is_empty()));
        for (number, expected) in loops.iter().enumerate() {
            let number = number as u128;
            prop_assert_eq!(space.point(number), Some(expected.clone()));
            let texts = expected.iter().enumerate().map(|(input, i)| Value::from(format!("{input}:{i}")));
            prop_assert_eq!(space.values(number), Some(texts.collect()));
        }
        prop_assert_eq!(space.point(space.len() + beyond), None);
        prop_assert_eq!(space.values(space.len() + beyond), None);
    }
}

/// All that a sample's identity is made of.
#[derive(Clone, Debug)]
struct Sample {
    series: Series,
    inputs: Vec<(&'static str, Value)>,
    repeat: u32,
}

impl Sample {
    fn key(&self) -> Digest {
        let names: Vec<&str> = self.inputs.iter().map(|(name, _)| *name).collect();
        let values: Vec<Value> = self.inputs.iter().map(|(_, value)| value.clone()).collect();
        KeyMaker::new(&self.series, &names).key(&values, self.repeat)
    }

    /// The same in a form whose equality is that of identities.
    fn model(&self) -> (&Series, BTreeMap<&str, &Value>, u32) {
        let inputs = self.inputs.iter().map(|(name, value)| (*name, value));
        (&self.series, inputs.collect(), self.repeat)
    }
}

/// Values that are easily taken for each other.
fn likenesses() -> Vec<Value> {
    let part = |name: &str, value: i32| Value::from(Item::new("a", [(name, Value::from(value))]));
    vec![
        Value::from(0),
        Value::from(1),
        Value::from(0.0),
        Value::from(-0.0),
        Value::from(1.0),
        Value::from(f64::NAN),
        Value::from(-f64::NAN),
        Value::from(false),
        Value::from(true),
        Value::from(""),
        Value::from("0"),
        Value::from("1"),
        Value::from("a"),
        Value::from(u128::MAX),
        Value::from(-1),
        Value::DateTime(1),
        Value::Vector([0.0].into()),
        Value::Vector([0.0, 0.0].into()),
        part("a", 0),
        part("a", 1),
        part("", 1),
    ]
}

fn samples() -> impl Strategy<Value = Sample> {
    let value = prop::sample::select(likenesses());
    let names = prop::sample::subsequence(vec!["a", "aa", "b"], 1..=3).prop_shuffle();
    (
        prop::sample::select(vec!["", "a"]),
        prop::sample::select(vec!["a", "aa"]),
        0_u32..2,
        names,
        prop::collection::vec(value, 3),
        1_u32..3,
    )
        .prop_map(|(tag, sweep_type, version, names, values, repeat)| Sample {
            series: Series {
                tag: tag.to_owned(),
                sweep_type: sweep_type.to_owned(),
                version,
            },
            inputs: names.into_iter().zip(values).collect(),
            repeat,
        })
}

/// The same sample with one thing changed, or nothing but the order.
fn changed(sample: &Sample, change: u8, at: usize, value: Value) -> Sample {
    let mut other = sample.clone();
    let len = other.inputs.len();
    match change {
        0 => other.inputs.reverse(),
        1 => other.inputs[at % len].1 = value,
        2 => other.repeat += 1,
        3 => other.series.tag.push('a'),
        4 => other.series.sweep_type.push('a'),
        5 => other.series.version += 1,
        6 => other.inputs.push(("c", value)),
        _ => {
            let (a, b) = (at % len, (at + 1) % len);
            let kept = other.inputs[a].1.clone();
            other.inputs[a].1 = std::mem::replace(&mut other.inputs[b].1, kept);
        }
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn identities_differ_when_anything_does(
        sample in samples(), change in 0_u8..8, at in 0_usize..3,
        value in prop::sample::select(likenesses()), other in samples(),
    ) {
        for other in [changed(&sample, change, at, value), other] {
            prop_assert_eq!(sample.key() == other.key(), sample.model() == other.model(), "{:?}", other);
        }
    }

    #[test]
    fn identities_know_no_numeric_form(i in -(1_i64 << 53)..1 << 53, bits in prop::sample::select(vec![8_u8, 16, 32, 64, 128])) {
        let key = |value: Option<Value>| {
            let series = Series { tag: String::new(), sweep_type: String::new(), version: 0 };
            value.map(|value| KeyMaker::new(&series, &["n"]).key(&[value], 1))
        };
        for kind in [Kind::Int(bits), Kind::Uint(bits), Kind::Float(64), Kind::Float(32), Kind::Seconds] {
            // What 32 bits do not hold, they do not read.
            let i = if kind == Kind::Float(32) { i % (1 << 24) } else { i };
            let integer = kind.canonical(&Value::from(i));
            let forms = [kind.canonical(&Value::from(i as f64)), kind.parse(&i.to_string()), kind.parse(&format!(" {i}.0 "))];
            for form in forms {
                prop_assert_eq!(&form, &integer, "{:?}", kind);
                prop_assert_eq!(key(form), key(integer.clone()));
            }
        }
    }
}

/// The digest of the canonical bytes, written by hand in Python and hashed by `xxhash` 4.1.0
/// (`xxh3_128`): a change to it would lose every stored sample.
#[test]
fn identities_are_fixed() {
    let series = Series {
        tag: "try".to_owned(),
        sweep_type: "demo::Sorting".to_owned(),
        version: 3,
    };
    let sample = Sample {
        series,
        inputs: vec![("len", Value::from(4096)), ("algo", Value::from("radix"))],
        repeat: 7,
    };
    assert_eq!(sample.key().to_string(), "17b4426620aea3e73cf8d1b6196700e2");
}

fn keys() -> String {
    let series = Series {
        tag: "é".to_owned(),
        sweep_type: "demo::Sorting".to_owned(),
        version: 1,
    };
    let mut maker = KeyMaker::new(&series, &["n"]);
    let keys = likenesses()
        .into_iter()
        .map(|value| maker.key(&[value], 1).to_string());
    keys.collect::<Vec<_>>().join(" ")
}

/// Only to be run by the test below, which reads what it prints.
#[test]
#[ignore = "prints for another test"]
fn print_keys() {
    println!("keys: {}", keys());
}

#[test]
fn identities_are_the_same_in_another_process() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "print_keys", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = printed.lines().find_map(|line| line.split_once("keys: "));
    assert_eq!(line.unwrap().1, keys());
}
