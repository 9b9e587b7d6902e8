//! Where a store lies, whose it is, and what it says of samples: what a user sees of it.

mod support;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;
use std::time::Duration;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, RunStatus, Session};
use bencher::evaluator::{Evaluator, EvaluatorOptions, Gather, RunningJob, SampleStorage};
use bencher::job::JobFunctionCache;
use bencher::prelude::*;
use bencher::store::Database;
use support::{bench, quiet};

/// What a child does, and its store; set only for the child.
const TASK: &str = "BENCHER_TEST_PLACE_TASK";
const ROOT: &str = "BENCHER_TEST_PLACE_ROOT";

#[derive(ParametrizedSweep, Clone)]
struct Any {
    #[sweep(values(1, 2, 3))]
    n: u32,
    #[result]
    v: Option<u32>,
    /// Where each sample goes, if anywhere.
    go_to: Option<PathBuf>,
}

impl Benchmark for Any {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        if let Some(folder) = &self.go_to {
            std::env::set_current_dir(folder)?;
        }
        self.v = Some(self.n);
        Ok(())
    }
}

/// A sweep with enough samples to fill a small disk.
#[derive(ParametrizedSweep, Clone)]
struct Large {
    #[sweep(bounds(0, 199))]
    n: u32,
    #[result]
    text: Option<String>,
}

impl Benchmark for Large {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.text = Some(format!("{}", self.n % 10).repeat(3000));
        Ok(())
    }
}

/// How many samples were taken from the store.
fn hits(root: &Path, run_tag: &str, own: &str, clear: bool) -> u64 {
    let config = RunConfig {
        run_tag: run_tag.into(),
        clear,
        ..quiet(root)
    };
    let result = bench::<Any>(config).sweep("Any").tag(own).run().unwrap();
    result.counts().hits
}

fn store(root: &Path) -> Database {
    let opened = Database::open(root, Duration::from_secs(20), |_| ());
    opened.unwrap().0
}

#[test]
fn tags_of_runs_and_sweeps_do_not_run_together() {
    let root = tempfile::tempdir().unwrap();
    let tags = [
        ("a", "b/c"),
        ("a/b", "c"),
        ("", "a/b/c"),
        ("a", "b"),
        ("a/b", ""),
        ("a\\", "/b"),
        ("fn/x", ""),
        ("search/s", ""),
    ];
    for (run, own) in tags {
        assert_eq!(hits(root.path(), run, own, false), 0, "{run} and {own}");
    }
    for (run, own) in tags {
        assert_eq!(hits(root.path(), run, own, false), 3, "{run} and {own}");
    }
    assert_eq!(hits(root.path(), "a", "b/c", true), 0);
    for (run, own) in tags {
        assert_eq!(hits(root.path(), run, own, false), 3, "{run} and {own}");
    }
}

#[test]
fn tags_that_others_have_too_are_apart_from_them() {
    let root = tempfile::tempdir().unwrap();
    hits(root.path(), "", "fn/x", false);
    let functions = JobFunctionCache::new(Box::new(store(root.path()))).tag("x");
    functions.call("double", 1, &2, |n| 2 * n).unwrap();
    assert_eq!(functions.clear().unwrap(), 1);
    functions.call("double", 1, &2, |n| 2 * n).unwrap();
    drop(functions);
    assert_eq!(
        hits(root.path(), "", "fn/x", false),
        3,
        "samples of a sweep"
    );
    hits(root.path(), "", "fn/x", true);
    let functions = JobFunctionCache::new(Box::new(store(root.path()))).tag("x");
    functions
        .call("double", 1, &2, |_| -> i32 { panic!("it is stored") })
        .unwrap();
    drop(functions);

    let search = |others| {
        let storage = SampleStorage::new(Box::new(store(root.path())));
        let options = EvaluatorOptions::default().storage(storage);
        let square = |x: &RunningJob<'_, f64>| **x;
        Evaluator::create("serial", square, options.search_id("s").others(others)).unwrap()
    };
    let mut first = search(false);
    first.submit([1.0, 2.0]).unwrap();
    first.gather(Gather::All).unwrap();
    first.close().unwrap();
    drop(first);
    hits(root.path(), "search/s", "", true);
    assert_eq!(
        search(true).gather(Gather::All).unwrap().len(),
        2,
        "the log of a search"
    );
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let (Ok(task), Some(root)) = (std::env::var(TASK), std::env::var_os(ROOT)) else {
        return;
    };
    let mut config = RunConfig {
        store: (!root.is_empty()).then(|| PathBuf::from(&root)),
        report: ReportLocation::Disabled,
        output: OutputFormat::Json,
        ..RunConfig::default()
    };
    if task == "wander" {
        config.report = ReportLocation::Folder("out".into());
    }
    let session = Session::new(
        config,
        "child",
        bencher::sweep_executor::Interrupt::default(),
    );
    let session = Rc::new(RefCell::new(session));
    let error = if task == "fill" {
        let mut bench = Bench::<Large>::new(Rc::clone(&session)).unwrap();
        bench.sweep("Large").run().err()
    } else {
        let mut bench = Bench::<Any>::new(Rc::clone(&session)).unwrap();
        bench.prototype().go_to = (task == "wander").then(std::env::temp_dir);
        bench.sweep("Any").run().err()
    };
    if let Some(error) = &error {
        println!("\n@error {error}");
    }
    let verdict = session.borrow_mut().close(Some(&|_, folder, _, _| {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("page"), "drawn")?;
        Ok(bencher::bench::ReportOutput::default())
    }));
    println!("\n@{}", verdict == RunStatus::Fine && error.is_none());
}

