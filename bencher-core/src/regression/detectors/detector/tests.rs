//! Verdicts that are known, and those for missing, infinite and extreme values.

use super::*;
use Direction::{Maximize, Minimize, None as Neither};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn all() -> [Detector; 5] {
    [
        Detector::Percentage { percent: 10.0 },
        Detector::default(),
        Detector::Adaptive {
            mad: 3.5,
            percent: None,
        },
        Detector::Delta { limit: 1.0 },
        Detector::Absolute { limit: 5.0 },
    ]
}

fn regressed(detector: Detector, history: &[f64], current: f64, direction: Direction) -> bool {
    let found = detector.judge(history, current, direction);
    assert!(found.is_decided(), "{found:?}");
    found.is_regression()
}

/// Published with the detectors of holobench.
#[test]
fn known_verdicts_hold() {
    let percent = |percent| Detector::Percentage { percent };
    assert!(regressed(percent(10.0), &[10.0], 11.1, Minimize));
    assert!(!regressed(percent(10.0), &[10.0], 11.0, Minimize));
    assert!(regressed(percent(10.0), &[0.0], 1.0, Minimize));
    assert!(regressed(percent(5.0), &[100.0; 3], 111.0, Minimize));
    assert!(!regressed(percent(5.0), &[100.0; 3], 80.0, Minimize));
    assert!(regressed(percent(5.0), &[100.0], 90.0, Maximize));
    assert!(regressed(Detector::default(), &[10.0; 3], 11.5, Minimize));
    assert!(regressed(Detector::default(), &[10.0; 6], 12.0, Minimize));
    let wide = Detector::Adaptive {
        mad: 3.5,
        percent: Some(30.0),
    };
    assert!(!regressed(wide, &[10.0; 6], 12.0, Minimize));
    assert!(!regressed(
        Detector::Delta { limit: 1.0 },
        &[10.0],
        11.0,
        Minimize
    ));
    assert!(!regressed(
        Detector::Absolute { limit: 7.0 },
        &[],
        7.0,
        Minimize
    ));
    assert!(regressed(
        Detector::Absolute { limit: 7.0 },
        &[],
        6.9,
        Maximize
    ));
}

#[test]
fn a_value_that_vanished_fails_under_every_rule() {
    for detector in all() {
        for direction in [Minimize, Maximize, Neither] {
            let found = detector
                .judge(&[NAN, 3.0], NAN, direction)
                .with_min_history(9);
            assert_eq!(
                (found.outcome, found.current),
                (Outcome::Vanished, None),
                "{detector:?}"
            );
            assert!(found.is_failure() && found.blocks() && !found.is_regression());
        }
    }
}

#[test]
fn missing_history_is_no_verdict() {
    for detector in all() {
        let is_absolute = detector.method() == Method::Absolute;
        for history in [&[][..], &[NAN], &[NAN; 7]] {
            let found = detector.judge(history, 1.0, Minimize);
            let expected = if is_absolute {
                Outcome::Passed
            } else {
                Outcome::NoHistory
            };
            assert_eq!(
                (found.outcome, found.age),
                (expected, 0),
                "{detector:?} {history:?}"
            );
            let found = detector.judge(history, NAN, Minimize);
            let expected = if is_absolute {
                Outcome::NoValue
            } else {
                Outcome::NoHistory
            };
            assert_eq!(found.outcome, expected, "{detector:?} {history:?}");
            assert!(!found.is_decided() && !found.blocks());
        }
    }
}

#[test]
fn missing_entries_are_left_out_of_the_baseline() {
    for detector in all() {
        let full = detector.judge(&[4.0, 5.0, 4.5, 5.5, 4.7], 9.0, Minimize);
        let gaps = detector.judge(&[NAN, 4.0, 5.0, NAN, 4.5, 5.5, 4.7], 9.0, Minimize);
        assert_eq!((full.age, gaps.age), (5, 6), "from the first value on");
        assert_eq!(Detection { age: 5, ..gaps }, full);
    }
    let three = Detector::default().judge(&[10.0, NAN, 10.0, 10.0], 11.5, Minimize);
    assert_eq!(
        (three.method, three.is_fallback),
        (Method::Percentage, true)
    );
}

