//! What the sample cache counts, shares and keeps apart.

mod support;

use bencher::bench::RunConfig;
use bencher::prelude::*;
use bencher::record::Counts;
use bencher::space::Density;
use support::{bench, quiet};

#[derive(ParametrizedSweep, Clone)]
struct Plane {
    #[sweep(bounds(0.0, 1.0))]
    x: f64,
    #[sweep(bounds(0.0, 1.0))]
    y: f64,
    #[result]
    product: Option<f64>,
}

impl Benchmark for Plane {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.product = Some(self.x * self.y);
        Ok(())
    }
}

fn at_level(level: u8) -> Density {
    Density {
        subsampling_divisions: level,
        samples_per_var: None,
    }
}

/// Executed samples and hits of one run.
fn plane(config: RunConfig) -> (u64, u64) {
    let result = bench::<Plane>(config).sweep("Plane").run().unwrap();
    let Counts {
        executed,
        hits,
        submitted,
        failed,
        skipped,
    } = result.counts();
    assert_eq!((submitted, failed, skipped), (executed + hits, 0, 0));
    for row in result.dataset().long_table().rows() {
        let expected = row.coordinates[0].as_f64().unwrap() * row.coordinates[1].as_f64().unwrap();
        assert_eq!(
            row.cells[0].value.as_ref().unwrap().as_f64(),
            Some(expected)
        );
    }
    (executed, hits)
}

#[test]
fn counters_follow_the_table() {
    let root = tempfile::tempdir().unwrap();
    let run = |level, repeats, tag: &str| RunConfig {
        density: at_level(level),
        repeats: Some(repeats),
        run_tag: tag.to_owned(),
        ..quiet(root.path())
    };
    assert_eq!(plane(run(3, 1, "")), (9, 0), "level 3, one repeat");
    assert_eq!(plane(run(3, 1, "")), (0, 9), "again");
    assert_eq!(plane(run(4, 1, "")), (16, 9), "level 4");
    assert_eq!(plane(run(4, 2, "")), (25, 25), "two repeats");
    assert_eq!(plane(run(4, 2, "other")), (50, 0), "another run tag");
    assert_eq!(
        plane(RunConfig {
            overwrite: true,
            ..run(4, 2, "")
        }),
        (50, 0),
        "overwrite"
    );
    assert_eq!(
        plane(RunConfig {
            clear: true,
            ..run(4, 2, "")
        }),
        (50, 0),
        "cleared tag"
    );
    assert_eq!(
        plane(run(4, 2, "other")),
        (0, 50),
        "clearing one tag leaves the other alone"
    );
}

#[test]
fn threads_take_what_serial_stored() {
    let root = tempfile::tempdir().unwrap();
    let config = RunConfig {
        density: at_level(5),
        ..quiet(root.path())
    };
    let threads = RunConfig {
        executor: bencher::evaluator::Executors::Threads(3),
        density: at_level(6),
        ..quiet(root.path())
    };
    assert_eq!(plane(config), (81, 0));
    assert_eq!(plane(threads), (17 * 17 - 81, 81));
}

thread_local! {
    /// Above which value the worker fails; `None` once it is mended.
    static BROKEN: std::cell::Cell<Option<u32>> = const { std::cell::Cell::new(None) };
}

#[derive(ParametrizedSweep, Clone)]
struct Brittle {
    #[sweep(bounds(0, 3))]
    n: u32,
    #[result]
    doubled: Option<u32>,
}

impl Benchmark for Brittle {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        if BROKEN.get().is_some_and(|limit| self.n > limit) {
            return Err("too large".into());
        }
        self.doubled = Some(2 * self.n);
        Ok(())
    }
}

#[test]
fn a_crashed_run_resumes_at_the_failing_sample() {
    let root = tempfile::tempdir().unwrap();
    let run = |config: RunConfig| {
        let result = bench::<Brittle>(config).sweep("Brittle").run().unwrap();
        let counts = result.counts();
        (counts.submitted, counts.executed, counts.hits)
    };
    let config = |repeats, tag: &str| RunConfig {
        repeats: Some(repeats),
        run_tag: tag.to_owned(),
        ..quiet(root.path())
    };
    BROKEN.set(Some(1));
    let mut failing = bench::<Brittle>(RunConfig {
        fail_fast: true,
        ..config(1, "first")
    });
    let error = failing.sweep("Brittle").run().unwrap_err().to_string();
    assert!(
        error.contains("n=2") && error.contains("too large"),
        "{error}"
    );
    drop(failing);
    BROKEN.set(None);
    assert_eq!(run(config(1, "first")), (4, 2, 2), "the mended run");
    assert_eq!(run(config(2, "first")), (8, 4, 4), "two repeats");
    let two = RunConfig {
        clear: true,
        density: at_level(2),
        ..config(1, "other")
    };
    assert_eq!(run(two), (2, 2, 0), "another tag, cleared");
    assert_eq!(run(config(2, "first")), (8, 0, 8), "the first tag");
}

