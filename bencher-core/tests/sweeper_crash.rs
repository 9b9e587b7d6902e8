//! Real processes that share a work list, killed at random moments, stopped, on several hosts, on a full disk.
//! Whatever happens, what was acknowledged is there, and no element is with two who live.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bencher_core::sweeper::{ParamSweeper, SweeperError, SweeperOptions};

/// Where a child works, what it does, and its name; set only for the child.
const DIR: &str = "BENCHER_TEST_SWEEPER_DIR";
const TASK: &str = "BENCHER_TEST_SWEEPER_TASK";
const HOST: &str = "BENCHER_TEST_SWEEPER_HOST";

const ELEMENTS: u32 = 20_000;
const KILLS: usize = 100;
/// Beyond this a test gives up rather than hang.
const AT_MOST: Duration = Duration::from_secs(300);

fn open(dir: &Path) -> ParamSweeper<u32> {
    ParamSweeper::open(dir, 0..ELEMENTS).unwrap()
}

/// Appends a line to the log that all processes share: one write, so it is there whatever comes, and the
/// order of the lines is the order of what happened.
fn log(dir: &Path, line: &str) {
    let path = dir.join("log");
    let mut log = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    log.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// The programs under test: nothing unless this test binary starts itself for one.
#[test]
fn child() {
    let (Some(dir), Some(task)) = (std::env::var_os(DIR), std::env::var_os(TASK)) else {
        return;
    };
    let dir = PathBuf::from(dir);
    match task.to_str().unwrap() {
        "work" => work(&dir),
        "claim" => claim(&dir),
        "lock" => lock(&dir),
        "fill" => fill(&dir),
        task => panic!("there is no {task}"),
    }
}

/// Takes and finishes elements in two threads that share a handle, and tells of each step behind it.
fn work(dir: &Path) {
    let me = std::process::id();
    let sweeper = open(dir);
    log(dir, &format!("begun {me}"));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(n) = sweeper.get_next().unwrap() {
                    log(dir, &format!("got {me} {n}"));
                    match sweeper.done(&n) {
                        Ok(()) => log(dir, &format!("done {me} {n}")),
                        Err(error) => log(dir, &format!("refused {me} {error}")),
                    }
                }
            });
        }
    });
}

/// Takes three elements, says so, and keeps them.
fn claim(dir: &Path) {
    let mut options = SweeperOptions::new(dir).lease(Duration::from_millis(300));
    if let Ok(host) = std::env::var(HOST) {
        options = options.host(host);
    }
    let sweeper = options.open(0..9_u32).unwrap();
    let got = sweeper.get_next_batch(3).unwrap();
    println!("\n@got {got:?}");
    std::io::stdout().flush().unwrap();
    // Until whoever started it lets go of its input, or kills it.
    let _ = std::io::stdin().lines().next();
}

fn lock(dir: &Path) {
    let file = File::options()
        .write(true)
        .open(dir.join("sweep.lock"))
        .unwrap();
    file.lock().unwrap();
    println!("\n@locked");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().lines().next();
}

