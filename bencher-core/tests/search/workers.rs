//! Searches on threads and in worker processes: the same points as on this thread.

use bencher_core::bench::{RunConfig, SearchConfig};
use bencher_core::dataset::Dataset;
use bencher_core::evaluator::Executors;

use super::resume::{child_of, distinct, start, start_and_kill};
use super::{Packing, bench, quiet};

/// The points of a search with their costs, the best first, after a sweep whose result the search knows.
fn searched(config: RunConfig) -> Dataset {
    let mut bench = bench(config);
    let before = bench.sweep("Before").inputs([Packing::X.samples(3)]);
    let before = before.run().unwrap();
    let least = before
        .dataset()
        .variable("cost")
        .unwrap()
        .number(1)
        .unwrap();
    assert!(least > 1.0, "{least}");
    let search = bench.sweep("Cost").optimize(Packing::COST);
    search.evaluations(14).run().unwrap().dataset().clone()
}

/// Compares the points of a search elsewhere with those of a search on this thread.
fn assert_same(elsewhere: &Dataset, here: &Dataset) {
    assert_eq!(elsewhere.dims(), here.dims());
    let of = |dataset: &Dataset, name: &str| -> Vec<Option<f64>> {
        let variable = dataset.variable(name).unwrap();
        (0..dataset.len()).map(|at| variable.number(at)).collect()
    };
    assert_eq!(of(elsewhere, "cost"), of(here, "cost"));
    assert_eq!(
        elsewhere.attributes["search best"],
        here.attributes["search best"]
    );
    let own = f64::from(std::process::id());
    let processes = of(elsewhere, "evidence");
    assert!(
        processes
            .iter()
            .flatten()
            .all(|process| process.to_bits() != own.to_bits())
    );
    assert!(
        of(here, "evidence")
            .iter()
            .flatten()
            .all(|process| process.to_bits() == own.to_bits())
    );
}

#[test]
fn worker_processes_give_the_same_points() {
    let elsewhere = [1, 3].map(|workers| {
        searched(RunConfig {
            executor: Executors::Processes(workers),
            ..quiet(None)
        })
    });
    let here = searched(quiet(None));
    for elsewhere in elsewhere {
        assert_same(&elsewhere, &here);
    }
}

#[test]
fn any_number_of_workers_up_to_the_chosen_one_makes_the_same_search() {
    let points = |executor, workers, target| {
        let config = RunConfig {
            executor,
            search: SearchConfig {
                workers,
                target,
                ..SearchConfig::default()
            },
            ..quiet(None)
        };
        let mut bench = bench(config);
        let search = bench.sweep("Cost").optimize(Packing::COST).evaluations(24);
        let noise = [Packing::NOISE.with_const(0.3)];
        let result = search.constants(noise).run().unwrap();
        // In the order that the samples of leaders, candidates and finalists give.
        result.dataset().dims()[0].values.clone()
    };
    for target in [None, Some(1.4)] {
        let here = points(Executors::Serial, Some(7), target);
        assert_eq!(here.len() < 24, target.is_some(), "{} points", here.len());
        for workers in [3, 7] {
            let threads = Executors::Threads(workers);
            assert_eq!(points(threads, Some(7), target), here, "{workers} workers");
        }
    }
    let usual = points(Executors::Serial, None, None);
    assert_eq!(points(Executors::Threads(4), None, None), usual);
    assert_ne!(points(Executors::Serial, Some(7), None), usual);
}

/// The program that is killed by one of its worker processes: does nothing unless this test binary starts itself for
/// it.
#[test]
fn child() {
    let Some((root, fatal)) = child_of() else {
        return;
    };
    let mut bench = bench(RunConfig {
        executor: Executors::Processes(2),
        ..quiet(Some(&root))
    });
    bench.prototype().log = root.join("log");
    bench.prototype().fatal = fatal;
    let search = bench.sweep("Cost").optimize(Packing::COST);
    search.evaluations(14).run().unwrap();
}

#[test]
fn a_program_killed_with_its_worker_processes_goes_on_with_the_same_proposals() {
    let whole = tempfile::tempdir().unwrap();
    assert!(start("workers::child", whole.path(), 0).success());
    let killed = tempfile::tempdir().unwrap();
    start_and_kill("workers::child", killed.path(), &[4, 13]);
    assert_eq!(distinct(killed.path()), distinct(whole.path()));
}

#[test]
fn a_sample_that_ends_its_worker_process_is_a_failed_evaluation() {
    let mut bench = bench(RunConfig {
        executor: Executors::Processes(1),
        ..quiet(None)
    });
    bench.prototype().aborts_above = 0.8;
    let search = bench.sweep("Cost").optimize(Packing::COST);
    let result = search.evaluations(12).run().unwrap();
    let text = &result.dataset().attributes["search"];
    let failures = result.failures();
    assert!(!failures.is_empty() && failures.len() < 12, "{text}");
    assert!(
        text.contains(&format!("{} of them failed", failures.len())),
        "{text}"
    );
    assert!(
        failures[0].error.contains("SIGABRT"),
        "{}",
        failures[0].error
    );
}
