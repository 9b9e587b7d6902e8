//! Experiment programs: the order of their steps, their directories and outputs, and how they end.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use bencher_core::engine::{Engine, EngineContext, EngineResult, Metadata, start_with};
use bencher_core::sweeper::ParamSweeper;
use clap::Arg;
use jiff::Zoned;

/// A process runs one engine at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn run_here(engine: &mut dyn Engine, args: &[&str]) -> ExitCode {
    let _alone = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    start_with(engine, ["program"].iter().chain(args))
}

fn is_success(code: ExitCode) -> bool {
    format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS)
}

#[derive(Clone, Default)]
struct Steps(Arc<Mutex<Vec<String>>>);

impl Steps {
    fn push(&self, step: &str) {
        self.0.lock().unwrap().push(step.to_owned());
    }
}

/// An engine that writes down what it does.
struct Noted {
    name: &'static str,
    steps: Steps,
    ancestors: Vec<Noted>,
    dir: Option<PathBuf>,
    run_name: Option<&'static str>,
    fails: bool,
}

impl Noted {
    fn new(name: &'static str, steps: &Steps, ancestors: Vec<Noted>) -> Self {
        Self {
            name,
            steps: steps.clone(),
            ancestors,
            dir: None,
            run_name: None,
            fails: false,
        }
    }
}

impl Engine for Noted {
    fn ancestors(&mut self) -> Vec<&mut dyn Engine> {
        self.ancestors
            .iter_mut()
            .map(|engine| engine as &mut dyn Engine)
            .collect()
    }

    fn options(&self, command: clap::Command) -> clap::Command {
        command.arg(Arg::new(self.name).long(self.name).default_value("-"))
    }

    fn run_name(&self, _: &Zoned) -> Option<String> {
        self.run_name.map(str::to_owned)
    }

    fn result_dir(&self, run_name: &str) -> Option<PathBuf> {
        self.dir.as_ref().map(|dir| dir.join(run_name))
    }

    fn init(&mut self, cx: &mut EngineContext) -> EngineResult {
        assert!(cx.result_dir().is_dir());
        let option = cx.args().get_one::<String>(self.name).unwrap();
        self.steps.push(&format!("init {} {option}", self.name));
        if self.fails {
            Err("no such cluster".into())
        } else {
            Ok(())
        }
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        self.steps
            .push(&format!("run {} in {}", self.name, cx.run_name()));
        Ok(())
    }
}

fn family(dir: &Path) -> (Steps, Noted) {
    let steps = Steps::default();
    let root = Noted::new("root", &steps, vec![]);
    let mut base = Noted::new("base", &steps, vec![root]);
    base.dir = Some(dir.to_owned());
    base.run_name = Some("from-base");
    let mixin = Noted::new("mixin", &steps, vec![]);
    (steps.clone(), Noted::new("leaf", &steps, vec![base, mixin]))
}

#[test]
fn ancestors_come_first_and_every_init_before_every_run() {
    let dir = tempfile::tempdir().unwrap();
    let (steps, mut leaf) = family(dir.path());
    assert!(is_success(run_here(
        &mut leaf,
        &["--base", "16", "-l", "error"]
    )));
    assert_eq!(
        *steps.0.lock().unwrap(),
        [
            "init root -",
            "init base 16",
            "init mixin -",
            "init leaf -",
            "run root in from-base",
            "run base in from-base",
            "run mixin in from-base",
            "run leaf in from-base",
        ]
    );
    let metadata = Metadata::load(dir.path().join("from-base")).unwrap();
    assert_eq!(metadata.engine, "Noted");
    assert_eq!(
        metadata.runs[0].command,
        ["program", "--base", "16", "-l", "error"]
    );
    assert_eq!(metadata.runs[0].status.as_deref(), Some("succeeded"));
}

/// The name of a run and of its directory begins with it.
#[test]
fn an_engine_that_is_local_to_a_method_has_the_name_of_its_type() {
    trait Named {
        fn name(&self) -> String;
    }

    impl Named for Option<u8> {
        fn name(&self) -> String {
            struct Latency<T>(T);
            impl<T> Engine for Latency<T> {
                fn run(&mut self, _: &mut EngineContext) -> EngineResult {
                    Ok(())
                }
            }
            Engine::name(&Latency(Some(0_u8)))
        }
    }

    assert_eq!(Some(0).name(), "Latency");
}

