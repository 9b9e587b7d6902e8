//! Sweeps on a cluster of processes on this machine: the server, the workers and the program are killed, stopped and
//! refused, and the result is that of a serial run, cell for cell.
#![cfg(all(target_os = "linux", feature = "cluster"))]

#[path = "support/cluster.rs"]
mod cluster;

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use cluster::{LOCAL, Run, SLOW, Site, cells, example, serial, signal, start};

#[test]
fn one_command_runs_a_sweep_on_a_cluster_and_leaves_nothing_behind() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[], &LOCAL);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let found = cells(&run.text("stdout"));
    assert_eq!(found.len(), 120);
    assert_eq!(found, serial(&[]));
    run.leaves_nothing();
}

#[test]
fn a_killed_worker_a_killed_server_and_a_stopped_worker_cost_no_sample() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[SLOW], &LOCAL);
    run.until_done(5);
    let worker = run.until("a worker", |run| run.workers().first().copied());
    signal(worker, "KILL");
    // It holds a chunk and says nothing: the lease ends, and others do the jobs.
    let stopped = run.until("a worker", |run| run.workers().last().copied());
    signal(stopped, "STOP");
    run.until_done(30);
    let server = run.until("the server", |run| {
        run.processes("nats.conf").first().copied()
    });
    signal(server, "KILL");
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    run.leaves_nothing();
}

#[test]
fn a_program_that_is_killed_leaves_nothing_and_goes_on_when_it_is_started_again() {
    let store = tempfile::tempdir().unwrap();
    let mut first = start(store.path(), &[SLOW], &LOCAL);
    first.until_done(20);
    signal(first.child.id(), "KILL");
    assert_eq!(first.end(), None, "by a signal");
    first.leaves_nothing();

    let mut second = start(store.path(), &[SLOW], &LOCAL);
    assert_eq!(second.end(), Some(0), "{}", second.text("stderr"));
    let stdout = second.text("stdout");
    let hits = stdout.matches("\"state\":\"cached\"").count();
    let finish = stdout
        .lines()
        .find(|line| line.contains("\"event\":\"finish\""));
    let finish: Value = serde_json::from_str(finish.unwrap()).unwrap();
    assert!(
        finish["counts"]["hits"].as_u64().unwrap() >= 20,
        "{finish} {hits}"
    );
    assert_eq!(finish["counts"]["failed"], 0);
    second.leaves_nothing();
}

#[test]
fn a_search_on_a_cluster_evaluates_the_points_of_a_serial_one_also_after_a_kill() {
    let search = ["--search", "25"];
    let store = tempfile::tempdir().unwrap();
    let mut alone = start(store.path(), &[], &search);
    assert_eq!(alone.end(), Some(0), "{}", alone.text("stderr"));
    // The best one is measured twice.
    let events = |run: &Run| {
        let stdout = run.text("stdout");
        let events = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let samples = events.filter(|event: &Value| event["event"] == "sample");
        let of = |event: Value| {
            format!(
                "{} {} {}",
                event["inputs"], event["repeat"], event["results"]
            )
        };
        samples.map(of).collect::<BTreeSet<String>>()
    };
    let expected = events(&alone);
    assert!(expected.len() >= 26, "{expected:?}");

    let store = tempfile::tempdir().unwrap();
    let args = [&LOCAL[..], &search].concat();
    let mut killed = start(store.path(), &[SLOW], &args);
    killed.until_done(12);
    signal(killed.child.id(), "KILL");
    killed.end();
    killed.leaves_nothing();
    let mut run = start(store.path(), &[SLOW], &args);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(events(&run), expected);
    assert!(run.text("stdout").contains("\"state\":\"cached\""));
    run.leaves_nothing();
}

#[test]
fn an_interrupted_program_leaves_nothing_behind() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[SLOW], &LOCAL);
    run.until_done(5);
    signal(run.child.id(), "INT");
    assert_eq!(run.end(), Some(130), "{}", run.text("stderr"));
    run.leaves_nothing();
}

