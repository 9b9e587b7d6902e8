//! Factor sweeps against another program's vectors and a naive nested loop.

use std::collections::HashSet;
use std::process::Command;

use bencher_core::space::{
    Combination, FactorError, FactorLevel, FactorSweep, Factors, geom, igeom, sweep,
};
use bencher_core::value::Value;
use proptest::prelude::*;

/// A combination as JSON: numbers as numbers, texts as texts.
fn json(combination: &Combination) -> serde_json::Value {
    let values = combination.iter().map(|(name, value)| {
        let value = match value {
            Value::Int(i) => serde_json::json!(i64::try_from(*i).unwrap()),
            Value::Float(x) => serde_json::json!(x),
            other => serde_json::json!(other.as_str().unwrap()),
        };
        (name.to_owned(), value)
    });
    values.collect::<serde_json::Map<_, _>>().into()
}

/// The text of a factor, from the file itself: a parsed `serde_json::Value` has lost its order.
fn factors_in_order(text: &str) -> Vec<Factors> {
    #[derive(serde::Deserialize)]
    struct Vectors {
        sweep: Vec<Case>,
    }
    #[derive(serde::Deserialize)]
    struct Case {
        factors: Factors,
    }
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    vectors.sweep.into_iter().map(|case| case.factors).collect()
}

