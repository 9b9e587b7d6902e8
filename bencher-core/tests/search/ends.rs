//! How a search ends.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use bencher_core::bench::{Bench, BenchError, RunConfig, SearchConfig, Session};
use bencher_core::record::SearchHistory;
use bencher_core::sweep_executor::Interrupt;

use super::{Codec, Packing, bench, quiet};

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
