//! Where a result was measured is kept with it, and decides where it is taken.

mod support;

use std::time::Duration;

use bencher::bench::RunConfig;
use bencher::job::MachinePolicy;
use bencher::measure::Environment;
use bencher::prelude::*;
use bencher::store::{Database, SampleStore, list_results, load_result, save_result};
use bencher::value::Digest;
use support::{bench, quiet};

#[derive(ParametrizedSweep, Clone)]
struct Timed {
    #[sweep(values(1, 2, 3))]
    n: u64,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Timed {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.elapsed = Some(0.001 * self.n as f64);
        Ok(())
    }
}

#[derive(ParametrizedSweep, Clone)]
struct Value {
    #[sweep(values(1, 2, 3))]
    n: u64,
    #[result]
    square: Option<u64>,
}

impl Benchmark for Value {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.square = Some(self.n * self.n);
        Ok(())
    }
}

fn run<S: Benchmark>(config: RunConfig) -> BenchResult<S> {
    bench::<S>(config).sweep("Sweep").repeats(1).run().unwrap()
}

/// Samples executed and taken from the store, and the warnings about machines.
fn outcome<S: Benchmark>(config: RunConfig) -> (u64, u64, Vec<String>) {
    let result = run::<S>(config);
    let counts = result.counts();
    let mut warnings = result.record().warnings.clone();
    warnings.retain(|text| text.contains("machine") && text.contains("stored"));
    (counts.executed, counts.hits, warnings)
}

/// Has all samples of a store come from another machine.
fn move_samples(root: &std::path::Path, machine: Option<Digest>) {
    let (mut database, _) = Database::open(root, Duration::ZERO, |_| ()).unwrap();
    let mut packs = Vec::new();
    database
        .load_all(&mut |pack| packs.push(pack.with_machine(machine)))
        .unwrap();
    assert!(!packs.is_empty());
    database.append(&packs).unwrap();
}

#[test]
fn a_result_knows_its_environment_and_both_reader_and_file_see_the_warnings() {
    let root = tempfile::tempdir().unwrap();
    let result = run::<Timed>(quiet(root.path()));
    let record = result.record();
    let environment = record.environment.as_ref().unwrap();
    assert_eq!(environment.class(), Environment::capture().class());
    assert!(
        environment
            .clock_precision_s
            .is_some_and(|s| s > 0.0 && s < 1e-3)
    );
    assert!(environment.loop_overhead_s.is_some_and(|s| s < 1e-6));
    let always = Environment {
        load: None,
        ..environment.clone()
    }
    .warnings();
    for warning in &always {
        assert!(record.warnings.contains(warning), "{warning}");
    }
    if cfg!(debug_assertions) {
        assert!(record.warnings[0].starts_with("debug build"));
    }
    let stored = load_result(&list_results(root.path()).unwrap()[0]).unwrap();
    assert_eq!(stored, *record);
}

#[test]
fn values_need_no_warning() {
    let root = tempfile::tempdir().unwrap();
    let result = run::<Value>(quiet(root.path()));
    assert!(result.record().environment.is_some());
    assert_eq!(result.record().warnings, [""; 0]);
}

#[test]
fn times_of_another_machine_are_refused_unless_asked_for() {
    let with = |root: &tempfile::TempDir, machine| RunConfig {
        machine,
        ..quiet(root.path())
    };
    for (policy, expected) in [
        (
            None,
            (
                3,
                0,
                "3 stored samples of another class of machine were not used; `--machine warn` uses them",
            ),
        ),
        (
            Some(MachinePolicy::Strict),
            (
                3,
                0,
                "3 stored samples of another class of machine were not used; `--machine warn` uses them",
            ),
        ),
        (
            Some(MachinePolicy::Warn),
            (
                0,
                3,
                "3 of 3 stored samples were measured on another class of machine; `--overwrite` measures them again, `--machine strict` rejects such samples",
            ),
        ),
        (Some(MachinePolicy::Ignore), (0, 3, "")),
    ] {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(outcome::<Timed>(quiet(root.path())), (3, 0, vec![]));
        assert_eq!(outcome::<Timed>(quiet(root.path())), (0, 3, vec![]));
        move_samples(root.path(), Some(Digest(1)));
        let (executed, hits, warnings) = outcome::<Timed>(with(&root, policy));
        assert_eq!(
            (executed, hits, warnings.join(" ")),
            (expected.0, expected.1, expected.2.to_owned()),
            "{policy:?}"
        );
    }
}

#[test]
fn times_that_do_not_say_where_they_are_from_are_taken_with_a_warning() {
    let root = tempfile::tempdir().unwrap();
    outcome::<Timed>(quiet(root.path()));
    move_samples(root.path(), None);
    let (executed, hits, warnings) = outcome::<Timed>(quiet(root.path()));
    assert_eq!((executed, hits), (0, 3));
    assert!(
        warnings[0].starts_with("3 of 3 stored samples do not record their machine"),
        "{warnings:?}"
    );
}

#[test]
fn values_of_another_machine_are_as_good() {
    let root = tempfile::tempdir().unwrap();
    outcome::<Value>(quiet(root.path()));
    move_samples(root.path(), Some(Digest(1)));
    assert_eq!(outcome::<Value>(quiet(root.path())), (0, 3, vec![]));
    move_samples(root.path(), Some(Digest(1)));
    let strict = RunConfig {
        machine: Some(MachinePolicy::Strict),
        ..quiet(root.path())
    };
    assert_eq!(outcome::<Value>(strict).0, 3, "asked for");
}

#[test]
fn whole_results_follow_the_same_rule() {
    let root = tempfile::tempdir().unwrap();
    let first = run::<Timed>(quiet(root.path()));
    let whole = |machine| RunConfig {
        only_plot: true,
        machine,
        ..quiet(root.path())
    };
    let taken = |machine| {
        bench::<Timed>(whole(machine))
            .sweep("Sweep")
            .repeats(1)
            .run()
    };
    assert_eq!(taken(None).unwrap().counts().hits, 3);

    let path = list_results(root.path()).unwrap().remove(0);
    std::fs::remove_file(path).unwrap();
    let mut elsewhere = first.record().clone();
    if let Some(environment) = &mut elsewhere.environment {
        environment.cores = Some(4096);
    }
    save_result(root.path(), &elsewhere).unwrap();
    for policy in [None, Some(MachinePolicy::Strict)] {
        let error = taken(policy).unwrap_err().to_string();
        assert!(error.contains("Sweep"), "{error}");
    }
    let warned = taken(Some(MachinePolicy::Warn)).unwrap();
    let warnings = &warned.record().warnings;
    assert!(
        warnings
            .iter()
            .any(|text| text.contains("on another class of machine")),
        "{warnings:?}"
    );
    let silent = taken(Some(MachinePolicy::Ignore)).unwrap();
    let warnings = &silent.record().warnings;
    assert!(
        !warnings
            .iter()
            .any(|text| text.contains("another class of machine")),
        "{warnings:?}"
    );
}
