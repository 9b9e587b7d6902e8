//! Stores with histories whose numbers are known.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::assigning_clones,
    clippy::cast_lossless,
    clippy::cast_precision_loss,
    reason = "a test may fail, and its counts are small"
)]

pub(crate) mod everything;
pub(crate) mod python;

use std::path::Path;
use std::process::{Command, Output};

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::history::{AppendOptions, SnapshotState, append};
use bencher_core::measure::Environment;
use bencher_core::measure::environment::{Activity, Build};
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::save_result;
use bencher_core::value::{Kind, Value};
use bencher_core::var::{Direction, Scale};

/// A name that would be a script if any page took it for markup.
pub(crate) const EVIL: &str = "</script><img src=x onerror=alert(1)>";

/// Runs the tool.
pub(crate) fn tool(folder: &Path, args: &[&str]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_cargo-bencher"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BENCHER_") {
            tool.env_remove(name);
        }
    }
    tool.arg("bencher");
    tool.current_dir(folder).args(args).output().unwrap()
}

/// What the tool prints, if it succeeds.
pub(crate) fn printed(folder: &Path, args: &[&str]) -> String {
    let ran = tool(folder, args);
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{args:?}: {errors}");
    String::from_utf8(ran.stdout).unwrap()
}

/// Noise in -1..1 that is the same on every run.
pub(crate) fn noise(seed: u64) -> f64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

pub(crate) fn time(name: &str) -> VariableInfo {
    let mut info = VariableInfo::new(name, Kind::Seconds);
    info.timed = true;
    info.units = "s".to_owned();
    info.direction = Direction::Minimize;
    info
}

pub(crate) fn count(name: &str) -> VariableInfo {
    let mut info = VariableInfo::new(name, Kind::Uint(64));
    info.direction = Direction::Minimize;
    info
}

pub(crate) fn sizes(name: &str, sizes: &[u64]) -> Dim {
    let mut dim = Dim::input(
        name,
        Kind::Uint(64),
        sizes.iter().copied().map(Value::from).collect(),
    );
    dim.scale = Scale::Log;
    dim
}

pub(crate) fn names(name: &str, names: &[&str]) -> Dim {
    let names = names.iter().map(|name| Value::from(*name)).collect();
    Dim::input(name, Kind::Category, names)
}

/// A record whose cells are what `cell` gives for a result and positions on all dimensions; none for a failed sample.
pub(crate) fn record(
    title: &str,
    dims: Vec<Dim>,
    results: Vec<VariableInfo>,
    cell: impl Fn(&str, &[usize]) -> Option<Value>,
) -> SweepRecord {
    let names: Vec<String> = results.iter().map(|info| info.name.clone()).collect();
    let mut dataset = Dataset::new(title, dims, results).unwrap();
    let mut failed = 0;
    for (n, name) in names.iter().enumerate() {
        for flat in 0..dataset.len() {
            let position = dataset.position(flat).unwrap();
            let variable = dataset.variable_mut(n).unwrap();
            if let Some(value) = cell(name, &position) {
                variable.record(flat, &value, CellState::Measured).unwrap();
            } else {
                failed += 1;
                let reason = Some("index out of bounds".into());
                variable
                    .record_absent(flat, CellState::Failed, reason)
                    .unwrap();
            }
        }
    }
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: title.to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: String::new(),
        counts: Counts {
            submitted: dataset.len() as u64,
            executed: dataset.len() as u64,
            failed,
            ..Counts::default()
        },
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: "demo (bench)/sorting::Sorting".to_owned(),
        version: 1,
        identity: None,
        environment: Some(environment()),
    }
}

