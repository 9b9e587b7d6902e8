//! Random datasets: dimensions of every kind, variables of every kind, cells in every state.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod model;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::value::{Digest, Item, Kind, Payload, Value};
use bencher_core::var::{Direction, Scale};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

/// A cell as it is drawn: its state, what its value is made from, and its reason.
type Draw = (usize, u32, Option<String>);

pub(crate) const KINDS: [Kind; 15] = [
    Kind::Float(64),
    Kind::Bool,
    Kind::Uint(64),
    Kind::Text,
    Kind::Int(8),
    Kind::Float(32),
    Kind::Seconds,
    Kind::Uint(128),
    Kind::Int(128),
    Kind::Category,
    Kind::DateTime,
    Kind::Item,
    Kind::File,
    Kind::Image,
    Kind::Table,
];

/// A dataset of up to three dimensions and three variables.
pub(crate) fn datasets() -> impl Strategy<Value = Dataset> {
    let dims = (dim(0), dim(1), dim(2), 1..4_u32, 0..16_u8);
    let kinds = vec(0..KINDS.len(), 0..4);
    (dims, kinds).prop_flat_map(|((a, b, c, repeats, which), kinds)| {
        let candidates = [a, b, c, Dim::repeats(repeats)];
        let chosen = candidates.into_iter().enumerate();
        let dims: Vec<Dim> = chosen
            .filter(|(n, _)| which & (1 << n) != 0)
            .map(|(_, dim)| dim)
            .take(3)
            .collect();
        let cells: usize = dims.iter().map(Dim::len).product();
        let draw = (0..CellState::ALL.len(), any::<u32>(), reason());
        vec(draw, cells * kinds.len()).prop_map(move |draws| build(&dims, &kinds, &draws))
    })
}

fn reason() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), "[a-zµ,\"\r\n ]{0,6}".prop_map(Some)]
}

/// A dimension of any kind; `n` tells it from others.
fn dim(n: usize) -> impl Strategy<Value = Dim> {
    let kinds = [
        Kind::Uint(64),
        Kind::Float(64),
        Kind::Category,
        Kind::Bool,
        Kind::Int(128),
        Kind::DateTime,
        Kind::Item,
    ];
    (0..kinds.len(), btree_set(0..60_u32, 0..4)).prop_map(move |(kind, numbers)| {
        let kind = kinds[kind];
        let mut values: Vec<Value> = Vec::new();
        for number in numbers {
            let value = match kind {
                Kind::Item => Value::from(Item::new("", [("p", Value::from(number))])),
                _ => value(kind, number),
            };
            let value = kind.canonical(&value).unwrap();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let mut dim = Dim::input(["a", "b,c", "d.state"][n], kind, values);
        "say \"µ\"".clone_into(&mut dim.doc);
        "s".clone_into(&mut dim.units);
        dim.scale = [Scale::Linear, Scale::Log][n % 2];
        dim
    })
}

/// A value of a kind made from a number; some are at the ends of what the kind holds.
pub(crate) fn value(kind: Kind, number: u32) -> Value {
    let x = match number % 7 {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::MIN_POSITIVE,
        3 => -0.0,
        _ => f64::from(number) / 8.0 - 3.0,
    };
    match kind {
        Kind::Bool => number.is_multiple_of(2).into(),
        Kind::Int(8) => (i32::from(number.to_le_bytes()[0]) - 128).into(),
        Kind::Int(_) => (-i128::from(number) << (number % 97)).into(),
        Kind::Uint(128) => (u128::MAX >> (number % 128)).into(),
        Kind::Uint(_) => (u64::MAX >> (number % 64)).into(),
        Kind::DateTime => Value::DateTime(i128::from(number) * 1_234_567_890_123),
        Kind::Item => Item::new("n", [("p", Value::from(x)), ("", "".into())]).into(),
        Kind::File | Kind::Image | Kind::Video | Kind::Table => {
            let name = format!("a [{number}].bin");
            let media_type = "text/plain; charset=utf-8";
            let content = number.to_le_bytes()[..(number % 4) as usize].to_vec();
            if number.is_multiple_of(3) {
                Payload::reference(&name, media_type, Digest::of(&content), 9).into()
            } else {
                Payload::new(&name, media_type, content).into()
            }
        }
        Kind::Text | Kind::Category => ["", "1", "true", " NaN ", "a,b", "\"", "two\r\nlines", "µ"]
            [(number % 8) as usize]
            .into(),
        _ => x.into(),
    }
}

fn build(dims: &[Dim], kinds: &[usize], draws: &[Draw]) -> Dataset {
    let infos = kinds.iter().enumerate().map(|(n, kind)| VariableInfo {
        doc: "what it is".to_owned(),
        units: ["", "s", "B/s"][n % 3].to_owned(),
        direction: [Direction::None, Direction::Minimize, Direction::Maximize][n % 3],
        timed: n == 1,
        meaning_version: 1 + u32::try_from(n).unwrap(),
        ..VariableInfo::new(["x", "y \"z\"", "x.state"][n], KINDS[*kind])
    });
    let mut dataset = Dataset::new("Random, \"µ\"", dims.to_vec(), infos.collect()).unwrap();
    dataset
        .attributes
        .insert("key".to_owned(), "text".to_owned());
    let cells = dataset.len();
    for (index, kind) in kinds.iter().enumerate() {
        let variable = dataset.variable_mut(index).unwrap();
        for flat in 0..cells {
            let (state, number, reason) = &draws[index * cells + flat];
            let state = CellState::ALL[*state];
            if state.has_value() {
                variable
                    .record(flat, &value(KINDS[*kind], *number), state)
                    .unwrap();
            } else {
                let reason = reason.as_deref().map(Into::into);
                variable.record_absent(flat, state, reason).unwrap();
            }
        }
    }
    dataset
}
