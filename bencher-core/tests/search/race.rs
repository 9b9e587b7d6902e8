//! The race that names the best point of a grid.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bencher_core::bench::{Bench, RunConfig, Session};
use bencher_core::context::Context;
use bencher_core::dataset::CellState;
use bencher_core::sweep_executor::{Benchmark, Interrupt, Result};
use bencher_macros::ParametrizedSweep;

use super::{Codec, Packing, bench, quiet};

/// Times with a noise of 5 %. That of n = 7 is the least: 10 % less than the next.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = bencher_core)]
struct Timed {
    #[sweep(bounds(0, 29))]
    n: u32,
    #[constant(0.1)]
    gap: f64,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Timed {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let luck = (cx.seed() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
        let time = if self.n == 7 {
            1.0
        } else {
            1.0 + self.gap + 0.01 * f64::from(self.n)
        };
        self.elapsed = Some(1e-3 * time * (1.0 + 0.08 * luck));
        Ok(())
    }
}

fn timed(config: RunConfig) -> Bench<Timed> {
    Bench::new(Rc::new(RefCell::new(Session::new(
        config,
        "test",
        Interrupt::default(),
    ))))
    .unwrap()
}

#[test]
fn the_best_of_a_grid_is_named_with_few_rounds() {
    let result = timed(quiet(None))
        .sweep("Times")
        .best(Timed::ELAPSED)
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.attributes["race"], "elapsed");
    let text = &dataset.attributes["race best"];
    assert_eq!(
        text,
        "no point is better than n=7 by more than 1 %, at 95 %"
    );
    let executed = result.counts().executed;
    assert!(
        (30 * 6..30 * 11).contains(&executed),
        "{executed} batches for 30 points"
    );
    let elapsed = dataset.variable("elapsed").unwrap();
    // The last point takes the longest, and had few rounds.
    let last = elapsed.cell(dataset.len() - 1).unwrap();
    let reason = last.reason.unwrap();
    assert!(
        reason.contains("not better than the best point by more than 1.00 %"),
        "{reason}"
    );
    let found = bencher_core::record::findings(dataset);
    assert_eq!(found[0].to_string(), format!("elapsed: {text}"));
}

#[test]
fn a_race_whose_budget_ends_names_who_may_be_the_best() {
    let budget = Some(Duration::from_millis(1));
    let config = RunConfig {
        budget,
        best_within: Some(0.001),
        ..quiet(None)
    };
    let mut bench = timed(config);
    let tied = bench.sweep("Times").constants([Timed::GAP.with_const(0.0)]);
    let result = tied.inputs([Timed::N.bounds(7_u32, 9)]).run().unwrap();
    let text = &result.dataset().attributes["race best"];
    assert!(
        text.starts_with("undecided") || text.starts_with("no point is better than"),
        "the budget may suffice on a fast machine: {text}"
    );
}

#[test]
fn a_race_needs_a_result_with_a_direction() {
    let mut bench = bench(quiet(None));
    let codecs = bench.sweep("Cost").inputs([Packing::CODEC]);
    let error = codecs.best("evidence").run().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("numeric result with a direction"),
        "{error}"
    );
    let error = timed(quiet(None)).sweep("Times").best("n").run();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`n`"), "{error}");
}

#[test]
fn a_race_of_noisy_values_repeats_those_that_may_be_the_best() {
    let mut bench = bench(quiet(None));
    let race = |objective: &str, bench: &mut Bench<Packing>| {
        let sweep = bench.sweep("Cost").inputs([Packing::X.samples(11)]);
        let held = [
            Packing::NOISE.with_const(0.05),
            Packing::CODEC.with_const(Codec::Raw),
        ];
        sweep.constants(held).best(objective).run().unwrap()
    };
    let result = race("cost", &mut bench);
    let dataset = result.dataset();
    let text = &dataset.attributes["race best"];
    assert!(
        text.starts_with("no point is better than x=0.7 by more than"),
        "{text}"
    );
    let executed = result.counts().executed;
    assert!(
        (11 * 6..11 * 40).contains(&executed),
        "{executed} samples of 11 points"
    );
    // The worst has the first six repeats, and says why.
    let repeats = dataset.shape().last().copied().unwrap();
    let cell = dataset.variable("cost").unwrap().cell(repeats - 1).unwrap();
    assert_eq!(cell.state, CellState::Skipped);
    assert!(
        cell.reason
            .unwrap()
            .contains("not better than the best point")
    );

    // More is better, and the same value twice decides.
    let result = race("speed", &mut bench);
    let text = &result.dataset().attributes["race best"];
    assert!(text.starts_with("no point is better than x=0 by"), "{text}");
    assert_eq!(result.counts().executed, 22);
}

#[test]
fn each_group_of_a_race_has_its_best_point() {
    let mut bench = bench(quiet(None));
    let grid = [Packing::X.values([0.0, 0.7]), Packing::CODEC];
    let sweep = bench.sweep("Cost").inputs(grid).best(Packing::COST);
    let result = sweep.best_for_each([Packing::X]).run().unwrap();
    assert_eq!(
        result.dataset().attributes["race best"],
        "no point is better by more than 1 %, at 95 %, than x=0, codec=Packed(level=6); x=0.7, codec=Packed(level=6), each \
         in its group"
    );
    // Two points are equal but for their noise: the repeats end before a race can decide between them.
    let config = RunConfig {
        repeats: Some(8),
        best_within: Some(0.0),
        ..quiet(None)
    };
    let mut bench = bench_of_pairs(config);
    let result = bench.sweep("Pairs").best("value").run().unwrap();
    let text = &result.dataset().attributes["race best"];
    assert!(text.starts_with("undecided between side="), "{text}");
    assert!(
        text.contains("; none is better than the first by more than "),
        "{text}"
    );
    assert!(
        text.ends_with("`--repeats` and `--budget` give it more"),
        "{text}"
    );
    assert_eq!(result.counts().executed, 16);
}

/// Two points with the same distribution of values.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = bencher_core)]
struct Pair {
    #[sweep]
    side: bool,
    #[result(direction = "maximize")]
    value: Option<f64>,
}

impl Benchmark for Pair {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        self.value = Some((cx.seed() >> 11) as f64);
        Ok(())
    }
}

fn bench_of_pairs(config: RunConfig) -> Bench<Pair> {
    let session = Session::new(config, "test", Interrupt::default());
    Bench::new(Rc::new(RefCell::new(session))).unwrap()
}
