//! A sweep for the tests of this room and of the quick check.

use std::sync::Arc;

use super::{SweepEntry, SweepOptions, check};
use crate::bench::Settings;
use crate::context::Context;
use crate::plan::{Plan, SweepChoice};
use crate::sweep_executor::{Benchmark, Body, Result};
use crate::value::{Kind, Value};
use crate::var::{
    Direction, DomainError, DomainOf, InputRole, InputVar, ParametrizedSweep, ResultVar, Schema,
    SweepValue,
};

/// Counts nothing but the calls of its body; 1000 is unlucky.
#[derive(Clone)]
pub(super) struct Squares {
    n: u64,
    square: Option<u64>,
}

impl ParametrizedSweep for Squares {
    const SCHEMA: Schema = Schema {
        name: "Squares",
        module: "tests",
        package: "tests",
        target: crate::var::CargoTarget::Unknown,
        doc: "",
        version: 1,
        inputs: &[InputVar {
            name: "n",
            doc: "",
            units: "",
            kind: Kind::Uint(64),
            role: InputRole::Swept,
            domain: || DomainOf::<u64>::new().bounds(1, 1000).finish(),
            variants: || &[],
        }],
        results: &[ResultVar {
            name: "square",
            doc: "",
            units: "",
            kind: Kind::Uint(64),
            direction: Direction::None,
            timed: false,
            own_axis: false,
            meaning_version: 1,
            counter: None,
            formula: "",
            parts: &[],
            claims: &[],
        }],
    };

    fn baseline() -> Result<Self, DomainError> {
        Ok(Self { n: 1, square: None })
    }

    fn input(&self, index: usize) -> Option<Value> {
        (index == 0).then(|| self.n.to_value())
    }

    fn set_input(&mut self, index: usize, value: &Value) -> bool {
        match (index, u64::from_value(value)) {
            (0, Some(n)) => {
                self.n = n;
                true
            }
            _ => false,
        }
    }

    fn take_result(&mut self, _: usize) -> Option<Value> {
        self.square.take().map(Value::from)
    }
}

impl Benchmark for Squares {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let calls = cx.per_sweep(|| Ok::<_, String>(std::sync::Mutex::new(Vec::new())))?;
        calls.lock().map_err(|_| "poisoned")?.push(self.n);
        assert_ne!(self.n, 1000, "unlucky");
        self.square = Some(self.n.pow(2));
        Ok(())
    }
}

fn plan(choice: &SweepChoice<Squares>, given: &str) -> Plan {
    let given = [given.parse().unwrap()];
    let prototype = Squares::baseline().unwrap();
    Plan::new(
        &prototype,
        choice,
        &given,
        crate::space::Density::default(),
        1,
        "",
    )
    .unwrap()
}

#[test]
fn the_points_are_the_first_the_last_and_a_random_one() {
    let all = plan(&SweepChoice::default(), "n=1..100:100");
    let points = check::points(&all, 7).unwrap();
    assert!(matches!(points[..], [0, 99, 1..99]), "{points:?}");
    assert_eq!(
        check::points(&all, 7).unwrap(),
        points,
        "the same seed, the same point"
    );
    let others = (0..9).map(|seed| check::points(&all, seed).unwrap()[2]);
    let others: std::collections::HashSet<u64> = others.collect();
    assert!(others.len() > 5, "{others:?}");
    let two = plan(&SweepChoice::default(), "n=1,2");
    assert_eq!(check::points(&two, 7).unwrap(), [0, 1], "each once");
}

#[test]
fn skipped_points_are_not_checked() {
    let valid = |n: u64| (40..50).contains(&n);
    let choice =
        SweepChoice::default().with_constraint("forties only", move |s: &Squares| valid(s.n));
    let some = plan(&choice, "n=1..100:100");
    let points = check::points(&some, 7).unwrap();
    assert!(matches!(points[..], [39, 48, 40..48]), "{points:?}");
    let none = check::points(&plan(&choice, "n=1..9:9"), 7).unwrap_err();
    assert_eq!(
        none,
        "every point that was tried (9 of 9) is skipped; the first because: forties only"
    );
}

#[test]
fn a_panic_is_told_with_its_inputs_and_the_others_run() {
    let entry = SweepEntry::measured::<Squares>("x", "squares", SweepOptions::NONE);
    let error = entry.check(&Settings::default(), None).unwrap_err();
    assert!(error.starts_with("n=1000: panicked at "), "{error}");
    assert!(
        error.contains("unlucky") && !error.contains("n=1:"),
        "{error}"
    );
}

#[test]
fn a_point_runs_once() {
    let states = Arc::default();
    let points = plan(&SweepChoice::default(), "n=3,5,8");
    assert_eq!(
        points.try_point(Body::of::<Squares>(), 1, &states, &|_| Ok(())),
        Ok(())
    );
    let cx = Context::new(1, &|| 42).with_states(&states);
    let calls = cx
        .per_sweep(|| Err::<std::sync::Mutex<Vec<u64>>, _>("no sample ran"))
        .unwrap();
    assert_eq!(*calls.lock().unwrap(), [5]);
}