#[test]
fn nothing_runs_where_an_init_fails() {
    let dir = tempfile::tempdir().unwrap();
    let (steps, mut leaf) = family(dir.path());
    leaf.ancestors[0].fails = true;
    assert!(!is_success(run_here(&mut leaf, &["-l", "error"])));
    assert_eq!(*steps.0.lock().unwrap(), ["init root -", "init base -"]);
    let run = Metadata::load(dir.path().join("from-base"))
        .unwrap()
        .runs
        .remove(0);
    assert_eq!(run.status.as_deref(), Some("failed: no such cluster"));
    assert_eq!(run.exit_status, Some(1));
}

#[test]
fn two_runs_of_one_name_get_two_directories_and_one_that_goes_on_gets_none() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        run_here(&mut family(dir.path()).1, &["-l", "error"]);
    }
    let second = dir.path().join("from-base-2");
    run_here(
        &mut family(dir.path()).1,
        &["-l", "error", "-c", second.to_str().unwrap()],
    );
    let runs = |name: &str| Metadata::load(dir.path().join(name)).unwrap().runs.len();
    assert_eq!((runs("from-base"), runs("from-base-2")), (1, 2));
    assert!(!dir.path().join("from-base-3").exists());
    let nowhere = dir.path().join("nowhere");
    let code = run_here(
        &mut family(dir.path()).1,
        &["-c", nowhere.to_str().unwrap()],
    );
    assert!(!is_success(code) && !nowhere.exists());
}

/// An engine that starts another one, which is refused.
struct Nested {
    dir: PathBuf,
}

impl Engine for Nested {
    fn result_dir(&self, _: &str) -> Option<PathBuf> {
        Some(self.dir.join("outer"))
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        let own = cx.result_dir().to_str().ok_or("no UTF-8")?;
        for args in [&["program"][..], &["program", "-c", own]] {
            let code = start_with(&mut family(&self.dir).1, args);
            assert!(!is_success(code), "{args:?}");
        }
        Ok(())
    }
}

#[test]
fn a_start_that_is_refused_leaves_no_run_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let mut outer = Nested {
        dir: dir.path().to_owned(),
    };
    // Another run of this process, and a directory that another has.
    assert!(is_success(run_here(&mut outer, &["-l", "error"])));
    let names = |dir: &Path| -> Vec<_> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(dir.path()), ["outer"]);
    let path = dir.path().join("outer");
    let outer_runs = || Metadata::load(&path).unwrap().runs.len();
    assert_eq!(outer_runs(), 1);
    // A directory of another engine, a wrong option, and outputs that cannot be written.
    let own = path.to_str().unwrap();
    assert!(!is_success(run_here(
        &mut family(dir.path()).1,
        &["-c", own]
    )));
    assert!(!is_success(run_here(
        &mut outer,
        &["-c", own, "--no-such-option"]
    )));
    if cfg!(unix) {
        let before = names(&path);
        fs::create_dir(path.join("stderr")).unwrap();
        assert!(!is_success(run_here(&mut outer, &["-R", "-c", own])));
        fs::remove_dir(path.join("stderr")).unwrap();
        assert_eq!(names(&path), before);
    }
    assert_eq!(outer_runs(), 1);
    assert!(is_success(run_here(
        &mut outer,
        &["-l", "error", "-c", own]
    )));
    assert_eq!(outer_runs(), 2);
    assert_eq!(names(dir.path()), ["outer"]);
}

/// What a child does, where, and its arguments; set only for the child.
const TASK: &str = "BENCHER_TEST_ENGINE_TASK";
const DIR: &str = "BENCHER_TEST_ENGINE_DIR";
const ARGS: &str = "BENCHER_TEST_ENGINE_ARGS";
/// How many lines a chatty child writes.
const LINES: usize = 20_000;

struct Chatty {
    dir: PathBuf,
    task: String,
}

