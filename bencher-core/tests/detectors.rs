//! The detectors against verdicts that holobench 1.148.0 gave for the same series.

use bencher_core::regression::detectors::{Detection, Detector, Method, Outcome};
use bencher_core::var::Direction;
use serde_json::Value;

/// A number, or the text that stands for one.
fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap(),
    }
}

fn history(case: &Value) -> Vec<f64> {
    let values = case["history"].as_array().unwrap();
    values.iter().map(number).collect()
}

fn direction(case: &Value) -> Direction {
    match case["direction"].as_str().unwrap() {
        "minimize" => Direction::Minimize,
        "maximize" => Direction::Maximize,
        "none" => Direction::None,
        other => panic!("{other}"),
    }
}

fn assert_same_number(found: Option<f64>, expected: &Value, context: &str) {
    let expected = number(expected);
    let agrees = match found {
        None => expected.is_nan(),
        Some(found) if found.is_infinite() => found.total_cmp(&expected).is_eq(),
        Some(found) => (found - expected).abs() <= 1e-9 * expected.abs(),
    };
    assert!(agrees, "{found:?}, not {expected}: {context}");
}

/// Where the other detector judges, the verdict, the method, the baseline and the change are the same.
fn assert_agrees(found: &Detection, expected: &Value, change: &str, context: &str) {
    assert!(found.is_decided(), "{found:?} {context}");
    assert_eq!(
        Some(found.is_regression()),
        expected["regressed"].as_bool(),
        "{found:?} {context}"
    );
    assert_eq!(
        Some(found.method.name()),
        expected["method"].as_str(),
        "{context}"
    );
    assert_same_number(found.baseline, &expected["baseline"], context);
    assert_same_number(found.change_percent, &expected[change], context);
}

#[test]
fn every_detector_agrees_on_the_given_series() {
    let vectors: Value = serde_json::from_str(include_str!("vectors/holobench.json")).unwrap();
    let cases = vectors["regression"].as_array().unwrap();
    assert_eq!(cases.len(), 60);
    let (mut adaptive, mut regressed) = (0, 0);
    for case in cases {
        let threshold = |name: &str, key: &str| number(&case[name][key]);
        let mad = threshold("adaptive", "mad");
        let gate = Some(threshold("adaptive", "percentage"));
        let checks = [
            (
                "percentage",
                Detector::Percentage {
                    percent: threshold("percentage", "threshold"),
                },
            ),
            ("adaptive", Detector::Adaptive { mad, percent: gate }),
            (
                "adaptive_no_gate",
                Detector::Adaptive { mad, percent: None },
            ),
            (
                "delta",
                Detector::Delta {
                    limit: threshold("delta", "max"),
                },
            ),
            (
                "absolute",
                Detector::Absolute {
                    limit: threshold("absolute", "limit"),
                },
            ),
        ];
        for (name, detector) in checks {
            let part = &case[name];
            let expected = if name == "percentage" {
                part
            } else {
                &part["verdict"]
            };
            let found = detector.judge(&history(case), number(&case["current"]), direction(case));
            if expected.is_null() {
                assert_eq!(found.outcome, Outcome::NoDirection, "{name}: {case}");
            } else {
                assert_agrees(
                    &found,
                    expected,
                    "change_percent",
                    &format!("{name}: {case}"),
                );
            }
            adaptive += usize::from(found.method == Method::Adaptive);
            regressed += usize::from(found.outcome == Outcome::Regressed);
        }
    }
    // The series are of use only if they reach the rules.
    assert!(adaptive > 60 && regressed > 60, "{adaptive} {regressed}");
}

/// Compares the verdicts of a file, and counts them.
///
/// The verdicts differ only where a value is missing: the other detectors let most values that vanish pass, and give a
/// verdict without a history.
fn compare_all(cases: &str) -> usize {
    let cases: Value = serde_json::from_str(cases).unwrap();
    let cases = cases.as_array().unwrap();
    let mut judged = 0;
    for case in cases {
        let threshold = |key: &str| number(&case[key]);
        let mad = threshold("mad");
        let checks = [
            (
                "percentage",
                Detector::Percentage {
                    percent: threshold("pct"),
                },
            ),
            (
                "adaptive",
                Detector::Adaptive {
                    mad,
                    percent: Some(threshold("gate")),
                },
            ),
            (
                "adaptive_no_gate",
                Detector::Adaptive { mad, percent: None },
            ),
            (
                "delta_v",
                Detector::Delta {
                    limit: threshold("delta"),
                },
            ),
            (
                "absolute",
                Detector::Absolute {
                    limit: threshold("abs"),
                },
            ),
        ];
        let (history, current) = (history(case), number(&case["current"]));
        let has_history = history.iter().any(|x| !x.is_nan());
        for (name, detector) in checks {
            let found = detector.judge(&history, current, direction(case));
            let is_absolute = name == "absolute";
            let expected = match (current.is_nan(), has_history) {
                (true, true) => Some(Outcome::Vanished),
                (_, false) if !is_absolute => Some(Outcome::NoHistory),
                _ if case[name].is_null() => Some(Outcome::NoDirection),
                (true, false) => Some(Outcome::NoValue),
                _ => None,
            };
            match expected {
                Some(verdict) => assert_eq!(found.outcome, verdict, "{name}: {case}"),
                None => {
                    assert_agrees(&found, &case[name], "change", &format!("{name}: {case}"));
                    judged += 1;
                }
            }
        }
    }
    judged
}

#[test]
fn every_detector_agrees_on_random_series() {
    let judged = compare_all(include_str!("vectors/regression/holobench_random.json"));
    assert!(judged > 1500, "{judged}");
}

/// The verdicts of these 60 series turn on the share of the drift, its p-value, or the edge of the outlier filter.
#[test]
fn every_detector_agrees_on_series_at_the_edge() {
    assert_eq!(
        compare_all(include_str!("vectors/regression/holobench_edges.json")),
        300
    );
}
