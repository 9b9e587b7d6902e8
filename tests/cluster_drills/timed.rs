//! Timed samples on a cluster: one at a time on a host, and on one host unless it leaves.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use bencher::value::Digest;
use serde_json::Value;

use crate::cluster::{Run, SLOW, Site, example, signal, start};

#[test]
fn two_workers_on_one_host_run_one_timed_sample_at_a_time() {
    let store = tempfile::tempdir().unwrap();
    let log = store.path().join("log");
    std::fs::write(&log, "").unwrap();
    let log = log.display().to_string();
    let args = ["--executor", "cluster", "--launch", "local:2"];
    let args = [&args[..], &["--side-by-side", "--repeats", "3"]].concat();
    let mut run = start(store.path(), &[("TIMED_LOG", &log)], &args);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    one_at_a_time(&log, 60);
    run.leaves_nothing();
}

#[test]
fn two_runs_on_one_host_run_one_timed_sample_at_a_time() {
    let stores = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let log = stores[0].path().join("log");
    std::fs::write(&log, "").unwrap();
    let log = log.display().to_string();
    let args = ["--executor", "cluster", "--launch", "local:1"];
    let args = [&args[..], &["--repeats", "1"]].concat();
    // Each has a server and a worker of its own.
    let mut runs = stores
        .each_ref()
        .map(|store| start(store.path(), &[("TIMED_LOG", &log)], &args));
    for run in &mut runs {
        assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    }
    one_at_a_time(&log, 40);
}

#[test]
fn a_run_says_which_process_it_waits_for_on_its_host() {
    let store = tempfile::tempdir().unwrap();
    let log = store.path().join("log");
    std::fs::write(&log, "").unwrap();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let lock = format!(
        "/tmp/bencher-timed-{}.lock",
        Digest::of(host.trim().as_bytes())
    );
    let mut owner = Command::new("flock")
        .args([&lock, "sh", "-c", "echo locked; read line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(owner.stdout.take().unwrap());
    printed.read_line(&mut String::new()).unwrap();
    let args = ["--executor", "cluster", "--launch", "local:1"];
    let args = [&args[..], &["--repeats", "1"]].concat();
    let log = log.display().to_string();
    let mut run = start(store.path(), &[("TIMED_LOG", &log)], &args);
    let waits_for = |run: &Run| {
        let text = run.text("stdout");
        let mut lines = text.lines();
        let state = lines.rfind(|line| line.contains("\"event\":\"cluster\""))?;
        let state: Value = serde_json::from_str(state).unwrap();
        Some(state["hosts"][0]["waits_for"].as_str()?.to_owned())
    };
    let said = run.until("the run says what it waits for", waits_for);
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "", "nothing runs");
    drop(owner.stdin.take());
    owner.wait().unwrap();
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let expected = format!("process {} (flock), which takes timed samples", owner.id());
    assert_eq!(said, expected);
    assert_eq!(waits_for(&run), None, "it waits no longer");
}

#[test]
fn a_worker_that_may_use_some_cores_is_a_machine_of_another_class() {
    if std::thread::available_parallelism().unwrap().get() < 2 {
        eprintln!("\nNOT CHECKED: a worker on some of the cores; there is one core\n");
        return;
    }
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let log = store.path().join("log");
    std::fs::write(&log, "").unwrap();
    let log = log.display().to_string();
    let program = example::example("clustered", store.path());
    let sample = |cores: &str| {
        let mut worker = Command::new("taskset");
        let mut worker = worker
            .args(["-c", cores])
            .arg(program.get_program())
            .args(site.options())
            .arg("--cluster-worker")
            .env("TIMED_LOG", &log)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut run = site.run(
            store.path(),
            &[("TIMED_LOG", &log)],
            &["--executor", "cluster", "--repeats", "1"],
        );
        let status = run.end();
        signal(worker.id(), "TERM");
        worker.wait().unwrap();
        assert_eq!(status, Some(0), "{}", run.text("stderr"));
        run.text("stdout") + &run.text("stderr")
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let all = list.unwrap().trim();
    let first = all.split(['-', ',']).next().unwrap();
    sample(first);
    let printed = sample(all);
    assert!(
        printed.contains("20 stored samples of another class of machine were not used"),
        "{printed}"
    );
    let printed = sample(first);
    assert!(printed.contains("\"executed\":0"), "{printed}");
}

#[test]
fn pinned_workers_of_one_host_stay_on_different_cores() {
    let cores = std::thread::available_parallelism().unwrap().get();
    let store = tempfile::tempdir().unwrap();
    let args = ["--executor", "cluster", "--launch", "local:2", "--pin"];
    let mut run = start(store.path(), &[SLOW], &args);
    let lists = run.until("two worker processes are pinned", |run| {
        let processes = run.processes("BENCHER_WORKER=").into_iter();
        let lists: BTreeSet<String> = processes
            .filter_map(|process| {
                let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
                let list = status
                    .lines()
                    .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
                list.map(|list| list.trim().to_owned())
            })
            .filter(|list| list.parse::<u32>().is_ok())
            .collect();
        (lists.len() == cores.min(2)).then_some(lists)
    });
    assert_eq!(run.end(), Some(0), "{lists:?} {}", run.text("stderr"));
}

/// The hosts of `count` timed samples, in the order of the samples. No two samples may have run at the same time.
fn one_at_a_time(log: &str, count: usize) -> Vec<String> {
    let text = std::fs::read_to_string(log).unwrap();
    let samples = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let time = |at: usize| words[at].parse::<u128>().unwrap();
        (time(0), time(1), words[2].to_owned())
    });
    let mut samples: Vec<_> = samples.collect();
    samples.sort();
    assert_eq!(samples.len(), count);
    for (before, after) in samples.iter().zip(samples.iter().skip(1)) {
        assert!(before.1 <= after.0, "side by side: {before:?} {after:?}");
    }
    samples.into_iter().map(|(.., host)| host).collect()
}

