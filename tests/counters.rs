//! Counters as ordinary results: declared, filled, explained where there is none.

mod support;

use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

use bencher::CountingAllocator;
use bencher::dataset::{CellState, Dataset, quantity};
use bencher::evaluator::Executors;
use bencher::measure::{Meter, Reason};
use bencher::prelude::*;
use bencher::space::SampleOrder;
use bencher::var::{Counter, Direction};
use support::{bench, quiet};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

/// Every counter, by the name that it is declared by.
#[derive(ParametrizedSweep, Clone)]
struct Everything {
    #[sweep(values(1, 3))]
    blocks: u64,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
    #[result(counter = "cpu_time")]
    cpu_time: Option<f64>,
    #[result(counter = "allocations")]
    allocations: Option<u64>,
    #[result(counter = "allocated_bytes")]
    allocated_bytes: Option<u64>,
    #[result(counter = "peak_bytes")]
    peak_bytes: Option<f64>,
    #[result(counter = "peak_resident")]
    peak_resident: Option<f64>,
    #[result(counter = "instructions")]
    instructions: Option<f64>,
    #[result(counter = "cycles")]
    cycles: Option<f64>,
    #[result(counter = "branches")]
    branches: Option<f64>,
    #[result(counter = "branch_misses")]
    branch_misses: Option<f64>,
    #[result(counter = "cache_references")]
    cache_references: Option<f64>,
    #[result(counter = "cache_misses")]
    cache_misses: Option<f64>,
    #[result(counter = "page_faults")]
    page_faults: Option<f64>,
    #[result(counter = "context_switches")]
    context_switches: Option<f64>,
    #[result(counter = "cpu_migrations", units = "moves", direction = "none")]
    cpu_migrations: Option<f64>,
    #[result(counter = "task_clock")]
    task_clock: Option<f64>,
}

impl Benchmark for Everything {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let blocks = self.blocks;
        cx.iter(&mut self.elapsed, || {
            for _ in 0..blocks {
                drop(black_box(Vec::<u8>::with_capacity(1 << 16)));
            }
        });
        Ok(())
    }
}

fn cell(dataset: &Dataset, name: &str, flat: usize) -> (CellState, Option<f64>, Option<String>) {
    let variable = dataset.variable(name).unwrap();
    let cell = variable.cell(flat).unwrap();
    (
        cell.state,
        variable.number(flat),
        cell.reason.map(str::to_owned),
    )
}

/// Allocations are counted for one piece of code of the process at a time.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn every_counter_is_a_result_with_unit_and_direction() {
    let counters = Everything::SCHEMA.results.iter();
    let declared: Vec<Counter> = counters.clone().filter_map(|var| var.counter).collect();
    assert_eq!(declared, Counter::ALL);
    for var in counters {
        let Some(counter) = var.counter else { continue };
        assert_eq!(var.name, counter.name(), "the derive knows the same names");
        let own = counter == Counter::CpuMigrations;
        let expected = if own {
            ("moves", Direction::None)
        } else {
            (counter.units(), Direction::Minimize)
        };
        assert_eq!((var.units, var.direction), expected);
    }
}

