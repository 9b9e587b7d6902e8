//! The kinds of inputs beyond numbers and plain enums.

mod support;

use std::path::Path;
use std::time::Duration;

use bencher::bench::RunConfig;
use bencher::dataset::CellState;
use bencher::jiff::Timestamp;
use bencher::prelude::*;
use bencher::value::Value;

fn bench<S: Benchmark>() -> Bench<S> {
    support::bench(RunConfig {
        cache: false,
        ..support::quiet(Path::new(""))
    })
}

/// A pool that several sweeps have.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(shared, version = 3)]
struct Pool {
    /// Threads of the pool
    #[sweep(values(1, 2, 4))]
    threads: u32,
    #[sweep(default = true)]
    pinned: bool,
}

#[derive(SweepEnum, Clone, Debug, PartialEq)]
enum Codec {
    Raw,
    Zstd {
        /// Compression level
        #[sweep(values(1, 9, 19))]
        level: i32,
        #[sweep]
        checksum: bool,
    },
    #[sweep(name = "lz4")]
    Lz4 {
        #[sweep(bounds(1, 4))]
        acceleration: u8,
    },
}

#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(version = 2)]
struct Query {
    #[sweep(bounds(1, 3))]
    rows: u64,
    #[sweep(flatten)]
    pool: Pool,
    #[sweep]
    codec: Codec,
    #[sweep(values("1ms", "0.5 s"), default = "500ms")]
    timeout: Duration,
    #[sweep(bounds("2026-01-01", "2026-01-05T00:00:00Z"), samples = 3)]
    day: Timestamp,
    #[sweep(values_from = ports)]
    port: u16,
    #[result(names("x", "y"))]
    place: Option<[f64; 2]>,
    #[result]
    cost: Option<f64>,
}

fn ports() -> Vec<u16> {
    vec![80, 8080]
}

impl Benchmark for Query {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let level = match self.codec {
            Codec::Raw => 0.0,
            Codec::Zstd { level, checksum } => f64::from(level) + if checksum { 0.5 } else { 0.0 },
            Codec::Lz4 { acceleration } => -f64::from(acceleration),
        };
        self.place = Some([f64::from(self.pool.threads), level]);
        self.cost = Some(self.rows as f64 * 1000.0 + f64::from(self.pool.threads) * 100.0 + level);
        Ok(())
    }
}

#[test]
fn nested_inputs_are_the_sweeps_own() {
    let names: Vec<_> = Query::SCHEMA.inputs.iter().map(|var| var.name).collect();
    let expected = [
        "rows", "threads", "pinned", "codec", "timeout", "day", "port",
    ];
    assert_eq!(names, expected);
    assert_eq!(Query::SCHEMA.version, 4, "raised by the nested struct's");
    assert_eq!(Query::SCHEMA.inputs[1].doc, "Threads of the pool");
    let result = bench::<Query>()
        .sweep("Threads")
        .inputs([
            Query::POOL.input(Pool::THREADS.values([2_u32, 8])),
            Query::ROWS,
        ])
        .constants([Query::POOL.constant(Pool::PINNED.with_const(false))])
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.shape(), [2, 3, 1]);
    assert_eq!(dataset.variable("cost").unwrap().number(4), Some(2800.0));
    assert_eq!(dataset.variable("place.x").unwrap().number(4), Some(8.0));
    let pinned = result
        .record()
        .constants
        .iter()
        .find(|c| c.name == "pinned");
    assert_eq!(pinned.unwrap().value, Value::Bool(false));
    // By name, and by another handle of the sweep.
    let by_name = bench::<Query>()
        .sweep("By name")
        .inputs(["threads"])
        .run()
        .unwrap();
    assert_eq!(by_name.dataset().shape(), [3, 1]);
}

