//! A search that was killed, and starts again with a changed space, seed or objective: it keeps and learns what was
//! stored.

use std::fs;
use std::path::Path;

use bencher_core::record::SearchHistory;

use super::resume::{child_of, start};
use super::{Packing, bench, executions, quiet};

/// Runs what its file names: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some((root, fatal)) = child_of() else {
        return;
    };
    let change = fs::read_to_string(root.join("change")).unwrap();
    let mut bench = bench(quiet(Some(&root)));
    bench.prototype().log = root.join("log");
    bench.prototype().fatal = fatal;
    let search = bench.sweep("Cost").evaluations(14);
    let search = match &*change {
        "nothing" => search.optimize(Packing::COST),
        "seed" => search.optimize(Packing::COST).search_seed(3),
        "objective" => search.optimize(Packing::SPEED),
        "another objective" => search.optimize(Packing::COST).optimize(Packing::SPEED),
        "space" => search
            .inputs([Packing::X.bounds(0.0, 0.5), Packing::CODEC])
            .optimize(Packing::COST),
        "levels" => search
            .inputs([Packing::X.values([0.1, 0.4, 0.7]), Packing::CODEC])
            .optimize(Packing::COST),
        "added level" => search
            .inputs([Packing::X.values([0.1, 0.4, 0.7, 0.9]), Packing::CODEC])
            .optimize(Packing::COST),
        other => panic!("{other}"),
    };
    let result = search.run().unwrap();
    let attributes = &result.dataset().attributes;
    let history = SearchHistory::of(result.dataset()).unwrap();
    let text = format!("{} {}", attributes["search"], history.stored);
    fs::write(root.join("answer"), text).unwrap();
}

fn start_with(change: &str, root: &Path, fatal: usize) -> bool {
    fs::write(root.join("change"), change).unwrap();
    start("changes::child", root, fatal).success()
}

#[test]
fn a_killed_search_that_starts_again_with_a_change_learns_what_was_stored() {
    for (before, after) in [
        ("nothing", "seed"),
        ("nothing", "objective"),
        ("nothing", "another objective"),
        ("nothing", "space"),
        ("levels", "added level"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        assert!(!start_with(before, root, 12), "{before}: it is killed");
        let executed = executions(&root.join("log"));
        assert!(start_with(after, root, 0), "{after}");
        let answer = fs::read_to_string(root.join("answer")).unwrap();
        let stored: usize = answer.rsplit(' ').next().unwrap().parse().unwrap();
        // One is in progress, one is a second sample of the first leader, and some may not be committed yet.
        assert!((6..=11).contains(&stored), "{after}: {answer}");
        assert!(answer.contains(&format!("with {stored} stored points")));
        assert!(answer.starts_with("14 points (gp)"), "{after}: {answer}");
        // The search that was killed goes on as if there had been no other.
        let count = executions(&root.join("log")).len();
        assert!(start_with(before, root, 0), "{before} again");
        let all = executions(&root.join("log"));
        let again = fs::read_to_string(root.join("answer")).unwrap();
        assert!(again.ends_with(" 0"), "it knows what it knew: {again}");
        assert!(again.starts_with("14 points (gp)"), "{again}");
        let lost = executed.iter().filter(|one| all[count..].contains(one));
        assert!(lost.count() <= 6, "{after}: {all:?}");
    }
}