impl Engine for Chatty {
    fn result_dir(&self, _: &str) -> Option<PathBuf> {
        Some(self.dir.join("run"))
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        match self.task.as_str() {
            "sweep" => sweep(cx),
            "wait" => wait(),
            "heed" => {
                let stop = cx.stop_flag();
                println!("@ready");
                while !stop.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                println!("as you wish");
                Ok(())
            }
            how => {
                for n in 0..LINES {
                    println!("out {n}");
                    eprintln!("err {n}");
                }
                // Its output goes the same way; and one that outlives the program keeps nobody waiting.
                let shell = |script: &str| Command::new("sh").args(["-c", script]).status();
                assert!(shell("echo from a child; echo and its error >&2; sleep 60 &")?.success());
                print!("the end");
                match how {
                    "exit" => std::process::exit(7),
                    "panic" => panic!("no such luck"),
                    "chat, wait" => wait(),
                    _ => Ok(()),
                }
            }
        }
    }
}

fn wait() -> EngineResult {
    println!("\n@ready");
    // Until it is killed, or whoever started it is gone.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Err("nobody killed it".into())
}

/// Takes all of a work list in the result directory, but dies half way at first.
fn sweep(cx: &EngineContext) -> EngineResult {
    let sweeper = ParamSweeper::open(cx.file("sweep"), 0..10_u32)?;
    for n in &sweeper {
        let n = n?;
        println!("working on {n}");
        if n == 5 && !cx.is_continued() {
            std::process::abort();
        }
        sweeper.done(&n)?;
    }
    Ok(())
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let args = std::env::var(ARGS).unwrap();
    let mut engine = Chatty { dir, task };
    let code = start_with(
        &mut engine,
        ["chatty"].into_iter().chain(args.split_whitespace()),
    );
    std::process::exit(if is_success(code) { 0 } else { 3 });
}

fn start(dir: &Path, task: &str, args: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child",
            "--nocapture",
            "--test-threads=1",
            "--quiet",
        ])
        .env(TASK, task)
        .env(DIR, dir)
        .env(ARGS, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a child to its end; what it wrote to where the outputs went before.
fn run(dir: &Path, task: &str, args: &str) -> (Option<i32>, String, String) {
    let mut child = start(dir, task, args);
    let mut out = child.stdout.take().unwrap();
    let out = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    (child.wait().unwrap().code(), out.join().unwrap(), err)
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join("run").join(name)).unwrap()
}

fn numbered(what: &str) -> String {
    let lines = (0..LINES).map(|n| format!("{what} {n}\n"));
    lines.collect::<Vec<_>>().concat()
}

fn last_run(dir: &Path) -> (Option<String>, Option<u8>) {
    let run = Metadata::load(dir.join("run")).unwrap().runs.pop().unwrap();
    assert_eq!(run.end.is_some(), run.status.is_some());
    (run.status, run.exit_status)
}

#[test]
fn a_copy_is_complete_however_the_program_ends() {
    for (task, status, code) in [
        ("chat", "succeeded", Some(0)),
        ("exit", "ended by `exit`", Some(7)),
        ("panic", "panicked", Some(3)),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (ended, out, _) = run(dir.path(), task, "-L");
        assert_eq!(ended, code);
        let copy = read(dir.path(), "stdout");
        assert_eq!(copy, numbered("out") + "from a child\nthe end", "{task}");
        assert!(out.contains(&copy), "{task}");
        let err = read(dir.path(), "stderr");
        assert!(err.contains("command line: chatty -L\n"), "{err:.200}");
        assert!(err.contains("err 19999\nand its error\n"));
        assert_eq!(err.contains("no such luck"), task == "panic");
        assert_eq!(last_run(dir.path()).0.as_deref(), Some(status));
    }
}