#[test]
fn a_variant_carries_its_own_inputs() {
    let result = bench::<Query>()
        .sweep("Codecs")
        .inputs([Query::CODEC])
        .run()
        .unwrap();
    let codecs = result.dataset().dim("codec").unwrap();
    let texts: Vec<_> = codecs.values.iter().map(ToString::to_string).collect();
    let expected = [
        "Raw",
        "Zstd(level=1, checksum=false)",
        "Zstd(level=1, checksum=true)",
        "Zstd(level=9, checksum=false)",
        "Zstd(level=9, checksum=true)",
        "Zstd(level=19, checksum=false)",
        "Zstd(level=19, checksum=true)",
        "lz4(acceleration=1)",
        "lz4(acceleration=2)",
        "lz4(acceleration=3)",
        "lz4(acceleration=4)",
    ];
    assert_eq!(texts, expected);
    let cost = result.dataset().variable("cost").unwrap();
    assert_eq!(cost.number(6), Some(1119.5));
    assert_eq!(cost.number(10), Some(1096.0));
    let params = Codec::VARIANTS[1].params;
    assert_eq!(
        (params[0].name, params[0].doc),
        ("level", "Compression level")
    );
    // Chosen variants, coarser, and from the command line's text.
    let chosen = Query::CODEC.values([
        Codec::Raw,
        Codec::Zstd {
            level: 3,
            checksum: true,
        },
    ]);
    let result = bench::<Query>()
        .sweep("Chosen")
        .inputs([chosen])
        .run()
        .unwrap();
    assert_eq!(
        result.dataset().variable("cost").unwrap().number(1),
        Some(1103.5)
    );
    let coarse = Query::CODEC.subsampling_divisions(2);
    let result = bench::<Query>()
        .sweep("Coarse")
        .inputs([coarse])
        .run()
        .unwrap();
    let coarse = &result.dataset().dim("codec").unwrap().values;
    let texts: Vec<_> = coarse.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["Raw", "lz4(acceleration=1)", "lz4(acceleration=4)"]);
}

#[test]
fn times_are_inputs() {
    let query = Query::baseline().unwrap();
    assert_eq!(query.timeout, Duration::from_millis(500));
    assert_eq!(query.day, "2026-01-01T00:00:00Z".parse().unwrap());
    let inputs = [Query::DAY, Query::TIMEOUT, Query::PORT];
    let result = bench::<Query>()
        .sweep("Times")
        .inputs(inputs)
        .run()
        .unwrap();
    let coordinates = |name: &str| -> Vec<String> {
        let values = &result.dataset().dim(name).unwrap().values;
        values.iter().map(ToString::to_string).collect()
    };
    let days = [
        "2026-01-01T00:00:00Z",
        "2026-01-03T00:00:00Z",
        "2026-01-05T00:00:00Z",
    ];
    assert_eq!(coordinates("day"), days);
    assert_eq!(coordinates("timeout"), ["0.001", "0.5"]);
    assert_eq!(coordinates("port"), ["80", "8080"]);
    assert_eq!(result.dataset().dim("timeout").unwrap().units, "s");
}

#[test]
fn zipped_inputs_are_one_dimension() {
    let pairs = Input::zip(
        "pair",
        [
            Query::ROWS.values([1_u64, 3]),
            Query::POOL.input(Pool::THREADS.values([4_u32, 2])),
        ],
    );
    let result = bench::<Query>()
        .sweep("Pairs")
        .inputs([pairs, Query::PORT])
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.shape(), [2, 2, 1]);
    let texts: Vec<_> = dataset
        .dim("pair")
        .unwrap()
        .values
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(texts, ["rows=1, threads=4", "rows=3, threads=2"]);
    assert_eq!(dataset.variable("cost").unwrap().number(2), Some(3200.0));
    let names = result.record().constants.iter().map(|c| c.name.as_str());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["pinned", "codec", "timeout", "day"]
    );
    let uneven = Input::zip("pair", [Query::ROWS, Query::PORT]);
    let error = bench::<Query>()
        .sweep("Uneven")
        .inputs([uneven])
        .run()
        .unwrap_err()
        .to_string();
    assert!(error.contains("3 of `rows`, 2 of `port`"), "{error}");
    // A value may come back, a row may not.
    let sizes = |ports: [u16; 3]| {
        let rows = Query::ROWS.values([1_u64, 2, 2]);
        let pairs = Input::zip("pair", [rows, Query::PORT.values(ports)]);
        bench::<Query>().sweep("Sizes").inputs([pairs]).run()
    };
    assert_eq!(sizes([80, 80, 8080]).unwrap().dataset().shape(), [3, 1]);
    let error = sizes([80, 8080, 8080]).unwrap_err().to_string();
    assert_eq!(
        error,
        "sweep \"Sizes\": input `pair`: the value rows=2, port=8080 is listed twice"
    );
}

