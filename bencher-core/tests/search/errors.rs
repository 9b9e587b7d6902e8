//! Bad input: errors come before any evaluation, and nothing is lost.

use bencher_core::bench::{BenchError, RunConfig};
use bencher_core::optimize::Sampler;
use bencher_core::record::SearchHistory;

use super::{Packing, bench, quiet};

#[test]
fn errors_come_before_any_evaluation() {
    let error = |change: &dyn Fn(&mut RunConfig), objective: &str, evaluations: Option<u64>| {
        let mut config = quiet(None);
        change(&mut config);
        let mut bench = bench(config);
        let mut search = bench.sweep("Cost").optimize(objective);
        if let Some(evaluations) = evaluations {
            search = search.evaluations(evaluations);
        }
        let error = search.run().unwrap_err();
        assert!(
            matches!(error.downcast_ref(), Some(BenchError::Search { .. })),
            "{error}"
        );
        error.to_string()
    };
    let plain = |_: &mut RunConfig| {};
    assert!(error(&plain, "evidence", None).contains("result `evidence` has no direction"));
    assert!(error(&plain, "costs", None).contains("did you mean `cost`?"));
    assert!(error(&plain, "cost", Some(0)).contains("the budget of the search is 0"));
    let nowhere = |config: &mut RunConfig| config.search.target = Some(f64::NAN);
    assert!(error(&nowhere, "cost", None).contains("the target of the search is not a number"));
    let mut bench = bench(quiet(None));
    let compared = bench.sweep("Cost").compare(Packing::CODEC).optimize("cost");
    let error = compared.run().unwrap_err().to_string();
    assert!(
        error.contains("leave out `compare` and `--replicates`"),
        "{error}"
    );
    let one = bench.sweep("Cost").inputs([Packing::X.values([0.5])]);
    let alone = one.optimize("cost").run().unwrap();
    assert!(
        alone.dataset().attributes["search"]
            .starts_with("1 point (gp): the only point of the space")
    );
    for end in [f64::INFINITY, f64::NAN, -1.0] {
        let unbounded = bench.sweep("Cost").inputs([Packing::X.bounds(0.0, end)]);
        let error = unbounded.optimize("cost").run().unwrap_err().to_string();
        assert!(error.contains("`x`"), "{end}: {error}");
    }
    let twice = bench.sweep("Cost").optimize("cost").optimize("cost");
    let error = twice.run().unwrap_err().to_string();
    assert!(error.contains("named twice"), "{error}");
    let never = bench
        .sweep("Cost")
        .constraint("x is above 2", |cost: &Packing| cost.x > 2.0);
    let error = never.optimize("cost").run().unwrap_err().to_string();
    assert!(
        error.contains("the last one broke \"x is above 2\""),
        "{error}"
    );
}

#[test]
fn a_search_whose_values_are_all_nan_keeps_its_points_and_names_none() {
    let root = tempfile::tempdir().unwrap();
    let mut bench = bench(quiet(Some(root.path())));
    for sampler in Sampler::ALL {
        bench.prototype().broken = true;
        let search = bench.sweep("Cost").sampler(sampler).search_seed(1);
        let search = search.optimize("cost").optimize("speed");
        let result = search.evaluations(12).run().unwrap();
        let dataset = result.dataset();
        assert_eq!(dataset.shape()[0], 12, "{sampler}");
        let text = &dataset.attributes["search"];
        let expected =
            "12 of them failed, so none is the best (a point needs a finite `cost` and `speed`)";
        assert!(text.contains(expected), "{sampler}: {text}");
        let history = SearchHistory::of(dataset).unwrap();
        assert!(
            history
                .trials
                .iter()
                .all(|trial| trial.values.is_empty() && trial.front.is_none())
        );
        assert!(!dataset.attributes.contains_key("search best"));
    }
}