#[test]
fn an_interrupted_program_ends_without_the_server_of_its_site() {
    let (mut site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let args = ["--executor", "cluster", "--launch", "local:1"];
    let mut run = site.run(store.path(), &[SLOW], &args);
    run.until_done(5);
    site.server.kill().unwrap();
    signal(run.child.id(), "INT");
    assert_eq!(run.end(), Some(130), "{}", run.text("stderr"));
    run.leaves_nothing();
}

#[test]
fn a_poisoned_a_crashing_and_a_hung_point_fail_alone() {
    let environment = [
        ("NUMBERS_FAIL", "3"),
        ("NUMBERS_ABORT", "50"),
        ("NUMBERS_HANG", "70"),
    ];
    let store = tempfile::tempdir().unwrap();
    let limits = ["--job-timeout", "1s", "--retries", "1"];
    let mut run = start(store.path(), &environment, &[&LOCAL[..], &limits].concat());
    assert_eq!(run.end(), Some(1), "{}", run.text("stderr"));
    let stdout = run.text("stdout");
    let mut expected = serial(&[]);
    let mut found = cells(&stdout);
    for n in [3, 50, 70] {
        expected.remove(&n);
        found.remove(&n);
        let line = stdout
            .lines()
            .find(|line| line.contains(&format!("\"inputs\":{{\"n\":{n}}}")));
        let event: Value = serde_json::from_str(line.unwrap()).unwrap();
        let state = if n == 70 { "timed out" } else { "failed" };
        assert_eq!(event["state"], state, "{event}");
    }
    assert_eq!(found, expected);
    run.leaves_nothing();
}

#[test]
fn hosts_are_shown_while_and_after_they_work_here_and_in_another_terminal() {
    let store = tempfile::tempdir().unwrap();
    // Long enough that it still works when another program has asked twice.
    let mut run = start(store.path(), &[("NUMBERS_PAUSE", "150")], &LOCAL);
    run.until("all workers have joined", |run| {
        let text = run.text("stdout");
        let mut lines = text.lines();
        let line = lines.rfind(|line| line.contains("\"event\":\"cluster\""))?;
        let event: Value = serde_json::from_str(line).ok()?;
        (event["hosts"][0]["workers"] == 3).then_some(())
    });
    let folder = tempfile::tempdir().unwrap();
    let status = |output: &str| {
        let args = ["--status", "--output", output];
        let mut command = example::example("clustered", store.path());
        let shown = command.args(args).env("TMPDIR", folder.path()).output();
        String::from_utf8(shown.unwrap().stdout).unwrap()
    };
    let text = status("text");
    assert!(
        text.starts_with("sweep \"Numbers\" (process ") && text.contains(" of 120 samples"),
        "{text}"
    );
    let state: Value = serde_json::from_str(&status("json")).unwrap();
    assert_eq!(state["process"], run.child.id());
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let shares = run.text("stdout");
    let last = shares
        .lines()
        .rfind(|line| line.contains("\"event\":\"cluster\""));
    let last: Value = serde_json::from_str(last.unwrap()).unwrap();
    assert_eq!(last["hosts"][0]["jobs"], 120, "{last}");
    assert!(status("text").starts_with("no sweep runs on a cluster"));
}

#[test]
fn workers_that_are_started_by_hand_join_late_and_leave_with_notice() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    // A worker may be there before the program.
    let mut early = site.run(store.path(), &[], &["--cluster-worker"]);
    let mut run = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    run.until_done(5);
    let mut late = site.run(store.path(), &[], &["--cluster-worker"]);
    run.until_done(20);
    // It ends its sample, gives the others back, and leaves.
    signal(early.child.id(), "TERM");
    assert_eq!(early.end(), Some(0), "{}", early.text("stderr"));
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    signal(late.child.id(), "TERM");
    assert_eq!(late.end(), Some(0), "{}", late.text("stderr"));
    for ended in [&run, &early, &late] {
        let printed = ended.text("stdout") + &ended.text("stderr");
        assert!(!printed.contains("secret of the site"), "{printed}");
    }
}

#[test]
fn two_runs_of_a_program_use_one_server_at_once() {
    let site = Site::start();
    let stores = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let pause = [("NUMBERS_PAUSE", "10")];
    // They differ in their store, and one has none.
    let mut runs = [&[][..], &["--no-cache"]].map(|own| {
        let args = [&["--executor", "cluster", "--launch", "local:1"], own].concat();
        site.run(stores[own.len()].path(), &pause, &args)
    });
    for run in &mut runs {
        // Its own worker has joined.
        run.until_done(1);
    }
    // Whichever run it joins, it has a place in the other one afterwards.
    let mut free = site.run(stores[0].path(), &[], &["--cluster-worker"]);
    let expected = serial(&[]);
    for run in &mut runs {
        assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
        assert_eq!(cells(&run.text("stdout")), expected);
        let state = run.last_state();
        assert_eq!(state["refused_workers"], 0, "{state}");
        assert_eq!(state["refused_messages"], 0, "{state}");
    }
    signal(free.child.id(), "TERM");
    assert_eq!(free.end(), Some(0), "{}", free.text("stderr"));
}

