//! Expansions hold where `unsafe` is forbidden and every lint is an error.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused,
    clippy::all,
    clippy::pedantic
)]

use bencher::{ParametrizedSweep, SweepEnum};

const HALF: f64 = 0.5;

/// How to sort.
#[derive(SweepEnum, Clone, Copy, Debug)]
enum Algo {
    Quick,
    Merge,
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Sorting {
    #[sweep(bounds(-HALF, HALF * 2.0), samples = 1 + 1, default = HALF)]
    shift: f64,
    #[sweep(bounds(0, u8::MAX))]
    bits: u8,
    #[sweep]
    algo: Algo,
    #[sweep(values(true, false), default = false)]
    presorted: bool,
    #[constant("plain")]
    label: String,
    #[result(timed)]
    elapsed: Option<f64>,
}

#[test]
fn expands() {
    let sorting = Sorting::baseline().expect("the domains are possible");
    assert!((sorting.shift - HALF).abs() < f64::EPSILON);
    assert_eq!(
        (sorting.bits, sorting.presorted, sorting.label.as_str()),
        (0, false, "plain")
    );
    assert!(sorting.elapsed.is_none() && matches!(sorting.algo, Algo::Quick));
    assert!(matches!(Algo::build(1, &[]), Some(Algo::Merge)));
}
