//! Types of one name in one program.

#[path = "support/mod.rs"]
mod support;

use bencher::bench::BenchError;
use bencher::prelude::*;
use bencher::store::{Database, Pack, ResultId, SampleStore, Series, StoreError};
use bencher::value::{Kind, Value};
use bencher::var::sweep_type;

use support::{bench, quiet};

/// A sweep of a local type, with the number of samples that were executed and what they gave.
macro_rules! sweep {
    ($root:expr, $function:expr) => {{
        #[derive(ParametrizedSweep, Clone)]
        struct Point {
            #[sweep(values(1, 2, 3))]
            n: u32,
            #[result]
            v: Option<u32>,
        }
        impl Benchmark for Point {
            fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
                let function: fn(u32) -> u32 = $function;
                self.v = Some(function(self.n));
                Ok(())
            }
        }
        let result = bench::<Point>(quiet($root)).sweep("Points").run();
        result.map(|result| {
            let v = result.dataset().variable("v").unwrap();
            let values: Vec<f64> = (0..3).map(|at| v.number(at).unwrap()).collect();
            (sweep_type::<Point>(), result.counts().executed, values)
        })
    }};
}

fn doubled(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)> {
    sweep!(root, |n| n * 2)
}

fn squared(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)> {
    sweep!(root, |n| n * n)
}

/// Stores that the point 1 of a type came to 7.
fn store_seven(root: &std::path::Path, sweep_type: &str) {
    let (database, _) = Database::open(root, std::time::Duration::ZERO, |_| {}).unwrap();
    let series = Series {
        tag: String::new(),
        sweep_type: sweep_type.to_owned(),
        version: 1,
    };
    let results = vec![ResultId::new("v", Kind::Uint(32))];
    let mut pack = Pack::new(
        series,
        bencher::value::Digest(0),
        vec!["n".to_owned()],
        results,
    );
    pack.push(vec![Value::from(1)], 1, vec![Some(Value::from(7))]);
    let mut database = database;
    database.append(&[pack]).unwrap();
}

#[test]
fn local_types_of_two_functions_have_samples_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    for executed in [3, 0] {
        let (name, count, values) = doubled(root.path()).unwrap();
        assert_eq!((count, values), (executed, vec![2.0, 4.0, 6.0]));
        assert!(name.contains("doubled"), "{name}");
        let (_, count, values) = squared(root.path()).unwrap();
        assert_eq!((count, values), (executed, vec![1.0, 4.0, 9.0]));
    }
}

trait Go {
    fn go(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)>;
}

struct Plain;

struct Of<T>(std::marker::PhantomData<T>);

macro_rules! method {
    ($of:ty, $factor:expr) => {
        impl Go for $of {
            fn go(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)> {
                sweep!(root, |n| n * $factor)
            }
        }
    };
}

method!(Plain, 10);
method!(Of<u8>, 20);
method!(Of<u16>, 30);
method!(fn(u8) -> u8, 40);

impl Of<u8> {
    fn own(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)> {
        sweep!(root, |n| n * 50)
    }
}

impl Of<u16> {
    fn own(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)> {
        sweep!(root, |n| n * 60)
    }
}

fn with_inner(root: &std::path::Path) -> [bencher::Result<(String, u64, Vec<f64>)>; 2] {
    fn inner(root: &std::path::Path) -> bencher::Result<(String, u64, Vec<f64>)> {
        sweep!(root, |n| n * 80)
    }
    [sweep!(root, |n| n * 70), inner(root)]
}

#[test]
fn local_types_of_methods_have_samples_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    let mut names = std::collections::HashSet::new();
    for executed in [3, 0] {
        let [outer, inner] = with_inner(root.path());
        let found = [
            (Plain::go(root.path()), 10.0),
            (Of::<u8>::go(root.path()), 20.0),
            (Of::<u16>::go(root.path()), 30.0),
            (<fn(u8) -> u8>::go(root.path()), 40.0),
            (Of::<u8>::own(root.path()), 50.0),
            (Of::<u16>::own(root.path()), 60.0),
            (outer, 70.0),
            (inner, 80.0),
        ];
        for (found, factor) in found {
            let (name, count, values) = found.unwrap();
            let expected = [1.0, 2.0, 3.0].map(|n| n * factor).to_vec();
            assert_eq!((count, values), (executed, expected), "{name}");
            assert!(name.ends_with("::Point"), "{name}");
            names.insert(name);
        }
    }
    assert_eq!(names.len(), 8, "{names:?}");
}

#[derive(ParametrizedSweep, Clone)]
struct Alone {
    #[sweep(values(1))]
    n: u32,
    #[result]
    v: Option<u32>,
}

impl Benchmark for Alone {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.v = Some(self.n);
        Ok(())
    }
}

/// An example and a program of one name have types of one module and name.
#[test]
fn types_of_two_targets_have_samples_of_their_own() {
    for (stored, expected) in [
        ("bencher (bin)/same_name::Alone", 1.0),
        ("bencher (example)/same_name::Alone", 1.0),
        ("bencher (lib)/same_name::Alone", 1.0),
        ("bencher (test)/same_name::Alone", 7.0),
    ] {
        let root = tempfile::tempdir().unwrap();
        store_seven(root.path(), stored);
        let config = quiet(root.path());
        let result = bench::<Alone>(config).sweep("Alone").run().unwrap();
        let found = result.dataset().variable("v").unwrap().number(0);
        assert_eq!(found, Some(expected), "{stored}");
    }
}

#[test]
fn samples_that_either_may_have_measured_are_neither_lost_nor_taken() {
    let root = tempfile::tempdir().unwrap();
    store_seven(root.path(), "bencher (test)/same_name::Point");
    let error = doubled(root.path()).unwrap_err();
    let Some(BenchError::Store(StoreError::SharedName(_))) = error.downcast_ref() else {
        panic!("{error}");
    };
    let text = error.to_string();
    assert!(
        text.matches("at tests/same_name.rs:").count() >= 2,
        "{text}"
    );
    assert!(
        text.starts_with("`bencher (test)/same_name::Point` is declared at "),
        "{text}"
    );
}

/// Only their lines distinguish these two, and an edit moves the lines.
#[test]
fn two_types_of_one_function_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let [first, second, alone] = same_function(root.path());
    // The third of the name has a function of its own.
    assert_eq!(alone.unwrap(), 2);
    for result in [first, second] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("rename one of them"), "{error}");
        assert!(
            error.matches("at tests/same_name.rs:").count() == 2,
            "{error}"
        );
    }
}

type Ended = Result<u64, bencher::sweep_executor::BoxError>;

fn same_function(root: &std::path::Path) -> [Ended; 3] {
    macro_rules! twin {
        ($root:expr, $value:expr) => {{
            #[derive(ParametrizedSweep, Clone)]
            struct Twin {
                #[sweep(values(1, 2))]
                n: u32,
                #[result]
                v: Option<u32>,
            }
            impl Benchmark for Twin {
                fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
                    self.v = Some(self.n + $value);
                    Ok(())
                }
            }
            let result = bench::<Twin>(quiet($root)).sweep("Twins").run();
            result.map(|result| result.counts().executed)
        }};
    }
    fn other(root: &std::path::Path) -> Ended {
        twin!(root, 3)
    }
    [twin!(root, 1), twin!(root, 2), other(root)]
}
