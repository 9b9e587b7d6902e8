//! How a search ends.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use bencher_core::bench::{Bench, BenchError, RunConfig, SearchConfig, Session};
use bencher_core::optimize::Sampler;
use bencher_core::record::SearchHistory;
use bencher_core::sweep_executor::Interrupt;

use super::{Codec, Packing, bench, costs, quiet};

#[test]
fn a_search_says_how_it_ended() {
    let run = |config: RunConfig, target: Option<f64>, objective: &str| {
        let mut bench = bench(config);
        let mut search = bench.sweep("Cost").optimize(objective).evaluations(150);
        if let Some(target) = target {
            search = search.target(target);
        }
        let raw = [Packing::CODEC.with_const(Codec::Raw)];
        let result = search.inputs([Packing::X]).constants(raw).run().unwrap();
        let history = SearchHistory::of(result.dataset()).unwrap();
        let text = result.dataset().attributes["search"].clone();
        (history.end, history.trials.len(), text)
    };
    let (end, count, text) = run(quiet(None), Some(1.6), "cost");
    assert!(end == "target" && count < 20, "{end} {count}");
    assert!(text.contains("the target was reached: 1."), "{text}");
    // It is to be large: 1 / (1 + x).
    let (end, count, text) = run(quiet(None), Some(0.9), "speed");
    assert!(end == "target" && count < 20, "{end} {count}");
    assert!(text.contains("the target was reached: 0.9"), "{text}");
    let by_option = SearchConfig {
        target: Some(1.6),
        ..SearchConfig::default()
    };
    let config = RunConfig {
        search: by_option,
        ..quiet(None)
    };
    assert_eq!(run(config, None, "cost").0, "target");
    // A parabola: a process knows it after some points.
    let within = |share: f64| RunConfig {
        best_within: Some(share),
        ..quiet(None)
    };
    let (end, count, text) = run(within(0.0), None, "cost");
    assert!(end == "no improvement" && count < 60, "{end} {count}");
    assert!(text.ends_with("no improvement is expected"), "{text}");
    let (end, coarse, text) = run(within(0.01), None, "cost");
    assert!(end == "named" && coarse < count, "{end} {coarse}");
    assert!(
        text.contains("the best point is named within 1 %"),
        "{text}"
    );
}

#[test]
fn a_lucky_value_is_no_target() {
    // The least mean is 1. With the noise, a single value can be 0.5.
    let search = |target: f64, noise: f64, goals: &[&str]| {
        let mut bench = bench(quiet(None));
        let mut search = bench.sweep("Cost").sampler(Sampler::Tpe).evaluations(60);
        for goal in goals {
            search = search.optimize(*goal);
        }
        let noise = [Packing::NOISE.with_const(noise)];
        let result = search.target(target).constants(noise).run().unwrap();
        let history = SearchHistory::of(result.dataset()).unwrap();
        (history, result)
    };
    for goals in [&["cost"][..], &["cost", "speed"]] {
        let (history, result) = search(0.9, 0.5, goals);
        let lucky = costs(result.dataset());
        assert!(lucky.iter().any(|cost| *cost <= 0.9), "{lucky:?}");
        assert_eq!(history.end, "evaluations");
        assert_eq!(history.trials.len(), 60);
    }
    // One that is reached for sure: by the mean of six samples or more that were measured afterwards.
    let (history, result) = search(1.7, 0.5, &["cost"]);
    assert_eq!(history.end, "target");
    assert!(history.trials.len() < 60);
    let text = &result.dataset().attributes["search"];
    let value: f64 = text.rsplit(' ').next().unwrap().parse().unwrap();
    assert!((0.9..1.7).contains(&value), "{text}");
    assert!(result.dataset().shape()[1] > 6);
    // Without noise, one value is enough.
    let (history, _) = search(1.7, 0.0, &["cost"]);
    let order = history.order();
    let first = order
        .iter()
        .position(|at| history.trials[*at].values[0] <= 1.7);
    let under_way = history.trials.len() - 1 - first.unwrap();
    assert!(history.end == "target" && under_way < 4, "{under_way}");
}

#[test]
fn a_time_budget_and_an_interrupt_end_a_search() {
    let search = SearchConfig {
        budget: Some("50ms".parse().unwrap()),
        sampler: Some("random"),
        ..SearchConfig::default()
    };
    let mut timed = bench(RunConfig {
        search,
        ..quiet(None)
    });
    let result = timed.sweep("Cost").optimize(Packing::COST).run().unwrap();
    assert!(result.dataset().attributes["search"].ends_with("the time is up"));

    let interrupt = Interrupt::default();
    let session = Session::new(quiet(None), "test", interrupt.clone());
    let mut stopped: Bench<Packing> = Bench::new(Rc::new(RefCell::new(session))).unwrap();
    interrupt.0.store(true, Ordering::Relaxed);
    let error = stopped
        .sweep("Cost")
        .optimize(Packing::COST)
        .run()
        .unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(BenchError::Interrupted { .. })),
        "{error}"
    );
}
