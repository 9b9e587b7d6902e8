//! Designs over the unit hypercube: values of other programs, even filling, and integrals.

use std::collections::HashSet;

use bencher_core::space::{DesignError, DesignPoints};
use bencher_core::var::Design;
use proptest::prelude::*;

/// In which of so many equal parts of the unit interval a coordinate lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are not negative, and whole parts are wanted"
)]
fn part(x: f64, parts: u64) -> u64 {
    (x * parts as f64) as u64
}

fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("vectors/designs.json")).unwrap()
}

/// What scipy gives (1.17.1; see the file), bit for bit.
#[test]
fn sobol_points_are_those_of_scipy() {
    let vectors = vectors();
    let cases = vectors["sobol"].as_array().unwrap();
    assert_eq!(cases.len(), 10);
    let points = DesignPoints::new(Design::Sobol { seed: None }, 1 << 32, 64).unwrap();
    for case in cases {
        let number = case["point"].as_u64().unwrap();
        let point: Vec<u64> = points
            .point(number)
            .unwrap()
            .iter()
            .map(|x| part(*x, 1 << 32))
            .collect();
        assert_eq!(serde_json::json!(point), case["x"], "point {number}");
    }
    assert!(points.point((1 << 32) - 1).is_some() && points.point(1 << 32).is_none());
}

/// The definitions, written a second time in another language (see the file), bit for bit.
#[test]
fn seeded_points_are_the_same_everywhere() {
    let vectors = vectors();
    for name in ["random", "latin_hypercube", "scrambled"] {
        let design = |seed| match name {
            "random" => Design::Random { seed },
            "latin_hypercube" => Design::LatinHypercube { seed },
            _ => Design::Sobol { seed: Some(seed) },
        };
        let cases = vectors[name].as_array().unwrap();
        assert_eq!(cases.len(), 20);
        for case in cases {
            let number = |key: &str| case[key].as_u64().unwrap();
            let points = DesignPoints::new(design(number("seed")), number("points"), 64).unwrap();
            let dimension = usize::try_from(number("dimension")).unwrap();
            let x = points.coordinate(number("point"), dimension).unwrap();
            let expected = case["x"].as_f64().unwrap();
            assert_eq!(x.to_bits(), expected.to_bits(), "{name}: {case}");
        }
    }
}

#[test]
fn what_is_too_large_is_an_error() {
    let random = Design::Random { seed: 0 };
    let sobol = Design::Sobol { seed: Some(0) };
    assert_eq!(
        DesignPoints::new(random, (1 << 32) + 1, 1).unwrap_err(),
        DesignError::TooManyPoints {
            points: (1 << 32) + 1
        }
    );
    assert_eq!(
        DesignPoints::new(sobol, 1, 65).unwrap_err().to_string(),
        "a design of 65 inputs is not possible; take at most 64, or another design"
    );
    assert!(DesignPoints::new(random, 1, usize::MAX).is_err());
    let nothing = DesignPoints::new(sobol, 0, 0).unwrap();
    assert!(nothing.is_empty() && nothing.point(0).is_none());
    let no_input = DesignPoints::new(sobol, 1, 0).unwrap();
    assert_eq!(no_input.iter().collect::<Vec<_>>(), [Vec::<f64>::new()]);
}

/// The square root of the mean squared error, over 32 seeds, of the integral of `x * y` over the
/// unit square, which is 1/4, by 1024 points.
fn error(design: impl Fn(u64) -> Design) -> f64 {
    let squared = (0..32).map(|seed| {
        let points = DesignPoints::new(design(seed), 1024, 2).unwrap();
        let sum: f64 = points.iter().map(|x| x[0] * x[1]).sum();
        (sum / 1024.0 - 0.25).powi(2)
    });
    (squared.sum::<f64>() / 32.0).sqrt()
}

#[test]
fn evener_points_integrate_better() {
    let random = error(|seed| Design::Random { seed });
    let latin = error(|seed| Design::LatinHypercube { seed });
    let sobol = error(|seed| Design::Sobol { seed: Some(seed) });
    let plain = error(|_| Design::Sobol { seed: None });
    // By theory: sqrt(7/144 / 1024) for random points; what the sum of the two inputs does not
    // explain, sqrt(1/144 / 1024), for the hypercube; sampling errors of 32 trials are about 12 %.
    assert!((random / 6.890e-3 - 1.0).abs() < 0.5, "{random}");
    assert!((latin / 2.604e-3 - 1.0).abs() < 0.5, "{latin}");
    assert!(sobol < latin / 10.0, "{sobol} against {latin}");
    assert!(plain < latin / 2.0, "{plain} against {latin}");
}

