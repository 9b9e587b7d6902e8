//! What is stored is not evaluated again, and a search that was killed makes the same proposals.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use bencher_core::bench::RunConfig;
use bencher_core::evaluator::Executors;
use bencher_core::record::{SearchHistory, SearchTrial};

use super::{Codec, Packing, bench, executions, quiet};

#[test]
fn what_is_stored_is_not_evaluated_again() {
    let root = tempfile::tempdir().unwrap();
    let log = root.path().join("log");
    let run = |config: RunConfig| {
        let mut bench = bench(config);
        bench.prototype().log.clone_from(&log);
        let result = bench
            .sweep("Cost")
            .optimize("cost")
            .evaluations(20)
            .run()
            .unwrap();
        (result.dataset().dims()[0].values.clone(), result.counts())
    };
    let (first, counts) = run(quiet(Some(root.path())));
    assert_eq!((counts.executed, counts.hits), (22, 0));
    let (again, counts) = run(quiet(Some(root.path())));
    assert_eq!((counts.executed, counts.hits), (0, 22));
    assert_eq!(first, again);
    // The same points with any number of workers up to four.
    let threads = RunConfig {
        executor: Executors::Threads(3),
        ..quiet(Some(root.path()))
    };
    assert_eq!(run(threads).0, first);
    let alone = RunConfig {
        executor: Executors::Threads(4),
        ..quiet(None)
    };
    assert_eq!(run(alone).0, first);
    assert_eq!(executions(&log).len(), 44);
}

/// The environment of a child: its folder, and the execution at which it is killed.
const ROOT: &str = "BENCHER_TEST_SEARCH_ROOT";
const FATAL: &str = "BENCHER_TEST_SEARCH_FATAL";

/// Starts this program again for one of its tests, which is killed at an execution.
pub(super) fn start(test: &str, root: &Path, fatal: usize) -> ExitStatus {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--test-threads=1"]);
    command.env(ROOT, root).env(FATAL, fatal.to_string());
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

/// Starts it once for each of these executions, at which it is killed, and then to its end.
pub(super) fn start_and_kill(test: &str, root: &Path, kills: &[usize]) {
    for fatal in kills {
        let status = start(test, root, *fatal);
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9),
            "at {fatal}"
        );
    }
    assert!(start(test, root, 0).success());
}

/// The executions of a program without those that came again.
pub(super) fn distinct(root: &Path) -> Vec<String> {
    let mut all = executions(&root.join("log"));
    all.sort();
    all.dedup();
    all
}

/// The folder of a test that this program starts itself for, and the execution at which it is killed.
pub(super) fn child_of() -> Option<(PathBuf, usize)> {
    let root = std::env::var_os(ROOT).map(PathBuf::from)?;
    Some((root, std::env::var(FATAL).unwrap().parse().unwrap()))
}

/// The program that is killed: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some((root, fatal)) = child_of() else {
        return;
    };
    let mut bench = bench(quiet(Some(&root)));
    bench.prototype().log = root.join("log");
    bench.prototype().fatal = fatal;
    bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .evaluations(18)
        .run()
        .unwrap();
}

#[test]
fn a_killed_search_goes_on_with_the_same_proposals() {
    let whole = tempfile::tempdir().unwrap();
    assert!(start("resume::child", whole.path(), 0).success());
    let count = executions(&whole.path().join("log")).len();
    assert_eq!(count, 20, "18 points, and two of the best ones again");

    let killed = tempfile::tempdir().unwrap();
    start_and_kill("resume::child", killed.path(), &[3, 13, 17]);
    // What was in progress, or not yet committed, is executed again; nothing else is, and nothing new is proposed.
    assert_eq!(distinct(killed.path()), distinct(whole.path()));
    let executed = executions(&killed.path().join("log")).len();
    assert!(executed <= count + 4 * 4, "{executed} executions");
}

