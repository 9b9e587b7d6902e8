//! A result with every kind of input and result, every state of a cell, and names and texts that other programs take
//! for something else.

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::record::{ConstantValue, Counts, SweepRecord};
use bencher_core::value::{Item, Kind, Payload, Value};
use bencher_core::var::Direction;

use super::{EVIL, environment, noise, sizes, time};

/// Texts that a format has to keep as they are.
const TEXTS: [&str; 6] = ["plain", "a/b", "..", "", EVIL, "größer, \"als\"\n\t="];

/// The dimensions: numbers, texts, moments, entries with parts, repeats.
fn dims() -> Vec<Dim> {
    let mut len = sizes("len", &[1, 1000]);
    len.units = "elements".to_owned();
    len.doc = "Elements to sort".to_owned();
    let tenths = [0.1_f32, 0.25].map(Value::from).to_vec();
    let texts = TEXTS[..5].iter().map(|text| Value::from(*text)).collect();
    let moments = [0, 1_700_000_000_123_456_789].map(Value::DateTime).to_vec();
    let fast = Item::new("Lz4", [("level", Value::from(1))]);
    let strong = Item::new("Zstd", [("level", Value::from(3)), ("long", true.into())]);
    vec![
        len,
        Dim::input("a/b", Kind::Float(32), tenths),
        Dim::input(EVIL, Kind::Text, texts),
        Dim::input("when", Kind::DateTime, moments),
        Dim::input("codec", Kind::Category, vec![fast.into(), strong.into()]),
        Dim::repeats(3),
    ]
}

/// The results, by name, kind and unit.
fn results() -> Vec<VariableInfo> {
    let plain = |name: &str, kind, units: &str| VariableInfo {
        units: units.to_owned(),
        ..VariableInfo::new(name, kind)
    };
    let mut ratio = plain("ratio", Kind::Float(64), "");
    ratio.direction = Direction::Maximize;
    ratio.doc = "Size before over size after".to_owned();
    vec![
        time("elapsed"),
        ratio,
        plain("ok", Kind::Bool, ""),
        plain("passed", Kind::Bool, ""),
        plain("low", Kind::Int(64), ""),
        plain("gaps", Kind::Int(64), "bytes"),
        plain("top", Kind::Uint(64), ""),
        plain("wide", Kind::Uint(128), ""),
        plain("note", Kind::Text, ""),
        plain("", Kind::Float(64), ""),
        plain("..", Kind::Seconds, "days"),
        plain("a_b", Kind::Uint(8), "cycles since start"),
        plain("moment", Kind::DateTime, ""),
        plain("log", Kind::File, ""),
        plain("nothing", Kind::Float(64), ""),
        plain("no count", Kind::Uint(32), ""),
    ]
}

/// The value of a result in a cell, where it has one.
fn value(result: &str, flat: usize) -> Option<Value> {
    let n = flat as u64;
    let pick = |values: &[Value]| values.get(flat % values.len()).cloned();
    match result {
        "elapsed" => Some(Value::Float(1e-6 * (1.0 + 0.01 * noise(n)))),
        "ratio" => Some(Value::Float(2.0 + noise(n * 7))),
        "ok" | "passed" => Some(Value::Bool(flat % 3 == 1)),
        "low" => pick(&[i64::MIN, i64::MAX, 0, -1].map(Value::from)),
        "gaps" => pick(&[i64::MIN + 1, 9_007_199_254_740_993, -1].map(Value::from)),
        "top" => pick(&[u64::MAX, 0].map(Value::from)),
        "wide" => pick(&[Value::from(u128::MAX), Value::from(7)]),
        "note" => pick(&TEXTS.map(Value::from)),
        "" => pick(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e-320].map(Value::from)),
        ".." => Some(Value::Float(n as f64 / 4.0)),
        "a_b" => Some(Value::from(n % 200)),
        "moment" => Some(Value::from("2026-03-01T12:00:00.000000001Z")),
        "log" => Some(Payload::new("run.log", "text/plain", vec![b'x'; flat % 5]).into()),
        _ => None,
    }
}

/// Whether a result has no value in some cells, and why.
fn absence(result: &str, flat: usize) -> Option<(CellState, Option<&'static str>)> {
    let may = ["elapsed", "passed", "gaps", "note", "moment", "log"].contains(&result);
    match flat % 23 {
        2 if may => Some((CellState::Failed, Some(EVIL))),
        5 if may => Some((CellState::TimedOut, None)),
        7 if may => Some((CellState::Skipped, Some("a, \"b\"\nc"))),
        11 if may => Some((CellState::Missing, None)),
        13 if result == "elapsed" => Some((CellState::BelowResolution, Some("20 ns"))),
        _ => None,
    }
}

/// The record of all of that.
pub(crate) fn everything() -> SweepRecord {
    let mut dataset = Dataset::new(EVIL, dims(), results()).unwrap();
    let names: Vec<String> = results().into_iter().map(|info| info.name).collect();
    for (n, name) in names.iter().enumerate() {
        for flat in 0..dataset.len() {
            let variable = dataset.variable_mut(n).unwrap();
            match (absence(name, flat), value(name, flat)) {
                (Some((state, reason)), _) => {
                    let reason = reason.map(Into::into);
                    variable.record_absent(flat, state, reason).unwrap();
                }
                (None, Some(value)) => {
                    let state = if flat % 4 == 0 {
                        CellState::Cached
                    } else {
                        CellState::Measured
                    };
                    variable.record(flat, &value, state).unwrap();
                }
                (None, None) => {}
            }
        }
    }
    let attributes = [("coordinates", "len ok"), ("a/b", EVIL), ("", "")];
    let attributes = attributes.map(|(name, text)| (name.to_owned(), text.to_owned()));
    dataset.attributes.extend(attributes);
    let constant = |name: &str, value, units: &str| ConstantValue {
        name: name.to_owned(),
        value,
        units: units.to_owned(),
    };
    SweepRecord {
        bench: "Every/Thing".to_owned(),
        title: EVIL.to_owned(),
        description: "All kinds".to_owned(),
        post_description: String::new(),
        tag: "a/b".to_owned(),
        started: "2026-03-01T12:00:00.000Z".to_owned(),
        counts: Counts {
            submitted: dataset.len() as u64,
            executed: dataset.len() as u64,
            ..Counts::default()
        },
        dataset,
        constants: vec![
            constant("threads", 8.into(), "cores"),
            constant("mode", EVIL.into(), ""),
            constant("limit", u64::MAX.into(), ""),
            constant("two words", true.into(), ""),
            constant("ratio", 1.into(), ""),
        ],
        failures: Vec::new(),
        timings: Vec::new(),
        warnings: vec![EVIL.to_owned(), "debug build".to_owned()],
        sweep_type: "demo/every::Thing".to_owned(),
        version: 3,
        identity: None,
        environment: Some(environment()),
    }
}