#[test]
fn single_points_are_uniform() {
    // Where point 5 falls over many seeds: chi-squared over 16 cells, 15 degrees of freedom, 0.1 %
    // limit 37.7.
    let designs: [fn(u64) -> Design; 3] = [
        |seed| Design::Random { seed },
        |seed| Design::LatinHypercube { seed },
        |seed| Design::Sobol { seed: Some(seed) },
    ];
    for design in designs {
        let mut counts = [0_u32; 16];
        for seed in 0..16_000 {
            let points = DesignPoints::new(design(seed), 12, 3).unwrap();
            let cell = part(points.coordinate(5, 2).unwrap(), 16);
            counts[usize::try_from(cell).unwrap()] += 1;
        }
        let chi: f64 = counts
            .iter()
            .map(|n| (f64::from(*n) - 1000.0).powi(2) / 1000.0)
            .sum();
        assert!(chi < 37.7, "{:?}: {counts:?}", design(0));
    }
}

fn designs() -> impl Strategy<Value = Design> {
    prop_oneof![
        any::<u64>().prop_map(|seed| Design::Random { seed }),
        any::<u64>().prop_map(|seed| Design::LatinHypercube { seed }),
        any::<Option<u64>>().prop_map(|seed| Design::Sobol { seed }),
    ]
}

proptest! {
    #[test]
    fn coordinates_lie_in_the_cube(design in designs(), points in 0_u64..=1 << 32, dimensions in 0_usize..=64, number: u64) {
        let all = DesignPoints::new(design, points, dimensions).unwrap();
        for number in [number % points.max(1), number, points] {
            let point = all.point(number);
            prop_assert_eq!(point.is_some(), number < points);
            for x in point.iter().flatten() {
                prop_assert!((0.0..1.0).contains(x));
            }
        }
    }

    #[test]
    fn each_stratum_of_a_hypercube_is_hit_once(points in 1_u64..500, dimensions in 1_usize..5, seed: u64) {
        let all = DesignPoints::new(Design::LatinHypercube { seed }, points, dimensions).unwrap();
        for dimension in 0..dimensions {
            let strata: HashSet<u64> = all.iter().map(|x| part(x[dimension], points)).collect();
            prop_assert_eq!(strata.len() as u64, points);
        }
    }

    #[test]
    fn more_points_keep_the_first(design in designs(), points in 1_u64..300, more in 0_u64..1000) {
        prop_assume!(!matches!(design, Design::LatinHypercube { .. }));
        let few = DesignPoints::new(design, points, 3).unwrap();
        let many = DesignPoints::new(design, points + more, 5).unwrap();
        for number in 0..points {
            prop_assert_eq!(&few.point(number).unwrap()[..], &many.point(number).unwrap()[..3]);
        }
    }

    #[test]
    fn seeds_give_designs_of_their_own(a: u64, b: u64) {
        prop_assume!(a != b);
        let points = |seed| -> Vec<Vec<f64>> {
            let design = Design::Sobol { seed: Some(seed) };
            DesignPoints::new(design, 4, 4).unwrap().iter().collect()
        };
        prop_assert_ne!(points(a), points(b));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_interval_of_sobol_points_is_hit_once(power in 0_u32..9, block in 0_u64..8, seed: Option<u64>) {
        let count = 1_u64 << power;
        let all = DesignPoints::new(Design::Sobol { seed }, (block + 1) * count, 64).unwrap();
        let points: Vec<Vec<f64>> = all.iter().skip(usize::try_from(block * count).unwrap()).collect();
        for dimension in 0..64 {
            let hit: HashSet<u64> = points.iter().map(|x| part(x[dimension], count)).collect();
            prop_assert_eq!(hit.len() as u64, count, "dimension {}", dimension);
        }
        // The first two dimensions are a (0, 2)-sequence: so are all rectangles of that size.
        for columns in (0..=power).map(|power| 1_u64 << power) {
            let rows = count / columns;
            let hit: HashSet<_> = points.iter().map(|x| (part(x[0], columns), part(x[1], rows))).collect();
            prop_assert_eq!(hit.len() as u64, count, "{} columns", columns);
        }
    }
}