#[test]
fn workers_of_one_host_with_one_process_number_are_told_apart() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    // As in two containers: each is process 1 of its own namespace.
    let mut workers = [(); 2].map(|()| {
        let program = example::example("clustered", store.path());
        let mut worker = Command::new("unshare");
        worker
            .args(["--map-root-user", "--pid", "--fork", "--kill-child"])
            .arg(program.get_program())
            .args(site.options())
            .arg("--cluster-worker")
            .envs([SLOW])
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        worker.spawn().unwrap()
    });
    let mut run = site.run(store.path(), &[], &["--executor", "cluster"]);
    let status = run.end();
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    assert_eq!(status, Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    assert_eq!(run.last_state()["hosts"][0]["workers"], 2);
}

#[test]
fn a_program_that_is_killed_finds_what_its_workers_did_in_between() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let mut worker = site.run(store.path(), &[], &["--cluster-worker"]);
    let mut first = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    first.until_done(10);
    signal(first.child.id(), "KILL");
    first.end();
    let mut second = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    assert_eq!(second.end(), Some(0), "{}", second.text("stderr"));
    signal(worker.child.id(), "TERM");
    assert_eq!(worker.end(), Some(0), "{}", worker.text("stderr"));
    let mut all = start(store.path(), &[], &[]);
    assert_eq!(all.end(), Some(0));
    let finish = all.text("stdout");
    assert!(
        finish.contains("\"executed\":0") && finish.contains("\"hits\":120"),
        "{finish}"
    );
}

#[test]
fn a_worker_of_other_code_is_refused_with_a_message() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    // It waits for workers, however long that takes.
    let mut run = site.run(store.path(), &[], &["--executor", "cluster"]);
    let program = example::example("clustered", store.path());
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("clustered");
    let mut bytes = std::fs::read(program.get_program()).unwrap();
    // Bytes behind the end of an executable change nothing but its digest.
    bytes.extend(b"another build");
    std::fs::write(&other, bytes).unwrap();
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let refused = Command::new(&other)
        .args(site.options())
        .arg("--cluster-worker")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{errors}");
    assert!(errors.contains("built from other code"), "{errors}");
    let refused = Command::new(program.get_program())
        .args(site.options())
        .arg("--cluster-worker")
        .env("BENCHER_CLUSTER_SWEEP", "0123")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        errors.contains("started for another sweep: for 0123"),
        "{errors}"
    );
    let mut good = site.run(store.path(), &[], &["--cluster-worker"]);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let printed = run.text("stdout") + &run.text("stderr");
    assert!(printed.contains("2 workers were refused"), "{printed}");
    signal(good.child.id(), "TERM");
    assert_eq!(good.end(), Some(0), "{}", good.text("stderr"));
}

#[test]
fn a_sweep_that_is_not_the_same_in_a_worker_fails_with_the_reason() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[("NUMBERS_CHANGE", "1")], &LOCAL);
    assert_eq!(run.end(), Some(1));
    let printed = run.text("stdout") + &run.text("stderr");
    assert!(
        printed.contains("is not the same in a worker process"),
        "{printed}"
    );
    run.leaves_nothing();
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let store = tempfile::tempdir().unwrap();
    for (environment, args, expected) in [
        (
            &[("BENCHER_NATS_SERVER", "/nowhere/nats-server")][..],
            &LOCAL[..],
            "BENCHER_NATS_SERVER names /nowhere/nats-server, which is no file",
        ),
        (
            &[],
            &["--executor", "cluster", "--launch", "moon:3"],
            "there is no launcher `moon`",
        ),
        (
            &[],
            &["--executor", "cluster", "--nats", "nats://me:hidden@host"],
            "--nats-credentials",
        ),
        (&[], &["--cluster-worker"], "no server is named"),
        (
            &[],
            &["--executor", "cluster", "--nats", "nats://127.0.0.1:1"],
            "nats://127.0.0.1:1 cannot be reached",
        ),
    ] {
        let mut run = start(store.path(), environment, args);
        assert_ne!(run.end(), Some(0));
        let errors = run.text("stderr");
        assert!(errors.contains(expected), "{args:?}: {errors}");
        assert!(!errors.contains("hidden"), "{errors}");
        run.leaves_nothing();
    }
}