fn start(task: &str, root: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(TASK, task)
        .env(ROOT, root)
        .env_remove("BENCHER_CACHE_DIR")
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// How many lines of samples say that they are in a state.
fn count(text: &str, state: &str) -> usize {
    text.matches(&format!("\"state\":\"{state}\"")).count()
}

#[test]
fn a_relative_place_stays_where_it_was_at_the_start() {
    let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for expected in ["measured", "cached"] {
        let output = start("wander", Path::new("keep"))
            .current_dir(here.path())
            .env("TMPDIR", elsewhere.path())
            .output()
            .unwrap();
        let text = text(&output);
        assert!(text.contains("@true"), "{text}");
        assert_eq!(count(&text, expected), 3, "{text}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    assert!(here.path().join("keep/samples").is_dir());
    assert!(here.path().join("out/page").is_file());
}

#[cfg(unix)]
#[test]
fn the_default_place_is_never_the_working_directory_and_no_shared_one() {
    use std::os::unix::fs::MetadataExt;
    // A copy, since it is not to lie in a target directory.
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let (work, temporary, home) = (
        dir.path().join("work"),
        dir.path().join("tmp"),
        dir.path().join("home"),
    );
    for folder in [&work, &temporary, &home] {
        fs::create_dir(folder).unwrap();
    }
    let run = |home: &Path, cache: &Path| {
        let output = Command::new(&program)
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(TASK, "run")
            .env(ROOT, "")
            .env_remove("BENCHER_CACHE_DIR")
            .env("HOME", home)
            .env("XDG_CACHE_HOME", cache)
            .env("TMPDIR", &temporary)
            .current_dir(&work)
            .output()
            .unwrap();
        text(&output)
    };
    for cache in ["", "relative"] {
        let output = run(&home, Path::new(cache));
        assert!(output.contains("@true"), "{output}");
    }
    let store = home.join(".cache/bencher");
    assert_eq!(fs::metadata(&store).unwrap().mode() & 0o777, 0o700);
    let output = run(Path::new("relative"), Path::new(""));
    assert!(
        output.contains("@error") && output.contains("--store DIR"),
        "{output}"
    );
    for folder in [&work, &temporary] {
        assert_eq!(
            fs::read_dir(folder).unwrap().count(),
            0,
            "{}",
            folder.display()
        );
    }
}

/// Takes a store's folder from this user: gives it to another, or takes the permission to write.
#[cfg(unix)]
fn make_read_only(root: &Path, owned: bool) {
    use std::os::unix::fs::{PermissionsExt, chown};
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let mode = if owned { 0o700 } else { 0o500 };
        let nobody = if owned { 0 } else { 65534 };
        if chown(&folder, Some(nobody), None).is_err() {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        }
        let entries = fs::read_dir(&folder).unwrap().flatten();
        folders.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.is_dir()),
        );
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_answers_from_what_is_stored() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(hits(root.path(), "", "", false), 0);
    let names = |path: &Path| {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = (names(root.path()), names(&root.path().join("samples")));
    make_read_only(root.path(), false);
    let output = text(&start("run", root.path()).output().unwrap());
    assert_eq!(count(&output, "cached"), 3, "{output}");
    assert!(output.contains("@true"), "{output}");
    assert!(output.contains("keeps nothing new"), "{output}");
    // What is not stored cannot be kept.
    let output = text(&start("fill", root.path()).output().unwrap());
    assert!(
        output.contains("@error") && output.contains("--store DIR"),
        "{output}"
    );
    assert_eq!(count(&output, "measured"), 0, "{output}");
    assert_eq!(
        before,
        (names(root.path()), names(&root.path().join("samples")))
    );
    make_read_only(root.path(), true);
    assert_eq!(hits(root.path(), "", "", false), 3);
}

/// A disk that a child has for itself; `None` where it cannot be had.
#[cfg(target_os = "linux")]
fn on_small_disk(folder: &Path, size: &str) -> Option<String> {
    let line = format!(
        "mount -t tmpfs -o size={size},mode=700 none {folder} || exit 77; \
         {exe} --exact child --nocapture --test-threads=1; \
         rm -f {folder}/filler; echo; echo @again; \
         {exe} --exact child --nocapture --test-threads=1",
        folder = folder.display(),
        exe = std::env::current_exe().unwrap().display(),
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &line])
        .env(TASK, "fill")
        .env(ROOT, folder.join("store"))
        .stdin(Stdio::null())
        .output()
        .ok()?;
    (output.status.code() != Some(77) && output.status.code() != Some(1) || output.status.success())
        .then(|| text(&output))
}

#[cfg(target_os = "linux")]
#[test]
fn only_what_is_durable_counts_as_measured_on_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let Some(output) = on_small_disk(folder.path(), "400k") else {
        eprintln!("not tried: no disk of its own can be had here");
        return;
    };
    let (first, second) = output.split_once("@again").expect("two runs");
    let measured = count(first, "measured");
    assert!(first.contains("@error"), "{first}");
    assert!(count(first, "not stored") > 0, "{measured} are measured");
    // The second finds what the first says that it stored, and no more than it can have.
    let cached = count(second, "cached");
    assert!(cached >= measured, "{cached} of {measured}");
    assert!(measured < 200);
}