/// What another program makes of the same factors (`execo_engine` 2.8.2; see the file).
#[test]
fn agrees_with_the_vectors() {
    let text = include_str!("vectors/execo.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let cases = vectors["sweep"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    let mut without_levels = 0;
    for (case, factors) in cases.iter().zip(factors_in_order(text)) {
        // An empty factor is left out there; here it has to be said.
        let combinations = sweep(&factors).or_else(|error| {
            assert!(matches!(error, FactorError::NoLevels { .. }));
            without_levels += 1;
            sweep(&factors.clone().without_empty())
        });
        let combinations: Vec<_> = combinations.unwrap().iter().map(|c| json(&c)).collect();
        assert_eq!(
            serde_json::Value::from(combinations),
            case["combinations"],
            "{}",
            case["factors"]
        );
    }
    assert_eq!(without_levels, 1);
}

fn texts(sweep: &FactorSweep) -> Vec<String> {
    sweep.iter().map(|c| c.to_string()).collect()
}

#[test]
fn keys_keep_the_order_of_the_text() {
    let factors: Factors = serde_json::from_str(
        r#"{"z": {"y": {"x": [true, 2.5]}, "b": {}}, "a": ["t", -1, 18446744073709551615]}"#,
    )
    .unwrap();
    assert_eq!(
        texts(&sweep(&factors).unwrap()),
        [
            "z=y x=true a=t",
            "z=y x=true a=-1",
            "z=y x=true a=18446744073709551615",
            "z=y x=2.5 a=t",
            "z=y x=2.5 a=-1",
            "z=y x=2.5 a=18446744073709551615",
            "z=b a=t",
            "z=b a=-1",
            "z=b a=18446744073709551615",
        ]
    );
}

#[test]
fn text_that_is_no_factors_says_so() {
    let error = |text: &str| {
        serde_json::from_str::<Factors>(text)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(r#"{"len": 10}"#),
        "invalid type: integer `10`, expected a list of levels, or an object of levels and their \
         sub-sweeps at line 1 column 10"
    );
    assert_eq!(
        error(r#"{"len": [null]}"#),
        "invalid type: null, expected a level: true, false, a number or a text at line 1 column 13"
    );
    assert_eq!(
        error("[1]"),
        "invalid type: sequence, expected an object of factors at line 1 column 0"
    );
    let deep = r#"{"a":{"b":"#.repeat(100_000);
    assert!(error(&deep).contains("recursion limit"));
}

#[test]
fn errors_name_both_places() {
    let repeated = |factors: Factors| match sweep(&factors).unwrap_err() {
        FactorError::RepeatedName {
            name,
            first,
            second,
        } => (name, first, second),
        other => panic!("{other}"),
    };
    let places = |name: &str, first: &str, second: &str| {
        (name.to_owned(), first.to_owned(), second.to_owned())
    };
    let nested = |name| [FactorLevel::new(1).with(name, [1, 2]), FactorLevel::new(2)];
    assert_eq!(
        repeated(Factors::new().with("a", [1]).with("a", [2])),
        places("a", "a", "a")
    );
    assert_eq!(
        repeated(Factors::new().with("a", nested("a"))),
        places("a", "a", "a=1/a")
    );
    assert_eq!(
        repeated(Factors::new().with("a", nested("b")).with("b", [3])),
        places("b", "a=1/b", "b")
    );
    assert_eq!(
        repeated(Factors::new().with("a", nested("c")).with("b", nested("c"))),
        places("c", "a=1/c", "b=1/c")
    );
    let third = FactorLevel::new("x").with("y", [FactorLevel::new("z").with("a", [1])]);
    assert_eq!(
        repeated(Factors::new().with("a", [third])),
        places("a", "a", "a=x/y=z/a")
    );
    let json: Factors = serde_json::from_str(r#"{"a": [1], "b": [1], "a": [2]}"#).unwrap();
    assert_eq!(repeated(json), places("a", "a", "a"));
    // Levels of one factor never meet in a combination.
    let apart = [1, 2].map(|level| FactorLevel::new(level).with("b", [1, 2]));
    assert_eq!(sweep(&Factors::new().with("a", apart)).unwrap().count(), 4);
}

#[test]
fn what_cannot_be_swept_is_an_error() {
    let empty = FactorLevel::new("on").with("size", Vec::<i32>::new());
    let factors = Factors::new().with("cache", [empty, FactorLevel::new("off")]);
    assert_eq!(
        sweep(&factors).unwrap_err(),
        FactorError::NoLevels {
            place: "cache=on/size".to_owned()
        }
    );
    assert_eq!(
        texts(&sweep(&factors.without_empty()).unwrap()),
        ["cache=on", "cache=off"]
    );
    let twice = Factors::new().with("n", geom(2.0, 2.0, 3).unwrap());
    let error = sweep(&twice).unwrap_err();
    assert_eq!(
        error.to_string(),
        "factor `n` has the level 2 twice; list it once"
    );
    let forms = Factors::new().with("n", [Value::from(1), Value::from(1.0)]);
    assert!(matches!(
        sweep(&forms),
        Err(FactorError::RepeatedLevel { .. })
    ));
    assert!(sweep(&Factors::new().with("n", igeom(2.0, 2.0, 3).unwrap())).is_ok());
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| {
        let mut factors = Factors::new().with("0", [0]);
        for at in 1..depth {
            let value = Value::from(0);
            let level = FactorLevel {
                value,
                sub: factors,
            };
            factors = Factors::new().with(at.to_string(), [level]);
        }
        factors
    };
    let deepest = sweep(&nested(64)).unwrap();
    assert_eq!(deepest.get(0).unwrap().iter().len(), 64);
    assert_eq!(sweep(&nested(65)).unwrap_err(), FactorError::TooDeep);
    assert_eq!(sweep(&nested(200_000)).unwrap_err(), FactorError::TooDeep);
}

#[test]
fn enormous_sweeps_cost_nothing() {
    let wide = |n: usize| {
        (0..n).fold(Factors::new(), |factors, at| {
            factors.with(format!("f{at}"), 0..1024)
        })
    };
    let sweep_of_12 = sweep(&wide(12)).unwrap();
    assert_eq!(sweep_of_12.count(), 1 << 120);
    let last = sweep_of_12.get((1 << 120) - 1).unwrap();
    assert!(last.iter().all(|(_, value)| *value == Value::from(1023)));
    assert_eq!(sweep_of_12.get(1 << 120), None);
    assert_eq!(
        sweep_of_12.iter().nth(1024).unwrap().get("f10"),
        Some(&Value::from(1))
    );
    assert_eq!(sweep(&wide(13)).unwrap_err(), FactorError::Uncountable);
}

/// The digests of the canonical bytes, written by hand in Python and hashed by `xxhash` 4.1.0
/// (`xxh3_128_hexdigest`), so that no change to the bytes passes unseen.
#[test]
fn ids_are_fixed() {
    let empty = sweep(&Factors::new()).unwrap().get(0).unwrap();
    assert_eq!(empty.id().to_string(), "6989171aad5fdbc603e68a32a8dfc5bc");
    let factors = Factors::new()
        .with("ratio", [0.5])
        .with("codec", ["zstd"])
        .with("checked", [true])
        .with("level", [-3]);
    let id = sweep(&factors).unwrap().get(0).unwrap().id();
    assert_eq!(id.to_string(), "4d1150c4cbb3794f441b907f101fd021");
}

fn ids_of_a_sweep() -> String {
    let text = r#"{"a": {"x": {"c": [1, 2]}, "y": {}}, "b": [0.1, 1e300, "é", false]}"#;
    let factors: Factors = serde_json::from_str(text).unwrap();
    let ids: Vec<String> = sweep(&factors)
        .unwrap()
        .iter()
        .map(|c| c.id().to_string())
        .collect();
    ids.join(" ")
}

/// Only to be run by the test below, which reads what it prints.
#[test]
#[ignore = "prints for another test"]
fn print_ids() {
    println!("ids: {}", ids_of_a_sweep());
}

#[test]
fn ids_are_the_same_in_another_process() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "print_ids", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = printed.lines().find_map(|line| line.split_once("ids: "));
    assert_eq!(line.unwrap().1, ids_of_a_sweep());
}

/// Factors for a naive loop: for each factor its levels, each with the factors below it.
#[derive(Clone, Debug)]
struct Model(Vec<Vec<Model>>);

impl Model {
    /// Names tell the place of a factor among its siblings only, so that those of different levels
    /// share theirs.
    fn factors(&self, prefix: &str, reversed: bool) -> Factors {
        let mut places: Vec<usize> = (0..self.0.len()).collect();
        if reversed {
            places.reverse();
        }
        let mut factors = Factors::new();
        for place in places {
            let name = format!("{prefix}{place}");
            let levels = self.0[place].iter().enumerate();
            let levels = levels.map(|(value, below)| FactorLevel {
                value: value.into(),
                sub: below.factors(&name, reversed),
            });
            factors = factors.with(name.as_str(), levels.collect::<Vec<_>>());
        }
        factors
    }

    /// The texts of all combinations by nested loops.
    fn loops(&self, prefix: &str) -> Vec<String> {
        let mut all = vec![String::new()];
        for (place, levels) in self.0.iter().enumerate() {
            let name = format!("{prefix}{place}");
            let mut longer = Vec::new();
            for before in &all {
                for (value, below) in levels.iter().enumerate() {
                    for behind in below.loops(&name) {
                        let parts = [before.as_str(), &format!("{name}={value}"), &behind];
                        let parts = parts.into_iter().filter(|part| !part.is_empty());
                        longer.push(parts.collect::<Vec<_>>().join(" "));
                    }
                }
            }
            all = longer;
        }
        all
    }
}

fn models() -> impl Strategy<Value = Model> {
    let leaf = Just(Model(Vec::new()));
    leaf.prop_recursive(3, 24, 4, |below| {
        let levels = prop::collection::vec(below, 1..4);
        prop::collection::vec(levels, 0..3).prop_map(Model)
    })
}

proptest! {
    #[test]
    fn combinations_are_those_of_nested_loops(model in models()) {
        let expected = model.loops("f");
        let sweep = sweep(&model.factors("f", false)).unwrap();
        prop_assert_eq!(sweep.count(), expected.len() as u128);
        prop_assert_eq!(sweep.get(sweep.count()), None);
        prop_assert_eq!(sweep.get(u128::MAX), None);
        prop_assert_eq!(texts(&sweep), expected);
    }

    #[test]
    fn ids_are_distinct_and_know_no_order(model in models()) {
        let ids = |reversed| -> HashSet<_> {
            let sweep = sweep(&model.factors("f", reversed)).unwrap();
            sweep.iter().map(|c| c.id()).collect()
        };
        let ours = ids(false);
        prop_assert_eq!(ours.len(), model.loops("f").len());
        prop_assert_eq!(ours, ids(true));
    }

    #[test]
    fn reading_never_panics(text in r#"[\{\}\[\]",:a-c0-2. ]{0,40}"#) {
        if let Ok(factors) = serde_json::from_str::<Factors>(&text)
            && let Ok(sweep) = sweep(&factors)
        {
            prop_assert!(sweep.get(0).is_some() && sweep.get(sweep.count()).is_none());
        }
    }
}