#[test]
fn counters_fill_their_results_or_say_why_not() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let root = tempfile::tempdir().unwrap();
    let mut everything = bench::<Everything>(quiet(root.path()));
    let result = everything.sweep("All").repeats(1).run().unwrap();
    let dataset = result.dataset();

    // Other tests of this process allocate too; what is expected is the least.
    for (flat, blocks) in [(0, 1.0), (1, 3.0)] {
        let number = |name| cell(dataset, name, flat).1.unwrap();
        assert!(number("allocations") >= blocks);
        assert!(number("allocated_bytes") >= blocks * 65536.0);
        assert!(number("peak_bytes") >= 65536.0);
    }

    let mut meter = Meter::new(&Counter::ALL);
    meter.start();
    meter.stop(1);
    let mut unavailable = 0;
    for reading in meter.readings() {
        let name = reading.counter.name();
        let (state, number, reason) = cell(dataset, name, 0);
        let about = format!("`{name}` was not counted");
        let warnings = &result.record().warnings;
        let warned = warnings
            .iter()
            .filter(|text| text.starts_with(&about))
            .count();
        match &reading.value {
            Ok(_) => {
                assert_eq!(
                    (state, warned),
                    (CellState::Measured, 0),
                    "{name}: {reason:?}"
                );
                assert!(number.is_some_and(|number| number >= 0.0), "{name}");
            }
            Err(expected) => {
                unavailable += 1;
                assert_eq!((state, warned), (CellState::Missing, 1), "{name}");
                assert_eq!(reason, Some(expected.to_string()));
                assert_ne!(*expected, Reason::NothingTimed);
            }
        }
    }
    assert_eq!(
        unavailable,
        result
            .record()
            .warnings
            .iter()
            .filter(|text| text.contains("not counted"))
            .count()
    );

    // From the store, the numbers are there again, and what is not there says so.
    let again = everything.sweep("All").repeats(1).run().unwrap();
    assert_eq!((again.counts().executed, again.counts().hits), (0, 2));
    assert_eq!(
        cell(again.dataset(), "allocations", 1).1,
        cell(dataset, "allocations", 1).1
    );
    if let Some(missing) = meter
        .readings()
        .iter()
        .find(|reading| reading.value.is_err())
    {
        let (state, _, reason) = cell(again.dataset(), missing.counter.name(), 0);
        assert_eq!(state, CellState::Missing);
        assert!(reason.unwrap().contains("overwrite the sample"));
    }
}

/// A counter without a measured time.
#[derive(ParametrizedSweep, Clone)]
struct Odd {
    #[sweep(values(1, 2, 3))]
    way: u64,
    #[result(counter = "allocations")]
    allocations: Option<u64>,
}

impl Benchmark for Odd {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        match self.way {
            // Nothing is timed.
            1 => {}
            // Two regions: the last one counts.
            2 => {
                let mut time: Option<f64> = None;
                cx.measure(&mut time, || {
                    let blocks = (0..1000).map(|n| black_box(Box::new(n)));
                    blocks.for_each(drop);
                });
                cx.measure(&mut time, || ());
            }
            // The benchmark knows better.
            _ => self.allocations = Some(77),
        }
        Ok(())
    }
}

#[test]
fn the_last_timed_piece_counts_unless_the_benchmark_says_otherwise() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let root = tempfile::tempdir().unwrap();
    let config = bencher::bench::RunConfig {
        // It is measured alone all the same.
        executor: Executors::Threads(4),
        ..quiet(root.path())
    };
    let result = bench::<Odd>(config)
        .sweep("Odd")
        .order(SampleOrder::InOrder)
        .run()
        .unwrap();
    let dataset = result.dataset();
    let (state, _, reason) = cell(dataset, "allocations", 0);
    assert_eq!(state, CellState::Missing);
    assert_eq!(reason, Some(Reason::NothingTimed.to_string()));
    let second = cell(dataset, "allocations", 1).1.unwrap();
    assert!(second < 500.0, "{second} of the last piece");
    assert_eq!(cell(dataset, "allocations", 2).1, Some(77.0));
    let warnings = &result.record().warnings;
    assert!(
        warnings
            .iter()
            .any(|text| text.contains("let `cx.iter` or `cx.measure` run it")),
        "{warnings:?}"
    );
}

/// Throughput needs nothing of its own: several, each by a formula.
#[derive(ParametrizedSweep, Clone)]
struct Copying {
    #[sweep(values(1_048_576), units = "B")]
    bytes: u64,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
    #[result(formula = "bytes / elapsed", units = "B/s", direction = "maximize")]
    bandwidth: Option<f64>,
    #[result(
        formula = "bytes / 8 / elapsed",
        units = "words/s",
        direction = "maximize"
    )]
    words: Option<f64>,
}

impl Benchmark for Copying {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.elapsed = Some(0.000_5);
        Ok(())
    }
}

#[test]
fn throughputs_are_formulas_and_read_in_their_prefixes() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let root = tempfile::tempdir().unwrap();
    let result = bench::<Copying>(quiet(root.path()))
        .sweep("Copying")
        .repeats(1)
        .run()
        .unwrap();
    let shown = |name| {
        let variable = result.dataset().variable(name).unwrap();
        assert_eq!(variable.info.direction, Direction::Maximize);
        quantity(variable.number(0).unwrap(), &variable.info.units)
    };
    assert_eq!(shown("bandwidth"), "1.953 GiB/s");
    assert_eq!(shown("words"), "262.1 words/µs");
}
