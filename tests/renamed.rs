//! A crate that has `bencher` under another name says so with `#[bencher(crate = path)]`.

extern crate bencher as renamed;

use renamed::ParametrizedSweep as _;

/// The name that expansions would take, gone astray.
#[allow(dead_code)]
mod bencher {}

mod deep {
    pub(crate) mod path {
        pub(crate) use renamed as facade;
    }
}

#[derive(renamed::SweepEnum, Clone, Copy, Debug, PartialEq)]
#[bencher(crate = ::renamed)]
enum Algo {
    Quick,
    Merge,
}

#[derive(renamed::ParametrizedSweep, Clone)]
#[bencher(version = 2, crate = crate::deep::path::facade)]
struct Sorting {
    #[sweep(bounds(1, 1 + 1))]
    len: u64,
    #[sweep(default = Algo::Merge)]
    algo: Algo,
    #[result]
    elapsed: Option<f64>,
}

#[test]
fn expands() {
    let sorting = Sorting::baseline().unwrap();
    assert_eq!(
        (sorting.len, sorting.algo, sorting.elapsed),
        (1, Algo::Merge, None)
    );
    assert_eq!((Sorting::SCHEMA.version, Algo::Quick as u8), (2, 0));
    let _: renamed::var::Input<Sorting> = Sorting::LEN;
}

#[renamed::bench_sweep(crate = ::renamed)]
fn doubles(#[sweep(values(1, 2))] n: u64, #[sweep] algo: Algo) -> u64 {
    n * (algo as u64 + 1)
}

#[test]
fn functions_expand() {
    let names: Vec<String> = renamed::runner::entries()
        .iter()
        .map(|entry| entry.name())
        .collect();
    assert_eq!(names, ["doubles"]);
}