#[test]
fn one_host_takes_timed_samples_and_another_follows_if_it_leaves() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let log = store.path().join("log");
    std::fs::write(&log, "").unwrap();
    let log = log.display().to_string();
    let environment = [("TIMED_LOG", &*log)];
    let program = example::example("clustered", store.path());
    let mut workers = ["n1", "n2"].map(|host| {
        // A host with another name; two workers on each would wait for each other.
        let mut worker = Command::new("unshare");
        worker
            .args(["--map-root-user", "--uts", "sh", "-c"])
            .args(["hostname \"$0\" && exec \"$@\"", host])
            .arg(program.get_program())
            .args(site.options())
            .arg("--cluster-worker")
            .envs(environment)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        (host, worker.spawn().unwrap())
    });
    let args = ["--executor", "cluster", "--repeats", "3"];
    let mut run = site.run(store.path(), &environment, &args);
    let first = run.until("samples of a host", |_| {
        let text = std::fs::read_to_string(&log).unwrap();
        let hosts: Vec<&str> = text
            .lines()
            .filter_map(|line| line.rsplit(' ').next())
            .collect();
        (hosts.len() >= 20).then(|| hosts[0].to_owned())
    });
    let leaves = workers.iter().find(|(host, _)| *host == first).unwrap();
    signal(leaves.1.id(), "TERM");
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    for (_, worker) in &mut workers {
        let _ = worker.kill();
        worker.wait().unwrap();
    }
    let mut hosts = one_at_a_time(&log, 60);
    hosts.dedup();
    assert_eq!(hosts.len(), 2, "{hosts:?}");
    assert_eq!(hosts[0], first);
    let printed = run.text("stdout") + &run.text("stderr");
    for expected in [
        "2 machines of one class took these samples",
        // The environment at the end is compared with that of the first host.
        "the host that measured first is gone",
    ] {
        assert!(printed.contains(expected), "{printed}");
    }
    let state = run.last_state();
    assert_eq!(state["hosts"].as_array().unwrap().len(), 2, "{state}");
}
