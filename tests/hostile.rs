//! What a careless or hostile user does to a sweep.
#![cfg(unix)]

mod support;

use bencher::BenchError;
use bencher::bench::RunConfig;
use bencher::dataset::{CellState, Dataset, DatasetError};
use bencher::evaluator::Executors;
use bencher::plan::{InputOverride, PlanError};
use bencher::prelude::*;
use bencher::space::{Density, SampleOrder};
use proptest::prelude::*;
use support::{bench, quiet};

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Mode {
    Calm,
    Wild,
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Trap {
    #[sweep(bounds(0, 1_000_000_000_000_000))]
    n: u64,
    #[sweep]
    mode: Mode,
    #[sweep(bounds(0.0, 1.0), default = 0.5)]
    x: f64,
    #[constant(7)]
    seed: u64,
    #[result(units = "µs/日", direction = "minimize")]
    value: Option<f64>,
}

impl Benchmark for Trap {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        match (self.n, self.mode) {
            (17, Mode::Calm) => panic!("seventeen is right out"),
            (18, Mode::Calm) => Err(std::io::Error::other("eighteen").into()),
            (19, Mode::Calm) => std::panic::panic_any(19_u8),
            _ => {
                self.value = Some(self.n as f64 * self.x + self.seed as f64);
                Ok(())
            }
        }
    }
}

fn plan_error(error: &bencher::BoxError) -> &PlanError {
    match error.downcast_ref() {
        Some(BenchError::Plan { source, .. }) => source,
        other => panic!("not an error of the plan: {other:?}"),
    }
}

#[test]
fn ten_to_the_fifteen_points_are_refused_before_anything_is_made() {
    let root = tempfile::tempdir().unwrap();
    let error = bench::<Trap>(quiet(root.path()))
        .sweep("Huge")
        .run()
        .unwrap_err();
    let PlanError::Dataset(DatasetError::TooLarge { cells, .. }) = plan_error(&error) else {
        panic!("{error}");
    };
    assert_eq!(*cells, (10_u128.pow(15) + 1) * 2 * 10);
    assert!(error.to_string().contains("lower level"), "{error}");
    let config = RunConfig {
        dry_run: true,
        ..quiet(root.path())
    };
    assert!(!bench::<Trap>(config).sweep("Huge").run().unwrap().was_run());
}

#[test]
fn a_panic_in_point_17_costs_point_17() {
    let processes = Executors::Processes(2);
    for executor in [processes, Executors::Serial, Executors::Threads(2)] {
        let root = tempfile::tempdir().unwrap();
        let config = RunConfig {
            executor,
            ..quiet(root.path())
        };
        let mut trap = bench::<Trap>(config);
        let result = trap
            .sweep("Trap")
            .inputs([Trap::N.bounds(0_u64, 29)])
            .run()
            .unwrap();
        assert_eq!((result.counts().executed, result.counts().failed), (30, 3));
        let value = result.dataset().variable("value").unwrap();
        for n in 0..30 {
            let cell = value.cell(n).unwrap();
            let reason = cell.reason.unwrap_or_default();
            match n {
                17 => assert!(reason.contains("hostile.rs") && reason.contains("right out")),
                18 => assert_eq!(reason, "eighteen"),
                19 => assert!(reason.contains("no text"), "{reason}"),
                _ => assert_eq!(value.number(n), Some(n as f64 * 0.5 + 7.0)),
            }
            let failed = (17..20).contains(&n);
            assert_eq!(cell.state == CellState::Failed, failed, "{n}");
        }
        let failure = result
            .failures()
            .iter()
            .find(|failure| failure.error == "eighteen")
            .unwrap();
        assert_eq!(failure.inputs, [("n".to_owned(), 18_u64.into())]);
    }
}

/// A sweep of `Trap`.
#[derive(Clone, Copy, Debug)]
struct Case {
    least: u64,
    numbers: u64,
    samples: usize,
    repeats: u32,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let parts = (
        0..20_u64,
        1..=30_u64,
        1..=4_usize,
        1..=3_u32,
        0..1_u64 << 30,
    );
    parts.prop_map(|(least, numbers, samples, repeats, seed)| Case {
        least,
        numbers,
        samples,
        repeats,
        seed,
    })
}

/// Where a process writes down the case that it is at.
fn place(process: u32) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("bencher-hostile-{process}"))
}