fn environment() -> Environment {
    Environment {
        cpu: Some("Example 9000".to_owned()),
        cores: Some(8),
        cores_allowed: Some(8),
        governor: None,
        turbo: None,
        memory_bytes: Some(16_000_000_000),
        virtual_machine: None,
        container: None,
        os: "Example OS 1".to_owned(),
        kernel: None,
        architecture: "x86_64".to_owned(),
        host: Some("node1".to_owned()),
        build: Build {
            rustc: "rustc 1.90.0".to_owned(),
            debug_assertions: false,
            opt_level: "3".to_owned(),
            features: Vec::new(),
        },
        git: None,
        load: None,
        running: None,
        activity: Activity::default(),
        clock_precision_s: None,
        loop_overhead_s: None,
    }
}

/// Stores a run of a history: the nth of March, under the label `PR n`.
pub(crate) fn keep(root: &Path, n: u64, record: &SweepRecord, state: SnapshotState) {
    let moment = format!("2026-03-{n:02}T12:00:00Z");
    let record = SweepRecord {
        started: moment.clone(),
        ..record.clone()
    };
    let options = AppendOptions {
        moment: Some(moment.parse().unwrap()),
        commit: Some(format!(
            "{:016x}{:024x}",
            0xa1b2_c3d4_e5f6_0718_u64.wrapping_mul(n),
            n
        )),
        state,
        ..AppendOptions::default()
    };
    append(root, &record, format!("PR {n}").into(), &options).unwrap();
}

/// How much slower a program is in its nth run: by 30 % from PR 7 on, mended with PR 10.
pub(crate) fn slowness(n: u64) -> f64 {
    if (7..10).contains(&n) { 1.3 } else { 1.0 }
}

/// The decision about the nth run: PR 7 failed, PR 8 was accepted.
pub(crate) fn decision(n: u64) -> SnapshotState {
    match n {
        7 => SnapshotState::Failed {
            reason: "elapsed of the sweep: regression: 30 % above the baseline".to_owned(),
        },
        8 => SnapshotState::Accepted {
            reason: "the checksum is worth it".to_owned(),
        },
        _ => SnapshotState::Good,
    }
}

/// A sweep of one point: a time in twelve runs.
pub(crate) fn one_point(root: &Path) {
    for n in 1..=12 {
        let elapsed = |_: &str, at: &[usize]| {
            let noise = noise(n * 100) * 0.004 + noise(n * 100 + at[0] as u64 + 1) * 0.003;
            Some(Value::Float(1.83e-3 * slowness(n) * (1.0 + noise)))
        };
        let record = record(
            "Start",
            vec![Dim::repeats(12)],
            vec![time("elapsed")],
            elapsed,
        );
        keep(root, n, &record, decision(n));
    }
}

/// The time of a sweep over sizes and algorithms.
pub(crate) fn cost(n: u64, at: &[usize]) -> f64 {
    let size = 10_f64.powi(i32::try_from(at[0]).unwrap() + 2);
    let factor = [1.0, 1.6, 0.55][at[1]];
    let noise = noise(n * 1000 + at[0] as u64 * 37 + at[1] as u64 * 11) * 0.004;
    size * size.log2() * 2e-9 * factor * slowness(n) * (1.0 + noise)
}

/// A sweep of a numeric input and a category in twelve runs; a sample fails in the last one.
pub(crate) fn curves(root: &Path) {
    for n in 1..=12 {
        let dims = vec![
            sizes("len", &[100, 1000, 10_000, 100_000]),
            names("algo", &["quick", "merge", "radix"]),
            Dim::repeats(6),
        ];
        let cell = |result: &str, at: &[usize]| match result {
            _ if n == 12 && at[..2] == [3, 1] => None,
            "moves" => Some(Value::from(
                10_u64.pow(u32::try_from(at[0]).unwrap() + 2) * 3,
            )),
            _ => {
                let within = noise(n * 31 + at[2] as u64) * 0.002;
                Some(Value::Float(cost(n, at) * (1.0 + within)))
            }
        };
        let record = record(
            "By length",
            dims,
            vec![time("elapsed"), count("moves")],
            cell,
        );
        keep(root, n, &record, decision(n));
    }
}