/// Finishes elements until the disk is full; then frees some of it and goes on.
fn fill(dir: &Path) {
    let sweeper = open(dir);
    let ballast = dir.join("ballast");
    fs::write(&ballast, vec![7; 20_000]).unwrap();
    let mut acknowledged = Vec::new();
    let error = loop {
        let done = sweeper.get_next().and_then(|n| {
            let n = n.unwrap();
            sweeper.done(&n).map(|()| n)
        });
        match done {
            Ok(n) => acknowledged.push(n),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("free some space"), "{error}");
    assert!(acknowledged.len() > 50, "{}", acknowledged.len());
    // Whatever was written in part is passed over, here as by others.
    fs::remove_file(ballast).unwrap();
    for _ in 0..20 {
        let n = sweeper.get_next().unwrap().unwrap();
        assert!(!acknowledged.contains(&n));
        sweeper.done(&n).unwrap();
        acknowledged.push(n);
    }
    let other = open(dir);
    acknowledged.sort_unstable();
    assert_eq!(other.get_done(), acknowledged);
    println!("\n@filled");
}

fn command(program: impl AsRef<OsStr>, dir: &Path, task: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env(DIR, dir)
        .env(TASK, task)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

const ARGUMENTS: [&str; 4] = ["--exact", "child", "--nocapture", "--test-threads=1"];

fn start(dir: &Path, task: &str) -> Child {
    let this = std::env::current_exe().unwrap();
    command(this, dir, task).args(ARGUMENTS).spawn().unwrap()
}

/// Waits until a child says something that begins so.
fn wait_for(child: &mut Child, what: &str) -> String {
    let out = child.stdout.as_mut().unwrap();
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    let found = lines.find(|line| line.starts_with(what));
    found.unwrap_or_else(|| panic!("the child never printed {what}"))
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn random() -> impl FnMut(u64) -> u64 {
    let mut state = 20_261_121_u64;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

#[test]
fn a_hundred_kills_lose_nothing_and_repeat_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = random();
    let began = Instant::now();
    let mut workers: Vec<Child> = (0..2).map(|_| start(dir.path(), "work")).collect();
    let lines = || {
        let log = fs::read_to_string(dir.path().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    for _ in 0..KILLS {
        assert!(began.elapsed() < AT_MOST);
        let at = usize::from(random(2) == 1);
        let worker = &mut workers[at];
        // It works by now, and has got a little further.
        let sign = format!("got {} ", worker.id());
        while !lines().iter().any(|line| line.starts_with(&sign)) {
            assert!(began.elapsed() < AT_MOST);
            assert!(
                worker.try_wait().unwrap().is_none(),
                "the work is done too soon"
            );
            std::thread::yield_now();
        }
        let moment = Instant::now() + Duration::from_micros(random(5_000));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        log(dir.path(), &format!("killing {}", worker.id()));
        kill(worker);
        *worker = start(dir.path(), "work");
    }
    for worker in &mut workers {
        log(dir.path(), &format!("killing {}", worker.id()));
        kill(worker);
    }
    let last = open(dir.path());
    check_log(&lines(), &last);
    let owners = fs::read_dir(dir.path().join("owners")).unwrap();
    assert_eq!(owners.count(), 0, "what the dead left is removed");
    eprintln!("{KILLS} kills in {:?}", began.elapsed());
}

/// Every acknowledged element is done, and nobody got what somebody had who was not being killed.
fn check_log(lines: &[String], sweeper: &ParamSweeper<u32>) {
    let mut killed: BTreeSet<&str> = BTreeSet::new();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let mut acknowledged = BTreeSet::new();
    for line in lines {
        let (what, rest) = line.split_once(' ').unwrap();
        let (process, n) = rest.split_once(' ').unwrap_or((rest, ""));
        match what {
            "got" => {
                assert!(
                    !acknowledged.contains(n),
                    "{n} is done, and was handed out again"
                );
                if let Some(owner) = owners.insert(n, process) {
                    assert!(
                        killed.contains(owner),
                        "{n} was with {owner}, who lives, and {process}"
                    );
                }
            }
            "done" => {
                assert_eq!(owners.get(n), Some(&process));
                assert!(acknowledged.insert(n), "{n} was done twice");
            }
            "killing" => drop(killed.insert(process)),
            "begun" => {}
            _ => panic!("{line}"),
        }
    }
    let done: BTreeSet<String> = sweeper.get_done().iter().map(u32::to_string).collect();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|n| !done.contains(**n))
        .collect();
    assert!(lost.is_empty(), "{lost:?} were acknowledged");
    // What was done without being told is what was being told at a kill.
    let untold = done.len() - acknowledged.len();
    assert!(untold <= 2 * killed.len(), "{untold}");
    assert_eq!(sweeper.take_damaged_lines(), []);
    assert!(
        acknowledged.len() > 100,
        "the workers got somewhere: {}",
        acknowledged.len()
    );
    sweeper.update().unwrap();
    assert_eq!(
        sweeper.get_inprogress(),
        [0_u32; 0],
        "whoever had something is gone"
    );
    eprintln!(
        "{} acknowledged, {untold} done but not told",
        acknowledged.len()
    );
}

#[test]
fn a_process_that_is_stopped_keeps_what_it_has_and_one_that_is_killed_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = start(dir.path(), "claim");
    assert_eq!(wait_for(&mut child, "@got"), "@got [0, 1, 2]");
    let sweeper = ParamSweeper::open(dir.path(), 0..9_u32).unwrap();
    let signal = |name: &str| {
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, id.as_str()])
                .status()
                .unwrap()
                .success()
        );
    };
    signal("-STOP");
    assert_eq!(sweeper.get_next_batch(9).unwrap(), [3, 4, 5, 6, 7, 8]);
    // Twice the time of a lease, which does not matter here.
    assert_eq!(sweeper.wait_next(Duration::from_millis(600)).unwrap(), None);
    kill(&mut child);
    assert_eq!(sweeper.get_next().unwrap(), Some(0), "at once");
    let error = sweeper.info(&0).unwrap().unwrap().error.unwrap();
    assert!(
        error.starts_with(&format!("process {} on ", child.id())),
        "{error}"
    );
}