/// A sweep, then a search that starts from its samples.
#[test]
fn warm_child() {
    let Some((root, fatal)) = child_of() else {
        return;
    };
    let mut sweep = bench(quiet(Some(&root)));
    // Off the steps of the search (a third is no multiple of 2^-20), at levels beyond those that it searches, and once
    // at other constants, which say nothing about these.
    let grid = [Packing::X.values([1.0 / 3.0, 0.65, 0.9]), Packing::CODEC];
    sweep.sweep("Grid").inputs(grid).run().unwrap();
    let other = sweep.sweep("Other").inputs([Packing::X.samples(40)]);
    other
        .constants([
            Packing::NOISE.with_const(0.25),
            Packing::CODEC.with_const(Codec::Raw),
        ])
        .run()
        .unwrap();
    // A store has one owner at a time.
    drop(sweep);
    let mut bench = bench(quiet(Some(&root)));
    bench.prototype().log = root.join("log");
    bench.prototype().fatal = fatal;
    let search = bench.sweep("Cost").optimize(Packing::COST).evaluations(12);
    let result = search.inputs([Packing::X, Packing::CODEC]).run().unwrap();
    let attributes = &result.dataset().attributes;
    let text = format!(
        "{}\n{}\n",
        attributes["search"], attributes["search history"]
    );
    fs::write(root.join("attributes"), text).unwrap();
}

#[test]
fn a_search_starts_from_the_samples_of_sweeps_and_goes_on_so_after_a_kill() {
    let whole = tempfile::tempdir().unwrap();
    assert!(start("resume::warm_child", whole.path(), 0).success());
    let executed = executions(&whole.path().join("log"));
    let text = fs::read_to_string(whole.path().join("attributes")).unwrap();
    // Three x times ten codecs are known; the three best of them are looked at first, and need no evaluation.
    assert!(
        text.starts_with("12 points (gp), with 30 stored points: "),
        "{text}"
    );
    let count = |origin: &str| text.matches(&format!("\"origin\":\"{origin}\"")).count();
    // Nothing spreads before the model, which may look elsewhere every other time.
    assert_eq!(count("stored"), 3, "{text}");
    assert!(count("model") >= 4, "{text}");
    assert_eq!(count("model") + count("spread"), 9, "{text}");
    let again = executed.iter().filter(|line| line.starts_with("0.65 "));
    assert!(
        again.count() == 1,
        "what is stored is not evaluated again, but for the second sample of the leader: {executed:?}"
    );

    let killed = tempfile::tempdir().unwrap();
    start_and_kill("resume::warm_child", killed.path(), &[1, 4, 9]);
    assert_eq!(distinct(killed.path()), distinct(whole.path()));
    let again = fs::read_to_string(killed.path().join("attributes")).unwrap();
    // All but the seconds.
    let without_seconds = |text: &str| -> Vec<String> {
        let parts = text.split(',').filter(|part| !part.contains("\"seconds\""));
        parts.map(str::to_owned).collect()
    };
    assert_eq!(without_seconds(&again), without_seconds(&text));
}

#[test]
fn another_seed_begins_another_search_that_learns_from_the_first() {
    let root = tempfile::tempdir().unwrap();
    let run = |seed: u64| {
        let mut bench = bench(quiet(Some(root.path())));
        let search = bench.sweep("Cost").optimize(Packing::COST).evaluations(12);
        let result = search.search_seed(seed).run().unwrap();
        SearchHistory::of(result.dataset()).unwrap()
    };
    let first = run(0);
    assert_eq!(first.stored, 0);
    let second = run(1);
    assert_eq!(second.stored, 12);
    let stored = |trial: &&SearchTrial| trial.origin == "stored";
    assert_eq!(second.trials.iter().filter(stored).count(), 3);
    let best = |history: &SearchHistory| history.trials[0].values[0];
    assert!(
        best(&second) <= best(&first),
        "the best of the first is one of the second"
    );
    assert_eq!(run(0).stored, 0, "the first knows what it knew");
}