#[test]
fn a_failing_sample_is_data_and_is_tried_again() {
    let root = tempfile::tempdir().unwrap();
    BROKEN.set(Some(1));
    let result = bench::<Brittle>(quiet(root.path()))
        .sweep("Brittle")
        .run()
        .unwrap();
    assert_eq!(
        result.counts(),
        Counts {
            submitted: 4,
            executed: 4,
            failed: 2,
            ..Counts::default()
        }
    );
    assert_eq!(result.failures().len(), 2);
    let cell = result
        .dataset()
        .variable("doubled")
        .unwrap()
        .cell(3)
        .unwrap();
    assert_eq!((cell.value, cell.reason), (None, Some("too large")));
    BROKEN.set(None);
    let result = bench::<Brittle>(quiet(root.path()))
        .sweep("Brittle")
        .run()
        .unwrap();
    assert_eq!(
        result.counts(),
        Counts {
            submitted: 4,
            executed: 2,
            hits: 2,
            ..Counts::default()
        }
    );
}

mod twin {
    use super::{Context, ParametrizedSweep};

    /// Declares the same names as [`super::Plane`], and means something else.
    #[derive(ParametrizedSweep, Clone)]
    pub(crate) struct Plane {
        #[sweep(bounds(0.0, 1.0))]
        x: f64,
        #[sweep(bounds(0.0, 1.0))]
        y: f64,
        #[result]
        product: Option<f64>,
    }

    impl bencher::Benchmark for Plane {
        fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
            self.product = Some(1000.0 + self.x + self.y);
            Ok(())
        }
    }
}

#[test]
fn equal_names_and_tags_do_not_make_equal_samples() {
    let root = tempfile::tempdir().unwrap();
    let config = || RunConfig {
        density: at_level(3),
        ..quiet(root.path())
    };
    assert_eq!(plane(config()), (9, 0));
    let result = bench::<twin::Plane>(config()).sweep("Plane").run().unwrap();
    assert_eq!((result.counts().executed, result.counts().hits), (9, 0));
    assert_eq!(
        result.dataset().variable("product").unwrap().number(0),
        Some(1000.0)
    );
}

#[derive(ParametrizedSweep, Clone)]
struct Forgetful {
    #[sweep(bounds(0, 3))]
    n: u32,
    #[result(units = "µs/日")]
    even: Option<f64>,
    #[result]
    never: Option<u64>,
}

impl Benchmark for Forgetful {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        if self.n % 2 == 1 {
            return Ok(());
        }
        self.even = Some(f64::from(self.n));
        Ok(())
    }
}

#[test]
fn what_was_not_set_is_missing_and_stays_so_in_the_store() {
    use bencher::dataset::CellState;
    let root = tempfile::tempdir().unwrap();
    for expected in [CellState::Measured, CellState::Cached] {
        let result = bench::<Forgetful>(quiet(root.path()))
            .sweep("F")
            .run()
            .unwrap();
        let even = result.dataset().variable("even").unwrap();
        assert_eq!(even.label(), "even [µs/日]");
        assert_eq!(
            even.states(),
            [expected, CellState::Missing, expected, CellState::Missing]
        );
        assert_eq!(even.number(1), None);
        let never = result.dataset().variable("never").unwrap();
        assert!(
            never
                .states()
                .iter()
                .all(|state| *state == CellState::Missing)
        );
    }
}

#[test]
fn values_from_lists_and_grids_are_one() {
    let root = tempfile::tempdir().unwrap();
    let grid = RunConfig {
        density: at_level(3),
        ..quiet(root.path())
    };
    assert_eq!(plane(grid), (9, 0));
    let mut list = bench::<Plane>(quiet(root.path()));
    let result = list
        .sweep("Plane")
        .inputs([
            Plane::Y.values([1.0, 0.5, 0.0]),
            Plane::X.values([0.0, 0.5, 1.0]),
        ])
        .run()
        .unwrap();
    assert_eq!((result.counts().executed, result.counts().hits), (0, 9));
}
