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

/// Adds up.
#[bencher::bench_sweep(types(T = [u8, u64]), throughput(items = 2 * len))]
fn adds<T: Copy + Into<u64>>(
    _cx: &mut bencher::Context,
    #[sweep(values(1, 10))] len: u32,
    #[sweep] algo: Algo,
    #[result] sum: &mut Option<u64>,
) -> Result<u64, std::num::TryFromIntError>
where
    u8: Into<T>,
{
    let one: T = 1.into();
    let steps = if matches!(algo, Algo::Merge) {
        len
    } else {
        2 * len
    };
    *sum = Some((0..steps).map(|_| one.into()).sum());
    u8::try_from(steps).map(u64::from)
}

#[bencher::bench_sweep(Judged)]
fn judged(result: &bencher::BenchResult<Judged>) {
    assert!(result.was_run());
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Judged {
    #[result]
    out: Option<f64>,
}

impl bencher::Benchmark for Judged {
    fn benchmark(&mut self, _: &mut bencher::Context<'_>) -> bencher::Result<()> {
        self.out = Some(HALF);
        Ok(())
    }
}
