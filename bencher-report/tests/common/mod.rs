//! Records as sweeps leave them, of every shape that the report has a figure for.

#![allow(dead_code, reason = "each test file uses its own part of these")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::assigning_clones
)]
#![allow(
    clippy::cast_precision_loss,
    reason = "small counts become coordinates"
)]

use bencher_core::dataset::{CellState, Dataset, Dim, DimRole, VariableInfo};
use bencher_core::record::{ConstantValue, Counts, Failure, SweepRecord};
use bencher_core::value::{Kind, Value};
use bencher_core::var::{Direction, Scale};

pub(crate) mod contents;
pub(crate) mod inputs;
pub(crate) mod labels;

/// A name that would be a script if any renderer took it for markup.
pub(crate) const EVIL: &str = "</script><img src=x onerror=alert(1)>";

/// Noise in -1..1 that is the same on every run.
pub(crate) fn noise(seed: usize) -> f64 {
    let mut x = (seed as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

pub(crate) fn numbers(name: &str, units: &str, values: &[f64]) -> Dim {
    let values = values.iter().map(|x| Value::Float(*x)).collect();
    let mut dim = Dim::input(name, Kind::Float(64), values);
    dim.units = units.to_owned();
    dim
}

pub(crate) fn powers(name: &str, units: &str, low: u32, high: u32) -> Dim {
    let values = (low..=high).map(|n| Value::from(1_u64 << n)).collect();
    let mut dim = Dim::input(name, Kind::Uint(64), values);
    dim.scale = Scale::Log;
    dim.units = units.to_owned();
    dim.doc = "Number of elements".to_owned();
    dim
}

pub(crate) fn levels(name: &str, levels: &[&str]) -> Dim {
    let values = levels.iter().map(|level| Value::from(*level)).collect();
    Dim::input(name, Kind::Category, values)
}

pub(crate) fn truths(name: &str) -> Dim {
    let values = vec![Value::Bool(false), Value::Bool(true)];
    Dim::input(name, Kind::Bool, values)
}

pub(crate) fn snapshots(count: u32) -> Dim {
    let mut dim = Dim::repeats(count);
    dim.name = "over_time".to_owned();
    dim.role = DimRole::Time;
    dim
}

pub(crate) fn result(name: &str, units: &str, kind: Kind) -> VariableInfo {
    let mut info = VariableInfo::new(name, kind);
    info.units = units.to_owned();
    info.direction = Direction::Minimize;
    info.doc = format!("What `{name}` says");
    info
}

/// A dataset whose cells are what `cell` gives for positions on all dimensions.
pub(crate) fn dataset(
    dims: Vec<Dim>,
    variables: Vec<VariableInfo>,
    cell: impl Fn(&str, &[usize]) -> Result<Value, (CellState, &'static str)>,
) -> Dataset {
    let names: Vec<String> = variables.iter().map(|info| info.name.clone()).collect();
    let mut dataset = Dataset::new("Demo", dims, variables).unwrap();
    for (n, name) in names.iter().enumerate() {
        for flat in 0..dataset.len() {
            let position = dataset.position(flat).unwrap();
            let variable = dataset.variable_mut(n).unwrap();
            match cell(name, &position) {
                Ok(value) => variable.record(flat, &value, CellState::Measured).unwrap(),
                Err((state, reason)) => {
                    let reason = (!reason.is_empty()).then(|| reason.into());
                    variable.record_absent(flat, state, reason).unwrap();
                }
            }
        }
    }
    dataset
}

pub(crate) fn record(title: &str, dataset: Dataset) -> SweepRecord {
    SweepRecord {
        bench: "Demo".to_owned(),
        title: title.to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: "2026-11-20T10:00:00Z".to_owned(),
        counts: Counts {
            submitted: dataset.len() as u64,
            executed: dataset.len() as u64,
            ..Counts::default()
        },
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: String::new(),
        version: 1,
        identity: None,
        environment: None,
    }
}

fn cost(position: &[usize], seed: usize) -> f64 {
    let n = 2_f64.powi(i32::try_from(position[0]).unwrap() + 4);
    let factor = [1.0, 1.6, 0.55][position[1] % 3];
    n * n.log2() * 2e-9 * factor * (1.0 + 0.12 * noise(seed))
}

/// One record for every figure, with cells that failed, were skipped or never ran.
#[allow(clippy::too_many_lines, reason = "a list")]
pub(crate) fn gallery() -> Vec<SweepRecord> {
    let algos = || levels("algo", &["quick", "merge", "radix"]);
    let sizes = || powers("len", "elements", 4, 16);
    let elapsed = || vec![result("elapsed", "s", Kind::Seconds)];
    let float = |x: f64| Ok(Value::Float(x));

    let mut curve = record(
        "Curves over repeats",
        dataset(
            vec![sizes(), algos(), Dim::repeats(8)],
            elapsed(),
            |_, at| match (at[0], at[1], at[2]) {
                (5, 2, _) => Err((CellState::Failed, "index out of bounds")),
                (9, 0, 0..=2) => Err((CellState::TimedOut, "took longer than 2 s")),
                (12, 1, _) => Err((CellState::Skipped, "too slow to be of interest")),
                (n, algo, repeat) => float(cost(at, n * 100 + algo * 10 + repeat)),
            },
        ),
    );
    curve.description = "Cost of sorting random numbers.\n\nEvery point is run eight times, in \
                         shuffled rounds."
        .to_owned();
    curve.post_description = "Radix sort has no comparison to make.".to_owned();
    curve.warnings = vec!["This is a debug build: the times are not those of a release.".into()];
    curve.constants.push(ConstantValue {
        name: "seed".to_owned(),
        value: Value::from(7),
        units: String::new(),
    });
    curve.failures.push(Failure {
        inputs: vec![
            ("len".into(), Value::from(512)),
            ("algo".into(), Value::from("radix")),
        ],
        repeat: 1,
        error: "index out of bounds: the len is 256 but the index is 256\n  at src/radix.rs:88"
            .to_owned(),
    });
    curve.counts.failed = 8;
    curve.counts.skipped = 8;
    let late = |n| format!("round {n} took 1.5 times as long as the round before");
    curve.warnings.extend((2..20).map(late));
    curve.timings = vec![("run".to_owned(), 12.34), ("collect".to_owned(), 0.021)];

    let mut records = vec![
        curve,
        record(
            "A line",
            dataset(
                vec![numbers(
                    "temperature",
                    "°C",
                    &[10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
                )],
                vec![result("speed", "m/s", Kind::Float(64))],
                |_, at| match at[0] {
                    2 => Err((CellState::Failed, "sensor lost")),
                    4 => Err((CellState::Pending, "")),
                    n => float(300.0 + 7.0 * n as f64 + noise(n)),
                },
            ),
        ),
        record(
            "Bars",
            dataset(
                vec![algos(), truths("presorted")],
                elapsed(),
                |_, at| match (at[0], at[1]) {
                    (1, 1) => Err((CellState::Failed, "stack overflow")),
                    (a, b) => float(0.02 + 0.01 * a as f64 + 0.005 * b as f64),
                },
            ),
        ),
        record(
            "Boxes",
            dataset(
                vec![algos(), truths("presorted"), Dim::repeats(24)],
                elapsed(),
                |_, at| match (at[0], at[1], at[2]) {
                    (2, 0, _) => Err((CellState::Skipped, "not for this input")),
                    (0, 0, 3) => float(0.09),
                    (a, b, r) => {
                        let base = 0.02 + 0.01 * a as f64 + 0.005 * b as f64;
                        float(base * (1.0 + 0.2 * noise(a * 1000 + b * 100 + r)))
                    }
                },
            ),
        ),
        record(
            "Boxes side by side",
            dataset(
                vec![
                    algos(),
                    truths("presorted"),
                    levels("codec", &["lz4", "zstd"]),
                    Dim::repeats(12),
                ],
                elapsed(),
                |_, at| {
                    let seed = at[0] * 1000 + at[1] * 100 + at[2] * 50 + at[3];
                    let base = 0.02 + 0.01 * at[0] as f64 + 0.008 * at[2] as f64;
                    float(base * (1.0 + 0.2 * noise(seed)))
                },
            ),
        ),
        record(
            "Heat map",
            dataset(
                vec![
                    powers("size", "B", 6, 20),
                    powers("threads", "", 0, 6),
                    Dim::repeats(3),
                ],
                vec![result("throughput", "B/s", Kind::Float(64))],
                |_, at| match (at[0], at[1]) {
                    (3, 2) => Err((CellState::Failed, "out of memory")),
                    (0 | 1, 6) => Err((CellState::Skipped, "more threads than bytes")),
                    (14, 5) => Err((CellState::Missing, "")),
                    (13, 6) => Err((CellState::Pending, "")),
                    (a, b) => float(
                        1e6 * (a as f64 + 1.0).powi(2)
                            * (1.0 + b as f64).sqrt()
                            * (1.0 + 0.1 * noise(a * 100 + b * 10 + at[2])),
                    ),
                },
            ),
        ),
        record(
            "Facets",
            dataset(
                vec![
                    sizes(),
                    algos(),
                    truths("presorted"),
                    levels("codec", &["lz4", "zstd"]),
                    Dim::repeats(4),
                ],
                elapsed(),
                |_, at| {
                    let seed = at.iter().fold(0, |seed, n| seed * 31 + n);
                    if (at[0], at[1], at[2]) == (6, 1, 1) {
                        return Err((CellState::Failed, "no memory"));
                    }
                    float(cost(at, seed) * (1.0 + at[2] as f64) * (1.0 + 2.0 * at[3] as f64))
                },
            ),
        ),
        record(
            "Heat maps over a third input",
            dataset(
                vec![
                    numbers("x", "mm", &[0.0, 0.5, 1.0, 1.5, 2.0]),
                    numbers("y", "mm", &[0.0, 1.0, 2.0, 3.0]),
                    numbers("z", "mm", &[0.0, 10.0, 20.0]),
                ],
                vec![result("field", "T", Kind::Float(64))],
                |_, at| match (at[0], at[1], at[2]) {
                    (1, 1, 1) => Ok(Value::Float(f64::NAN)),
                    (x, y, z) => float((x as f64).sin() + y as f64 + z as f64 * 2.0),
                },
            ),
        ),
        record(
            "Truth, text and a distribution",
            dataset(
                vec![Dim::repeats(200)],
                vec![
                    result("latency", "µs", Kind::Float(64)),
                    result("found", "", Kind::Bool),
                ],
                |name, at| match name {
                    "found" => Ok(Value::Bool(noise(at[0]) > -0.4)),
                    _ => float(80.0 + 10.0 * (noise(at[0]) + noise(at[0] + 999))),
                },
            ),
        ),
        record(
            "Proportions and messages",
            dataset(
                vec![algos(), Dim::repeats(16)],
                vec![
                    result("found", "", Kind::Bool),
                    result("message", "", Kind::Text),
                ],
                |name, at| match (name, at[0], at[1]) {
                    ("message", 1, 2) => Err((CellState::Failed, "no answer")),
                    ("message", a, r) => Ok(Value::from(format!("answer {a}.{r}"))),
                    (_, a, r) => Ok(Value::Bool(noise(a * 100 + r) > a as f64 * 0.4 - 0.6)),
                },
            ),
        ),
        inputs::variants(),
        inputs::zipped(),
        inputs::nightly(),
        inputs::narrow(),
        contents::images(),
        contents::files(),
    ];
    records.extend(contents::tables());
    records.push(evil());
    records
}

/// A record all of whose texts are attacks or troubles.
pub(crate) fn evil() -> SweepRecord {
    let quote = "it's \"µs/日\" 🦀 \\ _x^2_ {a} %{y} $PATH `id` \u{7}\n\u{2028} end";
    let mut len = numbers(quote, "µs/日", &[1.0, 2.0, 3.0]);
    len.doc = EVIL.to_owned();
    let algo = levels(
        "a'.system('touch pwned').'b",
        &[EVIL, "b'\n!touch pwned\n", "c"],
    );
    let info = result(EVIL, "<b>&amp;", Kind::Float(64));
    let data = dataset(vec![len, algo, Dim::repeats(2)], vec![info], |_, at| {
        Ok(Value::Float(
            at[0] as f64 + at[1] as f64 * 0.5 + at[2] as f64 * 0.1,
        ))
    });
    let mut record = record(EVIL, data);
    record.description = EVIL.to_owned();
    record.post_description = EVIL.to_owned();
    record.tag = EVIL.to_owned();
    record.warnings = vec![EVIL.to_owned()];
    record.failures = vec![Failure {
        inputs: vec![(EVIL.to_owned(), Value::from(EVIL))],
        repeat: 1,
        error: EVIL.to_owned(),
    }];
    record
}

/// Two lines of fifty thousand points each.
pub(crate) fn large() -> SweepRecord {
    let points: Vec<f64> = (0..50_000).map(f64::from).collect();
    let dims = vec![numbers("n", "", &points), truths("odd")];
    let data = dataset(dims, vec![result("y", "s", Kind::Float(64))], |_, at| {
        Ok(Value::Float(
            (at[0] as f64 / 5000.0).sin() + 0.1 * noise(at[0] * 2 + at[1]),
        ))
    });
    record("Large", data)
}
