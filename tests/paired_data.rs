//! The random data of points that are compared: the same for all alternatives, and another for each point and repeat.

mod support;

use std::collections::HashSet;

use bencher::bench::BenchResult;
use bencher::prelude::*;
use support::{bench, quiet};

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Algo {
    Quick,
    Merge,
    Radix,
}

/// Records what its data are made of.
#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(values(10, 20))]
    len: u64,
    #[sweep]
    algo: Algo,
    #[constant(false)]
    names_algo: bool,
    #[result]
    seed: Option<u64>,
    #[result]
    first: Option<u64>,
}

impl Benchmark for Sorting {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        if self.names_algo {
            cx.seed_without([Self::ALGO])?;
            assert!(
                cx.seed_without(["algos"])
                    .unwrap_err()
                    .to_string()
                    .contains("`algo`")
            );
        }
        self.seed = Some(cx.seed());
        self.first = Some(cx.random_vec::<u64>(4)[0]);
        Ok(())
    }
}

/// The seeds of all samples, in the order of `len`, `algo`, `repeat`; the first random values agree with them.
fn seeds(result: &BenchResult<Sorting>) -> Vec<u64> {
    let of = |name| {
        let variable = result.dataset().variable(name).unwrap();
        let values = (0..12).map(|at| {
            variable
                .cell(at)
                .unwrap()
                .value
                .unwrap()
                .to_string()
                .parse()
                .unwrap()
        });
        values.collect::<Vec<u64>>()
    };
    let (seeds, firsts) = (of("seed"), of("first"));
    let distinct = |values: &[u64]| values.iter().collect::<HashSet<_>>().len();
    assert_eq!(distinct(&seeds), distinct(&firsts));
    seeds
}

fn distinct(seeds: &[u64]) -> usize {
    seeds.iter().collect::<HashSet<_>>().len()
}

#[test]
fn compared_inputs_do_not_enter_the_seed_and_all_others_do() {
    let folder = tempfile::tempdir().unwrap();
    let run = |compared: bool, names_algo: bool| {
        let mut bench = bench::<Sorting>(quiet(folder.path()));
        let sweep = bench
            .sweep("Sorting")
            .inputs([Sorting::LEN, Sorting::ALGO])
            .repeats(2);
        let sweep = sweep.constants([Sorting::NAMES_ALGO.with_const(names_algo)]);
        let sweep = if compared {
            sweep.compare(Sorting::ALGO)
        } else {
            sweep
        };
        seeds(&sweep.run().unwrap())
    };
    let plain = run(false, false);
    assert_eq!(distinct(&plain), 12, "every sample has data of its own");
    // The samples of the plain sweep are in the store, and are none of this one.
    let compared = run(true, false);
    let named = run(false, true);
    for seeds in [&compared, &named] {
        assert_eq!(
            distinct(seeds),
            4,
            "one for each length and repeat: {seeds:?}"
        );
        for (at, seed) in seeds.iter().enumerate() {
            assert_eq!(
                *seed,
                seeds[at / 6 * 6 + at % 2],
                "the same for all of algo"
            );
        }
    }
    assert_eq!(run(true, false), compared, "the same in every run");
    assert_eq!(run(false, false), plain);
}