/// Reads what a child writes until it is ready; then sends it a signal, and reads the rest.
fn signal(child: &mut Child, name: &str) -> String {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.ends_with("@ready\n") {
        assert!(
            out.read_line(&mut text).unwrap() > 0,
            "it ended: {text:.1000}"
        );
    }
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args([name, &id])
            .status()
            .unwrap()
            .success()
    );
    out.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_copy_is_complete_when_a_signal_ends_the_program() {
    use std::os::unix::process::ExitStatusExt;
    for (name, number) in [("-TERM", 15_u8), ("-INT", 2)] {
        let dir = tempfile::tempdir().unwrap();
        let mut child = start(dir.path(), "chat, wait", "-L -M");
        let mut err = child.stderr.take().unwrap();
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        let out = signal(&mut child, name);
        assert_eq!(
            child.wait().unwrap().signal(),
            Some(i32::from(number)),
            "as any other program"
        );
        let copy = read(dir.path(), "stdout+stderr");
        // Each in its order; between the two there is none.
        let of = |what: &str| {
            let lines = copy.lines().filter(|line| line.starts_with(what));
            lines
                .flat_map(|line| [line, "\n"])
                .collect::<Vec<_>>()
                .concat()
        };
        assert_eq!((of("out"), of("err")), (numbered("out"), numbered("err")));
        assert!(out.contains(&numbered("out")) && err.join().unwrap().contains(&numbered("err")));
        assert!(copy.contains("from a child\n") && copy.contains("the end"));
        let status = format!("ended by signal {number}");
        assert_eq!(last_run(dir.path()), (Some(status), Some(128 + number)));
    }
}

#[test]
fn redirected_outputs_are_in_the_files_only() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run(dir.path(), "chat", "-L -R");
    assert_eq!(code, Some(0));
    assert_eq!(
        read(dir.path(), "stdout"),
        numbered("out") + "from a child\nthe end"
    );
    assert!(read(dir.path(), "stderr").ends_with("err 19999\nand its error\n"));
    assert!(!out.contains("out 1") && err.is_empty(), "{err:.1000}");
}

#[test]
fn an_engine_that_heeds_signals_ends_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = start(dir.path(), "heed", "-L");
    let out = signal(&mut child, "-TERM");
    assert!(out.contains("as you wish"), "{out}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(last_run(dir.path()).0.as_deref(), Some("succeeded"));
}

#[test]
fn a_run_that_was_killed_goes_on_with_nothing_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let (code, ..) = run(dir.path(), "sweep", "-R");
    assert_eq!(code, None, "it was killed");
    assert_eq!(last_run(dir.path()), (None, None));
    let go_on = format!("-R -c {}", dir.path().join("run").display());
    let (code, ..) = run(dir.path(), "sweep", &go_on);
    assert_eq!(code, Some(0));
    let all: String = [0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]
        .map(|n| format!("working on {n}\n"))
        .concat();
    assert_eq!(
        read(dir.path(), "stdout"),
        all,
        "the second run added to the file"
    );
    let runs = Metadata::load(dir.path().join("run")).unwrap().runs;
    assert_eq!((runs.len(), &runs[0].end), (2, &None));
    assert_eq!(runs[1].status.as_deref(), Some("succeeded"));
}

#[test]
fn a_directory_is_one_programs_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = start(dir.path(), "wait", "");
    let mut out = BufReader::new(first.stdout.take().unwrap()).lines();
    assert!(out.any(|line| line.unwrap() == "@ready"));
    let (code, _, err) = run(
        dir.path(),
        "chat",
        &format!("-c {}", dir.path().join("run").display()),
    );
    assert_eq!(code, Some(3));
    assert!(err.contains("is in use by process "), "{err}");
    if cfg!(target_os = "linux") {
        assert!(err.contains(&first.id().to_string()), "{err}");
    }
    drop(first.stdin.take());
    assert_eq!(first.wait().unwrap().code(), Some(3));
    assert_eq!(
        last_run(dir.path()).0.as_deref(),
        Some("failed: nobody killed it")
    );
}

#[test]
fn what_it_prints_of_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, _) = run(dir.path(), "chat", "--help");
    assert_eq!(code, Some(0));
    for option in [
        "-l, --log-level <LEVEL>",
        "-L, --copy-output",
        "-R, --redirect-output",
        "-M, --merge-output",
        "-c, --continue <DIR>",
    ] {
        assert!(out.contains(option), "{out}");
    }
    assert!(!dir.path().join("run").exists(), "it was only asked");
    let (code, _, err) = run(dir.path(), "chat", "-l loud");
    assert!(
        code == Some(3) && err.contains("error, warn, info, debug, trace"),
        "{err}"
    );
    std::io::stdout().flush().unwrap();
}