/// A sweep of two numeric inputs and a category in six runs, under a tag.
pub(crate) fn maps(root: &Path) {
    for n in 1..=6 {
        let dims = vec![
            sizes("rows", &[1, 2, 4, 8, 16, 32]),
            sizes("columns", &[1, 2, 4, 8, 16]),
            names("layout", &["dense", "sparse"]),
            Dim::repeats(1),
        ];
        let cell = |_: &str, at: &[usize]| {
            if at[..3] == [5, 4, 1] {
                return None;
            }
            let work = 2_f64.powi(i32::try_from(at[0] + at[1]).unwrap()) + 3.0;
            let slow = if n == 6 && at[2] == 1 {
                1.0 + 0.06 * at[1] as f64
            } else {
                1.0
            };
            let noise = 1.0 + 0.01 * noise(n * 999 + (at[0] * 31 + at[1] * 7 + at[2]) as u64);
            Some(Value::Float(work * 1e-6 * slow * noise))
        };
        let mut info = VariableInfo::new("latency", Kind::Seconds);
        info.units = "s".to_owned();
        info.direction = Direction::Minimize;
        let mut record = record("Transpose", dims, vec![info], cell);
        record.tag = "nightly".to_owned();
        keep(root, n, &record, SnapshotState::Good);
    }
}

/// Two stored results of sweeps that keep no history: a count that grew by a tenth at one of two points, a number that
/// shrank and is to be large, one that vanished, and one that stayed.
pub(crate) fn results(root: &Path) {
    for n in 0..2 {
        let dims = vec![sizes("items", &[10, 20]), Dim::repeats(1)];
        let cell = |result: &str, at: &[usize]| match result {
            "moves" => Some(Value::from(100 + if at[0] == 1 { 10 * n } else { 0 })),
            "ratio" => Some(Value::Float(2.0 - 0.5 * n as f64)),
            _ => Some(Value::from(7_u64)),
        };
        let mut ratio = VariableInfo::new("ratio", Kind::Float(64));
        ratio.direction = Direction::Maximize;
        let mut infos = vec![count("moves"), ratio, count("levels")];
        if n == 0 {
            infos.push(count("spills"));
        }
        let mut record = record("Packing", dims, infos, cell);
        record.bench = "Packing".to_owned();
        record.sweep_type = "demo (bench)/packing::Packing".to_owned();
        record.started = format!("2026-03-{:02}T12:00:00Z", 10 + n);
        save_result(root, &record).unwrap();
    }
}

/// A sweep that became slower by 20 % with the ninth of twelve runs; nobody judged the runs.
pub(crate) fn regression(root: &Path) {
    for n in 1..=12 {
        let slow = if n >= 9 { 1.2 } else { 1.0 };
        let elapsed = |_: &str, at: &[usize]| {
            let noise = noise(n * 77 + at[0] as u64) * 0.004;
            Some(Value::Float(3.1e-6 * slow * (1.0 + noise)))
        };
        let mut record = record(
            "Parse",
            vec![Dim::repeats(12)],
            vec![time("elapsed")],
            elapsed,
        );
        record.bench = "Parse".to_owned();
        record.sweep_type = "demo (bench)/parse::Parse".to_owned();
        keep(root, n, &record, SnapshotState::Good);
    }
}

/// A sweep whose names are markup.
pub(crate) fn hostile(root: &Path) {
    for n in 1..=3 {
        let dims = vec![names(EVIL, &["%{x}<b>", "b"]), Dim::repeats(1)];
        let cell = |_: &str, at: &[usize]| Some(Value::from((at[0] as u64 + 2) * (n + 1)));
        let mut record = record(EVIL, dims, vec![count(&format!("{EVIL}%{{y}}"))], cell);
        record.tag = EVIL.to_owned();
        let options = AppendOptions {
            commit: Some(EVIL.to_owned()),
            state: SnapshotState::Failed {
                reason: EVIL.to_owned(),
            },
            moment: Some(format!("2026-03-{n:02}T12:00:00Z").parse().unwrap()),
            ..AppendOptions::default()
        };
        append(root, &record, EVIL.into(), &options).unwrap();
    }
}