/// The case that this process is at; a worker process is at that of its parent, whatever case it was given.
fn agreed(case: Case) -> Case {
    if bencher::evaluator::process::worker_role().is_some() {
        let text = std::fs::read_to_string(place(std::os::unix::process::parent_id())).unwrap();
        let parts: Vec<u64> = text.split(' ').map(|part| part.parse().unwrap()).collect();
        return Case {
            least: parts[0],
            numbers: parts[1],
            samples: usize::try_from(parts[2]).unwrap(),
            repeats: u32::try_from(parts[3]).unwrap(),
            seed: parts[4],
        };
    }
    let Case {
        least,
        numbers,
        samples,
        repeats,
        seed,
    } = case;
    let text = format!("{least} {numbers} {samples} {repeats} {seed}");
    std::fs::write(place(std::process::id()), text).unwrap();
    case
}

/// What the sweep gives on every executor, in every order.
fn datasets(case: Case) -> Vec<(String, Dataset)> {
    let inputs = || {
        let numbers = Trap::N.bounds(case.least, case.least + case.numbers - 1);
        let mut inputs = vec![numbers, Trap::X.samples(case.samples)];
        inputs.insert(case.samples % 3, Trap::MODE);
        inputs
    };
    let shuffled = SampleOrder::Shuffled { seed: case.seed };
    let mut datasets = Vec::new();
    for executor in [
        Executors::Processes(1),
        Executors::Processes(3),
        Executors::Serial,
        Executors::Threads(1),
        Executors::Threads(4),
    ] {
        for order in [SampleOrder::InOrder, SampleOrder::RoundRobin, shuffled] {
            let config = RunConfig {
                order: Some(order),
                executor,
                cache: false,
                repeats: Some(case.repeats),
                ..quiet(std::path::Path::new("unused"))
            };
            let mut trap = bench::<Trap>(config);
            let result = trap.sweep("Trap").inputs(inputs()).run().unwrap();
            let mut dataset = result.dataset().clone();
            let attributes = &mut dataset.attributes;
            attributes.retain(|name, _| !name.starts_with("worker "));
            datasets.push((format!("{executor:?}, {order:?}"), dataset));
        }
    }
    datasets
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_order_and_backend_gives_the_same_dataset(case in cases()) {
        let case = agreed(case);
        // Sweeps are counted by thread, and a worker process comes by those of its own case alone. By the
        // thread's name it knows which test it is.
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(move || datasets(case));
        let datasets = thread.unwrap().join();
        std::fs::remove_file(place(std::process::id())).unwrap();
        let datasets = datasets.unwrap();
        let first = &datasets[0].1;
        for (how, dataset) in &datasets {
            prop_assert!(dataset == first, "{}:\n{}\nand not\n{}", how, dataset, first);
        }
    }
}

#[test]
fn names_and_values_that_do_not_fit_are_named() {
    let root = tempfile::tempdir().unwrap();
    let run = |inputs: Vec<bencher::var::Input<Trap>>| {
        bench::<Trap>(quiet(root.path()))
            .sweep("T")
            .inputs(inputs)
            .run()
            .unwrap_err()
            .to_string()
    };
    assert!(run(vec!["moed".into()]).contains("did you mean `mode`"));
    assert!(run(vec![Trap::MODE, "mode".into()]).contains("named twice"));
    assert!(run(vec![Trap::X.bounds(f64::NAN, 1.0)]).contains("finite"));
    assert!(run(vec![Trap::X.bounds(1.0, 0.0)]).contains("swap them"));
    assert!(run(vec![Trap::X.samples(0)]).contains("zero samples"));
    assert!(run(vec![Trap::MODE.values(["Calm", "Mild"].map(String::from))]).contains("Mild"));
    assert!(run(vec![Trap::N.values([-1])]).contains("-1 is not an integer from 0"));

    let mut trap = bench::<Trap>(quiet(root.path()));
    let held = trap
        .sweep("T")
        .inputs([Trap::MODE])
        .constants([Trap::X.with_const(0.25), Trap::X.with_const(0.75)]);
    assert!(
        held.run()
            .unwrap_err()
            .to_string()
            .contains("held at 0.25 and at 0.75")
    );
    let both = trap
        .sweep("T")
        .inputs([Trap::MODE])
        .constants([Trap::MODE.with_const(Mode::Calm)]);
    assert!(
        both.run()
            .unwrap_err()
            .to_string()
            .contains("both swept and held")
    );
    let unknown = trap.sweep("T").inputs([Trap::MODE]).results(["valeu"]);
    assert!(
        unknown
            .run()
            .unwrap_err()
            .to_string()
            .contains("did you mean `value`")
    );
    let wrong = trap
        .sweep("T")
        .inputs([Trap::MODE])
        .constants([Trap::N.with_const("many".to_owned())]);
    assert!(
        wrong
            .run()
            .unwrap_err()
            .to_string()
            .contains("`n` cannot be held at many")
    );
}