#[test]
fn a_constraint_skips_with_its_reason() {
    let result = bench::<Query>()
        .sweep("Few")
        .inputs([Query::ROWS, Query::POOL.input(Pool::THREADS)])
        .constraint("more threads than rows", |query: &Query| {
            u64::from(query.pool.threads) <= query.rows
        })
        .repeats(2)
        .run()
        .unwrap();
    let counts = result.counts();
    assert_eq!((counts.executed, counts.skipped), (10, 8));
    let cell = result.dataset().variable("cost").unwrap().cell(2).unwrap();
    assert_eq!(
        (cell.state, cell.reason),
        (CellState::Skipped, Some("more threads than rows"))
    );
    let result = bench::<Query>()
        .sweep("Panic")
        .inputs([Query::ROWS])
        .constraint("odd", |query: &Query| {
            assert_ne!(query.rows, 2, "two rows");
            true
        })
        .run()
        .unwrap();
    assert_eq!(result.counts().failed, 1);
    assert!(
        result.failures()[0]
            .error
            .contains("the constraint \"odd\" panicked")
    );
}

#[derive(Clone, Debug, serde::Deserialize)]
struct Machine {
    cores: u32,
    #[serde(default)]
    name: String,
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct OnMachines {
    #[sweep(file = "tests/machines.toml")]
    machine: Entry<Machine>,
    #[result]
    cores: Option<u32>,
    #[result]
    name: Option<String>,
}

impl Benchmark for OnMachines {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.cores = Some(self.machine.cores);
        self.name = Some(self.machine.name.clone());
        Ok(())
    }
}

#[test]
fn each_entry_of_a_file_is_a_sample() {
    let result = bench::<OnMachines>().sweep("Machines").run().unwrap();
    let machines = &result.dataset().dim("machine").unwrap().values;
    let texts: Vec<_> = machines.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["small", "large", "a third"],
        "as they stand in the file"
    );
    let cores = result.dataset().variable("cores").unwrap();
    assert_eq!((cores.number(0), cores.number(1)), (Some(2.0), Some(64.0)));
}

#[test]
fn the_command_line_names_entries_by_their_keys() {
    let run =
        |given: &str,
         sweep: fn(&mut Bench<OnMachines>) -> bencher::Result<BenchResult<OnMachines>>| {
            let config = RunConfig {
                cache: false,
                inputs: vec![given.parse().unwrap()],
                ..support::quiet(Path::new(""))
            };
            sweep(&mut support::bench::<OnMachines>(config))
        };
    let swept = run("machine=a third, small", |bench| {
        bench.sweep("Chosen").run()
    })
    .unwrap();
    let cores = swept.dataset().variable("cores").unwrap();
    assert_eq!((cores.number(0), cores.number(1)), (Some(8.0), Some(2.0)));
    let held = run("machine=large", |bench| {
        bench.sweep("Held").inputs([""; 0]).run()
    })
    .unwrap();
    assert_eq!(
        held.dataset().variable("cores").unwrap().number(0),
        Some(64.0)
    );
    let error = run("machine=smal", |bench| bench.sweep("Typo").run()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("there is no entry `smal`; did you mean `small`?"),
        "{error}"
    );
}

#[test]
fn the_command_line_names_variants_with_their_inputs() {
    let codecs = |given: &str| {
        let config = RunConfig {
            cache: false,
            inputs: vec![given.parse().unwrap()],
            ..support::quiet(Path::new(""))
        };
        let run = support::bench::<Query>(config)
            .sweep("Codecs")
            .inputs([Query::CODEC])
            .run();
        let result = run.map_err(|error| error.to_string())?;
        let values = &result.dataset().dim("codec").unwrap().values;
        Ok::<_, String>(
            values
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "),
        )
    };
    assert_eq!(codecs("codec=Raw").unwrap(), "Raw");
    assert_eq!(
        codecs("codec=lz4(acceleration=3), Zstd(level=5)").unwrap(),
        "lz4(acceleration=3); Zstd(level=5, checksum=false); Zstd(level=5, checksum=true)"
    );
    assert_eq!(
        codecs("codec=Zstd(level=5, checksum=true)").unwrap(),
        "Zstd(level=5, checksum=true)"
    );
    for (given, problem) in [
        ("codec=Zip", "`Zip` is not one of Raw, Zstd, lz4"),
        ("codec=Zstd(", "is not written like Name(input=value"),
        ("codec=Zstd(levle=5)", "did you mean `level`?"),
        ("codec=Zstd(level=high)", "`high` is not an integer"),
        ("codec=Raw,Raw", "twice"),
        ("codec=Zstd(level=5, level=9)", "names `level` once"),
    ] {
        let error = codecs(given).unwrap_err();
        assert!(error.contains(problem), "{given}: {error}");
    }
}