#[test]
fn a_young_baseline_does_not_block_but_a_limit_does() {
    for detector in all() {
        let found = detector.judge(&[1.0, 1.0], 9.0, Minimize);
        assert!(found.is_regression() && found.blocks(), "{detector:?}");
        assert!(found.clone().with_min_history(2).blocks());
        let young = found.with_min_history(3);
        let is_absolute = detector.method() == Method::Absolute;
        assert_eq!(
            (young.blocks(), young.is_young()),
            (is_absolute, !is_absolute)
        );
    }
}

#[test]
fn incomparable_values_are_not_judged() {
    let absolute = Detector::Absolute { limit: 5.0 };
    assert_eq!(
        absolute.judge(&[], 9.0, Neither).outcome,
        Outcome::NoDirection
    );
    for detector in all()
        .into_iter()
        .filter(|detector| detector.method() != Method::Absolute)
    {
        let found = detector.judge(&[INF, -INF], 1.0, Minimize);
        assert_eq!(
            (found.outcome, found.baseline),
            (Outcome::NoBaseline, None),
            "{detector:?}"
        );
    }
    let without = [
        Detector::Percentage { percent: NAN },
        Detector::Adaptive {
            mad: NAN,
            percent: None,
        },
        Detector::Adaptive {
            mad: 3.5,
            percent: Some(NAN),
        },
        Detector::Delta { limit: NAN },
        Detector::Absolute { limit: NAN },
    ];
    for detector in without {
        assert_eq!(
            detector.judge(&[1.0; 5], 9.0, Minimize).outcome,
            Outcome::NoThreshold
        );
    }
    let short = Detector::default().judge_with(&[1.0; 3], 9.0, Minimize, false);
    assert_eq!(short.outcome, Outcome::ShortHistory);
}

#[test]
fn infinite_values_are_judged() {
    for detector in all() {
        assert!(
            regressed(detector, &[1.0; 5], INF, Minimize),
            "{detector:?}"
        );
        assert!(
            !regressed(detector, &[1.0; 5], -INF, Minimize),
            "{detector:?}"
        );
        if detector.method() != Method::Absolute {
            assert!(
                !regressed(detector, &[INF; 5], INF, Neither),
                "{detector:?}"
            );
            assert!(
                regressed(detector, &[INF; 5], 6.0, Maximize),
                "{detector:?}"
            );
            assert!(
                !regressed(detector, &[0.0; 5], -0.0, Neither),
                "{detector:?}"
            );
        }
    }
}

#[test]
fn a_long_history_is_judged() {
    let history: Vec<f64> = (0_u32..100_000)
        .map(|n| 100.0 + f64::from(n * 7919 % 101))
        .collect();
    for detector in [Detector::default(), Detector::Delta { limit: 1.0 }] {
        assert!(regressed(detector, &history, 1e4, Minimize), "{detector:?}");
    }
}

proptest! {
    #[test]
    fn no_input_panics_and_every_detection_is_consistent(
        history in proptest::collection::vec(
            prop_oneof![proptest::num::f64::ANY, (-1_i32..3).prop_map(f64::from), Just(NAN), Just(INF)], 0..12),
        current in prop_oneof![proptest::num::f64::ANY, (-1_i32..3).prop_map(f64::from)],
        direction in prop_oneof![Just(Minimize), Just(Maximize), Just(Neither)],
    ) {
        for detector in all() {
            let found = detector.judge(&history, current, direction);
            prop_assert!(!found.to_string().contains("NaN"), "{found}");
            prop_assert_eq!(found.cause.is_some(), found.is_regression());
            prop_assert_eq!(found.outcome == Outcome::Vanished, current.is_nan() && found.values > 0);
            let numbers = [found.current, found.baseline, found.change_percent];
            prop_assert!(numbers.into_iter().flatten().all(|x| !x.is_nan()));
        }
    }

    /// A regression in one direction is one in the other direction when all signs change.
    #[test]
    fn the_directions_mirror_each_other(
        history in proptest::collection::vec(-50_i32..50, 1..12), current in -99_i32..99,
    ) {
        let history: Vec<f64> = history.into_iter().map(f64::from).collect();
        let mirrored: Vec<f64> = history.iter().map(|x| -x).collect();
        let current = f64::from(current);
        for detector in all().into_iter().filter(|detector| detector.method() != Method::Absolute) {
            let found = detector.judge(&history, current, Minimize);
            let mirror = detector.judge(&mirrored, -current, Maximize);
            prop_assert_eq!((found.outcome, found.cause), (mirror.outcome, mirror.cause));
        }
    }
}
