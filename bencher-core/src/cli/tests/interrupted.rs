//! A real Ctrl-C: the state of a sweep is torn down, then the result is stored, then the report is drawn.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use super::super::{INTERRUPTED, run_session, settings};
use crate::bench::{Bench, ReportOutput};
use crate::context::Context;
use crate::store::list_results;
use crate::sweep_executor::{Benchmark, Result};
use crate::value::{Kind, Value};
use crate::var::{
    Direction, DomainError, DomainOf, InputRole, InputVar, ParametrizedSweep, ResultVar, Schema,
    SweepValue,
};

/// Where the child keeps everything; set only for the child.
const ROOT: &str = "BENCHER_TEST_INTERRUPTED_ROOT";

/// More samples than any child takes before it is interrupted.
const POINTS: u64 = 200_000;

#[derive(Clone, Default)]
struct Endless {
    n: u64,
    twice: Option<u64>,
}

impl ParametrizedSweep for Endless {
    const SCHEMA: Schema = Schema {
        name: "Endless",
        module: "tests",
        package: "tests",
        target: crate::var::CargoTarget::Unknown,
        doc: "",
        version: 1,
        inputs: &[InputVar {
            name: "n",
            doc: "",
            units: "",
            kind: Kind::Uint(64),
            role: InputRole::Swept,
            domain: || DomainOf::<u64>::new().bounds(1, POINTS).finish(),
            variants: || &[],
        }],
        results: &[ResultVar {
            name: "twice",
            doc: "",
            units: "",
            kind: Kind::Uint(64),
            direction: Direction::None,
            timed: false,
            own_axis: false,
            meaning_version: 1,
            formula: "",
            counter: None,
            parts: &[],
            claims: &[],
        }],
    };

    fn baseline() -> std::result::Result<Self, DomainError> {
        Ok(Self::default())
    }

    fn input(&self, _: usize) -> Option<Value> {
        Some(self.n.to_value())
    }

    fn set_input(&mut self, _: usize, value: &Value) -> bool {
        u64::from_value(value).map(|n| self.n = n).is_some()
    }

    fn take_result(&mut self, _: usize) -> Option<Value> {
        self.twice.take().map(Value::from)
    }
}

/// The server, the table, the connection: whatever must be closed when the sweep ends.
struct Server {
    root: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        log(&self.root, "torn down");
    }
}

impl Benchmark for Endless {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let root = root().ok_or("only the child runs this")?;
        let server = cx.per_sweep(|| Ok::<_, std::io::Error>(Server { root }))?;
        if self.n == 20 {
            log(&server.root, "in the middle");
        }
        self.twice = Some(self.n * 2);
        Ok(())
    }
}

fn root() -> Option<PathBuf> {
    std::env::var_os(ROOT).map(PathBuf::from)
}

/// Notes what happens, and how many results are stored by then.
fn log(root: &Path, what: &str) {
    let results = list_results(root).map_or(0, |results| results.len());
    let log = OpenOptions::new()
        .append(true)
        .create(true)
        .open(root.join("log"));
    writeln!(log.unwrap(), "{what}, {results} results").unwrap();
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some(root) = root() else {
        return;
    };
    let mut args: Vec<OsString> = ["child", "--no-config", "--store"].map(Into::into).to_vec();
    args.push(root.clone().into());
    let settings = settings(&Endless::SCHEMA, "child", args, &|_| None, &root);
    let folder = root.clone();
    let status = run_session(
        settings.unwrap(),
        "child".to_owned(),
        Some(&move |records, _, _, _| {
            log(&folder, &format!("report of {}", records.len()));
            Ok(ReportOutput::default())
        }),
        |session| {
            let mut bench = Bench::<Endless>::new(std::rc::Rc::clone(session))?;
            bench.sweep("Endless").run().map(drop)
        },
    );
    assert_eq!(status, ExitCode::from(INTERRUPTED));
    log(&root, "ended");
}

#[test]
fn an_interrupt_tears_down_before_the_result_is_kept_and_drawn() {
    let root = tempfile::tempdir().unwrap();
    let name = format!("{}::child", module_path!().split_once("::").unwrap().1);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(ROOT, root.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let read = || fs::read_to_string(root.path().join("log")).unwrap_or_default();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !read().contains("in the middle") {
        assert!(Instant::now() < deadline, "the child got nowhere");
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "the child ended before it was killed"
        );
        std::thread::yield_now();
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    assert!(child.wait().unwrap().success(), "{}", read());
    let log = read();
    let lines: Vec<&str> = log.lines().collect();
    let expected = [
        "in the middle, 0 results",
        "torn down, 0 results",
        "report of 1, 1 results",
        "ended, 1 results",
    ];
    assert_eq!(lines, expected);
}
