//! Values of inputs: which they are, how they read, and that what is stored of them is found again.

use std::time::Duration;

use bencher::plan::{Plan, SweepChoice};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::result_collector::ResultCollector;
use bencher::space::Density;
use bencher::store::{MemoryStore, Pack, ResultId, SampleStore, Series};
use bencher::sweep_executor::{RunOptions, SweepExecutor};
use bencher::value::{Kind, Value};
use bencher::var::sweep_type;

#[derive(SweepEnum, Clone, Debug, PartialEq)]
enum Filter {
    Off,
    Low {
        #[sweep(bounds(0.0, 0.4), samples = 5)]
        cut: f64,
    },
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Steps {
    #[sweep(bounds(0.0, 1.0), step = 0.1)]
    x: f64,
    #[sweep(bounds(0.0, 1.0), samples = 11)]
    narrow: f32,
    #[sweep(default = Filter::Off)]
    filter: Filter,
    #[sweep(values(0.0, -0.0))]
    zero: f64,
    #[sweep(bounds(Duration::from_millis(0), Duration::from_millis(500)), step = Duration::from_millis(100))]
    wait: Duration,
    #[result]
    y: Option<f64>,
}

impl Benchmark for Steps {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.y = Some(self.zero.recip());
        Ok(())
    }
}

fn plan(choice: &SweepChoice<Steps>, given: &[&str]) -> Plan {
    let given: Vec<_> = given.iter().map(|given| given.parse().unwrap()).collect();
    Plan::new(
        &Steps::baseline().unwrap(),
        choice,
        &given,
        Density::default(),
        1,
        "",
    )
    .unwrap()
}

fn of(input: bencher::var::Input<Steps>) -> SweepChoice<Steps> {
    SweepChoice::default().with_inputs([input])
}

/// How many samples a sweep executes with a store, and what it gives.
fn run(plan: Plan, store: &MemoryStore) -> (u64, Vec<f64>) {
    let collector = ResultCollector::new(&plan, "Steps").unwrap();
    let options = RunOptions {
        store: Some(Box::new(store.clone())),
        ..RunOptions::default()
    };
    let end = SweepExecutor::new::<Steps>(plan)
        .run(collector, options, &mut SilentProgress)
        .unwrap();
    let executed = end.collector.counts().executed;
    let finished = end.collector.finish().0;
    let y = finished.variable("y").unwrap();
    (executed, (0..).map_while(|at| y.number(at)).collect())
}

/// A store with a sample for each of some values of an input.
fn stored(plan: &Plan, input: usize, values: impl IntoIterator<Item = Value>) -> MemoryStore {
    let series = Series {
        tag: String::new(),
        sweep_type: sweep_type::<Steps>(),
        version: 1,
    };
    let names = Steps::SCHEMA.inputs.iter().map(|var| var.name.to_owned());
    let results = vec![ResultId::new("y", Kind::Float(64))];
    let code = RunOptions::default().code;
    let mut pack = Pack::new(series, code, names.collect(), results);
    for (number, value) in values.into_iter().enumerate() {
        let mut inputs = plan.values(0);
        inputs[input] = value;
        pack.push(inputs, 1, vec![Some(Value::Float(number as f64))]);
    }
    let store = MemoryStore::default();
    store.clone().append(&[pack]).unwrap();
    store
}

#[test]
fn zeros_of_both_signs_are_two_values() {
    let zeros = || plan(&of(Steps::ZERO), &[]);
    let store = MemoryStore::default();
    let expected = vec![f64::INFINITY, f64::NEG_INFINITY];
    assert_eq!(run(zeros(), &store), (2, expected.clone()));
    assert_eq!(run(zeros(), &store), (0, expected));
    let given = plan(&of(Steps::ZERO), &["zero=-0"]);
    assert_eq!(run(given, &store), (0, vec![f64::NEG_INFINITY]));
    // A stored sample of zero is one of 0.0.
    let store = stored(&zeros(), 3, [Value::Float(0.0)]);
    assert_eq!(run(zeros(), &store), (1, vec![0.0, f64::NEG_INFINITY]));
}

/// The text of a coordinate reads back to it, wherever it stands.
#[test]
fn coordinates_are_shown_as_they_are() {
    let given = plan(
        &of(Steps::X),
        &["x=0.9999,0.99999,12345.5,12346.5,1e6,1000001"],
    );
    let dataset = given.dataset("Rates").unwrap();
    let table = bencher::bench::result_table(&dataset, 30, bencher::bench::TimeColumns::default());
    let shown: Vec<&str> = table
        .lines()
        .skip(2)
        .filter_map(|row| row.split_whitespace().next())
        .collect();
    assert_eq!(
        shown,
        [
            "0.9999", "0.99999", "12345.5", "12346.5", "1000000", "1000001"
        ]
    );
    for text in shown {
        assert_eq!(
            plan(&of(Steps::X), &[&format!("x={text}")]).space().len(),
            1
        );
    }
    let narrow = plan(&of(Steps::NARROW), &[]);
    assert_eq!(narrow.inputs(1), [("narrow".to_owned(), Value::Float(0.1))]);
    let dataset = narrow.dataset("Narrow").unwrap();
    assert!(dataset.to_string().contains("  0 0.1 0.2 0.3"), "{dataset}");
    let error = dataset.select("narrow", 0.15).unwrap_err().to_string();
    assert!(
        error.contains("no value 0.15") && error.contains("0 0.1 0.2"),
        "{error}"
    );
    assert_eq!(
        dataset.select_range("narrow", 0.3, 0.7).unwrap().shape()[0],
        5
    );
    // Of two that are equally near it is the lower one.
    let wide = plan(&of(Steps::X), &["x=0.1,0.3"]).dataset("Wide").unwrap();
    assert_eq!(
        wide.select_nearest("x", 0.2).unwrap(),
        wide.select("x", 0.1).unwrap()
    );
}