#[derive(SweepEnum, Clone, Debug, PartialEq)]
enum Part {
    Text {
        #[sweep(values("a", "b"))]
        s: String,
    },
}

#[derive(ParametrizedSweep, Clone)]
struct Parts {
    #[sweep]
    part: Part,
    #[result]
    length: Option<u64>,
}

impl Benchmark for Parts {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let Part::Text { s } = &self.part;
        self.length = Some(s.len() as u64);
        Ok(())
    }
}

#[test]
fn texts_of_variants_stand_in_quotes() {
    let lengths = |given: &str| {
        let config = RunConfig {
            cache: false,
            inputs: vec![given.parse().unwrap()],
            ..support::quiet(Path::new(""))
        };
        let run = support::bench::<Parts>(config).sweep("Parts").run();
        let result = run.map_err(|error| error.to_string())?;
        let length = result.dataset().variable("length").unwrap();
        let cells = 0..length.states().len();
        Ok::<_, String>(
            cells
                .filter_map(|flat| length.number(flat))
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(lengths(r#"part=Text(s="a, s=b")"#), Ok(vec![6.0]));
    assert_eq!(
        lengths(r#"part=Text(s=""), Text(s=abc)"#),
        Ok(vec![0.0, 3.0])
    );
    let error = lengths("part=Text(s=a, s=b)").unwrap_err();
    assert!(error.contains(r#"as in s="a, b""#), "{error}");
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_is_read_too_and_mistakes_are_named_with_their_line() {
    use bencher::space::Density;
    use bencher::value::Kind;
    use bencher::var::DomainOf;

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("machines.yaml");
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        DomainOf::<Entry<Machine>>::new().file(&path).finish()
    };
    let machines =
        read("small:\n  cores: 2\nlarge:\n  cores: 64\n  name: the large one\n").unwrap();
    let levels = machines.levels(Kind::Item, Density::default()).unwrap();
    let texts: Vec<_> = levels.iter().map(|value| value.to_string()).collect();
    assert_eq!(texts, ["small", "large"]);
    for (text, problem) in [
        ("small:\n  cores: two\n", "line 2"),
        ("small: {cores: 2}\nsmall: {cores: 3}\n", "small"),
        ("- 1\n- 2\n", "line 1 column 1: expected mapping"),
        ("a: [\n", "line"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(
            error.contains("machines.yaml") && error.contains(problem),
            "{text}: {error}"
        );
    }
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Transfer {
    #[sweep(values(10, 20))]
    bytes: u64,
    #[sweep(default = 2.0, values(2.0, 4.0))]
    seconds: f64,
    #[result(units = "B/s", formula = "bytes / waited")]
    rate: Option<f64>,
    #[result(units = "s")]
    waited: Option<f64>,
    #[result(formula = "rate / seconds")]
    twice: Option<f64>,
}

impl Benchmark for Transfer {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        if self.bytes == 20 {
            return Err("no carrier".into());
        }
        self.waited = Some(self.seconds);
        Ok(())
    }
}

#[test]
fn a_formula_is_computed_from_results_and_inputs() {
    let result = bench::<Transfer>()
        .sweep("Rates")
        .inputs(["bytes"])
        .run()
        .unwrap();
    let dataset = result.dataset();
    let rate = dataset.variable("rate").unwrap();
    assert_eq!(
        (rate.number(0), rate.label().as_str()),
        (Some(5.0), "rate [B/s]")
    );
    let failed = rate.cell(1).unwrap();
    assert_eq!(
        (failed.state, failed.reason),
        (CellState::Failed, Some("no carrier"))
    );
    // `seconds` is held here.
    assert_eq!(dataset.variable("twice").unwrap().number(0), Some(2.5));
    // What it is computed from is taken as well.
    let alone = bench::<Transfer>().sweep("Alone").results(["rate"]).run();
    let alone = alone.unwrap();
    let names = alone
        .dataset()
        .variables()
        .iter()
        .map(|var| &*var.info.name);
    assert_eq!(names.collect::<Vec<_>>(), ["waited", "rate"]);
    assert_eq!(
        alone.dataset().variable("rate").unwrap().number(0),
        Some(5.0)
    );
}