#[test]
fn a_process_of_another_host_that_is_killed_gives_back_by_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = command(std::env::current_exe().unwrap(), dir.path(), "claim")
        .args(ARGUMENTS)
        .env(HOST, "node1")
        .spawn()
        .unwrap();
    wait_for(&mut child, "@got");
    let options = SweeperOptions::new(dir.path()).host("node2");
    let sweeper = options
        .lease(Duration::from_millis(300))
        .open(0..9_u32)
        .unwrap();
    sweeper.get_next_batch(6).unwrap();
    kill(&mut child);
    assert_eq!(sweeper.get_next().unwrap(), None, "nobody knows yet");
    let killed = Instant::now();
    while sweeper.wait_next(Duration::from_secs(1)).unwrap() != Some(0) {
        assert!(killed.elapsed() < AT_MOST);
    }
    assert!(
        killed.elapsed() >= Duration::from_millis(200),
        "{:?}",
        killed.elapsed()
    );
    let error = sweeper.info(&0).unwrap().unwrap().error.unwrap();
    assert!(error.contains(" on node1 since "), "{error}");
}

/// Whether namespaces can be made here; without, what needs them is left out.
fn can_unshare(arguments: &[&str]) -> bool {
    let tried = Command::new("unshare")
        .args(arguments)
        .arg("true")
        .stderr(Stdio::null())
        .status();
    let can = tried.is_ok_and(|status| status.success());
    if !can {
        eprintln!("left out: no `unshare {}` here", arguments.join(" "));
    }
    can
}

const HOSTS: [&str; 5] = ["-u", "-p", "-f", "--mount-proc", "--kill-child"];

#[test]
fn processes_of_several_hosts_with_names_and_process_ids_of_their_own() {
    if !can_unshare(&HOSTS) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let start = |name: &str| {
        let script = format!("hostname {name} && exec \"$@\"");
        command("unshare", dir.path(), "claim")
            .args(HOSTS)
            .args(["sh", "-c", &script, "sh"])
            .arg(&this)
            .args(ARGUMENTS)
            .spawn()
            .unwrap()
    };
    let (mut one, mut two) = (start("node1"), start("node2"));
    let mut got = [wait_for(&mut one, "@got"), wait_for(&mut two, "@got")];
    got.sort();
    assert_eq!(got, ["@got [0, 1, 2]", "@got [3, 4, 5]"]);
    let sweeper = ParamSweeper::open(dir.path(), 0..9_u32).unwrap();
    assert_eq!(sweeper.get_inprogress(), [0, 1, 2, 3, 4, 5]);
    let owner = |n| sweeper.info(&n).unwrap().unwrap().owner.unwrap();
    assert_ne!(owner(0).host, owner(3).host);
    assert_eq!(
        (owner(0).process, owner(3).process),
        (1, 1),
        "each is the first of its host"
    );
    kill(&mut one);
    // The death of the one who was started becomes the death of the one inside.
    let killed = Instant::now();
    let mut back = Vec::new();
    while back.len() < 3 {
        assert!(killed.elapsed() < AT_MOST);
        back.extend(
            sweeper
                .get_next_by(|todo| todo.filter(|n| **n < 6).collect())
                .unwrap(),
        );
    }
    assert!(back == [0, 1, 2] || back == [3, 4, 5], "{back:?}");
    assert_eq!(
        sweeper
            .get_next_by(|todo| todo.filter(|n| **n < 6).collect())
            .unwrap(),
        None
    );
    kill(&mut two);
}

#[test]
fn who_holds_the_lock_is_named() {
    let dir = tempfile::tempdir().unwrap();
    drop(ParamSweeper::open(dir.path(), 0..9_u32).unwrap());
    let mut child = start(dir.path(), "lock");
    wait_for(&mut child, "@locked");
    let (sender, receiver) = std::sync::mpsc::channel();
    let options = SweeperOptions::new(dir.path())
        .patience(Duration::from_millis(1100))
        .waiting(move |text| sender.send(text.to_owned()).unwrap());
    let error = options.open(0..9_u32).unwrap_err();
    assert!(matches!(error, SweeperError::InUse { .. }), "{error}");
    let messages: Vec<String> = receiver.iter().collect();
    assert_eq!(messages.len(), 1, "once");
    for text in [&messages[0], &error.to_string()] {
        assert!(text.contains("sweep.lock"), "{text}");
        if cfg!(target_os = "linux") {
            assert!(
                text.contains(&format!("locked by process {} (", child.id())),
                "{text}"
            );
        }
    }
    kill(&mut child);
    assert!(ParamSweeper::open(dir.path(), 0..9_u32).is_ok());
}

#[test]
fn a_full_disk_loses_nothing() {
    if !can_unshare(&["-m"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=64k none '{}' && exec \"$@\"",
        dir.path().display()
    );
    let this = std::env::current_exe().unwrap();
    let mut child = command("unshare", dir.path(), "fill")
        .args(["-m", "sh", "-c", &script, "sh"])
        .arg(this)
        .args(ARGUMENTS)
        .spawn()
        .unwrap();
    wait_for(&mut child, "@filled");
    assert!(child.wait().unwrap().success());
}
