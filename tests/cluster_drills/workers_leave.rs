//! Workers that are asked to leave when they can do nothing: their process never reaches the sweep, or their server is
//! gone.

use crate::cluster::{SLOW, Site, cells, serial, signal};

#[test]
fn a_worker_whose_process_never_reaches_its_sweep_leaves_and_harms_nobody() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let cluster = ["--executor", "cluster", "--launch", "local:1"];
    let mut run = site.run(store.path(), &[SLOW], &cluster);
    let mut stuck = site.run(
        store.path(),
        &[("NUMBERS_STUCK", "1")],
        &["--cluster-worker"],
    );
    stuck.until("its process", |stuck| {
        stuck.processes("BENCHER_WORKER=").first().copied()
    });
    signal(stuck.child.id(), "TERM");
    assert_eq!(stuck.end(), Some(0), "{}", stuck.text("stderr"));
    stuck.leaves_nothing();
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
}

#[test]
fn a_worker_that_is_asked_to_leave_while_its_server_is_gone_leaves_and_loses_nothing() {
    let (mut site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let mut leaves = site.run(store.path(), &[SLOW], &["--cluster-worker"]);
    let mut run = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    run.until_done(5);
    site.server.kill().unwrap();
    signal(leaves.child.id(), "TERM");
    assert_eq!(leaves.end(), Some(0), "{}", leaves.text("stderr"));
    site.kill_and_restart();
    let mut other = site.run(store.path(), &[], &["--cluster-worker"]);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    signal(other.child.id(), "TERM");
    assert_eq!(other.end(), Some(0), "{}", other.text("stderr"));
}
