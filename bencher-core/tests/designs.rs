//! Designs over the unit hypercube: values of other programs, even filling, and integrals.

use std::collections::HashSet;

use bencher_core::space::{Design, DesignError, DesignPoints};
use proptest::prelude::*;

/// A coordinate in units of 2^-32.
fn whole(x: f64) -> u64 {
    let scaled = x * 2_f64.powi(32);
    assert_eq!(scaled.fract(), 0.0, "{x} has more than 32 bits");
    scaled as u64
}

/// `scipy.stats.qmc.Sobol(64, scramble=False, bits=32)` of scipy 1.17.1, times 2^32.
#[test]
fn sobol_points_are_those_of_scipy() {
    let dimensions = [0, 1, 2, 5, 9, 19, 31, 32, 51, 52, 62, 63];
    let expected: [(u64, [u64; 12]); 6] = [
        (
            7,
            [
                536870912, 2684354560, 1610612736, 1610612736, 3758096384, 3758096384, 3758096384,
                536870912, 536870912, 1610612736, 2684354560, 1610612736,
            ],
        ),
        (
            100,
            [
                1778384896, 1107296256, 3321888768, 3187671040, 2986344448, 1442840576, 1778384896,
                1107296256, 3456106496, 301989888, 1979711488, 2785017856,
            ],
        ),
        (
            1023,
            [
                4194304, 3233808384, 2629828608, 1883242496, 3653238784, 1371537408, 2638217216,
                1941962752, 742391808, 2831155200, 3393191936, 171966464,
            ],
        ),
        (
            1024,
            [
                6291456, 1616904192, 1923088384, 3625975808, 2883584000, 1486880768, 4150263808,
                1625292800, 3265265664, 752877568, 2975858688, 4150263808,
            ],
        ),
        (
            4095,
            [
                1048576, 4042260480, 1435500544, 338690048, 1058013184, 2238709760, 376438784,
                3266314240, 158334976, 2922381312, 2949644288, 2377121792,
            ],
        ),
        (
            (1 << 24) + 12345,
            [
                2752774528, 2948366208, 4233702784, 2657885056, 4028334720, 2017813120, 2556564352,
                810126720, 2684215424, 2213460096, 3557028992, 3031751808,
            ],
        ),
    ];
    let points = DesignPoints::new(Design::Sobol { seed: None }, 1 << 32, 64).unwrap();
    assert_eq!(points.point(0), Some(vec![0.0; 64]));
    assert_eq!(points.point(1), Some(vec![0.5; 64]));
    for (number, values) in expected {
        let point = points.point(number).unwrap();
        let ours = dimensions.map(|dimension| whole(point[dimension]));
        assert_eq!(ours, values, "point {number}");
    }
    assert!(points.point((1 << 32) - 1).is_some() && points.point(1 << 32).is_none());
}

/// The definitions once more in Python 3.11, in its unbounded integers and fractions.
#[test]
fn seeded_points_are_the_same_everywhere() {
    let at = |design, points, places: &[(usize, u64)]| -> Vec<f64> {
        let points = DesignPoints::new(design, points, 8).unwrap();
        let coordinates = places.iter().map(|(d, n)| points.coordinate(*n, *d));
        coordinates.map(Option::unwrap).collect()
    };
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let random = at(
        Design::Random { seed: 42 },
        1001,
        &[(0, 0), (0, 1), (1, 0), (7, 1000)],
    );
    let expected = [
        0.3869742762400409,
        0.7129353372857994,
        0.577125795355946,
        0.18729232638563031,
    ];
    assert_eq!(bits(&random), bits(&expected));
    let latin = Design::LatinHypercube { seed: 42 };
    let few = at(latin, 10, &[(0, 0), (0, 1), (1, 0), (2, 9)]);
    let expected = [
        0.47553888514674886,
        0.5421165855414942,
        0.3243317773342861,
        0.38564524889535273,
    ];
    assert_eq!(bits(&few), bits(&expected));
    let many = at(latin, 1_000_000_007, &[(0, 123_456_789)]);
    assert_eq!(bits(&many), bits(&[0.7238871162678688]));
    let scrambled = at(
        Design::Sobol { seed: Some(42) },
        8,
        &[(0, 0), (1, 0), (2, 5), (0, 7)],
    );
    let scrambled: Vec<u64> = scrambled.into_iter().map(whole).collect();
    assert_eq!(scrambled, [3489145903, 1821302023, 2933215164, 4123624722]);
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
            counts[(points.coordinate(5, 2).unwrap() * 16.0) as usize] += 1;
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
            let strata: HashSet<u64> = all.iter().map(|x| (x[dimension] * points as f64) as u64).collect();
            prop_assert_eq!(strata.len() as u64, points);
        }
    }

    #[test]
    fn each_interval_of_sobol_points_is_hit_once(power in 0_u32..9, block in 0_u64..8, seed: Option<u64>) {
        let count = 1_u64 << power;
        let all = DesignPoints::new(Design::Sobol { seed }, (block + 1) * count, 64).unwrap();
        let points: Vec<Vec<f64>> = all.iter().skip(usize::try_from(block * count).unwrap()).collect();
        let cell = |x: f64, parts: u64| (x * parts as f64) as u64;
        for dimension in 0..64 {
            let hit: HashSet<u64> = points.iter().map(|x| cell(x[dimension], count)).collect();
            prop_assert_eq!(hit.len() as u64, count, "dimension {}", dimension);
        }
        // The first two dimensions are a (0, 2)-sequence: so are all rectangles of that size.
        for columns in (0..=power).map(|power| 1_u64 << power) {
            let rows = count / columns;
            let hit: HashSet<_> = points.iter().map(|x| (cell(x[0], columns), cell(x[1], rows))).collect();
            prop_assert_eq!(hit.len() as u64, count, "{} columns", columns);
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
