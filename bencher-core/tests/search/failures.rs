//! Objectives that panic or never end, few evaluations, and constraints that leave little.

#[cfg(unix)]
use bencher_core::bench::RunConfig;
#[cfg(unix)]
use bencher_core::evaluator::{Executors, Limits};
use bencher_core::optimize::Sampler;
use bencher_core::record::SearchHistory;

use super::{Packing, bench, quiet};

#[test]
fn a_search_whose_samples_panic_half_of_the_time_names_a_best_point() {
    for sampler in Sampler::ALL {
        let mut bench = bench(quiet(None));
        bench.prototype().panics = true;
        let search = bench.sweep("Cost").sampler(sampler).optimize(Packing::COST);
        let result = search.evaluations(40).run().unwrap();
        let history = SearchHistory::of(result.dataset()).unwrap();
        let failed = history.trials.iter().filter(|one| one.values.is_empty());
        let failed = failed.count();
        assert_eq!(history.trials.len(), 40, "{sampler}");
        assert!((8..=32).contains(&failed), "{sampler}: {failed}");
        let attributes = &result.dataset().attributes;
        let told = format!("{failed} of them failed");
        assert!(attributes["search"].contains(&told), "{attributes:?}");
        assert!(attributes.contains_key("search best"), "{attributes:?}");
        assert!(!history.trials[0].values.is_empty(), "the best comes first");
        let text = &result.failures()[0].error;
        assert!(text.contains("no luck at "), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_sample_that_never_ends_is_a_failed_evaluation_at_its_time_limit() {
    let limits = Limits {
        time: Some(std::time::Duration::from_millis(500)),
        ..Limits::default()
    };
    let mut bench = bench(RunConfig {
        executor: Executors::Processes(2),
        limits,
        ..quiet(None)
    });
    bench.prototype().hangs_above = 0.8;
    let search = bench.sweep("Cost").optimize(Packing::COST);
    let result = search.evaluations(12).run().unwrap();
    let history = SearchHistory::of(result.dataset()).unwrap();
    let failed = history.trials.iter().filter(|one| one.values.is_empty());
    let failed = failed.count();
    assert!((1..12).contains(&failed), "{failed}");
    let text = &result.dataset().attributes["search"];
    assert!(text.contains(&format!("{failed} of them failed")), "{text}");
    assert!(
        result.failures()[0].error.contains("time"),
        "{}",
        result.failures()[0].error
    );
}

#[test]
fn fewer_evaluations_than_first_points_are_enough() {
    for sampler in Sampler::ALL {
        for count in 1..4 {
            let mut bench = bench(quiet(None));
            let search = bench.sweep("Cost").sampler(sampler).optimize(Packing::COST);
            let result = search.evaluations(count).run().unwrap();
            let attributes = &result.dataset().attributes;
            let text = &attributes["search"];
            assert!(text.contains("evaluation"), "{sampler}: {text}");
            assert!(attributes.contains_key("search best"), "{sampler}: {text}");
            let points = result.dataset().shape()[0] as u64;
            assert_eq!(points, count, "{sampler}");
        }
    }
}

#[test]
fn constraints_that_contradict_each_other_are_named() {
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .constraint("x is above 0.6", |cost: &Packing| cost.x > 0.6)
        .constraint("x is below 0.4", |cost: &Packing| cost.x < 0.4);
    let error = search.optimize("cost").run().unwrap_err().to_string();
    assert!(
        error.contains("x is above 0.6") || error.contains("x is below 0.4"),
        "{error}"
    );
    // A thousandth of the space is found.
    let little = bench
        .sweep("Cost")
        .constraint("x is near 0.3", |cost: &Packing| {
            (cost.x - 0.3).abs() < 0.0005
        });
    let found = little.optimize("cost").evaluations(8).run().unwrap();
    assert_eq!(found.dataset().shape()[0], 8);
}