#[test]
fn the_command_line_overrides_inputs() {
    let given = |text: &str| text.parse::<InputOverride>().unwrap();
    let run = |overrides: &[&str]| {
        let config = RunConfig {
            cache: false,
            inputs: overrides.iter().map(|text| given(text)).collect(),
            density: Density {
                subsampling_divisions: 2,
                samples_per_var: None,
            },
            ..quiet(std::path::Path::new("unused"))
        };
        let mut trap = bench::<Trap>(config);
        let inputs = [Trap::N.values([1_u64, 2]), Trap::MODE];
        let result = trap.sweep("T").inputs(inputs).run();
        result
            .map(|result| result.record().clone())
            .map_err(|error| error.to_string())
    };
    let shape = |overrides: &[&str]| run(overrides).unwrap().dataset.shape();
    assert_eq!(shape(&[]), [2, 2, 1]);
    assert_eq!(shape(&["n=1,2,3"]), [3, 2, 1]);
    assert_eq!(
        shape(&["n=0..100:5"]),
        [5, 2, 1],
        "samples that were asked for are not thinned"
    );
    assert_eq!(
        shape(&["n=0..100"]),
        [2, 2, 1],
        "a bare range follows the level"
    );
    assert_eq!(shape(&["mode=Wild"]), [2, 1, 1]);
    let held = run(&["seed=9"]).unwrap();
    assert!(
        held.constants
            .iter()
            .any(|c| c.name == "seed" && c.value == 9_u64.into())
    );
    assert!(
        run(&["seed=1,2"])
            .unwrap_err()
            .contains("does not vary `seed`")
    );
    assert!(
        run(&["mode=Mild"])
            .unwrap_err()
            .contains("`Mild` is not one of Calm, Wild")
    );
    assert!(run(&["sed=1"]).unwrap_err().contains("did you mean `seed`"));
    assert!(
        run(&["n=-5..5"])
            .unwrap_err()
            .contains("`-5` is not an integer from 0")
    );
}

thread_local! {
    static STOP: std::cell::RefCell<Option<bencher::sweep_executor::Interrupt>> =
        const { std::cell::RefCell::new(None) };
}

#[derive(ParametrizedSweep, Clone)]
struct Interrupted {
    #[sweep(bounds(0, 299))]
    n: u32,
    #[result(timed, units = "s")]
    elapsed: Option<f64>,
}

impl Benchmark for Interrupted {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        cx.measure(&mut self.elapsed, || ());
        if self.n == 7 {
            STOP.with_borrow(|stop| {
                let stop = stop.as_ref().unwrap();
                stop.0.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            // Longer than a slice of the serial backend, so that the request is seen now.
            let started = std::time::Instant::now();
            while started.elapsed() < std::time::Duration::from_millis(5) {
                std::hint::spin_loop();
            }
        }
        Ok(())
    }
}

#[test]
fn an_interrupt_calls_off_what_is_queued() {
    let root = tempfile::tempdir().unwrap();
    let interrupt = bencher::sweep_executor::Interrupt::default();
    STOP.set(Some(interrupt.clone()));
    let config = RunConfig {
        order: Some(SampleOrder::InOrder),
        ..quiet(root.path())
    };
    let mut session = bencher::bench::Session::new(config, "test", interrupt);
    session.set_progress(Box::new(bencher::progress::SilentProgress));
    let session = std::rc::Rc::new(std::cell::RefCell::new(session));
    let mut bench = Bench::<Interrupted>::new(std::rc::Rc::clone(&session)).unwrap();
    let error = bench.sweep("Interrupted").run().unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(BenchError::Interrupted { .. })),
        "{error}"
    );
    let session = session.borrow();
    let record = &session.records()[0];
    let taken = record.counts.submitted;
    assert!(
        (8..30).contains(&taken),
        "{taken} of 300 samples were taken"
    );
    let pending = record.dataset.count_states()[&CellState::Pending];
    assert_eq!(pending as u64, 300 - taken);
}
